package teams

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"example.com/firstcall/adapters/teams/teamsfake"
	"example.com/firstcall/bot"
	"example.com/firstcall/bot/words"
)

func TestAMessageReachesTheBotAndIsAnswered(t *testing.T) {
	st := newStory(t)
	st.says(bot.Reply{Lang: "en", Text: "What happened?"})
	chat := st.Personal(st.ana)
	answer := st.ana.Say(chat, "checkout is down")
	wants(t, "a message", answer, http.StatusOK)
	if len(answer.Body) > 0 {
		t.Errorf("a message is answered with %s; nobody reads that", answer.Body)
	}
	st.settle()
	e := st.only()
	id := answer.Activity["id"].(string)
	equal(t, "kind", e.Kind, bot.Said)
	equal(t, "platform", e.Platform, "teams")
	equal(t, "workspace", e.Workspace, st.TenantID())
	equal(t, "through", e.Through, "")
	equal(t, "person", e.Person, st.ana.AAD)
	equal(t, "place", e.Place, "")
	equal(t, "thread", e.Thread, "")
	equal(t, "message", e.Message, id)
	equal(t, "key", e.Key, chat.ID()+":"+id)
	equal(t, "text", e.Text, "checkout is down")
	equal(t, "time", e.At, start)
	equal(t, "route", st.routeOf(e), route{Service: st.ServiceURL(), Conversation: chat.ID(), Bot: st.BotID(), Tenant: st.TenantID(), Person: st.ana.ID})
	equal(t, "reply", chat.Last().Text, "What happened?")
	equal(t, "metrics", st.outcome(), "message ok")
}

func TestAMentionInAChannelIsTakenOffAndItsThreadKnown(t *testing.T) {
	st := newStory(t)
	ops := st.Team("Ops", st.ana).Channel("Checkout")
	first := st.ana.Tell(ops, "incident: 3 < 5 &amp; down")
	wants(t, "a mention", first, http.StatusOK)
	root := first.Activity["id"].(string)
	st.ana.Tell(ops.Thread(root), "still down")
	all := st.got()
	if len(all) != 2 {
		t.Fatalf("the bot was told %d events", len(all))
	}
	equal(t, "place", all[0].Place, ops.ID())
	equal(t, "text", all[0].Text, "@firstcall incident: 3 < 5 & down")
	equal(t, "thread of the first", all[0].Thread, "")
	equal(t, "thread of the second", all[1].Thread, root)
	equal(t, "place of the second", all[1].Place, ops.ID())
	equal(t, "route", st.routeOf(all[1]).Conversation, ops.ID())
	equal(t, "metrics", st.outcome(), "mention ok")
}

func TestPrivateWordsGoToThePersonsOwnChat(t *testing.T) {
	st := newStory(t)
	st.says(bot.Reply{Lang: "en", Text: "Two of yours are open."})
	ops := st.Team("Ops", st.ana).Channel("Checkout")
	st.ana.Tell(ops, "mine")
	st.settle()
	equal(t, "in the person's chat", st.Personal(st.ana).Last().Text, "Two of yours are open.")
	if said := ops.FromBot(); len(said) > 0 {
		t.Errorf("the channel reads %q", said[0].Text)
	}

	st.Personal(st.ana).BotLeaves() // the person has no chat with us
	answer := st.ana.Tell(ops, "mine")
	st.settle()
	equal(t, "under the question", ops.Thread(answer.Activity["id"].(string)).Last().Text,
		"I have an answer for you alone, and can't write to you in private. Please open a chat with me, and ask there.")
}

// Who has only spoken in a channel can be written to.
func TestTheWayToWhoSpokeInAChannel(t *testing.T) {
	st := newStory(t)
	ops := st.Team("Ops", st.ana).Channel("Checkout")
	st.ana.Tell(ops, "mine")
	e := st.only()
	to, err := parseRoute(e.PersonRoute)
	if err != nil || to.Conversation != "" || to.Person == "" || to.Service == "" || e.PersonRoute == e.Route {
		t.Errorf("the way to the person is %+v, %v", to, err)
	}
	st.post(st.posting(bot.Address{Platform: platform, Workspace: e.Workspace, Kind: "person", ID: e.Person, Route: e.PersonRoute}, "please call"))
	if own := st.Personal(st.ana); len(own.FromBot()) != 1 {
		t.Error("nothing came to the person's chat")
	}
}

