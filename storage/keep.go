package storage

import (
	"context"
	"crypto/sha1" //nolint:gosec // It makes names, it guards nothing.
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"

	"example.com/firstcall/bot"
	"example.com/firstcall/domain"
)

// The parts of the statement that writes down any number of decisions of one tenant: wakes, what is withdrawn, rings, cards,
// journal, and before them the incidents (headOf). What is there already is left alone, so that writing the same again changes
// nothing. A ring being sent can still be withdrawn; then it isn't repeated. The states are named by what they are not, so
// that the subjects' own rings are looked at and not what waits, an index that all tenants share.
const keepWakes = `
set_wakes AS (
    INSERT INTO wakes AS w (tenant_id, kind, subject_id, at)
    SELECT $1, 'incident', k.subject_id, k.at FROM unnest($2::uuid[], $3::timestamptz[]) AS k (subject_id, at)
    ON CONFLICT (tenant_id, kind, subject_id) DO UPDATE SET at = excluded.at
    WHERE w.tenant_id = $1 AND w.at <> excluded.at),
cleared_wakes AS (
    DELETE FROM wakes w WHERE w.tenant_id = $1 AND w.kind = 'incident' AND w.subject_id = ANY ($4::uuid[])),`

const withdraw = `
withdrawn AS (
    UPDATE rings r SET state = 'withdrawn'
    WHERE r.tenant_id = $1 AND r.subject_id = ANY ($5::uuid[]) AND r.state NOT IN ('sent', 'dead', 'withdrawn')
      AND EXISTS (SELECT FROM unnest($5::uuid[], $6::text[]) AS k (subject_id, kind) WHERE k.subject_id = r.subject_id AND k.kind = r.kind)),`

// withdrawNothing takes withdraw's place in most decisions: its plan might walk all rings of a tenant to find none of them.
const withdrawNothing = `
withdrawn AS (SELECT FROM unnest($5::uuid[], $6::text[]) AS k (subject_id, kind)),`

const keepRest = `
new_rings AS (
    INSERT INTO rings (tenant_id, id, subject_id, incident_id, generation, kind, step, destination_id, urgency, escalation,
                       at, due_at, state, message)
    SELECT $1, k.id, coalesce(k.incident_id, $1), k.incident_id, k.generation, k.kind, k.step, k.destination_id, k.urgency,
           k.escalation, k.at, k.at, 'waiting', k.message
    FROM unnest($7::uuid[], $8::uuid[], $9::bigint[], $10::text[], $11::bigint[], $12::uuid[], $13::smallint[],
                $14::boolean[], $15::timestamptz[], $16::jsonb[])
         AS k (id, incident_id, generation, kind, step, destination_id, urgency, escalation, at, message)
    ON CONFLICT (tenant_id, subject_id, generation, kind, step, destination_id) DO NOTHING),
set_cards AS (
    INSERT INTO cards AS c (tenant_id, destination_id, topic, id, incident_id, wanted, due_at, state, message)
    SELECT $1, k.destination_id, k.topic, k.id, k.incident_id, 1, k.due_at, 'waiting', k.message
    FROM unnest($17::uuid[], $18::text[], $19::uuid[], $20::uuid[], $21::timestamptz[], $22::jsonb[])
         AS k (destination_id, topic, id, incident_id, due_at, message)
    ON CONFLICT (tenant_id, destination_id, topic) DO UPDATE
    SET wanted = c.wanted + 1, message = excluded.message, attempts = 0,
        state = CASE WHEN c.state IN ('sent', 'dead') THEN 'waiting' ELSE c.state END,
        due_at = CASE WHEN c.state IN ('sent', 'dead') THEN excluded.due_at ELSE c.due_at END
    WHERE c.tenant_id = $1 AND c.message <> excluded.message),
new_lines AS (
    INSERT INTO journal (tenant_id, incident_id, id, at, version, line, person_id, name, side, kind, args, rows)
    SELECT $1, k.incident_id, k.id, k.at, k.version, k.line, k.person_id, k.name, k.side, k.kind, k.args,
           coalesce(string_to_array(nullif(k.rows, ''), ' '), '{}')
    FROM unnest($23::uuid[], $24::uuid[], $25::timestamptz[], $26::bigint[], $27::smallint[], $28::uuid[], $29::text[],
                $30::text[], $31::text[], $32::jsonb[], $33::text[])
         AS k (incident_id, id, at, version, line, person_id, name, side, kind, args, rows)
    ON CONFLICT (tenant_id, incident_id, id) DO NOTHING)`

// keepParameters is how many parameters these parts have; those of the incidents follow them.
const keepParameters = 33

