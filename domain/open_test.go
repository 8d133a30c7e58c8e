package domain

import (
	"errors"
	"slices"
	"testing"
	"time"

	"example.com/firstcall/domain/terms"
)

func TestOpen(t *testing.T) {
	monday := at(t, "2026-03-02 09:00")
	saturday := at(t, "2026-03-07 10:00")
	tests := []struct {
		name        string
		plans       []terms.Plan
		open        Opening
		now         time.Time
		first, work string // "" : none
		plan        terms.Plan
		staffing    bool
		rings       []string
	}{
		{
			"severity 1 on Azure, staffed",
			[]terms.Plan{terms.Unified},
			staffed(terms.Sev1), saturday,
			"2026-03-07 10:15", "", terms.Unified, false,
			[]string{"opened engineers", "critical_opened role:incident_manager"},
		},
		{
			"severity A without a yes",
			[]terms.Plan{terms.Unified},
			opening(terms.SevA), saturday,
			"2026-03-07 11:00", "2026-03-07 11:00", terms.Unified, true,
			[]string{"opened engineers", "critical_opened role:incident_manager"},
		},
		{
			"B in office hours (AMB-06)",
			[]terms.Plan{terms.Unified},
			opening(terms.SevB), monday,
			"2026-03-02 11:00", "2026-03-02 11:00", terms.Unified, false,
			[]string{"opened engineers"},
		},
		{
			"B on Saturday, as example 19",
			[]terms.Plan{terms.Unified},
			opening(terms.SevB), saturday,
			"2026-03-09 11:00", "2026-03-09 11:00", terms.Unified, false,
			[]string{"opened engineers"},
		},
		{
			"B on Saturday with 24x7 (AMB-07): work begins in business hours by the text or around the clock by the switch",
			[]terms.Plan{terms.Unified},
			staffed(terms.SevB), saturday, "2026-03-07 12:00", "?", terms.Unified, false,
			[]string{"opened engineers"},
		},
		{
			"C",
			[]terms.Plan{terms.Unified},
			opening(terms.SevC), monday,
			"2026-03-02 13:00", "2026-03-02 13:00", terms.Unified, false,
			[]string{"opened engineers"},
		},
		{
			"A with UER",
			[]terms.Plan{terms.Unified, terms.UER},
			staffed(terms.SevA), monday,
			"2026-03-02 09:30", "2026-03-02 09:30", terms.UER, false,
			[]string{"opened engineers", "critical_opened role:incident_manager"},
		},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			env := with(t, tc.plans...)
			out, err := OpenIncident(tc.open, tc.now, env)
			i := kept(t, out, err)
			clock := func(name string, c Clock, want string) {
				switch want {
				case "?":
				case "":
					if c.Running() {
						t.Errorf("%s runs until %v", name, c.Due)
					}
				default:
					same(t, name, c.Due, at(t, want))
					same(t, name+" from", c.From, tc.now)
				}
			}
			clock("first response", i.FirstResponse, tc.first)
			clock("work begins", i.WorkBegins, tc.work)
			if i.Promise.Plan != tc.plan || i.Status != Open || !i.SubmittedAt.Equal(tc.now) {
				t.Errorf("plan %s, status %s, submitted %v", i.Promise.Plan, i.Status, i.SubmittedAt)
			}
			if i.Staffing.Running() != tc.staffing {
				t.Errorf("staffing runs: %v", i.Staffing.Running())
			}
			same(t, "ladder", i.Ladder.Due, tc.now)
			if i.Proposed != tc.open.Severity || i.Severity != tc.open.Severity || i.Highest != tc.open.Severity {
				t.Errorf("severities %s %s %s", i.Proposed, i.Severity, i.Highest)
			}
			wantRings(t, out, tc.rings...)
		})
	}
}

