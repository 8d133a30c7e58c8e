package terms_test

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"testing"

	"example.com/firstcall/domain/terms"
)

// chartRows keys every row of the charts A1 to A6 with the fact that it states, in
// a case where nothing else can state it.
var chartRows = map[string]func(*testing.T){
	"A1-01": func(t *testing.T) {
		c := base(t, terms.Sev1, vm)
		wantNone(t, "work begins", c.WorkBegins)
		wantFact(t, c.Notes, terms.NoteWorkBeginsNow, "A1-01")
		wantDefinition(t, terms.Sev1, "A1-01", terms.DefCriticalSystemDown, terms.DefBusinessAtRisk, terms.DefCompleteLoss, terms.DefImmediateAttention)
	},
	"A1-02": func(t *testing.T) { wantFirst(t, base(t, terms.Sev1, vm), "15m0s 24x7", "A1-02") },
	"A1-03": func(t *testing.T) { wantFirst(t, base(t, terms.Sev1, "sql-server"), "1h0m0s 24x7", "A1-03") },
	"A1-04": func(t *testing.T) { wantFact(t, base(t, terms.Sev1, vm).Assigned, terms.RoleCritsitResource, "A1-04") },
	"A1-05": func(t *testing.T) { wantEffort(t, base(t, terms.Sev1, vm), terms.AroundTheClock, "A1-05") },
	"A1-06": func(t *testing.T) {
		wantFact(t, base(t, terms.Sev1, vm).Escalation, terms.EscalationProductTeam, "A1-06")
		wantNoFact(t, base(t, terms.SevA, vm).Escalation, terms.EscalationProductTeam)
	},
	"A1-07": func(t *testing.T) {
		wantFact(t, base(t, terms.Sev1, vm).Escalation, terms.EscalationExecutives, "A1-07")
	},
	"A1-08": func(t *testing.T) { wantFact(t, base(t, terms.Sev1, vm).Duties, terms.DutyExecutives, "A1-08") },
	"A1-09": func(t *testing.T) { wantFact(t, base(t, terms.Sev1, vm).Duties, terms.DutyStaff24x7, "A1-09") },
	"A1-10": func(t *testing.T) { wantFact(t, base(t, terms.Sev1, vm).Duties, terms.DutyRapidAccess, "A1-10") },
	"A1-11": func(t *testing.T) {
		for _, s := range terms.Severities() {
			wantVia(t, base(t, s, vm), "A1-11", terms.Phone, terms.Web)
		}
	},
	"A1-12": func(t *testing.T) {
		wantBegins(t, base(t, terms.SevA, vm), "1h0m0s 24x7", "A1-12")
		wantDefinition(t, terms.SevA, "A1-12", terms.DefCriticalSystemDegraded, terms.DefSignificantLoss)
	},
	"A1-13": func(t *testing.T) {
		wantFirst(t, base(t, terms.SevA, vm), "1h0m0s 24x7", "A1-13")
		wantFirst(t, base(t, terms.SevA, "sql-server"), "1h0m0s 24x7", "A1-13")
		wantFact(t, base(t, terms.SevA, vm).Assigned, terms.RoleCritsitOversight, "A1-13")
	},
	"A1-14": func(t *testing.T) {
		d := base(t, terms.SevA, vm).Duties
		wantFact(t, d, terms.DutyStaff24x7, "A1-14")
		wantFact(t, d, terms.DutyRapidAccess, "A1-14")
		wantNoFact(t, d, terms.DutyExecutives)
	},
	"A1-15": func(t *testing.T) {
		wantBegins(t, base(t, terms.SevB, vm), "2h0m0s business", "A1-15")
		wantDefinition(t, terms.SevB, "A1-15", terms.DefModerateImpact, terms.DefWorkGoesOnImpaired)
	},
	"A1-16": func(t *testing.T) {
		wantFirst(t, base(t, terms.SevB, vm), "2h0m0s business", "A1-16")
		wantFirst(t, committed(t), "2h0m0s 24x7", "A1-16")
	},
	"A1-17": func(t *testing.T) {
		wantFact(t, base(t, terms.SevB, vm).Notes, terms.NoteOffer24x7, "A1-17")
		wantEffort(t, committed(t), terms.AroundTheClock, "A1-17")
		wantNoFact(t, committed(t).Notes, terms.NoteOffer24x7)
	},
	"A1-18": func(t *testing.T) { wantFact(t, base(t, terms.SevB, vm).Duties, terms.DutyMatchEffort, "A1-18") },
	"A1-19": func(t *testing.T) {
		wantFact(t, committed(t).Duties, terms.DutyStaff24x7, "A1-19")
		wantNoFact(t, base(t, terms.SevB, vm).Duties, terms.DutyStaff24x7)
	},
	"A1-20": func(t *testing.T) {
		wantText(t, base(t, terms.SevB, vm).ChangeControl, "4h0m0s business", "A1-20")
		wantText(t, committed(t).ChangeControl, "4h0m0s business", "A1-20")
		wantNone(t, "change control of A", base(t, terms.SevA, vm).ChangeControl)
	},
	"A1-21": func(t *testing.T) {
		wantBegins(t, base(t, terms.SevC, vm), "4h0m0s business", "A1-21")
		wantDefinition(t, terms.SevC, "A1-21", terms.DefMinorImpact, terms.DefMostlyWorking)
	},
	"A1-22": func(t *testing.T) { wantFirst(t, base(t, terms.SevC, vm), "4h0m0s business", "A1-22") },
	"A1-23": func(t *testing.T) {
		c := kase(terms.SevC, vm)
		c.Commit24x7 = true
		got := resolve(t, c)
		wantEffort(t, got, terms.BusinessHours, "A1-23")
		wantFact(t, got.Notes, terms.NoteNo24x7, "A1-23")
	},
	"A1-24": func(t *testing.T) { wantFact(t, base(t, terms.SevC, vm).Duties, terms.DutyOwnerContact, "A1-24") },
	"A1-25": func(t *testing.T) {
		c := base(t, terms.SevC, vm)
		wantText(t, c.CustomerAnswer, "24h0m0s 24x7", "A1-25")
		wantFact(t, c.Duties, terms.DutyRespond24h, "A1-25")
		wantNone(t, "answer of B", base(t, terms.SevB, vm).CustomerAnswer)
	},
	"A1-F1": func(t *testing.T) {
		for _, p := range []string{"azure/storsimple", "github/ae", "azure/communication-services", "azure/billing"} {
			c := base(t, terms.Sev1, p)
			wantFirst(t, c, "1h0m0s 24x7", "A1-03")
			wantFact(t, c.Notes, terms.NoteAzureTimeExcluded, "A1-F1")
		}
	},
	"A1-F2": func(t *testing.T) {
		wantFact(t, base(t, terms.Sev1, vm).Assigned, terms.RoleCritsitResource, "A1-F2")
		wantFact(t, base(t, terms.SevA, vm).Assigned, terms.RoleCritsitOversight, "A1-F2")
	},
	"A1-F3": func(t *testing.T) {
		for _, s := range []terms.Severity{terms.Sev1, terms.SevA} {
			wantCannot(t, base(t, s, vm), terms.SeverityMayBeLowered, "A1-F3")
		}
	},
	"A1-F4": func(t *testing.T) {
		wantEffort(t, base(t, terms.SevB, vm), terms.BusinessHours, "A1-F4")
		wantCannot(t, committed(t), terms.BusinessHoursOnly, "A1-F4")
	},
	"A1-F5": func(t *testing.T) {
		opens, closes, rows := terms.Current().DefaultHours()
		if opens != 9*hour || closes != 17*hour+30*minutes || !slices.Contains(rows, "A1-F5") {
			t.Errorf("%v to %v by %v", opens, closes, rows)
		}
		wantRow(t, base(t, terms.SevC, vm), "A1-F5")
	},

	"A2-01": func(t *testing.T) {
		wantBegins(t, with(t, terms.PlatformMCS, terms.Sev1), "15m0s 24x7", "A2-01")
		wantDefinition(t, terms.Sev1, "A2-01", append(sev1, terms.DefCoreProcessLost)...)
	},
	"A2-02": func(t *testing.T) { wantFirst(t, with(t, terms.PlatformMCS, terms.Sev1), "15m0s 24x7", "A2-02") },
	"A2-03": func(t *testing.T) {
		wantFact(t, with(t, terms.PlatformMCS, terms.Sev1).Assigned, terms.RoleSpecialists, "A2-03")
	},
	"A2-04": func(t *testing.T) {
		for _, s := range []terms.Severity{terms.Sev1, terms.SevA} {
			wantFact(t, with(t, terms.PlatformMCS, s).Assigned, terms.RoleSeniorIncidentManager, "A2-04")
		}
	},
	"A2-05": func(t *testing.T) {
		e := with(t, terms.PlatformMCS, terms.Sev1).Escalation
		wantFact(t, e, terms.EscalationCloudOps, "A2-05")
		wantFact(t, e, terms.EscalationProductTeam, "A1-06") // the base's stays beside it
	},
	"A2-06": func(t *testing.T) {
		c := with(t, terms.PlatformMCS, terms.Sev1)
		for _, d := range []terms.Code{terms.DutyStaff24x7, terms.DutyRapidAccess, terms.DutyExecutives} {
			wantFact(t, c.Duties, d, "A2-06")
		}
		wantVia(t, c, "A2-06", terms.Portal, terms.Phone, terms.Web, terms.Chat)
	},
	"A2-07": func(t *testing.T) {
		c := with(t, terms.PlatformMCS, terms.SevA)
		wantFirst(t, c, "15m0s 24x7", "A2-07")
		wantBegins(t, c, "15m0s 24x7", "A2-07")
	},
	"A2-08": func(t *testing.T) {
		for _, s := range []terms.Severity{terms.Sev1, terms.SevA} {
			wantFact(t, with(t, terms.PlatformMCS, s).Escalation, terms.EscalationExecutives, "A2-08")
		}
	},
	"A2-09": func(t *testing.T) {
		c := with(t, terms.PlatformMCS, terms.SevB)
		wantFirst(t, c, "2h0m0s business", "A1-16")
		wantFact(t, c.Assigned, terms.RolePMCSEngineers, "A2-09")
	},
	"A2-F1": func(t *testing.T) { wantCannot(t, with(t, terms.PlatformMCS, terms.SevA), terms.NoLonger24x7, "A2-F1") },
	"A2-F2": func(t *testing.T) {
		wantFact(t, with(t, terms.PlatformMCS, terms.Sev1).Assigned, terms.RoleSeniorIncidentManager, "A2-F2")
	},

	"A3-01": func(t *testing.T) {
		c := with(t, terms.EventMCS, terms.Sev1)
		wantFirst(t, c, "15m0s 24x7", "A3-01")
		wantFact(t, c.Escalation, terms.EscalationInternal, "A3-01")
	},
	"A3-02": func(t *testing.T) { wantBegins(t, with(t, terms.EventMCS, terms.Sev1), "15m0s 24x7", "A3-02") },
	"A3-03": func(t *testing.T) {
		c := with(t, terms.EventMCS, terms.SevA)
		wantFact(t, c.Assigned, terms.RoleSpecialists, "A3-03")
		wantFact(t, c.Escalation, terms.EscalationProductTeam, "A3-03")
		wantFact(t, c.Escalation, terms.EscalationExecutives, "A3-03")
	},
	"A3-04": func(t *testing.T) {
		wantFact(t, with(t, terms.EventMCS, terms.SevA).Assigned, terms.RoleEventEngineers, "A3-04")
	},
	"A3-05": func(t *testing.T) {
		c := with(t, terms.EventMCS, terms.SevA)
		wantFact(t, c.Assigned, terms.RoleEventEngineers, "A3-05")
		wantNoFact(t, c.Assigned, terms.RoleSeniorIncidentManager)
	},
	"A3-06": func(t *testing.T) {
		c := kase(terms.Sev1, vm, terms.EventMCS)
		f := wantFact(t, resolve(t, c).Notes, terms.NoteTagRequired, "A3-06")
		if f.Args["tag"] != "MCSAE" || terms.Current().EventTag() != "MCSAE" {
			t.Errorf("tag %q", f.Args["tag"])
		}
		c.Tag = ""
		got := resolve(t, c)
		wantReason(t, got, terms.EventMCS, terms.ReasonTagMissing)
		wantRow(t, got, "A3-06")
	},
	"A3-07": func(t *testing.T) {
		c := with(t, terms.EventMCS, terms.SevC)
		wantFirst(t, c, "4h0m0s business", "A1-22")
		wantRow(t, c, "A3-07")
		wantFact(t, c.Notes, terms.NoteEventTeam24x7, "EV-13")
	},
	"A3-F1": func(t *testing.T) { wantCannot(t, with(t, terms.EventMCS, terms.Sev1), terms.NoLonger24x7, "A3-F1") },

	"A4-01": func(t *testing.T) {
		c := resolve(t, kase(terms.Sev1, "purview", terms.SecurityMCS))
		wantFirst(t, c, "15m0s 24x7", "A4-01")
		wantNone(t, "work begins", c.WorkBegins)
		wantFact(t, c.Notes, terms.NoteInitialResponse, "A4-01")
	},
	"A4-02": func(t *testing.T) {
		wantFact(t, resolve(t, kase(terms.Sev1, "intune", terms.SecurityMCS)).Assigned, terms.RoleSecurityEngineer, "A4-02")
	},
	"A4-03": func(t *testing.T) {
		wantFact(t, resolve(t, kase(terms.Sev1, "intune", terms.SecurityMCS)).Escalation, terms.EscalationSecurity, "A4-03")
	},
	"A4-04": func(t *testing.T) {
		c := resolve(t, kase(terms.SevA, "security-copilot", terms.SecurityMCS))
		wantBegins(t, c, "15m0s 24x7", "A4-04")
		wantFirst(t, c, "15m0s 24x7", "A4-04")
	},
	"A4-05": func(t *testing.T) {
		c := resolve(t, kase(terms.SevA, "sentinel", terms.SecurityMCS))
		wantFact(t, c.Duties, terms.DutyStaff24x7, "A4-05")
		wantNoFact(t, c.Duties, terms.DutyExecutives)
		wantVia(t, c, "A4-05", terms.Phone, terms.Web)
	},
	"A4-06": func(t *testing.T) {
		c := resolve(t, kase(terms.SevB, "sentinel", terms.SecurityMCS))
		wantReason(t, c, terms.SecurityMCS, terms.ReasonSeverity)
		wantRow(t, c, "A4-06")
	},
	"A4-F1": func(t *testing.T) {
		c := resolve(t, kase(terms.SevA, "sentinel", terms.SecurityMCS))
		wantCannot(t, c, terms.NoLonger24x7, "A4-F1")
		wantLanguages(t, c, "en")
	},

	"A5-01": func(t *testing.T) { wantBegins(t, with(t, terms.ARR, terms.Sev1), "15m0s 24x7", "A5-01") },
	"A5-02": func(t *testing.T) { wantFirst(t, with(t, terms.ARR, terms.Sev1), "15m0s 24x7", "A5-02") },
	"A5-03": func(t *testing.T) {
		wantFact(t, with(t, terms.ARR, terms.Sev1).Assigned, terms.RoleSpecialists, "A5-03")
	},
	"A5-04": func(t *testing.T) {
		c := with(t, terms.ARR, terms.Sev1)
		wantFact(t, c.Escalation, terms.EscalationCloudOps, "A5-04")
		wantNoFact(t, c.Assigned, terms.RoleSeniorIncidentManager)
	},
	"A5-05": func(t *testing.T) {
		c := with(t, terms.ARR, terms.SevA)
		wantFirst(t, c, "15m0s 24x7", "A5-05")
		wantBegins(t, c, "15m0s 24x7", "A5-05")
		wantFact(t, c.Escalation, terms.EscalationExecutives, "A5-05")
	},
	"A5-06": func(t *testing.T) {
		for _, s := range []terms.Severity{terms.SevB, terms.SevC} {
			c := with(t, terms.ARR, s)
			wantReason(t, c, terms.ARR, terms.ReasonSeverity)
			wantRow(t, c, "A5-06")
		}
	},
	"A5-F1": func(t *testing.T) { wantCannot(t, with(t, terms.ARR, terms.SevA), terms.NoLonger24x7, "A5-F1") },
	"A5-F2": func(t *testing.T) {
		c := with(t, terms.ARR, terms.Sev1)
		wantLanguages(t, c, "en", "ja")
		wantRow(t, c, "A5-F2")
	},

	"A6-01": func(t *testing.T) { wantFirst(t, with(t, terms.UER, terms.Sev1), "15m0s 24x7", "A6-01") },
	"A6-02": func(t *testing.T) {
		wantFirst(t, resolve(t, kase(terms.Sev1, "sql-server", terms.UER)), "30m0s 24x7", "A6-02")
	},
	"A6-03": func(t *testing.T) {
		// The base says the same; neither gives a number.
		c := with(t, terms.UER, terms.Sev1)
		wantNone(t, "work begins", c.WorkBegins)
		wantFact(t, c.Notes, terms.NoteWorkBeginsNow, "A6-03")
		wantFact(t, c.Notes, terms.NoteWorkBeginsNow, "A1-01")
	},
	"A6-04": func(t *testing.T) {
		wantFact(t, with(t, terms.UER, terms.Sev1).Assigned, terms.RoleSeniorIncidentManager, "A6-04")
	},
	"A6-05": func(t *testing.T) {
		wantFact(t, with(t, terms.UER, terms.Sev1).Escalation, terms.EscalationProductTeam, "A6-05")
	},
	"A6-06": func(t *testing.T) {
		c := with(t, terms.UER, terms.Sev1)
		for _, d := range []terms.Code{terms.DutyStaff24x7, terms.DutyRapidAccess, terms.DutyExecutives} {
			wantFact(t, c.Duties, d, "A6-06")
		}
		wantVia(t, c, "A6-06", terms.Phone, terms.Web)
	},
	"A6-07": func(t *testing.T) {
		for _, p := range []string{vm, "azure/stack", "sql-server"} {
			c := resolve(t, kase(terms.SevA, p, terms.UER))
			wantFirst(t, c, "30m0s 24x7", "A6-07")
			wantBegins(t, c, "30m0s 24x7", "A6-07")
			wantFact(t, c.Assigned, terms.RoleSeniorIncidentManager, "A6-07")
		}
	},
	"A6-F1": func(t *testing.T) {
		wantFirst(t, resolve(t, kase(terms.Sev1, "azure/storsimple", terms.UER)), "30m0s 24x7", "A6-02")
		for _, p := range []string{
			"azure/us-gov", "azure/a40", "azure/media-services", "azure/stack", "azure/test-base", "azure/mesh", "azure/universal-print",
		} {
			c := resolve(t, kase(terms.Sev1, p, terms.UER))
			wantFact(t, c.Notes, terms.NoteAzureTimeExcluded, "A6-F1")
			wantFirst(t, c, "15m0s 24x7", "A1-02") // the base's own
		}
	},
	"A6-F2": func(t *testing.T) {
		wantFact(t, with(t, terms.UER, terms.Sev1).Assigned, terms.RoleSeniorIncidentManager, "A6-F2")
	},
	"A6-F3": func(t *testing.T) {
		wantCannot(t, resolve(t, kase(terms.Sev1, "sql-server", terms.UER)), terms.SeverityMayBeLowered, "A6-F3")
	},
}

