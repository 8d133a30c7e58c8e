package bot

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"
)

// Delivery are the times of sending. A time that is zero is the one named
// beside it. They are fields so that a test can have them short.
type Delivery struct {
	// SendTimeout ends one call to a platform. What became of it is unknown then. 10 s.
	SendTimeout time.Duration
	// Grace is how long a call whose answer was lost may still have an effect. 20 s.
	Grace time.Duration
	// Lease is how long a destination is held. Nothing is begun in it that could
	// end after it, so it must outlast SendTimeout and Grace together: whoever
	// comes next may then look for a message and believe what it sees. 90 s.
	Lease time.Duration
}

func (d Delivery) sendTimeout() time.Duration { return cmp.Or(d.SendTimeout, 10*time.Second) }
func (d Delivery) grace() time.Duration       { return cmp.Or(d.Grace, 20*time.Second) }
func (d Delivery) lease() time.Duration       { return cmp.Or(d.Lease, 90*time.Second) }

const (
	firstBackoff = time.Second
	longestWait  = 5 * time.Minute // between attempts
	longestPause = time.Hour       // that a platform is granted, whatever it asks for
	// longPause is a pause that somebody should know of: it isn't asked for because of how much was sent.
	longPause = time.Minute
	// patientPause is the shortest pause that may be one of a platform which takes nothing at all. A shorter one is about how
	// much was sent, and nothing is given up for that.
	patientPause = 10 * time.Second
	// longestBlindWait is between visibly repeated messages that may all have arrived.
	longestBlindWait = 30 * time.Minute
	// However long a platform fails, what waits for it stays, for as long as it
	// can matter: then it counts as undeliverable. A card shows what is, so it
	// waits for ever.
	escalationLasts = 24 * time.Hour
	reminderLasts   = 6 * time.Hour
	// longestLook is how long a platform is asked in vain whether a message is
	// there, before it counts as one that can't be searched.
	longestLook = 10 * time.Minute
	// lookBefore is how far the platform's clock may be behind ours.
	lookBefore = time.Minute
	// noChat is the rest of a destination on a platform that this process doesn't serve.
	noChat = time.Minute

	destinationsAtOnce = 64
	waitingAtOnce      = 60
	bundleFrom         = 6 // rings for one person that become one message
	bundleMost         = 20
)

// Deliver sends what is due, destination by destination, and says how many
// messages it sent. It waits for nothing but the platforms' answers: what can't
// be sent now is due again later. Any number of goroutines and processes may
// call it at once; each destination is served by one of them.
//
// A message is written down as being sent before it is sent, and settled after.
// Whoever finds one that was never settled, or whose answer was lost, looks for
// it on the platform before repeating it.
func (b *Bot) Deliver(ctx context.Context) (sent int, err error) {
	due, err := b.Store.DueDestinations(ctx, b.Now(), destinationsAtOnce)
	if err != nil {
		return 0, fmt.Errorf("list destinations with something to send: %w", err)
	}
	var mu sync.Mutex
	next := 0
	var errs []error // one destination's fault must not stop the others
	take := func() (d DestinationID, ok bool) {
		mu.Lock()
		defer mu.Unlock()
		if next == len(due) || ctx.Err() != nil {
			return "", false
		}
		next++
		return due[next-1], true
	}
	serve := func() {
		for d, ok := take(); ok; d, ok = take() {
			n, err := b.deliverTo(ctx, d)
			mu.Lock()
			sent += n
			if err != nil {
				errs = append(errs, fmt.Errorf("deliver to %s: %w", d, err))
			}
			mu.Unlock()
		}
	}
	var all sync.WaitGroup
	for range min(b.Senders, len(due)) - 1 { // one of them is this goroutine
		all.Go(serve)
	}
	serve()
	all.Wait()
	return sent, errors.Join(errs...)
}

