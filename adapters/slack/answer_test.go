package slack

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"example.com/firstcall/adapters/slack/slackfake"
	"example.com/firstcall/bot"
	"example.com/firstcall/bot/words"
)

func has(t *testing.T, what, text string, wants ...string) {
	t.Helper()
	for _, want := range wants {
		if !strings.Contains(text, want) {
			t.Errorf("%s doesn't have %q: %s", what, want, text)
		}
	}
}

// alone is the one line that a person alone sees in a channel.
func (st *story) alone(channel, user string) *slackfake.Message {
	st.t.Helper()
	st.settle()
	all := st.Ephemeral(channel, user)
	if len(all) != 1 {
		st.t.Fatalf("%s sees %d lines alone in %s, not one; log:\n%s", user, len(all), channel, st.log())
	}
	return &all[0]
}

func TestACommandIsAnsweredToThePersonAlone(t *testing.T) {
	st := newStory(t)
	st.says(text("INC-1 is <open> & waits."))
	st.Slash("U1", "C1", "/incident", "show INC-1")
	if got := st.alone("C1", "U1"); got.Text != "INC-1 is &lt;open&gt; &amp; waits." {
		t.Errorf("said %q", got.Text)
	}
	e := st.only()
	want := bot.Event{Platform: "slack", Workspace: "T1", Person: "U1", Place: "C1", Kind: bot.Said, Text: "/incident show INC-1", At: start, Key: e.Key}
	if !sameEvent(e, want) || !strings.HasPrefix(e.Key, "trigger:") {
		t.Errorf("the bot heard %+v", e)
	}
	if calls := st.Calls(); len(calls) != 0 {
		t.Errorf("calls besides the answer: %+v", calls)
	}
}

func TestACommandOpensAForm(t *testing.T) {
	st := newStory(t)
	st.says(form("Add a note", asks("text")))
	st.Slash("U1", "C1", "/incident", "note INC-1")
	st.settle()
	v := st.Modal("U1")
	if v == nil {
		t.Fatalf("no window; log:\n%s", st.log())
	}
	has(t, "the window", v.Title+v.Reads(), "Add a note", "What about text?")
	has(t, "its way back", v.PrivateMetadata, `"f":"do note T I"`, `"c":"C1"`, `"t":"T1"`)

	st.says(bot.Reply{Lang: "en", Zone: time.UTC, Text: "Noted in INC-1.", Close: true})
	st.Submit("U1", map[string]any{"text": "it is the cache"})
	e := st.got()[1]
	if e.Kind != bot.Submitted || e.Partial || e.Form != "do note T I" || e.Values["text"] != "it is the cache" || e.Place != "C1" {
		t.Errorf("the bot heard %+v", e)
	}
	v = st.Modal("U1")
	has(t, "the window", v.Reads(), "Noted in INC-1.")
	if v.SubmitLabel != "" {
		t.Error("there is still something to submit")
	}
}

func TestErrorsStandUnderTheirFields(t *testing.T) {
	st := newStory(t)
	st.says(form("Add a note", asks("text")))
	st.Slash("U1", "C1", "/incident", "note INC-1")
	st.settle()
	wrong := asks("text")
	wrong.Error = "Please say more."
	st.says(form("Add a note", wrong))
	st.Submit("U1", map[string]any{"text": "x"})
	if v := st.Modal("U1"); v.Errors["text"] != "Please say more." || v.Value("text") != "x" {
		t.Errorf("errors %v, and the field holds %q", v.Errors, v.Value("text"))
	}
	// An error on a field that the window doesn't show needs another window.
	more := asks("why")
	more.Error = "And why?"
	st.says(form("Add a note", wrong, more))
	st.Submit("U1", map[string]any{"text": "y"})
	has(t, "the window", st.Modal("U1").Reads(), "Please say more.", "What about why?", "And why?")
}

