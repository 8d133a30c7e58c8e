package slack

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"testing"

	"example.com/firstcall/bot/words"
)

func init() { // another test of this package may have it too
	if flag.Lookup("update") == nil {
		flag.Bool("update", false, "rewrite the golden files; read the diff before you commit it")
	}
}

// What Slack is sent for the story's messages and forms, in every language.
// -update rewrites the files; read the diff like any change of wording.
func TestGolden(t *testing.T) {
	for _, lang := range words.Languages() {
		for name, p := range postings(lang) {
			m := messageOf(p)
			noViolations(t, name, messageViolations(m))
			golden(t, name+"."+lang, asJSON(m))
		}
		for name, f := range forms(lang) {
			v := modalOf(&f, lang, berne, nine, `{"f":"`+f.Key+`"}`)
			noViolations(t, name, modalViolations(v))
			golden(t, name+"."+lang, v)
		}
		list, opener, home, closing := replies(lang)
		for name, m := range map[string]message{"ephemeral_list": replyOf(list, nine), "form_opener": replyOf(opener, nine)} {
			noViolations(t, name, messageViolations(m))
			golden(t, name+"."+lang, asJSON(m))
		}
		h := homeOf(home, nine)
		noViolations(t, "home", homeViolations(h))
		golden(t, "home."+lang, h)
		for name, v := range map[string]any{"closing": closingView(closing, nine), "waiting": waitingView(lang)} {
			golden(t, name+"."+lang, v)
		}
		noViolations(t, "closing", modalViolations(closingView(closing, nine)))
		noViolations(t, "waiting", modalViolations(waitingView(lang)))
	}
}

func asJSON(m message) any { return map[string]any{"text": m.text, "blocks": m.blocks} }

func noViolations(t *testing.T, name string, all []violation) {
	t.Helper()
	for _, v := range all {
		t.Errorf("%s: Slack would refuse %s", name, v)
	}
}

func golden(t *testing.T, name string, v any) {
	t.Helper()
	var got bytes.Buffer
	e := json.NewEncoder(&got)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(v); err != nil {
		t.Fatal(err)
	}
	path := "testdata/" + name + ".json"
	if flag.Lookup("update").Value.String() == "true" {
		if err := os.WriteFile(path, got.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(want, got.Bytes()) {
		t.Errorf("%s differs; -update writes it:\n%s", path, got.Bytes())
	}
}
