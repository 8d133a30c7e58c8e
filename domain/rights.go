package domain

import (
	"slices"
	"time"
)

// Verb names what a person does to an incident.
type Verb string

// The verbs, as people say them.
const (
	DoOpen          Verb = "open"
	DoRecordCase    Verb = "case"
	DoAcknowledge   Verb = "ack"
	DoTake          Verb = "take"
	DoHandOver      Verb = "handover"
	DoFirstCall     Verb = "called"
	DoContact       Verb = "contact"
	DoReply         Verb = "reply"
	DoBegin         Verb = "begin"
	DoUpdate        Verb = "update"
	DoAsk           Verb = "ask"
	DoAnswer        Verb = "answer"
	DoRequest       Verb = "request"
	DoAccept        Verb = "accept"
	DoRefuse        Verb = "refuse"
	DoAssign        Verb = "severity"
	DoCommit        Verb = "commit"
	DoPropose       Verb = "downgrade"
	DoDecide        Verb = "decide"
	DoEscalate      Verb = "escalate"
	DoExecutives    Verb = "executives"
	DoThirdParty    Verb = "vendor"
	DoOutage        Verb = "outage"
	DoRemoteAccess  Verb = "remote"
	DoNote          Verb = "note"
	DoLink          Verb = "link"
	DoMitigate      Verb = "mitigated"
	DoResolve       Verb = "resolve"
	DoClose         Verb = "close"
	DoRCA           Verb = "rca"
	DoReopen        Verb = "reopen"
	DoCancel        Verb = "cancel"
	DoSpend         Verb = "effort"
	DoConvert       Verb = "breakfix"
	DoCorrect       Verb = "correct"
	DoCorrectNumber Verb = "correct_case"
	DoIdentify      Verb = "identify" // say who somebody on a platform is
	DoPin           Verb = "pin"      // show the button that begins a report again
)

// right says who may do something, and while the incident is in which state.
// No roles on a side: nobody there may.
type right struct {
	customer, provider []Role
	in                 []Status
}

var (
	reporters  = []Role{RoleContact, RoleAdministrator, RoleCloudAdmin} // CR-02, CR-04, CR-05
	tellers    = []Role{RoleContact, RoleAdministrator, RoleCloudAdmin, RoleGuest}
	enders     = []Role{RoleContact, RoleAdministrator, RoleCloudAdmin, roleReporter} // it is their own that they end
	answerers  = []Role{RoleContact, RoleAdministrator, RoleCloudAdmin, RoleChangeControl, RoleGuest}
	readers    = []Role{RoleContact, RoleAdministrator, RoleCloudAdmin, RoleChangeControl, RoleExecutive}
	writers    = []Role{RoleContact, RoleAdministrator, RoleCloudAdmin, RoleChangeControl, RoleExecutive, RoleGuest}
	responders = []Role{RoleEngineer, RoleIncidentManager, RoleAccountManager, RoleManager}
	deciders   = []Role{RoleEngineer, RoleIncidentManager, RoleManager}

	live      = []Status{AwaitingCase, Open, Mitigated}
	submitted = []Status{Open, Mitigated}
	begun     = []Status{Open, Mitigated, Resolved, Closed}
	always    = []Status{AwaitingCase, Open, Mitigated, Resolved, Closed, Cancelled}
	done      = []Status{Resolved, Closed}
)

// rights is the whole table. A machine is in none of its columns: whatever the
// terms want from a human, only a human can do (PRS-11).
var rights = map[Verb]right{
	//               customer   provider    while
	DoOpen:          {tellers, responders, nil},
	DoRecordCase:    {tellers, responders, live},
	DoAcknowledge:   {nil, responders, live},
	DoTake:          {nil, responders, live},
	DoHandOver:      {nil, responders, live},
	DoFirstCall:     {nil, responders, begun}, // it may be remembered late
	DoContact:       {nil, responders, live},
	DoReply:         {nil, responders, always}, // people may still write when it is over
	DoBegin:         {nil, responders, begun},
	DoUpdate:        {nil, responders, live},
	DoAsk:           {nil, responders, live},
	DoAnswer:        {answerers, responders, live},
	DoRequest:       {reporters, nil, live},  // PRS-08
	DoAccept:        {nil, responders, live}, // PRS-07
	DoRefuse:        {nil, responders, live},
	DoAssign:        {nil, responders, live},
	DoCommit:        {reporters, nil, live}, // A1-F4: the customer's own yes
	DoPropose:       {nil, responders, live},
	DoDecide:        {nil, deciders, live},
	DoEscalate:      {nil, responders, live},
	DoExecutives:    {reporters, responders, live}, // AMB-19: either side
	DoThirdParty:    {reporters, responders, live}, // PRS-09
	DoOutage:        {nil, responders, live},
	DoRemoteAccess:  {reporters, nil, live}, // TC-08
	DoNote:          {writers, responders, always},
	DoLink:          {readers, responders, always},
	DoMitigate:      {nil, responders, []Status{Open}},
	DoResolve:       {enders, responders, submitted},
	DoClose:         {enders, responders, []Status{Resolved}},
	DoRCA:           {enders, responders, []Status{AwaitingCase, Open, Mitigated, Resolved, Closed}},
	DoReopen:        {enders, responders, done},
	DoCancel:        {reporters, responders, live},
	DoSpend:         {nil, responders, submitted},
	DoConvert:       {reporters, responders, submitted},
	DoCorrect:       {nil, responders, []Status{AwaitingCase, Open, Mitigated, Resolved, Closed}},
	DoCorrectNumber: {reporters, responders, live},
	DoIdentify:      {nil, responders, nil},
	DoPin:           {nil, responders, nil},
}

