package bot_test

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"example.com/firstcall/adapters/console"
	"example.com/firstcall/bot"
	"example.com/firstcall/bot/words"
)

// hall is a platform that makes rooms. It is strict: a name that breaks its
// rules, a room that isn't there or was put away fails the test.
type hall struct {
	*chat
	here  []string                 // whom it can invite
	fail  func(doing string) error // what it answers the next call; errLost: it did as told
	rooms []*hallRoom
	calls []string
}

type hallRoom struct {
	id, key, name, topic string
	people               []string
	archived             bool
}

var hallName = regexp.MustCompile(`^[a-z0-9][a-z0-9_-]{0,79}$`)

func (h *hall) answer(doing string) (before, after error) {
	h.calls = append(h.calls, doing)
	if h.fail == nil {
		return nil, nil
	}
	if err := h.fail(doing); errors.Is(err, errLost) {
		return nil, err
	} else {
		return err, nil
	}
}

func (h *hall) MakeRoom(_ context.Context, r bot.Room) (id, name string, err error) {
	before, after := h.answer("make")
	if before != nil {
		return "", "", before
	}
	for _, room := range h.rooms {
		if room.key == r.Key {
			return room.id, room.name, after
		}
	}
	if !hallName.MatchString(r.Name) {
		h.t.Errorf("a room of the name %q", r.Name)
	}
	name = r.Name
	for n := 2; slices.ContainsFunc(h.rooms, func(o *hallRoom) bool { return o.name == name }); n++ {
		name = fmt.Sprintf("%s-%d", r.Name, n)
	}
	room := &hallRoom{id: fmt.Sprintf("C%d", len(h.rooms)+1), key: r.Key, name: name}
	h.rooms = append(h.rooms, room)
	if after != nil {
		return "", "", after
	}
	return room.id, room.name, nil
}

func (h *hall) room(id string) *hallRoom {
	h.t.Helper()
	for _, r := range h.rooms {
		if r.id == id && !r.archived {
			return r
		}
	}
	h.t.Errorf("room %s isn't there", id)
	return &hallRoom{}
}

func (h *hall) FurnishRoom(_ context.Context, id string, r bot.Room) (missing []string, err error) {
	before, after := h.answer("furnish")
	if before != nil {
		return nil, before
	}
	room := h.room(id)
	room.topic = r.Topic.Render(words.Reader{Lang: r.Lang, Zone: time.UTC}, r.Now)
	for _, p := range r.People {
		switch {
		case !slices.Contains(h.here, p):
			missing = append(missing, p)
		case !slices.Contains(room.people, p):
			room.people = append(room.people, p)
		}
	}
	return missing, after
}

func (h *hall) CloseRoom(_ context.Context, id string, _ bot.Room) error {
	before, after := h.answer("close")
	if before != nil {
		return before
	}
	for _, r := range h.rooms { // once more is fine
		if r.id == id {
			r.archived = true
			return after
		}
	}
	h.t.Errorf("room %s isn't there", id)
	return after
}

// withRooms is the demo's world on a platform that makes rooms.
func withRooms(t *testing.T) (*frontDoor, *hall) {
	d := newFrontDoor(t)
	h := &hall{chat: &chat{t: t, byID: map[string]int{}}, here: []string{"kenji", "ana"}}
	d.Chats[console.Platform] = h
	return d, h
}

// open reports a severity of ana's in #contoso.
func (d *frontDoor) open(what, severity string) {
	d.t.Helper()
	r := d.must(bot.Event{Kind: bot.Said, Person: "ana", Place: "#contoso", Text: "/incident " + what + ", Azure VM, in production since 8:55, sev " + severity})
	answers := map[string]string{"subscription": "1", "impact": "Nobody can buy.", "commitment": "yes", "contacts": "me"}
	for range answers {
		if key := r.Form.Asking; key != "" {
			r = d.must(bot.Event{Kind: bot.Submitted, Person: "ana", Place: "#contoso", Form: r.Form.Key, Values: map[string]string{key: answers[key]}, Partial: true})
		}
	}
	r = d.must(bot.Event{Kind: bot.Submitted, Person: "ana", Place: "#contoso", Form: r.Form.Key, Values: whole(r.Form)})
	if r.Form != nil {
		d.t.Fatalf("the report is not complete: it asks for %s", r.Form.Asking)
	}
}

// run furnishes and delivers what is due.
func (d *frontDoor) run() {
	d.t.Helper()
	if _, err := d.Furnish(d.t.Context()); err != nil {
		d.t.Fatal(err)
	}
	if _, err := d.Deliver(d.t.Context()); err != nil {
		d.t.Fatal(err)
	}
}

func (d *frontDoor) later(after time.Duration) {
	d.t.Helper()
	d.clock.Set(d.clock.Now().Add(after))
	d.run()
}