var sev1 = []terms.Code{terms.DefCriticalSystemDown, terms.DefBusinessAtRisk, terms.DefCompleteLoss, terms.DefImmediateAttention}

func TestChartRows(t *testing.T) {
	for id, check := range chartRows {
		t.Run(id, check)
	}
}

// TestEveryChartRowIsTested counts the rows as the charts have them.
func TestEveryChartRowIsTested(t *testing.T) {
	var want []string
	for chart, n := range map[string][2]int{"A1": {25, 5}, "A2": {9, 2}, "A3": {7, 1}, "A4": {6, 1}, "A5": {6, 2}, "A6": {7, 3}} {
		for i := range n[0] {
			want = append(want, fmt.Sprintf("%s-%02d", chart, i+1))
		}
		for i := range n[1] {
			want = append(want, fmt.Sprintf("%s-F%d", chart, i+1))
		}
	}
	for _, id := range want {
		if chartRows[id] == nil {
			t.Errorf("row %s has no test", id)
		}
	}
	if len(chartRows) != len(want) {
		t.Errorf("%d rows are tested, the charts have %d", len(chartRows), len(want))
	}
}

func base(t *testing.T, s terms.Severity, product string) terms.Commitment {
	t.Helper()
	return resolve(t, kase(s, product))
}

