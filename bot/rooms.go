package bot

import (
	"slices"
	"strings"
	"time"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"example.com/firstcall/bot/words"
	"example.com/firstcall/domain"
)

// RoomWish is the place of its own that an incident should have, as far as it
// can be known when something is decided.
type RoomWish struct {
	Key                 string // of a place that is yet to be made
	Platform, Workspace string // where it is made; one that is there stays where it is
	Want                RoomWant
}

// RoomWant is how the place should be.
type RoomWant struct {
	Make   bool        `json:"make"` // one is made if there is none
	Name   string      `json:"name"`
	Topic  words.Text  `json:"topic"`
	Lang   string      `json:"lang"`
	Zone   string      `json:"zone"`
	People []RoomGuest `json:"people,omitempty"`
	// Absent are the names of those who belong there and aren't on that platform.
	Absent  []string  `json:"absent,omitempty"`
	CloseAt time.Time `json:"close_at,omitzero"` // zero: it stays
}

// RoomGuest is somebody who belongs in a place.
type RoomGuest struct {
	ID   string `json:"id"` // the platform's
	Name string `json:"name"`
}

// room is what is wanted of a place of the incident's own. Once there is one it
// is kept up to the end, also when the severity is lowered.
func (s *scene) room(i *domain.Incident) *RoomWish {
	if !s.bot.makesRooms() {
		return nil
	}
	there, made := s.roomOf(i)
	severities := s.agreement.Policy.Rooms
	wanted := i.Severity != "" && slices.Contains(severities, i.Severity)
	if !made && !wanted && (i.Highest == "" || !slices.Contains(severities, i.Highest)) {
		return nil
	}
	near, ok := there, made
	for _, r := range s.who(i, domain.ToEngineers) {
		if _, makes := s.bot.Chats[r.Address.Platform].(Rooms); !ok && makes && r.Place != nil {
			near, ok = r, true
		}
	}
	if !ok {
		return nil
	}
	lang, zone := near.reader()
	w := words.In(lang)
	want := RoomWant{Make: wanted && i.Live(), Name: roomName(i.Ref, i.Report.Title), Topic: roomTopic(w, i), Lang: lang, Zone: zone}
	want.People, want.Absent = s.roomPeople(i, near.Address)
	if over := i.Status == domain.Closed || i.Status == domain.Cancelled; over && s.agreement.Policy.RoomsKept > 0 {
		want.CloseAt = i.ClosedAt.Add(s.agreement.Policy.RoomsKept).UTC()
	}
	return &RoomWish{Key: s.bot.NewID(), Platform: near.Address.Platform, Workspace: near.Address.Workspace, Want: want}
}

// makesRooms says whether any platform has places for incidents.
func (b *Bot) makesRooms() bool {
	for _, c := range b.Chats {
		if _, makes := c.(Rooms); makes {
			return true
		}
	}
	return false
}

// roomOf finds the incident's own place.
func (s *scene) roomOf(i *domain.Incident) (Recipient, bool) {
	for _, r := range s.directory.Recipients {
		if r.Place != nil && r.Place.Purpose == ForIncident && r.Place.Incident == i.ID {
			return r, true
		}
	}
	return Recipient{}, false
}

// roomTopic is one line; it names instants only, since nobody comes to change
// it while time passes.
func roomTopic(w *words.Words, i *domain.Incident) words.Text {
	topic := w.RoomTopic(i.Ref, level(w, i), state(w, i))
	if i.Live() && i.NextUpdate.Running() {
		topic = words.Join(" · ", topic, w.DigestNextUpdate(i.NextUpdate.Due))
	}
	return topic
}

// longestRoomName is what all platforms take.
const longestRoomName = 80

// roomName is "inc-42-checkout-down": lower-case letters and digits of ASCII,
// dashes and underscores. A title in another script may leave nothing of itself.
func roomName(ref, title string) string {
	var b strings.Builder
	dash := false
	for _, c := range norm.NFKD.String(strings.ToLower(ref + "-" + title)) {
		switch {
		case c >= 'a' && c <= 'z', c >= '0' && c <= '9', c == '_':
			if dash && b.Len() > 0 {
				b.WriteByte('-')
			}
			b.WriteRune(c)
			dash = false
		case !unicode.Is(unicode.Mn, c): // an accent leaves no gap
			dash = true
		}
	}
	name := b.String()
	if len(name) <= longestRoomName {
		return name
	}
	cut := name[:longestRoomName]
	if end := strings.LastIndexByte(cut, '-'); name[longestRoomName] != '-' && end > len(ref) {
		cut = cut[:end]
	}
	return strings.TrimRight(cut, "-")
}

// roomPeople are those who belong in the incident's place and have an identity
// in that workspace: who is on duty, who has it, and of the customer's people who
// reported it and who are named in it. Absent are those who have none there.
func (s *scene) roomPeople(i *domain.Incident, at Address) (in []RoomGuest, absent []string) {
	var ours, theirs []Recipient
	ours = append(ours, s.who(i, "role:"+domain.Who(domain.RoleEngineer))...)
	ours = append(ours, s.who(i, domain.ToIncidentManager)...)
	if i.Owner != "" {
		ours = append(ours, s.directory.find(func(r Recipient) bool { return r.Person != nil && r.Person.ID == i.Owner })...)
	}
	theirs = s.directory.find(func(r Recipient) bool {
		return r.Person != nil && r.Person.Side == domain.Customer && (r.Person.ID == i.Reporter || namedIn(r.Person, &i.Report))
	})
	here := func(r Recipient) bool {
		return r.Address.Platform == at.Platform && r.Address.Workspace == at.Workspace
	}
	present := map[domain.PersonID]bool{}
	all := append(slices.Clone(ours), theirs...)
	for _, r := range all {
		if here(r) && !slices.ContainsFunc(in, func(g RoomGuest) bool { return g.ID == r.Address.ID }) {
			in = append(in, RoomGuest{ID: r.Address.ID, Name: r.name()})
			present[r.Person.ID] = true
		}
	}
	for _, r := range all {
		if !present[r.Person.ID] {
			present[r.Person.ID] = true
			absent = append(absent, r.name())
		}
	}
	return in, absent
}

// namedIn says whether the report names the person as a contact.
func namedIn(p *Person, r *domain.Report) bool {
	is := func(c domain.Contact) bool {
		return c.Email != "" && strings.EqualFold(c.Email, p.Email) || c.Name != "" && (c.Name == p.FullName || c.Name == p.Name)
	}
	return is(r.Owner) || slices.ContainsFunc(r.Contacts, is)
}
