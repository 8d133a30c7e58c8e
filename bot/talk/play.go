package talk

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
)

// ScriptError says which line of a script could not be played, and why.
type ScriptError struct {
	Line int // from 1
	Text string
	Err  error
}

func (e *ScriptError) Error() string {
	return fmt.Sprintf("line %d: %q: %v", e.Line, clip(e.Text), e.Err)
}

// Unwrap returns why the line could not be played.
func (e *ScriptError) Unwrap() error { return e.Err }

// longestLine is far above what a person types into one line.
const longestLine = 1 << 20

// Play plays a script on the stage and writes it to the stage's Out: every
// line of its own as it stands, and after each what the bot says now. It ends
// at the first line that can't be played, with a *ScriptError.
func Play(ctx context.Context, script io.Reader, s *Stage) error {
	in := bufio.NewScanner(script)
	in.Buffer(make([]byte, 0, 64*1024), longestLine)
	p := player{stage: s, in: in}
	for p.next() {
		if err := ctx.Err(); err != nil {
			return err
		}
		err := p.play(ctx)
		if errors.Is(err, errEnds) {
			return nil
		}
		if err != nil {
			return &ScriptError{Line: p.number, Text: p.line, Err: err}
		}
	}
	if err := in.Err(); err != nil {
		return &ScriptError{Line: p.number + 1, Err: err}
	}
	return nil
}

// errEnds is how a script leaves before its last line.
var errEnds = errors.New("the script ends here")

// own writes what the stage itself shows, as comments of the script.
func (p *player) own(lines []string) error {
	if err := p.echo(); err != nil {
		return err
	}
	for _, l := range lines {
		if _, err := fmt.Fprintln(p.stage.Out, "# "+l); err != nil {
			return fmt.Errorf("write the line: %w", err)
		}
	}
	return nil
}

type player struct {
	stage  *Stage
	in     *bufio.Scanner
	line   string
	number int
	heard  bool // the line before was the bot's, so one of four spaces goes on with it
}

func (p *player) next() bool {
	if !p.in.Scan() {
		return false
	}
	p.number++
	p.line = strings.TrimRight(p.in.Text(), "\r")
	if p.number == 1 {
		p.line = strings.TrimPrefix(p.line, "\ufeff")
	}
	return true
}

func (p *player) play(ctx context.Context) error {
	if p.heard && strings.HasPrefix(p.line, "    ") {
		return nil
	}
	l, err := Parse(p.line)
	if errors.Is(err, errNot) && p.stage.Own != nil {
		if lines, is := p.stage.Own(strings.TrimSpace(p.line)); is {
			return p.own(lines)
		}
	}
	if errors.Is(err, errNot) {
		return fmt.Errorf("%w; understood are %s", err, Lines)
	}
	if err != nil {
		return err
	}
	if p.heard = l.Kind == Heard; p.heard {
		return nil
	}
	if err := p.echo(); err != nil {
		return err
	}
	if l.Kind == Quit {
		return errEnds
	}
	if l.Kind == Quote {
		if l, err = p.quoted(l); err != nil {
			return err
		}
	}
	return p.stage.Do(ctx, l)
}

// quoted reads the rest of a text of many lines.
func (p *player) quoted(l Line) (Line, error) {
	var text []string
	for p.next() {
		if err := p.echo(); err != nil {
			return l, err
		}
		if strings.TrimSpace(p.line) == quoteMark {
			l.Kind, l.Text = Speech, strings.Join(text, "\n")
			return l, nil
		}
		text = append(text, p.line)
	}
	return l, fmt.Errorf("a text of many lines ends with a line of %s, and this one does not", quoteMark)
}

func (p *player) echo() error {
	if _, err := fmt.Fprintln(p.stage.Out, p.line); err != nil {
		return fmt.Errorf("write the line: %w", err)
	}
	return nil
}

// clip keeps an endless line from filling an error.
func clip(s string) string {
	const most = 120
	if r := []rune(s); len(r) > most {
		return string(r[:most]) + "…"
	}
	return s
}
