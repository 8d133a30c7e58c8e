package domain

// The notices that a change gives; those of alarms are beside the alarms.
const (
	Opened            NoticeKind = "opened"
	CriticalOpened    NoticeKind = "critical_opened" // the enhanced escalation begins (RSM-04)
	CaseRecorded      NoticeKind = "case_recorded"
	HandedOver        NoticeKind = "handed_over"
	Update            NoticeKind = "update"
	Escalated         NoticeKind = "escalated"
	Executives        NoticeKind = "executives"
	ThirdParty        NoticeKind = "third_party"
	BroadOutage       NoticeKind = "broad_outage"
	Asked             NoticeKind = "asked"
	Answered          NoticeKind = "answered"
	Committed         NoticeKind = "committed"
	RemoteAccess      NoticeKind = "remote_access"
	DowngradeProposed NoticeKind = "downgrade_proposed"
	DowngradeDecided  NoticeKind = "downgrade_decided"
	SeverityRequested NoticeKind = "severity_requested"
	SeverityChanged   NoticeKind = "severity_changed"
	SeverityRefused   NoticeKind = "severity_refused"
	MitigatedNow      NoticeKind = "mitigated"
	ResolvedNow       NoticeKind = "resolved"
	Reopened          NoticeKind = "reopened"
	CancelledNow      NoticeKind = "cancelled"
	RCAWished         NoticeKind = "rca_wished"
	RCARequested      NoticeKind = "rca_requested"
	AdviceNearlyUsed  NoticeKind = "advice_nearly_used"
	AdviceUsedUp      NoticeKind = "advice_used_up"
	Noted             NoticeKind = "noted" // the customer adds something
)

// Wording is a code and the arguments that fill its sentence. Instants are
// RFC 3339, durations as Go prints them, "yes" and "no" as such; an optional
// argument is missing where it does not apply.
type Wording struct {
	Code     string
	Args     []string
	Optional []string
}

// RefusalCodes lists every refusal of this package.
func RefusalCodes() []Wording {
	return []Wording{
		{Code: "not_found"},   // another customer's: answered like one that does not exist
		{Code: "only_people"}, // a machine or somebody unknown
		{Code: "not_allowed", Args: []string{"verb"}},
		{Code: "case_first", Args: []string{"verb"}}, // the case's number is still missing
		{Code: "wrong_status", Args: []string{"verb", "status", "at"}},
		{Code: "text_missing"}, // the field says which
		{Code: "contact_missing"},
		{Code: "kind_unknown", Args: []string{"given"}},
		{Code: "severity_unknown", Args: []string{"given"}},
		{Code: "product_unknown", Args: []string{"given", "nearest"}},
		{Code: "no_24x7_for_c"},
		{Code: "way_unknown", Args: []string{"given"}},
		{Code: "case_known", Args: []string{"number", "ref"}},
		{Code: "in_future", Args: []string{"given", "now"}},
		{Code: "in_past", Args: []string{"given", "now"}},
		{Code: "too_early", Args: []string{"given", "earliest"}},
		{Code: "too_far", Args: []string{"given", "latest"}},
		{Code: "already_acked", Args: []string{"name", "at"}},
		{Code: "already_taken", Args: []string{"name"}},
		{Code: "person_missing"},
		{Code: "already_called", Args: []string{"name", "at"}},
		{Code: "not_a_call", Args: []string{"given"}},
		{Code: "already_contacted", Args: []string{"name", "at"}},
		{Code: "already_begun", Args: []string{"at"}},
		{Code: "already_there", Args: []string{"team"}},
		{Code: "already_notified", Args: []string{"side"}},
		{Code: "not_in_terms", Args: []string{"severity"}},
		{Code: "side_unknown", Args: []string{"given"}},
		{Code: "already_involved", Args: []string{"vendor"}},
		{Code: "outage_unchanged", Args: []string{"broad"}},
		{Code: "not_a_link", Args: []string{"given"}},
		{Code: "ask_unknown", Args: []string{"given"}},
		{Code: "nothing_asked"},
		{Code: "not_for_advice"},
		{Code: "only_for_advice"},
		{Code: "already_committed", Args: []string{"at"}},
		{Code: "too_late_to_commit"},
		{Code: "already_consented", Args: []string{"systems"}},
		{Code: "already_proposed", Args: []string{"kind"}},
		{Code: "no_downgrade", Args: []string{"severity"}},
		{Code: "nothing_proposed"},
		{Code: "not_lower", Args: []string{"severity", "given"}},
		{Code: "already_requested", Args: []string{"severity", "at"}},
		{Code: "nothing_requested", Args: []string{"severity"}}, // any more: the severity in force
		{Code: "same_severity", Args: []string{"severity"}},
		{Code: "rca_first", Args: []string{"route"}}, // ask about a root cause analysis, then close again
		{Code: "already_asked_rca", Args: []string{"at"}},
		{Code: "rca_not_in_terms"},
		{Code: "rca_not_shared"},
		{Code: "rca_too_late", Args: []string{"until"}}, // an instant, or a day
		{Code: "duplicate_of_itself", Args: []string{"ref"}},
		{Code: "not_a_duration", Args: []string{"given"}},
		{Code: "advice_used_up", Args: []string{"cap"}},
		{Code: "advice_cap", Args: []string{"left", "cap"}},
		{Code: "fact_unknown", Args: []string{"given"}},
		{Code: "hand_over_instead"}, // who has it is not corrected
		{Code: "nothing_recorded", Args: []string{"fact"}},
		{Code: "submitted_by_chat", Args: []string{"at"}},
		{Code: "after_first_call", Args: []string{"given", "called"}},
		{Code: "called_already", Args: []string{"name", "at"}},
		{Code: "withdraw_first", Args: []string{"fact", "at"}}, // it rests on what is to be taken back
		{Code: "reopen_first", Args: []string{"status"}},
	}
}

