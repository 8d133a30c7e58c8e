package slack

import (
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"example.com/firstcall/bot"
)

// inboundKinds is what each fixture of testdata/inbound means to the bot; nothing where it has no kind.
var inboundKinds = map[string]bot.EventKind{
	"said.json": bot.Said, "mention.json": bot.Said, "direct.json": bot.Said, "groupdirect.json": bot.Said, "broadcast.json": bot.Said, "orgevent.json": bot.Said,
	"edited.json": bot.Reworded, "deleted.json": bot.Retracted, "tombstone.json": bot.Retracted, "topicset.json": "", "unfolded.json": "",
	"program.json": "", "otherbot.json": "", "renamed.json": "", "userrevoked.json": "", "memberleft.json": "", "joinedother.json": "",
	"home.json": bot.Looked, "homemessages.json": "", "joined.json": bot.Joined, "channelidchanged.json": bot.Moved,
	"channelleft.json": bot.Left, "groupleft.json": bot.Left, "channelarchive.json": bot.Left, "grouparchive.json": bot.Left,
	"channeldeleted.json": bot.Left, "groupdeleted.json": bot.Left, "uninstalled.json": bot.Left, "botrevoked.json": bot.Left,
	"challenge.json": "", "ratelimited.json": "", "newkind.json": "", "newouter.json": "",
	"press.json": bot.Pressed, "pressmodal.json": bot.Pressed, "presshome.json": bot.Pressed, "pressnoteam.json": bot.Pressed, "pressnothing.json": "",
	"pressalone.json": bot.Submitted, "step.json": bot.Submitted, "submit.json": bot.Submitted,
	"shortcut.json": bot.Said, "messageaction.json": bot.Said, "closed.json": "", "suggestion.json": "", "newinteraction.json": "",
	"command.form": bot.Said, "commandorg.form": bot.Said, "sslcheck.form": "",
}

// Everything that Slack is known to send is answered with 200, whatever the bot says to it, and means the same when it comes
// again: another answer makes Slack repeat it, and in the end turn our events off.
func TestEveryKindIsAnswered(t *testing.T) {
	calm := func(o *Options) {
		o.HTTP = &http.Client{Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
			if r.Body != nil {
				_, _ = io.Copy(io.Discard, r.Body)
			}
			return &http.Response{
				StatusCode: http.StatusOK, Header: http.Header{"Content-Type": {"application/json"}}, Request: r,
				Body: io.NopCloser(strings.NewReader(`{"ok":true,"channel":"C1","ts":"1772442000.000100","message_ts":"1772442000.000100","view":{"id":"V1","hash":"1.h"},"permalink":"https://contoso.slack.com/x"}`)),
			}, nil
		})}
	}
	paths, err := filepath.Glob(filepath.Join("testdata", "inbound", "*.*"))
	if err != nil || len(paths) != len(inboundKinds) {
		t.Fatalf("%d fixtures and %d meanings, %v", len(paths), len(inboundKinds), err)
	}
	for says, reply := range map[string]bot.Reply{"a text": text("Noted."), "a form": form("Report", asks("title")), "nothing": {}, "its end": {Close: true}} {
		for _, path := range paths {
			name := filepath.Base(path)
			kind, known := inboundKinds[name]
			if !known {
				t.Errorf("nobody says what %s means", name)
			}
			st := newStory(t, calm)
			for _, w := range []string{"T0CONTOSO", "T0PROVIDER"} {
				st.tables.all[w] = Installation{Workspace: w, Token: "xoxb-canary-99", BotID: "B0BOT", BotUser: "U0BOT", AppID: "A0FIRSTCALL"}
			}
			st.tables.all["E0ORG"] = Installation{Enterprise: "E0ORG", Token: "xoxb-canary-99", BotID: "B0BOT", BotUser: "U0BOT", AppID: "A0FIRSTCALL"}
			st.says(reply)
			raw, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			body, as := strings.TrimSpace(string(raw)), asJSONBody
			switch {
			case strings.HasSuffix(name, ".form"):
				as = asForm
			case strings.Contains(body, `"user":{"id"`): // an interaction
				body, as = "payload="+url.QueryEscape(body), asForm
			}
			again := func(r *http.Request) {
				r.Header.Set("X-Slack-Retry-Num", "1")
				r.Header.Set("X-Slack-Retry-Reason", "http_timeout")
			}
			first, _ := st.post(body, as)
			second, _ := st.post(body, as, again)
			if first != 200 || second != 200 {
				t.Errorf("%s, and the bot says %s: answered %d, then %d", name, says, first, second)
			}
			events := st.got()
			switch {
			case kind == "" && len(events) > 0:
				t.Errorf("%s means nothing, and the bot heard %+v", name, events)
			case kind != "" && (len(events) != 1 || events[0].Kind != kind):
				t.Errorf("%s is %q, and the bot heard %+v", name, kind, events)
			}
			if log := st.log(); strings.Contains(log, "panic") {
				t.Errorf("%s: %s", name, log)
			}
		}
	}
}

// Whom a command names keeps the id; what is only to be read has the name that Slack shows.
func TestACommandKeepsIDs(t *testing.T) {
	st := newStory(t)
	st.post("command=%2Fincident&text=identity+ken+%3C%40U0123%7Cana.w%3E&team_id=T1&user_id=U1&channel_id=C1&trigger_id=1.2.3", asForm)
	if e := st.only(); e.Text != "/incident identity ken @U0123" {
		t.Errorf("the command is %q", e.Text)
	}
	for name, want := range map[string]string{"mention.json": "@firstcall hand over INC-1 @U0123", "said.json": "@firstcall see the status (https://status.example/1) & ask @U0KEN"} {
		if r, _ := readEvent(t, name, Installation{Workspace: "T0CONTOSO", BotUser: "U0BOT"}); r.event.Text != want {
			t.Errorf("%s says %q, want %q", name, r.event.Text, want)
		}
	}
	r, _ := readInteraction(t, "messageaction.json", Installation{Workspace: "T0CONTOSO", BotUser: "U0BOT"})
	if !r.event.Report || r.event.Text != "checkout is down, ask @ken" {
		t.Errorf("the message is %q", r.event.Text)
	}
}
