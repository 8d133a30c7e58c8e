package bot

import (
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"example.com/firstcall/bot/words"
	"example.com/firstcall/domain"
	"example.com/firstcall/domain/terms"
)

var (
	english   = words.In("en")
	readerUTC = words.Reader{Lang: "en", Zone: time.UTC}
)

// sentences reads the templates of an area in a language.
func sentences(t *testing.T, area, lang string) map[string]string {
	t.Helper()
	data, err := os.ReadFile("words/" + area + "." + lang + ".json")
	if err != nil {
		t.Fatal(err)
	}
	var all map[string]any
	if err := json.Unmarshal(data, &all); err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	for k, v := range all {
		out[k] = fmt.Sprint(v)
	}
	return out
}

// notices are every kind of notice, with the incident it may be about.
func notices(t *testing.T) []struct {
	of domain.Incident
	n  domain.Notice
} {
	t.Helper()
	s := sceneOf(world(), nine)
	var out []struct {
		of domain.Incident
		n  domain.Notice
	}
	add := func(i domain.Incident, n domain.Notice) {
		out = append(out, struct {
			of domain.Incident
			n  domain.Notice
		}{i, n})
	}
	open := opened(t, s, terms.Sev1)
	open.Asked = "Which region?"
	advice := opened(t, s, "")
	awaiting := open
	awaiting.Status = domain.AwaitingCase
	called := open
	called.FirstResponse.Met = nine
	late := called
	late.NextUpdate = domain.Clock{From: nine, Due: nine.Add(time.Minute), Rang: nine.Add(time.Minute)}
	for _, k := range domain.NoticeKinds() {
		n := domain.Notice{Kind: domain.NoticeKind(k.Code), At: nine, Due: nine.Add(time.Hour), Rung: 1, Text: "some text", By: "Kenji Sato"}
		n.Args = map[string]string{}
		for _, a := range slices.Concat(k.Args, k.Optional) {
			n.Args[a] = map[string]string{
				"next": "2026-03-02T10:00:00Z", "due": "2026-03-16", "left": "30m0s", "side": "provider", "severity": "A", "from": "B",
				"kind": string(domain.EndRoundClock), "team": "storage", "route": string(terms.RCAByAccountManager),
				"duplicate": "INC-2", "vendor": "Paygate", "number": "2603",
			}[a]
			if n.Args[a] == "" {
				t.Errorf("%s: what is its %s?", k.Code, a)
			}
		}
		add(open, n)
		bare := n
		bare.Args = maps.Clone(n.Args)
		for _, a := range append(k.Optional, "duplicate") {
			delete(bare.Args, a)
		}
		switch n.Kind {
		case domain.Opened:
			add(advice, n)
			add(awaiting, n)
			later := open
			later.OpenedAt = nine.Add(-time.Hour)
			add(later, n)
		case domain.CriticalOpened:
			add(called, n)
			overdue := open
			overdue.FirstResponse.Due = nine.Add(-time.Hour)
			add(overdue, n)
		case domain.Asked:
			bare.Due = time.Time{}
			add(open, bare)
		case domain.CancelledNow, domain.RCARequested:
			add(open, bare)
		case domain.SeverityChanged:
			bare.Text = ""
			add(open, bare)
		case domain.DowngradeDecided:
			lower := n
			lower.Args = map[string]string{"kind": string(domain.LowerSeverity), "severity": "B"}
			add(open, lower)
		case domain.Page:
			overdue := open
			overdue.FirstResponse.Due = nine.Add(-time.Hour)
			add(overdue, n)
			now := open
			now.FirstResponse.Due = nine
			add(now, n)
			add(called, n)
			add(late, n)
			longAgo := late
			longAgo.NextUpdate.Due = nine.Add(-time.Hour)
			add(longAgo, n)
		}
	}
	return out
}

