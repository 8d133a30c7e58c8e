-- What an alarm reads and writes of an incident moves into a narrow row of its own: its clocks, the instant at which it must be
-- looked at next, and a brief of what alarms say. Alarms then touch neither the promise nor the report, and one row is locked
-- and written where there were two. Whoever changes an incident locks both rows, and an alarm locks this one, so each of them
-- sees what the other has done.
-- Rings and lines of the journal lose their foreign keys to incidents: the statement that writes them takes them only for
-- incidents that it has just written, and the keys' checks were a fifth of what an alarm cost. They also lose the ids that were
-- made from what they are, and are found by what they are.
-- Programs of before this migration must be stopped: they look for the wakes.
-- +goose Up
ALTER TABLE incidents NO FORCE ROW LEVEL SECURITY;
ALTER TABLE wakes NO FORCE ROW LEVEL SECURITY;
ALTER TABLE journal NO FORCE ROW LEVEL SECURITY;

CREATE TABLE clocks (
    tenant_id   uuid   NOT NULL,
    incident_id uuid   NOT NULL,
    version     bigint NOT NULL CHECK (version > 0), -- of the incident, whichever of the two rows a change is in
    wake_at     timestamptz, -- NULL: it need not be looked at by itself
    shown       bigint NOT NULL DEFAULT 0, -- the digest of the cards kept last; 0: not known

    -- When each clock began, is due, was met, and the last of its alarms that has rung.
    first_response_from timestamptz, first_response_due timestamptz, first_response_met timestamptz, first_response_rang timestamptz,
    work_begins_from timestamptz, work_begins_due timestamptz, work_begins_met timestamptz, work_begins_rang timestamptz,
    staffing_from timestamptz, staffing_due timestamptz, staffing_met timestamptz, staffing_rang timestamptz,
    change_control_from timestamptz, change_control_due timestamptz, change_control_met timestamptz, change_control_rang timestamptz,
    answer_from timestamptz, answer_due timestamptz, answer_met timestamptz, answer_rang timestamptz,
    next_update_from timestamptz, next_update_due timestamptz, next_update_met timestamptz, next_update_rang timestamptz,
    case_from timestamptz, case_due timestamptz, case_met timestamptz, case_rang timestamptz,
    ladder_from timestamptz, ladder_due timestamptz, ladder_met timestamptz, ladder_rang timestamptz,

    -- A snapshot of what else alarms look at, written with each change of the incident. It is json and not jsonb because it is
    -- read as it was written, and nobody searches in it.
    brief json NOT NULL CHECK (json_typeof(brief) = 'object'),
    PRIMARY KEY (tenant_id, incident_id),
    FOREIGN KEY (tenant_id, incident_id) REFERENCES incidents
);

INSERT INTO clocks
SELECT i.tenant_id, i.id, i.version, w.at, i.shown,
       first_response_from, first_response_due, first_response_met, first_response_rang,
       work_begins_from, work_begins_due, work_begins_met, work_begins_rang,
       staffing_from, staffing_due, staffing_met, staffing_rang,
       change_control_from, change_control_due, change_control_met, change_control_rang,
       answer_from, answer_due, answer_met, answer_rang,
       next_update_from, next_update_due, next_update_met, next_update_rang,
       case_from, case_due, case_met, case_rang,
       ladder_from, ladder_due, ladder_met, ladder_rang,
       json_strip_nulls(json_build_object(
           'ref', i.ref, 'generation', i.generation, 'kind', i.kind, 'status', i.status, 'opened_at', i.opened_at, 'severity', i.severity,
           'effort', i.effort, 'reporter', i.reporter, 'place', i.place, 'owner', i.owner, 'owner_name', i.owner_name,
           'acked_name', i.acked_name, 'first_contact_by', i.first_contact_by, 'team', i.team, 'asked', i.asked,
           'report', json_build_object('title', i.report -> 'title', 'zone', i.report -> 'zone', 'country', i.report -> 'country', 'event_id', i.report -> 'event_id',
                                       'owner', i.report -> 'owner'),
           'promise', json_build_object('plan', i.promise -> 'plan', 'first_response', i.promise -> 'first_response',
                                        'if_customer_cannot', i.promise -> 'if_customer_cannot')))
