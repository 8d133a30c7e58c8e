package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"log/slog"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"example.com/firstcall/bot"
	"example.com/firstcall/storage"
	"example.com/firstcall/storage/localpg"
)

var update = flag.Bool("update", false, "rewrite the bot's lines of the demo's script; read the diff before you commit it")

// TestMain lets the test binary be the program itself, so that whole runs need
// no build of their own.
func TestMain(m *testing.M) {
	if os.Getenv("FIRSTCALL_TEST_BE_THE_PROGRAM") != "" {
		main()
		return
	}
	for name, be := range others {
		if orders := os.Getenv(name); orders != "" {
			os.Exit(be(orders))
		}
	}
	status := m.Run()
	if testServer.used.Load() {
		if server, err := localpg.ForTests(); err == nil {
			server.Close()
		}
	}
	os.Exit(status)
}

// testServer says whether the Postgres that tests share was started.
var testServer struct{ used atomic.Bool }

// newDatabase is a database with the schema and nothing in it.
func newDatabase(t *testing.T) localpg.Database {
	t.Helper()
	server, err := localpg.ForTests()
	if err != nil {
		t.Fatal(err)
	}
	testServer.used.Store(true)
	if err := server.Template("schema", prepareTemplate); err != nil {
		t.Fatal(err)
	}
	return server.Clone(t, "schema")
}

// others are what else the test binary can be, by the variable that makes it so.
var others = map[string]func(orders string) int{}

// result is how a run of the program ended.
type result struct {
	status   int
	out, err string
}

// firstcall runs the program with a home folder of its own.
func firstcall(t *testing.T, in string, env []string, args ...string) result {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0], args...)
	cmd.Env = append(slices.DeleteFunc(os.Environ(), func(v string) bool {
		return strings.HasPrefix(v, "DATABASE_URL=") || strings.HasPrefix(v, "GOCOVERDIR=")
	}), "FIRSTCALL_TEST_BE_THE_PROGRAM=1")
	cmd.Env = append(cmd.Env, env...)
	cmd.Stdin = strings.NewReader(in)
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return result{cmd.ProcessState.ExitCode(), out.String(), errs.String()}
}

// ownState keeps the demo of a test apart from the user's.
func ownState(t *testing.T) []string { return []string{"FIRSTCALL_STATE=" + localpg.TempDir(t)} }

func TestTheDemoPlaysItsScript(t *testing.T) {
	const path = "demo/first-incident.talk"
	script, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	state := ownState(t)
	// A database that DATABASE_URL names is never touched by the demo.
	env := append(state, "DATABASE_URL=postgres://nobody@127.0.0.1:1/none?sslmode=disable")
	r := firstcall(t, string(script), env, "demo", "--at", "2026-03-02T09:00:00Z")
	if r.status != fine || r.err != "" {
		t.Fatalf("status %d: %s\n%s", r.status, r.err, r.out)
	}
	if strings.Contains(r.out, "\x1b") {
		t.Error("colour, though nobody looks")
	}
	if *update {
		if err := os.WriteFile(path, []byte(r.out), 0o644); err != nil {
			t.Fatal(err)
		}
	} else if diff := cmp.Diff(string(script), r.out); diff != "" {
		t.Errorf("the demo goes differently; if it should, run go test ./cmd/firstcall -update (- script, + now):\n%s", diff)
	}

	// It keeps nothing: the next one begins with INC-1 again.
	again := firstcall(t, "ana in #contoso> /incident list\n", state, "demo")
	if again.status != fine || strings.Contains(again.out, "INC-1") {
		t.Errorf("the second demo: status %d %s\n%s", again.status, again.err, again.out)
	}
	if wrong := firstcall(t, "ana in #contoso> /incident\nana hello\n", state, "demo"); wrong.status != failed ||
		!strings.Contains(wrong.err, `line 2: "ana hello"`) || !strings.Contains(wrong.err, "wait <duration>") || !strings.Contains(wrong.out, "bot to ana>") {
		t.Errorf("a line that is not understood: status %d %s\n%s", wrong.status, wrong.err, wrong.out)
	}
}

