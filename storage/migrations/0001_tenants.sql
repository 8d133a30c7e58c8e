-- Tenants come first: every other table of a customer's or the provider's begins with a tenant's id, so that the schema can
-- be spread over several machines by it, and so that row-level security has something to compare.
-- Ids are made by the program. Nothing here calls a clock, a random number or a trigger: instants are given.
-- +goose Up
CREATE TABLE tenants (
    id       uuid PRIMARY KEY,
    name     text NOT NULL UNIQUE CHECK (name <> ''),
    side     text NOT NULL CHECK (side IN ('customer', 'provider')),
    prefix   text NOT NULL UNIQUE CHECK (prefix ~ '^[A-Z][A-Z0-9]{0,11}$'), -- of spoken numbers: INC-42
    language text NOT NULL,
    zone     text NOT NULL,
    country  text NOT NULL
);
-- The provider's people, places and rosters are read by all, so there must be one provider.
CREATE UNIQUE INDEX tenants_one_provider ON tenants (side) WHERE side = 'provider';

-- Spoken numbers count up in a row of the tenant's own; a number belongs to whoever holds the row's lock.
CREATE TABLE counters (
    tenant_id uuid   NOT NULL REFERENCES tenants,
    kind      text   NOT NULL CHECK (kind IN ('incident')),
    n         bigint NOT NULL CHECK (n > 0),
    PRIMARY KEY (tenant_id, kind)
) WITH (fillfactor = 50);
ALTER TABLE counters ENABLE ROW LEVEL SECURITY;
ALTER TABLE counters FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON counters
    USING (tenant_id = nullif(current_setting('firstcall.tenant', true), '')::uuid);

GRANT SELECT, INSERT, UPDATE ON tenants, counters TO firstcall_app;
-- serve compares the schema's version with its own.
GRANT SELECT ON goose_db_version TO firstcall_app;
