package teams

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/infracloudio/msbotbuilder-go/schema"

	"example.com/firstcall/adapters/teams/teamsfake"
	"example.com/firstcall/bot"
)

// The tests of this file have the numbers of the library's defects that the
// adapter works around on the way in; each fails without its fix.

func TestDefect07MetadataIsNotFetchedForEveryRequest(t *testing.T) {
	st := newStory(t)
	chat := st.Personal(st.ana)
	var all []teamsfake.Activity
	for range 10 {
		all = append(all, st.ana.Message(chat, "hello"))
	}
	for _, answer := range st.DeliverAll(all...) {
		wants(t, "one of ten at a cold start", answer, http.StatusOK)
	}
	for range 10 {
		st.ana.Say(chat, "again")
	}
	equal(t, "fetches of metadata", len(st.Calls(teamsfake.OpMetadata)), 1)
	equal(t, "fetches of keys", len(st.Calls(teamsfake.OpKeys)), 1)
}

func TestDefect07MetadataIsCheckedAndBounded(t *testing.T) {
	const keys = `{"jwks_uri":"http://HOST/v1/.well-known/keys"}`
	for name, fault := range map[string]teamsfake.Fault{
		"an error in JSON": {Status: 500, Raw: keys},
		"much of nothing":  {Raw: keys + strings.Repeat(" ", maxMetadata)},
		"a page":           teamsfake.Garbage(),
		"an error":         teamsfake.Broken(500),
		"another place":    {Raw: `{"jwks_uri":"https://evil.example/keys"}`},
		"a login":          {Raw: `{"jwks_uri":"http://a@127.0.0.1/keys"}`},
		"nothing":          {Raw: `{}`},
		"very much":        {Raw: `{"x":"` + strings.Repeat("x", maxMetadata) + `"}`},
	} {
		st := newStory(t)
		fault.Raw = strings.Replace(fault.Raw, "HOST", st.Host(), 1)
		st.Inject(teamsfake.OpMetadata, 1, fault)
		wants(t, name, st.Deliver(st.ana.Message(st.Personal(st.ana), "hello")), http.StatusServiceUnavailable)
		equal(t, name+": fetches of keys", len(st.Calls(teamsfake.OpKeys)), 0)
	}
	for name, fault := range map[string]teamsfake.Fault{
		"a page":    teamsfake.Garbage(),
		"no key":    {Raw: `{"keys":[]}`},
		"a small":   {Raw: `{"keys":[{"kty":"RSA","kid":"key-0","n":"AQAB","e":"AQAB"}]}`},
		"no RSA":    {Raw: `{"keys":[{"kty":"oct","kid":"key-0","k":"AAAA"}]}`},
		"very much": {Raw: `{"keys":[{"kty":"` + strings.Repeat("x", maxKeys) + `"}]}`},
	} {
		st := newStory(t)
		st.Inject(teamsfake.OpKeys, 1, fault)
		wants(t, name, st.Deliver(st.ana.Message(st.Personal(st.ana), "hello")), http.StatusServiceUnavailable)
	}
}

func TestDefect08KeysAreRefreshed(t *testing.T) {
	st := newStory(t)
	chat := st.Personal(st.ana)
	hello := func() *teamsfake.Answer { return st.Deliver(st.ana.Message(chat, "hello")) }
	wants(t, "the first", hello(), http.StatusOK)
	fetches := func() int { return len(st.Calls(teamsfake.OpKeys)) }

	st.RotateKeys()
	wants(t, "a new key within 5 minutes of the last fetch", hello(), http.StatusUnauthorized)
	equal(t, "fetches", fetches(), 1)
	st.wait(5 * time.Minute)
	wants(t, "a new key after that", hello(), http.StatusOK)
	equal(t, "fetches", fetches(), 2)

	st.wait(6 * time.Minute)
	for range 5 {
		answer := st.Deliver(st.ana.Message(chat, "forged"), teamsfake.UnknownKey())
		wants(t, "a forged id", answer, http.StatusUnauthorized)
	}
	equal(t, "fetches for five forged ids", fetches(), 3)

	st.wait(24 * time.Hour)
	wants(t, "a day later", hello(), http.StatusOK)
	st.refreshed()
	equal(t, "fetches", fetches(), 4)
	wants(t, "right after", hello(), http.StatusOK)
	equal(t, "fetches", fetches(), 4)
}

