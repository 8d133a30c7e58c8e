package domain

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"testing"
	"time"

	"example.com/firstcall/domain/calendar"
	"example.com/firstcall/domain/terms"
	"pgregory.net/rapid"
)

// wordings are the lists by kind and code, to check what the machine meets.
func wordings(list []Wording) map[string]Wording {
	out := map[string]Wording{}
	for _, w := range list {
		out[w.Code] = w
	}
	return out
}

var (
	refusalWords = wordings(RefusalCodes())
	noticeWords  = wordings(NoticeKinds())
	journalWords = wordings(JournalKinds())
)

// wellWorded checks the arguments of a code against its list.
func wellWorded(t *rapid.T, what string, words map[string]Wording, code string, args map[string]string) {
	w, ok := words[code]
	if !ok {
		t.Fatalf("%s %q is not listed", what, code)
	}
	for _, a := range w.Args {
		if _, ok := args[a]; !ok {
			t.Fatalf("%s %q lacks its argument %q", what, code, a)
		}
	}
	for a := range args {
		if !slices.Contains(w.Args, a) && !slices.Contains(w.Optional, a) && code != "downgrade_proposed" {
			t.Fatalf("%s %q carries %q, which is not listed", what, code, a)
		}
	}
}

// life is a random incident of a random customer, and everything that ever rang.
type life struct {
	t    *rapid.T
	env  Env
	now  time.Time
	i    Incident
	rang map[string]bool // by generation, kind, step, audience
}

var severities = rapid.SampledFrom(append(terms.Severities(), "", "Z"))

func drawEnv(t *rapid.T) Env {
	policy := DefaultPolicy()
	plans := []terms.Plan{terms.Unified}
	for _, p := range []terms.Plan{terms.UER, terms.ARR, terms.PlatformMCS, terms.SecurityMCS} {
		if rapid.Bool().Draw(t, "holds "+string(p)) {
			plans = append(plans, p)
		}
	}
	if rapid.Bool().Draw(t, "by chat") {
		policy.ChatSubmits = plans
	}
	if rapid.IntRange(0, 3).Draw(t, "chat counts") == 0 {
		policy.ChatCounts = plans
	}
	a := &Agreement{Tenant: "contoso", Name: "Contoso", Policy: policy}
	for _, p := range plans {
		a.Holdings = append(a.Holdings, terms.Holding{Plan: p})
	}
	zone, err := time.LoadLocation(rapid.SampledFrom([]string{"UTC", "Europe/Berlin", "Asia/Shanghai", "America/St_Johns"}).Draw(t, "zone"))
	if err != nil {
		t.Fatal(err)
	}
	var days []calendar.Holidays
	if h, ok := calendar.Country(rapid.SampledFrom([]string{"", "CN", "DE"}).Draw(t, "country")); ok {
		days = append(days, h)
	}
	cal, err := calendar.New(zone, calendar.OfficeHours(), days...)
	if err != nil {
		t.Fatal(err)
	}
	env := Env{Agreement: a, Calendar: cal, Policy: &a.Policy, Terms: terms.Current()}
	if away := rapid.SampledFrom([]Who{"", ToManagers, ToIncidentManager}).Draw(t, "away"); away != "" {
		env.Empty = func(w Who) bool { return w == away }
	}
	return env
}

func drawOpening(t *rapid.T) Opening {
	o := opening(rapid.SampledFrom(terms.Severities()).Draw(t, "severity"))
	o.Report.Product = rapid.SampledFrom([]string{vm, "azure/stack", "defender", "windows-server"}).Draw(t, "product")
	if o.Severity != terms.SevC && rapid.Bool().Draw(t, "yes") {
		o.Commit24x7 = true
		if rapid.Bool().Draw(t, "people") {
			o.Report.Contacts = staffed(o.Severity).Report.Contacts
		}
	}
	if rapid.IntRange(0, 5).Draw(t, "advice") == 0 {
		o.Kind, o.Severity, o.Commit24x7 = Advice, "", false
	}
	return o
}

