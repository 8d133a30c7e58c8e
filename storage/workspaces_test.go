package storage_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"example.com/firstcall/bot"
	"example.com/firstcall/domain"
	"example.com/firstcall/storage"
	"example.com/firstcall/storage/localpg"
)

func installed(workspace string, at time.Time) bot.Installation {
	return bot.Installation{
		Platform: "slack", Workspace: workspace, Enterprise: "E1", Name: "Contoso \"Ops\"", App: "A1", Bot: "B1", BotUser: "U0BOT",
		Scopes: []string{"chat:write", "users:read"}, Sealed: []byte{0, 1, 255, '\\'}, At: at,
	}
}

func TestInstallations(t *testing.T) {
	t.Parallel()
	w := open(t)
	none := func(workspace string) {
		t.Helper()
		if got, err := w.Installation(ctx, "slack", workspace); !errors.Is(err, bot.ErrNotFound) {
			t.Errorf("installation of %s: %+v, %v, want %v", workspace, got, err, bot.ErrNotFound)
		}
	}
	none("T1")
	first := installed("T1", t0)
	w.must(w.SaveInstallation(ctx, first))
	w.must(w.SaveInstallation(ctx, installed("T2", t0)))
	got, err := w.Installation(ctx, "slack", "T1")
	w.must(err)
	if diff := cmp.Diff(first, got); diff != "" {
		t.Errorf("the installation comes back as (-want +got):\n%s", diff)
	}
	if _, err := w.Installation(ctx, "teams", "T1"); !errors.Is(err, bot.ErrNotFound) {
		t.Errorf("the other platform has the workspace's id, too: %v", err)
	}
	all, err := w.Installations(ctx, "slack")
	w.must(err)
	if len(all) != 2 || all[0].Workspace != "T1" || all[1].Workspace != "T2" {
		t.Errorf("all: %+v, want T1 and T2", all)
	}

	// It was made anew at eleven; that the one of nine ended at ten is told late.
	again := installed("T1", t0.Add(2*time.Hour))
	w.must(w.SaveInstallation(ctx, again))
	w.must(w.DropInstallation(ctx, "slack", "T1", t0.Add(time.Hour)))
	got, err = w.Installation(ctx, "slack", "T1")
	w.must(err)
	if !got.At.Equal(again.At) {
		t.Errorf("a late word about the old installation ended the new one: %+v", got)
	}
	w.must(w.DropInstallation(ctx, "slack", "T1", t0.Add(3*time.Hour)))
	none("T1")
	w.must(w.DropInstallation(ctx, "slack", "T1", t0.Add(4*time.Hour))) // twice is fine, and so is one that never was
	w.must(w.DropInstallation(ctx, "slack", "T9", t0))
	if n := w.count(`SELECT count(*) FROM workspaces WHERE workspace = 'T1' AND secret IS NULL AND gone_at = $1`, t0.Add(3*time.Hour)); n != 1 {
		t.Error("the secret of an installation that has ended is still there, or its end moved")
	}
	if all, err = w.Installations(ctx, "slack"); err != nil || len(all) != 1 {
		t.Errorf("after that %d are left (%v), want T2", len(all), err)
	}
	w.must(w.SaveInstallation(ctx, installed("T1", t0.Add(5*time.Hour))))
	if _, err = w.Installation(ctx, "slack", "T1"); err != nil {
		t.Errorf("after a new installation: %v", err)
	}
}

// What writes events down can make an installation and end it, and never sees its secret; only the sender does.
func TestSecretsAreTheSenders(t *testing.T) {
	t.Parallel()
	w := open(t)
	w.must(w.SaveInstallation(ctx, installed("T1", t0)))
	app := w.raw(storage.App)
	for role, can := range map[string]map[string]string{
		"none": {
			"SELECT tenant_id, name, scopes FROM workspaces": "", "SELECT secret FROM workspaces": "42501", "SELECT * FROM workspaces": "42501",
			"UPDATE workspaces SET name = 'x'": "", "DELETE FROM workspaces": "42501", "UPDATE workspaces SET workspace = 'T9'": "42501",
		},
		"firstcall_sender": {"SELECT secret FROM workspaces": "", "UPDATE workspaces SET secret = NULL": "42501"},
		"firstcall_staff":  {"SELECT 1 FROM workspaces": "42501"},
		"firstcall_due":    {"SELECT 1 FROM workspaces": "42501"},
	} {
		for statement, want := range can {
			tx, err := app.Begin()
			w.must(err)
			_, err = tx.Exec("SET LOCAL ROLE " + role)
			w.must(err)
			if _, err = tx.Exec(statement); code(err) != want {
				t.Errorf("as %s, %s: %v, want code %q", role, statement, err, want)
			}
			_ = tx.Rollback()
		}
	}
}

