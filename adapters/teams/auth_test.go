package teams

import (
	"cmp"
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"example.com/firstcall/adapters/teams/teamsfake"
	"example.com/firstcall/bot"
)

// A token that came before is looked at as closely as a new one.
func TestATokenThatCameBefore(t *testing.T) {
	const gone = 6 * time.Minute // until an unknown key is asked for again
	for name, c := range map[string]struct {
		meanwhile func(*story)
		how       []teamsfake.How
		status    int
	}{
		"as before":                     {func(*story) {}, nil, http.StatusOK},
		"shortly before its end":        {func(st *story) { st.wait(time.Hour + leeway - time.Second) }, nil, http.StatusOK},
		"after its end":                 {func(st *story) { st.wait(time.Hour + leeway + time.Second) }, nil, http.StatusUnauthorized},
		"for another service":           {func(*story) {}, []teamsfake.How{teamsfake.ServiceURL("https://smba.trafficmanager.net/elsewhere/")}, http.StatusUnauthorized},
		"its key is no longer there":    {func(st *story) { st.RotateKeys(); st.wait(gone); st.otherKey() }, nil, http.StatusUnauthorized},
		"its key's id is another's now": {func(st *story) { st.app.checker.replaceKey() }, nil, http.StatusUnauthorized},
		"its key vouches for others": {
			func(st *story) { st.SetEndorsements([]string{"webchat"}); st.wait(gone); st.otherKey() }, nil, http.StatusUnauthorized,
		},
	} {
		t.Run(name, func(t *testing.T) {
			st := newStory(t)
			chat := st.Personal(st.ana)
			same := teamsfake.Authorization(st.Token())
			for range 2 {
				wants(t, "at first", st.Deliver(st.ana.Message(chat, "hello"), same), http.StatusOK)
			}
			equal(t, "tokens remembered", len(st.app.checker.signed.of), 1)
			c.meanwhile(st)
			wants(t, "then", st.Deliver(st.ana.Message(chat, "hello"), append(c.how, same)...), c.status)
		})
	}
}

// otherKey has the keys fetched: somebody comes with an unknown one.
func (st *story) otherKey() {
	wants(st.t, "an unknown key", st.Deliver(st.ana.Message(st.Personal(st.ana), "forged"), teamsfake.UnknownKey()), http.StatusUnauthorized)
}

// replaceKey leaves the key's id and changes the key, as nobody should.
func (v *validator) replaceKey() {
	v.keys.mu.Lock()
	defer v.keys.mu.Unlock()
	for id, k := range v.keys.byID {
		other := *k.public
		other.E = 3
		k.public = &other
		v.keys.byID[id] = k
	}
}

// The same token with another signature is another token.
func TestATokenThatCameBeforeWithAnotherSignature(t *testing.T) {
	st := newStory(t)
	chat := st.Personal(st.ana)
	good := st.Token()
	wants(t, "the signed one", st.Deliver(st.ana.Message(chat, "hello"), teamsfake.Authorization(good)), http.StatusOK)
	cut := strings.LastIndexByte(good, '.') + 1
	for _, forged := range []string{good[:cut], good[:cut] + strings.Repeat("A", len(good)-cut), good + "AA"} {
		wants(t, "a forged one", st.Deliver(st.ana.Message(chat, "hello"), teamsfake.Authorization(forged)), http.StatusUnauthorized)
	}
	equal(t, "tokens remembered", len(st.app.checker.signed.of), 1)
}

func TestFewTokensAreRemembered(t *testing.T) {
	var s signatures
	for n := range 3 * mostSigned {
		sum := sha256.Sum256([]byte(fmt.Sprint(n)))
		s.keep(sum, signature{})
		if _, known := s.find(sum); !known || len(s.of) > mostSigned {
			t.Fatalf("after %d tokens %d are remembered, the last one: %v", n+1, len(s.of), known)
		}
	}
}

