package storage

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"example.com/firstcall/bot"
	"example.com/firstcall/domain"
)

// surroundings are what answers and decisions about a tenant's incidents look at besides those: who the tenant is, its agreement
// and business events, who comes in and where, and who can be reached. They are kept as they were read, and hold as long as the
// revisions that Arrive or Enter reads in each transaction are the same. Whoever writes tenants, agreements, business events,
// people, places, rosters or bindings gives the tenant a new revision in the same transaction (see changed); a test lists the
// statements that do.
type surroundings struct {
	mu       sync.Mutex
	of       map[domain.TenantID]*surrounding
	provider part
}

// surrounding is a tenant's.
type surrounding struct {
	revision  string // of the tenant; another one makes all of it worthless
	tenant    *bot.Tenant
	agreement *domain.Agreement
	events    *[]domain.BusinessEvent
	people    map[domain.PersonID]bot.Person // those who came in
	places    map[domain.PlaceID]bot.Place   // where somebody came in
	own       part
}

// part is one side's part of a directory. Rosters change it at known instants: it holds from one until before the other.
type part struct {
	revision    string
	recipients  []bot.Recipient
	from, until time.Time // until is zero when nothing is known to change
}

func (p *part) holds(revision string, now time.Time) bool {
	return p.revision == revision && revision != "" && !now.Before(p.from) && (p.until.IsZero() || now.Before(p.until))
}

// maxSurroundings bounds the memory; those in use come back at once.
const maxSurroundings = 2000

// revisions are those of the tenant that a transaction has entered and of the provider; "" when they weren't read.
type revisions struct{ own, provider string }

// look lets f look at what is known of a tenant at a revision, if anything is. What it takes must not be written into.
func (s *surroundings) look(tenant domain.TenantID, revision string, f func(*surrounding)) {
	if s == nil || revision == "" {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if known := s.of[tenant]; known != nil && known.revision == revision {
		f(known)
	}
}

// keep lets f note what was read of a tenant at a revision.
func (s *surroundings) keep(tenant domain.TenantID, revision string, f func(*surrounding)) {
	if s == nil || revision == "" {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	f(s.at(tenant, revision))
}

// at is a tenant's place for that revision. It needs the lock.
func (s *surroundings) at(tenant domain.TenantID, revision string) *surrounding {
	known := s.of[tenant]
	if known == nil || known.revision != revision {
		if s.of == nil || len(s.of) >= maxSurroundings {
			s.of = map[domain.TenantID]*surrounding{}
		}
		known = &surrounding{revision: revision, people: map[domain.PersonID]bot.Person{}, places: map[domain.PlaceID]bot.Place{}}
		s.of[tenant] = known
	}
	return known
}

// revision is a tenant's as this transaction has read it; "" when it wasn't read.
func (t *txn) revision(tenant domain.TenantID) string {
	if tenant != t.entered {
		return ""
	}
	return t.revisions.own
}

// directory takes what is known: the customer's come first, as the query has it. People and places in it are shared.
func (s *surroundings) directory(tenant domain.TenantID, r revisions, now time.Time) (bot.Directory, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	known := s.of[tenant]
	if known == nil || known.revision != r.own || !known.own.holds(r.own, now) || !s.provider.holds(r.provider, now) {
		return bot.Directory{}, false
	}
	return bot.Directory{Recipients: slices.Concat(known.own.recipients, s.provider.recipients)}, true
}

// keepDirectory keeps both parts of a directory; the provider's is the same for all.
func (s *surroundings) keepDirectory(tenant domain.TenantID, r revisions, d bot.Directory, from, until time.Time) {
	if r.own == "" || r.provider == "" {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	var own, provider []bot.Recipient
	for _, one := range d.Recipients {
		if everybodys(one) {
			provider = append(provider, one)
		} else {
			own = append(own, one)
		}
	}
	s.at(tenant, r.own).own = part{r.own, own, from, until}
	if !s.provider.holds(r.provider, from) {
		s.provider = part{r.provider, provider, from, until}
	}
}

// everybodys says whether a recipient is in all customers' directories: it is the provider's, and no place for one incident.
func everybodys(r bot.Recipient) bool {
	if r.Person != nil {
		return r.Person.Side == domain.Provider
	}
	return r.Place.Side == domain.Provider && r.Place.About == ""
}

const changeRevision = `UPDATE tenants SET revision = $2 WHERE id = $1`

// changed must be called in each transaction that writes a tenant's agreement, people, places, rosters or the bindings of its
// destinations, before it commits: every process then reads them anew.
func (t *txn) changed(ctx context.Context, tenant domain.TenantID) error {
	fresh, err := newID()
	if err != nil {
		return err
	}
	if _, err := t.tx.ExecContext(ctx, changeRevision, tenant, fresh); err != nil {
		return fmt.Errorf("give a tenant a new revision: %w", err)
	}
	t.revisions = revisions{} // what this transaction itself reads is not committed yet
	return nil
}
