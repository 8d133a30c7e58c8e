package terms

import (
	"errors"
	"fmt"
	"slices"
	"sort"
	"strconv"
	"strings"
	"time"
)

// Load reads an edition of the terms from JSON in the form of the built-in one. A
// file with gaps, unknown keys, rows or codes, or contradictions is refused with an
// [*EditionError] that names every mistake and its place.
func Load(data []byte) (*Edition, error) {
	tree, err := parseTree(data)
	if err != nil {
		return nil, fmt.Errorf("read an edition of the terms: %w", err)
	}
	r := &report{}
	l := &loader{report: r, e: &Edition{}, cited: map[uint16]bool{}}
	l.edition(node{"", tree, r})
	if len(r.mistakes) == 0 {
		l.check()
	}
	if len(r.mistakes) > 0 {
		return nil, fmt.Errorf("check an edition of the terms: %w", &EditionError{r.mistakes})
	}
	return l.e, nil
}

// maxRows is how many rows fit in a rowSet.
const maxRows = 512

type loader struct {
	*report
	e      *Edition
	charts []string
	cited  map[uint16]bool // rows that some fact refers to
	groups map[string][]Code
}

func (l *loader) edition(root node) {
	if !root.fields("edition", "rows", "business_hours", "readings", "severities", "remarks", "reasons",
		"plans", "numbers", "event_tag", "products") {
		return
	}
	l.groups = map[string][]Code{}
	for _, g := range Codes() {
		l.groups[g.Name] = g.Codes
	}
	l.e.name = root.needText("edition")
	if strings.Contains(l.e.name, ";") {
		l.add("edition", "must not contain a semicolon")
	}
	// The order matters: rows are referred to by all, products by plans, numbers by plans.
	sections := []struct {
		key  string
		read func(node)
	}{
		{"rows", l.readRows},
		{"business_hours", l.readHours},
		{"readings", l.readReadings},
		{"severities", l.readSeverities},
		{"remarks", func(n node) { l.e.remarks = l.readRemarks(n, GroupNote, remarksNeeded) }},
		{"reasons", func(n node) { l.e.reasons = l.readRemarks(n, GroupReason, reasonsNeeded) }},
		{"numbers", l.readNumbers},
		{"event_tag", l.readTag},
		{"products", l.readProducts},
		{"plans", l.readPlans},
	}
	for _, s := range sections {
		if n, ok := root.need(s.key); ok {
			s.read(n)
		}
	}
}

// Facts that Resolve itself finds, whose rows must therefore be in the file.
var (
	remarksNeeded = []Code{
		NoteCalendarEnds, NoteDowngradesDiffer, NoteCloudAdminPortal, NoteKeptByPerson, NoteNoListedTime,
		NoteBroadOutage, NotePreview, NoteGitHubTerms, NoteNotASubmission, NoteNoAgreement, NoteTimesFromExhibit,
		NoteClocksMoved,
	}
	reasonsNeeded = []Code{
		ReasonNoBase, ReasonBaseEnded, ReasonEnded, ReasonNotStarted, ReasonNotOnWorkOrder, ReasonExcludedByPerson,
		ReasonPreview, ReasonCustomersCustomer, ReasonExhibitMissing, ReasonNotInExhibit,
	}
)

func (l *loader) readRows(n node) {
	n.fields("charts", "body", "readings")
	seen := map[string]bool{}
	for _, part := range []string{"charts", "body", "readings"} {
		c, ok := n.need(part)
		if !ok {
			continue
		}
		for _, item := range c.list() {
			ids, err := expandRows(item.text())
			if err != nil {
				item.wrong("%v", err)
			}
			for _, id := range ids {
				if seen[id] {
					item.wrong("row %s occurs twice", id)
				}
				seen[id] = true
				l.e.rows = append(l.e.rows, id)
				if part == "charts" {
					l.charts = append(l.charts, id)
				}
			}
		}
	}
	sort.Strings(l.e.rows)
	if len(l.e.rows) > maxRows {
		n.wrong("has %d rows, at most %d are possible", len(l.e.rows), maxRows)
	}
	l.e.rowIndex = make(map[string]uint16, len(l.e.rows))
	for i, id := range l.e.rows {
		l.e.rowIndex[id] = uint16(i)
	}
}

