package teams

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"example.com/firstcall/adapters/teams/teamsfake"
	"example.com/firstcall/bot"
	"example.com/firstcall/bot/words"
)

// step is a form that asks one thing.
func step(field string) *bot.Form {
	return &bot.Form{
		Key: "report:" + field, Title: "Report an incident", Submit: "Next", Asking: field, Back: true,
		Fields: []bot.Field{{Key: field, Kind: bot.FieldText, Label: words.Text("What about " + field + "?")}},
	}
}

// asks makes the bot answer with the form, and then by what was submitted.
func (st *story) asks(next map[string]bot.Reply) {
	st.does(func(_ context.Context, e bot.Event) (bot.Reply, error) {
		if e.Values[bot.Nav] == bot.NavCancel {
			return next["cancel"], nil
		}
		return next[string(e.Kind)+e.Form], nil
	})
}

func reply(text words.Text, f *bot.Form) bot.Reply { return bot.Reply{Lang: "en", Text: text, Form: f} }

func TestAWizardIsOneCardThatChangesInPlace(t *testing.T) {
	for _, old := range []bool{false, true} { // a client that knows Execute, and one that doesn't
		st := newStory(t)
		st.asks(map[string]bot.Reply{
			"said":                    reply("", step("product")),
			"submittedreport:product": reply("", step("impact")),
			"submittedreport:impact":  {Lang: "en", Text: "INC-1 is open.", Close: true},
		})
		ben := st.Person("Ben Ito")
		ops := st.Team("Ops", st.ana, ben).Channel("Checkout")
		root := st.ana.Tell(ops, "incident").Activity["id"].(string)
		thread := ops.Thread(root)
		press := st.ana.Press
		if old {
			press = st.ana.PressOld
		}
		st.settle()
		form := thread.Last()
		equal(t, "what is asked", strings.Contains(form.Plain(), "What about product?"), true)
		if form.Summary == "" {
			t.Error("a notification of the form says nothing")
		}

		answer := press(form, "Next", map[string]string{"product": "Checkout"})
		st.settle()
		e := st.got()[1]
		equal(t, "form", e.Form, "report:product")
		equal(t, "value", e.Values["product"], "Checkout")
		equal(t, "a step", e.Partial, true)
		equal(t, "place", e.Place, ops.ID())
		equal(t, "values", len(e.Values), 1)
		if !old {
			equal(t, "the next card in the answer", strings.Contains(teamsfake.CardText(answer.Card), "What about impact?"), true)
		}
		equal(t, "the next card for Ben", strings.Contains(teamsfake.CardText(ben.Sees(form)), "What about impact?"), true)

		press(form, "Next", map[string]string{"impact": "all"})
		st.settle()
		for _, who := range []*teamsfake.Person{st.ana, ben} {
			equal(t, "the end, as "+who.Name+" sees it", strings.Contains(teamsfake.CardText(who.Sees(form)), "INC-1 is open."), true)
		}
		equal(t, "messages of the bot", len(thread.FromBot()), 1)
		equal(t, "messages in Ana's own chat", len(st.Personal(st.ana).FromBot()), 0)
	}
}

func TestARefusedSubmissionKeepsTheForm(t *testing.T) {
	for _, old := range []bool{false, true} {
		st := newStory(t)
		st.asks(map[string]bot.Reply{
			"said":                    reply("", step("product")),
			"submittedreport:product": {Lang: "en", Text: "You may not do that."},
		})
		chat := st.Personal(st.ana)
		st.ana.Say(chat, "incident")
		st.settle()
		form := chat.Last()
		if old {
			st.ana.PressOld(form, "Next", map[string]string{"product": "Checkout"})
			st.settle()
			equal(t, "the line", chat.Last().Text, "You may not do that.")
		} else {
			equal(t, "the line", st.ana.Press(form, "Next", map[string]string{"product": "Checkout"}).Text, "You may not do that.")
		}
		equal(t, "the form", strings.Contains(teamsfake.CardText(st.ana.Sees(form)), "What about product?"), true)
	}
}

