package words

import (
	"maps"
	"slices"
	"strings"

	"example.com/firstcall/domain/terms"
)

// Code says what a code of the terms means: a duty, a role, a note, a reason.
// The arguments are those of the terms.Fact that carries it; plans, channels and
// languages among them are put into words. A code without words of its own is
// shown as it is written.
func (w *Words) Code(c terms.Code, args map[string]string) Text {
	if len(args) > 0 {
		args = w.worded(args)
	}
	if t, ok := w.Look("code", string(c), args); ok {
		return t
	}
	return Plain(string(c))
}

// Theirs is Code for the provider's people: what Code says to the customer, it
// says about the customer.
func (w *Words) Theirs(c terms.Code, args map[string]string) Text {
	if !Known("theirs", string(c)) {
		return w.Code(c, args)
	}
	t, _ := w.Look("theirs", string(c), w.worded(args))
	return t
}

// Fact says what a fact of a commitment means.
func (w *Words) Fact(f terms.Fact) Text { return w.Code(f.Code, f.Args) }

// worded turns the arguments of a fact into those of its sentence.
func (w *Words) worded(args map[string]string) map[string]string {
	out := make(map[string]string, len(args)+1)
	plans := map[terms.Code][]Text{} // by the code each of them brings
	for _, name := range slices.Sorted(maps.Keys(args)) {
		value := args[name]
		switch name {
		case "plan":
			out[name] = string(w.Plan(terms.Plan(value)))
		case "via":
			out[name] = string(w.Channel(terms.Channel(value)))
		case "languages":
			var spoken []Text
			for _, lang := range strings.FieldsFunc(value, func(r rune) bool { return r == ',' || r == ' ' }) {
				spoken = append(spoken, w.LanguageName(lang))
			}
			out[name] = string(w.List(spoken...))
		case "by": // a person; names ending in By are moments in a sentence
			out["person"] = value
		case "from":
			out["from_at"] = value
		default:
			out[name] = value
			if Known("plan", name) { // one code for each plan
				plans[terms.Code(value)] = append(plans[terms.Code(value)], w.Plan(terms.Plan(name)))
			}
		}
	}
	if len(plans) > 0 {
		var each []Text
		for _, code := range slices.Sorted(maps.Keys(plans)) {
			each = append(each, w.ExplainEach(w.List(plans[code]...), w.Code(code, nil)))
		}
		out["each_text"] = string(Join(" ", each...))
	}
	return out
}

// Severity names a severity: "Severity A".
func (w *Words) Severity(s terms.Severity) Text { return w.named("severity", string(s)) }

// SeverityMeaning says in a sentence when a severity is the right one.
func (w *Words) SeverityMeaning(s terms.Severity) Text {
	return w.named("severity", string(s)+".meaning")
}

// Plan names a support plan.
func (w *Words) Plan(p terms.Plan) Text { return w.named("plan", string(p)) }

// Channel names a way to submit an incident, so that it fits after "by".
func (w *Words) Channel(c terms.Channel) Text { return w.named("channel", string(c)) }

// Clock says which time a duration is counted in: "around the clock".
func (w *Words) Clock(c terms.Clock) Text { return w.named("clock", string(c)) }

// LanguageName names a language the terms or the bot know; others by their tag.
func (w *Words) LanguageName(tag string) Text { return w.named("language", tag) }

// Product is a product's name as the edition has it: a proper name, the same in
// every language.
func (w *Words) Product(p terms.Product) Text {
	if p.Name == "" {
		return Plain(p.Code)
	}
	return Plain(p.Name)
}

// named is the name of a code of a family, or the code itself.
func (w *Words) named(family, code string) Text {
	if t, ok := w.Look(family, code, nil); ok {
		return t
	}
	return Plain(code)
}
