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

// A page says in its first line which incident, how long is left or late, and
// who has it; then what, and whom to call. Only who may do it is offered it.
func TestWhatAManagersPageSays(t *testing.T) {
	s := sceneOf(world(), nine.Add(12*time.Minute))
	i := opened(t, s, terms.Sev1) // its call is due at 09:15
	n := domain.Notice{To: domain.ToManagers, Kind: domain.Page, Rung: 2, At: s.now, Due: i.FirstResponse.Due}
	first := "INC-1 · Contoso · severity 1: no call yet, 3 min left; nobody has it\nCheckout is down"
	call := "\nCall " + i.Report.Owner.Name + ", " + i.Report.Owner.Phone
	mayAct := func(role domain.Role) Recipient {
		r := person("maria", domain.Provider, "en", nil)
		r.Person.Roles = []domain.Role{role}
		return r
	}
	for what, c := range map[string]struct {
		to            Recipient
		text, buttons string
	}{
		"the managers' place":        {place("#managers", domain.Provider, ForManagers, ""), first + call, "ack call why"},
		"the engineers' place":       {place("#engineers", domain.Provider, ForEngineers, ""), first + call, "ack call why"},
		"a manager":                  {mayAct(domain.RoleManager), first + call, "ack call why"},
		"an account manager on duty": {mayAct(domain.RoleAccountManager), first + call, "ack call why"},
		"an executive of ours":       {mayAct(domain.RoleExecutive), first, "why"},
	} {
		m := s.ringMessage(&i, &n, c.to)
		if got := m.Text.Render(words.Reader{Lang: "en", Zone: time.UTC}, s.now); got != c.text {
			t.Errorf("%s reads %q, want %q", what, got, c.text)
		}
		var buttons []string
		for _, b := range m.Buttons {
			buttons = append(buttons, b.Action)
		}
		if got := strings.Join(buttons, " "); got != c.buttons {
			t.Errorf("%s is offered %s, want %s", what, got, c.buttons)
		}
	}
}

// The first word to an incident manager says by when somebody must have called.
func TestWhatTheIncidentManagerIsToldFirst(t *testing.T) {
	s := sceneOf(world(), nine)
	i := opened(t, s, terms.Sev1)
	n := domain.Notice{To: domain.ToIncidentManager, Kind: domain.CriticalOpened, At: nine}
	m := s.ringMessage(&i, &n, place("#managers", domain.Provider, ForManagers, ""))
	got := m.Text.Render(words.Reader{Lang: "en", Zone: time.UTC, Brief: true}, nine)
	for _, want := range []string{
		"INC-1 · Contoso · severity 1: first call by Mon 2 Mar 09:15 UTC; nobody has it\n", "\nCall " + i.Report.Owner.Name, "somebody calls in time",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("it says %q, without %q", got, want)
		}
	}
	if len(m.Buttons) != 3 || m.Buttons[0].Action != "ack" || !m.Buttons[0].Primary {
		t.Errorf("it offers %+v", m.Buttons)
	}
}
