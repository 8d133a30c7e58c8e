package bot

import (
	"context"
	"errors"
	"time"

	"example.com/firstcall/bot/words"
	"example.com/firstcall/domain"
)

// ErrNotFound is what a look-up answers when there is nothing, or nothing that
// this tenant may see: the two can't be told apart.
var ErrNotFound = errors.New("not found")

// ErrUnreachable is in the error of a transaction that ended, before its commit,
// because the store can't be reached: nothing of it was kept. A commit whose
// answer was lost is not one of those.
var ErrUnreachable = errors.New("the store can't be reached")

// DestinationID names one conversation that the bot can post into: a channel
// or a person, on one platform.
type DestinationID string

// Store keeps what must survive a restart. Package storage implements it on
// Postgres. Every instant comes from the caller.
type Store interface {
	// InTx runs f in one transaction that is kept when f returns nil. It may
	// run f again when the database says that two transactions collided, so f
	// must not touch anything but tx and what it assigns.
	InTx(ctx context.Context, f func(Tx) error) error

	// DueTenants lists tenants with a wake at or before now, the longest due first.
	DueTenants(ctx context.Context, now time.Time, limit int) ([]domain.TenantID, error)
	// NextDue is the earliest instant after which Wake or Deliver has something
	// to do; zero when nothing waits.
	NextDue(ctx context.Context) (time.Time, error)

	// DueDestinations lists destinations with something to send at now that
	// nobody holds and that are not paused, most urgent first.
	DueDestinations(ctx context.Context, now time.Time, limit int) ([]DestinationID, error)
	// Claim takes the destination until now+lease, under a new epoch. False:
	// somebody else holds it, or it is paused.
	Claim(ctx context.Context, d DestinationID, now time.Time, lease time.Duration) (Lease, bool, error)
	// Waiting lists what there is to send or to look for in the destination at
	// now, across tenants, most urgent first: rings first by urgency and due, then cards.
	Waiting(ctx context.Context, l Lease, now time.Time, limit int) ([]Outgoing, error)
	// Mark writes down that the parcel is about to be sent. False: the lease is
	// lost (its epoch is old), or the ring was withdrawn; don't send.
	Mark(ctx context.Context, l Lease, p Parcel, now time.Time) (bool, error)
	// Settle writes down how it went; it does nothing when the epoch is old.
	Settle(ctx context.Context, l Lease, p Parcel, r Settlement) error
	// Release gives the destination back; it may be claimed again from next on.
	Release(ctx context.Context, l Lease, next time.Time) error

	RoomKeeping

	// Sweep removes inbox keys and drafts that ended before the given instants.
	Sweep(ctx context.Context, inboxBefore, draftsBefore time.Time) error
}

// Tx is the inside of a transaction. Reads and writes of tenant data need Enter first.
type Tx interface {
	// Arrive records the event's key and says who and where it was. It answers
	// seen when the key was recorded before.
	Arrive(ctx context.Context, e Event, now time.Time) (d Door, seen bool, err error)
	// Enter makes tenant the one whose rows this transaction reads and writes.
	// The provider's people, places and rosters can be read by all.
	Enter(ctx context.Context, tenant domain.TenantID) error
	// TenantByPrefix finds whose number INC-42 is, by "INC".
	TenantByPrefix(ctx context.Context, prefix string) (Tenant, error)
	Tenant(ctx context.Context, id domain.TenantID) (Tenant, error)
	// Customers lists all customers by name, for a provider's person who must choose.
	Customers(ctx context.Context) ([]Tenant, error)

	// Directory lists everyone reachable for the tenant: its own and the
	// provider's places and people, and who is on duty at now.
	Directory(ctx context.Context, tenant domain.TenantID, now time.Time) (Directory, error)
	Agreement(ctx context.Context, tenant domain.TenantID) (domain.Agreement, error)
	// BusinessEvents lists the customer's business events that touch now.
	BusinessEvents(ctx context.Context, tenant domain.TenantID, now time.Time) ([]domain.BusinessEvent, error)

	// Draft returns ErrNotFound when the person has none there.
	Draft(ctx context.Context, person, place DestinationID) (Draft, error)
	SaveDraft(ctx context.Context, d Draft) error
	DropDraft(ctx context.Context, person, place DestinationID) error
	// DraftsLeft claims drafts whose reminder is due, in this tenant.
	DraftsLeft(ctx context.Context, tenant domain.TenantID, now time.Time, limit int) ([]Draft, error)

	// NextNumber counts the tenant's incidents.
	NextNumber(ctx context.Context, tenant domain.TenantID) (int, error)
	// Incident locks and returns one incident of the tenant by number or id.
	Incident(ctx context.Context, tenant domain.TenantID, number int) (domain.Incident, error)
	IncidentByID(ctx context.Context, tenant domain.TenantID, id domain.IncidentID) (domain.Incident, error)
	// DueIncidents locks incidents whose wake is due, skipping those that others hold. They are what ForAlarms gives of them;
	// Keep refuses a decision that changes more of them than their clocks.
	DueIncidents(ctx context.Context, tenant domain.TenantID, now time.Time, limit int) ([]domain.Incident, error)
	// Whole reads all of incidents that this transaction has locked.
	Whole(ctx context.Context, tenant domain.TenantID, ids []domain.IncidentID) ([]domain.Incident, error)
	// Postpone moves the wake of an incident that could not be decided.
	Postpone(ctx context.Context, tenant domain.TenantID, id domain.IncidentID, until time.Time) error
	// Incidents lists without locking; closed ones only when asked for.
	Incidents(ctx context.Context, tenant domain.TenantID, closed bool, limit int) ([]domain.Incident, error)
	// AllLive lists live incidents of every customer through the staff's
	// read-only role. The caller has checked that the reader is the provider's.
	AllLive(ctx context.Context, limit int) ([]domain.Incident, error)
	Journal(ctx context.Context, tenant domain.TenantID, id domain.IncidentID) ([]domain.Entry, error)
	// Keep writes decisions down, many as cheaply as one: incidents with their
	// wakes, rings, cards and journal. Those that aren't new must have been read in this transaction. A ring whose key exists is
	// not written again.
	Keep(ctx context.Context, tenant domain.TenantID, kept []Kept) error
	// KeepRings writes rings that belong to no change of an incident.
	KeepRings(ctx context.Context, tenant domain.TenantID, rings []Ring) error

	Whereabouts
	Looks
	// SettleRoom writes down how it went with an incident's own place. False: somebody else has it by now.
	SettleRoom(ctx context.Context, l RoomLease, r RoomSettlement) (bool, error)
	Threads
}

