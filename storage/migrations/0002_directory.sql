-- Who can be reached, and where: people, the channels bound to a purpose, who is on duty, and the destinations that
-- messages are sent into. A destination is global because one channel may carry several tenants' messages, and one holder
-- sends them all.
-- +goose Up
CREATE TABLE people (
    tenant_id uuid   NOT NULL REFERENCES tenants,
    id        uuid   NOT NULL,
    name      text   NOT NULL CHECK (name <> ''),
    full_name text   NOT NULL,
    email     text   NOT NULL,
    phone     text   NOT NULL,
    language  text   NOT NULL,
    zone      text   NOT NULL,
    roles     text[] NOT NULL,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, name)
);
CREATE TABLE places (
    tenant_id uuid NOT NULL REFERENCES tenants,
    id        uuid NOT NULL,
    name      text NOT NULL CHECK (name <> ''),
    purpose   text NOT NULL CHECK (purpose IN ('customer', 'engineers', 'managers', 'event', 'incident')),
    team      text NOT NULL CHECK (team = '' OR purpose = 'engineers'),
    language  text NOT NULL,
    zone      text NOT NULL,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, name)
);
CREATE TABLE rosters (
    tenant_id uuid NOT NULL REFERENCES tenants,
    role      text NOT NULL CHECK (role <> ''),
    person_id uuid NOT NULL,
    starts_at timestamptz NOT NULL,
    ends_at   timestamptz CHECK (ends_at > starts_at), -- NULL: until further notice
    PRIMARY KEY (tenant_id, role, person_id, starts_at),
    FOREIGN KEY (tenant_id, person_id) REFERENCES people
);

-- A destination exists as soon as it has been seen; it is bound to a person or to a place when a registered one has it.
-- There is no foreign key to those: a global table can't refer to a tenant's where tenants live on several machines.
CREATE TABLE destinations (
    id           uuid   PRIMARY KEY,
    platform     text   NOT NULL CHECK (platform <> ''),
    workspace    text   NOT NULL,
    kind         text   NOT NULL CHECK (kind IN ('channel', 'person')),
    address      text   NOT NULL CHECK (address <> ''), -- the platform's id
    tenant_id    uuid   REFERENCES tenants,
    person_id    uuid,
    place_id     uuid,
    epoch        bigint NOT NULL DEFAULT 0 CHECK (epoch >= 0), -- of the last holder
    lease_until  timestamptz, -- NULL: nobody holds it
    paused_until timestamptz, -- the platform has asked for silence
    next_send_at timestamptz, -- its last holder has asked for a rest
    UNIQUE (platform, workspace, kind, address),
    CHECK (person_id IS NULL OR kind = 'person'),
    CHECK (place_id IS NULL OR kind = 'channel'),
    CHECK ((tenant_id IS NULL) = (person_id IS NULL AND place_id IS NULL)),
    CHECK (lease_until IS NULL OR epoch > 0)
) WITH (fillfactor = 60);
CREATE INDEX destinations_bound ON destinations (tenant_id, person_id, place_id) WHERE tenant_id IS NOT NULL;

ALTER TABLE people ENABLE ROW LEVEL SECURITY;
ALTER TABLE people FORCE ROW LEVEL SECURITY;
ALTER TABLE places ENABLE ROW LEVEL SECURITY;
ALTER TABLE places FORCE ROW LEVEL SECURITY;
ALTER TABLE rosters ENABLE ROW LEVEL SECURITY;
ALTER TABLE rosters FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON people USING (tenant_id = nullif(current_setting('firstcall.tenant', true), '')::uuid);
CREATE POLICY own ON places USING (tenant_id = nullif(current_setting('firstcall.tenant', true), '')::uuid);
CREATE POLICY own ON rosters USING (tenant_id = nullif(current_setting('firstcall.tenant', true), '')::uuid);
-- A customer's transaction reads the provider's, and never writes them.
CREATE POLICY provider ON people FOR SELECT USING (
    nullif(current_setting('firstcall.tenant', true), '') IS NOT NULL
    AND tenant_id = (SELECT id FROM tenants WHERE side = 'provider'));
CREATE POLICY provider ON places FOR SELECT USING (
    nullif(current_setting('firstcall.tenant', true), '') IS NOT NULL
    AND tenant_id = (SELECT id FROM tenants WHERE side = 'provider'));
CREATE POLICY provider ON rosters FOR SELECT USING (
    nullif(current_setting('firstcall.tenant', true), '') IS NOT NULL
    AND tenant_id = (SELECT id FROM tenants WHERE side = 'provider'));

GRANT SELECT, INSERT, UPDATE, DELETE ON people, places, rosters TO firstcall_app;
-- Whoever writes binds; only the sender leases.
GRANT SELECT, INSERT, UPDATE (tenant_id, person_id, place_id) ON destinations TO firstcall_app;
GRANT SELECT, UPDATE (epoch, lease_until, paused_until, next_send_at) ON destinations TO firstcall_sender;