func TestDefect08OldKeysAreKeptWhenARefreshFails(t *testing.T) {
	st := newStory(t)
	chat := st.Personal(st.ana)
	wants(t, "the first", st.Deliver(st.ana.Message(chat, "hello")), http.StatusOK)
	st.wait(25 * time.Hour)
	stop := st.Inject(teamsfake.OpKeys, 0, teamsfake.Broken(503))
	for range 3 {
		wants(t, "with old keys", st.Deliver(st.ana.Message(chat, "hello")), http.StatusOK)
		st.refreshed()
	}
	equal(t, "fetches, one of them in vain", len(st.Calls(teamsfake.OpKeys)), 2)
	stop()
	st.RotateKeys()
	st.wait(failureAgain)
	wants(t, "with the new key", st.Deliver(st.ana.Message(chat, "hello")), http.StatusOK)
	wants(t, "with a key that is gone", st.Deliver(st.ana.Message(chat, "hello"), teamsfake.ForgedKey()), http.StatusUnauthorized)
}

// Two come at once when nothing is known: the second waits for the first one's
// fetch, though it asks right after it began.
func TestDefect08NobodyIsRefusedAtAColdStart(t *testing.T) {
	st := newStory(t)
	hold := make(chan struct{})
	st.Inject(teamsfake.OpKeys, 1, teamsfake.Slow(hold))
	chat := st.Personal(st.ana)
	a, b := st.ana.Message(chat, "one"), st.ana.Message(chat, "two")
	done := make(chan []*teamsfake.Answer, 1)
	go func() { done <- st.DeliverAll(a, b) }()
	st.WaitFor("the fetch", func() bool { return len(st.Calls(teamsfake.OpKeys)) == 1 })
	close(hold)
	for _, answer := range <-done {
		wants(t, "at a cold start", answer, http.StatusOK)
	}
}

// Two find the same id missing; the second one's fetch begins after the first
// one's has ended, and there is nothing left to fetch.
func TestDefect08AFetchThatHasJustEndedIsNotRepeated(t *testing.T) {
	st := newStory(t)
	for range 2 {
		st.app.checker.keys.fetch("key-0")
	}
	equal(t, "fetches", len(st.Calls(teamsfake.OpKeys)), 1)
}

func TestDefect09OddClaimsAreNoPanic(t *testing.T) {
	st := newStory(t)
	chat := st.Personal(st.ana)
	for name, how := range map[string]teamsfake.How{
		"no service URL":      teamsfake.NoServiceURLClaim(),
		"no issuer":           teamsfake.Claim("iss", nil),
		"an issuer of lists":  teamsfake.Claim("iss", []string{"https://api.botframework.com"}),
		"no audience":         teamsfake.Claim("aud", nil),
		"an audience of maps": teamsfake.Claim("aud", map[string]any{"x": 1}),
		"an expiry in words":  teamsfake.Claim("exp", "tomorrow"),
	} {
		wants(t, name, st.Deliver(st.ana.Message(chat, "hello"), how), http.StatusUnauthorized)
	}
	wants(t, "an audience as a list", st.Deliver(st.ana.Message(chat, "hello"), teamsfake.Claim("aud", []string{st.AppID()})), http.StatusOK)
	if got := (&claims{}).GetClaimValue("anything"); got != "" {
		t.Errorf("a claim that isn't there is %q", got)
	}
}