// Door says who came in, and where.
type Door struct {
	Person *Person // nil: an identity that nobody has registered
	Place  *Place  // nil: in private, or a place that nobody has bound
	// The destinations of both exist as soon as they have been seen.
	PersonDest, PlaceDest DestinationID
}

// Tenant is a customer, or the provider.
type Tenant struct {
	ID       domain.TenantID
	Name     string
	Side     domain.Side
	Prefix   string // of its numbers: INC
	Language string
	Zone     string
	Country  string
}

// Person is somebody registered.
type Person struct {
	ID       domain.PersonID
	Tenant   domain.TenantID
	Side     domain.Side
	Name     string // as the configuration calls the person: ana
	FullName string
	Email    string
	Phone    string
	Language string
	Zone     string
	Roles    []domain.Role
}

// Place is a channel bound to a purpose.
type Place struct {
	ID       domain.PlaceID
	Tenant   domain.TenantID
	Side     domain.Side
	Name     string // "#contoso"
	Purpose  Purpose
	Team     string // of an engineers' place: the team that works there
	Language string
	Zone     string
	// Of a place for one incident: which one, and whose it is.
	Incident domain.IncidentID
	About    domain.TenantID
}

// Purpose says what a place is for.
type Purpose string

// The purposes of places.
const (
	ForCustomer  Purpose = "customer"
	ForEngineers Purpose = "engineers"
	ForManagers  Purpose = "managers"
	ForEvent     Purpose = "event"
	ForIncident  Purpose = "incident"
)

// Recipient is a person or a place that can be told something.
type Recipient struct {
	Destination DestinationID
	Place       *Place
	Person      *Person
	OnDuty      []domain.Role // of a person: the rosters that name it now
	Address     Address       // without its route
}

// Directory is everyone reachable for a tenant.
type Directory struct{ Recipients []Recipient }

// Draft is an incident that somebody has begun to report.
type Draft struct {
	Person, Place DestinationID
	Tenant        domain.TenantID // "" until the customer is known
	Answers       map[string]string
	Asked         []string // field keys in the order they were answered, for going back
	StartedAt     time.Time
	SavedAt       time.Time
	RemindAt      time.Time // zero: reminded already
	EndsAt        time.Time
}

// Kept is one decision as it is written down.
type Kept struct {
	Incident domain.Incident
	New      bool
	Number   int       // of a new incident
	Wake     time.Time // zero: none
	Rings    []Ring
	Cards    []Card
	Journal  []domain.Entry
	Withdraw []domain.NoticeKind // unsent rings of these kinds have lost their reason
	Room     *RoomWish           // nil: nothing is wanted of a place of its own, or nothing else than before
}

// Ring is a message that must be noticed. It has a unique key (incident,
// generation, kind, step, recipient) and is never replaced.
type Ring struct {
	ID          string            // UUIDv7; also the key that a platform is searched by
	Incident    domain.IncidentID // "" for what concerns no incident
	Generation  int
	Kind        domain.NoticeKind
	Step        int64
	Destination DestinationID
	Urgency     int       // 0 most urgent
	Escalation  bool      // repeated, visibly marked, where one can't look; a reminder is not
	At          time.Time // what it was meant for
	Message     Message
}

// Card shows state: one per (tenant, destination, topic), edited in place.
type Card struct {
	Topic       string // "incident:<id>:<audience>", "said:<id>"
	Incident    domain.IncidentID
	Destination DestinationID
	Message     Message
	// Under is the topic of the card in whose thread it belongs, in the same
	// destination; it waits until that one is there. "" on the top level.
	Under string
	Pin   bool // it stays at the top of its place
}

