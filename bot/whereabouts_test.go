package bot_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"example.com/firstcall/bot"
	"example.com/firstcall/bot/words"
	"example.com/firstcall/cmd/firstcall/demo"
	"example.com/firstcall/domain"
	"example.com/firstcall/domain/terms"
	"example.com/firstcall/storage"
	"example.com/firstcall/storage/localpg"
)

// The workspaces of this file: the provider's, through which all its channels
// are reached, Contoso's, and one that nobody has bound.
const (
	harbour   = "T0HARBOUR"
	contoso   = "T0CONTOSO"
	elsewhere = "T0ELSEWHERE"
)

// directoryChat is a platform that knows who its people are.
type directoryChat struct {
	*chat
	store    *storage.DB
	profiles map[string]bot.Profile // by the person's id
	down     bool
	asked    []string // "T0HARBOUR U1": through whose installation about whom
}

var errDown = errors.New("503 from the platform")

func (c *directoryChat) Profile(ctx context.Context, workspace, person string) (bot.Profile, error) {
	c.asked = append(c.asked, workspace+" "+person)
	// There is one connection: whoever holds a transaction now makes this one wait in vain.
	if err := c.store.InTx(ctx, func(bot.Tx) error { return nil }); err != nil {
		c.t.Errorf("the platform is asked inside a transaction: %v", err)
	}
	if c.down {
		return bot.Profile{}, errDown
	}
	p, ok := c.profiles[person]
	if !ok {
		return bot.Profile{}, bot.ErrNotFound
	}
	return p, nil
}

// office is a bot on such a platform with the demo's people.
type office struct {
	t *testing.T
	*directoryChat
	bot *bot.Bot
	db  *storage.DB
	now time.Time
	log bytes.Buffer
}

func newOffice(t *testing.T) *office {
	t.Helper()
	server, err := localpg.ForTests()
	if err != nil {
		t.Fatal(err)
	}
	if err := server.Template("talks_", func(super string) error { return fill(super, "") }); err != nil {
		t.Fatal(err)
	}
	database := server.Clone(t, "talks_")
	db, err := storage.Open(t.Context(), database.URL(storage.App), storage.Options{Connections: 1})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	o := &office{t: t, db: db, now: demo.StartsAt}
	o.directoryChat = &directoryChat{chat: &chat{t: t, byID: map[string]int{}}, store: db, profiles: map[string]bot.Profile{}}
	o.imports(func(*bot.Setup) {})
	o.bot = &bot.Bot{
		Store: db, Chats: map[string]bot.Chat{"slack": o.directoryChat}, Now: func() time.Time { return o.now }, NewID: newID,
		Rand: func() float64 { return 0 }, Log: slog.New(slog.NewTextHandler(&o.log, nil)), Terms: terms.Current(),
	}
	return o
}

// imports the demo with two channels on the platform, and with a change.
func (o *office) imports(change func(*bot.Setup)) {
	o.t.Helper()
	s, err := demo.Setup(terms.Current(), demo.StartsAt)
	if err != nil {
		o.t.Fatal(err)
	}
	for n := range s.People {
		if p := &s.People[n]; p.Person.Name == "kenji" || p.Person.Name == "ben" {
			p.Identities = append(p.Identities, bot.Identity{Platform: "slack", Workspace: harbour, ID: "U0" + strings.ToUpper(p.Person.Name)})
		}
	}
	channel := func(tenant, name, id string, purpose bot.Purpose, team string) bot.SetupPlace {
		return bot.SetupPlace{
			Tenant: tenant, Place: bot.Place{Name: name, Purpose: purpose, Team: team, Language: "en", Zone: "Europe/Berlin"},
			Channel: bot.Identity{Platform: "slack", Workspace: harbour, ID: id},
		}
	}
	s.Places = append(s.Places, channel("Contoso", "#contoso-shared", "C0SHARED", bot.ForCustomer, ""),
		channel("Harbour Support", "#inside", "C0INSIDE", bot.ForEngineers, "inside"))
	change(&s)
	if err := o.db.Import(o.t.Context(), s); err != nil {
		o.t.Fatal(err)
	}
}