// NoticeKinds lists every kind of ring with the arguments it carries besides
// its fields (Due, At, Rung, Text, By).
func NoticeKinds() []Wording {
	out := []Wording{
		{Code: string(Opened)},
		{Code: string(CriticalOpened)},
		{Code: string(CaseRecorded), Args: []string{"number"}},
		{Code: string(HandedOver)},
		{Code: string(Update), Args: []string{"next"}},
		{Code: string(Escalated), Args: []string{"team"}},
		{Code: string(Executives), Args: []string{"side"}},
		{Code: string(ThirdParty), Args: []string{"vendor"}},
		{Code: string(BroadOutage)},
		{Code: string(Asked), Optional: []string{"due"}},
		{Code: string(Answered)},
		{Code: string(Committed)},
		{Code: string(RemoteAccess)},
		{Code: string(DowngradeProposed), Args: []string{"kind"}},
		{Code: string(DowngradeDecided), Args: []string{"kind", "severity"}},
		{Code: string(SeverityRequested), Args: []string{"severity", "from"}},
		{Code: string(SeverityChanged), Args: []string{"severity", "from"}},
		{Code: string(SeverityRefused), Args: []string{"severity"}},
		{Code: string(MitigatedNow)},
		{Code: string(ResolvedNow)},
		{Code: string(Reopened)},
		{Code: string(CancelledNow), Args: []string{"duplicate"}},
		{Code: string(RCAWished), Args: []string{"route"}},
		{Code: string(RCARequested), Args: []string{"route"}, Optional: []string{"due"}},
		{Code: string(AdviceNearlyUsed), Args: []string{"left"}},
		{Code: string(AdviceUsedUp)},
		{Code: string(Noted)},
	}
	for _, k := range AlarmKinds() {
		out = append(out, Wording{Code: string(k)})
	}
	return out
}

// JournalKinds lists every kind of journal line.
func JournalKinds() []Wording {
	return []Wording{
		{Code: "opened", Args: []string{"ref", "kind", "title"}, Optional: []string{"severity", "plan", "status", "commit"}},
		{Code: "case_wanted", Args: []string{"via"}},
		{Code: "case_recorded", Args: []string{"number"}, Optional: []string{"at", "via"}},
		{Code: "subscription_unknown"}, // a plan that is bound to subscriptions rests on it
		{Code: "clocks_started", Args: []string{"submitted"}, Optional: []string{"first_response", "work_begins"}},
		{Code: "clock_moved", Args: []string{"clock", "from", "to"}},
		{Code: "staffing_wanted", Args: []string{"due"}},
		{Code: "escalation_started", Args: []string{"severity"}},
		{Code: "acknowledged", Args: []string{"next"}},
		{Code: "taken"},
		{Code: "handed_over", Args: []string{"to", "from"}},
		{Code: "first_call", Args: []string{"via", "caller", "at"}, Optional: []string{"due", "missed"}},
		{Code: "first_contact", Args: []string{"at", "counts"}},
		{Code: "first_response_missed", Args: []string{"due"}},
		{Code: "work_begun", Args: []string{"at"}},
		{Code: "update", Args: []string{"text", "next"}},
		{Code: "escalated", Args: []string{"team", "from", "why"}},
		{Code: "executives", Args: []string{"side", "why"}},
		{Code: "third_party", Args: []string{"vendor"}},
		{Code: "outage", Args: []string{"broad", "why"}},
		{Code: "asked", Args: []string{"kind", "text"}, Optional: []string{"due"}},
		{Code: "answered", Args: []string{"text", "question", "late", "at"}},
		{Code: "committed", Args: []string{"contacts", "effort"}},
		{Code: "remote_access", Args: []string{"systems"}},
		{Code: "downgrade_proposed", Args: []string{"kind", "why"}}, // and one argument a plan, where plans differ
		{Code: "downgrade_decided", Args: []string{"kind", "why", "to"}},
		{Code: "downgrade_dropped", Args: []string{"kind", "why"}},
		{Code: "severity_requested", Args: []string{"severity", "from", "reason"}},
		{Code: "severity_refused", Args: []string{"severity", "reason"}},
		{Code: "severity_changed", Args: []string{"from", "to", "why", "old_plan", "old_rows", "plan"}},
		{Code: "note", Args: []string{"text"}},
		{Code: "replied", Args: []string{"text"}},
		{Code: "link", Args: []string{"url", "title"}},
		{Code: "mitigated", Args: []string{"at", "text"}},
		{Code: "resolved", Args: []string{"at", "text"}},
		{Code: "closed"},
		{Code: "rca_wished", Args: []string{"route"}},
		{Code: "rca_requested", Args: []string{"route"}, Optional: []string{"due"}},
		{Code: "rca_declined"},
		{Code: "reopened", Args: []string{"why", "from"}},
		{Code: "cancelled", Args: []string{"duplicate", "why"}},
		{Code: "effort", Args: []string{"spent", "used", "left"}},
		{Code: "converted", Args: []string{"severity"}},
		{Code: "corrected", Args: []string{"fact", "why", "old", "new", "old_at", "new_at"}, Optional: []string{"caller", "missed"}},
		{Code: "withdrawn", Args: []string{"fact", "why", "old"}, Optional: []string{"old_at", "caller"}},
		{Code: "paged", Args: []string{"who", "rung", "at"}},
	}
}
