package slack

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptrace"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	api "github.com/slack-go/slack"

	"example.com/firstcall/bot"
)

// The sorts of Slack's own error names. What is in no table was refused, and may be taken later.
// https://docs.slack.dev/reference/methods/chat.postMessage
var (
	// gone names what no repetition changes: the place, the person or the message isn't there for us.
	gone = names("channel_not_found", "is_archived", "not_in_channel", "user_not_found", "users_not_found", "cannot_dm_bot",
		"cannot_dm_user", "user_disabled", "user_not_visible", "no_permission", "messages_tab_disabled", "message_not_found", "cant_update_message",
		"edit_window_closed", "as_user_not_supported", "cant_invite_self", "method_deprecated", "cannot_create_channel", "user_is_restricted")
	// tokenless names what is wrong with the token or the installation: it ends for everything at once when somebody installs the
	// app again or puts another token in place, so that nothing is given up for it.
	tokenless = names("account_inactive", "token_revoked", "invalid_auth", "not_authed", "token_expired", "team_access_not_granted")
	// doubtful names what may have been taken all the same.
	doubtful = names("internal_error", "fatal_error", "service_unavailable", "request_timeout")
	// limited names a rate limit that comes with HTTP 200.
	limited = names("ratelimited", "rate_limited")
	// misshapen names what is wrong with how a message looks; plain text would be taken.
	misshapen = names("invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long", "block_mismatch", "msg_too_long",
		"invalid_attachments", "too_many_attachments", "invalid_arguments")
	// unmarked names what is wrong with the metadata only.
	unmarked = names("invalid_metadata_format", "invalid_metadata_schema", "metadata_too_large", "metadata_must_be_sent_from_app")
	// threadless names what is wrong with the thread only.
	threadless = names("thread_not_found", "invalid_thread_ts", "cannot_reply_to_message", "restricted_action_non_threadable_channel",
		"restricted_action_thread_locked")
)

func names(all ...string) map[string]bool {
	set := make(map[string]bool, len(all))
	for _, n := range all {
		set[n] = true
	}
	return set
}

// limitedFor is the pause after a rate limit that names none; tokenlessFor is the one of a workspace without a token that works.
const (
	limitedFor   = 30 * time.Second
	tokenlessFor = time.Minute
	// uninstalledFor is the pause of a workspace that has not installed us: somebody may be about to.
	uninstalledFor = 10 * time.Second
)

// sent follows a call on its way, to know after a failure whether Slack can have seen it.
type sent struct{ written atomic.Bool }

// followed gives a context under which a call is followed.
func followed(ctx context.Context) (context.Context, *sent) {
	f := &sent{}
	return httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		WroteHeaders: func() { f.written.Store(true) },
	}), f
}

// errNameless is an answer that says yes and names no message, which slack-go takes for success.
var errNameless = errors.New("the answer is no success and no error")

// sorted is the error of a followed call as the bot understands it; nil for nil.
func (f *sent) sorted(method string, err error) error {
	if err == nil {
		return nil
	}
	e := &bot.SendError{Outcome: bot.NotKnown, Err: fmt.Errorf("%s: %w", method, err)}
	var pause *api.RateLimitedError
	var status api.StatusCodeError
	var number *strconv.NumError
	name := codeOf(err)
	switch {
	case errors.As(err, &pause):
		e.Outcome, e.RetryAfter = bot.Refused, max(pause.RetryAfter, time.Second)
	case limited[name], errors.As(err, &number): // slack-go reads no number but that of seconds in the Retry-After of a 429
		e.Outcome, e.RetryAfter = bot.Refused, limitedFor
	case tokenless[name]:
		e.Outcome, e.RetryAfter = bot.Refused, tokenlessFor
	case doubtful[name]:
	case gone[name] || strings.HasPrefix(name, "restricted_action"):
		e.Outcome = bot.Gone
	case name != "":
		e.Outcome = bot.Refused
	case errors.As(err, &status):
		switch {
		case status.Code == http.StatusTooManyRequests:
			e.Outcome, e.RetryAfter = bot.Refused, limitedFor
		case status.Code >= 400 && status.Code < 500 && status.Code != http.StatusRequestTimeout:
			e.Outcome = bot.Refused
		}
	case !f.written.Load():
		e.Outcome = bot.Refused // no byte of it has left us
	}
	return e
}

// codeOf is Slack's own name of an error; "" for any other.
func codeOf(err error) string {
	var e api.SlackErrorResponse
	if errors.As(err, &e) {
		return e.Err
	}
	return ""
}
