package slack

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	api "github.com/slack-go/slack"

	"example.com/firstcall/bot"
)

var (
	errBudget    = errors.New("the budget of this second is spent")
	errNoInstall = errors.New("nobody has installed the app in this workspace, or it was removed")
	errMessageID = errors.New("this is no id of a message in Slack")
	errNobody    = errors.New("who we are in this workspace is not known yet, so that our own messages can't be told from others'")
	errNoName    = errors.New("no name for the channel is free")
)

// marked is the metadata that our messages carry; its payload has the key they are found by.
const marked = "firstcall"

// Post implements bot.Chat. A person is written to by user id; the answer names the conversation, which the id keeps. What
// Slack refuses for its look or its place is said in a plainer way, each of them once: nothing is lost for its form.
func (s *Slack) Post(ctx context.Context, p bot.Posting) (string, error) {
	c, inst, err := s.reach(ctx, p.To.Workspace)
	if err != nil {
		return "", err
	}
	channel, thread, err := placeIn(p)
	if err != nil {
		return "", err
	}
	if err := s.budgets.spend("chat.postMessage", inst.Workspace, p.To.ID, p.Now); err != nil {
		return "", err
	}
	m, key, joined := messageOf(p), p.Key, false
	for {
		id, err := s.post(ctx, c, channel, thread, key, p.Rings, m)
		switch code := codeOf(err); {
		case err == nil:
			if p.Pin {
				s.pin(ctx, c, id)
			}
			return id, nil
		case threadless[code] && thread != "": // whoever removed the card's message removed no reason to speak
			thread = ""
		case code == "not_in_channel" && p.To.Kind == "channel" && !joined && s.join(ctx, c, channel):
			joined = true
		case unmarked[code] && key != "": // better said without its mark than not at all
			key = ""
			s.log.ErrorContext(ctx, "Slack refused the mark of a message; it is sent without, and can't be found again", "key", p.Key, "err", err)
		case misshapen[code] && len(m.blocks) > 0:
			m = plain(m)
			s.log.ErrorContext(ctx, "Slack refused the shape of a message; its text alone is sent", "key", p.Key, "err", err)
		default:
			return "", err
		}
	}
}

// placeIn is the conversation that a message is for, and the thread in it. A person's conversation is known from the message
// that it stands under; a channel is where the bot says, as it may have a new id since.
func placeIn(p bot.Posting) (channel, thread string, err error) {
	if p.Under == "" {
		return p.To.ID, "", nil
	}
	channel, thread, err = splitID(p.Under)
	if p.To.Kind == "channel" {
		channel = p.To.ID
	}
	return channel, thread, err
}

func (s *Slack) post(ctx context.Context, c *api.Client, to, thread, key string, rings bool, m message) (string, error) {
	options := append(looks(m), api.MsgOptionDisableLinkUnfurl(), api.MsgOptionDisableMediaUnfurl())
	if key != "" {
		options = append(options, mark(key))
	}
	if thread != "" {
		options = append(options, api.MsgOptionTS(thread))
		if rings {
			options = append(options, api.MsgOptionBroadcast())
		}
	}
	channel, ts := "", ""
	err := s.timed(ctx, "chat.postMessage", func(ctx context.Context) (err error) {
		channel, ts, err = c.PostMessageContext(ctx, to, options...)
		if err == nil && (channel == "" || ts == "") {
			err = errNameless
		}
		return err
	})
	return messageID(channel, ts), err
}

// mark is what a message is found by.
func mark(key string) api.MsgOption {
	return api.MsgOptionMetadata(api.SlackMetadata{EventType: marked, EventPayload: map[string]any{"key": key}})
}

// looks are the options that carry what a message says.
func looks(m message) []api.MsgOption {
	options := []api.MsgOption{api.MsgOptionText(m.text, false)}
	if len(m.blocks) > 0 { // none would clear them
		options = append(options, api.MsgOptionBlocks(m.blocks...))
	}
	return options
}

