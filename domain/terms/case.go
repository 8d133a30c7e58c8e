package terms

import (
	"time"

	"example.com/firstcall/domain/calendar"
)

// Case is one break-fix incident as far as the terms care. The zero value of each
// scope fact means "in scope", so that a caller states only what is unusual.
// Advice has no case: it has no severity and no target (ADV-06).
type Case struct {
	Severity Severity
	Product  string // a product's code or one of its other names
	Cloud    Cloud  // the cloud of the affected subscription

	// Opened is the valid submission: the clocks start here (AMB-17).
	Opened time.Time
	// Calendar is the business time of the contact's location (TC-01, AMB-09).
	Calendar *calendar.Calendar

	// Plans are all that the customer holds, the base included: without it no
	// add-on counts (GEN-08).
	Plans []Holding

	Commit24x7 bool    // the customer's recorded yes to work around the clock; only B asks (A1-F4)
	Via        Channel // empty: whatever way each plan wants
	Tag        string  // the tag in the case's description, for event cases (A3-06)
	InEvent    bool    // inside a confirmed event's window and about that event

	NonProduction     bool // not the production environment
	NotEnrolled       bool // a subscription that is not enrolled
	TenantNotListed   bool // a tenant that the exhibit does not list
	Preview           bool // a preview, beta or trial
	CustomCode        bool // code that is not the vendor's or was changed
	RestrictedAccess  bool // needs cleared or citizen-only staff
	CustomersCustomer bool // asked for by somebody outside the customer's organisation
	SovereignTenant   bool // the customer has a government or sovereign environment somewhere
	BroadOutage       bool // not isolated to this customer

	// Judgements are a person's decisions about open exclusion lists (AMB-24).
	Judgements []Judgement
}

// Holding is one plan that the customer holds, with the dates that can keep it
// from applying. A zero date means that the step is complete, or that there is no
// end. Days are counted in the calendar's zone.
type Holding struct {
	Plan Plan

	// The terms anchor each period to one of these four dates (AMB-16).
	WorkOrderStart, ContractStart, ContractExecuted, AgreementExecuted calendar.Date

	// IntakeDone is the day the intake (or onboarding) document was complete;
	// zero means complete, unless IntakePending says that it is not yet.
	IntakeDone    calendar.Date
	IntakePending bool
	ReactiveSince calendar.Date // the provider switched the reactive part on earlier, on this day
	Ends          calendar.Date // the last day the plan is in force

	// Products narrows the plan to these codes, where the work order lists
	// products (REDE-01, M365-01); empty means all that the plan may cover.
	Products []string
	// Exhibit holds the work order's own terms; needed for the plans whose terms
	// are not in the document.
	Exhibit *Exhibit
	// Hours are the working hours of a designated engineer's location; nil means
	// the contact's (REDE-09).
	Hours *calendar.Calendar
}

// Exhibit is what a work order's exhibit says about one plan (MCSG-01).
type Exhibit struct {
	Reference string // how people find the document
	Targets   map[Severity]ExhibitTarget
	Channels  []Channel // empty: as the base
	Languages []string  // empty: as the base
}

// ExhibitTarget is an exhibit's line for one severity. A zero duration means that
// the exhibit gives none; an empty clock means around the clock.
type ExhibitTarget struct {
	FirstResponse, WorkBegins time.Duration
	Clock                     Clock
}

// Judgement is a person's decision about a product and an open exclusion list,
// recorded with the reason.
type Judgement struct {
	Plan       Plan
	InScope    bool
	By, Reason string
}