func TestOpenRefusals(t *testing.T) {
	env, now := with(t, terms.Unified), at(t, "2026-03-02 09:00")
	tests := []struct {
		code, field string
		change      func(*Opening)
	}{
		{"not_found", "", func(o *Opening) { o.By = rival }},
		{"only_people", "", func(o *Opening) { o.By = theBot }},
		{"not_allowed", "", func(o *Opening) { o.By = zoe }},
		{"severity_unknown", "severity", func(o *Opening) { o.Severity = "2" }},
		{"no_24x7_for_c", "commit", func(o *Opening) { o.Severity, o.Commit24x7 = terms.SevC, true }},
		{"text_missing", "impact", func(o *Opening) { o.Report.Impact = " " }},
		{"text_missing", "product", func(o *Opening) { o.Report.Product = "" }},
		{"text_missing", "happened", func(o *Opening) { o.Report.Happened, o.Report.Title = "", "" }},
		{"contact_missing", "owner", func(o *Opening) { o.Report.Owner = Contact{Name: "Ana"} }},
		{"kind_unknown", "kind", func(o *Opening) { o.Kind = "wish" }},
		{"product_unknown", "product", func(o *Opening) { o.Report.Product = "azure/virtual-machine" }},
	}
	for _, tc := range tests {
		o := staffed(terms.Sev1)
		tc.change(&o)
		_, err := OpenIncident(o, now, env)
		refused(t, err, tc.code)
		var r *Refusal
		if !errors.As(err, &r) || r.Field != tc.field {
			t.Errorf("%s belongs to field %q, want %q", tc.code, r.Field, tc.field)
		}
	}
}

// Where chat is no way to submit, the bot prepares, and no contract clock runs
// until the case's number is known (AMB-17, AMB-20).
func TestAwaitingCase(t *testing.T) {
	env, now := with(t, terms.Unified), at(t, "2026-03-02 09:00")
	env.Policy.ChatSubmits = nil
	out, err := OpenIncident(staffed(terms.Sev1), now, env)
	i := kept(t, out, err)
	if i.Status != AwaitingCase || !i.SubmittedAt.IsZero() || i.FirstResponse.Running() || i.WorkBegins.Running() || i.Ladder.Running() {
		t.Fatalf("status %s, submitted %v, clocks run", i.Status, i.SubmittedAt)
	}
	same(t, "reminder", i.Case.Due, now.Add(10*time.Minute))
	if !slices.Contains(i.Promise.SubmitVia, terms.Phone) {
		t.Errorf("submit via %v", i.Promise.SubmitVia)
	}
	_, err = i.RecordFirstCall(kenji, terms.Phone, "", now.Add(time.Minute), now.Add(time.Minute), env)
	refused(t, err, "case_first")

	later := now.Add(20 * time.Minute)
	_, err = i.RecordCase(ana, "24031", terms.Portal, later.Add(time.Second), later, env)
	refused(t, err, "in_future")
	_, err = i.RecordCase(ana, "24031", terms.Portal, now.Add(-25*time.Hour), later, env)
	refused(t, err, "too_early")
	_, err = i.RecordCase(ana, " ", terms.Portal, time.Time{}, later, env)
	refused(t, err, "text_missing")

	made := now.Add(15 * time.Minute)
	i = kept2(t)(i.RecordCase(ana, "24031", terms.Portal, made, later, env))
	if i.Status != Open || i.CaseNumber != "24031" || i.Case.Running() {
		t.Errorf("status %s, case %q", i.Status, i.CaseNumber)
	}
	same(t, "submitted", i.SubmittedAt, made)
	same(t, "first response", i.FirstResponse.Due, made.Add(15*time.Minute))
	same(t, "ladder", i.Ladder.Due, later) // nobody could be called before
	_, err = i.RecordCase(ana, "24032", terms.Portal, time.Time{}, later, env)
	refused(t, err, "case_known", "number", "24031")
}

func kept2(t testing.TB) func(Outcome, error) Incident {
	return func(out Outcome, err error) Incident { t.Helper(); return kept(t, out, err) }
}

