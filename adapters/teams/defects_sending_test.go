package teams

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	library "github.com/infracloudio/msbotbuilder-go/core/activity"
	"github.com/infracloudio/msbotbuilder-go/schema"

	"example.com/firstcall/adapters/teams/teamsfake"
	"example.com/firstcall/bot"
)

// The tests named after a defect are about one that the library has (they are
// numbered as in the notes about it), and that our way of using it hasn't. Those
// of what comes in are in defects_test.go.

func TestDefect01AFailedTokenRequestIsNoPanic(t *testing.T) {
	st := newStory(t)
	group := st.GroupChat("Checkout", st.ana)
	st.Inject(teamsfake.OpToken, 1, teamsfake.ResetBefore())
	_, err := st.app.Post(context.Background(), st.posting(st.to(group), "hello"))
	st.fails(err, bot.Refused)
	var e *TokenError
	if !errors.As(err, &e) || e.Status != 0 {
		t.Errorf("the error is %v", err)
	}
}

func TestDefect02ARefusedTokenIsTold(t *testing.T) {
	st := newStory(t, func(s *setting) { s.options = func(o *Options) { o.AppPassword = "another " + canary } })
	group := st.GroupChat("Checkout", st.ana)
	st.ExpectProblem("AADSTS7000215")
	_, err := st.app.Post(context.Background(), st.posting(st.to(group), "hello"))
	st.fails(err, bot.Refused)
	var e *TokenError
	if !errors.As(err, &e) || e.Status != 401 || e.Code != "invalid_client" || e.Detail != "AADSTS7000215" {
		t.Errorf("the error is %#v", e)
	}
	equal(t, "messages tried", len(st.Calls(teamsfake.OpSend)), 0)

	// Nobody asks again at once: two hundred conversations wait for the same.
	_, err = st.app.Post(context.Background(), st.posting(st.to(group), "hello"))
	st.fails(err, bot.Refused)
	equal(t, "tokens asked for", len(st.Calls(teamsfake.OpToken)), 1)
	st.wait(refusedAgain)
	st.ExpectProblem("AADSTS7000215")
	_, err = st.app.Post(context.Background(), st.posting(st.to(group), "hello"))
	st.fails(err, bot.Refused)
	equal(t, "tokens asked for later", len(st.Calls(teamsfake.OpToken)), 2)
}

func TestDefect02ATokenEndpointThatWantsLessOfUs(t *testing.T) {
	for name, tc := range map[string]struct {
		fault teamsfake.Fault
		after time.Duration
	}{
		"429":    {teamsfake.Fault{Status: 429, Code: "temporarily_unavailable"}, limitedLogin},
		"503":    {teamsfake.Fault{Status: 503, Code: "temporarily_unavailable"}, 0},
		"a page": {teamsfake.Garbage(), 0},
		"empty":  {teamsfake.Fault{Status: 200, Raw: "{}"}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			st := newStory(t)
			st.Inject(teamsfake.OpToken, 1, tc.fault)
			_, err := st.app.Post(context.Background(), st.posting(st.to(st.GroupChat("Checkout", st.ana)), "hello"))
			equal(t, "the pause", st.fails(err, bot.Refused).RetryAfter, tc.after)
		})
	}
}

func TestDefect03ACallEndsWithItsContext(t *testing.T) {
	hold := make(chan struct{})
	for what, op := range map[string]teamsfake.Op{"the token": teamsfake.OpToken, "the message": teamsfake.OpSend} {
		t.Run(what, func(t *testing.T) {
			st := newStory(t)
			group := st.GroupChat("Checkout", st.ana)
			st.Inject(op, 1, teamsfake.Slow(hold))
			ctx, cancel := context.WithCancel(context.Background())
			done := make(chan error, 1)
			go func() {
				_, err := st.app.Post(ctx, st.posting(st.to(group), "hello"))
				done <- err
			}()
			st.WaitFor(what, func() bool { return st.PendingFaults() == 0 })
			cancel()
			err := <-done
			if !errors.Is(err, context.Canceled) {
				t.Errorf("the error is %v", err)
			}
			want := map[string]bot.SendOutcome{"the token": bot.Refused, "the message": bot.NotKnown}[what]
			st.fails(err, want)
		})
	}
	close(hold)
}

