package slack

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	api "github.com/slack-go/slack"

	"example.com/firstcall/adapters/slack/slackfake"
	"example.com/firstcall/bot"
	"example.com/firstcall/bot/words"
)

var inC1 = bot.Address{Platform: "slack", Workspace: "T1", Kind: "channel", ID: "C1"}

// sending is a story told from the side of what goes out.
type sending struct{ *story }

func newSending(t *testing.T, change ...func(*Options)) *sending {
	t.Helper()
	return &sending{newStory(t, change...)}
}

// send is one call of the bot, now.
func (st *sending) send(to bot.Address, key, text string, change ...func(*bot.Posting)) bot.Posting {
	p := bot.Posting{To: to, Key: key, Now: st.clock(), Message: bot.Message{Lang: "en", Zone: "UTC", Text: words.Plain(text)}}
	for _, c := range change {
		c(&p)
	}
	return p
}

func inThread(id string) func(*bot.Posting) { return func(p *bot.Posting) { p.Under = id } }
func ringing(p *bot.Posting)                { p.Rings = true }
func pinned(p *bot.Posting)                 { p.Pin = true }

func takeable(p *bot.Posting) {
	p.Message.Buttons = []bot.Button{{Label: "Take", Action: "take", Subject: "t i"}}
}

// post posts, fails the test when Slack doesn't take it, and lets a minute pass.
func (st *sending) post(p bot.Posting) string {
	st.t.Helper()
	id, err := st.app.Post(context.Background(), p)
	if err != nil {
		st.t.Fatalf("post %s: %v", p.Key, err)
	}
	st.wait(time.Minute)
	return id
}

// judged checks an error the way the bot reads it, and that it tells no secret.
func (st *sending) judged(err error, want bot.SendOutcome) *bot.SendError {
	st.t.Helper()
	var e *bot.SendError
	if !errors.As(err, &e) || e.Outcome != want || errors.Is(err, errBudget) {
		st.t.Fatalf("the answer is %v, want %q", err, want)
	}
	st.secretIn(err.Error())
	return e
}

func (st *sending) secretIn(text string) {
	st.t.Helper()
	for _, secret := range []string{"xoxb-", "xapp-", "signing-canary", "/hooks/", "ticket", "client-secret"} {
		if strings.Contains(text, secret) {
			st.t.Errorf("%q is in %q", secret, text)
		}
	}
}

// found looks for what p would post.
func (st *sending) found(p bot.Posting) string {
	st.t.Helper()
	id, found, err := st.app.Find(context.Background(), p, start.Add(-time.Minute))
	if err != nil || found != (id != "") {
		st.t.Fatalf("find %s: %q %v, %v", p.Key, id, found, err)
	}
	return id
}

func theOne[T any](t *testing.T, all []T) T {
	t.Helper()
	if len(all) != 1 {
		t.Fatalf("there are %d, not one: %+v", len(all), all)
	}
	return all[0]
}

func TestPost(t *testing.T) {
	st := newSending(t)
	id := st.post(st.send(inC1, "k1", "Call by 09:15 & <!channel>", takeable))
	m := theOne(t, st.Messages("C1"))
	if id != "C1:"+m.TS {
		t.Errorf("the id is %q", id)
	}
	if m.Text != "Call by 09:15 &amp; &lt;!channel&gt;" || !strings.Contains(m.Reads(), "[Take]") {
		t.Errorf("it says %q and shows %q", m.Text, m.Reads())
	}
	if m.UnfurlLinks == nil || *m.UnfurlLinks || m.UnfurlMedia == nil || *m.UnfurlMedia {
		t.Error("links are unfolded")
	}
	if payload, _ := m.Metadata["event_payload"].(slackfake.Block); m.Metadata["event_type"] != "firstcall" || payload["key"] != "k1" {
		t.Errorf("metadata %v", m.Metadata)
	}
	if len(st.Pins("C1")) != 0 {
		t.Error("it is pinned")
	}
}

