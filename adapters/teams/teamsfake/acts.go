package teamsfake

import (
	"encoding/json"
	"fmt"
	"html"
	"strings"
	"time"
)

// Activity is what Teams posts to the bot. Tests may change it before Deliver,
// to see how the bot takes what is odd.
type Activity map[string]any

// base is what all activities have. The caller holds mu.
func (p *Person) base(c *Conversation, kind string) Activity {
	f := p.f
	now := f.o.Now().UTC()
	zone, err := time.LoadLocation(p.Zone)
	if err != nil {
		zone = time.UTC
	}
	f.ids++
	conversation := map[string]any{"conversationType": c.room.kind, "tenantId": c.room.tenant, "id": c.ID()}
	data := map[string]any{"tenant": map[string]any{"id": c.room.tenant}}
	if c.room.kind != "personal" { // it may be shared with people of other tenants
		data["tenant"] = map[string]any{"id": p.TenantID}
	}
	if c.room.kind != "personal" {
		conversation["isGroup"] = true
	}
	if t := c.room.team; t != nil {
		data["teamsChannelId"], data["teamsTeamId"] = c.room.id, t.ID
		data["channel"], data["team"] = map[string]any{"id": c.room.id}, map[string]any{"id": t.ID}
	}
	_, country, _ := strings.Cut(p.Locale, "-")
	return Activity{
		"type": kind, "id": "f:" + guid(fmt.Sprintf("activity %d", f.ids)), "channelId": "msteams",
		"timestamp": now.Format("2006-01-02T15:04:05.0000000Z"), "localTimestamp": now.In(zone).Format("2006-01-02T15:04:05.0000000-07:00"),
		"localTimezone": p.Zone, "locale": p.Locale, "serviceUrl": f.server.URL + f.region,
		"from": p.account(), "recipient": map[string]any{"id": f.BotID(), "name": f.o.BotName},
		"conversation": conversation, "channelData": data,
		"entities": []any{map[string]any{"type": "clientInfo", "locale": p.Locale, "country": country, "platform": "Web", "timezone": p.Zone}},
	}
}

// Message is the activity of a message that p writes: it stands in the
// conversation from then on. In a channel it begins a thread, or goes on in
// the conversation's one.
func (p *Person) Message(c *Conversation, text string, files ...File) Activity {
	return p.write(c, text, false, files)
}

// Mention is Message with a mention of the bot in front.
func (p *Person) Mention(c *Conversation, text string, files ...File) Activity {
	return p.write(c, text, true, files)
}

func (p *Person) write(c *Conversation, text string, mention bool, files []File) Activity {
	f := p.f
	f.mu.Lock()
	defer f.mu.Unlock()
	m := &message{Message{ID: f.nextID(), Type: "message", From: p.Name, Text: text, Files: files, At: f.o.Now(), Thread: c.root}}
	if c.room.kind == "channel" {
		m.ReplyTo = c.root
		c = &Conversation{f: f, room: c.room, root: m.top()}
	}
	a := p.base(c, "message")
	a["id"], a["textFormat"] = m.ID, "plain"
	if m.ReplyTo != "" {
		a["replyToId"] = m.ReplyTo
	}
	if mention {
		mark := "<at>" + f.o.BotName + "</at>"
		m.Text = mark + " " + text
		entity := map[string]any{"type": "mention", "text": mark, "mentioned": map[string]any{"id": f.BotID(), "name": f.o.BotName}}
		m.Entities = []map[string]any{entity}
		a["entities"] = append([]any{entity}, a["entities"].([]any)...)
	}
	a["text"] = m.Text
	attachments := []any{}
	for _, file := range files {
		if c.room.kind != "personal" { // bots get no files in groups and channels, only the link in the text
			continue
		}
		_, kind, _ := strings.Cut(file.Name, ".")
		attachments = append(attachments, map[string]any{
			"contentType": "application/vnd.microsoft.teams.file.download.info", "contentUrl": file.URL, "name": file.Name,
			"content": map[string]any{"downloadUrl": file.URL, "uniqueId": guid(file.URL), "fileType": kind},
		})
	}
	a["attachments"] = append(attachments, map[string]any{"contentType": "text/html", "content": htmlOf(text, mention, f.o.BotName, files)})
	c.room.messages = append(c.room.messages, m)
	return a
}

