package slack

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"testing"
	"time"

	"example.com/firstcall/adapters/slack/slackfake"
	"example.com/firstcall/bot"
	"example.com/firstcall/bot/words"
)

// queue is as much of a store as delivering needs, in memory: destinations with what waits for them, and their pauses.
type queue struct {
	bot.Store // nil: nothing else is asked of it
	lanes     []*lane
	claims    int
}

type lane struct {
	to     bot.Address
	waits  []bot.Outgoing
	paused time.Time
	sent   []time.Time
	next   []time.Time // of waits
}

func (q *queue) add(to bot.Address, n int) {
	l := &lane{to: to}
	for k := range n {
		key := fmt.Sprint(to.ID, "-", k)
		l.waits = append(l.waits, bot.Outgoing{Key: key, State: bot.Waits, Ring: &bot.Ring{
			ID: key, Escalation: true, Message: bot.Message{Lang: "en", Zone: "UTC", Text: words.Plain("message " + key)},
		}})
		l.next = append(l.next, start)
	}
	q.lanes = append(q.lanes, l)
}

func (q *queue) lane(d bot.DestinationID) *lane {
	k := slices.IndexFunc(q.lanes, func(l *lane) bool { return l.to.Workspace+" "+l.to.ID == string(d) })
	return q.lanes[k]
}

// due is when the lane has something to send; false when it has nothing left.
func (l *lane) due() (time.Time, bool) {
	if len(l.waits) == 0 {
		return time.Time{}, false
	}
	first := slices.MinFunc(l.next, time.Time.Compare)
	if first.Before(l.paused) {
		first = l.paused
	}
	return first, true
}

func (q *queue) DueDestinations(_ context.Context, now time.Time, limit int) (due []bot.DestinationID, _ error) {
	for _, l := range q.lanes {
		if at, some := l.due(); some && !at.After(now) && len(due) < limit {
			due = append(due, bot.DestinationID(l.to.Workspace+" "+l.to.ID))
		}
	}
	return due, nil
}

func (q *queue) Claim(_ context.Context, d bot.DestinationID, now time.Time, lease time.Duration) (bot.Lease, bool, error) {
	q.claims++
	return bot.Lease{Destination: d, Epoch: int64(q.claims), Until: now.Add(lease), Address: q.lane(d).to}, true, nil
}

func (q *queue) Waiting(_ context.Context, l bot.Lease, now time.Time, limit int) (all []bot.Outgoing, _ error) {
	lane := q.lane(l.Destination)
	for k, o := range lane.waits {
		if !lane.next[k].After(now) && len(all) < limit {
			all = append(all, o)
		}
	}
	return all, nil
}

func (q *queue) Mark(context.Context, bot.Lease, bot.Parcel, time.Time) (bool, error) {
	return true, nil
}

func (q *queue) Settle(_ context.Context, l bot.Lease, p bot.Parcel, r bot.Settlement) error {
	lane := q.lane(l.Destination)
	for _, item := range p.Items {
		k := slices.IndexFunc(lane.waits, func(o bot.Outgoing) bool { return o.Key == item.Key })
		lane.waits[k].State, lane.next[k] = r.State, r.Next
		if r.State == bot.Sent {
			lane.waits, lane.next = slices.Delete(lane.waits, k, k+1), slices.Delete(lane.next, k, k+1)
			lane.sent = append(lane.sent, r.At)
		}
	}
	if r.Pause.After(lane.paused) {
		lane.paused = r.Pause
	}
	return nil
}

func (q *queue) Release(context.Context, bot.Lease, time.Time) error { return nil }

// nextDue is when there is something to do; false when all is sent.
func (q *queue) nextDue() (next time.Time, some bool) {
	for _, l := range q.lanes {
		if at, waits := l.due(); waits && (!some || at.Before(next)) {
			next, some = at, true
		}
	}
	return next, some
}

// drain delivers until nothing waits, moving the clock to when something is due, and gives the last instant.
func (st *sending) drain(q *queue) time.Duration {
	st.t.Helper()
	b := &bot.Bot{
		Store: q, Chats: map[string]bot.Chat{"slack": st.app}, Now: st.clock, NewID: func() string { return "id" }, Rand: func() float64 { return 0 },
		Log: slog.New(slog.DiscardHandler),
	}
	for range 100_000 {
		if _, err := b.Deliver(context.Background()); err != nil {
			st.t.Fatal(err)
		}
		next, some := q.nextDue()
		if !some {
			return st.clock().Sub(start)
		}
		if wait := next.Sub(st.clock()); wait > 0 {
			st.wait(wait)
		}
	}
	st.t.Fatal("it never ends")
	return 0
}

