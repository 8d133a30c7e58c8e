package talk

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// Line is one line of a script, understood.
type Line struct {
	Kind LineKind
	Said               // of Speech
	Wait time.Duration // of Wait
	At   time.Time     // of Jump
}

// Said is what a person does in chat.
type Said struct {
	Person string
	Place  string // "#contoso", "" in private
	Text   string // with its escapes resolved
	Under  string // the number of the incident under whose card it is said; "" on the top level
	Files  []File // what is attached
	From   string // the address of a message of which the person makes a report, whose words Text are
	// Of what the person said last in a thread there: these are its words from
	// now on, or it is taken away.
	Edits, Removes bool
}

// File is something attached.
type File struct{ Name, URL string }

// LineKind says what a line of a script does.
type LineKind string

// The kinds of line.
const (
	Nothing  LineKind = "nothing"   // blank, or a comment
	Speech   LineKind = "speech"    // a person says something
	Quote    LineKind = "quote"     // a person begins a text of many lines
	Heard    LineKind = "heard"     // what the bot said when the script was written
	Wait     LineKind = "wait"      // the clock moves through all that is due
	Jump     LineKind = "jump"      // the clock jumps
	ChatDown LineKind = "chat down" // the platform refuses messages from now on
	ChatUp   LineKind = "chat up"
	Restart  LineKind = "restart" // the bot's process ends, and another one takes over
	Quit     LineKind = "quit"    // the script ends here
)

// quoteMark opens and closes a text of many lines.
const quoteMark = `"""`

// Lines names the lines that are understood, for an error.
const Lines = "`<person> in #<place>> <text>`, `<person>> <text>`, `<person> in #<place> under <number>> <text>`, `<person> in #<place> edits> <text>`, `<person> in #<place> removes>`, `wait <duration>`, `clock <RFC 3339>`, `chat down`, `chat up`, `restart`, `# comment`"

var (
	speech = regexp.MustCompile(`^([^\s>#/\[\]"]+)(?: in (#[^\s>]+))?(?: (edits|removes)| under ([^\s>]+))?(?: from (\S+))?((?: with \S+ \S+)*)> ?(.*)$`)
	errNot = errors.New("not a line of a script")
)

// longestWait keeps a slip of the finger from playing a century of reminders.
const longestWait = 5 * 366 * 24 * time.Hour

// Parse understands one line of a script.
func Parse(s string) (Line, error) {
	trimmed := strings.TrimSpace(s)
	word, rest, _ := strings.Cut(trimmed, " ")
	switch {
	case trimmed == "" || strings.HasPrefix(trimmed, "#"):
		return Line{Kind: Nothing}, nil
	case strings.HasPrefix(s, "bot in ") || strings.HasPrefix(s, "bot to "):
		return Line{Kind: Heard}, nil
	case word == "wait" || word == "/wait":
		d, err := ParseWait(rest)
		return Line{Kind: Wait, Wait: d}, err
	case word == "clock" || word == "/clock":
		at, err := ParseClock(rest)
		return Line{Kind: Jump, At: at}, err
	case trimmed == "chat down" || trimmed == "/chat down":
		return Line{Kind: ChatDown}, nil
	case trimmed == "chat up" || trimmed == "/chat up":
		return Line{Kind: ChatUp}, nil
	case trimmed == "restart" || trimmed == "/restart":
		return Line{Kind: Restart}, nil
	case trimmed == "/quit" || trimmed == "/exit":
		return Line{Kind: Quit}, nil
	}
	m := speech.FindStringSubmatch(strings.TrimRight(s, " \t\r"))
	if m == nil || m[1] == "bot" {
		return Line{}, errNot
	}
	l := Line{Kind: Speech, Said: Said{
		Person: m[1], Place: m[2], Edits: m[3] == "edits", Removes: m[3] == "removes", Under: m[4], From: m[5], Text: Unescape(m[7]),
	}}
	for attached := strings.Fields(m[6]); len(attached) > 0; attached = attached[3:] {
		l.Files = append(l.Files, File{Name: attached[1], URL: attached[2]})
	}
	if m[7] == quoteMark {
		l.Kind, l.Text = Quote, ""
	}
	return l, nil
}

// ParseWait reads how far the clock moves: "8m", "1h30m", "2d" for whole days.
func ParseWait(s string) (time.Duration, error) {
	said := strings.TrimSpace(s)
	if said == "" {
		return 0, errors.New("say how long, like wait 8m, wait 1h30m or wait 2d")
	}
	s = strings.ReplaceAll(said, " ", "") // 8 m
	var days time.Duration
	if n, rest, ok := strings.Cut(s, "d"); ok {
		count, err := strconv.Atoi(n)
		if err != nil || count < 0 || count > 5*366 {
			return 0, fmt.Errorf("%q is not a duration like 8m, 1h30m or 2d", said)
		}
		days, s = time.Duration(count)*24*time.Hour, rest
		if s == "" {
			s = "0s"
		}
	}
	d, err := time.ParseDuration(s)
	switch {
	case err != nil:
		return 0, fmt.Errorf("%q is not a duration like 8m, 1h30m or 2d", said)
	case d < 0 || d+days > longestWait:
		return 0, fmt.Errorf("%s is not a time to wait: from 0s to five years", d+days)
	}
	return d + days, nil
}

// ParseClock reads where the clock jumps to.
func ParseClock(s string) (time.Time, error) {
	at, err := time.Parse(time.RFC3339, strings.TrimSpace(s))
	if err != nil {
		return time.Time{}, fmt.Errorf("%q is not an instant like 2026-03-02T09:00:00Z", strings.TrimSpace(s))
	}
	return at.UTC(), nil
}

// escape is a newline, a character by its number, a repetition, or a backslash
// before one of them.
var escape = regexp.MustCompile(`\\(\\[nuxt]|n|u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}|times\{[0-9]{1,6}\}\{[^{}]{1,40}\})`)

// Unescape turns \n into a line end, \u202e or \x00 into the character or byte of
// that number, and \times{3}{ha} into hahaha, so that a script can say what nobody
// can type. A doubled backslash before them keeps them as they are.
func Unescape(s string) string {
	return escape.ReplaceAllStringFunc(s, func(e string) string {
		switch e[1] {
		case '\\':
			return e[1:]
		case 'n':
			return "\n"
		case 't':
			count, text, _ := strings.Cut(strings.TrimSuffix(e[len(`\times{`):], "}"), "}{")
			n, err := strconv.Atoi(count)
			if err != nil {
				return e
			}
			return strings.Repeat(text, n)
		}
		n, err := strconv.ParseUint(e[2:], 16, 32)
		if err != nil {
			return e
		}
		if e[1] == 'x' {
			return string([]byte{byte(n)})
		}
		return string(rune(n))
	})
}
