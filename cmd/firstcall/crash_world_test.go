//go:build unix

package main

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/lib/pq"

	"example.com/firstcall/bot"
	"example.com/firstcall/domain"
	"example.com/firstcall/domain/terms"
	"example.com/firstcall/storage"
	"example.com/firstcall/storage/localpg"
)

// The times of the crash tests: short, and still long enough that a busy
// machine answers most calls in time.
var (
	crashDelivery = bot.Delivery{SendTimeout: 300 * time.Millisecond, Grace: 300 * time.Millisecond, Lease: 1200 * time.Millisecond}
	crashTick     = 50 * time.Millisecond
	// crashPatience is how long a test waits for what must come.
	crashPatience = 100 * time.Second
)

// The ladder of the crash tests: after the opening of an incident of severity A
// each of these is called once. No two rungs call the same, so that none of them
// is folded into another after an outage. Nobody can reach gus: the chat doesn't
// know him, so the managers are told.
var crashLadder = []struct {
	after   time.Duration
	who     domain.Who
	address string
}{
	{100 * time.Millisecond, "role:incident_manager", "ivy"},
	{200 * time.Millisecond, "managers", "#managers"},
	{300 * time.Millisecond, "person:gus", "gus"},
	{400 * time.Millisecond, "team:second", "#second"},
}

// crashCustomers have two contacts each, and a channel.
var crashCustomers = []struct{ name, prefix, language string }{
	{"alder", "ALD", "en"}, {"birch", "BIR", "en"}, {"cedar", "CED", "zh-Hans"}, {"dogwood", "DOG", "ja"},
}

func recordedAs(id string) bot.Identity {
	return bot.Identity{Platform: recorded, Workspace: "W", ID: id}
}

func crashSetup() bot.Setup {
	const provider = "Harbour"
	policy := domain.DefaultPolicy()
	policy.ChatSubmits = []terms.Plan{terms.Unified}
	ladder := domain.Ladder{}
	for _, r := range crashLadder {
		ladder.Rungs = append(ladder.Rungs, domain.Rung{After: r.after, Call: []domain.Who{r.who}})
	}
	policy.Ladders = []domain.Ladder{ladder}

	s := bot.Setup{
		Tenants: []bot.Tenant{{Name: provider, Side: domain.Provider, Prefix: "HS", Language: "en", Zone: "UTC", Country: "GB"}},
		Rosters: []bot.SetupRoster{{Tenant: provider, Role: domain.RoleIncidentManager, Person: "ivy"}},
	}
	person := func(tenant, name, language string, role domain.Role) {
		s.People = append(s.People, bot.SetupPerson{
			Tenant:     tenant,
			Person:     bot.Person{Name: name, FullName: name, Email: name + "@example.com", Phone: "+49 30 23125 101", Language: language, Zone: "UTC", Roles: []domain.Role{role}},
			Identities: []bot.Identity{recordedAs(name)},
		})
	}
	place := func(tenant, name, language, team string, purpose bot.Purpose) {
		s.Places = append(s.Places, bot.SetupPlace{
			Tenant: tenant, Place: bot.Place{Name: name, Purpose: purpose, Team: team, Language: language, Zone: "UTC"}, Channel: recordedAs(name),
		})
	}
	person(provider, "ivy", "en", domain.RoleIncidentManager)
	person(provider, "kim", "en", domain.RoleEngineer)
	person(provider, "gus", "en", domain.RoleEngineer)
	place(provider, "#engineers", "en", "", bot.ForEngineers)
	place(provider, "#second", "en", "second", bot.ForEngineers)
	place(provider, "#managers", "en", "", bot.ForManagers)
	for _, c := range crashCustomers {
		s.Tenants = append(s.Tenants, bot.Tenant{Name: c.name, Side: domain.Customer, Prefix: c.prefix, Language: c.language, Zone: "UTC", Country: "GB"})
		person(c.name, c.name+"-1", c.language, domain.RoleContact)
		person(c.name, c.name+"-2", c.language, domain.RoleContact)
		place(c.name, "#"+c.name, c.language, "", bot.ForCustomer)
		s.Agreements = append(s.Agreements, bot.SetupAgreement{Tenant: c.name, Agreement: domain.Agreement{
			Name: c.name, Holdings: []terms.Holding{{Plan: terms.Unified}}, Zone: "UTC", Country: "GB", Policy: policy,
		}})
	}
	return s
}

