package teams

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"testing"

	"example.com/firstcall/adapters/teams/teamsfake"
	"example.com/firstcall/bot/words"
)

func init() { // another test of this package may have it too
	if flag.Lookup("update") == nil {
		flag.Bool("update", false, "rewrite the golden files; read the diff before you commit it")
	}
}

// What Teams is sent for the story's messages and forms, in every language.
// -update rewrites the files; read the diff like any change of wording.
func TestGolden(t *testing.T) {
	for _, lang := range words.Languages() {
		for name, p := range postings(lang) {
			golden(t, name+"."+lang, cardOf(p))
		}
		for name, r := range replies(lang) {
			golden(t, name+"."+lang, replyCard(r, storyBegins, ownMessage))
		}
		for name, f := range forms(lang) {
			r := readerAt(lang, berlin)
			golden(t, name+"."+lang, formCard(&f, r, storyBegins, ownMessage))
		}
	}
	f := forms("en")["intake_4_severity"]
	golden(t, "dialog.en", formCard(&f, readerAt("en", berlin), storyBegins, inDialog))
	half := len(hostile) / 2
	golden(t, "hostile_1.en", hostileCard(hostile[:half]))
	golden(t, "hostile_2.en", hostileCard(hostile[half:]))
}

// golden compares a card with its file. Beside the card stand the words that go
// out where it isn't shown.
func golden(t *testing.T, name string, c card) {
	t.Helper()
	for _, p := range teamsfake.CheckCard(c.content) {
		t.Errorf("%s: Teams would refuse %s", name, p)
	}
	var content adaptive
	if err := json.Unmarshal(c.content, &content); err != nil {
		t.Fatal(err)
	}
	var got bytes.Buffer
	e := json.NewEncoder(&got)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(map[string]any{"card": content, "summary": c.summary, "text": c.text}); err != nil {
		t.Fatal(err)
	}
	path := "testdata/cards/" + name + ".json"
	if flag.Lookup("update").Value.String() == "true" {
		if err := os.MkdirAll("testdata/cards", 0o755); err != nil {
			t.Fatal(err)
		}
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
