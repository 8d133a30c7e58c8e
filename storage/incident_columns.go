package storage

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"example.com/firstcall/domain"
	"example.com/firstcall/domain/terms"
)

// column is one column of incidents and where its value is in the domain's incident. The statements that read and write
// incidents are built from this list and clockColumns, so that ninety columns are in order in one place.
type column struct {
	name, kind string
	in         func(*domain.Incident) any
}

// What a row is found by is never changed and not among these.
var incidentColumns = []column{
	{"generation", "bigint", func(i *domain.Incident) any { return &i.Generation }},
	{"kind", "text", func(i *domain.Incident) any { return (*string)(&i.Kind) }},
	{"status", "text", func(i *domain.Incident) any { return (*string)(&i.Status) }},
	{"report", "jsonb", func(i *domain.Incident) any { return &i.Report }},
	{"reporter", "uuid", func(i *domain.Incident) any { return (*ident)(&i.Reporter) }},
	{"place", "uuid", func(i *domain.Incident) any { return (*ident)(&i.Place) }},
	{"opened_at", "timestamptz", func(i *domain.Incident) any { return (*instant)(&i.OpenedAt) }},
	{"promise", "jsonb", func(i *domain.Incident) any { return &i.Promise }},
	{"proposed", "text", func(i *domain.Incident) any { return (*string)(&i.Proposed) }},
	{"severity", "text", func(i *domain.Incident) any { return (*string)(&i.Severity) }},
	{"highest", "text", func(i *domain.Incident) any { return (*string)(&i.Highest) }},
	{"commit_24x7", "boolean", func(i *domain.Incident) any { return &i.Commit24x7 }},
	{"committed_by", "uuid", func(i *domain.Incident) any { return (*ident)(&i.CommittedBy) }},
	{"committed_at", "timestamptz", func(i *domain.Incident) any { return (*instant)(&i.CommittedAt) }},
	{"effort", "text", func(i *domain.Incident) any { return (*string)(&i.Effort) }},
	{"case_number", "text", func(i *domain.Incident) any { return &i.CaseNumber }},
	{"submitted_at", "timestamptz", func(i *domain.Incident) any { return (*instant)(&i.SubmittedAt) }},
	{"first_response_via", "text", func(i *domain.Incident) any { return (*string)(&i.FirstResponseVia) }},
	{"first_response_by", "text", func(i *domain.Incident) any { return &i.FirstResponseBy }},
	{"first_contact_at", "timestamptz", func(i *domain.Incident) any { return (*instant)(&i.FirstContactAt) }},
	{"first_contact_by", "text", func(i *domain.Incident) any { return &i.FirstContactBy }},
	{"acked_at", "timestamptz", func(i *domain.Incident) any { return (*instant)(&i.AckedAt) }},
	{"acked_by", "uuid", func(i *domain.Incident) any { return (*ident)(&i.AckedBy) }},
	{"acked_name", "text", func(i *domain.Incident) any { return &i.AckedName }},
	{"owner", "uuid", func(i *domain.Incident) any { return (*ident)(&i.Owner) }},
	{"owner_name", "text", func(i *domain.Incident) any { return &i.OwnerName }},
	{"team", "text", func(i *domain.Incident) any { return &i.Team }},
	{"last_update_at", "timestamptz", func(i *domain.Incident) any { return (*instant)(&i.LastUpdateAt) }},
	{"last_update", "text", func(i *domain.Incident) any { return &i.LastUpdate }},
	{"asked", "text", func(i *domain.Incident) any { return &i.Asked }},
	{"wanted", "text", func(i *domain.Incident) any { return (*string)(&i.Wanted) }},
	{"wanted_reason", "text", func(i *domain.Incident) any { return &i.WantedReason }},
	{"wanted_by", "uuid", func(i *domain.Incident) any { return (*ident)(&i.WantedBy) }},
	{"wanted_at", "timestamptz", func(i *domain.Incident) any { return (*instant)(&i.WantedAt) }},
	{"downgrade", "text", func(i *domain.Incident) any { return (*string)(&i.Downgrade) }},
	{"downgrade_why", "text", func(i *domain.Incident) any { return &i.DowngradeWhy }},
	{"exec_provider", "boolean", func(i *domain.Incident) any { return &i.ExecProvider }},
	{"exec_customer", "boolean", func(i *domain.Incident) any { return &i.ExecCustomer }},
	{"third_party", "text", func(i *domain.Incident) any { return &i.ThirdParty }},
	{"broad_outage", "boolean", func(i *domain.Incident) any { return &i.BroadOutage }},
	{"remote_systems", "text", func(i *domain.Incident) any { return &i.RemoteSystems }},
	{"rca_asked_at", "timestamptz", func(i *domain.Incident) any { return (*instant)(&i.RCAAskedAt) }},
	{"rca_offered", "boolean", func(i *domain.Incident) any { return &i.RCAOffered }},
	{"effort_used", "bigint", func(i *domain.Incident) any { return (*int64)(&i.EffortUsed) }},
	{"duplicate_of", "text", func(i *domain.Incident) any { return &i.DuplicateOf }},
	{"mitigated_at", "timestamptz", func(i *domain.Incident) any { return (*instant)(&i.MitigatedAt) }},
	{"resolved_at", "timestamptz", func(i *domain.Incident) any { return (*instant)(&i.ResolvedAt) }},
	{"closed_at", "timestamptz", func(i *domain.Incident) any { return (*instant)(&i.ClosedAt) }},
}