// Keep implements bot.Tx.
func (t *txn) Keep(ctx context.Context, tenant domain.TenantID, kept []bot.Kept) error {
	var fresh, changed []bot.Kept
	for _, k := range kept {
		if k.New {
			fresh = append(fresh, k)
		} else {
			changed = append(changed, k)
		}
	}
	for _, some := range [][]bot.Kept{fresh, changed} {
		if err := t.keepAlike(ctx, tenant, some); err != nil {
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

// keepAlike keeps new incidents, or changed ones.
func (t *txn) keepAlike(ctx context.Context, tenant domain.TenantID, kept []bot.Kept) error {
	if len(kept) == 0 {
		return nil
	}
	var w writing
	changes := make([]*incidentChange, len(kept))
	for n := range kept {
		k := &kept[n]
		c := &incidentChange{incident: &k.Incident, before: t.read[k.Incident.ID], fresh: k.New, number: k.Number}
		if len(k.Cards) > 0 {
			c.shown = digest(k.Cards)
		}
		changes[n] = c
		if err := w.add(k, c.before == nil || c.before.shown != c.shown); err != nil {
			return fmt.Errorf("incident %s: %w", k.Incident.Ref, err)
		}
	}
	head, more, err := t.headOf(changes, keepParameters+1)
	if err != nil {
		return err
	}
	var saved int
	if err := t.tx.GetContext(ctx, &saved, statement(head, w.withdraws()), append(w.args(tenant), more...)...); err != nil {
		return err
	}
	if saved < len(kept) {
		if err := checkKept(ctx, t.tx, tenant, more[0], more[1], len(kept)); err != nil {
			return err
		}
	}
	if err := t.fold(ctx, tenant, kept); err != nil {
		return err
	}
	after, shown := make([]domain.Incident, len(kept)), make([]int64, len(kept))
	for n, c := range changes {
		after[n], shown[n] = *c.incident, c.shown
		if c.shown == 0 && c.before != nil {
			shown[n] = c.before.shown
		}
	}
	t.remember(after, shown)
	return nil
}

// KeepRings implements bot.Tx.
func (t *txn) KeepRings(ctx context.Context, tenant domain.TenantID, rings []bot.Ring) error {
	var w writing
	for n := range rings {
		if err := w.ring(&rings[n], time.Time{}); err != nil {
			return fmt.Errorf("keep rings: %w", err)
		}
	}
	var none int
	if err := t.tx.GetContext(ctx, &none, statement("", false), w.args(tenant)...); err != nil {
		return fmt.Errorf("keep rings: %w", err)
	}
	return nil
}

// statement puts keep together; its answer is how many incidents were written.
func statement(head string, withdraws bool) string {
	key := statementKey{head, withdraws}
	if text, ok := statements.Load(key); ok {
		return text.(string)
	}
	middle := withdrawNothing
	if withdraws {
		middle = withdraw
	}
	text := "WITH" + keepWakes + middle + keepRest + "\nSELECT 0"
	if head != "" {
		text = "WITH " + head + "," + keepWakes + middle + keepRest + "\nSELECT count(*) FROM saved"
	}
	statements.Store(key, text)
	return text
}

type statementKey struct {
	head      string
	withdraws bool
}

var statements sync.Map

// writing gathers what keep writes, an array for each parameter.
type writing struct {
	wakes       struct{ subject, at list }
	noWakes     list
	withdrawals struct{ subject, kind list }
	rings       struct {
		id, incident, generation, kind, step, destination, urgency, escalation, at, message list
	}
	cards   struct{ destination, topic, id, incident, due, message list }
	journal struct {
		incident, id, at, version, line, person, name, side, kind, args, rows list
	}
}

func (w *writing) withdraws() bool { return len(w.withdrawals.subject.b) > 0 }

func (w *writing) args(tenant domain.TenantID) []any {
	r, c, j := &w.rings, &w.cards, &w.journal
	return []any{
		string(tenant), &w.wakes.subject, &w.wakes.at, &w.noWakes, &w.withdrawals.subject, &w.withdrawals.kind,
		&r.id, &r.incident, &r.generation, &r.kind, &r.step, &r.destination, &r.urgency, &r.escalation, &r.at, &r.message,
		&c.destination, &c.topic, &c.id, &c.incident, &c.due, &c.message,
		&j.incident, &j.id, &j.at, &j.version, &j.line, &j.person, &j.name, &j.side, &j.kind, &j.args, &j.rows,
	}
}

// add gathers one decision; its cards only when they look different from those kept last.
func (w *writing) add(k *bot.Kept, cards bool) error {
	id := string(k.Incident.ID)
	if k.Wake.IsZero() {
		w.noWakes.text(id)
	} else {
		w.wakes.subject.text(id)
		w.wakes.at.at(k.Wake)
	}
	for _, kind := range k.Withdraw {
		w.withdrawals.subject.text(id)
		w.withdrawals.kind.text(string(kind))
	}
	decided := decidedAt(k)
	for n := range k.Rings {
		if err := w.ring(&k.Rings[n], decided); err != nil {
			return err
		}
	}
	for n := 0; cards && n < len(k.Cards); n++ {
		if err := w.card(&k.Cards[n], decided); err != nil {
			return err
		}
	}
	for n := range k.Journal {
		if err := w.entry(k, n); err != nil {
			return err
		}
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

func (w *writing) ring(r *bot.Ring, decided time.Time) error {
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
	return to.message.json(&r.Message)
}

func (w *writing) card(c *bot.Card, decided time.Time) error {
	to := &w.cards
	to.destination.text(string(c.Destination))
	to.topic.text(c.Topic)
	to.id.text(named("card", string(c.Destination), c.Topic))
	to.incident.id(string(c.Incident))
	to.due.at(decided)
	return to.message.json(&c.Message)
}

func (w *writing) entry(k *bot.Kept, line int) error {
	e, to := &k.Journal[line], &w.journal
	args, err := encodeJSON(orEmpty(e.Args))
	if err != nil {
		return err
	}
	rows := strings.Join(e.Rows, " ")
	to.incident.text(string(k.Incident.ID))
	to.id.text(named(string(k.Incident.ID), e.At.UTC().Format(instantLayout), fmt.Sprint(k.Incident.Version, line), e.Kind, string(e.By.Person), string(args), rows))
	to.at.at(e.At)
	to.version.int(int64(k.Incident.Version))
	to.line.int(int64(line))
	to.person.id(string(e.By.Person))
	to.name.text(e.By.Name)
	to.side.text(string(e.By.Side))
	to.kind.text(e.Kind)
	to.args.text(string(args))
	to.rows.text(rows)
	return nil
}

func orEmpty(m map[string]string) map[string]string {
	if m == nil {
		return map[string]string{}
	}
	return m
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