// write puts files into a folder of the test and returns their names.
func write(t *testing.T, files map[string]string) map[string]string {
	t.Helper()
	dir, paths := t.TempDir(), map[string]string{}
	for name, text := range files {
		paths[name] = filepath.Join(dir, name)
		if err := os.WriteFile(paths[name], []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return paths
}

// prepareTemplate makes the schema in a database, as its owner.
func prepareTemplate(super string) error {
	u, err := url.Parse(super)
	if err != nil {
		return err
	}
	if err := storage.Prepare(context.Background(), super, strings.TrimPrefix(u.Path, "/")); err != nil {
		return err
	}
	q := u.Query()
	q.Set("options", "-c role="+storage.Owner)
	u.RawQuery = q.Encode()
	return storage.Migrate(context.Background(), u.String())
}

func TestImport(t *testing.T) {
	db := newDatabase(t)
	env := []string{"DATABASE_URL=" + db.URL(storage.App)}

	r := firstcall(t, "", env, "import", "demo/provider.yaml", "demo/contoso.yaml")
	if r.status != fine {
		t.Fatalf("status %d: %s", r.status, r.err)
	}
	for _, want := range []string{"added    tenant Contoso\n", "added    person ana of Contoso\n", "added    place #contoso of Contoso\n", "added    agreement Contoso support 2026 of Contoso\n"} {
		if !strings.Contains(r.out, want) {
			t.Errorf("it does not say %q:\n%s", want, r.out)
		}
	}
	r = firstcall(t, "", env, "import", "demo/provider.yaml", "demo/contoso.yaml")
	if r.status != fine || !strings.HasPrefix(r.out, "Nothing has changed: tenants 2, people 11") {
		t.Errorf("the same again: status %d %s%s", r.status, r.out, r.err)
	}

	contoso, err := os.ReadFile("demo/contoso.yaml")
	if err != nil {
		t.Fatal(err)
	}
	files := write(t, map[string]string{
		"phone.yaml": strings.Replace(string(contoso), "+49 30 23125 101", "+49 30 23125 109", 1),
		"bad.yaml":   strings.NewReplacer("Europe/Berlin", "Europe/Berlyn", "plan: unified", "plan: unifid").Replace(string(contoso)),
	})
	r = firstcall(t, "", env, "import", "demo/provider.yaml", files["phone.yaml"])
	if r.status != fine || r.out != "changed  person ana of Contoso\n" {
		t.Errorf("a new phone number: status %d %s%s", r.status, r.out, r.err)
	}

	r = firstcall(t, "", env, "import", "demo/provider.yaml", files["bad.yaml"], "demo/lantern.yaml")
	if r.status != failed || !strings.Contains(r.err, "bad.yaml:6: customers[1].zone: \"Europe/Berlyn\" is not a time zone") ||
		!strings.Contains(r.err, "\"unifid\" is no plan") || !strings.Contains(r.err, "2 mistakes, so nothing was imported") {
		t.Errorf("bad files: status %d %s", r.status, r.err)
	}
	if r = firstcall(t, "", env, "import", "--check", "demo/provider.yaml", "demo/lantern.yaml"); r.status != fine || !strings.HasPrefix(r.out, "No mistakes: tenants 2") {
		t.Errorf("checked: status %d %s%s", r.status, r.out, r.err)
	}
	// Neither the bad files nor the checked ones left anything.
	r = firstcall(t, "", env, "import", "demo/provider.yaml", "demo/lantern.yaml")
	if !strings.Contains(r.out, "added    tenant Lantern Live\n") || strings.Contains(r.out, "Contoso") {
		t.Errorf("Lantern Live, at last: status %d %s%s", r.status, r.out, r.err)
	}
	if r = firstcall(t, "", env, "import", "no-such-file.yaml"); r.status != failed || !strings.Contains(r.err, "no-such-file.yaml") {
		t.Errorf("a file that is not there: status %d %s", r.status, r.err)
	}
}

func TestHelpAndMisuse(t *testing.T) {
	for _, args := range [][]string{{}, {"--help"}, {"demo", "--help"}, {"serve", "--help"}, {"doctor", "--help"}, {"slack-manifest", "--help"}, {"import", "--help"}, {"explain", "--help"}, {"migrate", "--help"}} {
		r := firstcall(t, "", nil, args...)
		if r.status != fine || r.err != "" || !strings.Contains(r.out, "Usage: firstcall") {
			t.Errorf("firstcall %v: status %d %s\n%s", args, r.status, r.err, r.out)
		}
		for n, line := range strings.Split(r.out, "\n") {
			if len(line) > 100 && !strings.HasPrefix(line, "Usage: ") {
				t.Errorf("firstcall %v: line %d is %d wide: %s", args, n+1, len(line), line)
			}
		}
	}
	r := firstcall(t, "", nil, "--help")
	for _, command := range []string{"demo", "serve", "doctor", "slack-manifest", "import", "explain", "migrate", "version"} {
		if !strings.Contains(r.out, "\n  "+command) {
			t.Errorf("--help does not name %s", command)
		}
	}
	if r := firstcall(t, "", nil, "version"); r.status != fine || !strings.HasPrefix(r.out, "firstcall ") {
		t.Errorf("version: %d %s", r.status, r.out)
	}
	good := []string{"--plans=unified", "--severity=A", "--product=entra", "--opened=2025-12-20T03:00:00+08:00", "--zone=Asia/Shanghai"}
	for flag, want := range map[string]string{
		"--plans=unified,gold":        `--plans "gold" is no plan; there are unified, uer, arr`,
		"--plans=,":                   "--plans names no plan",
		"--severity=D":                `--severity "D" is none of 1, A, B, C`,
		"--product=azure/sql-databas": `--product "azure/sql-databas" is unknown; the nearest are azure/sql-database`,
		"--product=zzzzzzzzzzzz":      `--product "zzzzzzzzzzzz" is unknown, and no known code is like it`,
		"--opened=yesterday":          `--opened "yesterday" is not an instant like 2025-12-20T03:00:00+08:00`,
		"--zone=Shanghai":             `--zone "Shanghai" is not a time zone like Asia/Shanghai`,
		"--country=China":             `--country "China" is not a code of two letters; with holidays: CN, DE`,
		"--via=fax":                   `--via "fax" is none of portal, phone, web, chat`,
		"--executed=2025-13-01":       `--executed "2025-13-01" is not a day written YYYY-MM-DD`,
		"--intake-done=soon":          `--intake-done "soon" is not a day`,
		"--holidays=2025-12-25,x":     `--holidays "x" is not a day`,
		"--lang=fr":                   `--lang "fr" is none of en, zh-Hans, ja`,
		"--colour":                    "unknown flag --colour",
	} {
		r := firstcall(t, "", nil, append(append([]string{"explain"}, good...), flag)...)
		if r.status != misuse || !strings.Contains(r.err, want) || r.out != "" {
			t.Errorf("%s: status %d, want …%s…\n%s%s", flag, r.status, want, r.err, r.out)
		}
	}
	if r := firstcall(t, "", nil, "explain", "--plans=unified"); r.status != misuse || !strings.Contains(r.err, "--severity") {
		t.Errorf("flags are missing: status %d %s", r.status, r.err)
	}
	if r := firstcall(t, "", nil, "demmo"); r.status != misuse || !strings.Contains(r.err, "demo") {
		t.Errorf("an unknown command: status %d %s", r.status, r.err)
	}
	if r := firstcall(t, "", nil, "demo", "--at", "now"); r.status != misuse {
		t.Errorf("a wrong time: status %d %s", r.status, r.err)
	}
}

func TestTheJobsRing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, stop := context.WithCancel(t.Context())
		defer stop()
		var logged bytes.Buffer
		b, store := &bell{}, &sweeper{}
		c := jobs(ctx, b, store, time.Second, time.Now, slog.New(slog.NewTextHandler(&logged, nil)))
		c.Start()
		time.Sleep(59*time.Second + time.Second/2)
		if n := b.woken.Load(); n < 58 || n > 60 {
			t.Errorf("in a minute it woke %d times", n)
		}
		// The job that panicked once rings again, and the slow one never rings twice at once.
		if n := b.delivered.Load(); n < 15 || n > 25 {
			t.Errorf("a delivery that takes 3 s ran %d times in a minute", n)
		}
		if b.together.Load() {
			t.Error("two deliveries ran at once")
		}
		time.Sleep(time.Minute)
		if store.swept.Load() < 1 {
			t.Error("nothing was swept in two minutes")
		}
		<-c.Stop().Done()
		if !strings.Contains(logged.String(), "panicked") {
			t.Errorf("the panic was not logged: %s", logged.String())
		}
	})
}