// incident puts a card into a conversation, as the outbox does.
func (st *story) incident(c *teamsfake.Conversation) teamsfake.Message {
	st.t.Helper()
	r := route{Service: st.ServiceURL(), Conversation: c.ID(), Bot: st.BotID(), Tenant: st.TenantID()}
	shown := replyCard(bot.Reply{Lang: "en", Text: "INC-1: Checkout is down", Buttons: []bot.Button{{Label: "Take", Action: "take", Subject: "INC-1"}}}, start, overMessage)
	if _, err := st.app.send(context.Background(), r, c.ID(), content{
		"summary": "INC-1", "attachments": []any{map[string]any{"contentType": cardType, "content": shown}},
	}); err != nil {
		st.t.Fatal(err)
	}
	return c.Last()
}

// A small form for an incident's card is a message of its own below: what is
// typed there stays while the card above changes for everybody.
func TestAFormForACardKeepsWhatIsTyped(t *testing.T) {
	for _, old := range []bool{false, true} { // a client that knows Execute, and one that doesn't
		st := newStory(t)
		ben := st.Person("Ben Ito")
		ops := st.Team("Ops", st.ana, ben).Channel("Checkout")
		m := st.incident(ops)
		st.asks(map[string]bot.Reply{
			"pressed": reply("", step("note")), "submittedreport:note": {Lang: "en", Text: "Ana has it.", Close: true}, "cancel": {Lang: "en", Text: "Nothing was changed.", Close: true},
		})
		press := st.ana.Press
		if old {
			press = st.ana.PressOld
		}
		answer := press(m, "Take", nil)
		st.settle()
		e := st.only()
		equal(t, "action", e.Action, "take")
		equal(t, "subject", e.Subject, "INC-1")
		if !old {
			equal(t, "the line", answer.Text, string(words.In("en").TeamsFormBelow()))
		}
		form := m.Where.Last()
		equal(t, "the form", strings.Contains(form.Plain(), "What about note?") && form.ID != m.ID, true)
		equal(t, "what Ben sees", strings.Contains(teamsfake.CardText(ben.Sees(m)), "Checkout is down"), true)

		st.changes(m, "INC-1: Ben has it")
		equal(t, "the form, while Ana types", strings.Contains(teamsfake.CardText(st.ana.Sees(form)), "What about note?"), true)
		press(form, "Next", map[string]string{"note": "on it"})
		st.settle()
		equal(t, "what was typed", st.got()[1].Values["note"], "on it")
		equal(t, "the end", teamsfake.CardText(st.ana.Sees(form)), "Ana has it.")
		equal(t, "the card above", strings.Contains(teamsfake.CardText(st.ana.Sees(m)), "Ben has it"), true)

		press(m, "Take", nil)
		st.settle()
		again := m.Where.Last()
		press(again, "Cancel > "+string(words.In("en").ButtonDrop()), nil)
		st.settle()
		equal(t, "after a change of mind", teamsfake.CardText(ben.Sees(again)), "Nothing was changed.")
	}
}

// changes shows another text on an incident's card, as the outbox does.
func (st *story) changes(m teamsfake.Message, text words.Text) {
	st.t.Helper()
	r := route{Service: st.ServiceURL(), Conversation: m.Where.ID(), Bot: st.BotID(), Tenant: st.TenantID()}
	shown := replyCard(bot.Reply{Lang: "en", Text: text, Buttons: []bot.Button{{Label: "Take", Action: "take", Subject: "INC-1"}}}, start, overMessage)
	if err := st.app.update(context.Background(), r, m.Where.ID(), m.ID, content{
		"summary": "INC-1", "attachments": []any{map[string]any{"contentType": cardType, "content": shown}},
	}); err != nil {
		st.t.Fatal(err)
	}
}

