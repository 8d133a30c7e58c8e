package bot

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"example.com/firstcall/domain"
	"example.com/firstcall/domain/terms"
)

// findVerb finds a verb or a query by any of its names.
func findVerb(word string) (string, bool) {
	word = strings.ToLower(strings.TrimRight(word, ":：,，"))
	if _, ok := verbs[word]; ok {
		return word, true
	}
	if name, ok := queryNames[word]; ok {
		return name, true
	}
	for name, v := range verbs {
		if slices.Contains(strings.Fields(v.names), word) {
			return name, true
		}
	}
	return "", false
}

// nearestVerbs lists what somebody of that side may have meant, best first; nothing when no name is near.
func nearestVerbs(word string, side domain.Side) []string {
	word = strings.ToLower(word)
	far := map[string]int{} // by the name to say
	consider := func(name, called string) {
		if isASCII(called) != isASCII(word) {
			return
		}
		d := terms.Distance(word, called)
		if before, known := far[name]; !known || d < before {
			far[name] = d
		}
	}
	for name, v := range verbs {
		if v.side != "" && v.side != side {
			continue
		}
		for _, called := range append(strings.Fields(v.names), name) {
			consider(name, called)
		}
	}
	for called, name := range queryNames {
		if called != "?" {
			consider(name, called)
		}
	}
	consider("incident", "incident")
	names := slices.SortedFunc(maps.Keys(far), func(a, b string) int {
		return cmp.Or(cmp.Compare(far[a], far[b]), cmp.Compare(unlike(a, word), unlike(b, word)), cmp.Compare(a, b))
	})
	near := slices.IndexFunc(names, func(n string) bool { return far[n] > max(2, utf8.RuneCountInString(word)/2) })
	if near < 0 {
		near = len(names)
	}
	return names[:min(3, near)]
}

// unlike is 0 for words that begin with the same letter.
func unlike(a, b string) int {
	if a != "" && b != "" && a[0] == b[0] {
		return 0
	}
	return 1
}
