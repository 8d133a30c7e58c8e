package bot

import (
	"context"
	"slices"
	"strings"
	"time"

	"example.com/firstcall/bot/words"
	"example.com/firstcall/domain"
)

// directory is who can be reached for a tenant on the platforms that are
// served: whoever is only elsewhere counts as nobody, so that a page goes to the
// next one instead of waiting there for ever.
func (b *Bot) directory(ctx context.Context, tx Tx, tenant domain.TenantID, now time.Time) (Directory, error) {
	d, err := tx.Directory(ctx, tenant, now)
	return d.on(b.Chats), err
}

// on leaves out who is on none of the platforms.
func (d Directory) on(chats map[string]Chat) Directory {
	elsewhere := func(r Recipient) bool { return chats[r.Address.Platform] == nil }
	if len(chats) == 0 || !slices.ContainsFunc(d.Recipients, elsewhere) {
		return d
	}
	return Directory{Recipients: slices.DeleteFunc(slices.Clone(d.Recipients), elsewhere)}
}

// nobody says whether an audience can't be reached by any incident.
func (s *scene) nobody(w domain.Who) bool {
	none, known := s.empty[w]
	if !known {
		none = len(s.directory.who(nil, w)) == 0
		if s.empty == nil {
			s.empty = map[domain.Who]bool{}
		}
		s.empty[w] = none
	}
	return none
}

// who resolves an audience of an incident. Those that are the same for every
// incident are found once.
func (s *scene) who(i *domain.Incident, w domain.Who) []Recipient {
	switch w {
	case domain.ToCustomer, domain.ToReporter, domain.ToEngineers, domain.ToOwner:
		return s.directory.who(i, w)
	}
	all, known := s.fixed[w]
	if !known {
		all = s.directory.who(i, w)
		if s.fixed == nil {
			s.fixed = map[domain.Who][]Recipient{}
		}
		s.fixed[w] = all
	}
	return all
}

// told are those who get a notice: its audience, or who must know instead
// when there is nobody. An empty rung is the ladder's own matter.
func (s *scene) told(i *domain.Incident, n domain.Notice) []Recipient {
	all := s.eventTeam(i, n, s.who(i, n.To))
	if len(all) > 0 || n.Kind == domain.Page {
		return all
	}
	var instead []domain.Who
	switch kind, name, _ := strings.Cut(string(n.To), ":"); {
	case kind == "executives" && name == string(domain.Customer):
		instead = []domain.Who{domain.ToAdministrator, domain.ToCustomer}
	case kind == "executives", kind == "role", kind == "team", kind == "person", n.To == domain.ToManagers:
		instead = []domain.Who{domain.ToManagers, domain.ToEngineers}
	}
	for _, w := range instead {
		if all = s.who(i, w); len(all) > 0 {
			return all
		}
	}
	return nil
}

// who resolves an audience to those who can be reached now. With an incident,
// "owner", "customer" and the like are its own; without one they count as
// reachable when anybody of that kind is.
func (d Directory) who(i *domain.Incident, w domain.Who) []Recipient {
	kind, name, _ := strings.Cut(string(w), ":")
	switch domain.Who(kind) {
	case domain.ToCustomer:
		return d.customer(i)
	case domain.ToReporter:
		if r := d.reporter(i); len(r) > 0 {
			return r
		}
		return d.customer(i) // a guest of the place, or the provider wrote it down
	case domain.ToEngineers:
		if i != nil && i.Team != "" {
			if r := d.team(i.Team); len(r) > 0 {
				return r
			}
		}
		if r := d.team(""); len(r) > 0 {
			return r
		}
		return d.role(domain.RoleEngineer)
	case domain.ToManagers:
		if r := d.find(func(r Recipient) bool { return r.Place != nil && r.Place.Purpose == ForManagers }); len(r) > 0 {
			return r
		}
		return d.role(domain.RoleManager)
	case domain.ToOwner:
		if i != nil && i.Owner != "" {
			if r := d.find(func(r Recipient) bool { return r.Person != nil && r.Person.ID == i.Owner }); len(r) > 0 {
				return r
			}
		}
		return d.who(i, domain.ToEngineers)
	case domain.ToAdministrator:
		return d.find(func(r Recipient) bool {
			return r.Person != nil && r.Person.Side == domain.Customer && slices.Contains(r.Person.Roles, domain.RoleAdministrator)
		})
	case "executives":
		return d.find(func(r Recipient) bool {
			return r.Person != nil && slices.Contains(r.Person.Roles, domain.RoleExecutive) && (name == "" || string(r.Person.Side) == name)
		})
	case "role":
		return d.role(domain.Role(name))
	case "team":
		return d.team(name)
	case "person":
		return d.find(func(r Recipient) bool { return r.Person != nil && r.Person.Name == name })
	}
	return nil
}

// customer is where an incident's customer talks about it: its place, else whoever
// reported it, else the customer's place.
func (d Directory) customer(i *domain.Incident) []Recipient {
	if i != nil && i.Place != "" {
		if r := d.find(func(r Recipient) bool { return r.Place != nil && r.Place.ID == i.Place }); len(r) > 0 {
			return r
		}
	}
	if i != nil {
		if r := d.reporter(i); len(r) > 0 {
			return r
		}
	}
	return d.find(func(r Recipient) bool { return r.Place != nil && r.Place.Purpose == ForCustomer })
}

// reporter is the customer's person who reported it; of no incident, anybody of
// the customer's.
func (d Directory) reporter(i *domain.Incident) []Recipient {
	return d.find(func(r Recipient) bool {
		return r.Person != nil && r.Person.Side == domain.Customer && (i == nil || r.Person.ID == i.Reporter)
	})
}

func (d Directory) find(fits func(Recipient) bool) []Recipient {
	var out []Recipient
	for _, r := range d.Recipients {
		if fits(r) {
			out = append(out, r)
		}
	}
	return out
}

func (d Directory) team(name string) []Recipient {
	return d.find(func(r Recipient) bool {
		return r.Place != nil && r.Place.Purpose == ForEngineers && r.Place.Team == name
	})
}

// role finds who is on duty in a role of the provider's.
func (d Directory) role(role domain.Role) []Recipient {
	return d.find(func(r Recipient) bool {
		return r.Person != nil && r.Person.Side == domain.Provider && slices.Contains(r.OnDuty, role)
	})
}

// reader is how a recipient reads: language and zone.
func (r Recipient) reader() (lang, zone string) {
	switch {
	case r.Person != nil:
		lang, zone = r.Person.Language, r.Person.Zone
	case r.Place != nil:
		lang, zone = r.Place.Language, r.Place.Zone
	}
	return words.Match(lang), zone
}

// side is for whom the recipient works.
func (r Recipient) side() domain.Side {
	if r.Person != nil {
		return r.Person.Side
	}
	if r.Place != nil {
		return r.Place.Side
	}
	return domain.Provider
}
