package bot

import (
	"context"
	"fmt"
	"slices"
	"time"

	"example.com/firstcall/domain"
	"example.com/firstcall/domain/terms"
)

// change is the one road for changes by people: it locks the incident, lets
// decide change it, and keeps the outcome, in the transaction of the visit.
func (v *visit) change(ctx context.Context, at handle, decide func(domain.Incident, domain.Env) (domain.Outcome, error)) (domain.Incident, error) {
	inc, err := v.lock(ctx, at)
	if err != nil {
		return inc, err
	}
	if err := v.introduce(&inc); err != nil {
		return inc, err
	}
	scene, err := v.scene(ctx, inc.Tenant)
	if err != nil {
		return inc, err
	}
	env, err := scene.env(&inc.Report)
	if err != nil {
		return inc, err
	}
	out, err := decide(inc, env)
	if err != nil {
		return inc, err
	}
	kept := scene.kept(inc, out, env)
	if err := v.tx.Keep(ctx, inc.Tenant, []Kept{kept}); err != nil {
		return inc, fmt.Errorf("keep %s: %w", inc.Ref, err)
	}
	v.bot.step("in: decision written")
	return kept.Incident, nil
}

// scene is what a decision about a tenant's incidents may look at: its
// agreement, and who can be reached. It is read once a transaction, by one
// goroutine.
type scene struct {
	bot       *Bot
	now       time.Time
	agreement domain.Agreement
	directory Directory

	// What the incidents of one batch share.
	envs  map[[2]string]domain.Env
	fixed map[domain.Who][]Recipient
	empty map[domain.Who]bool
}

func (b *Bot) scene(ctx context.Context, tx Tx, tenant domain.TenantID, v *visit) (*scene, error) {
	now := b.Now()
	if v != nil {
		now = v.now
	}
	s := &scene{bot: b, now: now}
	var err error
	if s.agreement, err = tx.Agreement(ctx, tenant); err != nil {
		return nil, fmt.Errorf("read the agreement: %w", err)
	}
	if s.directory, err = b.directory(ctx, tx, tenant, now); err != nil {
		return nil, fmt.Errorf("read who can be reached: %w", err)
	}
	return s, nil
}

// scene reads the tenant's once a visit.
func (v *visit) scene(ctx context.Context, tenant domain.TenantID) (*scene, error) {
	if v.seen != nil && v.seen.agreement.Tenant == tenant {
		return v.seen, nil
	}
	s, err := v.bot.scene(ctx, v.tx, tenant, v)
	if err == nil {
		v.seen = s
	}
	return s, err
}

// env is what the rules may look at for an incident with that report.
func (s *scene) env(r *domain.Report) (domain.Env, error) {
	var key [2]string
	if r != nil {
		key = [2]string{r.Zone, r.Country}
	}
	if env, ok := s.envs[key]; ok {
		return env, nil
	}
	cal, err := s.bot.calendars.of(&s.agreement, key[0], key[1])
	if err != nil {
		return domain.Env{}, err
	}
	env := domain.Env{
		Agreement: &s.agreement, Calendar: cal, Policy: &s.agreement.Policy, Terms: s.bot.Terms, Empty: s.nobody,
	}
	if s.envs == nil {
		s.envs = map[[2]string]domain.Env{}
	}
	s.envs[key] = env
	return env, nil
}

// kept turns a person's decision into what is written down: rings worded for
// each reader, cards as they should look now, and what has lost its reason.
func (s *scene) kept(before domain.Incident, out domain.Outcome, env domain.Env) Kept {
	var k Kept
	s.written(&before, &out, env, &k)
	k.Cards = s.cards(&k.Incident, &before)
	shown := make([]DestinationID, 0, len(k.Cards))
	if before.ID == "" { // a new card is noticed by itself
		for n := range k.Cards {
			shown = append(shown, k.Cards[n].Destination)
		}
	}
	k.Rings = s.rings(&k.Incident, out.Notices, shown)
	k.Room = s.room(&k.Incident)
	return k
}

// fired is kept for what the clock decided. It moves no more than what has rung, so cards are its caller's matter.
func (s *scene) fired(before *domain.Incident, out *domain.Outcome, env domain.Env, k *Kept) {
	s.written(before, out, env, k)
	k.Rings = s.rings(&k.Incident, out.Notices, nil)
}

var alarmKinds = domain.AlarmKinds()