// event is something of a person who is at home in that workspace; it comes
// through the provider's.
func event(home, person, place string) bot.Event {
	e := bot.Event{Platform: "slack", Workspace: home, Through: harbour, Person: person, Place: place, Kind: bot.Said}
	if place == "" {
		e.Through = ""
	}
	return e
}

func (o *office) handle(e bot.Event) bot.Reply {
	o.t.Helper()
	r, err := o.bot.Handle(o.t.Context(), e)
	if err != nil {
		o.t.Fatal(err)
	}
	return r
}

// says returns what the person is answered.
func (o *office) says(home, person, place, text string) string {
	o.t.Helper()
	e := event(home, person, place)
	e.Text = text
	r := o.handle(e)
	if r.Form != nil {
		return "form: " + render(r.Form.Title, r.Lang, o.now)
	}
	return render(r.Text, r.Lang, o.now)
}

func render(t words.Text, lang string, now time.Time) string {
	return t.Render(words.Reader{Lang: lang, Zone: time.UTC}, now)
}

// is checks what somebody is answered to a question that ana and the engineers
// may ask in private, and nobody else: who they are taken for.
func (o *office) is(home, person, want string) {
	o.t.Helper()
	got := "nobody"
	switch o.says(home, person, "", "/incident board") {
	case "No open incidents.":
		got = "the provider's"
	case "That is for the support team.":
		got = "nobody"
		if answer := o.says(home, person, "", "/incident list"); answer == "No open incidents." {
			got = "the customer's"
		}
	}
	if got != want {
		o.t.Errorf("%s of %s is taken for %s, want %s", person, home, got, want)
	}
}

const (
	nobody     = "nobody"
	ours       = "the provider's"
	customers  = "the customer's"
	stranger   = "I don't know you yet, so I can't tell which agreement applies. Ask your support administrator to register you or this channel."
	forSupport = "That is for the support team."
)

// Inside a workspace that is bound to a side, the e-mail address of a profile
// of that workspace says who somebody is; nothing else does.
func TestRecognisedByEmail(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.imports(func(s *bot.Setup) {
		for _, name := range []string{"twin", "twain"} {
			s.People = append(s.People, bot.SetupPerson{Tenant: "Contoso", Person: bot.Person{
				Name: name, Email: "twins@contoso.example", Language: "en", Zone: "UTC", Roles: []domain.Role{domain.RoleContact},
			}})
		}
		s.People = append(s.People, bot.SetupPerson{Tenant: "Contoso", Person: bot.Person{
			Name: "mute", Language: "en", Zone: "UTC", Roles: []domain.Role{domain.RoleContact},
		}})
	})
	for _, c := range []struct {
		why, home, profiled, email, want string
		asked                            int
	}{
		{"a contact in the customer's workspace", contoso, contoso, "Ana@CONTOSO.example ", customers, 1},
		{"an engineer in the provider's", harbour, harbour, "priya@harbour.example", ours, 1},
		{"an engineer's address in the customer's", contoso, contoso, "priya@harbour.example", nobody, 1},
		{"a contact's address in the provider's", harbour, harbour, "ana@contoso.example", nobody, 1},
		{"an engineer's address in a workspace of nobody's", elsewhere, elsewhere, "priya@harbour.example", nobody, 0},
		{"somebody from elsewhere in the provider's", harbour, elsewhere, "priya@harbour.example", nobody, 1},
		{"two people with one address", contoso, contoso, "twins@contoso.example", nobody, 1},
		{"a profile without an address, and a person without one", contoso, contoso, "", nobody, 1},
		{"an address that only looks the same", contoso, contoso, "ana@c\u043entoso.example", nobody, 1},
		{"an address that folds into the same", harbour, harbour, "\u212aenji@harbour.example", nobody, 1},
	} {
		id := "U" + newID()
		o.asked = nil
		o.profiles[id] = bot.Profile{Workspace: c.profiled, Email: c.email}
		o.is(c.home, id, c.want)
		if len(o.asked) != c.asked {
			t.Errorf("%s: the platform was asked %d times (%q), want %d", c.why, len(o.asked), o.asked, c.asked)
		}
		if t.Failed() {
			t.Fatal(c.why)
		}
	}
	if !strings.Contains(o.log.String(), "identity recognised by its profile") {
		t.Errorf("nothing was logged of who was recognised:\n%s", &o.log)
	}
}

