package bot

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"example.com/firstcall/domain"
	"example.com/firstcall/domain/terms"
)

var nine = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

// person and place are recipients whose destination is their name.
func person(name string, side domain.Side, lang string, duty []domain.Role, roles ...domain.Role) Recipient {
	return Recipient{
		Destination: DestinationID(name), OnDuty: duty,
		Person: &Person{ID: domain.PersonID(name), Side: side, Name: name, FullName: strings.ToUpper(name), Language: lang, Roles: roles},
	}
}

func place(name string, side domain.Side, purpose Purpose, team string) Recipient {
	return Recipient{
		Destination: DestinationID(name),
		Place:       &Place{ID: domain.PlaceID(name), Side: side, Name: name, Purpose: purpose, Team: team, Language: "en"},
	}
}

// world is a customer with its provider, and everybody in it.
func world() Directory {
	return Directory{Recipients: []Recipient{
		place("#contoso", domain.Customer, ForCustomer, ""),
		place("#contoso-event", domain.Customer, ForEvent, ""),
		place("#engineers", domain.Provider, ForEngineers, ""),
		place("#storage", domain.Provider, ForEngineers, "storage"),
		place("#network", domain.Provider, ForEngineers, "network"),
		place("#managers", domain.Provider, ForManagers, ""),
		person("ana", domain.Customer, "en", nil, domain.RoleContact),
		person("carlos", domain.Customer, "en", nil, domain.RoleAdministrator),
		person("edgar", domain.Customer, "en", nil, domain.RoleExecutive),
		person("kenji", domain.Provider, "en", []domain.Role{domain.RoleEngineer}, domain.RoleEngineer),
		person("lena", domain.Provider, "en", []domain.Role{domain.RoleIncidentManager}, domain.RoleIncidentManager),
		person("maria", domain.Provider, "en", []domain.Role{domain.RoleManager, domain.RoleIncidentManager}, domain.RoleManager),
		person("ingrid", domain.Provider, "en", nil, domain.RoleExecutive),
		person("olaf", domain.Provider, "en", nil, domain.RoleAccountManager), // not on duty
	}}
}

// sceneOf is a scene without a store.
func sceneOf(d Directory, now time.Time) *scene {
	ids := 0
	b := &Bot{
		Terms: terms.Current(), Now: func() time.Time { return now },
		NewID: func() string { ids++; return fmt.Sprintf("01960000-0000-7000-8000-%012x", ids) },
	}
	policy := domain.DefaultPolicy()
	return &scene{bot: b, now: now, directory: d, agreement: domain.Agreement{
		Tenant: "t", Customer: "Contoso", Name: "Contoso support", Zone: "Europe/Berlin", Country: "DE", Policy: policy,
		Holdings:      []terms.Holding{{Plan: terms.Unified}, {Plan: terms.PlatformMCS}},
		Subscriptions: []domain.Subscription{{ID: "shop-prod", Name: "Shop (production)", Production: true}},
	}}
}

// opened is a severity that ana of Contoso opened at nine.
func opened(t testing.TB, s *scene, severity terms.Severity) domain.Incident {
	t.Helper()
	r := domain.Report{
		Title: "Checkout is down", Happened: "Checkout is down", Impact: "Nobody can buy.", Product: "azure/virtual-machines", Production: true,
		Subscription: "shop-prod", Owner: domain.Contact{Name: "Ana Weber", Phone: "+49 30 23125 101"},
		Contacts: []domain.Contact{{Name: "Ben Krause", Phone: "+49 30 23125 102"}}, Language: "en", Zone: "Europe/Berlin", Country: "DE",
	}
	env, err := s.env(&r)
	if err != nil {
		t.Fatal(err)
	}
	kind := domain.BreakFix
	if severity == "" {
		kind = domain.Advice
	}
	out, err := domain.OpenIncident(domain.Opening{
		ID: "i", Tenant: "t", Ref: "INC-1", Kind: kind, Report: r, Reporter: "ana", Place: "#contoso", Severity: severity,
		Commit24x7: severity == terms.Sev1 || severity == terms.SevA,
		By:         domain.Actor{Person: "ana", Tenant: "t", Name: "Ana Weber", Side: domain.Customer, Roles: []domain.Role{domain.RoleContact}},
	}, nine, env)
	if err != nil {
		t.Fatal(err)
	}
	return out.Incident
}

var kenji = domain.Actor{Person: "kenji", Name: "Kenji Sato", Side: domain.Provider, Roles: []domain.Role{domain.RoleEngineer}}

func names(all []Recipient) string {
	var out []string
	for _, r := range all {
		out = append(out, string(r.Destination))
	}
	return strings.Join(out, " ")
}

