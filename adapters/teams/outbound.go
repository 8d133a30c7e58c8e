package teams

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/infracloudio/msbotbuilder-go/schema"

	"example.com/firstcall/bot"
)

var (
	errNoRoute   = errors.New("no way there is known: somebody has to write to the bot there once, so that Teams names it")
	errMessageID = errors.New("this is no id of a message in Teams")
)

var (
	_ bot.Chat     = (*Teams)(nil)
	_ bot.Profiles = (*Teams)(nil)
)

// Post implements bot.Chat. A card that Teams refuses is said as plain text at
// once, and a message whose thread is no more outside of it: nothing is lost for
// its form. Teams lets no bot pin anything, so that Pin means nothing here.
func (t *Teams) Post(ctx context.Context, p bot.Posting) (string, error) {
	r, err := t.routeTo(ctx, p.To)
	if err != nil {
		return "", err
	}
	at, err := t.spot(ctx, r, p)
	if err != nil {
		return "", err
	}
	leave, err := t.enter(ctx, at.place)
	if err != nil {
		return "", err
	}
	defer leave()
	c := messageOf(p)
	for {
		id, err := t.postAt(ctx, r, at, c)
		switch {
		case err == nil:
			return at.name(id), nil
		case misshapen(err) && c.cardIn() != nil:
			t.log.ErrorContext(ctx, "Teams refused a card; its text alone is sent", "key", p.Key, "err", err)
			c = textOf(p)
		case at.thread != "" && statusOf(err) == http.StatusNotFound && codeOf(err) != "": // without one it is a proxy's
			at.thread, at.odd = "", true
		default:
			return "", err
		}
	}
}

// Edit implements bot.Chat.
func (t *Teams) Edit(ctx context.Context, id string, p bot.Posting) error {
	r, err := t.routeTo(ctx, p.To)
	if err != nil {
		return err
	}
	conversation, message, err := t.placeOf(ctx, r, id, p)
	if err != nil {
		return err
	}
	leave, err := t.enter(ctx, conversation)
	if err != nil {
		return err
	}
	defer leave()
	c := messageOf(p)
	err = t.update(ctx, r, conversation, message, c)
	if misshapen(err) && c.cardIn() != nil {
		t.log.ErrorContext(ctx, "Teams refused a card; its text alone is shown", "key", p.Key, "err", err)
		err = t.update(ctx, r, conversation, message, textOf(p))
	}
	return err
}

// Find implements bot.Chat: a bot can't read what is in a conversation.
func (*Teams) Find(context.Context, bot.Posting, time.Time) (string, bool, error) {
	return "", false, bot.ErrCannotLook
}

// routeOf reads the way to an address.
func routeOf(to bot.Address) (route, error) {
	if to.Route == "" {
		return route{}, &bot.SendError{Outcome: bot.Gone, Err: errNoRoute}
	}
	r, err := parseRoute(to.Route)
	if err != nil || r.Service == "" {
		return route{}, &bot.SendError{Outcome: bot.Gone, Err: fmt.Errorf("%w (the route kept for it can't be read)", errNoRoute)}
	}
	if r.Tenant == "" {
		r.Tenant = to.Workspace
	}
	if strings.HasPrefix(to.ID, "29:") && to.Kind == "person" {
		r.Person = to.ID
	}
	return r, nil
}

// routeTo is the way to an address. Whoever has never spoken to us in private is
// reached by where they, or others of their tenant, have spoken to us lately:
// Teams names the members there, and lets us open a chat with one.
func (t *Teams) routeTo(ctx context.Context, to bot.Address) (route, error) {
	r, err := routeOf(to)
	if err == nil || to.Route != "" || to.Kind != "person" {
		return r, err
	}
	for _, way := range t.routesTo(to.Workspace, to.ID) {
		m, asked := t.member(ctx, way, to.ID)
		if asked != nil {
			if !errors.As(asked, new(*APIError)) { // nobody can tell now; it is to be tried again
				err = asked
			}
			continue
		}
		way.Person, way.Conversation, way.Home = m.ID, "", ""
		if way.Tenant != to.Workspace {
			way.Home = to.Workspace
		}
		return way, nil
	}
	return r, err
}