// Where nothing may be written to a conversation at the moment, who pressed sees
// the newest form all the same: in the answer to the press.
func TestTheNewestFormIsInTheAnswerWhenTheBudgetIsSpent(t *testing.T) {
	st := newStory(t)
	ops := st.Team("Ops", st.ana).Channel("Checkout")
	m := st.incident(ops)
	st.asks(map[string]bot.Reply{
		"said": reply("", step("product")), "submittedreport:product": reply("", step("impact")),
		"pressed": reply("", step("note")), "submittedreport:note": {Lang: "en", Text: "Ana has it.", Close: true},
	})
	root := st.ana.Tell(ops, "incident").Activity["id"].(string)
	st.settle()
	wizard := ops.Thread(root).Last()
	for st.app.budgets.spend(ops.ID(), st.TenantID(), st.clock()) == nil {
	}
	answer := st.ana.Press(wizard, "Next", map[string]string{"product": "Checkout"})
	st.settle()
	equal(t, "the next question", strings.Contains(teamsfake.CardText(answer.Card), "What about impact?"), true)
	equal(t, "as Ana sees it", strings.Contains(teamsfake.CardText(st.ana.Sees(wizard)), "What about impact?"), true)

	answer = st.ana.Press(m, "Take", nil)
	st.settle()
	equal(t, "the form", strings.Contains(teamsfake.CardText(answer.Card), "What about note?"), true)
	answer = st.ana.Press(m, "Next", map[string]string{"note": "on it"})
	st.settle()
	equal(t, "its end", teamsfake.CardText(answer.Card), "Ana has it.")
	equal(t, "messages of the bot", len(ops.FromBot()), 2)
	st.wait(2 * time.Hour)
	st.changes(m, "INC-1: Ana has it")
	equal(t, "the card, after its next change", strings.Contains(teamsfake.CardText(st.ana.Sees(m)), "[Take]"), true)
}

// What is too long for a line, or has buttons, is written to the person.
func TestALongAnswerToAPressIsWritten(t *testing.T) {
	st := newStory(t)
	ops := st.Team("Ops", st.ana).Channel("Checkout")
	m := st.incident(ops)
	long := words.Text(strings.Repeat("because of row 7. ", 40))
	st.says(bot.Reply{Lang: "en", Text: long})
	answer := st.ana.Press(m, "Take", nil)
	equal(t, "the line", answer.Text, string(words.In("en").TeamsWrittenToYou()))
	st.settle()
	equal(t, "in the own chat", st.Personal(st.ana).Last().Text, string(long))

	st.says(bot.Reply{Lang: "en", Text: "Which one?", Buttons: []bot.Button{{Label: "INC-1", Action: "show", Subject: "1"}}})
	st.ana.Press(m, "Take", nil)
	st.settle()
	equal(t, "the buttons", strings.Contains(st.Personal(st.ana).Last().Plain(), "[INC-1]"), true)
	equal(t, "messages in the channel", len(ops.FromBot()), 1)
}

func TestAReportFromAMessage(t *testing.T) {
	st := newStory(t)
	st.asks(map[string]bot.Reply{
		"said": reply("", step("product")), "submittedreport:product": reply("INC-1 is open.", nil),
	})
	ben := st.Person("Ben Ito")
	ops := st.Team("Ops", st.ana, ben).Channel("Checkout")
	ben.Message(ops, "3 < 5 & checkout\nis down") // the bot isn't told of it
	m := ops.Messages()[0]
	answer := st.ana.RunCommand(m, "report")
	if answer.Dialog == nil {
		t.Fatalf("no dialog opens: %s", answer.Body)
	}
	e := st.only()
	equal(t, "kind", e.Kind, bot.Said)
	equal(t, "text", e.Text, "3 < 5 & checkout\nis down")
	equal(t, "link", e.Link, "https://teams.microsoft.com/l/message/"+ops.ID()+"/"+m.ID)
	equal(t, "person", e.Person, st.ana.AAD)
	equal(t, "place", e.Place, ops.ID())
	equal(t, "metrics", st.outcome(), "command ok")
	equal(t, "title", answer.Dialog.Title, "Support incident")
	end := answer.Dialog.Submit("Next", map[string]string{"product": "Checkout"})
	equal(t, "the end", end.Text, "INC-1 is open.")
	equal(t, "it closes", end.Closed, true)
	st.settle()
	equal(t, "messages of the bot", len(ops.FromBot())+len(st.Personal(st.ana).FromBot()), 0)
}

