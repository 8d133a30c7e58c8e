package setup_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"example.com/firstcall/bot"
	"example.com/firstcall/cmd/firstcall/setup"
	"example.com/firstcall/domain"
	"example.com/firstcall/domain/terms"
)

const provider = `provider:
  name: Desk
  prefix: DK
  zone: UTC
  country: GB
  people:
    - {name: kenji, roles: [engineer]}
  places:
    - {name: "#engineers", purpose: engineers}
    - {name: "#db", purpose: engineers, team: db}
  rosters:
    - {role: engineer, person: kenji}
  policy:
    next_update: {"1": 20m, B: 3 days}
    repeat_late: 10m
    ladders:
      - severity: "1"
        rungs:
          - {after: 5m, call: ["role:engineer", "team:db", "person:kenji"], every: 5m, times: 3}
      - rungs:
          - {percent: 80, call: [managers]}
`

const customer = `customers:
  - name: Contoso
    prefix: INC
    language: zh-Hans
    zone: Europe/Berlin
    country: DE
    people:
      - {name: ana, email: ana@contoso.example, phone: "+49 30 23125 101", roles: [contact], zone: Asia/Tokyo, language: ja}
    places:
      - {name: "#contoso", purpose: customer, chat: {platform: slack, workspace: T1, id: C1}}
    agreement:
      name: Support
      plans:
        - plan: unified
        - {plan: platform-mcs, contract_executed: 2025-12-01, intake_pending: true}
      hours: {monday: "08:00-12:00,13:00-16:00"}
      days: [{date: 2026-05-02, name: Inventory, hours: usual}]
      subscriptions: [{id: s1, production: false, plans: [platform-mcs]}]
    policy: {draft_left: 2h}
    events:
      - {name: Sale, starts: "2026-03-02T00:00:00+01:00", ends: "2026-03-05T00:00:00+01:00", products: [azure/sql-database]}
`

func read(files ...string) (bot.Setup, error) {
	var all []setup.File
	for i, f := range files {
		all = append(all, setup.File{Name: string(rune('a'+i)) + ".yaml", Data: []byte(f)})
	}
	return setup.Read(terms.Current(), all)
}

func TestEveryKeyArrives(t *testing.T) {
	s, err := read(customer, provider)
	if err != nil {
		t.Fatal(err)
	}
	if len(s.Tenants) != 2 || s.Tenants[0].Side != domain.Provider || s.Tenants[1].Name != "Contoso" {
		t.Errorf("tenants, the provider first: %+v", s.Tenants)
	}
	wantPerson := bot.SetupPerson{Tenant: "Contoso", Person: bot.Person{
		Name: "ana", Email: "ana@contoso.example", Phone: "+49 30 23125 101", Language: "ja", Zone: "Asia/Tokyo", Roles: []domain.Role{"contact"},
	}, Identities: []bot.Identity{{Platform: "console", Workspace: "terminal", ID: "ana"}}}
	if diff := cmp.Diff(wantPerson, s.People[1]); diff != "" {
		t.Errorf("ana (-want +got):\n%s", diff)
	}
	wantPlace := bot.SetupPlace{
		Tenant: "Contoso", Place: bot.Place{Name: "#contoso", Purpose: bot.ForCustomer, Language: "zh-Hans", Zone: "Europe/Berlin"},
		Channel: bot.Identity{Platform: "slack", Workspace: "T1", ID: "C1"},
	}
	if diff := cmp.Diff(wantPlace, s.Places[2]); diff != "" {
		t.Errorf("#contoso (-want +got):\n%s", diff)
	}
	a := s.Agreements[0].Agreement
	if len(a.Holdings) != 2 || !a.Holdings[1].IntakePending || a.Holdings[1].ContractExecuted.String() != "2025-12-01" {
		t.Errorf("plans: %+v", a.Holdings)
	}
	cal, err := a.Calendar("", "")
	if err != nil {
		t.Fatal(err)
	}
	berlin := cal.Zone()
	for at, open := range map[time.Time]bool{
		time.Date(2026, 3, 2, 8, 30, 0, 0, berlin):  true,  // a Monday
		time.Date(2026, 3, 2, 12, 30, 0, 0, berlin): false, // its lunch
		time.Date(2026, 3, 3, 9, 0, 0, 0, berlin):   false, // a Tuesday, not named
		time.Date(2026, 5, 2, 9, 0, 0, 0, berlin):   true,  // a Saturday with usual hours
	} {
		if cal.Open(at) != open {
			t.Errorf("%v: open %v, want %v", at, !open, open)
		}
	}
	if want := (domain.Subscription{ID: "s1", Name: "s1", Plans: []terms.Plan{terms.PlatformMCS}}); !cmp.Equal(a.Subscriptions[0], want) {
		t.Errorf("subscription: %+v", a.Subscriptions[0])
	}
	p := a.Policy
	if p.NextUpdate["1"] != 20*time.Minute || p.UpdateDays["B"] != 3 || p.RepeatLate != 10*time.Minute || p.DraftLeft != 2*time.Hour {
		t.Errorf("the provider's policy, and the customer's own beside it: %+v", p)
	}
	wantRung := domain.Rung{After: 5 * time.Minute, Call: []domain.Who{"role:engineer", "team:db", "person:kenji"}, Every: 5 * time.Minute, Times: 3}
	if len(p.Ladders) != 2 || !cmp.Equal(p.Ladders[0].Rungs[0], wantRung) || p.Ladders[1].Rungs[0].Percent != 80 {
		t.Errorf("ladders: %+v", p.Ladders)
	}
	if e := s.Events[0].Event; !e.Starts.Equal(time.Date(2026, 3, 1, 23, 0, 0, 0, time.UTC)) || e.Zone != "Europe/Berlin" || e.Products[0] != "azure/sql-database" {
		t.Errorf("event: %+v", e)
	}
	if d := s.Rosters[0]; d.Tenant != "Desk" || d.Person != "kenji" || d.Role != "engineer" || !d.From.IsZero() {
		t.Errorf("roster: %+v", d)
	}
}