func (w *world) arrives(e bot.Event, now time.Time) bot.Door {
	w.t.Helper()
	var d bot.Door
	w.in("", func(tx bot.Tx) (err error) { d, _, err = tx.Arrive(ctx, e, now); return err })
	return d
}

// In a shared channel a person is known from home, and the place from where the event came through.
func TestAPersonFromElsewhere(t *testing.T) {
	t.Parallel()
	w := open(t)
	s := setup()
	s.People[2].Identities = append(s.People[2].Identities, bot.Identity{Platform: "slack", Workspace: "T2", ID: "U2"})
	s.Places[2].Channel = bot.Identity{Platform: "slack", Workspace: "T1", ID: "C1"}
	w.must(w.Import(ctx, s))
	d := w.arrives(bot.Event{Platform: "slack", Workspace: "T2", Through: "T1", Person: "U2", Place: "C1"}, t0)
	if d.Person == nil || d.Person.Name != "ana" || d.Place == nil || d.Place.Name != "#contoso" {
		t.Errorf("ana from T2 in the channel of T1: %+v at %+v", d.Person, d.Place)
	}
	d = w.arrives(bot.Event{Platform: "slack", Workspace: "T1", Person: "U2", Place: "C1"}, t0)
	if d.Person != nil || d.Place == nil {
		t.Errorf("somebody of T1 with ana's id: %+v at %+v", d.Person, d.Place)
	}
	d = w.arrives(bot.Event{Platform: "slack", Workspace: "T2", Person: "U2", Place: "C1"}, t0)
	if d.Person == nil || d.Place != nil {
		t.Errorf("ana in a channel of her own workspace that has the same id: %+v at %+v", d.Person, d.Place)
	}
}

