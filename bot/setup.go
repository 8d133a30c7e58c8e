package bot

import (
	"time"

	"example.com/firstcall/domain"
)

// Setup is what an installation is told about the world: who the customers are, who works for whom, where they talk and
// what was agreed. Everything names its tenant, and people, by name; ids are the store's affair.
//
// For each tenant that it lists, a setup is the whole truth about identities, channels and rosters: what it leaves out is
// unbound. People, places and events themselves are added and changed, never removed, since incidents speak of them.
type Setup struct {
	Tenants    []Tenant // their ID is not read
	People     []SetupPerson
	Places     []SetupPlace
	Rosters    []SetupRoster
	Agreements []SetupAgreement
	Events     []SetupEvent
}

// Identity is a person or a channel on a platform.
type Identity struct {
	Platform, Workspace string
	ID                  string // the platform's; on a terminal "ana", "#contoso"
}

// SetupPerson is a person with the identities that are theirs.
type SetupPerson struct {
	Tenant     string
	Person     Person // its ID, Tenant and Side are not read
	Identities []Identity
}

// SetupPlace is a channel and what it is for.
type SetupPlace struct {
	Tenant  string
	Place   Place // its ID, Tenant and Side are not read
	Channel Identity
}

// SetupRoster is one stretch of duty.
type SetupRoster struct {
	Tenant string
	Role   domain.Role
	Person string    // a name of the same tenant's
	From   time.Time // zero: ever since
	Until  time.Time // exclusive; zero: until further notice
}

// SetupAgreement is what a customer bought.
type SetupAgreement struct {
	Tenant    string
	Agreement domain.Agreement // its Tenant and ID are not read
}

// SetupEvent is a business event of a customer.
type SetupEvent struct {
	Tenant string
	Event  domain.BusinessEvent // its ID is not read
}