// What the policy takes by chat starts at once; a plan that wants its portal
// still wants it (ARR-01), and the promise says what that way would give.
func TestSubmittedByChatOnlyWherePolicySaysSo(t *testing.T) {
	now := at(t, "2026-03-02 09:00")
	env := with(t, terms.Unified, terms.ARR)
	env.Policy.ChatSubmits = []terms.Plan{terms.Unified}
	a := opened(t, staffed(terms.SevA), now, env)
	if a.Status != AwaitingCase || a.Promise.Plan != terms.ARR {
		t.Errorf("severity A: status %s under %s, want the portal's case for arr", a.Status, a.Promise.Plan)
	}
	c := opened(t, opening(terms.SevC), now, env)
	if c.Status != Open || c.Promise.Plan != terms.Unified {
		t.Errorf("severity C: status %s under %s, want open under the base", c.Status, c.Promise.Plan)
	}
	// Raised, it is still the incident that was written in chat: the base's time (example 6b).
	raised := kept2(t)(c.AssignSeverity(kenji, terms.SevA, "worse", now, env))
	if raised.Promise.Plan != terms.Unified {
		t.Errorf("raised: under %s, want the base", raised.Promise.Plan)
	}
	same(t, "first response", raised.FirstResponse.Due, now.Add(time.Hour))

	env.Policy.ChatSubmits = append(env.Policy.ChatSubmits, terms.ARR)
	if a := opened(t, staffed(terms.SevA), now, env); a.Status != Open || a.Promise.Plan != terms.ARR {
		t.Errorf("with arr by chat: status %s under %s", a.Status, a.Promise.Plan)
	}
}

// Platform MCS names chat itself (PMCS-22).
func TestPlatformTakesChat(t *testing.T) {
	env := with(t, terms.Unified, terms.PlatformMCS)
	env.Policy.ChatSubmits = nil
	i := opened(t, staffed(terms.SevA), at(t, "2026-03-02 09:00"), env)
	if i.Status != Open || i.Promise.Plan != terms.PlatformMCS {
		t.Errorf("status %s under %s", i.Status, i.Promise.Plan)
	}
	same(t, "first response (AMB-05)", i.FirstResponse.Due, at(t, "2026-03-02 09:15"))
}

// An event's case goes through the portal, with the tag (A3-06).
func TestEventCaseIsMadeInThePortal(t *testing.T) {
	now := at(t, "2026-03-02 09:00")
	env := with(t, terms.Unified, terms.EventMCS)
	env.Policy.ChatSubmits = []terms.Plan{terms.Unified}
	o := staffed(terms.Sev1)
	o.Report.EventID, o.AboutEvent, o.Tag = "e", true, EventTag
	i := opened(t, o, now, env)
	if i.Status != AwaitingCase || !slices.Contains(i.Promise.Plans, terms.EventMCS) {
		t.Fatalf("status %s, plans %v", i.Status, i.Promise.Plans)
	}
	i = kept2(t)(i.RecordCase(ana, "7", terms.Portal, time.Time{}, now.Add(time.Minute), env))
	if !slices.Contains(i.Promise.Plans, terms.EventMCS) {
		t.Errorf("after the portal: plans %v", i.Promise.Plans)
	}
	// Without the tag given, and for C, whose time is the base's (A3-07), it is the same.
	o.Tag = ""
	c := opening(terms.SevC)
	c.Report.EventID, c.AboutEvent = "e", true
	for _, o := range []Opening{o, c} {
		if i := opened(t, o, now, env); i.Status != AwaitingCase || !slices.Contains(i.Promise.Plans, terms.EventMCS) {
			t.Errorf("severity %s, no tag given: status %s, plans %v", o.Severity, i.Status, i.Promise.Plans)
		}
	}
	o.Report.EventID, o.AboutEvent, o.Tag = "", false, ""
	if i := opened(t, o, now, env); i.Status != Open || slices.Contains(i.Promise.Plans, terms.EventMCS) {
		t.Errorf("not about the event: status %s, plans %v", i.Status, i.Promise.Plans)
	}
	if EventTag != terms.Current().EventTag() {
		t.Errorf("the tag is %q in the terms", terms.Current().EventTag())
	}
}