func TestPostInAThread(t *testing.T) {
	st := newSending(t)
	card := st.post(st.send(inC1, "card", "INC-1"))
	_, ts, _ := splitID(card)
	st.post(st.send(inC1, "quiet", "said quietly", inThread(card)))
	st.post(st.send(inC1, "loud", "15 min left", inThread(card), ringing))
	replies := st.Thread("C1", ts)
	if len(replies) != 2 || replies[0].Broadcast || !replies[1].Broadcast {
		t.Fatalf("replies: %+v", replies)
	}
	if n := len(st.Messages("C1")); n != 2 { // the card and what rings
		t.Errorf("the channel shows %d messages", n)
	}
	if m := st.Messages("C1")[0]; m.Broadcast {
		t.Error("outside a thread there is nothing to broadcast")
	}
}

func TestPostToAPerson(t *testing.T) {
	st := newSending(t)
	ana := bot.Address{Platform: "slack", Workspace: "T1", Kind: "person", ID: "U1"}
	id := st.post(st.send(ana, "dm", "Are you there?"))
	dm := st.DM("U1")
	if id != dm+":"+theOne(t, st.Messages(dm)).TS {
		t.Errorf("the id is %q, the conversation %s", id, dm)
	}
	if got := st.found(st.send(ana, "dm", "")); got != id {
		t.Errorf("found %q", got)
	}
	if err := st.app.Edit(context.Background(), id, st.send(ana, "dm", "Thank you")); err != nil {
		t.Fatal(err)
	}
	reply := st.post(st.send(ana, "in thread", "And?", inThread(id)))
	if got := st.found(st.send(ana, "in thread", "", inThread(id))); got != reply || !strings.HasPrefix(got, dm+":") {
		t.Errorf("found %q, want %q", got, reply)
	}
}

func TestEdit(t *testing.T) {
	st := newSending(t)
	id := st.post(st.send(inC1, "card", "INC-1 · open", takeable))
	if err := st.app.Edit(context.Background(), id, st.send(inC1, "card", "INC-1 · closed")); err != nil {
		t.Fatal(err)
	}
	m := theOne(t, st.Messages("C1"))
	if !m.Edited || m.Text != "INC-1 · closed" || strings.Contains(m.Reads(), "Take") {
		t.Errorf("it reads %q, %q", m.Text, m.Reads())
	}
	if payload, _ := m.Metadata["event_payload"].(slackfake.Block); payload["key"] != "card" {
		t.Errorf("metadata %v", m.Metadata)
	}
	st.wait(time.Minute)
	_, ts, _ := splitID(id)
	st.ForgetCalls()
	for name, gone := range map[string]string{"no message": "C1:1.000001", "no channel": "C9:" + ts, "no id": "nonsense"} {
		st.wait(time.Minute)
		if err := st.app.Edit(context.Background(), gone, st.send(inC1, "card", "x")); err == nil {
			t.Errorf("%s: the edit is said to have worked", name)
		} else {
			st.judged(err, bot.Gone)
		}
	}
}

// A card whose message was removed is posted anew right after its edit was refused, within the usual budget.
func TestARemovedCardIsPostedAgain(t *testing.T) {
	st := newSending(t, func(o *Options) { o.Budget = Budget{} })
	ctx := context.Background()
	id := st.post(st.send(inC1, "card", "INC-1"))
	st.Inject("chat.update", slackfake.ErrorCode("message_not_found"))
	p := st.send(inC1, "card", "INC-1 · waiting")
	st.judged(st.app.Edit(ctx, id, p), bot.Gone)
	again, err := st.app.Post(ctx, p)
	if err != nil || again == id {
		t.Fatalf("posted %q, %v", again, err)
	}
	if m := st.Messages("C1"); m[len(m)-1].Text != "INC-1 · waiting" {
		t.Errorf("it says %q", m[len(m)-1].Text)
	}
}