// bell counts its rings; the first wake panics, and deliveries are slow.
type bell struct {
	woken, delivered atomic.Int64
	busy, together   atomic.Bool
}

func (b *bell) Wake(context.Context) (int, error) {
	if b.woken.Add(1) == 1 {
		panic("the first one goes wrong")
	}
	return 0, nil
}

func (b *bell) Deliver(context.Context) (int, error) {
	if b.busy.Swap(true) {
		b.together.Store(true)
	}
	defer b.busy.Store(false)
	b.delivered.Add(1)
	time.Sleep(2*time.Second + time.Second/2)
	return 0, errors.New("the network is away")
}

func (b *bell) Furnish(context.Context) (int, error) { return 0, nil }

type sweeper struct {
	bot.Store
	swept atomic.Int64
}

func (s *sweeper) Sweep(_ context.Context, inbox, drafts time.Time) error {
	if age := time.Since(inbox); age < 26*time.Hour || !drafts.Before(time.Now()) {
		return errors.New("swept too much")
	}
	s.swept.Add(1)
	return nil
}

// explained is the JSON of firstcall explain.
type explained struct {
	Edition, Severity, Plan, Effort               string
	First                                         *due `json:"first_response"`
	Begins                                        *due `json:"work_begins"`
	Change                                        *due `json:"change_control"`
	Answer                                        *due `json:"customer_answer"`
	Assigned, Escalation, Duties, Languages, Rows []string
	SubmitVia                                     []string `json:"submit_via"`
	IfCannot                                      string   `json:"if_customer_cannot"`
	Rejected                                      []struct {
		Plan, Reason string
		Rows         []string
	}
}

