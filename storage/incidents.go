package storage

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/jmoiron/sqlx"

	"example.com/firstcall/bot"
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

const incidentByNumber = `WHERE i.tenant_id = $1 AND i.number = $2 FOR UPDATE`

// Incident implements bot.Tx. Both its rows stay locked, so people who press at the same time are served one after the other.
func (t *txn) Incident(ctx context.Context, tenant domain.TenantID, number int) (domain.Incident, error) {
	return t.one(ctx, incidentByNumber, tenant, number)
}

const incidentByID = `WHERE i.tenant_id = $1 AND i.id = $2 FOR UPDATE`

// IncidentByID implements bot.Tx.
func (t *txn) IncidentByID(ctx context.Context, tenant domain.TenantID, id domain.IncidentID) (domain.Incident, error) {
	if !plausible(string(id)) {
		return domain.Incident{}, orNotFound(errNoRows, "read an incident")
	}
	return t.one(ctx, incidentByID, tenant, id)
}

func (t *txn) one(ctx context.Context, which string, args ...any) (domain.Incident, error) {
	found, shown, err := t.incidents(ctx, which, args...)
	if err == nil && len(found) == 0 {
		err = errNoRows
	}
	if err != nil {
		return domain.Incident{}, orNotFound(err, "read an incident")
	}
	t.remember(found, shown, false)
	return found[0], nil
}

// The clocks of these are locked already, and nobody changes the other row without locking the clocks.
const wholeIncidents = `WHERE i.tenant_id = $1 AND i.id = ANY ($2::uuid[])`

// Whole implements bot.Tx.
func (t *txn) Whole(ctx context.Context, tenant domain.TenantID, ids []domain.IncidentID) ([]domain.Incident, error) {
	found, shown, err := t.incidents(ctx, wholeIncidents, tenant, texts(ids))
	if err != nil {
		return nil, fmt.Errorf("read incidents whole: %w", err)
	}
	t.remember(found, shown, false)
	return found, nil
}

const (
	unfinished = `WHERE i.tenant_id = $1 AND i.status NOT IN ('closed', 'cancelled') ORDER BY i.number DESC LIMIT $2`
	everyone   = `WHERE i.tenant_id = $1 ORDER BY i.number DESC LIMIT $2`
)

// Incidents implements bot.Tx. The newest come first; resolved ones aren't over yet.
func (t *txn) Incidents(ctx context.Context, tenant domain.TenantID, closed bool, limit int) ([]domain.Incident, error) {
	which := unfinished
	if closed {
		which = everyone
	}
	found, _, err := t.incidents(ctx, which, tenant, limit)
	if err != nil {
		return nil, fmt.Errorf("list incidents: %w", err)
	}
	return found, nil
}

