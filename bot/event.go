package bot

import "time"

// Event is what came in, whatever the platform: a person said, pressed or
// filled in something. Adapters make it from a payload and decide nothing.
type Event struct {
	// Key names this delivery on its platform; a second one with the same key
	// changes nothing. "" only where nothing is ever delivered twice (a terminal).
	Key       string
	Platform  string // "console", "slack", "teams"
	Workspace string
	Person    string // the platform's id of who did it
	Place     string // the platform's id of the channel, "" in private
	At        time.Time

	Kind    EventKind
	Text    string            // Said: the text, with a mention of the bot taken off; a leading /incident marks a command
	Form    string            // Submitted: Form.Key
	Values  map[string]string // Submitted: by field key; several choices are joined by newlines
	Partial bool              // Submitted: one step of many; the next question is wanted, not "please fill in all"
	Action  string            // Pressed: Button.Action
	Subject string            // Pressed: Button.Subject
}

// EventKind says what a person did.
type EventKind string

// The kinds of event.
const (
	Said      EventKind = "said"
	Submitted EventKind = "submitted"
	Pressed   EventKind = "pressed"
)

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
