package slack

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	api "github.com/slack-go/slack"

	"example.com/firstcall/bot"
	"example.com/firstcall/bot/words"
)

// Limits of channels. https://docs.slack.dev/reference/methods/conversations.create
const (
	longestName  = 80
	longestTopic = 250
	mostTries    = 20 // names tried until one is free
)

// roomMark begins the purpose of a channel that was made for an incident; the key follows.
const roomMark = "firstcall "

// MakeRoom implements bot.Rooms. A channel that we made and whose purpose names the key is found again, whatever it is called
// now. So is one of the wanted name that we made and whose purpose names nothing yet: the answer to its making was lost.
func (s *Slack) MakeRoom(ctx context.Context, r bot.Room) (id, name string, err error) {
	c, inst, err := s.reach(ctx, r.Workspace)
	if err != nil {
		return "", "", err
	}
	if inst.BotUser == "" { // none of the channels would be known as ours, and another one would be made each time
		return "", "", &bot.SendError{Outcome: bot.Refused, RetryAfter: tokenlessFor, Err: fmt.Errorf("make a channel: %w", errNobody)}
	}
	ctx = s.paced(ctx, inst.Workspace, r.Now)
	live, err := s.rooms(ctx, c, inst, true)
	if err != nil {
		return "", "", err
	}
	if k := slices.IndexFunc(live, func(ch api.Channel) bool { return ch.Purpose.Value == roomMark+r.Key }); k >= 0 {
		return live[k].ID, live[k].Name, nil
	}
	wanted := slug(r.Name)
	var all []api.Channel // also those put away, which keep their names
	for n := 1; n <= mostTries; n++ {
		name := numbered(wanted, n)
		made, err := s.make(ctx, c, inst, name)
		if codeOf(err) == "name_taken" {
			if all == nil {
				if all, err = s.rooms(ctx, c, inst, false); err != nil {
					return "", "", err
				}
			}
			k := slices.IndexFunc(all, func(ch api.Channel) bool {
				return ch.Purpose.Value == roomMark+r.Key || ch.Name == name && ch.Purpose.Value == "" && !ch.IsArchived
			})
			if k < 0 {
				continue // somebody else's
			}
			made, err = &all[k], nil
		}
		if err != nil {
			return "", "", err
		}
		return made.ID, made.Name, s.purpose(ctx, c, made, roomMark+r.Key)
	}
	return "", "", &bot.SendError{Outcome: bot.Gone, Err: errNoName}
}

func (s *Slack) make(ctx context.Context, c *api.Client, inst Installation, name string) (made *api.Channel, err error) {
	err = s.timed(ctx, "conversations.create", func(ctx context.Context) (err error) {
		made, err = c.CreateConversationContext(ctx, api.CreateConversationParams{ChannelName: name, IsPrivate: true, TeamID: inst.Workspace})
		if err == nil && (made == nil || made.ID == "") {
			err = errNameless
		}
		return err
	})
	return made, err
}

// mostRoomPages bounds how many of our channels are looked through.
const mostRoomPages = 50

// rooms lists the private channels that we made.
func (s *Slack) rooms(ctx context.Context, c *api.Client, inst Installation, live bool) (mine []api.Channel, err error) {
	mine = []api.Channel{}
	cursor := ""
	for range mostRoomPages {
		var page []api.Channel
		err := s.timed(ctx, "users.conversations", func(ctx context.Context) (err error) {
			page, cursor, err = c.GetConversationsForUserContext(ctx, &api.GetConversationsForUserParameters{
				Types: []string{"private_channel"}, ExcludeArchived: live, Limit: pageOfHistory, Cursor: cursor, TeamID: inst.Workspace,
			})
			if err == nil && page == nil {
				err = errNameless
			}
			return err
		})
		if err != nil {
			return nil, err
		}
		for _, ch := range page {
			if ch.Creator == inst.BotUser && inst.BotUser != "" {
				mine = append(mine, ch)
			}
		}
		if cursor == "" {
			break
		}
	}
	return mine, nil
}

