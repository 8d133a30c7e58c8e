package terms

// Reading names one way to read an ambiguous sentence of the terms, as a switch.
// On is the reading that the name describes; each switch's default in the edition
// file is the recommended position.
type Reading string

// The readings. The comment says what off means; the id is the ambiguity's.
const (
	// ExcludedAzureAsOther gives Azure components that the base's footnote takes out of its Azure time the
	// time of all other products (AMB-03). Off: no time is listed for them.
	ExcludedAzureAsOther Reading = "excluded_azure_as_other"
	// UERExcludesTimeOnly takes a component on the footnote of UER out of its Azure time only (AMB-04).
	// Off: UER does not apply to it at all.
	UERExcludesTimeOnly Reading = "uer_excludes_time_only"
	// SevAResponseMerged gives severity A of Platform, Event, Security and ARR the response cell of
	// severity 1 (AMB-05). Off: they list no response time for A, and the base's stands.
	SevAResponseMerged Reading = "sev_a_response_merged"
	// SevAWorkBeginsMerged does the same for the time in which work begins (AMB-05).
	SevAWorkBeginsMerged Reading = "sev_a_work_begins_merged"
	// BusinessResponseClock counts the response of B and C in business time (AMB-06). Off: elapsed time.
	BusinessResponseClock Reading = "business_response_clock"
	// SevB24x7Response counts B's response in elapsed time once the customer committed to 24x7 (AMB-07).
	SevB24x7Response Reading = "sev_b_24x7_response"
	// SevB24x7WorkBegins does the same for the time in which work begins, where the text says business hours.
	SevB24x7WorkBegins Reading = "sev_b_24x7_work_begins"
	// LaterOptIn allows the 24x7 commitment of B after submission, as a recorded request (AMB-07).
	LaterOptIn Reading = "later_opt_in"
	// InitialResponseAsFirstCall puts the security chart's "initial response" to the same test as the
	// first call: a person, by phone or e-mail (AMB-10). Off: a person's chat message counts there.
	InitialResponseAsFirstCall Reading = "initial_response_as_first_call"
	// EventNeedsTag treats a case without the tag as no event case until it has it (AMB-11).
	EventNeedsTag Reading = "event_needs_tag"
	// RCAAfterClosure lets platform MCS customers ask for the analysis until seven days after the closure
	// (AMB-12). Off: at the latest seven days before it.
	RCAAfterClosure Reading = "rca_after_closure"
	// ReactiveAfterDay60 opens platform MCS from day 61 however late the intake was completed (AMB-15).
	// Off: a late intake never opens it by itself.
	ReactiveAfterDay60 Reading = "reactive_after_day_60"
	// PlusDaysCounted counts the service days of a Plus event (AMB-18). Off: its span from first to last.
	PlusDaysCounted Reading = "plus_days_counted"
	// PlatformChat accepts platform MCS cases by chat, as the body says and the chart does not (AMB-20).
	PlatformChat Reading = "platform_chat"
	// RSMForB offers reactive support management for B as for C (AMB-22).
	RSMForB Reading = "rsm_for_b"
	// OpenLists lets a person put a product on or take it off an open exclusion list (AMB-24).
	OpenLists Reading = "open_lists"
	// EventJudgedBySolution looks at the cloud of the event's solution (AMB-27). Off: a customer with any
	// government or sovereign environment is refused.
	EventJudgedBySolution Reading = "event_judged_by_solution"
	// ChangeControlBusinessHours counts B's change control in business hours even with 24x7 (AMB-31).
	ChangeControlBusinessHours Reading = "change_control_business_hours"
	// ReviewByHighestSeverity offers the post-incident review by the highest severity reached (AMB-34).
	ReviewByHighestSeverity Reading = "review_by_highest_severity"
	// UERWithoutOnboarding applies UER before its onboarding is finished (AMB-36).
	UERWithoutOnboarding Reading = "uer_without_onboarding"
	// ARRRoutesBAndC sends B and C to the ARR team too (AMB-37); the times stay the base's. Off by default:
	// the provider has to confirm it.
	ARRRoutesBAndC Reading = "arr_routes_b_and_c"
	// ExhibitReplacesBase lets an exhibit's time stand instead of the base's (MCSG-01). Off: the shorter wins.
	ExhibitReplacesBase Reading = "exhibit_replaces_base"
)

var knownReadings = []Reading{
	ExcludedAzureAsOther, UERExcludesTimeOnly, SevAResponseMerged, SevAWorkBeginsMerged, BusinessResponseClock,
	SevB24x7Response, SevB24x7WorkBegins, LaterOptIn, InitialResponseAsFirstCall, EventNeedsTag, RCAAfterClosure,
	ReactiveAfterDay60, PlusDaysCounted, PlatformChat, RSMForB, OpenLists, EventJudgedBySolution,
	ChangeControlBusinessHours, ReviewByHighestSeverity, UERWithoutOnboarding, ARRRoutesBAndC, ExhibitReplacesBase,
}

// readingBit is the position of a reading in an edition's set of switches.
func readingBit(r Reading) (uint, bool) {
	for i, k := range knownReadings {
		if k == r {
			return uint(i), true
		}
	}
	return 0, false
}

// Readings lists the switches in a fixed order.
func Readings() []Reading { return append([]Reading(nil), knownReadings...) }
