package main

import (
	"context"
	"crypto/sha256"
	"errors"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"example.com/firstcall/adapters/slack"
	"example.com/firstcall/bot"
)

// slackPlatform names Slack in events and destinations.
const slackPlatform = "slack"

// slack prepares Slack as it is configured.
func (s *service) slack(ctx context.Context) (platform, error) {
	secrets := slackSecretsOf(s.env)
	tokens, err := newSlackTokens(s.store, s.config.Slack, s.env, s.clock.Now)
	if err != nil {
		return platform{}, err
	}
	if err := tokens.askOwn(ctx); err != nil {
		return platform{}, err
	}
	options := tokens.options(s.config.Slack, secrets, s.log)
	options.Handle, options.Seen, options.SeenCall = tokens.heeding(s.handle), s.metrics.Request(slackPlatform), s.metrics.Call(slackPlatform)
	p := platform{name: slackPlatform, routes: map[string]http.Handler{}}
	chat := slack.New(options)
	p.chat, p.close = chat, chat.Close
	if s.config.Slack.Mode == "socket" {
		p.run = chat.Run
		p.ready = func() error {
			if !chat.Connected() {
				return errNoSocket
			}
			return nil
		}
	} else {
		p.routes["/slack/events"] = chat.Inbound()
	}
	if secrets.clientID != "" {
		key := sha256.Sum256([]byte("slack install " + s.env("FIRSTCALL_KEY")))
		i := &slack.Installer{
			ClientID: secrets.clientID, ClientSecret: secrets.clientSecret, Redirect: s.config.Public + "/slack/oauth_redirect",
			Key: key[:], Save: tokens.save, Now: s.clock.Now, Log: s.log, APIURL: s.config.Slack.API,
		}
		p.routes["GET /slack/install"] = http.HandlerFunc(i.Install)
		p.routes["GET /slack/oauth_redirect"] = http.HandlerFunc(i.Redirected)
	}
	return p, nil
}

// errNoSocket is why a program in Socket Mode hears nothing at the moment.
var errNoSocket = errors.New("the socket to Slack is not open")

// installations is what the store keeps of them.
type installations interface {
	Installation(ctx context.Context, platform, workspace string) (bot.Installation, error)
	SaveInstallation(ctx context.Context, i bot.Installation) error
}

// slackTokens knows the own workspace by the environment and the others by the database, and remembers for a minute.
type slackTokens struct {
	store installations
	seal  *seal // nil: only the own workspace
	now   func() time.Time
	api   string
	token string // of the own workspace
	own   string // the own workspace; "" where there is none

	mu    sync.Mutex
	known map[string]remembered
	self  slack.Installation // who we are in the own workspace, once Slack has said it
}

// newSlackTokens are those of the environment and of the store, for whoever serves and whoever only examines.
func newSlackTokens(store installations, config *slackConfig, env func(string) string, now func() time.Time) (*slackTokens, error) {
	t := &slackTokens{store: store, now: now, api: config.API, token: slackSecretsOf(env).botToken, own: config.Workspace}
	if key := env("FIRSTCALL_KEY"); key != "" {
		var err error
		if t.seal, err = newSeal(key); err != nil {
			return nil, err
		}
	}
	return t, nil
}

// options is how Slack is spoken to with these tokens, by one of the two ways in.
func (t *slackTokens) options(config *slackConfig, secrets slackSecrets, log *slog.Logger) slack.Options {
	o := slack.Options{Now: t.now, Log: log, Tokens: t, APIURL: t.api, Provider: t.own}
	if config.Mode == "socket" {
		o.AppToken = secrets.appToken
	} else {
		o.Signing = secrets.signing
	}
	return o
}

type remembered struct {
	slack.Installation
	err   error // bot.ErrNotFound
	until time.Time
}

// heeding makes us forget a workspace's token as soon as its end was kept, where this process is told of it.
func (t *slackTokens) heeding(handle func(context.Context, bot.Event) (bot.Reply, error)) func(context.Context, bot.Event) (bot.Reply, error) {
	return func(ctx context.Context, e bot.Event) (bot.Reply, error) {
		r, err := handle(ctx, e)
		if err == nil && e.Kind == bot.Left && e.Place == "" {
			t.mu.Lock()
			defer t.mu.Unlock()
			delete(t.known, e.Workspace)
		}
		return r, err
	}
}

// How long what was found is believed: a removed installation may be tried for so long by processes that weren't told of its
// end; who we are in our own workspace doesn't change while the token works.
const (
	rememberFor = time.Minute
	rememberOwn = 24 * time.Hour
)

