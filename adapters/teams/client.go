package teams

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	library "github.com/infracloudio/msbotbuilder-go/core/activity"
	"github.com/infracloudio/msbotbuilder-go/schema"

	"example.com/firstcall/bot"
)

// route is how somebody or some place is reached, as bot.Event.Route carries it.
type route struct {
	Service      string `json:"s"`
	Conversation string `json:"c,omitempty"` // a place without its thread, or a person's own chat
	Bot          string `json:"b,omitempty"` // our id there
	Tenant       string `json:"t,omitempty"` // whose the conversation is
	Home         string `json:"h,omitempty"` // the person's tenant, where it is another one
	Person       string `json:"p,omitempty"` // the channel's id of who spoke there
}

func (r route) String() string {
	out, _ := json.Marshal(r) // strings always marshal
	return string(out)
}

// parseRoute reads what String made.
func parseRoute(s string) (r route, err error) {
	err = json.Unmarshal([]byte(s), &r)
	return r, err
}

// content is what a message of ours says and looks like, by the names of an
// activity's members. It is laid over the library's activity, which would lose
// some of it. The library adds the rest.
type content map[string]any

// cardIn is the card of a message; nil when it has none.
func (c content) cardIn() any {
	if all, ok := c["attachments"].([]any); ok && len(all) > 0 {
		if first, ok := all[0].(map[string]any); ok && first["contentType"] == cardType {
			return first["content"]
		}
	}
	return nil
}

// The names of our calls, for the log and the metrics.
const (
	callSend   = "send"
	callReply  = "reply"
	callUpdate = "update"
	callDelete = "delete"
	callCreate = "create"
	callMember = "member"
)

// maxAnswer is how much of an answer of Teams is read.
const maxAnswer = 1 << 20

// reference is the library's form of a route.
func (t *Teams) reference(r route, conversation string) schema.ConversationReference {
	return schema.ConversationReference{
		ChannelID: channelID, ServiceURL: r.Service, Bot: schema.ChannelAccount{ID: t.botID(r)},
		Conversation: schema.ConversationAccount{ID: conversation, TenantID: r.Tenant},
	}
}

// botID is what we are called there.
func (t *Teams) botID(r route) string {
	if r.Bot != "" {
		return r.Bot
	}
	return "28:" + t.appID
}

// send posts a message into a conversation, a thread's included, and returns its
// id. The caller keeps others from writing there meanwhile.
func (t *Teams) send(ctx context.Context, r route, conversation string, c content) (id string, err error) {
	if err := t.spend(r, conversation); err != nil {
		return "", err
	}
	adapter, one := t.turn(ctx, c)
	err = adapter.ProactiveMessage(ctx, t.reference(r, conversation), library.HandlerFuncs{
		OnMessageFunc: func(at *library.TurnContext) (schema.Activity, error) {
			return library.ApplyConversationReference(schema.Activity{Type: schema.Message}, t.reference(r, conversation), false), nil
		},
	})
	return one.id, bare(err)
}

// update replaces a message of ours. It may be repeated. The caller keeps others
// from writing there meanwhile.
func (t *Teams) update(ctx context.Context, r route, conversation, id string, c content) error {
	if err := t.spend(r, conversation); err != nil {
		return err
	}
	adapter, _ := t.turn(ctx, c)
	a := library.ApplyConversationReference(schema.Activity{Type: schema.Message, ID: id}, t.reference(r, conversation), false)
	return bare(adapter.UpdateActivity(ctx, a))
}

// bare is our own error without what the library wraps around it. What the
// library refuses by itself has never left us, and would be refused again.
func bare(err error) error {
	var e *bot.SendError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &e):
		return e
	}
	return &bot.SendError{Outcome: bot.Gone, Err: err}
}

