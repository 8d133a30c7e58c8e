package teams

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"example.com/firstcall/adapters/teams/teamsfake"
	"example.com/firstcall/bot"
	"example.com/firstcall/bot/words"
)

func formOf(t *testing.T, f bot.Form) map[string]any {
	t.Helper()
	return asMap(t, formCard(&f, readerAt("en", berlin), storyBegins, ownMessage))
}

func withFields(fields ...bot.Field) bot.Form {
	return bot.Form{Key: "do", Title: "Title", Submit: "Do it", Fields: fields}
}

// What each step asks, and what can be done then.
func TestSteps(t *testing.T) {
	for name, want := range map[string][2]string{
		"intake_1_begin":      {"kind", "Next Cancel"},
		"intake_2_product":    {"product?picked product", "Next Back Cancel"},
		"intake_3_happened":   {"happened since impact", "Next Back Cancel"},
		"intake_4_severity":   {"severity", "Next Back Cancel"},
		"intake_5_commitment": {"commitment", "Next Back Cancel"}, // the contacts depend on it
		"intake_6_contacts":   {"contacts", "Next Back Cancel"},
		"intake_7_summary":    {"", "Open the incident Change an answer Back Cancel"},
		"verb_call":           {"person at", "Confirm Cancel"},
	} {
		c := formOf(t, forms("en")[name])
		if got := strings.Join(teamsfake.Inputs(c), " "); got != want[0] {
			t.Errorf("%s asks %s, want %s", name, got, want[0])
		}
		if got := strings.Join(teamsfake.Buttons(c), " "); got != want[1] {
			t.Errorf("%s offers %s, want %s", name, got, want[1])
		}
	}
}

// What comes back from each button is what the bot understands.
func TestWhatButtonsBring(t *testing.T) {
	find := func(all []action, title string) action {
		i := slices.IndexFunc(all, func(a action) bool { return a.Title == title })
		if i < 0 {
			t.Fatalf("no button %s", title)
		}
		return all[i]
	}
	read := func(a action) received {
		raw, err := json.Marshal(a.Data)
		var r received
		if err != nil || !r.acted(object(raw)) {
			t.Fatalf("%s: %v %s", a.Title, err, raw)
		}
		return r
	}
	step, summary := forms("en")["intake_4_severity"], forms("en")["intake_7_summary"]
	bars := map[string][]action{}
	for name, f := range map[string]bot.Form{"step": step, "summary": summary} {
		body := contentOf(t, formCard(&f, words.Reader{Lang: "en"}, storyBegins, ownMessage)).Body
		bars[name] = body[len(body)-1].Actions
	}
	for _, tc := range []struct {
		of, button string
		partial    bool
		nav        string
	}{
		{"step", "Next", true, ""},
		{"step", "Back", false, bot.NavBack},
		{"summary", "Open the incident", false, ""},
		{"summary", "Back", false, bot.NavBack},
	} {
		a := find(bars[tc.of], tc.button)
		r := read(a)
		if r.event.Form != step.Key || r.event.Partial != tc.partial || r.event.Values[bot.Nav] != tc.nav || !r.own {
			t.Errorf("%s on the %s: %+v", tc.button, tc.of, r.event)
		}
		if leaves := tc.nav != ""; leaves != (a.Inputs == "none") || leaves != (a.Fallback.Inputs == "none") {
			t.Errorf("%s on the %s sends inputs: %q", tc.button, tc.of, a.Inputs)
		}
	}
	cancel := find(bars["step"], "Cancel").Card.Body
	if r := read(find(cancel[1].Actions, "Drop it")); r.event.Values[bot.Nav] != bot.NavCancel || !strings.Contains(cancel[0].Text, "will be gone") {
		t.Errorf("giving up: %+v", r.event)
	}
	change := find(bars["summary"], "Change an answer").Card.Body
	if r := read(find(change[len(change)-1].Actions, "Save the changes")); !r.event.Partial || r.event.Form != step.Key {
		t.Errorf("changing: %+v", r.event)
	}
}

// Each severity says what it gets and owes; once chosen, the next question has
// it in full above.
func TestSeverityPreview(t *testing.T) {
	const gets = "First call by phone or e-mail within 15 min (around the clock): by {{DATE(2026-03-02T09:15:00Z, SHORT)}} {{TIME(2026-03-02T09:15:00Z)}}. Plan: Azure Platform MCS\n"
	choosing := teamsfake.CardText(formOf(t, forms("en")["intake_4_severity"]))
	if !strings.Contains(choosing, "Severity 1\n"+gets) || !strings.Contains(choosing, "Your part: ") || !strings.Contains(choosing, "\nSeverity C\n") {
		t.Errorf("choosing:\n%s", choosing)
	}
	chosen := teamsfake.CardText(formOf(t, forms("en")["intake_5_commitment"]))
	if !strings.Contains(chosen, "somebody must look at it now.\n"+gets) || strings.Contains(chosen, "Severity B") {
		t.Errorf("chosen:\n%s", chosen)
	}
}

