package bot

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"example.com/firstcall/bot/words"
	"example.com/firstcall/domain"
	"example.com/firstcall/domain/calendar"
)

// Looks is the part of a transaction that knows what is looked at again at an
// instant besides incidents and drafts: daily digests, and the cards of business events.
type Looks interface {
	// DueDigests locks digests of the tenant's people that are due.
	DueDigests(ctx context.Context, tenant domain.TenantID, now time.Time, limit int) ([]Digest, error)
	// SaveDigest writes down up to when a person was told, and when next.
	SaveDigest(ctx context.Context, tenant domain.TenantID, d Digest) error
	// ClosedBetween lists incidents of every customer that ended after from and
	// not after to, through the staff's read-only role, the latest first.
	ClosedBetween(ctx context.Context, from, to time.Time, limit int) ([]domain.Incident, error)

	// DueEvents locks business events of the tenant whose card may look different now.
	DueEvents(ctx context.Context, tenant domain.TenantID, now time.Time, limit int) ([]EventLook, error)
	// ShowEvent keeps an event's cards, if there are any, and when to look again; zero: when
	// something is decided. Unless fresh, only cards that are there are changed.
	ShowEvent(ctx context.Context, tenant domain.TenantID, event string, cards []Card, fresh bool, now, again time.Time) error
}

// Digest is a person's daily overview.
type Digest struct {
	Person domain.PersonID
	Minute int       // of the person's day
	Told   time.Time // up to when the person was told; zero: never
	At     time.Time // when the next one is due
}

const (
	dailyDigest domain.NoticeKind = "digest"

	digestOpen   = 20 // lines about what is open
	digestClosed = 10
)

// wakeDigests tells those whose hour has come. After an outage, that is once.
func (b *Bot) wakeDigests(ctx context.Context, tx Tx, tenant domain.TenantID, now time.Time) error {
	due, err := tx.DueDigests(ctx, tenant, now, wakeBatch)
	if err != nil {
		return fmt.Errorf("claim digests: %w", err)
	}
	if len(due) == 0 {
		return nil
	}
	dir, err := b.directory(ctx, tx, tenant, now)
	if err != nil {
		return fmt.Errorf("read whose digest it is: %w", err)
	}
	d := digester{b: b, tx: tx, now: now}
	var rings []Ring
	for _, one := range due {
		to, reached := dir.person(one.Person)
		_, zone := to.reader()
		last := daily(now, one.Minute, zoneOf(zone), 0)
		if reached && !one.Told.IsZero() && last.After(one.Told) {
			m, any, err := d.message(ctx, to, one.Told)
			if err != nil {
				return err
			}
			if any {
				rings = append(rings, Ring{
					ID: b.NewID(), Kind: dailyDigest, Step: last.Unix(), Destination: to.Destination, Urgency: 9, At: last, Message: m,
				})
			}
			one.Told = now
		}
		if one.Told.IsZero() {
			one.Told = now
		}
		one.At = daily(now, one.Minute, zoneOf(zone), 1)
		if err := tx.SaveDigest(ctx, tenant, one); err != nil {
			return fmt.Errorf("keep when the next digest is due: %w", err)
		}
	}
	if len(rings) == 0 {
		return nil
	}
	if err := tx.Enter(ctx, tenant); err != nil {
		return err
	}
	return tx.KeepRings(ctx, tenant, rings)
}

// person is the person's first identity.
func (d Directory) person(id domain.PersonID) (Recipient, bool) {
	for _, r := range d.Recipients {
		if r.Person != nil && r.Person.ID == id {
			return r, true
		}
	}
	return Recipient{}, false
}

// daily is the instant, not after now, at which clocks of that zone last showed
// the minute of the day or, later days on, the one at which they will. Where a day
// has no such minute it is the end of the gap; of two it is the first.
func daily(now time.Time, minute int, loc *time.Location, later int) time.Time {
	clock := time.Duration(minute) * time.Minute
	day := calendar.DateOf(now.In(loc))
	if day.At(clock, loc).After(now) {
		day = day.AddDays(-1)
	}
	return day.AddDays(later).At(clock, loc).UTC()
}

// digester gathers what all who are told at one instant share.
type digester struct {
	b      *Bot
	tx     Tx
	now    time.Time
	live   []domain.Incident
	names  map[domain.TenantID]string
	closed map[time.Time][]domain.Incident
}