// begin posts the first message of a new thread in a channel.
func (t *Teams) begin(ctx context.Context, r route, channel string, c content) (id string, err error) {
	if err := t.spend(r, channel); err != nil {
		return "", err
	}
	first, err := overlaid(schema.Activity{Type: schema.Message}, c)
	if err != nil {
		return "", err
	}
	made, err := t.create(ctx, r, map[string]any{
		"bot": map[string]any{"id": t.botID(r)}, "isGroup": true, "tenantId": r.Tenant, "activity": first,
		"channelData": map[string]any{"channel": map[string]any{"id": channel}, "tenant": map[string]any{"id": r.Tenant}},
	})
	if err != nil {
		return "", err
	}
	if id = made.Message; id == "" {
		_, id = splitConversation(made.ID)
	}
	if id == "" {
		return "", nameless(callCreate)
	}
	return id, nil
}

// spend takes one call from the budgets of a conversation and its tenant.
func (t *Teams) spend(r route, conversation string) error {
	place, _ := splitConversation(conversation)
	return t.budgets.spend(place, r.Tenant, t.now())
}

// mayWrite says whether the budgets allow a message to where something came from.
func (t *Teams) mayWrite(r *received) bool {
	return r.route.Conversation != "" && t.budgets.left(r.route.Conversation, r.route.Tenant, t.now())
}

// chatWith opens our chat with the person that the route names, or finds the
// one that there is. Nobody notices, so that an unknown outcome is none: it may
// be done again.
func (t *Teams) chatWith(ctx context.Context, r route) (conversation string, err error) {
	if r.Person == "" {
		return "", &bot.SendError{Outcome: bot.Gone, Err: errNobody}
	}
	if err := t.spend(r, r.Person); err != nil {
		return "", err
	}
	home := cmp.Or(r.Home, r.Tenant)
	made, err := t.create(ctx, r, map[string]any{
		"bot": map[string]any{"id": t.botID(r)}, "isGroup": false, "members": []any{map[string]any{"id": r.Person}}, "tenantId": home,
		"channelData": map[string]any{"tenant": map[string]any{"id": home}},
	})
	if err == nil && made.ID == "" {
		err = nameless(callCreate)
	}
	return made.ID, harmless(err)
}

// errNobody is about a person whom Teams has never named to us.
var errNobody = errors.New("this person has no id with Teams that we know: the person has to write to the bot once")

// created is the answer to a new conversation.
type created struct {
	ID      string `json:"id"`
	Message string `json:"activityId"`
}

func (t *Teams) create(ctx context.Context, r route, body any) (made created, err error) {
	at, err := t.endpoint(r.Service, "conversations")
	if err != nil {
		return made, err
	}
	err = t.ask(ctx, callCreate, http.MethodPost, at, body, &made)
	return made, err
}

// harmless is the error of a call that changed nothing that anybody could see:
// what became of it need not be known.
func harmless(err error) error {
	var e *bot.SendError
	if errors.As(err, &e) && e.Outcome == bot.NotKnown {
		return &bot.SendError{Outcome: bot.Refused, Err: e.Err}
	}
	return err
}

// errNameless is an answer that says yes and names nothing: perhaps it was
// Teams', perhaps somebody's in between.
var errNameless = errors.New("the answer is no success and no error")

func nameless(name string) error {
	return &bot.SendError{Outcome: bot.NotKnown, Err: fmt.Errorf("%s: %w", name, errNameless)}
}

// ask makes one call, sorts its error and tells what came of it. A token that is
// refused is fetched anew once: nothing was taken with the old one.
func (t *Teams) ask(ctx context.Context, name, verb, at string, body, answer any) error {
	ctx, cancel := context.WithTimeout(ctx, t.limits.call)
	defer cancel()
	ctx, sent := follow(ctx)
	begun := t.now()
	err := sent.sorted(name, t.authorised(ctx, verb, at, body, answer))
	if t.seenCall != nil {
		outcome := "ok"
		var e *bot.SendError
		if errors.As(err, &e) {
			outcome = string(e.Outcome)
		}
		t.seenCall(name, outcome, t.now().Sub(begun))
	}
	return err
}