func TestHolidaysReachTheirCustomers(t *testing.T) {
	holidays := setup.File{Name: "cn.json", Data: []byte(`{"country": "DE", "source": "x", "licence": "x", "covered_until": "2028-12-31",
		"days": [{"date": "2028-03-01", "name": "Day off"}, {"date": "2026-05-02", "name": "Not that one"}]}`)}
	files := []setup.File{{Name: "p.yaml", Data: []byte(provider)}, {Name: "c.yaml", Data: []byte(customer)}, holidays}
	s, err := setup.Read(terms.Current(), files)
	if err != nil {
		t.Fatal(err)
	}
	a := s.Agreements[0].Agreement
	if len(a.Days) != 2 || a.Days[0].Name != "Inventory" || a.Days[1].Name != "Day off" || a.CoveredUntil.String() != "2028-12-31" {
		t.Errorf("the customer's own day stands, the others come from the file: %+v until %v", a.Days, a.CoveredUntil)
	}
	_, err = setup.Read(terms.Current(), []setup.File{files[0], files[1], {Name: "jp.json", Data: []byte(strings.Replace(string(holidays.Data), `"DE"`, `"JP"`, 1))}})
	if err == nil || !strings.Contains(err.Error(), "jp.json: no customer of these files is in JP") {
		t.Errorf("holidays of a country where nobody is: %v", err)
	}
}