// Every notice has its words in every language, with all it speaks of known;
// and no sentence is there that nothing says.
func TestEveryNoticeHasItsRing(t *testing.T) {
	said := map[string]bool{}
	for _, lang := range words.Languages() {
		templates := sentences(t, "rings", lang)
		maps.Copy(templates, sentences(t, "notices", lang))
		for _, c := range notices(t) {
			for _, to := range []Recipient{person("ana", domain.Customer, lang, nil), person("kenji", domain.Provider, lang, nil)} {
				s := sceneOf(world(), nine)
				kind := s.ringKind(&c.of, &c.n)
				if to.side() == domain.Provider && (c.n.Kind == domain.AnswerDue || c.n.Kind == domain.ChangeControlDue) {
					kind += "_inside"
				}
				template, ok := templates["ring."+kind]
				if !ok {
					t.Errorf("%s: no words for %s", lang, kind)
					continue
				}
				said["ring."+kind] = true
				m := s.ringMessage(&c.of, &c.n, to)
				text := m.Text.Render(words.Reader{Lang: lang, Zone: time.UTC}, nine)
				if strings.Count(text, "—") != strings.Count(template, "—") || strings.Contains(text, "{{") {
					t.Errorf("%s: %s speaks of something unknown: %s", lang, kind, text)
				}
				if !strings.Contains(text, "INC-1") {
					t.Errorf("%s: %s does not say which incident: %s", lang, kind, text)
				}
				for _, b := range m.Buttons {
					if b.Label == "" || verbs[b.Action].name == "" && queries[b.Action] == nil {
						t.Errorf("%s: %s has a button %q that does nothing", lang, kind, b.Action)
					}
				}
			}
		}
	}
	for _, area := range []string{"rings", "notices"} {
		for key := range sentences(t, area, "en") {
			if strings.HasPrefix(key, "ring.") && !said[key] {
				t.Errorf("nothing says %s", key)
			}
		}
	}
}

// Platforms cut titles at 24 characters: which incident it is comes first.
func TestFormsBeginWithTheNumber(t *testing.T) {
	for _, lang := range words.Languages() {
		for name, verb := range verbs {
			title, ok := words.In(lang).Look("do", name, map[string]string{"ref": "CONTOSO-12345"})
			if shown := title.Render(words.Reader{Lang: lang, Zone: time.UTC}, nine); verb.fields != nil && !ok || ok && !strings.HasPrefix(shown, "CONTOSO-12345") {
				t.Errorf("%s: the form of %s is called %q", lang, name, shown)
			}
		}
	}
}

// However long the words are, and whatever they are written in, a button can carry some of them.
func TestAButtonCarriesWhatThereIsRoomFor(t *testing.T) {
	s := sceneOf(world(), nine)
	i := opened(t, s, terms.SevC)
	i.Tenant, i.ID = "01960000-0000-7000-8000-00000000000a", "01960000-0000-7000-8000-00000000000b"
	for _, text := range []string{"west", strings.Repeat("西", 5000), strings.Repeat("%&=+ ", 2000), strings.Repeat("👩‍👩‍👧", 900)} {
		subject := subjectSaying(i, fieldText, text, map[string]string{fieldAt: rfc(nine)})
		at, answered, fine := readSubject(subject)
		if len(subject) > maxCarried || !fine || at.id != i.ID || at.tenant != i.Tenant || answered.Get(fieldAt) != rfc(nine) {
			t.Errorf("%d bytes, %v, %v", len(subject), at, fine)
		}
		said := strings.TrimSuffix(answered.Get(fieldText), "…")
		if len(said) < 4 || !strings.HasPrefix(text, said) {
			t.Errorf("of %q it carries %q", text[:4], said)
		}
	}
	if at, answered, fine := readSubject(subjectOf(i)); !fine || at.id != i.ID || len(answered) != 0 {
		t.Errorf("a plain button: %v, %v, %v", at, answered, fine)
	}
	for _, bad := range []string{"", "x", "x y", subjectOf(i) + "x", subjectOf(i) + " %zz", " " + subjectOf(i)} {
		if _, _, fine := readSubject(bad); fine {
			t.Errorf("%q is taken for an incident", bad)
		}
	}
}