// begin draws a life up to its opening.
func begin(t *rapid.T) *life {
	l := &life{t: t, env: drawEnv(t), rang: map[string]bool{}}
	l.now = time.Date(2026, 2, 9, 0, 0, 0, 0, time.UTC).Add(time.Duration(rapid.IntRange(0, 70*24*3600).Draw(t, "start")) * time.Second)
	out, err := OpenIncident(drawOpening(t), l.now, l.env)
	if err != nil {
		t.Fatalf("open: %v", err)
	}
	l.keep(out)
	return l
}

// keep takes an outcome over as the keeper does, and checks what is true of all.
func (l *life) keep(out Outcome) {
	out.Incident.Version++
	l.i = out.Incident
	for _, n := range out.Notices {
		key := fmt.Sprint(l.i.Generation, " ", n.Kind, " ", n.Step, " ", n.To)
		if l.rang[key] {
			l.t.Fatalf("rang twice: %s", key)
		}
		l.rang[key] = true
		wellWorded(l.t, "notice", noticeWords, string(n.Kind), n.Args)
	}
	for _, e := range out.Journal {
		wellWorded(l.t, "journal", journalWords, e.Kind, e.Args)
	}
	l.check()
}

func (l *life) check() {
	alarms, wake := l.i.Alarms(l.env), l.i.Wake(l.env)
	var first time.Time
	for _, a := range alarms {
		if first.IsZero() || a.At.Before(first) {
			first = a.At
		}
	}
	if !wake.Equal(first) {
		l.t.Fatalf("wakes at %v, the first alarm is at %v", wake, first)
	}
	if !l.i.Live() && (len(alarms) > 0 || !wake.IsZero()) {
		l.t.Fatalf("%s, and has alarms %v", l.i.Status, alarms)
	}
	if l.i.Status == AwaitingCase && (l.i.FirstResponse.Running() || l.i.WorkBegins.Running()) {
		l.t.Fatal("a contract clock runs before the case is made")
	}
	if !l.i.FirstResponse.Met.IsZero() && l.i.FirstResponseBy == "" {
		l.t.Fatal("a first call by nobody")
	}
	if t := l.i.Promise.FirstResponse; t != nil && l.i.FirstResponse.Running() && !t.Due.Equal(l.i.FirstResponse.Due) {
		l.t.Fatalf("the promise says %v, the clock %v", t.Due, l.i.FirstResponse.Due)
	}
	if l.i.Severity.MoreUrgentThan(l.i.Highest) {
		l.t.Fatalf("severity %s, highest %s", l.i.Severity, l.i.Highest)
	}
	for n, c := range l.i.clocks() {
		if c.Due.Before(c.From) && !c.Due.IsZero() {
			l.t.Fatalf("clock %d ends at %v before it began at %v", n, c.Due, c.From)
		}
	}
}

// pass lets time pass and fires once, at its end.
func (l *life) pass(d time.Duration) {
	l.now = l.now.Add(d)
	before := l.i
	quiet := before.Live() && !before.AckedAt.IsZero() && !before.Ladder.Running() && before.NextUpdate.Due.After(l.now)
	out := before.Fire(l.now, l.env)
	for _, n := range out.Notices {
		if quiet && n.Kind == Page {
			l.t.Fatalf("paged %s, though %s has it and promised the next word by %v", n.To, before.AckedName, before.NextUpdate.Due)
		}
	}
	if out.Incident.FirstResponse.Met != before.FirstResponse.Met || out.Incident.FirstContactAt != before.FirstContactAt {
		l.t.Fatal("the bot made a first call")
	}
	other := before
	other.Version += 100
	if again := other.Fire(l.now, l.env); !reflect.DeepEqual(again.Notices, out.Notices) {
		l.t.Fatal("what rings depends on the version")
	}
	if w := out.Incident.Wake(l.env); !w.IsZero() && !w.After(l.now) {
		l.t.Fatalf("fired at %v, and wakes at %v again", l.now, w)
	}
	again := out.Incident.Fire(l.now, l.env)
	if len(again.Notices)+len(again.Journal) > 0 || !reflect.DeepEqual(again.Incident, out.Incident) {
		l.t.Fatalf("fired twice at %v: %v", l.now, rings(again))
	}
	if reflect.DeepEqual(out.Incident, before) {
		return
	}
	l.keep(out)
}

var people = []Actor{ana, zoe, rival, kenji, lena, maria, carl, theBot}

