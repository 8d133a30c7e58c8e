package bot

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"example.com/firstcall/bot/words"
	"example.com/firstcall/domain"
)

// whereabouts answers what happened to the bot and its places, and not to an
// incident; is says that the event is of that kind.
func (v *visit) whereabouts(ctx context.Context) (r Reply, is bool, err error) {
	switch v.event.Kind {
	case Looked:
		r, err = v.page(ctx)
	case Joined:
		r, err = v.joined(ctx)
	case Left:
		err = v.left(ctx)
	case Moved:
		err = v.moved(ctx)
	default:
		return Reply{}, false, nil
	}
	return r, true, err
}

// joined greets a person, leaves a button in a customer's place, and says in
// any other place that nobody has told whose it is.
func (v *visit) joined(ctx context.Context) (Reply, error) {
	place := v.door.Place
	switch {
	case v.event.Place == "" && v.door.Person == nil:
		return Reply{}, domain.Refuse("not_registered")
	case v.event.Place == "":
		return Reply{Text: v.words().Hello()}, nil
	case place == nil:
		return Reply{Text: v.words().PlaceUnknown(v.event.Platform, v.event.through(), v.event.Place)}, nil
	}
	if err := v.tx.Revive(ctx, v.door.PlaceDest, v.now); err != nil || !takesReports(place) {
		return Reply{}, err
	}
	return Reply{}, v.postReport(ctx, place)
}

// takesReports says whether a customer reports incidents in the place.
func takesReports(p *Place) bool { return p.Purpose == ForCustomer || p.Purpose == ForEvent }

// reportTopic is the topic of the card that begins a report.
const reportTopic = "report"

// postReport shows the card that begins a report, again where it was removed.
func (v *visit) postReport(ctx context.Context, place *Place) error {
	if err := v.tx.Enter(ctx, place.Tenant); err != nil {
		return err
	}
	return v.tx.PostAnew(ctx, place.Tenant, []Card{reportCard(place, v.door.PlaceDest)}, v.now)
}

// reportCard is the card that begins a report.
func reportCard(place *Place, at DestinationID) Card {
	lang := words.Match(place.Language)
	w := words.In(lang)
	return Card{
		Topic: reportTopic, Destination: at, Pin: true,
		Message: Message{Lang: lang, Zone: place.Zone, Text: w.PinReport(), Buttons: []Button{reportButton(w)}},
	}
}

// Welcome gives each customer's place on those platforms the card that begins a
// report, where it has none yet: the bot may have been invited before it knew
// whose place that is. Where there is one nothing happens, also when people
// have removed its message. It may be repeated, by any number of processes.
func (b *Bot) Welcome(ctx context.Context, platforms ...string) error {
	if len(platforms) == 0 {
		return nil
	}
	var customers []Tenant
	err := b.Store.InTx(ctx, func(tx Tx) (err error) {
		customers, err = tx.Customers(ctx)
		return err
	})
	if err != nil {
		return fmt.Errorf("list the customers: %w", err)
	}
	var errs []error // one customer's fault must not stop the others
	for _, c := range customers {
		if ctx.Err() != nil {
			return errors.Join(append(errs, ctx.Err())...)
		}
		if err := b.welcomeTo(ctx, c.ID, platforms); err != nil {
			errs = append(errs, fmt.Errorf("leave a button in the places of %s: %w", c.Name, err))
		}
	}
	return errors.Join(errs...)
}

func (b *Bot) welcomeTo(ctx context.Context, tenant domain.TenantID, platforms []string) error {
	now := b.Now()
	return b.inTenant(ctx, tenant, func(tx Tx) error {
		dir, err := tx.Directory(ctx, tenant, now)
		if err != nil {
			return err
		}
		var cards []Card
		for _, r := range dir.Recipients {
			if p := r.Place; p != nil && p.Tenant == tenant && takesReports(p) && slices.Contains(platforms, r.Address.Platform) {
				cards = append(cards, reportCard(p, r.Destination))
			}
		}
		if len(cards) == 0 {
			return nil
		}
		return tx.KeepCards(ctx, tenant, cards, now)
	})
}

func reportButton(w *words.Words) Button {
	return Button{Label: w.ButtonReport(), Action: actionReport, Primary: true}
}

// pin has the card that begins a report shown again.
func (v *visit) pin(ctx context.Context, _ string) (Reply, error) {
	if _, err := v.customerHere(domain.DoPin); err != nil {
		return Reply{}, err
	}
	if !takesReports(v.door.Place) {
		return Reply{}, domain.Refuse("customer_place_only")
	}
	return Reply{Text: v.words().PinDone()}, v.postReport(ctx, v.door.Place)
}

