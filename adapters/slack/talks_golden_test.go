package slack_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"

	"example.com/firstcall/adapters/slack/slackfake"
	"example.com/firstcall/adapters/surfacetest"
	"example.com/firstcall/bot/talk"
)

// The talk whose messages are kept as Slack gets them: from the first command to the closed incident.
const wholeLife = surfacetest.Talks + "/life_to_the_end.talk"

// TestWhatSlackGets keeps everything that Slack is sent in one talk, in order
// and in every language. -update rewrites the files; read the diff like any
// change of what people see.
func TestWhatSlackGets(t *testing.T) {
	script, err := os.ReadFile(wholeLife)
	if err != nil {
		t.Fatal(err)
	}
	english := kept(t, string(script), "en", nil)
	for _, lang := range []string{"ja", "zh-Hans"} {
		t.Run(lang, func(t *testing.T) {
			t.Parallel()
			kept(t, string(script), lang, english)
		})
	}
}

// kept plays the script with everybody reading one language, and compares what
// was sent. Buttons are called by what they are called in English.
func kept(t *testing.T, script, lang string, actions map[string]string) map[string]string {
	t.Helper()
	w := newWorldIn(t, script, false, lang)
	w.pressed, w.actions = map[string]string{}, actions
	r := recorder{ids: map[string]string{}}
	w.noted, w.answered = r.call, r.answer
	if err := talk.Play(t.Context(), strings.NewReader(script), w.stage()); err != nil {
		t.Fatalf("%v\n%s\n--- played until then\n%s", err, w.faults.String(), w.out)
	}
	w.hearAll()
	if faults := w.faults.String(); faults != "" {
		t.Errorf("faults were logged:\n%s", faults)
	}
	path := "testdata/talks/life_to_the_end." + lang + ".json"
	got := r.file(t)
	if flag.Lookup("update").Value.String() == "true" {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(want, got) {
		t.Errorf("%s differs; -update writes it:\n%s", path, surfacetest.LineDiff(string(want), string(got)))
	}
	return w.pressed
}

// recorder keeps what was sent, without what differs from one run to the next.
type recorder struct {
	sent []map[string]any
	ids  map[string]string
}

// volatile are arguments that say nothing about what is seen.
var volatile = map[string]bool{"token": true, "trigger_id": true, "view_id": true, "hash": true}

func (r *recorder) call(c slackfake.Call) {
	if !c.Committed {
		return
	}
	one := map[string]any{"method": c.Method}
	for k, v := range c.Args {
		if s, text := v.(string); text && (strings.HasPrefix(s, "[") || strings.HasPrefix(s, "{")) {
			var in any
			if json.Unmarshal([]byte(s), &in) == nil {
				v = in
			}
		}
		if !volatile[k] {
			one[k] = v
		}
	}
	r.sent = append(r.sent, one)
}

// answer keeps what Slack was answered with something to show.
func (r *recorder) answer(d slackfake.Delivery) {
	var body map[string]any
	if json.Unmarshal(d.Answer.Body, &body) == nil && len(body) > 0 {
		r.sent = append(r.sent, map[string]any{"answer to": d.Kind, "body": body})
	}
}

var uuid = regexp.MustCompile(`[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}`)

func (r *recorder) file(t *testing.T) []byte {
	t.Helper()
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", " ")
	if err := e.Encode(r.sent); err != nil {
		t.Fatal(err)
	}
	return uuid.ReplaceAllFunc(b.Bytes(), func(id []byte) []byte {
		if r.ids[string(id)] == "" {
			r.ids[string(id)] = fmt.Sprintf("id-%d", len(r.ids)+1)
		}
		return []byte(r.ids[string(id)])
	})
}
