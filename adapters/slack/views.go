package slack

import (
	"encoding/json"
	"time"

	api "github.com/slack-go/slack"

	"example.com/firstcall/bot"
	"example.com/firstcall/bot/words"
)

// formView is the callback_id of every form.
const formView = "form"

const (
	maxIntro     = 9000
	bigView      = 60_000  // bytes of a form from which on the size of its view is looked at
	roomForViews = 240_000 // bytes
	shortValue   = 500     // what is filled in of a view that is too large
)

// modalOf renders a form: what there is to know, then one input for each
// field, whose block id is the field's key. Meta is the view's private_metadata.
//
// Slack keeps what somebody typed while block id and action id stay the same,
// so the action id tells which value the bot has: a field that the bot changed
// shows its value, any other keeps what was typed into it.
func modalOf(f *bot.Form, lang string, zone *time.Location, now time.Time, meta string) api.ModalViewRequest {
	return windowOf(f, "", words.Reader{Lang: lang, Zone: zone, Brief: true}, now, meta)
}

// windowOf is a form with a notice above it: what there is to say to what was
// done last.
func windowOf(f *bot.Form, notice words.Text, r words.Reader, now time.Time, meta string) api.ModalViewRequest {
	p := page{w: words.In(r.Lang), r: r, now: now, fill: maxTyped, notice: notice}
	v := p.modal(f, meta)
	if sizeOf(f) < bigView {
		return v
	}
	if b, err := json.Marshal(v); err == nil && len(b) <= roomForViews {
		return v
	}
	p.fill, p.lost, p.seen = shortValue, false, nil
	return p.modal(f, meta)
}

// sizeOf is about how many bytes a form's words take.
func sizeOf(f *bot.Form) int {
	n := len(f.Intro) + len(f.Title)
	for i := range f.Fields {
		fd := &f.Fields[i]
		n += len(fd.Value) + len(fd.Label) + len(fd.Help) + len(fd.Error)
		for _, o := range fd.Options {
			n += len(o.Label) + len(o.Help) + len(o.Value) + maxOptionText
		}
	}
	return n
}

// page is a view on its way.
type page struct {
	w      *words.Words
	r      words.Reader
	now    time.Time
	fill   int  // how long a value may be to be filled in
	lost   bool // not everything fits
	notice words.Text
	seen   map[string]bool
	// below says of the field at hand that its options are cut at their colons.
	below bool
}

func (p *page) say(t words.Text) string { return words.Clean(t.Render(p.r, p.now)) }

func (p *page) modal(f *bot.Form, meta string) api.ModalViewRequest {
	v := api.ModalViewRequest{
		Type: api.VTModal, CallbackID: formView, PrivateMetadata: meta,
		Title:  label(p.say(f.Title), p.say(p.w.SlackTitle()), maxViewTitle),
		Submit: label(p.say(f.Submit), p.say(p.w.ButtonDo()), maxViewTitle),
		Close:  label(p.say(p.w.SlackClose()), "", maxViewTitle),
	}
	p.seen = map[string]bool{}
	blocks := p.above()
	if title := runsOf(f.Title, p.r, p.now); words.Line(spell(title)) != v.Title.Text {
		title, p.lost = cutRuns(title, maxSection)
		blocks = append(blocks, richText(bolden(title))...)
	}
	if intro := p.intro(f.Intro); len(intro) > 0 {
		blocks = append(blocks, intro...)
		if len(f.Fields) > 0 {
			blocks = append(blocks, api.NewDividerBlock())
		}
	}
	for i := range f.Fields {
		field := p.field(&f.Fields[i])
		if len(blocks)+len(field) > maxViewBlocks-2 { // the notice and the last button
			p.lost = true
			break
		}
		blocks = append(blocks, field...)
	}
	if p.lost {
		blocks = append(blocks, small(p.say(p.w.SlackCut())))
	}
	if len(blocks) == 0 { // a question of nothing but its title
		blocks = append(blocks, api.NewSectionBlock(v.Title, nil, nil))
	}
	if f.Kept {
		blocks = append(blocks, p.drop())
	}
	v.Blocks.BlockSet = blocks
	return v
}

// noticeBlock is the block id of the notice; no field has it.
const noticeBlock = again + "notice"

// above shows the notice.
func (p *page) above() []api.Block {
	runs, lost := cutRuns(runsOf(p.notice, p.r, p.now), maxSection)
	p.lost = p.lost || lost
	blocks := richText(runs)
	if len(blocks) > 0 {
		blocks[0].(*api.RichTextBlock).BlockID = noticeBlock
	}
	return blocks
}

// drop is the button that gives a report up, as closing the view keeps it.
func (p *page) drop() api.Block {
	drop := label(p.say(p.w.ButtonDrop()), "", maxConfirmButton)
	e := api.NewButtonBlockElement(bot.Nav, bot.NavCancel, drop)
	e.Confirm = api.NewConfirmationBlockObject(drop, label(p.say(p.w.SlackDropSure()), "", maxConfirmText), drop, label(p.say(p.w.SlackKeep()), "", maxConfirmButton))
	return api.NewActionBlock("", e)
}

// intro shows a summary: on each line, what it is about is bold.
func (p *page) intro(t words.Text) []api.Block {
	runs, lost := cutRuns(runsOf(t, p.r, p.now), maxIntro)
	p.lost = p.lost || lost
	var out []run
	for rest := runs; rest != nil; {
		var line []run
		line, rest = firstLine(rest)
		if lead, after := leadOf(line, maxLabel); lead != nil {
			line = append(bolden(lead), after...)
		}
		out = append(out, line...)
		if rest != nil {
			out = append(out, run{text: "\n"})
		}
	}
	return richText(out)
}

// closingView says in the form's place what came of it; nothing is left to submit.
func closingView(r bot.Reply, now time.Time) api.ModalViewRequest {
	return quietView(r.Lang, shown(r, now))
}

// shown is a reply in a view, where no text stands beside the blocks.
func shown(r bot.Reply, now time.Time) []api.Block {
	if m := build(r.Text, nil, r.Buttons, readerOf(r), now); len(m.blocks) > 0 {
		return m.blocks
	}
	return []api.Block{api.NewSectionBlock(label(r.Text.Render(readerOf(r), now), "", maxSection), nil, nil)}
}

// waitingView stands where a form will be, when what it shows takes longer.
func waitingView(lang string) api.ModalViewRequest {
	wait := words.In(lang).SlackWait().Render(words.Reader{Lang: lang}, time.Time{})
	return quietView(lang, []api.Block{api.NewSectionBlock(plainObject(wait, maxSection), nil, nil)})
}

func quietView(lang string, blocks []api.Block) api.ModalViewRequest {
	w, r := words.In(lang), words.Reader{Lang: lang}
	return api.ModalViewRequest{
		Type: api.VTModal, CallbackID: formView, Blocks: api.Blocks{BlockSet: blocks},
		Title: label(w.SlackTitle().Render(r, time.Time{}), "", maxViewTitle),
		Close: label(w.SlackClose().Render(r, time.Time{}), "", maxViewTitle),
	}
}
