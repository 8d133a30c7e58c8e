package bot

import (
	"context"
	"errors"
	"fmt"
	"time"

	"example.com/firstcall/bot/words"
	"example.com/firstcall/domain"
)

// RoomKeeping is the part of a store that keeps incidents' own places.
type RoomKeeping interface {
	// ClaimRoom takes the place that waits longest for something to be done at
	// now, until now+lease and under a new epoch. False: nothing is due.
	ClaimRoom(ctx context.Context, now time.Time, lease time.Duration) (RoomLease, bool, error)
	// OpenRoom makes the platform's place one of the provider's, about the
	// incident. It may be repeated.
	OpenRoom(ctx context.Context, p Place, at Address) error
	// LeaveRoom unbinds it: what is said there is nobody's concern any more.
	LeaveRoom(ctx context.Context, at Address) error
	// PauseRooms lets nothing be done in the workspace before until.
	PauseRooms(ctx context.Context, platform, workspace string, until time.Time) error
}

// RoomLease is the right to do what an incident's place needs.
type RoomLease struct {
	Tenant              domain.TenantID
	Incident            domain.IncidentID
	Epoch               int64
	Until               time.Time
	Key                 string
	Platform, Workspace string
	Channel, Name       string // the platform's; "" until it is made
	Revision            int64  // that Want describes
	Done                int64  // the revision done last; 0: none
	Want                RoomWant
	Attempts            int       // that failed
	FailingSince        time.Time // zero: it went well last
}

// RoomSettlement is how it went.
type RoomSettlement struct {
	State         RoomState
	Channel, Name string    // of a place just made
	Next          time.Time // when there is something to do again; zero: when something changes
	Failed        bool      // it counts as an attempt
	Cause         string    // for the operator
	At            time.Time
	Key           string // of RoomClosed: of the place that is made if one is wanted again
}

// RoomState says how far an incident's place is.
type RoomState string

// The states of an incident's place.
const (
	RoomWaits   RoomState = "waiting"
	RoomWorking RoomState = "working"
	RoomDone    RoomState = "done"   // as wanted; with Next there is more to do by then
	RoomClosed  RoomState = "closed" // put away, or not wanted before it was made
	RoomDead    RoomState = "dead"   // the platform won't
)

const (
	roomsAtOnce = 64
	// roomLasts is how long a place is tried in vain.
	roomLasts = 6 * time.Hour
)

// Furnish makes, changes and puts away incidents' own places, and says how many
// it looked at. It does for places what Deliver does for messages: under a lease,
// outside of transactions, classified and settled; all calls may be repeated, so
// an unknown outcome is. No incident waits for it.
func (b *Bot) Furnish(ctx context.Context) (done int, err error) {
	var errs []error // one place's fault must not stop the others
	for done < roomsAtOnce && ctx.Err() == nil {
		l, ok, err := b.Store.ClaimRoom(ctx, b.Now(), b.Delivery.lease())
		if err != nil {
			return done, errors.Join(append(errs, fmt.Errorf("claim a place: %w", err))...)
		}
		if !ok {
			break
		}
		done++
		if err := b.furnishOne(ctx, l); err != nil {
			errs = append(errs, fmt.Errorf("place of incident %s: %w", l.Incident, err))
		}
	}
	return done, errors.Join(errs...)
}

