package storage

import (
	"context"
	"crypto/sha1" //nolint:gosec // It makes names, it guards nothing.
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"

	"example.com/firstcall/bot"
	"example.com/firstcall/domain"
)

// The parts of the statement that writes down any number of decisions of one tenant, besides the incidents (incidentWrite):
// what is withdrawn, rings, cards, journal. Each ? is the next parameter. A part that has nothing to write is left out.
//
// What is there already is left alone, so that writing the same again changes nothing. Rings and lines are taken for incidents
// that were just written, which is why they need no foreign key. A subplan is asked for that, as a join of two lists of unknown
// length might compare each with each. A ring being sent can still be withdrawn; then it isn't repeated. The states are named by
// what they are not, so that the subjects' own rings are looked at and not what waits, an index that all tenants share.
const (
	withdraw = `
withdrawn AS (
    UPDATE rings SET state = 'withdrawn'
    WHERE tenant_id = $1 AND subject_id = ? AND kind = ANY (?::text[]) AND state NOT IN ('sent', 'dead', 'withdrawn'))`

	withdrawOne = `
UPDATE rings SET state = 'withdrawn'
WHERE tenant_id = $1 AND subject_id = $2 AND kind = ANY ($3::text[]) AND state NOT IN ('sent', 'dead', 'withdrawn')`

	addRings = `
new_rings AS (
    INSERT INTO rings (tenant_id, id, subject_id, incident_id, generation, kind, step, destination_id, urgency, escalation,
                       at, due_at, state, message)
    SELECT $1, k.id, coalesce(k.incident_id, $1), k.incident_id, k.generation, k.kind, k.step, k.destination_id, k.urgency,
           k.escalation, k.at, k.at, 'waiting', k.message
    FROM unnest(?::uuid[], ?::uuid[], ?::bigint[], ?::text[], ?::bigint[], ?::uuid[], ?::smallint[], ?::boolean[],
                ?::timestamptz[], ?::json[])
         AS k (id, incident_id, generation, kind, step, destination_id, urgency, escalation, at, message)`

	addRingsOnce = `
    ON CONFLICT (tenant_id, subject_id, generation, kind, step, destination_id) DO NOTHING)`

	setCards = `
set_cards AS (
    INSERT INTO cards AS c (tenant_id, destination_id, topic, id, incident_id, wanted, due_at, state, message)
    SELECT $1, k.destination_id, k.topic, k.id, k.incident_id, 1, k.due_at, 'waiting', k.message
    FROM unnest(?::uuid[], ?::text[], ?::uuid[], ?::uuid[], ?::timestamptz[], ?::jsonb[])
         AS k (destination_id, topic, id, incident_id, due_at, message)
    ON CONFLICT (tenant_id, destination_id, topic) DO UPDATE
    SET wanted = c.wanted + 1, message = excluded.message, attempts = 0,
        state = CASE WHEN c.state IN ('sent', 'dead') THEN 'waiting' ELSE c.state END,
        due_at = CASE WHEN c.state IN ('sent', 'dead') THEN excluded.due_at ELSE c.due_at END
    WHERE c.tenant_id = $1 AND c.message <> excluded.message)`

	addLines = `
new_lines AS (
    INSERT INTO journal (tenant_id, incident_id, at, version, line, person_id, name, side, kind, args, rows)
    SELECT $1, k.incident_id, k.at, k.version, k.line, k.person_id, k.name, k.side, k.kind, k.args,
           coalesce(string_to_array(nullif(k.rows, ''), ' '), '{}')
    FROM unnest(?::uuid[], ?::timestamptz[], ?::bigint[], ?::smallint[], ?::uuid[], ?::text[], ?::text[], ?::text[], ?::json[],
                ?::text[])
         AS k (incident_id, at, version, line, person_id, name, side, kind, args, rows)
    WHERE (k.incident_id IN (SELECT id FROM saved)) IS TRUE)`

	ofSaved = `
    WHERE (k.incident_id IN (SELECT id FROM saved)) IS TRUE`
)

