package teamsfake

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// What Teams takes of a card.
const (
	MaxCardBytes   = 28 * 1024 // of its compact JSON
	MaxCardActions = 6         // in all its bars together; a ShowCard's own card counts apart
	MaxRefreshers  = 60        // people in refresh.userIds
)

// CheckCard says what Teams, or a person in front of it, would stumble over in
// an Adaptive Card: nothing when it is fine. Each line names the place.
func CheckCard(raw []byte) []string {
	var card any
	if err := json.Unmarshal(raw, &card); err != nil {
		return []string{"card: not JSON: " + err.Error()}
	}
	c := &cardCheck{ids: map[string]bool{}, inputs: map[string]bool{}}
	var compact bytes.Buffer
	if err := json.Compact(&compact, raw); err == nil && compact.Len() > MaxCardBytes {
		c.say("card", "%d bytes, more than %d", compact.Len(), MaxCardBytes)
	}
	root, ok := card.(map[string]any)
	if !ok {
		c.say("card", "not an object")
		return c.problems
	}
	if root["type"] != "AdaptiveCard" {
		c.say("card", "type is %v, not AdaptiveCard", root["type"])
	}
	version, _ := root["version"].(string)
	if !slices.Contains([]string{"1.0", "1.1", "1.2", "1.3", "1.4", "1.5"}, version) {
		c.say("card", "version %v, Teams takes 1.0 to 1.5", root["version"])
		version = "1.5"
	}
	c.version = version
	if text, _ := root["fallbackText"].(string); text == "" {
		c.say("card", "no fallbackText")
	}
	if body, _ := root["body"].([]any); len(body) == 0 {
		c.say("card", "an empty body")
	}
	c.card("card", root)
	for _, target := range c.targets {
		if !c.ids[target] {
			c.say("card", "Action.ToggleVisibility names the element %q, which isn't there", target)
		}
	}
	c.mentions(root)
	return c.problems
}

// cardCheck walks one card.
type cardCheck struct {
	version  string
	ids      map[string]bool
	inputs   map[string]bool
	targets  []string
	texts    []string // where a mention may stand
	actions  int
	problems []string
	fallback bool // inside a fallback, whose ids may repeat the others'
}

func (c *cardCheck) say(at, format string, args ...any) {
	c.problems = append(c.problems, at+": "+fmt.Sprintf(format, args...))
}

// card checks a root, or the card of a ShowCard.
func (c *cardCheck) card(at string, card map[string]any) {
	outer := c.actions
	c.actions = 0
	c.object(at, "AdaptiveCard", card)
	if c.actions > MaxCardActions {
		c.say(at, "%d actions, more than %d", c.actions, MaxCardActions)
	}
	c.actions = outer
}

// object checks one object against its row in cardObjects.
func (c *cardCheck) object(at, kind string, o map[string]any) {
	rule, ok := cardObjects[kind]
	if !ok {
		c.say(at, "unknown %q", kind)
		return
	}
	if rule.since > c.version {
		c.say(at, "%s needs version %s, the card says %s", kind, rule.since, c.version)
	}
	for _, name := range slices.Sorted(maps.Keys(o)) {
		if name == "type" {
			if o[name] != kind {
				c.say(at, "type is %v, not %s", o[name], kind)
			}
			continue
		}
		prop, ok := rule.props[name]
		if !ok {
			c.say(at, "%s has no property %q", kind, name)
			continue
		}
		if prop.since > c.version {
			c.say(at, "%s.%s needs version %s, the card says %s", kind, name, prop.since, c.version)
		}
		c.value(at+"."+name, prop.kind, o[name])
	}
	for _, name := range slices.Sorted(maps.Keys(rule.props)) {
		if _, there := o[name]; rule.props[name].required && !there {
			c.say(at, "%s without %s", kind, name)
		}
	}
	if id, _ := o["id"].(string); id != "" && !c.fallback {
		if c.ids[id] {
			c.say(at, "the id %q is used twice", id)
		}
		c.ids[id] = true
	}
	switch kind {
	case "Input.Text", "Input.Number", "Input.Date", "Input.Time", "Input.Toggle", "Input.ChoiceSet":
		c.input(at, kind, o)
	case "Action.Execute":
		c.execute(at, o)
	}
}