func TestDefect10ExpirySkewAndEndorsements(t *testing.T) {
	st := newStory(t)
	chat := st.Personal(st.ana)
	deliver := func(how ...teamsfake.How) *teamsfake.Answer { return st.Deliver(st.ana.Message(chat, "hello"), how...) }
	wants(t, "30 s late", deliver(teamsfake.Expired(30*time.Second)), http.StatusOK)
	wants(t, "30 s early", deliver(teamsfake.NotYet(30*time.Second)), http.StatusOK)
	wants(t, "without expiry", deliver(teamsfake.NoExpiry()), http.StatusUnauthorized)
	wants(t, "without Bearer", deliver(teamsfake.NoBearer()), http.StatusUnauthorized)
	for name, c := range map[string]struct {
		channels []string
		status   int
	}{
		"others'": {[]string{"webchat", "skype"}, http.StatusUnauthorized},
		"none":    {nil, http.StatusOK}, // a key that vouches for nobody vouches for all
		"ours":    {[]string{"msteams"}, http.StatusOK},
	} {
		st.SetEndorsements(c.channels)
		st.wait(25 * time.Hour)
		deliver() // has the keys fetched
		st.refreshed()
		wants(t, "endorsements: "+name, deliver(), c.status)
	}
}

func TestDefect11NothingIsLetInWithoutAToken(t *testing.T) {
	st := newStory(t)
	for _, change := range []func(*Options){
		func(o *Options) { o.AppID = "" },
		func(o *Options) { o.AppID = " " },
	} {
		o := st.options()
		change(&o)
		if _, err := New(o); err == nil || !strings.Contains(err.Error(), "MicrosoftAppId") {
			t.Errorf("an empty app id: %v", err)
		}
	}
	for _, header := range []string{strings.Replace(st.Token(), "Bearer ", "Basic ", 1), st.Token() + " x", "x", "Bearer", "Bearer ", "Basic eDp5", "Bearer a.b.c", "Bearer a b"} {
		wants(t, header, st.Deliver(st.ana.Message(st.Personal(st.ana), "hello"), teamsfake.Authorization(header)), http.StatusUnauthorized)
	}
	equal(t, "events", len(st.got()), 0)
}

func TestDefect12TheBodyIsBoundedAndErrorsAreTold(t *testing.T) {
	st := newStory(t)
	chat := st.Personal(st.ana)
	a := st.ana.Message(chat, strings.Repeat("x", maxBody))
	wants(t, "above 1 MiB", st.Deliver(a), http.StatusRequestEntityTooLarge)
	equal(t, "metrics", st.outcome(), "http too large")
	wants(t, "above 1 MiB and no token", st.Deliver(a, teamsfake.NoToken()), http.StatusUnauthorized)
	a = st.ana.Message(chat, strings.Repeat("x", maxBody/2-4096)) // Teams sends each text twice
	wants(t, "just below", st.Deliver(a), http.StatusOK)
	equal(t, "length of the text", len(st.only().Text), maxBody/2-4096)

	w := httptest.NewRecorder()
	r := httptest.NewRequest(http.MethodPost, "/api/messages", io.MultiReader(strings.NewReader(`{"x":"`+strings.Repeat("x", maxBody)))) // of no told length
	r.Header.Set("Authorization", st.Token())
	st.app.ServeHTTP(w, r)
	equal(t, "status of a body of no told length", w.Code, http.StatusRequestEntityTooLarge)

	_, err := st.app.checker.AuthenticateRequest(context.Background(), schema.Activity{}, "Bearer a.b.c", nil, "")
	if !errors.Is(err, errUnauthorized) {
		t.Errorf("an error of the token is %v", err)
	}
}

