package teams

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptrace"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"example.com/firstcall/bot"
	"example.com/firstcall/bot/words"
)

// APIError is an answer of Teams that is no success.
type APIError struct {
	Status     int
	Code       string        // Teams' own name of it: BotNotInConversationRoster; "" when it gave none
	Msg        string        // what Teams wrote about it, short
	RetryAfter time.Duration // 0: none was named
	Err        error         // why the rest of the answer could not be read
}

func (e *APIError) Error() string {
	text := fmt.Sprintf("Teams answered %d", e.Status)
	for _, part := range []string{e.Code, e.Msg} {
		if part != "" {
			text += " " + part
		}
	}
	if e.Err != nil {
		text += ": " + e.Err.Error()
	}
	return text
}

// Unwrap is why the rest of the answer could not be read.
func (e *APIError) Unwrap() error { return e.Err }

const maxMsg = 200 // characters of Teams' own words that are kept

// apiError reads an answer that is no success. The token is taken out, should
// whoever answered have repeated it.
func apiError(resp *http.Response, body []byte, err error, token string, now time.Time) *APIError {
	var answer struct {
		Error struct {
			Code    string `json:"code"`
			Message string `json:"message"`
		} `json:"error"`
		Message string `json:"message"`
	}
	_ = json.Unmarshal(body, &answer) // a page of somebody in between has no code
	if answer.Error.Message == "" {
		answer.Error.Message = answer.Message
	}
	msg := strings.ReplaceAll(answer.Error.Message, token, "…")
	msg, _ = words.Cut(words.Line(msg), maxMsg)
	return &APIError{
		Status: resp.StatusCode, Code: code(strings.ReplaceAll(answer.Error.Code, token, "")), Msg: msg,
		RetryAfter: retryAfter(resp.Header, now), Err: err,
	}
}

// retryAfter reads both forms of the header. The date is compared with the
// answer's own, so that our clock doesn't matter.
func retryAfter(h http.Header, now time.Time) time.Duration {
	text := strings.TrimSpace(h.Get("Retry-After"))
	if seconds, err := strconv.ParseFloat(text, 64); err == nil {
		if seconds > 0 && seconds < 86_400 {
			return time.Duration(seconds * float64(time.Second))
		}
		return 0
	}
	at, err := http.ParseTime(text)
	if err != nil {
		return 0
	}
	if theirs, err := http.ParseTime(h.Get("Date")); err == nil {
		now = theirs
	}
	return max(at.Sub(now), 0)
}

// path follows a call on its way, to know after a failure whether Teams can have seen it.
type path struct{ written atomic.Bool }

// follow gives a context under which a call is followed. What goes to another
// place than the connector, as the token does, is not followed.
func follow(ctx context.Context) (context.Context, *path) {
	f := &path{}
	return context.WithValue(ctx, pathKey{}, f), f
}

type pathKey struct{}

// tracked is the context of the request that matters.
func tracked(ctx context.Context) context.Context {
	f, ok := ctx.Value(pathKey{}).(*path)
	if !ok {
		return ctx
	}
	f.written.Store(false) // what went before was answered
	return httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{WroteHeaders: func() { f.written.Store(true) }})
}

// sorted is the error of a followed call as the bot understands it; nil for nil.
// https://learn.microsoft.com/microsoftteams/platform/bots/build-notifications-capability#status-codes-from-bot-conversational-apis
func (f *path) sorted(name string, err error) error {
	var done *bot.SendError
	if err == nil {
		return nil
	}
	if errors.As(err, &done) {
		return &bot.SendError{Outcome: done.Outcome, RetryAfter: done.RetryAfter, Err: fmt.Errorf("%s: %w", name, done.Err)}
	}
	e := &bot.SendError{Outcome: bot.NotKnown, Err: fmt.Errorf("%s: %w", name, err)}
	var answer *APIError
	var token *TokenError
	switch {
	case errors.As(err, &token): // nothing of the message has left us
		e.Outcome = bot.Refused
		if token.Status == http.StatusTooManyRequests {
			e.RetryAfter = limitedLogin
		}
	case errors.As(err, &answer):
		e.Outcome, e.RetryAfter = answer.outcome(name)
	case !f.written.Load():
		e.Outcome = bot.Refused // no byte of it has left us
	}
	return e
}

// limitedLogin is the pause after Entra has had too many requests for tokens.
const limitedLogin = 30 * time.Second

// outcome sorts the answer to a call. Microsoft asks to repeat after 502 and 504,
// too, and Teams may have taken the message all the same: whether to repeat it
// then is the bot's choice, by what the message is. Only an answer with a code is
// Teams' own for certain; one without may be a proxy's, and passes.
func (e *APIError) outcome(call string) (o bot.SendOutcome, pause time.Duration) {
	switch {
	case e.Status == http.StatusTooManyRequests:
		if e.RetryAfter > 0 {
			return bot.Refused, max(e.RetryAfter, time.Second)
		}
		return bot.Refused, 0 // the bot's own pauses grow
	case e.Status == http.StatusPreconditionFailed: // two wrote to one conversation
		return bot.Refused, 0
	case e.Status == http.StatusRequestTimeout, e.Status >= 500:
		return bot.NotKnown, 0
	case call == callUpdate: // a message that is Gone is posted anew, so that only one that isn't there may be
		if e.Code != "" && e.Status == http.StatusNotFound {
			return bot.Gone, 0
		}
		return bot.Refused, 0
	case e.Status == http.StatusRequestEntityTooLarge:
		return bot.Gone, 0
	case e.Code == "":
		return bot.Refused, 0
	case e.Status == http.StatusBadRequest, e.Status == http.StatusForbidden, e.Status == http.StatusNotFound:
		return bot.Gone, 0 // refused for what it is, not installed, blocked, switched off, or not there
	}
	return bot.Refused, 0 // 401 among them: the registration has to be put right
}

// misshapen says whether Teams refused how a message looks, so that plain text
// might be taken.
func misshapen(err error) bool {
	var e *APIError
	return errors.As(err, &e) && (e.Status == http.StatusRequestEntityTooLarge || e.Status == http.StatusBadRequest)
}

// codeOf is Teams' own name of an error; "" for any other.
func codeOf(err error) string {
	var e *APIError
	if errors.As(err, &e) {
		return e.Code
	}
	return ""
}
