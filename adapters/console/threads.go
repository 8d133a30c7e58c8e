package console

import (
	"fmt"
	"strconv"
	"strings"

	"example.com/firstcall/bot"
	"example.com/firstcall/bot/talk"
	"example.com/firstcall/bot/words"
)

// remark is the last thing that somebody said in a thread: its id, and that of
// the card above.
type remark struct{ id, under string }

// noteCard remembers which message is the card of an incident, by the number
// that it begins with.
func (t *Terminal) noteCard(id string, s bot.Posting) {
	if s.Rings || s.Under != "" {
		return
	}
	if ref, _, ok := strings.Cut(words.Line(s.Message.Text.Render(readerOf(s.Message), s.Now)), " · "); ok {
		t.cards[s.To.ID+" "+strings.ToUpper(ref)] = id
	}
}

// inThread is what is said in the thread of an incident's card.
func (t *Terminal) inThread(e bot.Event, at seat, ref string) (bot.Event, error) {
	where := at.place
	if where == "" {
		where = at.person
	}
	card, ok := t.cards[where+" "+strings.ToUpper(ref)]
	if !ok {
		return e, &talk.NotUnderstood{Why: fmt.Sprintf("%s was shown no card of %s", where, ref)}
	}
	t.said++
	e.Message, e.Thread = "said-"+strconv.Itoa(t.said), card
	t.remarks[at] = remark{e.Message, card}
	return e, nil
}

// again is what becomes of the last thing that the person said in a thread there.
func (t *Terminal) again(e bot.Event, at seat, removed bool) (bot.Event, error) {
	last, ok := t.remarks[at]
	if !ok {
		return e, &talk.NotUnderstood{Why: at.person + " has said nothing in a thread there"}
	}
	e.Kind, e.Message, e.Thread = bot.Reworded, last.id, last.under
	if removed {
		e.Kind, e.Text = bot.Retracted, ""
	}
	return e, nil
}
