package teams

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"example.com/firstcall/adapters/teams/teamsfake"
	"example.com/firstcall/bot"
	"example.com/firstcall/bot/words"
)

// contentOf is a card as it is sent.
func contentOf(t *testing.T, c card) adaptive {
	t.Helper()
	var a adaptive
	if err := json.Unmarshal(c.content, &a); err != nil {
		t.Fatal(err)
	}
	return a
}

func message(text words.Text, facts ...bot.Fact) card {
	return cardOf(bot.Posting{Now: storyBegins, Message: bot.Message{Lang: "en", Zone: "Asia/Tokyo", Text: text, Fields: facts}})
}

// Teams has no commands with a slash, and nobody is told to type one.
func TestTeamsSaysCommandsAsMentions(t *testing.T) {
	for lang, want := range map[string]string{"en": "@firstcall incident", "zh-Hans": "@firstcall 支持案例", "ja": "@firstcall インシデント"} {
		w := words.In(lang)
		c := cardOf(bot.Posting{Now: storyBegins, Message: bot.Message{
			Lang: lang, Zone: "Europe/Berlin", Text: words.Lines(w.Hello(), w.GuideOpen()),
			Fields: []bot.Fact{{Label: "x", Value: w.RingCaseMissing("INC-1")}},
		}})
		reply := replyCard(bot.Reply{Lang: lang, Text: words.Lines(w.Hello(), w.GuideOpen(), w.RingCaseMissing("INC-1"))}, storyBegins, ownMessage)
		for _, c := range []card{c, reply} {
			sent := string(c.content) + c.summary
			if !strings.Contains(sent, want) || !strings.Contains(sent, "@firstcall help") || !strings.Contains(sent, "@firstcall case INC-1") || strings.Contains(sent, "/incident") {
				t.Errorf("%s: %s", lang, sent)
			}
		}
	}
}

func TestWhatStandsOut(t *testing.T) {
	soon := bot.Fact{Label: "Work", Value: "soon"}
	for _, tc := range []struct {
		name        string
		text        words.Text
		facts       []bot.Fact
		large, next string
	}{
		{
			"a card: what it is, then how it stands", words.Join("", "INC-1 · severity 1 · Checkout is down · call by ", words.At(callDue)),
			[]bot.Fact{soon},
			"INC-1 · severity 1 · Checkout is down", "call by {{DATE(2026-03-02T09:15:00Z, SHORT)}} {{TIME(2026-03-02T09:15:00Z)}}",
		},
		{"a card without parts", "INC-1", []bot.Fact{soon}, "INC-1", ""},
		{"a ring: up to its colon", words.Join("", "INC-1 has ", words.LeftUntil(callDue), " left: Checkout: down"), nil, "INC-1 has 15 min left:", "Checkout: down"},
		{"a time of day is no colon", "INC-1 by 09:15 now: x", nil, "INC-1 by 09:15 now:", "x"},
		{"full width", "INC-1：现在：x", nil, "INC-1：", "现在：x"},
		{"one sentence", "Nothing was done.", nil, "", "Nothing was done."},
		{"a list: its title", "2 incidents:\nINC-1 · open\nINC-2 · open", nil, "2 incidents:", "INC-1 · open"},
		{"a lead that is too long", words.Text(strings.Repeat("very ", 20) + "long: text"), nil, "", words.Text(strings.Repeat("very ", 20)+"long: text").Render(words.Reader{}, storyBegins)},
	} {
		large, next := "", ""
		for _, e := range contentOf(t, message(tc.text, tc.facts...)).Body {
			switch {
			case e.Type != "TextBlock":
			case e.Weight == "Bolder" && large == "":
				large = e.Text
			case next == "":
				next = e.Text
			}
		}
		if large != tc.large || next != tc.next {
			t.Errorf("%s: %q, then %q; want %q, then %q", tc.name, large, next, tc.large, tc.next)
		}
	}
}

// Moments are the client's to word, and read with their zone where it doesn't;
// how long until then is worked out when it is sent.
func TestMoments(t *testing.T) {
	c := message(words.Join("", "Call by ", words.At(callDue), ", ", words.LeftUntil(callDue), " left"), bot.Fact{Label: "Work", Value: words.Join("", "by ", words.At(callDue))})
	const alone = "Call by Mon 2 Mar 18:15 JST, 15 min left"
	if c.text != alone+"\nWork: by Mon 2 Mar 18:15 JST" || c.summary != alone {
		t.Errorf("text %q, summary %q", c.text, c.summary)
	}
	a := contentOf(t, c)
	const local = "{{DATE(2026-03-02T09:15:00Z, SHORT)}} {{TIME(2026-03-02T09:15:00Z)}}"
	if a.FallbackText != c.text || a.Body[0].Text != "Call by "+local+", 15 min left" || a.Body[1].Facts[0] != (fact{"Work", "by " + local}) {
		t.Errorf("card %+v", a)
	}
}