func (c *cardCheck) input(at, kind string, o map[string]any) {
	if o["isRequired"] == true {
		for _, name := range []string{"label", "errorMessage"} {
			if _, there := o[name]; !there {
				c.say(at, "a required input without %s", name)
			}
		}
	}
	value, set := o["value"].(string)
	switch kind {
	case "Input.Text":
		if most, ok := o["maxLength"].(float64); ok && float64(len([]rune(value))) > most {
			c.say(at, "value is longer than maxLength %v", most)
		}
	case "Input.Toggle":
		on, off := textOr(o["valueOn"], "true"), textOr(o["valueOff"], "false")
		if set && value != on && value != off {
			c.say(at, "value %q is neither valueOn nor valueOff", value)
		}
	case "Input.ChoiceSet":
		c.choiceSet(at, o, value)
	}
}

func (c *cardCheck) choiceSet(at string, o map[string]any, value string) {
	choices, _ := o["choices"].([]any)
	if len(choices) == 0 {
		c.say(at, "no choices")
	}
	known := map[string]bool{}
	for i, ch := range choices {
		choice, _ := ch.(map[string]any)
		v, _ := choice["value"].(string)
		if known[v] {
			c.say(fmt.Sprintf("%s.choices[%d]", at, i), "the value %q is there twice", v)
		}
		if o["isMultiSelect"] == true && strings.Contains(v, ",") {
			c.say(fmt.Sprintf("%s.choices[%d]", at, i), "a comma in the value %q of a multiple choice", v)
		}
		known[v] = true
	}
	chosen := []string{value}
	if o["isMultiSelect"] == true {
		chosen = strings.Split(value, ",")
	}
	for _, v := range chosen {
		if value != "" && !known[v] {
			c.say(at, "value %q is none of the choices", v)
		}
	}
}

// execute checks what a Universal Action needs beside its properties: a verb,
// and a Submit that older clients show in its place.
func (c *cardCheck) execute(at string, o map[string]any) {
	if verb, _ := o["verb"].(string); verb == "" {
		c.say(at, "Action.Execute without verb")
	}
	if c.fallback {
		return
	}
	fallback, _ := o["fallback"].(map[string]any)
	if fallback["type"] != "Action.Submit" && !strings.Contains(at, ".refresh") {
		c.say(at, "Action.Execute without an Action.Submit as fallback")
	}
}

// value checks one property's value.
func (c *cardCheck) value(at, kind string, v any) {
	if allowed, ok := cardEnums[kind]; ok {
		if s, ok := v.(string); !ok || !allowed[strings.ToLower(s)] {
			c.say(at, "%v is no %s", v, kind)
		}
		return
	}
	switch kind {
	case "bool":
		if _, ok := v.(bool); !ok {
			c.say(at, "%v is not true or false", v)
		}
	case "number":
		if _, ok := v.(float64); !ok {
			c.say(at, "%v is not a number", v)
		}
	case "count":
		if n, ok := v.(float64); !ok || n < 1 || n != float64(int(n)) {
			c.say(at, "%v is not a whole number from 1 on", v)
		}
	case "width":
		c.width(at, v)
	case "elements", "bar", "columns", "images", "facts", "choices", "inlines", "tableColumns", "tableRows", "tableCells":
		c.list(at, kind, v)
	case "select":
		c.typed(at, v, selectActions)
	case "execute":
		c.typed(at, v, words("Action.Execute"))
	case "elementFallback", "actionFallback":
		c.fallbackOf(at, kind, v)
	case "card":
		card, ok := v.(map[string]any)
		if !ok {
			c.say(at, "not a card")
			return
		}
		c.card(at, card)
	case "refresh":
		c.object(at, "Refresh", asObject(c, at, v))
	case "people":
		c.people(at, v)
	case "background":
		if _, plain := v.(string); plain {
			c.text(at, "picture", v)
			return
		}
		c.object(at, "BackgroundImage", asObject(c, at, v))
	case "data":
		if _, ok := v.(map[string]any); !ok {
			c.say(at, "data must be an object, or inputs can't be merged into it")
		}
	case "requires":
		for _, need := range asObject(c, at, v) {
			if _, ok := need.(string); !ok {
				c.say(at, "%v is not a version", need)
			}
		}
	case "targets":
		c.toggled(at, v)
	case "msteams":
		c.msteams(at, v)
	default:
		c.text(at, kind, v)
	}
}

