package storage_test

import (
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"example.com/firstcall/bot"
	"example.com/firstcall/domain"
	"example.com/firstcall/storage"
)

// What one process keeps of an agreement and of who can be reached ends with the first transaction after another one's change.
func TestAnotherProcessChangesAreSeenAtOnce(t *testing.T) {
	t.Parallel()
	w := open(t)
	other, err := storage.Open(ctx, w.url(storage.App), storage.Options{})
	w.must(err)
	t.Cleanup(func() { _ = other.Close() })
	look := func(tenant domain.TenantID, now time.Time) (zone, customers, duty string) {
		t.Helper()
		w.in(tenant, func(tx bot.Tx) error {
			a, err := tx.Agreement(ctx, tenant)
			w.must(err)
			d, err := tx.Directory(ctx, tenant, now)
			w.must(err)
			var names, on []string
			for _, r := range d.Recipients {
				if r.Person == nil {
					continue
				}
				if r.Person.Side == domain.Customer {
					names = append(names, r.Person.Name+r.Person.Phone)
				}
				if len(r.OnDuty) > 0 {
					on = append(on, r.Person.Name)
				}
			}
			zone, customers, duty = a.Zone, strings.Join(names, " "), strings.Join(slices.Compact(on), " ")
			return nil
		})
		return zone, customers, duty
	}
	// Erin's shift is from t0 for eight hours; max is always on duty. The instants are in no order.
	for _, after := range []time.Duration{0, time.Hour, 8*time.Hour - time.Microsecond, 8 * time.Hour, 9 * time.Hour, time.Hour, -time.Hour, 0} {
		want := "max"
		if after >= 0 && after < 8*time.Hour {
			want = "erin max"
		}
		if _, _, duty := look(w.contoso, t0.Add(after)); duty != want {
			t.Errorf("on duty %v after the shift begins: %s, want %s", after, duty, want)
		}
	}
	zone, customers, _ := look(w.contoso, t0)
	if customers != "ana+49 30 1" {
		t.Fatalf("Contoso's people are %q", customers)
	}

	s := setup()
	s.People[2].Person.Phone = "+49 30 2"
	s.Agreements[0].Agreement.Zone = "Asia/Tokyo"
	s.Rosters = s.Rosters[1:]
	w.must(other.Import(ctx, s))
	newZone, newCustomers, newDuty := look(w.contoso, t0)
	if zone == newZone || newZone != "Asia/Tokyo" || newCustomers != "ana+49 30 2" || newDuty != "max" {
		t.Errorf("after another process's change: zone %s, people %s, on duty %s", newZone, newCustomers, newDuty)
	}

	// A change that was rolled back has never been, also for the process that tried it.
	s.People[2].Person.Phone = "+49 30 3"
	s.People[3].Identities = append(s.People[3].Identities, console("erin")) // belongs to somebody else
	if err := w.Import(ctx, s); err == nil {
		t.Fatal("an impossible setup was taken")
	}
	if _, customers, _ := look(w.contoso, t0); customers != "ana+49 30 2" {
		t.Errorf("after a change that failed Contoso's people are %q", customers)
	}
}

