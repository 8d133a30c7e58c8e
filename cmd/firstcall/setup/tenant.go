package setup

import (
	"net/mail"
	"regexp"
	"slices"
	"strings"
	"time"

	"example.com/firstcall/bot"
	"example.com/firstcall/bot/words"
	"example.com/firstcall/domain"
	"example.com/firstcall/domain/terms"
)

// tenant is a customer or the provider as a file describes it, with what can
// only be checked when all files are read.
type tenant struct {
	bot.Tenant
	spaces    []bot.SetupWorkspace
	people    []bot.SetupPerson
	places    []bot.SetupPlace
	duties    []bot.SetupRoster
	agreement *domain.Agreement // of a customer
	events    []domain.BusinessEvent

	at       value
	policy   policy
	names    map[string]value // of people
	dutyAt   []value
	chats    map[chat]value
	prefixAt value
}

// chat is a person's or a place's conversation on a platform.
type chat struct {
	bot.Identity
	person bool
}

// policy is what a file says of one; nil where it says nothing.
type policy struct {
	domain.Policy
	at     value
	given  map[string]bool
	called []called

	digestAt  int // the minute of the day, or never
	digestFor []domain.Role
}

// called is an audience that a rung names.
type called struct {
	at  value
	who domain.Who
}

var (
	prefixShape  = regexp.MustCompile(`^[A-Z][A-Z0-9]{0,9}$`)
	nameShape    = regexp.MustCompile(`^[^\s>#/\[\]":]+$`)
	countryShape = regexp.MustCompile(`^[A-Z]{2}$`)
	phoneShape   = regexp.MustCompile(`^\+[0-9][0-9 ()./-]{5,24}$`)
)

var (
	customerRoles = []domain.Role{
		domain.RoleContact, domain.RoleAdministrator, domain.RoleCloudAdmin, domain.RoleChangeControl, domain.RoleExecutive,
	}
	providerRoles = []domain.Role{
		domain.RoleEngineer, domain.RoleIncidentManager, domain.RoleAccountManager, domain.RoleManager, domain.RoleExecutive,
	}
	customerPlaces = []bot.Purpose{bot.ForCustomer, bot.ForEvent}
	providerPlaces = []bot.Purpose{bot.ForEngineers, bot.ForManagers}
	platforms      = []string{"console", "slack", teams}
)

// teams is the platform whose ids have a shape that can be told.
const teams = "teams"

// The chat that everybody has who names none: the terminal, under the own name.
const (
	terminal          = "console"
	terminalWorkspace = "terminal"
)

func (r *reader) tenant(m *mapping, side domain.Side) *tenant {
	t := &tenant{at: m.value, names: map[string]value{}, chats: map[chat]value{}}
	r.tenants = append(r.tenants, t)
	t.Side = side
	t.Name, _ = m.need("name")
	var v value
	if t.Prefix, v = m.need("prefix"); t.Prefix != "" && !prefixShape.MatchString(t.Prefix) {
		v.wrong("%q is not a prefix like INC: capital letters and digits, at most ten", t.Prefix)
	}
	t.prefixAt = v
	t.Language = language(m, "en")
	t.Zone = zone(m, "")
	if t.Zone == "" {
		if _, there := m.at["zone"]; !there {
			m.wrong("zone is missing")
		}
	}
	if t.Country, v = m.need("country"); t.Country != "" && !countryShape.MatchString(t.Country) {
		v.wrong("%q is not a country code of two capital letters, like DE", t.Country)
	}
	m.each("workspaces", func(v value) { r.workspace(t, v.mapping()) })
	m.each("people", func(v value) { r.person(t, v.mapping()) })
	m.each("places", func(v value) { r.place(t, v.mapping()) })
	if v, ok := m.get("policy"); ok {
		t.policy = r.policy(v.mapping())
	}
	if side == domain.Provider {
		m.each("rosters", func(v value) { r.duty(t, v.mapping()) })
	} else {
		if v, ok := m.get("agreement"); ok {
			r.agreement(t, v.mapping())
		} else {
			m.wrong("agreement is missing")
		}
		m.each("events", func(v value) { r.event(t, v.mapping()) })
	}
	m.done()
	return t
}

