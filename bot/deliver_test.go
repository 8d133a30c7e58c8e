package bot_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"example.com/firstcall/bot"
	"example.com/firstcall/bot/words"
	"example.com/firstcall/domain"
	"example.com/firstcall/storage"
	"example.com/firstcall/storage/localpg"
)

// chat is a platform in memory. It is strict: an edit of a message it doesn't
// have, or a second message under a key it has, fails the test.
type chat struct {
	t      *testing.T
	answer func(call) error // what it answers the next call; nil: it takes everything
	blind  bool             // it can't be searched
	looks  int

	posted []post
	byID   map[string]int
}

type post struct {
	to, key, text string
	edits         int
	removed       bool
}

type call struct {
	to, key, text string
}

// errLost is an answer that got lost on its way: the message was taken.
var errLost = errors.New("connection reset after the request")

func (c *chat) take(call call) error {
	if c.answer == nil {
		return nil
	}
	return c.answer(call)
}

func (c *chat) Post(_ context.Context, s bot.Posting) (string, error) {
	text := s.Message.Text.Render(words.Reader{Lang: s.Message.Lang, Zone: time.UTC}, s.Now)
	err := c.take(call{to: s.To.ID, key: s.Key, text: text})
	if err != nil && !errors.Is(err, errLost) {
		return "", err
	}
	for _, p := range c.posted {
		if p.key == s.Key && !c.blind && !p.removed {
			c.t.Errorf("%s was told twice under the key %s: %q and %q", s.To.ID, s.Key, p.text, text)
		}
	}
	id := fmt.Sprintf("m%d", len(c.posted)+1)
	c.byID[id] = len(c.posted)
	c.posted = append(c.posted, post{to: s.To.ID, key: s.Key, text: text})
	if err != nil {
		return "", err
	}
	return id, nil
}

func (c *chat) Edit(_ context.Context, id string, s bot.Posting) error {
	text := s.Message.Text.Render(words.Reader{Lang: s.Message.Lang, Zone: time.UTC}, s.Now)
	n, ok := c.byID[id]
	if !ok || c.posted[n].key != s.Key || c.posted[n].to != s.To.ID {
		c.t.Errorf("an edit of message %s with key %s in %s, which isn't there", id, s.Key, s.To.ID)
		return nil
	}
	if c.posted[n].removed {
		return &bot.SendError{Outcome: bot.Gone, Err: errors.New("message_not_found")}
	}
	err := c.take(call{to: s.To.ID, key: s.Key, text: text})
	if err == nil || errors.Is(err, errLost) {
		c.posted[n].text = text
		c.posted[n].edits++
	}
	return err
}

func (c *chat) Find(_ context.Context, s bot.Posting, _ time.Time) (string, bool, error) {
	c.looks++
	if c.blind {
		return "", false, bot.ErrCannotLook
	}
	for id, n := range c.byID {
		if c.posted[n].key == s.Key && c.posted[n].to == s.To.ID {
			return id, true, nil
		}
	}
	return "", false, nil
}

// told lists what was posted where, in order.
func (c *chat) told() []string {
	var all []string
	for _, p := range c.posted {
		line := p.to + "> " + p.text
		if p.edits > 0 {
			line += " (edited)"
		}
		all = append(all, line)
	}
	return all
}

// desk is a bot on a database of a test's own, a clock that the test moves,
// and one incident of Contoso's.
type desk struct {
	t     *testing.T
	db    *storage.DB
	url   func(string) string
	now   time.Time
	steps int64 // of rings, so that each is one of its own
	*chat
	contoso  domain.TenantID
	incident domain.Incident
	dest     map[string]bot.DestinationID
}