// A token that was revoked kills nothing: as soon as another one is in its place, what waited is delivered.
func TestAReplacedTokenDeliversWhatWaited(t *testing.T) {
	st := newSending(t)
	ctx := context.Background()
	whole := st.tables.all["T1"]
	p := st.send(inC1, "ring", "15 min left")
	for _, code := range []string{"token_revoked", "account_inactive", "invalid_auth", "not_authed", "token_expired"} {
		st.Inject("chat.postMessage", slackfake.ErrorCode(code))
		_, err := st.app.Post(ctx, p)
		st.locked(err)
		st.wait(time.Minute)
		p.Now = st.clock()
	}
	delete(st.tables.all, "T1")
	_, err := st.app.Post(ctx, p)
	st.locked(err)
	st.wait(time.Minute)
	p.Now = st.clock()
	st.tables.all["T1"] = whole
	st.post(p)
	if m := theOne(t, st.Messages("C1")); m.Text != "15 min left" {
		t.Errorf("it says %q", m.Text)
	}
}

// Who doesn't know who it is can't tell its own messages, which is no answer that they aren't there.
func TestFindWithoutKnowingWhoWeAre(t *testing.T) {
	st := newSending(t)
	p := st.send(inC1, "ring", "15 min left")
	id := st.post(p)
	whole := st.tables.all["T1"]
	st.tables.all["T1"] = Installation{Workspace: "T1", Token: whole.Token}
	_, found, err := st.app.Find(context.Background(), p, start)
	if st.judged(err, bot.NotKnown); found {
		t.Error("found without knowing whose it is")
	}
	st.tables.all["T1"] = Installation{Workspace: "T1", Token: whole.Token, BotUser: whole.BotUser} // one of both is enough
	if got := st.found(p); got != id {
		t.Errorf("found %q, want %q", got, id)
	}
}

// A thread is read from the first sending on; an empty one says that the message isn't there, and no list says nothing.
func TestFindInAnOldThread(t *testing.T) {
	st := newSending(t)
	card := st.post(st.send(inC1, "card", "INC-1"))
	p := st.send(inC1, "ring", "15 min left", inThread(card))
	st.post(p)
	st.wait(time.Hour)
	look := func() (bool, error) {
		_, found, err := st.app.Find(context.Background(), p, st.clock())
		return found, err
	}
	if found, err := look(); found || err != nil {
		t.Errorf("from now on: %v, %v", found, err)
	}
	if oldest := theOne(t, st.Calls("conversations.replies")).Arg("oldest"); oldest != strconv.FormatInt(st.clock().Unix(), 10)+".000000" {
		t.Errorf("read from %q on", oldest)
	}
	for body, known := range map[string]bool{`{"ok":true,"messages":[],"has_more":false}`: true, `{"ok":false}`: false, `{"ok":false,"error":""}`: false} {
		away := lost(t, "", roundTrip(func(r *http.Request) (*http.Response, error) {
			r.Body.Close()
			return &http.Response{StatusCode: 200, Header: http.Header{"Content-Type": {"application/json"}}, Body: io.NopCloser(strings.NewReader(body)), Request: r}, nil
		}))
		_, found, err := away.app.Find(context.Background(), p, start)
		if found || (err == nil) != known {
			t.Errorf("%s: %v, %v", body, found, err)
		}
	}
}

func TestPin(t *testing.T) {
	st := newSending(t)
	id := st.post(st.send(inC1, "card", "Report an incident", pinned))
	_, ts, _ := splitID(id)
	if got := theOne(t, st.Pins("C1")).TS; got != ts {
		t.Errorf("%s is pinned, not %s", got, ts)
	}
	st.Inject("pins.add", slackfake.ErrorCode("too_many_pins"))
	st.post(st.send(inC1, "card2", "Said all the same", pinned))
	if !strings.Contains(st.log(), "could not be pinned") {
		t.Error("nobody is told that it isn't pinned")
	}
}

// A pin that was lost with its message's answer is made when the message is found.
func TestFindPins(t *testing.T) {
	st := newSending(t)
	st.Inject("chat.postMessage", slackfake.ResetAfter())
	p := st.send(inC1, "card", "Report an incident", pinned)
	if _, err := st.app.Post(context.Background(), p); err == nil {
		t.Fatal("the answer was not lost")
	}
	if len(st.Pins("C1")) != 0 || st.found(p) == "" || len(st.Pins("C1")) != 1 {
		t.Errorf("pins: %+v", st.Pins("C1"))
	}
	st.found(p) // again: it is pinned already
	if strings.Contains(st.log(), "pinned") {
		t.Errorf("a pin that is there is a fault: %s", st.log())
	}
}