func TestDefect03ACallHasATimeoutOfItsOwn(t *testing.T) {
	st := newStory(t)
	st.app.limits.call = 30 * time.Millisecond
	group := st.GroupChat("Checkout", st.ana)
	hold := make(chan struct{})
	defer close(hold)
	st.Inject(teamsfake.OpSend, 1, teamsfake.Slow(hold))
	patient, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	_, err := st.app.Post(patient, st.posting(st.to(group), "hello"))
	if st.fails(err, bot.NotKnown); !errors.Is(err, context.DeadlineExceeded) || patient.Err() != nil {
		t.Errorf("the error is %v", err)
	}
	if c := newClient(PublicCloud); c.Timeout <= 0 || c.Timeout > time.Minute {
		t.Errorf("the client gives up after %v", c.Timeout)
	}
}

func TestDefect04TwentyAtOnceFetchOneToken(t *testing.T) {
	st := newStory(t)
	hold := make(chan struct{})
	st.Inject(teamsfake.OpToken, 1, teamsfake.Slow(hold))
	var all sync.WaitGroup
	for n := range 20 {
		group := st.GroupChat(fmt.Sprint("group ", n), st.ana)
		all.Go(func() {
			if _, err := st.app.Post(context.Background(), st.posting(st.to(group), "hello")); err != nil {
				t.Error(err)
			}
		})
	}
	st.WaitFor("the token's call", func() bool { return len(st.Calls(teamsfake.OpToken)) > 0 && st.PendingFaults() == 0 })
	close(hold)
	all.Wait()
	equal(t, "tokens", len(st.Calls(teamsfake.OpToken)), 1)
}

// The token lives 3,599 s here: it is used for 54:59 and renewed for the next call.
func TestDefect04TheTokenIsRenewedFiveMinutesEarly(t *testing.T) {
	st := newStory(t, func(s *setting) { s.fake.ExpireBearer = true })
	group := st.GroupChat("Checkout", st.ana)
	st.post(st.posting(st.to(group), "one"))
	st.wait(54*time.Minute + 58*time.Second)
	st.post(st.posting(st.to(group), "two"))
	equal(t, "tokens before", len(st.Calls(teamsfake.OpToken)), 1)
	st.wait(time.Second)
	st.post(st.posting(st.to(group), "three"))
	st.renewed()
	equal(t, "tokens after", len(st.Calls(teamsfake.OpToken)), 2)
	st.wait(5 * time.Minute) // the first one has ended
	st.post(st.posting(st.to(group), "four"))
	equal(t, "tokens at last", len(st.Calls(teamsfake.OpToken)), 2)
}

func TestDefect05TheTokenIsTheTenantsOwn(t *testing.T) {
	st := newStory(t)
	st.post(st.posting(st.to(st.GroupChat("Checkout", st.ana)), "hello"))
	equal(t, "where the token is from", st.Calls(teamsfake.OpToken)[0].Path, "/"+st.TenantID()+"/oauth2/v2.0/token")
	o := st.options()
	o.Cloud = Cloud{}
	app, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "where it is from in the public cloud", app.token.config.TokenURL, "https://login.microsoftonline.com/"+st.TenantID()+"/oauth2/v2.0/token")
	equal(t, "what it is for", fmt.Sprint(app.token.config.Scopes), "[https://api.botframework.com/.default]")
}

func TestDefect06ErrorsAndIdsAreTold(t *testing.T) {
	st := newStory(t)
	group := st.GroupChat("Checkout", st.ana)
	id := st.post(st.posting(st.to(group), "hello"))
	equal(t, "the id", id, group.Last().ID)
	st.Inject(teamsfake.OpSend, 1, teamsfake.Fault{Status: 429, Code: "Throttled", RetryAfter: "3"})
	_, err := st.app.Post(context.Background(), st.posting(st.to(group), "hello"))
	var e *APIError
	if !errors.As(err, &e) || e.Status != 429 || e.Code != "Throttled" || e.Msg != "injected" || e.RetryAfter != 3*time.Second {
		t.Errorf("the error is %#v", e)
	}
	st.Inject(teamsfake.OpUpdate, 1, teamsfake.Fault{Status: 204, Raw: " "})
	if err := st.app.Edit(context.Background(), id, st.posting(st.to(group), "hello")); err != nil {
		t.Errorf("204 is an error: %v", err)
	}
	under := errors.New("cut")
	if !errors.Is(&APIError{Status: 500, Err: under}, under) {
		t.Error("an APIError hides its cause")
	}
}