func TestSubscriptionScope(t *testing.T) {
	now := at(t, "2026-03-02 09:00")
	env := with(t, terms.Unified, terms.PlatformMCS)
	env.Agreement.Subscriptions = []Subscription{
		{ID: "s1", Name: "shop", Production: true},
		{ID: "s2", Name: "lab"},
		{ID: "s3", Name: "old", Production: true, Plans: []terms.Plan{terms.Unified}},
	}
	for sub, want := range map[string]terms.Plan{"": terms.PlatformMCS, "s1": terms.PlatformMCS, "s3": terms.Unified, "unknown": terms.Unified} {
		r := opening(terms.SevA).Report
		r.Subscription = sub
		p, err := Promise(env, r, terms.SevA, true, now, false, "", "")
		if err != nil {
			t.Fatal(err)
		}
		if p.Plan != want {
			t.Errorf("subscription %q: %s, want %s; rejected %v", sub, p.Plan, want, p.Rejected)
		}
	}
}

// Worked example 21: advice has no severity and no target; what turns out to be
// broken becomes an incident of its own clock.
func TestExample21(t *testing.T) {
	env, now := with(t, terms.Unified), at(t, "2026-03-02 09:00")
	o := opening("")
	o.Kind, o.Report.Title, o.Report.Happened, o.Report.Impact = Advice, "which size is better?", "which size is better?", ""
	out, err := OpenIncident(o, now, env)
	i := kept(t, out, err)
	wantRings(t, out, "opened engineers")
	if i.Severity != "" || i.FirstResponse.Running() || i.WorkBegins.Running() || i.Ladder.Running() {
		t.Error("advice has a severity, a target or a ladder")
	}
	same(t, "next update", i.NextUpdate.Due, at(t, "2026-03-04 09:00"))
	_, err = i.RequestSeverity(ana, terms.SevA, "urgent", now, env)
	refused(t, err, "not_for_advice")

	later := now.Add(time.Hour)
	out, err = i.Convert(ana, terms.SevB, "reports are late", true, false, later, env)
	i = kept(t, out, err)
	if i.Kind != BreakFix || i.Severity != terms.SevB || i.Status != Open {
		t.Errorf("%s %s %s", i.Kind, i.Severity, i.Status)
	}
	same(t, "submitted", i.SubmittedAt, later)
	same(t, "first response", i.FirstResponse.Due, later.Add(2*time.Hour))
	_, err = i.Convert(ana, terms.SevB, "reports are late", true, false, later, env)
	refused(t, err, "only_for_advice")
}

// ADV-07: six hours at most, a word before.
func TestAdviceCap(t *testing.T) {
	env, now := with(t, terms.Unified), at(t, "2026-03-02 09:00")
	o := opening("")
	o.Kind = Advice
	i := opened(t, o, now, env)
	steps := []struct {
		spend time.Duration
		code  string
		rings []string
	}{
		{0, "not_a_duration", nil},
		{4 * time.Hour, "", []string{}},
		{time.Hour, "", []string{"advice_nearly_used owner"}},
		{90 * time.Minute, "advice_cap", nil},
		{30 * time.Minute, "", []string{}},
		{30 * time.Minute, "", []string{"advice_used_up owner", "advice_used_up customer"}},
		{time.Minute, "advice_used_up", nil},
	}
	for _, s := range steps {
		out, err := i.SpendEffort(kenji, s.spend, now, env)
		if s.code != "" {
			refused(t, err, s.code)
			continue
		}
		i = kept(t, out, err)
		wantRings(t, out, s.rings...)
	}
	if i.EffortUsed != 6*time.Hour {
		t.Errorf("used %v", i.EffortUsed)
	}
}
