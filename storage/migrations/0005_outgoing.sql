-- What is to be said. A ring must be noticed: one row for each message, unique by what it is about, never replaced. A card
-- shows state: one row for each topic in a destination, edited in place; only its newest revision matters.
-- Neither refers to destinations or tenants by a foreign key: those are never deleted, and the check would make every writer
-- of a shared channel queue for its row. What is of an incident refers to it, and so to its tenant.
-- +goose Up
CREATE TABLE rings (
    tenant_id      uuid     NOT NULL,
    id             uuid     NOT NULL,
    subject_id     uuid     NOT NULL, -- the incident, else the tenant
    incident_id    uuid     CHECK (incident_id = subject_id),
    generation     bigint   NOT NULL CHECK (generation >= 0),
    kind           text     NOT NULL CHECK (kind <> ''),
    step           bigint   NOT NULL,
    destination_id uuid     NOT NULL,
    urgency        smallint NOT NULL CHECK (urgency >= 0), -- 0 is the most urgent
    escalation     boolean  NOT NULL,
    at             timestamptz NOT NULL, -- what it was meant for
    due_at         timestamptz NOT NULL, -- when to send or to look; of one being sent: when its lease ends
    state          text     NOT NULL CHECK (state IN ('waiting', 'sending', 'uncertain', 'sent', 'dead', 'withdrawn')),
    epoch          bigint   NOT NULL DEFAULT 0 CHECK (epoch >= 0), -- of the holder that marked it last
    attempts       integer  NOT NULL DEFAULT 0 CHECK (attempts >= 0),
    first_sent_at  timestamptz, -- when it was tried first
    sent_as        uuid,        -- the key it was tried under, its own or a bundle's
    message_id     text     NOT NULL DEFAULT '', -- the platform's
    cause          text     NOT NULL DEFAULT '', -- of the last failure, for the operator
    message        jsonb    NOT NULL,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, subject_id, generation, kind, step, destination_id),
    FOREIGN KEY (tenant_id, incident_id) REFERENCES incidents,
    CHECK (state NOT IN ('sending', 'uncertain') OR (epoch > 0 AND first_sent_at IS NOT NULL AND sent_as IS NOT NULL)),
    CHECK (message_id = '' OR state IN ('sent', 'withdrawn'))
) WITH (fillfactor = 80);
-- What is left to do in a destination, whoever's it is.
CREATE INDEX rings_left ON rings (destination_id, due_at, urgency) WHERE state IN ('waiting', 'sending', 'uncertain');

CREATE TABLE cards (
    tenant_id      uuid    NOT NULL,
    destination_id uuid    NOT NULL,
    topic          text    NOT NULL CHECK (topic <> ''),
    id             uuid    NOT NULL, -- the key that a platform is searched by
    incident_id    uuid,
    wanted         bigint  NOT NULL CHECK (wanted > 0), -- the newest revision, whose message this is
    marked         bigint  NOT NULL DEFAULT 0,          -- the revision that was tried last
    sent           bigint  NOT NULL DEFAULT 0,          -- the revision that people see; 0: none
    due_at         timestamptz NOT NULL,
    state          text    NOT NULL CHECK (state IN ('waiting', 'sending', 'uncertain', 'sent', 'dead')),
    epoch          bigint  NOT NULL DEFAULT 0 CHECK (epoch >= 0),
    attempts       integer NOT NULL DEFAULT 0 CHECK (attempts >= 0),
    first_sent_at  timestamptz,
    message_id     text    NOT NULL DEFAULT '',
    cause          text    NOT NULL DEFAULT '',
    message        jsonb   NOT NULL,
    PRIMARY KEY (tenant_id, destination_id, topic),
    FOREIGN KEY (tenant_id, incident_id) REFERENCES incidents,
    CHECK (sent <= marked AND marked <= wanted),
    CHECK (state <> 'sent' OR sent = wanted),
    CHECK (state NOT IN ('sending', 'uncertain') OR (epoch > 0 AND first_sent_at IS NOT NULL AND marked > 0)),
    CHECK (sent = 0 OR message_id <> '')
) WITH (fillfactor = 70);
CREATE INDEX cards_left ON cards (destination_id, due_at) WHERE state IN ('waiting', 'sending', 'uncertain');

ALTER TABLE rings ENABLE ROW LEVEL SECURITY;
ALTER TABLE rings FORCE ROW LEVEL SECURITY;
ALTER TABLE cards ENABLE ROW LEVEL SECURITY;
ALTER TABLE cards FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON rings USING (tenant_id = nullif(current_setting('firstcall.tenant', true), '')::uuid);
CREATE POLICY own ON cards USING (tenant_id = nullif(current_setting('firstcall.tenant', true), '')::uuid);
CREATE POLICY sender ON rings TO firstcall_sender USING (true);
CREATE POLICY sender ON cards TO firstcall_sender USING (true);
GRANT SELECT, INSERT, UPDATE ON rings, cards TO firstcall_app;
GRANT SELECT, UPDATE (due_at, state, epoch, attempts, first_sent_at, sent_as, message_id, cause) ON rings TO firstcall_sender;
GRANT SELECT, UPDATE (due_at, state, epoch, attempts, first_sent_at, marked, sent, message_id, cause) ON cards TO firstcall_sender;