func TestDefect14MentionsAreSent(t *testing.T) {
	st := newStory(t)
	group := st.GroupChat("Checkout", st.ana)
	mention := map[string]any{"type": "mention", "text": "<at>Ana Lima</at>", "mentioned": map[string]any{"id": st.ana.ID, "name": "Ana Lima"}}
	r, err := routeOf(st.to(group))
	if err != nil {
		t.Fatal(err)
	}
	_, err = st.app.send(context.Background(), r, group.ID(), content{"text": "<at>Ana Lima</at> is on duty", "entities": []any{mention}})
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "who is mentioned", fmt.Sprint(group.Last().Mentions()), "[Ana Lima]")
}

// The fake fails the test on a zero time or an empty object; what goes out is
// looked at here as well.
func TestDefect15NothingEmptyIsSent(t *testing.T) {
	st := newStory(t)
	group, channel := st.GroupChat("Checkout", st.ana), st.Team("Contoso", st.ana).Channel("Incidents")
	id := st.post(st.posting(st.to(group), "hello"))
	if err := st.app.Edit(context.Background(), id, st.posting(st.to(group), "hello")); err != nil {
		t.Fatal(err)
	}
	st.post(st.posting(st.to(channel), "hello"))
	st.post(st.posting(st.toPerson(st.ana, channel), "hello"))
	calls := st.Calls(teamsfake.OpSend, teamsfake.OpUpdate, teamsfake.OpCreate)
	equal(t, "calls", len(calls), 5)
	for _, c := range calls {
		body := string(c.Body)
		for _, bad := range []string{"0001-01-01", "{}", "[]", "relatesTo", "semanticAction", "suggestedActions", `"recipient"`} {
			if strings.Contains(body, bad) {
				t.Errorf("%s: %s is in %s", c.Op, bad, body)
			}
		}
	}
	var sent schema.Activity
	if err := json.Unmarshal(calls[0].Body, &sent); err != nil {
		t.Fatal(err)
	}
	equal(t, "from, conversation, channel", fmt.Sprint(sent.From.ID, sent.Conversation.ID, sent.ChannelID), fmt.Sprint(st.BotID(), group.ID(), "msteams"))
}

func TestDefect18IdsLeadNowhereElse(t *testing.T) {
	st := newStory(t)
	base := strings.TrimRight(st.ServiceURL(), "/")
	for id, want := range map[string]string{
		"19:abc@thread.tacv2;messageid=1": base + "/v3/conversations/19:abc@thread.tacv2%3Bmessageid=1/activities",
		"a/b":                             base + "/v3/conversations/a%2Fb/activities",
		"a//b":                            base + "/v3/conversations/a%2F%2Fb/activities",
		"../../evil":                      base + "/v3/conversations/..%2F..%2Fevil/activities",
		"a?b#c%2F":                        base + "/v3/conversations/a%3Fb%23c%252F/activities",
	} {
		got, err := st.app.endpoint(st.ServiceURL(), "conversations", id, "activities")
		if err != nil || got != want {
			t.Errorf("%q leads to %s (%v), want %s", id, got, err, want)
		}
	}
	for _, id := range []string{"", ".", "..", strings.Repeat("x", longestID+1)} {
		_, err := st.app.endpoint(st.ServiceURL(), "conversations", id)
		st.fails(err, bot.Gone)
	}
	to := st.to(st.GroupChat("Checkout", st.ana))
	to.ID = "19:x/../../../../other@thread.v2"
	st.ExpectProblem("no conversation")
	_, err := st.app.Post(context.Background(), st.posting(to, "hello"))
	st.fails(err, bot.Gone)
	equal(t, "where it led", st.Calls()[1].Path, "/emea/v3/conversations/19:x%2F..%2F..%2F..%2F..%2Fother@thread.v2/activities")
}

