package slack

import (
	"encoding/json"
	"net/url"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	api "github.com/slack-go/slack"

	"example.com/firstcall/bot"
)

func fixture(t testing.TB, name string) []byte {
	t.Helper()
	body, err := os.ReadFile(filepath.Join("testdata", "inbound", name))
	if err != nil {
		t.Fatal(err)
	}
	return body
}

func readEvent(t testing.TB, name string, inst Installation) (received, bool) {
	t.Helper()
	var e outer
	if err := decode(fixture(t, name), &e); err != nil {
		t.Fatal(err)
	}
	return e.read(inst)
}

func readInteraction(t testing.TB, name string, inst Installation) (received, []string) {
	t.Helper()
	var x interaction
	if err := decode(fixture(t, name), &x); err != nil {
		t.Fatal(err)
	}
	r, means := x.read(inst, start)
	if !means {
		t.Fatalf("%s means nothing", name)
	}
	return r, x.workspaces()
}

var provider = Installation{Workspace: "T0PROVIDER", BotUser: "U0BOT", BotID: "B0BOT", AppID: "A0FIRSTCALL"}

func sec(seconds int64, micros int64) time.Time { return time.Unix(seconds, micros*1000).UTC() }

func TestAPressInASharedChannel(t *testing.T) {
	r, where := readInteraction(t, "press.json", provider)
	want := bot.Event{
		Key: triggerKey("9001.8001.abc"), Platform: "slack", Workspace: "T0CONTOSO", Through: "T0PROVIDER", Person: "U0ANA", Place: "C0SHARED",
		At: sec(1772442060, 500000), Kind: bot.Pressed, Action: "ack",
		Subject: "0195a000-0000-7000-8000-000000000001 0195a000-0000-7000-8000-000000000042",
	}
	if !reflect.DeepEqual(r.event, want) {
		t.Errorf("got  %+v\nwant %+v", r.event, want)
	}
	if r.hook != "https://hooks.slack.com/actions/T0CONTOSO/1/abc" || r.thread != "1772441000.000200" || r.trigger != "9001.8001.abc" {
		t.Errorf("the way back is %+v", r)
	}
	if where[1] != "T0PROVIDER" || where[2] != "T0CONTOSO" { // the message's installation comes before the person's
		t.Errorf("installations are looked for in %q", where)
	}
	if strings.Contains(r.event.Key, "9001") {
		t.Error("the key names the trigger")
	}
}

func TestASubmissionOfAnOrganisation(t *testing.T) {
	r, where := readInteraction(t, "submit.json", provider)
	want := bot.Event{
		Key: triggerKey("9002.8002.def"), Platform: "slack", Workspace: "T0FABRIKAM", Through: "T0PROVIDER", Person: "W0KEN", Place: "C0SHARED",
		At: start, Kind: bot.Submitted, Form: "report 0195a000-0000-7000-8000-000000000009",
		Values: map[string]string{"happened": "Checkout is down\nsince nine", "severity": "A"},
	}
	if !reflect.DeepEqual(r.event, want) {
		t.Errorf("got  %+v\nwant %+v", r.event, want)
	}
	if where[0] != "T0PROVIDER" || where[len(where)-2] != "E0ORG" {
		t.Errorf("installations are looked for in %q", where)
	}
}

func TestAMessageInASharedChannel(t *testing.T) {
	r, means := readEvent(t, "said.json", provider)
	want := bot.Event{
		Key: "message:C0SHARED:1772441990.000700", Platform: "slack", Workspace: "T0CONTOSO", Through: "T0PROVIDER", Person: "U0ANA", Place: "C0SHARED",
		At: sec(1772441990, 700), Kind: bot.Said, Text: "@firstcall see the status (https://status.example/1) & ask @U0KEN",
		Message: "C0SHARED:1772441990.000700", Thread: "C0SHARED:1772441000.000200",
	}
	if !means || !reflect.DeepEqual(r.event, want) {
		t.Errorf("got  %v %+v\nwant %+v", means, r.event, want)
	}
	if !r.addressed || len(r.files) != 2 {
		t.Errorf("read %+v", r)
	}
}

func TestAnEdit(t *testing.T) {
	own := Installation{Workspace: "T0CONTOSO", BotUser: "U0BOT"}
	r, means := readEvent(t, "edited.json", own)
	want := bot.Event{
		Key: "message:C0OWN:1772442000.000300:1772442100.000900", Platform: "slack", Workspace: "T0CONTOSO", Person: "U0ANA", Place: "C0OWN",
		At: sec(1772442100, 900), Kind: bot.Reworded, Text: "it is the #cache", Message: "C0OWN:1772442000.000300",
	}
	if !means || !reflect.DeepEqual(r.event, want) {
		t.Errorf("got  %v %+v\nwant %+v", means, r.event, want)
	}
	r, means = readEvent(t, "tombstone.json", own)
	if !means || r.event.Kind != bot.Retracted || r.event.Message != "C0OWN:1772442000.000300" || r.event.Person != "U0ANA" || r.event.Text != "" {
		t.Errorf("a message with answers was deleted: %v %+v", means, r.event)
	}
}