// What is refused for a moment is not lost, and not said where others read it.
func TestRepliesArePatient(t *testing.T) {
	for name, fault := range map[string]teamsfake.Fault{"412": teamsfake.Concurrent(), "429": teamsfake.Throttled("2"), "429 without a time": teamsfake.Throttled("")} {
		st := newStory(t)
		st.says(bot.Reply{Lang: "en", Text: "Two of yours are open."})
		ops := st.Team("Ops", st.ana).Channel("Checkout")
		st.Inject(teamsfake.OpCreate, 1, fault)
		st.Inject(teamsfake.OpSend, 1, fault)
		st.ana.Tell(ops, "mine")
		st.settle()
		equal(t, name+", in the person's chat", st.Personal(st.ana).Last().Text, "Two of yours are open.")
		if said := ops.FromBot(); len(said) > 0 {
			t.Errorf("%s: the channel reads %q", name, said[0].Text)
		}
	}
}

// Ten people who begin at once in one channel spend its budget, and all get their form.
func TestTenFormsAtOnce(t *testing.T) {
	st := newStory(t)
	st.says(bot.Reply{Lang: "en", Form: &bot.Form{Key: "report", Title: "Report", Fields: []bot.Field{{Key: "product", Label: "Product?"}}}})
	ops := st.Team("Ops", st.ana).Channel("Checkout")
	for range 10 {
		st.ana.Tell(ops, "incident")
	}
	st.settle()
	n := 0
	for _, m := range ops.FromBot() {
		if m.Card() != nil {
			n++
		}
	}
	equal(t, "forms", n, 10)
}

// What people wrote calls nobody and leads nowhere, in plain words too.
func TestPlainWordsStayThemselves(t *testing.T) {
	st := newStory(t)
	st.says(bot.Reply{Lang: "en", Text: words.Plain("INC-1 <at>Everyone</at> {{DATE(2026-03-02T09:00:00Z, SHORT)}} [Reset](https://evil.example)")})
	st.ana.Say(st.Personal(st.ana), "board")
	st.settle()
	if said := st.Personal(st.ana).Last().Text; strings.Contains(said, "<at>") || strings.Contains(said, "{{DATE") || strings.Contains(said, "](") {
		t.Errorf("it says %q", said)
	}
}

// A report made of a message is one, whatever the message says and wherever it is.
func TestAReportOfAMessageIsNoCommand(t *testing.T) {
	st := newStory(t)
	ops := st.Team("Ops", st.ana).Channel("Contoso")
	for name, link := range map[string]any{"none": nil, "no https": "http://teams.microsoft.com/l/x", "too long": "https://teams.microsoft.com/l/message/" + strings.Repeat("x", 2000)} {
		before := len(st.got())
		payload := map[string]any{"id": "1", "body": map[string]any{"contentType": "text", "content": "ack INC-1"}}
		if link != nil {
			payload["linkToMessage"] = link
		}
		st.Deliver(st.ana.Invoke(ops, "composeExtension/fetchTask", map[string]any{"commandId": "report", "messagePayload": payload}))
		if e := st.got()[before]; !e.Report || e.Text != "ack INC-1" || e.Link != "" {
			t.Errorf("%s: %+v", name, e)
		}
	}
}

func TestEditsAndDeletionsAreTold(t *testing.T) {
	st := newStory(t)
	chat := st.Personal(st.ana)
	id := st.ana.Say(chat, "chekout is down").Activity["id"].(string)
	m, _ := chat.Message(id)
	st.wait(time.Minute)
	st.ana.Edit(m, "checkout is down")
	st.ana.Edit(m, "checkout is down") // the same instant: once
	st.wait(time.Minute)
	st.ana.Edit(m, "checkout is slow")
	st.ana.Delete(m)
	var kinds []string
	for _, e := range st.got() {
		equal(t, "message", e.Message, id)
		kinds = append(kinds, string(e.Kind)+" "+e.Text)
	}
	equal(t, "events", strings.Join(kinds, "|"), "said chekout is down|reworded checkout is down|reworded checkout is slow|retracted ")
}