func TestAWindowEndsWhenThereIsNothingToSay(t *testing.T) {
	st := newStory(t)
	st.says(form("Add a note", asks("text")))
	st.Slash("U1", "C1", "/incident", "note INC-1")
	st.settle()
	st.says(bot.Reply{Close: true})
	st.Submit("U1", map[string]any{"text": "x"})
	if v := st.Modal("U1"); v != nil {
		t.Errorf("a window is left: %s", v.Reads())
	}
}

func TestAChoiceIsAStepOfMany(t *testing.T) {
	st := newStory(t)
	st.says(form("Report", chooses("kind", "a", "b"), asks("text")))
	st.Slash("U1", "C1", "/incident", "")
	st.settle()
	st.does(func(_ context.Context, e bot.Event) (bot.Reply, error) {
		f := chooses("kind", "a", "b")
		f.Value = e.Values["kind"]
		r := form("Report", f, asks("text"), asks("impact"))
		r.Text = "Thank you, noted."
		return r, nil
	})
	st.Choose("U1", "text", "typed meanwhile")
	st.Choose("U1", "kind", "b")
	all := st.got()
	e := all[len(all)-1]
	if e.Kind != bot.Submitted || !e.Partial || e.Values["kind"] != "b" || e.Values["text"] != "typed meanwhile" || e.Form != "do note T I" {
		t.Errorf("the bot heard %+v", e)
	}
	v := st.Modal("U1")
	has(t, "the window", v.Reads(), "Thank you, noted.", "What about impact?")
	if v.Value("text") != "typed meanwhile" {
		t.Errorf("what was typed became %q", v.Value("text"))
	}
}

func TestANewerStateOfAWindowWins(t *testing.T) {
	st := newStory(t)
	st.says(form("Report", chooses("kind", "a", "b")))
	st.Slash("U1", "C1", "/incident", "")
	st.settle()
	st.Inject("views.update", slackfake.ErrorCode("hash_conflict"))
	st.says(form("Report", chooses("kind", "a", "b"), asks("late")))
	st.Choose("U1", "kind", "a")
	st.settle()
	if got := len(st.Calls("views.update")); got != 2 {
		t.Errorf("%d updates, want the refused one, and one that draws over what is older", got)
	}
	st.ForgetCalls()
	st.Inject("views.update", slackfake.ErrorCode("hash_conflict"), slackfake.When(func(c slackfake.Call) bool {
		st.app.stepped(c.Arg("view_id")) // another choice has been answered meanwhile
		return true
	}))
	st.Choose("U1", "kind", "b")
	st.settle()
	if got := len(st.Calls("views.update")); got != 1 {
		t.Errorf("%d updates, want one that gives way to the newer one", got)
	}
	if len(st.Everything("C1"))+len(st.Everything(st.DM("U1"))) != 0 {
		t.Error("somebody was told about it")
	}
	if strings.Contains(st.log(), "hash_conflict") {
		t.Errorf("that is no fault: %s", st.log())
	}
}

func TestAStepThatFailsKeepsWhatWasTyped(t *testing.T) {
	st := newStory(t)
	st.says(form("Report", chooses("kind", "a", "b"), asks("text")))
	st.Slash("U1", "C1", "/incident", "")
	st.settle()
	st.does(func(context.Context, bot.Event) (bot.Reply, error) {
		return text("Something went wrong (id-7)."), errors.New("no database")
	})
	st.Choose("U1", "text", "long text")
	st.Choose("U1", "kind", "a")
	st.settle()
	stack := st.ModalStack("U1")
	if len(stack) != 2 {
		t.Fatalf("%d windows, want the error on top of the form", len(stack))
	}
	has(t, "the top", stack[1].Reads(), "Something went wrong (id-7).")
	if stack[0].Value("text") != "long text" {
		t.Errorf("the form below holds %q", stack[0].Value("text"))
	}
}

func TestASubmissionThatFailsKeepsWhatWasTyped(t *testing.T) {
	st := newStory(t)
	st.says(form("Add a note", asks("text")))
	st.Slash("U1", "C1", "/incident", "note")
	st.settle()
	st.does(func(context.Context, bot.Event) (bot.Reply, error) {
		return text("Something went wrong (id-8)."), errors.New("no database")
	})
	st.Submit("U1", map[string]any{"text": "a long text"})
	v := st.Modal("U1")
	if v == nil || v.Errors["text"] != "Something went wrong (id-8)." || v.Value("text") != "a long text" {
		t.Errorf("the window is %+v", v)
	}
}

