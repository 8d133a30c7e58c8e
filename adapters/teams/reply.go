package teams

import (
	"context"
	"errors"
	"fmt"

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

// tell says something to the person alone: in the person's own chat with the
// bot, and where there is none, under what was said.
func (t *Teams) tell(ctx context.Context, r *received, reply bot.Reply) error {
	if r.personal {
		return t.write(ctx, r.route, r.conversation, reply)
	}
	own, err := t.chatWith(ctx, r.route)
	if err == nil {
		if err = t.write(ctx, r.route, own, reply); err == nil || !certainlyRefused(err) {
			return err
		}
	}
	if r.route.Conversation == "" {
		return err
	}
	t.log.InfoContext(ctx, "somebody has no chat with the bot; the answer goes to where the question was", "kind", r.kind, "err", err)
	return t.write(ctx, r.route, r.conversation, reply)
}

// certainlyRefused says whether Teams took nothing.
func certainlyRefused(err error) bool {
	var e *bot.SendError
	return errors.As(err, &e) && e.Outcome != bot.NotKnown
}

// write posts a reply: as text where text is enough, else as a card.
func (t *Teams) write(ctx context.Context, r route, conversation string, reply bot.Reply) error {
	c := content{"text": plainText(reply.Text, reply, t.now()), "textFormat": "plain", "locale": reply.Lang}
	if reply.Form != nil || len(reply.Buttons) > 0 {
		c = t.cardContent(reply)
	}
	leave, err := t.lanes.enter(ctx, conversation)
	if err != nil {
		return fmt.Errorf("wait for the conversation: %w", err)
	}
	defer leave()
	_, err = t.send(ctx, r, conversation, c)
	return err
}

// replace puts a reply in the place of the message that was acted on, for
// everybody.
func (t *Teams) replace(ctx context.Context, r *received, reply bot.Reply) {
	leave, err := t.lanes.enter(ctx, r.conversation)
	if err == nil {
		err = t.update(ctx, r.route, r.conversation, r.card, t.cardContent(reply))
		leave()
	}
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