func newDesk(t *testing.T) *desk {
	t.Helper()
	server, err := localpg.ForTests()
	if err != nil {
		t.Fatal(err)
	}
	ctx := context.Background()
	err = server.Template("deliver", func(superURL string) error {
		u, err := url.Parse(superURL)
		if err != nil {
			return err
		}
		if err := storage.Prepare(ctx, superURL, strings.TrimPrefix(u.Path, "/")); err != nil {
			return err
		}
		q := u.Query()
		q.Set("options", "-c role="+storage.Owner)
		u.RawQuery = q.Encode()
		return storage.Migrate(ctx, u.String())
	})
	if err != nil {
		t.Fatal(err)
	}
	database := server.Clone(t, "deliver")
	db, err := storage.Open(ctx, database.URL(storage.App), storage.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	s := &desk{t: t, db: db, url: database.URL, now: time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC), dest: map[string]bot.DestinationID{}}
	s.chat = &chat{t: t, byID: map[string]int{}}
	at := func(id string) bot.Identity { return bot.Identity{Platform: "console", ID: id} }
	s.must(db.Import(ctx, bot.Setup{
		Tenants: []bot.Tenant{{Name: "Provider", Side: domain.Provider, Prefix: "FC"}, {Name: "Contoso", Side: domain.Customer, Prefix: "INC"}},
		People: []bot.SetupPerson{
			{Tenant: "Provider", Person: bot.Person{Name: "erin", FullName: "Erin Engineer", Language: "en", Zone: "UTC"}, Identities: []bot.Identity{at("erin")}},
			{Tenant: "Contoso", Person: bot.Person{Name: "ana", Language: "en", Zone: "UTC"}, Identities: []bot.Identity{at("ana")}},
		},
		Places: []bot.SetupPlace{
			{Tenant: "Provider", Place: bot.Place{Name: "#engineers", Purpose: bot.ForEngineers, Language: "en", Zone: "UTC"}, Channel: at("#engineers")},
			{Tenant: "Provider", Place: bot.Place{Name: "#managers", Purpose: bot.ForManagers, Language: "en", Zone: "UTC"}, Channel: at("#managers")},
			{Tenant: "Contoso", Place: bot.Place{Name: "#contoso", Purpose: bot.ForCustomer, Language: "en", Zone: "UTC"}, Channel: at("#contoso")},
		},
	}))
	s.must(db.InTx(ctx, func(tx bot.Tx) error {
		tenant, err := tx.TenantByPrefix(ctx, "INC")
		if err != nil {
			return err
		}
		s.contoso = tenant.ID
		if err := tx.Enter(ctx, s.contoso); err != nil {
			return err
		}
		d, err := tx.Directory(ctx, s.contoso, s.now)
		if err != nil {
			return err
		}
		for _, r := range d.Recipients {
			if r.Place != nil {
				s.dest[r.Place.Name] = r.Destination
			} else {
				s.dest[r.Person.Name] = r.Destination
			}
		}
		s.incident = domain.Incident{
			Tenant: s.contoso, ID: domain.IncidentID(newID()), Ref: "INC-1", Version: 1, Kind: domain.BreakFix, Status: domain.Open, OpenedAt: s.now,
		}
		return tx.Keep(ctx, s.contoso, []bot.Kept{{Incident: s.incident, New: true, Number: 1}})
	}))
	return s
}

func newID() string { return uuid.Must(uuid.NewV7()).String() }

func (s *desk) must(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
}

// replica is one process of many on the same database.
func (s *desk) replica() *bot.Bot {
	return &bot.Bot{
		Store: s.db, Chats: map[string]bot.Chat{"console": s.chat}, Now: func() time.Time { return s.now }, NewID: newID,
		Rand: func() float64 { return 0 }, Log: slog.New(slog.NewTextHandler(io.Discard, nil)),
	}
}

func (s *desk) deliver() {
	s.t.Helper()
	if _, err := s.replica().Deliver(context.Background()); err != nil {
		s.t.Fatal(err)
	}
}

// later lets time pass and everything due be sent.
func (s *desk) later(d time.Duration) {
	s.t.Helper()
	s.now = s.now.Add(d)
	s.deliver()
}

func (s *desk) keep(k bot.Kept) {
	s.t.Helper()
	ctx := context.Background()
	s.must(s.db.InTx(ctx, func(tx bot.Tx) error {
		if err := tx.Enter(ctx, s.contoso); err != nil {
			return err
		}
		if _, err := tx.IncidentByID(ctx, s.contoso, s.incident.ID); err != nil {
			return err
		}
		s.incident.Version++
		k.Incident = s.incident
		return tx.Keep(ctx, s.contoso, []bot.Kept{k})
	}))
}

