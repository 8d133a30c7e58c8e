package words

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Clean makes text from people safe to store, compare and show: valid UTF-8
// without control characters (newline and tab stay) and without the characters
// that turn the direction of writing. Line ends become \n. Cleaning twice
// changes nothing.
func Clean(s string) string {
	clean := true
	for i := 0; i < len(s); i++ {
		if c := s[i]; c < ' ' && c != '\n' && c != '\t' || c >= 0x7f {
			clean = false
			break
		}
	}
	if clean {
		return s
	}
	s = strings.ToValidUTF8(s, "\uFFFD")
	if strings.IndexFunc(s, unwelcome) < 0 {
		return s
	}
	s = strings.ReplaceAll(s, "\r\n", "\n")
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\r' || r == '\u0085' || r == '\u2028' || r == '\u2029':
			return '\n'
		case unwelcome(r):
			return -1
		}
		return r
	}, s)
}

// unwelcome tells the characters that Clean changes or removes.
func unwelcome(r rune) bool {
	switch {
	case r < ' ':
		return r != '\n' && r != '\t'
	case r < 0x7f:
		return false
	case r <= 0x9f: // DEL and C1
		return true
	case r == '\u2028', r == '\u2029', r == '\ufeff', r >= '\ufff9' && r <= '\ufffb':
		return true
	}
	return unicode.Is(unicode.Bidi_Control, r)
}

// Line is Clean on a single line: a title, a name.
func Line(s string) string { return strings.Join(strings.Fields(Clean(s)), " ") }

// Cut shortens s to at most limit characters (code points), the last of them an
// ellipsis, and tells whether it did. It does not cut inside what a reader sees
// as one character, unless that alone is longer than the limit.
func Cut(s string, limit int) (string, bool) {
	if len(s) <= limit || utf8.RuneCountInString(s) <= limit {
		return s, false
	}
	if limit <= 0 {
		return "", true
	}
	end, hard, n := 0, 0, 0 // byte positions: last good place to cut, and the limit itself
	var before rune
	flags := 0 // regional indicators seen in a row; two make a flag
	for i, r := range s {
		if !joined(before, r, flags) {
			end = i
		}
		if hard = i; n == limit-1 {
			break
		}
		if flags++; !isFlagHalf(r) {
			flags = 0
		}
		before = r
		n++
	}
	if end == 0 {
		end = hard
	}
	return s[:end] + "…", true
}

// joined tells whether r belongs to the character before it.
func joined(before, r rune, flags int) bool {
	const zeroWidthJoiner = '\u200d'
	switch {
	case before == 0:
		return false
	case r == zeroWidthJoiner, before == zeroWidthJoiner:
		return true
	case r >= '\U0001F3FB' && r <= '\U0001F3FF': // skin tones
		return true
	case r >= '\U000E0020' && r <= '\U000E007F': // tags of a flag
		return true
	case r >= '\u1160' && r <= '\u11ff': // Hangul vowels and finals
		return true
	case isFlagHalf(r):
		return flags%2 == 1
	}
	return unicode.In(r, unicode.Mn, unicode.Me, unicode.Mc)
}

func isFlagHalf(r rune) bool { return r >= '\U0001F1E6' && r <= '\U0001F1FF' }
