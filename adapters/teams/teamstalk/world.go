// Package teamstalk lets talks be played in Teams, on its stand-in: people write
// in channels and chats, fill in cards and press their buttons there, and what
// they see is written down as every surface does. It is for tests.
package teamstalk

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"example.com/firstcall/adapters/teams"
	"example.com/firstcall/adapters/teams/teamsfake"
	"example.com/firstcall/bot"
	"example.com/firstcall/bot/talk"
	"example.com/firstcall/domain"
)

// World is a set-up as it is in Teams: an Entra tenant for each customer and for
// the provider, its people, and its places as channels, which the people of all
// tenants share. It is a talk.Surface.
type World struct {
	*teamsfake.Fake
	// Groups makes a group chat of each place, which has no threads. To be set before Move.
	Groups bool
	// Kept, where it isn't nil, is told of everything that Teams was sent or
	// answered with, in order.
	Kept func(what string, body json.RawMessage)
	// Means, where it isn't nil, says which action a label stands for, where
	// buttons read otherwise; Pressed, likewise, which one was pressed by it.
	Means   map[string]string
	Pressed map[string]string
	// Instead says what people do on cards for a line that names a question which
	// no card shows at that moment. What they see is written down after the last.
	Instead map[string][]string

	t     teamsfake.TB
	clock func() time.Time
	out   io.Writer

	people map[string]*teamsfake.Person       // by name
	places map[string]*teamsfake.Conversation // by "#name"
	zones  map[string]string                  // by either
	first  map[string]string                  // who speaks first in a place
	quiet  bool                               // nothing is written down

	mu   sync.Mutex
	apps []*teams.Teams // the processes
	turn int            // how often one was asked
	down bool

	told    map[string]bool // messages that were read, by conversation and id
	shown   []button        // in the order in which they were shown last
	forms   map[seat]*form
	inForm  bool            // what was done last was done in a form
	cards   map[string]spot // by who sees it and number
	remarks map[seat]spot   // what somebody said last in a thread
	links   map[string]spot // the messages of which reports were made, by their address in the talk
}

type seat struct{ person, place string }

// spot is a message.
type spot struct {
	in *teamsfake.Conversation
	id string
}

func (s spot) key() string {
	place, _, _ := strings.Cut(s.in.ID(), ";")
	return place + " " + s.id
}

func (s spot) message() (teamsfake.Message, bool) { return s.in.Message(s.id) }

var _ talk.Surface = (*World)(nil)

// New makes a world without anybody. What people see is written to out.
func New(t teamsfake.TB, clock func() time.Time, out io.Writer) *World {
	w := &World{
		t: t, clock: clock, out: out, people: map[string]*teamsfake.Person{}, places: map[string]*teamsfake.Conversation{},
		zones: map[string]string{}, first: map[string]string{}, told: map[string]bool{}, forms: map[seat]*form{}, cards: map[string]spot{},
		remarks: map[seat]spot{}, links: map[string]spot{},
	}
	w.Fake = teamsfake.New(t, teamsfake.Options{Now: clock, AnswerWithin: time.Minute, SeesAll: true})
	return w
}

// Move gives the people and places of those tenants that are here their
// identities in Teams, in place of those that the set-up has; here may be nil
// for all. Whoever and whatever the script names and no set-up has is here, too:
// people of the first customer's tenant who are nobody to us, channels that
// nobody bound. The same set-up always gets the same identities.
func (w *World) Move(s *bot.Setup, script string, here func(bot.Tenant) bool) {
	tenants, home := map[string]bot.Tenant{}, ""
	s.Workspaces = slices.Clone(s.Workspaces)
	for _, t := range s.Tenants {
		if here != nil && !here(t) {
			continue
		}
		tenants[t.Name] = t
		s.Workspaces = append(s.Workspaces, bot.SetupWorkspace{Tenant: t.Name, Platform: "teams", ID: entra(t.Prefix)})
		if t.Side != domain.Provider && (home == "" || t.Prefix == "INC") {
			home = entra(t.Prefix)
		}
	}
	for i := range s.People {
		p := &s.People[i]
		t, is := tenants[p.Tenant]
		if !is {
			continue
		}
		someone := w.person(p.Person.Name, entra(t.Prefix), p.Person.Email)
		someone.Locale = locale(t.Language, p.Person.Language)
		p.Identities = []bot.Identity{{Platform: "teams", Workspace: entra(t.Prefix), ID: someone.AAD}}
		w.zones[p.Person.Name] = cmp.Or(p.Person.Zone, t.Zone)
	}
	known := func(name string) bool {
		return name == "bot" || name == "firstcall" || slices.ContainsFunc(s.People, func(p bot.SetupPerson) bool { return p.Person.Name == name })
	}
	for _, m := range regexp.MustCompile(`(?m)^([a-z]+)(?: [^>\n]*)?>|[ @]@([a-z]+)`).FindAllStringSubmatch(script, -1) {
		if name := m[1] + m[2]; w.people[name] == nil && home != "" && !known(name) {
			w.person(name, home, name+"@elsewhere.example")
		}
	}
	for i := range s.Places {
		p := &s.Places[i]
		t, is := tenants[p.Tenant]
		if !is {
			continue
		}
		at := w.place(p.Place.Name, entra(t.Prefix))
		p.Channel = bot.Identity{Platform: "teams", Workspace: entra(t.Prefix), ID: at.ID()}
		w.zones[p.Place.Name] = cmp.Or(p.Place.Zone, t.Zone)
		for _, someone := range s.People {
			if someone.Tenant == p.Tenant && w.first[p.Place.Name] == "" {
				w.first[p.Place.Name] = someone.Person.Name
			}
		}
	}
	for _, m := range regexp.MustCompile(`(?m)^[a-z]+ in (#[a-z-]+)[^>\n]*>`).FindAllStringSubmatch(script, -1) {
		bound := slices.ContainsFunc(s.Places, func(p bot.SetupPlace) bool { return p.Place.Name == m[1] })
		if w.places[m[1]] == nil && home != "" && !bound {
			w.place(m[1], home)
		}
	}
}

