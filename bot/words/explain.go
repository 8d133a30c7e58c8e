package words

import (
	"slices"
	"strings"
	"time"

	"example.com/firstcall/domain/terms"
)

// pageWidth is the widest line of a page, in columns of a terminal.
const pageWidth = 100

// ExplainPage tells a person what a commitment means: what we aim for and by when,
// what we ask of the customer, who works on it, how to submit, and why this plan
// and not the others. product is the product's name; moments are shown in the
// reader's zone. Rows of the terms stand in brackets.
func ExplainPage(w *Words, c terms.Commitment, product string, opened time.Time, r Reader) string {
	p := &page{reader: r, now: opened, label: labelWidth(w)}
	p.line(w.ExplainHeading(product, w.Severity(c.Severity)), "")
	p.line(w.SeverityMeaning(c.Severity), "")
	p.line(w.ExplainOpened(opened), "")
	p.line(w.ExplainTargetsOnly(), "")

	explainOurs(p, w, c)
	explainYours(p, w, c)
	explainPeople(p, w, c)
	explainPlan(p, w, c)

	notes := slices.DeleteFunc(slices.Clone(c.Notes), func(f terms.Fact) bool {
		return f.Code == terms.NoteWorkBeginsNow || f.Code == terms.NoteReplacesBase // said in their places above
	})
	if len(notes) > 0 {
		p.section(w.ExplainSectionNotes())
		for _, f := range notes {
			p.bullet(w.Fact(f), f.Rows)
		}
	}
	p.b.WriteString("\n")
	p.line(w.ExplainEdition(c.Edition), "")
	p.item(w.ExplainRows(), Plain(strings.Join(c.Rows, " ")), nil)
	return p.b.String()
}

func explainOurs(p *page, w *Words, c terms.Commitment) {
	p.section(w.ExplainSectionWe())
	if c.FirstResponse == nil {
		p.item(w.ExplainFirstCall(), w.ExplainNoTime(), nil)
	} else {
		p.item(w.ExplainFirstCall(), target(w, *c.FirstResponse), c.FirstResponse.Rows)
		means := w.ExplainFirstCallMeans()
		if c.HumanChatCounts {
			means = w.ExplainFirstCallOrChat()
		}
		p.item("", means, nil)
	}
	now, atOnce := terms.Find(c.Notes, terms.NoteWorkBeginsNow)
	switch {
	case c.WorkBegins != nil:
		p.item(w.ExplainWorkBegins(), target(w, *c.WorkBegins), c.WorkBegins.Rows)
		if atOnce {
			p.item("", w.Fact(now), now.Rows)
		}
	case atOnce:
		p.item(w.ExplainWorkBegins(), w.Fact(now), now.Rows)
	default:
		p.item(w.ExplainWorkBegins(), w.ExplainNoTime(), nil)
	}
	if c.Effort != "" {
		p.item(w.ExplainEffort(), w.Clock(c.Effort), nil)
	}
}

func target(w *Words, t terms.Target) Text {
	return w.ExplainTarget(t.Due, t.Target, w.Clock(t.Clock))
}

func explainYours(p *page, w *Words, c terms.Commitment) {
	p.section(w.ExplainSectionYou())
	for _, asked := range []struct {
		label Text
		of    *terms.Target
	}{
		{w.ExplainChangeControl(), c.ChangeControl},
		{w.ExplainCustomerAnswer(), c.CustomerAnswer},
	} {
		if asked.of != nil {
			t := *asked.of
			p.item(asked.label, w.ExplainIfAskedNow(t.Due, t.Target, w.Clock(t.Clock)), t.Rows)
		}
	}
	p.facts(w, w.ExplainDuties(), c.Duties)
	if c.IfCustomerCannot != "" {
		p.item(w.ExplainIfYouCannot(), w.Code(c.IfCustomerCannot, nil), nil)
	}
}

func explainPeople(p *page, w *Words, c terms.Commitment) {
	p.section(w.ExplainSectionWho())
	if c.Owner.Code != "" {
		p.item(w.ExplainOwner(), w.Fact(c.Owner), c.Owner.Rows)
	}
	if len(c.Assigned) == 0 {
		p.item(w.ExplainAssigned(), w.ExplainNobody(), nil)
	}
	p.facts(w, w.ExplainAssigned(), c.Assigned)
	p.facts(w, w.ExplainEscalation(), c.Escalation)

	if len(c.SubmitVia) == 0 && len(c.Languages) == 0 {
		return
	}
	p.section(w.ExplainSectionHow())
	p.item(w.ExplainSubmitVia(), list(w, c.SubmitVia, w.Channel), nil)
	p.item(w.ExplainLanguages(), list(w, c.Languages, w.LanguageName), nil)
}

