package bot

import (
	"time"

	"example.com/firstcall/domain"
)

// Setup is what an installation is told about the world: who the customers are, who works for whom, where they talk and
// what was agreed. Everything names its tenant, and people, by name; ids are the store's affair.
//
// For each tenant that it lists, a setup is the whole truth about workspaces, channels, rosters and the identities that it
// names: what it leaves out is unbound. Identities that were linked by hand stay, and so do those that were recognised by
// their profile as long as their workspace is the tenant's. People, places and events themselves are added and changed, never removed, since incidents speak of them.
type Setup struct {
	Tenants    []Tenant // their ID is not read
	Workspaces []SetupWorkspace
	People     []SetupPerson
	Places     []SetupPlace
	Rosters    []SetupRoster
	Agreements []SetupAgreement
	Events     []SetupEvent
	Digests    []SetupDigest // whoever of a tenant isn't in it gets none
}

// Identity is a person or a channel on a platform.
type Identity struct {
	Platform, Workspace string
	ID                  string // the platform's; on a terminal "ana", "#contoso"
}

// SetupWorkspace is a workspace of a platform whose people are the tenant's.
type SetupWorkspace struct {
	Tenant       string
	Platform, ID string
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

// SetupDigest is a person's daily overview.
type SetupDigest struct {
	Tenant string
	Person string // a name of the same tenant's
	Minute int    // of the person's day
}
