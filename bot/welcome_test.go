package bot_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"example.com/firstcall/bot"
	"example.com/firstcall/domain"
	"example.com/firstcall/domain/terms"
)

// Where the bot was invited before it knew whose place that is, the button comes
// by itself: once, on that platform, and where customers report.
func TestAPlaceIsWelcomedOnce(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.imports(func(s *bot.Setup) {
		war := s.Places[len(s.Places)-2]
		war.Place.Name, war.Place.Purpose, war.Channel.ID = "#launch", bot.ForEvent, "C0LAUNCH"
		s.Places = append(s.Places, war)
	})
	welcome := func() {
		t.Helper()
		if err := o.bot.Welcome(t.Context(), "slack"); err != nil {
			t.Fatal(err)
		}
		if _, err := o.bot.Deliver(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	const says = "> Is something not working? Press the button, and the support team takes it from there."
	for range 3 {
		welcome()
		o.now = o.now.Add(time.Minute)
	}
	told := strings.Join(o.told(), "\n")
	if len(o.told()) != 2 || !strings.Contains(told, "C0SHARED"+says) || !strings.Contains(told, "C0LAUNCH"+says) {
		t.Errorf("said was\n%s\nwant the button once in both of the customer's places", told)
	}
	if strings.Contains(o.log.String(), "no chat for a platform") {
		t.Errorf("something was left on a terminal:\n%s", &o.log)
	}

	// Whoever removes it wants none, until somebody asks for it.
	for n := range o.posted {
		o.posted[n].removed = true
	}
	before := o.told()
	welcome()
	if diff := cmp.Diff(before, o.told()); diff != "" {
		t.Errorf("after it was removed (-want +got):\n%s", diff)
	}
	joined := event(harbour, "", "C0SHARED")
	joined.Kind, joined.Key = bot.Joined, "1"
	o.handle(joined)
	welcome()
	if got := len(o.told()); got != 3 {
		t.Errorf("after the bot was invited again: %q", o.told())
	}
}

// An alarm reaches whoever was linked a moment ago, in a process that has read
// before who can be reached.
func TestAnAlarmReachesWhoWasJustLinked(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	ctx := t.Context()
	due := o.now.Add(15 * time.Minute)
	err := o.db.InTx(ctx, func(tx bot.Tx) error {
		tenant, err := tx.TenantByPrefix(ctx, "INC")
		if err != nil {
			return err
		}
		if err := tx.Enter(ctx, tenant.ID); err != nil {
			return err
		}
		i := domain.Incident{
			Tenant: tenant.ID, ID: domain.IncidentID(newID()), Ref: "INC-1", Version: 1, Kind: domain.BreakFix, Severity: terms.SevA,
			Status: domain.Open, OpenedAt: o.now, Report: domain.Report{Title: "Checkout"}, Staffing: domain.Clock{From: o.now, Due: due},
		}
		return tx.Keep(ctx, tenant.ID, []bot.Kept{{Incident: i, New: true, Number: 1, Wake: due}})
	})
	if err != nil {
		t.Fatal(err)
	}
	// alarm lets the time come at which nobody has confirmed round-the-clock work, and says how often carlos was told.
	alarm := func(at time.Time) (told int) {
		t.Helper()
		o.now = at
		if _, err := o.bot.Wake(ctx); err != nil {
			t.Fatal(err)
		}
		if _, err := o.bot.Deliver(ctx); err != nil {
			t.Fatal(err)
		}
		for _, p := range o.posted {
			if p.to == "U0CARLOS" {
				told++
			}
		}
		return told
	}
	if n := alarm(due); n != 0 || len(o.posted) == 0 {
		t.Fatalf("before he is known: %q", o.told())
	}
	o.profiles["U0CARLOS"] = bot.Profile{Workspace: elsewhere}
	o.now = o.now.Add(time.Minute)
	if got := o.says(harbour, "U0KENJI", "C0SHARED", "/incident link carlos @U0CARLOS"); !strings.Contains(got, "is Carlos Ruiz from now on") {
		t.Fatalf("link: %q", got)
	}
	if n := alarm(due.Add(2 * time.Hour)); n != 1 {
		t.Errorf("the alarms of the next two hours told carlos %d times, want once: %q", n, o.told())
	}
}
