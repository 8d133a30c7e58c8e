package teams

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"example.com/firstcall/adapters/teams/teamsfake"
	"example.com/firstcall/bot"
)

// renewed waits until no token is being fetched.
func (st *story) renewed() {
	_, _, _ = st.app.token.flight.Do("", func() (any, error) { return nil, nil })
}

// A token endpoint that is down, or hangs, at the renewal stops nothing: the old
// token is good until its end, 59:59 after it was given here.
func TestATokenIsUsedUntilItsEnd(t *testing.T) {
	for name, fault := range map[string]func(chan struct{}) teamsfake.Fault{
		"down":     func(chan struct{}) teamsfake.Fault { return teamsfake.Broken(503) },
		"refusing": func(chan struct{}) teamsfake.Fault { return teamsfake.BadSecret() },
		"hanging":  func(hold chan struct{}) teamsfake.Fault { return teamsfake.Slow(hold) },
	} {
		t.Run(name, func(t *testing.T) {
			st := newStory(t, func(s *setting) { s.fake.ExpireBearer = true })
			group := st.GroupChat("Checkout", st.ana)
			page := func() error {
				_, err := st.app.Post(context.Background(), st.posting(st.to(group), "Nobody has called yet"))
				return err
			}
			st.post(st.posting(st.to(group), "hello"))
			hold := make(chan struct{})
			stop := st.Inject(teamsfake.OpToken, 0, fault(hold))
			st.wait(54*time.Minute + 59*time.Second)
			for _, later := range []time.Duration{0, time.Second, refusedAgain, 4 * time.Minute} {
				st.wait(later)
				if err := page(); err != nil {
					t.Errorf("%v later: %v", later, err)
				}
				if name != "hanging" {
					st.renewed()
				}
			}
			want := map[string]int{"hanging": 2}[name]
			if want == 0 {
				want = 4 // the first one, and every one that came five seconds after the last
			}
			st.WaitFor("the renewal", func() bool { return len(st.Calls(teamsfake.OpToken)) == want })
			if name == "hanging" {
				close(hold)
				st.renewed()
			} else {
				st.wait(54 * time.Second) // the end
				st.fails(page(), bot.Refused)
				stop()
				st.wait(refusedAgain)
			}
			if err := page(); err != nil {
				t.Errorf("at last: %v", err)
			}
			equal(t, "messages", len(group.FromBot()), 6)
		})
	}
}

// Whatever a token endpoint answers, it gives a token that lasts a while, or an
// error that may stand in a log.
func FuzzTokenAnswers(f *testing.F) {
	f.Add(200, "application/json", `{"token_type":"Bearer","expires_in":3599,"access_token":"x"}`)
	f.Add(200, "application/json", `{"token_type":"bearer","expires_in":"3599","access_token":"x"}`)
	f.Add(200, "application/json", `{"token_type":"Bearer","expires_in":-1,"access_token":"x"}`)
	f.Add(200, "application/json", `{"token_type":"Bearer","expires_in":1e300,"access_token":"x"}`)
	f.Add(200, "application/json", `{"token_type":"MAC","access_token":"x"}`)
	f.Add(200, "text/plain", `token_type=Bearer&expires_in=NaN&access_token=x`)
	f.Add(200, "application/x-www-form-urlencoded", `token_type=Bearer&expires_in=1e-300&access_token=x`)
	f.Add(401, "application/json", `{"error":"invalid_client","error_description":"AADSTS7000215: Invalid\r\nsecret `+canary+`"}`)
	f.Add(400, "application/json", `{"error":"bad\nlevel=ERROR","error_description":"AADSTS"}`)
	f.Add(200, "text/html", "<html>sign in</html>")
	f.Add(500, "", "")
	f.Fuzz(func(t *testing.T, status int, kind, body string) {
		asked := 0
		client := &http.Client{Transport: canned(func(*http.Request) *http.Response {
			asked++
			return cannedBody(status, kind, body)
		})}
		now := start
		s := tokenSource(PublicCloud, client, Options{AppID: "app", AppPassword: canary, AppTenant: "tenant", Now: func() time.Time { return now }})
		token, _, err := s.get(context.Background())
		var e *TokenError
		switch {
		case err == nil && token == "":
			t.Error("neither a token nor an error")
		case err != nil && !errors.As(err, &e):
			t.Errorf("the error is %v", err)
		case err != nil:
			if text := e.Error(); len(text) > 400 || strings.ContainsAny(text, "\r\n") || strings.Contains(text, canary) {
				t.Errorf("the error says %q", text)
			}
		default:
			if life := s.ends.Sub(start); life <= 0 || life > 24*time.Hour || s.until.After(s.ends) {
				t.Errorf("it lasts %v, renewed after %v", life, s.until.Sub(start))
			}
			if again, fresh, err := s.get(context.Background()); again != token || !fresh || err != nil || asked != 1 {
				if s.ends.Sub(start) > time.Second {
					t.Errorf("right after: %v, fresh: %v, asked %d times", err, fresh, asked)
				}
			}
			now = s.ends
			if kept, _, _, _ := s.kept(); kept != "" {
				t.Errorf("after %v it is still used", now.Sub(start))
			}
		}
	})
}