func TestDefect13ValuesAndTimesOfAnyShape(t *testing.T) {
	for name, c := range map[string]struct {
		parts map[string]string
		at    time.Time
	}{
		"a value that is a string":  {map[string]string{"value": `"hello"`}, start},
		"a value that is a list":    {map[string]string{"value": `[1,{"a":"take"}]`}, start},
		"a value that is a number":  {map[string]string{"value": `7`}, start},
		"channel data of a string":  {map[string]string{"channelData": `"x"`}, start},
		"entities of all kinds":     {map[string]string{"entities": `["x",7,null,{"type":7},{"type":"mention","mentioned":"x"}]`}, start},
		"attachments of all kinds":  {map[string]string{"attachments": `["x",{"contentUrl":7}]`}, start},
		"a time without a zone":     {map[string]string{"timestamp": `"2026-03-02T08:59:00.123"`}, start.Add(-time.Minute).Add(123 * time.Millisecond)},
		"no time":                   {map[string]string{"timestamp": ""}, start},
		"an empty time":             {map[string]string{"timestamp": `""`}, start},
		"a time in numbers":         {map[string]string{"timestamp": `1772442000`}, start},
		"a time of long ago":        {map[string]string{"timestamp": `"1970-01-01T00:00:00Z"`}, start},
		"a time that has not come":  {map[string]string{"timestamp": `"2030-01-01T00:00:00Z"`}, start},
		"local times that are none": {map[string]string{"localTimestamp": `""`, "expiration": `"soon"`}, start},
	} {
		st := newStory(t)
		a := st.ana.Message(st.Personal(st.ana), "checkout is down")
		wants(t, name, st.Deliver(a, teamsfake.Body(raw(t, a, c.parts))), http.StatusOK)
		e := st.only()
		equal(t, name+": text", e.Text, "checkout is down")
		equal(t, name+": time", e.At, c.at)
	}
}

// The data of a button may be an object, or the text of one.
func TestDefect13AButtonsDataAsText(t *testing.T) {
	st := newStory(t)
	chat := st.Personal(st.ana)
	for _, value := range []string{`{"a":"take","s":"INC-1"}`, `"{\"a\":\"take\",\"s\":\"INC-1\"}"`} {
		a := st.ana.Message(chat, "")
		wants(t, value, st.Deliver(a, teamsfake.Body(raw(t, a, map[string]string{"value": value}))), http.StatusOK)
	}
	for _, e := range st.got() {
		equal(t, "kind", e.Kind, bot.Pressed)
		equal(t, "subject", e.Subject, "INC-1")
	}
	equal(t, "events", len(st.got()), 2)
}

func TestDefect14MentionsAreRead(t *testing.T) {
	st := newStory(t)
	ben := st.Person("Ben <Ito>")
	group := st.GroupChat("ops", st.ana, ben)
	a := st.ana.Mention(group, "take it with <at>Ben &lt;Ito&gt;</at>&nbsp;please")
	list := a["entities"].([]any)
	a["entities"] = append(list, map[string]any{
		"type": "mention", "text": "<at>Ben &lt;Ito&gt;</at>", "mentioned": map[string]any{"id": ben.ID, "name": ben.Name},
	})
	wants(t, "two mentions", st.Deliver(a), http.StatusOK)
	equal(t, "text", st.only().Text, "@firstcall take it with Ben <Ito> please")

	b := st.ana.Message(group, "<at>firstcall</at> am I you?") // written, not mentioned
	st.Deliver(b)
	equal(t, "text", st.got()[1].Text, "firstcall am I you?")
}

func TestDefect16OtherActivitiesAreTaken(t *testing.T) {
	st := newStory(t)
	chat := st.Personal(st.ana)
	st.ana.Say(chat, "hello")
	m := chat.Messages()[0]
	for name, answer := range map[string]*teamsfake.Answer{
		"a reaction":   st.ana.React(m, "like"),
		"typing":       st.ana.Types(chat),
		"an event":     st.Deliver(st.ana.Activity(chat, "event")),
		"its end":      st.Deliver(st.ana.Activity(chat, "endOfConversation")),
		"unknown ones": st.Deliver(st.ana.Activity(chat, "somethingNew")),
	} {
		wants(t, name, answer, http.StatusOK)
	}
	equal(t, "events", len(st.got()), 1)
	st.ana.Edit(m, "hello again")
	equal(t, "kind", st.got()[1].Kind, bot.Reworded)
	st.settle()
	equal(t, "calls to Teams", len(st.Calls(teamsfake.OpSend, teamsfake.OpReply, teamsfake.OpCreate)), 0)
}

