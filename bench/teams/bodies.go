package main

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"time"

	"example.com/firstcall/bench/lab"
)

// What the channel, the stub and the servers share.
const (
	appID  = "5e0f8a52-7c1d-4b9e-9a63-2d4c7f1b8e90"
	issuer = "https://api.botframework.com"
	keyID  = "bench-key"
)

// channel signs tokens as the Bot Framework does.
type channel struct {
	key     *rsa.PrivateKey
	service string
	fresh   []string // tokens that each go with one activity; a server sees none of them twice
	signed  int
}

func newChannel() (*channel, error) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return nil, fmt.Errorf("make the channel's key: %w", err)
	}
	return &channel{key: key}, nil
}

// token is one that no other is like, good for an hour as the channel's are.
// https://learn.microsoft.com/azure/bot-service/rest-api/bot-framework-rest-connector-authentication
func (c *channel) token() (string, error) {
	c.signed++
	now := time.Now().Unix()
	claims, err := json.Marshal(map[string]any{
		"serviceurl": c.service, "nbf": now, "exp": now + 3600, "iss": issuer, "aud": appID, "jti": fmt.Sprintf("%032x", c.signed*2_654_435_761),
	})
	if err != nil {
		return "", err
	}
	part := base64.RawURLEncoding.EncodeToString
	text := part([]byte(`{"alg":"RS256","kid":"`+keyID+`","x5t":"`+keyID+`","typ":"JWT"}`)) + "." + part(claims)
	sum := sha256.Sum256([]byte(text))
	signature, err := rsa.SignPKCS1v15(nil, c.key, crypto.SHA256, sum[:])
	if err != nil {
		return "", fmt.Errorf("sign a token: %w", err)
	}
	return text + "." + part(signature), nil
}

// request is a whole HTTP request with a token.
func request(body []byte, token string, port int) string {
	return fmt.Sprintf("POST /api/messages HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nUser-Agent: Microsoft-SkypeBotApi (Microsoft-BotFramework/3.0)\r\n"+
		"x-ms-conversation-id: bench\r\nAuthorization: Bearer %s\r\nContent-Length: %d\r\nContent-Type: application/json; charset=utf-8\r\n\r\n%s",
		port, token, len(body), body)
}

// world is what is there to ask for, and who carries it.
type world struct {
	incidents []lab.Incident
	channel   *channel
	number    int // of the activity; never twice
}

// teamsSends makes activities as Teams does, each with an id of its own.
type teamsSends struct {
	*world
	shown, acked, turns, tokens int
	one                         string // the token of all that share one
}

// shared is the token that many activities come with, as the channel sends them.
func (s *teamsSends) shared() (string, error) {
	var err error
	if s.one == "" {
		s.one, err = s.channel.token()
	}
	return s.one, err
}

// own is a token that the server hasn't seen.
func (s *teamsSends) own() (string, error) {
	if s.tokens == len(s.channel.fresh) {
		t, err := s.channel.token()
		if err != nil {
			return "", err
		}
		s.channel.fresh = append(s.channel.fresh, t)
	}
	s.tokens++
	return s.channel.fresh[s.tokens-1], nil
}

type object = map[string]any

// activity is what everything has that somebody does.
func (s *teamsSends) activity(kind, tenant, person, name string) object {
	s.number++
	at := time.Now().UTC()
	return object{
		"type": kind, "channelId": "msteams", "serviceUrl": s.channel.service, "locale": "en-US", "localTimezone": "Europe/Berlin",
		"timestamp": at.Format("2006-01-02T15:04:05.0000000Z"), "localTimestamp": at.Add(time.Hour).Format("2006-01-02T15:04:05.0000000+01:00"),
		"from":      object{"id": channelIDOf(person), "name": name, "aadObjectId": person},
		"recipient": object{"id": "28:" + appID, "name": "firstcall"},
		"entities":  []any{object{"locale": "en-US", "country": "US", "platform": "Web", "timezone": "Europe/Berlin", "type": "clientInfo"}},
		"channelData": object{
			"tenant": object{"id": tenant},
		},
	}
}

// show asks for one incident of one customer after the other, each time another of its people in their own chat: Teams grants
// a conversation and a tenant only so many answers.
func (s *teamsSends) show() ([]byte, error) {
	i := s.incidents[s.shown%len(s.incidents)]
	speaker := s.shown / customers % speakers
	s.shown++
	tenant, person := tenantOf(i.Customer), personOf(i.Customer, speaker)
	a := s.activity("message", tenant, person, "Ana Weber")
	a["id"], a["text"], a["textFormat"] = fmt.Sprint(1_772_442_000_000+s.number), "show "+i.Ref, "plain"
	a["conversation"] = object{"conversationType": "personal", "tenantId": tenant, "id": "a:1" + person}
	return json.Marshal(a)
}

// press acknowledges one incident after the other on its card in the engineers' channel.
func (s *teamsSends) press() ([]byte, error) {
	i := s.incidents[s.acked%len(s.incidents)]
	s.acked++
	a := s.activity("invoke", provider, kenji, "Kenji Sato")
	a["id"], a["name"], a["replyToId"] = fmt.Sprintf("f:%08x-0000-4000-8000-%012x", s.number, s.number), "adaptiveCard/action", "1772442000123"
	a["conversation"] = object{
		"isGroup": true, "conversationType": "channel", "tenantId": provider, "id": engineers + ";messageid=1772442000123",
	}
	a["channelData"] = object{
		"tenant": object{"id": provider}, "channel": object{"id": engineers}, "team": object{"id": "19:team@thread.tacv2"},
		"source": object{"name": "message"}, "legacy": object{"replyToId": "1:1x"},
	}
	a["value"] = object{"trigger": "manual", "action": object{
		"type": "Action.Execute", "title": "Acknowledge", "id": "", "verb": "press", "data": object{"a": "ack", "s": i.Subject},
	}}
	return json.Marshal(a)
}

// inTurn shows and presses in turn.
func (s *teamsSends) inTurn() ([]byte, error) {
	if s.turns++; s.turns%2 == 0 {
		return s.show()
	}
	return s.press()
}