// A shared channel is found through each of its workspaces by those whom it belongs to, and by the provider's people; nobody
// else gets there by its id.
func TestASharedChannelFromTheOtherSide(t *testing.T) {
	t.Parallel()
	w := open(t)
	s := setup()
	s.Workspaces = []bot.SetupWorkspace{
		{Tenant: "Provider", Platform: "slack", ID: "TPROVIDER"},
		{Tenant: "Contoso", Platform: "slack", ID: "TCONTOSO"},
		{Tenant: "Contoso", Platform: "slack", ID: "TCONTOSO2"},
		{Tenant: "Fabrikam", Platform: "slack", ID: "TFABRIKAM"},
	}
	bind := func(place int, workspace, id string) {
		s.Places[place].Channel = bot.Identity{Platform: "slack", Workspace: workspace, ID: id}
	}
	bind(0, "TPROVIDER", "CENGINEERS")
	bind(2, "TPROVIDER", "CCONTOSO") // the provider shares it with Contoso
	bind(3, "TFABRIKAM", "CFABRIKAM")
	w.must(w.Import(ctx, s))
	bound := map[string]bot.DestinationID{}
	for id, home := range map[string]string{"CENGINEERS": "TPROVIDER", "CCONTOSO": "TPROVIDER", "CFABRIKAM": "TFABRIKAM"} {
		bound[id] = w.arrives(bot.Event{Platform: "slack", Workspace: home, Person: "U0", Place: id}, t0).PlaceDest
	}
	for _, c := range []struct {
		why, through, home, place string
		found                     bool
	}{
		{"Contoso's own, by a command", "TCONTOSO", "TCONTOSO", "CCONTOSO", true},
		{"Contoso's other workspace", "TCONTOSO2", "TCONTOSO2", "CCONTOSO", true},
		{"an engineer, in what came through Contoso", "TCONTOSO", "TPROVIDER", "CCONTOSO", true},
		{"an engineer, in the channel that Fabrikam hosts", "TPROVIDER", "TPROVIDER", "CFABRIKAM", true},
		{"Fabrikam's, through the provider", "TPROVIDER", "TFABRIKAM", "CFABRIKAM", true},
		{"Fabrikam has a channel with Contoso's id", "TFABRIKAM", "TFABRIKAM", "CCONTOSO", false},
		{"Contoso has one with Fabrikam's", "TCONTOSO", "TCONTOSO", "CFABRIKAM", false},
		{"Contoso's, in a channel of the provider's with Fabrikam's id", "TPROVIDER", "TCONTOSO", "CFABRIKAM", false},
		{"Fabrikam's, in one of Contoso's", "TCONTOSO", "TFABRIKAM", "CCONTOSO", false},
		{"a guest, in one of Contoso's", "TCONTOSO", "TELSEWHERE", "CCONTOSO", false},
		{"a workspace of nobody's", "TELSEWHERE", "TELSEWHERE", "CCONTOSO", false},
		{"an engineer, through a workspace of nobody's", "TELSEWHERE", "TPROVIDER", "CCONTOSO", false},
		{"a customer has one with the engineers' id", "TCONTOSO", "TCONTOSO", "CENGINEERS", false},
		{"an engineer in a customer's with the engineers' id", "TCONTOSO", "TPROVIDER", "CENGINEERS", false},
	} {
		e := bot.Event{Key: "of " + c.why, Platform: "slack", Workspace: c.home, Through: c.through, Person: "U0", Place: c.place, Kind: bot.Said}
		for _, kind := range []bot.EventKind{bot.Said, bot.Left, bot.Moved} {
			e.Kind, e.Key = kind, c.why+string(kind)
			var d bot.Door
			var seen bool
			w.in("", func(tx bot.Tx) (err error) { d, seen, err = tx.Arrive(ctx, e, t0); return err })
			found := c.found && kind == bot.Said
			if seen || (d.Place != nil) != found || (d.PlaceDest == bound[c.place]) != found || d.PlaceDest == "" {
				t.Errorf("%s (%s): place %+v (%s), seen %v, want it found: %v", c.why, kind, d.Place, d.PlaceDest, seen, found)
			}
		}
		w.in("", func(tx bot.Tx) error {
			_, seen, err := tx.Arrive(ctx, e, t0)
			if !seen {
				t.Errorf("%s: the same again is not recognised", c.why)
			}
			return err
		})
	}
	// The other side of a channel says nothing of how the host's workspace wants to be written to.
	e := bot.Event{Platform: "slack", Workspace: "TCONTOSO", Person: "U0", Place: "CCONTOSO", Kind: bot.Said, Route: "elsewhere"}
	w.arrives(e, t0)
	if all, err := w.Routes(ctx, "slack"); err != nil || all[bound["CCONTOSO"]] != "" {
		t.Errorf("routes %v, %v", all, err)
	}
}

// The newest route is kept, where the event says one, of the place or of the person in private.
func TestRoutes(t *testing.T) {
	t.Parallel()
	w := open(t)
	e := bot.Event{Platform: "teams", Workspace: "X", Person: "P", Place: "C"}
	go1 := func(e bot.Event, route string, after time.Duration) bot.Door {
		e.Route, e.At = route, t0.Add(after)
		return w.arrives(e, t0.Add(24*time.Hour))
	}
	private := e
	private.Place = ""
	d := go1(e, "a", 0)
	go1(private, "p", 0)
	for _, c := range []struct {
		route string
		after time.Duration
		want  string
	}{
		{"", time.Hour, "a"},
		{"b", 2 * time.Hour, "b"},
		{"b", 3 * time.Hour, "b"},
		{"a", time.Hour, "b"}, // a late event
		{"c", 4 * time.Hour, "c"},
	} {
		go1(e, c.route, c.after)
		for id, want := range map[bot.DestinationID]string{d.PlaceDest: c.want, d.PersonDest: "p"} {
			now := t0.Add(48 * time.Hour)
			l, ok, err := w.Claim(ctx, id, now, time.Minute)
			w.must(err)
			if !ok || l.Address.Route != want {
				t.Errorf("after route %q at %v: %s is reached by %q, want %q", c.route, c.after, l.Address.ID, l.Address.Route, want)
			}
			w.must(w.Release(ctx, l, time.Time{}))
		}
	}
	all, err := w.Routes(ctx, "teams")
	w.must(err)
	if len(all) != 2 || all[d.PlaceDest] != "c" || all[d.PersonDest] != "p" {
		t.Errorf("all routes are %v", all)
	}
	if other, err := w.Routes(ctx, "slack"); err != nil || len(other) != 0 {
		t.Errorf("routes of another platform: %v, %v", other, err)
	}
}

