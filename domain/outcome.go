package domain

import (
	"time"

	"example.com/firstcall/domain/calendar"
	"example.com/firstcall/domain/terms"
)

// Outcome is what a rule decided: the incident as it is now, what must ring,
// and why. Cards are not here: they show the state and follow from it.
type Outcome struct {
	Incident Incident
	Notices  []Notice
	Journal  []Entry
}

// Actor is who does something, with the rights that hold at that moment.
type Actor struct {
	Person PersonID // "" for the bot itself
	Tenant TenantID
	Name   string
	Side   Side
	Roles  []Role
}

// Side says for whom a person works.
type Side string

// The two sides, and the bot.
const (
	Customer Side = "customer"
	Provider Side = "provider"
	Machine  Side = "bot"
)

// Role is what a person may do (terms.md part 6 by their usual names).
type Role string

// The roles.
const (
	RoleContact         Role = "contact"          // reactive support contact, CR-04
	RoleAdministrator   Role = "administrator"    // support services administrator, CR-02
	RoleCloudAdmin      Role = "cloud_admin"      // CR-05
	RoleChangeControl   Role = "change_control"   // A1-20
	RoleExecutive       Role = "executive"        // A1-07, A1-08
	RoleEngineer        Role = "engineer"         // problem resolution
	RoleIncidentManager Role = "incident_manager" // critical-situation or senior incident manager
	RoleAccountManager  Role = "account_manager"  // CSAM, RSM-02
	RoleManager         Role = "manager"          // of the provider's people
	// RoleGuest is somebody unknown in a customer's place: it can report and say
	// what it knows, but says yes to nothing for the customer.
	RoleGuest Role = "guest"
	// roleReporter is whoever of the customer's reported the incident that is
	// asked about. It is found in the incident, and never kept.
	roleReporter Role = "reporter"
)

// Has says whether the actor holds one of the roles.
func (a Actor) Has(roles ...Role) bool {
	for _, have := range a.Roles {
		for _, want := range roles {
			if have == want {
				return true
			}
		}
	}
	return false
}

// Entry is one journal line: data, worded when it is read.
type Entry struct {
	At   time.Time         // when it was recorded
	By   Actor             // who did it; only Person, Name and Side are kept
	Kind string            // "journal.<kind>" names its sentence
	Args map[string]string // RFC 3339 instants, durations as Go prints them
	Rows []string          // rows of the terms it rests on
}

// Notice is something somebody must notice. Package bot finds the words, the
// people and their languages; a ring's key is incident, generation, Kind, Step
// and recipient, so firing twice rings once.
type Notice struct {
	To   Who
	Kind NoticeKind
	Step int64     // unix seconds of the alarm's instant, or the version of the change
	Due  time.Time // the deadline it speaks of
	At   time.Time // the instant it was meant for; later than that is "late"
	Rung int       // of a page: how high the ladder has been climbed, from 1
	Text string    // what a person wrote, if it carries that
	By   string    // who wrote it
	Args map[string]string
}

// Who names those to be told, resolved by the bot at the moment of telling:
// "customer" (the incident's place), "reporter", "engineers" (the team that has
// it), "managers", "owner" (the engineer; the engineers when there is none),
// "role:<role>" (those on duty), "team:<name>" (a team's channel),
// "person:<name>", "administrator", "executives".
type Who string

// The audiences that need no configuration.
const (
	ToCustomer      Who = "customer"
	ToReporter      Who = "reporter"
	ToEngineers     Who = "engineers"
	ToManagers      Who = "managers"
	ToOwner         Who = "owner"
	ToAdministrator Who = "administrator"
)

// NoticeKind names a sentence: "ring.<kind>".
type NoticeKind string

// Env is what a rule may look at besides the incident.
type Env struct {
	Agreement *Agreement
	Calendar  *calendar.Calendar // the contact's business time
	Policy    *Policy
	// Empty says whether nobody can be reached as who; an empty rung is skipped
	// at once. Nil means that everybody can be reached.
	Empty func(Who) bool
	Terms *terms.Edition
}

// Policy is the provider's own, never shown as contract (SIL-03 and others).
type Policy struct {
	Ladders      []Ladder                         `json:"ladders"`
	NextUpdate   map[terms.Severity]time.Duration `json:"next_update"` // business days for B and C: see UpdateDays
	UpdateDays   map[terms.Severity]int           `json:"update_days"`
	RepeatLate   time.Duration                    `json:"repeat_late"`   // 1 and A after a missed target; B and C daily
	Staffing     time.Duration                    `json:"staffing"`      // how long named contacts may be missing
	CaseReminder time.Duration                    `json:"case_reminder"` // between reminders for a case number
	DraftLeft    time.Duration                    `json:"draft_left"`    // before a draft left alone is mentioned
	ChatCounts   []terms.Plan                     `json:"chat_counts"`   // a human's chat message is a first response here (AMB-10)
	ChatSubmits  []terms.Plan                     `json:"chat_submits"`  // the bot is a way to submit under these plans (AMB-20); none: it only prepares
	Rooms        []terms.Severity                 `json:"rooms"`         // incidents of these severities get a channel of their own, where the platform can make one
	RoomsKept    time.Duration                    `json:"rooms_kept"`    // how long it stays open after the incident; 0: for ever
}

// Ladder says who is called when nobody answers. The first ladder that fits
// plan and severity is used.
type Ladder struct {
	Plan     terms.Plan     `json:"plan,omitempty"`     // "" fits every plan
	Severity terms.Severity `json:"severity,omitempty"` // "" fits every severity
	Rungs    []Rung         `json:"rungs"`
}

// Rung is one step. It is due After its ladder's start, or at Percent of the
// first-response target, and repeated Every so often, Times in all.
type Rung struct {
	After   time.Duration `json:"after,omitempty"`
	Percent int           `json:"percent,omitempty"`
	Call    []Who         `json:"call"`
	Every   time.Duration `json:"every,omitempty"`
	Times   int           `json:"times,omitempty"` // 0 means 1
}