// message words the digest for one person; there is none when there is nothing to tell.
func (d *digester) message(ctx context.Context, to Recipient, since time.Time) (m Message, is bool, err error) {
	if err := d.read(ctx, since); err != nil {
		return m, false, err
	}
	closed := d.closed[since]
	if len(d.live) == 0 && len(closed) == 0 {
		return m, false, nil
	}
	lang, zone := to.reader()
	w := words.In(lang)
	lines := []words.Text{w.DigestNothingOpen()}
	if n := len(d.live); n > 0 {
		late := 0
		for k := range d.live {
			if isLate(&d.live[k], d.now) {
				late++
			}
		}
		lines[0] = w.DigestTitle(n)
		switch {
		case late > 0 && n == 1:
			lines[0] = words.Join(sentenceGap(w), lines[0], w.DigestItIsLate())
		case late > 0:
			lines[0] = words.Join(sentenceGap(w), lines[0], w.DigestLate(late))
		}
		for k := range d.live[:min(n, digestOpen)] {
			i := &d.live[k]
			line := headlineOf(w, i, d.names[i.Tenant])
			if next := nextStep(w, i, d.now); next != "" {
				line = w.DigestLine(line, next)
			}
			lines = append(lines, line)
		}
		if n > digestOpen {
			lines = append(lines, w.DigestMore(n-digestOpen))
		}
	}
	if len(closed) > 0 {
		lines = append(lines, w.DigestClosed(since))
		for k := range closed[:min(len(closed), digestClosed)] {
			lines = append(lines, closedLine(w, &closed[k], d.names[closed[k].Tenant]))
		}
		if n := len(closed) - digestClosed; n > 0 {
			lines = append(lines, w.DigestMoreClosed(n))
		}
	}
	return Message{Lang: lang, Zone: zone, Text: words.Lines(lines...)}, true, nil
}

// closedLine is an incident that ended, and whether its first call was in time.
func closedLine(w *words.Words, i *domain.Incident, customer string) words.Text {
	title := cut(i.Report.Title, maxLine)
	if i.Status == domain.Cancelled {
		return w.DigestCancelledLine(i.Ref, customer, level(w, i), title)
	}
	line := w.DigestClosedLine(i.Ref, customer, level(w, i), title)
	switch c := i.FirstResponse; {
	case c.Due.IsZero():
	case c.Met.IsZero():
		line = w.DigestLine(line, w.DigestClosedNoCall())
	case c.Missed(c.Met):
		line = w.DigestLine(line, w.DigestClosedCallLate(max(c.Met.Sub(c.Due).Truncate(time.Minute), time.Minute)))
	}
	return line
}

// sentenceGap stands between two sentences on a line.
func sentenceGap(w *words.Words) words.Text {
	if w.Lang() == "en" {
		return " "
	}
	return ""
}

// mostDigested is how many incidents a digest counts.
const mostDigested = 1000

func (d *digester) read(ctx context.Context, since time.Time) (err error) {
	if d.names == nil {
		d.names, d.closed = map[domain.TenantID]string{}, map[time.Time][]domain.Incident{}
		customers, err := d.tx.Customers(ctx)
		if err != nil {
			return fmt.Errorf("read the customers' names: %w", err)
		}
		for _, c := range customers {
			d.names[c.ID] = c.Name
		}
		if d.live, err = d.tx.AllLive(ctx, mostDigested); err != nil {
			return fmt.Errorf("read what is open: %w", err)
		}
		slices.SortStableFunc(d.live, func(a, b domain.Incident) int {
			return cmp.Or(cmp.Compare(rank(a), rank(b)), nextDue(a).Compare(nextDue(b)))
		})
	}
	if _, known := d.closed[since]; !known {
		if d.closed[since], err = d.tx.ClosedBetween(ctx, since, d.now, mostDigested); err != nil {
			return fmt.Errorf("read what was closed: %w", err)
		}
	}
	return nil
}

// isLate says whether we owe something that is overdue.
func isLate(i *domain.Incident, now time.Time) bool {
	for _, c := range []domain.Clock{i.FirstResponse, i.WorkBegins, i.NextUpdate} {
		if c.Running() && now.After(c.Due) {
			return true
		}
	}
	return false
}

// nextStep is what we owe next, or what is overdue. A first call that is still
// due stands in the headline.
func nextStep(w *words.Words, i *domain.Incident, now time.Time) words.Text {
	switch call, work, update := i.FirstResponse, i.WorkBegins, i.NextUpdate; {
	case call.Running() && now.After(call.Due):
		return w.DigestCallLate(call.Due)
	case call.Running():
		return ""
	case work.Running() && now.After(work.Due):
		return w.DigestWorkLate(work.Due)
	case update.Running() && now.After(update.Due):
		return w.DigestUpdateLate(update.Due)
	case work.Running() && (!update.Running() || work.Due.Before(update.Due)):
		return w.DigestWorkDue(work.Due)
	case update.Running():
		return w.DigestNextUpdate(update.Due)
	}
	return ""
}