// Portals and scripts show the app's id in either case, and it is the same app.
func TestTheAppIDInCapitals(t *testing.T) {
	st := newStory(t, func(s *setting) { s.options = func(o *Options) { o.AppID = strings.ToUpper(o.AppID) } })
	group := st.GroupChat("Checkout", st.ana)
	wants(t, "a mention", st.ana.Tell(group, "hello"), http.StatusOK)
	equal(t, "what is read", st.only().Text, "@firstcall hello")
	st.post(st.posting(st.to(group), "INC-1: checkout is down"))
	equal(t, "what we are called where nobody has named us", st.app.botID(route{}), st.BotID())
	capitals := teamsfake.Audience(strings.ToUpper(st.AppID()))
	wants(t, "a token in capitals", st.Deliver(st.ana.Message(group, "again"), capitals), http.StatusOK)

	other := newStory(t)
	chat := other.Personal(other.ana)
	wants(t, "only the token in capitals", other.Deliver(other.ana.Message(chat, "hello"), capitals), http.StatusOK)
	for name, how := range map[string]teamsfake.How{
		"half of the id": teamsfake.Audience(st.AppID()[:18]), "nothing": teamsfake.Audience(""), "no audience": teamsfake.Claim("aud", nil),
		"a list of others": teamsfake.Claim("aud", []string{"", "another"}),
	} {
		wants(t, name, other.Deliver(other.ana.Message(chat, "hello"), how), http.StatusUnauthorized)
	}
	equal(t, "events", len(other.got()), 1)
	equal(t, "kind", other.only().Kind, bot.Said)
}

// A token that the channel has signed is let in only if it says who signed it,
// for us, and until when; whatever else is in it, and whatever isn't signed.
func FuzzClaims(f *testing.F) {
	const app = "7d0f3e0a-1b2c-4d5e-8f90-a1b2c3d4e5f6"
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		f.Fatal(err)
	}
	now := start.Unix()
	for _, seed := range []string{
		fmt.Sprintf(`{"iss":"https://api.botframework.com","aud":"%s","serviceurl":"https://smba.trafficmanager.net/emea/","nbf":%d,"exp":%d}`, app, now, now+3600),
		fmt.Sprintf(`{"iss":"https://api.botframework.com","aud":["x","%s"],"exp":%d.5}`, strings.ToUpper(app), now),
		fmt.Sprintf(`{"iss":["https://api.botframework.com"],"aud":{"x":1},"exp":"%d"}`, now),
		fmt.Sprintf(`{"iss":"https://api.botframework.com","aud":"%s","exp":1e300,"nbf":-1e300,"iat":null}`, app),
		`{"aud":"","exp":0}`, `{"serviceurl":7}`, `null`, `[]`, `"x"`, `{`,
	} {
		f.Add(seed, "Bearer a.b.c")
	}
	f.Add("{}", "Bearer "+strings.Repeat(".", 1000))
	f.Add("{}", "bearer\x00 eyJhbGciOiJub25lIn0.e30.")
	f.Fuzz(func(t *testing.T, body, header string) {
		v := newValidator(PublicCloud, app, &http.Client{Transport: canned(func(*http.Request) *http.Response {
			return cannedBody(http.StatusServiceUnavailable, "", "")
		})}, func() time.Time { return start })
		v.keys.byID, v.keys.fetched, v.keys.tried = map[string]publicKey{"1": {public: &key.PublicKey}}, start, start
		if _, err := v.verify(context.Background(), header); !errors.Is(err, errUnauthorized) {
			t.Errorf("%q is let in: %v", header, err)
		}
		text := base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"RS256","kid":"1"}`)) + "." + base64.RawURLEncoding.EncodeToString([]byte(body))
		signature, err := jwt.SigningMethodRS256.Sign(text, key)
		if err != nil {
			t.Fatal(err)
		}
		text = "Bearer " + text + "." + base64.RawURLEncoding.EncodeToString(signature)
		c, err := v.verify(context.Background(), text)
		again, errAgain := v.verify(context.Background(), text)
		if (err == nil) != (errAgain == nil) {
			t.Errorf("%s is %v at first, and %v when it is remembered", body, err, errAgain)
		}
		if err != nil {
			if !errors.Is(err, errUnauthorized) || c != nil || again != nil {
				t.Errorf("%s is refused with %v and %v", body, err, c)
			}
			return
		}
		var said struct {
			Issuer   string           `json:"iss"`
			Audience jwt.ClaimStrings `json:"aud"`
			Ends     float64          `json:"exp"`
		}
		if err := json.Unmarshal([]byte(body), &said); err != nil {
			t.Errorf("%s is let in: %v", body, err)
		}
		forUs := slices.ContainsFunc(said.Audience, func(s string) bool { return strings.EqualFold(s, app) })
		if said.Issuer != PublicCloud.Issuer || !forUs || said.Ends < float64(start.Add(-leeway).Unix()) {
			t.Errorf("%s is let in", body)
		}
		if c.binds(cmp.Or(c.ServiceURL, "x")+"/", channelID) == nil || c.ServiceURL == "" && c.binds("", channelID) == nil {
			t.Errorf("%s is bound to another service", body)
		}
	})
}
