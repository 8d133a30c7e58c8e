package teams

import (
	"context"
	"errors"
	"fmt"
	"time"

	"example.com/firstcall/bot"
	"example.com/firstcall/bot/words"
)

// show brings a reply to the person by calls to Teams.
func (t *Teams) show(ctx context.Context, r *received, d decided) {
	reply := d.reply
	var err error
	switch {
	case reply.Text == "" && reply.Form == nil:
	case r.own && d.err == nil && (reply.Form != nil || reply.Close):
		t.replace(ctx, r, reply)
	case reply.Form != nil && r.route.Conversation != "" && r.way != dialogOpens && r.way != dialogGoesOn:
		err = t.write(ctx, r.route, r.conversation, reply)
	default:
		err = t.tell(ctx, r, reply)
	}
	if err != nil {
		t.log.WarnContext(ctx, "a reply could not be shown", "kind", r.kind, "err", err)
	}
}

// tell says something to the person alone, in the person's own chat with the
// bot. Where that certainly can't be, others would read it where the question
// was: there the person is asked to open that chat, and nothing else is said.
func (t *Teams) tell(ctx context.Context, r *received, reply bot.Reply) error {
	if r.personal {
		return t.write(ctx, r.route, r.conversation, reply)
	}
	var own string
	err := t.patiently(ctx, func() (err error) {
		own, err = t.chatWith(ctx, r.route)
		return err
	})
	if err == nil {
		err = t.write(ctx, r.route, own, reply)
	}
	var e *bot.SendError
	if !errors.As(err, &e) || e.Outcome != bot.Gone || r.route.Conversation == "" {
		return err
	}
	t.log.InfoContext(ctx, "somebody has no chat with the bot, and is asked to open one", "kind", r.kind, "err", err)
	return t.write(ctx, r.route, r.conversation, t.sentence(r, (*words.Words).TeamsWriteFirst))
}

// patiently makes a call that answers somebody until Teams takes it or refuses
// it for good. What is refused for the moment, by Teams or by our own budget, is
// tried again after the pause that is asked for, or growing ones, as long as ctx
// lasts. There is one writer in a conversation at a time, so that no two come
// back together.
func (t *Teams) patiently(ctx context.Context, call func() error) error {
	for wait := firstPause; ; wait *= 2 {
		err := call()
		var e *bot.SendError
		if !errors.As(err, &e) || e.Outcome != bot.Refused || t.limits.pause(ctx, max(wait, e.RetryAfter)) != nil {
			return err
		}
	}
}

// firstPause is the shortest before a reply is tried again.
const firstPause = 500 * time.Millisecond

// alone makes a call while nobody else writes in the conversation.
func (t *Teams) alone(ctx context.Context, conversation string, call func() error) error {
	leave, err := t.lanes.enter(ctx, conversation)
	if err != nil {
		return fmt.Errorf("wait for the conversation: %w", err)
	}
	defer leave()
	return call()
}

// write posts a reply: as text where text is enough, else as a card.
func (t *Teams) write(ctx context.Context, r route, conversation string, reply bot.Reply) error {
	c := content{"text": plainText(reply.Text, reply, t.now()), "textFormat": "plain", "locale": reply.Lang}
	if reply.Form != nil || len(reply.Buttons) > 0 {
		c = t.cardContent(reply)
	}
	return t.patiently(ctx, func() error {
		return t.alone(ctx, conversation, func() error {
			_, err := t.send(ctx, r, conversation, c)
			return err
		})
	})
}

// replace puts a reply in the place of the message that was acted on, for
// everybody. It may be done twice, so that what became of it need not be known.
func (t *Teams) replace(ctx context.Context, r *received, reply bot.Reply) {
	c := t.cardContent(reply)
	err := t.patiently(ctx, func() error {
		return t.alone(ctx, r.conversation, func() error { return harmless(t.update(ctx, r.route, r.conversation, r.card, c)) })
	})
	if err != nil {
		t.log.WarnContext(ctx, "a card could not be changed for everybody", "kind", r.kind, "err", err)
	}
}

// cardContent is a reply as a message with a card.
func (t *Teams) cardContent(reply bot.Reply) content {
	summary := reply.Text
	if reply.Form != nil && summary == "" {
		summary = reply.Form.Title
	}
	text, _ := words.Cut(plainText(summary, reply, t.now()), longestLine)
	return content{
		"summary": text, "locale": reply.Lang,
		"attachments": []any{map[string]any{"contentType": cardType, "content": t.cardFor(reply, ownMessage)}},
	}
}