func TestInstallationsInEitherOrder(t *testing.T) {
	for _, reversed := range []bool{false, true} {
		st := newStory(t)
		team := st.Team("Ops", st.ana).Channel("General")
		for _, c := range []*teamsfake.Conversation{st.Personal(st.ana), team} {
			a, b := st.ana.InstallActivities(c)
			if reversed {
				a, b = b, a
			}
			for _, answer := range st.DeliverAll(a, b) {
				wants(t, "an installation", answer, http.StatusOK)
			}
			st.ana.Uninstall(c)
		}
		count := map[string]int{}
		for _, e := range st.got() {
			who := e.Person
			if e.Kind == bot.Left && e.Place != "" {
				equal(t, "person who is told of a place that was left", who, "")
			}
			count[string(e.Kind)+" "+e.Place]++
		}
		for _, want := range []string{"joined ", "left ", "joined " + team.ID(), "left " + team.ID()} {
			equal(t, want, count[want], 2)
		}
		equal(t, "kinds of event", len(count), 4)
	}
}

func TestChannelsAndTeamsThatGo(t *testing.T) {
	st := newStory(t)
	team := st.Team("Ops", st.ana)
	ops := team.Channel("Checkout")
	for _, event := range []string{"channelRenamed", "teamRenamed", "channelCreated", "teamArchived"} {
		wants(t, event, st.Deliver(st.ana.ChannelActivity(ops, event)), http.StatusOK)
		equal(t, event, len(st.got()), 0)
	}
	wants(t, "somebody joins", st.ana.Add(ops, st.Person("Ben Ito")), http.StatusOK)
	equal(t, "events of people", len(st.got()), 0)
	st.Deliver(st.ana.ChannelActivity(ops, "channelDeleted"))
	e := st.only()
	equal(t, "kind", e.Kind, bot.Left)
	equal(t, "place", e.Place, ops.ID())
	st.Deliver(st.ana.ChannelActivity(team.Channel("General"), "teamDeleted"))
	equal(t, "place", st.got()[1].Place, team.ID)
}

func TestTheSameActivityTwiceAndAtOnce(t *testing.T) {
	st := newStory(t)
	st.says(bot.Reply{Lang: "en", Text: "Noted once."})
	chat := st.Personal(st.ana)
	a := st.ana.Message(chat, "checkout is down")
	for _, answer := range st.DeliverAll(a, a, a) {
		wants(t, "a repeated message", answer, http.StatusOK)
	}
	st.settle()
	st.only()
	equal(t, "replies", len(chat.FromBot()), 1)

	st.says(bot.Reply{Lang: "en", Text: "You have it."})
	press := st.ana.Invoke(chat, "adaptiveCard/action", map[string]any{
		"action": map[string]any{"type": "Action.Execute", "verb": "press", "data": map[string]any{"a": "take", "s": "INC-1"}}, "trigger": "manual",
	})
	texts := map[string]int{}
	for _, answer := range st.DeliverAll(press, press) {
		wants(t, "a repeated press", answer, http.StatusOK)
		texts[answer.Text]++
	}
	if texts["You have it."] != 1 || texts["Noted."] != 1 {
		t.Errorf("the two presses are answered with %v", texts)
	}
}