// crashServer is a durable Postgres of a test's own, with a database to copy.
type crashServer struct {
	dir string
	mu  sync.Mutex
	*localpg.Server
	copies atomic.Int64
}

const crashTemplate = "crash_template"

func newCrashServer(t *testing.T) *crashServer {
	t.Helper()
	s := &crashServer{dir: localpg.TempDir(t)}
	if err := s.start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	if err := prepare(t.Context(), s.Server, crashTemplate); err != nil {
		t.Fatal(err)
	}
	store, err := storage.Open(t.Context(), s.URL(storage.App, crashTemplate), storage.Options{Connections: 1})
	if err != nil {
		t.Fatal(err)
	}
	if err := store.Import(t.Context(), crashSetup()); err != nil {
		t.Fatal(err)
	}
	if err := store.Close(); err != nil {
		t.Fatal(err)
	}
	return s
}

func (s *crashServer) start(ctx context.Context) (err error) {
	s.Server, err = localpg.Start(ctx, localpg.Options{Dir: s.dir, Durable: true})
	return err
}

// crashWorld is one story: a database, a chat, the processes, and the ledger of what
// was asked for.
type crashWorld struct {
	t        *testing.T
	server   *crashServer
	database string
	db       *sql.DB // as superuser, to look
	chat     *recorder
	replicas []*replica
	log      tail
	client   *http.Client
	held     chan struct{}  // a process has come to the step where it was ordered to wait
	letGo    chan struct{}  // close it to let it go on
	past     chan struct{}  // it has come to the next step
	again    sync.WaitGroup // an event that is delivered a second time

	mu        sync.Mutex
	attempted map[string]string // what was reported: token to the customer's channel
	acked     map[string]bool   // its event was answered with 200
	taken     map[string]bool   // kim has acknowledged it, and the event was answered with 200
	repeats   atomic.Int64      // events that had to be said again
}

func newCrashWorld(t *testing.T, s *crashServer, f func(c chatCall, nth int) fault) *crashWorld {
	t.Helper()
	w := &crashWorld{
		t: t, server: s, database: fmt.Sprintf("crash_%d", s.copies.Add(1)), client: &http.Client{Timeout: 2 * time.Second},
		held: make(chan struct{}), letGo: make(chan struct{}), past: make(chan struct{}),
		attempted: map[string]string{}, acked: map[string]bool{}, taken: map[string]bool{},
	}
	admin, err := sql.Open("postgres", s.URL(localpg.Superuser, localpg.Superuser))
	if err != nil {
		t.Fatal(err)
	}
	defer admin.Close()
	s.mu.Lock() // a template is copied by one at a time
	_, err = admin.Exec("CREATE DATABASE " + pq.QuoteIdentifier(w.database) + " TEMPLATE " + crashTemplate + " OWNER " + storage.Owner)
	s.mu.Unlock()
	if err != nil {
		t.Fatal(err)
	}
	if w.db, err = sql.Open("postgres", s.URL(localpg.Superuser, w.database)); err != nil {
		t.Fatal(err)
	}
	w.db.SetMaxOpenConns(4)
	t.Cleanup(func() { _ = w.db.Close() })
	w.chat = newRecorder(t, func(c chatCall, nth int) fault {
		if c.To.ID == "gus" {
			return knowsNobody
		}
		return f(c, nth)
	})
	t.Cleanup(func() {
		for _, r := range w.replicas {
			r.mu.Lock()
			r.kept = false
			r.mu.Unlock()
			r.signal(9)
			<-r.gone
		}
		w.log.show(t)
	})
	return w
}

