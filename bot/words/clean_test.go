package words

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

func TestCleanRemovesWhatCanHarm(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"plain", "plain"},
		{"two\nlines\tand a tab", "two\nlines\tand a tab"},
		{"win\r\ndows\rmac", "win\ndows\nmac"},
		{"nul\x00 bell\x07 esc\x1b[31m", "nul bell esc[31m"},
		{"del\x7f c1\u0090 nel\u0085next", "del c1 nel\nnext"},
		{"bad \xff\xfe utf8", "bad \uFFFD utf8"},
		{"abc\u202etxt.exe\u2066x\u2069\u200e\u061c", "abctxt.exex"},
		{"line\u2028sep", "line\nsep"},
		{"\ufeffbom", "bom"},
		{"\x02i1763950500\x03", "i1763950500"}, // a token that a person typed is only text
		{"👩‍👩‍👧 stays", "👩‍👩‍👧 stays"},
		{"日本語", "日本語"},
	} {
		if got := Clean(c.in); got != c.want {
			t.Errorf("Clean(%q) = %q, want %q", c.in, got, c.want)
		}
	}
	if got, want := Line("  a\n b\t\x00c  "), "a b c"; got != want {
		t.Errorf("Line: got %q, want %q", got, want)
	}
}

func FuzzClean(f *testing.F) {
	f.Add("a\xffb\x00\u202e\r\n")
	f.Add("\xe2\x80")
	f.Fuzz(func(t *testing.T, s string) {
		c := Clean(s)
		if !utf8.ValidString(c) {
			t.Errorf("%q: not valid UTF-8", c)
		}
		if i := strings.IndexFunc(c, func(r rune) bool {
			return unicode.IsControl(r) && r != '\n' && r != '\t' || unicode.Is(unicode.Bidi_Control, r)
		}); i >= 0 {
			t.Errorf("%q: harmful character at %d", c, i)
		}
		if twice := Clean(c); twice != c {
			t.Errorf("cleaning twice: %q, then %q", c, twice)
		}
	})
}

func TestCutKeepsCharactersWhole(t *testing.T) {
	for _, c := range []struct {
		in    string
		limit int
		want  string
		cut   bool
	}{
		{"short", 5, "short", false},
		{"longer", 5, "long…", true},
		{"日本語です", 4, "日本語…", true},
		{"日本語です", 5, "日本語です", false},
		{"e\u0301e\u0301e\u0301", 4, "e\u0301…", true},                        // é é é, six code points
		{"ab👩‍👩‍👧cd", 6, "ab…", true},                                         // the family is one character
		{"🇯🇵🇨🇳🇩🇪", 4, "🇯🇵…", true},                                            // flags are pairs
		{"👍🏽👍🏽", 3, "👍🏽…", true},                                              // skin tone belongs to the hand
		{"a" + strings.Repeat("\u0301", 50), 5, "a\u0301\u0301\u0301…", true}, // one monster longer than the limit
		{"x", 0, "", true},
		{"xy", 1, "…", true},
	} {
		got, cut := Cut(c.in, c.limit)
		if got != c.want || cut != c.cut {
			t.Errorf("Cut(%q, %d) = %q, %v; want %q, %v", c.in, c.limit, got, cut, c.want, c.cut)
		}
		if n := utf8.RuneCountInString(got); n > c.limit {
			t.Errorf("Cut(%q, %d) has %d characters", c.in, c.limit, n)
		}
	}
}
