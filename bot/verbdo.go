package bot

// The verbs that take more than one sentence of the rules to do.

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"example.com/firstcall/domain"
	"example.com/firstcall/domain/terms"
)

// recordCase wants the way in which the case was made where several would do:
// which plans it reaches depends on it.
func recordCase(c call) (domain.Outcome, error) {
	via := terms.Channel(c.text(fieldVia))
	if via == "" && c.inc.Status == domain.AwaitingCase && len(c.inc.Promise.SubmitVia) != 1 {
		return domain.Outcome{}, domain.Refuse("answer_missing").At(fieldVia)
	}
	return c.inc.RecordCase(c.by, c.text("number"), via, c.at(), c.v.now, c.env)
}

// handOver finds the engineer named by name.
func handOver(c call) (domain.Outcome, error) {
	want := strings.ToLower(strings.TrimPrefix(c.text(fieldTo), "@"))
	var names []string
	for _, r := range c.v.seen.directory.Recipients {
		if p := r.Person; p != nil && p.Side == domain.Provider {
			if strings.ToLower(p.Name) == want || strings.ToLower(p.FullName) == want || strings.ToLower(r.Address.ID) == want { // a mention is an id
				return c.inc.HandOver(c.by, p.ID, display(p), c.v.now, c.env)
			}
			names = append(names, p.Name)
		}
	}
	slices.Sort(names)
	return domain.Outcome{}, domain.Refuse("no_such_person", "given", want, "people", strings.Join(slices.Compact(names), ", ")).At(fieldTo)
}

// findDuplicate answers with the number of an incident that the customer has;
// whatever else was named doesn't exist for this one, whoever asks.
func findDuplicate(ctx context.Context, c call) error {
	said := strings.ToUpper(narrow(c.text(fieldOf)))
	unknown := domain.Refuse("no_such_incident", "ref", brief(said)).At(fieldOf)
	prefix := c.inc.Ref[:strings.LastIndex(c.inc.Ref, "-")+1]
	digits := strings.TrimPrefix(strings.TrimPrefix(said, prefix), "#")
	n, err := strconv.Atoi(digits)
	if err != nil || !numberShape.MatchString(digits) || n < 1 || n > mostNumber {
		return unknown
	}
	c.values[fieldOf] = prefix + strconv.Itoa(n)
	if c.values[fieldOf] == c.inc.Ref {
		return nil // the rule says what is wrong with it
	}
	if _, err = c.v.tx.Incident(ctx, c.inc.Tenant, n); errors.Is(err, ErrNotFound) {
		return unknown
	}
	if err != nil {
		return fmt.Errorf("find %s: %w", c.values[fieldOf], err)
	}
	return nil
}

// closeFields asks about a root cause analysis where it may be too late to ask
// once the incident is closed (RCA-01).
func closeFields(a *asking) []Field {
	_, known := a.inc.RCARoute(a.env)
	if !known || a.inc.Status != domain.Resolved || a.inc.RCAOffered || !a.inc.RCAAskedAt.IsZero() {
		return nil
	}
	return []Field{a.choice(fieldRCA, yes, no)}
}

// closeIt writes down the answer about the analysis, and closes: one step for
// those who were asked.
func closeIt(c call) (domain.Outcome, error) {
	var first domain.Outcome
	var err error
	switch c.text(fieldRCA) {
	case yes:
		first, err = c.inc.RequestRCA(c.by, c.v.now, c.env)
	case no:
		first, err = c.inc.DeclineRCA(c.by, c.v.now, c.env)
	default:
		return c.inc.Close(c.by, c.v.now, c.env)
	}
	if err != nil {
		return domain.Outcome{}, err
	}
	return then(first, func(i domain.Incident) (domain.Outcome, error) { return i.Close(c.by, c.v.now, c.env) })
}

// then goes on from an outcome; what both decided is one outcome.
func then(first domain.Outcome, next func(domain.Incident) (domain.Outcome, error)) (domain.Outcome, error) {
	out, err := next(first.Incident)
	if err != nil {
		return domain.Outcome{}, err
	}
	out.Notices = append(first.Notices, out.Notices...)
	out.Journal = append(first.Journal, out.Journal...)
	return out, nil
}

// asked moves a refusal about a field of the rule to the field of the form that
// asked for it.
func asked(err error, rule, form string) error {
	var r *domain.Refusal
	if errors.As(err, &r) && r.Field == rule {
		moved := *r
		return moved.At(form)
	}
	return err
}

// ways are the words for the ways of a first call.
var ways = map[string]terms.Channel{
	"phone": terms.Phone, "called": terms.Phone, "电话": terms.Phone, "電話": terms.Phone,
	"email": domain.Email, "e-mail": domain.Email, "mail": domain.Email, "邮件": domain.Email, "メール": domain.Email,
}

// correct reads the new value as the fact wants it: a number, a time, or for a
// first call its way, its time or both.
func correct(c call) (domain.Outcome, error) {
	fact := domain.FactName(c.text(fieldFact))
	value := strings.TrimSpace(c.text(fieldValue))
	if fact == domain.FactCaseNumber || fact == domain.FactTaken {
		return c.inc.Correct(c.by, fact, time.Time{}, value, c.text(fieldWhy), c.v.now, c.env)
	}
	via := ""
	if word, rest, _ := strings.Cut(value, " "); fact == domain.FactFirstCall && ways[strings.ToLower(word)] != "" {
		via, value = string(ways[strings.ToLower(word)]), strings.TrimSpace(rest)
	}
	var at time.Time
	if value != "" {
		var err error
		if at, err = parseWhen(value, c.v.now, zoneOf(c.v.zone)); err != nil {
			return domain.Outcome{}, domain.Refuse("not_a_time", "given", value).At(fieldValue)
		}
	}
	out, err := c.inc.Correct(c.by, fact, at, via, c.text(fieldWhy), c.v.now, c.env)
	return out, asked(err, "at", fieldValue)
}

func spend(c call) (domain.Outcome, error) {
	d, err := time.ParseDuration(strings.ReplaceAll(strings.ToLower(c.text("spent")), " ", ""))
	if err != nil || d <= 0 {
		return domain.Outcome{}, domain.Refuse("not_a_duration", "given", c.text("spent")).At("spent")
	}
	return c.inc.SpendEffort(c.by, d, c.v.now, c.env)
}
