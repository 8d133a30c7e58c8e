package calendar

import (
	"testing"
	"time"
)

// benchmarked is a calendar with every kind of day, in a zone whose clock
// changes within the two weeks from its start.
func benchmarked(b *testing.B) (*Calendar, time.Time) {
	b.Helper()
	de, _ := Country("DE")
	zone, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		b.Fatal(err)
	}
	c, err := New(zone, OfficeHours(), de)
	if err != nil {
		b.Fatal(err)
	}
	return c, time.Date(2026, 3, 20, 16, 45, 0, 0, zone)
}

// twoWeeks is ten working days.
const twoWeeks = 10 * (8*time.Hour + 30*time.Minute)

var (
	sinkTime     time.Time
	sinkDuration time.Duration
)

func BenchmarkAddTwoWeeks(b *testing.B) {
	c, t := benchmarked(b)
	b.ReportAllocs()
	for b.Loop() {
		sinkTime = c.Add(t, twoWeeks)
	}
}

func BenchmarkBetweenTwoWeeks(b *testing.B) {
	c, t := benchmarked(b)
	u := t.AddDate(0, 0, 14)
	b.ReportAllocs()
	for b.Loop() {
		sinkDuration = c.Between(t, u)
	}
}

func BenchmarkNextOverEaster(b *testing.B) {
	c, t := benchmarked(b)
	t = time.Date(2026, 4, 2, 17, 30, 0, 0, t.Location())
	b.ReportAllocs()
	for b.Loop() {
		sinkTime = c.Next(t)
	}
}

func BenchmarkAddDays(b *testing.B) {
	c, t := benchmarked(b)
	d := DateOf(t)
	b.ReportAllocs()
	for b.Loop() {
		d2 := c.AddDays(d, 10)
		sinkDuration = time.Duration(d2.Day)
	}
}
