package storage_test

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"example.com/firstcall/bot"
	"example.com/firstcall/domain"
	"example.com/firstcall/domain/terms"
)

// commitment is about as large as what the terms owe for a case of severity A.
func commitment(due time.Time) terms.Commitment {
	facts := func(n int) (all []terms.Fact) {
		for i := range n {
			all = append(all, terms.Fact{Code: terms.Code(fmt.Sprint("fact_number_", i)), Rows: []string{"A1-05", "A1-13"}, Args: map[string]string{"hours": "24x7"}})
		}
		return all
	}
	target := func() *terms.Target {
		return &terms.Target{Target: time.Hour, Clock: terms.AroundTheClock, Due: due, Rows: []string{"A1-05", "A6-01"}}
	}
	return terms.Commitment{
		Edition: "ussd-2025-11", Severity: terms.SevA, Product: "azure/virtual-machines", Plan: terms.UER,
		FirstResponse: target(), ChangeControl: target(), CustomerAnswer: target(), Effort: terms.AroundTheClock,
		Assigned: facts(1), Escalation: facts(2), Duties: facts(6), Owner: facts(1)[0], SubmitVia: []terms.Channel{terms.Phone, terms.Web},
		Languages: []string{"en"}, Notes: facts(3), Plans: []terms.Plan{terms.Unified, terms.UER},
		Rejected: []terms.Rejection{{Plan: terms.ARR, Reason: "not_held", Rows: []string{"GEN-08"}}},
		Rows:     []string{"A1-05", "A1-09", "A1-13", "A1-19", "A1-20", "A1-24", "A1-25", "A6-01", "CR-06", "GEN-08", "PRS-06", "PRS-07", "PRS-11"},
	}
}

const (
	benchTenants = 1000
	benchEach    = 100
)

// processorTime is what this process and the database's have used so far, where the system tells.
var processorTime = func() (ours, servers time.Duration) { return 0, 0 }

// BenchmarkDue decides and writes 100,000 due incidents of 1,000 tenants with two workers: each fires an alarm, which gives
// one ring, a line in the journal, a new wake, and two cards that look as before. It reports subjects a second
// and, of its best round, the processor's time for each: others on the machine disturb that less.
func BenchmarkDue(b *testing.B) {
	w := open(b)
	s := bot.Setup{}
	for n := range benchTenants {
		s.Tenants = append(s.Tenants, bot.Tenant{Name: fmt.Sprint("Customer ", n), Side: domain.Customer, Prefix: fmt.Sprint("B", n)})
	}
	w.must(w.Import(ctx, s))
	engineers, customer := w.destination("#engineers"), w.destination("#contoso")
	var tenants []domain.TenantID
	w.in("", func(tx bot.Tx) error {
		all, err := tx.Customers(ctx)
		for _, t := range all {
			if t.Prefix[0] == 'B' {
				tenants = append(tenants, t.ID)
			}
		}
		return err
	})
	cards := func(k bot.Kept) []bot.Card {
		m := message("INC-1 Checkout is down: waiting for the first call, severity A, opened by Ana Ops")
		m.Fields = []bot.Fact{{Label: "Severity", Value: "A: critical"}, {Label: "Owner", Value: "nobody yet"}, {Label: "First call due", Value: "09:15 CET"}, {Label: "Product", Value: "Virtual Machines"}}
		m.Buttons = []bot.Button{{Label: "Acknowledge", Action: "ack", Subject: string(k.Incident.ID), Primary: true}, {Label: "Update", Action: "update", Subject: string(k.Incident.ID)}}
		return []bot.Card{
			{Topic: "incident:" + string(k.Incident.ID) + ":customer", Incident: k.Incident.ID, Destination: customer, Message: m},
			{Topic: "incident:" + string(k.Incident.ID) + ":engineers", Incident: k.Incident.ID, Destination: engineers, Message: m},
		}
	}
	for _, tenant := range tenants {
		var kept []bot.Kept
		for n := range benchEach {
			k := w.incident(tenant, n+1)
			k.Incident.Ref = fmt.Sprint("B-", n+1)
			k.Incident.Promise = commitment(t0.Add(time.Hour))
			k.Incident.Report.Happened = "Nobody can pay since nine o'clock, the checkout page shows an error after the card number is entered."
			k.Incident.NextUpdate = domain.Clock{From: t0, Due: t0.Add(time.Hour)}
			k.Incident.Ladder = domain.Clock{From: t0, Due: t0}
			k.Cards = cards(k)
			kept = append(kept, k)
		}
		w.keep(kept...)
	}
	if _, err := w.raw("postgres").Exec("VACUUM ANALYZE"); err != nil {
		b.Fatal(err)
	}
	b.ResetTimer()
	leastOurs, leastServers := time.Hour, time.Hour
	for n := range b.N {
		ours, servers := processorTime()
		now := t0.Add(time.Duration(n+1) * 7 * time.Minute)
		var mu sync.Mutex
		left := append([]domain.TenantID(nil), tenants...)
		done := 0
		atOnce(2, func(int) {
			for {
				mu.Lock()
				if len(left) == 0 {
					mu.Unlock()
					return
				}
				tenant := left[0]
				left = left[1:]
				mu.Unlock()
				err := w.InTx(ctx, func(tx bot.Tx) error {
					if err := tx.Enter(ctx, tenant); err != nil {
						return err
					}
					due, err := tx.DueIncidents(ctx, tenant, now, 500)
					if err != nil {
						return err
					}
					kept := make([]bot.Kept, 0, len(due))
					for _, i := range due {
						i.Version++
						i.NextUpdate.Rang, i.FirstResponse.Rang = now, now
						k := bot.Kept{Incident: i, Wake: now.Add(7 * time.Minute)}
						k.Rings = []bot.Ring{ring(k, engineers, "update_due", now.Unix(), "INC-1 owes the customer an update: Checkout is down")}
						k.Rings[0].At = now
						k.Cards = cards(k)
						k.Journal = []domain.Entry{{At: now, By: domain.Actor{Side: domain.Machine}, Kind: "update_due", Args: map[string]string{"due": "2026-03-02T10:00:00Z"}}}
						kept = append(kept, k)
					}
					mu.Lock()
					done += len(due)
					mu.Unlock()
					return tx.Keep(ctx, tenant, kept)
				})
				if err != nil {
					b.Error(err)
					return
				}
			}
		})
		if done != benchTenants*benchEach {
			b.Fatalf("%d decided, want %d", done, benchTenants*benchEach)
		}
		oursNow, serversNow := processorTime()
		leastOurs, leastServers = min(leastOurs, oursNow-ours), min(leastServers, serversNow-servers)
	}
	subjects := float64(benchTenants * benchEach)
	b.ReportMetric(float64(b.N)*subjects/b.Elapsed().Seconds(), "subjects/s")
	b.ReportMetric(float64(leastOurs.Microseconds())/subjects, "µs-ours/subject")
	b.ReportMetric(float64(leastServers.Microseconds())/subjects, "µs-database/subject")
}
