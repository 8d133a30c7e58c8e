package teams

import (
	"context"
	"errors"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"example.com/firstcall/adapters/teams/teamsfake"
	"example.com/firstcall/bot"
)

// What may follow an answer of Teams. A wrong row sends an escalation twice, or never.
func TestOutcomes(t *testing.T) {
	accepted := func(f teamsfake.Fault) teamsfake.Fault { f.Accept = true; return f }
	for _, tc := range []struct {
		name  string
		fault teamsfake.Fault
		want  bot.SendOutcome
		after time.Duration
		taken bool // people see the message
	}{
		{"429 that says how long", teamsfake.Throttled("7"), bot.Refused, 7 * time.Second, false},
		{"429 that says half a second", teamsfake.Throttled("0.5"), bot.Refused, time.Second, false},
		{"429 that says nothing", teamsfake.Throttled(""), bot.Refused, 0, false}, // the bot's pauses grow
		{"429 that says nonsense", teamsfake.Throttled("soon"), bot.Refused, 0, false},
		{"412", teamsfake.Concurrent(), bot.Refused, 0, false},

		{"not installed", teamsfake.NotInRoster(), bot.Gone, 0, false},
		{"blocked", teamsfake.WritesBlocked(), bot.Gone, 0, false},
		{"blocked by its other name", teamsfake.BlockedByUser(), bot.Gone, 0, false},
		{"switched off", teamsfake.DisabledByAdmin(), bot.Gone, 0, false},
		{"no conversation", teamsfake.NoConversation(), bot.Gone, 0, false},
		{"403 of a code that we don't know", teamsfake.Fault{Status: 403, Code: "SomethingNew"}, bot.Gone, 0, false},

		{"403 of a proxy", teamsfake.Fault{Status: 403, Raw: "<html>no</html>"}, bot.Refused, 0, false},
		{"404 of a proxy", teamsfake.Fault{Status: 404, Raw: "<html>no</html>"}, bot.Refused, 0, false},
		{"405", teamsfake.Fault{Status: 405, Code: "NotAllowed"}, bot.Refused, 0, false},
		{"a redirect", teamsfake.Fault{Status: 307, Code: "Moved"}, bot.Refused, 0, false},

		{"408", teamsfake.Broken(408), bot.NotKnown, 0, false},
		{"500", teamsfake.Broken(500), bot.NotKnown, 0, false},
		{"502", teamsfake.Broken(502), bot.NotKnown, 0, false},
		{"502, and it was taken", accepted(teamsfake.Broken(502)), bot.NotKnown, 0, true},
		{"503", teamsfake.Broken(503), bot.NotKnown, 0, false},
		{"504", teamsfake.Broken(504), bot.NotKnown, 0, false},
		{"504, and it was taken", accepted(teamsfake.Broken(504)), bot.NotKnown, 0, true},
		{"a reset before it was taken", teamsfake.ResetBefore(), bot.NotKnown, 0, false},
		{"a reset after it was taken", teamsfake.ResetAfter(), bot.NotKnown, 0, true},
		{"a page of somebody in between", teamsfake.Garbage(), bot.NotKnown, 0, false},
		{"yes, and no id", teamsfake.Fault{Status: 200, Raw: "{}"}, bot.NotKnown, 0, false},
		{"yes, and nothing", teamsfake.Fault{Status: 202, Raw: " "}, bot.NotKnown, 0, false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			st := newStory(t)
			group := st.GroupChat("Checkout", st.ana)
			st.Inject(teamsfake.OpSend, 1, tc.fault)
			_, err := st.app.Post(context.Background(), st.posting(st.to(group), "hello"))
			e := st.fails(err, tc.want)
			equal(t, "the pause", e.RetryAfter, tc.after)
			equal(t, "people see it", len(group.FromBot()) == 1, tc.taken)
			equal(t, "calls", len(st.Calls(teamsfake.OpSend)), 1)
			if tc.fault.Code != "" && tc.fault.Status != 0 && codeOf(err) != tc.fault.Code {
				t.Errorf("the code is %q, want %q", codeOf(err), tc.fault.Code)
			}
		})
	}
}

