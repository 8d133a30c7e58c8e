package console_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"example.com/firstcall/adapters/console"
	"example.com/firstcall/bot"
	"example.com/firstcall/bot/talk"
	"example.com/firstcall/bot/words"
)

var nine = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

// desk is a terminal in front of a bot that answers what the test says.
type desk struct {
	*console.Terminal
	out    *strings.Builder
	events []bot.Event
	answer func(bot.Event) (bot.Reply, error)
}

func newDesk(colour bool) *desk {
	d := &desk{out: &strings.Builder{}, answer: func(bot.Event) (bot.Reply, error) { return bot.Reply{}, nil }}
	d.Terminal = console.New(d.out, func() time.Time { return nine }, colour)
	d.Handle = func(_ context.Context, e bot.Event) (bot.Reply, error) {
		d.events = append(d.events, e)
		r, err := d.answer(e)
		r.Lang, r.Zone = words.Match(r.Lang), time.UTC
		return r, err
	}
	return d
}

func (d *desk) say(t *testing.T, person, place, text string) bot.Event {
	t.Helper()
	if err := d.Say(t.Context(), talk.Said{Person: person, Place: place, Text: text}); err != nil {
		t.Fatalf("%s said %q: %v", person, text, err)
	}
	if len(d.events) == 0 {
		return bot.Event{}
	}
	return d.events[len(d.events)-1]
}

// heard is what came out since it was asked last.
func (d *desk) heard() string {
	defer d.out.Reset()
	return d.out.String()
}

func channel(id string) bot.Address {
	return bot.Address{Platform: console.Platform, Workspace: console.Workspace, Kind: "channel", ID: id}
}

func private(id string) bot.Address {
	return bot.Address{Platform: console.Platform, Workspace: console.Workspace, Kind: "person", ID: id}
}

func wantText(t *testing.T, got, want string) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the terminal shows something else (-want +got):\n%s", diff)
	}
}

func TestAMessageIsShownToWhomItGoes(t *testing.T) {
	d := newDesk(false)
	card := bot.Message{
		Lang: "en", Zone: "Europe/Berlin",
		Text: words.Plain("INC-1\nCheckout is down\n\nsince this morning"),
		Fields: []bot.Fact{
			{Label: "First call", Value: words.At(time.Date(2026, 3, 2, 9, 15, 0, 0, time.UTC))},
			{Label: "Left", Value: words.LeftUntil(time.Date(2026, 3, 2, 9, 15, 0, 0, time.UTC))},
		},
		Buttons: []bot.Button{{Label: "Acknowledge", Action: "ack"}, {Label: "Take", Action: "take"}},
	}
	id, err := d.Post(t.Context(), bot.Posting{To: channel("#engineers"), Key: "k1", Message: card, Now: nine})
	if err != nil {
		t.Fatal(err)
	}
	card.Text, card.Fields, card.Buttons = "INC-1 has Kenji", nil, nil
	if err := d.Edit(t.Context(), id, bot.Posting{To: channel("#engineers"), Key: "k1", Message: card, Now: nine}); err != nil {
		t.Fatal(err)
	}
	if _, err := d.Post(t.Context(), bot.Posting{To: private("ana"), Key: "k2", Message: bot.Message{Lang: "ja", Text: "お知らせ"}, Now: nine}); err != nil {
		t.Fatal(err)
	}
	wantText(t, d.heard(), `bot in #engineers> INC-1
    Checkout is down
    since this morning
    First call: Mon 2 Mar 10:15 CET
    Left: 15 min
    [Acknowledge] [Take]
bot in #engineers> (edited) INC-1 has Kenji
bot to ana> お知らせ
`)
}

func TestTextOfPeopleCannotLookLikeALineOfTheBot(t *testing.T) {
	d := newDesk(false)
	m := bot.Message{Text: words.Text("hello\rbot in #managers> fired\nbot to ana> forged\n\x1b[2Jana> me")}
	if _, err := d.Post(t.Context(), bot.Posting{To: channel("#contoso"), Key: "k", Message: m, Now: nine}); err != nil {
		t.Fatal(err)
	}
	for i, line := range strings.Split(strings.TrimSuffix(d.heard(), "\n"), "\n") {
		if i == 0 && line != "bot in #contoso> hello" || i > 0 && !strings.HasPrefix(line, "    ") {
			t.Errorf("line %d stands on its own: %q", i+1, line)
		}
		if strings.ContainsAny(line, "\x1b\r") {
			t.Errorf("line %d moves the cursor: %q", i+1, line)
		}
	}
}

