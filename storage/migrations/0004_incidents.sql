-- Incidents, and when each must be looked at again. State is in typed columns; only the commitment, stamped once, and the
-- report as it was given are snapshots. An alarm changes a few columns that no index covers, and pages keep room for it, so
-- that it rewrites one row and no index. The one instant that is searched by lives in wakes, a narrow table of its own.
-- +goose Up
CREATE TABLE incidents (
    tenant_id  uuid   NOT NULL REFERENCES tenants,
    id         uuid   NOT NULL,
    number     bigint NOT NULL CHECK (number > 0),
    ref        text   NOT NULL CHECK (ref <> ''), -- what people say: INC-42
    version    bigint NOT NULL CHECK (version > 0),
    generation bigint NOT NULL CHECK (generation >= 0),
    kind       text   NOT NULL CHECK (kind IN ('break-fix', 'advice')),
    status     text   NOT NULL CHECK (status IN ('awaiting_case', 'open', 'mitigated', 'resolved', 'closed', 'cancelled')),

    report    jsonb NOT NULL CHECK (jsonb_typeof(report) = 'object'),
    reporter  uuid,
    place     uuid,
    opened_at timestamptz NOT NULL,

    promise      jsonb   NOT NULL CHECK (jsonb_typeof(promise) = 'object'),
    proposed     text    NOT NULL CHECK (proposed IN ('', '1', 'A', 'B', 'C')),
    severity     text    NOT NULL CHECK (severity IN ('', '1', 'A', 'B', 'C')),
    highest      text    NOT NULL CHECK (highest IN ('', '1', 'A', 'B', 'C')),
    commit_24x7  boolean NOT NULL,
    committed_by uuid,
    committed_at timestamptz,
    effort       text    NOT NULL CHECK (effort IN ('', '24x7', 'business')),
    case_number  text    NOT NULL,
    submitted_at timestamptz,

    -- Clocks: when one began, is due, was met, and the last of its alarms that has rung.
    first_response_from timestamptz, first_response_due timestamptz, first_response_met timestamptz, first_response_rang timestamptz,
    work_begins_from timestamptz, work_begins_due timestamptz, work_begins_met timestamptz, work_begins_rang timestamptz,
    staffing_from timestamptz, staffing_due timestamptz, staffing_met timestamptz, staffing_rang timestamptz,
    change_control_from timestamptz, change_control_due timestamptz, change_control_met timestamptz, change_control_rang timestamptz,
    answer_from timestamptz, answer_due timestamptz, answer_met timestamptz, answer_rang timestamptz,
    next_update_from timestamptz, next_update_due timestamptz, next_update_met timestamptz, next_update_rang timestamptz,
    case_from timestamptz, case_due timestamptz, case_met timestamptz, case_rang timestamptz,
    ladder_from timestamptz, ladder_due timestamptz, ladder_met timestamptz, ladder_rang timestamptz,

    first_response_via text NOT NULL,
    first_response_by  text NOT NULL,
    first_contact_at   timestamptz,
    first_contact_by   text NOT NULL,
    acked_at           timestamptz,
    acked_by           uuid,
    acked_name         text NOT NULL,
    owner              uuid,
    owner_name         text NOT NULL,
    team               text NOT NULL,
    last_update_at     timestamptz,
    last_update        text NOT NULL,
    asked              text NOT NULL,

    wanted         text    NOT NULL CHECK (wanted IN ('', '1', 'A', 'B', 'C')),
    wanted_reason  text    NOT NULL,
    wanted_by      uuid,
    wanted_at      timestamptz,
    downgrade      text    NOT NULL CHECK (downgrade IN ('', 'lower_severity', 'end_24x7', 'business_hours')),
    downgrade_why  text    NOT NULL,
    exec_provider  boolean NOT NULL,
    exec_customer  boolean NOT NULL,
    third_party    text    NOT NULL,
    broad_outage   boolean NOT NULL,
    remote_systems text    NOT NULL,
    rca_asked_at   timestamptz,
    rca_offered    boolean NOT NULL,
    effort_used    bigint  NOT NULL CHECK (effort_used >= 0), -- nanoseconds
    duplicate_of   text    NOT NULL,
    mitigated_at   timestamptz,
    resolved_at    timestamptz,
    closed_at      timestamptz,

    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, number),
    CHECK (kind = 'break-fix' OR severity = '')
) WITH (fillfactor = 60);
-- Lists of what isn't over, of one tenant and of all. The status moves a few times in a life, never with an alarm.
CREATE INDEX incidents_unfinished ON incidents (tenant_id, number) WHERE status NOT IN ('closed', 'cancelled');

-- Subjects are of several kinds, so nothing is referred to here.
CREATE TABLE wakes (
    tenant_id  uuid NOT NULL,
    kind       text NOT NULL CHECK (kind IN ('incident')),
    subject_id uuid NOT NULL,
    at         timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, kind, subject_id)
) WITH (fillfactor = 70);
-- By the instant alone: who is due is found across tenants, without locks, by a role that sees no more than that.
CREATE INDEX wakes_at ON wakes (at) INCLUDE (tenant_id);
-- A tenant's own, the longest due first.
CREATE INDEX wakes_of_tenant ON wakes (tenant_id, kind, at);

ALTER TABLE incidents ENABLE ROW LEVEL SECURITY;
ALTER TABLE incidents FORCE ROW LEVEL SECURITY;
ALTER TABLE wakes ENABLE ROW LEVEL SECURITY;
ALTER TABLE wakes FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON incidents USING (tenant_id = nullif(current_setting('firstcall.tenant', true), '')::uuid);
CREATE POLICY staff ON incidents FOR SELECT TO firstcall_staff USING (true);
CREATE POLICY own ON wakes USING (tenant_id = nullif(current_setting('firstcall.tenant', true), '')::uuid);
CREATE POLICY due ON wakes FOR SELECT TO firstcall_due USING (true);

GRANT SELECT, INSERT, UPDATE ON incidents TO firstcall_app;
GRANT SELECT ON incidents TO firstcall_staff;
GRANT SELECT, INSERT, UPDATE, DELETE ON wakes TO firstcall_app;
GRANT SELECT (tenant_id, at) ON wakes TO firstcall_due;
