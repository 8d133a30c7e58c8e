-- What is looked at again at an instant besides incidents and drafts: when a person gets the day's overview, and when a business
-- event's card may look different. 1970 means as soon as can be; at, and look_at, are only what follows from the rest.
-- +goose Up
CREATE TABLE digests (
    tenant_id uuid     NOT NULL,
    person_id uuid     NOT NULL,
    minute    smallint NOT NULL CHECK (minute BETWEEN 0 AND 1439), -- of the person's day
    told_at   timestamptz, -- up to when the person was told; NULL: never
    at        timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, person_id),
    FOREIGN KEY (tenant_id, person_id) REFERENCES people
);
CREATE INDEX digests_at ON digests (at) INCLUDE (tenant_id);
ALTER TABLE digests ENABLE ROW LEVEL SECURITY;
ALTER TABLE digests FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON digests USING (tenant_id = nullif(current_setting('firstcall.tenant', true), '')::uuid);
CREATE POLICY due ON digests FOR SELECT TO firstcall_due USING (true);
GRANT SELECT, INSERT, UPDATE, DELETE ON digests TO firstcall_app;
GRANT SELECT (tenant_id, at) ON digests TO firstcall_due;

-- What was closed since the last overview, of all customers.
CREATE INDEX incidents_closed ON incidents (closed_at) WHERE closed_at IS NOT NULL;
ALTER TABLE business_events ADD COLUMN look_at timestamptz; -- NULL: nothing can change by itself
CREATE INDEX business_events_look ON business_events (look_at) INCLUDE (tenant_id) WHERE look_at IS NOT NULL;
CREATE POLICY due ON business_events FOR SELECT TO firstcall_due USING (true);
GRANT SELECT (tenant_id, look_at) ON business_events TO firstcall_due;
