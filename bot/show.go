package bot

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"example.com/firstcall/bot/words"
	"example.com/firstcall/domain"
)

// queries are the commands that only read.
var queries = map[string]func(v *visit, ctx context.Context, tail string) (Reply, error){}

// queryNames are all their names.
var queryNames = map[string]string{
	"list": "list", "列表": "list", "一覧": "list",
	"show": "show", "status": "show", "查看": "show", "表示": "show",
	"why": "why", "为什么": "why", "なぜ": "why", "理由": "why",
	"board": "board", "看板": "board", "ボード": "board",
	"mine": "mine", "我的": "mine", "自分": "mine",
	"help": "help", "?": "help", "帮助": "help", "ヘルプ": "help",
}

func init() { // filled here since help names the verbs, and these the queries
	queries["list"] = (*visit).list
	queries["show"] = (*visit).show
	queries["why"] = (*visit).why
	queries["board"] = (*visit).board
	queries["mine"] = (*visit).mine
	queries["help"] = (*visit).help
}

const listed = 50

// list shows a customer's incidents, and to the provider's people those of the
// customer whose place it is, or all.
func (v *visit) list(ctx context.Context, tail string) (Reply, error) {
	tenant := v.customer()
	if v.door.Person == nil {
		return Reply{}, domain.Refuse("not_registered")
	}
	if tenant == "" {
		return v.board(ctx, tail)
	}
	if err := v.tx.Enter(ctx, tenant); err != nil {
		return Reply{}, err
	}
	closed := strings.Contains(strings.ToLower(tail), "all") || strings.Contains(tail, "全")
	all, err := v.tx.Incidents(ctx, tenant, closed, listed)
	if err != nil {
		return Reply{}, err
	}
	return v.lines(all), nil
}

func (v *visit) lines(all []domain.Incident) Reply {
	w := v.words()
	if len(all) == 0 {
		return Reply{Text: w.ListEmpty()}
	}
	out := []words.Text{w.ListTitle(len(all))}
	for _, i := range all {
		out = append(out, headline(w, i))
	}
	return Reply{Text: words.Lines(out...)}
}

// board shows all live incidents of all customers, the most urgent first; for
// the provider's people only.
func (v *visit) board(ctx context.Context, _ string) (Reply, error) {
	p := v.door.Person
	if p == nil || p.Side != domain.Provider {
		return Reply{}, domain.Refuse("provider_only")
	}
	all, err := v.tx.AllLive(ctx, listed)
	if err != nil {
		return Reply{}, err
	}
	slices.SortFunc(all, func(a, b domain.Incident) int {
		return cmp.Or(cmp.Compare(rank(a), rank(b)), nextDue(a).Compare(nextDue(b)))
	})
	return v.lines(all), nil
}

func rank(i domain.Incident) int { return urgency(i, domain.Notice{Kind: domain.Page}) }

func nextDue(i domain.Incident) time.Time {
	if i.FirstResponse.Running() {
		return i.FirstResponse.Due
	}
	return i.NextUpdate.Due
}

func (v *visit) mine(ctx context.Context, _ string) (Reply, error) {
	p := v.door.Person
	if p == nil {
		return Reply{}, domain.Refuse("not_registered")
	}
	if p.Side == domain.Customer {
		return v.list(ctx, "")
	}
	all, err := v.tx.AllLive(ctx, 1000)
	if err != nil {
		return Reply{}, err
	}
	return v.lines(slices.DeleteFunc(all, func(i domain.Incident) bool { return i.Owner != p.ID && i.AckedBy != p.ID })), nil
}

// named finds the incident that a query names, or the only one there is.
func (v *visit) named(ctx context.Context, tail string) (domain.Incident, error) {
	at, err := v.findRef(ctx, firstWord(tail))
	if err == errNoRef { //nolint:errorlint // our own value, never wrapped
		at, err = v.onlyOne(ctx)
	}
	if err != nil {
		return domain.Incident{}, err
	}
	return v.lock(ctx, at)
}

// show gives the card as it is now, and what was reported.
func (v *visit) show(ctx context.Context, tail string) (Reply, error) {
	i, err := v.named(ctx, tail)
	if err != nil {
		return Reply{}, err
	}
	w := v.words()
	audience := forCustomer
	if v.door.Person.Side == domain.Provider {
		audience = forEngineers
	}
	m := v.bot.card(w, i, audience)
	lines := []words.Text{m.Text}
	for _, f := range m.Fields {
		lines = append(lines, w.SummaryLine(f.Label, f.Value))
	}
	lines = append(lines, w.ShowHappened(i.Report.Happened))
	if i.Status == domain.AwaitingCase {
		lines = append(lines, w.ShowPaste(), pasteText(w, i))
	}
	return Reply{Text: words.Lines(lines...), Buttons: m.Buttons}, nil
}

