package bot

import (
	"context"
	"strings"
	"time"

	"example.com/firstcall/bot/words"
	"example.com/firstcall/domain"
	"example.com/firstcall/domain/terms"
)

// why explains every clock by the rows of the terms, and reads the journal.
// Customers don't see what the provider's people write for themselves.
func (v *visit) why(ctx context.Context, tail string) (Reply, error) {
	i, err := v.named(ctx, tail)
	if err != nil {
		return Reply{}, err
	}
	journal, err := v.tx.Journal(ctx, i.Tenant, i.ID)
	if err != nil {
		return Reply{}, err
	}
	w := v.words()
	inside := v.door.Person.Side == domain.Provider
	lines := []words.Text{w.WhyTitle(i.Ref, i.Promise.Edition)}
	if i.Kind == domain.Advice {
		lines = []words.Text{w.WhyAdvice(i.Ref, v.bot.Terms.AdvisoryCap(), rows([]string{"ADV-06", "ADV-07"}))}
	}
	lines = append(lines, whyClocks(w, &i, inside)...)
	code := w.Code
	if inside {
		code = w.Theirs
	}
	for _, f := range i.Promise.Notes {
		lines = append(lines, w.WhyNote(code(f.Code, f.Args), rows(f.Rows)))
	}
	for _, no := range i.Promise.Rejected {
		lines = append(lines, w.WhyRejected(w.Plan(no.Plan), code(no.Reason, nil), rows(no.Rows)))
	}
	lines = append(lines, w.WhyTargets(), w.WhyJournal())
	for n := range journal {
		if e := &journal[n]; inside || !internal(e) {
			lines = append(lines, journalLine(w, e, inside))
		}
	}
	return Reply{Text: words.Lines(lines...)}, nil
}

func rows(ids []string) words.Text { return words.Plain(strings.Join(ids, ", ")) }

// internal says whether a journal line is for the provider's people only: whom
// the ladder called, and their notes.
func internal(e *domain.Entry) bool {
	return e.Kind == "paged" || e.Kind == "note" && e.By.Side == domain.Provider
}

func whyClocks(w *words.Words, i *domain.Incident, inside bool) []words.Text {
	var lines []words.Text
	p := &i.Promise
	clock := func(what words.Text, t *terms.Target, c domain.Clock) {
		switch {
		case t == nil:
		case c.Due.IsZero():
			lines = append(lines, w.WhyNotStarted(what, t.Target, w.Clock(t.Clock), rows(t.Rows)))
		default:
			lines = append(lines, w.WhyClock(what, t.Target, w.Clock(t.Clock), c.From, c.Due, rows(t.Rows)))
		}
	}
	clock(w.CardFirstCall(), p.FirstResponse, i.FirstResponse)
	if p.FirstResponse != nil {
		lines = append(lines, w.WhyPlan(w.Plan(p.Plan)))
	}
	if e := p.EarlyWarning; e != nil && inside { // AMB-06: by the letter, and for the provider's people only
		lines = append(lines, w.WhyEarly(e.Target, w.Clock(e.Clock), e.Due, rows(e.Rows)))
	}
	switch c := i.FirstResponse; {
	case c.Running() && (i.Status == domain.Resolved || i.Status == domain.Closed):
		lines = append(lines, w.WhyNoCall())
	case c.Met.IsZero() || i.FirstResponseVia == terms.Chat: // chat is said below
	case c.Missed(c.Met):
		lines = append(lines, w.WhyMetLate(c.Met, i.FirstResponseBy, wayName(w, i.FirstResponseVia), c.Met.Sub(c.Due)))
	default:
		lines = append(lines, w.WhyMet(c.Met, i.FirstResponseBy, wayName(w, i.FirstResponseVia)))
	}
	switch {
	case i.FirstContactAt.IsZero():
	case i.FirstResponseVia == terms.Chat:
		lines = append(lines, w.WhyContactCounts(i.FirstContactAt, i.FirstContactBy))
	default:
		lines = append(lines, w.WhyContact(i.FirstContactAt, i.FirstContactBy))
	}
	clock(w.CardWork(), p.WorkBegins, i.WorkBegins)
	if !i.WorkBegins.Met.IsZero() {
		lines = append(lines, w.WhyBegun(i.WorkBegins.Met))
	}
	onRequest := func(what words.Text, t *terms.Target, c domain.Clock) {
		if t != nil && c.Due.IsZero() {
			lines = append(lines, w.WhyOnRequest(what, t.Target, w.Clock(t.Clock), rows(t.Rows)))
			return
		}
		clock(what, t, c)
		if t != nil && !c.Met.IsZero() {
			lines = append(lines, w.WhyAnswered(c.Met))
		}
	}
	control, answer := w.WhyChangeControl(), w.WhyAnswer()
	if inside {
		control, answer = w.WhyTheirChangeControl(), w.WhyTheirAnswer()
	}
	onRequest(control, p.ChangeControl, i.ChangeControl)
	onRequest(answer, p.CustomerAnswer, i.Answer)
	if i.Staffing.Running() && i.Live() {
		lines = append(lines, w.WhyStaffing(i.Staffing.Due))
	}
	if i.NextUpdate.Running() && i.Live() {
		lines = append(lines, w.WhyUpdate(i.NextUpdate.Due))
	}
	for _, d := range p.Duties {
		if inside {
			lines = append(lines, w.WhyTheirDuty(w.Theirs(d.Code, d.Args), rows(d.Rows)))
		} else {
			lines = append(lines, w.WhyDuty(w.Code(d.Code, d.Args), rows(d.Rows)))
		}
	}
	return lines
}