// Verbs lists every verb, sorted.
func Verbs() []Verb {
	out := make([]Verb, 0, len(rights))
	for v := range rights {
		out = append(out, v)
	}
	slices.Sort(out)
	return out
}

// MayEver says whether the actor may do that to an incident of the tenant in
// some state, so that a card offers only buttons that can work.
func MayEver(by Actor, v Verb, tenant TenantID) bool {
	r, ok := rights[v]
	if !ok {
		return false
	}
	switch by.Side {
	case Customer:
		return by.Person != "" && by.Tenant == tenant && by.Has(r.customer...)
	case Provider:
		return by.Person != "" && by.Has(r.provider...)
	}
	return false
}

// MayEver says whether the actor may do that to this incident in some state.
// Whoever reported it may end it, and take it up again, without a role.
func (i *Incident) MayEver(by Actor, v Verb) bool {
	if by.Side == Customer && by.Person != "" && by.Person == i.Reporter {
		by.Roles = append(slices.Clone(by.Roles), roleReporter)
	}
	return MayEver(by, v, i.Tenant)
}

// May says whether the actor may do that to the incident as it is now.
func (i Incident) May(by Actor, v Verb) bool { return i.may(by, v) == nil }

// Forbids says why the actor may not do that to the incident as it is now; nil
// when nothing forbids it. It is asked before anything is shown for doing it.
func (i Incident) Forbids(by Actor, v Verb) error { return i.may(by, v) }

// may refuses what the actor may not do, or not in this state. A customer's
// person learns nothing about another customer's incident, not even that it exists.
func (i *Incident) may(by Actor, v Verb) error {
	if by.Side == Customer && by.Tenant != i.Tenant {
		return Refuse("not_found")
	}
	if by.Side != Customer && by.Side != Provider || by.Person == "" {
		return Refuse("only_people")
	}
	if !i.MayEver(by, v) {
		return Refuse("not_allowed", "verb", string(v))
	}
	if in := rights[v].in; in != nil && !slices.Contains(in, i.Status) {
		if i.Status == AwaitingCase {
			return Refuse("case_first", "verb", string(v))
		}
		return Refuse("wrong_status", "verb", string(v), "status", string(i.Status), "at", stamp(i.ended()))
	}
	return nil
}

// ended is when the incident came into the state that it is in, as far as that
// is known; zero while people work on it.
func (i *Incident) ended() time.Time {
	switch i.Status {
	case Closed, Cancelled:
		return i.ClosedAt
	case Resolved:
		return i.ResolvedAt
	case Mitigated:
		return i.MitigatedAt
	}
	return i.OpenedAt
}

// change begins the outcome of a verb that the actor may do now.
func (i Incident) change(by Actor, v Verb) (*Outcome, error) {
	if err := i.may(by, v); err != nil {
		return nil, err
	}
	return &Outcome{Incident: i}, nil
}

// ring adds a notice of this change; args are pairs of name and value.
func (o *Outcome) ring(to Who, kind NoticeKind, by Actor, now time.Time, text string, args ...string) {
	n := Notice{To: to, Kind: kind, Step: int64(o.Incident.Version + 1), At: now, Text: text, By: by.Name}
	for k := 0; k+1 < len(args); k += 2 {
		if n.Args == nil {
			n.Args = make(map[string]string, len(args)/2)
		}
		n.Args[args[k]] = args[k+1]
	}
	o.Notices = append(o.Notices, n)
}
