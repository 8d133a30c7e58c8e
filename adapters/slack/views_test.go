package slack

import (
	"encoding/json"
	"fmt"
	"maps"
	"strings"
	"testing"

	api "github.com/slack-go/slack"

	"example.com/firstcall/bot"
	"example.com/firstcall/bot/words"
)

func viewOf(fields ...bot.Field) api.ModalViewRequest {
	return modalOf(&bot.Form{Key: "do", Title: "Title", Submit: "Do it", Fields: fields}, "en", berne, nine, "{}")
}

func inputOf(t *testing.T, v api.ModalViewRequest, block string) *api.InputBlock {
	t.Helper()
	for _, b := range v.Blocks.BlockSet {
		if in, ok := b.(*api.InputBlock); ok && in.BlockID == block {
			return in
		}
	}
	t.Fatalf("no input %s", block)
	return nil
}

func actionID(t *testing.T, v api.ModalViewRequest, block string) string {
	t.Helper()
	switch e := inputOf(t, v, block).Element.(type) {
	case *api.PlainTextInputBlockElement:
		return e.ActionID
	case *api.RadioButtonsBlockElement:
		return e.ActionID
	case *api.SelectBlockElement:
		return e.ActionID
	}
	return ""
}

// Once a severity is chosen, what it gets and owes stands below it.
func TestSeverityPreview(t *testing.T) {
	f := forms("en")["intake_3_severity"]
	v := modalOf(&f, "en", berne, nine, "{}")
	for i, b := range v.Blocks.BlockSet {
		if b.ID() != "severity" {
			continue
		}
		shown := visible(t, v.Blocks.BlockSet[i+1:i+2])
		want := "Severity 1: A critical system is down or unusable, the business is in danger, and somebody must look at it now.\n" +
			"First call by phone or e-mail within 15 min (around the clock): by Mon 2 Mar 10:15 CET. Plan: Azure Platform MCS\n"
		if !strings.HasPrefix(shown, want) || !strings.Contains(shown, "Your part: ") {
			t.Errorf("below the severity: %s", shown)
		}
	}
	before := forms("en")["intake_1_begin"]
	v = modalOf(&before, "en", berne, nine, "{}")
	for i, b := range v.Blocks.BlockSet {
		if b.ID() == "severity" && !strings.Contains(visible(t, v.Blocks.BlockSet[i+1:i+2]), "somebody must look at it now.\nSeverity A: ") {
			t.Errorf("what was shortened is not told in full")
		}
	}
}

// Slack keeps what was typed while the ids stay, so they stay while the bot's
// value does, and change with it.
func TestTypedInputIsKeptUntilTheBotKnowsBetter(t *testing.T) {
	text := func(value string, err words.Text) string {
		return actionID(t, viewOf(bot.Field{Key: "phone", Kind: bot.FieldPhone, Label: "Phone", Value: value, Error: err}), "phone")
	}
	if text("", "") != text("", "That is no number.") || text("+49 1", "") != text("+49 1", "No.") {
		t.Error("what was typed is lost with an error")
	}
	if text("", "") == text("+49 1", "") || text("+49 1", "") == text("+49 2", "") {
		t.Error("the bot's value is not shown")
	}
	choice := func(value string) string {
		return actionID(t, viewOf(bot.Field{Key: "severity", Kind: bot.FieldChoice, Label: "S", Value: value, Options: []bot.Option{{Value: "1", Label: "1"}, {Value: "B", Label: "B"}}}), "severity")
	}
	if choice("1") == choice("B") || choice("") == choice("1") {
		t.Error("a choice that the bot changed would stay")
	}
}

// Which fields tell the bot at once.
func TestDispatch(t *testing.T) {
	options := []bot.Option{{Value: "a", Label: "A"}}
	v := viewOf(
		bot.Field{Key: "text", Kind: bot.FieldText, Label: "T"},
		bot.Field{Key: "choice", Kind: bot.FieldChoice, Label: "C", Options: options},
		bot.Field{Key: "search", Kind: bot.FieldSearch, Label: "S"},
	)
	for block, want := range map[string]bool{"text": false, "choice": true, "search": true} {
		if inputOf(t, v, block).DispatchAction != want {
			t.Errorf("%s dispatches: %v", block, !want)
		}
	}
	e := inputOf(t, v, "search").Element.(*api.PlainTextInputBlockElement)
	if strings.Join(e.DispatchActionConfig.TriggerActionsOn, " ") != "on_enter_pressed" {
		t.Errorf("search is sent %v", e.DispatchActionConfig)
	}
	if v.NotifyOnClose || v.CallbackID != "form" {
		t.Errorf("view %+v", v)
	}
}

// A moment is shown as the bot reads it again.
func TestMomentsInFields(t *testing.T) {
	for value, want := range map[string]string{
		"2026-03-02T08:40:00Z": "2026-03-02 09:40",
		"2026-03-02T08:40:23Z": "2026-03-02 09:40:23",
		"2026-10-25T00:30:00Z": "2026-10-25T00:30:00Z", // 02:30 comes twice: this is the first, Go reads the second
		"half past":            "half past",
	} {
		v := viewOf(bot.Field{Key: "at", Kind: bot.FieldTime, Label: "At", Value: value})
		if got := inputOf(t, v, "at").Element.(*api.PlainTextInputBlockElement).InitialValue; got != want {
			t.Errorf("%s is shown as %s, want %s", value, got, want)
		}
	}
}