func TestWhatMeansNothing(t *testing.T) {
	for _, name := range []string{"unfolded.json", "program.json", "otherbot.json", "renamed.json", "userrevoked.json"} {
		if r, means := readEvent(t, name, Installation{Workspace: "T0CONTOSO", BotUser: "U0BOT"}); means {
			t.Errorf("%s means %+v", name, r.event)
		}
		var e outer
		_ = decode(fixture(t, name), &e)
		if _, leaves := e.leaves(); leaves {
			t.Errorf("%s ends the installation", name)
		}
	}
}

func TestAsTyped(t *testing.T) {
	for wire, want := range map[string]string{
		"plain":                                 "plain",
		"a &lt;b&gt; &amp;amp; c":               "a <b> &amp; c",
		"<@U0BOT> help":                         "help",
		"ask <@U9> or <@U8|ben>":                "ask @U9 or @ben",
		"in <#C1|general> or <#C2>":             "in #general or #C2",
		"<!here> <!channel>":                    "@here @channel",
		"<!subteam^S1|@oncall>":                 "@oncall",
		"<!subteam^S1>":                         "@subteam",
		"<!date^1772442000^{time}|10:00>":       "10:00",
		"<https://a.example/x?a=1&amp;b=2>":     "https://a.example/x?a=1&b=2",
		"<https://a.example|a.example>":         "https://a.example",
		"<https://a.example|here>":              "here (https://a.example)",
		"<mailto:a@b.example|a@b.example>":      "a@b.example",
		"<mailto:a@b.example|write>":            "write",
		"<tel:+491|+491>":                       "+491",
		"open < without an end":                 "open < without an end",
		"<>":                                    "",
		"<|x>":                                  "x",
		"支付失败 <@U0BOT>":                         "支付失败",
		"&lt;!channel&gt; is what I typed":      "<!channel> is what I typed",
		"two <@U0BOT> mentions <@U0BOT> of you": "two  mentions  of you",
	} {
		if got, _ := asTyped(wire, "U0BOT", false); got != want {
			t.Errorf("%q: got %q, want %q", wire, got, want)
		}
	}
	if _, mentioned := asTyped("hello", "", false); mentioned {
		t.Error("nobody was mentioned")
	}
}

func TestInstants(t *testing.T) {
	for ts, want := range map[string]time.Time{
		"1772442000.000100": sec(1772442000, 100), "1772442000": sec(1772442000, 0), "1772442000.5": sec(1772442000, 500000),
		"": {}, "soon": {}, "-5.1": {}, "99999999999999.1": {}, "1772442000.-00001": sec(1772442000, 0),
	} {
		if got := instantOf(ts); !got.Equal(want) {
			t.Errorf("%q: got %v, want %v", ts, got, want)
		}
	}
}

// FuzzDecode: whatever is signed, reading it doesn't fail the program.
func FuzzDecode(f *testing.F) {
	names, _ := filepath.Glob(filepath.Join("testdata", "inbound", "*.json"))
	for _, name := range names {
		f.Add(fixture(f, filepath.Base(name)))
	}
	f.Add([]byte("payload=" + url.QueryEscape(`{"type":"shortcut","user":{"id":"U1"}}`)))
	f.Add([]byte("command=%2Fincident&text=list&user_id=U1"))
	f.Add([]byte(`{"type":"block_actions","actions":[{}],"view":{"state":{"values":[]},"private_metadata":"{"}}`))
	f.Add([]byte(strings.Repeat("[", 20_000)))
	f.Add([]byte(`{"event":` + strings.Repeat(`{"message":`, 3000) + "1" + strings.Repeat("}", 3001)))
	f.Fuzz(func(t *testing.T, body []byte) {
		var e outer
		if decode(body, &e) == nil {
			e.workspaces()
			e.leaves()
			if r, means := e.read(provider); means && r.event.Kind == "" {
				t.Error("an event of no kind")
			}
		}
		for _, b := range [][]byte{body, payloadOf(body)} {
			var x interaction
			if decode(b, &x) != nil {
				continue
			}
			x.workspaces()
			if r, means := x.read(provider, start); means && (r.event.Kind == "" || r.event.Person == "" || r.event.At.IsZero()) {
				t.Errorf("an event that says too little: %+v", r.event)
			}
		}
		if _, c, _, err := readForm(body); err == nil {
			c.read(provider, start)
		}
	})
}

// payloadOf is the payload of a body, if it has one.
func payloadOf(body []byte) []byte {
	payload, _, _, _ := readForm(body)
	return payload
}

func BenchmarkDecodeOurs(b *testing.B) {
	body := fixture(b, "press.json")
	b.SetBytes(int64(len(body)))
	b.ReportAllocs()
	for b.Loop() {
		var x interaction
		if err := decode(body, &x); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkDecodeSlackGo(b *testing.B) {
	body := withoutHologram(fixture(b, "press.json"))
	b.SetBytes(int64(len(body)))
	b.ReportAllocs()
	for b.Loop() {
		var x api.InteractionCallback
		if err := json.Unmarshal(body, &x); err != nil {
			b.Fatal(err)
		}
	}
}

// withoutHologram leaves out the element that slack-go refuses.
func withoutHologram(body []byte) []byte {
	return []byte(strings.Replace(string(body), `,{"type":"hologram","action_id":"new","of":[1,2,{"three":null}]}`, "", 1))
}
