package terms_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"example.com/firstcall/domain/terms"
)

// TestLoadNamesThePlaceOfEachMistake breaks the built-in edition in one place and
// wants exactly that place named.
func TestLoadNamesThePlaceOfEachMistake(t *testing.T) {
	good := edition(t)
	for _, x := range []struct {
		name, from, to string
		path, text     string
	}{
		{"unknown key", `"edition": "ussd-2025-11",`, `"edition": "x", "colour": "red",`, "colour", "unknown key"},
		{"unknown key deep inside", `{"target": "1h", "clock": "24x7", "rows": ["A1-03"]}`, `{"target": "1h", "clock": "24x7", "rows": ["A1-03"], "note": "x"}`, "plans[0].cells.1.first_response.note", "unknown key"},
		{"key twice", `"edition": "ussd-2025-11",`, `"edition": "x", "edition": "y",`, "edition", "twice"},
		{"missing section", `"event_tag": {"text": "MCSAE", "rows": ["A3-06"]},`, ``, "event_tag", "missing"},
		{"missing key", `"clock": "24x7", "rows": ["A1-13"]`, `"rows": ["A1-13"]`, "plans[0].cells.A.first_response.clock", "missing"},
		{"unknown row", `"rows": ["A1-13", "A1-F2"]`, `"rows": ["A1-13", "A1-99"]`, "plans[0].cells.A.assigned[0].rows[1]", `unknown row "A1-99"`},
		{"row twice", `"rows": ["A1-13", "A1-F2"]`, `"rows": ["A1-13", "A1-13"]`, "plans[0].cells.A.assigned[0].rows[1]", "twice"},
		{"no rows", `"rows": ["A1-12"], "definition"`, `"rows": [], "definition"`, "severities[1].rows", "at least one row"},
		{"row range backwards", `"A2-01..09"`, `"A2-09..01"`, "rows.charts[2]", "no range"},
		{"row declared twice", `"A2-01..09"`, `"A2-01..09", "A2-04"`, "rows.charts[3]", "A2-04 occurs twice"},
		{"row never used", `"A6-F1..F3"`, `"A6-F1..F4"`, "rows.charts", "A6-F4 is never used"},
		{"unknown code", `"code": "match_effort", "rows": ["A1-18"]}, {"code": "change_control"`, `"code": "match_efort", "rows": ["A1-18"]}, {"code": "change_control"`, "plans[0].cells.B.duties[0].code", "unknown duty code"},
		{"code of another group", `"code": "critsit_oversight"`, `"code": "match_effort"`, "plans[0].cells.A.assigned[0].code", "unknown role code"},
		{"code twice", `{"code": "owner_contact", "rows": ["A1-24"]}`, `{"code": "respond_24h", "rows": ["A1-24"]}`, "plans[0].cells.C.duties[1]", "twice"},
		{"unknown clock", `{"target": "1h", "clock": "24x7", "rows": ["A1-12"]}`, `{"target": "1h", "clock": "lunar", "rows": ["A1-12"]}`, "plans[0].cells.A.work_begins.clock", "unknown clock"},
		{"no length of time", `{"target": "1h", "clock": "24x7", "rows": ["A1-12"]}`, `{"target": "-1h", "clock": "24x7", "rows": ["A1-12"]}`, "plans[0].cells.A.work_begins.target", "length of time"},
		{"number for a text", `"name": "Unified Enhanced Response"`, `"name": 7`, "plans[1].name", "must be a text"},
		{"text for a list", `"aliases": ["enhanced response"]`, `"aliases": "enhanced response"`, "plans[1].aliases", "must be a list"},
		{"list for an object", `"business_hours": {"opens": "09:00", "closes": "17:30", "rows": ["A1-F5", "AMB-08", "AMB-09"]}`, `"business_hours": []`, "business_hours", "must be an object"},
		{"text for a truth", `"default": false`, `"default": "no"`, "readings[20].default", "true or false"},
		{"hours the wrong way", `"opens": "09:00", "closes": "17:30"`, `"opens": "18:00", "closes": "17:30"`, "business_hours", "before"},
		{"unknown reading", `"name": "rsm_for_b"`, `"name": "rsm_for_d"`, "readings[14].name", "unknown reading"},
		{"missing reading", `{"name": "rsm_for_b", "default": true, "rows": ["AMB-22", "RSM-03"]},`, ``, "readings", "rsm_for_b is missing"},
		{"unknown reading in a gate", `"with": "rsm_for_b"}],
          "duties": [{"code": "match_effort", "rows": ["A1-18"]}, {"code": "change_control"`, `"with": "nonsense"}],
          "duties": [{"code": "match_effort", "rows": ["A1-18"]}, {"code": "change_control"`, "plans[0].cells.B.escalation[0].with", "unknown reading"},
		{"missing severity", `{"code": "C", "rows": ["A1-21"], "definition": ["minor_impact", "mostly_working"]}`, `{"code": "B", "rows": ["A1-21"], "definition": ["minor_impact"]}`, "severities", "severity C is missing"},
		{"missing remark", `"broad_outage": ["PMCS-57"],`, ``, "remarks.broad_outage", "missing"},
		{"unknown remark", `"broad_outage": ["PMCS-57"],`, `"broad_outage": ["PMCS-57"], "weather": ["PMCS-57"],`, "remarks.weather", "unknown note"},
		{"missing reason", `"plan_ended": ["GEN-02"],`, ``, "reasons.plan_ended", "missing"},
		{"missing number", `"event_notice": {"value": 42, "unit": "days", "rows": ["EV-20"]},`, ``, "numbers.event_notice", "missing"},
		{"number of nothing", `"event_notice": {"value": 42`, `"event_notice": {"value": 0`, "numbers.event_notice.value", "above zero"},
		{"wrong unit", `"value": 42, "unit": "days"`, `"value": 42, "unit": "hours"`, "numbers.event_notice.unit", "must be days"},
		{"window below its minimum", `"event_max_days": {"value": 20`, `"event_max_days": {"value": 2`, "numbers.event_max_days", "less than"},
		{"unknown plan", `"code": "rede"`, `"code": "reed"`, "plans[8].code", "unknown plan"},
		{"plan twice", `"code": "rede"`, `"code": "uer"`, "plans[8]", "plan uer occurs twice"},
		{"rank twice", `"rank": 80`, `"rank": 90`, "plans[8]", "rank 90 occurs twice"},
		{"product twice", `{"code": "azure/maps", "name": "Azure Maps", "kind": "azure", "online": true}`, `{"code": "azure/maps", "name": "StorSimple", "kind": "azure", "online": true}`, "products[77]", "belongs to azure/storsimple"},
		{"unknown product in a list", `"products": ["azure/storsimple", "github/ae", "azure/communication-services", "azure/billing"]`, `"products": ["azure/storsimple", "azure/bling"]`, "plans[0].excluded.products[1]", `unknown product "azure/bling"`},
		{"unknown kind", `"scope": {"kinds": ["github"]`, `"scope": {"kinds": ["gitlab"]`, "plans[11].scope.kinds[0]", "unknown kind"},
		{"excluded and in scope", `"scope": {"products": ["entra",`, `"excluded": {"effect": "plan", "open": false, "products": ["entra"], "rows": ["SEC-02"]}, "scope": {"products": ["entra",`, "plans[7].excluded", "entra is in the scope and excluded"},
		{"condition nobody knows", `{"reason": "not_production", "rows": ["PMCS-02"]}`, `{"reason": "full_moon", "rows": ["PMCS-02"]}`, "plans[3].conditions[0].reason", "unknown condition"},
		{"immediate with a target", `"work_begins": {"immediate": true, "rows": ["A6-03"]}`, `"work_begins": {"immediate": true, "target": "5m", "rows": ["A6-03"]}`, "plans[1].cells.1.work_begins", "immediate and has a target"},
		{"gap: no cell, no word", `"unlisted": {"rows": ["UER-01"]},`, ``, "plans[1].cells.B", "missing"},
		{"gap: no first response", `"first_response": {"target": "4h", "clock": "business", "clock_without": {"reading": "business_response_clock", "clock": "24x7"}, "early_warning": true, "rows": ["A1-22", "AMB-06"]},`, ``, "plans[0].cells.C", "must have first_response"},
		{"later than the base", `"first_response": {"target": "30m", "clock": "24x7", "rows": ["A6-02"]}`, `"first_response": {"target": "90m", "clock": "24x7", "rows": ["A6-02"]}`, "plans[1].cells.1.first_response", "longer than the base's"},
		{"milder and sooner", `"first_response": {"target": "1h", "clock": "24x7", "rows": ["A1-13"]}`, `"first_response": {"target": "10m", "clock": "24x7", "rows": ["A1-13"]}`, "plans[0].cells.A.first_response", "shorter than that of a worse severity"},
		{"Azure slower than the rest", `"azure_first_response": {"target": "15m", "clock": "24x7", "rows": ["A6-01"]}`, `"azure_first_response": {"target": "45m", "clock": "24x7", "rows": ["A6-01"]}`, "plans[1].cells.1.azure_first_response", "longer than first_response"},
		{"critical in business hours", `{"target": "1h", "clock": "24x7", "rows": ["A1-12"]}`, `{"target": "1h", "clock": "business", "rows": ["A1-12"]}`, "plans[0].cells.A", "around the clock"},
		{"C around the clock", `"effort": {"clock": "business", "rows": ["A1-23", "A1-F5"]}`, `"effort": {"clock": "24x7", "rows": ["A1-23", "A1-F5"]}`, "plans[0].cells.C.effort", "must be business"},
		{"the base replaces itself", `"owner": {"code": "owner_support"`, `"replaces_base": ["ARR-04"], "owner": {"code": "owner_support"`, "plans[0].replaces_base", "cannot replace itself"},
		{"an engineer with a time", `"assigned": [{"code": "rede_engineer", "rows": ["REDE-02", "REDE-04", "REDE-11"]}],
          "duties": [{"code": "open_case"`, `"first_response": {"target": "5m", "clock": "24x7", "rows": ["REDE-10"]}, "assigned": [{"code": "rede_engineer", "rows": ["REDE-02", "REDE-04", "REDE-11"]}],
          "duties": [{"code": "open_case"`, "plans[8].cells.1", "changes no time"},
		{"no common way", `"ways": [{"way": "portal"}], "rows": ["ARR-01"]`, `"ways": [{"way": "chat"}], "rows": ["ARR-01"]`, "plans[1].channels", "no way satisfies both uer and arr"},
		{"another tag", `"event_tag": {"text": "MCSAE"`, `"event_tag": {"text": "EVENT"`, "plans[5].cells.1.notes", `the tag is "MCSAE"`},
		{"base without an owner", `"owner": {"code": "owner_support", "rows": ["PRS-01", "PRS-02"]},`, ``, "plans[0]", "must have owner"},
		{"change control outside B", `"change_control": {"target": "4h", "clock": "business", "rows": ["A1-20", "AMB-31"]},`, ``, "plans[0].cells.B.change_control", "belongs to severity B"},
		{"answer outside C", `"customer_answer": {"target": "24h", "clock": "24x7", "rows": ["A1-25"]},`, ``, "plans[0].cells.C.customer_answer", "belongs to severity C"},
		{"24x7 that is not", `"effort": {"clock": "24x7", "rows": ["A1-17", "A1-F4"]}`, `"effort": {"clock": "business", "rows": ["A1-17", "A1-F4"]}`, "plans[0].cells.B+24x7.effort", "must be 24x7"},
		{"A in business hours", `"effort": {"clock": "24x7", "rows": ["A6-07"]}`, `"effort": {"clock": "business", "rows": ["A6-07"]}`, "plans[1].cells.A.effort", "around the clock"},
		{"no number for the first response", `"first_response": {"target": "30m", "clock": "24x7", "rows": ["A6-07"]}`, `"first_response": {"immediate": true, "rows": ["A6-07"]}`, "plans[1].cells.A.first_response", "needs a length"},
		{"Azure's time alone", `"first_response": {"target": "30m", "clock": "24x7", "rows": ["A6-02"]},`, ``, "plans[1].cells.1.first_response", "missing beside"},
		{"no channels", `"channels": {"ways": [{"way": "phone"}, {"way": "web"}], "rows": ["UER-03", "A6-06"]},`, ``, "plans[1].channels", "missing"},
		{"another base", `"kind": "enhanced", "rank": 90`, `"kind": "base", "rank": 90`, "plans[1].kind", "alone is the base"},
		{"fees the wrong way", `"cancel_half": {"value": 6`, `"cancel_half": {"value": 14`, "numbers.cancel_half", "less than"},
		{"severity twice", `{"code": "C", "rows": ["A1-21"]`, `{"code": "B", "rows": ["A1-21"]`, "severities[3]", "severity B occurs twice"},
		{"severity means nothing", `"definition": ["minor_impact", "mostly_working"]`, `"definition": []`, "severities[3]", "no definition"},
		{"with and without", `"without": "uer_without_onboarding"`, `"without": "uer_without_onboarding", "with": "rsm_for_b"`, "plans[1].conditions[1]", "both with and without"},
		{"the other clock is the same", `"clock_without": {"reading": "sev_b_24x7_response", "clock": "business"}`, `"clock_without": {"reading": "sev_b_24x7_response", "clock": "24x7"}`, "plans[0].cells.B+24x7.first_response.clock_without", "same clock"},
		{"effect nobody knows", `"effect": "no_time"`, `"effect": "rain"`, "plans[0].excluded.effect_without.effect", "must be time"},
		{"rca at another time", `"request": "around_close"`, `"request": "at_noon"`, "plans[3].rca.request", "before_close"},
		{"rca with an unknown number", `"request_number": "platform_rca_request"`, `"request_number": "seven"`, "plans[3].rca.request_number", "unknown number"},
		{"number twice", `"free_reschedules": {`, `"cancel_free": {"value": 1}, "free_reschedules": {`, "numbers.cancel_free", "twice"},
		{"unknown number", `"free_reschedules": {`, `"dice": {"value": 1}, "free_reschedules": {`, "numbers.dice", "unknown number"},
		{"channel twice", `"ways": [{"way": "portal"}], "rows": ["ARR-01"]`, `"ways": [{"way": "portal"}, {"way": "portal"}], "rows": ["ARR-01"]`, "plans[2].channels.ways[1]", "portal occurs twice"},
		{"rows as an object", `"advisory_cap": {"value": 6, "unit": "hours", "rows": ["ADV-07"]}`, `"advisory_cap": {"value": 6, "unit": "hours", "rows": {}}`, "numbers.advisory_cap.rows", "must be a list"},
		{"no time of day", `"opens": "09:00"`, `"opens": "nine"`, "business_hours.opens", "time of day"},
		{"no English", `"languages": {"list": ["en", "ja"]`, `"languages": {"list": ["ja"]`, "plans[2].languages.list", "must contain en"},
	} {
		t.Run(x.name, func(t *testing.T) {
			if !strings.Contains(good, x.from) {
				t.Fatalf("the edition no longer contains %s", x.from)
			}
			_, err := terms.Load([]byte(strings.Replace(good, x.from, x.to, 1)))
			var wrong *terms.EditionError
			if !errors.As(err, &wrong) {
				t.Fatalf("loaded, or failed otherwise: %v", err)
			}
			if !slices.ContainsFunc(wrong.Mistakes, func(m terms.Mistake) bool {
				return m.Path == x.path && strings.Contains(m.Text, x.text)
			}) {
				t.Errorf("want %s: %s\ngot %v", x.path, x.text, err)
			}
		})
	}
}