// spot is where a message goes.
type spot struct {
	place  string // the conversation, without a thread
	thread string // of a channel: its first message; "" begins a new one
	odd    bool   // an Edit could not tell the conversation again
}

// name is the id by which an Edit finds the message again.
func (s spot) name(id string) string {
	if !s.odd {
		return id
	}
	if s.thread == "" && isChannel(s.place) {
		return s.place + ";messageid=" + id + "|" + id
	}
	return s.place + "|" + id
}

// spot finds where a posting goes. A person whom we share no chat with yet gets one.
func (t *Teams) spot(ctx context.Context, r route, p bot.Posting) (spot, error) {
	if p.To.Kind != "person" {
		place, _ := splitConversation(p.To.ID)
		at := spot{place: place}
		if isChannel(place) {
			_, at.thread = splitMessage(p.Under)
		}
		return at, nil
	}
	if under, _ := splitMessage(p.Under); under != "" {
		return spot{place: under, odd: true}, nil
	}
	if ownChat(r.Conversation) {
		return spot{place: r.Conversation}, nil
	}
	conversation, err := t.chatWith(ctx, r)
	return spot{place: conversation, odd: true}, err
}

// postAt posts a message where it belongs.
func (t *Teams) postAt(ctx context.Context, r route, at spot, c content) (id string, err error) {
	switch {
	case at.thread != "":
		return t.send(ctx, r, at.place+";messageid="+at.thread, c)
	case isChannel(at.place):
		return t.begin(ctx, r, at.place, c)
	}
	return t.send(ctx, r, at.place, c)
}

// placeOf is the conversation and the message that an id stands for.
func (t *Teams) placeOf(ctx context.Context, r route, id string, p bot.Posting) (conversation, message string, err error) {
	conversation, message = splitMessage(id)
	if message == "" {
		return "", "", &bot.SendError{Outcome: bot.Gone, Err: fmt.Errorf("%w: %q", errMessageID, id)}
	}
	if conversation != "" {
		return conversation, message, nil
	}
	p.To.Route = "" // spot needs none
	at, err := t.spot(ctx, r, p)
	if err != nil || !isChannel(at.place) {
		return at.place, message, err
	}
	if at.thread == "" {
		at.thread = message
	}
	return at.place + ";messageid=" + at.thread, message, nil
}

// splitMessage takes the id of a message apart: its conversation, "" where that
// is clear from where it was posted, and its own id.
func splitMessage(id string) (conversation, message string) {
	if conversation, message, both := strings.Cut(id, "|"); both {
		return conversation, message
	}
	return "", id
}

// isChannel says whether a conversation is a team's channel, which has threads.
func isChannel(place string) bool {
	return strings.HasSuffix(place, "@thread.tacv2") || strings.HasSuffix(place, "@thread.skype")
}

// ownChat says whether a conversation is a person's own chat with the bot.
func ownChat(conversation string) bool {
	return conversation != "" && !strings.HasPrefix(conversation, "19:")
}

// enter keeps others of this process from writing to the conversation.
func (t *Teams) enter(ctx context.Context, conversation string) (leave func(), err error) {
	leave, err = t.lanes.enter(ctx, conversation)
	if err != nil {
		return nil, &bot.SendError{Outcome: bot.Refused, Err: fmt.Errorf("wait for the conversation: %w", err)}
	}
	return leave, nil
}

// statusOf is the status that Teams answered with; 0 for any other error.
func statusOf(err error) int {
	var e *APIError
	if errors.As(err, &e) {
		return e.Status
	}
	return 0
}

// messageOf renders what goes out: a card, and a summary that says what matters
// where only a notification is seen.
func messageOf(p bot.Posting) content {
	c := cardOf(p)
	return alerting(content{
		"summary": c.summary, "locale": p.Message.Lang,
		"attachments": []any{map[string]any{"contentType": cardType, "content": c}},
	}, p)
}

// textOf is the message without a card. Nothing in it is read as markup.
func textOf(p bot.Posting) content {
	c := cardOf(p)
	return alerting(content{"text": c.text, "textFormat": schema.PLAIN, "summary": c.summary, "locale": p.Message.Lang}, p)
}

func alerting(c content, p bot.Posting) content {
	if p.Rings {
		c["channelData"] = map[string]any{"notification": map[string]any{"alert": true}}
	}
	return c
}
