package domain

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"example.com/firstcall/domain/calendar"
	"example.com/firstcall/domain/terms"
)

// play fires at every wake until then, and writes what rang: "hh:mm kind to",
// with the day before it where it is not the first one.
func play(t *testing.T, i Incident, until time.Time, env Env) (Incident, []string) {
	t.Helper()
	start := i.OpenedAt
	said := []string{}
	for n := 0; ; n++ {
		now := i.Wake(env)
		if now.IsZero() || now.After(until) {
			return i, said
		}
		if n > 1000 {
			t.Fatal("no end of ticks")
		}
		out := i.Fire(now, env)
		i = out.Incident
		layout := "15:04:05"
		if now.YearDay() != start.YearDay() {
			layout = "02 15:04:05"
		}
		for _, w := range out.Notices {
			said = append(said, fmt.Sprint(now.Format(layout), " ", w.Kind, " ", w.To))
		}
	}
}

func wantSaid(t *testing.T, got []string, want ...string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("rang\n%q\nwant\n%q", got, want)
	}
}

func TestFirstResponseAlarmsOfSeverity1(t *testing.T) {
	env, start := with(t, terms.Unified), at(t, "2026-03-08 02:00")
	env.Policy.Ladders = nil
	_, said := play(t, opened(t, staffed(terms.Sev1), start, env), start.Add(46*time.Minute), env)
	wantSaid(
		t, said,
		"02:07:30 first_response_half engineers", "02:12:00 first_response_most owner", "02:15:00 first_response_due engineers",
		"02:30:00 first_response_late owner", "02:45:00 first_response_late owner",
	)
}

// B counts in business hours, and its repetitions come each working day.
func TestFirstResponseAlarmsOfSeverityB(t *testing.T) {
	env, start := with(t, terms.Unified), at(t, "2026-03-06 17:00") // Friday; target Monday 10:30
	env.Policy.Ladders = nil
	_, said := play(t, opened(t, opening(terms.SevB), start, env), at(t, "2026-03-11 10:30"), env)
	wantSaid(
		t, said,
		"09 09:30:00 first_response_half engineers", "09 10:06:00 first_response_most owner",
		"09 10:30:00 first_response_due engineers",
		"10 10:30:00 first_response_late owner", "11 10:30:00 first_response_late owner",
	)
}

// A repetition each working day: neither one too many nor, around long
// holidays, one too few; and the same from wherever one looks.
func TestDailyRepetitionAcrossHolidays(t *testing.T) {
	china, ok := calendar.Country("CN")
	if !ok {
		t.Fatal("no holidays of China")
	}
	zone, err := time.LoadLocation("Asia/Shanghai")
	if err != nil {
		t.Fatal(err)
	}
	cal, err := calendar.New(zone, calendar.OfficeHours(), china)
	if err != nil {
		t.Fatal(err)
	}
	env := with(t, terms.Unified)
	env.Calendar = cal
	i := Incident{Severity: terms.SevB}
	due := time.Date(2026, 2, 12, 10, 30, 0, 0, zone) // Spring Festival follows
	var days []time.Time
	for n := 1; n <= 40; n++ {
		days = append(days, cal.AddDaysAt(due, n))
	}
	for _, step := range []time.Duration{time.Second, 7 * time.Hour, 26 * time.Hour} {
		want := 0
		for after := due; after.Before(days[30]); after = after.Add(step * 100) {
			for !days[want].After(after) {
				want++
			}
			if got := i.repeat(FirstResponseLate, due, after, 0, env); !got.Equal(days[want]) {
				t.Fatalf("after %v: %v, want %v", after, got, days[want])
			}
		}
	}
}