func TestAFailedConfirmationCanBeOpenedAgain(t *testing.T) {
	st := newStory(t)
	st.says(form("Summary")) // no fields: only the yes is left
	st.Slash("U1", "C1", "/incident", "")
	st.settle()
	st.does(func(context.Context, bot.Event) (bot.Reply, error) {
		return text("I can't reach my database."), errors.New("no database")
	})
	st.Submit("U1", nil)
	has(t, "the window", st.Modal("U1").Reads(), "I can't reach my database.")
	st.says(form("Summary again"))
	st.ClickInModal("U1", "form")
	e := st.got()[1]
	if e.Kind != bot.Submitted || !e.Partial || e.Form != "do note T I" || len(e.Values) != 0 || e.Place != "C1" {
		t.Errorf("the bot heard %+v", e)
	}
	has(t, "the window", st.Modal("U1").Title, "Summary again")
}

// card posts a message with a button, as an outbox would.
func (st *story) card(channel string, buttons ...bot.Button) slackfake.Message {
	st.t.Helper()
	_, err := st.app.Post(context.Background(), bot.Posting{
		To: bot.Address{Platform: "slack", Workspace: "T1", Kind: "channel", ID: channel}, Key: "card",
		Message: bot.Message{Lang: "en", Zone: "UTC", Text: "INC-1", Buttons: buttons}, Now: st.clock(),
	})
	if err != nil {
		st.t.Fatal(err)
	}
	st.ForgetCalls()
	return st.Last(channel)
}

func TestAButtonIsAnsweredByItsURL(t *testing.T) {
	st := newStory(t)
	m := st.card("C1", bot.Button{Label: "Acknowledge", Action: "ack", Subject: "T I"}, bot.Button{Label: "Again", Action: "ack", Subject: "T J"})
	st.says(text("Acknowledged INC-1."))
	st.Click("U1", m, "Again")
	e := st.only()
	if e.Kind != bot.Pressed || e.Action != "ack" || e.Subject != "T J" || e.Place != "C1" || e.Person != "U1" {
		t.Errorf("the bot heard %+v", e)
	}
	if got := st.alone("C1", "U1"); got.Text != "Acknowledged INC-1." {
		t.Errorf("said %q", got.Text)
	}
	if calls := st.Calls(); len(calls) != 1 || calls[0].Method != "response_url" {
		t.Errorf("calls: %+v", calls)
	}
	if st.Last("C1").Text != "INC-1" {
		t.Error("the card was replaced")
	}
}

func TestAPrivateQuestionGivesWayToItsAnswer(t *testing.T) {
	st := newStory(t)
	st.says(bot.Reply{Lang: "en", Text: "Close without an analysis?", Buttons: []bot.Button{{Label: "Yes", Action: "norca", Subject: "T I"}}})
	st.Slash("U1", "C1", "/incident", "close")
	question := st.alone("C1", "U1")
	st.says(text("INC-1 is closed."))
	st.Click("U1", *question, "norca")
	if got := st.alone("C1", "U1"); got.Text != "INC-1 is closed." || got.TS != question.TS {
		t.Errorf("there stands %q", got.Text)
	}
}

func TestWithoutATriggerAFormIsAButtonAway(t *testing.T) {
	st := newStory(t)
	st.says(form("Report an incident", asks("text")))
	st.Mention("U1", "C1", "", "checkout is down")
	e := st.only() // though Slack tells of it twice
	if e.Text != "@firstcall checkout is down" || e.Kind != bot.Said || e.Key != "message:"+e.Message {
		t.Errorf("the bot heard %+v", e)
	}
	opener := st.alone("C1", "U1")
	st.says(form("Report an incident", asks("text")))
	st.Click("U1", *opener, "form")
	e = st.got()[1]
	if e.Kind != bot.Submitted || !e.Partial || e.Form != "do note T I" || len(e.Values) != 0 {
		t.Errorf("the bot heard %+v", e)
	}
	if v := st.Modal("U1"); v == nil || v.Title != "Report an incident" {
		t.Errorf("no window: %+v", v)
	}
}