// deliverTo serves one destination for as long as its lease allows.
func (b *Bot) deliverTo(ctx context.Context, d DestinationID) (sent int, err error) {
	if b.Senders > 1 { // a panic in a goroutine of ours would end the process
		defer recovered(&err)
	}
	lease, ok, err := b.Store.Claim(ctx, d, b.Now(), b.Delivery.lease())
	if err != nil || !ok {
		return 0, err
	}
	b.step("out: claimed")
	s := &sender{Bot: b, lease: lease, chat: b.Chats[lease.Address.Platform]}
	var rest time.Time
	if s.chat == nil {
		b.Log.ErrorContext(ctx, "no chat for a platform", "platform", lease.Address.Platform, "destination", d)
		rest = b.Now().Add(noChat)
	} else if err := s.serve(ctx); err != nil {
		return s.sent, err // the lease stays and ends by itself: what we know may be wrong
	}
	if err := b.Store.Release(context.WithoutCancel(ctx), lease, rest); err != nil {
		return s.sent, fmt.Errorf("give it back: %w", err)
	}
	b.step("out: released")
	return s.sent, nil
}

// sender serves one destination under one lease.
type sender struct {
	*Bot
	lease Lease
	chat  Chat
	sent  int
	stop  bool // the platform wants silence, or doesn't answer
	drawn bool // what waits for another try has been drawn forward
}

func (s *sender) serve(ctx context.Context) error {
	for {
		waiting, err := s.Store.Waiting(ctx, s.lease, s.Now(), waitingAtOnce)
		if err != nil {
			return fmt.Errorf("read what waits: %w", err)
		}
		settled := 0
		for _, p := range parcels(waiting, s.lease.Address, s.NewID) {
			if s.stop || ctx.Err() != nil || s.tooLate() {
				return nil
			}
			done, err := s.handle(ctx, p)
			if err != nil {
				return err
			}
			if done {
				settled++
			}
		}
		if settled > 0 {
			continue
		}
		if s.sent == 0 || s.drawn {
			return nil
		}
		s.drawn = true
		if err := s.drawForward(ctx); err != nil {
			return err
		}
	}
}

// drawForward tries at once what was refused and waits for its next try: the
// platform has just taken something, so its outage is over, and people get what
// they missed in its order and not as the waits happen to end.
func (s *sender) drawForward(ctx context.Context) error {
	all, err := s.Store.Waiting(ctx, s.lease, s.Now().Add(longestWait), waitingAtOnce)
	if err != nil {
		return fmt.Errorf("read what was refused: %w", err)
	}
	var refused []Outgoing
	for _, o := range all {
		if o.State == Waits && !o.OtherEpoch && o.Attempts > 0 {
			refused = append(refused, o)
		}
	}
	for _, p := range parcels(refused, s.lease.Address, s.NewID) {
		if s.stop || ctx.Err() != nil || s.tooLate() {
			return nil
		}
		if _, err := s.handle(ctx, p); err != nil {
			return err
		}
	}
	return nil
}

// tooLate says whether a call begun now could still have an effect when somebody
// else holds the destination.
func (s *sender) tooLate() bool {
	return s.Now().Add(s.Delivery.sendTimeout() + s.Delivery.grace()).After(s.lease.Until)
}

// handle takes one parcel as far as it goes now; done says whether anything
// about it was written down.
func (s *sender) handle(ctx context.Context, p Parcel) (done bool, err error) {
	repeated := false
	if doubtful(p) {
		var gone bool
		if p, repeated, gone, err = s.look(ctx, p); err != nil || gone {
			return true, err
		}
	}
	now := s.Now()
	ok, err := s.Store.Mark(ctx, s.lease, p, now)
	if err != nil {
		return false, fmt.Errorf("mark as being sent: %w", err)
	}
	if !ok {
		return false, nil // withdrawn, changed again, or no longer ours
	}
	s.step("out: marked")
	return true, s.send(ctx, p, repeated)
}