// The library sends an answer to the new message's own id, which is empty, so that
// it lands beside what it answers. That is harmless for us: our client makes the
// address anew by ReplyToID, and we never set it, for in Teams the conversation's
// id names the thread.
func TestDefect19AnAnswerStandsInItsThread(t *testing.T) {
	st := newStory(t)
	channel := st.Team("Contoso", st.ana).Channel("Incidents")
	root := st.post(st.posting(st.to(channel), "INC-1: checkout is down"))
	r, err := routeOf(st.to(channel))
	if err != nil {
		t.Fatal(err)
	}
	answer := library.ApplyConversationReference(schema.Activity{Type: schema.Message, Text: "still down", ReplyToID: root}, st.app.reference(r, channel.ID()), false)

	wrong := &elsewhere{}
	if err := (&library.DefaultResponse{Client: wrong}).SendActivity(answer); err != nil {
		t.Fatal(err)
	}
	if !strings.HasSuffix(wrong.path, "/activities") {
		t.Errorf("the library sends it to %s: the defect is gone, and so may be this test", wrong.path)
	}

	_, ours := st.app.turn(context.Background(), content{})
	if err := (&library.DefaultResponse{Client: ours}).SendActivity(answer); err != nil {
		t.Fatal(err)
	}
	m, _ := channel.Message(ours.id)
	equal(t, "the thread of the answer", m.Thread, root)
	equal(t, "calls that name what they answer", len(st.Calls(teamsfake.OpReply)), 1)

	ring := st.posting(st.to(channel), "Nobody has called yet")
	ring.Under = root
	m, _ = channel.Message(st.post(ring))
	equal(t, "the thread of a ring", m.Thread, root)
	equal(t, "calls of ours that name what they answer", len(st.Calls(teamsfake.OpReply)), 1)
}

// elsewhere is a client that notes where the library would go.
type elsewhere struct{ path string }

func (e *elsewhere) Post(at url.URL, _ schema.Activity) error   { e.path = at.Path; return nil }
func (e *elsewhere) Put(at url.URL, _ schema.Activity) error    { e.path = at.Path; return nil }
func (e *elsewhere) Delete(at url.URL, _ schema.Activity) error { e.path = at.Path; return nil }

// The library has no way to open a chat or to ask about members.
func TestDefect20ChatsAreOpenedAndMembersAsked(t *testing.T) {
	st := newStory(t)
	channel := st.Team("Contoso", st.ana).Channel("Incidents")
	st.post(st.posting(st.toPerson(st.ana, channel), "You are on duty"))
	st.shows(st.Personal(st.ana).Last(), "You are on duty")
	st.ana.Tell(channel, "hello")
	p, err := st.app.Profile(context.Background(), st.TenantID(), st.ana.AAD)
	if err != nil || p.Email != st.ana.Email {
		t.Errorf("Ana is %+v, %v", p, err)
	}
}

// The library's own client would send the token wherever the service URL leads.
func TestTheTokenGoesToNoOtherHost(t *testing.T) {
	st := newStory(t, func(s *setting) { // with a client that would go anywhere
		s.options = func(o *Options) { o.HTTP = &http.Client{Timeout: 5 * time.Second, Transport: &http.Transport{}} }
	})
	group := st.GroupChat("Checkout", st.ana)
	var visits []string
	other := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		visits = append(visits, r.URL.Path+" "+r.Header.Get("Authorization"))
	}))
	defer other.Close()
	redirect := httptest.NewServer(http.RedirectHandler(other.URL, http.StatusTemporaryRedirect))
	defer redirect.Close()
	st.app.cloud.Origins = append(st.app.cloud.Origins, redirect.URL)
	to := st.to(group)
	to.Route = route{Service: redirect.URL + "/emea/", Tenant: st.TenantID()}.String()
	_, err := st.app.Post(context.Background(), st.posting(to, "hello"))
	st.fails(err, bot.Refused)
	if len(visits) > 0 {
		t.Errorf("the other host was visited: %q", visits)
	}
}