func TestWho(t *testing.T) {
	owned := domain.Incident{Place: "#contoso", Reporter: "ana", Owner: "kenji", Team: "storage"}
	fresh := domain.Incident{Place: "#contoso", Reporter: "ana"}
	private := domain.Incident{Reporter: "ana"}
	writtenDown := domain.Incident{Reporter: "kenji"} // an engineer wrote down a call
	guest := domain.Incident{Place: "#contoso", Reporter: "somebody"}
	gone := domain.Incident{Team: "dissolved", Owner: "left"}
	tests := []struct {
		of   domain.Incident
		who  domain.Who
		want string
	}{
		{fresh, domain.ToCustomer, "#contoso"},
		{private, domain.ToCustomer, "ana"},
		{writtenDown, domain.ToCustomer, "#contoso"},
		{fresh, domain.ToReporter, "ana"},
		{guest, domain.ToReporter, "#contoso"},
		{writtenDown, domain.ToReporter, "#contoso"},
		{fresh, domain.ToEngineers, "#engineers"},
		{owned, domain.ToEngineers, "#storage"},
		{gone, domain.ToEngineers, "#engineers"},
		{fresh, domain.ToOwner, "#engineers"},
		{owned, domain.ToOwner, "kenji"},
		{gone, domain.ToOwner, "#engineers"},
		{fresh, domain.ToManagers, "#managers"},
		{fresh, domain.ToAdministrator, "carlos"},
		{fresh, domain.ToProviderExecutives, "ingrid"},
		{fresh, domain.ToCustomerExecutives, "edgar"},
		{fresh, domain.ToIncidentManager, "lena maria"},
		{fresh, "role:manager", "maria"},
		{fresh, domain.ToAccountManager, ""}, // olaf is not on duty
		{fresh, "team:network", "#network"},
		{fresh, "team:", "#engineers"},
		{fresh, "team:nobody", ""},
		{fresh, "person:lena", "lena"},
		{fresh, "nonsense", ""},
	}
	d := world()
	for _, tc := range tests {
		if got := names(d.who(&tc.of, tc.who)); got != tc.want {
			t.Errorf("%s of %+v: %q, want %q", tc.who, tc.of, got, tc.want)
		}
	}
	if got := names((Directory{Recipients: world().Recipients[9:]}).who(&fresh, domain.ToEngineers)); got != "kenji" {
		t.Errorf("without a place the engineer on duty is called, not %q", got)
	}
}

// A notice for nobody goes to those who must know instead; an empty rung of the
// ladder is the ladder's own matter.
func TestToldInstead(t *testing.T) {
	s := sceneOf(world(), nine)
	i := domain.Incident{Place: "#contoso", Reporter: "ana"}
	for _, tc := range []struct {
		n    domain.Notice
		want string
	}{
		{domain.Notice{To: domain.ToAccountManager, Kind: domain.RCARequested}, "#managers"},
		{domain.Notice{To: "team:nobody", Kind: domain.Escalated}, "#managers"},
		{domain.Notice{To: domain.ToAccountManager, Kind: domain.Page}, ""},
	} {
		if got := names(s.told(&i, tc.n)); got != tc.want {
			t.Errorf("%s to %s: %q, want %q", tc.n.Kind, tc.n.To, got, tc.want)
		}
	}
	withoutExecutives := Directory{}
	for _, r := range world().Recipients {
		if r.Person == nil || !slices.Contains(r.Person.Roles, domain.RoleExecutive) {
			withoutExecutives.Recipients = append(withoutExecutives.Recipients, r)
		}
	}
	s = sceneOf(withoutExecutives, nine)
	if got := names(s.told(&i, domain.Notice{To: domain.ToCustomerExecutives, Kind: domain.Executives})); got != "carlos" {
		t.Errorf("the customer's executives: %q", got)
	}
}

// Messages are as few as can be.
func TestRingsAreFew(t *testing.T) {
	s := sceneOf(world(), nine.Add(15*time.Minute))
	i := opened(t, s, terms.Sev1)
	due := i.FirstResponse.Due
	rung := func(to domain.Who, n int) domain.Notice {
		return domain.Notice{To: to, Kind: domain.Page, Step: int64(n), Rung: n, At: due, Due: due}
	}
	tests := []struct {
		name    string
		notices []domain.Notice
		shown   []DestinationID
		want    []string
	}{
		{
			"a reminder beside a page to the same place, in either order",
			[]domain.Notice{{To: domain.ToEngineers, Kind: domain.FirstResponseDue, Due: due}, rung(domain.ToEngineers, 2)},
			nil,
			[]string{"#engineers page 2"},
		},
		{
			"and the other way round",
			[]domain.Notice{rung(domain.ToEngineers, 2), {To: domain.ToOwner, Kind: domain.UpdateDue, Due: due}},
			nil,
			[]string{"#engineers page 2"},
		},
		{
			"one page a person, naming the highest rung",
			[]domain.Notice{rung(domain.ToIncidentManager, 1), rung("role:manager", 3)},
			nil,
			[]string{"lena page 1", "maria page 3"},
		},
		{
			"what is not the page's matter is said",
			[]domain.Notice{rung(domain.ToEngineers, 1), {To: domain.ToEngineers, Kind: domain.WorkBeginsDue, Due: due}},
			nil,
			[]string{"#engineers page 1", "#engineers work_begins_due 0"},
		},
		{
			"the same for two audiences that are one",
			[]domain.Notice{{To: domain.ToReporter, Kind: domain.StaffingMissing, Step: 7}, {To: "person:ana", Kind: domain.StaffingMissing, Step: 7}},
			nil,
			[]string{"ana staffing_missing 0"},
		},
		{
			"a new card is noticed by itself",
			[]domain.Notice{{To: domain.ToEngineers, Kind: domain.Opened, At: i.OpenedAt}},
			[]DestinationID{"#engineers"},
			nil,
		},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			byKey := map[int64]int{}
			for _, n := range tc.notices {
				byKey[n.Step] = n.Rung
			}
			var got []string
			for _, r := range s.rings(&i, tc.notices, tc.shown) {
				got = append(got, fmt.Sprintf("%s %s %d", r.Destination, r.Kind, byKey[r.Step]))
			}
			if !slices.Equal(got, tc.want) {
				t.Errorf("%v, want %v", got, tc.want)
			}
		})
	}
}