func TestErrorsAreMarkedInWords(t *testing.T) {
	v := viewOf(bot.Field{Key: "at", Kind: bot.FieldTime, Label: "At", Error: "\"soon\" is no time."})
	if shown := visible(t, v.Blocks.BlockSet[1:]); shown != "⚠ \"soon\" is no time.\n" {
		t.Errorf("below the field: %q", shown)
	}
}

func TestManyOptions(t *testing.T) {
	f := bot.Field{Key: "customer", Kind: bot.FieldChoice, Label: "For which customer?", Value: "c150"}
	for n := range 160 {
		f.Options = append(f.Options, bot.Option{Value: fmt.Sprintf("c%d", n), Label: words.Plain(fmt.Sprintf("Customer %d", n))})
	}
	v := viewOf(f)
	e := inputOf(t, v, "customer").Element.(*api.SelectBlockElement)
	if len(e.Options) != 100 || e.InitialOption == nil || e.InitialOption.Value != "c150" || e.Options[98].Value != "c98" {
		t.Errorf("%d options, first %+v", len(e.Options), e.InitialOption)
	}
	if shown := visible(t, v.Blocks.BlockSet); !strings.Contains(shown, "The first 100 are listed.") {
		t.Errorf("nothing says that there are more: %s", shown)
	}
	if typed := v.Blocks.BlockSet[2].(*api.InputBlock); !typed.Optional || !strings.HasPrefix(typed.BlockID, "customer#") {
		t.Errorf("the others can't be named: %+v", typed)
	}
	f.Options = []bot.Option{{Value: strings.Repeat("v", 76), Label: "too long for Slack"}}
	if _, ok := inputOf(t, viewOf(f), "customer").Element.(*api.PlainTextInputBlockElement); !ok {
		t.Error("where no option can be shown, it can't be answered")
	}
}

// Giving up is offered where there is something to give up, and asks first.
func TestDrop(t *testing.T) {
	f := forms("en")["intake_2_product"]
	blocks := modalOf(&f, "en", berne, nine, "{}").Blocks.BlockSet
	e, _ := blocks[len(blocks)-1].(*api.ActionBlock)
	if e == nil {
		t.Fatal("no way to give up")
	}
	b := e.Elements.ElementSet[0].(*api.ButtonBlockElement)
	if b.ActionID != bot.Nav || b.Value != bot.NavCancel || b.Confirm == nil {
		t.Errorf("%+v", b)
	}
	f.Kept = false
	blocks = modalOf(&f, "en", berne, nine, "{}").Blocks.BlockSet
	if _, ok := blocks[len(blocks)-1].(*api.ActionBlock); ok {
		t.Error("there is nothing to drop")
	}
}

func TestLargeForms(t *testing.T) {
	var fields []bot.Field
	for n := range 30 {
		fields = append(fields, bot.Field{Key: fmt.Sprintf("f%d", n), Kind: bot.FieldLong, Label: "What?", Value: strings.Repeat("长", 3000)})
	}
	noViolations(t, "30 long answers", modalViolations(viewOf(fields...)))
	noViolations(t, "3 long answers", modalViolations(viewOf(fields[:3]...)))
	if e := inputOf(t, viewOf(fields[:3]...), "f0").Element.(*api.PlainTextInputBlockElement); e.InitialValue != fields[0].Value {
		t.Error("an answer that fits is not filled in")
	}
	if id := actionID(t, viewOf(fields...), "f0"); id != "f0" {
		t.Errorf("an answer that isn't filled in would count as taken out: %s", id)
	}
}

func TestValuesOf(t *testing.T) {
	for _, tc := range []struct{ name, state, want string }{
		{"typed", `{"phone":{"phone":{"type":"plain_text_input","value":"+49 1"}}}`, `{"phone":"+49 1"}`},
		{"never touched", `{"phone":{"phone":{"type":"plain_text_input","value":null}}}`, `{}`},
		{"taken out", `{"phone":{"phone#1x":{"type":"plain_text_input","value":null}}}`, `{"phone":""}`},
		{"chosen", `{"severity":{"severity#pick":{"type":"radio_buttons","selected_option":{"text":{},"value":"1"}}}}`, `{"severity":"1"}`},
		{"not chosen", `{"severity":{"severity#pick":{"type":"radio_buttons","selected_option":null}}}`, `{}`},
		{"several", `{"who":{"who":{"type":"checkboxes","selected_options":[{"value":"a"},{"value":"b"}]}}}`, `{"who":"a\nb"}`},
		{"searched again", `{"product":{"product#1":{"type":"radio_buttons","selected_option":{"value":"vm"}}},"product#1":{"product":{"type":"plain_text_input","value":"sql"}}}`, `{"product":"sql"}`},
		{"found", `{"product":{"product#1":{"type":"radio_buttons","selected_option":{"value":"vm"}}},"product#1":{"product":{"type":"plain_text_input","value":null}}}`, `{"product":"vm"}`},
		{"nothing", `{}`, `{}`},
	} {
		var state map[string]map[string]stateValue
		var want map[string]string
		if err := json.Unmarshal([]byte(tc.state), &state); err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal([]byte(tc.want), &want); err != nil {
			t.Fatal(err)
		}
		for range 20 { // a map has no order
			if got := valuesOf(state); !maps.Equal(got, want) {
				t.Fatalf("%s: %v, want %v", tc.name, got, want)
			}
		}
	}
}
