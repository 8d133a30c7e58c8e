package storage

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/lib/pq"

	"example.com/firstcall/domain"
	"example.com/firstcall/domain/terms"
)

// clockNames are an incident's clocks as their columns begin, in the order of clocksOf.
var clockNames = [...]string{"first_response", "work_begins", "staffing", "change_control", "answer", "next_update", "case", "ladder"}

func clocksOf(i *domain.Incident) [len(clockNames)]*domain.Clock {
	return [...]*domain.Clock{
		&i.FirstResponse, &i.WorkBegins, &i.Staffing, &i.ChangeControl, &i.Answer, &i.NextUpdate, &i.Case, &i.Ladder,
	}
}

// instantNames are the instants of a clock as their columns end, in the order of instantsOf.
var instantNames = [...]string{"from", "due", "met", "rang"}

func instantsOf(c *domain.Clock) [len(instantNames)]*time.Time {
	return [...]*time.Time{&c.From, &c.Due, &c.Met, &c.Rang}
}

// clockColumns are the columns of all clocks, those of one after the other.
var clockColumns = func() (all []string) {
	for _, clock := range clockNames {
		for _, instant := range instantNames {
			all = append(all, clock+"_"+instant)
		}
	}
	return all
}()

// clockSet is a set of clockColumns, by their places.
type clockSet uint32

const allClocks = ^clockSet(0)

// moved is where the clocks of two incidents differ.
func moved(a, b *domain.Incident) (set clockSet) {
	was, is := clocksOf(a), clocksOf(b)
	for n := range was {
		if *was[n] == *is[n] {
			continue
		}
		from, to := instantsOf(was[n]), instantsOf(is[n])
		for k := range from {
			if !from[k].Equal(*to[k]) {
				set |= 1 << (n*len(instantNames) + k)
			}
		}
	}
	return set
}

// clockAt is the instant in clockColumns' n-th column.
func clockAt(i *domain.Incident, n int) *time.Time {
	return instantsOf(clocksOf(i)[n/len(instantNames)])[n%len(instantNames)]
}

// Only the clocks' row is locked: whoever changes an incident locks it too. A claimer that comes second passes on, or sees the
// new wake when it is let in.
var dueIncidents = `
SELECT c.incident_id, c.version, c.shown, c.brief, ARRAY[c.` + strings.Join(clockColumns, ", c.") + `]
FROM clocks c WHERE c.tenant_id = $1 AND c.wake_at <= $2 ORDER BY c.wake_at LIMIT $3
FOR UPDATE SKIP LOCKED`

// DueIncidents implements bot.Tx.
func (t *txn) DueIncidents(ctx context.Context, tenant domain.TenantID, now time.Time, limit int) ([]domain.Incident, error) {
	rows, err := t.tx.QueryContext(ctx, dueIncidents, tenant, instant(now), limit)
	if err != nil {
		return nil, fmt.Errorf("claim due incidents: %w", err)
	}
	defer rows.Close()
	var found []domain.Incident
	var shown []int64
	var row struct {
		id      string
		version int
		shown   int64
		brief   brief
		clocks  clockRow
	}
	into := []any{&row.id, &row.version, &row.shown, &row.brief, &row.clocks}
	for rows.Next() {
		found = append(found, domain.Incident{})
		next := &found[len(found)-1]
		row.brief.of, row.clocks.of = next, next
		if err := rows.Scan(into...); err != nil {
			return nil, fmt.Errorf("claim due incidents: %w", err)
		}
		next.Tenant, next.ID, next.Version = tenant, domain.IncidentID(row.id), row.version
		shown = append(shown, row.shown)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("claim due incidents: %w", err)
	}
	t.remember(found, shown, true)
	return found, nil
}

// clockRow reads all clocks from one array, which costs less than as many columns do.
type clockRow struct{ of *domain.Incident }

// Scan implements sql.Scanner.
func (c *clockRow) Scan(src any) error {
	text, ok := src.([]byte)
	if !ok {
		return fmt.Errorf("a %T are no clocks", src)
	}
	rest := strings.TrimSuffix(strings.TrimPrefix(string(text), "{"), "}")
	clocks := clocksOf(c.of)
	for _, clock := range clocks {
		for _, at := range instantsOf(clock) {
			var one string
			one, rest, _ = strings.Cut(rest, ",")
			if one == "" {
				return fmt.Errorf("too few instants for the clocks")
			}
			if one == "NULL" {
				*at = time.Time{}
				continue
			}
			var err error
			if *at, err = readInstant(strings.Trim(one, `"`)); err != nil {
				return fmt.Errorf("read a clock: %w", err)
			}
		}
	}
	return nil
}

// readInstant reads an instant as Postgres writes it. The form that it has in UTC is read without the driver's general parser.
func readInstant(s string) (time.Time, error) {
	digits := func(from, to int) (n int) {
		for i := from; i < to; i++ {
			d := s[i] - '0'
			if d > 9 {
				return -1 << 40
			}
			n = n*10 + int(d)
		}
		return n
	}
	if zone, ok := strings.CutSuffix(s, "+00"); ok && len(zone) >= 19 && zone[4] == '-' && zone[7] == '-' && zone[10] == ' ' && zone[13] == ':' && zone[16] == ':' {
		year, month, day, hour, minute, second := digits(0, 4), digits(5, 7), digits(8, 10), digits(11, 13), digits(14, 16), digits(17, 19)
		part := 0
		if len(zone) > 20 && len(zone) <= 26 && zone[19] == '.' {
			part = digits(20, len(zone))
			for range 29 - len(zone) {
				part *= 10
			}
		} else if len(zone) != 19 {
			part = -1
		}
		if year >= 0 && month > 0 && day > 0 && hour >= 0 && minute >= 0 && second >= 0 && part >= 0 {
			return time.Date(year, time.Month(month), day, hour, minute, second, part, time.UTC), nil
		}
	}
	t, err := pq.ParseTimestamp(nil, s)
	if err != nil {
		return time.Time{}, fmt.Errorf("read the instant %q: %w", s, err)
	}
	return t.UTC(), nil
}