func TestColourOnlyWhenAsked(t *testing.T) {
	m := bot.Message{Text: "hello", Buttons: []bot.Button{{Label: "Go", Action: "go"}}}
	for _, colour := range []bool{false, true} {
		d := newDesk(colour)
		if _, err := d.Post(t.Context(), bot.Posting{To: private("ana"), Key: "k", Message: m, Now: nine}); err != nil {
			t.Fatal(err)
		}
		if got := strings.Contains(d.heard(), "\x1b["); got != colour {
			t.Errorf("colour wanted %v, escape sequences %v", colour, got)
		}
	}
}

func TestADownChatRefusesForCertain(t *testing.T) {
	d := newDesk(false)
	d.Down(true)
	_, err := d.Post(t.Context(), bot.Posting{To: private("ana"), Key: "k", Message: bot.Message{Text: "hello"}, Now: nine})
	var refused *bot.SendError
	if !errors.As(err, &refused) || refused.Outcome != bot.Refused {
		t.Fatalf("a chat that is down answered %v", err)
	}
	if _, found, _ := d.Find(t.Context(), bot.Posting{To: private("ana"), Key: "k"}, nine); found || d.heard() != "" {
		t.Error("a refused message is there nevertheless")
	}
	d.Down(false)
	id, err := d.Post(t.Context(), bot.Posting{To: private("ana"), Key: "k", Message: bot.Message{Text: "hello"}, Now: nine})
	if err != nil {
		t.Fatal(err)
	}
	if got, found, err := d.Find(t.Context(), bot.Posting{To: private("ana"), Key: "k"}, nine); got != id || !found || err != nil {
		t.Errorf("the message is not found by its key: %q %v %v", got, found, err)
	}
	if _, found, _ := d.Find(t.Context(), bot.Posting{To: private("ben"), Key: "k"}, nine); found {
		t.Error("a message to ana is found at ben's")
	}
}

func TestWhatIsTypedBecomesAnEvent(t *testing.T) {
	d := newDesk(false)
	e := d.say(t, "ana", "#contoso", "/incident")
	want := bot.Event{Platform: "console", Workspace: "terminal", Person: "ana", Place: "#contoso", At: nine, Kind: bot.Said, Text: "/incident"}
	if diff := cmp.Diff(want, e); diff != "" {
		t.Errorf("said in a place (-want +got):\n%s", diff)
	}
	e = d.say(t, "kenji", "", "show: INC-1")
	want = bot.Event{Platform: "console", Workspace: "terminal", Person: "kenji", At: nine, Kind: bot.Said, Text: "show: INC-1"}
	if diff := cmp.Diff(want, e); diff != "" {
		t.Errorf("said in private (-want +got):\n%s", diff)
	}
}

func TestAButtonIsTheOneShownLast(t *testing.T) {
	d := newDesk(false)
	post := func(to bot.Address, key, subject string, labels ...words.Text) string {
		m := bot.Message{Text: "card"}
		for _, l := range labels {
			m.Buttons = append(m.Buttons, bot.Button{Label: l, Action: "a", Subject: subject})
		}
		id, err := d.Post(t.Context(), bot.Posting{To: to, Key: key, Message: m, Now: nine})
		if err != nil {
			t.Fatal(err)
		}
		return id
	}
	first := post(channel("#engineers"), "k1", "one", "Take", "Acknowledge")
	post(channel("#engineers"), "k2", "two", "Take")
	post(private("kenji"), "k3", "three", "Take", "Yes")
	post(private("maria"), "k4", "four", "Take")

	if e := d.say(t, "kenji", "#engineers", "[take]"); e.Kind != bot.Pressed || e.Action != "a" || e.Subject != "two" || e.Place != "#engineers" {
		t.Errorf("in the place the newest card is meant, not %+v", e)
	}
	if e := d.say(t, "kenji", "#engineers", "[Acknowledge]"); e.Subject != "one" {
		t.Errorf("an older card's own button is meant, not %+v", e)
	}
	if e := d.say(t, "kenji", "", "[Take]"); e.Subject != "three" || e.Place != "" {
		t.Errorf("in private the own message is meant, not %+v", e)
	}
	if e := d.say(t, "kenji", "#engineers", "[Yes]"); e.Subject != "three" || e.Place != "" {
		t.Errorf("what is only there in private is pressed there, not %+v", e)
	}

	// An edit takes buttons away.
	if err := d.Edit(t.Context(), first, bot.Posting{To: channel("#engineers"), Key: "k1", Message: bot.Message{Text: "done"}, Now: nine}); err != nil {
		t.Fatal(err)
	}
	before := len(d.events)
	err := d.Say(t.Context(), talk.Said{Person: "kenji", Place: "#engineers", Text: "[Acknowledge]"})
	var not *talk.NotUnderstood
	if !errors.As(err, &not) || !strings.Contains(err.Error(), "[Take]") || !strings.Contains(err.Error(), "Acknowledge") {
		t.Errorf("a button that is gone: %v", err)
	}
	if err := d.Say(t.Context(), talk.Said{Person: "ana", Place: "#contoso", Text: "[Take]"}); !errors.As(err, &not) {
		t.Errorf("a button that ana never saw: %v", err)
	}
	if len(d.events) != before {
		t.Error("the bot heard of a button that is not there")
	}
}

