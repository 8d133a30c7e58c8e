-- An incident may have a place of its own, where the platform can make one. What is wanted of it is written with the decision
-- and done afterwards, under a lease; the newest wish is all that counts. A place for an incident belongs to the provider, and
-- says whose incident it is about, so that nobody else's transaction lists it.
-- +goose Up
CREATE TABLE rooms (
    tenant_id      uuid    NOT NULL,
    incident_id    uuid    NOT NULL,
    key            uuid    NOT NULL, -- what the platform recognises the place by; the place's own id, too
    wanted         bigint  NOT NULL CHECK (wanted > 0), -- the newest revision, which want describes
    done           bigint  NOT NULL DEFAULT 0,          -- the revision that was done last; 0: none
    want           jsonb   NOT NULL CHECK (jsonb_typeof(want) = 'object'),
    platform       text    NOT NULL CHECK (platform <> ''),
    workspace      text    NOT NULL,
    channel        text    NOT NULL DEFAULT '', -- the platform's id; '': not made yet
    name           text    NOT NULL DEFAULT '', -- as the platform has it
    state          text    NOT NULL CHECK (state IN ('waiting', 'working', 'done', 'closed', 'dead')),
    due_at         timestamptz NOT NULL, -- when there is something to do; of one being worked on: when its lease ends
    epoch          bigint  NOT NULL DEFAULT 0 CHECK (epoch >= 0), -- of the last holder
    attempts       integer NOT NULL DEFAULT 0 CHECK (attempts >= 0), -- that failed, since it last went well
    failing_since  timestamptz,
    cause          text    NOT NULL DEFAULT '', -- of the last failure, for the operator
    PRIMARY KEY (tenant_id, incident_id),
    FOREIGN KEY (tenant_id, incident_id) REFERENCES incidents,
    CHECK (done <= wanted),
    CHECK (state <> 'done' OR done = wanted AND channel <> ''),
    CHECK (state <> 'working' OR epoch > 0),
    CHECK (channel <> '' OR name = '')
) WITH (fillfactor = 70);
CREATE INDEX rooms_left ON rooms (due_at) WHERE state IN ('waiting', 'working');
ALTER TABLE rooms ENABLE ROW LEVEL SECURITY;
ALTER TABLE rooms FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON rooms USING (tenant_id = nullif(current_setting('firstcall.tenant', true), '')::uuid);
CREATE POLICY sender ON rooms TO firstcall_sender USING (true);
GRANT SELECT, INSERT, UPDATE ON rooms TO firstcall_app;
GRANT SELECT, UPDATE (state, due_at, epoch, attempts, failing_since, cause) ON rooms TO firstcall_sender;

ALTER TABLE places ADD COLUMN about_tenant_id uuid REFERENCES tenants; -- of a place for an incident: whose it is
ALTER TABLE places ADD COLUMN incident_id uuid;
ALTER TABLE places ADD CONSTRAINT places_incident CHECK ((purpose = 'incident') = (incident_id IS NOT NULL AND about_tenant_id IS NOT NULL)
    AND (incident_id IS NULL) = (about_tenant_id IS NULL));
