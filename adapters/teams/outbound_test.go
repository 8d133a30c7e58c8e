package teams

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"example.com/firstcall/adapters/teams/teamsfake"
	"example.com/firstcall/bot"
	"example.com/firstcall/bot/words"
)

// to is the address of a place as the store keeps it.
func (st *story) to(c *teamsfake.Conversation) bot.Address {
	place, _ := splitConversation(c.ID())
	r := route{Service: st.ServiceURL(), Conversation: place, Bot: st.BotID(), Tenant: st.TenantID()}
	return bot.Address{Platform: "teams", Workspace: st.TenantID(), Kind: "channel", ID: place, Route: r.String()}
}

// toPerson is the address of somebody who spoke there last.
func (st *story) toPerson(p *teamsfake.Person, c *teamsfake.Conversation) bot.Address {
	place, _ := splitConversation(c.ID())
	r := route{Service: st.ServiceURL(), Conversation: place, Bot: st.BotID(), Tenant: st.TenantID(), Person: p.ID}
	return bot.Address{Platform: "teams", Workspace: st.TenantID(), Kind: "person", ID: p.AAD, Route: r.String()}
}

func (st *story) posting(to bot.Address, text string) bot.Posting {
	return bot.Posting{To: to, Key: "key", Now: st.clock(), Message: bot.Message{
		Lang: "en", Zone: "UTC", Text: words.Plain(text),
		Buttons: []bot.Button{{Label: words.Plain("Acknowledge"), Action: "ack", Subject: "inc-1", Primary: true}},
	}}
}

func (st *story) post(p bot.Posting) string {
	st.t.Helper()
	id, err := st.app.Post(context.Background(), p)
	if err != nil {
		st.t.Fatal(err)
	}
	return id
}

// fails checks how a call failed, and returns the error.
func (st *story) fails(err error, want bot.SendOutcome) *bot.SendError {
	st.t.Helper()
	var e *bot.SendError
	if !errors.As(err, &e) || e.Outcome != want {
		st.t.Fatalf("want %s, got %v", want, err)
	}
	for _, secret := range []string{canary, "bearer-"} {
		if strings.Contains(err.Error(), secret) {
			st.t.Errorf("%q is in the error %v", secret, err)
		}
	}
	return e
}

func (st *story) shows(m teamsfake.Message, text string) {
	st.t.Helper()
	if !strings.Contains(m.Plain(), text) {
		st.t.Errorf("want %q to be read, got %q", text, m.Plain())
	}
}

func TestPostIntoAGroupEditsInPlace(t *testing.T) {
	st := newStory(t)
	group := st.GroupChat("Checkout", st.ana)
	id := st.post(st.posting(st.to(group), "INC-1: checkout is down"))
	m := group.Last()
	st.shows(m, "checkout is down")
	equal(t, "the message's id", id, m.ID)
	equal(t, "what the notification says", m.Summary, "INC-1: checkout is down")
	equal(t, "it rings", m.Alert, false)
	if err := st.app.Edit(context.Background(), id, st.posting(st.to(group), "INC-1: checkout works")); err != nil {
		t.Fatal(err)
	}
	m = group.Last()
	st.shows(m, "checkout works")
	equal(t, "the messages", fmt.Sprint(len(group.FromBot()), m.Edits), "1 1")
}

func TestPostInAChannelBeginsAThreadAndGoesOnInIt(t *testing.T) {
	st := newStory(t)
	channel := st.Team("Contoso", st.ana).Channel("Incidents")
	card := st.posting(st.to(channel), "INC-1: checkout is down")
	root := st.post(card)
	other := st.post(st.posting(st.to(channel), "INC-2: search is slow"))
	ring := st.posting(st.to(channel), "Nobody has called yet")
	ring.Under, ring.Rings = root, true
	under := st.post(ring)
	m, _ := channel.Message(under)
	equal(t, "the ring's thread", m.Thread, root)
	equal(t, "it rings", m.Alert, true)
	equal(t, "what it says first", m.Summary, "Nobody has called yet")
	if m, _ := channel.Message(other); m.Thread != "" {
		t.Errorf("the second incident is in the thread %q", m.Thread)
	}
	equal(t, "messages in the first thread", len(channel.Thread(root).FromBot()), 2)
	for id, p := range map[string]bot.Posting{root: card, under: ring} {
		p.Message.Text = words.Plain("changed " + id)
		if err := st.app.Edit(context.Background(), id, p); err != nil {
			t.Fatal(err)
		}
		m, _ := channel.Message(id)
		st.shows(m, "changed "+id)
	}
}

