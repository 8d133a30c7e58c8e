-- What a customer bought, and the business events that are announced. Holdings, hours and policy are snapshots that are
-- read and replaced whole; nobody searches in them.
-- +goose Up
CREATE TABLE agreements (
    tenant_id     uuid  NOT NULL REFERENCES tenants,
    id            uuid  NOT NULL,
    name          text  NOT NULL,
    holdings      jsonb NOT NULL CHECK (jsonb_typeof(holdings) = 'array'),
    zone          text  NOT NULL,
    country       text  NOT NULL,
    hours         jsonb CHECK (jsonb_typeof(hours) = 'array'), -- NULL: office hours
    days          jsonb NOT NULL CHECK (jsonb_typeof(days) = 'array'),
    covered_until date,
    subscriptions jsonb NOT NULL CHECK (jsonb_typeof(subscriptions) = 'array'),
    policy        jsonb NOT NULL CHECK (jsonb_typeof(policy) = 'object'),
    PRIMARY KEY (tenant_id) -- one agreement is in force
);
CREATE TABLE business_events (
    tenant_id uuid   NOT NULL REFERENCES tenants,
    id        uuid   NOT NULL,
    name      text   NOT NULL CHECK (name <> ''),
    starts_at timestamptz NOT NULL,
    ends_at   timestamptz NOT NULL CHECK (ends_at > starts_at), -- exclusive
    zone      text   NOT NULL,
    products  text[] NOT NULL,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, name, starts_at)
);
ALTER TABLE agreements ENABLE ROW LEVEL SECURITY;
ALTER TABLE agreements FORCE ROW LEVEL SECURITY;
ALTER TABLE business_events ENABLE ROW LEVEL SECURITY;
ALTER TABLE business_events FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON agreements USING (tenant_id = nullif(current_setting('firstcall.tenant', true), '')::uuid);
CREATE POLICY own ON business_events USING (tenant_id = nullif(current_setting('firstcall.tenant', true), '')::uuid);
GRANT SELECT, INSERT, UPDATE, DELETE ON agreements, business_events TO firstcall_app;