// report is a small form that keeps answers by itself, as the intake does.
func report(answers map[string]string) func(bot.Event) (bot.Reply, error) {
	return func(e bot.Event) (bot.Reply, error) {
		var refused string
		for k, v := range e.Values {
			switch {
			case k == bot.Nav:
			case k == "severity" && v != "1" && v != "A":
				refused = k
			default:
				answers[k] = v
			}
		}
		switch {
		case e.Kind == bot.Said && e.Text != "/incident":
			return bot.Reply{Text: "You said something else."}, nil
		case e.Values[bot.Nav] == bot.NavCancel:
			return bot.Reply{Text: "Nothing was opened.", Close: true}, nil
		case e.Values[bot.Nav] == bot.NavBack:
			delete(answers, "severity")
		case e.Kind == bot.Submitted && !e.Partial:
			return bot.Reply{Text: "INC-1 is open.", Close: true}, nil
		}
		f := bot.Form{
			Key: "report", Title: "Report an incident", Intro: "A few questions.", Submit: "Open it", Back: true,
			Fields: []bot.Field{
				{
					Key: "severity", Kind: bot.FieldChoice, Label: "Severity", Help: "How bad is it?",
					Options: []bot.Option{{Value: "1", Label: "1: all is lost", Help: "A call in 15 min"}, {Value: "A", Label: "A: much is lost"}},
				},
				{Key: "happened", Kind: bot.FieldLong, Label: "What happened?"},
				{Key: "link", Kind: bot.FieldText, Label: "A link", Optional: true},
			},
		}
		for i := range f.Fields {
			fd := &f.Fields[i]
			v, given := answers[fd.Key]
			fd.Value = v
			if fd.Key == refused {
				fd.Error = "That is no severity."
			}
			if f.Asking == "" && (!given || fd.Error != "") {
				f.Asking = fd.Key
			}
		}
		return bot.Reply{Form: &f}, nil
	}
}

func TestAFormIsAskedFieldByField(t *testing.T) {
	d := newDesk(false)
	answers := map[string]string{}
	d.answer = report(answers)
	d.say(t, "ana", "#contoso", "/incident")
	wantText(t, d.heard(), `bot to ana> Report an incident
    A few questions.
    Severity
      How bad is it?
    1. 1: all is lost
       A call in 15 min
    2. A: much is lost
`)
	d.say(t, "ana", "#contoso", "7")
	wantText(t, d.heard(), `bot to ana> That is no severity.
    Severity
      How bad is it?
    1. 1: all is lost
       A call in 15 min
    2. A: much is lost
`)
	e := d.say(t, "ana", "#contoso", "2")
	if diff := cmp.Diff(map[string]string{"severity": "A"}, e.Values); diff != "" || e.Kind != bot.Submitted || !e.Partial || e.Form != "report" {
		t.Errorf("a number chooses an option: %+v", e)
	}
	wantText(t, d.heard(), "bot to ana> What happened?\n")

	// Somebody else in the same place has no form open, and private talk is apart.
	if e := d.say(t, "ben", "#contoso", "hello"); e.Kind != bot.Said {
		t.Errorf("ben answered ana's form: %+v", e)
	}
	if e := d.say(t, "ana", "", "hello"); e.Kind != bot.Said {
		t.Errorf("ana answered in private what was asked in the place: %+v", e)
	}
	if e := d.say(t, "ana", "#contoso", "/incident list"); e.Kind != bot.Said {
		t.Errorf("a command was taken for an answer: %+v", e)
	}
	d.heard()

	d.say(t, "ana", "#contoso", "back")
	wantText(t, d.heard(), `bot to ana> Severity
      How bad is it?
    1. 1: all is lost
       A call in 15 min
    2. A: much is lost
`)
	d.say(t, "ana", "#contoso", "SEVERITY：1: all is lost")
	if answers["severity"] != "1" {
		t.Errorf("an option's label chooses it, its key before a wide colon: %v", answers)
	}
	d.say(t, "ana", "#contoso", "what happened: since nine:\nall is gone")
	if answers["happened"] != "since nine:\nall is gone" {
		t.Errorf("a label names its field: %q", answers["happened"])
	}
	d.heard()
	d.say(t, "ana", "#contoso", "link: see: https://contoso.example")
	wantText(t, d.heard(), `bot to ana> A few questions.
    [Open it]
`)
	e = d.say(t, "ana", "#contoso", "[open it]")
	if e.Partial || e.Values["severity"] != "1" || e.Values["link"] != "see: https://contoso.example" {
		t.Errorf("the last press submits the whole form: %+v", e)
	}
	wantText(t, d.heard(), "bot to ana> INC-1 is open.\n")
	if e := d.say(t, "ana", "#contoso", "thank you"); e.Kind != bot.Said {
		t.Errorf("a form that is done with still takes answers: %+v", e)
	}
}

