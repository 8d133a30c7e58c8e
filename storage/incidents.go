package storage

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/jmoiron/sqlx"

	"example.com/firstcall/domain"
)

const nextNumber = `
INSERT INTO counters AS c (tenant_id, kind, n) VALUES ($1, 'incident', 1)
ON CONFLICT (tenant_id, kind) DO UPDATE SET n = c.n + 1 WHERE c.tenant_id = $1
RETURNING n`

// NextNumber implements bot.Tx.
func (t *txn) NextNumber(ctx context.Context, tenant domain.TenantID) (int, error) {
	var n int
	if err := t.tx.GetContext(ctx, &n, nextNumber, tenant); err != nil {
		return 0, fmt.Errorf("count an incident: %w", err)
	}
	return n, nil
}

const incidentByNumber = `FROM incidents i WHERE i.tenant_id = $1 AND i.number = $2 FOR UPDATE`

// Incident implements bot.Tx. The row stays locked, so people who press at the same time are served one after the other.
func (t *txn) Incident(ctx context.Context, tenant domain.TenantID, number int) (domain.Incident, error) {
	return t.one(ctx, incidentByNumber, tenant, number)
}

const incidentByID = `FROM incidents i WHERE i.tenant_id = $1 AND i.id = $2 FOR UPDATE`

// IncidentByID implements bot.Tx.
func (t *txn) IncidentByID(ctx context.Context, tenant domain.TenantID, id domain.IncidentID) (domain.Incident, error) {
	if !plausible(string(id)) {
		return domain.Incident{}, orNotFound(errNoRows, "read an incident")
	}
	return t.one(ctx, incidentByID, tenant, id)
}

func (t *txn) one(ctx context.Context, from string, args ...any) (domain.Incident, error) {
	found, shown, err := t.incidents(ctx, from, args...)
	if err == nil && len(found) == 0 {
		err = errNoRows
	}
	if err != nil {
		return domain.Incident{}, orNotFound(err, "read an incident")
	}
	t.remember(found, shown)
	return found[0], nil
}

// Wake and incident are both locked: a claimer that comes second sees a new wake when it is let in, and passes on.
const dueIncidents = `FROM wakes w JOIN incidents i ON i.tenant_id = w.tenant_id AND i.id = w.subject_id
WHERE w.tenant_id = $1 AND w.kind = 'incident' AND w.at <= $2
ORDER BY w.at LIMIT $3
FOR UPDATE SKIP LOCKED`

// DueIncidents implements bot.Tx.
func (t *txn) DueIncidents(ctx context.Context, tenant domain.TenantID, now time.Time, limit int) ([]domain.Incident, error) {
	found, shown, err := t.incidents(ctx, dueIncidents, tenant, instant(now), limit)
	if err != nil {
		return nil, fmt.Errorf("claim due incidents: %w", err)
	}
	t.remember(found, shown)
	return found, nil
}

const (
	unfinished = `FROM incidents i WHERE i.tenant_id = $1 AND i.status NOT IN ('closed', 'cancelled') ORDER BY i.number DESC LIMIT $2`
	everyone   = `FROM incidents i WHERE i.tenant_id = $1 ORDER BY i.number DESC LIMIT $2`
)

// Incidents implements bot.Tx. The newest come first; resolved ones aren't over yet.
func (t *txn) Incidents(ctx context.Context, tenant domain.TenantID, closed bool, limit int) ([]domain.Incident, error) {
	from := unfinished
	if closed {
		from = everyone
	}
	found, _, err := t.incidents(ctx, from, tenant, limit)
	if err != nil {
		return nil, fmt.Errorf("list incidents: %w", err)
	}
	return found, nil
}

// Severities sort as they are written, from 1 to C.
const allLive = `FROM incidents i WHERE i.status IN ('awaiting_case', 'open', 'mitigated') AND i.status NOT IN ('closed', 'cancelled')
ORDER BY nullif(i.severity, '') NULLS LAST, i.opened_at, i.id LIMIT $1`

// AllLive implements bot.Tx. The most urgent come first.
func (t *txn) AllLive(ctx context.Context, limit int) ([]domain.Incident, error) {
	if _, err := t.tx.ExecContext(ctx, asStaff); err != nil {
		return nil, fmt.Errorf("take the staff's role: %w", err)
	}
	found, _, err := t.incidents(ctx, allLive, limit)
	if err != nil {
		return nil, fmt.Errorf("list live incidents: %w", err)
	}
	if _, err := t.tx.ExecContext(ctx, asSelf); err != nil {
		return nil, fmt.Errorf("give the staff's role back: %w", err)
	}
	return found, nil
}

// incidents reads rows, with the digests of their cards; from is what follows the list of columns, with the incidents as i.
func (t *txn) incidents(ctx context.Context, from string, args ...any) (found []domain.Incident, shown []int64, err error) {
	rows, err := t.tx.QueryContext(ctx, selectIncidents(from), args...)
	if err != nil {
		return nil, nil, err
	}
	defer rows.Close()
	var next domain.Incident
	var digest int64
	into := append([]any{(*string)(&next.Tenant), &digest}, scanInto(&next)...)
	for rows.Next() {
		next.Report = domain.Report{} // JSON leaves alone what it doesn't name
		if err := rows.Scan(into...); err != nil {
			return nil, nil, err
		}
		found, shown = append(found, next), append(shown, digest)
	}
	return found, shown, rows.Err()
}