// A stranger in a shared channel is the channel's guest, whatever the profile
// says; so is everybody while the platform can't be asked.
func TestAForgedAddressInASharedChannel(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.profiles["U0EVE"] = bot.Profile{Workspace: elsewhere, Email: "kenji@harbour.example"}
	o.profiles["U0ANA"] = bot.Profile{Workspace: contoso, Email: "ana@contoso.example"}
	if got := o.says(elsewhere, "U0EVE", "C0SHARED", "/incident board"); got != forSupport {
		t.Errorf("eve asks for the board and gets %q", got)
	}
	if got := o.says(elsewhere, "U0EVE", "", "/incident list"); got != stranger {
		t.Errorf("eve in private: %q", got)
	}
	if len(o.asked) != 0 {
		t.Errorf("the platform was asked about somebody of nobody's workspace: %q", o.asked)
	}

	o.down = true
	got := o.says(contoso, "U0ANA", "C0SHARED", "/incident Checkout on virtual machines is down")
	if want := "form: Report an incident for Contoso"; got != want {
		t.Errorf("while the platform is down, ana begins a report: %q, want %q", got, want)
	}
	if got := o.says(contoso, "U0ANA", "", "/incident list"); got != stranger {
		t.Errorf("while the platform is down, ana in private: %q", got)
	}
	if want := []string{harbour + " U0ANA"}; !slices.Equal(o.asked, want) {
		t.Errorf("asked %q, want %q: once an hour", o.asked, want)
	}
	o.down = false
	o.now = o.now.Add(time.Hour - time.Second)
	o.is(contoso, "U0ANA", nobody)
	o.now = o.now.Add(time.Second)
	o.is(contoso, "U0ANA", customers)
	if len(o.asked) != 2 {
		t.Errorf("asked %q, want twice in an hour and once known never again", o.asked)
	}
}

// Asking happens between two tries of a transaction; what the platform delivers
// again meanwhile is still one event.
func TestAskedAndDeliveredTwice(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.profiles["U0ANA"] = bot.Profile{Workspace: contoso, Email: "ana@contoso.example"}
	e := event(contoso, "U0ANA", "")
	e.Key, e.Text = "Ev1", "/incident list"
	if got := render(o.handle(e).Text, "en", o.now); got != "No open incidents." {
		t.Errorf("the first delivery is answered %q", got)
	}
	if got := o.handle(e); got.Text != "" {
		t.Errorf("the second delivery is answered %q", got.Text)
	}
	if len(o.asked) != 1 {
		t.Errorf("asked %q, want once", o.asked)
	}
}