// why explains every clock by the rows of the terms, and reads the journal.
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
	lines = append(lines, whyClocks(w, i)...)
	for _, no := range i.Promise.Rejected {
		lines = append(lines, w.WhyRejected(w.Plan(no.Plan), w.Code(no.Reason, nil), rows(no.Rows)))
	}
	lines = append(lines, w.WhyTargets(), w.WhyJournal())
	for _, e := range journal {
		if !inside && internalEntry(e.Kind) {
			continue
		}
		lines = append(lines, journalLine(w, e))
	}
	return Reply{Text: words.Lines(lines...)}, nil
}

func rows(ids []string) words.Text { return words.Plain(strings.Join(ids, ", ")) }

// internalEntry says whether a journal line is for the provider's people only.
func internalEntry(kind string) bool { return kind == "note_internal" || kind == "paged" }

func whyClocks(w *words.Words, i domain.Incident) []words.Text {
	var lines []words.Text
	p := i.Promise
	if t := p.FirstResponse; t != nil {
		lines = append(lines, w.WhyClock(w.CardFirstCall(), t.Target, w.Clock(t.Clock), i.FirstResponse.From, i.FirstResponse.Due, rows(t.Rows)))
		lines = append(lines, w.WhyPlan(w.Plan(p.Plan)))
		if !i.FirstResponse.Met.IsZero() {
			lines = append(lines, w.WhyMet(i.FirstResponse.Met, i.FirstResponseBy, w.Channel(i.FirstResponseVia)))
		}
		if !i.FirstContactAt.IsZero() {
			lines = append(lines, w.WhyContact(i.FirstContactAt, i.FirstContactBy))
		}
	}
	if t := p.WorkBegins; t != nil {
		lines = append(lines, w.WhyClock(w.CardWork(), t.Target, w.Clock(t.Clock), i.WorkBegins.From, i.WorkBegins.Due, rows(t.Rows)))
	}
	if t := p.ChangeControl; t != nil {
		if i.ChangeControl.Due.IsZero() {
			lines = append(lines, w.WhyOnRequest(w.WhyChangeControl(), t.Target, w.Clock(t.Clock), rows(t.Rows)))
		} else {
			lines = append(lines, w.WhyClock(w.WhyChangeControl(), t.Target, w.Clock(t.Clock), i.ChangeControl.From, i.ChangeControl.Due, rows(t.Rows)))
		}
	}
	if t := p.CustomerAnswer; t != nil {
		if i.Answer.Due.IsZero() {
			lines = append(lines, w.WhyOnRequest(w.WhyAnswer(), t.Target, w.Clock(t.Clock), rows(t.Rows)))
		} else {
			lines = append(lines, w.WhyClock(w.WhyAnswer(), t.Target, w.Clock(t.Clock), i.Answer.From, i.Answer.Due, rows(t.Rows)))
		}
	}
	if i.NextUpdate.Running() {
		lines = append(lines, w.WhyUpdate(i.NextUpdate.Due))
	}
	for _, d := range p.Duties {
		lines = append(lines, w.WhyDuty(w.Code(d.Code, d.Args), rows(d.Rows)))
	}
	return lines
}

// journalLine words one line of the journal.
func journalLine(w *words.Words, e domain.Entry) words.Text {
	args := map[string]string{"person": e.By.Name}
	for k, val := range e.Args {
		args[k] = val
	}
	text, ok := w.Look("journal", e.Kind, worded(w, args))
	if !ok {
		text = words.Plain(e.Kind)
	}
	who := words.Plain(e.By.Name)
	if e.By.Side == domain.Machine || e.By.Name == "" {
		who = "firstcall"
	}
	if len(e.Rows) > 0 {
		return w.JournalLineRows(e.At, who, text, rows(e.Rows))
	}
	return w.JournalLinePlain(e.At, who, text)
}

// help says what this person can do here, by the commands that do it.
func (v *visit) help(_ context.Context, _ string) (Reply, error) {
	w := v.words()
	if v.door.Person == nil {
		return Reply{}, domain.Refuse("not_registered")
	}
	side := v.door.Person.Side
	lines := []words.Text{w.GuideOpen(), w.GuideRead()}
	var all []verb
	for _, verb := range verbs {
		if verb.side == "" || verb.side == side {
			all = append(all, verb)
		}
	}
	slices.SortFunc(all, func(a, b verb) int { return cmp.Compare(a.rank, b.rank) })
	for _, verb := range all {
		if text, ok := w.Look("help", verb.name, nil); ok {
			lines = append(lines, words.Plain("/incident "+verb.name+" — ")+text)
		}
	}
	if side == domain.Provider {
		lines = append(lines, w.GuideBoard())
	}
	return Reply{Text: words.Lines(lines...)}, nil
}