// expandRows turns "A1-F1..F5" into A1-F1, A1-F2 ... A1-F5.
func expandRows(s string) ([]string, error) {
	from, to, ranged := strings.Cut(s, "..")
	if !ranged {
		return []string{s}, nil
	}
	dash := strings.LastIndex(from, "-")
	prefix, first := from[:dash+1], from[dash+1:]
	letters := strings.TrimRight(first, "0123456789")
	if letters != strings.TrimRight(to, "0123456789") {
		return nil, fmt.Errorf("%q is no range of rows", s)
	}
	lo, err1 := strconv.Atoi(first[len(letters):])
	hi, err2 := strconv.Atoi(to[len(letters):])
	if err := errors.Join(err1, err2); err != nil || lo > hi || hi-lo > maxRows {
		return nil, fmt.Errorf("%q is no range of rows", s)
	}
	var ids []string
	for i := lo; i <= hi; i++ {
		ids = append(ids, fmt.Sprintf("%s%s%0*d", prefix, letters, len(first)-len(letters), i))
	}
	return ids, nil
}

// rowsAt reads a list of row ids, all of which must be declared.
func (l *loader) rowsAt(n node) remark {
	var m remark
	for _, item := range n.list() {
		id := item.text()
		i, ok := l.e.rowIndex[id]
		if !ok {
			item.wrong("unknown row %q", id)
			continue
		}
		if slices.Contains(m.idx, i) {
			item.wrong("row %s occurs twice", id)
		}
		l.cited[i] = true
		m.rows = append(m.rows, id)
		m.idx = append(m.idx, i)
	}
	m.rows = slices.Clip(m.rows)
	return m
}

// rows reads the key "rows", which must be there and not be empty.
func (l *loader) rows(n node) remark {
	c, ok := n.need("rows")
	if !ok {
		return remark{}
	}
	return l.someRows(c)
}

// someRows is rowsAt for a list that must not be empty.
func (l *loader) someRows(n node) remark {
	m := l.rowsAt(n)
	if list, ok := n.value.([]any); ok && len(list) == 0 {
		n.wrong("must name at least one row")
	}
	return m
}

func (l *loader) readHours(n node) {
	n.fields("opens", "closes", "rows")
	clock := func(key string) time.Duration {
		c, ok := n.need(key)
		if !ok {
			return 0
		}
		t, err := time.Parse("15:04", c.text())
		if err != nil {
			c.wrong("must be a time of day such as 09:00")
			return 0
		}
		return time.Duration(t.Hour())*time.Hour + time.Duration(t.Minute())*time.Minute
	}
	l.e.hours.opens, l.e.hours.closes = clock("opens"), clock("closes")
	if l.e.hours.opens >= l.e.hours.closes {
		n.wrong("opens must be before closes")
	}
	m := l.rows(n)
	l.e.hours.rows, l.e.hoursIdx = m.rows, m.idx
}

func (l *loader) readReadings(n node) {
	l.e.readRows = make([][]string, len(knownReadings))
	seen := map[Reading]bool{}
	for _, item := range n.list() {
		if !item.fields("name", "default", "rows") {
			continue
		}
		name := needOneOf(item, "name", "reading", knownReadings)
		bit, known := readingBit(name)
		on := false
		if c, ok := item.need("default"); ok {
			on = c.truth()
		}
		rows := l.rows(item)
		if !known {
			continue
		}
		if seen[name] {
			item.wrong("reading %s occurs twice", name)
		}
		seen[name] = true
		if on {
			l.e.defaults |= 1 << bit
		}
		l.e.readRows[bit] = rows.rows
	}
	for _, k := range knownReadings {
		if !seen[k] {
			n.wrong("reading %s is missing", k)
		}
	}
	l.e.readings = l.e.defaults
}