func TestErrorsStandAtTheirField(t *testing.T) {
	shown := teamsfake.CardText(formOf(t, forms("en")["intake_6_contacts"]))
	if !strings.Contains(shown, "Who can be reached around the clock?\nPlease name at least one person with a phone number or an e-mail address.\n") {
		t.Errorf("%s", shown)
	}
	in := teamsfake.Input(formOf(t, forms("en")["intake_6_contacts"]), "contacts")
	if in["value"] != "Ben" || in["isMultiline"] != true || in["isRequired"] != true || in["errorMessage"] != "Please answer this one." {
		t.Errorf("%v", in)
	}
}

// Whoever changes an answer of the summary sees them all as they are, and none shortened.
func TestChangingAnAnswer(t *testing.T) {
	f := forms("en")["intake_7_summary"]
	f.Fields = append(f.Fields, bot.Field{Key: "story", Kind: bot.FieldLong, Label: "Story", Value: strings.Repeat("x", 3001)})
	c := formOf(t, f)
	inner := teamsfake.Unfolded(c, "Change an answer")
	if got := strings.Join(teamsfake.Inputs(inner), " "); got != "kind product environment happened since impact severity commitment contacts phone" {
		t.Errorf("inputs %s", got)
	}
	for id, want := range map[string]string{"kind": "breakfix", "product": "Azure Virtual Machines", "since": "2026-03-02 09:40", "severity": "1", "contacts": "Ben Krause, +49 30 23125 102"} {
		if got := teamsfake.Input(inner, id)["value"]; got != want {
			t.Errorf("%s is %v, want %s", id, got, want)
		}
	}
	if shown := teamsfake.CardText(c); !strings.Contains(shown, "too long for Teams") || !strings.Contains(shown, "Product: Azure Virtual Machines") {
		t.Errorf("%s", shown)
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
		c := formOf(t, withFields(bot.Field{Key: "at", Kind: bot.FieldTime, Label: "At", Value: value}))
		if got := teamsfake.Input(c, "at")["value"]; got != want {
			t.Errorf("%s is shown as %v, want %s", value, got, want)
		}
	}
}

func TestChoices(t *testing.T) {
	field := func(titles ...string) bot.Field {
		f := bot.Field{Key: "c", Kind: bot.FieldChoice, Label: "Which?"}
		for n, title := range titles {
			f.Options = append(f.Options, bot.Option{Value: fmt.Sprintf("c%d", n), Label: words.Plain(title)})
		}
		return f
	}
	many := make([]string, 160)
	for n := range many {
		many[n] = fmt.Sprintf("Customer %d", n)
	}
	for _, tc := range []struct {
		field bot.Field
		style string
	}{
		{field("Yes", "No"), "expanded"},
		{field(many[:7]...), "expanded"},
		{field(many[:8]...), "compact"},
		{field("Contoso *North*", "Contoso"), "compact"}, // where a client might read Markdown
		{field("[x](https://evil.example)"), "compact"},
	} {
		if got := teamsfake.Input(formOf(t, withFields(tc.field)), "c")["style"]; got != tc.style {
			t.Errorf("%d choices, %q first: %v", len(tc.field.Options), tc.field.Options[0].Label, got)
		}
	}
	f := field(many...)
	f.Value = "c150"
	c := formOf(t, withFields(f))
	in := teamsfake.Input(c, "c")
	if n := len(in["choices"].([]any)); n != 100 || in["value"] != "c150" || !strings.Contains(teamsfake.CardText(c), "The first 100 are listed.") {
		t.Errorf("%d choices, %v chosen", n, in["value"])
	}
	f = bot.Field{Key: "c", Kind: bot.FieldChoice, Label: "Which?", Options: []bot.Option{{Value: strings.Repeat("v", 201), Label: "too long"}}}
	if in := teamsfake.Input(formOf(t, withFields(f)), "c"); in["type"] != "Input.Text" {
		t.Errorf("where no option can be shown, it can't be answered: %v", in)
	}
}

// A form that would be too large loses what it can lose, and says so; an answer
// is never shortened.
func TestLargeForms(t *testing.T) {
	var fields []bot.Field
	for n := range 5 {
		fields = append(fields, bot.Field{Key: fmt.Sprintf("f%d", n), Kind: bot.FieldLong, Label: "What?", Value: strings.Repeat("长", 3000)})
	}
	f := withFields(fields...)
	c := formCard(&f, words.Reader{Lang: "en"}, storyBegins, ownMessage)
	harmlessCard(t, c)
	for _, id := range teamsfake.Inputs(asMap(t, c)) {
		if v, there := teamsfake.Input(asMap(t, c), id)["value"]; there && v != fields[0].Value {
			t.Errorf("%s is shortened", id)
		}
	}
	if in := teamsfake.Input(formOf(t, withFields(fields[0])), "f0"); in["value"] != fields[0].Value {
		t.Error("an answer that fits is not filled in")
	}
}

// In a dialog only Submit works.
func TestDialogsSubmit(t *testing.T) {
	for name, f := range forms("en") {
		c := formCard(&f, words.Reader{Lang: "en"}, storyBegins, inDialog)
		harmlessCard(t, c)
		if strings.Contains(string(c.content), "Action.Execute") || strings.Contains(string(c.content), `"o":"1"`) {
			t.Errorf("%s: %s", name, c.content)
		}
	}
}