// Who is shown a button may press it, on that side.
func TestRingButtons(t *testing.T) {
	s := sceneOf(world(), nine)
	i := opened(t, s, terms.Sev1)
	sides := map[domain.Side]domain.Actor{
		domain.Customer: {Person: "ana", Tenant: "t", Side: domain.Customer, Roles: []domain.Role{domain.RoleContact}},
		domain.Provider: kenji,
	}
	for _, k := range domain.NoticeKinds() {
		for side, who := range sides {
			for _, name := range ringButtons(domain.NoticeKind(k.Code), &i, side) {
				if !mayPress(who, name, &i) {
					t.Errorf("%s offers %s to the %s, who may not", k.Code, name, side)
				}
			}
		}
	}
	acked := i
	acked.AckedName = "Kenji Sato"
	for _, tc := range []struct {
		of   domain.Incident
		kind domain.NoticeKind
		side domain.Side
		want string
	}{
		{i, domain.Page, domain.Provider, "ack call why"},
		{i, domain.CriticalOpened, domain.Provider, "ack call why"},
		{i, domain.FirstResponseMost, domain.Provider, "ack call"},
		{acked, domain.FirstResponseMost, domain.Provider, "call"},
		{i, domain.UpdateLate, domain.Provider, "update"},
		{i, domain.AnswerSoon, domain.Customer, "answer"},
		{i, domain.AnswerDue, domain.Provider, ""},
		{i, domain.StaffingMissing, domain.Customer, "commit"},
		{i, domain.CaseMissing, domain.Customer, "case"},
		{i, domain.Update, domain.Customer, ""},
	} {
		if got := strings.Join(ringButtons(tc.kind, &tc.of, tc.side), " "); got != tc.want {
			t.Errorf("%s for the %s: %q, want %q", tc.kind, tc.side, got, tc.want)
		}
	}
}

// Everything that can be done has its title and its line in the help, and
// every field its question.
func TestEveryVerbHasItsWords(t *testing.T) {
	s := sceneOf(world(), nine)
	i := opened(t, s, terms.SevB)
	i.Status, i.Downgrade = domain.Resolved, domain.LowerSeverity
	env, err := s.env(&i.Report)
	if err != nil {
		t.Fatal(err)
	}
	for _, lang := range words.Languages() {
		w := words.In(lang)
		for name, v := range verbs {
			for _, family := range []string{"do", "help"} {
				if _, ok := w.Look(family, name, map[string]string{"ref": "INC-1"}); !ok {
					t.Errorf("%s: no %s.%s", lang, family, name)
				}
			}
			if _, ok := w.Look("done", name, nil); !ok {
				if _, ok := w.Look("done", name+"_only", nil); !ok {
					t.Errorf("%s: no done.%s", lang, name)
				}
			}
			if v.fields == nil {
				continue
			}
			for _, f := range v.fields(&asking{w: w, inc: i, dir: s.directory, env: env}) {
				if f.Label == "" {
					t.Errorf("%s: %s asks for %s without words", lang, name, f.Key)
				}
				for _, o := range f.Options {
					if string(o.Label) == o.Value && strings.Contains(o.Value, "_") {
						t.Errorf("%s: %s offers %q as it is", lang, name, o.Value)
					}
				}
			}
		}
		for _, st := range []domain.Status{domain.AwaitingCase, domain.Open, domain.Mitigated, domain.Resolved, domain.Closed, domain.Cancelled} {
			if _, ok := w.Look("status", string(st), nil); !ok {
				t.Errorf("%s: no words for the status %s", lang, st)
			}
		}
		for _, who := range []domain.Who{
			domain.ToCustomer, domain.ToReporter, domain.ToEngineers, domain.ToManagers, domain.ToOwner, domain.ToAdministrator,
			domain.ToProviderExecutives, domain.ToCustomerExecutives, domain.ToIncidentManager, domain.ToAccountManager,
			"role:engineer", "role:manager", "team:storage", "person:lena",
		} {
			if name := whoName(w, string(who)); name == words.Plain(string(who)) {
				t.Errorf("%s: no words for %s", lang, who)
			}
		}
	}
}

