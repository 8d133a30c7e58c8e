package slack

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"example.com/firstcall/bot"
	"example.com/firstcall/bot/words"
)

// The limits of what is let in.
const (
	maxBody   = 1 << 20
	signedFor = 300 * time.Second // before and after now
)

// Outcomes that are no bot's.
const (
	refused   = "refused"   // no signature of Slack's
	tooLarge  = "too large" // above maxBody
	notSlack  = "not slack" // signed, and no body that Slack sends
	ignored   = "ignored"   // of a kind that means nothing to us
	strangers = "unknown workspace"
)

// Inbound takes in everything that Slack sends over HTTP: events, interactions
// and commands share one URL, /slack/events.
func (s *Slack) Inbound() http.Handler { return http.HandlerFunc(s.serve) }

func (s *Slack) serve(w http.ResponseWriter, r *http.Request) {
	begun := s.now()
	if r.Method == http.MethodGet && r.URL.Query().Get("ssl_check") == "1" {
		return // Slack looks at the certificate
	}
	if r.Method != http.MethodPost {
		w.Header().Set("Allow", http.MethodPost)
		w.WriteHeader(http.StatusMethodNotAllowed)
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		status := http.StatusBadRequest
		var large *http.MaxBytesError
		if errors.As(err, &large) {
			status = http.StatusRequestEntityTooLarge
			s.told("http", tooLarge, begun)
		}
		w.WriteHeader(status)
		return
	}
	if !s.signed(r.Header, body, begun) {
		s.told("http", refused, begun)
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	retry, _ := strconv.Atoi(r.Header.Get("X-Slack-Retry-Num"))
	a, err := s.dispatch(r.Context(), body, retry, r.Header.Get("X-Slack-Retry-Reason"))
	if err != nil {
		s.told("http", notSlack, begun)
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	s.told(a.kind, a.outcome, begun)
	s.write(w, a)
}

func (s *Slack) write(w http.ResponseWriter, a answer) {
	if a.again {
		w.WriteHeader(http.StatusInternalServerError)
		return
	}
	if a.body == nil {
		w.WriteHeader(http.StatusOK)
		return
	}
	out, err := json.Marshal(a.body)
	if err != nil {
		s.log.Error("an answer could not be written", "kind", a.kind, "err", err)
		w.WriteHeader(http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	_, _ = w.Write(out)
}

// signed checks the signature on the raw body. Two signatures, or none, are
// none. https://docs.slack.dev/authentication/verifying-requests-from-slack
func (s *Slack) signed(h http.Header, body []byte, now time.Time) bool {
	signatures, stamps := h.Values("X-Slack-Signature"), h.Values("X-Slack-Request-Timestamp")
	if len(s.signing) == 0 || len(signatures) != 1 || len(stamps) != 1 {
		return false
	}
	given, is := strings.CutPrefix(signatures[0], "v0=")
	sum, err := hex.DecodeString(given)
	at, err2 := strconv.ParseInt(stamps[0], 10, 64)
	if !is || err != nil || err2 != nil || at < 0 || at > 1<<36 {
		return false
	}
	if apart := now.Sub(time.Unix(at, 0)); apart > signedFor || apart < -signedFor {
		return false
	}
	mac := hmac.New(sha256.New, s.signing)
	mac.Write([]byte("v0:" + stamps[0] + ":"))
	mac.Write(body)
	return hmac.Equal(mac.Sum(nil), sum)
}

// dispatch tells apart what Slack sends: JSON is an event, a form anything else.
func (s *Slack) dispatch(ctx context.Context, body []byte, retry int, why string) (answer, error) {
	if bytes.HasPrefix(bytes.TrimLeft(body, " \t\r\n"), []byte("{")) {
		return s.event(ctx, body, retry, why)
	}
	payload, c, check, err := readForm(body)
	switch {
	case err != nil:
		return answer{}, err
	case payload != nil:
		return s.interaction(ctx, payload)
	case check:
		return answer{kind: "ssl_check", outcome: "ok"}, nil
	}
	return s.command(ctx, c), nil
}

// event takes one body of the Events API.
func (s *Slack) event(ctx context.Context, body []byte, retry int, why string) (answer, error) {
	var e outer
	if err := decode(body, &e); err != nil {
		return answer{}, err
	}
	switch e.Type {
	case "url_verification":
		return answer{kind: e.Type, outcome: "ok", body: map[string]string{"challenge": e.Challenge}}, nil
	case "app_rate_limited":
		s.log.ErrorContext(ctx, "Slack withholds events: there are too many of them", "team", e.TeamID)
		return answer{kind: e.Type, outcome: ignored}, nil
	case "event_callback":
	case "":
		return answer{}, errNotSlack
	default:
		return s.unknown(ctx, "event", e.Type), nil
	}
	if retry > 0 {
		s.log.InfoContext(ctx, "Slack sends an event again", "type", e.Event.Type, "event", e.EventID, "retry", retry, "reason", words.Line(why))
	}
	if workspace, is := e.leaves(); is {
		r := received{kind: "place", retry: retry, event: bot.Event{
			Key: "event:" + e.EventID, Platform: platform, Workspace: workspace, At: e.at(), Kind: bot.Left,
		}}
		return s.take(ctx, &r), nil
	}
	inst, err := s.installed(ctx, e.workspaces()...)
	r, means := e.read(inst)
	r.retry = retry
	switch {
	case errors.Is(err, bot.ErrNotFound):
		s.log.WarnContext(ctx, "an event of a workspace that has not installed us", "type", e.Event.Type, "team", e.TeamID)
		return answer{kind: r.kind, outcome: strangers}, nil
	case err != nil:
		s.log.ErrorContext(ctx, "the installation could not be read", "team", e.TeamID, "err", err)
		return answer{kind: r.kind, outcome: "failed", again: true}, nil
	case !means && !heard[e.Event.Type]:
		return s.unknown(ctx, "event", e.Event.Type), nil
	case !means:
		return answer{kind: r.kind, outcome: ignored}, nil
	}
	return s.take(ctx, &r), nil
}

// heard are the events that we listen to, though not each one of them means something.
var heard = map[string]bool{
	"app_mention": true, "message": true, "app_home_opened": true, "member_joined_channel": true,
	"channel_left": true, "channel_archive": true, "channel_deleted": true, "group_left": true, "group_archive": true, "group_deleted": true,
	"channel_id_changed": true, "app_uninstalled": true, "tokens_revoked": true,
}

// unknown takes what Slack signed and we don't know, so that Slack doesn't send it again.
func (s *Slack) unknown(ctx context.Context, what, kind string) answer {
	s.log.InfoContext(ctx, "Slack sent something of an unknown kind", "what", what, "type", words.Line(kind))
	return answer{kind: "other", outcome: ignored}
}

// interaction takes what somebody pressed, filled in or chose.
func (s *Slack) interaction(ctx context.Context, payload []byte) (answer, error) {
	var x interaction
	if err := decode(payload, &x); err != nil {
		return answer{}, err
	}
	switch x.Type {
	case "":
		return answer{}, errNotSlack
	case "view_closed":
		return answer{kind: "closed", outcome: ignored}, nil // the answers so far are kept
	case "block_suggestion":
		return answer{kind: "other", outcome: ignored, body: map[string][]string{"options": {}}}, nil
	}
	inst, err := s.installed(ctx, x.workspaces()...)
	r, means := x.read(inst, s.now())
	if !means {
		return s.unknown(ctx, "interaction", x.Type), nil
	}
	return s.served(ctx, &r, err), nil
}

// command takes a slash command.
func (s *Slack) command(ctx context.Context, c command) answer {
	inst, err := s.installed(ctx, c.TeamID, c.EnterpriseID)
	r := c.read(inst, s.now())
	return s.served(ctx, &r, err)
}

// served answers a person whose installation was looked for: who has none hears
// that, and so does who comes when it can't be read.
func (s *Slack) served(ctx context.Context, r *received, err error) answer {
	switch {
	case errors.Is(err, bot.ErrNotFound):
		s.log.WarnContext(ctx, "somebody of a workspace that has not installed us", "kind", r.kind, "team", r.event.Workspace)
		a := s.finish(r, decided{reply: s.sentence(r, (*words.Words).WorkspaceUnknown)})
		a.outcome = strangers
		return a
	case err != nil:
		s.log.ErrorContext(ctx, "the installation could not be read", "team", r.event.Workspace, "err", err)
		return s.finish(r, decided{err: err})
	}
	return s.take(ctx, r)
}
