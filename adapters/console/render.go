package console

import (
	"strconv"
	"strings"
	"time"

	"example.com/firstcall/bot"
	"example.com/firstcall/bot/words"
)

// The colours of a terminal that has some, as the parameters of the SGR sequence.
const (
	promptColour = "36"
	markColour   = "2"
	buttonColour = "1"
)

func (t *Terminal) paint(colour, s string) string {
	if !t.colour || s == "" {
		return s
	}
	return "\x1b[" + colour + "m" + s + "\x1b[0m"
}

// linesOf renders a text and cuts it into lines without empty ones. What a
// person wrote can't move the cursor, nor look like a line of ours: control
// characters are gone, and whatever follows a line end is indented.
func linesOf(text words.Text, r words.Reader, now time.Time) []string {
	var out []string
	for l := range strings.Lines(words.Clean(text.Render(r, now))) {
		l = strings.ReplaceAll(strings.TrimRight(l, " \t\r\n"), "\t", " ")
		if strings.TrimSpace(l) != "" {
			out = append(out, l)
		}
	}
	return out
}

// message renders a message: its text, its facts and its buttons.
func (t *Terminal) message(m bot.Message, now time.Time) []string {
	r := readerOf(m)
	out := linesOf(m.Text, r, now)
	for _, f := range m.Fields {
		out = append(out, labelled(f.Label, linesOf(f.Value, r, now), r, now)...)
	}
	return t.withButtons(out, buttonsOf(m.Buttons, r, now))
}

func labelled(label words.Text, value []string, r words.Reader, now time.Time) []string {
	l := words.Line(label.Render(r, now)) + ":"
	if len(value) == 0 {
		return []string{l}
	}
	out := []string{l + " " + value[0]}
	return append(out, indent(2, value[1:])...)
}

func indent(n int, lines []string) []string {
	out := make([]string, len(lines))
	for i, l := range lines {
		out[i] = strings.Repeat(" ", n) + l
	}
	return out
}

func (t *Terminal) withButtons(lines []string, buttons []button) []string {
	if len(buttons) == 0 {
		return lines
	}
	var row []string
	for _, b := range buttons {
		row = append(row, t.paint(buttonColour, "["+b.label+"]"))
	}
	return append(lines, strings.Join(row, " "))
}

// page renders what is new about a form since it was shown last.
func (t *Terminal) page(o *openForm, now time.Time) []string {
	f, r := &o.form, o.reader
	var out []string
	if !o.begun {
		out = append(out, linesOf(f.Title, r, now)...)
	}
	asked := o.asked()
	if f.Intro != o.intro || asked == nil {
		out = append(out, linesOf(f.Intro, r, now)...)
		out = append(out, linesOf(f.Typing, r, now)...)
	}
	o.begun, o.intro = true, f.Intro

	for i := range f.Fields {
		switch fd := &f.Fields[i]; {
		case fd.Error == "":
		case asked != nil && fd.Key == asked.Key:
			out = append(out, linesOf(fd.Error, r, now)...)
		default:
			out = append(out, labelled(fd.Label, linesOf(fd.Error, r, now), r, now)...)
		}
	}
	if asked == nil {
		return append(out, t.summary(o, now)...)
	}
	return append(out, t.question(asked, r, now)...)
}

// mostListed is how many options a search shows; more are found by typing.
const mostListed = 12

// listed are the options that are shown with a number.
func listed(f *bot.Field) []bot.Option {
	if f.Kind == bot.FieldSearch && len(f.Options) > mostListed {
		return nil
	}
	return f.Options
}

// question renders one field as it is asked.
func (t *Terminal) question(f *bot.Field, r words.Reader, now time.Time) []string {
	w := words.In(r.Lang)
	label := linesOf(f.Label, r, now)
	if len(label) == 0 {
		label = []string{f.Key}
	}
	if f.Value != "" && f.Error == "" {
		label[0] += " " + w.ConsoleKeeps(valueOf(f, r, now)).Render(r, now)
	} else if f.Optional {
		label[0] += " " + w.ConsoleOptional().Render(r, now)
	}
	out := append(label, indent(2, linesOf(f.Help, r, now))...)
	for i, o := range listed(f) {
		number := strconv.Itoa(i+1) + ". "
		for j, l := range linesOf(o.Label, r, now) {
			if j == 0 {
				out = append(out, number+l)
			} else {
				out = append(out, "   "+l)
			}
		}
		out = append(out, indent(3, linesOf(o.Help, r, now))...)
	}
	return out
}

// summary renders what there is to confirm: the form's intro has said it, or
// else each answer does.
func (t *Terminal) summary(o *openForm, now time.Time) []string {
	f, r := &o.form, o.reader
	var out []string
	for i := range f.Fields {
		if fd := &f.Fields[i]; fd.Value != "" && f.Intro == "" {
			out = append(out, labelled(fd.Label, linesOf(words.Plain(valueOf(fd, r, now)), r, now), r, now)...)
		}
	}
	return t.withButtons(out, []button{{label: words.Line(f.Submit.Render(r, now))}})
}

// valueOf is an answer as a person reads it: the label of the option chosen,
// an instant in the reader's zone, or what was typed.
func valueOf(f *bot.Field, r words.Reader, now time.Time) string {
	for _, o := range f.Options {
		if o.Value == f.Value {
			return words.Line(o.Label.Render(r, now))
		}
	}
	if at, err := time.Parse(time.RFC3339, f.Value); err == nil && f.Kind == bot.FieldTime {
		return r.Instant(at)
	}
	return f.Value
}