func TestOtherAlarms(t *testing.T) {
	start := at(t, "2026-03-02 09:00")
	quiet := func(t *testing.T) Env {
		env := with(t, terms.Unified)
		env.Policy.Ladders = nil
		return env
	}
	t.Run("staffing", func(t *testing.T) {
		env := quiet(t)
		i := opened(t, opening(terms.SevA), start, env)
		i.FirstResponse.Met, i.WorkBegins.Met = start, start
		_, said := play(t, i, start.Add(80*time.Minute), env)
		wantSaid(
			t, said, "09:15:00 staffing_missing reporter", "09:15:00 staffing_missing administrator",
			"10:15:00 staffing_missing reporter", "10:15:00 staffing_missing administrator",
		)
	})
	t.Run("case number", func(t *testing.T) {
		env := quiet(t)
		env.Policy.ChatSubmits = nil
		_, said := play(t, opened(t, staffed(terms.Sev1), start, env), start.Add(20*time.Minute), env)
		wantSaid(t, said, "09:10:00 case_missing reporter", "09:20:00 case_missing reporter", "09:20:00 case_missing engineers")
	})
	t.Run("change control", func(t *testing.T) {
		env := quiet(t)
		i := opened(t, opening(terms.SevB), start, env)
		i = kept2(t)(i.Ask(kenji, AskChangeControl, "restart?", start, env))
		i.FirstResponse.Met, i.WorkBegins.Met, i.NextUpdate = start, start, Clock{}
		_, said := play(t, i, start.Add(100*time.Hour), env) // 80 % of four hours, then the end
		wantSaid(t, said, "12:12:00 change_control_soon customer", "13:00:00 change_control_due customer", "13:00:00 change_control_due owner")
	})
	t.Run("answer", func(t *testing.T) {
		env := quiet(t)
		i := opened(t, opening(terms.SevC), start, env)
		i = kept2(t)(i.Ask(kenji, AskQuestion, "which version?", start, env))
		i.FirstResponse.Met, i.WorkBegins.Met, i.NextUpdate = start, start, Clock{}
		_, said := play(t, i, start.Add(100*time.Hour), env) // 80 % of 24 hours, then the end
		wantSaid(t, said, "03 04:12:00 answer_soon customer", "03 09:00:00 answer_due customer", "03 09:00:00 answer_due owner")
	})
	t.Run("work begins, once somebody has called", func(t *testing.T) {
		env := quiet(t)
		i := opened(t, opening(terms.SevB), start, env)
		i.NextUpdate = Clock{}
		i.FirstResponse.Met = start.Add(time.Hour)
		_, said := play(t, i, start.Add(100*time.Hour), env)
		wantSaid(t, said, "11:00:00 work_begins_due owner")
		i.FirstResponse.Met = start.Add(3 * time.Hour) // called late: what is overdue by then rings then
		wantRings(t, i.Fire(start.Add(3*time.Hour), env), "work_begins_due owner")
	})
	t.Run("next update", func(t *testing.T) {
		env := quiet(t)
		i := opened(t, staffed(terms.Sev1), start, env)
		i = kept2(t)(i.RecordFirstCall(kenji, terms.Phone, "", start, start, env))
		_, said := play(t, i, start.Add(time.Hour), env)
		wantSaid(t, said, "09:30:00 update_due owner", "09:45:00 update_late owner", "10:00:00 update_late owner")
	})
}

// An unsent ring is withdrawn as soon as its reason has gone.
func TestApplies(t *testing.T) {
	env, now := with(t, terms.Unified), at(t, "2026-03-02 09:00")
	i := opened(t, opening(terms.SevA), now, env)
	applies := func(i Incident) (out []NoticeKind) {
		for _, k := range AlarmKinds() {
			if i.Applies(k) {
				out = append(out, k)
			}
		}
		return out
	}
	first := []NoticeKind{FirstResponseHalf, FirstResponseMost, FirstResponseDue, FirstResponseLate}
	if got, want := applies(i), append(slices.Clone(first), WorkBeginsDue, StaffingMissing, Page); !slices.Equal(got, want) {
		t.Errorf("opened: %v, want %v", got, want)
	}
	i = kept2(t)(i.Acknowledge(kenji, time.Time{}, now, env))
	if got, want := applies(i), append(slices.Clone(first), WorkBeginsDue, StaffingMissing, UpdateDue, UpdateLate); !slices.Equal(got, want) {
		t.Errorf("acknowledged: %v, want %v", got, want)
	}
	i = kept2(t)(i.Resolve(kenji, time.Time{}, "", now, env))
	if got := applies(i); got != nil {
		t.Errorf("resolved: %v", got)
	}
	if !i.Applies(ResolvedNow) {
		t.Error("what a change said has lost its reason")
	}
}