// A reminder changes no card; passing a deadline does, once.
func TestCardsFollowTheClock(t *testing.T) {
	s := sceneOf(world(), nine)
	i := opened(t, s, terms.Sev1)
	edited := map[time.Duration]int{}
	for _, after := range []time.Duration{8 * time.Minute, 12 * time.Minute, 15 * time.Minute, 30 * time.Minute} {
		s.now = nine.Add(after)
		var k Kept
		if _, err := s.fire(&i, s.now, &k, true); err != nil {
			t.Fatal(err)
		}
		if len(k.Rings) == 0 {
			t.Errorf("nothing rings after %s", after)
		}
		edited[after], i = len(k.Cards), k.Incident
	}
	if want := (map[time.Duration]int{8 * time.Minute: 0, 12 * time.Minute: 0, 15 * time.Minute: 2, 30 * time.Minute: 0}); fmt.Sprint(edited) != fmt.Sprint(want) {
		t.Errorf("cards %v, want %v", edited, want)
	}
	if text := s.card(english, &i, forCustomer).Text.Render(readerUTC, s.now); !strings.Contains(text, "a call was due by") {
		t.Errorf("the customer's card says %q", text)
	}
}

// Every place that has a card keeps a true one.
func TestCardsOfTeams(t *testing.T) {
	s := sceneOf(world(), nine)
	i := opened(t, s, terms.Sev1)
	env, err := s.env(&i.Report)
	if err != nil {
		t.Fatal(err)
	}
	move := func(team string) map[DestinationID]string {
		t.Helper()
		out, err := i.Escalate(kenji, team, "why", nine, env)
		if err != nil {
			t.Fatal(err)
		}
		k := s.kept(i, out, env)
		i = k.Incident
		shown := map[DestinationID]string{}
		for _, c := range k.Cards {
			text := c.Message.Text.Render(readerUTC, nine)
			shown[c.Destination] = text[strings.LastIndex(text, "· ")+len("· "):]
		}
		return shown
	}
	const waits = "nobody has it yet; a person should call by Mon 2 Mar 2026 09:15 UTC"
	for _, tc := range []struct {
		to   string
		want map[DestinationID]string
	}{
		{"storage", map[DestinationID]string{"#contoso": waits, "#engineers": waits, "#storage": waits}},
		{"network", map[DestinationID]string{"#contoso": waits, "#engineers": waits, "#storage": "handed on to network", "#network": waits}},
		{"", map[DestinationID]string{"#contoso": waits, "#engineers": waits, "#network": "handed on to the first engineers"}},
	} {
		if got := move(tc.to); fmt.Sprint(got) != fmt.Sprint(tc.want) {
			t.Errorf("to %q: %v, want %v", tc.to, got, tc.want)
		}
	}
}

// What a batch shares is worked out once: who is nobody, whom an audience
// reaches, and the business time.
func TestSceneRemembers(t *testing.T) {
	s := sceneOf(world(), nine)
	i := opened(t, s, terms.Sev1)
	env, err := s.env(&i.Report)
	if err != nil {
		t.Fatal(err)
	}
	for _, w := range []domain.Who{domain.ToManagers, domain.ToIncidentManager, domain.ToAccountManager} {
		want := len(s.directory.who(nil, w)) == 0
		for range 2 { // the second answer is the remembered one
			if env.Empty(w) != want {
				t.Errorf("%s is empty: %v", w, !want)
			}
		}
	}
	allocs := testing.AllocsPerRun(100, func() {
		env.Empty(domain.ToManagers)
		s.who(&i, domain.ToManagers)
		if _, err := s.env(&i.Report); err != nil {
			t.Fatal(err)
		}
	})
	if allocs != 0 {
		t.Errorf("%v allocations", allocs)
	}
}

// One incident more in a batch costs no statement more, and little memory.
func BenchmarkFired(b *testing.B) {
	s := sceneOf(world(), nine.Add(8*time.Minute))
	i := opened(b, s, terms.Sev1)
	env, err := s.env(&i.Report)
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		var k Kept
		out := i.Fire(s.now, env)
		s.fired(&i, &out, env, &k)
	}
}