func TestLoadReportsAllMistakes(t *testing.T) {
	bad := edition(t)
	for from, to := range map[string]string{
		`"rows": ["A1-13", "A1-F2"]`:      `"rows": ["A1-13", "A1-99"]`,
		`"code": "critsit_resource"`:      `"code": "critsit_nobody"`,
		`"unit": "hours"`:                 `"unit": "weeks"`,
		`"name": "Azure Rapid Response",`: ``,
	} {
		bad = strings.Replace(bad, from, to, 1)
	}
	_, err := terms.Load([]byte(bad))
	for _, want := range []string{"A1-99", "critsit_nobody", "advisory_cap.unit", "plans[2].name: missing", "4 mistake(s)"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("no word of %s in: %v", want, err)
		}
	}
}

func TestLoadRefusesWhatIsNoEdition(t *testing.T) {
	for _, bad := range []string{"", "null", "[]", "{", "{}", `{"edition": "x"} {}`, strings.Repeat("[", 100), "\xff\xfe", `{"rows": {"charts": ["A-1..99999999"]}}`} {
		if e, err := terms.Load([]byte(bad)); err == nil || e != nil {
			t.Errorf("%q: loaded", bad)
		}
	}
	_, err := terms.Load([]byte("{\n\"edition\": \"x\",\n\"rows\": }"))
	if err == nil || !strings.Contains(err.Error(), "line 3") {
		t.Errorf("a broken line should be named: %v", err)
	}
}