// Keep implements bot.Tx.
func (t *txn) Keep(ctx context.Context, tenant domain.TenantID, kept []bot.Kept) error {
	changes := map[changeKind][]*incidentChange{}
	for n := range kept {
		c, err := changeOf(&kept[n], t.read[kept[n].Incident.ID])
		if err != nil {
			return fmt.Errorf("keep a decision about %s: %w", kept[n].Incident.Ref, err)
		}
		changes[c.kind] = append(changes[c.kind], c)
	}
	for _, kind := range []changeKind{ofNew, ofAll, ofClocks} {
		if err := t.keepAlike(ctx, tenant, kind, changes[kind]); err != nil {
			return fmt.Errorf("keep decisions: %w", err)
		}
	}
	if err := t.keepBeside(ctx, tenant, kept); err != nil {
		return err
	}
	if more := apart(kept); len(more) > 0 {
		return t.KeepCards(ctx, tenant, more, decidedAt(&kept[0]))
	}
	return nil
}

// keepAlike keeps decisions that write the same rows.
func (t *txn) keepAlike(ctx context.Context, tenant domain.TenantID, kind changeKind, changes []*incidentChange) error {
	if len(changes) == 0 {
		return nil
	}
	w := writing{tells: t.arrived}
	w.room(changes)
	for _, c := range changes {
		if err := w.add(c.kept, c.before == nil || c.before.shown != c.shown); err != nil {
			return fmt.Errorf("incident %s: %w", c.kept.Incident.Ref, err)
		}
	}
	incidents := writeOf(kind, changes)
	args, err := incidents.args()
	if err != nil {
		return err
	}
	if err := t.withdrawAll(ctx, tenant, &w); err != nil {
		return err
	}
	var saved int
	if err := t.tx.GetContext(ctx, &saved, w.statement(incidents), append(append([]any{string(tenant)}, args...), w.args()...)...); err != nil {
		return err
	}
	if saved < len(changes) {
		if err := checkKept(ctx, t.tx, tenant, changes); err != nil {
			return err
		}
	}
	t.keptNow(changes)
	return nil
}

// withdrawAll withdraws the rings of several incidents, one after the other: alarms withdraw seldom. It must be done before new
// rings are written, which may be of the same kinds; those of one incident are withdrawn by the statement that writes it.
func (t *txn) withdrawAll(ctx context.Context, tenant domain.TenantID, w *writing) error {
	if len(w.withdrawals) <= 1 {
		return nil
	}
	for n := range w.withdrawals {
		if _, err := t.tx.ExecContext(ctx, withdrawOne, tenant, ident(w.withdrawals[n].subject), &w.withdrawals[n].kinds); err != nil {
			return fmt.Errorf("withdraw rings: %w", err)
		}
	}
	return nil
}

// keptNow remembers what was kept, as if it had just been read.
func (t *txn) keptNow(changes []*incidentChange) {
	if len(changes) > 1 {
		// Batches are an alarm's, which ends with them; people change one incident after the other.
		for _, c := range changes {
			delete(t.read, c.kept.Incident.ID)
		}
		return
	}
	c := changes[0]
	brief := false
	if c.before != nil {
		brief = c.before.brief
		if c.shown == 0 {
			c.shown = c.before.shown
		}
	}
	t.remember([]domain.Incident{c.kept.Incident}, []int64{c.shown}, brief)
}

const incidentsThere = `SELECT count(*) FROM incidents WHERE tenant_id = $1 AND id = ANY ($2::uuid[])`

// KeepRings implements bot.Tx. Those that concern an incident need one of this tenant's.
func (t *txn) KeepRings(ctx context.Context, tenant domain.TenantID, rings []bot.Ring) error {
	if len(rings) == 0 {
		return nil
	}
	var w writing
	about := map[domain.IncidentID]bool{}
	for n := range rings {
		w.ring(&rings[n], time.Time{})
		if rings[n].Incident != "" {
			about[rings[n].Incident] = true
		}
	}
	if len(about) > 0 {
		var there int
		if err := t.tx.GetContext(ctx, &there, incidentsThere, tenant, texts(slices.Collect(maps.Keys(about)))); err != nil {
			return fmt.Errorf("look for the incidents of rings: %w", err)
		}
		if there < len(about) {
			return fmt.Errorf("keep rings: %d of %d incidents are not this tenant's, or not there", len(about)-there, len(about))
		}
	}
	var none int
	if err := t.tx.GetContext(ctx, &none, w.statement(nil), append([]any{string(tenant)}, w.args()...)...); err != nil {
		return fmt.Errorf("keep rings: %w", err)
	}
	return nil
}

