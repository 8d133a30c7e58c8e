package console

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"example.com/firstcall/bot/talk"
	"example.com/firstcall/bot/words"
)

// Session is a person at a terminal who plays everybody: it says who speaks,
// moves the clock, and hands the rest to the stage.
type Session struct {
	Stage  *talk.Stage
	In     io.Reader
	Out    io.Writer
	Person string // who speaks first
	Place  string // "" in private
	Zone   *time.Location
	Colour bool
	Who    []string // lines of /who
	Try    []string // lines of /demo: what to try
}

// IsTerminal says whether a person sits at the file.
func IsTerminal(f *os.File) bool {
	at, err := f.Stat()
	if err != nil || at.Mode()&os.ModeCharDevice == 0 {
		return false
	}
	null, err := os.Stat(os.DevNull) // a character device, and nobody sits there
	return err != nil || !os.SameFile(at, null)
}

// Colourful says whether to colour what is written to the file: only on a
// terminal that can show it, and never against https://no-color.org.
func Colourful(f *os.File, env func(string) string) bool {
	return env("NO_COLOR") == "" && env("TERM") != "dumb" && IsTerminal(f)
}

const sessionHelp = `These are the terminal's own; everything else goes to the bot as the person in the prompt.
  /as kenji in #engineers     speak as somebody else; also: kenji in #engineers> text
  ana in #contoso under INC-1> text   in the thread of its card; "edits>" and "removes>" change what she said there
  /who                        the people and places there are
  /demo                       what to try
  /wait 8m                    move the clock, through all that is due (also 2d)
  /clock 2026-03-02T12:00:00Z jump there at once, as after an outage
  /chat down, /chat up        let the chat refuse messages, and take them again
  /restart                    let the bot's process end, and another one take over
  /quit                       leave (or Ctrl-D)
In a question: a number or text answers, "back" and "cancel" do what they say, [Label] presses a button.`

// Run reads lines until there are no more, or the person leaves.
func (s *Session) Run(ctx context.Context) error {
	lines := make(chan string)
	failed := make(chan error, 1)
	go func() { // reading can't be interrupted, so it must not hold us
		in := bufio.NewScanner(s.In)
		in.Buffer(make([]byte, 0, 64*1024), 1<<20)
		for in.Scan() {
			select {
			case lines <- in.Text():
			case <-ctx.Done():
				return
			}
		}
		failed <- in.Err()
	}()
	for {
		s.say("%s ", s.prompt())
		select {
		case <-ctx.Done():
			s.say("\n")
			return nil
		case err := <-failed:
			s.say("\n")
			return err
		case line := <-lines:
			text, err := s.quoted(line, lines, failed)
			if err == nil {
				err = s.do(ctx, text)
			}
			if errors.Is(err, errLeft) {
				return nil
			}
			if err != nil {
				s.say("%s\n", s.mark("? "+err.Error()))
			}
		}
	}
}

// quoted reads a text of many lines between two lines of three quotes.
func (s *Session) quoted(line string, lines <-chan string, failed chan error) (string, error) {
	const mark = `"""`
	opening := strings.TrimSpace(line)
	if !strings.HasSuffix(opening, mark) || opening != mark && !strings.HasSuffix(opening, "> "+mark) {
		return line, nil
	}
	var text []string
	for {
		select {
		case err := <-failed:
			failed <- err
			return "", errors.New(`the text has no end: a line of """`)
		case l := <-lines:
			if strings.TrimSpace(l) == mark {
				return strings.TrimSuffix(opening, mark) + strings.Join(text, "\n"), nil
			}
			text = append(text, l)
		}
	}
}

var errLeft = errors.New("the person left")