func TestJoin(t *testing.T) {
	st := newSending(t)
	st.AddChannel(slackfake.Channel{ID: "C2", Name: "open", Members: []string{"U1"}})
	st.AddChannel(slackfake.Channel{ID: "C3", Name: "closed", Members: []string{"U1"}, Private: true})
	open, closed := inC1, inC1
	open.ID, closed.ID = "C2", "C3"
	st.post(st.send(open, "k1", "hello", takeable))
	if m := theOne(t, st.Messages("C2")); !strings.Contains(m.Reads(), "[Take]") {
		t.Errorf("the button is lost: %q", m.Reads())
	}
	_, err := st.app.Post(context.Background(), st.send(closed, "k2", "hello"))
	st.judged(err, bot.Gone)

	st.AddChannel(slackfake.Channel{ID: "C4", Name: "no-bots", Members: []string{"U1"}})
	st.Inject("conversations.join", slackfake.ErrorCode("missing_scope"))
	refused := inC1
	refused.ID = "C4"
	_, err = st.app.Post(context.Background(), st.send(refused, "k3", "hello"))
	st.judged(err, bot.Gone)
	if n := len(st.Calls("conversations.join")); n != 2 {
		t.Errorf("joined %d times", n)
	}
}

// A message that is in a way Slack doesn't take is said in a plainer one, never lost.
func TestRefusedShapeIsSaidPlainly(t *testing.T) {
	for _, code := range []string{"invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long", "msg_too_long", "invalid_arguments", "invalid_attachments"} {
		t.Run(code, func(t *testing.T) {
			st := newSending(t)
			st.Inject("chat.postMessage", slackfake.ErrorCode(code))
			id := st.post(st.send(inC1, "ring", "INC-1: nobody has called", takeable))
			m := theOne(t, st.Messages("C1"))
			if len(m.Blocks) != 0 || m.Text != "INC-1: nobody has called" {
				t.Errorf("it says %q with %d blocks", m.Text, len(m.Blocks))
			}
			if !strings.Contains(st.log(), "refused the shape") {
				t.Error("the operator isn't told")
			}
			if got := st.found(st.send(inC1, "ring", "")); got != id {
				t.Errorf("found %q, want %q", got, id)
			}
			st.Inject("chat.update", slackfake.ErrorCode(code))
			if err := st.app.Edit(context.Background(), id, st.send(inC1, "ring", "INC-1: called", takeable)); err != nil {
				t.Fatal(err)
			}
			if edits := st.Calls("chat.update"); edits[len(edits)-1].Arg("blocks") != "[]" {
				t.Error("the old blocks would stay")
			}
			if m := theOne(t, st.Messages("C1")); m.Text != "INC-1: called" || len(m.Blocks) != 0 {
				t.Errorf("it says %q with %d blocks", m.Text, len(m.Blocks))
			}
		})
	}
}

func TestRefusedMarkIsLeftOut(t *testing.T) {
	st := newSending(t)
	st.Inject("chat.postMessage", slackfake.ErrorCode("metadata_must_be_sent_from_app"))
	st.post(st.send(inC1, "ring", "INC-1: nobody has called", takeable))
	if m := theOne(t, st.Messages("C1")); m.Metadata != nil || !strings.Contains(m.Reads(), "[Take]") {
		t.Errorf("metadata %v, it shows %q", m.Metadata, m.Reads())
	}
}

// All that can be wrong at once: each is put right once, and the message arrives.
func TestEverythingRefusedOnce(t *testing.T) {
	st := newSending(t)
	card := st.post(st.send(inC1, "card", "INC-1"))
	for _, code := range []string{"not_in_channel", "thread_not_found", "metadata_too_large", "invalid_blocks"} {
		st.Inject("chat.postMessage", slackfake.ErrorCode(code))
	}
	id := st.post(st.send(inC1, "ring", "INC-1: nobody has called", inThread(card), ringing, takeable))
	if m := theOne(t, st.Messages("C1")[1:]); m.Text != "INC-1: nobody has called" || m.ThreadTS != "" || "C1:"+m.TS != id {
		t.Errorf("%+v", m)
	}
	for range 10 {
		st.Inject("chat.postMessage", slackfake.ErrorCode("invalid_blocks"), slackfake.Times(10))
	}
	before := len(st.Calls("chat.postMessage"))
	_, err := st.app.Post(context.Background(), st.send(inC1, "ring2", "x", takeable))
	st.judged(err, bot.Refused)
	if n := len(st.Calls("chat.postMessage")) - before; n != 2 {
		t.Errorf("tried %d times", n)
	}
}