// A thread's first message and a new chat are made by another call, where an
// unknown outcome means something only for what people see.
func TestOutcomesOfNewConversations(t *testing.T) {
	st := newStory(t)
	channel := st.Team("Contoso", st.ana).Channel("Incidents")
	st.Inject(teamsfake.OpCreate, 1, teamsfake.ResetAfter())
	_, err := st.app.Post(context.Background(), st.posting(st.to(channel), "INC-1"))
	st.fails(err, bot.NotKnown)
	equal(t, "messages", len(channel.FromBot()), 1)

	for _, fault := range []teamsfake.Fault{teamsfake.ResetAfter(), teamsfake.Broken(504), teamsfake.Garbage()} {
		st.Inject(teamsfake.OpCreate, 1, fault)
		_, err = st.app.Post(context.Background(), st.posting(st.toPerson(st.ana, channel), "You are on duty"))
		st.fails(err, bot.Refused) // a chat that may have been opened has said nothing
	}
	equal(t, "messages to the person", len(st.Personal(st.ana).FromBot()), 0)
	st.Inject(teamsfake.OpCreate, 1, teamsfake.NotInRoster())
	_, err = st.app.Post(context.Background(), st.posting(st.toPerson(st.ana, channel), "You are on duty"))
	st.fails(err, bot.Gone)
}

// An edit may be repeated; that its message is gone makes the bot post anew.
func TestOutcomesOfEdits(t *testing.T) {
	for name, tc := range map[string]struct {
		fault teamsfake.Fault
		want  bot.SendOutcome
	}{
		"deleted":        {teamsfake.Fault{Status: 404, Code: "ActivityNotFoundInConversation"}, bot.Gone},
		"404 of a proxy": {teamsfake.Fault{Status: 404, Raw: "<html>no</html>"}, bot.Refused},
		"not installed":  {teamsfake.NotInRoster(), bot.Refused}, // Gone would post a card anew at each change
		"not allowed":    {teamsfake.Fault{Status: 403, Code: "SomethingNew"}, bot.Refused},
		"misshapen":      {teamsfake.Fault{Status: 400, Code: "BadArgument"}, bot.Refused},
		"too big":        {teamsfake.TooBig(), bot.Refused},
		"412":            {teamsfake.Concurrent(), bot.Refused},
		"504":            {teamsfake.Broken(504), bot.NotKnown},
		"a page":         {teamsfake.Garbage(), bot.NotKnown},
	} {
		t.Run(name, func(t *testing.T) {
			st := newStory(t)
			group := st.GroupChat("Checkout", st.ana)
			p := st.posting(st.to(group), "hello")
			id := st.post(p)
			defer st.Inject(teamsfake.OpUpdate, 0, tc.fault)() // of the card, and of its text alone
			st.fails(st.app.Edit(context.Background(), id, p), tc.want)
		})
	}
	st := newStory(t)
	st.fails(st.app.Edit(context.Background(), "", st.posting(st.to(st.GroupChat("Checkout", st.ana)), "hello")), bot.Gone)
}

// What Teams refuses as a card and as plain text is not sent again: only who
// comes next on the ladder helps then.
func TestWhatIsRefusedInAnyFormIsGone(t *testing.T) {
	for name, tc := range map[string]struct {
		fault teamsfake.Fault
		want  bot.SendOutcome
	}{
		"by Teams": {teamsfake.Fault{Status: 400, Code: "BadArgument"}, bot.Gone},
		"too big":  {teamsfake.TooBig(), bot.Gone},
		"a proxy":  {teamsfake.Fault{Status: 400, Raw: "<html>no</html>"}, bot.Refused},
	} {
		t.Run(name, func(t *testing.T) {
			st := newStory(t)
			group := st.GroupChat("Checkout", st.ana)
			defer st.Inject(teamsfake.OpSend, 0, tc.fault)()
			_, err := st.app.Post(context.Background(), st.posting(st.to(group), "hello"))
			st.fails(err, tc.want)
			equal(t, "calls: the card, and its text alone", len(st.Calls(teamsfake.OpSend)), 2)
		})
	}
}

func TestNothingLeavesUsWhenNobodyAnswers(t *testing.T) {
	st := newStory(t)
	group := st.GroupChat("Checkout", st.ana)
	if _, _, err := st.app.token.get(context.Background()); err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	closed := "http://" + l.Addr().String()
	_ = l.Close()
	st.app.cloud.Origins = append(st.app.cloud.Origins, closed)
	to := st.to(group)
	to.Route = route{Service: closed + "/emea/", Tenant: st.TenantID()}.String()
	_, err = st.app.Post(context.Background(), st.posting(to, "hello"))
	st.fails(err, bot.Refused)
}

