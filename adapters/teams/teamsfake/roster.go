package teamsfake

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
)

// create opens the chat with one person, or a thread in a channel. The caller
// holds mu.
func (f *Fake) create(c *call) {
	var b struct {
		Members     []struct{ ID string }
		TenantID    string
		ChannelData struct {
			Channel struct{ ID string }
			Tenant  struct{ ID string }
		}
		Activity json.RawMessage
	}
	_ = json.Unmarshal(c.body, &b) // checked already
	tenant := b.TenantID
	if tenant == "" {
		tenant = b.ChannelData.Tenant.ID
	}
	var r *room
	if id := b.ChannelData.Channel.ID; id != "" {
		if at := f.find(id); at != nil && at.room.kind == "channel" && at.root == "" {
			r = at.room
		}
	} else {
		for _, p := range f.people {
			if p.ID == b.Members[0].ID {
				r = f.personal(p)
			}
		}
	}
	switch {
	case r == nil:
		f.mind("create: nobody and no channel of that id")
		f.status(c, http.StatusNotFound, "ConversationNotFound", "No such person or channel.")
	case r.tenant != tenant:
		f.mind("create: tenant %q, but they are in %q", tenant, r.tenant)
		f.status(c, http.StatusForbidden, "ForbiddenOperationException", "Another tenant.")
	case !r.hasBot():
		f.status(c, http.StatusForbidden, "BotNotInConversationRoster", "The bot is not part of the conversation roster.")
	default:
		f.created(c, r, b.Activity)
	}
}

func (f *Fake) created(c *call, r *room, activity json.RawMessage) {
	body := map[string]any{"id": r.id}
	if len(activity) > 0 {
		m := newMessage(f, activity)
		r.messages = append(r.messages, m)
		body["activityId"] = m.ID
		if r.kind == "channel" {
			body["id"] = r.id + ";messageid=" + m.ID
		}
	}
	f.done(c, http.StatusCreated, body)
}

// members answers a page of them, or all. The caller holds mu.
func (f *Fake) members(c *call) {
	people := c.at.room.people()
	list := []any{}
	if strings.HasSuffix(c.r.URL.Path, "/members") {
		for _, p := range people {
			list = append(list, p.roster())
		}
		answer(c.w, http.StatusOK, list)
		return
	}
	q := c.r.URL.Query()
	size, from := 200, 0
	if v := q.Get("pageSize"); v != "" {
		if _, err := fmt.Sscan(v, &size); err != nil || size < 1 || size > 500 {
			f.mind("members: pageSize %q", v)
			size = 200
		}
	}
	if f.pageSize > 0 {
		size = min(size, f.pageSize)
	}
	if v := q.Get("continuationToken"); v != "" {
		if _, err := fmt.Sscanf(v, "after/%d+=", &from); err != nil || from > len(people) {
			f.mind("members: continuationToken %q is not the one we gave", v)
			f.status(c, http.StatusBadRequest, "BadSyntax", "continuationToken")
			return
		}
	}
	to := min(from+size, len(people))
	for _, p := range people[from:to] {
		list = append(list, p.roster())
	}
	body := map[string]any{"members": list}
	if to < len(people) {
		body["continuationToken"] = fmt.Sprintf("after/%d+=", to) // wants escaping, as real ones do
	}
	answer(c.w, http.StatusOK, body)
}

// team answers a team's details or its channels.
func (f *Fake) team(c *call, id string, channels bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	i := slices.IndexFunc(f.teams, func(t *Team) bool { return t.ID == id })
	if i < 0 {
		f.mind("team: no team %q", id)
		f.status(c, http.StatusNotFound, "ConversationNotFound", "No such team.")
		return
	}
	t := f.teams[i]
	if !t.present {
		f.status(c, http.StatusForbidden, "BotNotInConversationRoster", "The bot is not part of the conversation roster.")
		return
	}
	if !channels {
		answer(c.w, http.StatusOK, map[string]any{"id": t.ID, "name": t.Name, "aadGroupId": t.AAD})
		return
	}
	list := []any{}
	for _, r := range f.rooms {
		if r.team == t {
			channel := map[string]any{"id": r.id}
			if r.name != "General" {
				channel["name"] = r.name // General's is left out, so that clients translate it
			}
			list = append(list, channel)
		}
	}
	answer(c.w, http.StatusOK, map[string]any{"conversations": list})
}