// Lease is the right to send into one destination.
type Lease struct {
	Destination DestinationID
	Epoch       int64
	Until       time.Time
	Address     Address
}

// Address is where a destination is on its platform.
type Address struct {
	Platform, Workspace string
	Kind                string // "channel" or "person"
	ID                  string // the platform's id; on a terminal "#contoso", "ana"
	Route               string // Event.Route as it was last; "" where ids are enough
}

// Outgoing is something to send, as it lies in the store.
type Outgoing struct {
	Tenant     domain.TenantID
	Ring       *Ring // or
	Card       *Card
	CardID     string
	Revision   int64  // of the card: the one wanted
	MessageID  string // of the card: the provider's, "" before the first
	Key        string // what the platform is searched by: the ring's or card's key
	State      SendState
	Attempts   int
	Under      string    // the message in whose thread it belongs: the provider's id
	FirstSent  time.Time // when it was first tried
	OtherEpoch bool      // marked as being sent by an earlier holder of the destination
}

// SendState says how far a message has come.
type SendState string

// The states of a ring or of a card's wanted revision.
const (
	Waits     SendState = "waiting"
	Sending   SendState = "sending"
	Uncertain SendState = "uncertain" // it may have arrived: look before repeating
	Sent      SendState = "sent"
	Dead      SendState = "dead"
	Withdrawn SendState = "withdrawn"
)

// Parcel is what one call to a platform carries: a card, a ring, or many rings
// for one person at once. Key is what the platform keeps with it.
type Parcel struct {
	Items []Outgoing
	Key   string
}

// Settlement is how a call went.
type Settlement struct {
	State     SendState // Sent, Waits (again at Next), Uncertain (look at Next), Dead
	Next      time.Time
	MessageID string
	Pause     time.Time // the destination takes nothing before; zero: no pause
	Cause     string    // for the operator
	At        time.Time
}

// Chat posts on one platform. Adapters implement it. Errors are *SendError,
// or count as unknown.
type Chat interface {
	// Post sends a new message and returns the platform's id of it.
	Post(ctx context.Context, s Posting) (id string, err error)
	// Edit changes the message with that id in place.
	Edit(ctx context.Context, id string, s Posting) error
	// Find looks for our own message with that key, posted since, where s would
	// be posted. ErrCannotLook where the platform offers no way.
	Find(ctx context.Context, s Posting, since time.Time) (id string, found bool, err error)
}

// Posting is one call to a platform: what, where, and how it is to be noticed.
type Posting struct {
	To      Address
	Key     string // what the platform is searched by
	Message Message
	Under   string // the id of the message in whose thread it belongs; "" on the top level
	Rings   bool   // it must be noticed: people are notified, also of what is said in a thread
	Pin     bool   // it stays at the top of its place, where the platform has pins
	Now     time.Time
}

// Profiles is implemented by a chat that knows who its people are.
type Profiles interface {
	// Profile asks the platform about a person, through the installation of the
	// workspace. ErrNotFound when it knows nobody by that id.
	Profile(ctx context.Context, workspace, person string) (Profile, error)
}

// Profile is what a platform says about a person. Whoever administers the
// person's workspace decides what stands in it.
type Profile struct {
	Workspace string // where the person is at home
	Name      string // as people there know the person
	Email     string
	Language  string // BCP 47
	Zone      string // IANA
}

// Rooms is implemented by a chat that can make a place of its own for one
// incident. All of it may be done again with the same outcome.
type Rooms interface {
	// MakeRoom makes a place and returns its id and the name that it got, since
	// the wanted one may be taken. The place that was made for the key is found again.
	MakeRoom(ctx context.Context, r Room) (id, name string, err error)
	// FurnishRoom gives the place its topic, and invites who is not there; it
	// returns those who can't be.
	FurnishRoom(ctx context.Context, id string, r Room) (missing []string, err error)
	// CloseRoom puts the place away; what was said in it stays readable.
	CloseRoom(ctx context.Context, id string, r Room) error
}

// Room is a place for one incident as it should be.
type Room struct {
	Workspace string
	Key       string // a UUID: what the place is recognised by
	Name      string // "inc-42-checkout-down"; the platform may cut or number it
	Topic     words.Text
	Lang      string
	Zone      string
	People    []string // the platform's ids of who belongs there
	Now       time.Time
}

// ErrCannotLook says that a platform can't be searched for a message.
var ErrCannotLook = errors.New("this platform cannot be searched")

// SendError is an answer of a platform, sorted into what may follow.
type SendError struct {
	Outcome    SendOutcome
	RetryAfter time.Duration // of Refused: 0 when the platform named none
	Err        error
}

func (e *SendError) Error() string { return string(e.Outcome) + ": " + e.Err.Error() }

// Unwrap returns the platform's own error.
func (e *SendError) Unwrap() error { return e.Err }

// SendOutcome sorts the answers of a platform.
type SendOutcome string

// The outcomes besides success.
const (
	Refused  SendOutcome = "refused"   // certainly not taken; try again later
	Gone     SendOutcome = "gone"      // certainly not taken, and never will be
	NotKnown SendOutcome = "not known" // it may have been taken
)
