package bot

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"example.com/firstcall/bot/words"
	"example.com/firstcall/domain"
)

// queries are the commands that read; undo finds out what to do by reading.
var queries = map[string]func(v *visit, ctx context.Context, tail string) (Reply, error){}

// queryNames are all their names.
var queryNames = map[string]string{
	"list": "list", "列表": "list", "一覧": "list",
	"show": "show", "status": "show", "查看": "show", "表示": "show",
	"why": "why", "为什么": "why", "なぜ": "why", "理由": "why",
	"board": "board", "看板": "board", "ボード": "board",
	"mine": "mine", "我的": "mine", "自分": "mine",
	"undo": "undo", "撤销": "undo", "元に戻す": "undo",
	"unlink": "unlink", "解除关联": "unlink", "紐付け解除": "unlink",
	"pin": "pin", "置顶": "pin", "ピン留め": "pin",
	"help": "help", "?": "help", "帮助": "help", "ヘルプ": "help",
}

func init() { // filled here since help names the verbs, and these the queries
	queries["list"] = (*visit).list
	queries["show"] = (*visit).show
	queries["why"] = (*visit).why
	queries["undo"] = (*visit).undo
	queries["board"] = (*visit).board
	queries["mine"] = (*visit).mine
	queries["unlink"] = (*visit).unlink
	queries["pin"] = (*visit).pin
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
	all, err := v.tx.Incidents(ctx, tenant, closed, listed+1)
	if err != nil {
		return Reply{}, err
	}
	return v.lines(ctx, all)
}

// lines lists incidents; to the provider's people with the customers' names.
func (v *visit) lines(ctx context.Context, all []domain.Incident) (Reply, error) {
	w := v.words()
	if len(all) == 0 {
		return Reply{Text: w.ListEmpty()}, nil
	}
	title := w.ListTitle(len(all))
	if len(all) > listed {
		all, title = all[:listed], w.ListFirst(strconv.Itoa(listed))
	}
	out, err := v.headlines(ctx, all)
	if err != nil {
		return Reply{}, err
	}
	return Reply{Text: words.Lines(append([]words.Text{title}, out...)...)}, nil
}

// headlines are the lines of such a list.
func (v *visit) headlines(ctx context.Context, all []domain.Incident) ([]words.Text, error) {
	w := v.words()
	names := map[domain.TenantID]string{}
	if v.door.Person.Side == domain.Provider {
		customers, err := v.tx.Customers(ctx)
		if err != nil {
			return nil, fmt.Errorf("read the customers' names: %w", err)
		}
		for _, c := range customers {
			names[c.ID] = c.Name
		}
	}
	out := make([]words.Text, 0, len(all))
	for n := range all {
		i := &all[n]
		if name, ok := names[i.Tenant]; ok {
			out = append(out, headlineOf(w, i, name))
		} else {
			out = append(out, headline(w, i))
		}
	}
	return out, nil
}

// board shows all live incidents of all customers, the most urgent first; for
// the provider's people only.
func (v *visit) board(ctx context.Context, _ string) (Reply, error) {
	p := v.door.Person
	if p == nil || p.Side != domain.Provider {
		return Reply{}, domain.Refuse("provider_only")
	}
	all, err := v.tx.AllLive(ctx, listed+1)
	if err != nil {
		return Reply{}, err
	}
	slices.SortFunc(all, func(a, b domain.Incident) int {
		return cmp.Or(cmp.Compare(rank(a), rank(b)), nextDue(a).Compare(nextDue(b)))
	})
	return v.lines(ctx, all)
}

func rank(i domain.Incident) int { return urgency(&i, &domain.Notice{Kind: domain.Page}) }

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
	return v.lines(ctx, slices.DeleteFunc(all, func(i domain.Incident) bool { return !has(p, &i) }))
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

// mayPress says whether somebody may ever do to the incident what a button
// stands for, so that only buttons that can work are offered to one person.
func mayPress(by domain.Actor, action string, inc *domain.Incident) bool {
	return queries[action] != nil || inc.MayEver(by, rule(action, by.Side))
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
	scene, err := v.scene(ctx, i.Tenant)
	if err != nil {
		return Reply{}, err
	}
	m := scene.card(w, &i, audience)
	lines := []words.Text{m.Text}
	for _, f := range m.Fields {
		lines = append(lines, w.SummaryLine(f.Label, f.Value))
	}
	lines = append(lines, w.ShowHappened(cut(i.Report.Happened, maxShown)))
	if audience == forCustomer {
		for _, l := range i.Report.Links {
			lines = append(lines, linkLine(w, l))
		}
	}
	if i.Status == domain.AwaitingCase {
		lines = append(lines, w.ShowPaste(), pasteText(w, v.bot.Terms, i))
	}
	me := v.actor()
	buttons := slices.DeleteFunc(m.Buttons, func(b Button) bool { return !mayPress(me, b.Action, &i) })
	return Reply{Text: words.Lines(lines...), Buttons: buttons}, nil
}

// help says what this person can do here, by the commands that do it.
func (v *visit) help(_ context.Context, _ string) (Reply, error) {
	w := v.words()
	if v.door.Person == nil {
		return Reply{}, domain.Refuse("not_registered")
	}
	side := v.door.Person.Side
	lines := []words.Text{w.GuideOpen(), w.GuideRead()}
	if side == domain.Provider {
		lines = append(lines, w.GuideBoard())
	}
	var all []verb
	for _, verb := range verbs {
		if (verb.side == "" || verb.side == side) && domain.MayEver(v.actor(), rule(verb.name, side), v.door.Person.Tenant) {
			all = append(all, verb)
		}
	}
	slices.SortFunc(all, func(a, b verb) int { return cmp.Compare(a.rank, b.rank) })
	for _, verb := range all {
		text, ok := w.Look("help", verb.name+"_"+string(side), nil)
		if !ok {
			text, ok = w.Look("help", verb.name, nil)
		}
		if ok {
			lines = append(lines, words.Say(verb.name)+" — "+text)
		}
	}
	if side == domain.Provider {
		lines = append(lines, w.GuideUndo(), w.GuideIdentify(), w.GuideUnlink(), w.GuidePin())
		return Reply{Text: words.Lines(lines...)}, nil
	}
	return Reply{Text: words.Lines(append(lines, w.GuideUndoCustomer())...)}, nil
}