// The protocol doesn't demand an id. A repetition is the same all over, and
// somebody who says or presses the same once more does it at another time.
func TestActivitiesWithoutAnID(t *testing.T) {
	st := newStory(t)
	chat := st.Personal(st.ana)
	press := func() teamsfake.Activity {
		return st.ana.Invoke(chat, "adaptiveCard/action", map[string]any{
			"action": map[string]any{"type": "Action.Execute", "verb": "press", "data": map[string]any{"a": "take", "s": "INC-1"}}, "trigger": "manual",
		})
	}
	say := func() teamsfake.Activity { return st.ana.Message(chat, "checkout is down") }
	for want, next := range []func() teamsfake.Activity{say, press, say, press} {
		a := next()
		for range 2 {
			wants(t, "without an id", st.Deliver(a, teamsfake.Body(raw(t, a, map[string]string{"id": ""}))), http.StatusOK)
		}
		equal(t, "events", len(st.got()), want+1)
		st.wait(time.Second)
	}
	for _, e := range st.got() {
		if !strings.HasPrefix(e.Key, chat.ID()+":sha256:") {
			t.Errorf("the key is %q", e.Key)
		}
	}
}

// What is said in two threads is two things, should the ids be the same.
func TestTheSameIDInTwoThreads(t *testing.T) {
	st := newStory(t)
	ops := st.Team("Ops", st.ana).Channel("Checkout")
	for _, thread := range []string{"1", "2", "1"} {
		a := st.ana.Mention(ops, "said in "+thread)
		a["id"] = "1772442000067"
		a["conversation"].(map[string]any)["id"] = ops.ID() + ";messageid=" + thread
		wants(t, "a message", st.Deliver(a), http.StatusOK)
	}
	var said []string
	for _, e := range st.got() {
		equal(t, "place", e.Place, ops.ID())
		said = append(said, e.Text)
	}
	equal(t, "what was said", strings.Join(said, "|"), "@firstcall said in 1|@firstcall said in 2")
}

// A place's route doesn't change with who speaks there: each change would be
// written. What it takes to answer the speaker alone is not lost by that.
func TestARouteOfAPlaceIsNobodysOwn(t *testing.T) {
	st := newStory(t)
	st.says(bot.Reply{Lang: "en", Text: "Two of yours are open."})
	ben, guest := st.Person("Ben Ito"), st.Person("Cy Dent")
	guest.TenantID = "11111111-1111-4111-8111-111111111111"
	ops := st.Team("Ops", st.ana, ben, guest).Channel("Checkout")
	for _, p := range []*teamsfake.Person{st.ana, ben, guest} {
		p.Tell(ops, "mine")
		st.settle()
		equal(t, "answers to "+p.Name+" alone", len(st.Personal(p).FromBot()), 1)
	}
	want := route{Service: st.ServiceURL(), Conversation: ops.ID(), Bot: st.BotID(), Tenant: st.TenantID()}
	for _, e := range st.got() {
		equal(t, "route of the place where "+e.Person+" spoke", st.routeOf(e), want)
	}
	equal(t, "events", len(st.got()), 3)
	equal(t, "what the channel reads", len(ops.FromBot()), 0)
}

