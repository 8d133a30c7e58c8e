package bot

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"

	"example.com/firstcall/bot/words"
	"example.com/firstcall/domain"
)

// thread is the incident under whose card something was said, and whose card it is.
type thread struct {
	handle
	audience string
}

func cardTopic(id domain.IncidentID, audience string) string {
	return "incident:" + string(id) + ":" + audience
}

// findThread finds where the event was said. What is said elsewhere has no thread.
func (v *visit) findThread(ctx context.Context) error {
	p, at := v.door.Person, v.door.Place
	if v.event.Thread == "" || v.placeKey() == "" || p == nil {
		return nil
	}
	var tenant domain.TenantID // "": all customers', for the provider's people among themselves
	switch {
	case p.Side == domain.Customer:
		tenant = p.Tenant
	case at != nil && at.Side == domain.Customer:
		tenant = at.Tenant
	}
	if tenant != "" {
		if err := v.tx.Enter(ctx, tenant); err != nil {
			return err
		}
	}
	card, err := v.tx.CardAt(ctx, tenant, v.placeKey(), v.event.Thread)
	if errors.Is(err, ErrNotFound) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("find what a thread is about: %w", err)
	}
	audience := card.Topic[strings.LastIndex(card.Topic, ":")+1:]
	v.thread = &thread{handle: handle{tenant: card.Tenant, id: card.Incident}, audience: audience}
	return nil
}

// saidInThread answers what was said under an incident's card: all of it is
// about that incident. Among people only a verb that stands alone is a command,
// as "take a look at this" takes nothing.
func (v *visit) saidInThread(ctx context.Context, text string) (Reply, error) {
	rest, toUs, slash := text, false, false
	if called.MatchString(text) || slashWord.MatchString(text) {
		rest, toUs, slash = v.addressed(text)
	}
	word, tail, _ := strings.Cut(rest, " ")
	tail = strings.TrimSpace(tail)
	name, isVerb := findVerb(word)
	if isVerb && !toUs && !refShape.MatchString(firstWord(tail)) {
		if isVerb = tail == "" && word != "?"; isVerb {
			inc, err := v.lock(ctx, v.thread.handle)
			if err != nil {
				return Reply{}, err
			}
			isVerb = mayPress(v.actor(), v.sided(name), &inc)
		}
	}
	switch {
	case isVerb:
		return v.command(ctx, name, tail)
	case !toUs:
		return v.heard(ctx, text)
	case rest == "":
		return v.show(ctx, "")
	case greets(rest):
		return Reply{Text: v.words().Hello()}, nil
	}
	if r, is, err := v.about(ctx, rest); is || err != nil {
		return r, err
	}
	if v.mistyped(rest, slash) || slashWord.MatchString(text) && !called.MatchString(text) {
		return v.unknown(rest), nil
	}
	return v.heard(ctx, rest)
}

// heard is talk under a card. What is said under the customer's, the engineers
// read under theirs; what is said there stays inside.
func (v *visit) heard(ctx context.Context, text string) (Reply, error) {
	if v.thread.audience != forCustomer || text == "" && len(v.event.Files) == 0 {
		return Reply{}, nil
	}
	inc, err := v.lock(ctx, v.thread.handle)
	if err != nil {
		return Reply{}, err
	}
	if v.actor().Side == domain.Provider && inc.FirstContactAt.IsZero() && inc.May(v.actor(), domain.DoContact) {
		_, err := v.change(ctx, v.thread.handle, func(i domain.Incident, env domain.Env) (domain.Outcome, error) {
			return i.RecordContact(v.actor(), v.now, v.now, env)
		})
		if err != nil {
			return Reply{}, err
		}
	}
	if err := v.mirror(ctx, &inc, text); err != nil {
		return Reply{}, err
	}
	return v.backAgain(&inc, text), nil
}

// relapseShape is what people write when what was solved is not. It need not be
// sure: it only offers something.
var relapseShape = regexp.MustCompile(`(?i)\b(?:again|(?:is|it's|it’s|came|comes|has come) back|not (?:fixed|solved|resolved|gone)|(?:isn't|isn’t) (?:fixed|solved|resolved|gone)|still (?:there|happening|see|the same)|reappeared|recurr\w*|returned)\b|又|再次|复发|重新出现|还是不|还是有|仍然|仍未|没有?(?:解决|修好|恢复)|再発|再び|(?:また|まだ)[^。、]{0,12}(?:起き|発生|出て|出ま|落ち|止ま|壊れ|ダウン|エラー|おかし|だめ|ダメ|ない|ません|続)|(?:直って|治って|解決して)い?(?:な|ませ)`)

// allIsWell is what they write when it works.
var allIsWell = regexp.MustCompile(`(?i)\b(?:thanks|thank you|back (?:to normal|up|online)|works? (?:again|fine|now)|working (?:again|fine|now)|not seen (?:it )?again)\b|谢谢|感谢|恢复正常|正常了|ありがとう|助かりました|正常に(?:戻|動)`)

func relapsed(text string) bool {
	return (relapseShape.MatchString(text) || brokenShape.MatchString(text)) && !allIsWell.MatchString(text)
}

// backAgain offers to reopen what was resolved to whoever writes under its card
// that it is back, in private: the words alone reopen nothing, but are the reason.
func (v *visit) backAgain(inc *domain.Incident, text string) Reply {
	if v.side() != domain.Customer || inc.Status != domain.Resolved || !relapsed(text) || !inc.May(v.actor(), domain.DoReopen) {
		return Reply{}
	}
	w := v.words()
	reopen := button(w, inc, "reopen")
	reopen.Primary, reopen.Subject = true, subjectSaying(*inc, fieldWhy, text, map[string]string{})
	return Reply{Text: w.StillBroken(inc.Ref), Buttons: []Button{reopen}}
}

