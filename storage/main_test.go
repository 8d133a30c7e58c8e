package storage_test

import (
	"context"
	"database/sql"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"example.com/firstcall/bot"
	"example.com/firstcall/domain"
	"example.com/firstcall/storage"
	"example.com/firstcall/storage/localpg"
)

func TestMain(m *testing.M) { os.Exit(localpg.RunTests(m)) }

// t0 is when the tests' stories begin: a Monday.
var t0 = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

// world is a database of a test's own: the provider, with an engineer and two channels, and two customers.
type world struct {
	*storage.DB
	t   testing.TB
	url func(user string) string

	provider, contoso, fabrikam domain.TenantID
}

// template prepares the schema once for all tests of this binary.
func template(t testing.TB) *localpg.TestServer {
	t.Helper()
	server, err := localpg.ForTests()
	if err != nil {
		t.Fatal(err)
	}
	if err := server.Template("storage", func(superURL string) error { return prepared(superURL, 0) }); err != nil {
		t.Fatal(err)
	}
	return server
}

// prepared migrates a database up to a version, to the newest when that is 0.
func prepared(superURL string, version int64) error {
	u, err := url.Parse(superURL)
	if err != nil {
		return err
	}
	if err := storage.Prepare(context.Background(), superURL, strings.TrimPrefix(u.Path, "/")); err != nil {
		return err
	}
	if version == 0 {
		return storage.Migrate(context.Background(), asOwner(superURL))
	}
	return storage.MigrateTo(context.Background(), asOwner(superURL), version)
}

// asOwner makes a superuser's connection act as the owner of the tables.
func asOwner(superURL string) string {
	u, err := url.Parse(superURL)
	if err != nil {
		return superURL
	}
	q := u.Query()
	q.Set("options", "-c role="+storage.Owner)
	u.RawQuery = q.Encode()
	return u.String()
}

func open(t testing.TB) *world {
	t.Helper()
	database := template(t).Clone(t, "storage")
	db, err := storage.Open(context.Background(), database.URL(storage.App), storage.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	w := &world{DB: db, t: t, url: database.URL}
	w.must(db.Import(context.Background(), setup()))
	w.in("", func(tx bot.Tx) error {
		for prefix, id := range map[string]*domain.TenantID{"FC": &w.provider, "INC": &w.contoso, "FAB": &w.fabrikam} {
			tenant, err := tx.TenantByPrefix(context.Background(), prefix)
			if err != nil {
				return err
			}
			*id = tenant.ID
		}
		return nil
	})
	return w
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

// in runs f in a transaction that has entered a tenant, or none.
func (w *world) in(tenant domain.TenantID, f func(bot.Tx) error) {
	w.t.Helper()
	w.must(w.InTx(context.Background(), func(tx bot.Tx) error {
		if tenant != "" {
			if err := tx.Enter(context.Background(), tenant); err != nil {
				return err
			}
		}
		return f(tx)
	}))
}

// destination finds where somebody or some channel is on the console.
func (w *world) destination(address string) bot.DestinationID {
	w.t.Helper()
	var id bot.DestinationID
	w.in("", func(tx bot.Tx) error {
		e := bot.Event{Platform: "console", Person: address}
		if strings.HasPrefix(address, "#") {
			e = bot.Event{Platform: "console", Person: "nobody", Place: address}
		}
		door, _, err := tx.Arrive(context.Background(), e, t0)
		id = door.PersonDest
		if e.Place != "" {
			id = door.PlaceDest
		}
		return err
	})
	return id
}

// raw is a connection beside the store, as some role.
func (w *world) raw(user string) *sql.DB {
	w.t.Helper()
	db, err := sql.Open("postgres", w.url(user))
	w.must(err)
	w.t.Cleanup(func() { _ = db.Close() })
	return db
}

func (w *world) count(query string, args ...any) int {
	w.t.Helper()
	var n int
	w.must(w.raw(localpg.Superuser).QueryRow(query, args...).Scan(&n))
	return n
}

func newID() string { return uuid.Must(uuid.NewV7()).String() }

func console(id string) bot.Identity { return bot.Identity{Platform: "console", ID: id} }

func setup() bot.Setup {
	return bot.Setup{
		Tenants: []bot.Tenant{
			{Name: "Provider", Side: domain.Provider, Prefix: "FC", Language: "en", Zone: "Europe/London", Country: "GB"},
			{Name: "Contoso", Side: domain.Customer, Prefix: "INC", Language: "en", Zone: "Europe/Berlin", Country: "DE"},
			{Name: "Fabrikam", Side: domain.Customer, Prefix: "FAB", Language: "ja", Zone: "Asia/Tokyo", Country: "JP"},
		},
		People: []bot.SetupPerson{
			{Tenant: "Provider", Person: bot.Person{Name: "erin", FullName: "Erin Engineer", Email: "erin@provider.example", Language: "en", Zone: "Europe/London", Roles: []domain.Role{domain.RoleEngineer, domain.RoleIncidentManager}}, Identities: []bot.Identity{console("erin"), {Platform: "slack", Workspace: "T1", ID: "U1"}}},
			{Tenant: "Provider", Person: bot.Person{Name: "max", Language: "en", Zone: "Europe/London", Roles: []domain.Role{domain.RoleManager}}, Identities: []bot.Identity{console("max")}},
			{Tenant: "Contoso", Person: bot.Person{Name: "ana", FullName: "Ana Ops", Email: "ana@contoso.example", Phone: "+49 30 1", Language: "en", Zone: "Europe/Berlin", Roles: []domain.Role{domain.RoleContact}}, Identities: []bot.Identity{console("ana")}},
			{Tenant: "Fabrikam", Person: bot.Person{Name: "ken", Language: "ja", Zone: "Asia/Tokyo", Roles: []domain.Role{domain.RoleContact}}, Identities: []bot.Identity{console("ken")}},
		},
		Places: []bot.SetupPlace{
			{Tenant: "Provider", Place: bot.Place{Name: "#engineers", Purpose: bot.ForEngineers, Language: "en", Zone: "Europe/London"}, Channel: console("#engineers")},
			{Tenant: "Provider", Place: bot.Place{Name: "#managers", Purpose: bot.ForManagers, Language: "en", Zone: "Europe/London"}, Channel: console("#managers")},
			{Tenant: "Contoso", Place: bot.Place{Name: "#contoso", Purpose: bot.ForCustomer, Language: "en", Zone: "Europe/Berlin"}, Channel: console("#contoso")},
			{Tenant: "Fabrikam", Place: bot.Place{Name: "#fabrikam", Purpose: bot.ForCustomer, Language: "ja", Zone: "Asia/Tokyo"}, Channel: console("#fabrikam")},
		},
		Rosters: []bot.SetupRoster{
			{Tenant: "Provider", Role: domain.RoleIncidentManager, Person: "erin", From: t0, Until: t0.Add(8 * time.Hour)},
			{Tenant: "Provider", Role: domain.RoleManager, Person: "max"},
		},
		Agreements: []bot.SetupAgreement{{Tenant: "Contoso", Agreement: agreement()}},
		Events: []bot.SetupEvent{
			{Tenant: "Contoso", Event: domain.BusinessEvent{Name: "Sale", Starts: t0, Ends: t0.Add(48 * time.Hour), Zone: "Europe/Berlin", Products: []string{"azure/virtual-machines"}}},
		},
	}
}
