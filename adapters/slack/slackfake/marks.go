package slackfake

import (
	"net/url"
	"slices"
	"unicode/utf8"
)

// marked finds the message that a reaction or a pin is for.
func (r *request) marked() (*Channel, *Message, reply) {
	c, no := r.channel("channel", true)
	if no != nil {
		return nil, nil, no
	}
	if r.str("timestamp") == "" {
		return nil, nil, refuse("bad_timestamp")
	}
	m := r.s.message(c.ID, r.str("timestamp"))
	if m == nil {
		return nil, nil, refuse("message_not_found")
	}
	return c, m, nil
}

func reactionsAdd(r *request) reply {
	_, m, no := r.marked()
	if no != nil {
		return no
	}
	name := r.str("name")
	if name == "" {
		return refuse("invalid_name")
	}
	if slices.Contains(m.Reactions[name], r.w.BotUser) {
		return refuse("already_reacted")
	}
	if m.Reactions == nil {
		m.Reactions = map[string][]string{}
	}
	m.Reactions[name] = append(m.Reactions[name], r.w.BotUser)
	return reply{}
}

func reactionsRemove(r *request) reply {
	_, m, no := r.marked()
	if no != nil {
		return no
	}
	name := r.str("name")
	if !slices.Contains(m.Reactions[name], r.w.BotUser) {
		return refuse("no_reaction")
	}
	m.Reactions[name] = slices.DeleteFunc(m.Reactions[name], func(u string) bool { return u == r.w.BotUser })
	return reply{}
}

func pinsAdd(r *request) reply {
	c, m, no := r.marked()
	if no != nil {
		return no
	}
	if slices.Contains(c.Pins, m.TS) {
		return refuse("already_pinned")
	}
	if len(c.Pins) >= 100 {
		return refuse("too_many_pins")
	}
	c.Pins = append(c.Pins, m.TS)
	return reply{}
}

func pinsRemove(r *request) reply {
	c, m, no := r.marked()
	if no != nil {
		return no
	}
	if !slices.Contains(c.Pins, m.TS) {
		return refuse("no_pin")
	}
	c.Pins = slices.DeleteFunc(c.Pins, func(ts string) bool { return ts == m.TS })
	return reply{}
}

func pinsList(r *request) reply {
	c, no := r.channel("channel", false)
	if no != nil {
		return no
	}
	items := []Block{}
	for _, ts := range c.Pins {
		if m := r.s.message(c.ID, ts); m != nil {
			items = append(items, Block{"type": "message", "channel": c.ID, "created": r.s.now().Unix(), "created_by": r.w.BotUser, "message": m.JSON()})
		}
	}
	return reply{"items": items}
}

func (b Bookmark) json(channel string) Block {
	return Block{"id": b.ID, "channel_id": channel, "title": b.Title, "link": b.Link, "emoji": b.Emoji, "type": "link"}
}

func bookmarksAdd(r *request) reply {
	c, no := r.channel("channel_id", true)
	if no != nil {
		return no
	}
	title, link := r.str("title"), r.str("link")
	if title == "" || utf8.RuneCountInString(title) > 255 || r.str("type") != "link" {
		return refuse("invalid_arguments")
	}
	if u, err := url.Parse(link); err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" {
		return refuse("invalid_link")
	}
	if len(c.Bookmarks) >= 100 {
		return refuse("too_many_bookmarks")
	}
	b := Bookmark{ID: r.s.nextID("Bk"), Title: title, Link: link, Emoji: r.str("emoji")}
	c.Bookmarks = append(c.Bookmarks, b)
	return reply{"bookmark": b.json(c.ID)}
}

func bookmarksList(r *request) reply {
	c, no := r.channel("channel_id", false)
	if no != nil {
		return no
	}
	list := []Block{}
	for _, b := range c.Bookmarks {
		list = append(list, b.json(c.ID))
	}
	return reply{"bookmarks": list}
}

func bookmarksRemove(r *request) reply {
	c, no := r.channel("channel_id", true)
	if no != nil {
		return no
	}
	before := len(c.Bookmarks)
	c.Bookmarks = slices.DeleteFunc(c.Bookmarks, func(b Bookmark) bool { return b.ID == r.str("bookmark_id") })
	if len(c.Bookmarks) == before {
		return refuse("not_found")
	}
	return reply{}
}