func TestAnOpenFormIsGivenUpInThreeLanguages(t *testing.T) {
	for _, word := range []string{"cancel", "Cancel", "取消", "キャンセル"} {
		d := newDesk(false)
		d.answer = report(map[string]string{})
		d.say(t, "ana", "", "/incident")
		if e := d.say(t, "ana", "", word); e.Values[bot.Nav] != bot.NavCancel {
			t.Errorf("%s: %+v", word, e)
		}
		if e := d.say(t, "ana", "", word); e.Kind != bot.Said {
			t.Errorf("%s, with nothing open: %+v", word, e)
		}
	}
	for _, word := range []string{"back", "返回", "戻る"} {
		d := newDesk(false)
		d.answer = report(map[string]string{})
		d.say(t, "ana", "", "/incident")
		if e := d.say(t, "ana", "", word); e.Values[bot.Nav] != bot.NavBack {
			t.Errorf("%s: %+v", word, e)
		}
	}
}

// A form whose answers the bot keeps nowhere is submitted with all of them.
func TestEarlierAnswersAreSubmittedAgain(t *testing.T) {
	d := newDesk(false)
	d.answer = func(e bot.Event) (bot.Reply, error) {
		f := bot.Form{Key: "call", Title: "Record the first call", Submit: "Record", Fields: []bot.Field{
			{Key: "via", Kind: bot.FieldChoice, Label: "How", Options: []bot.Option{{Value: "phone", Label: "By phone"}}},
			{Key: "at", Kind: bot.FieldText, Label: "When", Value: "now"},
			{Key: "note", Kind: bot.FieldText, Label: "Note", Optional: true},
		}}
		for i := range f.Fields {
			if v := e.Values[f.Fields[i].Key]; v != "" {
				f.Fields[i].Value = v
			} else if f.Asking == "" {
				f.Asking = f.Fields[i].Key
			}
		}
		return bot.Reply{Lang: "en", Form: &f}, nil
	}
	d.say(t, "kenji", "", "/call INC-1")
	d.say(t, "kenji", "", "by phone")
	wantText(t, d.heard(), `bot to kenji> Record the first call
    How
    1. By phone
bot to kenji> When (now: now; an empty line keeps it)
`)
	e := d.say(t, "kenji", "", "")
	if diff := cmp.Diff(map[string]string{"via": "phone", "at": "now"}, e.Values); diff != "" {
		t.Errorf("answers with the second one (-want +got):\n%s", diff)
	}
	wantText(t, d.heard(), "bot to kenji> Note (- leaves it out)\n")
	e = d.say(t, "kenji", "", "back")
	if diff := cmp.Diff(map[string]string{"via": "phone", bot.Nav: bot.NavBack}, e.Values); diff != "" {
		t.Errorf("back, with all but the last answer (-want +got):\n%s", diff)
	}
}

func TestAFaultIsAnsweredAndReported(t *testing.T) {
	d := newDesk(false)
	fault := errors.New("the database is away")
	d.answer = func(bot.Event) (bot.Reply, error) { return bot.Reply{Text: "Something went wrong: 7"}, fault }
	if err := d.Say(t.Context(), talk.Said{Person: "ana", Text: "hello"}); !errors.Is(err, fault) {
		t.Errorf("the fault was swallowed: %v", err)
	}
	wantText(t, d.heard(), "bot to ana> Something went wrong: 7\n")
}