func htmlOf(text string, mention bool, bot string, files []File) string {
	body := html.EscapeString(text)
	if mention {
		body = `<span itemscope="" itemtype="http://schema.skype.com/Mention" itemid="0">` + html.EscapeString(bot) + `</span>&nbsp;` + body
	}
	for _, file := range files {
		body += fmt.Sprintf(`<a href="%s">%s</a>`, html.EscapeString(file.URL), html.EscapeString(file.Name))
	}
	return "<p>" + body + "</p>"
}

// Say writes a message and delivers it; in a group or channel only if the bot
// sees what doesn't mention it.
func (p *Person) Say(c *Conversation, text string, files ...File) *Answer {
	p.f.t.Helper()
	a := p.Message(c, text, files...)
	if c.room.kind != "personal" && !p.f.o.SeesAll {
		return &Answer{Activity: a, NotSent: true}
	}
	return p.f.deliverWell(a)
}

// Tell mentions the bot and delivers the message.
func (p *Person) Tell(c *Conversation, text string, files ...File) *Answer {
	p.f.t.Helper()
	return p.f.deliverWell(p.Mention(c, text, files...))
}

// EditActivity is what the bot is told when p changes a message of theirs.
func (p *Person) EditActivity(m Message, text string) Activity {
	return p.onMessage(m, "messageUpdate", "editMessage", func(old *message, a Activity) {
		old.Text, old.EditedAt = text, p.f.o.Now()
		old.Edits++
		a["text"] = text
	})
}

// DeleteActivity is what the bot is told when p deletes a message of theirs.
func (p *Person) DeleteActivity(m Message) Activity {
	return p.onMessage(m, "messageDelete", "softDeleteMessage", func(old *message, _ Activity) { old.Deleted = true })
}

// ReactActivity is what the bot is told when p reacts to a message, with "like",
// "heart" and so on; added is false when the reaction is taken back.
func (p *Person) ReactActivity(m Message, reaction string, added bool) Activity {
	return p.onMessage(m, "messageReaction", "", func(old *message, a Activity) {
		list := []any{map[string]any{"type": reaction}}
		a["replyToId"] = m.ID
		if !added {
			a["reactionsRemoved"] = list
			return
		}
		a["reactionsAdded"] = list
		old.Likes = append(old.Likes, p.Name+" "+reaction)
	})
}

func (p *Person) onMessage(m Message, kind, event string, change func(*message, Activity)) Activity {
	p.f.mu.Lock()
	defer p.f.mu.Unlock()
	a := p.base(m.Where, kind)
	if kind != "messageReaction" {
		a["id"] = m.ID
		a["channelData"].(map[string]any)["eventType"] = event
	}
	if old := m.Where.room.message(m.ID); old != nil {
		change(old, a)
	}
	return a
}

// Edit changes a message of p's.
func (p *Person) Edit(m Message, text string) *Answer {
	p.f.t.Helper()
	return p.f.deliverWell(p.EditActivity(m, text))
}

// Delete deletes a message of p's.
func (p *Person) Delete(m Message) *Answer {
	p.f.t.Helper()
	return p.f.deliverWell(p.DeleteActivity(m))
}

// React adds a reaction to a message.
func (p *Person) React(m Message, reaction string) *Answer {
	p.f.t.Helper()
	return p.f.deliverWell(p.ReactActivity(m, reaction, true))
}

// Types shows the bot that p is typing.
func (p *Person) Types(c *Conversation) *Answer {
	p.f.t.Helper()
	return p.f.deliverWell(p.Activity(c, "typing"))
}

// Activity is any activity of p, with what all have; the test adds the rest.
func (p *Person) Activity(c *Conversation, kind string) Activity {
	p.f.mu.Lock()
	defer p.f.mu.Unlock()
	return p.base(c, kind)
}

// Invoke is an invoke activity of that name.
func (p *Person) Invoke(c *Conversation, name string, value any) Activity {
	a := p.Activity(c, "invoke")
	a["name"], a["value"] = name, value
	return a
}

// InstallActivities are the two that come when p installs the app there, or
// adds it to a team: the bot is in from now on.
func (p *Person) InstallActivities(c *Conversation) (installation, update Activity) {
	c.BotJoins()
	return p.installation(c, "add"), p.rosterChange(c, "membersAdded", []any{map[string]any{"id": p.f.BotID()}})
}