func language(m *mapping, absent string) string {
	s, v := m.may("language")
	if s == "" {
		return absent
	}
	return oneOf(v, s, words.Languages())
}

func zone(m *mapping, absent string) string {
	s, v := m.may("zone")
	if s == "" {
		return absent
	}
	if _, err := time.LoadLocation(s); err != nil || s == "Local" || !strings.Contains(s, "/") && s != "UTC" {
		v.wrong("%q is not a time zone like Europe/Berlin", s)
		return absent
	}
	return s
}

// workspace reads one whose people are the tenant's; a terminal has none.
func (r *reader) workspace(t *tenant, m *mapping) {
	w := bot.SetupWorkspace{Tenant: t.Name}
	platform, at := m.need("platform")
	w.Platform = oneOf(at, platform, platforms[1:])
	if w.ID, at = m.need("id"); w.Platform == teams {
		w.ID = teamsTenant(at, w.ID)
	}
	m.done()
	if w.Platform == "" || w.ID == "" {
		return
	}
	key := bot.Identity{Platform: w.Platform, Workspace: w.ID}
	if first, taken := r.spaces[key]; taken {
		at.wrong("%s %s is somebody's already: %s line %d", w.Platform, w.ID, first.file, first.node.Line)
		return
	}
	r.spaces[key] = at
	t.spaces = append(t.spaces, w)
}

func (r *reader) person(t *tenant, m *mapping) {
	p := bot.SetupPerson{Tenant: t.Name}
	who := &p.Person
	var v value
	switch who.Name, v = m.need("name"); {
	case who.Name == "":
	case !nameShape.MatchString(who.Name) || who.Name == "bot":
		v.wrong("%q is no name to type: one word, without # > / : and the like, and not bot", who.Name)
	default:
		if first, twice := t.names[who.Name]; twice {
			v.wrong("%s is there twice; first on line %d", who.Name, first.node.Line)
		}
		t.names[who.Name] = v
	}
	who.FullName, _ = m.may("full_name")
	if who.Email, v = m.may("email"); who.Email != "" {
		a, err := mail.ParseAddress(who.Email)
		if err != nil || a.Name != "" || !strings.Contains(a.Address[strings.LastIndex(a.Address, "@")+1:], ".") {
			v.wrong("%q is not an e-mail address", who.Email)
		}
	}
	if who.Phone, v = m.may("phone"); who.Phone != "" && !phoneShape.MatchString(who.Phone) {
		v.wrong("%q is not a phone number in international form, like +49 30 901820", who.Phone)
	}
	who.Language = language(m, t.Language)
	who.Zone = zone(m, t.Zone)
	allowed := customerRoles
	if t.Side == domain.Provider {
		allowed = providerRoles
	}
	for _, v := range m.texts("roles") {
		if role := oneOf(v, v.text(), allowed); role != "" {
			if slices.Contains(who.Roles, role) {
				v.wrong("%s is there twice", role)
			}
			who.Roles = append(who.Roles, role)
		}
	}
	if _, there := m.at["roles"]; !there || len(who.Roles) == 0 && len(m.at["roles"].node.Content) == 0 {
		m.wrong("%s has no role; there are %s", who.Name, joined(allowed))
	}
	p.Identities = r.identities(t, m, who.Name)
	m.done()
	t.people = append(t.people, p)
}