// Every line of the journal has its words, with all it speaks of known.
func TestEveryJournalLineHasItsWords(t *testing.T) {
	for _, lang := range words.Languages() {
		templates := sentences(t, "journal", lang)
		for _, k := range domain.JournalKinds() {
			e := domain.Entry{At: nine, By: kenji, Kind: k.Code, Args: map[string]string{}}
			for _, a := range slices.Concat(k.Args, k.Optional) {
				switch a {
				case "fact":
					e.Args[a] = string(domain.FactAcknowledged)
				case "at", "next", "due", "from", "to", "submitted", "old_at", "new_at":
					e.Args[a] = "2026-03-02T09:00:00Z"
				case "spent", "used", "left":
					e.Args[a] = "30m0s"
				default:
					e.Args[a] = "some " + a
				}
			}
			if strings.HasPrefix(k.Code, "severity_") {
				e.Args["from"], e.Args["to"] = "B", "A"
			}
			for _, inside := range []bool{true, false} {
				text := journalText(words.In(lang), &e, inside).Render(words.Reader{Lang: lang, Zone: time.UTC}, nine)
				if _, ok := templates["journal."+k.Code]; !ok || strings.Contains(text, "—") || text == k.Code {
					t.Errorf("%s: %s: %s", lang, k.Code, text)
				}
			}
		}
	}
}

// A customer's person sees neither whom the ladder called nor the engineers' notes.
func TestInternalLines(t *testing.T) {
	customer := domain.Actor{Person: "ana", Side: domain.Customer}
	for _, tc := range []struct {
		e    domain.Entry
		want bool
	}{
		{domain.Entry{Kind: "paged"}, true},
		{domain.Entry{Kind: "note", By: kenji}, true},
		{domain.Entry{Kind: "note", By: customer}, false},
		{domain.Entry{Kind: "first_call", By: kenji}, false},
	} {
		if internal(&tc.e) != tc.want {
			t.Errorf("%s by the %s: internal %v", tc.e.Kind, tc.e.By.Side, !tc.want)
		}
	}
	e := domain.Entry{Kind: "escalated", By: kenji, Args: map[string]string{"team": "storage", "why": "they are slow"}}
	if text := journalText(english, &e, false).Render(readerUTC, nine); strings.Contains(text, "slow") {
		t.Errorf("a customer reads why: %s", text)
	}
}