// send makes the one call and settles what came of it. A stopping process still
// waits for the answer: half a call is what makes doubt.
func (s *sender) send(ctx context.Context, p Parcel, repeated bool) error {
	ctx = context.WithoutCancel(ctx)
	m := p.message(s.Now())
	if repeated {
		m = markRepeated(m, p.Key)
	}
	s.step("out: before sending")
	if s.tooLate() { // The process stood still since it marked. What is marked is looked for by whoever comes next.
		s.stop = true
		return nil
	}
	id, err := s.call(ctx, p, m)
	s.step("out: after sending")
	now := s.Now()
	r := s.judge(p, id, err, now, repeated)
	if r.State == Dead {
		if err := s.escalateUndelivered(ctx, p, now); err != nil {
			return err
		}
	}
	if err := s.settle(ctx, p, r); err != nil {
		return err
	}
	if r.State == Sent {
		s.sent++
	} else {
		level := slog.LevelWarn
		if !r.Pause.IsZero() && r.Pause.Sub(now) < longPause {
			level = slog.LevelDebug // it was only too early, often by our own count
		}
		s.Log.Log(ctx, level, "message not sent", "destination", s.lease.Destination,
			"platform", s.lease.Address.Platform, "address_kind", s.lease.Address.Kind, "address", s.lease.Address.ID, "key", p.Key, "state", r.State, "attempts", attempts(p)+1, "cause", r.Cause)
	}
	return nil
}

func (s *sender) settle(ctx context.Context, p Parcel, r Settlement) error {
	if err := s.Store.Settle(ctx, s.lease, p, r); err != nil {
		return fmt.Errorf("settle %s: %w", p.Key, err)
	}
	s.step("out: settled")
	if s.Settled != nil {
		s.Settled(s.lease.Address.Platform, p.what(), r.State)
	}
	return nil
}

// call posts, or edits the card's message. A card whose message was removed is
// posted anew.
func (s *sender) call(ctx context.Context, p Parcel, m Message) (id string, err error) {
	ctx, cancel := context.WithTimeout(ctx, s.Delivery.sendTimeout())
	defer cancel()
	if first := p.Items[0]; first.Card != nil && first.MessageID != "" {
		err := s.chat.Edit(ctx, first.MessageID, s.posting(p, m))
		var e *SendError
		if !errors.As(err, &e) || e.Outcome != Gone {
			return first.MessageID, err
		}
	}
	return s.chat.Post(ctx, s.posting(p, m))
}

// posting is the call that carries the parcel.
func (s *sender) posting(p Parcel, m Message) Posting {
	first := p.Items[0]
	call := Posting{To: s.lease.Address, Key: p.Key, Message: m, Under: first.Under, Rings: first.Ring != nil, Now: s.Now()}
	if first.Card != nil {
		call.Pin = first.Card.Pin
	}
	return call
}

// judge sorts a platform's answer into what is written down.
func (s *sender) judge(p Parcel, id string, err error, now time.Time, repeated bool) Settlement {
	if err == nil && id != "" {
		return Settlement{State: Sent, MessageID: id, At: now}
	}
	if err == nil {
		err = errors.New("the platform named no message")
	}
	// A card's message that had to be looked for stays known, whatever becomes of its edit.
	r := Settlement{State: Uncertain, MessageID: p.Items[0].MessageID, Cause: err.Error(), At: now}
	unsent := Waits
	if repeated { // it was refused now, and may have arrived before: the next one is marked, too
		unsent = Uncertain
	}
	var e *SendError
	known := errors.As(err, &e)
	switch {
	case known && e.Outcome == Gone:
		r.State = Dead
		return r
	case known && e.Outcome == Refused && e.RetryAfter > 0:
		r.State = unsent
		r.Pause = now.Add(min(max(e.RetryAfter, firstBackoff), longestPause))
		r.Next = r.Pause
		s.stop = true
		if e.RetryAfter < patientPause || !outlived(p, now) {
			return r // a pause is no attempt
		}
		r.State, r.Next = Dead, time.Time{}
		return r
	case known && e.Outcome == Refused:
		r.State = unsent
		r.Next = now.Add(s.backoff(attempts(p), longestWait))
	default:
		longest := longestWait
		if repeated {
			longest = longestBlindWait
		}
		r.Next = now.Add(max(s.Delivery.grace(), s.backoff(attempts(p), longest)))
		s.stop = true
	}
	if outlived(p, now) {
		r.State, r.Next = Dead, time.Time{}
	}
	return r
}