func with(t *testing.T, p terms.Plan, s terms.Severity) terms.Commitment {
	t.Helper()
	return resolve(t, kase(s, vm, p))
}

// committed is base severity B with the customer's yes to 24x7.
func committed(t *testing.T) terms.Commitment {
	t.Helper()
	c := kase(terms.SevB, vm)
	c.Commit24x7 = true
	return resolve(t, c)
}

func wantRow(t *testing.T, c terms.Commitment, row string) {
	t.Helper()
	if !slices.Contains(c.Rows, row) {
		t.Errorf("row %s is not among the rows used: %v", row, c.Rows)
	}
}

func wantText(t *testing.T, got *terms.Target, want, row string) {
	t.Helper()
	if got == nil {
		t.Fatalf("no target, want %s", want)
	}
	if text := got.Target.String() + " " + string(got.Clock); text != want || !slices.Contains(got.Rows, row) {
		t.Errorf("target %s by %v, want %s by %s", text, got.Rows, want, row)
	}
}

func wantFirst(t *testing.T, c terms.Commitment, want, row string) {
	t.Helper()
	wantText(t, c.FirstResponse, want, row)
	wantRow(t, c, row)
}

func wantBegins(t *testing.T, c terms.Commitment, want, row string) {
	t.Helper()
	wantText(t, c.WorkBegins, want, row)
	wantRow(t, c, row)
}

