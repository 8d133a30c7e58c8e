package bot_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"example.com/firstcall/bot"
	"example.com/firstcall/bot/talk"
	"example.com/firstcall/bot/words"
	"example.com/firstcall/cmd/firstcall/demo"
	"example.com/firstcall/domain"
	"example.com/firstcall/domain/terms"
	"example.com/firstcall/storage"
	"example.com/firstcall/storage/localpg"
)

// shaky is a store whose transactions can be made to fail: before they begin,
// at the first read, or when everything but the commit is done.
type shaky struct {
	bot.Store
	fail string
}

var errGone = errors.New("the database is gone")

func (s *shaky) InTx(ctx context.Context, f func(bot.Tx) error) error {
	if s.fail == "begin" {
		return fmt.Errorf("begin: %w: %w", bot.ErrUnreachable, errGone)
	}
	return s.Store.InTx(ctx, func(tx bot.Tx) error {
		if err := f(&shakyTx{Tx: tx, fail: s.fail}); err != nil {
			return err
		}
		if s.fail == "commit" {
			return errGone
		}
		return nil
	})
}

type shakyTx struct {
	bot.Tx
	fail string
}

func (t *shakyTx) Keep(ctx context.Context, tenant domain.TenantID, kept []bot.Kept) error {
	switch t.fail {
	case "keep":
		return errGone
	case "lost":
		return fmt.Errorf("%w: %w", bot.ErrUnreachable, errGone)
	}
	return t.Tx.Keep(ctx, tenant, kept)
}

// frontDoor is a bot on the demo's database that a test talks to without a terminal.
type frontDoor struct {
	*bot.Bot
	t     *testing.T
	store *shaky
	clock *talk.Clock
	logs  bytes.Buffer
}

func newFrontDoor(t *testing.T) *frontDoor {
	t.Helper()
	server, err := localpg.ForTests()
	if err != nil {
		t.Fatal(err)
	}
	if err := server.Template("talks_", func(super string) error { return fill(super, "") }); err != nil {
		t.Fatal(err)
	}
	store, err := storage.Open(t.Context(), server.Clone(t, "talks_").URL(storage.App), storage.Options{Connections: 2})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.Close() })
	d := &frontDoor{t: t, store: &shaky{Store: store}, clock: talk.NewClock(demo.StartsAt)}
	var ids atomic.Int64
	d.Bot = &bot.Bot{
		Store: d.store, Chats: map[string]bot.Chat{}, Now: d.clock.Now, Rand: func() float64 { return 0.5 }, Terms: terms.Current(),
		NewID: func() string { return fmt.Sprintf("01960000-0000-7000-8000-%012x", ids.Add(1)) },
		Log:   slog.New(slog.NewTextHandler(&d.logs, &slog.HandlerOptions{Level: slog.LevelError})),
	}
	return d
}

func (d *frontDoor) text(r bot.Reply) string {
	return r.Text.Render(wordsReader(r), d.clock.Now())
}

// report brings a report of ana's to its summary and returns the form.
func (d *frontDoor) report(person, place string) *bot.Form {
	d.t.Helper()
	r := d.must(bot.Event{Kind: bot.Said, Person: person, Place: place, Text: "/incident Azure DNS is down in production since 9:30, sev C"})
	for _, v := range []map[string]string{{"subscription": "-"}, {"impact": "One page is affected."}} {
		r = d.must(bot.Event{Kind: bot.Submitted, Person: person, Place: place, Form: r.Form.Key, Values: v, Partial: true})
	}
	if r.Form == nil || r.Form.Asking != "" {
		d.t.Fatalf("the report is not complete: %+v", r.Form)
	}
	return r.Form
}

func (d *frontDoor) must(e bot.Event) bot.Reply {
	d.t.Helper()
	e.Platform, e.Workspace, e.At = "console", "terminal", d.clock.Now()
	r, err := d.Handle(d.t.Context(), e)
	if err != nil {
		d.t.Fatal(err)
	}
	return r
}