FROM incidents i LEFT JOIN wakes w ON w.tenant_id = i.tenant_id AND w.kind = 'incident' AND w.subject_id = i.id;

-- By the instant alone: who is due is found across tenants, without locks, by a role that sees no more than that.
CREATE INDEX clocks_wake ON clocks (wake_at) INCLUDE (tenant_id) WHERE wake_at IS NOT NULL;
-- A tenant's own, the longest due first.
CREATE INDEX clocks_of_tenant ON clocks (tenant_id, wake_at) WHERE wake_at IS NOT NULL;
-- As in 0009.
ALTER TABLE clocks ALTER COLUMN tenant_id SET STATISTICS 0;

DROP TABLE wakes;
ALTER TABLE incidents
    DROP COLUMN version, DROP COLUMN shown,
    DROP COLUMN first_response_from, DROP COLUMN first_response_due, DROP COLUMN first_response_met, DROP COLUMN first_response_rang,
    DROP COLUMN work_begins_from, DROP COLUMN work_begins_due, DROP COLUMN work_begins_met, DROP COLUMN work_begins_rang,
    DROP COLUMN staffing_from, DROP COLUMN staffing_due, DROP COLUMN staffing_met, DROP COLUMN staffing_rang,
    DROP COLUMN change_control_from, DROP COLUMN change_control_due, DROP COLUMN change_control_met, DROP COLUMN change_control_rang,
    DROP COLUMN answer_from, DROP COLUMN answer_due, DROP COLUMN answer_met, DROP COLUMN answer_rang,
    DROP COLUMN next_update_from, DROP COLUMN next_update_due, DROP COLUMN next_update_met, DROP COLUMN next_update_rang,
    DROP COLUMN case_from, DROP COLUMN case_due, DROP COLUMN case_met, DROP COLUMN case_rang,
    DROP COLUMN ladder_from, DROP COLUMN ladder_due, DROP COLUMN ladder_met, DROP COLUMN ladder_rang;

ALTER TABLE rings DROP CONSTRAINT rings_tenant_id_incident_id_fkey, DROP CONSTRAINT rings_pkey,
    DROP CONSTRAINT rings_tenant_id_subject_id_generation_kind_step_destination_key;
-- A ring's message and a line's arguments are written once and read as they are; nobody searches in them.
ALTER TABLE rings ALTER COLUMN message TYPE json USING message::json,
    ADD PRIMARY KEY (tenant_id, subject_id, generation, kind, step, destination_id);

-- A line is found by the decision that it is of and its place there. Decisions were one line each in that order already, except
-- where the same version was written twice: their lines are counted on.
ALTER TABLE journal DROP CONSTRAINT journal_tenant_id_incident_id_fkey, DROP CONSTRAINT journal_pkey;
UPDATE journal j SET line = k.line
FROM (SELECT tenant_id, incident_id, id, row_number() OVER (PARTITION BY tenant_id, incident_id, version ORDER BY line, at, id) - 1 AS line FROM journal) AS k
WHERE k.tenant_id = j.tenant_id AND k.incident_id = j.incident_id AND k.id = j.id AND k.line <> j.line;
ALTER TABLE journal DROP COLUMN id, DROP CONSTRAINT journal_args_check;
ALTER TABLE journal ALTER COLUMN args TYPE json USING args::json, ADD CHECK (json_typeof(args) = 'object'),
    ADD PRIMARY KEY (tenant_id, incident_id, version, line);

ALTER TABLE incidents FORCE ROW LEVEL SECURITY;
ALTER TABLE journal FORCE ROW LEVEL SECURITY;
ALTER TABLE clocks ENABLE ROW LEVEL SECURITY;
ALTER TABLE clocks FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON clocks USING (tenant_id = nullif(current_setting('firstcall.tenant', true), '')::uuid);
CREATE POLICY due ON clocks FOR SELECT TO firstcall_due USING (true);
CREATE POLICY staff ON clocks FOR SELECT TO firstcall_staff USING (true);
GRANT SELECT, INSERT, UPDATE ON clocks TO firstcall_app;
GRANT SELECT ON clocks TO firstcall_staff;
GRANT SELECT (tenant_id, wake_at) ON clocks TO firstcall_due;