// written is a decision without what is said about it.
func (s *scene) written(before *domain.Incident, out *domain.Outcome, env domain.Env, k *Kept) {
	*k = Kept{Incident: out.Incident, Journal: out.Journal}
	k.Incident.Version = before.Version + 1
	k.Wake = k.Incident.Wake(env)
	if sameEnds(before, &k.Incident) { // as after most alarms
		return
	}
	for _, kind := range alarmKinds {
		if before.Unsettles(&k.Incident, kind) {
			k.Withdraw = append(k.Withdraw, kind)
		}
	}
}

// sameEnds says whether all clocks run as before, to the same ends: then no ring has lost its reason.
func sameEnds(before, after *domain.Incident) bool {
	was := [...]*domain.Clock{&before.FirstResponse, &before.WorkBegins, &before.Staffing, &before.ChangeControl, &before.Answer, &before.NextUpdate, &before.Case, &before.Ladder}
	is := [...]*domain.Clock{&after.FirstResponse, &after.WorkBegins, &after.Staffing, &after.ChangeControl, &after.Answer, &after.NextUpdate, &after.Case, &after.Ladder}
	for n := range was {
		if was[n].Due != is[n].Due || was[n].Met != is[n].Met {
			return false
		}
	}
	return before.Status == after.Status
}

// rings words the notices of one decision, as few as can be: nobody hears the
// same twice, a page names the highest rung only, and what a page says needs no
// reminder beside it.
func (s *scene) rings(i *domain.Incident, notices []domain.Notice, shown []DestinationID) []Ring {
	type call struct {
		n  *domain.Notice
		to Recipient
	}
	var calls []call
	for k := range notices {
		n := &notices[k]
	recipients:
		for _, r := range s.told(i, *n) {
			if n.Kind == domain.Opened && slices.Contains(shown, r.Destination) {
				continue
			}
			for c := range calls {
				have := &calls[c]
				if have.to.Destination != r.Destination {
					continue
				}
				switch {
				case have.n.Kind == domain.Page && n.Kind == domain.Page:
					if n.Rung > have.n.Rung {
						have.n = n
					}
					continue recipients
				case have.n.Kind == n.Kind && have.n.Step == n.Step, have.n.Kind == domain.Page && saidByPage(n.Kind):
					continue recipients
				case n.Kind == domain.Page && saidByPage(have.n.Kind):
					have.n = n
					continue recipients
				}
			}
			calls = append(calls, call{n, r})
		}
	}
	if len(calls) == 0 {
		return nil
	}
	out := make([]Ring, 0, len(calls))
	for _, c := range calls {
		out = append(out, Ring{
			ID: s.bot.NewID(), Incident: i.ID, Generation: i.Generation, Kind: c.n.Kind, Step: c.n.Step,
			Destination: c.to.Destination, Urgency: urgency(i, c.n), Escalation: escalates(c.n.Kind), At: c.n.At,
			Message: s.ringMessage(i, c.n, c.to),
		})
	}
	return out
}

// saidByPage says whether a page at the same instant says what a reminder does.
func saidByPage(k domain.NoticeKind) bool {
	switch k {
	case domain.FirstResponseHalf, domain.FirstResponseMost, domain.FirstResponseDue, domain.FirstResponseLate,
		domain.UpdateDue, domain.UpdateLate:
		return true
	default:
		return false
	}
}

// newlyPassed says whether the clock has just passed a deadline that cards show.
func newlyPassed(before, after *domain.Incident) bool {
	was := [...]domain.Clock{before.FirstResponse, before.WorkBegins, before.ChangeControl, before.Answer, before.NextUpdate}
	is := [...]domain.Clock{after.FirstResponse, after.WorkBegins, after.ChangeControl, after.Answer, after.NextUpdate}
	for n := range was {
		if passed(was[n]) != passed(is[n]) {
			return true
		}
	}
	return false
}

// passed says whether a clock still runs although its end has rung. Cards know
// no other time than what has rung, so they say the same at every look.
func passed(c domain.Clock) bool { return c.Running() && !c.Rang.Before(c.Due) }

// urgency orders what waits for one destination: pages of critical incidents
// first, what can wait last.
func urgency(i *domain.Incident, n *domain.Notice) int {
	u := 4
	switch i.Severity {
	case terms.Sev1:
		u = 0
	case terms.SevA:
		u = 1
	case terms.SevB:
		u = 2
	case terms.SevC:
		u = 3
	}
	if !escalates(n.Kind) {
		u += 5
	}
	return u
}

// escalates says whether a ring must arrive even if that means twice.
func escalates(k domain.NoticeKind) bool {
	switch k {
	case domain.FirstResponseHalf, domain.ChangeControlSoon, domain.AnswerSoon, domain.CaseMissing,
		domain.UpdateLate: // FirstResponseLate may be the only word of the miss: after an outage it stands for FirstResponseDue
		return false
	default:
		return true
	}
}
