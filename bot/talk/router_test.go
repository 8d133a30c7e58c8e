package talk_test

import (
	"errors"
	"strings"
	"testing"

	"example.com/firstcall/bot/talk"
)

// Two people on two platforms: each speaks on their own, and an outage is everywhere.
func TestRouter(t *testing.T) {
	var out strings.Builder
	clock := talk.NewClock(nine)
	left, right := &alarms{clock: clock, out: &out}, &alarms{clock: clock, out: &out}
	r := talk.Router{All: []talk.Surface{left, right}, Of: func(person, _ string) talk.Surface {
		switch person {
		case "ana":
			return left
		case "kenji":
			return right
		}
		return nil
	}}
	for _, s := range []talk.Said{{Person: "ana", Text: "remind me in 5m"}, {Person: "kenji", Text: "remind me in 7m"}, {Person: "kenji", Text: "remind me in 9m"}} {
		if err := r.Say(t.Context(), s); err != nil {
			t.Fatal(err)
		}
	}
	if len(left.due) != 1 || len(right.due) != 2 {
		t.Errorf("%d on the one and %d on the other, want 1 and 2", len(left.due), len(right.due))
	}
	var none *talk.NotUnderstood
	if err := r.Say(t.Context(), talk.Said{Person: "zoe", Text: "hello"}); !errors.As(err, &none) {
		t.Errorf("somebody on no platform spoke: %v", err)
	}
	if r.Down(true); !left.down || !right.down {
		t.Error("one of them is still up")
	}
}