func TestAMentionInAThreadIsAnsweredThere(t *testing.T) {
	st := newStory(t)
	top := st.Say("U1", "C1", "look").TS
	st.says(text("INC-1 is open."))
	st.Mention("U1", "C1", top, "status")
	if got := st.alone("C1", "U1"); got.ThreadTS != top {
		t.Errorf("said in %q, not in the thread %q", got.ThreadTS, top)
	}
	e := st.got()[1]
	if e.Thread != "C1:"+top || e.Message == e.Thread {
		t.Errorf("the bot heard %+v", e)
	}
}

func TestADirectMessageIsAnsweredInIt(t *testing.T) {
	st := newStory(t)
	st.says(text("Hello."))
	dm := st.DM("U1")
	st.Say("U1", dm, "hi")
	e := st.only()
	if e.Place != "" || e.Text != "hi" || e.Workspace != "T1" || e.Through != "" {
		t.Errorf("the bot heard %+v", e)
	}
	if got := st.Last(dm); got.Text != "Hello." || got.User != "UBOT" || got.EphemeralTo != "" {
		t.Errorf("there stands %+v", got)
	}
}

func TestShortcutsOpenTheReport(t *testing.T) {
	st := newStory(t)
	st.says(form("Report an incident", asks("text")))
	st.GlobalShortcut("U1", "report")
	if e := st.only(); e.Text != "/incident" || e.Place != "" || e.Kind != bot.Said {
		t.Errorf("the bot heard %+v", e)
	}
	if st.Modal("U1") == nil {
		t.Error("no window")
	}
}

func TestAMessageBecomesTheFirstDraft(t *testing.T) {
	st := newStory(t)
	ts := st.Say("U1", "C1", "checkout is down, see &lt;log&gt;").TS
	m, _ := st.Message("C1", ts)
	st.says(form("Report an incident", asks("text")))
	st.MessageShortcut("U1", m, "report_message")
	e := st.got()[1]
	if !e.Report || e.Text != "checkout is down, see <log>" || e.Link != "https://contoso.slack.com/archives/C1/p"+strings.ReplaceAll(ts, ".", "") || e.Place != "C1" {
		t.Errorf("the bot heard %+v", e)
	}
	if st.Modal("U1") == nil {
		t.Error("no window")
	}
}

func TestALinkIsMadeWhenSlackGivesNone(t *testing.T) {
	st := newStory(t)
	ts := st.Say("U1", "C1", "checkout is down").TS
	m, _ := st.Message("C1", ts)
	st.Inject("chat.getPermalink", slackfake.HTML(503))
	st.MessageShortcut("U1", m, "report_message")
	if e := st.got()[1]; e.Link != "https://contoso.slack.com/archives/C1/p"+strings.ReplaceAll(ts, ".", "") {
		t.Errorf("the bot heard %+v", e)
	}
}

func TestTheHomeIsDrawn(t *testing.T) {
	st := newStory(t)
	st.says(bot.Reply{Lang: "en", Text: "Nothing is due.", Buttons: []bot.Button{{Label: "Report", Action: "report"}}})
	st.OpenHome("U1", "home")
	if e := st.only(); e.Kind != bot.Looked || e.Place != "" || e.Person != "U1" {
		t.Errorf("the bot heard %+v", e)
	}
	has(t, "the home", st.AppHome("T1", "U1").Reads(), "Nothing is due.")
	st.says(form("Report an incident", asks("text")))
	st.ClickInHome("T1", "U1", "report")
	st.settle()
	if v := st.Modal("U1"); v == nil {
		t.Error("no window")
	}
	st.says(text("That button is out of date."))
	st.ClickInHome("T1", "U1", "report")
	st.settle()
	has(t, "the window", st.Modal("U1").Reads(), "That button is out of date.")
	st.OpenHome("U1", "messages")
	if n := len(st.got()); n != 3 {
		t.Errorf("the bot heard %d events; the messages tab is none", n)
	}
}

