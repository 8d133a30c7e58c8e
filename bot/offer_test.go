package bot_test

import (
	"strings"
	"testing"

	"example.com/firstcall/bot"
)

// What a severity gets and owes is shown as far as it is known: not before there
// is a product, and then with people around the clock or without, as answered.
func TestTheOfferFollowsTheAnswers(t *testing.T) {
	d := newFrontDoor(t)
	r := d.must(bot.Event{Kind: bot.Said, Person: "ana", Place: "#contoso", Text: "/incident"})
	severity := func() (help string, offers map[string]string) {
		t.Helper()
		offers = map[string]string{}
		for _, f := range r.Form.Fields {
			if f.Key != "severity" {
				continue
			}
			for _, o := range f.Options {
				offers[o.Value] = o.Help.Render(wordsReader(r), d.clock.Now())
			}
			return f.Help.Render(wordsReader(r), d.clock.Now()), offers
		}
		t.Fatal("no severity is asked for")
		return "", nil
	}
	answer := func(key, value string) {
		t.Helper()
		r = d.must(bot.Event{
			Kind: bot.Submitted, Person: "ana", Place: "#contoso", Form: r.Form.Key, Values: map[string]string{key: value}, Partial: true, Unsent: true,
		})
	}
	if help, offers := severity(); !strings.Contains(help, "Choose the product") || offers["A"] != "" {
		t.Errorf("before there is a product it says %q, and of A %q", help, offers["A"])
	}
	answer("product", "azure/dns")
	answer("environment", "production")
	help, offers := severity()
	if help != "" || !strings.Contains(offers["A"], "First call") || !strings.Contains(offers["C"], "First call") {
		t.Errorf("with a product it says %q, of A %q and of C %q", help, offers["A"], offers["C"])
	}
	const around, business, nobody = "(around the clock)", "(business hours)", "Nobody on your side around the clock"
	for _, c := range []struct{ severity, commitment, a, b string }{
		{"A", "", around, business},
		{"A", "no", nobody, business},
		{"A", "yes", around, business},
		{"B", "", around, business},
		{"B", "yes", around, around}, // a yes for B is a wish, and a no for it says nothing of A
		{"B", "no", around, business},
	} {
		answer("severity", c.severity)
		if c.commitment != "" {
			answer("commitment", c.commitment)
		}
		if _, got := severity(); !strings.Contains(got["A"], c.a) || !strings.Contains(got["B"], c.b) || !strings.Contains(got["C"], business) ||
			strings.Contains(got["A"], nobody) != (c.a == nobody) || strings.Contains(got["1"], nobody) != (c.a == nobody) {
			t.Errorf("severity %s, %q: A gets %q, B %q, C %q", c.severity, c.commitment, got["A"], got["B"], got["C"])
		}
	}
}

// "/incident down" is no command. Whoever may report is offered a report that
// begins with the word; it is not lost, and a second press doesn't repeat it.
func TestAnUnknownWordBecomesAReport(t *testing.T) {
	d := newFrontDoor(t)
	said := func(person, place, text string) bot.Reply {
		t.Helper()
		return d.must(bot.Event{Kind: bot.Said, Person: person, Place: place, Text: text})
	}
	r := said("ana", "#contoso", "/incident down")
	if len(r.Buttons) != 1 || r.Form != nil || !strings.Contains(d.text(r), `I don't know "down"`) {
		t.Fatalf("the answer is %q, %+v", d.text(r), r.Buttons)
	}
	press := bot.Event{Kind: bot.Pressed, Person: "ana", Place: "#contoso", Action: r.Buttons[0].Action, Subject: r.Buttons[0].Subject}
	for range 2 {
		got := d.must(press)
		if got.Form == nil || whole(got.Form)["happened"] != "down" || whole(got.Form)["kind"] != "break-fix" {
			t.Errorf("the report begins as %+v", got.Form)
		}
	}
	for _, c := range []struct{ person, place, text, carries string }{
		{"ana", "", "urgent!", "urgent!"},
		{"ana", "#contoso", "/incidnt checkout is down", "checkout is down"}, // the name of the command is no part of it
		{"ana", "#contoso", "/incidnt " + strings.Repeat("x", 1001), ""},     // more than a button can carry
		{"ana", "#contoso", "/incident shwo INC-1", ""},
		{"edgar", "#contoso", "/incident down", ""}, // who may not report
		{"kenji", "#engineers", "/incident down", ""},
	} {
		r := said(c.person, c.place, c.text)
		got := ""
		if len(r.Buttons) > 0 {
			got = r.Buttons[0].Subject
		}
		if r.Form != nil || got != c.carries {
			t.Errorf("%q of %s: %q, form %v; the button carries %q, want %q", brief(c.text), c.person, d.text(r), r.Form != nil, got, c.carries)
		}
	}
}

func brief(s string) string { return s[:min(len(s), 40)] }
