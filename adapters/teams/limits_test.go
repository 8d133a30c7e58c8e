package teams

import (
	"encoding/json"
	"strings"
	"testing"
)

// soundCard is one that Teams takes; each case below breaks it in one place.
func soundCard() adaptive {
	a := newAdaptive("words")
	data := map[string]string{dataForm: "report"}
	a.Body = []element{
		textBlock(line{{text: "Hello"}}),
		{Type: "FactSet", Facts: []fact{{"A", "B"}}},
		{Type: "Container", Items: []element{textBlock(line{{text: "inside"}})}},
		{Type: "Input.Text", ID: "x", Label: "X", Required: true, Wrong: "Say x"},
		{Type: "Input.ChoiceSet", ID: "y", Label: "Y", Value: "1", Choices: []choice{{"One", "1"}, {"Two", "2"}}},
		bar([]action{
			newAction("Go", "", verbForm, data, overMessage, true),
			{Type: "Action.ShowCard", Title: "More", Card: &adaptive{Type: "AdaptiveCard", Body: []element{textBlock(line{{text: "unfolded"}})}}},
		}),
	}
	return a
}

func TestOwnChecker(t *testing.T) {
	for _, tc := range []struct {
		name  string
		spoil func(a *adaptive)
		want  string
	}{
		{"nothing", func(*adaptive) {}, ""},
		{"root type", func(a *adaptive) { a.Type = "Card" }, "type Card"},
		{"version", func(a *adaptive) { a.Version = "1.6" }, "version 1.6"},
		{"width", func(a *adaptive) { a.Teams = nil }, "whole width"},
		{"fallback", func(a *adaptive) { a.FallbackText = " " }, "fallbackText: empty"},
		{"no body", func(a *adaptive) { a.Body = nil }, "empty body"},
		{"no text", func(a *adaptive) { a.Body[0].Text = "" }, "body[0].text: empty"},
		{"foreign element", func(a *adaptive) { a.Body[0].Type = "Media" }, "a Media"},
		{"mention", func(a *adaptive) { a.Body[0].Text = "<at>Ana</at>" }, "a mention"},
		{"foreign date", func(a *adaptive) { a.Body[0].Text = "{{DATE(2026-03-02T09:00:00.5Z, SHORT)}}" }, "date that isn't ours"},
		{"no facts", func(a *adaptive) { a.Body[1].Facts = nil }, "no facts"},
		{"empty fact", func(a *adaptive) { a.Body[1].Facts[0].Value = "" }, "facts[0].value: empty"},
		{"deep inside", func(a *adaptive) { a.Body[2].Items[0].Text = "" }, "items[0].text: empty"},
		{"no items", func(a *adaptive) { a.Body[2].Items = nil }, "no items"},
		{"no id", func(a *adaptive) { a.Body[3].ID = "" }, `the id ""`},
		{"an id twice", func(a *adaptive) { a.Body[3].ID = "y" }, `"y" once more`},
		{"an id of our data", func(a *adaptive) { a.Body[3].ID = "f" }, `the id "f"`},
		{"no label", func(a *adaptive) { a.Body[3].Label = "" }, "label: empty"},
		{"required, and silent", func(a *adaptive) { a.Body[3].Wrong = "" }, "errorMessage: empty"},
		{"no choices", func(a *adaptive) { a.Body[4].Choices, a.Body[4].Value = nil, "" }, "no choices"},
		{"a choice twice", func(a *adaptive) { a.Body[4].Choices[1].Value = "1" }, "once more"},
		{"chosen is no choice", func(a *adaptive) { a.Body[4].Value = "3" }, "no choice"},
		{"a link in a choice", func(a *adaptive) { a.Body[4].Choices[0].Title = "[x](y)" }, "may act on"},
		{"no title", func(a *adaptive) { a.Body[5].Actions[0].Title = "" }, "title: empty"},
		{"no fallback", func(a *adaptive) { a.Body[5].Actions[0].Fallback = nil }, "Submit for old clients"},
		{"no verb", func(a *adaptive) { a.Body[5].Actions[0].Verb = "" }, "without a verb"},
		{"foreign data", func(a *adaptive) { a.Body[5].Actions[0].Data = nil }, "data that isn't ours"},
		{"foreign action", func(a *adaptive) { a.Body[5].Actions[0].Type = "Action.Http" }, "an Action.Http"},
		{"no unfolded card", func(a *adaptive) { a.Body[5].Actions[1].Card = nil }, "without a card"},
		{"unfolded and empty", func(a *adaptive) { a.Body[5].Actions[1].Card.Body = nil }, "empty body"},
		{"seven actions", func(a *adaptive) {
			for range 5 {
				a.Body = append(a.Body, bar(a.Body[5].Actions[:1]))
			}
		}, "7 actions"},
		{"28 KB", func(a *adaptive) { a.Body[0].Text = strings.Repeat("a", 28*1024) }, "bytes, more than 28672"},
	} {
		a := soundCard()
		tc.spoil(&a)
		raw, err := json.Marshal(a)
		if err != nil {
			t.Fatal(err)
		}
		var all []string
		for _, v := range violations(a, raw) {
			all = append(all, v.String())
		}
		got := strings.Join(all, "; ")
		if tc.want == "" && got != "" || !strings.Contains(got, tc.want) {
			t.Errorf("%s: %q, want %q", tc.name, got, tc.want)
		}
	}
}