func (s *Session) do(ctx context.Context, text string) error {
	word, rest, _ := strings.Cut(strings.TrimSpace(text), " ")
	switch word {
	case "/quit", "/exit":
		return errLeft
	case "/who":
		s.list(s.Who)
		return nil
	case "/demo":
		s.list(s.Try)
		return nil
	case "?":
		if a, ok := s.Stage.Surface.(interface {
			Asks(person, place string) bool
		}); ok && a.Asks(s.Person, s.Place) {
			break // the bot explains its question
		}
		s.list(strings.Split(sessionHelp, "\n"))
		return nil
	case "/help", "/?":
		s.list(strings.Split(sessionHelp, "\n"))
		return nil
	case "/as":
		l, err := talk.Parse(strings.TrimSpace(rest) + "> ")
		if err != nil || l.Kind != talk.Speech {
			return errors.New("say /as kenji in #engineers, or /as kenji for a private talk with the bot")
		}
		if err := s.known(l); err != nil {
			return err
		}
		s.Person, s.Place = l.Person, l.Place
		return nil
	case "/wait":
		d, err := talk.ParseWait(rest)
		if err != nil {
			return err
		}
		return s.move(ctx, talk.Line{Kind: talk.Wait, Wait: d})
	case "/clock":
		if strings.TrimSpace(rest) == "" {
			s.showClock()
			return nil
		}
		at, err := talk.ParseClock(rest)
		if err != nil {
			return err
		}
		return s.move(ctx, talk.Line{Kind: talk.Jump, At: at})
	case "/restart":
		return s.Stage.Do(ctx, talk.Line{Kind: talk.Restart})
	case "/chat":
		l, err := talk.Parse("chat " + strings.TrimSpace(rest))
		if err != nil {
			return errors.New("say /chat down or /chat up")
		}
		return s.chat(ctx, l)
	case "as", "exit", "quit", "wait", "clock", "chat", "who", "demo":
		if why := s.slip(word, strings.TrimSpace(rest)); why != "" {
			return errors.New(why)
		}
	}

	// A line of a script does what it does in a script.
	first, more, many := strings.Cut(text, "\n")
	if strings.HasPrefix(first, "#") {
		return nil // a comment
	}
	if l, err := talk.Parse(first); err == nil {
		switch l.Kind {
		case talk.Speech, talk.Quote:
			if err := s.known(l); err != nil {
				return err
			}
			s.Person, s.Place = l.Person, l.Place
			if many {
				l.Text = strings.TrimPrefix(l.Text+"\n"+more, "\n")
			}
			if strings.TrimSpace(l.Text) == "" && !l.Removes && len(l.Files) == 0 {
				return nil // only a switch of who speaks
			}
			l.Kind = talk.Speech
			return s.Stage.Do(ctx, l)
		case talk.Wait, talk.Jump:
			return s.move(ctx, l)
		case talk.ChatDown, talk.ChatUp:
			return s.chat(ctx, l)
		case talk.Nothing, talk.Heard, talk.Restart, talk.Quit:
		}
	}
	if !many {
		text = talk.Unescape(text)
	}
	return s.Stage.Do(ctx, talk.Line{Kind: talk.Speech, Said: talk.Said{Person: s.Person, Place: s.Place, Text: text}})
}

// known refuses a switch to somebody or somewhere that there isn't.
func (s *Session) known(l talk.Line) error {
	if s.Stage.Known == nil {
		return nil
	}
	return s.Stage.Known(l.Person, l.Place)
}

// slip notices a command of the terminal that was typed without its slash, or
// not quite right. "wait for me" is no slip, and "" says so.
func (s *Session) slip(word, rest string) string {
	digit := rest != "" && rest[0] >= '0' && rest[0] <= '9'
	first, _, _ := strings.Cut(rest, " ")
	switch {
	case (word == "exit" || word == "quit") && rest == "":
		return "say /quit to leave, or press Ctrl-D"
	case (word == "who" || word == "demo") && rest == "":
		return "say /" + word
	case word == "as" && first != "" && (rest == first || strings.HasPrefix(rest, first+" in #")):
		return "say /as " + rest + " to speak as somebody else"
	case word == "wait" && (digit || rest == ""):
		if _, err := talk.ParseWait(rest); err != nil {
			return err.Error()
		}
	case word == "clock" && digit:
		if _, err := talk.ParseClock(rest); err != nil {
			return err.Error()
		}
	case word == "chat" && rest == "":
		return "say /chat down or /chat up"
	}
	return ""
}

// chat takes the chat down or brings it back, and says so: while it is down
// nothing else does.
func (s *Session) chat(ctx context.Context, l talk.Line) error {
	err := s.Stage.Do(ctx, l)
	if err == nil && l.Kind == talk.ChatDown {
		s.say("%s\n", s.mark("the chat is down: what the bot has to say waits until /chat up"))
	}
	return err
}

func (s *Session) move(ctx context.Context, l talk.Line) error {
	err := s.Stage.Do(ctx, l)
	s.showClock()
	return err
}

func (s *Session) showClock() {
	r := words.Reader{Lang: "en", Zone: s.Zone, Brief: true}
	s.say("%s\n", s.mark("it is "+r.Instant(s.Stage.Clock.Now())))
}

func (s *Session) list(lines []string) {
	for _, l := range lines {
		s.say("%s\n", s.mark(l))
	}
}

func (s *Session) prompt() string {
	who := s.Person
	if s.Place != "" {
		who += " in " + s.Place
	}
	if s.Colour {
		return "\x1b[1m" + who + ">\x1b[0m"
	}
	return who + ">"
}

func (s *Session) mark(text string) string {
	if !s.Colour || text == "" {
		return text
	}
	return "\x1b[" + markColour + "m" + text + "\x1b[0m"
}

// say writes for the person. A terminal that is gone is noticed when the next
// line can't be read.
func (s *Session) say(format string, args ...any) { _, _ = fmt.Fprintf(s.Out, format, args...) }