// orders are those of a process that is to live.
func (w *crashWorld) orders() orders {
	return orders{Database: w.server.URL(storage.App, w.database), Chat: w.chat.url, Delivery: crashDelivery, Tick: crashTick, Senders: 8}
}

// holder is what a process asks at the step where it must wait.
func (w *crashWorld) holder() string {
	held, past := sync.OnceFunc(func() { close(w.held) }), sync.OnceFunc(func() { close(w.past) })
	s := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/past" {
			past()
			return
		}
		held()
		select {
		case <-w.letGo:
		case <-r.Context().Done():
		}
	}))
	w.t.Cleanup(func() {
		s.CloseClientConnections()
		s.Close()
	})
	return s.URL
}

// until waits for a condition. It fails the test when it doesn't come.
func (w *crashWorld) until(what string, reached func() bool) bool {
	w.t.Helper()
	give := time.Now().Add(crashPatience)
	for !reached() {
		if time.Now().After(give) {
			w.t.Errorf("waited in vain until %s\n%s", what, w.left())
			return false
		}
		time.Sleep(25 * time.Millisecond) // between two looks
	}
	return true
}

// count asks the database for a number; -1 while it can't be asked.
func (w *crashWorld) count(query string, args ...any) int {
	var n int
	if err := w.db.QueryRow(query, args...).Scan(&n); err != nil {
		return -1
	}
	return n
}

// say sends one event until it is answered with 200, as a platform does: to the
// processes in turn, from the first-th on.
func (w *crashWorld) say(first int, e bot.Event) {
	body, err := json.Marshal(e)
	if err != nil {
		w.t.Error(err)
		return
	}
	give := time.Now().Add(crashPatience)
	for n := first; ; n++ {
		w.mu.Lock()
		r := w.replicas[n%len(w.replicas)]
		w.mu.Unlock()
		if w.sayOnce(r, body) {
			return
		}
		w.repeats.Add(1)
		if time.Now().After(give) {
			w.t.Errorf("event %s was never answered with 200", e.Key)
			return
		}
		time.Sleep(10 * time.Millisecond) // a platform waits longer
	}
}

func (w *crashWorld) sayOnce(r *replica, body []byte) bool {
	door := r.door()
	if door == "" {
		return false
	}
	resp, err := w.client.Post(door, "application/json", bytes.NewReader(body))
	if err != nil {
		return false
	}
	defer resp.Body.Close()
	_, _ = io.Copy(io.Discard, resp.Body)
	return resp.StatusCode == http.StatusOK
}

// report opens an incident as a contact does, in three events: the command, the
// whole form, and the same form again once its summary was read. A platform may
// deliver the last one to both processes at once.
func (w *crashWorld) report(first int, contact, token string, twice bool) {
	command, form := reported(contact, token)
	w.mu.Lock()
	w.attempted[token] = command.Place
	w.mu.Unlock()
	w.say(first, command)
	answers := form
	answers.Key = token + "/answers"
	w.say(first, answers)
	var other sync.WaitGroup
	if twice {
		other.Go(func() { w.say(first+1, form) })
	}
	w.say(first, form)
	other.Wait()
	w.mu.Lock()
	w.acked[token] = true
	w.mu.Unlock()
}

// reported are the first and the last event of a report.
func reported(contact, token string) (command, form bot.Event) {
	command = bot.Event{
		Key: token + "/command", Platform: recorded, Workspace: "W", Person: contact, Place: "#" + strings.TrimRight(contact, "-12"),
		At: time.Now(), Kind: bot.Said, Text: "/incident",
	}
	form = command
	form.Key, form.Kind, form.Text, form.Form = token+"/form", bot.Submitted, "", "report"
	form.Values = map[string]string{
		"kind": "break-fix", "product": "azure/virtual-machines", "environment": "production",
		"happened": token + " the shop is down", "since": "-", "impact": "nobody can buy", "severity": "A",
		"commitment": "yes", "contacts": "Nina, +49 30 23125 102", "owner": contact, "phone": "+49 30 23125 101",
		"email": contact + "@example.com", "language": "en", "zone": "UTC",
	}
	return command, form
}