// Somebody who has only acted in a place can be written to all the same; what is said in private wins.
func TestARouteToWhoSpokeInAPlace(t *testing.T) {
	t.Parallel()
	w := open(t)
	var at time.Duration
	goes := func(place, route, person, want string) {
		t.Helper()
		at += time.Hour
		e := bot.Event{Platform: "teams", Workspace: "X", Person: "P", Place: place, Route: route, PersonRoute: person, At: t0.Add(at)}
		d := w.arrives(e, t0.Add(at))
		all, err := w.Routes(ctx, "teams")
		w.must(err)
		if all[d.PersonDest] != want || place != "" && all[d.PlaceDest] != route {
			t.Errorf("after %q, %q and %q: %v, want the person at %q", place, route, person, all, want)
		}
	}
	goes("C", "c", "p of c", "p of c")
	goes("D", "d", "p of d", "p of c") // a way is known
	goes("", "own", "", "own")
	goes("C", "c", "p of c", "own")
	goes("C", "c", "", "own")
}

// who says whose identity that is by now: "ana by link".
func (w *world) who(workspace, id string) string {
	w.t.Helper()
	d := w.arrives(bot.Event{Platform: "slack", Workspace: workspace, Person: id}, t0)
	if d.Person == nil {
		return ""
	}
	var by string
	w.must(w.raw(localpg.Superuser).QueryRow(`SELECT bound_by FROM destinations WHERE id = $1`, d.PersonDest).Scan(&by))
	return d.Person.Name + " by " + by
}

// binds makes an identity somebody's, and says whether it became theirs.
func (w *world) binds(tenant domain.TenantID, workspace, id, name string, by bot.Binding) (done bool) {
	w.t.Helper()
	w.in(tenant, func(tx bot.Tx) error {
		people, err := tx.People(ctx, tenant)
		w.must(err)
		k, err := tx.KnownAs(ctx, bot.Identity{Platform: "slack", Workspace: workspace, ID: id})
		w.must(err)
		for _, p := range people {
			if p.Name == name {
				done, err = tx.Bind(ctx, k.ID, tenant, p.ID, by)
				return err
			}
		}
		w.t.Fatalf("%s is nobody of theirs", name)
		return nil
	})
	return done
}

// What was bound while the bot ran outlives an import for as long as the set-up has the person, and the workspace.
func TestImportAndWhatWasBoundSince(t *testing.T) {
	t.Parallel()
	w := open(t)
	s := setup()
	space := func(tenant, id string) bot.SetupWorkspace {
		return bot.SetupWorkspace{Tenant: tenant, Platform: "slack", ID: id}
	}
	s.Workspaces = []bot.SetupWorkspace{space("Provider", "T1"), space("Contoso", "T2"), space("Fabrikam", "T3")}
	w.must(w.Import(ctx, s))
	w.must(w.Import(ctx, s)) // the same again
	for id, want := range map[string]domain.TenantID{"T1": w.provider, "T2": w.contoso, "T3": w.fabrikam, "T4": ""} {
		w.in("", func(tx bot.Tx) error {
			got, err := tx.WorkspaceTenant(ctx, "slack", id)
			if got != want {
				t.Errorf("%s is %s's, want %s's", id, got, want)
			}
			return err
		})
	}
	if !w.binds(w.contoso, "T2", "U-profile", "ana", bot.ByProfile) || !w.binds(w.contoso, "T8", "U-link", "ana", bot.ByLink) || !w.binds(w.provider, "T1", "U-max", "max", bot.ByProfile) {
		t.Fatal("what is nobody's can't be bound")
	}
	if w.binds(w.fabrikam, "T8", "U-link", "ken", bot.ByLink) {
		t.Error("an identity that is somebody's was moved")
	}
	expect := func(when string, want map[[2]string]string) {
		t.Helper()
		for at, name := range want {
			if got := w.who(at[0], at[1]); got != name {
				t.Errorf("%s, %s of %s is %q, want %q", when, at[1], at[0], got, name)
			}
		}
	}
	w.must(w.Import(ctx, s))
	expect("after an import", map[[2]string]string{
		{"T2", "U-profile"}: "ana by profile", {"T8", "U-link"}: "ana by link", {"T1", "U-max"}: "max by profile", {"T1", "U1"}: "erin by setup",
	})

	// The set-up says otherwise: a workspace changes hands, max has left, and an identity is named for somebody else.
	s.Workspaces[1], s.Workspaces[2] = space("Contoso", "T3"), space("Fabrikam", "T2")
	s.People = append(s.People[:1:1], s.People[2:]...)
	s.Rosters = s.Rosters[:1]
	s.People = append(s.People, bot.SetupPerson{
		Tenant: "Contoso", Person: bot.Person{Name: "bo", Language: "en", Zone: "UTC"},
		Identities: []bot.Identity{{Platform: "slack", Workspace: "T8", ID: "U-link"}},
	})
	for n := range s.People {
		if p := &s.People[n]; p.Person.Name == "ken" { // of Fabrikam, whose the workspace is now
			p.Identities = append(p.Identities, bot.Identity{Platform: "slack", Workspace: "T2", ID: "U-profile"})
		}
	}
	w.must(w.Import(ctx, s))
	expect("after another", map[[2]string]string{{"T2", "U-profile"}: "ken by setup", {"T8", "U-link"}: "bo by setup", {"T1", "U-max"}: ""})
	w.in(w.provider, func(tx bot.Tx) error {
		people, err := tx.People(ctx, w.provider)
		if len(people) != 1 || people[0].Name != "erin" || people[0].Side != domain.Provider {
			t.Errorf("the provider's people are %+v, want erin: who has left is not to be recognised again", people)
		}
		return err
	})

	s.Workspaces = []bot.SetupWorkspace{space("Contoso", "T3"), space("Fabrikam", "T3")}
	if err := w.Import(ctx, s); err == nil {
		t.Error("one workspace belongs to two tenants")
	}
}

