package teamsfake

import (
	"encoding/json"
	"strings"
)

// CardText is all that can be read in a card without pressing anything, line
// by line: texts, facts as "title: value", labels of inputs, and the buttons
// as "[title]".
func CardText(card map[string]any) string {
	var lines []string
	for _, o := range parts(card) {
		switch kind, _ := o["type"].(string); {
		case kind == "TextBlock":
			lines = append(lines, textOr(o["text"], ""))
		case kind == "RichTextBlock":
			line := ""
			inlines, _ := o["inlines"].([]any)
			for _, run := range inlines {
				r, _ := run.(map[string]any)
				line += textOr(run, textOr(r["text"], ""))
			}
			lines = append(lines, line)
		case kind == "FactSet":
			facts, _ := o["facts"].([]any)
			for _, fact := range facts {
				x, _ := fact.(map[string]any)
				lines = append(lines, textOr(x["title"], "")+": "+textOr(x["value"], ""))
			}
		case strings.HasPrefix(kind, "Input."):
			lines = append(lines, textOr(o["label"], textOr(o["title"], textOr(o["placeholder"], textOr(o["id"], "")))))
		case strings.HasPrefix(kind, "Action."):
			lines = append(lines, "["+textOr(o["title"], "")+"]")
		}
	}
	return strings.Join(lines, "\n")
}

// parts are the objects of a card that can be seen, in their order: a ShowCard's
// own card and fallbacks are left out, as is what isVisible hides.
func parts(card map[string]any) []map[string]any {
	var list []map[string]any
	if _, known := card["type"].(string); known {
		list = append(list, card)
	}
	for _, name := range []string{"body", "items", "columns", "rows", "cells", "images", "actions"} {
		children, _ := card[name].([]any)
		for _, child := range children {
			if o, ok := child.(map[string]any); ok && o["isVisible"] != false {
				list = append(list, parts(o)...)
			}
		}
	}
	return list
}

// Unfolded is the card that an Action.ShowCard of that title unfolds, nil if
// there is none.
func Unfolded(card map[string]any, title string) map[string]any {
	act := find(card, title)
	inner, _ := act["card"].(map[string]any)
	return inner
}

// Inputs are the ids of the card's inputs that can be seen, in order.
func Inputs(card map[string]any) []string {
	var ids []string
	for _, o := range parts(card) {
		if kind, _ := o["type"].(string); strings.HasPrefix(kind, "Input.") {
			ids = append(ids, textOr(o["id"], ""))
		}
	}
	return ids
}

// Buttons are the titles of the card's actions that can be seen, in order.
func Buttons(card map[string]any) []string {
	var titles []string
	for _, o := range parts(card) {
		if kind, _ := o["type"].(string); strings.HasPrefix(kind, "Action.") {
			titles = append(titles, textOr(o["title"], ""))
		}
	}
	return titles
}

// Input is the card's input of an id, nil if there is none.
func Input(card map[string]any, id string) map[string]any {
	for _, o := range parts(card) {
		if kind, _ := o["type"].(string); strings.HasPrefix(kind, "Input.") && o["id"] == id {
			return o
		}
	}
	return nil
}

// JSON is a card as indented JSON with sorted keys, for golden files.
func JSON(card map[string]any) string {
	raw, err := json.MarshalIndent(card, "", "  ")
	if err != nil {
		panic("teamsfake: a card that is no JSON: " + err.Error())
	}
	return string(raw) + "\n"
}
