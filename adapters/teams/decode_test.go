package teams

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"example.com/firstcall/bot"
)

func TestPlainOf(t *testing.T) {
	for in, want := range map[string]string{
		"":                              "",
		"plain":                         "plain",
		"<div>a &lt; b &amp; c</div>":   "a < b & c",
		"<p>one</p><p>two<br>three</p>": "one\ntwo\nthree",
		"<ul><li>a</li><li>b</li></ul>": "a\nb",
		"<div>3 < 5 > 4</div>":          "3 < 5 > 4",
		"<at>Ana</at>&nbsp;look":        "Ana look",
		`<a href="https://x">x</a> <`:   "x <",
		"<":                             "<",
		"<>":                            "<>",
		"&lt;script&gt;":                "<script>",
	} {
		if got := plainOf(in); got != want {
			t.Errorf("plainOf(%q) is %q, want %q", in, got, want)
		}
	}
}

func TestWhatIsAPersonsOwnChat(t *testing.T) {
	for name, c := range map[string]struct {
		conversation string
		place, route string
	}{
		"personal":                  {`{"id":"a:1x","conversationType":"personal"}`, "", "a:1x"},
		"personal, unsaid":          {`{"id":"a:1x"}`, "", "a:1x"},
		"a chat of two, without us": {`{"id":"19:a_b@unq.gbl.spaces","conversationType":"personal"}`, "", ""},
		"a group":                   {`{"id":"19:g@thread.v2","conversationType":"groupChat","isGroup":true}`, "19:g@thread.v2", "19:g@thread.v2"},
		"a channel":                 {`{"id":"19:c@thread.tacv2;messageid=7","conversationType":"channel","isGroup":true}`, "19:c@thread.tacv2", "19:c@thread.tacv2"},
		"a group, unsaid":           {`{"id":"19:g@thread.v2"}`, "19:g@thread.v2", "19:g@thread.v2"},
	} {
		a, err := decodeActivity([]byte(`{"type":"message","id":"8","serviceUrl":"https://x/","from":{"id":"29:1","aadObjectId":"u"},"text":"hi","conversation":` + c.conversation + `}`))
		if err != nil {
			t.Fatal(name, err)
		}
		r, means := a.read("app", start)
		if !means {
			t.Errorf("%s: it means nothing", name)
		}
		var to route
		_ = json.Unmarshal([]byte(r.event.Route), &to)
		equal(t, name+": place", r.event.Place, c.place)
		equal(t, name+": route", to.Conversation, c.route)
	}
}

func TestValuesOfAForm(t *testing.T) {
	data := object(json.RawMessage(`{"f":"report","p":"1","o":"1","msteams":{"type":"x"},"product":"check","product?picked":"P7","event?picked":"",
		"event":"typed","many":3,"sure":true,"list":["a"],"none":null,"` + strings.Repeat("k", 200) + `":"x"}`))
	var r received
	if !r.acted(data) {
		t.Fatal("it is no form")
	}
	want := map[string]string{"product": "P7", "event": "typed", "many": "3", "sure": "true", "list": "", "none": ""}
	if len(r.event.Values) != len(want) {
		t.Errorf("the values are %v", r.event.Values)
	}
	for k, v := range want {
		equal(t, k, r.event.Values[k], v)
	}
	equal(t, "a step", r.event.Partial, true)
	equal(t, "own", r.own, true)
	equal(t, "kind", r.event.Kind, bot.Submitted)
}

func TestHostileDataIsNoButton(t *testing.T) {
	many := map[string]string{"f": "report"}
	for i := range 500 {
		many[strings.Repeat("x", i+1)] = "y"
	}
	all, _ := json.Marshal(many)
	for name, raw := range map[string]string{
		"nothing": ``, "null": `null`, "a list": `[]`, "no names of ours": `{"x":"y"}`,
		"an object as action": `{"a":{"x":1}}`, "a long action": `{"a":"` + strings.Repeat("a", 2000) + `"}`,
		"a long form": `{"f":"` + strings.Repeat("a", 2000) + `"}`, "too many": string(all),
	} {
		var r received
		if r.acted(object(json.RawMessage(raw))) {
			t.Errorf("%s is taken for %+v", name, r.event)
		}
	}
}

