//go:build unix

package main

import (
	"database/sql"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/google/go-cmp/cmp"

	"example.com/firstcall/bot"
)

// audit compares what was attempted and acknowledged with what the database
// holds and with what the chat has seen. It works out by itself what each
// incident must have given.
func (w *crashWorld) audit() {
	w.t.Helper()
	seen := w.chat.all()
	w.auditIncidents()
	w.auditRings(seen)
	w.auditCards(seen)
	w.auditTexts(seen)
	w.auditKeys(seen)
	for _, line := range w.chat.strange {
		w.t.Errorf("strange: %s", line)
	}
}

// auditIncidents: an incident for each report, one, and none that nobody reported.
func (w *crashWorld) auditIncidents() {
	w.t.Helper()
	there := map[string]int{}
	w.each(`SELECT split_part(report->>'title', ' ', 1) FROM incidents`, func(scan func(...any) error) error {
		var token string
		err := scan(&token)
		there[token]++
		return err
	})
	for token := range w.attempted {
		if n := there[token]; n != 1 && (n > 1 || w.acked[token]) {
			w.t.Errorf("%s was acknowledged (%v) and opened %d times", token, w.acked[token], n)
		}
	}
	for token := range there {
		if w.attempted[token] == "" {
			w.t.Errorf("nobody reported %q", token)
		}
	}
	acked := map[string]int{}
	w.each(`SELECT split_part(i.report->>'title', ' ', 1) FROM journal j JOIN incidents i ON i.id = j.incident_id WHERE j.kind = 'acknowledged'`,
		func(scan func(...any) error) error {
			var token string
			err := scan(&token)
			acked[token]++
			return err
		})
	for token := range w.attempted {
		want := 0
		if w.taken[token] {
			want = 1
		}
		if acked[token] != want {
			w.t.Errorf("%s was acknowledged by kim %d times, want %d", token, acked[token], want)
		}
	}
}

// wantRings is what the rules give for each incident: that it is critical is
// told to the incident manager on duty, each rung calls once, at its moment, and
// the managers are told that gus can't be reached. A new incident's cards are
// noticed by themselves.
func wantRings(opened time.Time) []string {
	want := []string{"critical_opened ivy sent", "undelivered #managers sent"}
	for _, r := range crashLadder {
		state := "sent"
		if r.address == "gus" {
			state = "dead"
		}
		want = append(want, fmt.Sprintf("page %s %s at %d", r.address, state, opened.Add(r.after).Unix()))
	}
	slices.Sort(want)
	return want
}

// auditRings: each incident has the rings it must have, each once, and what
// counts as sent was seen where it should be.
func (w *crashWorld) auditRings(seen []message) {
	w.t.Helper()
	opened := map[string]time.Time{}
	w.each(`SELECT split_part(report->>'title', ' ', 1), opened_at FROM incidents`, func(scan func(...any) error) error {
		var token string
		var at time.Time
		err := scan(&token, &at)
		opened[token] = at
		return err
	})
	at := map[string]string{} // by key, where it was seen
	for _, m := range seen {
		at[m.key] = m.to.ID
	}
	got := map[string][]string{}
	w.each(`SELECT split_part(i.report->>'title', ' ', 1), r.kind, d.address, r.state, r.step, coalesce(r.sent_as, r.id)::text
FROM rings r LEFT JOIN incidents i ON i.id = r.incident_id JOIN destinations d ON d.id = r.destination_id`, func(scan func(...any) error) error {
		var token, kind, address, state, key string
		var step int64
		var of sql.NullString
		if err := scan(&of, &kind, &address, &state, &step, &key); err != nil {
			return err
		}
		token = of.String
		line := kind + " " + address + " " + state
		if kind == "page" {
			line += fmt.Sprint(" at ", step)
		}
		got[token] = append(got[token], line)
		if (state == "sent") != (at[key] == address) {
			w.t.Errorf("%s: the ring %s %s is %s, and was seen at %q", token, kind, address, state, at[key])
		}
		return nil
	})
	for token, lines := range got {
		slices.Sort(lines)
		if diff := cmp.Diff(wantRings(opened[token]), lines); diff != "" {
			w.t.Errorf("the rings of %q (-want +got):\n%s", token, diff)
		}
	}
	for token := range opened {
		if got[token] == nil {
			w.t.Errorf("%s has no rings", token)
		}
	}
}

