package storage_test

import (
	"context"
	"errors"
	"reflect"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"example.com/firstcall/bot"
	"example.com/firstcall/bot/words"
	"example.com/firstcall/domain"
	"example.com/firstcall/domain/calendar"
	"example.com/firstcall/domain/terms"
)

var ctx = context.Background()

func agreement() domain.Agreement {
	hours := calendar.OfficeHours()
	return domain.Agreement{
		Name:     "Unified 2026",
		Holdings: []terms.Holding{{Plan: terms.Unified, ContractStart: calendar.Date{Year: 2026, Month: 1, Day: 1}}, {Plan: terms.UER, IntakePending: true}},
		Zone:     "Europe/Berlin", Country: "DE", Hours: &hours,
		Days:          []calendar.Day{{Date: calendar.Date{Year: 2026, Month: 4, Day: 1}, Name: "Works outing"}},
		CoveredUntil:  calendar.Date{Year: 2026, Month: 12, Day: 31},
		Subscriptions: []domain.Subscription{{ID: "s-1", Name: "Shop", Production: true, Plans: []terms.Plan{terms.UER}}},
		Policy: domain.Policy{
			Ladders:    []domain.Ladder{{Severity: terms.SevA, Rungs: []domain.Rung{{After: 5 * time.Minute, Call: []domain.Who{"engineers"}, Every: time.Minute, Times: 3}}}},
			NextUpdate: map[terms.Severity]time.Duration{terms.SevA: time.Hour}, RepeatLate: 10 * time.Minute,
		},
	}
}

// incident is a plain new one of severity A, with a wake in seven minutes.
func (w *world) incident(tenant domain.TenantID, number int) bot.Kept {
	prefix := "INC"
	if tenant == w.fabrikam {
		prefix = "FAB"
	}
	i := domain.Incident{
		Tenant: tenant, ID: domain.IncidentID(newID()), Version: 1, Kind: domain.BreakFix, Status: domain.Open,
		Ref: prefix + "-" + string(rune('0'+number)), OpenedAt: t0, Severity: terms.SevA, Proposed: terms.SevA, Highest: terms.SevA,
		Report:        domain.Report{Title: "Checkout is down", Owner: domain.Contact{Name: "Ana"}, Contacts: []domain.Contact{{Name: "Bo"}}},
		FirstResponse: domain.Clock{From: t0, Due: t0.Add(15 * time.Minute)},
	}
	return bot.Kept{
		Incident: i, New: true, Number: number, Wake: t0.Add(7 * time.Minute),
		Journal: []domain.Entry{{At: t0, By: domain.Actor{Name: "Ana", Side: domain.Customer}, Kind: "opened", Args: map[string]string{"severity": "A"}, Rows: []string{"A1-05", "PRS-07"}}},
	}
}

func message(text string) bot.Message {
	return bot.Message{Lang: "en", Zone: "UTC", Text: words.Text(text)}
}

func ring(k bot.Kept, to bot.DestinationID, kind domain.NoticeKind, step int64, text string) bot.Ring {
	return bot.Ring{
		ID: newID(), Incident: k.Incident.ID, Generation: k.Incident.Generation, Kind: kind, Step: step, Destination: to,
		Urgency: 1, Escalation: true, At: t0, Message: message(text),
	}
}

func card(k bot.Kept, to bot.DestinationID, text string) bot.Card {
	return bot.Card{Topic: "incident:" + string(k.Incident.ID), Incident: k.Incident.ID, Destination: to, Message: message(text)}
}

func (w *world) keep(kept ...bot.Kept) {
	w.t.Helper()
	w.in(kept[0].Incident.Tenant, func(tx bot.Tx) error {
		for _, k := range kept {
			if _, err := tx.IncidentByID(ctx, k.Incident.Tenant, k.Incident.ID); err != nil && !k.New {
				return err
			}
		}
		return tx.Keep(ctx, kept[0].Incident.Tenant, kept)
	})
}

func (w *world) read(k bot.Kept) (i domain.Incident) {
	w.t.Helper()
	w.in(k.Incident.Tenant, func(tx bot.Tx) (err error) {
		i, err = tx.IncidentByID(ctx, k.Incident.Tenant, k.Incident.ID)
		return err
	})
	return i
}