func (s *Slack) purpose(ctx context.Context, c *api.Client, ch *api.Channel, wanted string) error {
	if ch.Purpose.Value == wanted {
		return nil
	}
	return s.timed(ctx, "conversations.setPurpose", func(ctx context.Context) error {
		got, err := c.SetPurposeOfConversationContext(ctx, ch.ID, wanted)
		return answered(got, err)
	})
}

// answered is the error of a call that answers with a channel; an answer without one is none.
func answered(ch *api.Channel, err error) error {
	if err == nil && (ch == nil || ch.ID == "") {
		return errNameless
	}
	return err
}

// FurnishRoom implements bot.Rooms. Who is there already isn't invited again, so that each try gets further than the last.
func (s *Slack) FurnishRoom(ctx context.Context, id string, r bot.Room) (missing []string, err error) {
	c, inst, err := s.reach(ctx, r.Workspace)
	if err != nil {
		return nil, err
	}
	ctx = s.paced(ctx, inst.Workspace, r.Now)
	if err := s.topic(ctx, c, id, r); err != nil {
		return nil, err
	}
	var wanted []string
	for _, person := range r.People {
		if person != inst.BotUser && !slices.Contains(wanted, person) {
			wanted = append(wanted, person)
		}
	}
	if len(wanted) == 0 {
		return nil, nil
	}
	there, err := s.members(ctx, c, id)
	if err != nil {
		return nil, err
	}
	wanted = slices.DeleteFunc(wanted, func(person string) bool { return there[person] })
	refused := map[string]bool{}
	for some := range slices.Chunk(wanted, mostInvited) {
		if err := s.inviteAll(ctx, c, id, some, refused); err != nil {
			return nil, err
		}
	}
	return slices.DeleteFunc(wanted, func(person string) bool { return !refused[person] }), nil
}

// mostInvited is how many people one call invites. https://docs.slack.dev/reference/methods/conversations.invite
const mostInvited = 100

// mostMemberPages bounds how much of a channel's list of people is read; who isn't read is invited once more, at worst.
const mostMemberPages = 10

// members are the people in a channel.
func (s *Slack) members(ctx context.Context, c *api.Client, id string) (there map[string]bool, err error) {
	there = map[string]bool{}
	cursor := ""
	for range mostMemberPages {
		var page []string
		err := s.timed(ctx, "conversations.members", func(ctx context.Context) (err error) {
			page, cursor, err = c.GetUsersInConversationContext(ctx, &api.GetUsersInConversationParameters{ChannelID: id, Cursor: cursor, Limit: pageOfHistory})
			if err == nil && page == nil {
				err = errNameless
			}
			return err
		})
		if err != nil {
			return nil, err
		}
		for _, person := range page {
			there[person] = true
		}
		if cursor == "" {
			break
		}
	}
	return there, nil
}

// inviteAll invites several people by one call. When Slack refuses some of them it invites nobody, so the others are invited
// without those that it names, and one by one when it names nobody. Whom it refuses for their own sake is noted in refused.
func (s *Slack) inviteAll(ctx context.Context, c *api.Client, id string, people []string, refused map[string]bool) error {
	err := s.invite(ctx, c, id, people)
	code := codeOf(err)
	switch {
	case err == nil:
		return nil
	case len(people) == 1 && invited[code]:
		return nil
	case len(people) == 1 && uninvited[code]:
		refused[people[0]] = true
		return nil
	case !invited[code] && !uninvited[code]:
		return err
	}
	var e api.SlackErrorResponse
	_ = errors.As(err, &e) // there is a code, so it is one
	named := map[string]bool{}
	for _, one := range e.Errors {
		who := one.ConversationsInviteResponseError
		if who == nil || who.Ok || !slices.Contains(people, who.User) || !invited[who.Error] && !uninvited[who.Error] {
			continue
		}
		named[who.User] = true
		if uninvited[who.Error] {
			refused[who.User] = true
		}
	}
	rest := slices.DeleteFunc(slices.Clone(people), func(person string) bool { return named[person] })
	switch {
	case len(rest) == 0:
		return nil
	case len(named) > 0:
		return s.inviteAll(ctx, c, id, rest, refused)
	}
	for _, person := range people {
		if err := s.inviteAll(ctx, c, id, []string{person}, refused); err != nil {
			return err
		}
	}
	return nil
}