func TestWhoIsRefused(t *testing.T) {
	st := newStory(t)
	chat := st.Personal(st.ana)
	good := func() teamsfake.Activity { return st.ana.Message(chat, "hello") }
	for name, how := range map[string]teamsfake.How{
		"no token":             teamsfake.NoToken(),
		"no bearer":            teamsfake.NoBearer(),
		"not a token":          teamsfake.Authorization("Bearer x"),
		"many dots":            teamsfake.Authorization("Bearer " + strings.Repeat(".", 15000)),
		"expired":              teamsfake.Expired(5*time.Minute + time.Second),
		"not yet":              teamsfake.NotYet(5*time.Minute + time.Second),
		"no expiry":            teamsfake.NoExpiry(),
		"another app":          teamsfake.Audience("another"),
		"another issuer":       teamsfake.Issuer("https://sts.example"),
		"no issuer":            teamsfake.Claim("iss", nil),
		"forged":               teamsfake.ForgedKey(),
		"unknown key":          teamsfake.UnknownKey(),
		"alg none":             teamsfake.AlgNone(),
		"alg RS512":            teamsfake.AlgRS512(),
		"another service":      teamsfake.ServiceURLClaim("https://smba.trafficmanager.net/emea/"),
		"no service":           teamsfake.NoServiceURLClaim(),
		"a service of numbers": teamsfake.Claim("serviceurl", 7),
	} {
		wants(t, name, st.Deliver(good(), how), http.StatusUnauthorized)
		equal(t, name, st.outcome(), "http refused")
	}
	emulated := good()
	emulated["channelId"] = "emulator"
	wants(t, "another channel", st.Deliver(emulated), http.StatusUnauthorized)
	for name, service := range map[string]string{
		"a stranger":       "https://evil.example/",
		"a look-alike":     "https://" + st.Host() + ".evil.example/",
		"a private host":   "https://10.0.0.1/",
		"itself by https":  "https://" + st.Host() + "/emea/",
		"somebody's login": "http://user@" + st.Host() + "/emea/",
		"dots":             "http://" + st.Host() + "/emea/../x/",
		"a query":          "http://" + st.Host() + "/emea/?x=1",
	} {
		wants(t, name, st.Deliver(good(), teamsfake.ServiceURL(service)), http.StatusForbidden)
		equal(t, name, st.outcome(), "http forbidden")
	}
	for name, body := range map[string]string{
		"nothing": "", "no JSON": "hello", "a list": "[]", "a string": `"message"`, "null": "null", "a half": `{"type":"message"`,
		"no type":        `{"conversation":{"id":"a:1"}}`,
		"no place":       `{"type":"message"}`,
		"a type of list": `{"type":["message"],"conversation":{"id":"a:1"}}`,
		"a long id":      `{"type":"message","conversation":{"id":"` + strings.Repeat("a", 600) + `"}}`,
		"a NUL in an id": `{"type":"message","conversation":{"id":"a:\u0000"}}`,
	} {
		wants(t, name, st.Deliver(good(), teamsfake.Body([]byte(body))), http.StatusBadRequest)
	}
	equal(t, "events", len(st.got()), 0)
	wants(t, "a few minutes late", st.Deliver(good(), teamsfake.Expired(4*time.Minute)), http.StatusOK)
	wants(t, "a few minutes early", st.Deliver(good(), teamsfake.NotYet(4*time.Minute)), http.StatusOK)
}

func TestOnlyPostIsTaken(t *testing.T) {
	st := newStory(t)
	req, _ := http.NewRequest(http.MethodGet, st.ServeBot(st.app), nil)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	equal(t, "status", resp.StatusCode, http.StatusMethodNotAllowed)
}

// A button of an old card, or of somebody else's, is answered as well.
func TestAButtonThatIsNotOursIsAnswered(t *testing.T) {
	st := newStory(t)
	chat := st.Personal(st.ana)
	a := st.ana.Message(chat, "")
	wants(t, "another card's Submit", st.Deliver(a, teamsfake.Body(raw(t, a, map[string]string{"value": `{"choice":"7"}`}))), http.StatusOK)
	st.settle()
	equal(t, "what the person reads", chat.Last().Text, string(words.In("en").TeamsNotOffered()))
	equal(t, "events", len(st.got()), 0)
}

func TestMissingPartsAreNoFault(t *testing.T) {
	st := newStory(t)
	chat := st.Personal(st.ana)
	a := st.ana.Message(chat, "from nobody")
	delete(a, "from")
	wants(t, "no from", st.Deliver(a), http.StatusOK)
	equal(t, "events", len(st.got()), 0)

	a = st.ana.Message(chat, "a guest")
	a["from"] = map[string]any{"id": "29:guest"}
	wants(t, "no object id", st.Deliver(a), http.StatusOK)
	equal(t, "person", st.only().Person, "29:guest")

	invoke := st.ana.Invoke(chat, "adaptiveCard/action", map[string]any{"action": map[string]any{"data": map[string]any{"a": "take"}}})
	delete(invoke, "from")
	answer := st.Deliver(invoke)
	wants(t, "an invoke of nobody", answer, http.StatusOK)
	equal(t, "its code", answer.Code, "BadRequest")

	bot := st.ana.Message(chat, "I am a bot too")
	bot["from"] = map[string]any{"id": "28:another-bot"}
	wants(t, "another bot", st.Deliver(bot), http.StatusOK)
	equal(t, "events", len(st.got()), 1)
}

