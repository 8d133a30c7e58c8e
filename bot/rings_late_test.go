package bot

import (
	"encoding/json"
	"os"
	"strings"
	"testing"
	"time"

	"example.com/firstcall/bot/words"
	"example.com/firstcall/domain"
	"example.com/firstcall/domain/terms"
)

// Every ring about the time left has a sentence for when nothing is left.
func TestEveryTimeLeftHasALaterSentence(t *testing.T) {
	data, err := os.ReadFile("words/rings.en.json")
	if err != nil {
		t.Fatal(err)
	}
	var all map[string]json.RawMessage
	if err := json.Unmarshal(data, &all); err != nil {
		t.Fatal(err)
	}
	found := 0
	for key, text := range all {
		if !strings.Contains(string(text), "{{.Left}}") {
			continue
		}
		found++
		later, _ := saidLater(strings.TrimPrefix(key, "ring."))
		said, ok := all["ring."+later]
		if !ok || strings.Contains(string(said), "{{.Left}}") {
			t.Errorf("%s has no sentence for later: %q says %s", key, later, said)
		}
	}
	if found < 4 {
		t.Errorf("only %d sentences about the time left were found", found)
	}
}

func TestAReminderSentLateSaysThatItIsLate(t *testing.T) {
	s := sceneOf(world(), nine.Add(8*time.Minute))
	i := opened(t, s, terms.Sev1) // its call is due at 09:15
	n := domain.Notice{To: domain.ToEngineers, Kind: domain.FirstResponseHalf, At: nine.Add(450 * time.Second), Due: i.FirstResponse.Due}
	m := s.ringMessage(&i, &n, place("#engineers", domain.Provider, ForEngineers, ""))
	for at, want := range map[time.Duration]string{14 * time.Minute: "has 1 min left", 15 * time.Minute: "was due by", 3 * time.Hour: "was due by"} {
		now := nine.Add(at)
		if got := m.current(now).Text.Render(words.Reader{Lang: "en", Zone: time.UTC}, now); !strings.Contains(got, want) {
			t.Errorf("sent %v after the opening it says %q, want %q", at, got, want)
		}
	}
}

// After an outage the notice of a missed first call is folded into the one that
// it is late, so that one must arrive.
func TestALateFirstCallEscalates(t *testing.T) {
	if !escalates(domain.FirstResponseLate) {
		t.Error("where a platform can't be searched, nobody may hear that the first call was missed")
	}
}