// Whoever removed the card's message removed no reason to speak, and what is said outside the thread is found there.
func TestThreadIsGone(t *testing.T) {
	st := newSending(t)
	p := st.send(inC1, "ring", "INC-1: nobody has called", inThread("C1:1.000001"))
	st.Inject("chat.postMessage", slackfake.ErrorCode("thread_not_found"))
	id := st.post(p)
	if got := st.found(p); got != id {
		t.Errorf("found %q, want %q", got, id)
	}
}

// A channel may have a new id since the message that another one stands under.
func TestThreadOfAMovedChannel(t *testing.T) {
	st := newSending(t)
	card := st.post(st.send(inC1, "card", "INC-1"))
	_, ts, _ := splitID(card)
	p := st.send(inC1, "reply", "said", inThread("COLD:"+ts))
	id := st.post(p)
	theOne(t, st.Thread("C1", ts))
	if got := st.found(p); got != id {
		t.Errorf("found %q, want %q", got, id)
	}
}

// After a lost answer the message is found by its key, wherever it was posted.
func TestFindAfterALostAnswer(t *testing.T) {
	st := newSending(t)
	card := st.post(st.send(inC1, "card", "INC-1"))
	ana := bot.Address{Platform: "slack", Workspace: "T1", Kind: "person", ID: "U1"}
	for name, p := range map[string]bot.Posting{
		"in a channel":                  st.send(inC1, "k1", "a"),
		"in a thread":                   st.send(inC1, "k2", "b", inThread(card)),
		"in a thread and the channel":   st.send(inC1, "k3", "c", inThread(card), ringing),
		"to a person":                   st.send(ana, "k4", "d"),
		"with the same text as another": st.send(inC1, "k5", "INC-1"),
	} {
		p.Now = st.clock()
		st.Inject("chat.postMessage", slackfake.ResetAfter())
		_, err := st.app.Post(context.Background(), p)
		st.judged(err, bot.NotKnown)
		id := st.found(p)
		channel, ts, _ := splitID(id)
		if m, ok := st.Message(channel, ts); !ok || m.Metadata["event_payload"].(slackfake.Block)["key"] != p.Key {
			t.Errorf("%s: found %q", name, id)
		}
		st.wait(time.Minute)
	}
	if got := st.found(st.send(inC1, "never sent", "")); got != "" {
		t.Errorf("found what was never sent: %s", got)
	}
	st.Inject("chat.postMessage", slackfake.ResetBefore())
	p := st.send(inC1, "lost before", "e")
	_, err := st.app.Post(context.Background(), p)
	st.judged(err, bot.NotKnown)
	if got := st.found(p); got != "" {
		t.Errorf("found what never arrived: %s", got)
	}
}

// Anybody can write a message with our metadata.
func TestFindBelievesOurOwnAppOnly(t *testing.T) {
	st := newSending(t)
	other := st.AddWorkspace(slackfake.Workspace{ID: "T9", Token: "xoxb-of-another", BotUser: "UOTHER", BotID: "BOTHER"})
	st.AddChannel(slackfake.Channel{ID: "C5", Name: "shared", Members: []string{"U1", "UBOT", "UOTHER"}, SharedWith: []string{other.ID}})
	foreign := api.New(other.Token, api.OptionAPIURL(st.APIURL()))
	shared := inC1
	shared.ID = "C5"
	_, _, err := foreign.PostMessageContext(context.Background(), "C5", api.MsgOptionText("forged", false), mark("k1"))
	if err != nil {
		t.Fatal(err)
	}
	if got := st.found(st.send(shared, "k1", "")); got != "" {
		t.Errorf("another app's message is taken for ours: %s", got)
	}
	id := st.post(st.send(shared, "k1", "ours"))
	if got := st.found(st.send(shared, "k1", "")); got != id {
		t.Errorf("found %q, want %q", got, id)
	}
	if got := st.found(st.send(shared, "k2", "")); got != "" {
		t.Errorf("another key's message is taken: %s", got)
	}
}