// An engineer says who somebody is, in the customer's place, for people whom no
// workspace vouches for.
func TestLinkedByHand(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.profiles["U0ANA"] = bot.Profile{Workspace: elsewhere, Email: "somebody@else.example"}
	o.profiles["U0COLLEAGUE"] = bot.Profile{Workspace: harbour, Email: "x@harbour.example"}
	o.profiles["U0FAR"] = bot.Profile{Workspace: elsewhere}
	kenji := func(place, text string) string { return o.says(harbour, "U0KENJI", place, text) }
	expect := func(got, want string) {
		t.Helper()
		if got != want {
			t.Errorf("the answer is %q, want %q", got, want)
		}
	}
	o.is(elsewhere, "U0ANA", nobody)
	expect(kenji("C0SHARED", "/incident link ana @U0ANA"), "@U0ANA is Ana Weber from now on. To take it back: /incident unlink @U0ANA")
	o.is(elsewhere, "U0ANA", customers)
	if !strings.Contains(o.log.String(), "identity linked") || !strings.Contains(o.log.String(), "by=kenji") {
		t.Errorf("the log doesn't say who linked whom:\n%s", &o.log)
	}
	expect(kenji("C0SHARED", "/incident link @U0ANA ana"), "@U0ANA is Ana Weber already.")
	expect(kenji("C0SHARED", "/incident link ben @U0ANA"), "@U0ANA is Ana Weber already. If that is wrong, first: /incident unlink @U0ANA")
	o.is(elsewhere, "U0ANA", customers)
	expect(kenji("C0SHARED", "/incident unlink @U0ANA"), "@U0ANA is nobody I know from now on.")
	o.is(elsewhere, "U0ANA", nobody)
	expect(kenji("C0SHARED", "/incident unlink @U0ANA"), "@U0ANA is not linked to anybody of this customer.")
	expect(kenji("C0SHARED", "/incident link BEN@contoso.example U0ANA"), "@U0ANA is Ben Krause from now on. To take it back: /incident unlink @U0ANA")

	expect(kenji("C0SHARED", "/incident unlink @U0BEN"), "@U0BEN was not linked by hand: the set-up or the person's profile says who it is, so that is where to change it.")
	expect(kenji("C0SHARED", "/incident link ana @U0COLLEAGUE"), "@U0COLLEAGUE belongs to somebody other than this customer, so they can't be one of its people.")
	o.profiles["U0KENJI"] = bot.Profile{Workspace: harbour}
	expect(kenji("C0SHARED", "/incident link ana @U0KENJI"), "@U0KENJI belongs to somebody other than this customer, so they can't be one of its people.")
	expect(kenji("C0SHARED", "/incident link kenji @U0FAR"), `This customer has nobody called "kenji". There are: ana, ben, carlos, dora, edgar`)
	expect(kenji("C0SHARED", "/incident link ana @U0GHOST"), "I can find nobody called @U0GHOST here. Mention the person, or copy their member ID.")
	expect(kenji("C0INSIDE", "/incident link ana @U0FAR"), "That is said in a place of the customer it is for.")
	expect(kenji("", "/incident link ana @U0FAR"), "That is said in a place of the customer it is for.")
	expect(o.says(harbour, "U0BEN", "C0SHARED", "/incident link ana @U0FAR"), forSupport)
	expect(o.says(elsewhere, "U0EVE", "C0SHARED", "/incident link ana @U0EVE"), forSupport)
	expect(o.says(elsewhere, "U0EVE", "", "/incident link ana @U0EVE"), stranger)
	o.is(elsewhere, "U0FAR", nobody)
	o.down = true
	expect(kenji("C0SHARED", "/incident link ana @U0FAR"), "I could not ask where @U0FAR is at home just now. Nothing has changed; please try again in a minute.")
	o.is(elsewhere, "U0FAR", nobody)

	// A web address is the other kind of link.
	expect(kenji("C0SHARED", "/incident link https://status.example outage"), "There is no open incident here.")
}

