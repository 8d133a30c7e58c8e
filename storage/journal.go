package storage

import (
	"context"
	"fmt"

	"github.com/lib/pq"

	"example.com/firstcall/domain"
)

const readJournal = `
SELECT at, person_id, name, side, kind, args, rows FROM journal
WHERE tenant_id = $1 AND incident_id = $2 ORDER BY at, version, line`

// Journal implements bot.Tx. The oldest line comes first.
func (t *txn) Journal(ctx context.Context, tenant domain.TenantID, id domain.IncidentID) ([]domain.Entry, error) {
	rows, err := t.tx.QueryContext(ctx, readJournal, tenant, id)
	if err != nil {
		return nil, fmt.Errorf("read the journal: %w", err)
	}
	defer rows.Close()
	var all []domain.Entry
	for rows.Next() {
		e := domain.Entry{}
		var terms []string
		if err := rows.Scan((*instant)(&e.At), (*ident)(&e.By.Person), &e.By.Name, &e.By.Side, &e.Kind, snapshot{&e.Args}, pq.Array(&terms)); err != nil {
			return nil, fmt.Errorf("read the journal: %w", err)
		}
		if len(e.Args) == 0 {
			e.Args = nil
		}
		if len(terms) > 0 {
			e.Rows = terms
		}
		all = append(all, e)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("read the journal: %w", err)
	}
	return all, nil
}
