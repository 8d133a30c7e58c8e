package slack

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	api "github.com/slack-go/slack"
	"github.com/slack-go/slack/slackevents"
	"github.com/slack-go/slack/socketmode"
	"golang.org/x/time/rate"

	"example.com/firstcall/bot/words"
)

const (
	mostAtOnce = 256     // envelopes being answered; what comes above them is left for Slack to send again
	maxAck     = 20_000  // bytes: Slack drops a larger one without a word
	maxFrame   = 4 << 20 // bytes of an envelope
)

// fatalOpen are the refusals of a socket that no repetition changes; slack-go
// itself would go on for ever with most of them.
var fatalOpen = names("invalid_auth", "not_authed", "account_inactive", "token_revoked", "token_expired", "not_allowed_token_type",
	"missing_scope", "no_permission", "access_denied", "org_login_required", "team_access_not_granted", "link_disabled", "socket_mode_disabled")

// errSilent ends a connection that doesn't come up.
var errSilent = errors.New("the socket stays silent")

// socketState is what others may know about the socket.
type socketState struct{ live atomic.Bool }

// Connected says whether Slack has greeted us on a socket that is still open.
func (s *Slack) Connected() bool { return s.line.live.Load() }

// envelope is what comes over the socket around what would come over HTTP.
type envelope struct {
	Type    string          `json:"type"`
	ID      string          `json:"envelope_id"`
	Payload json.RawMessage `json:"payload"`
	Accepts bool            `json:"accepts_response_payload"`
	Retry   int             `json:"retry_attempt"`
	Why     string          `json:"retry_reason"`
}

// knowEvents tells slack-go of events that it would take for faults. Its table
// is the process's, so this happens once.
var knowEvents = sync.OnceFunc(func() {
	for _, name := range []string{"scope_granted", "workflow_step_execute", "channel_convert_to_private"} {
		if _, known := slackevents.EventsAPIInnerEventMapping[slackevents.EventsAPIType(name)]; !known {
			slackevents.EventsAPIInnerEventMapping[slackevents.EventsAPIType(name)] = struct{}{}
		}
	}
})

// patient asks for a new socket only so often, however often Slack closes the
// old one: slack-go waits after a failure only, not after a greeting that is
// followed by a good-bye.
type patient struct {
	client *http.Client
	opens  *rate.Limiter
}

func (p *patient) Do(req *http.Request) (*http.Response, error) {
	if strings.HasSuffix(req.URL.Path, "/apps.connections.open") {
		if err := p.opens.Wait(req.Context()); err != nil {
			return nil, err
		}
	}
	return p.client.Do(req)
}

// Run takes in what Slack sends over Socket Mode until ctx ends, and then
// finishes what was begun. An error is one that will not pass by itself.
func (s *Slack) Run(ctx context.Context) error {
	knowEvents()
	if s.appToken == "" {
		return errors.New("socket mode: there is no app token")
	}
	calls := &patient{client: s.http, opens: rate.NewLimiter(rate.Every(s.limits.reopen), 1)}
	for {
		err := s.session(ctx, calls)
		if !errors.Is(err, errSilent) || ctx.Err() != nil {
			return err
		}
		s.log.WarnContext(ctx, "the socket did not come up; another one is opened")
	}
}

// session runs one client of slack-go's, which opens one socket after another.
func (s *Slack) session(ctx context.Context, calls *patient) error {
	client := socketmode.New(
		api.New("", api.OptionAppLevelToken(s.appToken), api.OptionAPIURL(s.apiURL), api.OptionHTTPClient(calls)),
		socketmode.OptionReadLimit(maxFrame), socketmode.OptionLog(log.New(io.Discard, "", 0)),
	)
	line, hangUp := context.WithCancel(context.WithoutCancel(ctx))
	defer hangUp()
	defer s.line.live.Store(false)
	ended := make(chan error, 1)
	go func() { ended <- client.RunContext(line) }()

	l := &listener{s: s, client: client, line: line}
	defer l.calm()
	l.expect(s.limits.hello)
	stopping := ctx.Done()
	var drained <-chan struct{}
	for { // never blocks but here, or slack-go's queue fills up and its socket dies
		select {
		case e := <-client.Events:
			if err := l.hear(ctx, e, stopping == nil); err != nil {
				return err
			}
		case err := <-ended:
			if ctx.Err() != nil {
				return nil
			}
			return fmt.Errorf("socket mode: %w", err)
		case <-l.overdue():
			return errSilent
		case <-stopping:
			stopping = nil
			drained = l.drained(s.limits.drain)
		case <-drained:
			return nil
		}
	}
}

// listener is one session's ear.
type listener struct {
	s      *Slack
	client *socketmode.Client
	line   context.Context // ends with the session
	busy   work
	many   atomic.Int64
	away   time.Time // since when there is no socket
	watch  context.Context
	stop   context.CancelFunc
}

// expect starts the watch: the next step of coming up has so long.
func (l *listener) expect(within time.Duration) {
	l.calm()
	l.watch, l.stop = context.WithTimeout(l.line, within)
}

func (l *listener) calm() {
	if l.stop != nil {
		l.stop()
	}
	l.watch, l.stop = nil, nil
}

func (l *listener) overdue() <-chan struct{} {
	if l.watch == nil {
		return nil
	}
	return l.watch.Done()
}