// Each case changes one line of the good files, and expects one mistake there.
func TestEveryMistakeIsNamedWithItsLine(t *testing.T) {
	files := map[string]string{"provider": provider, "customer": customer}
	for _, c := range []struct{ file, old, new, want string }{
		{"customer", "language: zh-Hans", "languge: zh-Hans", `b.yaml:4: customers[1]: unknown key "languge"; known are name, prefix, language`},
		{"customer", "language: zh-Hans", "language: de", `b.yaml:4: customers[1].language: "de" is none of en, zh-Hans, ja`},
		{"customer", "zone: Europe/Berlin", "zone: Berlin", `b.yaml:5: customers[1].zone: "Berlin" is not a time zone`},
		{"customer", "    zone: Europe/Berlin\n", "", "b.yaml:2: customers[1]: zone is missing"},
		{"customer", "country: DE", "country: Germany", `b.yaml:6: customers[1].country: "Germany" is not a country code`},
		{"customer", "country: DE", "country: DE\n    country: DE", "b.yaml:7: customers[1].country: is there twice; first on line 6"},
		{"customer", "prefix: INC", "prefix: inc", `b.yaml:3: customers[1].prefix: "inc" is not a prefix`},
		{"customer", "prefix: INC", "prefix: DK", "b.yaml:3: customers[1].prefix: DK is the prefix of Desk, too"},
		{"customer", "ana@contoso.example", "ana at contoso", `b.yaml:8: customers[1].people[1].email: "ana at contoso" is not an e-mail address`},
		{"customer", "+49 30 23125 101", "none", `b.yaml:8: customers[1].people[1].phone: "none" is not a phone number`},
		{"customer", "roles: [contact]", "roles: [engineer]", `b.yaml:8: customers[1].people[1].roles[1]: "engineer" is none of contact, administrator`},
		{"customer", "roles: [contact]", "roles: []", "b.yaml:8: customers[1].people[1]: ana has no role"},
		{"customer", "name: ana", "name: ana b", `b.yaml:8: customers[1].people[1].name: "ana b" is no name to type`},
		{"customer", "name: ana", "name: kenji", "b.yaml:8: customers[1].people[1]: console terminal kenji is somebody else's already: a.yaml line 7"},
		{"customer", `"#contoso"`, "contoso", `b.yaml:10: customers[1].places[1].name: "contoso" is no place like "#contoso"`},
		{"customer", "purpose: customer", "purpose: managers", `b.yaml:10: customers[1].places[1].purpose: "managers" is none of customer, event`},
		{"customer", "plan: unified", "plan: premium", `b.yaml:14: customers[1].agreement.plans[1].plan: "premium" is no plan; there are unified, uer`},
		{"customer", "plan: platform-mcs,", "plan: unified,", "b.yaml:15: customers[1].agreement.plans[2].plan: unified is there twice"},
		{"customer", "contract_executed: 2025-12-01", "contract_executed: 2025-02-30", `b.yaml:15: customers[1].agreement.plans[2].contract_executed: "2025-02-30" is not a day`},
		{"customer", "intake_pending: true", "intake_pending: soon", `b.yaml:15: customers[1].agreement.plans[2].intake_pending: "soon" is neither true nor false`},
		{"customer", `monday: "08:00-12:00,13:00-16:00"`, "monday: 9-5", "b.yaml:16: customers[1].agreement.hours.monday: hours \"9-5\""},
		{"customer", "plans: [platform-mcs]", "plans: [uer]", "b.yaml:18: customers[1].agreement.subscriptions[1].plans[1]: uer is not among the agreement's plans"},
		{"customer", "draft_left: 2h", "draft_left: 2", `b.yaml:19: customers[1].policy.draft_left: "2" is not a duration`},
		{"customer", "draft_left: 2h", "draft_left: -2h", "b.yaml:19: customers[1].policy.draft_left: -2h is less than nothing"},
		{"customer", "2026-03-05T00:00:00+01:00", "2026-03-01T00:00:00+01:00", "b.yaml:21: customers[1].events[1]: the event ends before it has begun"},
		{"customer", "azure/sql-database", "azure/sql-databse", `b.yaml:21: customers[1].events[1].products[1]: unknown product "azure/sql-databse"; nearest: azure/sql-database`},
		{"customer", "customers:\n  - name: Contoso\n", "customers:\n  - &c\n    name: Contoso\n    <<: {}\n", "anchors, aliases and merges are not read"},
		{"customer", "people:\n", "people: ana\n    persons:\n", "b.yaml:7: customers[1].people: here belongs a list, not a single value"},
		{"customer", "name: Support", "name: [Support", "b.yaml:"},
		{"provider", "role: engineer, person: kenji", "role: engineer, person: ken", "a.yaml:12: provider.rosters[1].person: there is no ken among the provider's people"},
		{"provider", "role: engineer, person: kenji", "role: manager, person: kenji", "a.yaml:12: provider.rosters[1].person: kenji is on duty as manager without having that role"},
		{"provider", `"team:db"`, `"team:sql"`, `a.yaml:19: provider.policy.ladders[1].rungs[1].call[2]: no place of the provider's engineers is team "sql"`},
		{"provider", `"role:engineer"`, `"role:boss"`, `a.yaml:19: provider.policy.ladders[1].rungs[1].call[1]: "boss" is none of engineer`},
		{"provider", `"person:kenji"`, `kenji`, `a.yaml:19: provider.policy.ladders[1].rungs[1].call[3]: "kenji" is nobody to call`},
		{"provider", "call: [managers]", "call: []", "a.yaml:21: provider.policy.ladders[2].rungs[1]: the rung calls nobody"},
		{"provider", "{percent: 80, call: [managers]}", "{call: [managers]}", "a.yaml:21: provider.policy.ladders[2].rungs[1]: a rung needs after or percent"},
		{"provider", ", times: 3", "", "a.yaml:19: provider.policy.ladders[1].rungs[1]: every without times"},
		{"provider", "        rungs:\n          - {after: 5m, call: [\"role:engineer\", \"team:db\", \"person:kenji\"], every: 5m, times: 3}\n", "        rungs: []\n", "a.yaml:17: provider.policy.ladders[1]: the ladder has no rungs"},
		{"provider", "- severity: \"1\"\n        rungs", "- rungs", "a.yaml:19: provider.policy.ladders[2]: a ladder above fits everything that this one does"},
		{"provider", "B: 3 days", "B: no days", `a.yaml:14: provider.policy.next_update.B: "no days" is not a number of working days`},
	} {
		text := files[c.file]
		if !strings.Contains(text, c.old) {
			t.Fatalf("%q is not in the %s's file", c.old, c.file)
		}
		changed := map[string]string{"provider": provider, "customer": customer}
		changed[c.file] = strings.Replace(text, c.old, c.new, 1)
		got, err := read(changed["provider"], changed["customer"])
		var all setup.Mistakes
		if !errors.As(err, &all) {
			t.Errorf("%q for %q: no mistakes but %v", c.new, c.old, err)
			continue
		}
		if !strings.Contains(err.Error(), c.want) {
			t.Errorf("%q for %q:\nwant …%s…\ngot  %s", c.new, c.old, c.want, err)
		}
		if got.Tenants != nil {
			t.Errorf("%q for %q: something was read nevertheless", c.new, c.old)
		}
	}
}

