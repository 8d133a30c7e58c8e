package bot

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"example.com/firstcall/bot/words"
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
// agreement, and who can be reached. It is read once a transaction.
type scene struct {
	bot       *Bot
	agreement domain.Agreement
	directory Directory
}

func (b *Bot) scene(ctx context.Context, tx Tx, tenant domain.TenantID, v *visit) (*scene, error) {
	now := b.Now()
	if v != nil {
		now = v.now
	}
	s := &scene{bot: b}
	var err error
	if s.agreement, err = tx.Agreement(ctx, tenant); err != nil {
		return nil, fmt.Errorf("read the agreement: %w", err)
	}
	if s.directory, err = tx.Directory(ctx, tenant, now); err != nil {
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
	zone, country := "", ""
	if r != nil {
		zone, country = r.Zone, r.Country
	}
	cal, err := s.bot.calendars.of(&s.agreement, zone, country)
	if err != nil {
		return domain.Env{}, err
	}
	return domain.Env{
		Agreement: &s.agreement, Calendar: cal, Policy: &s.agreement.Policy, Terms: s.bot.Terms,
		Empty: func(w domain.Who) bool { return len(s.directory.who(nil, w)) == 0 },
	}, nil
}

// kept turns a decision into what is written down: rings worded for each
// person, cards as they should look now, and what has lost its reason.
func (s *scene) kept(before domain.Incident, out domain.Outcome, env domain.Env) Kept {
	inc := out.Incident
	inc.Version = before.Version + 1
	k := Kept{Incident: inc, Wake: inc.Wake(env), Journal: out.Journal}
	for _, kind := range domain.AlarmKinds() {
		if before.Applies(kind) && !inc.Applies(kind) {
			k.Withdraw = append(k.Withdraw, kind)
		}
	}
	k.Cards = s.cards(inc)
	shown := map[DestinationID]bool{} // a new card is noticed by itself
	for _, c := range k.Cards {
		shown[c.Destination] = before.ID == ""
	}
	for _, n := range out.Notices {
		told := map[DestinationID]bool{}
		for _, r := range s.directory.who(&inc, n.To) {
			if told[r.Destination] || n.Kind == domain.Opened && shown[r.Destination] {
				continue
			}
			told[r.Destination] = true
			k.Rings = append(k.Rings, Ring{
				ID: s.bot.NewID(), Incident: inc.ID, Generation: inc.Generation, Kind: n.Kind, Step: n.Step,
				Destination: r.Destination, Urgency: urgency(inc, n), Escalation: escalates(n.Kind), At: n.At,
				Message: ringMessage(inc, n, r),
			})
		}
	}
	return k
}

// urgency orders what waits for one destination: pages of critical incidents
// first, what can wait last.
func urgency(i domain.Incident, n domain.Notice) int {
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
		domain.UpdateLate, domain.FirstResponseLate:
		return false
	default:
		return true
	}
}

// who resolves an audience to those who can be reached now. With an incident,
// "owner", "customer" and the like are its own; without one they count as
// reachable when anybody of that kind is.
func (d Directory) who(i *domain.Incident, w domain.Who) []Recipient {
	kind, name, _ := strings.Cut(string(w), ":")
	switch domain.Who(kind) {
	case domain.ToCustomer:
		if i != nil {
			if r := d.find(func(r Recipient) bool { return r.Place != nil && i.Place != "" && r.Place.ID == i.Place }); len(r) > 0 {
				return r
			}
			return d.who(i, domain.ToReporter)
		}
		return d.find(func(r Recipient) bool { return r.Place != nil && r.Place.Purpose == ForCustomer })
	case domain.ToReporter:
		return d.find(func(r Recipient) bool {
			return r.Person != nil && r.Person.Side == domain.Customer && (i == nil || r.Person.ID == i.Reporter)
		})
	case domain.ToEngineers:
		team := ""
		if i != nil {
			team = i.Team
		}
		if r := d.team(team); len(r) > 0 {
			return r
		}
		return d.team("")
	case domain.ToManagers:
		if r := d.find(func(r Recipient) bool { return r.Place != nil && r.Place.Purpose == ForManagers }); len(r) > 0 {
			return r
		}
		return d.role(domain.RoleManager)
	case domain.ToOwner:
		if i != nil && i.Owner != "" {
			if r := d.find(func(r Recipient) bool { return r.Person != nil && r.Person.ID == i.Owner }); len(r) > 0 {
				return r
			}
		}
		return d.who(i, domain.ToEngineers)
	case domain.ToAdministrator:
		return d.find(func(r Recipient) bool {
			return r.Person != nil && r.Person.Side == domain.Customer && slices.Contains(r.Person.Roles, domain.RoleAdministrator)
		})
	case "executives":
		return d.find(func(r Recipient) bool {
			return r.Person != nil && slices.Contains(r.Person.Roles, domain.RoleExecutive) && (name == "" || string(r.Person.Side) == name)
		})
	case "role":
		return d.role(domain.Role(name))
	case "team":
		return d.team(name)
	case "person":
		return d.find(func(r Recipient) bool { return r.Person != nil && r.Person.Name == name })
	}
	return nil
}

func (d Directory) find(fits func(Recipient) bool) []Recipient {
	var out []Recipient
	for _, r := range d.Recipients {
		if fits(r) {
			out = append(out, r)
		}
	}
	return out
}

func (d Directory) team(name string) []Recipient {
	return d.find(func(r Recipient) bool {
		return r.Place != nil && r.Place.Purpose == ForEngineers && r.Place.Team == name
	})
}

// role finds who is on duty in a role of the provider's.
func (d Directory) role(role domain.Role) []Recipient {
	return d.find(func(r Recipient) bool {
		return r.Person != nil && r.Person.Side == domain.Provider && slices.Contains(r.OnDuty, role)
	})
}

// reader is how a recipient reads: language and zone.
func (r Recipient) reader() (lang, zone string) {
	switch {
	case r.Person != nil:
		lang, zone = r.Person.Language, r.Person.Zone
	case r.Place != nil:
		lang, zone = r.Place.Language, r.Place.Zone
	}
	return words.Match(lang), zone
}
