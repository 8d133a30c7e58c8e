-- Every decision leaves a line: who, when, what, and the rows of the terms it rests on. Lines are data and worded when they
-- are read. The id is made from the line itself, so that writing it again changes nothing.
-- +goose Up
CREATE TABLE journal (
    tenant_id   uuid     NOT NULL,
    incident_id uuid     NOT NULL,
    id          uuid     NOT NULL,
    at          timestamptz NOT NULL,
    version     bigint   NOT NULL, -- the incident's, after the decision
    line        smallint NOT NULL, -- among those of the same decision
    person_id   uuid, -- NULL: the bot itself
    name        text     NOT NULL,
    side        text     NOT NULL CHECK (side IN ('', 'customer', 'provider', 'bot')),
    kind        text     NOT NULL CHECK (kind <> ''),
    args        jsonb    NOT NULL CHECK (jsonb_typeof(args) = 'object'),
    rows        text[]   NOT NULL,
    PRIMARY KEY (tenant_id, incident_id, id),
    FOREIGN KEY (tenant_id, incident_id) REFERENCES incidents
);
ALTER TABLE journal ENABLE ROW LEVEL SECURITY;
ALTER TABLE journal FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON journal USING (tenant_id = nullif(current_setting('firstcall.tenant', true), '')::uuid);
-- A line is never changed, nor taken away.
GRANT SELECT, INSERT ON journal TO firstcall_app;