// left ends an installation when the bot was removed from a whole workspace. Of
// a single place nothing is written down: the platform refuses what is sent
// there from now on, and a refused escalation goes to whoever is next.
func (v *visit) left(ctx context.Context) error {
	e := &v.event
	switch {
	case e.Place != "":
		if p := v.door.Place; p != nil {
			v.bot.Log.WarnContext(ctx, "removed from a place", "place", p.Name, "tenant", p.Tenant, "platform", e.Platform, "id", e.Place)
		}
		return nil
	case e.Person != "":
		return nil
	}
	at := e.At
	if at.IsZero() {
		at = v.now
	}
	v.bot.Log.WarnContext(ctx, "removed from a workspace", "platform", e.Platform, "workspace", e.through())
	return v.tx.DropInstallation(ctx, e.Platform, e.through(), at)
}

// moved gives a place its new id.
func (v *visit) moved(ctx context.Context) error {
	if v.event.Place == "" || v.event.Moved == "" {
		return nil
	}
	done, err := v.tx.Move(ctx, v.door.PlaceDest, v.event.Moved)
	if err == nil && !done && v.door.Place != nil {
		v.bot.Log.ErrorContext(ctx, "a place has moved to an id that is bound already", "place", v.door.Place.Name,
			"platform", v.event.Platform, "from", v.event.Place, "to", v.event.Moved)
	}
	return err
}

// dueNext is how many of the others' incidents an engineer's own page shows.
const dueNext = 5

// page is a person's own: what is open for the customer, or what an engineer
// has and what is due next among the rest; what is due first comes first.
func (v *visit) page(ctx context.Context) (Reply, error) {
	p, w := v.door.Person, v.words()
	if p == nil {
		return Reply{}, domain.Refuse("not_registered")
	}
	var own, others []domain.Incident
	if p.Side == domain.Customer {
		if err := v.tx.Enter(ctx, p.Tenant); err != nil {
			return Reply{}, err
		}
		all, err := v.tx.Incidents(ctx, p.Tenant, false, listed+1)
		if err != nil {
			return Reply{}, err
		}
		own = all
	} else {
		all, err := v.tx.AllLive(ctx, 1000)
		if err != nil {
			return Reply{}, err
		}
		for _, i := range all {
			if has(p, &i) {
				own = append(own, i)
			} else if !nextDue(i).IsZero() {
				others = append(others, i)
			}
		}
	}
	byDue(own)
	byDue(others)
	title := w.ListEmpty()
	switch {
	case len(own) > listed:
		own, title = own[:listed], w.ListFirst(strconv.Itoa(listed))
	case len(own) > 0:
		title = w.ListTitle(len(own))
	case p.Side == domain.Provider:
		title = w.PageNone()
	}
	r := Reply{Text: title, Sections: []Section{{Text: title}}}
	if err := v.openable(ctx, &r, own); err != nil {
		return Reply{}, err
	}
	if len(others) > 0 {
		r.Text, r.Sections = words.Lines(r.Text, w.PageNext()), append(r.Sections, Section{Text: w.PageNext()})
		if err := v.openable(ctx, &r, others[:min(len(others), dueNext)]); err != nil {
			return Reply{}, err
		}
	}
	if domain.MayEver(v.actor(), domain.DoOpen, p.Tenant) {
		r.Buttons = []Button{reportButton(w)}
	}
	return r, nil
}

// openable adds incidents to a page, each with a button that shows all of it.
func (v *visit) openable(ctx context.Context, r *Reply, all []domain.Incident) error {
	lines, err := v.headlines(ctx, all)
	if err != nil {
		return err
	}
	r.Text = words.Lines(append([]words.Text{r.Text}, lines...)...)
	for n, line := range lines {
		show := button(v.words(), &all[n], "show")
		r.Sections = append(r.Sections, Section{Text: line, Button: &show})
	}
	return nil
}

// has says whether an incident is an engineer's: taken, or seen while nobody has taken it.
func has(p *Person, i *domain.Incident) bool {
	return i.Owner == p.ID || i.Owner == "" && i.AckedBy == p.ID
}

// byDue sorts by what is due first; what waits for nothing comes last.
func byDue(all []domain.Incident) {
	slices.SortStableFunc(all, func(a, b domain.Incident) int {
		return cmp.Or(cmp.Compare(late(nextDue(a)), late(nextDue(b))), nextDue(a).Compare(nextDue(b)))
	})
}

func late(due time.Time) int {
	if due.IsZero() {
		return 1
	}
	return 0
}
