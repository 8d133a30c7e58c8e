package domain

import "example.com/firstcall/domain/terms"

// ForAlarms is the part of an incident that Fire and Wake look at, and that what
// they give is worded from; all else is zero. Alarms are many, so a store may
// hand out no more than this to decide about them. Whoever lets an alarm depend
// on another field names it here too: a test compares what alarms say of the part
// with what they say of the whole.
func (i *Incident) ForAlarms() Incident {
	return Incident{
		Tenant: i.Tenant, ID: i.ID, Ref: i.Ref, Version: i.Version, Generation: i.Generation, Kind: i.Kind, Status: i.Status,
		Report:   Report{Title: i.Report.Title, Owner: i.Report.Owner, Zone: i.Report.Zone, Country: i.Report.Country, EventID: i.Report.EventID},
		Reporter: i.Reporter, Place: i.Place, OpenedAt: i.OpenedAt,
		Promise: terms.Commitment{
			Plan: i.Promise.Plan, FirstResponse: i.Promise.FirstResponse, IfCustomerCannot: i.Promise.IfCustomerCannot,
		},
		Severity: i.Severity, Effort: i.Effort,
		FirstResponse: i.FirstResponse, WorkBegins: i.WorkBegins, Staffing: i.Staffing, ChangeControl: i.ChangeControl,
		Answer: i.Answer, NextUpdate: i.NextUpdate, Case: i.Case, Ladder: i.Ladder,
		FirstContactBy: i.FirstContactBy, AckedName: i.AckedName, Owner: i.Owner, OwnerName: i.OwnerName, Team: i.Team, Asked: i.Asked,
	}
}
