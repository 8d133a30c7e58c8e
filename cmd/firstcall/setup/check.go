package setup

import (
	"slices"
	"strings"

	"example.com/firstcall/bot"
	"example.com/firstcall/domain"
	"example.com/firstcall/domain/calendar"
)

// check looks at what needs all files.
func (r *reader) check() {
	if r.provider == nil && len(r.tenants) > 0 {
		r.add(r.tenants[0].at.file, 0, "", "no file names the provider: its ladders and policy are part of every agreement")
	}
	names, prefixes := map[string]*tenant{}, map[string]*tenant{}
	for _, t := range r.tenants {
		if first, twice := names[t.Name]; twice && t.Name != "" {
			t.at.wrong("%s is there twice; first in %s line %d", t.Name, first.at.file, first.at.node.Line)
		}
		names[t.Name] = t
		if first, twice := prefixes[t.Prefix]; twice && t.Prefix != "" {
			t.prefixAt.wrong("%s is the prefix of %s, too", t.Prefix, first.Name)
		}
		prefixes[t.Prefix] = t
		for i, d := range t.duties {
			r.checkDuty(t, d, t.dutyAt[i])
		}
		r.checkCalled(t)
		r.checkDigest(t)
		if t.agreement != nil && r.provider != nil {
			t.agreement.Policy = r.provider.policy.with(t.policy)
		}
		r.checkCalendar(t)
	}
	for _, h := range r.holidays {
		if !slices.ContainsFunc(r.tenants, func(t *tenant) bool { return t.Country == h.Country }) && len(r.tenants) > 0 {
			r.add(h.file, 0, "", "no customer of these files is in %s, so the holidays would be nobody's", h.Country)
		}
	}
	if len(r.tenants) == 0 && len(r.mistakes) == 0 {
		name := "import"
		if len(r.holidays) > 0 {
			name = r.holidays[0].file
		}
		r.add(name, 0, "", "holidays are imported together with the files of their customers, and there are none")
	}
}

func (r *reader) checkDuty(t *tenant, d bot.SetupRoster, at value) {
	if d.Person == "" || d.Role == "" {
		return
	}
	i := slices.IndexFunc(t.people, func(p bot.SetupPerson) bool { return p.Person.Name == d.Person })
	switch {
	case i < 0:
		at.wrong("there is no %s among the provider's people", d.Person)
	case !slices.Contains(t.people[i].Person.Roles, d.Role):
		at.wrong("%s is on duty as %s without having that role", d.Person, d.Role)
	}
}

// audiences need no configuration.
var audiences = []domain.Who{
	domain.ToEngineers, domain.ToManagers, domain.ToOwner, domain.ToCustomer, domain.ToReporter, domain.ToAdministrator,
	"executives:provider", "executives:customer",
}

// checkCalled looks whether everybody whom a ladder calls exists.
func (r *reader) checkCalled(t *tenant) {
	for _, c := range t.policy.called {
		kind, name, _ := strings.Cut(string(c.who), ":")
		found := slices.Contains(audiences, c.who)
		switch {
		case found || r.provider == nil:
		case kind == "role":
			oneOf(c.at, name, providerRoles)
		case kind == "team":
			if !slices.ContainsFunc(r.provider.places, func(p bot.SetupPlace) bool { return p.Place.Team == name && name != "" }) {
				c.at.wrong("no place of the provider's engineers is team %q", name)
			}
		case kind == "person":
			if _, ok := r.provider.names[name]; !ok {
				c.at.wrong("there is no %s among the provider's people", name)
			}
		default:
			c.at.wrong("%q is nobody to call: %s, role:<role>, team:<team> or person:<name>", c.who, joined(audiences))
		}
	}
}

// checkCalendar adds the holiday files of the customer's country to its own
// days, which win, and tries whether a calendar can be made.
func (r *reader) checkCalendar(t *tenant) {
	a := t.agreement
	if a == nil {
		return
	}
	for _, h := range r.holidays {
		if h.Country != a.Country {
			continue
		}
		for _, d := range h.Days {
			if !slices.ContainsFunc(a.Days, func(own calendar.Day) bool { return own.Date == d.Date }) {
				a.Days = append(a.Days, d)
			}
		}
		if h.CoveredUntil.After(a.CoveredUntil) {
			a.CoveredUntil = h.CoveredUntil
		}
	}
	slices.SortFunc(a.Days, func(x, y calendar.Day) int { return x.Date.Compare(y.Date) })
	if len(r.mistakes) > 0 || a.Zone == "" {
		return
	}
	if _, err := a.Calendar("", ""); err != nil {
		t.at.wrong("%s", err)
	}
}
