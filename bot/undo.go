package bot

import (
	"context"
	"fmt"
	"time"

	"example.com/firstcall/bot/words"
	"example.com/firstcall/domain"
)

// undoFor is how long a slip can be taken back without naming it.
const undoFor = time.Hour

// undo takes back what the person did last to the incident, where that can be
// taken back: the journal keeps both.
func (v *visit) undo(ctx context.Context, tail string) (Reply, error) {
	i, err := v.named(ctx, tail)
	if err != nil {
		return Reply{}, err
	}
	journal, err := v.tx.Journal(ctx, i.Tenant, i.ID)
	if err != nil {
		return Reply{}, fmt.Errorf("read what was done: %w", err)
	}
	w, me := v.words(), v.actor()
	var last *domain.Entry
	for n := range journal {
		if e := &journal[n]; e.By.Person == me.Person && e.By.Side == me.Side {
			last = e
		}
	}
	if last == nil || v.now.Sub(last.At) > undoFor {
		return Reply{}, domain.Refuse("nothing_to_undo")
	}
	why := v.plain(w.UndoReason())
	withdraw := func(f domain.FactName) func(domain.Incident, domain.Env) (domain.Outcome, error) {
		return func(i domain.Incident, env domain.Env) (domain.Outcome, error) {
			return i.WithdrawFact(me, f, why, v.now, env)
		}
	}
	var decide func(domain.Incident, domain.Env) (domain.Outcome, error)
	switch last.Kind {
	case "acknowledged":
		decide = withdraw(domain.FactAcknowledged)
	case "taken":
		decide = func(i domain.Incident, env domain.Env) (domain.Outcome, error) {
			out, err := i.WithdrawFact(me, domain.FactTaken, why, v.now, env)
			if err != nil || i.AckedBy != me.Person || !i.AckedAt.Equal(last.At) {
				return out, err
			}
			// Taking it had answered the page, too.
			return then(out, func(i domain.Incident) (domain.Outcome, error) {
				return i.WithdrawFact(me, domain.FactAcknowledged, why, v.now, env)
			})
		}
	case "first_call":
		decide = withdraw(domain.FactFirstCall)
	case "work_begun":
		decide = withdraw(domain.FactWorkBegun)
	case "mitigated":
		decide = withdraw(domain.FactMitigated)
	case "resolved":
		decide = withdraw(domain.FactResolved)
		if me.Side == domain.Customer { // a customer's person reopens it
			decide = v.reopened(why)
		}
	case "closed":
		decide = v.reopened(why)
	default:
		return Reply{}, domain.Refuse("nothing_to_undo")
	}
	done, err := v.change(ctx, handle{tenant: i.Tenant, id: i.ID}, decide)
	if err != nil {
		return Reply{}, err
	}
	return Reply{Text: w.Undone(done.Ref, journalText(w, last, me.Side == domain.Provider)), Close: true}, nil
}

func (v *visit) reopened(why string) func(domain.Incident, domain.Env) (domain.Outcome, error) {
	return func(i domain.Incident, env domain.Env) (domain.Outcome, error) {
		return i.Reopen(v.actor(), why, v.now, env)
	}
}

// plain is a sentence of ours as a person might have written it.
func (v *visit) plain(t words.Text) string {
	return t.Render(words.Reader{Lang: v.lang, Zone: zoneOf(v.zone)}, v.now)
}
