package words

import (
	"strings"
	"unicode"
)

// Width is how many columns of a terminal s takes: two for a Chinese or Japanese
// character, none for what is drawn over the character before it.
func Width(s string) int {
	n := 0
	for _, r := range s {
		n += runeWidth(r)
	}
	return n
}

func runeWidth(r rune) int {
	switch {
	case r < 0x300:
		return 1
	case unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf):
		return 0
	case wide(r):
		return 2
	}
	return 1
}

// wide tells the characters that take two columns: CJK, kana, Hangul, full-width
// forms and emoji.
func wide(r rune) bool {
	switch {
	case r < 0x1100:
		return false
	case r <= 0x115f, r >= 0x2e80 && r <= 0x303e, r >= 0x3041 && r <= 0xa4cf, r >= 0xac00 && r <= 0xd7a3,
		r >= 0xf900 && r <= 0xfaff, r >= 0xfe30 && r <= 0xfe6f, r >= 0xff00 && r <= 0xff60, r >= 0xffe0 && r <= 0xffe6,
		r >= 0x1f300 && r <= 0x1faff, r >= 0x20000 && r <= 0x3fffd:
		return true
	}
	return false
}

// Wrap breaks s into lines of at most width columns: at spaces, and between two
// wide characters where no line would begin with a closing mark or end with an
// opening one. A word longer than a line is broken where the line ends.
func Wrap(s string, width int) []string {
	width = max(width, 2)
	var lines []string
	for paragraph := range strings.SplitSeq(s, "\n") {
		line, used := "", 0
		for _, piece := range pieces(paragraph) {
			w := Width(strings.TrimRight(piece, " "))
			if used+w > width && line != "" {
				lines = append(lines, strings.TrimRight(line, " "))
				line, used = "", 0
			}
			for w > width {
				var head string
				head, piece = splitAt(piece, width)
				lines = append(lines, head)
				w = Width(strings.TrimRight(piece, " "))
			}
			line += piece
			used += Width(piece)
		}
		lines = append(lines, strings.TrimRight(line, " "))
	}
	return lines
}

// pieces cuts a paragraph where a line may end; spaces stay with the piece
// before them.
func pieces(s string) []string {
	const noStart, noEnd = "、。，．！？：；）」』】〕〉》”’…ーぁぃぅぇぉっゃゅょァィゥェォッャュョ・", "（「『【〔〈《“‘"
	var out []string
	from := 0
	var before rune
	for i, r := range s {
		switch {
		case before == 0 || r == ' ':
		case before == ' ',
			(wide(before) || wide(r)) && !strings.ContainsRune(noStart, r) && !strings.ContainsRune(noEnd, before) && runeWidth(r) > 0:
			out = append(out, s[from:i])
			from = i
		}
		before = r
	}
	return append(out, s[from:])
}

func splitAt(s string, width int) (head, rest string) {
	used := 0
	for i, r := range s {
		if used += runeWidth(r); used > width {
			return s[:i], s[i:]
		}
	}
	return s, ""
}