// act tries a random verb by a random person.
func (l *life) act() {
	t, i, now, env := l.t, l.i, l.now, l.env
	by := rapid.SampledFrom(people).Draw(t, "who")
	if rapid.IntRange(0, 2).Draw(t, "likely") > 0 {
		by = rapid.SampledFrom([]Actor{ana, kenji, maria}).Draw(t, "likely who")
	}
	ago := now.Add(-time.Duration(rapid.IntRange(-100, 20000).Draw(t, "ago")) * time.Second)
	when := rapid.SampledFrom([]time.Time{{}, {}, now, ago}).Draw(t, "when")
	next := rapid.SampledFrom([]time.Time{{}, {}, now.Add(47*time.Minute + 13*time.Second), ago}).Draw(t, "next")
	text := rapid.SampledFrom([]string{"text", "other", ""}).Draw(t, "text")
	severity := severities.Draw(t, "to")
	via := rapid.SampledFrom([]terms.Channel{terms.Phone, Email, terms.Chat, terms.Web}).Draw(t, "via")
	fact := rapid.SampledFrom(append(Facts(), "nonsense")).Draw(t, "fact")
	verbs := []func() (Outcome, error){
		func() (Outcome, error) { return i.RecordCase(by, text, via, when, now, env) },
		func() (Outcome, error) { return i.RecordCase(by, "24031", terms.Portal, time.Time{}, now, env) },
		func() (Outcome, error) { return i.Acknowledge(by, next, now, env) },
		func() (Outcome, error) { return i.Take(by, now, env) },
		func() (Outcome, error) {
			return i.HandOver(by, rapid.SampledFrom([]PersonID{"", "lena", "maria"}).Draw(t, "hand"), "X", now, env)
		},
		func() (Outcome, error) { return i.RecordFirstCall(by, via, text, when, now, env) },
		func() (Outcome, error) { return i.RecordContact(by, when, now, env) },
		func() (Outcome, error) { return i.BeginWork(by, when, now, env) },
		func() (Outcome, error) { return i.GiveUpdate(by, text, next, now, env) },
		func() (Outcome, error) {
			return i.Ask(by, rapid.SampledFrom([]AskKind{AskChangeControl, AskQuestion, ""}).Draw(t, "ask"), text, now, env)
		},
		func() (Outcome, error) { return i.CustomerAnswers(by, text, time.Time{}, now, env) },
		func() (Outcome, error) { return i.RequestSeverity(by, severity, text, now, env) },
		func() (Outcome, error) { return i.AcceptSeverity(by, now, env) },
		func() (Outcome, error) { return i.RefuseSeverity(by, text, now, env) },
		func() (Outcome, error) { return i.AssignSeverity(by, severity, text, now, env) },
		func() (Outcome, error) { return i.AssignSeverity(by, severity, text, now, env) },
		func() (Outcome, error) { return i.Commit(by, []Contact{{Name: "Night", Phone: text}}, now, env) },
		func() (Outcome, error) { return i.ProposeDowngrade(by, text, now, env) },
		func() (Outcome, error) { return i.DecideDowngrade(by, text != "", severity, text, now, env) },
		func() (Outcome, error) { return i.Escalate(by, text, text, now, env) },
		func() (Outcome, error) {
			return i.NotifyExecutives(by, rapid.SampledFrom([]Side{Customer, Provider, Machine}).Draw(t, "side"), text, now, env)
		},
		func() (Outcome, error) { return i.InvolveThirdParty(by, text, now, env) },
		func() (Outcome, error) { return i.DeclareOutage(by, text != "", text, now, env) },
		func() (Outcome, error) { return i.ConsentRemoteAccess(by, text, now, env) },
		func() (Outcome, error) { return i.Note(by, text, now, env) },
		func() (Outcome, error) { return i.Reply(by, text, now, env) },
		func() (Outcome, error) { return i.Link(by, "https://example.com/"+text, text, now, env) },
		func() (Outcome, error) { return i.Mitigate(by, when, text, now, env) },
		func() (Outcome, error) { return i.Resolve(by, when, text, now, env) },
		func() (Outcome, error) { return i.Close(by, now, env) },
		func() (Outcome, error) { return i.RequestRCA(by, now, env) },
		func() (Outcome, error) { return i.DeclineRCA(by, now, env) },
		func() (Outcome, error) { return i.Reopen(by, text, now, env) },
		func() (Outcome, error) { return i.Cancel(by, "", text, now, env) },
		func() (Outcome, error) {
			return i.SpendEffort(by, time.Duration(rapid.IntRange(0, 4).Draw(t, "hours"))*time.Hour, now, env)
		},
		func() (Outcome, error) { return i.Convert(by, severity, text, via == terms.Web, false, now, env) },
		func() (Outcome, error) { return i.Correct(by, fact, when, string(via), text, now, env) },
		func() (Outcome, error) { return i.WithdrawFact(by, fact, text, now, env) },
	}
	which := rapid.IntRange(0, len(verbs)-1).Draw(t, "verb")
	if (which == len(verbs)-5 || which >= 26 && which <= 28) && rapid.Bool().Draw(t, "live on") {
		return // lives would be short
	}
	out, err := verbs[which]()
	if err != nil {
		var r *Refusal
		if !errors.As(err, &r) {
			t.Fatalf("a fault, not a refusal: %v", err)
		}
		wellWorded(t, "refusal", refusalWords, r.Code, r.Args)
		return
	}
	if by.Side == Machine || by.Tenant == rival.Tenant {
		t.Fatalf("%s %s did something (verb %d)", by.Side, by.Name, which)
	}
	if len(out.Journal) == 0 {
		t.Fatalf("verb %d left no journal line", which)
	}
	for _, n := range out.Notices {
		if n.Step != int64(i.Version+1) {
			t.Fatalf("step %d of a change to version %d", n.Step, i.Version+1)
		}
	}
	l.keep(out)
}