func TestATokenThatWasRefusedIsFetchedAnewOnce(t *testing.T) {
	st := newStory(t)
	group := st.GroupChat("Checkout", st.ana)
	st.post(st.posting(st.to(group), "one"))
	st.wait(10 * time.Minute)
	st.RevokeBearers()
	st.post(st.posting(st.to(group), "two"))
	equal(t, "messages", len(group.FromBot()), 2)
	equal(t, "tokens", len(st.Calls(teamsfake.OpToken)), 2)

	// A fresh one that is refused is refused: nobody asks for another.
	st.Inject(teamsfake.OpSend, 1, teamsfake.Unauthorized())
	_, err := st.app.Post(context.Background(), st.posting(st.to(group), "three"))
	st.fails(err, bot.Refused)
	equal(t, "tokens", len(st.Calls(teamsfake.OpToken)), 2)
}

func TestRetryAfterAsADate(t *testing.T) {
	h := http.Header{"Retry-After": {"Mon, 02 Mar 2026 09:00:30 GMT"}, "Date": {"Mon, 02 Mar 2026 09:00:10 GMT"}}
	equal(t, "the pause by their clock", retryAfter(h, start.Add(time.Hour)), 20*time.Second)
	h.Del("Date")
	equal(t, "the pause by ours", retryAfter(h, start.Add(25*time.Second)), 5*time.Second)
	equal(t, "the pause that is over", retryAfter(h, start.Add(time.Hour)), time.Duration(0))
}

// Whoever answers could repeat our token, or write a page into our log.
func TestAnAnswerDoesNotWriteIntoTheLog(t *testing.T) {
	long := strings.Repeat("x", 5000)
	resp := &http.Response{StatusCode: 403, Header: http.Header{}}
	body := `{"error":{"code":"bad\nlevel=ERROR","message":"you sent s3cr3t-token\nlevel=ERROR msg=faked ` + long + `"}}`
	e := apiError(resp, []byte(body), errors.New("cut"), "s3cr3t-token", start)
	text := e.Error()
	if strings.Contains(text, "s3cr3t") || strings.Contains(text, "\n") || len(text) > 400 {
		t.Errorf("the error says %q", text)
	}
	equal(t, "the code", e.Code, "")
}

// Whatever answers, and in whatever shape, is one short line in the log.
func FuzzAnswers(f *testing.F) {
	f.Add(403, "7", `{"error":{"code":"BotNotInConversationRoster","message":"not there"}}`)
	f.Add(429, "Mon, 02 Mar 2026 09:00:30 GMT", `{"message":"Authorization has been denied for this request."}`)
	f.Add(502, "-1e9", "<html>\n</html>")
	f.Add(400, "NaN", `{"error":"text"}`)
	f.Fuzz(func(t *testing.T, status int, after, body string) {
		resp := &http.Response{StatusCode: status, Header: http.Header{"Retry-After": {after}}}
		e := apiError(resp, []byte(body), nil, "s3cr3t", start)
		if text := e.Error(); strings.ContainsAny(text, "\n\r") || len(text) > 1200 || strings.Contains(text, "s3cr3t") {
			t.Errorf("the error says %q", text)
		}
		if _, pause := e.outcome(callSend); pause < 0 || e.RetryAfter < 0 {
			t.Errorf("the pause is %v", pause)
		}
	})
}

// A route comes back as it was kept, and garbage in the store is no fault.
func FuzzRoutes(f *testing.F) {
	f.Add("https://smba.trafficmanager.net/emea/", "19:x@thread.tacv2", "29:1", `{"s":"x"}`)
	f.Fuzz(func(t *testing.T, service, conversation, person, kept string) {
		r := route{Service: strings.ToValidUTF8(service, "?"), Conversation: strings.ToValidUTF8(conversation, "?"), Person: strings.ToValidUTF8(person, "?")}
		if got, err := parseRoute(r.String()); err != nil || got != r {
			t.Errorf("%v came back as %v, %v", r, got, err)
		}
		if _, err := routeOf(bot.Address{Kind: "person", ID: "29:1", Route: kept}); err != nil && !strings.Contains(err.Error(), "Teams") {
			t.Errorf("the cause is %v", err)
		}
	})
}
