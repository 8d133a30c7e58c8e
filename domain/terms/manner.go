package terms

import (
	"slices"
)

// manner finds the ways to submit and the languages: those that suit every add-on
// which cares, else the base's.
func (w *work) manner() {
	e := w.e
	common, named := ways(0), ways(0)
	var languages []string
	accepted := false
	for _, at := range e.byOrder {
		h, p := w.held[at], &e.plans[at]
		if h == nil || at == e.base {
			continue
		}
		if set, why := w.waysOf(p, h); set != 0 {
			if named == 0 {
				common = set
			}
			common &= set
			named |= w.namedWaysOf(p, h)
			accepted = accepted || w.Via == "" || set&wayBit(w.Via) != 0
			w.rows.add(why.idx)
		}
		spoken, rows := p.languages, p.langRows
		if p.kind == kindExhibit {
			spoken, rows = h.Exhibit.Languages, p.remark
		}
		if len(spoken) > 0 {
			languages = intersect(languages, spoken)
			w.rows.add(rows.idx)
		}
	}
	base := &e.plans[e.base]
	if named == 0 {
		common = waysOf(base, e.readings)
		named = namedWays(base, e.readings)
		w.rows.add(base.waysRows.idx)
		accepted = w.Via == "" || common&wayBit(w.Via) != 0
	}
	if languages == nil {
		languages = base.languages
		w.rows.add(base.langRows.idx)
	}
	w.out.Languages = languages
	w.out.SubmitVia = make([]Channel, 0, len(knownChannels))
	for _, c := range knownChannels {
		if common&named&wayBit(c) != 0 {
			w.out.SubmitVia = append(w.out.SubmitVia, c)
		}
	}
	if !accepted {
		w.remark(NoteNotASubmission, map[string]string{"via": string(w.Via)})
	}
}

func (w *work) namedWaysOf(p *planTerms, h *Holding) ways {
	if p.kind != kindExhibit {
		return namedWays(p, w.e.readings)
	}
	var set ways
	for _, c := range h.Exhibit.Channels {
		set |= wayBit(c)
	}
	return set
}

// intersect keeps a's order; a nil a means every language.
func intersect(a, b []string) []string {
	if a == nil {
		return b
	}
	if slices.Equal(a, b) {
		return a
	}
	out := make([]string, 0, len(a))
	for _, s := range a {
		if slices.Contains(b, s) {
			out = append(out, s)
		}
	}
	return out
}
