package bot

// A report on its way: begun, gone on with, asked about, handed in.

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"example.com/firstcall/bot/words"
	"example.com/firstcall/domain"
)

// intakeForm begins the key of the form that reports an incident; the place of
// the draft follows, so that it can be answered from anywhere.
const intakeForm = "report"

// What a draft keeps beside the answers.
const (
	keptSearch = "product?" // what was typed for a product, while several fit
	keptOpened = "opened?"  // the number that the draft became: the report was opened already
	keptEdit   = "edit?"    // the question being answered anew from the summary; its old answer stands until then
)

// draftLife is how long a report that was begun is kept after its last answer.
const draftLife = 24 * time.Hour

// The limits of what is shown of a text; all of it is kept. The title is what
// cards show.
const (
	maxTitle = 80
	maxShown = 3000
	maxRing  = 1000    // of a text in a message that rings, and of a line of the journal
	maxLine  = 200     // of a text on a card
	maxKept  = 100_000 // of one text; a longer one belongs into a file
)

// tooLong refuses what is longer than what is kept.
func tooLong(key, text string) error {
	if len(text) > maxKept && utf8.RuneCountInString(text) > maxKept {
		return domain.Refuse("text_too_long", "most", strconv.Itoa(maxKept)).At(key)
	}
	return nil
}

// cut is the part of a text that is shown.
func cut(text string, most int) string {
	short, _ := words.Cut(text, most)
	return short
}

// intake is a report on its way: the answers so far, and what they mean.
type intake struct {
	v        *visit
	d        Draft
	tenant   Tenant // zero until the customer is known
	scene    *scene
	events   []domain.BusinessEvent
	choosing []Tenant // customers to choose from
	errs     map[string]words.Text
	notice   words.Text // something to say above the next question
}

// open starts a report, or goes on with the one left here; text may already say
// much.
func (v *visit) open(ctx context.Context, text string) (Reply, error) {
	in, err := v.loadIntake(ctx, v.placeKey())
	if err == nil && (in.madeOf(v.event.Link) || text == in.d.Answers[fieldHappened]) {
		text = "" // it is there already
	}
	switch {
	case errors.Is(err, ErrNotFound):
		in, err = v.newIntake(ctx)
	case err == nil && text == "":
		in.notice = v.words().IntakeGoesOn()
	case err == nil && in.d.Answers[fieldHappened] != "":
		in.notice = v.words().IntakeAdded()
	}
	if err != nil {
		return Reply{}, err
	}
	if in.d.Tenant != "" && !domain.MayEver(v.actor(), domain.DoOpen, in.d.Tenant) {
		return Reply{}, domain.Refuse("not_allowed", "verb", string(domain.DoOpen))
	}
	if err := tooLong(fieldHappened, text); err != nil {
		return Reply{}, err
	}
	if text != "" {
		in.guess(text)
	}
	in.attach(&v.event)
	return in.ask(ctx)
}

func (v *visit) placeKey() DestinationID {
	if v.door.PlaceDest == "" {
		return v.door.PersonDest
	}
	return v.door.PlaceDest
}

// loadIntake reads the draft that the person has in the place. With
// ErrNotFound it may still say what became of it.
func (v *visit) loadIntake(ctx context.Context, place DestinationID) (*intake, error) {
	d, err := v.tx.Draft(ctx, v.door.PersonDest, place)
	if err != nil {
		return nil, err
	}
	in := &intake{v: v, d: d, errs: map[string]words.Text{}}
	if !d.EndsAt.After(v.now) || d.Answers[keptOpened] != "" {
		return in, ErrNotFound
	}
	if err := in.enter(ctx); err != nil {
		return nil, err
	}
	if v.door.Person == nil { // somebody whom the draft's place vouches for
		if r := in.where(); r != nil && r.Side == domain.Customer {
			v.door.Person = v.guest(r)
		} else {
			return nil, domain.Refuse("not_registered")
		}
	}
	return in, nil
}

// draftGone answers somebody whose draft is no longer there.
func (v *visit) draftGone(in *intake) Reply {
	if in != nil && in.d.Answers[keptOpened] != "" {
		return Reply{Text: v.words().DraftOpened(in.d.Answers[keptOpened]), Close: true}
	}
	return Reply{Text: v.words().DraftGone(), Close: true}
}

func (v *visit) newIntake(ctx context.Context) (*intake, error) {
	in := &intake{v: v, errs: map[string]words.Text{}, d: Draft{
		Person: v.door.PersonDest, Place: v.placeKey(), Answers: map[string]string{}, StartedAt: v.now,
	}}
	in.d.Tenant = v.customer()
	if in.d.Tenant == "" && v.door.Person == nil {
		return nil, domain.Refuse("not_registered")
	}
	if p := v.door.Person; p != nil && p.Side == domain.Customer {
		in.known(p)
		in.preset(fieldLanguage, words.Match(v.lang))
		in.preset(fieldZone, v.zone)
	}
	if p := v.door.Place; p != nil && p.Purpose == ForEvent {
		in.preset(fieldEvent, yes) // unless somebody says otherwise
	}
	return in, in.enter(ctx)
}

// known fills in what is known of the person who owns the incident.
func (in *intake) known(p *Person) {
	if p.ID != domain.PersonID(in.d.Person) { // a guest is known by an id of the platform, no name to call
		in.preset(fieldOwner, display(p))
	}
	in.preset(fieldPhone, p.Phone)
	in.preset(fieldEmail, p.Email)
}

func (in *intake) preset(key, value string) {
	if value != "" && in.d.Answers[key] == "" {
		in.d.Answers[key] = value
	}
}

