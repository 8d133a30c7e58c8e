package slackfake

import (
	"net/http"
	"strings"
)

// grant is what a code from Authorize is worth.
type grant struct {
	user, team string
}

// Authorize lets a person agree to the installation in a workspace, and gives
// the code that Slack would send to the redirect address.
func (s *Slack) Authorize(user, team string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.workspaces[team] == nil || s.users[user] == nil {
		s.t.Fatalf("slackfake: Authorize(%s, %s): no such user or workspace", user, team)
		return ""
	}
	code := s.nextID("code-")
	s.codes[code] = grant{user: user, team: team}
	return code
}

// oauthAccess trades a code for the bot's token, once.
func (s *Slack) oauthAccess(r *http.Request, a args) reply {
	id, secret, basic := r.BasicAuth()
	if !basic {
		id, secret = a.str("client_id"), a.str("client_secret")
	}
	if id != s.config.ClientID {
		return refuse("invalid_client_id")
	}
	if secret != s.config.ClientSecret {
		return refuse("bad_client_secret")
	}
	code := a.str("code")
	g, ok := s.codes[code]
	if !ok {
		return refuse("invalid_code")
	}
	delete(s.codes, code)
	w := s.workspaces[g.team]
	if w.NotInstalled {
		w.Token = "xoxb-fake-" + w.ID + "-" + s.nextID("n")
		w.NotInstalled = false
	}
	out := reply{
		"ok": true, "access_token": w.Token, "token_type": "bot", "scope": strings.Join(w.Scopes, ","), "bot_user_id": w.BotUser,
		"app_id": s.config.AppID, "team": Block{"id": w.ID, "name": w.Name}, "enterprise": nil, "is_enterprise_install": w.OrgInstall,
		"authed_user": Block{"id": g.user},
	}
	if w.Enterprise != "" {
		out["enterprise"] = Block{"id": w.Enterprise, "name": w.Enterprise}
	}
	return out
}

func authRevoke(r *request) reply {
	if r.yes("test") {
		return reply{"revoked": false}
	}
	r.w.NotInstalled = true
	return reply{"revoked": true}
}

func appsUninstall(r *request) reply {
	if r.str("client_id") != r.s.config.ClientID || r.str("client_secret") != r.s.config.ClientSecret {
		return refuse("bad_client_secret")
	}
	r.w.NotInstalled = true
	return reply{}
}