func TestAnotherEditionOfTheSameForm(t *testing.T) {
	other := strings.Replace(edition(t), `"edition": "ussd-2025-11"`, `"edition": "ussd-2026-05"`, 1)
	other = strings.Replace(other, `{"target": "1h", "clock": "24x7", "rows": ["A1-03"]}`, `{"target": "45m", "clock": "24x7", "rows": ["A1-03"]}`, 1)
	e, err := terms.Load([]byte(other))
	if err != nil {
		t.Fatal(err)
	}
	c := resolveIn(t, e, kase(terms.Sev1, "sql-server"))
	if c.Edition != "ussd-2026-05" {
		t.Errorf("edition %s", c.Edition)
	}
	wantFirst(t, c, "45m0s 24x7", "A1-03")
	// The built-in one is another.
	wantFirst(t, resolve(t, kase(terms.Sev1, "sql-server")), "1h0m0s 24x7", "A1-03")
}

func FuzzLoad(f *testing.F) {
	f.Add([]byte(`{"edition": "x", "rows": {"charts": ["A1-01..25"]}, "plans": [{"code": "unified"}]}`))
	f.Add([]byte(`[]`))
	f.Fuzz(func(t *testing.T, data []byte) {
		if e, err := terms.Load(data); (e == nil) == (err == nil) {
			t.Errorf("edition %v, error %v", e, err)
		}
	})
}