func TestATriggerThatIsTooOldGetsAButton(t *testing.T) {
	for _, code := range []string{"expired_trigger_id", "trigger_expired", "exchanged_trigger_id", "trigger_exchanged"} {
		t.Run(code, func(t *testing.T) {
			st := newStory(t)
			st.Inject("views.open", slackfake.ErrorCode(code))
			st.says(form("Add a note", asks("text")))
			st.Slash("U1", "C1", "/incident", "note INC-1")
			line := st.alone("C1", "U1")
			has(t, "the line", line.Reads(), "did not open in time")
			st.Click("U1", *line, "form")
			st.settle()
			if st.Modal("U1") == nil {
				t.Error("the button opens nothing")
			}
		})
	}
}

func TestAFormThatCouldNotOpenReachesWhoeverHasNoURL(t *testing.T) {
	st := newStory(t)
	st.does(func(context.Context, bot.Event) (bot.Reply, error) {
		st.wait(4 * time.Second) // the trigger lives for three
		return form("Report an incident", asks("text")), nil
	})
	st.GlobalShortcut("U1", "report")
	st.settle()
	last := st.Last(st.DM("U1"))
	has(t, "the direct message", last.Reads(), "did not open in time")
}

func TestASlowFormOpensWithALightView(t *testing.T) {
	st := newStory(t)
	st.app.limits.light = time.Millisecond
	st.does(func(ctx context.Context, _ bot.Event) (bot.Reply, error) {
		for st.Modal("U1") == nil { // the light view comes while this is being prepared
			if ctx.Err() != nil {
				return bot.Reply{}, ctx.Err()
			}
		}
		has(t, "the light view", st.Modal("U1").Reads(), "One moment")
		return form("Report an incident", asks("text")), nil
	})
	st.Slash("U1", "C1", "/incident", "")
	st.settle()
	has(t, "the window", st.Modal("U1").Reads(), "What about text?")
	if n := len(st.ModalStack("U1")); n != 1 {
		t.Errorf("%d windows", n)
	}
	update := st.Calls("views.update")
	if len(update) != 1 || update[0].Arg("hash") == "" {
		t.Errorf("updates: %+v", update)
	}
}

func TestASlowTextStandsInTheLightView(t *testing.T) {
	st := newStory(t)
	st.app.limits.light = time.Millisecond
	gone := make(chan struct{})
	st.does(func(context.Context, bot.Event) (bot.Reply, error) {
		for st.Modal("U1") == nil {
			select {
			case <-gone:
			default:
			}
		}
		return text("INC-1 is open."), nil
	})
	st.Slash("U1", "C1", "/incident", "show INC-1")
	st.settle()
	has(t, "the window", st.Modal("U1").Reads(), "INC-1 is open.")
}

func TestALightViewThatWasClosedLosesNothing(t *testing.T) {
	st := newStory(t)
	st.app.limits.light = time.Millisecond
	st.does(func(context.Context, bot.Event) (bot.Reply, error) {
		for st.Modal("U1") == nil {
			continue
		}
		st.Close("U1")
		return text("INC-1 is open."), nil
	})
	st.Slash("U1", "C1", "/incident", "show INC-1")
	has(t, "the line", st.alone("C1", "U1").Text, "INC-1 is open.")
}