func (s *desk) ring(to, text string) bot.Ring {
	s.steps++
	return bot.Ring{
		ID: newID(), Incident: s.incident.ID, Kind: domain.WorkBeginsDue, Step: s.steps, Destination: s.dest[to], Urgency: 1, Escalation: true,
		At: s.now, Message: bot.Message{Lang: "en", Zone: "UTC", Text: words.Text(text)},
	}
}

func (s *desk) rings(to string, texts ...string) (all []bot.Ring) {
	for n, text := range texts {
		r := s.ring(to, text)
		r.Urgency = n
		all = append(all, r)
	}
	s.keep(bot.Kept{Rings: all})
	return all
}

func (s *desk) card(to, text string) {
	s.keep(bot.Kept{Cards: []bot.Card{{Topic: "incident", Incident: s.incident.ID, Destination: s.dest[to], Message: bot.Message{Lang: "en", Zone: "UTC", Text: words.Text(text)}}}})
}

func (s *desk) want(lines ...string) {
	s.t.Helper()
	if diff := cmp.Diff(lines, s.told()); diff != "" {
		s.t.Errorf("what people saw (-want +got):\n%s", diff)
	}
}

// crashAt runs a delivery that dies at a step, as a killed process does.
func (s *desk) crashAt(step string) {
	s.t.Helper()
	type death struct{}
	died := false
	b := s.replica()
	b.Step = func(name string) {
		if name == step {
			panic(death{})
		}
	}
	func() {
		defer func() {
			if r := recover(); r != nil {
				if _, ok := r.(death); !ok {
					panic(r)
				}
				died = true
			}
		}()
		_, _ = b.Deliver(context.Background())
	}()
	if !died {
		s.t.Fatalf("the delivery never came to %q", step)
	}
}

// once answers the first call in one way and takes all others.
func once(err error) func(call) error {
	done := false
	return func(call) error {
		if done {
			return nil
		}
		done = true
		return err
	}
}

func TestRingsAndCardsAreSentOnce(t *testing.T) {
	t.Parallel()
	s := newDesk(t)
	s.card("#contoso", "open")
	s.rings("#contoso", "most urgent", "less urgent")
	s.deliver()
	s.deliver()
	s.want("#contoso> most urgent", "#contoso> less urgent", "#contoso> open")
	s.card("#contoso", "open")
	s.card("#contoso", "seen by Erin")
	s.card("#contoso", "Erin works on it")
	s.later(time.Hour)
	s.want("#contoso> most urgent", "#contoso> less urgent", "#contoso> Erin works on it (edited)")
	if s.posted[2].edits != 1 || s.looks != 0 {
		t.Errorf("%d edits and %d looks, want one edit to the newest and no look", s.posted[2].edits, s.looks)
	}
}

func TestALostAnswerIsLookedFor(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		err  error
		want []string
	}{
		{"the message arrived", errLost, []string{"#contoso> page"}},
		{"it did not", &bot.SendError{Outcome: bot.NotKnown, Err: errors.New("timeout")}, []string{"#contoso> page"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := newDesk(t)
			s.rings("#contoso", "page")
			s.answer = once(c.err)
			s.deliver()
			s.later(10 * time.Second)
			if s.looks != 0 {
				t.Error("looked before the grace was over: what is still on its way would be missed")
			}
			s.later(10 * time.Second)
			s.later(time.Hour)
			s.want(c.want...)
			if s.looks != 1 {
				t.Errorf("%d looks, want 1", s.looks)
			}
		})
	}
}

func TestACardsLostAnswer(t *testing.T) {
	t.Parallel()
	s := newDesk(t)
	s.card("#contoso", "open")
	s.answer = once(errLost)
	s.deliver()
	s.card("#contoso", "seen")
	s.later(5 * time.Second) // the edit waits: the first message may still be on its way
	s.want("#contoso> open")
	s.later(15 * time.Second)
	s.want("#contoso> seen (edited)")
	s.answer = once(errLost)
	s.card("#contoso", "mitigated")
	s.deliver()
	s.card("#contoso", "closed")
	s.later(20 * time.Second)
	s.want("#contoso> closed (edited)")
}