const (
	pagesOf = `SELECT count(*) FROM rings r JOIN incidents i ON i.id = r.incident_id WHERE i.report->>'title' LIKE $1 || ' %' AND r.kind = 'page'`
	refOf   = `SELECT ref FROM incidents WHERE report->>'title' LIKE $1 || ' %'`
)

// acknowledge lets kim acknowledge an incident, once everybody on its ladder has
// been told: before, it would depend on chance who is still called.
func (w *crashWorld) acknowledge(first int, token string) {
	var ref string
	if !w.until("everybody has heard of "+token, func() bool { return w.count(pagesOf+` AND r.state IN ('sent', 'dead')`, token) == len(crashLadder) }) ||
		!w.until("the database tells the number of "+token, func() bool { return w.db.QueryRow(refOf, token).Scan(&ref) == nil }) {
		return
	}
	w.say(first, bot.Event{
		Key: token + "/ack", Platform: recorded, Workspace: "W", Person: "kim", Place: "#engineers", At: time.Now(),
		Kind: bot.Said, Text: "/incident ack " + ref,
	})
	w.mu.Lock()
	w.taken[token] = true
	w.mu.Unlock()
}

func (w *crashWorld) untilPaged(token string) bool {
	return w.until("everybody on the ladder of "+token+" is called", func() bool { return w.count(pagesOf, token) >= len(crashLadder) })
}

const leftToSend = `
SELECT (SELECT count(*) FROM rings WHERE state IN ('waiting', 'sending', 'uncertain'))
     + (SELECT count(*) FROM cards WHERE state IN ('waiting', 'sending', 'uncertain'))`

// left says what still waits, for a test that fails.
func (w *crashWorld) left() string {
	var out strings.Builder
	rows, err := w.db.Query(`
SELECT d.address, 'ring ' || r.kind, r.state, r.attempts, r.cause, count(*) FROM rings r JOIN destinations d ON d.id = r.destination_id GROUP BY 1, 2, 3, 4, 5
UNION ALL SELECT d.address, 'card', c.state, c.attempts, c.cause, count(*) FROM cards c JOIN destinations d ON d.id = c.destination_id GROUP BY 1, 2, 3, 4, 5
ORDER BY 1, 2, 3, 4`)
	if err != nil {
		return err.Error()
	}
	defer rows.Close()
	for rows.Next() {
		var address, what, state, cause string
		var attempts, n int
		if err := rows.Scan(&address, &what, &state, &attempts, &cause, &n); err != nil {
			return err.Error()
		}
		fmt.Fprintf(&out, "%-12s %-22s %-10s attempts %d, %d of them %s\n", address, what, state, attempts, n, cause)
	}
	if err := rows.Err(); err != nil {
		return err.Error()
	}
	return out.String()
}

// settle waits until everything has been decided and sent, stops the processes
// as an operator does, and then audits: nothing more can come.
func (w *crashWorld) settle() {
	w.t.Helper()
	for token := range w.attempted {
		if !w.untilPaged(token) {
			break
		}
	}
	w.until("nothing is left to send", func() bool { return w.count(leftToSend) == 0 })
	for n, r := range w.replicas {
		w.until("all processes are up", func() bool { return r.door() != "" })
		if err := r.stop(); err != nil {
			w.t.Errorf("process %d did not end well: %v", n+1, err)
		}
	}
	w.until("the chat is quiet", func() bool { return w.chat.inside.Load() == 0 })
	w.audit()
}
