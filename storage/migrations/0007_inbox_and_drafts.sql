-- What has come in already, and what somebody has begun to report. Both are global: the customer isn't known yet when they
-- are written. An inbox key holds no content.
-- +goose Up
CREATE TABLE inbox (
    platform  text NOT NULL,
    workspace text NOT NULL,
    event_key text NOT NULL CHECK (event_key <> ''),
    at        timestamptz NOT NULL,
    PRIMARY KEY (platform, workspace, event_key)
);
CREATE INDEX inbox_at ON inbox (at);

CREATE TABLE drafts (
    person_id  uuid   NOT NULL REFERENCES destinations, -- both are destinations
    place_id   uuid   NOT NULL REFERENCES destinations,
    tenant_id  uuid   REFERENCES tenants, -- NULL until the customer is known
    answers    jsonb  NOT NULL CHECK (jsonb_typeof(answers) = 'object'),
    asked      text[] NOT NULL,
    started_at timestamptz NOT NULL,
    saved_at   timestamptz NOT NULL,
    remind_at  timestamptz, -- NULL: reminded already
    ends_at    timestamptz NOT NULL,
    PRIMARY KEY (person_id, place_id)
);
CREATE INDEX drafts_remind ON drafts (remind_at) WHERE remind_at IS NOT NULL;
CREATE INDEX drafts_end ON drafts (ends_at);

GRANT SELECT, INSERT, DELETE ON inbox TO firstcall_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON drafts TO firstcall_app;
GRANT SELECT (tenant_id, remind_at) ON drafts TO firstcall_due;