func wantFact(t *testing.T, facts []terms.Fact, code terms.Code, row string) terms.Fact {
	t.Helper()
	f, ok := terms.Find(facts, code)
	if !ok || !slices.Contains(f.Rows, row) {
		t.Errorf("%s by %v (there: %v), want row %s", code, f.Rows, ok, row)
	}
	return f
}

func wantNoFact(t *testing.T, facts []terms.Fact, code terms.Code) {
	t.Helper()
	if f, ok := terms.Find(facts, code); ok {
		t.Errorf("%s is there, by %v", code, f.Rows)
	}
}

func wantEffort(t *testing.T, c terms.Commitment, want terms.Clock, row string) {
	t.Helper()
	if c.Effort != want {
		t.Errorf("effort %s, want %s", c.Effort, want)
	}
	wantRow(t, c, row)
}

func wantCannot(t *testing.T, c terms.Commitment, want terms.Code, row string) {
	t.Helper()
	if c.IfCustomerCannot != want {
		t.Errorf("if the customer cannot: %s, want %s", c.IfCustomerCannot, want)
	}
	wantRow(t, c, row)
}

func wantVia(t *testing.T, c terms.Commitment, row string, want ...terms.Channel) {
	t.Helper()
	if !slices.Equal(c.SubmitVia, want) {
		t.Errorf("to be submitted by %v, want %v", c.SubmitVia, want)
	}
	wantRow(t, c, row)
}