// backoff doubles, with up to half of it as jitter, so that what was refused
// together doesn't come back together.
func (s *sender) backoff(attempts int, longest time.Duration) time.Duration {
	d := min(firstBackoff<<min(attempts, 12), longest*2/3)
	return d + time.Duration(s.Rand()*float64(d)/2)
}

// outlived says whether everything in the parcel has failed for longer than it matters.
func outlived(p Parcel, now time.Time) bool {
	for _, o := range p.Items {
		lasts := reminderLasts
		switch {
		case o.Card != nil || o.FirstSent.IsZero():
			return false
		case o.Ring.Escalation:
			lasts = escalationLasts
		}
		if now.Before(o.FirstSent.Add(lasts)) {
			return false
		}
	}
	return true
}

// look asks the platform whether a doubtful parcel has arrived. settled: it is
// dealt with, for now or for good. Otherwise what is left of it is to be sent
// again, repeated: with a visible mark, because nobody could look.
func (s *sender) look(ctx context.Context, p Parcel) (left Parcel, repeated, settled bool, err error) {
	first := p.Items[0]
	if first.Card != nil && first.MessageID != "" {
		return p, false, false, nil // an edit may be repeated: it leads to the same card
	}
	now := s.Now()
	find, cancel := context.WithTimeout(context.WithoutCancel(ctx), s.Delivery.sendTimeout())
	id, found, err := s.chat.Find(find, s.posting(p, Message{}), first.FirstSent.Add(-lookBefore))
	cancel()
	s.step("out: looked")
	switch {
	case err == nil && found && first.Card != nil:
		first.MessageID = id // which revision it shows is not known, so it is edited
		p.Items = []Outgoing{first}
		return p, false, false, nil
	case err == nil && found:
		return p, false, true, s.settle(ctx, p, Settlement{State: Sent, MessageID: id, At: now})
	case err == nil:
		return p, false, false, nil
	case !blind(err) && now.Before(first.FirstSent.Add(longestLook)):
		r := Settlement{State: Uncertain, Next: now.Add(s.Delivery.grace()), Cause: "look: " + err.Error(), At: now}
		var e *SendError
		if errors.As(err, &e) && e.RetryAfter > 0 {
			r.Pause = now.Add(min(max(e.RetryAfter, firstBackoff), longestPause))
			r.Next = r.Pause
		}
		s.stop = true
		return p, false, true, s.settle(ctx, p, r)
	}
	again, skip := splitBlind(p)
	if len(skip.Items) > 0 {
		r := Settlement{State: Withdrawn, Cause: "not known whether it arrived; the next one comes anyway", At: now}
		if err := s.settle(ctx, skip, r); err != nil {
			return again, false, true, err
		}
	}
	return again, first.Card == nil, len(again.Items) == 0, nil
}

// blind says whether a platform can't be searched now or ever.
func blind(err error) bool {
	var e *SendError
	return errors.Is(err, ErrCannotLook) || errors.As(err, &e) && e.Outcome == Gone
}

// splitBlind parts what is repeated although it may have arrived, escalations
// and cards, from reminders, which are skipped.
func splitBlind(p Parcel) (again, skip Parcel) {
	again.Key, skip.Key = p.Key, p.Key
	for _, o := range p.Items {
		if o.Ring != nil && !o.Ring.Escalation {
			skip.Items = append(skip.Items, o)
		} else {
			again.Items = append(again.Items, o)
		}
	}
	return again, skip
}
