package bot

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"example.com/firstcall/domain"
	"example.com/firstcall/domain/terms"
)

func TestRoomName(t *testing.T) {
	for _, c := range []struct{ ref, title, want string }{
		{"INC-42", "Checkout is down!", "inc-42-checkout-is-down"},
		{"INC-42", "  «Checkout»__down — again…  ", "inc-42-checkout-__down-again"},
		{"INC-42", "Zahlung für Ärzte in Łódź", "inc-42-zahlung-fur-arzte-in-odz"}, // Ł has no accent to take off
		{"HD-7", "无法下单，所有门店", "hd-7"},
		{"SAK-3", "決済 API が 500 を返す", "sak-3-api-500"},
		{"SAK-3", "ＡＰＩ ５００", "sak-3-api-500"},
		{"INC-1", "", "inc-1"},
		{"INC-1", strings.Repeat("a", 100), "inc-1-" + strings.Repeat("a", 74)},
		{"INC-1", strings.Repeat("word ", 30), "inc-1" + strings.Repeat("-word", 15)},
		{"INC-1", "@channel #general <!here> ../etc", "inc-1-channel-general-here-etc"},
	} {
		if got := roomName(c.ref, c.title); got != c.want {
			t.Errorf("%s %q: %q, want %q", c.ref, c.title, got, c.want)
		}
	}
}

// platform is a chat with rooms of which nothing is called here.
type platform struct {
	Chat
	Rooms
}

func TestWhatIsWantedOfARoom(t *testing.T) {
	d := world()
	for n := range d.Recipients {
		r := &d.Recipients[n]
		r.Address = Address{Platform: "p", Workspace: "W", ID: string(r.Destination)}
	}
	elsewhere := person("lena", domain.Provider, "en", nil, domain.RoleIncidentManager)
	elsewhere.Address = Address{Platform: "q", Workspace: "W", ID: "lena on q"}
	for n := range d.Recipients {
		if d.Recipients[n].Destination == "lena" {
			d.Recipients[n].Address.Workspace = "another"
		}
	}
	d.Recipients = append(d.Recipients, elsewhere)
	at := func(severity terms.Severity, change func(*domain.Incident, *scene)) *RoomWish {
		t.Helper()
		s := sceneOf(d, nine)
		s.bot.Chats = map[string]Chat{"p": platform{}, "q": struct{ Chat }{}}
		i := opened(t, s, severity)
		if change != nil {
			change(&i, s)
		}
		return s.room(&i)
	}
	w := at(terms.SevA, nil)
	if w == nil {
		t.Fatal("none for severity A")
	}
	if w.Platform != "p" || w.Workspace != "W" || w.Want.Name != "inc-1-checkout-is-down" || !w.Want.Make || !w.Want.CloseAt.IsZero() {
		t.Errorf("wanted is %+v", w)
	}
	people := []RoomGuest{{"kenji", "KENJI"}, {"maria", "MARIA"}, {"ana", "ANA"}}
	if diff := cmp.Diff(people, w.Want.People); diff != "" {
		t.Errorf("who belongs there (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"LENA"}, w.Want.Absent); diff != "" { // on duty, in another workspace
		t.Errorf("who can't be there (-want +got):\n%s", diff)
	}
	far := func(i *domain.Incident, s *scene) {
		for n := range s.directory.Recipients {
			if r := &s.directory.Recipients[n]; r.Destination == "ana" {
				r.Address.Workspace = "contoso"
			}
		}
	}
	w = at(terms.SevA, far)
	if w == nil || len(w.Want.People) != 2 {
		t.Fatalf("wanted is %+v, want kenji and maria", w)
	}
	if diff := cmp.Diff([]string{"LENA", "ANA"}, w.Want.Absent); diff != "" { // she reported it, in a workspace of the customer's
		t.Errorf("who can't be there (-want +got):\n%s", diff)
	}
	if w := at(terms.SevB, nil); w != nil {
		t.Errorf("for severity B is wanted %+v", w)
	}
	if w := at(terms.SevB, func(i *domain.Incident, s *scene) { i.Highest = terms.SevA }); w == nil || w.Want.Make {
		t.Errorf("lowered to B is wanted %+v, want what keeps a room and makes none", w)
	}
	if w := at(terms.Sev1, func(_ *domain.Incident, s *scene) { s.agreement.Policy.Rooms = nil }); w != nil {
		t.Errorf("without a policy is wanted %+v", w)
	}
	if w := at(terms.Sev1, func(_ *domain.Incident, s *scene) { delete(s.bot.Chats, "p") }); w != nil {
		t.Errorf("on a platform without rooms is wanted %+v", w)
	}
	over := func(i *domain.Incident, _ *scene) { i.Status, i.ClosedAt = domain.Closed, nine.Add(time.Hour) }
	if w := at(terms.Sev1, over); w == nil || w.Want.Make || !w.Want.CloseAt.Equal(nine.Add(25*time.Hour)) {
		t.Errorf("closed at 10:00 is wanted %+v, want it put away a day later", w)
	}
	if w := at(terms.Sev1, func(i *domain.Incident, s *scene) { over(i, s); s.agreement.Policy.RoomsKept = 0 }); w == nil || !w.Want.CloseAt.IsZero() {
		t.Errorf("closed where rooms are kept is wanted %+v", w)
	}
}

// Alarms touch a room only when they change severity or status.
func TestAlarmsLeaveRoomsAlone(t *testing.T) {
	d := world()
	for n := range d.Recipients {
		d.Recipients[n].Address = Address{Platform: "p", Workspace: "W", ID: string(d.Recipients[n].Destination)}
	}
	s := sceneOf(d, nine.Add(10*time.Minute))
	s.bot.Chats = map[string]Chat{"p": platform{}}
	i := opened(t, s, terms.SevA)
	env, err := s.env(&i.Report)
	if err != nil {
		t.Fatal(err)
	}
	out := i.Fire(nine.Add(10*time.Minute), env)
	if len(out.Notices) == 0 {
		t.Fatal("nothing was due")
	}
	var k Kept
	if s.fired(&i, &out, env, &k); k.Room != nil {
		t.Errorf("an alarm wants %+v", k.Room)
	}
}
