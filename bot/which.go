package bot

// Which incident is meant: by its number, by where it was said, or by being the only one.

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"strconv"
	"strings"

	"example.com/firstcall/domain"
)

// handle says which incident is meant.
type handle struct {
	tenant domain.TenantID
	number int
	id     domain.IncidentID
	said   string // as it was called
}

var errNoRef = errors.New("no incident named")

// mostNumber is the highest number that an incident can have.
const mostNumber = 1<<31 - 1

var numberShape = regexp.MustCompile(`^#?\d+$`)

// findRef reads INC-42, or 42 where the customer is known. What looks like a
// reference and can't be one is answered like one that doesn't exist.
func (v *visit) findRef(ctx context.Context, ref string) (handle, error) {
	unknown := domain.Refuse("no_such_incident", "ref", brief(strings.ToUpper(ref)))
	if numberShape.MatchString(ref) && v.customer() != "" {
		n, err := strconv.Atoi(strings.TrimPrefix(ref, "#"))
		if err != nil || n < 1 || n > mostNumber {
			return handle{}, unknown
		}
		return handle{tenant: v.customer(), number: n, said: ref}, nil
	}
	ref = narrow(ref)
	m, loose := refShape.FindStringSubmatch(ref), false
	if m == nil {
		if m, loose = looseRef.FindStringSubmatch(ref), true; m == nil {
			return handle{}, errNoRef
		}
	}
	n, err := strconv.Atoi(m[2])
	if err != nil || n < 1 || n > mostNumber {
		return handle{}, unknown
	}
	t, err := v.tx.TenantByPrefix(ctx, strings.ToUpper(m[1]))
	if errors.Is(err, ErrNotFound) || err == nil && !v.maySee(t.ID) {
		if loose {
			return handle{}, errNoRef // sev1 is no incident
		}
		return handle{}, unknown
	}
	ref = m[1] + "-" + m[2]
	return handle{tenant: t.ID, number: n, said: strings.ToUpper(ref)}, err
}

// maySee keeps customers apart; the provider's people see all.
func (v *visit) maySee(tenant domain.TenantID) bool {
	p := v.door.Person
	return p != nil && (p.Tenant == tenant || p.Side == domain.Provider)
}

// onlyOne is the incident meant when nobody names one: the only live one of
// the customer here or, among the provider's people, of all customers.
func (v *visit) onlyOne(ctx context.Context) (handle, error) {
	if v.thread != nil { // in its thread, it is the one
		return v.thread.handle, nil
	}
	if p := v.door.Place; p != nil && p.Incident != "" && v.maySee(p.About) { // in its own place, too
		return handle{tenant: p.About, id: p.Incident}, nil
	}
	tenant := v.customer()
	if p := v.door.Person; tenant == "" && p != nil && p.Side == domain.Provider {
		live, err := v.tx.AllLive(ctx, listed)
		if err != nil {
			return handle{}, err
		}
		return meant(live)
	}
	if tenant == "" || !v.maySee(tenant) {
		return handle{}, domain.Refuse("which_incident", "refs", "INC-1")
	}
	if err := v.tx.Enter(ctx, tenant); err != nil {
		return handle{}, err
	}
	live, err := v.tx.Incidents(ctx, tenant, false, 50)
	if err != nil {
		return handle{}, err
	}
	return meant(live)
}

// meant is the only incident there is; of several, the refusal names them.
func meant(live []domain.Incident) (handle, error) {
	if len(live) == 1 {
		return handle{tenant: live[0].Tenant, id: live[0].ID}, nil
	}
	var refs []string
	for _, i := range live {
		refs = append(refs, i.Ref)
	}
	if len(refs) == 0 {
		return handle{}, domain.Refuse("no_incidents")
	}
	return handle{}, domain.Refuse("which_incident", "refs", strings.Join(refs, ", "))
}

// lock reads and locks the incident. One of another customer is answered like
// one that doesn't exist.
func (v *visit) lock(ctx context.Context, at handle) (domain.Incident, error) {
	if !v.maySee(at.tenant) {
		return domain.Incident{}, domain.Refuse("not_found")
	}
	if v.locked != nil && (v.locked.ID == at.id || at.id == "" && strings.HasSuffix(v.locked.Ref, "-"+strconv.Itoa(at.number))) && v.locked.Tenant == at.tenant {
		return *v.locked, nil
	}
	if err := v.tx.Enter(ctx, at.tenant); err != nil {
		return domain.Incident{}, err
	}
	var inc domain.Incident
	var err error
	if at.id != "" {
		inc, err = v.tx.IncidentByID(ctx, at.tenant, at.id)
	} else {
		inc, err = v.tx.Incident(ctx, at.tenant, at.number)
	}
	if errors.Is(err, ErrNotFound) && at.said != "" {
		return inc, domain.Refuse("no_such_incident", "ref", at.said)
	}
	if errors.Is(err, ErrNotFound) {
		return inc, domain.Refuse("not_found")
	}
	if err != nil {
		return inc, fmt.Errorf("lock the incident: %w", err)
	}
	v.locked = &inc
	return inc, nil
}

func subjectOf(i domain.Incident) string { return string(i.Tenant) + " " + string(i.ID) }

// subjectWith is an incident and what is answered about it already, for a form
// or a button to carry: platforms send back no more than that.
func subjectWith(i domain.Incident, values map[string]string) string {
	answered := url.Values{}
	for k, val := range values {
		answered.Set(k, val)
	}
	return strings.TrimSpace(subjectOf(i) + " " + answered.Encode())
}

// subjectSaying carries what somebody wrote as the answer to a field, as much of
// it as there is room for: all of it stands where it was written.
func subjectSaying(i domain.Incident, field, text string, values map[string]string) string {
	for most := maxLine; ; most /= 2 {
		values[field] = cut(text, most)
		if subject := subjectWith(i, values); len(subject) <= maxCarried {
			return subject
		}
	}
}

// maxCarried is what platforms surely take beside a form or in a button.
const maxCarried = 1000

// readSubject reads what subjectOf and subjectWith write.
func readSubject(s string) (at handle, answered url.Values, fine bool) {
	tenant, rest, _ := strings.Cut(s, " ")
	id, carried, _ := strings.Cut(rest, " ")
	answered, err := url.ParseQuery(carried)
	at = handle{tenant: domain.TenantID(tenant), id: domain.IncidentID(id)}
	return at, answered, err == nil && isID(tenant) && isID(id)
}

var idShape = regexp.MustCompile(`^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`)

func isID(s string) bool { return idShape.MatchString(s) }