func TestFilesAreTold(t *testing.T) {
	st := newStory(t)
	st.ana.Say(st.Personal(st.ana), "see here", teamsfake.File{Name: "trace.log", URL: "https://contoso.example/trace.log"}, teamsfake.File{Name: "bad", URL: "javascript:alert(1)"})
	e := st.only()
	if len(e.Files) != 1 || e.Files[0] != (bot.File{Name: "trace.log", URL: "https://contoso.example/trace.log"}) {
		t.Errorf("the files are %+v", e.Files)
	}
}

func TestAFailureIsSeenAndRepeated(t *testing.T) {
	st := newStory(t)
	broken := func(context.Context, bot.Event) (bot.Reply, error) {
		return bot.Reply{Lang: "ja", Text: "E-7"}, errors.New("no database: " + "dsn")
	}
	st.does(broken)
	chat := st.Personal(st.ana)
	a := st.ana.Message(chat, "checkout is down")
	wants(t, "a failed message", st.Deliver(a), http.StatusInternalServerError)
	wants(t, "its repetition", st.Deliver(a), http.StatusInternalServerError)
	st.settle()
	equal(t, "times the person is told", len(chat.FromBot()), 1)
	equal(t, "what the person is told", chat.Last().Text, "E-7")
	equal(t, "metrics", st.outcome(), "message failed")

	press := func() *teamsfake.Answer {
		return st.Deliver(st.ana.Invoke(chat, "adaptiveCard/action", map[string]any{
			"action": map[string]any{"verb": "press", "data": map[string]any{"a": "take", "s": "1"}},
		}))
	}
	answer := press()
	wants(t, "a failed press", answer, http.StatusOK)
	equal(t, "its code", answer.Code, "InternalError")
	equal(t, "its text", answer.Text, "E-7")

	st.does(func(context.Context, bot.Event) (bot.Reply, error) { panic("a fault") })
	answer = press()
	equal(t, "the sentence of a panic, in the language last spoken", answer.Text, string(words.In("ja").AnswerFailed()))

	st.says(bot.Reply{Lang: "en", Text: "Thanks."})
	wants(t, "the message again, when all is well", st.Deliver(a), http.StatusOK)
	st.settle()
	equal(t, "the reply", chat.Last().Text, "Thanks.")
}

func TestASlowBotIsAnsweredInTime(t *testing.T) {
	st := newStory(t)
	st.app.limits.decide, st.app.limits.grace = 50*time.Millisecond, 50*time.Millisecond
	st.does(func(ctx context.Context, _ bot.Event) (bot.Reply, error) {
		<-ctx.Done() // as a slow database ends
		return bot.Reply{}, ctx.Err()
	})
	chat := st.Personal(st.ana)
	wants(t, "a slow message", st.Deliver(st.ana.Message(chat, "hello")), http.StatusInternalServerError)
	st.settle()
	equal(t, "what the person reads", chat.Last().Text, string(words.In("en").AnswerFailed()))

	st.ana.Locale = "zh-CN" // nobody has spoken with the person yet
	release := make(chan struct{})
	st.does(func(context.Context, bot.Event) (bot.Reply, error) {
		<-release // it minds no context
		return bot.Reply{Lang: "zh-Hans", Text: "好了"}, nil
	})
	answer := st.Deliver(st.ana.Invoke(chat, "adaptiveCard/action", map[string]any{
		"action": map[string]any{"verb": "press", "data": map[string]any{"a": "take", "s": "1"}},
	}))
	wants(t, "a stuck press", answer, http.StatusOK)
	equal(t, "what the person reads", answer.Text, string(words.In("zh-Hans").AnswerSlow()))
	equal(t, "metrics", st.outcome(), "button slow")
	close(release)
	st.settle()
	equal(t, "what comes late", chat.Last().Text, "好了")
}

func TestMetadataDownAtTheStart(t *testing.T) {
	st := newStory(t)
	stop := st.Inject(teamsfake.OpMetadata, 0, teamsfake.Broken(503))
	chat := st.Personal(st.ana)
	a := st.ana.Message(chat, "hello")
	wants(t, "without keys", st.Deliver(a), http.StatusServiceUnavailable)
	equal(t, "metrics", st.outcome(), "http no keys")
	stop()
	st.wait(6 * time.Second)
	wants(t, "with keys", st.Deliver(a), http.StatusOK)
	equal(t, "events", len(st.got()), 1)
}

