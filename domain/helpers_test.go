package domain

import (
	"errors"
	"slices"
	"testing"
	"time"

	"example.com/firstcall/domain/calendar"
	"example.com/firstcall/domain/terms"
)

// The people of these tests.
var (
	ana    = Actor{Person: "ana", Tenant: "contoso", Name: "Ana", Side: Customer, Roles: []Role{RoleContact}}
	zoe    = Actor{Person: "zoe", Tenant: "contoso", Name: "Zoe", Side: Customer, Roles: []Role{RoleChangeControl}}
	rival  = Actor{Person: "rob", Tenant: "fabrikam", Name: "Rob", Side: Customer, Roles: []Role{RoleContact, RoleAdministrator}}
	kenji  = Actor{Person: "kenji", Tenant: "provider", Name: "Kenji", Side: Provider, Roles: []Role{RoleEngineer}}
	lena   = Actor{Person: "lena", Tenant: "provider", Name: "Lena", Side: Provider, Roles: []Role{RoleEngineer}}
	maria  = Actor{Person: "maria", Tenant: "provider", Name: "Maria", Side: Provider, Roles: []Role{RoleManager}}
	carl   = Actor{Person: "carl", Tenant: "provider", Name: "Carl", Side: Provider, Roles: []Role{RoleAccountManager}}
	theBot = Actor{Side: Machine}
)

const vm = "azure/virtual-machines"

// at reads an instant of the calendar's zone, here UTC.
func at(t testing.TB, s string) time.Time {
	t.Helper()
	got, err := time.Parse("2006-01-02 15:04:05", s)
	if err != nil {
		if got, err = time.Parse("2006-01-02 15:04", s); err != nil {
			t.Fatal(err)
		}
	}
	return got
}

// with is an environment whose customer holds these plans, in UTC office hours,
// and whose provider takes them all by chat.
func with(t testing.TB, plans ...terms.Plan) Env {
	t.Helper()
	policy := DefaultPolicy()
	policy.ChatSubmits = plans
	a := &Agreement{Tenant: "contoso", Name: "Contoso", Zone: "UTC", Policy: policy}
	for _, p := range plans {
		a.Holdings = append(a.Holdings, terms.Holding{Plan: p})
	}
	cal, err := calendar.New(time.UTC, calendar.OfficeHours())
	if err != nil {
		t.Fatal(err)
	}
	return Env{Agreement: a, Calendar: cal, Policy: &a.Policy, Terms: terms.Current()}
}

func opening(s terms.Severity) Opening {
	return Opening{
		ID: "i", Tenant: "contoso", Ref: "INC-1", Kind: BreakFix, Severity: s, By: ana, Reporter: "ana",
		Report: Report{
			Title: "Checkout is down", Happened: "Checkout is down", Impact: "no sales", Product: vm, Production: true,
			Owner: Contact{Name: "Ana", Phone: "+44 20 7946 0000"},
		},
	}
}

// staffed is an opening with the customer's yes and somebody to call.
func staffed(s terms.Severity) Opening {
	o := opening(s)
	o.Commit24x7 = true
	o.Report.Contacts = []Contact{{Name: "Night shift", Phone: "+44 20 7946 0001"}}
	return o
}

func opened(t testing.TB, o Opening, now time.Time, env Env) Incident {
	t.Helper()
	out, err := OpenIncident(o, now, env)
	return kept(t, out, err)
}

// kept is the incident after a change that succeeded, as a keeper keeps it.
func kept(t testing.TB, out Outcome, err error) Incident {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	if len(out.Journal) == 0 {
		t.Error("a change left no journal line")
	}
	out.Incident.Version++
	return out.Incident
}

// refused wants a refusal with that code, and these pairs among its arguments.
func refused(t testing.TB, err error, code string, args ...string) {
	t.Helper()
	var r *Refusal
	if !errors.As(err, &r) {
		t.Fatalf("got %v, want the refusal %s", err, code)
	}
	if r.Code != code {
		t.Fatalf("got the refusal %v, want %s", r, code)
	}
	for k := 0; k+1 < len(args); k += 2 {
		if r.Args[args[k]] != args[k+1] {
			t.Errorf("refusal %s: %s is %q, want %q", code, args[k], r.Args[args[k]], args[k+1])
		}
	}
}

func same(t testing.TB, what string, got, want time.Time) {
	t.Helper()
	if !got.Equal(want) {
		t.Errorf("%s is %v, want %v", what, got, want)
	}
}

// line finds a journal line.
func line(t testing.TB, out Outcome, kind string) Entry {
	t.Helper()
	for _, e := range out.Journal {
		if e.Kind == kind {
			return e
		}
	}
	t.Fatalf("no journal line %q in %v", kind, out.Journal)
	return Entry{}
}

// rings lists the notices as "kind to".
func rings(out Outcome) []string {
	got := []string{}
	for _, n := range out.Notices {
		got = append(got, string(n.Kind)+" "+string(n.To))
	}
	return got
}

func wantRings(t testing.TB, out Outcome, want ...string) {
	t.Helper()
	if got := rings(out); !slices.Equal(got, want) {
		t.Errorf("rang %q, want %q", got, want)
	}
}