// A card whose message had to be looked for is not posted again because its
// edit was refused.
func TestACardThatWasFoundStaysFound(t *testing.T) {
	t.Parallel()
	for name, refusal := range map[string]*bot.SendError{
		"refused":   {Outcome: bot.Refused, Err: errors.New("400")},
		"slow down": {Outcome: bot.Refused, RetryAfter: time.Second, Err: errors.New("429")},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newDesk(t)
			s.card("#contoso", "open")
			calls := 0
			s.answer = func(call) error {
				switch calls++; calls {
				case 1:
					return errLost
				case 2:
					return refusal
				}
				return nil
			}
			s.deliver()
			s.later(20 * time.Second) // found, and its edit is refused
			s.later(time.Minute)
			s.want("#contoso> open (edited)")
		})
	}
}

func TestACardWhoseMessageWasRemovedIsPostedAnew(t *testing.T) {
	t.Parallel()
	s := newDesk(t)
	s.card("#contoso", "open")
	s.deliver()
	s.posted[0].removed = true // by somebody, on the platform
	s.card("#contoso", "closed")
	s.later(time.Minute)
	s.want("#contoso> open", "#contoso> closed")
	s.card("#contoso", "reopened")
	s.later(time.Minute)
	s.want("#contoso> open", "#contoso> reopened (edited)")
}

func TestAPauseIsKeptByAll(t *testing.T) {
	t.Parallel()
	s := newDesk(t)
	s.rings("#contoso", "first", "second")
	s.rings("#engineers", "elsewhere")
	slow := true
	s.answer = func(c call) error {
		if c.to == "#contoso" && slow {
			slow = false
			return &bot.SendError{Outcome: bot.Refused, RetryAfter: 30 * time.Second, Err: errors.New("429")}
		}
		return nil
	}
	var log bytes.Buffer
	b := s.replica()
	b.Log = slog.New(slog.NewTextHandler(&log, nil))
	if _, err := b.Deliver(t.Context()); err != nil || log.Len() > 0 {
		t.Errorf("a short pause is nothing for an operator, and it logged %q, %v", &log, err)
	}
	s.want("#engineers> elsewhere")
	s.later(29 * time.Second)
	s.want("#engineers> elsewhere")
	next, err := s.db.NextDue(context.Background())
	s.must(err)
	if want := time.Date(2026, 3, 2, 9, 0, 30, 0, time.UTC); !next.Equal(want) {
		t.Errorf("the next thing is due %v, want the end of the pause, %v", next, want)
	}
	s.later(time.Second)
	s.want("#engineers> elsewhere", "#contoso> first", "#contoso> second")
}

// A pause that has other reasons than how much was sent, such as a token that was taken away, is for an operator.
func TestALongPauseIsLogged(t *testing.T) {
	t.Parallel()
	s := newDesk(t)
	s.rings("#contoso", "page")
	s.answer = func(call) error {
		return &bot.SendError{Outcome: bot.Refused, RetryAfter: time.Minute, Err: errors.New("token_revoked")}
	}
	var log bytes.Buffer
	b := s.replica()
	b.Log = slog.New(slog.NewTextHandler(&log, nil))
	if _, err := b.Deliver(t.Context()); err != nil || !strings.Contains(log.String(), "level=WARN") || !strings.Contains(log.String(), "token_revoked") {
		t.Errorf("logged %q, %v", &log, err)
	}
}

func TestARefusalIsTriedAgainLaterAndLater(t *testing.T) {
	t.Parallel()
	s := newDesk(t)
	s.rings("#contoso", "page")
	tried := 0
	s.answer = func(c call) error {
		if c.to == "#contoso" {
			tried++
			return &bot.SendError{Outcome: bot.Refused, Err: errors.New("dial refused")}
		}
		return nil
	}
	s.deliver()
	// The waits are 1 s, 2 s, 4 s and so on, so the tries are at 0, 1, 3, 7 s.
	for second, want := range []int{1, 2, 2, 3, 3, 3, 3, 4} {
		if second > 0 {
			s.later(time.Second)
		}
		if tried != want {
			t.Errorf("tried %d times after %d s, want %d", tried, second, want)
		}
	}
	// 23 h of it make nothing undeliverable; nobody waits longer than 5 min for a try.
	for range 23 * 12 {
		before := tried
		s.later(5 * time.Minute)
		if tried == before {
			t.Fatalf("not tried for 5 min, %v after the first time", s.now.Sub(time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)))
		}
	}
	s.want()
	s.later(time.Hour)
	s.deliver()
	s.want("#managers> #contoso could not be reached with this: page")
}