type due struct{ Target, Clock, Due string }

// The values are worked out by hand from the examples of the terms' catalogue;
// the number says which.
func TestExplain(t *testing.T) {
	shanghai := []string{"--zone", "Asia/Shanghai", "--json"}
	for _, c := range []struct {
		name           string
		args           string
		plan           string
		first, begins  due // no begins: at once, which is no time
		effort, cannot string
	}{
		{
			"1: base B on a Friday evening", "--plans unified --severity B --product m365 --opened 2025-11-21T16:45:00+08:00", "unified",
			due{"2h0m0s", "business", "2025-11-24T10:15:00+08:00"},
			due{"2h0m0s", "business", "2025-11-24T10:15:00+08:00"},
			"business", "none",
		},
		{
			"6a: ARR A by portal", "--plans unified,arr --severity A --product azure/sql-database --opened 2025-11-25T10:00:00+08:00 --via portal", "arr",
			due{"15m0s", "24x7", "2025-11-25T10:15:00+08:00"},
			due{"15m0s", "24x7", "2025-11-25T10:15:00+08:00"},
			"24x7", "not_24x7",
		},
		{
			"6b: the same by phone", "--plans unified,arr --severity A --product azure/sql-database --opened 2025-11-25T10:00:00+08:00 --via phone", "unified",
			due{"1h0m0s", "24x7", "2025-11-25T11:00:00+08:00"},
			due{"1h0m0s", "24x7", "2025-11-25T11:00:00+08:00"},
			"24x7", "severity_may_be_lowered",
		},
		{
			"7a: platform A with the intake done", "--plans unified,platform-mcs --severity A --product azure/virtual-machines --opened 2025-12-20T03:00:00+08:00 --executed 2025-12-01 --intake-done 2025-12-12", "platform-mcs",
			due{"15m0s", "24x7", "2025-12-20T03:15:00+08:00"},
			due{"15m0s", "24x7", "2025-12-20T03:15:00+08:00"},
			"24x7", "not_24x7",
		},
		{
			"7b: the same, intake done later", "--plans unified,platform-mcs --severity A --product azure/virtual-machines --opened 2025-12-20T03:00:00+08:00 --executed 2025-12-01 --intake-done 2025-12-22", "unified",
			due{"1h0m0s", "24x7", "2025-12-20T04:00:00+08:00"},
			due{"1h0m0s", "24x7", "2025-12-20T04:00:00+08:00"},
			"24x7", "severity_may_be_lowered",
		},
		{
			"19: B on a Saturday", "--plans unified --severity B --product m365 --opened 2025-11-22T10:00:00+08:00", "unified",
			due{"2h0m0s", "business", "2025-11-24T11:00:00+08:00"},
			due{"2h0m0s", "business", "2025-11-24T11:00:00+08:00"},
			"business", "none",
		},
		{
			"2.1: base B with 24x7", "--plans unified --severity B --product m365 --opened 2025-11-22T10:00:00+08:00 --24x7", "unified",
			due{"2h0m0s", "24x7", "2025-11-22T12:00:00+08:00"},
			due{"2h0m0s", "24x7", "2025-11-22T12:00:00+08:00"},
			"24x7", "business_hours_only",
		},
		{
			"a further day off", "--plans unified --severity C --product m365 --opened 2025-11-21T16:45:00+08:00 --holidays 2025-11-24", "unified",
			due{"4h0m0s", "business", "2025-11-25T12:15:00+08:00"},
			due{"4h0m0s", "business", "2025-11-25T12:15:00+08:00"},
			"business", "none",
		},
		{
			"a make-up Sunday in China", "--plans unified --severity C --product m365 --country CN --opened 2025-09-28T16:30:00+08:00", "unified",
			due{"4h0m0s", "business", "2025-09-29T12:00:00+08:00"},
			due{"4h0m0s", "business", "2025-09-29T12:00:00+08:00"},
			"business", "none",
		},
		{
			"an event case with its tag", "--plans unified,event-mcs --severity 1 --product azure/virtual-machines --opened 2026-06-02T10:00:00+08:00 --in-event --tag MCSAE", "event-mcs",
			due{"15m0s", "24x7", "2026-06-02T10:15:00+08:00"},
			due{"15m0s", "24x7", "2026-06-02T10:15:00+08:00"},
			"24x7", "not_24x7",
		},
		{
			"4: base 1 on a Sunday night", "--plans unified --severity 1 --product azure/virtual-machines --opened 2025-11-23T02:00:00+08:00", "unified",
			due{"15m0s", "24x7", "2025-11-23T02:15:00+08:00"},
			due{},
			"24x7", "severity_may_be_lowered",
		},
		{
			"6c: ARR excludes Azure Stack, the base does not", "--plans unified,arr --severity 1 --product azure/stack --opened 2025-11-25T10:00:00+08:00 --via portal", "unified",
			due{"15m0s", "24x7", "2025-11-25T10:15:00+08:00"},
			due{},
			"24x7", "severity_may_be_lowered",
		},
		{
			"6d: both list Communication Services", "--plans unified,arr --severity 1 --product azure/communication-services --opened 2025-11-25T10:00:00+08:00", "unified",
			due{"1h0m0s", "24x7", "2025-11-25T11:00:00+08:00"},
			due{},
			"24x7", "severity_may_be_lowered",
		},
		{
			"7: a sign-in is no platform case", "--plans unified,platform-mcs --severity 1 --product entra --opened 2025-12-20T03:00:00+08:00", "unified",
			due{"1h0m0s", "24x7", "2025-12-20T04:00:00+08:00"},
			due{},
			"24x7", "severity_may_be_lowered",
		},
		{
			"2.3: StorSimple with UER", "--plans unified,uer --severity 1 --product azure/storsimple --opened 2025-12-20T03:00:00+08:00", "uer",
			due{"30m0s", "24x7", "2025-12-20T03:30:00+08:00"},
			due{},
			"24x7", "severity_may_be_lowered",
		},
		{
			"an event case without its tag", "--plans unified,event-mcs --severity A --product azure/virtual-machines --opened 2026-06-02T10:00:00+08:00 --in-event", "unified",
			due{"1h0m0s", "24x7", "2026-06-02T11:00:00+08:00"},
			due{"1h0m0s", "24x7", "2026-06-02T11:00:00+08:00"},
			"24x7", "severity_may_be_lowered",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := firstcall(t, "", nil, append(append([]string{"explain"}, strings.Fields(c.args)...), shanghai...)...)
			if r.status != fine || r.err != "" {
				t.Fatalf("status %d: %s", r.status, r.err)
			}
			var x explained
			if err := json.Unmarshal([]byte(r.out), &x); err != nil {
				t.Fatal(err)
			}
			if x.Plan != c.plan || x.First == nil || *x.First != c.first || x.Effort != c.effort {
				t.Errorf("plan %s, first response %+v, effort %s; want %s, %+v, %s", x.Plan, x.First, x.Effort, c.plan, c.first, c.effort)
			}
			if x.IfCannot != c.cannot {
				t.Errorf("a customer who can't take part: %s, want %s", x.IfCannot, c.cannot)
			}
			if begins := c.begins; begins == (due{}) && x.Begins != nil || begins != (due{}) && (x.Begins == nil || *x.Begins != begins) {
				t.Errorf("work begins %+v, want %+v", x.Begins, c.begins)
			}
			if len(x.Rows) == 0 || x.Edition != "ussd-2025-11" {
				t.Errorf("rows %v of edition %q", x.Rows, x.Edition)
			}
		})
	}
}

