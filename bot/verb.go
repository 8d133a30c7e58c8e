package bot

// What a verb is: its questions, the right it needs, and a call of it with everything answered.

import (
	"context"
	"time"

	"example.com/firstcall/domain"
)

// The fields that verbs ask for.
const (
	fieldAt    = "at"
	fieldNext  = "next"
	fieldText  = "text"
	fieldWhy   = "why"
	fieldTo    = "to"
	fieldVia   = "via"
	fieldWhat  = "what"
	fieldTeam  = "team"
	fieldFact  = "fact"
	fieldValue = "value"
	fieldRCA   = "rca"
	fieldOf    = "of"
)

// firstTeam is how people choose the engineers who take incidents first.
const firstTeam = "engineers"

// verb is one thing that can be done to an incident, by command or button.
type verb struct {
	name   string
	names  string                  // other names, separated by spaces
	side   domain.Side             // whose verb it is in the help; "" is both's
	rank   int                     // its place in the help
	fields func(a *asking) []Field // nil: nothing is asked
	do     func(c call) (domain.Outcome, error)
	// find looks up what the answers name, before anything is done; nil: they name nothing.
	find func(ctx context.Context, c call) error
	// after writes down what else comes of it, once it is done; nil: nothing does.
	after func(ctx context.Context, c call) error
}

// call is a verb about to be done, with everything answered.
type call struct {
	v      *visit
	inc    domain.Incident
	env    domain.Env
	by     domain.Actor
	values map[string]string
}

// text is a field's answer; "" when it was left out.
func (c call) text(key string) string {
	if s := c.values[key]; s != skipped {
		return s
	}
	return ""
}

// at is the moment answered; the moment of asking when it was left out.
func (c call) at() time.Time {
	if t, err := time.Parse(time.RFC3339, c.text(fieldAt)); err == nil {
		return t
	}
	return c.v.now
}

// next is the moment of the promised next update; zero when it was left out.
func (c call) next() time.Time {
	t, _ := time.Parse(time.RFC3339, c.text(fieldNext))
	return t
}

// verbFields are a verb's questions about the incident; for whoever may not do
// it there are none, and the refusal: questions show what only some may see.
func (v *visit) verbFields(ctx context.Context, verb verb, inc domain.Incident) ([]Field, error) {
	me := v.actor()
	if err := v.forbids(&inc, verb); err != nil || verb.fields == nil {
		return nil, err
	}
	s, err := v.scene(ctx, inc.Tenant)
	if err != nil {
		return nil, err
	}
	env, err := s.env(&inc.Report)
	if err != nil {
		return nil, err
	}
	return verb.fields(&asking{w: v.words(), by: me, inc: inc, dir: s.directory, env: env}), nil
}

// rule is the right that somebody of that side needs for a verb.
func rule(name string, side domain.Side) domain.Verb {
	switch name {
	case "call":
		return domain.DoFirstCall
	case "thirdparty":
		return domain.DoThirdParty
	case "consent":
		return domain.DoRemoteAccess
	case "norca":
		return domain.DoRCA
	case "duplicate":
		return domain.DoCancel
	case "hours":
		return domain.DoSpend
	case "convert":
		return domain.DoConvert
	case "severity":
		if side == domain.Customer {
			return domain.DoRequest
		}
	case "correct", "withdraw":
		if side == domain.Customer { // of all that is recorded, the number is theirs
			return domain.DoCorrectNumber
		}
		return domain.DoCorrect
	}
	return domain.Verb(name) // the others have the rule's own name
}

// forbids asks the rule before anything is shown or looked up for a verb.
func (v *visit) forbids(inc *domain.Incident, verb verb) error {
	me := v.actor()
	if me.Side == domain.Customer && !customersMay(verb.name, inc) {
		return domain.Refuse("provider_only")
	}
	if me.Has(domain.RoleGuest) && !inc.MayEver(me, rule(verb.name, me.Side)) {
		return domain.Refuse("guest_may_not")
	}
	return inc.Forbids(me, rule(verb.name, me.Side))
}

func byName(list ...verb) map[string]verb {
	all := make(map[string]verb, len(list))
	for n, v := range list {
		v.rank = n
		all[v.name] = v
	}
	return all
}