// ownTrouble is why our own workspace can't be served or examined, and what to do.
type ownTrouble struct{ what, trouble, do string }

func (e *ownTrouble) Error() string { return e.what + ": " + e.trouble + "; " + e.do }

// askOwn asks Slack whose the token is; its error is an *ownTrouble. When Slack can't be reached and the workspace is
// configured, the rest goes on without.
func (t *slackTokens) askOwn(ctx context.Context) error {
	if t.token == "" {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	inst, err := slack.WhoAmI(ctx, t.token, t.api)
	var refused *slack.RefusedError
	switch {
	case errors.As(err, &refused):
		return &ownTrouble{"SLACK_BOT_TOKEN", "Slack doesn't take it (" + refused.Code + ")", "copy the Bot User OAuth Token again, see docs/slack.md"}
	case err != nil && t.own == "":
		return &ownTrouble{
			"Slack", "it can't be asked which workspace SLACK_BOT_TOKEN belongs to: " + err.Error(),
			"see whether this machine reaches Slack; slack.workspace in the file says it, too",
		}
	case err != nil:
		return nil
	case t.own != "" && t.own != inst.Workspace:
		return &ownTrouble{
			"SLACK_BOT_TOKEN", "it belongs to the workspace " + inst.Workspace + ", and slack.workspace says " + t.own,
			"correct slack.workspace, or use that workspace's token",
		}
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.own, t.self = inst.Workspace, inst
	t.remember(t.own, remembered{Installation: inst, until: t.now().Add(rememberOwn)})
	return nil
}

func (t *slackTokens) remember(workspace string, r remembered) {
	if t.known == nil || len(t.known) > 10_000 {
		t.known = map[string]remembered{}
	}
	t.known[workspace] = r
}

// Installed implements slack.Tokens.
func (t *slackTokens) Installed(ctx context.Context, workspace string) (slack.Installation, error) {
	now := t.now()
	t.mu.Lock()
	r, ok := t.known[workspace]
	t.mu.Unlock()
	if ok && now.Before(r.until) {
		return r.Installation, r.err
	}
	inst, err := t.look(ctx, workspace)
	if err != nil && !errors.Is(err, bot.ErrNotFound) {
		return slack.Installation{}, err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	lasts := rememberFor
	if workspace == t.own && inst.BotUser != "" {
		lasts, t.self = rememberOwn, inst
	}
	if workspace == t.own && t.token != "" && inst.BotUser == "" && t.self.BotUser != "" {
		inst = t.self // the token is the same one, and so is whoever has it; Slack is asked again in a minute
	}
	t.remember(workspace, remembered{Installation: inst, err: err, until: now.Add(lasts)})
	return inst, err
}

func (t *slackTokens) look(ctx context.Context, workspace string) (slack.Installation, error) {
	if workspace == t.own && t.token != "" {
		inst, err := slack.WhoAmI(ctx, t.token, t.api)
		if err != nil { // enough to write with; our own messages aren't looked for until we know who we are
			return slack.Installation{Workspace: t.own, Token: t.token}, nil //nolint:nilerr // As said.
		}
		return inst, nil
	}
	if t.seal == nil {
		return slack.Installation{}, bot.ErrNotFound
	}
	kept, err := t.store.Installation(ctx, slackPlatform, workspace)
	if err != nil {
		return slack.Installation{}, err
	}
	token, err := t.seal.open(kept.Sealed, ownerOf(workspace))
	if err != nil {
		return slack.Installation{}, err
	}
	return slack.Installation{
		Workspace: kept.Workspace, Enterprise: kept.Enterprise, Token: token, BotID: kept.Bot, BotUser: kept.BotUser, AppID: kept.App, Scopes: kept.Scopes,
	}, nil
}

func ownerOf(workspace string) string { return slackPlatform + " " + workspace }

// save keeps what a workspace gave us, and uses it at once.
func (t *slackTokens) save(ctx context.Context, inst slack.Installation, name string, at time.Time) error {
	sealed, err := t.seal.close(inst.Token, ownerOf(inst.Workspace))
	if err != nil {
		return err
	}
	err = t.store.SaveInstallation(ctx, bot.Installation{
		Platform: slackPlatform, Workspace: inst.Workspace, Enterprise: inst.Enterprise, Name: name, App: inst.AppID, Bot: inst.BotID,
		BotUser: inst.BotUser, Scopes: inst.Scopes, Sealed: sealed, At: at,
	})
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.known, inst.Workspace)
	return err
}
