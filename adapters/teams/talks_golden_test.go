package teams_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"

	"example.com/firstcall/adapters/surfacetest"
	"example.com/firstcall/bot/talk"
)

// The talk whose cards are kept as Teams gets them: from the first command to the closed incident.
const wholeLife = surfacetest.Talks + "/life_to_the_end.talk"

// TestWhatTeamsGets keeps everything that Teams is sent or answered with in one
// talk, in order and in every language. -update rewrites the files; read the
// diff like any change of what people see.
func TestWhatTeamsGets(t *testing.T) {
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
	r := recorder{t: t}
	w := newWorld(t, script, lang, func(w *world) {
		w.Pressed, w.Means, w.Kept = map[string]string{}, actions, r.keep
	})
	if err := talk.Play(t.Context(), strings.NewReader(script), w.stage()); err != nil {
		t.Fatalf("%v\n%s\n--- played until then\n%s", err, w.faults.String(), w.out)
	}
	if faults := w.faults.String(); faults != "" {
		t.Errorf("faults were logged:\n%s", faults)
	}
	path := "testdata/talks/life_to_the_end." + lang + ".json"
	got := r.file()
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
	return w.Pressed
}

// recorder keeps what was sent, without what differs from one run to the next.
type recorder struct {
	t    *testing.T
	sent []map[string]any
}

// volatile are members that say nothing about what is seen.
var volatile = []string{"serviceUrl", "conversation", "from", "recipient", "channelId", "id", "replyToId"}

func (r *recorder) keep(what string, body json.RawMessage) {
	var in map[string]any
	if err := json.Unmarshal(body, &in); err != nil {
		r.t.Errorf("%s: %v", what, err)
	}
	for _, name := range volatile {
		delete(in, name)
	}
	r.sent = append(r.sent, map[string]any{"what": what, "body": in})
}

var uuid = regexp.MustCompile(`[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}`)

func (r *recorder) file() []byte {
	r.t.Helper()
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", " ")
	if err := e.Encode(r.sent); err != nil {
		r.t.Fatal(err)
	}
	ids := map[string]string{}
	return uuid.ReplaceAllFunc(b.Bytes(), func(id []byte) []byte {
		if ids[string(id)] == "" {
			ids[string(id)] = fmt.Sprintf("id-%d", len(ids)+1)
		}
		return []byte(ids[string(id)])
	})
}
