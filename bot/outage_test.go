package bot_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"example.com/firstcall/bot"
	"example.com/firstcall/domain"
)

// ringOf is a ring of a kind about the desk's incident, meant for now.
func (s *desk) ringOf(kind domain.NoticeKind, to, text string, escalation bool) bot.Ring {
	r := s.ring(to, text)
	r.Kind, r.Escalation = kind, escalation
	return r
}

func (s *desk) keepRing(kind domain.NoticeKind, to, text string, escalation bool) {
	s.keep(bot.Kept{Rings: []bot.Ring{s.ringOf(kind, to, text, escalation)}})
}

// down refuses everything until it is set to false.
func (s *desk) down() *bool {
	down := true
	s.answer = func(call) error {
		if down {
			return &bot.SendError{Outcome: bot.Refused, Err: errors.New("dial refused")}
		}
		return nil
	}
	return &down
}

// What gathered during an outage is told as it is by then: the newest of what
// says the same, and an escalation gives way to an escalation only.
func TestABacklogIsFolded(t *testing.T) {
	t.Parallel()
	s := newDesk(t)
	down := s.down()
	for _, r := range []struct {
		kind       domain.NoticeKind
		to, text   string
		escalation bool
	}{
		{domain.FirstResponseHalf, "#engineers", "half", false},
		{domain.Page, "#engineers", "page 1", true},
		{domain.Page, "#managers", "page for managers", true}, // another reader
		{domain.CaseMissing, "#engineers", "case 1", false},   // another matter
		{domain.Page, "#engineers", "page 2", true},
		{domain.CaseMissing, "#engineers", "case 2", false},
		{domain.UpdateDue, "#engineers", "update due", true},
		{domain.UpdateLate, "#engineers", "update late", false}, // a reminder doesn't take an escalation's place
		{domain.FirstResponseDue, "#engineers", "due", true},
		{domain.Opened, "#engineers", "opened", true},
		{domain.Opened, "#engineers", "converted", true}, // what people did isn't folded
	} {
		s.keepRing(r.kind, r.to, r.text, r.escalation)
		s.later(3 * time.Minute)
	}
	*down = false
	s.later(10 * time.Minute)
	got := map[string]int{}
	for _, line := range s.told() {
		got[line]++
	}
	for _, line := range []string{
		"#managers> page for managers", "#engineers> case 2", "#engineers> update due", "#engineers> update late",
		"#engineers> due", "#engineers> opened", "#engineers> converted",
	} {
		if got[line] != 1 {
			t.Errorf("%q was told %d times, want once", line, got[line])
		}
		delete(got, line)
	}
	if len(got) > 0 {
		t.Errorf("also told: %v", got)
	}
}

// A ring of which nobody knows whether it arrived is looked for, and not folded.
func TestWhatMayHaveArrivedIsNotFolded(t *testing.T) {
	t.Parallel()
	s := newDesk(t)
	s.answer = once(&bot.SendError{Outcome: bot.NotKnown, Err: errors.New("timeout")})
	s.keepRing(domain.Page, "#engineers", "page 1", true)
	s.deliver()
	s.keepRing(domain.Page, "#engineers", "page 2", true)
	s.later(time.Minute)
	s.later(time.Minute)
	s.want("#engineers> page 1", "#engineers> page 2")
}

// When the platform is back, what waited comes by urgency and then by age, and
// not as the waits between the tries end.
func TestABacklogComesInItsOrder(t *testing.T) {
	t.Parallel()
	s := newDesk(t)
	down := s.down()
	s.rings("#engineers", "0 old", "1 old", "2 old")
	s.deliver()
	s.later(30 * time.Second)
	s.now = s.now.Add(time.Second)
	s.rings("#engineers", "0 new", "1 new")
	*down = false
	s.deliver() // the old ones still wait for their next try
	s.want("#engineers> 0 new", "#engineers> 1 new", "#engineers> 0 old", "#engineers> 1 old", "#engineers> 2 old")
}

