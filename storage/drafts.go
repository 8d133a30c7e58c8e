package storage

import (
	"context"
	"fmt"
	"time"

	"github.com/lib/pq"

	"example.com/firstcall/bot"
	"example.com/firstcall/domain"
)

const readDraft = `
SELECT person_id, place_id, tenant_id, answers, asked, started_at, saved_at, remind_at, ends_at FROM drafts
WHERE person_id = $1 AND place_id = $2 FOR UPDATE`

// Draft implements bot.Tx. The draft stays locked, so two answers of a person are taken one after the other.
func (t *txn) Draft(ctx context.Context, person, place bot.DestinationID) (bot.Draft, error) {
	if !plausible(string(person)) || !plausible(string(place)) {
		return bot.Draft{}, orNotFound(errNoRows, "read a draft")
	}
	d, err := scanDraft(t.tx.QueryRowContext(ctx, readDraft, person, place))
	return d, orNotFound(err, "read a draft")
}

func scanDraft(row interface{ Scan(into ...any) error }) (bot.Draft, error) {
	var d bot.Draft
	err := row.Scan(&d.Person, &d.Place, (*ident)(&d.Tenant), snapshot{&d.Answers}, pq.Array(&d.Asked), (*instant)(&d.StartedAt),
		(*instant)(&d.SavedAt), (*instant)(&d.RemindAt), (*instant)(&d.EndsAt))
	return d, err
}

const saveDraft = `
INSERT INTO drafts (person_id, place_id, tenant_id, answers, asked, started_at, saved_at, remind_at, ends_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
ON CONFLICT (person_id, place_id) DO UPDATE
SET tenant_id = excluded.tenant_id, answers = excluded.answers, asked = excluded.asked, started_at = excluded.started_at,
    saved_at = excluded.saved_at, remind_at = excluded.remind_at, ends_at = excluded.ends_at`

// SaveDraft implements bot.Tx.
func (t *txn) SaveDraft(ctx context.Context, d bot.Draft) error {
	answers := make(map[string]string, len(d.Answers))
	for key, value := range d.Answers {
		answers[fit(key)] = fit(value) // An answer is what a person typed.
	}
	_, err := t.tx.ExecContext(ctx, saveDraft, d.Person, d.Place, ident(d.Tenant), snapshot{answers}, texts(d.Asked),
		instant(d.StartedAt), instant(d.SavedAt), instant(d.RemindAt), instant(d.EndsAt))
	if err != nil {
		return fmt.Errorf("save a draft: %w", err)
	}
	return nil
}

const dropDraft = `DELETE FROM drafts WHERE person_id = $1 AND place_id = $2`

// DropDraft implements bot.Tx.
func (t *txn) DropDraft(ctx context.Context, person, place bot.DestinationID) error {
	if _, err := t.tx.ExecContext(ctx, dropDraft, person, place); err != nil {
		return fmt.Errorf("drop a draft: %w", err)
	}
	return nil
}

const draftsLeft = `
WITH due AS (
    SELECT person_id, place_id, remind_at FROM drafts WHERE tenant_id = $1 AND remind_at <= $2
    ORDER BY remind_at LIMIT $3 FOR UPDATE SKIP LOCKED)
UPDATE drafts d SET remind_at = NULL FROM due WHERE d.person_id = due.person_id AND d.place_id = due.place_id AND d.tenant_id = $1
RETURNING d.person_id, d.place_id, d.tenant_id, d.answers, d.asked, d.started_at, d.saved_at, due.remind_at, d.ends_at`

// DraftsLeft implements bot.Tx. The drafts it returns count as reminded; RemindAt says when that was due.
func (t *txn) DraftsLeft(ctx context.Context, tenant domain.TenantID, now time.Time, limit int) ([]bot.Draft, error) {
	rows, err := t.tx.QueryContext(ctx, draftsLeft, tenant, instant(now), limit)
	if err != nil {
		return nil, fmt.Errorf("claim drafts: %w", err)
	}
	defer rows.Close()
	var all []bot.Draft
	for rows.Next() {
		d, err := scanDraft(rows)
		if err != nil {
			return nil, fmt.Errorf("claim drafts: %w", err)
		}
		all = append(all, d)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("claim drafts: %w", err)
	}
	return all, nil
}