// live draws what happens next.
func (l *life) live(steps int) {
	for range steps {
		l.pass(time.Duration(1+rapid.IntRange(0, 3*24*3600).Draw(l.t, "seconds")>>rapid.IntRange(0, 12).Draw(l.t, "shorter")) * time.Second)
		l.act()
	}
}

func TestMachine(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		begin(t).live(rapid.IntRange(1, 25).Draw(t, "steps"))
	})
}

// One late tick leaves the incident as all the punctual ones would have: the
// same clocks, and as the newest word of each kind to each the same.
func TestLateTickIsAllTicks(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l := begin(t)
		l.live(rapid.IntRange(0, 10).Draw(t, "steps"))
		until := l.now.Add(time.Duration(rapid.IntRange(1, 6*24*3600).Draw(t, "outage")) * time.Second)

		jump := l.i.Fire(until, l.env)
		ticked := Outcome{Incident: l.i}
		for n := 0; ; n++ {
			at := ticked.Incident.Wake(l.env)
			if at.IsZero() || at.After(until) {
				break
			}
			if n > 5000 {
				t.Fatal("ticks without end")
			}
			if rapid.IntRange(0, 3).Draw(t, "late") == 0 { // some ticks are a little late
				at = at.Add(time.Duration(rapid.IntRange(0, 400).Draw(t, "by")) * time.Second)
				if at.After(until) {
					at = until
				}
			}
			o := ticked.Incident.Fire(at, l.env)
			ticked.Incident = o.Incident
			ticked.Notices = append(ticked.Notices, o.Notices...)
		}
		if !reflect.DeepEqual(jump.Incident, ticked.Incident) {
			t.Fatalf("after one late tick\n%+v\nafter all\n%+v", jump.Incident.clocks(), ticked.Incident.clocks())
		}
		newest := func(notices []Notice) map[string]Notice {
			out := map[string]Notice{}
			for _, n := range notices {
				key := "page " + string(n.To)
				if n.Kind != Page {
					key = string(n.Kind) + " " + string(n.To)
				}
				if old, ok := out[key]; !ok || n.Rung > old.Rung || n.Rung == old.Rung && n.Step >= old.Step {
					out[key] = n
				}
			}
			return out
		}
		all := newest(ticked.Notices)
		for key, n := range newest(jump.Notices) {
			if !reflect.DeepEqual(all[key], n) {
				t.Fatalf("%s: one late tick says\n%+v\nall said\n%+v", key, n, all[key])
			}
		}
		for key, n := range all {
			if _, ok := newest(jump.Notices)[key]; !ok && n.Kind == Page {
				t.Fatalf("one late tick lost the page %s", key)
			}
		}
	})
}
