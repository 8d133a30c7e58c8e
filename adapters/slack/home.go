package slack

import (
	"time"
	"unicode/utf8"

	api "github.com/slack-go/slack"

	"example.com/firstcall/bot"
	"example.com/firstcall/bot/words"
)

// homeOf renders a person's own page: where it has parts, each with its button beside it.
func homeOf(r bot.Reply, now time.Time) api.HomeTabViewRequest {
	w := words.In(r.Lang)
	title := plainObject(w.SlackTitle().Render(words.Reader{Lang: r.Lang}, now), maxHeader)
	blocks := []api.Block{api.NewHeaderBlock(title)}
	switch {
	case len(r.Sections) > 0:
		buttons := rows(r.Buttons, readerOf(r), now)
		parts, all := sections(r, buttons, now, maxViewBlocks-len(blocks)-len(buttons)-1)
		if blocks = append(blocks, parts...); !all {
			blocks = append(blocks, small(w.SlackCut().Render(readerOf(r), now)))
		}
		blocks = append(blocks, buttons...)
	case r.Text != "" || len(r.Buttons) > 0:
		blocks = append(blocks, shown(r, now)...)
	}
	return api.HomeTabViewRequest{Type: api.VTHomeTab, Blocks: api.Blocks{BlockSet: blocks}}
}

// sections are a page's parts, as many as there is room for; all says whether there was. Their buttons stand beside others.
func sections(r bot.Reply, others []api.Block, now time.Time, room int) (blocks []api.Block, all bool) {
	used := map[string]bool{}
	for _, b := range others {
		for _, e := range b.(*api.ActionBlock).Elements.ElementSet {
			used[e.(*api.ButtonBlockElement).ActionID] = true
		}
	}
	all = true
	for _, s := range r.Sections {
		line, lost := cutRuns(runsOf(s.Text, readerOf(r), now), maxSection/2)
		var part []api.Block
		if s.Button == nil || !carried(*s.Button) {
			part = richText(bolden(line))
		} else {
			b := api.NewSectionBlock(sectionText(line), nil, nil)
			b.Accessory = api.NewAccessory(buttonElement(*s.Button, used, readerOf(r), now))
			part = []api.Block{b}
		}
		if len(blocks)+len(part) > room {
			return blocks, false
		}
		blocks, all = append(blocks, part...), all && !lost
	}
	return blocks, all
}

// sectionText is a line beside which a button may stand, which rich text has no room for: what it is about is bold, and how it
// stands is on a line of its own. Where markup would misread what people wrote, or makes it too long, it is plain.
func sectionText(line []run) *api.TextBlockObject {
	said := spell(line)
	if at, n := lastSeparator(line); at >= 0 && plainIn(said) {
		what, state := splitAt(line, at, n)
		state[0].text = state[0].text[len(separator):]
		what, state = trimRuns(what), trimRuns(state)
		marked := "*" + mrkdwn(what) + "*\n" + mrkdwn(state)
		if len(what) > 0 && plainIn(spell(state)) && utf8.RuneCountInString(marked) <= maxSection {
			return &api.TextBlockObject{Type: api.MarkdownType, Text: marked, Verbatim: true}
		}
	}
	return label(said, "", maxSection)
}
