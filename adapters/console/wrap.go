package console

import (
	"strings"
	"unicode"
)

// narrowest is the least width that lines are broken for; below it a break
// after every word helps nobody.
const narrowest = 40

// wrap breaks a line before the word that no longer fits, when the line begins
// at the column. Words stay whole; between Chinese or Japanese characters a
// line may be broken anywhere but before a mark. What follows is indented like
// the line itself.
func (t *Terminal) wrap(line string, column int) string {
	if t.Width < narrowest || column+columns(line) <= t.Width {
		return line
	}
	margin := "    " + line[:len(line)-len(strings.TrimLeft(line, " "))]
	var out strings.Builder
	at := column
	for _, w := range pieces(line) {
		wide := columns(strings.TrimRight(w, " "))
		if at+wide > t.Width && at > len(margin) && out.Len() > 0 {
			kept := strings.TrimRight(out.String(), " ")
			out.Reset()
			out.WriteString(kept + "\n" + margin)
			at = len(margin)
			w = strings.TrimLeft(w, " ")
		}
		out.WriteString(w)
		at += columns(w)
	}
	return out.String()
}

// pieces cuts a line where it may be broken: after spaces, and around characters
// of two columns. Each piece keeps the spaces that follow it.
func pieces(line string) []string {
	var out []string
	from := 0
	var before rune
	for i, r := range line {
		if i > from && (before == ' ' && r != ' ' || breaksBetween(before, r)) {
			out = append(out, line[from:i])
			from = i
		}
		before = r
	}
	return append(out, line[from:])
}

// breaksBetween says whether a line may be broken between two characters that
// no space parts.
func breaksBetween(a, b rune) bool {
	if a == ' ' || b == ' ' || !wide(a) && !wide(b) {
		return false
	}
	return !strings.ContainsRune("、。，．：；！？）」』】〕》”’ー々…ぁぃぅぇぉっゃゅょァィゥェォッャュョ,.:;!?)]", b) && !strings.ContainsRune("（「『【〔《“‘([", a)
}

func wide(r rune) bool {
	return r >= 0x1100 && (unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul) || r >= 0x3000 && r <= 0x303f || r >= 0xff01 && r <= 0xff60)
}

// columns is how wide a text stands on a terminal; colours take no room.
func columns(s string) int {
	n, escaped := 0, false
	for _, r := range s {
		switch {
		case r == '\x1b':
			escaped = true
		case escaped:
			escaped = r != 'm'
		case wide(r):
			n += 2
		case unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf):
		default:
			n++
		}
	}
	return n
}