// filled sets every field of a struct to something that isn't its zero value and that differs between fields.
func filled(v reflect.Value, n *int) {
	*n++
	switch p := v.Addr().Interface().(type) {
	case *time.Time:
		*p = t0.Add(time.Duration(*n) * time.Second)
		return
	case *terms.Commitment:
		*p = terms.Commitment{
			Edition: "2025-11", Plan: terms.UER, Owner: terms.Fact{Code: "x"},
			FirstResponse: &terms.Target{Target: 15 * time.Minute, Clock: terms.AroundTheClock, Due: t0.Add(15 * time.Minute), Rows: []string{"A6-01"}},
			Notes:         []terms.Fact{{Code: "n", Args: map[string]string{"k": "ü\"\\<&>"}}},
		}
		return
	}
	switch v.Kind() {
	case reflect.Struct:
		for f := range v.NumField() {
			filled(v.Field(f), n)
		}
	case reflect.String:
		v.SetString("text " + string(rune('a'+*n%26)) + ` "quoted\" {a,b} 本`)
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int, reflect.Int64:
		v.SetInt(int64(*n))
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		filled(v.Index(0), n)
	default:
		panic("a field of a kind nobody has thought of: " + v.Kind().String())
	}
}

// full is an incident with a value in every field, those that the schema restricts with an allowed one.
func (w *world) full(number int) bot.Kept {
	k := w.incident(w.contoso, number)
	id, ref := k.Incident.ID, k.Incident.Ref
	n := 0
	filled(reflect.ValueOf(&k.Incident).Elem(), &n)
	i := &k.Incident
	i.Tenant, i.ID, i.Ref, i.Version = w.contoso, id, ref, 1
	i.Kind, i.Status = domain.BreakFix, domain.Mitigated
	i.Proposed, i.Severity, i.Highest, i.Wanted = terms.SevB, terms.SevA, terms.Sev1, terms.SevC
	i.Effort, i.Downgrade, i.Report.Via = terms.AroundTheClock, domain.EndRoundClock, terms.Phone
	i.Reporter, i.CommittedBy, i.AckedBy, i.Owner, i.WantedBy, i.Place = domain.PersonID(newID()), domain.PersonID(newID()), domain.PersonID(newID()), domain.PersonID(newID()), domain.PersonID(newID()), domain.PlaceID(newID())
	return k
}

func TestIncidentComesBackWhole(t *testing.T) {
	t.Parallel()
	w := open(t)
	k := w.full(1)
	w.keep(k)
	if diff := cmp.Diff(k.Incident, w.read(k)); diff != "" {
		t.Errorf("what was kept comes back changed (-kept +read):\n%s", diff)
	}
	empty := w.incident(w.contoso, 2)
	w.keep(empty)
	if diff := cmp.Diff(empty.Incident, w.read(empty)); diff != "" {
		t.Errorf("an incident with little in it comes back changed (-kept +read):\n%s", diff)
	}
	w.in(w.contoso, func(tx bot.Tx) error {
		byNumber, err := tx.Incident(ctx, w.contoso, 1)
		if err == nil && byNumber.ID != k.Incident.ID {
			t.Errorf("number 1 is %s, want %s", byNumber.ID, k.Incident.ID)
		}
		return err
	})
}

// Every field of an incident, changed alone, is written by the statement that writes only what has changed.
func TestEveryChangeIsWritten(t *testing.T) {
	t.Parallel()
	w := open(t)
	k := w.incident(w.contoso, 1)
	w.keep(k)
	other := w.full(2).Incident
	for f := range reflect.TypeFor[domain.Incident]().NumField() {
		name := reflect.TypeFor[domain.Incident]().Field(f).Name
		switch name {
		case "Tenant", "ID", "Ref", "Version":
			continue // these never change, or with every change
		}
		w.in(w.contoso, func(tx bot.Tx) error {
			i, err := tx.IncidentByID(ctx, w.contoso, k.Incident.ID)
			if err != nil {
				return err
			}
			reflect.ValueOf(&i).Elem().Field(f).Set(reflect.ValueOf(other).Field(f))
			i.Version++
			return tx.Keep(ctx, w.contoso, []bot.Kept{{Incident: i}})
		})
		got := w.read(k)
		if diff := cmp.Diff(reflect.ValueOf(other).Field(f).Interface(), reflect.ValueOf(got).Field(f).Interface()); diff != "" {
			t.Errorf("%s was changed and not written (-kept +read):\n%s", name, diff)
		}
	}
}