// Somebody who was asked about in vain may be in the next set-up.
func TestAnImportAsksAnew(t *testing.T) {
	t.Parallel()
	w := open(t)
	s := setup()
	s.Workspaces = []bot.SetupWorkspace{{Tenant: "Contoso", Platform: "slack", ID: "T2"}}
	w.must(w.Import(ctx, s))
	known := func() (k bot.Known) {
		w.in("", func(tx bot.Tx) (err error) {
			k, err = tx.KnownAs(ctx, bot.Identity{Platform: "slack", Workspace: "T2", ID: "U5"})
			return err
		})
		return k
	}
	if k := known(); !k.Asked.IsZero() || k.Tenant != "" {
		t.Errorf("somebody new: %+v", k)
	}
	w.in("", func(tx bot.Tx) error { return tx.Asked(ctx, known().ID, t0) })
	if k := known(); !k.Asked.Equal(t0) {
		t.Errorf("asked at %v, want %v", k.Asked, t0)
	}
	w.must(w.Import(ctx, s))
	if k := known(); !k.Asked.IsZero() {
		t.Errorf("after an import: asked at %v, want never", k.Asked)
	}
}

// A channel that moves keeps what waits for it, and the set-up's old id still means it.
func TestMove(t *testing.T) {
	t.Parallel()
	for name, spoken := range map[string]bool{"to an id that is new": false, "to an id where somebody has spoken": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := open(t)
			s := setup()
			s.Places[2].Channel = bot.Identity{Platform: "slack", Workspace: "T1", ID: "C-old"}
			s.Places[3].Channel = bot.Identity{Platform: "slack", Workspace: "T1", ID: "C-fab"}
			w.must(w.Import(ctx, s))
			at := func(id string) bot.Door {
				return w.arrives(bot.Event{Platform: "slack", Workspace: "T1", Person: "U5", Place: id}, t0)
			}
			if spoken {
				d := at("C-new")
				w.in("", func(tx bot.Tx) error {
					w.must(tx.SaveDraft(ctx, bot.Draft{Person: d.PersonDest, Place: at("C-old").PlaceDest, StartedAt: t0, SavedAt: t0, EndsAt: t0.Add(time.Hour), Answers: map[string]string{"in": "old"}}))
					other := w.arrives(bot.Event{Platform: "slack", Workspace: "T1", Person: "U6"}, t0).PersonDest
					for _, person := range []bot.DestinationID{d.PersonDest, other} {
						w.must(tx.SaveDraft(ctx, bot.Draft{Person: person, Place: d.PlaceDest, StartedAt: t0, SavedAt: t0, EndsAt: t0.Add(time.Hour), Answers: map[string]string{"in": "new"}}))
					}
					return nil
				})
			}
			old := at("C-old")
			k := w.incident(w.contoso, 1)
			k.Rings = []bot.Ring{ring(k, old.PlaceDest, "page", 1, "page")}
			w.keep(k)
			move := func(from, to string) (done bool) {
				w.in("", func(tx bot.Tx) (err error) { done, err = tx.Move(ctx, at(from).PlaceDest, to); return err })
				return done
			}
			if move("C-old", "C-fab") {
				t.Error("the channel moved to one that is another customer's")
			}
			if move("C-random", "C-else") {
				t.Error("a channel that is nobody's has moved")
			}
			if !move("C-old", "C-new") {
				t.Fatal("the channel has not moved")
			}
			check := func(when string) {
				t.Helper()
				if d := at("C-new"); d.Place == nil || d.Place.Name != "#contoso" || d.PlaceDest != old.PlaceDest {
					t.Errorf("%s, C-new is %+v, want #contoso as it was", when, d.Place)
				}
				if d := at("C-old"); d.Place != nil {
					t.Errorf("%s, C-old is still %s", when, d.Place.Name)
				}
			}
			check("after the move")
			if move("C-old", "C-new") {
				t.Error("the same move twice takes the channel's id away")
			}
			check("after a second word of it")
			l, ok, err := w.Claim(ctx, old.PlaceDest, t0.Add(time.Hour), time.Minute)
			w.must(err)
			waiting, err := w.Waiting(ctx, l, t0.Add(time.Hour), 10)
			w.must(err)
			if !ok || l.Address.ID != "C-new" || l.Epoch != 1 || len(waiting) != 1 {
				t.Errorf("%d messages wait for %+v, want 1 for C-new", len(waiting), l)
			}
			if spoken {
				for id, want := range map[string]string{"U5": "old", "U6": "new"} {
					person := w.arrives(bot.Event{Platform: "slack", Workspace: "T1", Person: id}, t0).PersonDest
					w.in("", func(tx bot.Tx) error {
						d, err := tx.Draft(ctx, person, old.PlaceDest)
						if d.Answers["in"] != want {
							t.Errorf("%s's draft is the one from the %q place, want %q (%v)", id, d.Answers["in"], want, err)
						}
						return nil
					})
				}
			}
			w.must(w.Import(ctx, s))
			check("after an import that names the old id")
		})
	}
}