func TestFindReadsNoMoreThanItMust(t *testing.T) {
	st := newSending(t)
	p := st.send(inC1, "old", "before")
	id := st.post(p)
	since := st.clock()
	st.HoldEvents() // nobody needs to hear them
	for range 450 {
		st.Say("U1", "C1", "and so on")
	}
	st.ForgetCalls()
	if got := st.found(p); got != id { // among all since the beginning
		t.Errorf("found %q, want %q", got, id)
	}
	if n := len(st.Calls("conversations.history")); n != 3 {
		t.Errorf("read %d pages of 200, want 3", n)
	}
	if _, found, err := st.app.Find(context.Background(), p, since); err != nil || found {
		t.Errorf("found before it can have been sent: %v %v", found, err)
	}
	for range 1600 {
		st.Say("U1", "C1", "and so on")
	}
	st.ForgetCalls()
	_, _, err := st.app.Find(context.Background(), p, start)
	st.judged(err, bot.NotKnown)
	if n := len(st.Calls("conversations.history")); n != mostPages {
		t.Errorf("read %d pages", n)
	}
}

func TestFindThatCannotLook(t *testing.T) {
	st := newSending(t)
	card := st.post(st.send(inC1, "card", "INC-1"))
	top, inside := st.send(inC1, "k", ""), st.send(inC1, "k", "", inThread(card))
	for _, tc := range []struct {
		method, code string
		p            bot.Posting
		blind        bool
		want         bot.SendOutcome
	}{
		{"conversations.history", "missing_scope", top, true, bot.Refused},
		{"conversations.replies", "missing_scope", inside, true, bot.Refused},
		{"conversations.history", "not_in_channel", top, true, bot.Gone},
		{"conversations.history", "channel_not_found", top, false, bot.Gone},
		{"conversations.history", "ratelimited", top, false, bot.Refused},
		{"conversations.history", "internal_error", top, false, bot.NotKnown},
	} {
		st.Inject(tc.method, slackfake.ErrorCode(tc.code))
		_, found, err := st.app.Find(context.Background(), tc.p, start)
		st.judged(err, tc.want)
		if errors.Is(err, bot.ErrCannotLook) != tc.blind || found {
			t.Errorf("%s %s: %v %v", tc.method, tc.code, found, err)
		}
	}
}

// A workspace without an installation is served by the provider's, and by nobody when there is none either.
func TestWhoseInstallationSends(t *testing.T) {
	st := newSending(t, func(o *Options) { o.Provider = "T1" })
	st.AddUser(slackfake.User{ID: "U9", Team: "T9"})
	st.AddChannel(slackfake.Channel{ID: "C7", Name: "shared", Members: []string{"U9", "UBOT"}, SharedWith: []string{"T9"}})
	shared := bot.Address{Platform: "slack", Workspace: "T9", Kind: "channel", ID: "C7"}
	id := st.post(st.send(shared, "k", "hello"))
	if m := theOne(t, st.Messages("C7")); m.User != "UBOT" {
		t.Errorf("%s wrote it", m.User)
	}
	if got := st.found(st.send(shared, "k", "")); got != id {
		t.Errorf("found %q", got)
	}

	alone := newSending(t)
	p := alone.send(shared, "k", "hello")
	_, err := alone.app.Post(context.Background(), p)
	alone.locked(err)
	alone.locked(alone.app.Edit(context.Background(), "C7:1.2", p))
	_, _, err = alone.app.Find(context.Background(), p, start)
	alone.locked(err)
	if n := len(alone.Calls()); n != 0 {
		t.Errorf("%d calls without a token", n)
	}
	alone.tables.err = errors.New("the database is away")
	_, err = alone.app.Post(context.Background(), p)
	alone.judged(err, bot.Refused) // nothing was sent, and it may be back soon
}