func TestWhichServicesAreTeams(t *testing.T) {
	for service, want := range map[string]bool{
		"https://smba.trafficmanager.net/emea/":             true,
		"https://SMBA.trafficmanager.net:443/amer/":         true,
		"https://smba.infra.gcc.teams.microsoft.com/teams/": true,
		"http://smba.trafficmanager.net/emea/":              false,
		"https://smba.trafficmanager.net:8443/emea/":        false,
		"https://smba.trafficmanager.net.evil.example/":     false,
		"https://evil.example/smba.trafficmanager.net/":     false,
		"https://smba.trafficmanager.net@evil.example/":     false,
		"https://evil.example#smba.trafficmanager.net":      false,
		"https://smba.trafficmanager.net/emea/?x=1":         false,
		"https://smba.trafficmanager.net/../../x":           false,
		"https://smba.infra.gov.teams.microsoft.us/teams/":  false,
		"https://127.0.0.1/":                                false,
		"https://169.254.169.254/latest/meta-data/":         false,
		"":                        false,
		"smba.trafficmanager.net": false,
		"https://x.smba.trafficmanager.net/emea/":            false,
		"https://smba.onyx.prod.teams.trafficmanager.net/t/": true,
	} {
		equal(t, service, PublicCloud.serves(service), want)
	}
	equal(t, "the government's", USGovCloud.serves("https://smba.infra.gov.teams.microsoft.us/teams/"), true)
	equal(t, "the public one in the government's", USGovCloud.serves("https://smba.trafficmanager.net/emea/"), false)
}

// A name that leads into a private network is not followed, whatever it says.
func TestNoPrivateAddressIsReached(t *testing.T) {
	for address, want := range map[string]bool{
		"127.0.0.1:443": false, "10.1.2.3:443": false, "192.168.0.1:443": false, "172.16.0.1:443": false, "169.254.169.254:80": false,
		"100.64.0.1:443": false, "0.0.0.0:443": false, "[::1]:443": false, "[fd00::1]:443": false, "[fe80::1]:443": false,
		"[::ffff:10.0.0.1]:443": false, "224.0.0.1:443": false, "52.113.194.132:443": true, "[2603:1063::1]:443": true,
		"0.1.2.3:443": false, "192.0.0.8:443": false, "198.18.0.1:443": false, "198.19.255.255:443": false, "240.0.0.1:443": false,
		"255.255.255.255:443": false, "168.63.129.16:80": false, "100.127.255.255:443": false, "[::ffff:168.63.129.16]:80": false,
		"[64:ff9b::a00:1]:443": false, "[64:ff9b::a9fe:a9fe]:80": false, "[64:ff9b:1::a00:1]:443": false, "[2002:7f00:1::]:443": false,
		"[fec0::1]:443": false, "[fec0::1%eth0]:443": false, "[::7f00:1]:443": false, "[2001:0:a00:1::]:443": false,
		"168.63.129.17:443": true, "198.20.0.1:443": true, "100.128.0.1:443": true, "192.0.1.1:443": true, "[2001:4898::1]:443": true,
	} {
		equal(t, address, publicOnly("tcp", address, nil) == nil, want)
	}
	s := httptest.NewServer(http.NotFoundHandler())
	defer s.Close()
	if resp, err := newClient(PublicCloud).Get(s.URL); !errors.Is(err, errPrivate) {
		if err == nil {
			_ = resp.Body.Close()
		}
		t.Errorf("a loopback address: %v", err)
	}
	resp, err := newClient(Cloud{Origins: []string{s.URL}}).Get(s.URL)
	if err != nil {
		t.Fatalf("a stand-in that was named: %v", err)
	}
	_ = resp.Body.Close()
}

func TestManagedIdentityIsRefusedAtTheStart(t *testing.T) {
	st := newStory(t)
	o := st.options()
	o.AppType = "UserAssignedMSI"
	if _, err := New(o); err == nil || !strings.Contains(err.Error(), "SingleTenant") {
		t.Errorf("New says %v", err)
	}
}