// customer is whose incident this would be: a customer's person brings the
// customer into any place; whoever else comes is there for the place's.
func (v *visit) customer() domain.TenantID {
	if p := v.door.Person; p != nil && p.Side == domain.Customer {
		return p.Tenant
	}
	if p := v.door.Place; p != nil && p.Side == domain.Customer {
		return p.Tenant
	}
	return ""
}

// enter reads what the questions depend on, once the customer is known. A
// report that the provider's people write down is in the customer's language
// and zone until somebody says otherwise (AMB-09).
func (in *intake) enter(ctx context.Context) error {
	if id := in.d.Answers[fieldCustomer]; id != "" && in.d.Tenant == "" {
		in.d.Tenant = domain.TenantID(id)
	}
	v := in.v
	if in.d.Tenant == "" {
		var err error
		in.choosing, err = v.tx.Customers(ctx)
		return err
	}
	if err := v.tx.Enter(ctx, in.d.Tenant); err != nil {
		return err
	}
	var err error
	if in.tenant, err = v.tx.Tenant(ctx, in.d.Tenant); err != nil {
		return fmt.Errorf("read the customer: %w", err)
	}
	if in.scene, err = v.scene(ctx, in.d.Tenant); err != nil {
		return err
	}
	if in.events, err = v.tx.BusinessEvents(ctx, in.d.Tenant, v.now); err != nil {
		return fmt.Errorf("read business events: %w", err)
	}
	in.preset(fieldLanguage, words.Match(in.tenant.Language))
	in.preset(fieldZone, in.tenant.Zone)
	return nil
}

// submitIntake takes answers to the intake's form: one step, or all at once.
func (v *visit) submitIntake(ctx context.Context) (Reply, error) {
	place := v.placeKey()
	if _, rest, _ := strings.Cut(v.event.Form, " "); isID(rest) {
		place = DestinationID(rest)
	}
	in, err := v.loadIntake(ctx, place)
	if errors.Is(err, ErrNotFound) {
		return v.draftGone(in), nil
	}
	if err != nil {
		return Reply{}, err
	}
	switch v.event.Values[Nav] {
	case NavCancel:
		if err := v.tx.DropDraft(ctx, in.d.Person, in.d.Place); err != nil {
			return Reply{}, err
		}
		return Reply{Text: v.words().IntakeCancelled(), Close: true}, nil
	case NavBack:
		if in.d.Answers[keptEdit] != "" {
			in.endEdit() // the old answer stays
		} else {
			in.back()
		}
		return in.ask(ctx)
	}
	if v.event.Partial {
		if done := in.aside(); done {
			return in.ask(ctx)
		}
	}
	if typed, is := v.event.Values[Typed]; is {
		return in.typed(ctx, typed)
	}
	if key := in.d.Answers[keptEdit]; key != "" && in.unchanged(key, v.event.Values[key]) {
		in.endEdit() // the old answer once more
	}
	read := in.questions().Asking == "" // the summary of these answers was shown
	complete := v.event.Partial && read
	for _, key := range fieldOrder {
		if raw, given := v.event.Values[key]; given && !in.unchanged(key, raw) {
			if complete {
				in.d.Answers[keptEdit] = key
			}
			before := in.d.Answers[key]
			if err := in.take(ctx, key, raw); err != nil {
				return Reply{}, err
			}
			read = read && in.d.Answers[key] == before
		}
	}
	for key := range v.event.Values {
		if key != Nav && !slices.Contains(fieldOrder, key) {
			in.notice = v.words().NoSuchField(words.Line(key))
		}
	}
	if v.event.Partial || len(in.errs) > 0 {
		return in.ask(ctx)
	}
	form := in.questions()
	for _, f := range form.Fields { // a whole form: what may be left out, and was, is answered
		if f.Optional && in.d.Answers[f.Key] == "" {
			in.d.Answers[f.Key] = skipped
			form = in.questions()
		}
	}
	if form.Asking != "" {
		if len(v.event.Values) > 0 {
			in.errs[form.Asking] = v.words().PleaseAnswer()
		}
		return in.ask(ctx)
	}
	if !read { // nothing is opened that nobody has read: what it gets and owes comes first
		return in.ask(ctx)
	}
	return in.finish(ctx)
}

// ask saves the draft and shows the form at its next question.
func (in *intake) ask(ctx context.Context) (Reply, error) {
	in.d.SavedAt = in.v.now
	in.d.EndsAt = in.v.now.Add(draftLife)
	in.d.RemindAt = time.Time{}
	if in.scene != nil && in.scene.agreement.Policy.DraftLeft > 0 {
		in.d.RemindAt = in.v.now.Add(in.scene.agreement.Policy.DraftLeft)
	}
	if err := in.v.tx.SaveDraft(ctx, in.d); err != nil {
		return Reply{}, fmt.Errorf("save the draft: %w", err)
	}
	f, err := in.form()
	if err != nil {
		return Reply{}, err
	}
	return Reply{Text: in.notice, Form: &f}, nil
}

// where is the place that the report was begun in; nil in private.
func (in *intake) where() *Place {
	if in.scene == nil {
		return nil
	}
	for _, r := range in.scene.directory.Recipients {
		if r.Place != nil && r.Destination == in.d.Place {
			return r.Place
		}
	}
	return nil
}

// customersPerson finds one of the customer's people by name.
func (in *intake) customersPerson(name string) *Person {
	if in.scene == nil {
		return nil
	}
	name = strings.TrimPrefix(name, "@")
	for _, r := range in.scene.directory.Recipients {
		if p := r.Person; p != nil && p.Side == domain.Customer && (strings.EqualFold(p.Name, name) || strings.EqualFold(p.FullName, name)) {
			return p
		}
	}
	return nil
}
