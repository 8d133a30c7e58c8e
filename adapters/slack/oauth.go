package slack

import (
	"cmp"
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"html"
	"log/slog"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	api "github.com/slack-go/slack"
)

// Installer lets administrators of workspaces install the app: the pages /slack/install and /slack/oauth_redirect.
// https://docs.slack.dev/authentication/installing-with-oauth
type Installer struct {
	ClientID, ClientSecret string
	// Redirect is the public address of /slack/oauth_redirect.
	Redirect string
	// Key signs what an administrator's browser carries to Slack and back.
	Key []byte
	// Save keeps an installation, also one that replaces an older one; name is the workspace's.
	Save func(ctx context.Context, inst Installation, name string, at time.Time) error
	Now  func() time.Time
	Log  *slog.Logger
	// Authorize and APIURL are Slack's own where they are "".
	Authorize, APIURL string
	HTTP              *http.Client // nil is one with timeouts
}

const (
	slackAuthorize = "https://slack.com/oauth/v2/authorize"
	stateCookie    = "firstcall_slack_install"
	stateLasts     = 10 * time.Minute
)

// Install sends an administrator to Slack's page of consent.
func (i *Installer) Install(w http.ResponseWriter, r *http.Request) {
	state, err := i.state()
	if err != nil {
		i.page(w, r, http.StatusInternalServerError, "That did not work", "The server has no random numbers. Please tell its operator.", err)
		return
	}
	http.SetCookie(w, &http.Cookie{
		Name: stateCookie, Value: state, Path: "/slack/", MaxAge: int(stateLasts.Seconds()), HttpOnly: true,
		Secure: strings.HasPrefix(i.Redirect, "https://"), SameSite: http.SameSiteLaxMode,
	})
	to := i.Authorize
	if to == "" {
		to = slackAuthorize
	}
	q := url.Values{"client_id": {i.ClientID}, "scope": {strings.Join(slices.Sorted(maps.Keys(Scopes())), ",")}, "state": {state}, "redirect_uri": {i.Redirect}}
	w.Header().Set("Cache-Control", "no-store")
	http.Redirect(w, r, to+"?"+q.Encode(), http.StatusFound)
}

// Redirected takes what Slack answered to the consent.
func (i *Installer) Redirected(w http.ResponseWriter, r *http.Request) {
	http.SetCookie(w, &http.Cookie{Name: stateCookie, Path: "/slack/", MaxAge: -1, HttpOnly: true})
	q := r.URL.Query()
	cookie, err := r.Cookie(stateCookie)
	if err != nil || subtle.ConstantTimeCompare([]byte(cookie.Value), []byte(q.Get("state"))) != 1 || !i.fresh(q.Get("state")) {
		i.page(w, r, http.StatusBadRequest, "Please begin again", "This page was not opened by an installation begun here within the last ten minutes. Open /slack/install again, in the same browser.", err)
		return
	}
	if q.Get("error") != "" || q.Get("code") == "" {
		i.page(w, r, http.StatusOK, "Nothing was installed", "The installation was not allowed in Slack. You can open /slack/install again at any time.", nil)
		return
	}
	inst, name, err := i.exchange(r.Context(), q.Get("code"))
	if err != nil {
		i.page(w, r, http.StatusBadGateway, "That did not work", "Slack did not confirm the installation. Please open /slack/install again; if it fails again, tell the operator of this server.", err)
		return
	}
	if err := i.Save(r.Context(), inst, name, i.Now()); err != nil {
		i.page(w, r, http.StatusServiceUnavailable, "That did not work", "The installation could not be kept. Please open /slack/install again in a few minutes.", err)
		return
	}
	i.Log.InfoContext(r.Context(), "the app was installed", "workspace", inst.Workspace, "name", name)
	i.page(w, r, http.StatusOK, "firstcall is installed", "firstcall is installed in "+name+" ("+inst.Workspace+"). One thing is left for its operator: "+
		"name this workspace in the set-up file of the company it belongs to. Then invite @firstcall into the channel where incidents are to be reported.", nil)
}

var errPartial = errors.New("the answer lacks the workspace, the token or who we are")