// A card that people have removed is shown again when somebody asks for it; one that waits is not sent twice.
func TestPostAnew(t *testing.T) {
	t.Parallel()
	w := open(t)
	to := w.destination("#contoso")
	card := bot.Card{Topic: "report", Destination: to, Pin: true, Message: bot.Message{Lang: "en", Zone: "UTC", Text: "Press."}}
	post := func(at time.Time) {
		w.in(w.contoso, func(tx bot.Tx) error { return tx.PostAnew(ctx, w.contoso, []bot.Card{card}, at) })
	}
	wanted := func(at time.Time) (revision int64) {
		l, ok, err := w.Claim(ctx, to, at, time.Minute)
		w.must(err)
		if !ok {
			t.Fatal("the channel can't be claimed")
		}
		all, err := w.Waiting(ctx, l, at, 10)
		w.must(err)
		if len(all) > 1 {
			t.Fatalf("%d cards wait", len(all))
		}
		for _, o := range all {
			revision = o.Revision
			p := bot.Parcel{Items: all, Key: o.Key}
			if o.Card.Incident != "" || !o.Card.Pin {
				t.Errorf("the card is %+v, want one that is pinned and of no incident", o.Card)
			}
			if ok, err := w.Mark(ctx, l, p, at); !ok || err != nil {
				t.Fatalf("mark: %v, %v", ok, err)
			}
			w.must(w.Settle(ctx, l, p, bot.Settlement{State: bot.Sent, MessageID: "m1", At: at}))
		}
		w.must(w.Release(ctx, l, time.Time{}))
		return revision
	}
	post(t0)
	post(t0)
	if got := wanted(t0.Add(time.Minute)); got != 1 {
		t.Errorf("asked for twice before it was sent: revision %d, want 1", got)
	}
	if got := wanted(t0.Add(2 * time.Minute)); got != 0 {
		t.Errorf("revision %d is wanted although nobody has asked", got)
	}
	post(t0.Add(3 * time.Minute))
	if got := wanted(t0.Add(4 * time.Minute)); got != 2 {
		t.Errorf("asked for anew: revision %d, want 2", got)
	}
}