// auditCards: a card for the customer and one for the engineers, and people see
// the newest revision of each.
func (w *crashWorld) auditCards(seen []message) {
	w.t.Helper()
	shown := map[string]message{}
	for _, m := range seen {
		shown[m.key] = m
	}
	cards := map[string][]string{}
	w.each(`SELECT split_part(i.report->>'title', ' ', 1), d.address, c.id::text, c.wanted, c.sent, c.message
FROM cards c JOIN incidents i ON i.id = c.incident_id JOIN destinations d ON d.id = c.destination_id`, func(scan func(...any) error) error {
		var token, address, key string
		var wanted, sent int
		var text []byte
		if err := scan(&token, &address, &key, &wanted, &sent, &text); err != nil {
			return err
		}
		cards[token] = append(cards[token], address)
		var want bot.Message
		if err := json.Unmarshal(text, &want); err != nil {
			return err
		}
		if diff := cmp.Diff(want, shown[key].now); diff != "" || sent != wanted {
			w.t.Errorf("%s: revision %d of %d of the card in %s was sent; people see (-want +got):\n%s", token, sent, wanted, address, diff)
		}
		return nil
	})
	for token, channel := range w.attempted {
		want := []string{channel, "#engineers"}
		slices.Sort(want)
		slices.Sort(cards[token])
		if w.acked[token] && !slices.Equal(cards[token], want) {
			w.t.Errorf("%s has cards in %v, want %v", token, cards[token], want)
		}
	}
}

// auditTexts reads what people read: how often an incident is spoken of in each
// place, whatever the rows say. A message may carry several rings for a person.
func (w *crashWorld) auditTexts(seen []message) {
	w.t.Helper()
	read := map[string]map[string]int{} // by incident and address
	for _, m := range seen {
		for line := range strings.Lines(m.first) {
			for token := range w.attempted {
				if n := strings.Count(line, token); n > 0 {
					if read[token] == nil {
						read[token] = map[string]int{}
					}
					read[token][m.to.ID] += n
				}
			}
		}
	}
	for token, channel := range w.attempted {
		if !w.acked[token] {
			continue
		}
		want := map[string]int{
			channel: 1, "#engineers": 1, // the cards
			"ivy":       2, // that it is critical, and a call
			"#managers": 2, // a call, and that gus wasn't reached
			"#second":   1,
		}
		if !maps.Equal(read[token], want) {
			w.t.Errorf("%s was read of %v, want %v", token, read[token], want)
		}
	}
}

// auditKeys: no message under the key of another, and none that nobody decided.
func (w *crashWorld) auditKeys(seen []message) {
	w.t.Helper()
	known := map[string]bool{}
	w.each(`SELECT coalesce(sent_as, id)::text FROM rings UNION SELECT id::text FROM cards`, func(scan func(...any) error) error {
		var key string
		err := scan(&key)
		known[key] = true
		return err
	})
	times := map[string]int{}
	for _, m := range seen {
		times[m.key]++
		if times[m.key] == 2 {
			w.t.Errorf("seen twice in %s: %s", m.to.ID, m.first)
		}
		if !known[m.key] {
			w.t.Errorf("nobody decided what %s saw: %s", m.to.ID, m.first)
		}
	}
}

// each reads rows one by one.
func (w *crashWorld) each(query string, row func(scan func(...any) error) error) {
	w.t.Helper()
	rows, err := w.db.Query(query)
	if err != nil {
		w.t.Errorf("audit: %v", err)
		return
	}
	defer rows.Close()
	for rows.Next() {
		if err := row(rows.Scan); err != nil {
			w.t.Errorf("audit: %v", err)
			return
		}
	}
	if err := rows.Err(); err != nil {
		w.t.Errorf("audit: %v", err)
	}
}