func list[T any](w *Words, items []T, say func(T) Text) Text {
	said := make([]Text, len(items))
	for i, item := range items {
		said[i] = say(item)
	}
	return w.List(said...)
}

func explainPlan(p *page, w *Words, c terms.Commitment) {
	p.section(w.ExplainSectionPlan())
	others := slices.DeleteFunc(slices.Clone(c.Plans), func(other terms.Plan) bool { return other == c.Plan })
	switch {
	case c.Plan == "":
		p.item(w.ExplainPlan(), w.ExplainNoPlan(), nil)
	case len(others) == 0:
		p.item(w.ExplainPlan(), w.Plan(c.Plan), nil)
		p.item("", w.ExplainOnlyPlan(), nil)
	default:
		p.item(w.ExplainPlan(), w.Plan(c.Plan), nil)
		// An exhibit's time may stand although another plan's is sooner.
		if c.FirstResponse != nil && !terms.Has(c.Notes, terms.NoteTimesFromExhibit) {
			p.item("", w.ExplainSoonest(), nil)
		}
	}
	for _, f := range replacements(c) {
		p.item("", w.Fact(f), f.Rows)
	}
	p.item(w.ExplainAlso(), list(w, others, w.Plan), nil)
	label := w.ExplainNotUsed()
	for _, rejected := range c.Rejected {
		p.item(label, w.ExplainRejection(w.Plan(rejected.Plan), w.Code(rejected.Reason, nil)), rejected.Rows)
		label = ""
	}
}

// replacements are the notes that a plan's time stands instead of the base's: the
// one about the plan that supplied the time where there is one, else all.
func replacements(c terms.Commitment) []terms.Fact {
	var all []terms.Fact
	for _, f := range c.Notes {
		if f.Code != terms.NoteReplacesBase {
			continue
		}
		if f.Args["plan"] == string(c.Plan) {
			return []terms.Fact{f}
		}
		all = append(all, f)
	}
	return all
}

// page is text in two columns, labels and what they stand for.
type page struct {
	b      strings.Builder
	reader Reader
	now    time.Time
	label  int // columns of the label, the gap after it included
}

// labelWidth fits the longest label of the page.
func labelWidth(w *Words) int {
	longest := 0
	for _, label := range []Text{
		w.ExplainFirstCall(), w.ExplainWorkBegins(), w.ExplainEffort(), w.ExplainChangeControl(), w.ExplainCustomerAnswer(),
		w.ExplainDuties(), w.ExplainIfYouCannot(), w.ExplainOwner(), w.ExplainAssigned(), w.ExplainEscalation(),
		w.ExplainSubmitVia(), w.ExplainLanguages(), w.ExplainPlan(), w.ExplainAlso(), w.ExplainNotUsed(), w.ExplainRows(),
	} {
		longest = max(longest, Width(string(label)))
	}
	return longest + 2
}

// line writes text from the left margin on.
func (p *page) line(t Text, indent string) {
	for _, line := range Wrap(t.Render(p.reader, p.now), pageWidth-len(indent)) {
		p.b.WriteString(indent + line + "\n")
	}
}

func (p *page) section(title Text) {
	p.b.WriteString("\n")
	p.line(title, "")
}

// item writes a label and its value, the rows in brackets after it. An item
// without a value is left out.
func (p *page) item(label, value Text, rows []string) {
	const margin = "  "
	if value == "" {
		return
	}
	lines := withRows(value.Render(p.reader, p.now), rows, pageWidth-len(margin)-p.label)
	head := label.Render(p.reader, p.now)
	for _, line := range lines {
		p.b.WriteString(strings.TrimRight(margin+head+strings.Repeat(" ", p.label-Width(head))+line, " ") + "\n")
		head = ""
	}
}

// facts writes one line for each fact, the label before the first.
func (p *page) facts(w *Words, label Text, facts []terms.Fact) {
	for _, f := range facts {
		p.item(label, w.Fact(f), f.Rows)
		label = ""
	}
}

func (p *page) bullet(t Text, rows []string) {
	mark := "  - "
	for _, line := range withRows(t.Render(p.reader, p.now), rows, pageWidth-len(mark)) {
		p.b.WriteString(mark + line + "\n")
		mark = "    "
	}
}

// withRows wraps text and puts the rows after it in brackets: on the last line
// where they fit, else on their own.
func withRows(text string, rows []string, width int) []string {
	lines := Wrap(text, width)
	if len(rows) == 0 {
		return lines
	}
	bracket := "[" + strings.Join(rows, " ") + "]"
	if last := len(lines) - 1; Width(lines[last])+2+Width(bracket) <= width {
		lines[last] += "  " + bracket
		return lines
	}
	return append(lines, Wrap(bracket, width)...)
}
