package setup

import (
	"slices"
	"time"

	"example.com/firstcall/bot"
	"example.com/firstcall/domain"
)

// The digest of a provider whose file says nothing.
const digestAtNine = 9 * 60

// never is the minute of no digest.
const never = -1

// digestRoles may be given the digest.
var digestRoles = []domain.Role{domain.RoleManager, domain.RoleIncidentManager, domain.RoleAccountManager, domain.RoleExecutive}

// digest reads when the daily overview comes, and to whom.
func (r *reader) digest(p *policy, m *mapping) {
	p.digestAt, p.digestFor = digestAtNine, []domain.Role{domain.RoleManager}
	if s, v := m.may("digest"); s == "off" {
		p.digestAt = never
	} else if s != "" {
		at, err := time.Parse("15:04", s)
		if err != nil {
			v.wrong("%q is neither a time of day like 09:00 nor off", s)
		}
		p.digestAt = at.Hour()*60 + at.Minute()
	}
	if _, there := m.at["digest_for"]; there {
		p.digestFor = nil
	}
	for _, v := range m.texts("digest_for") {
		p.digestFor = append(p.digestFor, oneOf(v, v.text(), digestRoles))
	}
}

// checkDigest looks that only the provider has one.
func (r *reader) checkDigest(t *tenant) {
	for _, key := range []string{"digest", "digest_for"} {
		if t.Side == domain.Customer && t.policy.given[key] {
			t.policy.at.wrong("%s is the provider's: it goes to the provider's people, about all customers", key)
		}
	}
}

// digests are the provider's people who get the overview.
func (t *tenant) digests() (all []bot.SetupDigest) {
	at, roles := digestAtNine, []domain.Role{domain.RoleManager}
	if t.policy.given != nil {
		at, roles = t.policy.digestAt, t.policy.digestFor
	}
	if t.Side != domain.Provider || at == never {
		return nil
	}
	for _, p := range t.people {
		if slices.ContainsFunc(p.Person.Roles, func(r domain.Role) bool { return slices.Contains(roles, r) }) {
			all = append(all, bot.SetupDigest{Tenant: t.Name, Person: p.Person.Name, Minute: at})
		}
	}
	return all
}

// orOff is a duration, or off for none.
func (m *mapping) orOff(key string) time.Duration {
	s, v := m.may(key)
	if s == "" || s == "off" {
		return 0
	}
	return v.duration(s)
}