func TestASlowBotIsNotedInTime(t *testing.T) {
	held := func(release chan struct{}, r bot.Reply) func(context.Context, bot.Event) (bot.Reply, error) {
		return func(context.Context, bot.Event) (bot.Reply, error) { // deaf to its context, as a driver may be
			<-release
			return r, nil
		}
	}
	hasty := func(st *story) { st.app.limits.decide, st.app.limits.grace = 5*time.Millisecond, time.Millisecond }

	t.Run("command", func(t *testing.T) {
		st := newStory(t)
		hasty(st)
		release := make(chan struct{})
		st.does(held(release, text("INC-1 is open.")))
		st.Slash("U1", "C1", "/incident", "show INC-1")
		has(t, "the line", st.Ephemeral("C1", "U1")[0].Text, "taking longer than usual")
		close(release)
		st.settle()
		lines := st.Ephemeral("C1", "U1")
		if len(lines) != 2 || lines[1].Text != "INC-1 is open." {
			t.Errorf("afterwards: %+v", lines)
		}
	})
	t.Run("button", func(t *testing.T) {
		st := newStory(t)
		m := st.card("C1", bot.Button{Label: "Acknowledge", Action: "ack", Subject: "T I"})
		hasty(st)
		st.app.limits.light, st.app.limits.decide = time.Millisecond, 150*time.Millisecond
		release := make(chan struct{})
		st.does(held(release, text("Acknowledged INC-1.")))
		if a := st.Click("U1", m, "ack"); !a.OK() {
			t.Errorf("answered %d", a.Status)
		}
		close(release)
		st.settle()
		has(t, "the window", st.Modal("U1").Reads(), "Acknowledged INC-1.")
	})
	t.Run("button without a window", func(t *testing.T) {
		st := newStory(t)
		m := st.card("C1", bot.Button{Label: "Acknowledge", Action: "ack", Subject: "T I"})
		hasty(st)
		st.app.limits.light, st.app.limits.decide = time.Millisecond, 150*time.Millisecond
		st.Inject("views.open", slackfake.HTML(503))
		release := make(chan struct{})
		st.does(held(release, text("Acknowledged INC-1.")))
		st.Click("U1", m, "ack")
		st.within("nothing is said", func() bool { return len(st.Ephemeral("C1", "U1")) == 1 })
		has(t, "the line", st.Ephemeral("C1", "U1")[0].Text, "longer than usual")
		close(release)
		st.settle()
		has(t, "the next line", st.Ephemeral("C1", "U1")[1].Text, "Acknowledged INC-1.")
	})
	t.Run("submission", func(t *testing.T) {
		st := newStory(t)
		st.says(form("Add a note", asks("text")))
		st.Slash("U1", "C1", "/incident", "note")
		st.settle()
		hasty(st)
		release := make(chan struct{})
		st.does(held(release, text("Noted in INC-1.")))
		st.Submit("U1", map[string]any{"text": "x"})
		has(t, "the error", st.Modal("U1").Errors["text"], "longer than usual")
		close(release)
		st.settle()
		has(t, "the window", st.Modal("U1").Reads(), "Noted in INC-1.")
	})
	t.Run("submission that fails afterwards", func(t *testing.T) {
		st := newStory(t)
		st.says(form("Add a note", asks("text")))
		st.Slash("U1", "C1", "/incident", "note")
		st.settle()
		hasty(st)
		release := make(chan struct{})
		st.does(func(context.Context, bot.Event) (bot.Reply, error) {
			<-release
			return text("I can't reach my database (id-9)."), errors.New("away")
		})
		st.Submit("U1", map[string]any{"text": "a long story"})
		close(release)
		st.settle()
		has(t, "the line", st.alone("C1", "U1").Text, "I can't reach my database (id-9).")
		window := st.Modal("U1")
		has(t, "the window", window.Reads(), "What about text?")
		if got := window.Value("text"); got != "a long story" {
			t.Errorf("what was typed is now %q", got)
		}
		st.app.limits.decide = 20 * time.Second
		st.says(text("Noted in INC-1."))
		st.Submit("U1", map[string]any{"text": "a long story"})
		has(t, "the window", st.Modal("U1").Reads(), "Noted in INC-1.")
	})
	t.Run("confirmation that fails afterwards", func(t *testing.T) {
		st := newStory(t)
		st.says(form("Summary"))
		st.Slash("U1", "C1", "/incident", "note")
		st.settle()
		hasty(st)
		release := make(chan struct{})
		st.does(func(context.Context, bot.Event) (bot.Reply, error) {
			<-release
			return text("I can't reach my database (id-9)."), errors.New("away")
		})
		st.Submit("U1", nil)
		close(release)
		st.settle()
		has(t, "the window", st.Modal("U1").Reads(), "I can't reach my database (id-9).", "[Fill in]")
	})
	t.Run("event", func(t *testing.T) {
		st := newStory(t)
		hasty(st)
		release := make(chan struct{})
		st.does(held(release, text("Hello.")))
		st.Next(slackfake.AnyAnswer())
		if a := st.Say("U1", st.DM("U1"), "hi"); a.Status != 500 {
			t.Errorf("answered %d, so that Slack would not send it again", a.Status)
		}
		close(release)
		st.settle()
		if got := st.Last(st.DM("U1")).Text; got != "Hello." {
			t.Errorf("afterwards there stands %q", got)
		}
	})
}

