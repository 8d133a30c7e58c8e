package main

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"

	"example.com/firstcall/bench/lab"
)

// signingSecret is what Slack and the servers share.
const signingSecret = "8f1c4e0d5b7a49c2b6e3d1f0a9c8b7e6"

// signed is a whole HTTP request with Slack's signature of now.
// https://docs.slack.dev/authentication/verifying-requests-from-slack
func signed(body []byte, port int, now time.Time) string {
	at := strconv.FormatInt(now.Unix(), 10)
	mac := hmac.New(sha256.New, []byte(signingSecret))
	mac.Write([]byte("v0:" + at + ":"))
	mac.Write(body)
	return fmt.Sprintf("POST /slack/events HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n"+
		"User-Agent: Slackbot 1.0 (+https://api.slack.com/robots)\r\nAccept-Encoding: gzip,deflate\r\nAccept: application/json,*/*\r\n"+
		"X-Slack-Signature: v0=%s\r\nX-Slack-Request-Timestamp: %s\r\nContent-Length: %d\r\n"+
		"Content-Type: application/x-www-form-urlencoded\r\n\r\n%s", port, hex.EncodeToString(mac.Sum(nil)), at, len(body), body)
}

// world is what is there to ask for.
type world struct {
	incidents []lab.Incident
	hooks     string // the origin of response URLs
	number    int    // of the trigger
}

// slackSends makes bodies as Slack does. No two have the same trigger, so nothing is answered from memory.
type slackSends struct {
	*world
	shown, places, acked, turns int
}

func (s *slackSends) trigger() string {
	s.number++
	return fmt.Sprintf("%d.%d.%032x", 7_000_000_000_000+s.number, 1_000_000_000_000+s.number*7, s.number*2_654_435_761)
}

func (s *slackSends) hook(kind string) string {
	return fmt.Sprintf("%s/%s/T0HARBOUR/%d/%024x", s.hooks, kind, 9_000_000_000_000+s.number, s.number*40_503)
}

func (s *slackSends) command(customer int, channel, text string) []byte {
	trigger := s.trigger()
	return []byte(url.Values{
		"token": {"gIkuvaNzQIHg97ATvDxqgjtO"}, "team_id": {workspaceOf(customer)}, "team_domain": {"contoso-shop"},
		"channel_id": {channel}, "channel_name": {"support-harbour"}, "user_id": {ana}, "user_name": {"ana"}, "command": {"/incident"},
		"text": {text}, "api_app_id": {"A0BENCH"}, "is_enterprise_install": {"false"}, "response_url": {s.hook("commands")}, "trigger_id": {trigger},
	}.Encode())
}

// show asks for one incident of one customer after the other.
func (s *slackSends) show() []byte {
	i := s.incidents[s.shown%len(s.incidents)]
	s.shown++
	return s.command(i.Customer, customerChannel, "show "+i.Ref)
}

// report begins a report, each in another channel: in the same one it would be gone on with.
func (s *slackSends) report() []byte {
	place := s.places
	s.places++
	return s.command(place%customers, reportChannel(place/customers), "")
}

// press acknowledges one incident after the other, in the engineers' channel. Once all are, it starts over.
func (s *slackSends) press() []byte {
	i := s.incidents[s.acked%len(s.incidents)]
	s.acked++
	trigger := s.trigger()
	at := fmt.Sprintf("%d.%06d", time.Now().Unix(), s.number%1_000_000)
	return []byte("payload=" + url.QueryEscape(strings.NewReplacer(
		"TRIGGER", trigger, "HOOK", s.hook("actions"), "PRESSED", at, "SUBJECT", i.Subject, "REF", i.Ref,
	).Replace(pressed)))
}

// inTurn shows and presses in turn.
func (s *slackSends) inTurn() []byte {
	if s.turns++; s.turns%2 == 0 {
		return s.show()
	}
	return s.press()
}

// pressed is a press of Acknowledge under an engineers' card. Slack sends the whole message along.
const pressed = `{"type":"block_actions","user":{"id":"` + kenji + `","username":"kenji","name":"kenji","team_id":"` + provider + `"},` +
	`"api_app_id":"A0BENCH","token":"gIkuvaNzQIHg97ATvDxqgjtO","container":{"type":"message","message_ts":"1772442000.000100",` +
	`"channel_id":"` + engineers + `","is_ephemeral":false},"trigger_id":"TRIGGER","team":{"id":"` + provider + `","domain":"harbour"},` +
	`"enterprise":null,"is_enterprise_install":false,"channel":{"id":"` + engineers + `","name":"engineers"},` +
	`"message":{"user":"U0BOT","type":"message","ts":"1772442000.000100","bot_id":"B0BOT","app_id":"A0BENCH","team":"` + provider + `",` +
	`"text":"REF, severity A: every second order ends with an error.","blocks":[` +
	`{"type":"rich_text","block_id":"b1","elements":[{"type":"rich_text_section","elements":[` +
	`{"type":"text","text":"REF, severity A: every second order ends with an error.","style":{"bold":true}}]}]},` +
	`{"type":"section","block_id":"b2","fields":[{"type":"mrkdwn","text":"*Product*\nAzure Virtual Machines","verbatim":true},` +
	`{"type":"mrkdwn","text":"*First call*\nby <!date^1772442900^{time}|10:15 CET>","verbatim":true}]},` +
	`{"type":"actions","block_id":"b3","elements":[` +
	`{"type":"button","action_id":"ack","text":{"type":"plain_text","text":"Acknowledge","emoji":false},"style":"primary","value":"SUBJECT"},` +
	`{"type":"button","action_id":"take","text":{"type":"plain_text","text":"Take","emoji":false},"value":"SUBJECT"}]}]},` +
	`"state":{"values":{}},"response_url":"HOOK","actions":[{"action_id":"ack","block_id":"b3",` +
	`"text":{"type":"plain_text","text":"Acknowledge","emoji":false},"value":"SUBJECT","style":"primary","type":"button","action_ts":"PRESSED"}]}`
