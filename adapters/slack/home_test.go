package slack

import (
	"strings"
	"testing"

	api "github.com/slack-go/slack"

	"example.com/firstcall/bot"
	"example.com/firstcall/bot/words"
)

// pageReply is what an engineer with one incident sees, while another one is due next.
func pageReply(lang, mine, next string) bot.Reply {
	w := words.In(lang)
	details := func(n string) *bot.Button {
		return &bot.Button{Label: w.ButtonShow(), Action: "show", Subject: subject + n}
	}
	r := bot.Reply{Lang: lang, Zone: berne, Sections: []bot.Section{
		{Text: w.ListTitle(1)},
		{Text: w.CardHeadlineOf("INC-42", "Contoso", w.LevelSeverity("1"), mine, w.StateSeen("Kenji Sato", due)), Button: details("1")},
		{Text: w.PageNext()},
		{Text: w.CardHeadlineOf("FAB-7", "Fabrikam", w.LevelSeverity("B"), next, w.StateWaiting(due)), Button: details("2")},
	}}
	for n, s := range r.Sections {
		if r.Text = words.Lines(r.Text, s.Text); n == 0 {
			r.Text = s.Text
		}
	}
	r.Buttons = []bot.Button{{Label: w.ButtonReport(), Action: "report", Primary: true}}
	return r
}

// An incident on a person's own page has a button beside it that shows all of it.
func TestHome(t *testing.T) {
	for _, lang := range words.Languages() {
		h := homeOf(pageReply(lang, "Checkout is down", "Reports are slow"), nine)
		noViolations(t, "home", homeViolations(h))
		golden(t, "home_page."+lang, h)
	}
	h := homeOf(pageReply("en", "Checkout is <down> & out", "*all* reports are slow"), nine)
	var seen []string
	actions := map[string]bool{}
	for _, b := range h.Blocks.BlockSet {
		section, is := b.(*api.SectionBlock)
		if !is {
			continue
		}
		e := section.Accessory.ButtonElement
		if actionOf(e.ActionID) != "show" || actions[e.ActionID] {
			t.Errorf("the button of %q is %q", section.Text.Text, e.ActionID)
		}
		actions[e.ActionID] = true
		seen = append(seen, section.Text.Type+": "+section.Text.Text+" ["+e.Text.Text+"] "+strings.TrimPrefix(e.Value, subject))
	}
	want := []string{
		"mrkdwn: *INC-42 · Contoso · severity 1 · Checkout is &lt;down&gt; &amp; out*\nKenji Sato has seen it; a person should call by " +
			"<!date^1772442900^{date_short_pretty} {time}|Mon 2 Mar 10:15 CET> [Details] 1",
		// Slack would read the stars, so that nothing is marked there.
		"plain_text: FAB-7 · Fabrikam · severity B · *all* reports are slow · nobody has it yet; a person should call by Mon 2 Mar 10:15 CET [Details] 2",
	}
	if got := strings.Join(seen, "\n"); got != strings.Join(want, "\n") {
		t.Errorf("the page shows\n%s\nwant\n%s", got, strings.Join(want, "\n"))
	}
}

// A page longer than Slack takes says so, and keeps its buttons.
func TestALongHome(t *testing.T) {
	r := pageReply("en", "Checkout is down", "Reports are slow")
	for len(r.Sections) < 150 {
		r.Sections = append(r.Sections, r.Sections[1])
	}
	h := homeOf(r, nine)
	noViolations(t, "home", homeViolations(h))
	all := h.Blocks.BlockSet
	last, is := all[len(all)-1].(*api.ActionBlock)
	if len(all) != maxViewBlocks || !strings.Contains(visible(t, all[len(all)-2:]), "too long for Slack") || !is || len(last.Elements.ElementSet) != 1 {
		t.Errorf("%d blocks, which end with %s", len(all), visible(t, all[len(all)-2:]))
	}
}
