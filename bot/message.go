package bot

import (
	"time"

	"example.com/firstcall/bot/words"
)

// Message is what goes out, before a platform gives it a shape. Its words are
// chosen already; instants and durations in them stay typed until it is sent.
type Message struct {
	Lang    string     `json:"lang"`
	Zone    string     `json:"zone"` // IANA; of the reader
	Text    words.Text `json:"text"` // says everything that matters, also alone (notifications, screen readers)
	Fields  []Fact     `json:"fields,omitempty"`
	Buttons []Button   `json:"buttons,omitempty"`

	// What follows is for the delivery of rings; a platform never sees it.

	// Later is said instead when the message goes out late.
	Later *Later `json:"later,omitempty"`
	// Undelivered is what a message about undelivered ones was made of.
	Undelivered *Undelivered `json:"undelivered,omitempty"`
}

// Later is what a message says from an instant on: what is left of a time must
// not be told when nothing is.
type Later struct {
	At   time.Time  `json:"at"`
	Text words.Text `json:"text"`
}

// Undelivered is the text that didn't arrive, and the names of all whom it
// didn't reach, the first one first.
type Undelivered struct {
	Text   words.Text `json:"text"`
	Missed []string   `json:"missed"`
}

// current is the message as it goes out at now.
func (m Message) current(now time.Time) Message {
	if m.Later != nil && !now.Before(m.Later.At) {
		m.Text = m.Later.Text
	}
	m.Later, m.Undelivered = nil, nil
	return m
}

// Fact is one labelled line of a card.
type Fact struct {
	Label words.Text `json:"label"`
	Value words.Text `json:"value"`
}

// Button is something to press. It carries opaque ids, or words that a person
// wrote and that pressing it makes something of, and no right: who
// presses it is checked again.
type Button struct {
	Label   words.Text `json:"label"`
	Action  string     `json:"action"`
	Subject string     `json:"subject"`
	Primary bool       `json:"primary,omitempty"`
}

// Form asks for something. A terminal asks its fields one by one; Slack and
// Teams show them together, or in steps.
type Form struct {
	Key    string     `json:"key"` // comes back as Event.Form
	Title  words.Text `json:"title"`
	Intro  words.Text `json:"intro,omitempty"`
	Fields []Field    `json:"fields"` // those that apply, given the answers so far
	Submit words.Text `json:"submit"`
	// Typing says what to type when only Submit is left; for surfaces that show
	// no button to press.
	Typing words.Text `json:"typing,omitempty"`
	// Asking is the key of the field to be answered next; "" when all are and
	// only Submit is left.
	Asking string `json:"asking,omitempty"`
	Back   bool   `json:"back,omitempty"` // going back is possible
	// Kept says that the answers stay when somebody turns away; to be rid of them
	// takes NavCancel.
	Kept bool `json:"kept,omitempty"`
}

// Field is one question.
type Field struct {
	Key      string     `json:"key"`
	Kind     FieldKind  `json:"kind"`
	Label    words.Text `json:"label"`
	Help     words.Text `json:"help,omitempty"`
	Options  []Option   `json:"options,omitempty"`
	Value    string     `json:"value,omitempty"` // the answer so far
	Error    words.Text `json:"error,omitempty"`
	Optional bool       `json:"optional,omitempty"`
}

// Option is one of the answers to choose from.
type Option struct {
	Value string     `json:"value"`
	Label words.Text `json:"label"`
	Help  words.Text `json:"help,omitempty"` // what choosing it means: what is got and owed
}

// FieldKind says how a field is asked.
type FieldKind string

// The kinds of field.
const (
	FieldText   FieldKind = "text"
	FieldLong   FieldKind = "long"
	FieldChoice FieldKind = "choice"
	FieldSearch FieldKind = "search" // a choice from many, by part of the name; its options are the few that fit so far
	FieldTime   FieldKind = "time"
	FieldPhone  FieldKind = "phone"
	FieldEmail  FieldKind = "email"
)

// Reply answers the person who did something, in the same breath: a private
// line, or a form. Losing it loses nothing, and it is never an escalation.
type Reply struct {
	Lang string
	Zone *time.Location
	Text words.Text
	Form *Form
	// Close says that the form the event came from is done with.
	Close bool
	// Buttons may follow the text.
	Buttons []Button
	// Sections are the text once more, in parts, where some have a button of their
	// own: for a surface that can show more than lines.
	Sections []Section
}

// Section is one part of a text, and what may be pressed beside it.
type Section struct {
	Text   words.Text
	Button *Button // nil: none
}