// selectIncidents puts the columns before the rest of a query. Queries are few, so they are kept.
func selectIncidents(from string) string {
	if text, ok := selects.Load(from); ok {
		return text.(string)
	}
	text := "SELECT i.tenant_id, i.shown, " + readColumns() + "\n" + from
	selects.Store(from, text)
	return text
}

var selects sync.Map

// known is an incident as it was read or written last, with the digest of its cards.
type known struct {
	incident domain.Incident
	shown    int64
}

// remember keeps locked incidents as they were read, so that Keep writes what has changed and nothing else.
func (t *txn) remember(found []domain.Incident, shown []int64) {
	if t.read == nil {
		t.read = make(map[domain.IncidentID]*known, len(found))
	}
	all := make([]known, len(found))
	for n := range found {
		all[n] = known{incident: found[n], shown: shown[n]}
		all[n].incident.Report.Contacts = slices.Clone(found[n].Report.Contacts)
		t.read[found[n].ID] = &all[n]
	}
}

// headOf is the part of Keep's statement that writes incidents: text, and the arguments for its parameters, which count
// from first. All given incidents are new, or none is.
func (t *txn) headOf(kept []*incidentChange, first int) (string, []any, error) {
	fresh := kept[0].fresh
	write := make([]*column, 0, len(incidentColumns))
	for n := range incidentColumns {
		c := &incidentColumns[n]
		if fresh || slices.ContainsFunc(kept, func(k *incidentChange) bool { return k.before == nil || !c.same(&k.before.incident, k.incident) }) {
			write = append(write, c)
		}
	}
	ids, versions, shown, numbers, refs := &list{}, &list{}, &list{}, &list{}, &list{}
	for _, k := range kept {
		ids.text(string(k.incident.ID))
		versions.int(int64(k.incident.Version))
		shown.int(k.shown)
		if fresh {
			numbers.int(int64(k.number))
			refs.text(k.incident.Ref)
		}
	}
	args := []any{ids, versions, shown}
	if fresh {
		args = append(args, numbers, refs)
	}
	for _, c := range write {
		l := &list{b: make([]byte, 0, 16*len(kept))}
		for _, k := range kept {
			if err := c.put(l, k.incident); err != nil {
				return "", nil, fmt.Errorf("incident %s: %w", k.incident.Ref, err)
			}
		}
		args = append(args, l)
	}
	return headText(fresh, write, first), args, nil
}

// incidentChange is an incident to be written.
type incidentChange struct {
	incident *domain.Incident
	before   *known // nil when it wasn't read
	shown    int64  // the digest of its cards; 0 to leave what is there
	fresh    bool
	number   int
}

// headText writes an INSERT of all columns, or an UPDATE of the changed ones. An incident that is there already, or has that
// version already, isn't written again.
func headText(fresh bool, write []*column, first int) string {
	key := headKey{fresh: fresh, first: first}
	for _, c := range write {
		key.columns += c.name + " "
	}
	if text, ok := heads.Load(key); ok {
		return text.(string)
	}
	var names, params, sets strings.Builder
	n := first
	add := func(name, kind string) {
		if n > first {
			names.WriteString(", ")
			params.WriteString(", ")
		}
		names.WriteString(name)
		params.WriteString("$" + strconv.Itoa(n) + "::" + kind + "[]")
		n++
	}
	add("id", "uuid")
	add("version", "bigint")
	add("shown", "bigint")
	if fresh {
		add("number", "bigint")
		add("ref", "text")
	}
	for _, c := range write {
		add(c.name, c.kind)
		sets.WriteString(", " + c.name + " = k." + c.name)
	}
	var text string
	if fresh {
		text = "saved AS (\n    INSERT INTO incidents (tenant_id, " + names.String() + ")\n" +
			"    SELECT $1, k.* FROM unnest(" + params.String() + ") AS k (" + names.String() + ")\n" +
			"    ON CONFLICT (tenant_id, id) DO NOTHING\n    RETURNING id)"
	} else {
		text = "saved AS (\n    UPDATE incidents i SET version = k.version, shown = coalesce(nullif(k.shown, 0), i.shown)" + sets.String() + "\n" +
			"    FROM unnest(" + params.String() + ") AS k (" + names.String() + ")\n" +
			"    WHERE i.tenant_id = $1 AND i.id = k.id AND i.version < k.version\n    RETURNING i.id)"
	}
	heads.Store(key, text)
	return text
}

type headKey struct {
	fresh   bool
	first   int
	columns string
}

var heads sync.Map

const versionsKept = `
SELECT count(*) FROM incidents i JOIN unnest($2::uuid[], $3::bigint[]) AS k (id, version) ON k.id = i.id
WHERE i.tenant_id = $1 AND i.version >= k.version`

// checkKept is asked when fewer incidents were written than given: that is right only when they had been written before.
func checkKept(ctx context.Context, tx *sqlx.Tx, tenant domain.TenantID, ids, versions any, want int) error {
	var have int
	if err := tx.GetContext(ctx, &have, versionsKept, tenant, ids, versions); err != nil {
		return fmt.Errorf("look for incidents written before: %w", err)
	}
	if have < want {
		return fmt.Errorf("%d of %d incidents are not this tenant's, or not there", want-have, want)
	}
	return nil
}
