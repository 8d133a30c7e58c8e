package slackfake

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// channelJSON is a conversation as one workspace's app sees it.
func (r *request) channelJSON(c *Channel) Block {
	out := Block{
		"id": c.ID, "name": c.Name, "name_normalized": c.Name, "created": c.created, "creator": c.Creator,
		"is_channel": !c.IM && !c.Private, "is_group": c.Private && !c.IM, "is_im": c.IM, "is_mpim": false, "is_private": c.Private || c.IM,
		"is_archived": c.Archived, "is_general": false, "is_member": c.has(r.w.BotUser),
		"is_shared": c.ExtShared, "is_ext_shared": c.ExtShared, "is_org_shared": false, "is_pending_ext_shared": false,
		"context_team_id": r.w.ID, "num_members": len(c.Members),
		"topic":   Block{"value": c.Topic, "creator": "", "last_set": 0},
		"purpose": Block{"value": c.Purpose, "creator": "", "last_set": 0},
	}
	if c.IM {
		out["user"] = c.User
		delete(out, "name")
	}
	if c.ExtShared {
		out["shared_team_ids"] = append([]string{c.Team}, c.SharedWith...)
	}
	return out
}

// channel finds a conversation that the app may see; with write, one that it
// may change: it is a member and the channel is open.
func (r *request) channel(key string, write bool) (*Channel, reply) {
	c := r.s.channels[r.str(key)]
	if c == nil || !c.sees(r.w) || (c.Private || c.IM) && !c.has(r.w.BotUser) {
		return nil, refuse("channel_not_found")
	}
	if write && !c.has(r.w.BotUser) {
		return nil, refuse("not_in_channel")
	}
	if write && c.Archived {
		return nil, refuse("is_archived")
	}
	return c, nil
}

// nameProblem applies the naming rules of channels; empty if the name will do.
func nameProblem(name string) string {
	switch {
	case name == "":
		return "invalid_name_required"
	case utf8.RuneCountInString(name) > 80:
		return "invalid_name_maxlength"
	case strings.Trim(name, "-_") == "":
		return "invalid_name_punctuation"
	}
	for _, r := range name {
		if r != '-' && r != '_' && (r < '0' || r > '9') && (r < 'a' || r > 'z') {
			return "invalid_name_specials"
		}
	}
	return ""
}

func (s *Slack) nameTaken(team, name string, except *Channel) bool {
	for _, c := range s.channels { // an archived channel keeps its name
		if c != except && !c.IM && c.Name == name && (c.Team == team || slices.Contains(c.SharedWith, team)) {
			return true
		}
	}
	return false
}

func conversationsCreate(r *request) reply {
	name := r.str("name")
	if code := nameProblem(name); code != "" {
		return refuse(code)
	}
	if r.s.nameTaken(r.w.ID, name, nil) {
		return refuse("name_taken")
	}
	c := r.s.addChannel(Channel{Team: r.w.ID, Name: name, Private: r.yes("is_private"), Creator: r.w.BotUser, Members: []string{r.w.BotUser}})
	return reply{"channel": r.channelJSON(c)}
}

func conversationsInvite(r *request) reply {
	c, no := r.channel("channel", true)
	if no != nil {
		return no
	}
	users := r.list("users")
	if len(users) == 0 {
		return refuse("no_user")
	}
	if len(users) > 1000 {
		return refuse("invalid_arguments")
	}
	var errors []Block
	var fine []string
	for _, id := range users {
		u := r.s.users[id]
		code := ""
		switch {
		case u == nil:
			code = "user_not_found"
		case u.Deleted:
			code = "cant_invite"
		case id == r.w.BotUser:
			code = "cant_invite_self"
		case c.has(id):
			code = "already_in_channel"
		case u.Team != r.w.ID && !slices.Contains(c.SharedWith, u.Team) && c.Team != u.Team:
			code = "cant_invite"
		default:
			if !slices.Contains(fine, id) {
				fine = append(fine, id)
			}
			continue
		}
		errors = append(errors, Block{"user": id, "ok": false, "error": code})
	}
	if len(errors) > 0 && !r.yes("force") {
		out := refuse(errors[0]["error"].(string))
		out["errors"] = errors
		return out
	}
	c.Members = append(c.Members, fine...)
	out := reply{"channel": r.channelJSON(c)}
	if len(errors) > 0 {
		out["errors"] = errors
	}
	return out
}

func conversationsInviteShared(r *request) reply {
	c, no := r.channel("channel", true)
	if no != nil {
		return no
	}
	guests := append(r.list("emails"), r.list("user_ids")...)
	if len(guests) == 0 {
		return refuse("no_user")
	}
	c.Invited = append(c.Invited, guests...)
	return reply{"invite_id": r.s.nextID("I"), "is_legacy_shared_channel": false}
}