// exchange gets the token for the code, and asks who we are with it.
func (i *Installer) exchange(ctx context.Context, code string) (Installation, string, error) {
	client := i.HTTP
	if client == nil {
		client = newClient()
	}
	at := i.APIURL
	if at == "" {
		at = slackAPI
	}
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	got, err := api.GetOAuthV2ResponseContext(ctx, client, i.ClientID, i.ClientSecret, code, i.Redirect, api.OAuthOptionAPIURL(at))
	if err != nil {
		return Installation{}, "", fmt.Errorf("exchange the code: %w", err)
	}
	if got.AccessToken == "" {
		return Installation{}, "", fmt.Errorf("exchange the code: %w", errPartial)
	}
	who, err := api.New(got.AccessToken, api.OptionAPIURL(at), api.OptionHTTPClient(client)).AuthTestContext(ctx)
	if err != nil {
		return Installation{}, "", fmt.Errorf("ask who we are: %w", err)
	}
	inst := Installation{ // an organisation's has no workspace of its own
		Workspace: cmp.Or(got.Team.ID, got.Enterprise.ID), Enterprise: got.Enterprise.ID, Token: got.AccessToken, BotID: who.BotID, BotUser: got.BotUserID, AppID: got.AppID,
		Scopes: strings.Split(got.Scope, ","),
	}
	if inst.Workspace == "" || inst.BotUser == "" || inst.BotID == "" {
		return Installation{}, "", errPartial
	}
	return inst, cmp.Or(got.Team.Name, got.Enterprise.Name), nil
}

// state is random, says until when it holds, and is signed, so that nothing needs to be kept of it.
func (i *Installer) state() (string, error) {
	raw := make([]byte, 24, 24+sha256.Size)
	if _, err := rand.Read(raw[:16]); err != nil {
		return "", fmt.Errorf("make a state: %w", err)
	}
	binary.BigEndian.PutUint64(raw[16:], uint64(i.Now().Add(stateLasts).Unix())) //nolint:gosec // No clock shows an instant before 1970.
	return base64.RawURLEncoding.EncodeToString(i.signed(raw)), nil
}

func (i *Installer) signed(raw []byte) []byte {
	h := hmac.New(sha256.New, i.Key)
	_, _ = h.Write([]byte("slack install")) // A hash takes everything.
	_, _ = h.Write(raw)
	return h.Sum(raw)
}

func (i *Installer) fresh(state string) bool {
	all, err := base64.RawURLEncoding.DecodeString(state)
	if err != nil || len(all) != 24+sha256.Size {
		return false
	}
	raw := slices.Clone(all[:24])
	return hmac.Equal(i.signed(raw), all) && binary.BigEndian.Uint64(raw[16:]) > uint64(i.Now().Unix()) //nolint:gosec // As above.
}

// page shows an administrator one sentence. What went wrong stands in the log only.
func (i *Installer) page(w http.ResponseWriter, r *http.Request, status int, title, text string, err error) {
	if err != nil {
		i.Log.WarnContext(r.Context(), "an installation in Slack failed", "title", title, "err", err)
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'")
	h.Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	_, _ = fmt.Fprintf(w, `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>%[1]s</title>`+
		`<body style="font:1.1rem/1.5 system-ui;max-width:34rem;margin:12vh auto;padding:0 1rem"><h1 style="font-size:1.4rem">%[1]s</h1><p>%[2]s</p></body></html>`,
		html.EscapeString(title), html.EscapeString(text)) // Whoever asked has gone.
}

// RefusedError is Slack's refusal of a token.
type RefusedError struct{ Code string }

func (e *RefusedError) Error() string { return "Slack refuses the token: " + e.Code }

// WhoAmI asks Slack whose a bot token is. A *RefusedError says that Slack was asked and doesn't take it.
func WhoAmI(ctx context.Context, token, apiURL string) (Installation, error) {
	if apiURL == "" {
		apiURL = slackAPI
	}
	who, err := api.New(token, api.OptionAPIURL(apiURL), api.OptionHTTPClient(newClient())).AuthTestContext(ctx)
	if code := codeOf(err); code != "" && !doubtful[code] && !limited[code] {
		return Installation{}, &RefusedError{code}
	}
	if err != nil {
		return Installation{}, fmt.Errorf("ask Slack who we are: %w", err)
	}
	if who.TeamID == "" || who.UserID == "" {
		return Installation{}, errPartial
	}
	return Installation{Workspace: who.TeamID, Enterprise: who.EnterpriseID, Token: token, BotID: who.BotID, BotUser: who.UserID}, nil
}
