package storage

import (
	"context"
	"fmt"
	"time"

	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"

	"example.com/firstcall/bot"
	"example.com/firstcall/domain"
)

const saveInstallation = `
INSERT INTO workspaces (platform, workspace, enterprise, name, app, bot, bot_user, scopes, secret, installed_at, gone_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, NULL)
ON CONFLICT (platform, workspace) DO UPDATE
SET enterprise = $3, name = $4, app = $5, bot = $6, bot_user = $7, scopes = $8, secret = $9, installed_at = $10, gone_at = NULL`

// SaveInstallation writes an installation down in place of the one there was; whose workspace it is stays as it was.
func (d *DB) SaveInstallation(ctx context.Context, i bot.Installation) error {
	err := d.inTx(ctx, func(tx *sqlx.Tx) error {
		_, err := tx.ExecContext(ctx, saveInstallation, i.Platform, i.Workspace, i.Enterprise, fit(i.Name), i.App, i.Bot, i.BotUser,
			texts(i.Scopes), i.Sealed, instant(i.At))
		return err
	})
	if err != nil {
		return fmt.Errorf("save the installation of %s %s: %w", i.Platform, i.Workspace, err)
	}
	return nil
}

const readInstallation = `
SELECT platform, workspace, enterprise, name, app, bot, bot_user, scopes, secret, installed_at FROM workspaces
WHERE platform = $1 AND workspace = $2 AND secret IS NOT NULL`

// Installation reads one. bot.ErrNotFound says that there is none, or none any more.
func (d *DB) Installation(ctx context.Context, platform, workspace string) (bot.Installation, error) {
	var found bot.Installation
	err := d.as(ctx, asSender, func(tx *sqlx.Tx) (err error) {
		found, err = scanInstallation(tx.QueryRowContext(ctx, readInstallation, platform, fit(workspace)))
		return err
	})
	return found, orNotFound(err, "read an installation")
}

func scanInstallation(row interface{ Scan(into ...any) error }) (bot.Installation, error) {
	var i bot.Installation
	err := row.Scan(&i.Platform, &i.Workspace, &i.Enterprise, &i.Name, &i.App, &i.Bot, &i.BotUser, pq.Array(&i.Scopes), &i.Sealed,
		(*instant)(&i.At))
	return i, err
}

const listInstallations = `
SELECT platform, workspace, enterprise, name, app, bot, bot_user, scopes, secret, installed_at FROM workspaces
WHERE platform = $1 AND secret IS NOT NULL ORDER BY workspace`

// Installations lists those of a platform.
func (d *DB) Installations(ctx context.Context, platform string) ([]bot.Installation, error) {
	var all []bot.Installation
	err := d.as(ctx, asSender, func(tx *sqlx.Tx) error {
		all = nil
		rows, err := tx.QueryContext(ctx, listInstallations, platform)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			i, err := scanInstallation(rows)
			if err != nil {
				return err
			}
			all = append(all, i)
		}
		return rows.Err()
	})
	if err != nil {
		return nil, fmt.Errorf("list the installations on %s: %w", platform, err)
	}
	return all, nil
}

// An installation made anew since then stays: the news of the old one's end comes late.
const dropInstallation = `
UPDATE workspaces SET secret = NULL, gone_at = $3
WHERE platform = $1 AND workspace = $2 AND installed_at <= $3 AND gone_at IS NULL`

// DropInstallation ends an installation that was made at or before that instant; its secret is forgotten.
func (d *DB) DropInstallation(ctx context.Context, platform, workspace string, at time.Time) error {
	return d.inTx(ctx, func(tx *sqlx.Tx) error { return (&txn{tx: tx}).DropInstallation(ctx, platform, workspace, at) })
}

// DropInstallation implements bot.Whereabouts.
func (t *txn) DropInstallation(ctx context.Context, platform, workspace string, at time.Time) error {
	if _, err := t.tx.ExecContext(ctx, dropInstallation, platform, fit(workspace), instant(at)); err != nil {
		return fmt.Errorf("drop the installation of %s %s: %w", platform, workspace, err)
	}
	return nil
}

const workspaceTenant = `SELECT tenant_id FROM workspaces WHERE platform = $1 AND workspace = $2 AND tenant_id IS NOT NULL`

// WorkspaceTenant implements bot.Whereabouts.
func (t *txn) WorkspaceTenant(ctx context.Context, platform, workspace string) (domain.TenantID, error) {
	var all []domain.TenantID
	if err := t.tx.SelectContext(ctx, &all, workspaceTenant, fit(platform), fit(workspace)); err != nil {
		return "", fmt.Errorf("look whose workspace it is: %w", err)
	}
	if len(all) == 0 {
		return "", nil
	}
	return all[0], nil
}

const boundWorkspaces = `SELECT platform, workspace FROM workspaces WHERE tenant_id = $1 ORDER BY platform, workspace`

// Workspaces implements bot.Whereabouts.
func (t *txn) Workspaces(ctx context.Context, tenant domain.TenantID) ([]bot.Identity, error) {
	var all []bot.Identity
	if err := t.tx.SelectContext(ctx, &all, boundWorkspaces, tenant); err != nil {
		return nil, fmt.Errorf("list a tenant's workspaces: %w", err)
	}
	return all, nil
}

const (
	unbindWorkspaces = `UPDATE workspaces SET tenant_id = NULL WHERE tenant_id = $1`
	bindWorkspace    = `
INSERT INTO workspaces AS w (platform, workspace, tenant_id) VALUES ($1, $2, $3)
ON CONFLICT (platform, workspace) DO UPDATE SET tenant_id = excluded.tenant_id
WHERE w.tenant_id IS NULL OR w.tenant_id = excluded.tenant_id`
	// Whoever was not recognised before may be now.
	askAnew = `
UPDATE destinations SET asked_at = NULL WHERE platform = $1 AND workspace = $2 AND kind = 'person' AND asked_at IS NOT NULL`
)

func (i *importing) workspace(ctx context.Context, s *bot.SetupWorkspace) error {
	tenant, err := i.of(ctx, s.Tenant)
	if err != nil {
		return err
	}
	done, err := i.tx.ExecContext(ctx, bindWorkspace, s.Platform, s.ID, tenant)
	if err != nil {
		return fmt.Errorf("bind %s %s: %w", s.Platform, s.ID, err)
	}
	if n, err := done.RowsAffected(); err != nil || n == 0 {
		return fmt.Errorf("%s %s belongs to another tenant already", s.Platform, s.ID)
	}
	if _, err := i.tx.ExecContext(ctx, askAnew, s.Platform, s.ID); err != nil {
		return fmt.Errorf("forget who was asked about in %s %s: %w", s.Platform, s.ID, err)
	}
	return nil
}
