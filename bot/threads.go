package bot

import (
	"context"
	"time"

	"example.com/firstcall/domain"
)

// Threads is the part of a transaction that knows which messages show what, and what was said under them.
type Threads interface {
	// CardAt finds the incident whose card has that message in the destination. With a tenant it looks at that one's cards,
	// and reads need Enter first; without, at all customers', through the staff's role: the caller has checked that whoever
	// asks is the provider's.
	CardAt(ctx context.Context, tenant domain.TenantID, d DestinationID, messageID string) (Shown, error)
	// CardsOf lists the cards of an incident with that topic among the destinations, sent or not.
	CardsOf(ctx context.Context, tenant domain.TenantID, id domain.IncidentID, topic string, among []DestinationID) ([]Shown, error)
	// KeepCards writes cards that belong to no change of an incident.
	KeepCards(ctx context.Context, tenant domain.TenantID, cards []Card, now time.Time) error
	// KeepSaid writes what people said, in whatever order they are told of it.
	KeepSaid(ctx context.Context, tenant domain.TenantID, said []SaidCard, now time.Time) error
}

// SaidCard shows what somebody said, as it reads after one event about it. Events may come late and in any order.
type SaidCard struct {
	Card
	AsOf    time.Time // when people had it so: an older one doesn't replace it. Zero: the last writer wins
	Edits   bool      // it only changes what is shown: a card that isn't there yet stays unseen until it comes itself
	ForGood bool      // nothing changes it any more
}

// Shown is a card that is, or will be, in a destination.
type Shown struct {
	Tenant      domain.TenantID
	Incident    domain.IncidentID
	Destination DestinationID
	Topic       string
	MessageID   string // the provider's; "" before it is sent
}