// Has says whether what somebody does in a place, "" in private, is done in Teams.
func (w *World) Has(person, place string) bool {
	return place != "" && w.places[place] != nil || place == "" && w.people[person] != nil
}

// entra is the id of a tenant's directory.
func entra(prefix string) string { return "entra-" + strings.ToLower(prefix) }

func locale(langs ...string) string {
	out := "en-US"
	for _, l := range langs {
		switch l {
		case "zh-Hans":
			out = "zh-CN"
		case "ja":
			out = "ja-JP"
		case "en":
			out = "en-US"
		}
	}
	return out
}

func (w *World) person(name, tenant, email string) *teamsfake.Person {
	p := w.Person(name)
	p.TenantID, p.Email = tenant, email
	w.people[name] = p
	return p
}

// place adds a channel or a group chat, which everybody is in.
func (w *World) place(name, tenant string) *teamsfake.Conversation {
	host := w.Person("host of " + name)
	host.TenantID = tenant
	all := []*teamsfake.Person{host}
	for _, name := range slices.Sorted(maps.Keys(w.people)) {
		all = append(all, w.people[name])
	}
	at := (*teamsfake.Conversation)(nil)
	if topic := strings.TrimPrefix(name, "#"); w.Groups {
		at = w.GroupChat(topic, all...)
	} else {
		at = w.Team(topic, all...).Channel("incidents")
	}
	w.places[name] = at
	return at
}

// Options are those of an app that speaks with this world.
func (w *World) Options() teams.Options {
	origin := "http://" + w.Host()
	return teams.Options{
		Now: w.clock, AppID: w.AppID(), AppPassword: w.Secret(), AppTenant: w.TenantID(), AppType: "SingleTenant", Unmetered: true,
		Cloud: teams.Cloud{Login: origin, Metadata: w.OpenIDURL(), Issuer: w.Issuer(), Scope: w.Scope(), Origins: []string{origin}},
	}
}

// Serve puts a process in the place of those before, and returns it as the bot's
// chat: what it sends is written down at once. Where there are more, each takes
// what comes in, in turn.
func (w *World) Serve(app *teams.Teams, more ...*teams.Teams) bot.Chat {
	w.settle()
	w.mu.Lock()
	first := w.apps == nil
	w.apps = append([]*teams.Teams{app}, more...)
	w.mu.Unlock()
	if first {
		w.ServeBot(http.HandlerFunc(func(out http.ResponseWriter, in *http.Request) { w.process().ServeHTTP(out, in) }))
	}
	return chat{app, w}
}

// process is the one whose turn it is.
func (w *World) process() *teams.Teams {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.turn++
	return w.apps[w.turn%len(w.apps)]
}

// Begin lets the bot hear of everybody: people
// install it for themselves, and somebody greets in each place of a set-up. Only
// then does Teams let it write to them. Nothing of it is written down.
func (w *World) Begin() {
	w.quiet = true
	for _, name := range slices.Sorted(maps.Keys(w.zones)) {
		if p := w.people[name]; p != nil {
			p.Install(w.Personal(p))
		} else if at, who := w.places[name], w.people[w.first[name]]; who != nil {
			who.Say(at, "Hello everybody")
		}
	}
	w.settle()
	for _, p := range w.people {
		for _, m := range w.Personal(p).All() {
			w.told[spot{m.Where, m.ID}.key()] = true
		}
	}
	for _, at := range w.places {
		for _, m := range at.All() {
			w.told[spot{m.Where, m.ID}.key()] = true
		}
	}
	w.quiet = false
}