// In a customer's place the bot leaves a button, once; an engineer has it shown
// again. In a place that nobody has bound it says who must do it.
func TestJoined(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	joined := func(key, place string) string {
		e := event(harbour, "", place)
		e.Kind, e.Key = bot.Joined, key
		r := o.handle(e)
		if _, err := o.bot.Deliver(t.Context()); err != nil {
			t.Fatal(err)
		}
		return render(r.Text, r.Lang, o.now)
	}
	if got := joined("1", "C0SHARED"); got != "" {
		t.Errorf("it answers %q, and says the rest by itself", got)
	}
	const button = "C0SHARED> Is something not working? Press the button, and the support team takes it from there."
	if diff := cmp.Diff([]string{button}, o.told()); diff != "" {
		t.Errorf("in the customer's place (-want +got):\n%s", diff)
	}
	if got := joined("2", "C0INSIDE"); got != "" || len(o.told()) != 1 {
		t.Errorf("among engineers it says %q and %q", got, o.told()[1:])
	}
	if got, want := joined("3", "C0NEW"), "Nobody has told me whose place this is. Whoever runs me adds it to the set-up: platform slack, workspace T0HARBOUR, id C0NEW."; got != want {
		t.Errorf("elsewhere it says %q, want %q", got, want)
	}
	press := event(elsewhere, "U0GUEST", "C0SHARED")
	press.Kind, press.Action = bot.Pressed, "report"
	if r := o.handle(press); r.Form == nil {
		t.Errorf("the button brings %q, want the form", r.Text)
	}

	o.posted[0].removed = true
	if got := o.says(harbour, "U0KENJI", "C0SHARED", "/incident pin"); got != "The button to report an incident is shown here again." {
		t.Errorf("pin: %q", got)
	}
	if _, err := o.bot.Deliver(t.Context()); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{button, button}, o.told()); diff != "" {
		t.Errorf("after it was removed and pinned (-want +got):\n%s", diff)
	}
	for place, want := range map[string]string{"C0INSIDE": "That is said in a place of the customer it is for.", "": "That is said in a place of the customer it is for."} {
		if got := o.says(harbour, "U0KENJI", place, "/incident pin"); got != want {
			t.Errorf("pin in %q: %q, want %q", place, got, want)
		}
	}
	if got := o.says(harbour, "U0BEN", "C0SHARED", "/incident pin"); got != forSupport {
		t.Errorf("a customer's pin: %q", got)
	}
	hello := event(harbour, "U0KENJI", "")
	hello.Kind = bot.Joined
	if got := render(o.handle(hello).Text, "en", o.now); !strings.HasPrefix(got, "I take in support incidents.") {
		t.Errorf("a person who lets the bot in is told %q", got)
	}
}

func TestLeftAndMoved(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	i := bot.Installation{Platform: "slack", Workspace: contoso, Sealed: []byte("s"), At: o.now}
	if err := o.db.SaveInstallation(t.Context(), i); err != nil {
		t.Fatal(err)
	}
	place := event(contoso, "", "C0SHARED")
	place.Kind, place.At = bot.Left, o.now.Add(time.Minute)
	o.handle(place)
	if _, err := o.db.Installation(t.Context(), "slack", contoso); err != nil {
		t.Errorf("the bot left a channel, and the installation is gone: %v", err)
	}
	if !strings.Contains(o.log.String(), "removed from a place") {
		t.Error("nobody is told that the customer's place is lost")
	}
	gone := bot.Event{Platform: "slack", Workspace: contoso, Kind: bot.Left, At: o.now.Add(time.Minute)}
	o.handle(gone)
	if _, err := o.db.Installation(t.Context(), "slack", contoso); !errors.Is(err, bot.ErrNotFound) {
		t.Errorf("the bot left the workspace, and the installation is there: %v", err)
	}

	moved := event(harbour, "", "C0SHARED")
	moved.Kind, moved.Moved = bot.Moved, "C0ELSE"
	for range 2 {
		o.handle(moved)
	}
	if got := o.says(elsewhere, "U0GUEST", "C0ELSE", "/incident"); !strings.HasPrefix(got, "form: ") {
		t.Errorf("in the channel's new id a guest gets %q, want the form", got)
	}
	if got := o.says(elsewhere, "U0GUEST", "C0SHARED", "/incident"); got != stranger {
		t.Errorf("in its old id a guest gets %q", got)
	}
}