func (r *reader) place(t *tenant, m *mapping) {
	p := bot.SetupPlace{Tenant: t.Name}
	var v value
	if p.Place.Name, v = m.need("name"); p.Place.Name != "" {
		if rest, ok := strings.CutPrefix(p.Place.Name, "#"); !ok || !nameShape.MatchString(rest) {
			v.wrong("%q is no place like \"#contoso\", quoted because # begins a comment", p.Place.Name)
		}
		for _, other := range t.places {
			if other.Place.Name == p.Place.Name {
				v.wrong("%s is there twice", p.Place.Name)
			}
		}
	}
	allowed := customerPlaces
	if t.Side == domain.Provider {
		allowed = providerPlaces
	}
	purpose, v := m.need("purpose")
	p.Place.Purpose = oneOf(v, purpose, allowed)
	if p.Place.Team, v = m.may("team"); p.Place.Team != "" {
		switch {
		case p.Place.Purpose != bot.ForEngineers:
			v.wrong("only a place of engineers has a team")
		case !nameShape.MatchString(p.Place.Team):
			v.wrong("%q is no team's name: one word", p.Place.Team)
		}
	}
	p.Place.Language = language(m, t.Language)
	p.Place.Zone = zone(m, t.Zone)
	p.Channel = r.channel(t, m, p.Place.Name)
	m.done()
	t.places = append(t.places, p)
}

// identities reads who a person is on each platform.
func (r *reader) identities(t *tenant, m *mapping, name string) []bot.Identity {
	if _, there := m.get("chats"); !there {
		return r.keepChat(t, nil, chat{bot.Identity{Platform: terminal, Workspace: terminalWorkspace, ID: name}, true}, m.value)
	}
	var out []bot.Identity
	m.each("chats", func(v value) {
		out = r.keepChat(t, out, chat{identity(v.mapping(), true), true}, v)
	})
	return out
}

// channel reads which channel a place is.
func (r *reader) channel(t *tenant, m *mapping, name string) bot.Identity {
	id := bot.Identity{Platform: terminal, Workspace: terminalWorkspace, ID: name}
	at, there := m.get("chat")
	if there {
		id = identity(at.mapping(), false)
	}
	r.keepChat(t, nil, chat{id, false}, at)
	return id
}

// identity reads a person's chat or a place's.
func identity(m *mapping, person bool) bot.Identity {
	var id bot.Identity
	platform, at := m.need("platform")
	id.Platform = oneOf(at, platform, platforms)
	workspace, in := m.need("workspace")
	chat, at := m.need("id")
	if id.Workspace, id.ID = workspace, chat; id.Platform == teams {
		id.Workspace, id.ID = teamsTenant(in, workspace), teamsChat(at, chat, person)
	}
	m.done()
	return id
}

// keepChat adds a conversation that nobody else has.
func (r *reader) keepChat(t *tenant, out []bot.Identity, c chat, at value) []bot.Identity {
	if c.ID == "" || c.Platform == "" {
		return out
	}
	for _, other := range r.tenants {
		if first, taken := other.chats[c]; taken {
			at.wrong("%s %s %s is somebody else's already: %s line %d", c.Platform, c.Workspace, c.ID, first.file, first.node.Line)
			return out
		}
	}
	t.chats[c] = at
	return append(out, c.Identity)
}

func (r *reader) duty(t *tenant, m *mapping) {
	d := bot.SetupRoster{Tenant: t.Name}
	role, v := m.need("role")
	d.Role = oneOf(v, role, providerRoles)
	d.Person, v = m.need("person")
	t.dutyAt = append(t.dutyAt, v)
	d.From = m.instant("from", false)
	d.Until = m.instant("until", false)
	if !d.Until.IsZero() && !d.Until.After(d.From) {
		m.wrong("the duty ends before it has begun")
	}
	m.done()
	t.duties = append(t.duties, d)
}

func joined[T ~string](all []T) string {
	s := make([]string, len(all))
	for i, a := range all {
		s[i] = string(a)
	}
	return strings.Join(s, ", ")
}

// plan reads a plan's code or name.
func (r *reader) plan(v value, s string) terms.Plan {
	if p, ok := r.terms.ParsePlan(s); ok {
		return p
	}
	if s != "" {
		var codes []terms.Plan
		for _, p := range r.terms.Plans() {
			codes = append(codes, p.Plan)
		}
		v.wrong("%q is no plan; there are %s", s, joined(codes))
	}
	return ""
}
