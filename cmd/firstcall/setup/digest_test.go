package setup_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"example.com/firstcall/bot"
	"example.com/firstcall/domain/terms"
)

// office is a provider with two managers' roles and that policy, and a customer with that one.
func office(policy, theirs string) []string {
	return []string{`provider:
  name: Harbour
  prefix: HS
  zone: UTC
  country: GB
  people:
    - {name: kenji, roles: [engineer]}
    - {name: lena, roles: [incident_manager]}
    - {name: maria, roles: [manager, incident_manager]}
  places:
    - {name: "#engineers", purpose: engineers}
` + policy + `
customers:
  - name: Acme
    prefix: ACME
    zone: Europe/Berlin
    country: DE
    people:
      - {name: rita, roles: [contact]}
    agreement:
      name: Acme 2026
      plans: [{plan: unified}]
` + theirs}
}

func TestDigestAndRooms(t *testing.T) {
	one := func(name string, minute int) bot.SetupDigest {
		return bot.SetupDigest{Tenant: "Harbour", Person: name, Minute: minute}
	}
	for _, c := range []struct {
		policy, theirs string
		digests        []bot.SetupDigest
		rooms          []terms.Severity
		kept           time.Duration
	}{
		{"", "", []bot.SetupDigest{one("maria", 540)}, []terms.Severity{"1", "A"}, 24 * time.Hour},
		{"  policy: {digest: off, rooms: [], rooms_kept: off}", "", nil, nil, 0},
		{
			"  policy: {digest: \"07:30\", digest_for: [manager, incident_manager], rooms: [\"1\"]}", "    policy: {rooms: [\"1\", A, B], rooms_kept: 1h}",
			[]bot.SetupDigest{one("lena", 450), one("maria", 450)},
			[]terms.Severity{"1", "A", "B"},
			time.Hour,
		},
		{"  policy: {digest_for: []}", "", nil, []terms.Severity{"1", "A"}, 24 * time.Hour},
	} {
		s, err := read(office(c.policy, c.theirs)...)
		if err != nil {
			t.Errorf("%s: %v", c.policy, err)
			continue
		}
		if diff := cmp.Diff(c.digests, s.Digests); diff != "" {
			t.Errorf("%s: who gets the digest (-want +got):\n%s", c.policy, diff)
		}
		p := s.Agreements[0].Agreement.Policy
		if diff := cmp.Diff(c.rooms, p.Rooms); diff != "" || p.RoomsKept != c.kept {
			t.Errorf("%s: kept %s, and rooms (-want +got):\n%s", c.policy, p.RoomsKept, diff)
		}
	}
	for _, c := range []struct{ policy, theirs, says string }{
		{"  policy: {digest: noon}", "", "neither a time of day"},
		{"  policy: {digest: \"25:00\"}", "", "neither a time of day"},
		{"  policy: {digest_for: [engineer]}", "", "is none of manager"},
		{"  policy: {rooms: [D]}", "", "\"D\" is none of"},
		{"  policy: {rooms_kept: later}", "", "not a duration"},
		{"", "    policy: {digest: off}", "digest is the provider's"},
	} {
		if _, err := read(office(c.policy, c.theirs)...); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s%s: %v, want an error that says %q", c.policy, c.theirs, err, c.says)
		}
	}
}