// Each of 200 customers has its own workspace, so that the channel's budget is the only one: the n-th message of a channel
// goes out n-1 seconds after the first, and no channel waits for another.
func TestBacklogWaitsForItsOwnChannelOnly(t *testing.T) {
	const channels, each = 200, 5
	st := newSending(t)
	q := &queue{}
	for n := range channels {
		team, id := fmt.Sprint("TC", n), fmt.Sprint("CC", n)
		w := st.AddWorkspace(slackfake.Workspace{ID: team, BotUser: "UBOT" + team, BotID: "BBOT" + team})
		st.AddChannel(slackfake.Channel{ID: id, Team: team, Name: "support", Members: []string{w.BotUser}})
		st.tables.all[team] = Installation{Workspace: team, Token: w.Token, BotID: w.BotID, BotUser: w.BotUser}
		q.add(bot.Address{Platform: "slack", Workspace: team, Kind: "channel", ID: id}, each)
	}
	took := st.drain(q)
	var longest time.Duration
	for _, l := range q.lanes {
		if len(l.sent) != each || len(st.Messages(l.to.ID)) != each {
			t.Fatalf("%s got %d messages", l.to.ID, len(l.sent))
		}
		for k, at := range l.sent {
			longest = max(longest, at.Sub(start)-time.Duration(k)*time.Second)
		}
	}
	t.Logf("%d messages over %d channels took %s; the most that one waited beyond its channel's budget is %s; %d claims", channels*each, channels, took, longest, q.claims)
	if took != (each-1)*time.Second || longest != 0 {
		t.Errorf("it took %s, want %s; one waited %s longer than its budget asks for", took, (each-1)*time.Second, longest)
	}
	st.paced(q)
}

// In one workspace all share what Slack takes of a method: 24 at once, then 4 a second. The last of 1,000 may leave after
// (1000-24)/4 = 244 s; those who are last may have been sent away for longestTurn.
func TestBacklogOfOneWorkspace(t *testing.T) {
	const channels, each = 200, 5
	st := newSending(t)
	q := &queue{}
	for n := range channels {
		id := fmt.Sprint("CC", n)
		st.AddChannel(slackfake.Channel{ID: id, Name: fmt.Sprint("support-", n), Members: []string{"UBOT"}})
		q.add(bot.Address{Platform: "slack", Workspace: "T1", Kind: "channel", ID: id}, each)
	}
	took := st.drain(q)
	t.Logf("%d messages over %d channels of one workspace took %s; %d claims", channels*each, channels, took, q.claims)
	if took < 240*time.Second || took > 244*time.Second+longestTurn {
		t.Errorf("it took %s, want 244 s", took)
	}
	if q.claims > 10*channels*each {
		t.Errorf("%d claims: those who wait come back too often", q.claims)
	}
	st.paced(q)
	for _, l := range q.lanes {
		if len(l.sent) != each {
			t.Errorf("%s got %d messages", l.to.ID, len(l.sent))
		}
	}
}

// One channel that Slack wants silence for holds none of the others up.
func TestBacklogBesideAPausedChannel(t *testing.T) {
	st := newSending(t)
	q := &queue{}
	for n := range 4 {
		id := fmt.Sprint("CC", n)
		st.AddChannel(slackfake.Channel{ID: id, Name: fmt.Sprint("support-", n), Members: []string{"UBOT"}})
		q.add(bot.Address{Platform: "slack", Workspace: "T1", Kind: "channel", ID: id}, 3)
	}
	st.Inject("chat.postMessage", slackfake.TooMany(time.Minute), slackfake.InChannel("CC0"))
	if took := st.drain(q); took != 62*time.Second {
		t.Errorf("it took %s", took)
	}
	for _, l := range q.lanes[1:] {
		if last := l.sent[len(l.sent)-1].Sub(start); last != 2*time.Second {
			t.Errorf("%s was done after %s", l.to.ID, last)
		}
	}
	if n := len(st.Calls("chat.postMessage")); n != 13 {
		t.Errorf("%d calls for 12 messages and one refusal", n)
	}
}

// paced checks what Slack saw: no channel got two messages within a second.
func (st *sending) paced(q *queue) {
	st.t.Helper()
	last := map[string]time.Time{}
	for _, c := range st.Calls("chat.postMessage") {
		at := c.Arg("channel")
		if before, some := last[at]; some && c.At.Sub(before) < time.Second {
			st.t.Fatalf("%s got two messages within %s", at, c.At.Sub(before))
		}
		last[at] = c.At
	}
	if len(last) != len(q.lanes) {
		st.t.Errorf("%d channels were written to", len(last))
	}
}