// Severities sort as they are written, from 1 to C.
const allLive = `WHERE i.status IN ('awaiting_case', 'open', 'mitigated') AND i.status NOT IN ('closed', 'cancelled')
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

// incidents reads whole ones, with the digests of their cards; which is what follows the tables, the incidents as i and their
// clocks as c.
func (t *txn) incidents(ctx context.Context, which string, args ...any) (found []domain.Incident, shown []int64, err error) {
	rows, err := t.tx.QueryContext(ctx, selectIncidents(which), args...)
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

// selectIncidents puts the columns and tables before the rest of a query. Queries are few, so they are kept.
func selectIncidents(which string) string {
	if text, ok := selects.Load(which); ok {
		return text.(string)
	}
	text := "SELECT i.tenant_id, c.shown, " + readColumns() +
		"\nFROM incidents i JOIN clocks c ON c.tenant_id = i.tenant_id AND c.incident_id = i.id\n" + which
	selects.Store(which, text)
	return text
}

var selects sync.Map

// known is an incident as it was read or written last, with the digest of its cards.
type known struct {
	incident domain.Incident
	shown    int64
	brief    bool // only what alarms look at was read
}

// remember keeps locked incidents as they were read, so that Keep writes what has changed and nothing else.
func (t *txn) remember(found []domain.Incident, shown []int64, brief bool) {
	if t.read == nil {
		t.read = make(map[domain.IncidentID]*known, len(found))
	}
	all := make([]known, len(found))
	for n := range found {
		all[n] = known{incident: found[n], shown: shown[n], brief: brief}
		if !brief {
			all[n].incident.Report.Contacts = slices.Clone(found[n].Report.Contacts)
		}
		t.read[found[n].ID] = &all[n]
	}
}

// incidentChange is an incident to be written.
type incidentChange struct {
	kept   *bot.Kept
	before *known // nil when it is new
	shown  int64  // the digest of its cards; 0 to leave what is there
	kind   changeKind
	moved  clockSet
}

// changeKind says which of an incident's rows a change writes.
type changeKind int

const (
	ofClocks changeKind = iota // only its clocks
	ofAll                      // both its rows, as far as they have changed
	ofNew                      // both, new
)

// changeOf finds what a decision changes. An alarm that changes what it hasn't read is a fault.
func changeOf(k *bot.Kept, before *known) (*incidentChange, error) {
	c := &incidentChange{kept: k, before: before, kind: ofAll, moved: allClocks}
	if len(k.Cards) > 0 {
		c.shown = digest(k.Cards)
	}
	i := &k.Incident
	switch {
	case k.New:
		c.kind = ofNew
		return c, nil
	case before == nil: // It may be the part that alarms were given, and its rest would be lost.
		return nil, errors.New("it was not read in this transaction, or kept in it among others before")
	}
	c.moved = moved(&before.incident, i)
	if slices.ContainsFunc(incidentColumns, func(w column) bool { return !w.same(&before.incident, i) }) {
		if before.brief {
			return nil, errors.New("it was read for alarms alone, and more than its clocks has changed")
		}
		return c, nil
	}
	c.kind = ofClocks
	return c, nil
}

// incidentWrite is what is written of incidents whose changes are of one kind, in one statement.
type incidentWrite struct {
	kind   changeKind
	all    []*incidentChange
	write  []*column // of the row apart from the clocks
	clocks clockSet
	briefs bool
}

func writeOf(kind changeKind, all []*incidentChange) *incidentWrite {
	w := &incidentWrite{kind: kind, all: all, briefs: kind == ofNew}
	for _, c := range all {
		w.clocks |= c.moved
		w.briefs = w.briefs || kind == ofAll && !sameBrief(&c.before.incident, &c.kept.Incident)
	}
	if kind == ofClocks {
		return w
	}
	for n := range incidentColumns {
		col := &incidentColumns[n]
		if kind == ofNew || slices.ContainsFunc(all, func(c *incidentChange) bool {
			return !col.same(&c.before.incident, &c.kept.Incident)
		}) {
			w.write = append(w.write, col)
		}
	}
	return w
}

// args are the values for the text, in its order.
func (w *incidentWrite) args() ([]any, error) {
	clocks, err := w.clockArgs()
	if err != nil || len(w.write) == 0 {
		return clocks, err
	}
	ids := &list{}
	for _, c := range w.all {
		ids.text(string(c.kept.Incident.ID))
	}
	args := []any{ids}
	if w.kind == ofNew {
		numbers, refs := &list{}, &list{}
		for _, c := range w.all {
			numbers.int(int64(c.kept.Number))
			refs.text(c.kept.Incident.Ref)
		}
		args = append(args, numbers, refs)
	}
	for _, col := range w.write {
		l := &list{b: make([]byte, 0, 16*len(w.all))}
		for _, c := range w.all {
			if err := col.put(l, &c.kept.Incident); err != nil {
				return nil, fmt.Errorf("incident %s: %w", c.kept.Incident.Ref, err)
			}
		}
		args = append(args, l)
	}
	if w.kind == ofNew {
		return append(args, clocks...), nil
	}
	return append(clocks, args...), nil
}

func (w *incidentWrite) clockArgs() ([]any, error) {
	ids, versions, shown, wakes := &list{}, &list{}, &list{}, &list{}
	for _, c := range w.all {
		ids.text(string(c.kept.Incident.ID))
		versions.int(int64(c.kept.Incident.Version))
		shown.int(c.shown)
		wakes.at(c.kept.Wake)
	}
	args := []any{ids, versions, shown, wakes}
	for n := range clockColumns {
		if w.clocks&(1<<n) == 0 {
			continue
		}
		l := &list{b: make([]byte, 0, 32*len(w.all))}
		for _, c := range w.all {
			l.at(*clockAt(&c.kept.Incident, n))
		}
		args = append(args, l)
	}
	if w.briefs {
		l := &list{}
		for _, c := range w.all {
			text, err := written(&c.kept.Incident)
			if err != nil {
				return nil, err
			}
			l.text(string(text))
		}
		args = append(args, l)
	}
	return args, nil
}

// unnested builds the arrays that a statement reads as rows.
type unnested struct{ names, params []string }

func (u *unnested) add(name, kind string) {
	u.names, u.params = append(u.names, name), append(u.params, "?::"+kind+"[]")
}

func (u *unnested) list() string { return strings.Join(u.names, ", ") }

func (u *unnested) rows() string {
	return "unnest(" + strings.Join(u.params, ", ") + ") AS k (" + u.list() + ")"
}

// sets gives the columns after the first few their new values.
func (u *unnested) sets(first int) string {
	var b strings.Builder
	for _, name := range u.names[first:] {
		b.WriteString(", " + name + " = k." + name)
	}
	return b.String()
}

// text writes the clocks, and of the other row what is to be written. Each ? is the next of args. An incident that is there
// already, or has that version already, isn't written again; those that were are called saved. The ids aren't named a second
// time for the index: the planner would take that for one row, and compare each with each.
func (w *incidentWrite) text() string {
	var c, i unnested
	c.add("incident_id", "uuid")
	c.add("version", "bigint")
	c.add("shown", "bigint")
	c.add("wake_at", "timestamptz")
	for n, name := range clockColumns {
		if w.clocks&(1<<n) != 0 {
			c.add(name, "timestamptz")
		}
	}
	if w.briefs {
		c.add("brief", "json")
	}
	i.add("id", "uuid")
	if w.kind == ofNew {
		i.add("number", "bigint")
		i.add("ref", "text")
	}
	for _, col := range w.write {
		i.add(col.name, col.kind)
	}
	if w.kind == ofNew {
		return "saved AS (\n    INSERT INTO incidents (tenant_id, " + i.list() + ")\n    SELECT $1, k.* FROM " + i.rows() +
			"\n    ON CONFLICT (tenant_id, id) DO NOTHING\n    RETURNING id),\n" +
			"started AS (\n    INSERT INTO clocks (tenant_id, " + c.list() + ")\n    SELECT $1, k.* FROM " + c.rows() +
			"\n    WHERE (k.incident_id IN (SELECT id FROM saved)) IS TRUE)"
	}
	text := "saved AS (\n    UPDATE clocks c SET version = k.version, shown = coalesce(nullif(k.shown, 0), c.shown), wake_at = k.wake_at" + c.sets(4) +
		"\n    FROM " + c.rows() + "\n    WHERE c.tenant_id = $1 AND c.incident_id = k.incident_id AND c.version < k.version" +
		"\n    RETURNING c.incident_id AS id)"
	if len(w.write) > 0 {
		text += ",\nchanged AS (\n    UPDATE incidents i SET " + strings.TrimPrefix(i.sets(1), ", ") + "\n    FROM " + i.rows() +
			"\n    WHERE i.tenant_id = $1 AND i.id = k.id AND (k.id IN (SELECT id FROM saved)) IS TRUE)"
	}
	return text
}

const versionsKept = `
SELECT count(*) FROM clocks c JOIN unnest($2::uuid[], $3::bigint[]) AS k (id, version) ON k.id = c.incident_id
WHERE c.tenant_id = $1 AND c.version >= k.version`

// checkKept is asked when fewer incidents were written than given: that is right only when they had been written before.
func checkKept(ctx context.Context, tx *sqlx.Tx, tenant domain.TenantID, all []*incidentChange) error {
	var ids, versions list
	for _, c := range all {
		ids.text(string(c.kept.Incident.ID))
		versions.int(int64(c.kept.Incident.Version))
	}
	var have int
	if err := tx.GetContext(ctx, &have, versionsKept, tenant, &ids, &versions); err != nil {
		return fmt.Errorf("look for incidents written before: %w", err)
	}
	if have < len(all) {
		return fmt.Errorf("%d of %d incidents are not this tenant's, or not there", len(all)-have, len(all))
	}
	return nil
}
