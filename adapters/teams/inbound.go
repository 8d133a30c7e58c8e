package teams

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"time"

	"github.com/infracloudio/msbotbuilder-go/schema"

	"example.com/firstcall/bot/words"
)

// maxBody is how much of one activity is let in.
const maxBody = 1 << 20

// Outcomes that are no bot's.
const (
	refused   = "refused"   // not signed by the channel, or not for us
	forbidden = "forbidden" // signed, and from a service that we don't speak with
	keyless   = "no keys"   // nobody can tell who signed it
	tooLarge  = "too large" // above maxBody
	notTeams  = "not teams" // signed, and no activity
	ignored   = "ignored"   // of a kind that means nothing to us
)

// ServeHTTP takes in everything that Teams sends: it is to be served at
// /api/messages.
func (t *Teams) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	begun := t.now()
	if r.Method != http.MethodPost {
		w.Header().Set("Allow", http.MethodPost)
		w.WriteHeader(http.StatusMethodNotAllowed)
		return
	}
	// What was begun is finished, also when the channel hangs up; and all of it
	// together keeps to the time there is.
	whole := context.WithoutCancel(r.Context())
	soft, stop := context.WithTimeout(whole, t.limits.decide)
	defer stop()
	hard, stop := context.WithTimeout(whole, t.limits.decide+t.limits.grace)
	defer stop()
	a, status, outcome := t.admit(soft, w, r)
	if a == nil {
		t.told("http", outcome, begun)
		if status == http.StatusUnauthorized {
			w.Header().Set("WWW-Authenticate", "Bearer")
		}
		w.WriteHeader(status)
		return
	}
	got := t.receive(soft, hard, a)
	t.told(got.kind, got.outcome, begun)
	t.respond(w, got)
}

// admit reads an activity and lets in what the channel signed for us; a is nil
// for everything else. The token is checked before anything of the body is
// decoded, and what it says of the activity after.
func (t *Teams) admit(ctx context.Context, w http.ResponseWriter, r *http.Request) (a *incoming, status int, outcome string) {
	headers := r.Header.Values("Authorization")
	if len(headers) != 1 {
		return nil, t.turnedAway(ctx, errNoToken), refused
	}
	if _, is := bearer(headers[0]); !is {
		return nil, t.turnedAway(ctx, errNoToken), refused
	}
	body, err := readBody(w, r)
	if err != nil {
		var large *http.MaxBytesError
		if errors.As(err, &large) {
			return nil, http.StatusRequestEntityTooLarge, tooLarge
		}
		return nil, http.StatusBadRequest, notTeams
	}
	wait, cancel := context.WithTimeout(ctx, t.limits.keys)
	defer cancel()
	signed, err := t.checker.verify(wait, headers[0])
	if errors.Is(err, errNoKeys) {
		t.log.ErrorContext(ctx, "the keys of Teams' channel can't be had; nothing is let in", "from", t.cloud.Metadata)
		return nil, http.StatusServiceUnavailable, keyless
	}
	if err != nil {
		return nil, t.turnedAway(ctx, err), refused
	}
	if a, err = decodeActivity(body); err != nil {
		return nil, http.StatusBadRequest, notTeams
	}
	if err := signed.binds(a.ServiceURL, a.ChannelID); err != nil {
		return nil, t.turnedAway(ctx, err), refused
	}
	if !t.cloud.serves(a.ServiceURL) {
		t.log.WarnContext(ctx, "a service that is not Teams' of this cloud", "service", words.Line(a.ServiceURL))
		return nil, http.StatusForbidden, forbidden
	}
	return a, 0, ""
}

// turnedAwayEvery is how often each reason for a 401 is logged at most: the
// endpoint is open to the world.
const turnedAwayEvery = time.Minute

// turnedAway logs why something is answered with 401. Nothing of the token is
// logged, nor of what else came.
func (t *Teams) turnedAway(ctx context.Context, err error) int {
	why, now := reason(err), t.now()
	t.mu.Lock()
	last, known := t.away[why]
	first := !known || now.Sub(last) >= turnedAwayEvery || now.Before(last)
	if first {
		t.away[why] = now
	}
	t.mu.Unlock()
	if first {
		t.log.WarnContext(ctx, "somebody was turned away from /api/messages; the same is logged once a minute at most", "why", why)
	}
	return http.StatusUnauthorized
}

// readBody reads the body in one piece where its length is told.
func readBody(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	limited := http.MaxBytesReader(w, r.Body, maxBody)
	var b bytes.Buffer
	if r.ContentLength > 0 && r.ContentLength <= maxBody {
		b.Grow(int(r.ContentLength) + bytes.MinRead)
	}
	_, err := io.Copy(&b, limited)
	return b.Bytes(), err
}

// receive takes an activity that the channel signed. The bot has until soft
// ends, and the channel is answered when hard does.
func (t *Teams) receive(soft, hard context.Context, a *incoming) answer {
	_, known := kinds[a.Type]
	r, means := a.read(t.appID, t.now())
	isInvoke := a.Type == schema.Invoke
	switch {
	case !known:
		t.log.InfoContext(soft, "Teams sent something of an unknown kind", "type", words.Line(string(a.Type)))
		return answer{kind: "other", outcome: ignored}
	case isInvoke && invokes[a.Name] == nil:
		t.log.InfoContext(soft, "Teams asked for something that we don't offer", "name", words.Line(a.Name))
		return answer{kind: r.kind, outcome: ignored, status: http.StatusNotImplemented}
	case isInvoke && !means:
		return answer{kind: r.kind, outcome: ignored, body: t.notOffered(a, &r)}
	case !means:
		if a.Type == schema.Message && r.event.Person != "" && len(object(a.Value)) > 0 { // a button, of whatever card
			t.background(t.limits.late, func(ctx context.Context) {
				t.show(ctx, &r, decided{reply: t.sentence(&r, (*words.Words).TeamsNotOffered)})
			})
		}
		return answer{kind: r.kind, outcome: ignored}
	}
	t.heard(r.event, r.route) // before the bot decides: it may ask who this is
	return t.take(soft, hard, &r)
}

// answer is what the channel gets at once.
type answer struct {
	kind, outcome string
	status        int // 0: 200
	body          any // nil: none
}

func (t *Teams) respond(w http.ResponseWriter, a answer) {
	status := a.status
	if status == 0 {
		status = http.StatusOK
	}
	if a.body == nil {
		w.WriteHeader(status)
		return
	}
	out, err := json.Marshal(a.body)
	if err != nil {
		t.log.Error("an answer could not be written", "kind", a.kind, "err", err)
		w.WriteHeader(http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write(out)
}