// furnishOne does what is wanted of one place. A stopping process still waits
// for the answer to what it has begun.
func (b *Bot) furnishOne(ctx context.Context, l RoomLease) (err error) {
	defer recovered(&err)
	b.step("room: claimed")
	ctx = context.WithoutCancel(ctx)
	now := b.Now()
	chat, makes := b.Chats[l.Platform].(Rooms)
	over := !l.Want.CloseAt.IsZero()
	switch {
	case l.Channel == "" && (over || !l.Want.Make):
		return b.settleRoom(ctx, l, RoomSettlement{State: RoomClosed, At: now, Key: b.NewID()}, nil)
	case !makes:
		b.Log.ErrorContext(ctx, "no chat that makes places for a platform", "platform", l.Platform, "incident", l.Incident)
		return b.settleRoom(ctx, l, RoomSettlement{State: RoomWaits, Next: now.Add(noChat), Cause: "no chat", At: now}, nil)
	case over && !l.Want.CloseAt.After(now):
		return b.closeRoom(ctx, chat, l)
	}
	var missing []string
	made := l.Channel == ""
	if made {
		err = b.roomCall(ctx, l, func(ctx context.Context, r Room) error {
			l.Channel, l.Name, err = chat.MakeRoom(ctx, r)
			if err == nil && l.Channel == "" {
				err = errors.New("the platform named no place")
			}
			return err
		})
		b.step("room: made")
		if err != nil {
			l.Channel, l.Name = "", ""
			return b.roomFailed(ctx, l, err)
		}
	}
	if l.Done == 0 {
		p := Place{
			ID: domain.PlaceID(l.Key), Name: "#" + l.Name, Purpose: ForIncident, Language: l.Want.Lang, Zone: l.Want.Zone,
			About: l.Tenant, Incident: l.Incident,
		}
		if err := b.Store.OpenRoom(ctx, p, l.address()); err != nil {
			return fmt.Errorf("write the place down: %w", err)
		}
		b.step("room: written down")
	}
	err = b.roomCall(ctx, l, func(ctx context.Context, r Room) error {
		missing, err = chat.FurnishRoom(ctx, l.Channel, r)
		return err
	})
	b.step("room: furnished")
	if err != nil {
		return b.roomFailed(ctx, l, err)
	}
	r := RoomSettlement{State: RoomDone, Channel: l.Channel, Name: l.Name, Next: l.Want.CloseAt, At: b.Now()}
	return b.settleRoom(ctx, l, r, func(s *scene, i *domain.Incident) []Ring {
		if l.Done > 0 {
			return nil
		}
		return s.roomFirst(i, l, missing)
	})
}

// closeRoom puts the place away.
func (b *Bot) closeRoom(ctx context.Context, chat Rooms, l RoomLease) error {
	err := b.roomCall(ctx, l, func(ctx context.Context, r Room) error { return chat.CloseRoom(ctx, l.Channel, r) })
	b.step("room: put away")
	var e *SendError
	if err != nil && (!errors.As(err, &e) || e.Outcome != Gone) { // what is gone needs no putting away
		return b.roomFailed(ctx, l, err)
	}
	if err := b.Store.LeaveRoom(ctx, l.address()); err != nil {
		return fmt.Errorf("leave the place: %w", err)
	}
	return b.settleRoom(ctx, l, RoomSettlement{State: RoomClosed, At: b.Now(), Key: b.NewID()}, nil)
}

func (l *RoomLease) address() Address {
	return Address{Platform: l.Platform, Workspace: l.Workspace, Kind: "channel", ID: l.Channel}
}

// errRoomTooLate ends work whose effect could come when somebody else has the place.
var errRoomTooLate = errors.New("the lease is nearly over")

// roomCall makes one call, if it can end within the lease.
func (b *Bot) roomCall(ctx context.Context, l RoomLease, f func(context.Context, Room) error) error {
	now := b.Now()
	if now.Add(b.Delivery.sendTimeout() + b.Delivery.grace()).After(l.Until) {
		return errRoomTooLate
	}
	ctx, cancel := context.WithTimeout(ctx, b.Delivery.sendTimeout())
	defer cancel()
	r := Room{Workspace: l.Workspace, Key: l.Key, Name: l.Want.Name, Topic: l.Want.Topic, Lang: l.Want.Lang, Zone: l.Want.Zone, Now: now}
	for _, p := range l.Want.People {
		r.People = append(r.People, p.ID)
	}
	return f(ctx, r)
}

// roomFailed settles a call that didn't go well. When it never will, the
// engineers are told that they go on without.
func (b *Bot) roomFailed(ctx context.Context, l RoomLease, cause error) error {
	if errors.Is(cause, errRoomTooLate) {
		return nil // whoever comes next begins again
	}
	now := b.Now()
	wait := firstBackoff << min(l.Attempts, 12)
	r := RoomSettlement{State: RoomWaits, Channel: l.Channel, Name: l.Name, Failed: true, Cause: cause.Error(), At: now}
	var e *SendError
	known := errors.As(cause, &e)
	switch {
	case known && e.Outcome == Gone:
		r.State = RoomDead
	case known && e.Outcome == Refused && e.RetryAfter > 0:
		r.Next, r.Failed = now.Add(min(max(e.RetryAfter, firstBackoff), longestWait)), false
		if err := b.Store.PauseRooms(ctx, l.Platform, l.Workspace, r.Next); err != nil {
			return fmt.Errorf("pause a workspace: %w", err)
		}
	case known && e.Outcome == Refused:
		r.Next = now.Add(min(wait, longestWait))
	default:
		r.Next = now.Add(min(max(wait, b.Delivery.grace()), longestWait))
	}
	if r.Failed && !l.FailingSince.IsZero() && !now.Before(l.FailingSince.Add(roomLasts)) {
		r.State = RoomDead
	}
	b.Log.WarnContext(ctx, "place of an incident not as wanted", "incident", l.Incident, "state", r.State, "attempts", l.Attempts+1, "cause", cause)
	if r.State != RoomDead {
		return b.settleRoom(ctx, l, r, nil)
	}
	r.Next = time.Time{}
	if l.Channel != "" {
		if err := b.Store.LeaveRoom(ctx, l.address()); err != nil {
			return fmt.Errorf("leave the place: %w", err)
		}
	}
	if !l.Want.CloseAt.IsZero() {
		return b.settleRoom(ctx, l, r, nil) // nobody goes on
	}
	return b.settleRoom(ctx, l, r, func(s *scene, i *domain.Incident) []Ring { return s.roomLost(i, l) })
}

