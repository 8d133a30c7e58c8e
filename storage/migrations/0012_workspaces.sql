-- Whose workspace is whose, and how the bot gets into it. On a platform with many workspaces a person is recognised by e-mail
-- only inside one that is bound to a side, and each has an installation with a secret of its own.
-- The table is global: an installation comes before anybody has bound its workspace.
-- +goose Up
CREATE TABLE workspaces (
    platform     text   NOT NULL CHECK (platform <> ''),
    workspace    text   NOT NULL CHECK (workspace <> ''), -- the platform's id; of an installation for a whole enterprise, the enterprise's
    tenant_id    uuid   REFERENCES tenants, -- whose people are at home in it; NULL: nobody has bound it
    name         text   NOT NULL DEFAULT '',
    enterprise   text   NOT NULL DEFAULT '',
    app          text   NOT NULL DEFAULT '',
    bot          text   NOT NULL DEFAULT '',
    bot_user     text   NOT NULL DEFAULT '',
    scopes       text[] NOT NULL DEFAULT '{}',
    secret       bytea,       -- sealed by the program; NULL: not installed
    installed_at timestamptz, -- NULL: never installed
    gone_at      timestamptz, -- when the installation ended
    PRIMARY KEY (platform, workspace),
    CHECK ((secret IS NOT NULL) = (installed_at IS NOT NULL AND gone_at IS NULL)),
    CHECK (gone_at IS NULL OR installed_at IS NOT NULL)
);
CREATE INDEX workspaces_bound ON workspaces (tenant_id) WHERE tenant_id IS NOT NULL;
-- Whoever writes binds and installs; a secret is read by the sender only.
GRANT SELECT (platform, workspace, tenant_id, name, enterprise, app, bot, bot_user, scopes, installed_at, gone_at), INSERT,
    UPDATE (tenant_id, name, enterprise, app, bot, bot_user, scopes, secret, installed_at, gone_at) ON workspaces TO firstcall_app;
GRANT SELECT ON workspaces TO firstcall_sender;

-- How to write to a destination again where its id isn't enough; who made an identity somebody's; and of one that is nobody's,
-- when the platform was last asked whose it is.
ALTER TABLE destinations ADD COLUMN route    text NOT NULL DEFAULT '';
ALTER TABLE destinations ADD COLUMN route_at timestamptz;
ALTER TABLE destinations ADD COLUMN bound_by text NOT NULL DEFAULT 'setup' CHECK (bound_by IN ('setup', 'profile', 'link'));
ALTER TABLE destinations ADD COLUMN asked_at timestamptz;
ALTER TABLE destinations ADD COLUMN former   text[] NOT NULL DEFAULT '{}'; -- ids that the channel had before it moved
GRANT UPDATE (route, route_at, bound_by, asked_at, address, former) ON destinations TO firstcall_app;

-- Who is no longer in the set-up stays, since incidents speak of them, and is nobody to recognise any more.
ALTER TABLE people ADD COLUMN listed boolean NOT NULL DEFAULT true;