// statement puts the parts together that have something to write; its answer is how many incidents were written.
func (w *writing) statement(incidents *incidentWrite) string {
	key := statementKey{withdraws: w.withdraws(), rings: w.hasRings(), cards: w.hasCards(), lines: w.hasLines(), tells: w.tells}
	if incidents != nil {
		key.incidents, key.kind, key.clocks, key.briefs = true, incidents.kind, incidents.clocks, incidents.briefs
		for _, c := range incidents.write {
			key.columns += c.name + " "
		}
	}
	if text, ok := statements.Load(key); ok {
		return text.(string)
	}
	var parts []string
	ring, from := addRings, "0"
	if incidents != nil {
		parts = append(parts, "\n"+incidents.text())
		ring, from = ring+ofSaved, "count(*) FROM saved"
	}
	for _, part := range []struct {
		there bool
		text  string
	}{{key.withdraws, withdraw}, {key.rings, ring + addRingsOnce}, {key.cards, setCards}, {key.lines, addLines}} {
		if part.there {
			parts = append(parts, part.text)
		}
	}
	if key.tells {
		from = strings.Replace(from, " FROM", tell+" FROM", 1)
	}
	text := numbered("WITH"+strings.Join(parts, ",")+"\nSELECT "+from, 2)
	statements.Store(key, text)
	return text
}

// numbered gives each ? the next number.
func numbered(text string, first int) string {
	var b strings.Builder
	for n := first; ; n++ {
		before, after, more := strings.Cut(text, "?")
		b.WriteString(before)
		if !more {
			return b.String()
		}
		b.WriteString("$" + strconv.Itoa(n))
		text = after
	}
}

type statementKey struct {
	incidents, briefs                     bool
	kind                                  changeKind
	clocks                                clockSet
	columns                               string
	withdraws, rings, cards, lines, tells bool
}

var statements sync.Map

// withdrawal names what is withdrawn of one incident.
type withdrawal struct {
	subject domain.IncidentID
	kinds   list
}

// writing gathers what keep writes, an array for each parameter.
type writing struct {
	scratch     []byte // of the text that is being written
	tells       bool   // others should hear of it
	withdrawals []withdrawal
	rings       struct {
		id, incident, generation, kind, step, destination, urgency, escalation, at, message list
	}
	cards   struct{ destination, topic, id, incident, due, message list }
	journal struct {
		incident, at, version, line, person, name, side, kind, args, rows list
	}
}

func (w *writing) withdraws() bool { return len(w.withdrawals) == 1 }
func (w *writing) hasRings() bool  { return len(w.rings.id.b) > 0 }
func (w *writing) hasCards() bool  { return len(w.cards.id.b) > 0 }
func (w *writing) hasLines() bool  { return len(w.journal.incident.b) > 0 }

// args are the values for the parts of the statement, in their order.
func (w *writing) args() (args []any) {
	if w.withdraws() {
		args = append(args, ident(w.withdrawals[0].subject), &w.withdrawals[0].kinds)
	}
	if r := &w.rings; w.hasRings() {
		args = append(args, &r.id, &r.incident, &r.generation, &r.kind, &r.step, &r.destination, &r.urgency, &r.escalation, &r.at, &r.message)
	}
	if c := &w.cards; w.hasCards() {
		args = append(args, &c.destination, &c.topic, &c.id, &c.incident, &c.due, &c.message)
	}
	if j := &w.journal; w.hasLines() {
		args = append(args, &j.incident, &j.at, &j.version, &j.line, &j.person, &j.name, &j.side, &j.kind, &j.args, &j.rows)
	}
	return args
}