func TestExplainHasExactlyItsKeys(t *testing.T) {
	r := firstcall(t, "", nil, "explain", "--plans=unified,arr", "--severity=B", "--product=azure/stack",
		"--opened=2025-11-21T16:45:00+08:00", "--zone=Asia/Shanghai", "--json")
	var all map[string]json.RawMessage
	if err := json.Unmarshal([]byte(r.out), &all); err != nil {
		t.Fatal(err, r.err)
	}
	var keys []string
	for k := range all {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	want := strings.Fields(`assigned change_control duties edition effort escalation first_response if_customer_cannot languages
		notes plan rejected rows severity submit_via work_begins`) // severity B asks the customer for no answer
	if diff := cmp.Diff(want, keys); diff != "" {
		t.Errorf("keys (-want +got):\n%s", diff)
	}
	var x explained
	if err := json.Unmarshal([]byte(r.out), &x); err != nil {
		t.Fatal(err)
	}
	// Four business hours from Friday 16:45: 45 min, then 3 h 15 on Monday (example 1).
	if x.Change == nil || *x.Change != (due{"4h0m0s", "business", "2025-11-24T12:15:00+08:00"}) || x.Answer != nil {
		t.Errorf("change control %+v, answer %+v", x.Change, x.Answer)
	}
	if len(x.Rejected) != 1 || x.Rejected[0].Plan != "arr" || len(x.Rejected[0].Rows) == 0 {
		t.Errorf("Azure Stack is on ARR's list of exclusions: %+v", x.Rejected)
	}
}

func TestExplainsPageSpeaksThreeLanguages(t *testing.T) {
	pages := map[string]bool{}
	for lang, want := range map[string]string{"en": "Severity 1", "zh-Hans": "2025年11月23日", "ja": "2025年11月23日"} {
		r := firstcall(t, "", nil, "explain", "--plans=unified", "--severity=1", "--product=azure/virtual-machines",
			"--opened=2025-11-23T02:00:00+08:00", "--zone=Asia/Shanghai", "--lang", lang)
		if r.status != fine || !strings.Contains(r.out, want) || !strings.Contains(r.out, "02:15") || strings.Contains(r.out, "\x02") {
			t.Errorf("%s: status %d %s\n%s", lang, r.status, r.err, r.out)
		}
		pages[r.out] = true
	}
	if len(pages) != 3 {
		t.Errorf("three languages are %d pages", len(pages))
	}
}

func TestWhatPeopleTypeAtAnyCommandLine(t *testing.T) {
	for _, c := range []struct {
		args   string
		status int
		want   string
	}{
		{"help", fine, "Usage: firstcall <command>"},
		{"help demo", fine, "Usage: firstcall demo"},
		{"--version", fine, "firstcall "},
		{"import", misuse, "name the files to import"},
	} {
		got := firstcall(t, "", nil, strings.Fields(c.args)...)
		if got.status != c.status || !strings.Contains(got.out+got.err, c.want) {
			t.Errorf("firstcall %s ended with %d:\n%s%s", c.args, got.status, got.out, got.err)
		}
	}
}

func TestTheDemoKnowsItsPeopleAndPlaces(t *testing.T) {
	env := ownState(t)
	for script, want := range map[string]string{
		"bogus> hello\n":           `nobody called "bogus" here; /who lists them`,
		"ana in #nowhere> hello\n": `no place called "#nowhere" here; /who lists them`,
	} {
		if got := firstcall(t, script, env, "demo"); got.status != failed || !strings.Contains(got.err, want) {
			t.Errorf("%q ended with %d:\n%s", script, got.status, got.err)
		}
	}
	got := firstcall(t, "/who\n/demo\nchat down\nana in #contoso> /incident help\nwait 5m\n/quit\nnever\n", env, "demo")
	if got.status != fine || got.err != "" || !strings.Contains(got.out, "# Contoso (customer") || strings.Contains(got.out, "never") {
		t.Errorf("ended with %d:\n%s%s", got.status, got.out, got.err)
	}
}