func (d *frontDoor) say(person, place, text string) string {
	d.t.Helper()
	return d.text(d.must(bot.Event{Kind: bot.Said, Person: person, Place: place, Text: text}))
}

// in lists the first lines of what was posted there.
func (c *chat) in(place string) (all []string) {
	for _, p := range c.posted {
		if p.to == place {
			all = append(all, p.text)
		}
	}
	return all
}

func TestARoomIsMadeForASevereIncident(t *testing.T) {
	t.Parallel()
	d, h := withRooms(t)
	d.open("Checkout is down", "A")
	d.run()
	if len(h.rooms) != 1 {
		t.Fatalf("%d rooms, want one", len(h.rooms))
	}
	r := h.rooms[0]
	if r.name != "inc-1-checkout-is-down" && !strings.HasPrefix(r.name, "inc-1-checkout-is-down-") {
		t.Errorf("the room is called %q", r.name)
	}
	if want := "INC-1 · severity A · nobody has it yet; a person should call by Mon 2 Mar 2026 09:15 UTC"; r.topic != want {
		t.Errorf("its topic is %q, want %q", r.topic, want)
	}
	if diff := cmp.Diff([]string{"kenji", "ana"}, r.people); diff != "" {
		t.Errorf("who is in it (-want +got):\n%s", diff)
	}
	said := h.in("C1")
	if len(said) != 2 {
		t.Fatalf("in the room was said %q, want a first line and the card", said)
	}
	for _, part := range []string{"This channel is for INC-1", "passed on to Contoso", "Invited: Kenji Sato, Ana Weber", "Could not be invited: Lena Fischer."} {
		if !strings.Contains(said[0], part) {
			t.Errorf("the first line doesn't say %q:\n%s", part, said[0])
		}
	}
	if !strings.HasPrefix(said[1], "INC-1 · Contoso · severity A") {
		t.Errorf("the card reads %q", said[1])
	}

	// It follows what is decided; a verb said there without a number means its incident.
	d.open("The shop's search is slow", "A")
	d.clock.Set(d.clock.Now().Add(time.Minute))
	if got := d.say("kenji", "C1", "/incident take"); !strings.Contains(got, "INC-1") {
		t.Errorf("take in the room of INC-1 answered %q", got)
	}
	d.run()
	if !strings.Contains(r.topic, "Kenji Sato") {
		t.Errorf("the topic of INC-1 is %q after Kenji has taken it", r.topic)
	}
	if said := h.in("C1"); len(said) != 2 || !strings.Contains(said[1], "Kenji Sato") {
		t.Errorf("in the room was said %q, want the same two, the card with Kenji", said)
	}
	if len(h.rooms) != 2 || strings.Contains(h.rooms[1].topic, "Kenji") {
		t.Errorf("the other incident's room: %+v", h.rooms[1:])
	}

	// A day after it is closed the room is put away, and not before.
	d.say("kenji", "C1", "/incident call INC-1 phone")
	d.say("kenji", "C1", "/incident resolve The disk is back.")
	d.say("kenji", "C1", "/incident close no")
	d.run()
	d.later(23 * time.Hour)
	if r.archived {
		t.Error("the room was put away too early")
	}
	d.later(2 * time.Hour)
	if !r.archived || h.rooms[1].archived {
		t.Errorf("the rooms a day after the first was closed: %+v %+v", *r, *h.rooms[1])
	}

	// Reopened, it gets another one.
	d.say("ana", "#contoso", "/incident reopen INC-1 It is down again.")
	d.run()
	if len(h.rooms) != 3 || h.rooms[2].key == r.key || h.rooms[2].name != r.name+"-2" {
		t.Errorf("rooms after it was reopened: %+v", h.rooms)
	}
	if len(h.in("C3")) != 2 {
		t.Errorf("in the new room was said %q", h.in("C3"))
	}
}

func TestNoRoomForWhatIsNotSevere(t *testing.T) {
	t.Parallel()
	d, h := withRooms(t)
	d.open("Checkout is slow", "C")
	d.run()
	d.later(time.Hour)
	if len(h.calls) != 0 {
		t.Errorf("for severity C the platform was asked to %q", h.calls)
	}
}

// Whatever the process dies at, there is one room, and it is told once.
func TestARoomIsMadeOnceThroughCrashes(t *testing.T) {
	t.Parallel()
	for _, step := range []string{"room: claimed", "room: made", "room: written down", "room: furnished", "room: settled"} {
		t.Run(step, func(t *testing.T) {
			t.Parallel()
			d, h := withRooms(t)
			d.open("Checkout is down", "A")
			d.Step = func(name string) {
				if name == step {
					panic("killed")
				}
			}
			_, _ = d.Furnish(t.Context())
			d.Step = nil
			made := len(h.calls)
			d.run()
			if len(h.calls) != made {
				t.Error("the room was touched while the dead process holds it")
			}
			d.later(2 * time.Minute)
			if len(h.rooms) != 1 || len(h.in("C1")) != 2 {
				t.Errorf("%d rooms, and in the first was said %q; want one and two messages", len(h.rooms), h.in("C1"))
			}
		})
	}
}