func TestDefect17InvokesAreAnsweredInTheResponse(t *testing.T) {
	st := newStory(t)
	st.says(bot.Reply{Lang: "en", Text: "You have it."})
	chat := st.Personal(st.ana)
	answer := st.Deliver(st.ana.Invoke(chat, "adaptiveCard/action", map[string]any{
		"action": map[string]any{"verb": "press", "data": map[string]any{"a": "take", "s": "INC-1"}}, "trigger": "manual",
	}))
	var body map[string]any
	if err := json.Unmarshal(answer.Body, &body); err != nil {
		t.Fatal(err)
	}
	equal(t, "status", body["statusCode"].(float64), 200)
	equal(t, "type", body["type"].(string), "application/vnd.microsoft.activity.message")
	equal(t, "value", body["value"].(string), "You have it.")
	st.settle()
	equal(t, "calls to Teams", len(st.Calls(teamsfake.OpSend, teamsfake.OpReply)), 0)
	wants(t, "an invoke that we don't know", st.Deliver(st.ana.Invoke(chat, "signin/verifyState", nil)), http.StatusNotImplemented)
}

func TestDefect21EmptyCredentialsAreRefused(t *testing.T) {
	st := newStory(t)
	for name, change := range map[string]func(*Options){
		"MicrosoftAppId":          func(o *Options) { o.AppID = "" },
		"MicrosoftAppPassword":    func(o *Options) { o.AppPassword = "" },
		"MicrosoftAppTenantId":    func(o *Options) { o.AppTenant = "" },
		"SingleTenant":            func(o *Options) { o.AppType = "MultiTenant" },
		"UserAssignedMSI":         func(o *Options) { o.AppType = "UserAssignedMSI" },
		"it must be SingleTenant": func(o *Options) { o.AppType = "Something" },
		"Handle":                  func(o *Options) { o.Handle = nil },
	} {
		o := st.options()
		change(&o)
		_, err := New(o)
		if err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v", name, err)
		} else if strings.Contains(err.Error(), canary) {
			t.Errorf("%s: the error has the secret: %v", name, err)
		}
	}
}

// The library's own types are filled by ours: nothing else could switch a check off.
func TestTheValidatorIsTheLibrarysSeam(t *testing.T) {
	st := newStory(t)
	a := schema.Activity{ServiceURL: st.ServiceURL(), ChannelID: "msteams"}
	identity, err := st.app.adapter.AuthenticateRequest(context.Background(), a, st.Token(), nil, "")
	if err != nil || !identity.IsAuthenticated() {
		t.Fatalf("a good token: %v", err)
	}
	equal(t, "issuer", identity.GetClaimValue("iss"), st.Issuer())
	equal(t, "audience", identity.GetClaimValue("aud"), st.AppID())
	for name, bad := range map[string]schema.Activity{
		"another service": {ServiceURL: "https://smba.trafficmanager.net/", ChannelID: "msteams"},
		"another channel": {ServiceURL: st.ServiceURL(), ChannelID: "webchat"},
		"no service":      {ChannelID: "msteams"},
		"nothing":         {},
	} {
		how := []teamsfake.How{}
		if bad.ServiceURL == "" { // not even when neither names a service
			how = append(how, teamsfake.NoServiceURLClaim())
		}
		if _, err := st.app.adapter.AuthenticateRequest(context.Background(), bad, st.Token(how...), nil, ""); !errors.Is(err, errUnauthorized) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := st.app.adapter.AuthenticateRequest(context.Background(), a, st.Token(teamsfake.AlgRS512()), nil, ""); !errors.Is(err, jwt.ErrTokenSignatureInvalid) {
		t.Errorf("RS512: %v", err)
	}
}