func whole(f *bot.Form) map[string]string {
	v := map[string]string{}
	for _, field := range f.Fields {
		if field.Value != "" {
			v[field.Key] = field.Value
		}
	}
	return v
}

// A database that fails, wherever it does: the person gets a sentence with an
// id in the language that is known by then, the operator one line with the same
// id, nothing is half kept, and the same press opens one incident later.
func TestADatabaseThatIsDown(t *testing.T) {
	for _, c := range []struct{ fail, lang, says string }{
		{"begin", "en", "I can't reach my database right now; nothing was recorded."},
		{"begin", "en", "我现在无法连接数据库，什么都没有记录。"}, // nobody can tell yet who it is
		{"begin", "en", "データベースに接続できません。何も記録されていません。"},
		{"lost", "ja", "データベースに接続できません。何も記録されていません。"},
		{"keep", "ja", "問題が発生しました"},
		{"commit", "ja", "問題が発生しました"},
	} {
		t.Run(c.fail, func(t *testing.T) {
			t.Parallel()
			d := newFrontDoor(t)
			form := d.report("yuki", "#sakura")
			press := bot.Event{
				Key: "press-1", Platform: "console", Workspace: "terminal", Kind: bot.Submitted, Person: "yuki", Place: "#sakura",
				Form: form.Key, Values: whole(form),
			}
			d.store.fail = c.fail
			r, err := d.Handle(t.Context(), press)
			if !errors.Is(err, errGone) {
				t.Errorf("the fault came back as %v", err)
			}
			said := d.text(r)
			if c.fail == "lost" && strings.Contains(said, "database") {
				t.Errorf("the person is told it in other languages, too: %q", said)
			}
			if r.Lang != c.lang || !strings.Contains(said, c.says) || r.Close {
				t.Errorf("the person is told %q in %s", said, r.Lang)
			}
			logged := strings.Split(strings.TrimSpace(d.logs.String()), "\n")
			if len(logged) != 1 || !strings.Contains(logged[0], errGone.Error()) {
				t.Errorf("logged %q", logged)
			}
			id := said[strings.Index(said, "01960000"):][:36]
			if !strings.Contains(logged[0], "id="+id) {
				t.Errorf("the id to quote is %s, the log says %s", id, logged[0])
			}

			d.store.fail = ""
			if r := d.must(bot.Event{Kind: bot.Said, Person: "yuki", Place: "#sakura", Text: "/incident list"}); strings.Contains(d.text(r), "SAK-1") {
				t.Errorf("something was half kept: %s", d.text(r))
			}
			if r := d.must(press); !strings.Contains(d.text(r), "SAK-1") || !r.Close {
				t.Errorf("the retry says %q", d.text(r))
			}
			if list := d.text(d.must(bot.Event{Kind: bot.Said, Person: "yuki", Place: "#sakura", Text: "/incident list"})); !strings.Contains(list, "SAK-1") || strings.Contains(list, "SAK-2") {
				t.Errorf("after the retry there is %q", list)
			}
		})
	}
}

// [Open the incident] pressed twice opens one, whether the platform delivers
// the same press again or the person's finger does.
func TestOpenPressedTwice(t *testing.T) {
	d := newFrontDoor(t)
	form := d.report("ana", "#contoso")
	press := bot.Event{Key: "press-1", Kind: bot.Submitted, Person: "ana", Place: "#contoso", Form: form.Key, Values: whole(form)}
	if r := d.must(press); !strings.Contains(d.text(r), "INC-1 is open") || !r.Close {
		t.Fatalf("the first press says %q", d.text(r))
	}
	if r := d.must(press); r.Text != "" || r.Form != nil {
		t.Errorf("the same delivery again says %q", d.text(r))
	}
	press.Key = "press-2"
	if r := d.must(press); d.text(r) != "That report was opened already: it is INC-1." || !r.Close {
		t.Errorf("the second press says %q", d.text(r))
	}
	// The next report is a new one.
	if r := d.must(bot.Event{Kind: bot.Said, Person: "ana", Place: "#contoso", Text: "/incident"}); r.Text != "" || r.Form == nil || r.Form.Asking != "kind" {
		t.Errorf("the next report begins with %q, %+v", d.text(r), r.Form)
	}
	if list := d.text(d.must(bot.Event{Kind: bot.Said, Person: "ana", Place: "#contoso", Text: "/incident list"})); strings.Contains(list, "INC-2") {
		t.Errorf("there are two incidents: %s", list)
	}
}

