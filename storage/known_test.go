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
		"bind": "import", "unbind": "import", "emptyRosters": "import", // its transaction calls changed for each tenant
		"unlist": "import", "askAnew": "import", "forgetLeavers": "import", "forgetProfiles": "import",
		"bindIdentity": "calls changed", "unbindIdentity": "calls changed", "moveTo": "calls changed", "openRoom": "calls changed",
		"bindRoom": "calls changed", "leaveRoom": "calls changed",
		"changeRevision": "is the new revision",
		"arrive":         "makes destinations that are bound to nobody",
		"makeIdentity":   "makes destinations that are bound to nobody",
		"readdress":      "of a destination that is bound to nobody",
		"asked":          "is in no directory", "reroute": "is in no directory",
		"claim": "leases", "release": "leases", "mark": "leases", "settle": "leases",
	}
	writes := regexp.MustCompile(`(?i)\b(?:INSERT INTO|UPDATE|DELETE FROM)\s+(?:tenants|people|places|rosters|agreements|destinations)\b`)
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