// readColumns names all columns of an incident as it is read whole, of table i and of its clocks c.
var readColumns = sync.OnceValue(func() string {
	var b strings.Builder
	b.WriteString("i.id, i.ref, c.version")
	for _, c := range incidentColumns {
		b.WriteString(", i." + c.name)
	}
	for _, name := range clockColumns {
		b.WriteString(", c." + name)
	}
	return b.String()
})

// scanInto lists where a row of readColumns goes.
func scanInto(i *domain.Incident) []any {
	into := make([]any, 0, 3+len(incidentColumns)+len(clockColumns))
	into = append(into, (*string)(&i.ID), &i.Ref, &i.Version)
	for _, c := range incidentColumns {
		switch p := c.in(i).(type) {
		case *terms.Commitment:
			into = append(into, commitment{p})
		case *domain.Report:
			into = append(into, report{p})
		default:
			into = append(into, p)
		}
	}
	for n := range clockColumns {
		into = append(into, (*instant)(clockAt(i, n)))
	}
	return into
}

// put adds the value that a column has in an incident to an array.
func (c *column) put(l *list, i *domain.Incident) error {
	switch p := c.in(i).(type) {
	case *string:
		l.text(*p)
	case *ident:
		l.id(string(*p))
	case *instant:
		l.at(time.Time(*p))
	case *int:
		l.int(int64(*p))
	case *int64:
		l.int(*p)
	case *bool:
		l.bool(*p)
	case *terms.Commitment:
		return l.json(p)
	case *domain.Report:
		return l.json(p)
	default:
		return fmt.Errorf("column %s has a value of an unknown type %T", c.name, p)
	}
	return nil
}

// same says whether a column has the same value in both incidents. It may say no for two equal snapshots, never yes for
// different ones.
func (c *column) same(a, b *domain.Incident) bool {
	switch p := c.in(a).(type) {
	case *string:
		return *p == *c.in(b).(*string)
	case *ident:
		return *p == *c.in(b).(*ident)
	case *instant:
		return time.Time(*p).Equal(time.Time(*c.in(b).(*instant)))
	case *int:
		return *p == *c.in(b).(*int)
	case *int64:
		return *p == *c.in(b).(*int64)
	case *bool:
		return *p == *c.in(b).(*bool)
	case *terms.Commitment:
		return sameCommitment(p, c.in(b).(*terms.Commitment))
	case *domain.Report:
		return sameReport(p, c.in(b).(*domain.Report))
	}
	return false
}

// sameCommitment recognises a commitment that was passed on: nobody writes into what its slices and pointers share, a new
// one is resolved into new ones.
func sameCommitment(a, b *terms.Commitment) bool {
	return a.Edition == b.Edition && a.Severity == b.Severity && a.Product == b.Product && a.Plan == b.Plan &&
		a.FirstResponse == b.FirstResponse && a.WorkBegins == b.WorkBegins && a.ChangeControl == b.ChangeControl &&
		a.CustomerAnswer == b.CustomerAnswer && a.EarlyWarning == b.EarlyWarning && a.Effort == b.Effort &&
		a.IfCustomerCannot == b.IfCustomerCannot && a.HumanChatCounts == b.HumanChatCounts && a.Owner.Code == b.Owner.Code &&
		shared(a.Assigned, b.Assigned) && shared(a.Escalation, b.Escalation) && shared(a.Duties, b.Duties) &&
		shared(a.SubmitVia, b.SubmitVia) && shared(a.Languages, b.Languages) && shared(a.Notes, b.Notes) &&
		shared(a.Rejected, b.Rejected) && shared(a.Plans, b.Plans) && shared(a.Rows, b.Rows) && shared(a.Owner.Rows, b.Owner.Rows)
}

func sameReport(a, b *domain.Report) bool {
	return a.Title == b.Title && a.Happened == b.Happened && a.Since.Equal(b.Since) && a.Impact == b.Impact &&
		a.Product == b.Product && a.Production == b.Production && a.Subscription == b.Subscription && a.EventID == b.EventID &&
		a.Owner == b.Owner && slices.Equal(a.Contacts, b.Contacts) && a.Language == b.Language && a.Zone == b.Zone &&
		a.Country == b.Country && a.Via == b.Via && slices.Equal(a.Links, b.Links)
}

// shared says whether two slices are the same stretch of the same array.
func shared[T any](a, b []T) bool {
	return len(a) == len(b) && (len(a) == 0 || &a[0] == &b[0])
}
