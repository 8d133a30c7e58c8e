// Package console is chat on a terminal: it prints what every place and person
// receives, and turns typed lines into events. The demo, scripts and the tests'
// talks speak through it.
package console

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"sync"
	"time"

	"example.com/firstcall/bot"
	"example.com/firstcall/bot/words"
)

// Platform is the terminal's name among the platforms of identities.
const Platform = "console"

// Workspace is the only workspace of a terminal.
const Workspace = "terminal"

// Terminal shows everybody's chat on one writer. It may be used by many
// goroutines. It remembers what it has shown only as long as it lives.
type Terminal struct {
	// Handle is the bot's door. Set it before anybody speaks.
	Handle func(context.Context, bot.Event) (bot.Reply, error)

	// Width is where lines are broken, in columns; 0 breaks none, as scripts want.
	Width int

	now    func() time.Time
	mu     sync.Mutex
	out    io.Writer
	colour bool
	down   bool
	posted int
	byKey  map[string]posting
	shown  []shown // in the order in which they were shown last
	forms  map[seat]*openForm

	said    int
	cards   map[string]string // by place and number, the card's message
	remarks map[seat]remark
}

// seat is where a person sits: a place and the person, or in private.
type seat struct{ person, place string }

// posting is a message on the terminal.
type posting struct {
	id string
	to string
	at time.Time
}

// shown is a message with buttons. A reply is shown to one seat, a message to
// a place or to a person.
type shown struct {
	id      string
	to      string // "#contoso" or "ana"; "" for a reply
	seat    seat   // of a reply
	buttons []button
}

type button struct {
	label string // as it was read
	bot.Button
}

// New makes a terminal that prints on out. Without colour it prints the
// neutral reading that talks compare. now is the moment of events and replies.
func New(out io.Writer, now func() time.Time, colour bool) *Terminal {
	return &Terminal{
		now: now, out: out, colour: colour,
		byKey: map[string]posting{}, forms: map[seat]*openForm{}, cards: map[string]string{}, remarks: map[seat]remark{},
	}
}

// errDown is what a terminal says that was told to refuse.
var errDown = errors.New("the chat is down")

// Asks says whether somebody has a question before them.
func (t *Terminal) Asks(person, place string) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.forms[seat{person, place}] != nil
}

// Down makes the terminal refuse every message of the bot, or take them again.
func (t *Terminal) Down(down bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.down = down
}

// Post prints a message. It implements [bot.Chat].
func (t *Terminal) Post(_ context.Context, s bot.Posting) (string, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.down {
		return "", &bot.SendError{Outcome: bot.Refused, Err: errDown}
	}
	t.posted++
	id := strconv.Itoa(t.posted)
	if err := t.print(prompt(s.To), "", t.message(s.Message, s.Now)); err != nil {
		return "", &bot.SendError{Outcome: bot.Gone, Err: err}
	}
	t.byKey[s.Key] = posting{id: id, to: s.To.ID, at: s.Now}
	t.noteCard(id, s)
	t.remember(shown{id: id, to: s.To.ID, buttons: buttonsOf(s.Message.Buttons, readerOf(s.Message), s.Now)})
	return id, nil
}

// Edit prints a message again that was changed in place. It implements [bot.Chat].
func (t *Terminal) Edit(_ context.Context, id string, s bot.Posting) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.down {
		return &bot.SendError{Outcome: bot.Refused, Err: errDown}
	}
	if err := t.print(prompt(s.To), "(edited) ", t.message(s.Message, s.Now)); err != nil {
		return &bot.SendError{Outcome: bot.Gone, Err: err}
	}
	t.byKey[s.Key] = posting{id: id, to: s.To.ID, at: s.Now}
	t.noteCard(id, s)
	t.remember(shown{id: id, to: s.To.ID, buttons: buttonsOf(s.Message.Buttons, readerOf(s.Message), s.Now)})
	return nil
}

// Find looks for a message by its key. It implements [bot.Chat].
func (t *Terminal) Find(_ context.Context, s bot.Posting, since time.Time) (string, bool, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	p, ok := t.byKey[s.Key]
	if !ok || p.to != s.To.ID || p.at.Before(since) {
		return "", false, nil
	}
	return p.id, true, nil
}

// mostShown is how many messages with buttons can still be pressed; older ones
// have scrolled away.
const mostShown = 500

// remember makes a message the one shown last; the same message shown before
// is gone.
func (t *Terminal) remember(s shown) {
	t.shown = slices.DeleteFunc(t.shown, func(old shown) bool { return old.id == s.id && s.id != "" })
	if len(s.buttons) > 0 {
		t.shown = append(t.shown, s)
	}
	if over := len(t.shown) - mostShown; over > 0 {
		t.shown = slices.Delete(t.shown, 0, over)
	}
}

// mostButtons is how many fit into a line; whoever wants another one types its command.
const mostButtons = 6

func buttonsOf(buttons []bot.Button, r words.Reader, now time.Time) []button {
	var out []button
	for _, b := range buttons[:min(len(buttons), mostButtons)] {
		out = append(out, button{label: words.Line(b.Label.Render(r, now)), Button: b})
	}
	return out
}

func readerOf(m bot.Message) words.Reader {
	zone, err := time.LoadLocation(m.Zone)
	if err != nil {
		zone = time.UTC
	}
	return words.Reader{Lang: m.Lang, Zone: zone, Brief: true}
}

// prompt says to whom the bot speaks.
func prompt(to bot.Address) string {
	if to.Kind == "channel" {
		return "bot in " + to.ID + ">"
	}
	return "bot to " + to.ID + ">"
}

// print writes a message: the first line after the prompt, the others indented.
// An empty message prints nothing, and no line within one is empty, so that
// lines of four spaces always belong to the prompt above.
func (t *Terminal) print(prompt, mark string, lines []string) error {
	if len(lines) == 0 {
		return nil
	}
	text := t.paint(promptColour, prompt) + " " + t.paint(markColour, mark) + t.wrap(lines[0], columns(prompt)+1+columns(mark)) + "\n"
	for _, l := range lines[1:] {
		text += "    " + t.wrap(l, 4) + "\n"
	}
	if _, err := io.WriteString(t.out, text); err != nil {
		return fmt.Errorf("write to the terminal: %w", err)
	}
	return nil
}