// brief is what alarms look at besides the clocks, as a column: domain's ForAlarms without what has a column of its own.
type brief struct{ of *domain.Incident }

// Scan implements sql.Scanner.
func (b *brief) Scan(src any) error {
	text, ok := src.([]byte)
	if !ok {
		return fmt.Errorf("a %T is no brief", src)
	}
	if !members(text, func(key, value []byte) bool { return briefMember(b.of, string(key), value) }) {
		return fmt.Errorf("read a brief: %.200s", text)
	}
	return nil
}

func briefMember(i *domain.Incident, key string, value []byte) bool {
	switch key {
	case "ref":
		return anyString(value, &i.Ref)
	case "generation":
		n, err := strconv.Atoi(string(value))
		i.Generation = n
		return err == nil
	case "kind":
		return anyString(value, &i.Kind)
	case "status":
		return anyString(value, &i.Status)
	case "opened_at":
		var s string
		ok := plainString(value, &s)
		at, err := time.Parse(time.RFC3339Nano, s)
		i.OpenedAt = at.UTC()
		return ok && err == nil
	case "severity":
		return anyString(value, &i.Severity)
	case "effort":
		return anyString(value, &i.Effort)
	case "reporter":
		return anyString(value, &i.Reporter)
	case "place":
		return anyString(value, &i.Place)
	case "owner":
		return anyString(value, &i.Owner)
	case "owner_name":
		return anyString(value, &i.OwnerName)
	case "acked_name":
		return anyString(value, &i.AckedName)
	case "first_contact_by":
		return anyString(value, &i.FirstContactBy)
	case "team":
		return anyString(value, &i.Team)
	case "asked":
		return anyString(value, &i.Asked)
	case "report":
		return members(value, func(key, value []byte) bool { return reportMember(&i.Report, string(key), value) })
	case "promise":
		return members(value, func(key, value []byte) bool { return commitmentMember(&i.Promise, string(key), value) })
	}
	return true // a newer program may know more
}

// written is the brief of an incident. An instant is cut to what Postgres keeps, as in the columns.
func written(i *domain.Incident) ([]byte, error) {
	type contact struct {
		Title   string         `json:"title,omitempty"`
		Zone    string         `json:"zone,omitempty"`
		Country string         `json:"country,omitempty"`
		EventID string         `json:"event_id,omitempty"`
		Owner   domain.Contact `json:"owner"`
	}
	type promise struct {
		Plan             terms.Plan    `json:"plan,omitempty"`
		FirstResponse    *terms.Target `json:"first_response,omitempty"`
		IfCustomerCannot terms.Code    `json:"if_customer_cannot,omitempty"`
	}
	text, err := encodeJSON(struct {
		Ref            string          `json:"ref"`
		Generation     int             `json:"generation"`
		Kind           domain.Kind     `json:"kind"`
		Status         domain.Status   `json:"status"`
		OpenedAt       time.Time       `json:"opened_at"`
		Severity       terms.Severity  `json:"severity,omitempty"`
		Effort         terms.Clock     `json:"effort,omitempty"`
		Reporter       domain.PersonID `json:"reporter,omitempty"`
		Place          domain.PlaceID  `json:"place,omitempty"`
		Owner          domain.PersonID `json:"owner,omitempty"`
		OwnerName      string          `json:"owner_name,omitempty"`
		AckedName      string          `json:"acked_name,omitempty"`
		FirstContactBy string          `json:"first_contact_by,omitempty"`
		Team           string          `json:"team,omitempty"`
		Asked          string          `json:"asked,omitempty"`
		Report         contact         `json:"report"`
		Promise        promise         `json:"promise"`
	}{
		i.Ref, i.Generation, i.Kind, i.Status, i.OpenedAt.UTC().Truncate(time.Microsecond), i.Severity, i.Effort, i.Reporter, i.Place,
		i.Owner, i.OwnerName, i.AckedName, i.FirstContactBy, i.Team, i.Asked,
		contact{i.Report.Title, i.Report.Zone, i.Report.Country, i.Report.EventID, i.Report.Owner},
		promise{i.Promise.Plan, i.Promise.FirstResponse, i.Promise.IfCustomerCannot},
	})
	if err != nil {
		return nil, fmt.Errorf("write the brief: %w", err)
	}
	return text, nil
}

// sameBrief says whether two incidents have the same brief.
func sameBrief(a, b *domain.Incident) bool {
	return a.Ref == b.Ref && a.Generation == b.Generation && a.Kind == b.Kind && a.Status == b.Status && a.OpenedAt.Equal(b.OpenedAt) &&
		a.Severity == b.Severity && a.Effort == b.Effort && a.Reporter == b.Reporter && a.Place == b.Place && a.Owner == b.Owner &&
		a.OwnerName == b.OwnerName && a.AckedName == b.AckedName && a.FirstContactBy == b.FirstContactBy && a.Team == b.Team &&
		a.Asked == b.Asked && a.Report.Title == b.Report.Title && a.Report.Zone == b.Report.Zone && a.Report.Country == b.Report.Country && a.Report.EventID == b.Report.EventID &&
		a.Report.Owner == b.Report.Owner && a.Promise.Plan == b.Promise.Plan && a.Promise.FirstResponse == b.Promise.FirstResponse &&
		a.Promise.IfCustomerCannot == b.Promise.IfCustomerCannot
}
