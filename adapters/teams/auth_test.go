package teams

import (
	"crypto/sha256"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"example.com/firstcall/adapters/teams/teamsfake"
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
