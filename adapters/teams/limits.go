package teams

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"example.com/firstcall/bot"
)

// What Teams takes of a card. It refuses the whole message or shows nothing of
// it, and says little about why.
// https://learn.microsoft.com/microsoftteams/platform/task-modules-and-cards/cards/cards-format
const (
	maxActions   = 6
	maxCardBytes = 28 * 1024
	maxInputID   = longestKey
)

// reserved are the names that an input can't have: those of our buttons' data,
// and of what any form understands.
var reserved = []string{dataAction, dataSubject, dataForm, dataPartial, dataOwn, "msteams", bot.Nav, bot.Typed}

// violation is something that Teams would stumble over, and where.
type violation struct{ Where, Rule string }

func (v violation) String() string { return v.Where + ": " + v.Rule }

// violations says what Teams, or who sees it there, would stumble over in a card;
// raw is the same card as JSON.
func violations(a adaptive, raw []byte) []violation {
	c := checker{ids: map[string]bool{}}
	if len(raw) > maxCardBytes {
		c.add("card", fmt.Sprintf("%d bytes, more than %d", len(raw), maxCardBytes))
	}
	if a.Version != cardVersion {
		c.add("card", "version "+a.Version)
	}
	if a.Teams == nil || a.Teams.Width != "Full" {
		c.add("card", "not the whole width")
	}
	c.filled("card.fallbackText", a.FallbackText)
	c.card("card", a)
	return c.found
}

type checker struct {
	found   []violation
	ids     map[string]bool
	actions int
}

func (c *checker) add(where, rule string) { c.found = append(c.found, violation{where, rule}) }

func (c *checker) filled(where, s string) {
	if strings.TrimSpace(s) == "" {
		c.add(where, "empty")
	}
}

// card checks a card, or one that unfolds: its buttons count apart.
func (c *checker) card(where string, a adaptive) {
	outer := c.actions
	c.actions = 0
	if a.Type != "AdaptiveCard" {
		c.add(where, "type "+a.Type)
	}
	if len(a.Body) == 0 {
		c.add(where, "an empty body")
	}
	for n, e := range a.Body {
		c.element(fmt.Sprintf("%s.body[%d]", where, n), e)
	}
	if c.actions > maxActions {
		c.add(where, fmt.Sprintf("%d actions, more than %d", c.actions, maxActions))
	}
	c.actions = outer
}

var (
	ourMoment = regexp.MustCompile(`\{\{DATE\([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}Z, SHORT\)\}\} \{\{TIME\([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}Z\)\}\}`)
	aMention  = regexp.MustCompile(`(?i)</?at`)
)

// markdown checks a text that clients read things into.
func (c *checker) markdown(where, s string) {
	c.filled(where, s)
	switch rest := ourMoment.ReplaceAllString(s, ""); {
	case strings.Contains(rest, "{{"):
		c.add(where, "a date that isn't ours")
	case aMention.MatchString(rest):
		c.add(where, "a mention")
	}
}

// words checks a text that is shown as it is.
func (c *checker) words(where, s string) {
	c.filled(where, s)
	if calls.MatchString(s) {
		c.add(where, "a text that a client may act on")
	}
}

func (c *checker) element(where string, e element) {
	switch e.Type {
	case "TextBlock":
		c.markdown(where+".text", e.Text)
	case "FactSet":
		if len(e.Facts) == 0 {
			c.add(where, "no facts")
		}
		for n, f := range e.Facts {
			c.markdown(fmt.Sprintf("%s.facts[%d].title", where, n), f.Title)
			c.markdown(fmt.Sprintf("%s.facts[%d].value", where, n), f.Value)
		}
	case "Container":
		if len(e.Items) == 0 {
			c.add(where, "no items")
		}
		for n, item := range e.Items {
			c.element(fmt.Sprintf("%s.items[%d]", where, n), item)
		}
	case "ActionSet":
		if len(e.Actions) == 0 {
			c.add(where, "no actions")
		}
		for n, a := range e.Actions {
			c.action(fmt.Sprintf("%s.actions[%d]", where, n), a)
		}
	case "Input.Text", "Input.ChoiceSet":
		c.input(where, e)
	default:
		c.add(where, "a "+e.Type)
	}
}

func (c *checker) input(where string, e element) {
	switch {
	case strings.TrimSpace(e.ID) == "" || len(e.ID) > maxInputID || slices.Contains(reserved, e.ID):
		c.add(where, fmt.Sprintf("the id %q", e.ID))
	case c.ids[e.ID]:
		c.add(where, fmt.Sprintf("the id %q once more", e.ID))
	}
	c.ids[e.ID] = true
	c.words(where+".label", e.Label)
	if e.Required {
		c.words(where+".errorMessage", e.Wrong)
	}
	if e.Type != "Input.ChoiceSet" {
		return
	}
	if len(e.Choices) == 0 {
		c.add(where, "no choices")
	}
	values := map[string]bool{}
	for n, ch := range e.Choices {
		at := fmt.Sprintf("%s.choices[%d]", where, n)
		c.words(at+".title", ch.Title)
		c.filled(at+".value", ch.Value)
		if values[ch.Value] {
			c.add(at, "a value once more")
		}
		values[ch.Value] = true
	}
	if e.Value != "" && !values[e.Value] {
		c.add(where, "a value that is no choice")
	}
}

func (c *checker) action(where string, a action) {
	c.actions++
	c.words(where+".title", a.Title)
	switch a.Type {
	case "Action.Submit":
	case "Action.Execute":
		if a.Verb == "" || a.Fallback == nil || a.Fallback.Type != "Action.Submit" || a.Fallback.Title != a.Title {
			c.add(where, "without a verb and a Submit for old clients")
		}
	case "Action.ShowCard":
		if a.Card == nil {
			c.add(where, "without a card")
			return
		}
		c.card(where+".card", *a.Card)
		return
	default:
		c.add(where, "an "+a.Type)
	}
	if a.Data[dataAction] == "" && a.Data[dataForm] == "" {
		c.add(where, "data that isn't ours")
	}
}