// A whole form at once, as a platform with dialogs sends it: what may be left
// out may be missing, what is missing is named, and a form from another person
// or place reaches nobody's draft. It is opened once its summary was shown.
func TestAWholeFormAtOnce(t *testing.T) {
	d := newFrontDoor(t)
	form := d.must(bot.Event{Kind: bot.Said, Person: "ana", Place: "#contoso", Text: "/incident"}).Form
	values := map[string]string{
		"kind": "break-fix", "product": "azure/dns", "environment": "production", "subscription": "-",
		"happened": "Names are not found", "severity": "C", "phone": "+49 30 23125 101",
	}
	submit := bot.Event{Kind: bot.Submitted, Person: "ana", Form: form.Key, Values: values} // a dialog has no place
	r := d.must(submit)
	if r.Form == nil || r.Form.Asking != "impact" {
		t.Fatalf("without the impact it says %q, %+v", d.text(r), r.Form)
	}
	for _, f := range r.Form.Fields {
		if (f.Error != "") != (f.Key == "impact") {
			t.Errorf("the field %s has the error %q", f.Key, f.Error)
		}
	}
	stranger := submit
	stranger.Person = "yuki"
	if r := d.must(stranger); r.Form != nil || !strings.Contains(d.text(r), "下書き") {
		t.Errorf("another person's press says %q, %+v", d.text(r), r.Form)
	}
	values["impact"] = "One page is affected."
	if r := d.must(submit); r.Form == nil || r.Form.Asking != "" || !strings.Contains(r.Form.Intro.Render(wordsReader(r), d.clock.Now()), "These times are targets") {
		t.Errorf("what it gets and owes isn't read first: %q, %+v", d.text(r), r.Form)
	}
	if r := d.must(submit); !strings.Contains(d.text(r), "INC-1 is open") {
		t.Errorf("the whole form says %q, %+v", d.text(r), r.Form)
	}
}