// The cards of every status, audience and language, as neutral text. Read the
// diff like any change of wording; -update writes it.
func TestCards(t *testing.T) {
	var out strings.Builder
	for _, lang := range words.Languages() {
		for _, c := range lives(t) {
			for _, audience := range []string{forCustomer, forEngineers} {
				s := sceneOf(world(), nine)
				m := s.card(words.In(lang), &c.i, audience)
				r := words.Reader{Lang: lang, Zone: time.UTC}
				fmt.Fprintf(&out, "== %s · %s · %s\n%s\n", lang, c.name, audience, m.Text.Render(r, nine))
				for _, f := range m.Fields {
					fmt.Fprintf(&out, "%s: %s\n", f.Label.Render(r, nine), f.Value.Render(r, nine))
				}
				for _, b := range m.Buttons {
					fmt.Fprintf(&out, "[%s] ", b.Label.Render(r, nine))
				}
				out.WriteString("\n\n")
				if strings.Contains(m.Text.Render(r, nine), "—") {
					t.Errorf("%s, %s, %s: something is unknown", lang, c.name, audience)
				}
				if len(m.Buttons) == 0 || len(m.Buttons) > maxButtons {
					t.Errorf("%s, %s, %s: %d buttons", lang, c.name, audience, len(m.Buttons))
				}
			}
		}
	}
	const path = "testdata/cards.golden"
	if f := flag.Lookup("update"); f != nil && f.Value.String() == "true" {
		if err := os.WriteFile(path, []byte(out.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	wantLines, gotLines := strings.Split(string(want), "\n"), strings.Split(out.String(), "\n")
	for n := range max(len(wantLines), len(gotLines)) {
		if n >= len(wantLines) || n >= len(gotLines) || wantLines[n] != gotLines[n] {
			t.Fatalf("%s differs from line %d on:\n%s", path, n+1, strings.Join(gotLines[min(n, len(gotLines)):min(n+3, len(gotLines))], "\n"))
		}
	}
}

type life struct {
	name string
	i    domain.Incident
}

// lives are incidents in every status, and in the states in between that a
// card tells apart.
func lives(t *testing.T) []life {
	t.Helper()
	s := sceneOf(world(), nine)
	later := nine.Add(20 * time.Minute)
	with := func(i domain.Incident, change func(*domain.Incident)) domain.Incident {
		change(&i)
		return i
	}
	passedNow := func(c *domain.Clock) { c.Rang = c.Due }
	one := opened(t, s, terms.Sev1)
	acked := with(one, func(i *domain.Incident) {
		i.AckedName, i.AckedAt, i.Ladder.Met = "Kenji Sato", nine, nine
		i.NextUpdate = domain.Clock{From: nine, Due: nine.Add(30 * time.Minute)}
	})
	taken := with(acked, func(i *domain.Incident) { i.Owner, i.OwnerName = "kenji", "Kenji Sato" })
	called := with(taken, func(i *domain.Incident) {
		i.FirstResponse.Met, i.FirstResponseVia, i.FirstResponseBy = nine.Add(8*time.Minute), terms.Phone, "Kenji Sato"
	})
	b := opened(t, s, terms.SevB)
	return []life{
		{"open, nobody has it", one},
		{"open, nobody has it, late", with(one, func(i *domain.Incident) { passedNow(&i.FirstResponse) })},
		{"open, written in chat", with(one, func(i *domain.Incident) { i.FirstContactBy, i.FirstContactAt = "Kenji Sato", nine })},
		{"open, seen", acked},
		{"open, taken, late", with(taken, func(i *domain.Incident) { passedNow(&i.FirstResponse); passedNow(&i.NextUpdate) })},
		{"open, called", called},
		{"open, called late, seen by another", with(called, func(i *domain.Incident) {
			i.FirstResponse.Met, i.FirstResponseVia, i.AckedName = later, domain.Email, "Lena Fischer"
			passedNow(&i.WorkBegins)
		})},
		{"open, working, asked", with(called, func(i *domain.Incident) {
			i.WorkBegins.Met, i.Asked, i.LastUpdate, i.LastUpdateAt = later, "Which region?", "We look at it.", later
		})},
		{"open, severity B, change control late, remote access", with(b, func(i *domain.Incident) {
			i.Asked, i.ChangeControl = "May we restart?", domain.Clock{From: nine, Due: later, Rang: later}
			i.RemoteSystems, i.Commit24x7, i.Team = "shop-db-1", true, "storage"
		})},
		{"open, everything at once", with(called, func(i *domain.Incident) {
			i.Wanted, i.WantedReason, i.Downgrade, i.DowngradeWhy = terms.SevB, "better now", domain.EndRoundClock, "nobody answers"
			i.BroadOutage, i.ThirdParty, i.CaseNumber = true, "Paygate", "2603"
			i.Staffing = domain.Clock{From: nine, Due: later}
		})},
		{"open, around the clock ended", with(called, func(i *domain.Incident) { i.Effort = terms.BusinessHours })},
		{"awaiting its case number", with(one, func(i *domain.Incident) {
			i.Status, i.FirstResponse, i.WorkBegins = domain.AwaitingCase, domain.Clock{}, domain.Clock{}
		})},
		{"advice", with(opened(t, s, ""), func(i *domain.Incident) { i.EffortUsed = 90 * time.Minute })},
		{"mitigated", with(called, func(i *domain.Incident) { i.Status, i.MitigatedAt = domain.Mitigated, later })},
		{"resolved", with(called, func(i *domain.Incident) { i.Status, i.ResolvedAt = domain.Resolved, later })},
		{"closed", with(called, func(i *domain.Incident) { i.Status, i.ResolvedAt, i.ClosedAt = domain.Closed, later, later })},
		{"cancelled", with(one, func(i *domain.Incident) { i.Status, i.ClosedAt = domain.Cancelled, later })},
		{"the same as another", with(one, func(i *domain.Incident) { i.Status, i.ClosedAt, i.DuplicateOf = domain.Cancelled, later, "INC-2" })},
	}
}