// settle waits until everything that came in is answered completely.
func (w *World) settle() {
	w.t.Helper()
	w.mu.Lock()
	apps := w.apps
	w.mu.Unlock()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	for _, app := range apps {
		if err := app.Close(ctx); err != nil {
			w.t.Errorf("something is still being answered: %v", err)
		}
	}
}

// Down implements talk.Surface. What people do is still answered.
func (w *World) Down(down bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.down = down
}

// refuse lets Teams refuse messages, if it is down.
func (w *World) refuse() (stop func()) {
	w.mu.Lock()
	down := w.down
	w.mu.Unlock()
	if !down {
		return func() {}
	}
	var all []func()
	for _, op := range []teamsfake.Op{teamsfake.OpSend, teamsfake.OpCreate, teamsfake.OpUpdate} {
		all = append(all, w.Inject(op, 0, teamsfake.Fault{Status: http.StatusPreconditionFailed, Code: "PreconditionFailed"}))
	}
	return func() {
		for _, stop := range all {
			stop()
		}
	}
}

// chat is the app, and writes down what it sends.
type chat struct {
	*teams.Teams
	w *World
}

// Post sends a message and writes it down.
func (c chat) Post(ctx context.Context, p bot.Posting) (string, error) {
	defer c.w.refuse()()
	id, err := c.Teams.Post(ctx, p)
	if err == nil {
		c.w.sent(p, id, false)
	}
	return id, err
}

// Edit changes a message and writes it down.
func (c chat) Edit(ctx context.Context, id string, p bot.Posting) error {
	defer c.w.refuse()()
	err := c.Teams.Edit(ctx, id, p)
	if err == nil {
		c.w.sent(p, id, true)
	}
	return err
}

var cardShape = regexp.MustCompile(`^([A-Z][A-Z0-9]*-[0-9]+) · `)

// sent writes down what went to a place or a person.
func (w *World) sent(p bot.Posting, id string, edited bool) {
	w.t.Helper()
	to, in := "", (*teamsfake.Conversation)(nil)
	for name, at := range w.places {
		if p.To.Kind != "person" && at.ID() == p.To.ID {
			to, in = name, at
		}
	}
	for name, someone := range w.people {
		if p.To.Kind == "person" && someone.AAD == p.To.ID {
			to, in = name, w.Personal(someone)
		}
	}
	if in == nil {
		w.t.Errorf("a message to nobody here: %+v", p.To)
		return
	}
	if _, after, both := strings.Cut(id, "|"); both {
		id = after
	}
	m, ok := in.Message(id)
	if !ok {
		w.t.Errorf("the message %q is not in %s", id, to)
		return
	}
	at := spot{m.Where, id}
	w.told[at.key()] = true
	if w.quiet {
		return
	}
	w.keep(map[bool]string{false: "post", true: "edit"}[edited]+" "+to, m.Raw)
	if m.Alert != p.Rings {
		w.t.Errorf("a message to %s that rings: %v, and shows: %v", to, p.Rings, m.Alert)
	}
	lines := w.message(m, w.reader(p.Message.Lang, p.Message.Zone))
	if edited {
		lines[0] = "(edited) " + lines[0]
	}
	prompt := "to "
	if p.To.Kind != "person" {
		prompt = "in "
	}
	w.tell(prompt+to, lines)
	w.remember(at, to, "", buttonsIn(m.Card()))
	if ref := cardShape.FindStringSubmatch(m.Summary); ref != nil && p.Under == "" && !p.Rings {
		w.cards[to+" "+ref[1]] = at
	}
}

// keep tells of something that Teams was sent.
func (w *World) keep(what string, body json.RawMessage) {
	if w.Kept != nil && !w.quiet && len(bytes.TrimSpace(body)) > 0 {
		w.Kept(what, body)
	}
}

// tell writes down what somebody sees.
func (w *World) tell(to string, lines []string) {
	if len(lines) == 0 || w.quiet {
		return
	}
	text := strings.Join(lines, "\n    ")
	for name, p := range w.people {
		text = strings.ReplaceAll(text, p.AAD, name)
	}
	for address, at := range w.links {
		text = strings.ReplaceAll(text, linkTo(at), address)
	}
	_, _ = io.WriteString(w.out, "bot "+to+"> "+text+"\n")
}

// linkTo is Teams' address of a message.
func linkTo(at spot) string {
	place, _, _ := strings.Cut(at.in.ID(), ";")
	return "https://teams.microsoft.com/l/message/" + place + "/" + at.id
}

// button is one that was shown, in a message.
type button struct {
	pressable
	at   spot
	to   string // "#contoso" or "ana"
	only string // who alone was shown it
}

// remember makes a message the one shown last; how it was shown before is gone.
func (w *World) remember(at spot, to, only string, buttons []pressable) {
	w.shown = slices.DeleteFunc(w.shown, func(b button) bool { return b.at.key() == at.key() })
	for _, b := range slices.Backward(buttons) {
		w.shown = append(w.shown, button{b, at, to, only})
	}
}