func conversationsKick(r *request) reply {
	c, no := r.channel("channel", true)
	if no != nil {
		return no
	}
	user := r.str("user")
	switch {
	case user == r.w.BotUser:
		return refuse("cant_kick_self")
	case !c.has(user):
		return refuse("not_in_channel")
	}
	c.leave(user)
	return reply{"errors": Block{}}
}

func (c *Channel) leave(user string) {
	c.Members = slices.DeleteFunc(c.Members, func(m string) bool { return m == user })
}

func conversationsJoin(r *request) reply {
	c, no := r.channel("channel", false)
	if no != nil {
		return no
	}
	if c.Private || c.IM {
		return refuse("method_not_supported_for_channel_type")
	}
	if c.Archived {
		return refuse("is_archived")
	}
	out := reply{"channel": r.channelJSON(c)}
	if c.has(r.w.BotUser) {
		out["warning"] = "already_in_channel"
		out["response_metadata"] = Block{"warnings": []string{"already_in_channel"}}
		return out
	}
	c.Members = append(c.Members, r.w.BotUser)
	return out
}

func conversationsLeave(r *request) reply {
	c, no := r.channel("channel", false)
	if no != nil {
		return no
	}
	if !c.has(r.w.BotUser) {
		return reply{"not_in_channel": true}
	}
	c.leave(r.w.BotUser)
	return reply{}
}

func conversationsArchive(r *request) reply {
	c, no := r.channel("channel", false)
	if no != nil {
		return no
	}
	switch {
	case c.Archived:
		return refuse("already_archived")
	case c.IM:
		return refuse("method_not_supported_for_channel_type")
	case !c.has(r.w.BotUser):
		return refuse("not_in_channel")
	}
	c.Archived = true
	return reply{}
}

func conversationsUnarchive(r *request) reply {
	c, no := r.channel("channel", false)
	if no != nil {
		return no
	}
	if !c.Archived {
		return refuse("not_archived")
	}
	if !c.has(r.w.BotUser) { // archiving took the bot out
		return refuse("not_in_channel")
	}
	c.Archived = false
	return reply{}
}

func conversationsRename(r *request) reply {
	c, no := r.channel("channel", true)
	if no != nil {
		return no
	}
	name := r.str("name")
	if code := nameProblem(name); code != "" {
		return refuse(code)
	}
	if r.s.nameTaken(r.w.ID, name, c) {
		return refuse("name_taken")
	}
	if c.Creator != r.w.BotUser {
		return refuse("not_authorized")
	}
	c.Name = name
	return reply{"channel": r.channelJSON(c)}
}

func conversationsSetTopic(r *request) reply {
	c, no := r.channel("channel", true)
	if no != nil {
		return no
	}
	if utf8.RuneCountInString(r.str("topic")) > 250 {
		return refuse("too_long")
	}
	r.s.checkEscaped(r.str("topic"), nil)
	c.Topic = r.str("topic")
	return reply{"channel": r.channelJSON(c)}
}

func conversationsSetPurpose(r *request) reply {
	c, no := r.channel("channel", true)
	if no != nil {
		return no
	}
	if utf8.RuneCountInString(r.str("purpose")) > 250 {
		return refuse("too_long")
	}
	c.Purpose = r.str("purpose")
	return reply{"channel": r.channelJSON(c), "purpose": c.Purpose}
}

func conversationsInfo(r *request) reply {
	c, no := r.channel("channel", false)
	if no != nil {
		return no
	}
	return reply{"channel": r.channelJSON(c)}
}

func conversationsMembers(r *request) reply {
	c, no := r.channel("channel", false)
	if no != nil {
		return no
	}
	members, next, no := page(r, c.Members)
	if no != nil {
		return no
	}
	return reply{"members": members, "response_metadata": Block{"next_cursor": next}}
}

func conversationsOpen(r *request) reply {
	if id := r.str("channel"); id != "" {
		c, no := r.channel("channel", false)
		if no != nil {
			return no
		}
		return reply{"channel": r.channelJSON(c)}
	}
	users := r.list("users")
	if len(users) != 1 {
		return refuse("invalid_arguments") // group messages are not part of this fake
	}
	u := r.s.users[users[0]]
	switch {
	case u == nil:
		return refuse("user_not_found")
	case u.Bot:
		return refuse("cannot_dm_bot")
	case u.Deleted:
		return refuse("user_disabled")
	}
	return reply{"channel": r.channelJSON(r.s.dm(r.w, u.ID))}
}