func TestAllMistakesOfAllFilesAtOnce(t *testing.T) {
	_, err := read(
		strings.NewReplacer("prefix: DK", "prefix: dk", "after: 5m", "after: soon").Replace(provider),
		strings.NewReplacer("zone: Europe/Berlin", "zone: Mars/Base", "plan: unified", "plan: gold").Replace(customer),
		"", "a: [", "hello: 1\nhello: 2\n",
	)
	if err == nil {
		t.Fatal("nothing was found")
	}
	lines := strings.Split(err.Error(), "\n")
	for i, want := range []string{"a.yaml:3: ", "a.yaml:19: ", "b.yaml:5: ", "b.yaml:14: ", "c.yaml: the file is empty", "d.yaml", "e.yaml:1: unknown key", "e.yaml:2: hello: is there twice"} {
		if i >= len(lines) || !strings.HasPrefix(lines[i], want) {
			t.Fatalf("mistake %d should begin with %q:\n%s", i+1, want, err)
		}
	}
}

func TestTwoProvidersAndNone(t *testing.T) {
	if _, err := read(customer); err == nil || !strings.Contains(err.Error(), "a.yaml: no file names the provider") {
		t.Errorf("no provider: %v", err)
	}
	if _, err := read(provider, strings.Replace(provider, "Desk", "Other", 1)); err == nil || !strings.Contains(err.Error(), "b.yaml:2: provider: there is one provider, and a.yaml line 2 names it") {
		t.Errorf("two providers: %v", err)
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte(provider + customer))
	f.Add([]byte("provider: &a [*a]\ncustomers: *a\n"))
	f.Add([]byte("? [a]\n: b\n---\nx"))
	f.Fuzz(func(t *testing.T, data []byte) {
		s, err := setup.Read(terms.Current(), []setup.File{{Name: "f.yaml", Data: data}, {Name: "f.json", Data: data}})
		if (err == nil) == (s.Tenants == nil) {
			t.Errorf("either a set-up or mistakes: %v", err)
		}
	})
}

func TestWorkspaces(t *testing.T) {
	with := func(file, before, spaces string) string {
		return strings.Replace(file, before, "workspaces: "+spaces+"\n"+strings.Repeat(" ", 2*strings.Count(file[:strings.Index(file, before)], "customers:")+2)+before, 1)
	}
	theirs := with(customer, "people:", "[{platform: slack, id: T1}, {platform: teams, id: AAAAAAAA-bbbb-4ccc-8ddd-eeeeeeeeeeee}]")
	s, err := read(with(provider, "people:", "[{platform: slack, id: T0}]"), theirs)
	if err != nil {
		t.Fatal(err)
	}
	want := []bot.SetupWorkspace{
		{Tenant: "Desk", Platform: "slack", ID: "T0"}, {Tenant: "Contoso", Platform: "slack", ID: "T1"}, {Tenant: "Contoso", Platform: "teams", ID: "aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee"},
	}
	if diff := cmp.Diff(want, s.Workspaces); diff != "" {
		t.Errorf("workspaces, by platform and id (-want +got):\n%s", diff)
	}
	for spaces, want := range map[string]string{
		"[{platform: slack, id: T1}]":             "b.yaml:7: customers[1].workspaces[1].id: slack T1 is somebody's already: a.yaml line 6",
		"[{platform: console, id: terminal}]":     `a.yaml:6: provider.workspaces[1].platform: "console" is none of slack, teams`,
		"[{platform: teams, id: Contoso}]":        `a.yaml:6: provider.workspaces[1].id: "Contoso" is not a tenant's id in Teams: write its GUID`,
		"[{platform: slack}]":                     "a.yaml:6: provider.workspaces[1]: id is missing",
		"[{platform: slack, id: T0, name: Ours}]": `a.yaml:6: provider.workspaces[1]: unknown key "name"`,
		"T0": "a.yaml:6: provider.workspaces: here belongs a list, not a single value",
	} {
		if _, err := read(with(provider, "people:", spaces), theirs); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("workspaces: %s\nwant …%s…\ngot  %v", spaces, want, err)
		}
	}
}