func TestPostOutsideAThreadThatIsGone(t *testing.T) {
	st := newStory(t)
	channel := st.Team("Contoso", st.ana).Channel("Incidents")
	st.ExpectProblem("no conversation")
	p := st.posting(st.to(channel), "Nobody has called yet")
	p.Under = "1700000000000"
	id := st.post(p)
	st.shows(channel.Last(), "Nobody has called yet")
	p.Message.Text = words.Plain("Somebody has called")
	if err := st.app.Edit(context.Background(), id, p); err != nil {
		t.Fatal(err)
	}
	st.shows(channel.Last(), "Somebody has called")
	equal(t, "messages", len(channel.FromBot()), 1)
}

// A proxy knows nothing of threads: its 404 doesn't tear a message out of one.
func TestPostInAThreadPastAProxy(t *testing.T) {
	st := newStory(t)
	channel := st.Team("Contoso", st.ana).Channel("Incidents")
	p := st.posting(st.to(channel), "Nobody has called yet")
	p.Under = st.post(st.posting(st.to(channel), "INC-1: checkout is down"))
	st.Inject(teamsfake.OpSend, 1, teamsfake.Fault{Status: 404, Raw: "<html>no</html>"})
	_, err := st.app.Post(context.Background(), p)
	st.fails(err, bot.Refused)
	equal(t, "messages outside of the thread", len(st.Calls(teamsfake.OpCreate)), 1)
	st.post(p)
	equal(t, "messages in the thread", len(channel.Thread(p.Under).FromBot()), 2)
}

// A person is written to in the chat that there is, or in a new one; an edit
// finds it again although the route still names the channel.
func TestPostToAPerson(t *testing.T) {
	st := newStory(t)
	channel := st.Team("Contoso", st.ana).Channel("Incidents")
	own := st.Personal(st.ana)
	for name, to := range map[string]bot.Address{"who spoke in private": st.toPerson(st.ana, own), "who spoke in a channel": st.toPerson(st.ana, channel)} {
		before := len(own.FromBot())
		p := st.posting(to, "You are on duty")
		p.Rings = true
		id := st.post(p)
		equal(t, "messages to somebody "+name, len(own.FromBot())-before, 1)
		equal(t, "it rings", own.Last().Alert, true)
		p.Message.Text = words.Plain("You are off duty")
		if err := st.app.Edit(context.Background(), id, p); err != nil {
			t.Fatal(err)
		}
		st.shows(own.Last(), "off duty")
		reply := st.posting(to, "One more thing")
		reply.Under = id
		st.post(reply)
		st.shows(own.Last(), "One more thing")
	}
	equal(t, "chats that were opened", len(st.Calls(teamsfake.OpCreate)), 1)
	equal(t, "messages in the channel", len(channel.FromBot()), 0)
}

func TestPostWithoutAWayThere(t *testing.T) {
	st := newStory(t)
	group := st.GroupChat("Checkout", st.ana)
	for what, change := range map[string]func(*bot.Address){
		"no route": func(a *bot.Address) { a.Route = "" },
		"garbage":  func(a *bot.Address) { a.Route = "{" },
		"no url":   func(a *bot.Address) { a.Route = "{}" },
		"a person unknown": func(a *bot.Address) {
			a.Kind, a.ID = "person", st.ana.AAD
		},
		"another host":      func(a *bot.Address) { a.Route = route{Service: "https://smba.evil.example/emea/"}.String() },
		"no address":        func(a *bot.Address) { a.Route = route{Service: "::Teams"}.String() },
		"a private address": func(a *bot.Address) { a.Route = route{Service: "http://169.254.169.254/"}.String() },
	} {
		to := st.to(group)
		change(&to)
		_, err := st.app.Post(context.Background(), st.posting(to, "hello"))
		st.fails(err, bot.Gone)
		if !strings.Contains(err.Error(), "Teams") {
			t.Errorf("%s: the cause %q doesn't say what is wrong", what, err)
		}
	}
	equal(t, "calls made", len(st.Calls()), 0)
	if _, _, err := st.app.Find(context.Background(), st.posting(st.to(group), ""), start); !errors.Is(err, bot.ErrCannotLook) {
		t.Errorf("Find says %v", err)
	}
}