// UninstallActivities are the two that come when p removes the app.
func (p *Person) UninstallActivities(c *Conversation) (installation, update Activity) {
	c.BotLeaves()
	return p.installation(c, "remove"), p.rosterChange(c, "membersRemoved", []any{map[string]any{"id": p.f.BotID()}})
}

// Install delivers both activities at once, as Teams does: which one arrives
// first is open.
func (p *Person) Install(c *Conversation) (installation, update *Answer) {
	p.f.t.Helper()
	a, b := p.InstallActivities(c)
	answers := p.f.DeliverAll(a, b)
	p.f.expectOK(answers...)
	return answers[0], answers[1]
}

// Uninstall delivers both activities at once.
func (p *Person) Uninstall(c *Conversation) (installation, update *Answer) {
	p.f.t.Helper()
	a, b := p.UninstallActivities(c)
	answers := p.f.DeliverAll(a, b)
	p.f.expectOK(answers...)
	return answers[0], answers[1]
}

func (p *Person) installation(c *Conversation, action string) Activity {
	a := p.Activity(whole(c), "installationUpdate")
	a["action"] = action
	if data := a["channelData"].(map[string]any); data["team"] != nil {
		data["settings"] = map[string]any{"selectedChannel": map[string]any{"id": c.room.id}}
	}
	return a
}

// rosterChange tells of people, or the bot, that came or went.
func (p *Person) rosterChange(c *Conversation, change string, accounts []any) Activity {
	a := p.Activity(whole(c), "conversationUpdate")
	a[change] = accounts
	if data := a["channelData"].(map[string]any); data["team"] != nil {
		data["eventType"] = map[string]string{"membersAdded": "teamMemberAdded", "membersRemoved": "teamMemberRemoved"}[change]
		data["team"] = map[string]any{"id": c.room.team.ID, "name": c.room.team.Name, "aadGroupId": c.room.team.AAD}
	}
	return a
}

// ChannelActivity is what the bot is told of the team or the channel itself:
// channelCreated, channelRenamed, channelDeleted, teamRenamed and so on.
func (p *Person) ChannelActivity(c *Conversation, event string) Activity {
	a := p.Activity(whole(c), "conversationUpdate")
	a["channelData"].(map[string]any)["eventType"] = event
	if c.room.team != nil {
		a["channelData"].(map[string]any)["channel"] = map[string]any{"id": c.room.id, "name": c.room.name}
	}
	return a
}

// Add adds people to the conversation, or the team, and tells the bot.
func (p *Person) Add(c *Conversation, people ...*Person) *Answer {
	p.f.t.Helper()
	accounts := []any{}
	p.f.mu.Lock()
	for _, x := range people {
		accounts = append(accounts, map[string]any{"id": x.ID, "aadObjectId": x.AAD})
		if t := c.room.team; t != nil {
			t.members = append(t.members, x)
		} else {
			c.room.members = append(c.room.members, x)
		}
	}
	p.f.mu.Unlock()
	return p.f.deliverWell(p.rosterChange(c, "membersAdded", accounts))
}

// Remove takes people out of the conversation, or the team, and tells the bot.
func (p *Person) Remove(c *Conversation, people ...*Person) *Answer {
	p.f.t.Helper()
	accounts := []any{}
	p.f.mu.Lock()
	for _, x := range people {
		accounts = append(accounts, map[string]any{"id": x.ID, "aadObjectId": x.AAD})
		if t := c.room.team; t != nil {
			t.members = without(t.members, x)
		} else {
			c.room.members = without(c.room.members, x)
		}
	}
	p.f.mu.Unlock()
	return p.f.deliverWell(p.rosterChange(c, "membersRemoved", accounts))
}

func without(people []*Person, gone *Person) []*Person {
	var rest []*Person
	for _, p := range people {
		if p != gone {
			rest = append(rest, p)
		}
	}
	return rest
}

func whole(c *Conversation) *Conversation { return &Conversation{f: c.f, room: c.room} }

// JSON is the activity as it goes over the wire.
func (a Activity) JSON() []byte {
	raw, err := json.Marshal(map[string]any(a))
	if err != nil {
		panic("teamsfake: an activity that is no JSON: " + err.Error())
	}
	return raw
}
