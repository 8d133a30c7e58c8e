package slackfake

import (
	"cmp"
	"maps"
	"slices"
	"strings"
)

// Workspace is a team that may have the app installed.
type Workspace struct {
	ID, Name, Domain string
	Token            string // xoxb-…, the bot's token here
	BotUser, BotID   string
	Enterprise       string // the organisation's id, empty outside Enterprise Grid
	// OrgInstall says that the whole organisation installed the app; team is
	// null in interactions then.
	OrgInstall bool
	Scopes     []string
	// NotInstalled is true before an installation and after an uninstallation;
	// the token is refused then.
	NotInstalled bool
}

// User is a person or a bot.
type User struct {
	ID       string // made up if empty; may start with W
	Team     string // the home workspace if empty; any other id is an outside team
	Name     string // the handle
	RealName string
	Email    string
	TZ       string // an IANA name
	Locale   string // such as ja-JP
	Guest    bool   // a member with limited access
	Stranger bool   // an outside member whose profile the app may hardly see
	Bot      bool
	Deleted  bool
}

// UserGroup is a group that can be mentioned as one.
type UserGroup struct {
	ID, Handle, Name string
	Users            []string
}

// Channel is a conversation.
type Channel struct {
	ID      string
	Team    string // the host workspace; the home workspace if empty
	Name    string
	Private bool
	IM      bool
	// User is the person of a direct message with the bot.
	User       string
	ExtShared  bool     // Slack Connect
	SharedWith []string // the other workspaces of a Slack Connect channel
	Archived   bool
	Members    []string
	Creator    string
	Topic      string
	Purpose    string
	Pins       []string // message timestamps, oldest first
	Bookmarks  []Bookmark
	Invited    []string // e-mail addresses and ids invited from outside
	created    int64
}

// Bookmark is a link at the top of a channel.
type Bookmark struct{ ID, Title, Link, Emoji string }

// File is an uploaded file. In a shared channel the app gets only its id.
type File struct {
	ID, Name, Title, Mimetype, User, Permalink string
	Size                                       int
}

// AddWorkspace seeds a workspace and its bot user.
func (s *Slack) AddWorkspace(w Workspace) *Workspace {
	s.mu.Lock()
	defer s.mu.Unlock()
	w.ID = cmp.Or(w.ID, s.nextID("T"))
	w.Name = cmp.Or(w.Name, "Contoso")
	w.Domain = cmp.Or(w.Domain, strings.ToLower(strings.ReplaceAll(w.Name, " ", "-")))
	w.Token = cmp.Or(w.Token, "xoxb-fake-"+w.ID)
	w.BotUser = cmp.Or(w.BotUser, s.nextID("U"))
	w.BotID = cmp.Or(w.BotID, s.nextID("B"))
	s.workspaces[w.ID] = &w
	s.users[w.BotUser] = &User{ID: w.BotUser, Team: w.ID, Name: "firstcall", RealName: "firstcall", TZ: "UTC", Locale: "en-US", Bot: true}
	return &w
}

// AddUser seeds a person.
func (s *Slack) AddUser(u User) *User {
	s.mu.Lock()
	defer s.mu.Unlock()
	u.ID = cmp.Or(u.ID, s.nextID("U"))
	u.Team = cmp.Or(u.Team, s.Home.ID)
	u.Name = cmp.Or(u.Name, strings.ToLower(u.ID))
	u.RealName = cmp.Or(u.RealName, u.Name)
	u.TZ = cmp.Or(u.TZ, "UTC")
	u.Locale = cmp.Or(u.Locale, "en-US")
	s.users[u.ID] = &u
	return &u
}

// AddUserGroup seeds a user group.
func (s *Slack) AddUserGroup(g UserGroup) *UserGroup {
	s.mu.Lock()
	defer s.mu.Unlock()
	g.ID = cmp.Or(g.ID, s.nextID("S"))
	s.groups[g.ID] = &g
	return &g
}