// drained is closed when everything that was begun has been acknowledged, or
// after that long.
func (l *listener) drained(most time.Duration) <-chan struct{} {
	done := make(chan struct{})
	go func() {
		defer close(done)
		ctx, cancel := context.WithTimeout(l.line, most)
		defer cancel()
		_ = l.busy.wait(ctx)
		flush, stop := context.WithTimeout(ctx, 50*time.Millisecond) // the last acknowledgement is on its way out
		defer stop()
		<-flush.Done()
	}()
	return done
}

// hear takes one event of slack-go's. It returns an error when going on makes no sense.
func (l *listener) hear(ctx context.Context, e socketmode.Event, stopping bool) error {
	s := l.s
	switch e.Type {
	case socketmode.EventTypeConnecting:
		if s.line.live.Swap(false) {
			l.away = s.now()
		}
		l.expect(s.limits.hello)
	case socketmode.EventTypeConnected:
		l.expect(s.limits.hello)
	case socketmode.EventTypeHello:
		l.calm()
		s.line.live.Store(true)
		if l.away.IsZero() {
			s.log.InfoContext(ctx, "the socket is open")
		} else {
			s.log.InfoContext(ctx, "the socket is open again", "gap", s.now().Sub(l.away))
		}
	case socketmode.EventTypeConnectionError:
		failed, _ := e.Data.(*api.ConnectionErrorEvent)
		if failed == nil {
			break
		}
		if code := fmt.Sprint(failed.ErrorObj); fatalOpen[code] {
			return fmt.Errorf("socket mode: Slack refuses the app token: %s", code)
		}
		s.log.WarnContext(ctx, "a socket could not be opened", "err", unaddressed(failed.ErrorObj), "again in", failed.Backoff)
		l.expect(failed.Backoff + s.limits.hello)
	case socketmode.EventTypeErrorWriteFailed:
		s.log.WarnContext(ctx, "an acknowledgement was not sent; Slack will send its event again")
	case socketmode.EventTypeErrorBadMessage:
		bad, _ := e.Data.(*socketmode.ErrorBadMessage)
		var env envelope
		if bad == nil || decode(bad.Message, &env) != nil {
			s.log.WarnContext(ctx, "Slack sent a frame that nobody can read")
			break
		}
		s.log.InfoContext(ctx, "slack-go can't read an envelope; what we need of it is read here", "type", words.Line(env.Type))
		l.take(ctx, env, stopping)
	case socketmode.EventTypeEventsAPI, socketmode.EventTypeInteractive, socketmode.EventTypeSlashCommand:
		if q := e.Request; q != nil {
			l.take(ctx, envelope{Type: q.Type, ID: q.EnvelopeID, Payload: q.Payload, Accepts: q.AcceptsResponsePayload, Retry: q.RetryAttempt, Why: q.RetryReason}, stopping)
		}
	}
	return nil
}

// unaddressed is an error without the address of the socket, which is a ticket.
func unaddressed(err error) string {
	text := fmt.Sprint(err)
	for _, scheme := range []string{"wss://", "ws://"} {
		if before, _, is := strings.Cut(text, scheme); is {
			return before + scheme + "…"
		}
	}
	return text
}

// take answers an envelope beside the others.
func (l *listener) take(ctx context.Context, env envelope, stopping bool) {
	if stopping {
		return
	}
	if l.many.Add(1) > mostAtOnce {
		l.many.Add(-1)
		l.s.log.ErrorContext(ctx, "too much at once; an envelope is left for Slack to send again", "type", words.Line(env.Type))
		l.s.told("socket", "too many", l.s.now())
		return
	}
	l.busy.begin()
	l.s.background(l.s.limits.late, func(bg context.Context) {
		defer l.busy.end()
		defer l.many.Add(-1)
		l.answer(bg, env)
	})
}

func (l *listener) answer(ctx context.Context, env envelope) {
	s, begun := l.s, l.s.now()
	a, err := s.unwrap(ctx, env)
	if err != nil {
		s.log.WarnContext(ctx, "an envelope holds no body of Slack's", "type", words.Line(env.Type))
		a = answer{kind: "socket", outcome: notSlack}
	}
	s.told(a.kind, a.outcome, begun)
	if a.again || env.ID == "" {
		return
	}
	body := a.body
	if !fits(body) || body != nil && !env.Accepts {
		body = nil
		if a.instead != nil {
			s.background(s.limits.late, a.instead)
			if env.Accepts && a.small != nil {
				body = a.small()
			}
		}
	}
	within, cancel := context.WithTimeout(l.line, s.limits.drain)
	defer cancel()
	if err := l.client.AckCtx(within, env.ID, body); err != nil {
		s.log.WarnContext(ctx, "an envelope could not be acknowledged", "kind", a.kind, "err", err)
	}
}

// unwrap hands on what an envelope holds.
func (s *Slack) unwrap(ctx context.Context, env envelope) (answer, error) {
	switch env.Type {
	case socketmode.RequestTypeEventsAPI:
		return s.event(ctx, env.Payload, env.Retry, env.Why)
	case socketmode.RequestTypeInteractive:
		return s.interaction(ctx, env.Payload)
	case socketmode.RequestTypeSlashCommands:
		var c command
		if err := decode(env.Payload, &c); err != nil {
			return answer{}, err
		}
		return s.command(ctx, c), nil
	}
	return s.unknown(ctx, "envelope", env.Type), nil
}

// fits says whether an acknowledgement can carry the payload.
func fits(body any) bool {
	if body == nil {
		return true
	}
	out, err := json.Marshal(body)
	return err == nil && len(out) < maxAck
}