// room makes room for all that changes bring, as far as it can be guessed, so that the arrays need not grow bit by bit.
func (w *writing) room(changes []*incidentChange) {
	rings, lines := 0, 0
	for _, c := range changes {
		rings, lines = rings+len(c.kept.Rings), lines+len(c.kept.Journal)
	}
	r, j := &w.rings, &w.journal
	for l, each := range map[*list]int{&r.id: 39, &r.incident: 39, &r.destination: 39, &r.kind: 24, &r.step: 12, &r.urgency: 3, &r.generation: 3, &r.escalation: 6, &r.at: 30, &r.message: 900} {
		l.b = make([]byte, 0, rings*each)
	}
	for l, each := range map[*list]int{&j.incident: 39, &j.at: 30, &j.version: 4, &j.line: 3, &j.person: 5, &j.name: 3, &j.side: 6, &j.kind: 12, &j.args: 120, &j.rows: 8} {
		l.b = make([]byte, 0, lines*each)
	}
}

// add gathers one decision; its cards only when they look different from those kept last.
func (w *writing) add(k *bot.Kept, cards bool) error {
	if len(k.Withdraw) > 0 {
		of := withdrawal{subject: k.Incident.ID}
		for _, kind := range k.Withdraw {
			of.kinds.text(string(kind))
		}
		w.withdrawals = append(w.withdrawals, of)
	}
	decided := decidedAt(k)
	for n := range k.Rings {
		if k.Rings[n].Incident != k.Incident.ID {
			return fmt.Errorf("a ring is about another incident: %q", k.Rings[n].Incident)
		}
		w.ring(&k.Rings[n], decided)
	}
	for n := 0; cards && n < len(k.Cards); n++ {
		w.card(&k.Cards[n], decided)
	}
	for n := range k.Journal {
		w.entry(k, n)
	}
	return nil
}

// decidedAt is when a decision was made, as far as it tells: cards are due since then, and rings that name no instant.
func decidedAt(k *bot.Kept) time.Time {
	decided := k.Incident.OpenedAt
	for _, e := range k.Journal {
		if e.At.After(decided) {
			decided = e.At
		}
	}
	return orLongAgo(decided)
}

// orLongAgo is an instant that is due for certain where none is known.
func orLongAgo(t time.Time) time.Time {
	if t.IsZero() {
		return time.Unix(0, 0)
	}
	return t
}

func (w *writing) ring(r *bot.Ring, decided time.Time) {
	at := r.At
	if at.IsZero() {
		at = orLongAgo(decided)
	}
	to := &w.rings
	to.id.text(r.ID)
	to.incident.id(string(r.Incident))
	to.generation.int(int64(r.Generation))
	to.kind.text(string(r.Kind))
	to.step.int(r.Step)
	to.destination.text(string(r.Destination))
	to.urgency.int(int64(r.Urgency))
	to.escalation.bool(r.Escalation)
	to.at.at(at)
	w.scratch = appendMessage(w.scratch[:0], &r.Message)
	to.message.text(string(w.scratch))
}

func (w *writing) card(c *bot.Card, decided time.Time) {
	to := &w.cards
	to.destination.text(string(c.Destination))
	to.topic.text(c.Topic)
	to.id.text(named("card", string(c.Destination), c.Topic))
	to.incident.id(string(c.Incident))
	to.due.at(decided)
	w.scratch = appendMessage(w.scratch[:0], &c.Message)
	to.message.text(string(w.scratch))
}

func (w *writing) entry(k *bot.Kept, line int) {
	e, to := &k.Journal[line], &w.journal
	w.scratch = appendArgs(w.scratch[:0], e.Args)
	rows := strings.Join(e.Rows, " ")
	to.incident.text(string(k.Incident.ID))
	to.at.at(e.At)
	to.version.int(int64(k.Incident.Version))
	to.line.int(int64(line))
	to.person.id(string(e.By.Person))
	to.name.text(e.By.Name)
	to.side.text(string(e.By.Side))
	to.kind.text(e.Kind)
	to.args.text(string(w.scratch))
	to.rows.text(rows)
}

// named makes an id from what it names, so that the same thing gets the same id again.
func named(parts ...string) string {
	h := sha1.New() //nolint:gosec // As above.
	for _, p := range parts {
		_, _ = h.Write([]byte(p)) // A hash takes everything.
		_, _ = h.Write([]byte{0})
	}
	var id uuid.UUID
	copy(id[:], h.Sum(nil))
	id[6], id[8] = id[6]&0x0f|0x50, id[8]&0x3f|0x80 // version 5, as names made with SHA-1 are
	return id.String()
}