// Edit implements bot.Chat. It takes nothing from the channel's budget, which is Slack's limit of new messages: a card whose
// message was removed is posted right after its edit was refused.
func (s *Slack) Edit(ctx context.Context, id string, p bot.Posting) error {
	c, inst, err := s.reach(ctx, p.To.Workspace)
	if err != nil {
		return err
	}
	channel, ts, err := splitID(id)
	if err != nil {
		return err
	}
	if err := s.budgets.spend("chat.update", inst.Workspace, "", p.Now); err != nil {
		return err
	}
	m := messageOf(p)
	err = s.edit(ctx, c, channel, ts, p.Key, m)
	if err != nil && misshapen[codeOf(err)] && len(m.blocks) > 0 {
		s.log.ErrorContext(ctx, "Slack refused the shape of a card; its text alone is shown", "key", p.Key, "err", err)
		err = s.edit(ctx, c, channel, ts, p.Key, plain(m))
	}
	return err
}

func (s *Slack) edit(ctx context.Context, c *api.Client, channel, ts, key string, m message) error {
	options := append(looks(m), mark(key))
	if len(m.blocks) == 0 {
		options = append(options, api.MsgOptionBlocks()) // the old ones would stay
	}
	return s.timed(ctx, "chat.update", func(ctx context.Context) error {
		_, got, _, err := c.UpdateMessageContext(ctx, channel, ts, options...)
		if err == nil && got == "" {
			err = errNameless
		}
		return err
	})
}

// pin keeps a card at the top of its place. That it can't be is no reason to say the card isn't there.
func (s *Slack) pin(ctx context.Context, c *api.Client, id string) {
	channel, ts, err := splitID(id)
	if err != nil {
		return
	}
	err = s.timed(ctx, "pins.add", func(ctx context.Context) error {
		return c.AddPinContext(ctx, channel, api.NewRefToMessage(channel, ts))
	})
	if err != nil && codeOf(err) != "already_pinned" {
		s.log.WarnContext(ctx, "a card could not be pinned", "channel", channel, "err", err)
	}
}

// join enters a public channel; a private one must invite the app.
func (s *Slack) join(ctx context.Context, c *api.Client, channel string) bool {
	err := s.timed(ctx, "conversations.join", func(ctx context.Context) error {
		got, _, _, err := c.JoinConversationContext(ctx, channel)
		if err == nil && (got == nil || got.ID == "") {
			err = errNameless
		}
		return err
	})
	return err == nil
}

// The most that is read to find one message.
const (
	pageOfHistory = 200
	mostPages     = 10
)

// Find implements bot.Chat. Anybody can post a message with our metadata, so only one by our own app counts. What is found
// and should be pinned is pinned: the answer that was lost is what a pin waits for.
func (s *Slack) Find(ctx context.Context, p bot.Posting, since time.Time) (string, bool, error) {
	c, inst, err := s.reach(ctx, p.To.Workspace)
	if err != nil {
		return "", false, err
	}
	if inst.BotID == "" && inst.BotUser == "" {
		return "", false, &bot.SendError{Outcome: bot.NotKnown, Err: fmt.Errorf("find a message: %w", errNobody)}
	}
	channel, thread, err := placeIn(p)
	if err != nil {
		return "", false, err
	}
	ctx = s.paced(ctx, inst.Workspace, p.Now)
	if thread == "" && p.To.Kind == "person" {
		if channel, err = s.conversationWith(ctx, c, p.To.ID); err != nil {
			return "", false, err
		}
	}
	id, found, err := s.find(ctx, c, inst, channel, thread, p.Key, since)
	if thread != "" && codeOf(err) == "thread_not_found" { // then Post has said it outside
		id, found, err = s.find(ctx, c, inst, channel, "", p.Key, since)
	}
	if err != nil {
		return "", false, blindIf(err)
	}
	if found && p.Pin {
		s.pin(ctx, c, id)
	}
	return id, found, nil
}

func (s *Slack) find(ctx context.Context, c *api.Client, inst Installation, channel, thread, key string, since time.Time) (string, bool, error) {
	oldest := strconv.FormatInt(max(since.Unix(), 0), 10) + ".000000"
	cursor := ""
	for range mostPages {
		var page []api.Message
		var err error
		if thread != "" {
			page, cursor, err = s.replies(ctx, c, channel, thread, oldest, cursor)
		} else {
			page, cursor, err = s.history(ctx, c, channel, oldest, cursor)
		}
		if err != nil {
			return "", false, err
		}
		for _, m := range page {
			ours := inst.BotID != "" && m.BotID == inst.BotID || inst.BotUser != "" && m.User == inst.BotUser
			if got, _ := m.Metadata.EventPayload["key"].(string); ours && m.Metadata.EventType == marked && got == key {
				return messageID(channel, m.Timestamp), true, nil
			}
		}
		if cursor == "" {
			return "", false, nil
		}
	}
	return "", false, &bot.SendError{Outcome: bot.NotKnown, Err: fmt.Errorf("find a message: it is not among the %d that were read", mostPages*pageOfHistory)}
}

