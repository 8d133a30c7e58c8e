package slackfake

import (
	"encoding/base64"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// page cuts a list by limit and cursor and gives the next cursor.
func page[T any](r *request, all []T) ([]T, string, reply) {
	start := 0
	if cursor := r.str("cursor"); cursor != "" {
		text, err := base64.StdEncoding.DecodeString(cursor)
		if err == nil {
			start, err = strconv.Atoi(strings.TrimPrefix(string(text), "next:"))
		}
		if err != nil || start > len(all) {
			return nil, "", refuse("invalid_cursor")
		}
	}
	limit := r.number("limit", 100)
	if limit < 1 || limit > 1000 {
		return nil, "", refuse("invalid_arguments")
	}
	end := min(start+limit, len(all))
	next := ""
	if end < len(all) {
		next = base64.StdEncoding.EncodeToString([]byte("next:" + strconv.Itoa(end)))
	}
	return append([]T{}, all[start:end]...), next, nil
}

func (r *request) visibleChannels(member bool) []Block {
	kinds := r.list("types")
	if len(kinds) == 0 {
		kinds = []string{"public_channel"}
	}
	var out []Block
	for _, id := range slices.Sorted(maps.Keys(r.s.channels)) {
		c := r.s.channels[id]
		kind := map[string]string{"channel": "public_channel", "group": "private_channel", "im": "im"}[c.kind()]
		if !c.sees(r.w) || !slices.Contains(kinds, kind) || c.Archived && r.yes("exclude_archived") {
			continue
		}
		if (member || kind != "public_channel") && !c.has(r.w.BotUser) {
			continue
		}
		out = append(out, r.channelJSON(c))
	}
	return out
}

func conversationsList(r *request) reply {
	list, next, no := page(r, r.visibleChannels(false))
	if no != nil {
		return no
	}
	return reply{"channels": list, "response_metadata": Block{"next_cursor": next}}
}

func usersConversations(r *request) reply {
	list, next, no := page(r, r.visibleChannels(true))
	if no != nil {
		return no
	}
	return reply{"channels": list, "response_metadata": Block{"next_cursor": next}}
}

// listed gives messages as JSON, with metadata only on request, as Slack does.
func (r *request) listed(list []*Message) []Block {
	out := []Block{}
	for _, m := range list {
		j := m.JSON()
		if !r.yes("include_all_metadata") {
			delete(j, "metadata")
		}
		out = append(out, j)
	}
	return out
}

func (r *request) inWindow(m *Message) bool {
	oldest, latest := r.str("oldest"), r.str("latest")
	inclusive := r.yes("inclusive")
	if oldest != "" && (m.TS < oldest || m.TS == oldest && !inclusive) {
		return false
	}
	return latest == "" || m.TS < latest || m.TS == latest && inclusive
}

func conversationsHistory(r *request) reply {
	c, no := r.channel("channel", false)
	if no != nil {
		return no
	}
	if !c.has(r.w.BotUser) {
		return refuse("not_in_channel")
	}
	var list []*Message
	for _, m := range r.s.messages[c.ID] {
		if m.EphemeralTo == "" && (m.ThreadTS == "" || m.ThreadTS == m.TS || m.Broadcast) && r.inWindow(m) {
			list = append(list, m)
		}
	}
	slices.Reverse(list) // newest first
	out, next, no := page(r, r.listed(list))
	if no != nil {
		return no
	}
	return reply{"messages": out, "has_more": next != "", "response_metadata": Block{"next_cursor": next}}
}

func conversationsReplies(r *request) reply {
	c, no := r.channel("channel", false)
	if no != nil {
		return no
	}
	if !c.has(r.w.BotUser) {
		return refuse("not_in_channel")
	}
	top := r.s.message(c.ID, r.str("ts"))
	if top == nil {
		return refuse("thread_not_found")
	}
	list := []*Message{top}
	for _, m := range r.s.messages[c.ID] {
		if m.EphemeralTo == "" && m.ThreadTS == top.TS && m != top && r.inWindow(m) {
			list = append(list, m)
		}
	}
	out, next, no := page(r, r.listed(list))
	if no != nil {
		return no
	}
	return reply{"messages": out, "has_more": next != "", "response_metadata": Block{"next_cursor": next}}
}