// settleRoom writes down how it went and, in the same transaction, what is said
// about it. The incident is locked first, as in every decision.
func (b *Bot) settleRoom(ctx context.Context, l RoomLease, r RoomSettlement, say func(*scene, *domain.Incident) []Ring) error {
	err := b.Store.InTx(ctx, func(tx Tx) error {
		if err := tx.Enter(ctx, l.Tenant); err != nil {
			return err
		}
		inc, err := tx.IncidentByID(ctx, l.Tenant, l.Incident)
		if err != nil {
			return err
		}
		ours, err := tx.SettleRoom(ctx, l, r)
		if err != nil || !ours || say == nil {
			return err
		}
		s, err := b.scene(ctx, tx, l.Tenant, nil)
		if err != nil {
			return err
		}
		env, err := s.env(&inc.Report)
		if err != nil {
			return err
		}
		if err := tx.Keep(ctx, l.Tenant, []Kept{{Incident: inc, Wake: inc.Wake(env), Cards: s.cards(&inc, &inc)}}); err != nil {
			return err
		}
		return tx.KeepRings(ctx, l.Tenant, say(s, &inc)) // the incident has not changed
	})
	if err != nil {
		return fmt.Errorf("settle: %w", err)
	}
	b.step("room: settled")
	return nil
}

// The rings about places.
const (
	roomMade domain.NoticeKind = "room_made"
	roomLost domain.NoticeKind = "room_lost"
)

// roomFirst is the first word in a new place: what it is for, who was invited
// and who could not be.
func (s *scene) roomFirst(i *domain.Incident, l RoomLease, missing []string) []Ring {
	there, ok := s.roomOf(i)
	if !ok {
		return nil
	}
	lang, zone := there.reader()
	w := words.In(lang)
	out := map[string]bool{}
	for _, id := range missing {
		out[id] = true
	}
	var came, not []words.Text
	for _, p := range l.Want.People {
		if out[p.ID] {
			not = append(not, words.Plain(p.Name))
		} else {
			came = append(came, words.Plain(p.Name))
		}
	}
	for _, name := range l.Want.Absent {
		not = append(not, words.Plain(name))
	}
	lines := []words.Text{w.RoomFirst(i.Ref, cut(i.Report.Title, maxRing), s.agreement.Customer)}
	if len(came) > 0 {
		lines = append(lines, w.RoomInvited(w.List(came...)))
	}
	if len(not) > 0 {
		lines = append(lines, w.RoomMissing(w.List(not...)))
	}
	return []Ring{s.roomRing(i, l, roomMade, there, Message{Lang: lang, Zone: zone, Text: words.Lines(lines...)})}
}

// roomLost tells the engineers that there is no place, or none any more.
func (s *scene) roomLost(i *domain.Incident, l RoomLease) (out []Ring) {
	for _, r := range s.who(i, domain.ToEngineers) {
		lang, zone := r.reader()
		w := words.In(lang)
		title := cut(i.Report.Title, maxRing)
		text := w.RoomFailed(i.Ref, title)
		if l.Done > 0 {
			text = w.RoomLost(i.Ref, title)
		}
		out = append(out, s.roomRing(i, l, roomLost, r, Message{Lang: lang, Zone: zone, Text: text}))
	}
	return out
}

// roomRing is said once for each place that is made.
func (s *scene) roomRing(i *domain.Incident, l RoomLease, kind domain.NoticeKind, to Recipient, m Message) Ring {
	return Ring{
		ID: s.bot.NewID(), Incident: i.ID, Generation: i.Generation, Kind: kind, Step: stepOf(l.Key), Destination: to.Destination,
		Urgency: urgency(i, &domain.Notice{Kind: domain.FirstResponseHalf}), At: s.now, Message: m,
	}
}
