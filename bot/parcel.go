package bot

import (
	"hash/fnv"
	"strings"
	"time"

	"example.com/firstcall/bot/words"
)

// parcels packs what waits into calls, in the order it waits. What may have
// arrived before stays together under the key it was sent with; fresh rings for
// one person become one message when there are many; all else goes alone.
func parcels(waiting []Outgoing, to Address, newID func() string) []Parcel {
	var all []Parcel
	together := map[string]int{} // by key, the parcel of what was sent together
	fresh := 0
	for _, o := range waiting {
		if o.Ring != nil && !o.doubtful() {
			fresh++
		}
	}
	bundle := -1
	for _, o := range waiting {
		switch {
		case o.Card != nil:
			all = append(all, Parcel{Items: []Outgoing{o}, Key: o.Key})
		case o.doubtful():
			n, ok := together[o.Key]
			if !ok {
				n = len(all)
				together[o.Key] = n
				all = append(all, Parcel{Key: o.Key})
			}
			all[n].Items = append(all[n].Items, o)
		case to.Kind == "person" && fresh >= bundleFrom:
			if bundle < 0 || len(all[bundle].Items) == bundleMost {
				bundle = len(all)
				all = append(all, Parcel{Key: newID()})
			}
			all[bundle].Items = append(all[bundle].Items, o)
		default:
			all = append(all, Parcel{Items: []Outgoing{o}, Key: o.Ring.ID})
		}
	}
	return all
}

// doubtful says whether the message may have arrived already.
func (o Outgoing) doubtful() bool { return o.State == Uncertain || o.OtherEpoch }

func doubtful(p Parcel) bool { return p.Items[0].doubtful() }

// what the parcel is, for counting: an escalation when anything in it is one.
func (p Parcel) what() string {
	what := "card"
	for _, o := range p.Items {
		switch {
		case o.Ring != nil && o.Ring.Escalation:
			return "escalation"
		case o.Ring != nil:
			what = "reminder"
		}
	}
	return what
}

// attempts is how often the parcel's items were tried; the most tried counts.
func attempts(p Parcel) int {
	most := 0
	for _, o := range p.Items {
		most = max(most, o.Attempts)
	}
	return most
}

// message is what the parcel's one call carries.
func (p Parcel) message(now time.Time) Message {
	first := p.Items[0]
	if first.Card != nil {
		return first.Card.Message
	}
	if len(p.Items) == 1 {
		return first.Ring.Message.current(now)
	}
	m := Message{Lang: first.Ring.Message.Lang, Zone: first.Ring.Message.Zone}
	w := words.In(m.Lang)
	lines := []words.Text{w.DeliveryBundle(len(p.Items))}
	for _, o := range p.Items {
		lines = append(lines, w.DeliveryBundled(o.Ring.Message.current(now).Text))
	}
	m.Text = words.Lines(lines...)
	// Buttons don't say what they belong to, so they stay only when all is about one incident.
	for _, o := range p.Items {
		if o.Tenant != first.Tenant || o.Ring.Incident != first.Ring.Incident {
			return m
		}
	}
	m.Buttons = first.Ring.Message.Buttons
	return m
}

// markRepeated shows that a message may be there twice, with a mark by which
// people recognise the other one.
func markRepeated(m Message, key string) Message {
	m.Text = words.In(m.Lang).DeliveryRepeated(mark(key), m.Text)
	return m
}

// mark is the end of a key: its beginning is the time it was made.
func mark(key string) string { return strings.ToUpper(key[max(0, len(key)-4):]) }

// undeliveredMessage tells a recipient whom the message has not reached.
func undeliveredMessage(m Message, to Recipient, u Undelivered) Message {
	lang, zone := to.reader()
	w := words.In(lang)
	missed := make([]words.Text, 0, len(u.Missed))
	for _, name := range u.Missed {
		missed = append(missed, words.Plain(name))
	}
	return Message{
		Lang: lang, Zone: zone, Text: w.DeliveryUndelivered(string(w.List(missed...)), u.Text), Buttons: m.Buttons, Undelivered: &u,
	}
}

// stepOf makes a step of a ring's id, so that each ring is told of once.
func stepOf(id string) int64 {
	h := fnv.New64a()
	_, _ = h.Write([]byte(id)) // a hash takes everything
	return int64(h.Sum64() >> 1)
}