func (t *Teams) authorised(ctx context.Context, verb, at string, body, answer any) error {
	var raw []byte
	if body != nil {
		var err error
		if raw, err = json.Marshal(body); err != nil {
			return fmt.Errorf("write a message: %w", err)
		}
	}
	token, fresh, err := t.token.get(ctx)
	if err != nil {
		return err
	}
	err = t.exchange(ctx, verb, at, token, raw, answer)
	var refusal *APIError
	if errors.As(err, &refusal) && refusal.Status == http.StatusUnauthorized && !fresh {
		t.token.forget(token)
		if token, _, err = t.token.get(ctx); err != nil {
			return err
		}
		err = t.exchange(ctx, verb, at, token, raw, answer)
	}
	return err
}

// exchange makes one request with a token.
func (t *Teams) exchange(ctx context.Context, verb, at, token string, body []byte, answer any) error {
	var reader io.Reader = http.NoBody
	if body != nil {
		reader = bytes.NewReader(body)
	}
	req, err := http.NewRequestWithContext(tracked(ctx), verb, at, reader)
	if err != nil {
		return fmt.Errorf("make a request: %w", err)
	}
	req.Header.Set("Authorization", "Bearer "+token)
	req.Header.Set("Accept", "application/json")
	if body != nil {
		req.Header.Set("Content-Type", "application/json; charset=utf-8")
	}
	resp, err := t.http.Do(req)
	if err != nil {
		return fmt.Errorf("ask Teams: %w", err)
	}
	defer resp.Body.Close()
	read, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	if resp.StatusCode < 200 || resp.StatusCode > 299 {
		return apiError(resp, read, err, token, t.now())
	}
	if err != nil {
		return fmt.Errorf("read Teams' answer: %w", err)
	}
	if len(bytes.TrimSpace(read)) == 0 {
		return nil
	}
	if answer == nil {
		return nil
	}
	if err := json.Unmarshal(read, answer); err != nil {
		return errNameless // a page of somebody in between; the decoder's own error quotes it
	}
	return nil
}

// errService is about a service URL that nothing is sent to.
var errService = errors.New("this is no service of Teams in this cloud")

// errID is about an id that can't be part of an address.
var errID = errors.New("this is no id of Teams")

// endpoint is where a call goes: below the service URL, which must be this
// cloud's, with ids that lead nowhere else.
func (t *Teams) endpoint(service string, parts ...string) (string, error) {
	if !t.cloud.serves(service) {
		return "", &bot.SendError{Outcome: bot.Gone, Err: fmt.Errorf("%w: %q", errService, service)}
	}
	at := strings.TrimRight(service, "/") + "/v3"
	for _, part := range parts {
		if part == "" || part == "." || part == ".." || len(part) > longestID {
			return "", &bot.SendError{Outcome: bot.Gone, Err: fmt.Errorf("%w: %q", errID, part)}
		}
		at += "/" + url.PathEscape(part)
	}
	return at, nil
}

// serves says whether a service URL is one of this cloud's: over https, at one
// of its hosts, or a stand-in's that a test named.
func (c Cloud) serves(service string) bool {
	u, err := url.Parse(service)
	if err != nil || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" || u.Opaque != "" {
		return false
	}
	for part := range strings.SplitSeq(u.Path, "/") {
		if part == "." || part == ".." {
			return false
		}
	}
	for _, origin := range c.Origins {
		if u.Scheme+"://"+u.Host == strings.TrimRight(origin, "/") {
			return true
		}
	}
	if u.Scheme != "https" || u.Port() != "" && u.Port() != "443" {
		return false
	}
	for _, host := range c.Hosts {
		if strings.EqualFold(u.Hostname(), host) {
			return true
		}
	}
	return false
}

// callTimeout bounds a whole request of the client that New makes, so that no
// call outlasts what the bot grants it even without a context of its own.
const callTimeout = 15 * time.Second