// A change inside the report is one, field by field.
func TestEveryChangeOfTheReportIsWritten(t *testing.T) {
	t.Parallel()
	w := open(t)
	k := w.incident(w.contoso, 1)
	w.keep(k)
	other := w.full(2).Incident.Report
	for f := range reflect.TypeFor[domain.Report]().NumField() {
		w.in(w.contoso, func(tx bot.Tx) error {
			i, err := tx.IncidentByID(ctx, w.contoso, k.Incident.ID)
			if err != nil {
				return err
			}
			reflect.ValueOf(&i.Report).Elem().Field(f).Set(reflect.ValueOf(other).Field(f))
			i.Version++
			return tx.Keep(ctx, w.contoso, []bot.Kept{{Incident: i}})
		})
	}
	if diff := cmp.Diff(other, w.read(k).Report); diff != "" {
		t.Errorf("changed and not written (-kept +read):\n%s", diff)
	}
	w.in(w.contoso, func(tx bot.Tx) error {
		i, err := tx.IncidentByID(ctx, w.contoso, k.Incident.ID)
		if err != nil {
			return err
		}
		i.Report.Contacts[0].Phone = "+49 40 2"
		i.Version++
		return tx.Keep(ctx, w.contoso, []bot.Kept{{Incident: i}})
	})
	if got := w.read(k).Report.Contacts[0].Phone; got != "+49 40 2" {
		t.Errorf("a contact's phone changed in place is %q, want the new one", got)
	}
}

func TestSetupComesBack(t *testing.T) {
	t.Parallel()
	w := open(t)
	w.must(w.Import(ctx, setup())) // again: nothing changes
	w.in(w.contoso, func(tx bot.Tx) error {
		a, err := tx.Agreement(ctx, w.contoso)
		w.must(err)
		if diff := cmp.Diff(agreement(), a, cmpopts.IgnoreFields(domain.Agreement{}, "Tenant", "ID", "Customer"), cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("the agreement comes back changed (-imported +read):\n%s", diff)
		}
		if a.Tenant != w.contoso || a.Customer != "Contoso" {
			t.Errorf("the agreement is of %s (%s), want Contoso (%s)", a.Customer, a.Tenant, w.contoso)
		}
		if _, err := tx.Agreement(ctx, w.fabrikam); !errors.Is(err, bot.ErrNotFound) {
			t.Errorf("another customer's agreement: %v, want %v", err, bot.ErrNotFound)
		}
		for at, want := range map[time.Duration]int{-time.Nanosecond * 1000: 0, 0: 1, 48*time.Hour - time.Microsecond: 1, 48 * time.Hour: 0} {
			events, err := tx.BusinessEvents(ctx, w.contoso, t0.Add(at))
			w.must(err)
			if len(events) != want {
				t.Errorf("%d events run %v after the sale began, want %d", len(events), at, want)
			}
		}
		all, err := tx.Customers(ctx)
		w.must(err)
		if len(all) != 2 || all[0].Name != "Contoso" || all[1].Name != "Fabrikam" {
			t.Errorf("the customers are %v, want Contoso and Fabrikam", all)
		}
		d, err := tx.Directory(ctx, w.contoso, t0)
		w.must(err)
		var names []string
		for _, r := range d.Recipients {
			if r.Place != nil {
				names = append(names, r.Place.Name)
			} else {
				n := r.Person.Name
				for _, role := range r.OnDuty {
					n += " " + string(role)
				}
				names = append(names, n)
			}
		}
		want := []string{"#contoso", "ana", "#engineers", "#managers", "erin incident_manager", "erin incident_manager", "max manager"}
		if diff := cmp.Diff(want, names); diff != "" {
			t.Errorf("who can be reached for Contoso (-want +got):\n%s", diff)
		}
		d, err = tx.Directory(ctx, w.contoso, t0.Add(8*time.Hour))
		w.must(err)
		for _, r := range d.Recipients {
			if r.Person != nil && r.Person.Name == "erin" && len(r.OnDuty) > 0 {
				t.Error("erin is on duty after her shift")
			}
		}
		return nil
	})
	// Who is left out loses the identity, and stays a person.
	s := setup()
	s.People[2].Identities = nil
	w.must(w.Import(ctx, s))
	w.in("", func(tx bot.Tx) error {
		door, _, err := tx.Arrive(ctx, bot.Event{Platform: "console", Person: "ana"}, t0)
		if door.Person != nil {
			t.Error("ana is still known by an identity that was taken away")
		}
		return err
	})
	s.People[3].Identities = append(s.People[3].Identities, console("erin"))
	if err := w.Import(ctx, s); err == nil {
		t.Error("two people share an identity, and the import takes it")
	}
}
