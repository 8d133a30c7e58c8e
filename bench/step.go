package main

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"example.com/firstcall/bench/lab"
	"example.com/firstcall/bot"
	"example.com/firstcall/storage"
)

// step measures single steps of the conversation, from Handle to the commit, beside their statements alone.
func step(ctx context.Context, p *place, s sizes) error {
	now := time.Now().UTC().Truncate(time.Second)
	n := min(s.steps, s.tenants)
	if err := p.Furnish(ctx, "step_model", console, n, now); err != nil {
		return err
	}
	if err := p.Exec(ctx, "step_model", "CREATE TABLE one_row (n bigint)", "GRANT INSERT ON one_row TO "+storage.App); err != nil {
		return err
	}
	if err := p.Settle(ctx, "step_model"); err != nil {
		return err
	}
	results := map[string]*stepResult{}
	var commits []time.Duration
	for range s.runs {
		if err := p.oneStepRun(ctx, n, now, s, results, &commits); err != nil {
			return err
		}
	}
	commit := median(commits)
	say("one-row commit: %s", ms(commit))
	for _, name := range stepNames {
		r := results[name]
		say("%-14s %d statements and BEGIN, COMMIT: Handle %s (p99 %s), bare %s: %.2f times; %.1f commits' worth, bare %.1f", name, r.statements,
			ms(median(r.ours)), ms(quantile(r.ours, 0.99)), ms(median(r.bare)), float64(median(r.ours))/float64(median(r.bare)),
			float64(median(r.ours))/float64(commit), float64(median(r.bare))/float64(commit))
	}
	return p.Drop(ctx, "step_model")
}

var stepNames = []string{"intake answer", "intake submit", "ack button"}

type stepResult struct {
	statements int
	ours, bare []time.Duration
}

type recordedStep struct {
	name string // "" for what isn't measured
	tx   []*transaction
}

func (p *place) oneStepRun(ctx context.Context, n int, now time.Time, s sizes, results map[string]*stepResult, commits *[]time.Duration) error {
	const name = "step_run"
	if err := p.Fresh(ctx, name, "step_model"); err != nil {
		return err
	}
	var r recorder
	store, err := p.Store(ctx, name, r.wrap)
	if err != nil {
		return err
	}
	b := lab.Bot(store, func() time.Time { return now })
	var steps []recordedStep
	do := func(name string, f func() error) error {
		r.take()
		begun := time.Now()
		if err := f(); err != nil {
			return err
		}
		took := time.Since(begun)
		all := r.take()
		steps = append(steps, recordedStep{name, all})
		if name != "" {
			if results[name] == nil {
				results[name] = &stepResult{}
			}
			results[name].ours = append(results[name].ours, took)
			results[name].statements = len(all[0].statements)
		}
		return nil
	}
	warm := min(20, n/2) // conversations until every statement is prepared and planned
	play := func(i int) error {
		c := console.Conversation(b, i, "step")
		names := stepNames
		if i < warm {
			names = []string{"", "", ""}
		}
		if err := do("", func() error { return c.Start(ctx) }); err != nil {
			return err
		}
		for _, key := range []string{"product", "environment", "happened"} {
			if err := do("", func() error { return c.Answer(ctx, key) }); err != nil {
				return err
			}
		}
		if err := do(names[0], func() error { return c.Answer(ctx, "impact") }); err != nil {
			return err
		}
		return do(names[1], func() error { return c.Submit(ctx) })
	}
	if err := s.profiled(func() error {
		for i := range n {
			if err := play(i); err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		return err
	}
	incidents, err := p.Incidents(ctx, name)
	if err != nil {
		return err
	}
	for i, incident := range incidents {
		step := stepNames[2]
		if i < warm {
			step = ""
		}
		if err := do(step, func() error {
			_, err := b.Handle(ctx, bot.Event{
				Key: fmt.Sprintf("ack-%d", i), Platform: "console", Person: "kenji", Place: "#engineers", Kind: bot.Pressed, Action: "ack",
				Subject: incident.Subject,
			})
			return err
		}); err != nil {
			return err
		}
	}
	_ = store.Close()
	if err := p.Inside(ctx, name, func(db *sql.DB) error {
		var acked int
		if err := db.QueryRowContext(ctx, "SELECT count(*) FROM incidents WHERE acked_at IS NOT NULL").Scan(&acked); err != nil {
			return err
		}
		if acked != n {
			return fmt.Errorf("%d of %d incidents were acknowledged", acked, n)
		}
		return nil
	}); err != nil {
		return err
	}

	if err := p.Fresh(ctx, name, "step_model"); err != nil {
		return err
	}
	bare, err := p.newPlayer(ctx, name)
	if err != nil {
		return err
	}
	defer bare.close()
	for _, st := range steps {
		var took time.Duration
		for _, t := range st.tx {
			d, err := bare.play(ctx, t)
			if err != nil {
				return err
			}
			took += d
		}
		if st.name != "" {
			results[st.name].bare = append(results[st.name].bare, took)
		}
	}
	if s.verbose {
		bare.where()
	}
	for range 300 {
		begun := time.Now()
		if err := bare.run(ctx, statement{text: "INSERT INTO one_row VALUES (1)", query: true}); err != nil {
			return err
		}
		*commits = append(*commits, time.Since(begun))
	}
	return nil
}
