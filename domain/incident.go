package domain

import (
	"time"

	"example.com/firstcall/domain/terms"
)

// The ids are UUIDs (version 7) in their text form, made outside this package.
type (
	// TenantID names a customer, or the provider.
	TenantID string
	// IncidentID names an incident; people say its Ref instead.
	IncidentID string
	// PersonID names a person of a tenant.
	PersonID string
	// PlaceID names a channel, or a direct conversation with the bot.
	PlaceID string
)

// Kind says what a customer asked for.
type Kind string

// The kinds of incident. Advice has no severity and no response target, only a
// cap on effort (ADV-06, ADV-07).
const (
	BreakFix Kind = "break-fix"
	Advice   Kind = "advice"
)

// Status says where an incident is in its life.
//
//	AwaitingCase -> Open -> Mitigated -> Resolved -> Closed
//	                  \-> Cancelled        \-> (reopened) Open
//
// AwaitingCase: the agreement wants the case made elsewhere (a portal); the
// clocks start when its number is recorded.
type Status string

// The statuses, in the order an incident passes through them.
const (
	AwaitingCase Status = "awaiting_case"
	Open         Status = "open"
	Mitigated    Status = "mitigated"
	Resolved     Status = "resolved"
	Closed       Status = "closed"
	Cancelled    Status = "cancelled"
)

// Contact is how a person is reached outside the chat.
type Contact struct {
	Name  string `json:"name"`
	Phone string `json:"phone,omitempty"`
	Email string `json:"email,omitempty"`
}

// Report is what the customer told us when opening.
type Report struct {
	Title        string        `json:"title"`
	Happened     string        `json:"happened"` // the whole text, Title may be cut
	Since        time.Time     `json:"since"`    // zero when not said
	Impact       string        `json:"impact"`   // PRS-06
	Product      string        `json:"product"`  // a product code of the terms
	Production   bool          `json:"production"`
	Subscription string        `json:"subscription,omitempty"`
	EventID      string        `json:"event_id,omitempty"` // the business event it is about
	Owner        Contact       `json:"owner"`              // A1-24
	Contacts     []Contact     `json:"contacts,omitempty"` // staffing round the clock, A1-09, A1-19
	Language     string        `json:"language"`           // of the customer: en, zh-Hans, ja
	Zone         string        `json:"zone"`               // IANA, of the contact (TC-01)
	Country      string        `json:"country,omitempty"`  // ISO 3166 alpha-2
	Via          terms.Channel `json:"via,omitempty"`
	Links        []WebLink     `json:"links,omitempty"` // where it was said first, and what was attached
}

// WebLink is a web address that people may follow; a message has no title.
type WebLink struct {
	Title string `json:"title,omitempty"`
	URL   string `json:"url"`
}

// Incident is one reported problem and everything recorded about it. Zero
// times mean: not (yet). It is a value; every change returns a new one.
type Incident struct {
	Tenant     TenantID
	ID         IncidentID
	Ref        string // what people say: INC-42
	Version    int    // +1 with every change kept
	Generation int    // +1 with every reopening; keys of rings carry it
	Kind       Kind
	Status     Status

	Report   Report
	Reporter PersonID
	Place    PlaceID // where the customer talks about it
	OpenedAt time.Time

	// The contract. Promise is what the terms owe, resolved once and stamped;
	// a later change of catalogue or calendar moves no deadline already given.
	Promise     terms.Commitment
	Proposed    terms.Severity // the customer's
	Severity    terms.Severity // in force; the provider assigns it (PRS-07)
	Highest     terms.Severity
	Commit24x7  bool // the customer's recorded yes (A1-09, A1-F4)
	CommittedBy PersonID
	CommittedAt time.Time
	Effort      terms.Clock // 24x7 or business; a downgrade may end 24x7
	CaseNumber  string
	SubmittedAt time.Time // start of the clocks (AMB-17); zero while AwaitingCase

	// Clocks. Each is due once, or not at all when Due is zero.
	FirstResponse Clock // stopped only by a human by phone or e-mail (PRS-11)
	WorkBegins    Clock
	Staffing      Clock // named contacts round the clock are missing
	ChangeControl Clock // the customer's change control owes an answer (A1-20)
	Answer        Clock // the customer owes an answer (A1-25)
	NextUpdate    Clock // our next word to the customer; provider's policy, never contract
	Case          Clock // the number of the case made elsewhere is missing
	Ladder        Clock // Due is its start: rungs count from there

	FirstResponseVia terms.Channel // phone or email ("web" never stops the clock)
	FirstResponseBy  string        // the human who called
	FirstContactAt   time.Time     // a human's first chat message; apart from the above
	FirstContactBy   string
	AckedAt          time.Time
	AckedBy          PersonID
	AckedName        string
	Owner            PersonID // the engineer who has it
	OwnerName        string
	Team             string // the team it was escalated to last, "" = the first
	LastUpdateAt     time.Time
	LastUpdate       string
	Asked            string // what we last asked the customer

	Wanted        terms.Severity // a severity change asked for, "" = none
	WantedReason  string
	WantedBy      PersonID
	WantedAt      time.Time
	Downgrade     Downgrade // proposed, "" = none
	DowngradeWhy  string
	ExecProvider  bool // our executives were notified, on request (A1-07)
	ExecCustomer  bool // theirs were, on our request (A1-08)
	ThirdParty    string
	BroadOutage   bool   // not isolated to this customer (PMCS-57)
	RemoteSystems string // systems the customer opened to us (TC-08)
	RCAAskedAt    time.Time
	RCAOffered    bool
	EffortUsed    time.Duration // advice: hours spent (ADV-07)
	DuplicateOf   string
	MitigatedAt   time.Time
	ResolvedAt    time.Time
	ClosedAt      time.Time
}

// Clock is one deadline of an incident.
type Clock struct {
	From time.Time // when it began
	Due  time.Time // zero: there is none
	Met  time.Time // when it was met; zero: not yet
	Rang time.Time // the last instant of its alarms that was fired
}

// Running says whether somebody still owes something.
func (c Clock) Running() bool { return !c.Due.IsZero() && c.Met.IsZero() }

// Missed says whether the deadline passed before it was met, as of now.
func (c Clock) Missed(now time.Time) bool {
	if c.Due.IsZero() {
		return false
	}
	if c.Met.IsZero() {
		return now.After(c.Due)
	}
	return c.Met.After(c.Due)
}

// Live says whether people still work on the incident.
func (i Incident) Live() bool {
	return i.Status == Open || i.Status == Mitigated || i.Status == AwaitingCase
}

// Critical says whether the incident is severity 1 or A.
func (i Incident) Critical() bool { return i.Severity == terms.Sev1 || i.Severity == terms.SevA }

// Downgrade is one of the three kinds of footnote; a human decides, never a timer.
type Downgrade string

// The kinds of downgrade, from the plan that supplied the target (matrix 2.4).
const (
	LowerSeverity Downgrade = "lower_severity" // base, UER: A1-F3, A6-F3
	EndRoundClock Downgrade = "end_24x7"       // Platform, Event, Security, ARR: A2-F1 …
	BusinessOnly  Downgrade = "business_hours" // severity B: A1-F4
)