func TestLadder(t *testing.T) {
	start := at(t, "2026-03-02 09:00")
	rungs := []Rung{
		{After: 5 * time.Minute, Call: []Who{"role:incident_manager"}},
		{After: 10 * time.Minute, Call: []Who{ToManagers, "person:maria"}, Every: 15 * time.Minute, Times: 2},
	}
	tests := []struct {
		name  string
		rungs []Rung
		empty []Who
		want  []string
	}{
		{"rung by rung, then it stops", rungs, nil, []string{
			"09:05:00 page role:incident_manager", "09:10:00 page managers", "09:10:00 page person:maria",
			"09:25:00 page managers", "09:25:00 page person:maria",
		}},
		{"an empty rung is skipped at once", rungs, []Who{"role:incident_manager"}, []string{
			"09:05:00 page managers", "09:05:00 page person:maria", "09:20:00 page managers", "09:20:00 page person:maria",
		}},
		{"half an empty rung is not", rungs, []Who{ToManagers}, []string{
			"09:05:00 page role:incident_manager", "09:10:00 page person:maria", "09:25:00 page person:maria",
		}},
		{"nobody at all: the engineers", rungs, []Who{"role:incident_manager", ToManagers, "person:maria"}, []string{"09:05:00 page engineers"}},
		{"a part of the target", []Rung{{Percent: 50, After: time.Hour, Call: []Who{ToManagers}}}, nil, []string{"09:07:30 page managers"}},
		{"at its very start", []Rung{{Call: []Who{ToManagers}}}, nil, []string{"09:00:00 page managers"}},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			env := with(t, terms.Unified)
			env.Policy.Ladders = []Ladder{{Severity: terms.SevC}, {Severity: terms.Sev1, Rungs: tc.rungs}}
			env.Empty = func(w Who) bool { return slices.Contains(tc.empty, w) }
			i := opened(t, staffed(terms.Sev1), start, env)
			i.FirstResponse.Met = start
			_, said := play(t, i, start.Add(5*time.Hour), env)
			wantSaid(t, said, tc.want...)
		})
	}
	t.Run("B climbs in business time", func(t *testing.T) {
		env, friday := with(t, terms.Unified), at(t, "2026-03-06 17:00")
		i := opened(t, opening(terms.SevB), friday, env)
		i.FirstResponse.Met, i.WorkBegins.Met = friday, friday
		_, said := play(t, i, friday.Add(200*time.Hour), env)
		wantSaid(t, said, "09 10:30:00 page managers")
	})
}

// After an outage each person gets one page, with the highest rung and the
// instant it was meant for; reminders are folded into the newest.
func TestOutageIsFolded(t *testing.T) {
	env, start := with(t, terms.Unified), at(t, "2026-03-02 09:00")
	out := opened(t, staffed(terms.Sev1), start, env).Fire(start.Add(40*time.Minute), env)
	wantRings(t, out, "first_response_late owner", "page role:incident_manager", "page managers")
	managers := out.Notices[2]
	same(t, "meant for", managers.At, start.Add(30*time.Minute))
	same(t, "about", managers.Due, start.Add(15*time.Minute))
	if managers.Rung != 2 {
		t.Errorf("rung %d, want 2", managers.Rung)
	}
}