func TestAnUndeliverableEscalationIsEscalated(t *testing.T) {
	t.Parallel()
	s := newDesk(t)
	gone := map[string]bool{"erin": true}
	s.answer = func(c call) error {
		if gone[c.to] {
			return &bot.SendError{Outcome: bot.Gone, Err: errors.New("user deactivated")}
		}
		return nil
	}
	s.rings("erin", "page")
	reminder := s.ring("erin", "reminder")
	reminder.Escalation = false
	s.keep(bot.Kept{Rings: []bot.Ring{reminder}})
	s.deliver()
	s.deliver()
	s.want("#managers> Erin Engineer could not be reached with this: page")

	gone["#managers"] = true
	s.rings("erin", "page again")
	for range 5 {
		s.later(time.Minute)
	}
	s.want("#managers> Erin Engineer could not be reached with this: page",
		"#engineers> Erin Engineer, #managers could not be reached with this: page again")

	gone["#engineers"] = true
	s.rings("erin", "nobody is left")
	for range 10 {
		s.later(time.Minute)
	}
	if len(s.posted) != 2 {
		t.Errorf("%d messages, want 2: the line has an end", len(s.posted))
	}
}

func TestATakeoverLooksBeforeItRepeats(t *testing.T) {
	t.Parallel()
	for step, arrived := range map[string]bool{
		"out: claimed": false, "out: marked": false, "out: before sending": false, "out: after sending": true, "out: settled": true,
	} {
		t.Run(step, func(t *testing.T) {
			t.Parallel()
			s := newDesk(t)
			s.rings("#contoso", "page")
			s.crashAt(step)
			before := len(s.posted)
			if arrived != (before == 1) {
				t.Fatalf("%d messages before the crash, want one: %v", before, arrived)
			}
			s.later(89 * time.Second)
			if len(s.posted) != before {
				t.Error("sent while the lease of the dead holder lasted")
			}
			s.later(time.Second)
			s.later(time.Hour)
			s.want("#contoso> page")
		})
	}
}

// A process that stood still between marking and sending has lost the
// destination by the time it goes on; its message is then another's affair.
func TestASenderThatStoodStillDoesNotSend(t *testing.T) {
	t.Parallel()
	for _, step := range []string{"out: marked", "out: before sending", "out: after sending", "out: settled"} {
		t.Run(step, func(t *testing.T) {
			t.Parallel()
			s := newDesk(t)
			s.rings("#contoso", "page")
			b := s.replica()
			stood := false
			b.Step = func(name string) {
				if name == step && !stood {
					stood = true
					s.later(91 * time.Second) // the lease is over, and another process delivers
				}
			}
			_, err := b.Deliver(context.Background())
			s.must(err)
			s.later(time.Hour)
			s.want("#contoso> page")
		})
	}
}

func TestACrashWhileEscalatingTellsOnce(t *testing.T) {
	t.Parallel()
	s := newDesk(t)
	s.answer = func(c call) error {
		if c.to == "erin" {
			return &bot.SendError{Outcome: bot.Gone, Err: errors.New("user deactivated")}
		}
		return nil
	}
	s.rings("erin", "page")
	s.crashAt("out: undelivered escalated")
	s.later(2 * time.Minute)
	s.later(2 * time.Minute)
	s.want("#managers> Erin Engineer could not be reached with this: page")
}

func TestManyRingsForOnePersonAreOneMessage(t *testing.T) {
	t.Parallel()
	s := newDesk(t)
	s.rings("erin", "1", "2", "3", "4", "5")
	s.rings("#engineers", "1", "2", "3", "4", "5", "6")
	s.deliver()
	if len(s.posted) != 11 {
		t.Errorf("%d messages for five rings of a person and six of a channel, want 11", len(s.posted))
	}
	s.posted, s.byID = nil, map[string]int{}
	s.rings("erin", "a", "b", "c", "d", "e", "f")
	s.answer = once(errLost)
	s.later(time.Minute)
	s.later(time.Minute)
	s.want("erin> 6 messages have been waiting for you:\n• a\n• b\n• c\n• d\n• e\n• f")
	if s.looks != 1 {
		t.Errorf("%d looks for one message that carries six, want 1", s.looks)
	}
}

