package storage

import "example.com/firstcall/bot"

// digest tells cards apart without writing them as JSON, since most decisions leave them as they were. It is FNV-1a with 64
// bits over all that a card holds, with the length before each text. It is never 0, which means "not known".
func digest(cards []bot.Card) int64 {
	d := hash(14695981039346656037)
	for n := range cards {
		c := &cards[n]
		m := &c.Message
		d.text(c.Topic)
		d.text(string(c.Incident))
		d.text(string(c.Destination))
		d.text(c.Under)
		if c.Pin {
			d.number(1)
		} else {
			d.number(0)
		}
		d.text(m.Lang)
		d.text(m.Zone)
		d.text(string(m.Text))
		d.number(len(m.Fields))
		for f := range m.Fields {
			d.text(string(m.Fields[f].Label))
			d.text(string(m.Fields[f].Value))
		}
		d.number(len(m.Buttons))
		for b := range m.Buttons {
			d.text(string(m.Buttons[b].Label))
			d.text(m.Buttons[b].Action)
			d.text(m.Buttons[b].Subject)
			if m.Buttons[b].Primary {
				d.number(1)
			} else {
				d.number(0)
			}
		}
		if m.Later != nil {
			d.text("later")
			d.text(string(m.Later.Text))
			d.number(int(m.Later.At.Unix()))
		}
		if m.Undelivered != nil {
			d.text("undelivered")
			d.text(string(m.Undelivered.Text))
			for _, name := range m.Undelivered.Missed {
				d.text(name)
			}
		}
	}
	return int64(d | 1)
}

type hash uint64

func (h *hash) text(s string) {
	h.number(len(s))
	x := *h
	for i := range len(s) {
		x = (x ^ hash(s[i])) * 1099511628211
	}
	*h = x
}

func (h *hash) number(n int) { *h = (*h ^ hash(n)) * 1099511628211 }