func (l *loader) readSeverities(n node) {
	var seen [4]bool
	for _, item := range n.list() {
		if !item.fields("code", "rows", "definition") {
			continue
		}
		s := needOneOf(item, "code", "severity", Severities())
		rows := l.rows(item)
		codes := l.codes(item, "definition", GroupDefinition)
		if s.index() > 3 {
			continue
		}
		if seen[s.index()] {
			item.wrong("severity %s occurs twice", s)
		}
		seen[s.index()] = true
		if len(codes) == 0 {
			item.wrong("severity %s has no definition", s)
		}
		l.e.definitions[s.index()] = Definition{s, codes, rows.rows}
	}
	for i, ok := range seen {
		if !ok {
			n.wrong("severity %s is missing", Severities()[i])
		}
	}
}

// codes reads a list of codes of one group under key.
func (l *loader) codes(n node, key, group string) []Code {
	c, ok := n.need(key)
	if !ok {
		return nil
	}
	var out []Code
	for _, item := range c.list() {
		out = append(out, oneOf(item, group+" code", l.groups[group]))
	}
	return out
}

func (l *loader) readRemarks(n node, group string, needed []Code) map[Code]remark {
	out := map[Code]remark{}
	for _, key := range n.keys() {
		c, _ := n.opt(key)
		code := Code(key)
		if !slices.Contains(needed, code) {
			c.wrong("unknown %s", group)
			continue
		}
		out[code] = l.someRows(c)
	}
	for _, code := range needed {
		if _, ok := out[code]; !ok {
			l.add(join(n.path, string(code)), "missing")
		}
	}
	return out
}

func (l *loader) readNumbers(n node) {
	l.e.numbers = map[string]Number{}
	for _, key := range n.keys() {
		c, _ := n.opt(key)
		unit, known := knownNumbers[key]
		if !known {
			c.wrong("unknown number")
			continue
		}
		if !c.fields("value", "unit", "rows") {
			continue
		}
		num := Number{Unit: unit}
		if v, ok := c.need("value"); ok {
			num.Value = v.count()
		}
		if u := c.needText("unit"); u != "" && Unit(u) != unit {
			l.add(join(c.path, "unit"), "must be %s", unit)
		}
		num.Rows = l.rows(c).rows
		l.e.numbers[key] = num
	}
	names := make([]string, 0, len(knownNumbers))
	for name := range knownNumbers {
		names = append(names, name)
	}
	sort.Strings(names)
	for _, name := range names {
		if _, ok := l.e.numbers[name]; !ok {
			l.add(join(n.path, name), "missing")
		}
	}
	l.e.intakeDays = l.e.numbers[NumberIntakeDue].Value
	l.e.onboardingDays = l.e.numbers[NumberPlatformOnboarding].Value
	l.e.uerDays = l.e.numbers[NumberUEROnboarding].Value
}

func (l *loader) readTag(n node) {
	if !n.fields("text", "rows") {
		return
	}
	l.e.tag.text = n.needText("text")
	l.e.tag.remark = l.rows(n)
}

func (l *loader) readProducts(n node) {
	e := l.e
	e.productByName = map[string]int{}
	for _, item := range n.list() {
		if !item.fields("code", "name", "aliases", "kind", "online", "classes") {
			continue
		}
		p := Product{
			Code: item.needText("code"), Name: item.needText("name"),
			Kind: needOneOf(item, "kind", "kind of product", knownKinds),
		}
		if c, ok := item.need("online"); ok {
			p.Online = c.truth()
		}
		if c, ok := item.opt("aliases"); ok {
			for _, a := range c.list() {
				p.Aliases = append(p.Aliases, a.text())
			}
		}
		if c, ok := item.opt("classes"); ok {
			for _, a := range c.list() {
				p.Classes = append(p.Classes, oneOf(a, "class", knownClasses))
			}
		}
		at := len(e.products)
		var names []string
		for _, name := range append([]string{p.Code, p.Name}, p.Aliases...) {
			f := fold(name)
			if f == "" || slices.Contains(names, f) {
				continue // the code and the name may well be the same word
			}
			names = append(names, f)
			if other, taken := e.productByName[f]; taken && other != at {
				item.wrong("the name %q belongs to %s already", name, e.products[other].Code)
				continue
			}
			e.productByName[f] = at
		}
		e.productByName[p.Code] = at
		e.products = append(e.products, p)
		e.names = append(e.names, names)
	}
	if len(e.products) == 0 {
		n.wrong("must not be empty")
	}
}