// asObject is v as an object; anything else is a problem, and empty.
func asObject(c *cardCheck, at string, v any) map[string]any {
	o, ok := v.(map[string]any)
	if !ok {
		c.say(at, "%v is not an object", v)
	}
	return o
}

func (c *cardCheck) width(at string, v any) {
	switch w := v.(type) {
	case float64:
		if w > 0 {
			return
		}
	case string:
		if n, err := strconv.ParseFloat(w, 64); w == "auto" || w == "stretch" || pixels.MatchString(w) || err == nil && n > 0 {
			return
		}
	}
	c.say(at, "%v is no width", v)
}

var (
	pixels      = regexp.MustCompile(`^[1-9][0-9]*px$`)
	cardTime    = regexp.MustCompile(`\{\{(DATE\(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(Z|[-+]\d\d:\d\d)(, ?(COMPACT|SHORT|LONG))?\)|TIME\(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(Z|[-+]\d\d:\d\d)\))\}\}`)
	cardTimeTry = regexp.MustCompile(`\{\{\s*(?i:DATE|TIME)`)
)

// text checks the kinds that are strings.
func (c *cardCheck) text(at, kind string, v any) {
	s, ok := v.(string)
	if !ok {
		c.say(at, "%v is not a string", v)
		return
	}
	if kind == "string" {
		return
	}
	if strings.TrimSpace(s) == "" {
		c.say(at, "empty")
		return
	}
	switch kind {
	case "text", "version":
	case "plain":
		c.texts = append(c.texts, s)
	case "markdown":
		c.texts = append(c.texts, s)
		if strings.Contains(cardTime.ReplaceAllString(s, ""), "{{") && cardTimeTry.MatchString(cardTime.ReplaceAllString(s, "")) {
			c.say(at, "%q has a {{DATE()}} or {{TIME()}} that no client reads", s)
		}
	case "pixels":
		if !pixels.MatchString(s) {
			c.say(at, "%q is not like 50px", s)
		}
	case "imageHeight":
		if !pixels.MatchString(s) && s != "auto" && s != "stretch" {
			c.say(at, "%q is no height", s)
		}
	case "url", "link", "picture":
		u, err := url.Parse(s)
		fine := err == nil && (u.Scheme == "https" && u.Host != "" ||
			kind == "url" && u.Scheme == "http" && u.Host != "" ||
			kind == "link" && (u.Scheme == "mailto" || u.Scheme == "tel") ||
			kind == "picture" && u.Scheme == "data" && strings.HasPrefix(u.Opaque, "image/"))
		if !fine {
			c.say(at, "%q is no address that Teams opens", s)
		}
	case "regex":
		if _, err := regexp.Compile(s); err != nil {
			c.say(at, "regex: %v", err)
		}
	case "date":
		if _, err := time.Parse(time.DateOnly, s); err != nil {
			c.say(at, "%q is not YYYY-MM-DD", s)
		}
	case "clock":
		if _, err := time.Parse("15:04", s); err != nil {
			c.say(at, "%q is not HH:MM", s)
		}
	default:
		c.say(at, "no rule for %s", kind)
	}
}

func textOr(v any, other string) string {
	if s, ok := v.(string); ok {
		return s
	}
	return other
}