func TestWhereNobodyCanLook(t *testing.T) {
	t.Parallel()
	s := newDesk(t)
	s.blind = true
	r := s.rings("#contoso", "page")[0]
	s.answer = once(errLost)
	s.deliver()
	s.later(time.Minute)
	mark := strings.ToUpper(r.ID[len(r.ID)-4:])
	s.want("#contoso> page", "#contoso> (repeat "+mark+") page")

	reminder := s.ring("#contoso", "reminder")
	reminder.Escalation = false
	s.answer = once(&bot.SendError{Outcome: bot.NotKnown, Err: errors.New("502")})
	s.keep(bot.Kept{Rings: []bot.Ring{reminder}})
	s.deliver()
	s.later(time.Minute)
	s.later(time.Hour)
	s.want("#contoso> page", "#contoso> (repeat "+mark+") page")
}

// A repetition that is refused may still be the second that somebody reads: the next one is marked as well.
func TestARefusedRepetitionStaysMarked(t *testing.T) {
	t.Parallel()
	for _, refused := range []error{
		&bot.SendError{Outcome: bot.Refused, Err: errors.New("412")},
		&bot.SendError{Outcome: bot.Refused, RetryAfter: 3 * time.Second, Err: errors.New("429")},
	} {
		s := newDesk(t)
		s.blind = true
		r := s.rings("#contoso", "page")[0]
		s.answer = once(errLost)
		s.deliver()
		s.answer = once(refused)
		s.later(time.Minute)
		s.want("#contoso> page") // the repetition was refused
		s.later(time.Minute)
		s.want("#contoso> page", "#contoso> (repeat "+strings.ToUpper(r.ID[len(r.ID)-4:])+") page")
	}
}

// What could not be shown because the bot was not there is shown when it comes.
func TestACardComesWhenTheBotDoes(t *testing.T) {
	t.Parallel()
	s := newDesk(t)
	s.card("#contoso", "INC-1 open")
	s.answer = func(call) error { return &bot.SendError{Outcome: bot.Gone, Err: errors.New("no way there")} }
	s.deliver()
	s.answer = nil
	s.later(time.Hour)
	s.want()
	if _, err := s.replica().Handle(context.Background(), bot.Event{
		Key: "joined", Platform: "console", Person: "ana", Place: "#contoso", Kind: bot.Joined, At: s.now,
	}); err != nil {
		t.Fatal(err)
	}
	s.deliver()
	if told := s.told(); !slices.Contains(told, "#contoso> INC-1 open") {
		t.Errorf("told %q", told)
	}
}

// A platform gets the pause that it asks for.
func TestAGivenPauseIsKept(t *testing.T) {
	t.Parallel()
	s := newDesk(t)
	s.rings("#contoso", "page")
	s.answer = once(&bot.SendError{Outcome: bot.Refused, RetryAfter: 10 * time.Minute, Err: errors.New("429")})
	s.deliver()
	s.later(9 * time.Minute)
	s.want()
	s.later(2 * time.Minute)
	s.want("#contoso> page")
}

func TestAWithdrawnRingIsNotSent(t *testing.T) {
	t.Parallel()
	s := newDesk(t)
	s.rings("#contoso", "page")
	s.keep(bot.Kept{Withdraw: []domain.NoticeKind{domain.WorkBeginsDue}})
	s.deliver()
	s.want()
	// What may have arrived isn't repeated once its reason has gone.
	s.rings("#contoso", "page 2")
	s.answer = once(&bot.SendError{Outcome: bot.NotKnown, Err: errors.New("timeout")})
	s.deliver()
	s.keep(bot.Kept{Withdraw: []domain.NoticeKind{domain.WorkBeginsDue}})
	s.later(time.Hour)
	s.want()
}
