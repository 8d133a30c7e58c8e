package terms_test

import (
	"encoding/json"
	"slices"
	"testing"
	"time"

	"example.com/firstcall/domain/calendar"
	"example.com/firstcall/domain/terms"
)

// TestExplainHasExactlyTheKeys takes the case of the command line's own example, and
// the keys it promises.
func TestExplainHasExactlyTheKeys(t *testing.T) {
	always := []string{
		"edition", "severity", "plan", "effort", "assigned", "escalation", "duties", "if_customer_cannot", "submit_via",
		"languages", "notes", "rejected", "rows",
	}
	for _, x := range []struct {
		severity terms.Severity
		product  string
		more     []string
	}{
		{terms.Sev1, "sql-server", []string{"first_response"}}, // work begins at once: no time
		{terms.SevA, vm, []string{"first_response", "work_begins"}},
		{terms.SevB, vm, []string{"first_response", "work_begins", "change_control"}},
		{terms.SevC, vm, []string{"first_response", "work_begins", "customer_answer"}},
	} {
		c := kase(x.severity, x.product, terms.PlatformMCS, terms.SecurityMCS)
		c.Opened, c.Calendar = at(china, "2025-12-20 03:00"), china
		data, err := json.Marshal(resolve(t, c).Explain())
		if err != nil {
			t.Fatal(err)
		}
		var got map[string]any
		if err := json.Unmarshal(data, &got); err != nil {
			t.Fatal(err)
		}
		for _, key := range slices.Concat(always, x.more) {
			if v, ok := got[key]; !ok || v == nil {
				t.Errorf("severity %s: key %s is %v", x.severity, key, v)
			}
		}
		if len(got) != len(always)+len(x.more) {
			t.Errorf("severity %s: other keys in %s", x.severity, data)
		}
		for _, key := range x.more {
			target := got[key].(map[string]any)
			if len(target) != 3 {
				t.Errorf("%s: %v", key, target)
			}
		}
	}
}

func TestExplainValues(t *testing.T) {
	c := kase(terms.SevA, vm, terms.PlatformMCS, terms.UER, terms.SecurityMCS)
	c.Opened, c.Calendar = at(china, "2025-12-20 03:00"), china
	data, err := json.Marshal(resolve(t, c).Explain())
	if err != nil {
		t.Fatal(err)
	}
	var got struct {
		Plan          string
		FirstResponse struct{ Target, Clock, Due string } `json:"first_response"`
		Assigned      []string
		Rejected      []struct {
			Plan, Reason string
			Rows         []string
		}
	}
	if err := json.Unmarshal(data, &got); err != nil {
		t.Fatal(err)
	}
	if f := got.FirstResponse; got.Plan != "platform-mcs" || f.Target != "15m0s" || f.Clock != "24x7" || f.Due != "2025-12-20T03:15:00+08:00" {
		t.Errorf("%+v", got)
	}
	if !slices.Contains(got.Assigned, "senior_incident_manager") {
		t.Errorf("assigned %v", got.Assigned)
	}
	if len(got.Rejected) != 1 || got.Rejected[0].Plan != "security-mcs" || got.Rejected[0].Reason != "product_out_of_scope" || got.Rejected[0].Rows[0] != "SEC-02" {
		t.Errorf("rejected %+v", got.Rejected)
	}
}

func TestExplainOfNothingHasNoNulls(t *testing.T) {
	data, err := json.Marshal(terms.Commitment{}.Explain())
	want := `{"edition":"","severity":"","plan":"","effort":"","assigned":[],"escalation":[],"duties":[],"if_customer_cannot":"",` +
		`"submit_via":[],"languages":[],"notes":[],"rejected":[],"rows":[]}`
	if err != nil || string(data) != want {
		t.Errorf("%v\n%s", err, data)
	}
}

func TestExplainSaysACodeOnce(t *testing.T) {
	x := resolve(t, kase(terms.SevA, vm, terms.PlatformMCS, terms.PlatformMCSPlus, terms.ARR)).Explain()
	for _, codes := range [][]terms.Code{x.Assigned, x.Escalation, x.Duties, x.Notes} {
		if sorted := slices.Sorted(slices.Values(codes)); len(slices.Compact(sorted)) != len(codes) {
			t.Errorf("twice in %v", codes)
		}
	}
}

// The benchmarks cover the commonest case, the one with the most plans, and one
// counted in business time with a country's holidays.
func BenchmarkResolve(b *testing.B) {
	holidays, ok := calendar.Country("CN")
	if !ok {
		b.Fatal("no holidays of China")
	}
	cal, err := calendar.New(shanghai, calendar.OfficeHours(), holidays)
	if err != nil {
		b.Fatal(err)
	}
	opened := time.Date(2026, 2, 13, 16, 0, 0, 0, shanghai) // before the spring festival
	for name, c := range map[string]terms.Case{
		"base_A":       {Severity: terms.SevA, Product: vm, Opened: opened, Calendar: cal, Plans: hold()},
		"five_plans_1": {Severity: terms.Sev1, Product: vm, Opened: opened, Calendar: cal, Plans: hold(terms.UER, terms.ARR, terms.PlatformMCS, terms.REDE)},
		"base_B":       {Severity: terms.SevB, Product: vm, Opened: opened, Calendar: cal, Plans: hold()},
		"rejected_C":   {Severity: terms.SevC, Product: "entra", Opened: opened, Calendar: cal, Plans: hold(terms.UER, terms.PlatformMCS, terms.SecurityMCS)},
	} {
		b.Run(name, func(b *testing.B) {
			e := terms.Current()
			b.ReportAllocs()
			for b.Loop() {
				if _, err := e.Resolve(c); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkLoad(b *testing.B) {
	data := []byte(edition(b))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := terms.Load(data); err != nil {
			b.Fatal(err)
		}
	}
}
