package bot

import (
	"context"
	"time"

	"example.com/firstcall/domain"
)

// Installation is how the bot gets into one workspace of a platform.
type Installation struct {
	Platform string
	// Workspace is the platform's id; of an installation for a whole enterprise, the enterprise's.
	Workspace  string
	Enterprise string
	Name       string
	App        string   // the app's id
	Bot        string   // the bot's id, and
	BotUser    string   // as whom it speaks
	Scopes     []string // what it was allowed
	Sealed     []byte   // the secret; whoever saves it has sealed it, and only they can open it
	At         time.Time
}

// Binding says who made an identity somebody's.
type Binding string

// The ways in which an identity becomes a person's.
const (
	BySetup   Binding = "setup"   // the set-up names it
	ByProfile Binding = "profile" // its profile in a workspace of the person's own side has the person's e-mail address
	ByLink    Binding = "link"    // an engineer said so
)

// Known is what is known of an identity.
type Known struct {
	ID     DestinationID
	Tenant domain.TenantID // "" when it is nobody's
	Person domain.PersonID
	By     Binding
	// Asked is when the platform was asked last whose it is; zero: never.
	Asked time.Time
}

// Whereabouts is the part of a transaction that knows who is at home where, and
// by what id people and places go.
type Whereabouts interface {
	// WorkspaceTenant says whose workspace it is; "" when nobody has bound it.
	WorkspaceTenant(ctx context.Context, platform, workspace string) (domain.TenantID, error)
	// Workspaces lists the workspaces bound to a tenant; their ID is not set.
	Workspaces(ctx context.Context, tenant domain.TenantID) ([]Identity, error)
	// DropInstallation ends the workspace's installation, if it was made at or
	// before that instant, and forgets its secret.
	DropInstallation(ctx context.Context, platform, workspace string, at time.Time) error

	// KnownAs locks an identity and says whose it is; it exists from then on.
	KnownAs(ctx context.Context, who Identity) (Known, error)
	// Linked lists the tenant's identities with that id, in whatever workspace.
	Linked(ctx context.Context, tenant domain.TenantID, platform, id string) ([]Known, error)
	// Bind makes an identity that is nobody's a person's of the tenant. False:
	// it is somebody's by now.
	Bind(ctx context.Context, id DestinationID, tenant domain.TenantID, person domain.PersonID, by Binding) (bool, error)
	// Unbind makes one of the tenant's identities nobody's.
	Unbind(ctx context.Context, id DestinationID, tenant domain.TenantID) error
	// Asked remembers when the platform was asked whose an identity is.
	Asked(ctx context.Context, id DestinationID, at time.Time) error
	// People lists all people whom the set-up names for the tenant, by name, whether they can be reached or not.
	People(ctx context.Context, tenant domain.TenantID) ([]Person, error)

	// Move gives a bound channel the id that it has from now on; what waits for it
	// stays. False: nothing has moved, as the channel is nobody's, or another
	// bound channel has that id already.
	Move(ctx context.Context, place DestinationID, to string) (bool, error)
	// PostAnew keeps cards that belong to no incident, and has them shown again
	// even where nothing has changed, since people remove messages.
	PostAnew(ctx context.Context, tenant domain.TenantID, cards []Card, now time.Time) error
	// Revive lets all cards of a destination be sent that were given up in the last 30 days, whoever's they are: there is a way
	// to it now.
	Revive(ctx context.Context, at DestinationID, now time.Time) error
}
