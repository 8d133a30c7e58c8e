package bot

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// A sentence that tells people what to type names a verb that there is; "to" is
// the only other word that may follow.
func TestSentencesNameVerbsThatThereAre(t *testing.T) {
	files, err := filepath.Glob("words/*.json")
	if err != nil || len(files) == 0 {
		t.Fatalf("no sentences (%v)", err)
	}
	shape := regexp.MustCompile(`/incident ([a-z]+)`)
	others := []string{"link", "unlink", "pin", "undo", "board", "mine", "help", "list", "show", "why"}
	found := 0
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var all map[string]json.RawMessage
		if err := json.Unmarshal(data, &all); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		for key, text := range all {
			for _, m := range shape.FindAllStringSubmatch(string(text), -1) {
				found++
				_, is := findVerb(m[1])
				if !is && !slices.Contains(others, m[1]) && m[1] != "to" {
					t.Errorf("%s: %s tells people to type %s", file, key, strings.TrimSpace(m[0]))
				}
			}
		}
	}
	if found < 60 {
		t.Errorf("only %d commands were found", found)
	}
}