func wantLanguages(t *testing.T, c terms.Commitment, want ...string) {
	t.Helper()
	if !slices.Equal(c.Languages, want) {
		t.Errorf("languages %v, want %v", c.Languages, want)
	}
}

func wantDefinition(t *testing.T, s terms.Severity, row string, want ...terms.Code) {
	t.Helper()
	held := []terms.Plan{}
	if slices.Contains(want, terms.DefCoreProcessLost) {
		held = append(held, terms.PlatformMCS)
	}
	d := terms.Current().Definition(s, held...)
	if !slices.Equal(d.Codes, want) || !slices.Contains(d.Rows, row) {
		t.Errorf("severity %s means %v by %v, want %v by %s", s, d.Codes, d.Rows, want, row)
	}
}

// TestRowsAreTheUnion holds every fact's rows against the list that goes with them.
func TestRowsAreTheUnion(t *testing.T) {
	for _, s := range terms.Severities() {
		c := resolve(t, kase(s, vm, terms.UER, terms.ARR, terms.PlatformMCS, terms.EventMCSPlus, terms.REDE, terms.SecurityMCS))
		if !slices.IsSorted(c.Rows) || len(slices.Compact(slices.Clone(c.Rows))) != len(c.Rows) {
			t.Errorf("rows are not sorted and unique: %v", c.Rows)
		}
		lists := [][]string{c.Owner.Rows}
		for _, facts := range [][]terms.Fact{c.Assigned, c.Escalation, c.Duties, c.Notes} {
			for _, f := range facts {
				lists = append(lists, f.Rows)
				if len(f.Rows) == 0 {
					t.Errorf("%s has no rows", f.Code)
				}
			}
		}
		for _, tg := range []*terms.Target{c.FirstResponse, c.WorkBegins, c.ChangeControl, c.CustomerAnswer, c.EarlyWarning} {
			if tg != nil {
				lists = append(lists, tg.Rows)
			}
		}
		for _, r := range c.Rejected {
			lists = append(lists, r.Rows)
		}
		for _, rows := range lists {
			for _, row := range rows {
				wantRow(t, c, row)
			}
		}
	}
}

// edition is the built-in file, as text to be broken.
func edition(t testing.TB) string {
	t.Helper()
	data, err := os.ReadFile("editions/ussd-2025-11.json")
	if err != nil {
		t.Fatal(err)
	}
	if !json.Valid(data) {
		t.Fatal("the built-in edition is no JSON")
	}
	return string(data)
}