// AddChannel seeds a channel. Members are user ids; the bot is a member only
// if it is among them.
func (s *Slack) AddChannel(c Channel) *Channel {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.addChannel(c)
}

func (s *Slack) addChannel(c Channel) *Channel {
	prefix := "C"
	if c.IM {
		prefix = "D"
	}
	c.ID = cmp.Or(c.ID, s.nextID(prefix))
	c.Team = cmp.Or(c.Team, s.Home.ID)
	c.created = s.now().Unix()
	c.Members = slices.Clone(c.Members)
	if len(c.SharedWith) > 0 {
		c.ExtShared = true
	}
	s.channels[c.ID] = &c
	return &c
}

// DM gives the direct message between a person and the bot of their workspace,
// and opens it the first time. A person from outside talks to the home bot.
func (s *Slack) DM(user string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	u := s.users[user]
	if u == nil {
		s.t.Fatalf("slackfake: no user %s", user)
		return ""
	}
	w := s.workspaces[u.Team]
	if w == nil || w.NotInstalled {
		w = s.Home
	}
	return s.dm(w, user).ID
}

func (s *Slack) dm(w *Workspace, user string) *Channel {
	for _, c := range s.channels {
		if c.IM && c.Team == w.ID && c.User == user {
			return c
		}
	}
	return s.addChannel(Channel{Team: w.ID, IM: true, User: user, Members: []string{user, w.BotUser}})
}

// sees says if a workspace has the channel.
func (c *Channel) sees(w *Workspace) bool {
	return c.Team == w.ID || slices.Contains(c.SharedWith, w.ID)
}

func (c *Channel) has(user string) bool { return slices.Contains(c.Members, user) }

func (c *Channel) kind() string {
	switch {
	case c.IM:
		return "im"
	case c.Private:
		return "group"
	default:
		return "channel"
	}
}

// installedIn gives the workspace that answers for what happens in a channel:
// the host if the app is there and its bot a member, else a partner.
func (s *Slack) installedIn(c *Channel) *Workspace {
	for _, team := range append([]string{c.Team}, c.SharedWith...) {
		if w := s.workspaces[team]; w != nil && !w.NotInstalled && c.has(w.BotUser) {
			return w
		}
	}
	return nil
}

// Topic is what people see at the top of the channel.
func (s *Slack) Topic(channel string) string { return s.Conversation(channel).Topic }

// Pins gives the pinned messages of a channel, oldest pin first.
func (s *Slack) Pins(channel string) []Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.channels[channel]
	if c == nil {
		return nil
	}
	var out []Message
	for _, ts := range c.Pins {
		if m := s.message(channel, ts); m != nil {
			out = append(out, *m)
		}
	}
	return out
}

// Conversation gives a copy of a channel, the zero Channel if there is none.
func (s *Slack) Conversation(channel string) Channel {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.channels[channel]
	if c == nil {
		return Channel{}
	}
	out := *c
	out.Members, out.Pins, out.Bookmarks = slices.Clone(c.Members), slices.Clone(c.Pins), slices.Clone(c.Bookmarks)
	return out
}

// ConversationNamed finds a channel by its name, the zero Channel if there is none.
func (s *Slack) ConversationNamed(name string) Channel {
	s.mu.Lock()
	id := ""
	for _, c := range s.channels {
		if c.Name == name {
			id = c.ID
		}
	}
	s.mu.Unlock()
	return s.Conversation(id)
}

// Conversations gives all channels, ordered by id.
func (s *Slack) Conversations() []Channel {
	s.mu.Lock()
	ids := slices.Sorted(maps.Keys(s.channels))
	s.mu.Unlock()
	out := make([]Channel, 0, len(ids))
	for _, id := range ids {
		out = append(out, s.Conversation(id))
	}
	return out
}

// Change edits a seeded channel or person in one step, for what happens
// outside the app: Change(func() { c.Archived = true }).
func (s *Slack) Change(edit func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	edit()
}
