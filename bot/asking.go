package bot

import (
	"example.com/firstcall/bot/words"
	"example.com/firstcall/domain"
	"example.com/firstcall/domain/terms"
)

// asking makes a verb's fields in the reader's words.
type asking struct {
	w   *words.Words
	by  domain.Actor
	inc domain.Incident
	dir Directory
	env domain.Env
}

func (a *asking) field(key string, kind FieldKind, options ...Option) Field {
	label, _ := a.w.Look("field", key, map[string]string{"ref": a.inc.Ref})
	help, _ := a.w.Look("fieldhelp", key, nil)
	return Field{Key: key, Kind: kind, Label: label, Help: help, Options: options}
}

func optional(f Field) Field {
	f.Optional = true
	return f
}

// text asks for words; how it asks depends on what they are for.
func (a *asking) text(what string) Field { return a.worded(a.field(fieldText, FieldLong), what) }

// worded gives a field the question of its verb.
func (a *asking) worded(f Field, what string) Field {
	if label, ok := a.w.Look("field", f.Key+"_"+what, map[string]string{"ref": a.inc.Ref}); ok {
		f.Label = label
	}
	return f
}
func (a *asking) why() Field { return a.field(fieldWhy, FieldLong) }

// whyShared asks for a reason that the customer is told, and says so.
func (a *asking) whyShared() Field { return a.worded(a.why(), "shared") }

func (a *asking) at() Field   { return optional(a.field(fieldAt, FieldTime)) }
func (a *asking) next() Field { return optional(a.field(fieldNext, FieldTime)) }

func (a *asking) choice(key string, values ...string) Field {
	f := a.field(key, FieldChoice)
	for _, v := range values {
		label, ok := a.w.Look("choice", v, nil)
		if !ok {
			label = words.Plain(v)
		}
		f.Options = append(f.Options, Option{Value: v, Label: label})
	}
	return f
}

// severities to choose from: those that fit.
func (a *asking) severities(key string, fits func(terms.Severity) bool) Field {
	f := a.worded(a.field(key, FieldChoice), "severity")
	for _, s := range []terms.Severity{terms.Sev1, terms.SevA, terms.SevB, terms.SevC} {
		if !fits(s) {
			continue
		}
		f.Options = append(f.Options, Option{Value: string(s), Label: a.w.ChooseSeverity(string(s), a.w.SeverityMeaning(s))})
	}
	return f
}

func (a *asking) facts() Field {
	var values []string
	for _, f := range domain.Facts() {
		if a.by.Side == domain.Customer && f != domain.FactCaseNumber {
			continue
		}
		values = append(values, string(f))
	}
	return a.choice(fieldFact, values...)
}

// teams are those with a place to work in; the one that has it comes last, for
// whoever was overtaken.
func (a *asking) teams() Field {
	f := a.field(fieldTeam, FieldChoice)
	var has []Option
	for _, r := range a.dir.Recipients {
		if p := r.Place; p != nil && p.Purpose == ForEngineers {
			name := p.Team
			if name == "" {
				name = firstTeam
			}
			o := Option{Value: name, Label: teamName(a.w, p.Team)}
			if p.Team == a.inc.Team {
				has = append(has, o)
			} else {
				f.Options = append(f.Options, o)
			}
		}
	}
	f.Options = append(f.Options, has...)
	return f
}

// wayOfCase asks how a case was made. It may be left out where the promise wants
// only one way: see recordCase.
func (a *asking) wayOfCase() Field {
	return optional(a.worded(a.choice(fieldVia, string(terms.Portal), string(terms.Phone), string(terms.Web)), "case"))
}

// environment asks what advice was not asked about.
func (a *asking) environment() Field {
	f := a.field(fieldEnvironment, FieldChoice)
	f.Label = a.w.AskEnvironment()
	f.Options = []Option{{Value: production, Label: a.w.EnvironmentProduction()}, {Value: nonProduction, Label: a.w.EnvironmentOther()}}
	return f
}