// What is too long is cut, in cards and in words, and never silently.
func TestLongTexts(t *testing.T) {
	const notice = "too long for Teams"
	c := message(words.Plain("INC-1: " + strings.Repeat("word & <word> ", 10_000))) // 140,000 characters
	if n := utf8.RuneCountInString(c.text); n > 20_000 || n < 19_900 || !strings.HasSuffix(c.text, "is not shown here.)") {
		t.Errorf("%d characters of text", n)
	}
	shown := teamsfake.CardText(asMap(t, c))
	if !strings.Contains(shown, notice) || len(shown) < 3000 || !strings.Contains(contentOf(t, c).FallbackText, notice) {
		t.Errorf("%d bytes are shown: %.100s", len(shown), shown)
	}
	fits := message(words.Plain(strings.Repeat("a line\n", 60)))
	if shown := teamsfake.CardText(asMap(t, fits)); strings.Contains(shown, notice) || strings.Count(shown, "a line") != 60 {
		t.Errorf("what fits is cut: %d lines", strings.Count(shown, "a line"))
	}
	var facts []bot.Fact
	for n := range 60 {
		facts = append(facts, bot.Fact{Label: "Latest", Value: words.Plain(fmt.Sprintf("%d %s", n, strings.Repeat("长", 150)))})
	}
	c = message("INC-1 · open", facts...)
	shown = teamsfake.CardText(asMap(t, c))
	if !strings.Contains(shown, notice) || !strings.Contains(shown, "\n0 长") || strings.Contains(shown, "\n59 长") || strings.Count(c.text, "Latest") != 60 {
		t.Errorf("the last facts are what goes first: %d shown, %d in the text", strings.Count(shown, "Latest"), strings.Count(c.text, "Latest"))
	}
}

func asMap(t *testing.T, c card) map[string]any {
	t.Helper()
	var m map[string]any
	if err := json.Unmarshal(c.content, &m); err != nil {
		t.Fatal(err)
	}
	return m
}

func TestFactsStandBesideTheirLabelsWhereTheyFit(t *testing.T) {
	for _, tc := range []struct {
		value  words.Text
		beside bool
	}{
		{"by phone", true},
		{words.At(callDue), true},
		{words.Text(strings.Repeat("x", 100)), true},
		{words.Text(strings.Repeat("x", 101)), false},
		{words.Text(strings.Repeat("长", 51)), false}, // 102 columns
		{"two\nlines", false},
		{"", false},
	} {
		a := contentOf(t, message("INC-1", bot.Fact{Label: "Fact", Value: tc.value}))
		if beside := a.Body[1].Type == "FactSet"; beside != tc.beside {
			t.Errorf("%q stands beside its label: %v", tc.value, beside)
		}
	}
}

// Six buttons at most, the primary one first; what could not come back is left out.
func TestButtons(t *testing.T) {
	var all []bot.Button
	for n := range 5 {
		all = append(all, bot.Button{Label: words.Text(fmt.Sprintf("B%d", n)), Action: "b", Subject: "s"})
	}
	all = append(all, bot.Button{Label: "Nothing"}, bot.Button{Label: "Far", Action: "far", Subject: strings.Repeat("s", 1001)},
		bot.Button{Label: "Take", Action: "take", Subject: "s", Primary: true}, bot.Button{Label: "B5", Action: "b"}, bot.Button{Label: "B6", Action: "b"})
	c := cardOf(bot.Posting{Now: storyBegins, Message: bot.Message{Text: "INC-1", Buttons: all}})
	if got := strings.Join(teamsfake.Buttons(asMap(t, c)), " "); got != "Take B0 B1 B2 B3 B4" {
		t.Errorf("buttons %s", got)
	}
	a := contentOf(t, c)
	take := a.Body[len(a.Body)-1].Actions[0]
	if take.Type != "Action.Execute" || take.Style != "positive" || take.Verb != "press" || take.Data["a"] != "take" || take.Data["s"] != "s" || take.Data["o"] != "" {
		t.Errorf("%+v", take)
	}
	if f := take.Fallback; f == nil || f.Type != "Action.Submit" || f.Data["a"] != "take" {
		t.Errorf("for old clients: %+v", take.Fallback)
	}
	reply := bot.Reply{Lang: "en", Text: "Which?", Buttons: all[:1]}
	own, inside := contentOf(t, replyCard(reply, storyBegins, ownMessage)), contentOf(t, replyCard(reply, storyBegins, inDialog))
	if own.Body[1].Actions[0].Data["o"] != "1" || inside.Body[1].Actions[0].Type != "Action.Submit" {
		t.Errorf("own %+v, in a dialog %+v", own.Body[1], inside.Body[1])
	}
}

// Nothing to say is still a card, and a text, that Teams takes.
func TestEmptyIsTaken(t *testing.T) {
	c := cardOf(bot.Posting{Now: storyBegins})
	harmlessCard(t, c)
	if c.text != "…" || len(violations(adaptive{Type: "AdaptiveCard"}, nil)) == 0 {
		t.Errorf("text %q", c.text)
	}
}
