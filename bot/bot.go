package bot

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"example.com/firstcall/bot/words"
	"example.com/firstcall/domain"
	"example.com/firstcall/domain/terms"
)

// Bot answers people and the clock. Its fields are set once, before use; its
// methods may be called by many goroutines and by many processes at once.
type Bot struct {
	Store Store
	Chats map[string]Chat // by platform
	Now   func() time.Time
	NewID func() string  // a UUIDv7
	Rand  func() float64 // jitter, in [0,1)
	Log   *slog.Logger
	Terms *terms.Edition
	// Wakers is how many tenants Wake serves at once; 0 means one after the
	// other, in an order that is always the same.
	Wakers int
	// Senders is how many destinations Deliver serves at once, so that a platform
	// that doesn't answer holds nobody else up; 0 means one after the other, in
	// an order that is always the same.
	Senders int
	// Delivery says how long sending may take; the zero value is for production.
	Delivery Delivery
	// Settled is told what became of each message that was to be sent, for
	// counting; it must not block. What is escalation, reminder or card.
	Settled func(platform, what string, state SendState)
	// Step is called at every numbered step of the way through; crash tests
	// die in it. Nil in production.
	Step func(name string)

	calendars calendars
}

func (b *Bot) step(name string) {
	if b.Step != nil {
		b.Step(name)
	}
}

// Handle is the one door for people. The reply may be lost without harm: what
// was decided is kept before Handle returns. A fault comes back as an error
// after the person has been given a sentence with an id to quote.
func (b *Bot) Handle(ctx context.Context, e Event) (Reply, error) {
	now := b.Now()
	var r Reply
	v := visit{bot: b, event: e, now: now}
	asked := map[string]told{}
	answer := func(tx Tx) error {
		v = visit{bot: b, event: e, now: now, tx: tx, told: asked}
		var seen bool
		var err error
		if v.door, seen, err = tx.Arrive(ctx, e, now); err != nil {
			return fmt.Errorf("record the event: %w", err)
		}
		b.step("in: event recorded")
		if seen {
			r = Reply{}
			return nil
		}
		if err := v.recognise(ctx); err != nil {
			return err
		}
		v.settleReader()
		r, err = v.answer(ctx)
		if err == nil {
			b.step("in: before commit")
		}
		return err
	}
	err := b.answered(ctx, answer, &v)
	for first := (*askFirst)(nil); errors.As(err, &first); {
		if err = b.inquire(ctx, &e, first, asked, now); err == nil {
			err = b.answered(ctx, answer, &v)
		}
	}
	if err == nil {
		b.step("in: committed")
		return v.dress(r), nil
	}
	var refusal *domain.Refusal
	if errors.As(err, &refusal) {
		if b.refusedBefore(ctx, e, now) {
			return v.dress(Reply{}), nil
		}
		return v.dress(Reply{Text: sayRefusal(v.words(), refusal)}), nil
	}
	id := b.NewID()
	b.Log.ErrorContext(ctx, "could not answer", "id", id, "event", e.Key, "platform", e.Platform, "kind", e.Kind, "err", err)
	said := v.words().SomethingWentWrong(id)
	if errors.Is(err, ErrUnreachable) {
		said = v.unreachable(id)
	}
	return v.dress(Reply{Text: said}), fmt.Errorf("handle %s: %w", id, err)
}

// refusedBefore notes that the event was refused, as nothing else of it is kept,
// and says whether it was before: one thing said is answered once, however often
// and by how many ways the platform delivers it. A refusal that can't be noted
// is said all the same.
func (b *Bot) refusedBefore(ctx context.Context, e Event, now time.Time) (before bool) {
	if e.Key == "" {
		return false
	}
	err := b.Store.InTx(ctx, func(tx Tx) (err error) {
		_, before, err = tx.Arrive(ctx, e, now)
		return err
	})
	return err == nil && before
}

// unreachable says that nothing could be recorded: in the person's language, or
// in all of them while nobody can look up who it is.
func (v *visit) unreachable(id string) words.Text {
	if v.lang != "" {
		return v.words().StoreUnreachable(id)
	}
	var all []words.Text
	for _, lang := range words.Languages() {
		all = append(all, words.In(lang).StoreUnreachable(id))
	}
	return words.Lines(all...)
}

// visit is one event on its way through: who came, where, and when.
type visit struct {
	bot   *Bot
	tx    Tx
	event Event
	now   time.Time
	door  Door
	lang  string
	zone  string

	seen   *scene           // of the tenant entered last
	locked *domain.Incident // what the visit has locked
	thread *thread          // the incident under whose card it was said
	told   map[string]told  // what the platform said about people, by their ids
}

func (v *visit) words() *words.Words { return words.In(v.lang) }

// settleReader chooses language and zone: the person's own, else the place's.
func (v *visit) settleReader() {
	if p := v.door.Person; p != nil {
		v.lang, v.zone = p.Language, p.Zone
	}
	if p := v.door.Place; p != nil {
		if v.lang == "" {
			v.lang = p.Language
		}
		if v.zone == "" {
			v.zone = p.Zone
		}
	}
}

// dress gives a reply its reader.
func (v *visit) dress(r Reply) Reply {
	r.Lang, r.Zone = words.Match(v.lang), zoneOf(v.zone)
	return r
}

func zoneOf(name string) *time.Location {
	loc, err := time.LoadLocation(name)
	if err != nil {
		return time.UTC
	}
	return loc
}

// actor is the person as the rules see one.
func (v *visit) actor() domain.Actor {
	p := v.door.Person
	return domain.Actor{Person: p.ID, Tenant: p.Tenant, Name: display(p), Side: p.Side, Roles: p.Roles}
}

func display(p *Person) string {
	if p.FullName != "" {
		return p.FullName
	}
	return p.Name
}

// sayRefusal puts a refusal into words.
func sayRefusal(w *words.Words, r *domain.Refusal) words.Text {
	return w.Refusal(r.Code, worded(w, r.Args))
}