func TestWhatIsLeftIsNotToldWhenNothingIs(t *testing.T) {
	t.Parallel()
	s := newDesk(t)
	down := s.down()
	for _, to := range []string{"#engineers", "erin"} {
		r := s.ringOf(domain.FirstResponseMost, to, "3 min left", true)
		r.Message.Later = &bot.Later{At: s.now.Add(3 * time.Minute), Text: "it was due"}
		s.keep(bot.Kept{Rings: []bot.Ring{r}})
	}
	s.answer = func(c call) error {
		if c.to == "#engineers" && *down {
			return &bot.SendError{Outcome: bot.Refused, Err: errors.New("dial refused")}
		}
		return nil
	}
	s.later(time.Minute)
	*down = false
	s.later(5 * time.Minute)
	s.want("erin> 3 min left", "#engineers> it was due")
}

// meeting is a platform whose calls to #contoso are answered only after
// #engineers has been told.
type meeting struct {
	*chat
	told chan struct{}
}

func (m *meeting) Post(ctx context.Context, s bot.Posting) (string, error) {
	if s.To.ID == "#engineers" {
		close(m.told)
		return "1", nil
	}
	select {
	case <-m.told:
		return "2", nil
	case <-ctx.Done():
		return "", ctx.Err()
	}
}

func TestADestinationThatHangsHoldsNoOtherUp(t *testing.T) {
	t.Parallel()
	s := newDesk(t)
	s.rings("#contoso", "page")
	s.now = s.now.Add(time.Second)
	s.rings("#engineers", "page") // the later one waits behind it
	b := s.replica()
	b.Senders = 2
	b.Chats = map[string]bot.Chat{"console": &meeting{s.chat, make(chan struct{})}}
	sent, err := b.Deliver(t.Context())
	s.must(err)
	if sent != 2 {
		t.Errorf("%d messages were sent, want 2", sent)
	}
}

// An incident that can't be decided stops no other one, and is tried again.
func TestASickIncidentStopsNoOther(t *testing.T) {
	t.Parallel()
	d := newFrontDoor(t)
	ctx := t.Context()
	for range 3 {
		form := d.report("ana", "#contoso")
		d.must(bot.Event{Kind: bot.Submitted, Person: "ana", Place: "#contoso", Form: form.Key, Values: whole(form)})
	}
	read := func(number int) (got domain.Incident) {
		t.Helper()
		if err := d.Store.InTx(ctx, func(tx bot.Tx) error {
			tenant, err := tx.TenantByPrefix(ctx, "INC")
			if err != nil {
				return err
			}
			if err := tx.Enter(ctx, tenant.ID); err != nil {
				return err
			}
			got, err = tx.Incident(ctx, tenant.ID, number)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		return got
	}
	zone := func(name string) {
		t.Helper()
		if err := d.Store.InTx(ctx, func(tx bot.Tx) error {
			i := read(2)
			if err := tx.Enter(ctx, i.Tenant); err != nil {
				return err
			}
			i, err := tx.IncidentByID(ctx, i.Tenant, i.ID)
			if err != nil {
				return err
			}
			i.Report.Zone = name
			i.Version++
			return tx.Keep(ctx, i.Tenant, []bot.Kept{{Incident: i, Wake: d.clock.Now()}})
		}); err != nil {
			t.Fatal(err)
		}
	}
	d.clock.Set(d.clock.Now().Add(72 * time.Hour)) // all are due
	zone("Nowhere/Land")
	if _, err := d.Wake(ctx); err != nil {
		t.Fatal(err)
	}
	for _, n := range []int{1, 3} {
		if read(n).FirstResponse.Rang.IsZero() {
			t.Errorf("INC-%d was not woken", n)
		}
	}
	if !read(2).FirstResponse.Rang.IsZero() || d.logs.Len() == 0 {
		t.Error("INC-2 can't be decided, and that must be in the log")
	}
	zone("Europe/Berlin")
	d.clock.Set(d.clock.Now().Add(time.Minute))
	if _, err := d.Wake(ctx); err != nil {
		t.Fatal(err)
	}
	if read(2).FirstResponse.Rang.IsZero() {
		t.Error("INC-2 is well again and was not woken")
	}
}