// 100 KB of text: the person is told that it is cut where it is shown, and the
// incident keeps all of it.
func TestALongText(t *testing.T) {
	d := newFrontDoor(t)
	long := "Names are not found\n" + strings.Repeat("ログ0123456789", 7000) + "the end"
	r := d.must(bot.Event{Kind: bot.Said, Person: "ana", Place: "#contoso", Text: "/incident " + long})
	if !strings.Contains(d.text(r), "the whole text is kept") {
		t.Errorf("the person is told %q", d.text(r))
	}
	for _, v := range []map[string]string{
		{"kind": "break-fix"},
		{"product": "azure/dns"},
		{"environment": "production"},
		{"subscription": "-"},
		{"since": "-"},
		{"impact": long},
		{"severity": "C"},
	} {
		r = d.must(bot.Event{Kind: bot.Submitted, Person: "ana", Place: "#contoso", Form: r.Form.Key, Values: v, Partial: true})
	}
	for _, f := range r.Form.Fields {
		if len(f.Value) > 20_000 {
			t.Errorf("the form gives back %d bytes of %s", len(f.Value), f.Key)
		}
	}
	if intro := r.Form.Intro.Render(wordsReader(r), d.clock.Now()); len(intro) > 5000 {
		t.Errorf("the summary has %d bytes", len(intro))
	}
	// What a dialog sends back is what it was shown, cut; that changes nothing.
	if r = d.must(bot.Event{Kind: bot.Submitted, Person: "ana", Place: "#contoso", Form: r.Form.Key, Values: whole(r.Form)}); !r.Close {
		t.Fatalf("it is not opened: %q", d.text(r))
	}
	err := d.store.InTx(t.Context(), func(tx bot.Tx) error {
		who, err := tx.TenantByPrefix(t.Context(), "INC")
		if err != nil {
			return err
		}
		if err := tx.Enter(t.Context(), who.ID); err != nil {
			return err
		}
		inc, err := tx.Incident(t.Context(), who.ID, 1)
		if err != nil {
			return err
		}
		if inc.Report.Happened != long || inc.Report.Impact != long || inc.Report.Title != "Names are not found" {
			t.Errorf("kept are %d and %d bytes of %d, titled %q", len(inc.Report.Happened), len(inc.Report.Impact), len(long), inc.Report.Title)
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

// Two people report at the same place at once; each has a draft of their own.
func TestDraftsOfTwoPeople(t *testing.T) {
	d := newFrontDoor(t)
	ana, ben := d.report("ana", "#contoso"), d.report("ben", "#contoso")
	for n, press := range []bot.Event{{Person: "ben", Form: ben.Key, Values: whole(ben)}, {Person: "ana", Form: ana.Key, Values: whole(ana)}} {
		press.Kind, press.Place = bot.Submitted, "#contoso"
		if r := d.must(press); !strings.Contains(d.text(r), fmt.Sprintf("INC-%d is open", n+1)) {
			t.Errorf("%s is told %q", press.Person, d.text(r))
		}
	}
}

// A summary that lay around past its 24 hours opens nothing.
func TestAnOldSummary(t *testing.T) {
	d := newFrontDoor(t)
	form := d.report("ana", "#contoso")
	d.clock.Set(d.clock.Now().Add(24 * time.Hour))
	r := d.must(bot.Event{Kind: bot.Submitted, Person: "ana", Place: "#contoso", Form: form.Key, Values: whole(form)})
	if !strings.Contains(d.text(r), "no longer there") || !r.Close {
		t.Errorf("it says %q", d.text(r))
	}
}

func wordsReader(r bot.Reply) words.Reader { return words.Reader{Lang: r.Lang, Zone: r.Zone} }

// What is refused is said once, by however many ways it comes: a mention arrives
// as two events of one key.
func TestARefusalIsSaidOnce(t *testing.T) {
	d := newFrontDoor(t)
	e := bot.Event{Key: "message:C1:1", Kind: bot.Said, Person: "ben", Place: "#contoso", Text: "@firstcall ack INC-7"}
	if r := d.must(e); !strings.Contains(d.text(r), "INC-7") {
		t.Errorf("it says %q", d.text(r))
	}
	if r := d.must(e); d.text(r) != "" {
		t.Errorf("the second time it says %q", d.text(r))
	}
	e.Key = "message:C1:2"
	if r := d.must(e); !strings.Contains(d.text(r), "INC-7") {
		t.Errorf("said again, it says %q", d.text(r))
	}
}

// "cancel" where a report was begun gives up the report, as its answer to further words says, and only there.
func TestCancelGivesUpTheDraft(t *testing.T) {
	d := newFrontDoor(t)
	said := func(place, text string) string {
		return d.text(d.must(bot.Event{Kind: bot.Said, Person: "ana", Place: place, Text: text}))
	}
	said("", "the shop is slow")
	if got := said("#contoso", "/incident cancel"); got == "Cancelled. Nothing was opened." {
		t.Errorf("in another place it says %q", got)
	}
	if got := said("", "cancel"); got != "Cancelled. Nothing was opened." {
		t.Errorf("it says %q", got)
	}
	if got := said("", "cancel"); got == "Cancelled. Nothing was opened." {
		t.Errorf("a second time it says %q", got)
	}
}

// A report made of a message begins with its words, not with the command by
// which the platform says so.
func TestAReportOfAMessage(t *testing.T) {
	d := newFrontDoor(t)
	r := d.must(bot.Event{
		Kind: bot.Said, Person: "ana", Place: "#contoso", Text: "close to down: DNS fails", Report: true, Link: "https://chat.example/archives/C1/p1",
	})
	if r.Form == nil || whole(r.Form)["happened"] != "close to down: DNS fails" {
		t.Errorf("it begins with %+v", r.Form)
	}
}