// Whatever comes, decoding and reading it is no fault, and what the bot is told
// keeps to what the store and a URL can carry.
func FuzzActivity(f *testing.F) {
	for _, seed := range []string{
		`{"type":"message","id":"1","channelId":"msteams","serviceUrl":"https://smba.trafficmanager.net/emea/","timestamp":"2026-03-02T09:00:00Z","from":{"id":"29:1","aadObjectId":"a"},"recipient":{"id":"28:app"},"conversation":{"id":"19:c@thread.tacv2;messageid=1","conversationType":"channel"},"text":"<at>bot</at> hi &lt;","entities":[{"type":"mention","text":"<at>bot</at>","mentioned":{"id":"28:app"}}],"attachments":[{"contentType":"image/png","contentUrl":"https://x/y"}]}`,
		`{"type":"invoke","name":"adaptiveCard/action","id":"f:1","replyToId":"7","from":{"id":"29:1"},"conversation":{"id":"a:1"},"value":{"action":{"id":"x","data":{"a":"take","s":"1"}},"trigger":"manual"}}`,
		`{"type":"invoke","name":"composeExtension/fetchTask","from":{"id":"29:1"},"conversation":{"id":"a:1"},"value":{"commandId":"report","messagePayload":{"body":{"contentType":"html","content":"<p>x<br>"},"linkToMessage":"https://x"}}}`,
		`{"type":"invoke","name":"task/submit","from":{"id":"29:1"},"conversation":{"id":"a:1"},"value":{"data":"{\"f\":\"report\",\"_nav\":\"back\"}"}}`,
		`{"type":"conversationUpdate","conversation":{"id":"19:c"},"recipient":{"id":"28:app"},"membersAdded":[{"id":"28:app"}],"channelData":{"eventType":"channelDeleted","channel":{"id":"19:d"},"team":{"id":"19:c"}}}`,
		`{"type":"installationUpdate","action":"remove","conversation":{"id":"a:1"},"from":{"id":"29:1"}}`,
		`{"type":"messageUpdate","id":"1","timestamp":"x","textFormat":"xml","text":"<b>x</b","conversation":{"id":"a:1"},"from":{"id":"29:1"}}`,
		`{"type":"messageDelete","id":"1","conversation":{"id":";messageid="},"from":{"id":"29:1"}}`,
		`[]`, `"x"`, `{`, `{"type":7,"conversation":{"id":7}}`, `{"type":"message","conversation":{"id":"a:1"},"value":[[[[]]]],"from":"x"}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		a, err := decodeActivity(body)
		if err != nil {
			return
		}
		r, means := a.read("app", start)
		if !means {
			return
		}
		e := r.event
		switch {
		case e.Platform != "teams" || e.Kind == "" || e.Route == "" || e.Key == "":
			t.Errorf("half an event: %+v", e)
		case strings.Contains(e.Place, ";messageid="):
			t.Errorf("a place with a thread: %q", e.Place)
		case len(e.Key) > 3*longestID || len(e.Person) > longestID || len(e.Place) > longestID || len(e.Route) > 32<<10:
			t.Errorf("too long: key %d, person %d, place %d, route %d", len(e.Key), len(e.Person), len(e.Place), len(e.Route))
		case e.Kind != bot.Left && e.Kind != bot.Joined && e.Person == "":
			t.Errorf("%s by nobody", e.Kind)
		case e.At.Before(start.Add(-oldestDelivery)) || e.At.After(start.Add(leeway+time.Second)):
			t.Errorf("at %s", e.At)
		case len(e.Files) > mostFiles || len(e.Values) > mostFields:
			t.Errorf("%d files, %d values", len(e.Files), len(e.Values))
		case e.Link != "" && !strings.HasPrefix(e.Link, "https://"):
			t.Errorf("a link to %q", e.Link)
		}
	})
}
