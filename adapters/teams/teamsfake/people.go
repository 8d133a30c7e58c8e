package teamsfake

import (
	"fmt"
	"strings"
)

// Person is somebody in Teams. Set its fields before the person acts.
type Person struct {
	ID       string // the channel's id for this bot, 29:…
	AAD      string // the Entra object id
	Name     string
	Email    string // also the principal name
	Locale   string // like en-US
	Zone     string // IANA
	TenantID string

	f        *Fake
	personal *room
}

// Person adds somebody: "Ana Lima" gets ana.lima@contoso.example, English, UTC
// and the fake's tenant.
func (f *Fake) Person(name string) *Person {
	f.mu.Lock()
	defer f.mu.Unlock()
	seed := fmt.Sprintf("person %d %s", len(f.people), name)
	p := &Person{
		ID: "29:1" + strings.ReplaceAll(guid(seed+" mri"), "-", "_") + "-Qz", AAD: guid(seed), Name: name,
		Email:  strings.ToLower(strings.ReplaceAll(name, " ", ".")) + "@contoso.example",
		Locale: "en-US", Zone: "UTC", TenantID: f.o.TenantID, f: f,
	}
	f.people = append(f.people, p)
	return p
}

// room is a personal chat, a group chat or a channel.
type room struct {
	id       string
	kind     string // personal, groupChat, channel
	name     string
	tenant   string
	team     *Team
	members  []*Person
	present  bool // the bot is installed
	typing   int
	writing  bool // a write is under way
	messages []*message
	views    map[string]map[string]map[string]any // person, message: the card that an Execute gave this person
}

// Team is a team; its members are in all its channels.
type Team struct {
	ID   string // that of its General channel
	AAD  string // the Entra group
	Name string

	f       *Fake
	tenant  string
	members []*Person
	present bool
}

// Conversation is where messages go: a chat, a channel, or one thread of a
// channel.
type Conversation struct {
	f    *Fake
	room *room
	root string // the thread's first message; "" for the whole
}

// Personal is the person's chat with the bot; the bot is installed there.
func (f *Fake) Personal(p *Person) *Conversation {
	f.mu.Lock()
	defer f.mu.Unlock()
	return &Conversation{f: f, room: f.personal(p)}
}

// personal makes the chat at its first use. The caller holds mu.
func (f *Fake) personal(p *Person) *room {
	if p.personal == nil {
		p.personal = f.room("a:1"+strings.ReplaceAll(guid("chat "+p.ID), "-", "_"), "personal", "", p.TenantID, []*Person{p})
	}
	return p.personal
}

// room adds one. The caller holds mu.
func (f *Fake) room(id, kind, name, tenant string, members []*Person) *room {
	r := &room{id: id, kind: kind, name: name, tenant: tenant, members: members, present: true, views: map[string]map[string]map[string]any{}}
	f.rooms = append(f.rooms, r)
	return r
}

// GroupChat adds a chat of several people with the bot in it.
func (f *Fake) GroupChat(name string, people ...*Person) *Conversation {
	f.mu.Lock()
	defer f.mu.Unlock()
	id := fmt.Sprintf("19:%s@thread.v2", strings.ReplaceAll(guid(fmt.Sprintf("group %d", len(f.rooms))), "-", ""))
	return &Conversation{f: f, room: f.room(id, "groupChat", name, f.tenantOf(people), append([]*Person{}, people...))}
}

func (f *Fake) tenantOf(people []*Person) string {
	if len(people) == 0 {
		return f.o.TenantID
	}
	return people[0].TenantID
}

// Team adds a team with the bot in it.
func (f *Fake) Team(name string, people ...*Person) *Team {
	f.mu.Lock()
	defer f.mu.Unlock()
	seed := fmt.Sprintf("team %d %s", len(f.teams), name)
	t := &Team{
		ID: "19:" + strings.ReplaceAll(guid(seed), "-", "") + "@thread.tacv2", AAD: guid(seed + " group"), Name: name,
		f: f, tenant: f.tenantOf(people), members: append([]*Person{}, people...), present: true,
	}
	f.teams = append(f.teams, t)
	general := f.room(t.ID, "channel", "General", t.tenant, nil)
	general.team = t
	return t
}

// Channel is the team's channel of that name; it is made at its first use.
// "General" has the team's own id.
func (t *Team) Channel(name string) *Conversation {
	f := t.f
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, r := range f.rooms {
		if r.team == t && r.name == name {
			return &Conversation{f: f, room: r}
		}
	}
	id := "19:" + strings.ReplaceAll(guid(fmt.Sprintf("channel %d", len(f.rooms))), "-", "") + "@thread.tacv2"
	r := f.room(id, "channel", name, t.tenant, nil)
	r.team = t
	return &Conversation{f: f, room: r}
}

// ID is the conversation's id as activities carry it; a thread's ends with
// ";messageid=" and its first message.
func (c *Conversation) ID() string {
	if c.root == "" {
		return c.room.id
	}
	return c.room.id + ";messageid=" + c.root
}

// Thread is the thread below a message of a channel; elsewhere it is the
// conversation itself.
func (c *Conversation) Thread(messageID string) *Conversation {
	if c.room.kind != "channel" {
		return c
	}
	return &Conversation{f: c.f, room: c.room, root: messageID}
}

// BotLeaves takes the bot out without telling it: from now on it gets 403
// BotNotInConversationRoster there. In a channel, its whole team is left.
func (c *Conversation) BotLeaves() { c.setPresent(false) }

// BotJoins puts it back, again without telling it.
func (c *Conversation) BotJoins() { c.setPresent(true) }

func (c *Conversation) setPresent(present bool) {
	c.f.mu.Lock()
	defer c.f.mu.Unlock()
	if c.room.team != nil {
		c.room.team.present = present
		return
	}
	c.room.present = present
}

// people are the members; the caller holds mu.
func (r *room) people() []*Person {
	if r.team != nil {
		return r.team.members
	}
	return r.members
}

func (r *room) hasBot() bool {
	if r.team != nil {
		return r.team.present
	}
	return r.present
}

// find is the conversation of an id, nil if there is none. The caller holds mu.
func (f *Fake) find(id string) *Conversation {
	base, root, _ := strings.Cut(id, ";messageid=")
	for _, r := range f.rooms {
		if r.id == base && (root == "" || r.kind == "channel" && r.message(root) != nil) {
			return &Conversation{f: f, room: r, root: root}
		}
	}
	return nil
}

// SetPageSize makes pages of members at most so long, to see the bot turn them.
func (f *Fake) SetPageSize(n int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.pageSize = n
}

func (p *Person) account() map[string]any {
	return map[string]any{"id": p.ID, "name": p.Name, "aadObjectId": p.AAD}
}

// roster is the person as the members calls tell it.
func (p *Person) roster() map[string]any {
	given, family, _ := strings.Cut(p.Name, " ")
	return map[string]any{
		"id": p.ID, "objectId": p.AAD, "name": p.Name, "givenName": given, "surname": family,
		"email": p.Email, "userPrincipalName": p.Email, "tenantId": p.TenantID, "userRole": "user",
	}
}