// retold follows what was said under the customer's card and reads otherwise
// now, or was taken away. Anything else changes nothing.
func (v *visit) retold(ctx context.Context) (Reply, error) {
	if err := v.findThread(ctx); err != nil || v.thread == nil || v.thread.audience != forCustomer || v.event.Message == "" {
		return Reply{}, err
	}
	inc, err := v.lock(ctx, v.thread.handle)
	if err != nil {
		return Reply{}, err
	}
	return Reply{}, v.mirror(ctx, &inc, strings.TrimSpace(words.Clean(v.event.Text)))
}

// mirror shows the engineers what the event says under the customer's card.
func (v *visit) mirror(ctx context.Context, inc *domain.Incident, text string) error {
	if err := v.introduce(inc); err != nil {
		return err
	}
	e := &v.event
	said := SaidCard{AsOf: e.At, Edits: e.Kind != Said, ForGood: e.Kind == Retracted}
	if said.AsOf.IsZero() {
		said.AsOf = v.now
	}
	at := said.AsOf
	if said.Edits {
		said.AsOf = said.AsOf.Add(time.Microsecond) // an edit of the same instant is the newer of the two
	}
	said.Topic = "said:" + e.Platform + ":" + string(v.placeKey()) + ":" + cmp.Or(e.Message, v.bot.NewID())
	offer := func(w *words.Words) []Button { return v.answering(w, inc, text, at) }
	if e.Kind == Retracted || v.actor().Side != domain.Customer {
		offer = nil
	}
	return v.toEngineers(ctx, inc, said, offer, func(w *words.Words, customer string) words.Text {
		return retelling(w, e, customer, v.actor(), text, at)
	})
}

// answering is what engineers may do about what the customer wrote at that
// instant. While a question is open, one press makes these words its answer: that
// they are one is for a person to decide, and the customer, who has answered
// already, is asked nothing more.
func (v *visit) answering(w *words.Words, inc *domain.Incident, text string, at time.Time) []Button {
	out := []Button{button(w, inc, "reply")}
	if !inc.Live() || inc.Asked == "" || text == "" {
		return out
	}
	answer := button(w, inc, "answer")
	answer.Label = w.ButtonAnswers()
	answer.Subject = subjectSaying(*inc, fieldText, text, map[string]string{fieldAt: rfc(at)})
	return append(out, answer)
}

// retelling is what an event says about something said, for the other side.
func retelling(w *words.Words, e *Event, customer string, by domain.Actor, text string, at time.Time) words.Text {
	ours, said := by.Side == domain.Provider, cut(text, maxShown)
	var line words.Text
	switch {
	case e.Kind == Retracted && by.Name == "":
		return w.SaidRemoved()
	case e.Kind == Retracted:
		return w.SaidRemovedBy(by.Name)
	case e.Kind == Reworded && ours:
		line = w.SaidProviderEdited(by.Name, customer, at, said)
	case e.Kind == Reworded:
		line = w.SaidCustomerEdited(by.Name, customer, at, said)
	case ours:
		line = w.SaidProvider(by.Name, customer, at, said)
	default:
		line = w.SaidCustomer(by.Name, customer, at, said)
	}
	lines := []words.Text{line}
	for _, f := range e.Files {
		name := cut(words.Line(f.Name), maxLine)
		if domain.WebAddress(f.URL) {
			lines = append(lines, w.SaidAttached(name, f.URL))
		} else {
			lines = append(lines, w.SaidAttachedOnly(name))
		}
	}
	return words.Lines(lines...)
}

// toEngineers writes what was said under the incident's card wherever engineers
// have it. A team that has handed it on has it no more, but what it was shown
// before still follows.
func (v *visit) toEngineers(ctx context.Context, inc *domain.Incident, said SaidCard, offer func(w *words.Words) []Button, say func(w *words.Words, customer string) words.Text) error {
	s, err := v.scene(ctx, inc.Tenant)
	if err != nil {
		return err
	}
	have := s.directory.find(func(r Recipient) bool {
		return r.side() == domain.Provider && (said.Edits || r.Place == nil || r.Place.Team == "" || r.Place.Team == inc.Team)
	})
	return v.under(ctx, inc, forEngineers, have, said, func(w *words.Words) Message {
		m := Message{Text: say(w, s.agreement.Customer)}
		if offer != nil {
			m.Buttons = offer(w)
		}
		return m
	})
}

// under writes a card in the thread of each of the incident's cards for that
// audience that is in one of the places, in the words of its readers.
func (v *visit) under(ctx context.Context, inc *domain.Incident, audience string, among []Recipient, said SaidCard, say func(w *words.Words) Message) error {
	readers := map[DestinationID]Recipient{}
	ids := make([]DestinationID, 0, len(among))
	for _, r := range among {
		readers[r.Destination] = r
		ids = append(ids, r.Destination)
	}
	cards, err := v.tx.CardsOf(ctx, inc.Tenant, inc.ID, cardTopic(inc.ID, audience), ids)
	if err != nil {
		return err
	}
	all := make([]SaidCard, 0, len(cards))
	for _, c := range cards {
		one := said
		lang, zone := readers[c.Destination].reader()
		one.Message = say(words.In(lang))
		one.Message.Lang, one.Message.Zone = lang, zone
		one.Incident, one.Destination, one.Under = inc.ID, c.Destination, c.Topic
		all = append(all, one)
	}
	if len(all) == 0 {
		return nil
	}
	if err := v.tx.KeepSaid(ctx, inc.Tenant, all, v.now); err != nil {
		return fmt.Errorf("keep what was said about %s: %w", inc.Ref, err)
	}
	return nil
}
