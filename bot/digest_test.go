package bot

import (
	"testing"
	"time"

	"example.com/firstcall/bot/words"
	"example.com/firstcall/domain"
	"example.com/firstcall/domain/terms"
)

// A closed incident says how severe it was, and whether the first call was late
// or never came.
func TestClosedInADigest(t *testing.T) {
	due := nine.Add(15 * time.Minute)
	in := func(met time.Time) domain.Incident {
		return domain.Incident{
			Ref: "INC-1", Kind: domain.BreakFix, Severity: terms.SevA, Status: domain.Closed, Report: domain.Report{Title: "Checkout is down"},
			FirstResponse: domain.Clock{From: nine, Due: due, Met: met},
		}
	}
	cancelled, advice := in(time.Time{}), in(time.Time{})
	cancelled.Status = domain.Cancelled
	advice.Kind, advice.Severity, advice.FirstResponse = domain.Advice, "", domain.Clock{}
	for _, c := range []struct {
		of   domain.Incident
		want string
	}{
		{in(due), "INC-1 · Contoso · severity A · Checkout is down"},
		{in(due.Add(12*time.Minute + 40*time.Second)), "INC-1 · Contoso · severity A · Checkout is down · first call 12 min late"},
		{in(time.Time{}), "INC-1 · Contoso · severity A · Checkout is down · no first call recorded"},
		{cancelled, "INC-1 · Contoso · severity A · Checkout is down (cancelled)"},
		{advice, "INC-1 · Contoso · advice · Checkout is down"},
	} {
		if got := closedLine(words.In("en"), &c.of, "Contoso").Render(words.Reader{Lang: "en"}, nine); got != c.want {
			t.Errorf("got %q, want %q", got, c.want)
		}
	}
}

// The digest comes at that time of the reader's own day, whatever the clocks do.
func TestDaily(t *testing.T) {
	for _, c := range []struct {
		zone      string
		minute    int
		now       string
		last, due string
	}{
		{"UTC", 9 * 60, "2026-03-02T09:00:00Z", "2026-03-02T09:00:00Z", "2026-03-03T09:00:00Z"},
		{"UTC", 9 * 60, "2026-03-02T08:59:59Z", "2026-03-01T09:00:00Z", "2026-03-02T09:00:00Z"},
		{"Asia/Tokyo", 9 * 60, "2026-03-02T00:00:00Z", "2026-03-02T00:00:00Z", "2026-03-03T00:00:00Z"},
		{"Asia/Tokyo", 9 * 60, "2026-03-01T23:00:00Z", "2026-03-01T00:00:00Z", "2026-03-02T00:00:00Z"},
		// Berlin's clocks go forward on 29 March: 23 hours later it is nine again.
		{"Europe/Berlin", 9 * 60, "2026-03-28T12:00:00Z", "2026-03-28T08:00:00Z", "2026-03-29T07:00:00Z"},
		// And 02:30 isn't shown on that day: 03:00 comes instead, at 01:00 UTC.
		{"Europe/Berlin", 150, "2026-03-28T12:00:00Z", "2026-03-28T01:30:00Z", "2026-03-29T01:00:00Z"},
		{"Europe/Berlin", 150, "2026-03-29T12:00:00Z", "2026-03-29T01:00:00Z", "2026-03-30T00:30:00Z"},
		// On 25 October it is shown twice, at 00:30 and 01:30 UTC: the first counts, also between the two.
		{"Europe/Berlin", 150, "2026-10-25T01:10:00Z", "2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z"},
		// Cairo's 24 April 2026 has no midnight: the day begins at 01:00 there, 22:00 UTC.
		{"Africa/Cairo", 0, "2026-04-23T12:00:00Z", "2026-04-22T22:00:00Z", "2026-04-23T22:00:00Z"},
	} {
		loc, err := time.LoadLocation(c.zone)
		if err != nil {
			t.Fatal(err)
		}
		now, _ := time.Parse(time.RFC3339, c.now)
		if got := rfc(daily(now, c.minute, loc, 0)); got != c.last {
			t.Errorf("%s, minute %d: at %s the last was %s, want %s", c.zone, c.minute, c.now, got, c.last)
		}
		if got := rfc(daily(now, c.minute, loc, 1)); got != c.due {
			t.Errorf("%s, minute %d: at %s the next is %s, want %s", c.zone, c.minute, c.now, got, c.due)
		}
	}
}