// journalText says what a line of the journal is about.
func journalText(w *words.Words, e *domain.Entry, inside bool) words.Text {
	args := map[string]string{"person": e.By.Name}
	for k, val := range e.Args {
		args[k] = cut(val, maxRing)
	}
	args = worded(w, args)
	kind := e.Kind
	switch {
	case kind == "escalated":
		args["team_text"] = string(teamName(w, e.Args["team"]))
		if !inside { // why is said among colleagues
			kind = "escalated_outside"
		}
	case kind == "link" && e.Args["title"] == "":
		kind = "link_plain"
	case kind == "cancelled" && e.Args["duplicate"] != "":
		kind = "cancelled_duplicate"
	case kind == "first_call" && e.Args["missed"] == yes:
		kind = "first_call_late"
	case kind == "first_contact" && e.Args["counts"] == yes:
		kind = "first_contact_counts"
	case kind == "executives":
		args["side_text"] = string(whoseExecutives(w, e.Args["side"]))
	case kind == "paged":
		args["who_text"] = string(whoName(w, e.Args["who"]))
	case kind == "answered" && e.By.Side == domain.Provider && e.Args["late"] == yes:
		kind = "answered_for_late"
	case kind == "answered" && e.By.Side == domain.Provider && e.Args["at"] != "": // older lines have no such moment
		kind = "answered_for"
	case kind == "answered" && e.Args["late"] == yes:
		kind = "answered_late"
	case kind == "corrected", kind == "withdrawn":
		args["was_text"] = string(recorded(w, e.Args, "old"))
		args["is_text"] = string(recorded(w, e.Args, "new"))
	}
	if !inside && e.By.Side == domain.Provider {
		switch kind {
		case "corrected", "withdrawn", "downgrade_dropped": // reasons for colleagues; nobody said that the customer reads them
			kind += "_outside"
		}
	}
	text, ok := w.Look("journal", kind, args)
	if !ok {
		text = words.Plain(e.Kind)
	}
	return text
}

// journalLine is one line of the journal: when, who, what, and the rows it rests on.
func journalLine(w *words.Words, e *domain.Entry, inside bool) words.Text {
	text, who := journalText(w, e, inside), words.Plain(e.By.Name)
	if e.By.Side == domain.Machine || e.By.Name == "" {
		who = "firstcall"
	}
	if len(e.Rows) > 0 {
		return w.JournalLineRows(e.At, who, text, rows(e.Rows))
	}
	return w.JournalLinePlain(e.At, who, text)
}

// recorded is a fact as it stood: who or what, and when.
func recorded(w *words.Words, args map[string]string, when string) words.Text {
	var parts []words.Text
	if args["fact"] == string(domain.FactFirstCall) {
		parts = append(parts, words.Plain(args["caller"]), wayName(w, terms.Channel(args[when])))
	} else if args[when] != "" {
		parts = append(parts, words.Plain(args[when]))
	}
	if t, err := time.Parse(time.RFC3339, args[when+"_at"]); err == nil && !t.IsZero() {
		parts = append(parts, words.At(t))
	}
	return words.Join(", ", parts...)
}

func whoseExecutives(w *words.Words, side string) words.Text {
	t, _ := w.Look("choice", side, nil)
	return t
}

// whoName is what an audience of a ladder is called.
func whoName(w *words.Words, who string) words.Text {
	kind, name, _ := strings.Cut(who, ":")
	if t, ok := w.Look("who", strings.ReplaceAll(who, ":", "_"), nil); ok {
		return t
	}
	if t, ok := w.Look("who", kind, map[string]string{"name": name}); ok {
		return t
	}
	return words.Plain(who)
}