// What Teams refuses for its look is said plainly in the same call.
func TestACardThatIsRefusedIsSaidPlainly(t *testing.T) {
	for name, fault := range map[string]teamsfake.Fault{
		"too big": teamsfake.TooBig(), "bad": {Status: 400, Code: "BadSyntax"}, "a bad argument": {Status: 400, Code: "BadArgument"},
	} {
		t.Run(name, func(t *testing.T) {
			st := newStory(t)
			group := st.GroupChat("Checkout", st.ana)
			st.Inject(teamsfake.OpSend, 1, fault)
			p := st.posting(st.to(group), "INC-1: *checkout* is down")
			p.Rings = true
			id := st.post(p)
			m := group.Last()
			equal(t, "what is read", m.Text, "INC-1: *checkout* is down")
			equal(t, "what the notification says", m.Summary, "INC-1: *checkout* is down")
			equal(t, "cards, alert", fmt.Sprint(len(m.Cards), m.Alert), "0 true")
			var raw struct{ TextFormat string }
			if err := json.Unmarshal(m.Raw, &raw); err != nil || raw.TextFormat != "plain" {
				t.Errorf("the text is sent as %q, so that people's words may be markup", raw.TextFormat)
			}
			st.Inject(teamsfake.OpUpdate, 1, fault)
			if err := st.app.Edit(context.Background(), id, p); err != nil {
				t.Fatal(err)
			}
			equal(t, "edits", group.Last().Edits, 1)
		})
	}
}

// The newest service URL wins: it comes with the route that the store keeps.
func TestTheNewestServiceURLIsUsed(t *testing.T) {
	st := newStory(t)
	own := st.Personal(st.ana)
	st.ana.Say(own, "hello")
	st.settle()
	st.MoveServiceURL("/amer/")
	st.ana.Say(own, "hello again")
	st.settle()
	var newest string
	for _, e := range st.got() {
		newest = e.Route
	}
	to := st.toPerson(st.ana, own)
	to.Route = newest
	st.post(st.posting(to, "hello"))
	calls := st.Calls(teamsfake.OpSend)
	equal(t, "where it was sent", calls[len(calls)-1].Region, "/amer/")
}

// Two senders in one process never write to one conversation at once.
func TestOneWriterAtATimeInAConversation(t *testing.T) {
	st := newStory(t, func(s *setting) { s.fake.Serial = true })
	group := st.GroupChat("Checkout", st.ana)
	hold := make(chan struct{})
	st.Inject(teamsfake.OpSend, 1, teamsfake.Slow(hold))
	done := make(chan error, 2)
	for range 2 {
		go func() {
			_, err := st.app.Post(context.Background(), st.posting(st.to(group), "hello"))
			done <- err
		}()
	}
	st.WaitFor("the first call", func() bool { return len(st.Calls(teamsfake.OpSend)) > 0 && st.PendingFaults() == 0 })
	close(hold)
	for range 2 {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
	equal(t, "messages", len(group.FromBot()), 2)
	stuck, cancel := context.WithTimeout(context.Background(), 20*time.Millisecond)
	defer cancel()
	leave, err := st.app.enter(context.Background(), group.ID())
	if err != nil {
		t.Fatal(err)
	}
	defer leave()
	_, err = st.app.Post(stuck, st.posting(st.to(group), "hello"))
	st.fails(err, bot.Refused)
}

// Whoever has only pressed something in a channel can be paged all the same:
// Teams names who is there, and lets us open a chat.
func TestAPersonWhoHasOnlySpokenInAChannel(t *testing.T) {
	st := newStory(t)
	ben, lena := st.Person("Ben Ito"), st.Person("Lena Mai")
	ops := st.Team("Ops", st.ana, ben).Channel("Checkout")
	st.says(reply("Taken.", nil))
	st.ana.Press(st.incident(ops), "Take", nil)
	st.settle()
	page := func(p *teamsfake.Person) (string, error) {
		return st.app.Post(t.Context(), bot.Posting{
			Key: "k", Rings: true, Now: start, Message: bot.Message{Lang: "en", Zone: "UTC", Text: "INC-1: nobody has called."},
			To: bot.Address{Platform: "teams", Workspace: st.TenantID(), Kind: "person", ID: p.AAD},
		})
	}
	for _, who := range []*teamsfake.Person{st.ana, ben} { // who pressed, and who is there, too
		id, err := page(who)
		if err != nil {
			t.Fatal(err)
		}
		equal(t, "the page to "+who.Name, strings.Contains(st.Personal(who).Last().Plain(), "nobody has called"), true)
		if err := st.app.Edit(t.Context(), id, bot.Posting{
			Key: "k", Now: start, Message: bot.Message{Lang: "en", Zone: "UTC", Text: "INC-1: Ana has called."},
			To: bot.Address{Platform: "teams", Workspace: st.TenantID(), Kind: "person", ID: who.AAD},
		}); err != nil {
			t.Error(err)
		}
		equal(t, "the page to "+who.Name+", changed", strings.Contains(st.Personal(who).Last().Plain(), "Ana has called"), true)
	}
	var refused *bot.SendError
	if _, err := page(lena); !errors.As(err, &refused) || refused.Outcome != bot.Gone {
		t.Errorf("a page to somebody whom nobody has met: %v", err)
	}
}