func TestARoomIsPutAwayThroughACrash(t *testing.T) {
	t.Parallel()
	d, h := withRooms(t)
	d.open("Checkout is down", "A")
	d.run()
	d.say("kenji", "C1", "/incident cancel It was a drill.")
	d.run()
	d.clock.Set(d.clock.Now().Add(25 * time.Hour))
	d.Step = func(name string) {
		if name == "room: put away" {
			panic("killed")
		}
	}
	_, _ = d.Furnish(t.Context())
	d.Step = nil
	d.later(2 * time.Minute)
	if n := len(h.calls); n < 2 || h.calls[n-1] != "close" || h.calls[n-2] != "close" || !h.rooms[0].archived {
		t.Errorf("the platform was asked to %q", h.calls)
	}
	d.later(time.Hour)
	if h.calls[len(h.calls)-1] != "close" || len(h.rooms) != 1 {
		t.Errorf("after it was put away the platform was asked to %q", h.calls)
	}
	if got, want := d.say("kenji", "C1", "/incident take"), d.say("kenji", "#engineers", "/incident take"); got != want {
		t.Errorf("a room that was put away means no incident any more: take there answered %q, want %q as elsewhere", got, want)
	}
}

// A process that slept through its lease writes nothing down.
func TestALateHolderOfARoomIsFenced(t *testing.T) {
	t.Parallel()
	d, h := withRooms(t)
	d.open("Checkout is down", "A")
	slept := false
	d.Step = func(name string) {
		if name != "room: furnished" || slept {
			return
		}
		slept = true
		d.clock.Set(d.clock.Now().Add(2 * time.Minute))
		d.Step = func(name string) {
			if name == "room: claimed" {
				panic("the next holder is killed in turn")
			}
		}
		if n, _ := d.Furnish(t.Context()); n != 1 {
			t.Errorf("the next holder took %d rooms, want one", n)
		}
		d.Step = nil
	}
	if _, err := d.Furnish(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := d.Deliver(t.Context()); err != nil {
		t.Fatal(err)
	}
	if !slept || len(h.in("C1")) != 0 {
		t.Errorf("the late holder had said %q", h.in("C1"))
	}
	d.later(2 * time.Minute)
	if len(h.rooms) != 1 || len(h.in("C1")) != 2 {
		t.Errorf("%d rooms, and in the first was said %q; want one and two messages", len(h.rooms), h.in("C1"))
	}
}

func TestARoomThatTheReplyWasLostOf(t *testing.T) {
	t.Parallel()
	d, h := withRooms(t)
	d.open("Checkout is down", "A")
	lost := map[string]bool{}
	h.fail = func(doing string) error {
		if lost[doing] {
			return nil
		}
		lost[doing] = true
		return errLost
	}
	d.run()
	d.later(time.Minute)
	d.later(time.Minute)
	if len(h.rooms) != 1 || len(h.in("C1")) != 2 || !lost["make"] || !lost["furnish"] {
		t.Errorf("%d rooms, and in the first was said %q; want one and two messages", len(h.rooms), h.in("C1"))
	}
}

// An incident waits for no room; that there is none is told once.
func TestARoomThatCannotBe(t *testing.T) {
	t.Parallel()
	d, h := withRooms(t)
	h.fail = func(string) error { return &bot.SendError{Outcome: bot.Gone, Err: errors.New("restricted_action")} }
	d.open("Checkout is down", "A")
	d.run()
	d.say("kenji", "#engineers", "/incident take INC-1")
	d.later(time.Minute)
	d.later(time.Hour)
	told := 0
	for _, line := range h.in("#engineers") {
		if strings.Contains(line, "gets no channel of its own") {
			told++
		}
	}
	if told != 1 || len(h.calls) != 1 {
		t.Errorf("told %d times after %d calls, want once after one; in #engineers: %q", told, len(h.calls), h.in("#engineers"))
	}
}

// The platform asks for silence: nothing is tried before, for no incident there.
func TestAPauseHoldsForAllRooms(t *testing.T) {
	t.Parallel()
	d, h := withRooms(t)
	d.open("Checkout is down", "A")
	d.open("The search is down", "A")
	h.fail = func(string) error {
		return &bot.SendError{Outcome: bot.Refused, RetryAfter: 40 * time.Second, Err: errors.New("ratelimited")}
	}
	d.run()
	h.fail = nil
	d.later(30 * time.Second)
	if len(h.calls) != 1 {
		t.Errorf("%q were called within the pause, want the first only", h.calls)
	}
	d.later(15 * time.Second)
	if len(h.rooms) != 2 {
		t.Errorf("%d rooms after the pause, want 2", len(h.rooms))
	}
}