func TestADialogThatFails(t *testing.T) {
	st := newStory(t)
	st.ana.Locale = "ja-JP"
	st.does(func(context.Context, bot.Event) (bot.Reply, error) { return bot.Reply{}, context.DeadlineExceeded })
	chat := st.Personal(st.ana)
	fetch := func(name string, value any) *teamsfake.Answer { return st.Deliver(st.ana.Invoke(chat, name, value)) }
	for name, value := range map[string]any{
		"composeExtension/fetchTask": map[string]any{"commandId": "report", "messagePayload": "none"},
		"task/fetch":                 map[string]any{"data": map[string]any{"a": "show", "s": "1"}},
		"task/submit":                map[string]any{"data": map[string]any{"f": "report"}},
	} {
		answer := fetch(name, value)
		wants(t, name, answer, http.StatusOK)
		equal(t, name, answer.Text, string(words.In("ja").AnswerFailed()))
	}
	for name, value := range map[string]any{
		"task/fetch": "what?", "task/submit": []int{1}, "adaptiveCard/action": "press",
	} {
		answer := fetch(name, value)
		wants(t, name, answer, http.StatusOK)
		equal(t, name+" with nothing in it", answer.Text, string(words.In("ja").TeamsNotOffered()))
	}
	st.says(bot.Reply{Lang: "ja"})
	equal(t, "a dialog with nothing to show", fetch("task/fetch", map[string]any{"data": map[string]any{"a": "show"}}).Text, string(words.In("ja").AnswerNothing()))
	equal(t, "a submission with nothing to say closes", fetch("task/submit", map[string]any{"data": map[string]any{"f": "report"}}).Closed, true)
}

// A refresh that the client makes by itself is nobody's press.
func TestAnAutomaticRefreshIsNoPress(t *testing.T) {
	st := newStory(t)
	answer := st.Deliver(st.ana.Invoke(st.Personal(st.ana), "adaptiveCard/action", map[string]any{
		"action": map[string]any{"verb": "press", "data": map[string]any{"a": "take", "s": "1"}}, "trigger": "automatic",
	}))
	equal(t, "code", answer.Code, "BadRequest")
	equal(t, "events", len(st.got()), 0)
}

func TestCloseWaitsForWhatIsBeingAnswered(t *testing.T) {
	st := newStory(t)
	st.says(reply("Thanks.", nil))
	hold := make(chan struct{})
	st.Inject(teamsfake.OpSend, 1, teamsfake.Slow(hold))
	chat := st.Personal(st.ana)
	wants(t, "a message", st.ana.Say(chat, "hello"), http.StatusOK) // answered, though the reply isn't there
	st.WaitFor("the reply", func() bool { return len(st.Calls(teamsfake.OpSend)) == 1 })
	ended, cancel := context.WithTimeout(context.Background(), 10*time.Millisecond)
	defer cancel()
	if st.app.Close(ended) == nil {
		t.Error("Close doesn't wait")
	}
	close(hold)
	st.settle()
	equal(t, "the reply", chat.Last().Text, "Thanks.")
}

// Two writes to one conversation never overlap: Teams would refuse the second.
func TestRepliesToOneConversationAreWrittenOneByOne(t *testing.T) {
	st := newStory(t, func(s *setting) { s.fake.Serial = true })
	st.says(reply("Thanks.", nil))
	hold := make(chan struct{})
	st.Inject(teamsfake.OpSend, 1, teamsfake.Slow(hold))
	chat := st.Personal(st.ana)
	st.ana.Say(chat, "one")
	st.WaitFor("the first reply", func() bool { return len(st.Calls(teamsfake.OpSend)) == 1 })
	st.ana.Say(chat, "two")
	close(hold)
	st.settle()
	equal(t, "replies", len(chat.FromBot()), 2)
}