func TestEveryTypeIsHandledOrIgnoredOnPurpose(t *testing.T) {
	st := newStory(t)
	chat := st.Personal(st.ana)
	for kind, read := range kinds {
		a := st.ana.Activity(chat, string(kind))
		before := len(st.got())
		answer := st.Deliver(a, teamsfake.Body(a.JSON()))
		want := http.StatusOK
		if kind == "invoke" {
			want = http.StatusNotImplemented // without a name
		}
		wants(t, string(kind), answer, want)
		if read == nil && len(st.got()) > before {
			t.Errorf("%s reached the bot", kind)
		}
	}
	equal(t, "type nobody knows", st.Deliver(st.ana.Activity(chat, "telepathy")).Status, http.StatusOK)
	equal(t, "types", len(kinds), 19)
}

// raw is an activity with parts set, as JSON.
func raw(t *testing.T, a teamsfake.Activity, parts map[string]string) []byte {
	t.Helper()
	var all map[string]json.RawMessage
	if err := json.Unmarshal(a.JSON(), &all); err != nil {
		t.Fatal(err)
	}
	for name, value := range parts {
		if all[name] = json.RawMessage(value); value == "" {
			delete(all, name)
		}
	}
	out, err := json.Marshal(all)
	if err != nil {
		t.Fatal(err)
	}
	return bytes.TrimSpace(out)
}

// Waiting for keys and for the bot together stays below the five seconds that
// the channel and a person are given.
func TestTheWaitsTogetherAreShort(t *testing.T) {
	l := usualLimits()
	if l.decide+l.grace >= 5*time.Second || l.keys >= l.decide {
		t.Errorf("the limits are %+v", l)
	}
	st := newStory(t)
	st.app.limits.decide, st.app.limits.grace, st.app.limits.keys = 150*time.Millisecond, 50*time.Millisecond, 100*time.Millisecond
	hold := make(chan struct{})
	defer close(hold)
	st.Inject(teamsfake.OpKeys, 1, teamsfake.Slow(hold))
	wants(t, "without keys in time", st.Deliver(st.ana.Message(st.Personal(st.ana), "hello")), http.StatusServiceUnavailable)
}

// Why somebody is turned away is in the log, once a minute, and nothing of the token.
func TestWhyIsLoggedOnceAMinute(t *testing.T) {
	st := newStory(t)
	chat := st.Personal(st.ana)
	lines := func() int {
		st.mu.Lock()
		defer st.mu.Unlock()
		return strings.Count(st.logged.String(), "was turned away")
	}
	for n, c := range []struct {
		how teamsfake.How
		why string
	}{
		{teamsfake.Audience("another"), "is MicrosoftAppId right?"},
		{teamsfake.Expired(time.Hour), "is the clock right?"},
		{teamsfake.ForgedKey(), "the channel did not sign it"},
		{teamsfake.UnknownKey(), "no key of the channel's"},
		{teamsfake.NoToken(), "no bearer token"},
		{teamsfake.ServiceURLClaim("https://smba.trafficmanager.net/emea/"), "another service URL"},
	} {
		for range 3 {
			wants(t, c.why, st.Deliver(st.ana.Message(chat, "hello"), c.how), http.StatusUnauthorized)
		}
		st.mu.Lock()
		said := strings.Contains(st.logged.String(), c.why)
		st.mu.Unlock()
		equal(t, c.why, said, true)
		equal(t, "lines in the log", lines(), n+1)
	}
	st.wait(59 * time.Second)
	st.Deliver(st.ana.Message(chat, "hello"), teamsfake.NoToken())
	equal(t, "lines within the minute", lines(), 6)
	st.wait(time.Second)
	st.Deliver(st.ana.Message(chat, "hello"), teamsfake.NoToken())
	equal(t, "lines after it", lines(), 7)
}
