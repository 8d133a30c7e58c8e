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
	bot.TenantSetup
	at       value
	policy   policy
	names    map[string]value // of people
	dutyAt   []value
	chatOf   map[bot.Address]value
	prefixAt value
}

// policy is what a file says of one; nil where it says nothing.
type policy struct {
	domain.Policy
	at     value
	given  map[string]bool
	called []called
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
	platforms      = []string{"console", "slack", "teams"}
)

// The chat that everybody has who names none: the terminal, under the own name.
const (
	terminal          = "console"
	terminalWorkspace = "terminal"
)

func (r *reader) tenant(m *mapping, side domain.Side) *tenant {
	t := &tenant{at: m.value, names: map[string]value{}, chatOf: map[bot.Address]value{}}
	r.tenants = append(r.tenants, t)
	t.Tenant.Side = side
	t.Tenant.Name, _ = m.need("name")
	var v value
	if t.Tenant.Prefix, v = m.need("prefix"); t.Tenant.Prefix != "" && !prefixShape.MatchString(t.Tenant.Prefix) {
		v.wrong("%q is not a prefix like INC: capital letters and digits, at most ten", t.Tenant.Prefix)
	}
	t.prefixAt = v
	t.Tenant.Language = language(m, "en")
	t.Tenant.Zone = zone(m, "")
	if t.Tenant.Zone == "" {
		if _, there := m.at["zone"]; !there {
			m.wrong("zone is missing")
		}
	}
	if t.Tenant.Country, v = m.need("country"); t.Tenant.Country != "" && !countryShape.MatchString(t.Tenant.Country) {
		v.wrong("%q is not a country code of two capital letters, like DE", t.Tenant.Country)
	}
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

func (r *reader) person(t *tenant, m *mapping) {
	var p bot.PersonSetup
	who := &p.Person
	who.Side = t.Tenant.Side
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
	who.Language = language(m, t.Tenant.Language)
	who.Zone = zone(m, t.Tenant.Zone)
	allowed := customerRoles
	if t.Tenant.Side == domain.Provider {
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
	p.Identities = r.chats(t, m, "person", who.Name)
	m.done()
	t.People = append(t.People, p)
}

func (r *reader) place(t *tenant, m *mapping) {
	var p bot.PlaceSetup
	p.Place.Side = t.Tenant.Side
	var v value
	if p.Place.Name, v = m.need("name"); p.Place.Name != "" {
		if rest, ok := strings.CutPrefix(p.Place.Name, "#"); !ok || !nameShape.MatchString(rest) {
			v.wrong("%q is no place like \"#contoso\", quoted because # begins a comment", p.Place.Name)
		}
		for _, other := range t.Places {
			if other.Place.Name == p.Place.Name {
				v.wrong("%s is there twice", p.Place.Name)
			}
		}
	}
	allowed := customerPlaces
	if t.Tenant.Side == domain.Provider {
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
	p.Place.Language = language(m, t.Tenant.Language)
	p.Place.Zone = zone(m, t.Tenant.Zone)
	p.Channels = r.chats(t, m, "channel", p.Place.Name)
	m.done()
	t.Places = append(t.Places, p)
}

// chats reads where a person or a place is on each platform.
func (r *reader) chats(t *tenant, m *mapping, kind, name string) []bot.Address {
	var out []bot.Address
	keep := func(a bot.Address, at value) {
		if a.ID == "" || a.Platform == "" {
			return
		}
		for _, other := range r.tenants {
			if first, taken := other.chatOf[a]; taken {
				at.wrong("%s %s %s belongs to another one: %s line %d", a.Platform, a.Workspace, a.ID, first.file, first.node.Line)
				return
			}
		}
		t.chatOf[a] = at
		out = append(out, a)
	}
	if _, there := m.get("chats"); !there {
		keep(bot.Address{Platform: terminal, Workspace: terminalWorkspace, Kind: kind, ID: name}, m.value)
		return out
	}
	m.each("chats", func(v value) {
		c := v.mapping()
		platform, at := c.need("platform")
		a := bot.Address{Platform: oneOf(at, platform, platforms), Kind: kind}
		a.Workspace, _ = c.need("workspace")
		a.ID, _ = c.need("id")
		c.done()
		keep(a, v)
	})
	return out
}

func (r *reader) duty(t *tenant, m *mapping) {
	var d bot.Duty
	role, v := m.need("role")
	d.Role = oneOf(v, role, providerRoles)
	d.Person, v = m.need("person")
	t.dutyAt = append(t.dutyAt, v)
	d.From = m.instant("from", true)
	d.Until = m.instant("until", false)
	if !d.Until.IsZero() && !d.Until.After(d.From) {
		m.wrong("the duty ends before it has begun")
	}
	m.done()
	t.Duties = append(t.Duties, d)
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
