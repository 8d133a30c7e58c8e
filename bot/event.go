package bot

import "time"

// Event is what came in, whatever the platform: a person said, pressed or
// filled in something, or a place of ours has changed. Adapters make it from a
// payload and decide nothing.
type Event struct {
	// Key names this delivery on its platform; a second one with the same key
	// changes nothing. "" only where nothing is ever delivered twice (a terminal).
	Key       string
	Platform  string // "console", "slack", "teams"
	Workspace string // where the person is at home: a Slack team, an Entra tenant
	// Through is the workspace that it came through, and whose installation
	// answers: another one than the person's in a shared channel. "" for the same.
	Through string
	Person  string // the platform's id of who did it
	Place   string // the platform's id of the channel, "" in private
	At      time.Time
	// Route is what the platform needs to write to the place, or to the person in
	// private, again; the newest one is kept. "" where ids are enough.
	Route string
	// PersonRoute is how the person can be written to in private after something
	// came from a place. It is kept where no way to the person is known.
	PersonRoute string

	Kind    EventKind
	Text    string            // Said, Reworded: the text, with a mention of the bot taken off; a leading /incident marks a command
	Message string            // Said, Reworded, Retracted: the platform's id of what was said
	Thread  string            // Said, Reworded, Retracted: the id of the message under which it was said; "" on the top level
	Files   []File            // Said, Reworded: what is attached
	Report  bool              // Said: it begins a report, whatever it says: it was made of a message
	Link    string            // Said: where the message is that a report begins with, when it isn't this one
	Moved   string            // Moved: the place's new id
	Form    string            // Submitted: Form.Key
	Values  map[string]string // Submitted: by field key; several choices are joined by newlines
	Partial bool              // Submitted: one step of many; the next question is wanted, not "please fill in all"
	// Unsent says of a Partial that it was chosen in a window which is still to be
	// sent: the questions follow it, and nothing is done yet.
	Unsent  bool
	Action  string // Pressed: Button.Action
	Subject string // Pressed: Button.Subject
}

// EventKind says what a person did.
type EventKind string

// The kinds of event.
const (
	Said      EventKind = "said"
	Submitted EventKind = "submitted"
	Pressed   EventKind = "pressed"

	Reworded  EventKind = "reworded"  // what was said before reads otherwise now
	Retracted EventKind = "retracted" // what was said before was taken away
	Looked    EventKind = "looked"    // a person opened the bot's own page: what is theirs, and what is due next?
	Joined    EventKind = "joined"    // the bot came into a place, or to a person
	Left      EventKind = "left"      // the bot was removed from a place, or the place is no more
	Moved     EventKind = "moved"     // the place has another id from now on
)

// File is something attached to what was said; it stays where it is, and is passed on as a link.
type File struct{ Name, URL string }

// The values that any form understands beside its fields: a person goes one
// question back, or gives up, by submitting Nav.
const (
	Nav       = "_nav"
	NavBack   = "back"
	NavCancel = "cancel"
)

// Typed carries what a person typed below a form that asks nothing any more:
// a yes confirms it.
const Typed = "_typed"