// The page that people open: what is theirs and what is due next, and a button.
func TestLooked(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	page := func(home, person string) []string {
		t.Helper()
		e := event(home, person, "")
		e.Kind = bot.Looked
		r := o.handle(e)
		lines := strings.Split(render(r.Text, r.Lang, o.now), "\n")
		for n, l := range lines {
			lines[n], _, _ = strings.Cut(l, " ·") // the rest is the list's own
		}
		for n, s := range r.Sections { // the same in parts, and what is an incident can be opened
			line, _, incident := strings.Cut(render(s.Text, r.Lang, o.now), " ·")
			if n >= len(lines) || line != lines[n] || (s.Button != nil) != incident {
				t.Errorf("part %d is %+v; the text is %q", n, s, lines)
				continue
			}
			if s.Button != nil {
				press := event(home, person, "")
				press.Kind, press.Action, press.Subject = bot.Pressed, s.Button.Action, s.Button.Subject
				if got := o.handle(press); !strings.HasPrefix(render(got.Text, got.Lang, o.now), render(s.Text, r.Lang, o.now)) {
					t.Errorf("[%s] of %q shows %q", s.Button.Label, s.Text, got.Text)
				}
			}
		}
		if len(r.Sections) != len(lines) && r.Sections != nil {
			t.Errorf("%d parts of %q", len(r.Sections), lines)
		}
		for _, b := range r.Buttons {
			lines = append(lines, "["+render(b.Label, r.Lang, o.now)+"]")
		}
		return lines
	}
	want := func(who string, got []string, lines ...string) {
		t.Helper()
		if diff := cmp.Diff(lines, got); diff != "" {
			t.Errorf("%s sees (-want +got):\n%s", who, diff)
		}
	}
	want("kenji, with nothing to do,", page(harbour, "U0KENJI"), "Nothing is yours at the moment.", "[Report an incident]")
	want("ben, with nothing open,", page(harbour, "U0BEN"), "No open incidents.", "[Report an incident]")
	want("a stranger", page(elsewhere, "U0EVE"), stranger)

	// INC-1 is due last, INC-3 waits for nothing; kenji has INC-2.
	for n, due := range []time.Duration{3 * time.Hour, 2 * time.Hour, 0, time.Hour} {
		o.keep(n+1, due)
	}
	heads := func(lines []string) (refs []string) {
		for _, l := range lines {
			if at := strings.Index(l, "INC-"); at >= 0 {
				l = l[at : at+5]
			}
			refs = append(refs, l)
		}
		return refs
	}
	want("ben", heads(page(harbour, "U0BEN")), "4 incidents:", "INC-4", "INC-2", "INC-1", "INC-3", "[Report an incident]")
	if got := o.says(harbour, "U0KENJI", "C0SHARED", "/incident take INC-2"); !strings.Contains(got, "INC-2") {
		t.Fatalf("take: %q", got)
	}
	want("kenji", heads(page(harbour, "U0KENJI")), "1 incident:", "INC-2", "Due next:", "INC-4", "INC-1", "[Report an incident]")
}

// keep writes down an incident of Contoso's that is next due after that long.
func (o *office) keep(number int, due time.Duration) {
	o.t.Helper()
	ctx := o.t.Context()
	err := o.db.InTx(ctx, func(tx bot.Tx) error {
		tenant, err := tx.TenantByPrefix(ctx, "INC")
		if err != nil {
			return err
		}
		if err := tx.Enter(ctx, tenant.ID); err != nil {
			return err
		}
		i := domain.Incident{
			Tenant: tenant.ID, ID: domain.IncidentID(newID()), Ref: fmt.Sprintf("INC-%d", number), Version: 1, Kind: domain.BreakFix,
			Severity: terms.SevC, Status: domain.Open, OpenedAt: o.now, Report: domain.Report{Title: "Checkout"},
		}
		if due > 0 {
			i.NextUpdate = domain.Clock{From: o.now, Due: o.now.Add(due)}
		}
		return tx.Keep(ctx, tenant.ID, []bot.Kept{{Incident: i, New: true, Number: number}})
	})
	if err != nil {
		o.t.Fatal(err)
	}
}
