package teams

import "strings"

// The parts of an Adaptive Card that we use, with the properties that we set.
// https://adaptivecards.io/explorer/

// adaptive is a card, or the one that an Action.ShowCard unfolds.
type adaptive struct {
	Type         string    `json:"type"`
	Schema       string    `json:"$schema,omitempty"`
	Version      string    `json:"version,omitempty"`
	FallbackText string    `json:"fallbackText,omitempty"`
	Teams        *wide     `json:"msteams,omitempty"`
	Body         []element `json:"body"`
}

// wide lets a card take the whole width of a conversation.
type wide struct {
	Width string `json:"width"`
}

// element is a part of a card's body.
type element struct {
	Type      string `json:"type"`
	ID        string `json:"id,omitempty"`
	Text      string `json:"text,omitempty"`
	Label     string `json:"label,omitempty"`
	Size      string `json:"size,omitempty"`
	Weight    string `json:"weight,omitempty"`
	Color     string `json:"color,omitempty"`
	Subtle    bool   `json:"isSubtle,omitempty"`
	Wrap      bool   `json:"wrap,omitempty"`
	Style     string `json:"style,omitempty"`
	Spacing   string `json:"spacing,omitempty"`
	Separator bool   `json:"separator,omitempty"`

	Multiline bool     `json:"isMultiline,omitempty"`
	Required  bool     `json:"isRequired,omitempty"`
	Wrong     string   `json:"errorMessage,omitempty"` // shown by the client while a required input is empty
	Value     string   `json:"value,omitempty"`
	Choices   []choice `json:"choices,omitempty"`

	Facts   []fact    `json:"facts,omitempty"`
	Items   []element `json:"items,omitempty"`
	Actions []action  `json:"actions,omitempty"`
}

type fact struct {
	Title string `json:"title"`
	Value string `json:"value"`
}

type choice struct {
	Title string `json:"title"`
	Value string `json:"value"`
}

// action is a button.
type action struct {
	Type     string            `json:"type"`
	Title    string            `json:"title"`
	Verb     string            `json:"verb,omitempty"`
	Style    string            `json:"style,omitempty"`
	Data     map[string]string `json:"data,omitempty"`
	Inputs   string            `json:"associatedInputs,omitempty"` // "none": what was filled in is not sent
	Card     *adaptive         `json:"card,omitempty"`
	Fallback *action           `json:"fallback,omitempty"`
}

func newAdaptive(fallback string) adaptive {
	return adaptive{Type: "AdaptiveCard", Schema: cardSchema, Version: cardVersion, FallbackText: fallback, Teams: &wide{"Full"}}
}

func textBlock(l line) element { return element{Type: "TextBlock", Text: l.markdown(), Wrap: true} }

func headline(l line) element {
	b := textBlock(l)
	b.Size, b.Weight, b.Style = "Medium", "Bolder", "heading"
	return b
}

// small is small print below something.
func small(l line) element {
	b := textBlock(l)
	b.Size, b.Subtle, b.Spacing = "Small", true, smallSpacing
	return b
}

// bar is a row of buttons. It stands in the body, since only there old clients
// look for the fallback of an action that they don't know.
func bar(actions []action) element {
	return element{Type: "ActionSet", Spacing: "Medium", Actions: actions}
}

// markdown is one line of text for where Markdown is read.
func markdown(s string) string {
	var b strings.Builder
	escape(&b, s, true)
	return b.String()
}
