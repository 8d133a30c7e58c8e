package teamsfake

import (
	"fmt"
	"regexp"
	"strings"
)

// memberKinds says what the items of a list are, where they are all of one
// kind and needn't name it.
var memberKinds = map[string]string{
	"columns": "Column", "images": "Image", "facts": "Fact", "choices": "Input.Choice",
	"tableColumns": "TableColumnDefinition", "tableRows": "TableRow", "tableCells": "TableCell",
}

// list checks an array of elements, actions, columns and the like.
func (c *cardCheck) list(at, kind string, v any) {
	items, ok := v.([]any)
	if !ok {
		c.say(at, "%v is not a list", v)
		return
	}
	for i, item := range items {
		place := fmt.Sprintf("%s[%d]", at, i)
		switch kind {
		case "elements":
			c.typed(place, item, bodyElements)
		case "bar":
			if !c.fallback {
				c.actions++
			}
			if a, _ := item.(map[string]any); textOr(a["title"], "") == "" {
				c.say(place, "an action without title")
			}
			c.typed(place, item, barActions)
		case "inlines":
			if s, plain := item.(string); plain {
				c.text(place, "plain", s)
				continue
			}
			c.typed(place, item, words("TextRun"))
		default:
			o, ok := item.(map[string]any)
			if !ok {
				c.say(place, "%v is not an object", item)
				continue
			}
			c.object(place, memberKinds[kind], o)
		}
	}
}

// typed checks an object that must name its type, one of those allowed here.
func (c *cardCheck) typed(at string, v any, allowed map[string]bool) {
	o, ok := v.(map[string]any)
	if !ok {
		c.say(at, "%v is not an object", v)
		return
	}
	kind, _ := o["type"].(string)
	if !allowed[kind] {
		c.say(at, "%q can't stand here", kind)
		return
	}
	c.object(at+"("+kind+")", kind, o)
}

// fallbackOf checks a fallback: "drop", or an object like the one it stands for.
// Its actions aren't counted and its ids may repeat: only one of the two shows.
func (c *cardCheck) fallbackOf(at, kind string, v any) {
	if s, ok := v.(string); ok {
		if !strings.EqualFold(s, "drop") {
			c.say(at, "%q is neither drop nor an object", s)
		}
		return
	}
	inside := c.fallback
	c.fallback = true
	allowed := bodyElements
	if kind == "actionFallback" {
		allowed = barActions
		if a, _ := v.(map[string]any); textOr(a["title"], "") == "" {
			c.say(at, "an action without title")
		}
	}
	c.typed(at, v, allowed)
	c.fallback = inside
}

func (c *cardCheck) people(at string, v any) {
	ids, ok := v.([]any)
	if !ok {
		c.say(at, "%v is not a list", v)
		return
	}
	if len(ids) > MaxRefreshers {
		c.say(at, "%d people, more than %d", len(ids), MaxRefreshers)
	}
	for _, id := range ids {
		if s, _ := id.(string); !strings.HasPrefix(s, "29:") {
			c.say(at, "%v is no person's id (29:…)", id)
		}
	}
}

func (c *cardCheck) toggled(at string, v any) {
	list, ok := v.([]any)
	if !ok || len(list) == 0 {
		c.say(at, "%v is no list of elements", v)
		return
	}
	for i, item := range list {
		place := fmt.Sprintf("%s[%d]", at, i)
		if id, plain := item.(string); plain {
			c.targets = append(c.targets, id)
			continue
		}
		o := asObject(c, place, item)
		c.object(place, "TargetElement", o)
		c.targets = append(c.targets, textOr(o["elementId"], ""))
	}
}

// msteams checks what Teams adds at the root: the width, and mentions, whose
// text is compared later, when all texts are known.
func (c *cardCheck) msteams(at string, v any) {
	o := asObject(c, at, v)
	for name, value := range o {
		switch name {
		case "width":
			if value != "Full" {
				c.say(at, "width %v is not Full", value)
			}
		case "entities":
			if _, ok := value.([]any); !ok {
				c.say(at, "entities %v is not a list", value)
			}
		default:
			c.say(at, "msteams has no property %q", name)
		}
	}
}

// mentions compares the card's <at> marks with its msteams.entities.
func (c *cardCheck) mentions(root map[string]any) {
	teams, _ := root["msteams"].(map[string]any)
	entities, _ := teams["entities"].([]any)
	c.problems = append(c.problems, checkMentions("card.msteams.entities", strings.Join(c.texts, "\n"), entities, true)...)
}

var atMark = regexp.MustCompile(`<at>(.*?)</at>`)

// checkMentions says where text and mention entities differ. In a card an id
// may be a person's Entra id or principal name; in a message only what the
// channel gave.
func checkMentions(at, text string, entities []any, inCard bool) []string {
	var problems []string
	said := map[string]bool{}
	for i, e := range entities {
		place := fmt.Sprintf("%s[%d]", at, i)
		entity, _ := e.(map[string]any)
		if entity["type"] != "mention" {
			if inCard {
				problems = append(problems, fmt.Sprintf("%s: type %v is not mention", place, entity["type"]))
			}
			continue
		}
		mark, _ := entity["text"].(string)
		mentioned, _ := entity["mentioned"].(map[string]any)
		id, name := textOr(mentioned["id"], ""), textOr(mentioned["name"], "")
		switch {
		case atMark.FindString(mark) != mark || mark == "":
			problems = append(problems, fmt.Sprintf("%s: text %q is not <at>…</at>", place, mark))
		case !strings.Contains(text, mark):
			problems = append(problems, fmt.Sprintf("%s: %q is nowhere in the text", place, mark))
		case id == "" || name == "":
			problems = append(problems, fmt.Sprintf("%s: mentioned needs id and name", place))
		case !inCard && !strings.HasPrefix(id, "29:") && !strings.HasPrefix(id, "28:"):
			problems = append(problems, fmt.Sprintf("%s: mentioned.id %q is no id of the channel", place, id))
		}
		said[mark] = true
	}
	for _, mark := range atMark.FindAllString(text, -1) {
		if !said[mark] {
			problems = append(problems, fmt.Sprintf("%s: %q has no mention entity", at, mark))
		}
	}
	return problems
}