// blindIf says that one can't look where the app may not read.
func blindIf(err error) error {
	switch codeOf(err) {
	case "missing_scope", "no_permission", "not_in_channel":
		return fmt.Errorf("%w: %w", bot.ErrCannotLook, err)
	}
	return err
}

func (s *Slack) history(ctx context.Context, c *api.Client, channel, oldest, cursor string) (page []api.Message, next string, err error) {
	err = s.timed(ctx, "conversations.history", func(ctx context.Context) error {
		r, err := c.GetConversationHistoryContext(ctx, &api.GetConversationHistoryParameters{
			ChannelID: channel, Cursor: cursor, Oldest: oldest, Inclusive: true, Limit: pageOfHistory, IncludeAllMetadata: true,
		})
		if err == nil && !r.Ok {
			return errNameless
		}
		if err == nil {
			page, next = r.Messages, r.ResponseMetaData.NextCursor
		}
		return err
	})
	return page, next, err
}

// replies reads a thread from oldest on, so that its first message may be missing; no list of messages at all is no answer.
func (s *Slack) replies(ctx context.Context, c *api.Client, channel, thread, oldest, cursor string) (page []api.Message, next string, err error) {
	err = s.timed(ctx, "conversations.replies", func(ctx context.Context) (err error) {
		page, _, next, err = c.GetConversationRepliesContext(ctx, &api.GetConversationRepliesParameters{
			ChannelID: channel, Timestamp: thread, Cursor: cursor, Oldest: oldest, Inclusive: true, Limit: pageOfHistory, IncludeAllMetadata: true,
		})
		if err == nil && page == nil { // slack-go takes {"ok":false} for success; an empty thread has an empty list
			err = errNameless
		}
		return err
	})
	return page, next, err
}

// conversationWith is the direct conversation with a person.
func (s *Slack) conversationWith(ctx context.Context, c *api.Client, user string) (id string, err error) {
	err = s.timed(ctx, "conversations.open", func(ctx context.Context) error {
		ch, _, _, err := c.OpenConversationContext(ctx, &api.OpenConversationParameters{Users: []string{user}})
		if err == nil && ch != nil {
			id = ch.ID
		}
		if err == nil && id == "" {
			err = errNameless
		}
		return err
	})
	return id, err
}

// splitID takes the id of a message apart: its channel and its time stamp.
func splitID(id string) (channel, ts string, err error) {
	channel, ts, ok := strings.Cut(id, ":")
	if !ok || channel == "" || ts == "" {
		return "", "", &bot.SendError{Outcome: bot.Gone, Err: fmt.Errorf("%w: %q", errMessageID, id)}
	}
	return channel, ts, nil
}

// timed makes one call, sorts its error and tells what came of it.
func (s *Slack) timed(ctx context.Context, method string, call func(context.Context) error) error {
	if err := s.pace(ctx, method); err != nil {
		return err
	}
	ctx, f := followed(ctx)
	begun := s.now()
	err := f.sorted(method, call(ctx))
	if s.seenCall != nil {
		outcome := "ok"
		var e *bot.SendError
		if errors.As(err, &e) {
			outcome = string(e.Outcome)
		}
		s.seenCall(method, outcome, s.now().Sub(begun))
	}
	return err
}

// reach is the client for a workspace: its own installation, else the provider's, which reaches people in shared channels.
func (s *Slack) reach(ctx context.Context, workspace string) (*api.Client, Installation, error) {
	inst, err := s.installed(ctx, workspace)
	switch {
	case errors.Is(err, bot.ErrNotFound):
		return nil, Installation{}, &bot.SendError{Outcome: bot.Refused, RetryAfter: uninstalledFor, Err: errNoInstall} // it may be installed again
	case err != nil: // our own trouble: nothing was sent
		return nil, Installation{}, &bot.SendError{Outcome: bot.Refused, Err: fmt.Errorf("read the installation: %w", err)}
	}
	return s.client(inst), inst, nil
}
