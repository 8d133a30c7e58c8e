package domain

import (
	"fmt"
	"slices"
	"time"

	"example.com/firstcall/domain/calendar"
	"example.com/firstcall/domain/terms"
)

// Agreement is what a customer bought, with the customer's own business time
// and the provider's own policy for it.
type Agreement struct {
	Tenant        TenantID
	Customer      string // the customer's name, as the provider's people know it
	ID            string
	Name          string
	Holdings      []terms.Holding
	Zone          string // IANA; of contacts that name none
	Country       string // ISO 3166 alpha-2
	Hours         *calendar.Hours
	Days          []calendar.Day // the customer's own holidays and working days
	CoveredUntil  calendar.Date  // of Days; zero when they are no whole list
	Subscriptions []Subscription
	Policy        Policy
}

// Subscription is one enrolled subscription or tenant of a cloud service.
type Subscription struct {
	ID         string       `json:"id"`
	Name       string       `json:"name"`
	Production bool         `json:"production"`
	Plans      []terms.Plan `json:"plans,omitempty"` // the plans it is enrolled in; none: all
}

// DependsOnSubscription says whether a plan that is bound to subscriptions
// applies only because nobody knows yet which one is hit: another plan may be
// the right one (PMCS-03).
func (a *Agreement) DependsOnSubscription(i *Incident) bool {
	return i.Kind == BreakFix && i.Report.Subscription == "" && len(a.Subscriptions) > 0 && slices.ContainsFunc(i.Promise.Plans, bound)
}

// Calendar is the business time of a contact in that zone and country; empty
// ones are the agreement's (TC-01, AMB-09).
func (a *Agreement) Calendar(zone, country string) (*calendar.Calendar, error) {
	if zone == "" {
		zone = a.Zone
	}
	if country == "" {
		country = a.Country
	}
	loc, err := time.LoadLocation(zone)
	if err != nil {
		return nil, fmt.Errorf("zone of agreement %s: %w", a.Name, err)
	}
	hours := calendar.OfficeHours()
	if a.Hours != nil {
		hours = *a.Hours
	}
	var lists []calendar.Holidays
	if h, ok := calendar.Country(country); ok {
		lists = append(lists, h)
	}
	if len(a.Days) > 0 {
		lists = append(lists, calendar.Holidays{Country: country, Days: a.Days, CoveredUntil: a.CoveredUntil, Source: "agreement " + a.Name})
	}
	return calendar.New(loc, hours, lists...)
}

// BusinessEvent is a planned business event and its window (EV-02, EV-04).
type BusinessEvent struct {
	ID       string
	Name     string
	Starts   time.Time
	Ends     time.Time // exclusive
	Zone     string
	Products []string // in its scope; none: all
}

// Running says whether t lies in the event's window.
func (e BusinessEvent) Running(t time.Time) bool { return !t.Before(e.Starts) && t.Before(e.Ends) }