// Who came in, where, what the tenant is and what runs there are kept in the same way, for the provider's people, too.
func TestAnotherProcessChangesWhoComesIn(t *testing.T) {
	t.Parallel()
	w := open(t)
	other, err := storage.Open(ctx, w.url(storage.App), storage.Options{})
	w.must(err)
	t.Cleanup(func() { _ = other.Close() })
	look := func(person, place string) (all string) {
		t.Helper()
		w.in("", func(tx bot.Tx) error {
			door, _, err := tx.Arrive(ctx, bot.Event{Platform: "console", Person: person, Place: place}, t0)
			w.must(err)
			tenant, err := tx.Tenant(ctx, w.contoso)
			w.must(err)
			running, err := tx.BusinessEvents(ctx, w.contoso, t0.Add(time.Hour))
			w.must(err)
			later, err := tx.BusinessEvents(ctx, w.contoso, t0.Add(48*time.Hour))
			w.must(err)
			all = strings.Join([]string{door.Person.Name + door.Person.Phone, door.Place.Name, door.Place.Zone, tenant.Zone}, " ")
			for _, e := range running {
				all += " " + e.Name
			}
			if len(later) > 0 {
				t.Errorf("what has ended is running: %v", later)
			}
			return nil
		})
		return all
	}
	for range 2 { // as it is read, and as it is known
		if got, want := look("ana", "#contoso"), "ana+49 30 1 #contoso Europe/Berlin Europe/Berlin Sale"; got != want {
			t.Errorf("ana comes in: %s, want %s", got, want)
		}
		if got, want := look("erin", "#contoso"), "erin #contoso Europe/Berlin Europe/Berlin Sale"; got != want {
			t.Errorf("erin comes in: %s, want %s", got, want)
		}
	}
	s := setup()
	s.Tenants[1].Zone = "Asia/Tokyo"
	s.People[0].Person.Phone = "+44 1"
	s.People[2].Person.Phone = "+49 30 2"
	s.Places[2].Place.Zone = "Asia/Seoul"
	s.Events[0].Event.Name = "Fair"
	w.must(other.Import(ctx, s))
	for range 2 {
		if got, want := look("ana", "#contoso"), "ana+49 30 2 #contoso Asia/Seoul Asia/Tokyo Fair Sale"; got != want {
			t.Errorf("ana comes in after another process's change: %s, want %s", got, want)
		}
		if got, want := look("erin", "#contoso"), "erin+44 1 #contoso Asia/Seoul Asia/Tokyo Fair Sale"; got != want {
			t.Errorf("erin comes in after another process's change: %s, want %s", got, want)
		}
	}
}

// People and places are shared between those who look, the list of them is not.
func TestReadersOfSurroundingsHaveTheirOwnList(t *testing.T) {
	t.Parallel()
	w := open(t)
	look := func() (n int) {
		w.in(w.contoso, func(tx bot.Tx) error {
			d, err := tx.Directory(ctx, w.contoso, t0)
			n = len(d.Recipients)
			d.Recipients[0] = bot.Recipient{}
			return err
		})
		return n
	}
	if first, second := look(), look(); first != second || first == 0 {
		t.Errorf("%d recipients at the first look, %d at the second", first, second)
	}
	w.in(w.contoso, func(tx bot.Tx) error {
		d, err := tx.Directory(ctx, w.contoso, t0)
		if d.Recipients[0].Destination == "" {
			t.Error("what a reader did to its list is in the next one's")
		}
		return err
	})
}

// Whoever writes what surroundings are made of must give the tenant a new revision: a statement that does and isn't listed here
// is one that has not been thought about.
func TestWritersOfSurroundings(t *testing.T) {
	t.Parallel()
	known := map[string]string{
		"importTenant": "import", "importPerson": "import", "importPlace": "import", "importRoster": "import", "importAgreement": "import",
		"importEvent": "import",
		"bind":        "import", "unbind": "import", "emptyRosters": "import", // its transaction calls changed for each tenant
		"unlist": "import", "askAnew": "import", "forgetLeavers": "import", "forgetProfiles": "import",
		"bindIdentity": "calls changed", "unbindIdentity": "calls changed", "moveTo": "calls changed", "openRoom": "calls changed",
		"bindRoom": "calls changed", "leaveRoom": "calls changed",
		"changeRevision": "is the new revision",
		"arrive":         "makes destinations that are bound to nobody",
		"makeIdentity":   "makes destinations that are bound to nobody",
		"readdress":      "of a destination that is bound to nobody",
		"asked":          "is in no directory", "reroute": "is in no directory",
		"lookAgain": "when an event is looked at isn't kept", "lookAtEvents": "when an event is looked at isn't kept",
		"claim": "leases", "release": "leases", "mark": "leases", "settle": "leases",
	}
	writes := regexp.MustCompile(`(?i)\b(?:INSERT INTO|UPDATE|DELETE FROM)\s+(?:tenants|people|places|rosters|agreements|business_events|destinations)\b`)
	found := map[string]string{}
	for name, text := range statements(t) {
		if writes.MatchString(text) {
			found[name] = known[name]
		}
	}
	if !maps.Equal(found, known) {
		t.Errorf("these statements write surroundings: %v\nlisted are %v", found, known)
	}
}