func (s *Slack) invite(ctx context.Context, c *api.Client, id string, people []string) error {
	return s.timed(ctx, "conversations.invite", func(ctx context.Context) error {
		got, err := c.InviteUsersToConversationContext(ctx, id, people...)
		return answered(got, err)
	})
}

// invited names the errors of an invitation that nobody needs.
var invited = names("already_in_channel", "cant_invite_self")

// uninvited names why one person can't be invited, which is no reason not to invite the others.
// https://docs.slack.dev/reference/methods/conversations.invite
var uninvited = names("cant_invite", "user_not_found", "no_user", "user_is_restricted", "user_is_ultra_restricted", "ura_max_channels",
	"user_team_not_in_channel", "not_in_team", "org_user_not_in_team", "user_disabled", "no_external_invite_permission", "failed_for_some_users",
	"external_channel_migrating", "restricted_action")

// topic sets the topic when it is another one: each change is a line in the channel.
func (s *Slack) topic(ctx context.Context, c *api.Client, id string, r bot.Room) error {
	zone, err := time.LoadLocation(r.Zone)
	if err != nil {
		zone = time.UTC
	}
	wanted := topicOf(r.Topic.Render(words.Reader{Lang: r.Lang, Zone: zone, Brief: true}, r.Now))
	if wanted == "" {
		return nil
	}
	var now *api.Channel
	if err := s.timed(ctx, "conversations.info", func(ctx context.Context) (err error) {
		now, err = c.GetConversationInfoContext(ctx, &api.GetConversationInfoInput{ChannelID: id})
		return answered(now, err)
	}); err != nil {
		return err
	}
	if bare(now.Topic.Value) == bare(wanted) {
		return nil
	}
	return s.timed(ctx, "conversations.setTopic", func(ctx context.Context) error {
		got, err := c.SetTopicOfConversationContext(ctx, id, wanted)
		return answered(got, err)
	})
}

// topicOf is one line that fits, and pings nobody.
func topicOf(text string) string {
	line := words.Line(text)
	for most := longestTopic; ; most-- { // what is escaped takes more room
		short, _ := words.Cut(line, most)
		if wanted := escape(short); utf8.RuneCountInString(wanted) <= longestTopic {
			return wanted
		}
	}
}

// link is how Slack gives back an address that stood in a topic.
var link = regexp.MustCompile(`<([^<>|]*)(\|[^<>]*)?>`)

// bare is a topic without what Slack makes of it.
func bare(topic string) string {
	return strings.NewReplacer("&lt;", "<", "&gt;", ">", "&amp;", "&").Replace(link.ReplaceAllString(topic, "$1"))
}

// CloseRoom implements bot.Rooms.
func (s *Slack) CloseRoom(ctx context.Context, id string, r bot.Room) error {
	c, inst, err := s.reach(ctx, r.Workspace)
	if err != nil {
		return err
	}
	ctx = s.paced(ctx, inst.Workspace, r.Now)
	err = s.timed(ctx, "conversations.archive", func(ctx context.Context) error { return c.ArchiveConversationContext(ctx, id) })
	switch codeOf(err) {
	case "already_archived", "is_archived", "channel_not_found":
		return nil
	}
	return err
}

var notInName = regexp.MustCompile(`[^a-z0-9_-]+`)

// slug is a name that Slack takes: lowercase letters, digits, hyphens and underscores.
func slug(name string) string {
	s := strings.Trim(notInName.ReplaceAllString(strings.ToLower(name), "-"), "-_")
	if s == "" {
		s = "incident"
	}
	return strings.TrimRight(s[:min(len(s), longestName)], "-_")
}

// numbered is the n-th name to try: the wanted one, then with a number.
func numbered(name string, n int) string {
	if n == 1 {
		return name
	}
	end := "-" + strconv.Itoa(n)
	return strings.TrimRight(name[:min(len(name), longestName-len(end))], "-_") + end
}