func TestABotThatMindsItsContextIsInTime(t *testing.T) {
	st := newStory(t)
	st.app.limits.decide = 5 * time.Millisecond
	st.does(func(ctx context.Context, _ bot.Event) (bot.Reply, error) {
		<-ctx.Done()
		return text("I can't reach my database (id-9)."), ctx.Err()
	})
	st.Slash("U1", "C1", "/incident", "list")
	if got := st.alone("C1", "U1").Text; got != "I can't reach my database (id-9)." {
		t.Errorf("said %q", got)
	}
}

func TestAFailedEventComesAgainAndIsMentionedOnce(t *testing.T) {
	st := newStory(t)
	fails := func(context.Context, bot.Event) (bot.Reply, error) {
		return text("I can't reach my database."), errors.New("no database")
	}
	st.does(fails)
	dm := st.DM("U1")
	st.Next(slackfake.AnyAnswer())
	a := st.Say("U1", dm, "checkout is down")
	if a.Status != 500 || len(a.Body) != 0 {
		t.Fatalf("answered %d %s", a.Status, a.Body)
	}
	again := st.Deliveries()[len(st.Deliveries())-1]
	st.Redeliver(again, slackfake.Retry(1, "http_error"), slackfake.AnyAnswer())
	st.settle()
	if got := st.Everything(dm); len(got) != 2 || got[1].Text != "I can't reach my database." {
		t.Errorf("in the conversation: %+v", got)
	}
	st.says(text("Reported."))
	if a := st.Redeliver(again, slackfake.Retry(2, "http_error")); !a.OK() {
		t.Errorf("answered %d", a.Status)
	}
	st.settle()
	if got := st.Last(dm).Text; got != "Reported." {
		t.Errorf("last said %q", got)
	}
	has(t, "the log", st.log(), "retry=1", "http_error")
}

func TestSentencesOfOursAreInThePersonsLanguage(t *testing.T) {
	st := newStory(t)
	st.does(func(context.Context, bot.Event) (bot.Reply, error) { return bot.Reply{}, errors.New("no database") })
	st.Slash("U1", "C1", "/incident", "list")
	first := st.alone("C1", "U1").Text
	for _, lang := range words.Languages() { // nobody knows it yet
		has(t, "the line", first, words.In(lang).AnswerFailed().Render(words.Reader{Lang: lang}, start))
	}
	st.says(bot.Reply{Lang: "ja", Text: "はい。"})
	st.Slash("U1", "C1", "/incident", "list")
	st.does(func(context.Context, bot.Event) (bot.Reply, error) { return bot.Reply{}, errors.New("no database") })
	st.Slash("U1", "C1", "/incident", "list")
	st.settle()
	lines := st.Ephemeral("C1", "U1")
	if got, want := lines[2].Text, words.In("ja").AnswerFailed().Render(words.Reader{Lang: "ja"}, start); got != want {
		t.Errorf("said %q, want %q", got, want)
	}
}

func TestAPanicIsAFailureLikeAnother(t *testing.T) {
	st := newStory(t)
	st.does(func(context.Context, bot.Event) (bot.Reply, error) { panic("out of range") })
	st.Slash("U1", "C1", "/incident", "list")
	has(t, "the line", st.alone("C1", "U1").Text, "could not do that")
	has(t, "the log", st.log(), "out of range")
}
