package teams

import (
	"context"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"example.com/firstcall/adapters/teams/teamsfake"
)

// refreshed waits until no fetch of keys is under way.
func (st *story) refreshed() {
	_, _, _ = st.app.checker.keys.flight.Do("", func() (any, error) { return nil, nil })
}

// Who comes with a new key while the keys can't be had is not forged: Teams is
// told to come again, and nothing that a person said is lost.
func TestANewKeyWhileTheKeysCannotBeHad(t *testing.T) {
	for name, meanwhile := range map[string]func(*story, chan struct{}) (stop func()){
		"they are being fetched": func(st *story, hold chan struct{}) func() {
			st.app.limits.keys = 50 * time.Millisecond
			st.Inject(teamsfake.OpKeys, 1, teamsfake.Slow(hold))
			return func() { close(hold); st.app.limits.keys = time.Minute }
		},
		"their fetch fails": func(st *story, _ chan struct{}) func() {
			return st.Inject(teamsfake.OpKeys, 0, teamsfake.Broken(503))
		},
	} {
		t.Run(name, func(t *testing.T) {
			st := newStory(t)
			chat := st.Personal(st.ana)
			wants(t, "with the old key", st.Deliver(st.ana.Message(chat, "hello")), http.StatusOK)
			st.wait(unknownAgain)
			st.RotateKeys()
			stop := meanwhile(st, make(chan struct{}))
			a := st.ana.Message(chat, "checkout is down")
			for range 2 {
				wants(t, "with the new key", st.Deliver(a), http.StatusServiceUnavailable)
				equal(t, "metrics", st.outcome(), "http no keys")
			}
			stop()
			st.refreshed()
			st.wait(failureAgain)
			wants(t, "the same again", st.Deliver(a), http.StatusOK)
			wants(t, "a forged one", st.Deliver(a, teamsfake.UnknownKey()), http.StatusUnauthorized)
			equal(t, "what the bot was told last", st.got()[1].Text, "checkout is down")
		})
	}
}

// Keys that are a day old are fetched again while they are used: nobody waits for
// an address that doesn't answer.
func TestNobodyWaitsForAKeyThatIsKnown(t *testing.T) {
	st := newStory(t)
	st.app.limits.keys = time.Minute // longer than the fake waits for an answer
	chat := st.Personal(st.ana)
	hello := func() *teamsfake.Answer { return st.Deliver(st.ana.Message(chat, "hello")) }
	wants(t, "the first", hello(), http.StatusOK)
	st.wait(25 * time.Hour)
	hold := make(chan struct{})
	st.Inject(teamsfake.OpMetadata, 1, teamsfake.Slow(hold))
	for range 3 {
		wants(t, "while the metadata hangs", hello(), http.StatusOK)
	}
	close(hold)
	st.refreshed()
	wants(t, "after it", hello(), http.StatusOK)
	st.refreshed()
	equal(t, "fetches", len(st.Calls(teamsfake.OpKeys)), 2)
}

// What was the channel's key five days ago need not be it today.
func TestOldKeysAreNotTrustedForEver(t *testing.T) {
	st := newStory(t)
	chat := st.Personal(st.ana)
	same := st.ana.Message(chat, "hello")
	status := func(what string, want int) {
		t.Helper()
		wants(t, what, st.Deliver(same), want)
		st.refreshed()
	}
	status("the first", http.StatusOK)
	stop := st.Inject(teamsfake.OpMetadata, 0, teamsfake.Broken(503))
	st.wait(5*24*time.Hour - time.Second)
	status("shortly before the end", http.StatusOK)
	st.wait(time.Second)
	status("at the end", http.StatusServiceUnavailable)
	status("right after", http.StatusServiceUnavailable)
	stop()
	st.wait(nothingAgain)
	status("with keys again", http.StatusOK)
	st.wait(23 * time.Hour)
	status("a day of them later", http.StatusOK)
	equal(t, "fetches of keys", len(st.Calls(teamsfake.OpKeys)), 2)
}

// canned answers every request of a client by itself.
type canned func(*http.Request) *http.Response

func (c canned) RoundTrip(r *http.Request) (*http.Response, error) { return c(r), nil }

func cannedBody(status int, kind, body string) *http.Response {
	return &http.Response{StatusCode: status, Header: http.Header{"Content-Type": {kind}}, Body: io.NopCloser(strings.NewReader(body))}
}

// Whatever the two documents say, nothing is asked anywhere else, and no key is
// taken that couldn't keep anybody out.
func FuzzKeys(f *testing.F) {
	const at = "https://login.example/keys"
	n := strings.Repeat("_", 342) // 2,052 bits
	for _, seed := range [][2]string{
		{`{"jwks_uri":"` + at + `"}`, `{"keys":[{"kty":"RSA","use":"sig","kid":"1","n":"` + n + `","e":"AQAB","endorsements":["msteams"]}]}`},
		{`{"jwks_uri":"` + at + `"}`, `{"keys":[{"kty":"RSA","kid":"1","n":"` + n + `","e":"AA"},{"kty":"RSA","kid":"","n":"` + n + `","e":"AQAB"},{"kty":"EC"},{}]}`},
		{`{"jwks_uri":"` + at + `"}`, `{"keys":[{"kty":"RSA","kid":"1","n":"AQAB","e":"_____w"}]}`},
		{`{"jwks_uri":"` + at + `"}`, `{"keys":{}}`},
		{`{"jwks_uri":"https://evil.example/keys"}`, `{}`},
		{`{"jwks_uri":"https://login.example@evil.example/"}`, `{}`},
		{`{"jwks_uri":"//login.example/x"}`, `[]`},
		{`{"jwks_uri":"https://login.example/%2e%2e/#x"}`, `null`},
		{`{"jwks_uri":7}`, `<html>`},
		{`[`, ``},
	} {
		f.Add(seed[0], seed[1])
	}
	f.Fuzz(func(t *testing.T, metadata, document string) {
		asked := 0
		k := newKeys("https://login.example/openid", &http.Client{Transport: canned(func(r *http.Request) *http.Response {
			if asked++; r.URL.Scheme != "https" || r.URL.Host != "login.example" || asked > 2 {
				t.Errorf("question %d goes to %s", asked, r.URL)
			}
			if asked == 1 {
				return cannedBody(http.StatusOK, "application/json", metadata)
			}
			return cannedBody(http.StatusOK, "application/json", document)
		})}, func() time.Time { return start })
		byID, err := k.read(context.Background())
		if (err == nil) != (len(byID) > 0) {
			t.Errorf("%d keys and the error %v", len(byID), err)
		}
		for id, key := range byID {
			if id == "" || key.public.N.BitLen() < 2048 || key.public.E < 3 || key.public.E%2 == 0 {
				t.Errorf("the key %q of %d bits with %d", id, key.public.N.BitLen(), key.public.E)
			}
		}
	})
}
