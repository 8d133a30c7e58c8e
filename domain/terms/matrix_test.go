package terms_test

import (
	"slices"
	"testing"
	"time"

	"example.com/firstcall/domain/terms"
)

// TestPlanBySeverity is the matrix of part 2.1: what each plan gives each severity
// when it is held beside the base. "other" is a product that is no Azure component.
func TestPlanBySeverity(t *testing.T) {
	const (
		other = "m365/teams"
		all   = terms.AroundTheClock
		work  = terms.BusinessHours
	)
	type targets struct {
		first  time.Duration
		clock  terms.Clock
		begins time.Duration // 0: at once, no number
	}
	var (
		baseB = targets{2 * hour, work, 2 * hour}
		baseC = targets{4 * hour, work, 4 * hour}
		quick = targets{15 * minutes, all, 15 * minutes}
	)
	ce := []terms.Code{terms.DutyStaff24x7, terms.DutyRapidAccess}
	ceExec := append(slices.Clone(ce), terms.DutyExecutives)
	event := append(slices.Clone(ceExec), terms.DutyPortalAndTag)
	dutiesB := []terms.Code{terms.DutyMatchEffort, terms.DutyChangeControl}
	dutiesC := []terms.Code{terms.DutyOwnerContact, terms.DutyRespond24h}
	base1 := []terms.Code{terms.EscalationEnhanced, terms.EscalationProductTeam, terms.EscalationExecutives}
	rsm := []terms.Code{terms.EscalationRSM}
	plus := func(a []terms.Code, b ...terms.Code) []terms.Code { return append(slices.Clone(a), b...) }

	for _, x := range []struct {
		name       string
		plan       terms.Plan // beside the base
		severity   terms.Severity
		commit     bool
		product    string
		supplier   terms.Plan
		want       targets
		assigned   []terms.Code
		escalation []terms.Code
		duties     []terms.Code
		cannot     terms.Code
		via        []terms.Channel
		languages  []string
		owner      terms.Code
	}{
		{
			"base 1 Azure", "", terms.Sev1, false, vm, terms.Unified,
			targets{15 * minutes, all, 0},
			[]terms.Code{terms.RoleCritsitResource},
			base1, ceExec, terms.SeverityMayBeLowered,
			[]terms.Channel{terms.Phone, terms.Web},
			[]string{"en", "local"},
			terms.OwnerSupport,
		},
		{
			"base 1 Azure in footnote 1", "", terms.Sev1, false, "azure/storsimple", terms.Unified,
			targets{hour, all, 0},
			[]terms.Code{terms.RoleCritsitResource},
			base1, ceExec, terms.SeverityMayBeLowered,
			[]terms.Channel{terms.Phone, terms.Web},
			[]string{"en", "local"},
			terms.OwnerSupport,
		},
		{
			"base 1 other", "", terms.Sev1, false, other, terms.Unified,
			targets{hour, all, 0},
			[]terms.Code{terms.RoleCritsitResource},
			base1, ceExec, terms.SeverityMayBeLowered,
			[]terms.Channel{terms.Phone, terms.Web},
			[]string{"en", "local"},
			terms.OwnerSupport,
		},
		{
			"base A Azure", "", terms.SevA, false, vm, terms.Unified,
			targets{hour, all, hour},
			[]terms.Code{terms.RoleCritsitOversight},
			[]terms.Code{terms.EscalationEnhanced},
			ce, terms.SeverityMayBeLowered,
			[]terms.Channel{terms.Phone, terms.Web},
			[]string{"en", "local"},
			terms.OwnerSupport,
		},
		{
			"base B", "", terms.SevB, false, vm, terms.Unified, baseB, nil, rsm, dutiesB, terms.NoConsequence,
			[]terms.Channel{terms.Phone, terms.Web},
			[]string{"en", "local"},
			terms.OwnerSupport,
		},
		{
			"base B, 24x7", "", terms.SevB, true, vm, terms.Unified,
			targets{2 * hour, all, 2 * hour},
			nil, rsm,
			plus(dutiesB, terms.DutyStaff24x7), terms.BusinessHoursOnly,
			[]terms.Channel{terms.Phone, terms.Web},
			[]string{"en", "local"},
			terms.OwnerSupport,
		},
		{
			"base C", "", terms.SevC, false, vm, terms.Unified, baseC, nil, rsm, dutiesC, terms.NoConsequence,
			[]terms.Channel{terms.Phone, terms.Web},
			[]string{"en", "local"},
			terms.OwnerSupport,
		},
		{
			"base C cannot have 24x7", "", terms.SevC, true, vm, terms.Unified, baseC, nil, rsm, dutiesC, terms.NoConsequence,
			[]terms.Channel{terms.Phone, terms.Web},
			[]string{"en", "local"},
			terms.OwnerSupport,
		},
		{
			"UER 1 Azure", terms.UER, terms.Sev1, false, vm, terms.UER,
			targets{15 * minutes, all, 0},
			[]terms.Code{terms.RoleCritsitResource, terms.RoleSeniorIncidentManager},
			base1, ceExec, terms.SeverityMayBeLowered,
			[]terms.Channel{terms.Phone, terms.Web},
			[]string{"en", "local"},
			terms.OwnerSupport,
		},
		{
			"UER 1 Azure in its footnote, base has it", terms.UER, terms.Sev1, false, "azure/stack", terms.Unified,
			targets{15 * minutes, all, 0},
			[]terms.Code{terms.RoleCritsitResource, terms.RoleSeniorIncidentManager},
			base1, ceExec, terms.SeverityMayBeLowered,
			[]terms.Channel{terms.Phone, terms.Web},
			[]string{"en", "local"},
			terms.OwnerSupport,
		},
		{
			"UER 1 other", terms.UER, terms.Sev1, false, other, terms.UER,
			targets{30 * minutes, all, 0},
			[]terms.Code{terms.RoleCritsitResource, terms.RoleSeniorIncidentManager},
			base1, ceExec, terms.SeverityMayBeLowered,
			[]terms.Channel{terms.Phone, terms.Web},
			[]string{"en", "local"},
			terms.OwnerSupport,
		},
		{
			"UER A", terms.UER, terms.SevA, false, other, terms.UER,
			targets{30 * minutes, all, 30 * minutes},
			[]terms.Code{terms.RoleCritsitOversight, terms.RoleSeniorIncidentManager},
			[]terms.Code{terms.EscalationEnhanced},
			ce,
			terms.SeverityMayBeLowered,
			[]terms.Channel{terms.Phone, terms.Web},
			[]string{"en", "local"},
			terms.OwnerSupport,
		},
		{
			"UER B", terms.UER, terms.SevB, false, vm, terms.Unified, baseB, nil, rsm, dutiesB, terms.NoConsequence,
			[]terms.Channel{terms.Phone, terms.Web},
			[]string{"en", "local"},
			terms.OwnerSupport,
		},
		{
			"UER C", terms.UER, terms.SevC, false, vm, terms.Unified, baseC, nil, rsm, dutiesC, terms.NoConsequence,
			[]terms.Channel{terms.Phone, terms.Web},
			[]string{"en", "local"},
			terms.OwnerSupport,
		},
		{
			"ARR 1", terms.ARR, terms.Sev1, false, vm, terms.ARR, quick,
			[]terms.Code{terms.RoleCritsitResource, terms.RoleARREngineers, terms.RoleSpecialists},
			plus(base1, terms.EscalationCloudOps),
			ceExec, terms.NoLonger24x7,
			[]terms.Channel{terms.Portal},
			[]string{"en", "ja"},
			terms.OwnerARR,
		},
		{
			"ARR A", terms.ARR, terms.SevA, false, vm, terms.ARR, quick,
			[]terms.Code{terms.RoleCritsitOversight, terms.RoleARREngineers, terms.RoleSpecialists},
			[]terms.Code{terms.EscalationEnhanced, terms.EscalationCloudOps, terms.EscalationExecutives},
			ceExec, terms.NoLonger24x7,
			[]terms.Channel{terms.Portal},
			[]string{"en", "ja"},
			terms.OwnerARR,
		},
		{
			"ARR B", terms.ARR, terms.SevB, false, vm, terms.Unified, baseB, nil, rsm, dutiesB, terms.NoConsequence,
			[]terms.Channel{terms.Phone, terms.Web},
			[]string{"en", "local"},
			terms.OwnerSupport,
		},
		{
			"ARR C", terms.ARR, terms.SevC, false, vm, terms.Unified, baseC, nil, rsm, dutiesC, terms.NoConsequence,
			[]terms.Channel{terms.Phone, terms.Web},
			[]string{"en", "local"},
			terms.OwnerSupport,
		},
		{
			"platform 1", terms.PlatformMCS, terms.Sev1, false, vm, terms.PlatformMCS, quick,
			[]terms.Code{terms.RoleCritsitResource, terms.RolePMCSEngineers, terms.RoleSeniorIncidentManager, terms.RoleSpecialists},
			plus(base1, terms.EscalationPMCSEngineering, terms.EscalationServiceEngineering, terms.EscalationCloudOps),
			ceExec, terms.NoLonger24x7,
			[]terms.Channel{terms.Portal, terms.Phone, terms.Web, terms.Chat},
			[]string{"en"},
			terms.OwnerPMCS,
		},
		{
			"platform A", terms.PlatformMCS, terms.SevA, false, vm, terms.PlatformMCS, quick,
			[]terms.Code{terms.RoleCritsitOversight, terms.RolePMCSEngineers, terms.RoleSeniorIncidentManager, terms.RoleSpecialists},
			[]terms.Code{
				terms.EscalationEnhanced, terms.EscalationPMCSEngineering, terms.EscalationServiceEngineering,
				terms.EscalationCloudOps, terms.EscalationExecutives,
			},
			ceExec, terms.NoLonger24x7,
			[]terms.Channel{terms.Portal, terms.Phone, terms.Web, terms.Chat},
			[]string{"en"},
			terms.OwnerPMCS,
		},
		{
			"platform B", terms.PlatformMCS, terms.SevB, false, vm, terms.Unified, baseB,
			[]terms.Code{terms.RolePMCSEngineers},
			plus(rsm, terms.EscalationPMCSEngineering), dutiesB, terms.NoConsequence,
			[]terms.Channel{terms.Portal, terms.Phone, terms.Web, terms.Chat},
			[]string{"en"},
			terms.OwnerPMCS,
		},
		{
			"platform plus C", terms.PlatformMCSPlus, terms.SevC, false, vm, terms.Unified, baseC,
			[]terms.Code{terms.RolePMCSEngineers},
			plus(rsm, terms.EscalationPMCSEngineering), dutiesC, terms.NoConsequence,
			[]terms.Channel{terms.Portal, terms.Phone, terms.Web, terms.Chat},
			[]string{"en"},
			terms.OwnerPMCS,
		},
		{
			"event 1", terms.EventMCS, terms.Sev1, false, vm, terms.EventMCS, quick,
			[]terms.Code{terms.RoleCritsitResource, terms.RoleEventEngineers, terms.RoleSpecialists},
			plus(base1, terms.EscalationInternal),
			event, terms.NoLonger24x7,
			[]terms.Channel{terms.Portal},
			[]string{"en"},
			terms.OwnerEventTeam,
		},
		{
			"event plus A", terms.EventMCSPlus, terms.SevA, false, vm, terms.EventMCSPlus, quick,
			[]terms.Code{terms.RoleCritsitOversight, terms.RoleEventEngineers, terms.RoleSpecialists, terms.RoleEventTechLead},
			[]terms.Code{terms.EscalationEnhanced, terms.EscalationInternal, terms.EscalationProductTeam, terms.EscalationExecutives},
			event, terms.NoLonger24x7,
			[]terms.Channel{terms.Portal},
			[]string{"en"},
			terms.OwnerEventTeam,
		},
		{
			"event B", terms.EventMCS, terms.SevB, false, vm, terms.Unified, baseB, nil, rsm, plus(dutiesB, terms.DutyPortalAndTag),
			terms.NoConsequence,
			[]terms.Channel{terms.Portal},
			[]string{"en"},
			terms.OwnerEventTeam,
		},
		{
			"event C", terms.EventMCS, terms.SevC, false, vm, terms.Unified, baseC, nil, rsm, plus(dutiesC, terms.DutyPortalAndTag),
			terms.NoConsequence,
			[]terms.Channel{terms.Portal},
			[]string{"en"},
			terms.OwnerEventTeam,
		},
		{
			"security 1", terms.SecurityMCS, terms.Sev1, false, "defender", terms.SecurityMCS,
			targets{15 * minutes, all, 0},
			[]terms.Code{terms.RoleCritsitResource, terms.RoleSecurityEngineer},
			plus(base1, terms.EscalationSecurity), ceExec,
			terms.NoLonger24x7,
			[]terms.Channel{terms.Phone, terms.Web},
			[]string{"en"},
			terms.OwnerSupport,
		},
		{
			"security A", terms.SecurityMCS, terms.SevA, false, "entra", terms.SecurityMCS, quick,
			[]terms.Code{terms.RoleCritsitOversight, terms.RoleSecurityEngineer},
			[]terms.Code{terms.EscalationEnhanced, terms.EscalationSecurity, terms.EscalationExecutives},
			ce,
			terms.NoLonger24x7,
			[]terms.Channel{terms.Phone, terms.Web},
			[]string{"en"},
			terms.OwnerSupport,
		},
		{
			"security B", terms.SecurityMCS, terms.SevB, false, "entra", terms.Unified, baseB, nil, rsm, dutiesB, terms.NoConsequence,
			[]terms.Channel{terms.Phone, terms.Web},
			[]string{"en", "local"},
			terms.OwnerSupport,
		},
		{
			"REDE 1 in its hours", terms.REDE, terms.Sev1, false, other, terms.Unified,
			targets{hour, all, 0},
			[]terms.Code{terms.RoleCritsitResource, terms.RoleREDEEngineer},
			base1,
			plus(ceExec, terms.DutyOpenCase, terms.DutyEnvironmentAdmin, terms.DutyLogs, terms.DutyBrief), terms.SeverityMayBeLowered,
			[]terms.Channel{terms.Phone, terms.Web},
			[]string{"en", "local"},
			terms.OwnerSupport,
		},
	} {
		t.Run(x.name, func(t *testing.T) {
			c := kase(x.severity, x.product)
			if x.plan != "" {
				c.Plans = hold(x.plan)
			}
			c.Commit24x7 = x.commit
			got := resolve(t, c)
			if got.Plan != x.supplier || got.Owner.Code != x.owner || got.IfCustomerCannot != x.cannot {
				t.Errorf("plan %s, owner %s, if the customer cannot %s; want %s, %s, %s",
					got.Plan, got.Owner.Code, got.IfCustomerCannot, x.supplier, x.owner, x.cannot)
			}
			wantTarget(t, "first response", got.FirstResponse, x.want.first, x.want.clock, "")
			if x.want.begins == 0 {
				wantNone(t, "work begins", got.WorkBegins)
				if !terms.Has(got.Notes, terms.NoteWorkBeginsNow) {
					t.Error("no note that work begins at once")
				}
			} else {
				wantTarget(t, "work begins", got.WorkBegins, x.want.begins, x.want.clock, "")
			}
			if effort := map[bool]terms.Clock{true: all, false: work}[x.severity.Critical() || x.severity == terms.SevB && x.commit]; got.Effort != effort {
				t.Errorf("effort %s, want %s", got.Effort, effort)
			}
			wantCodes(t, "assigned", got.Assigned, x.assigned...)
			wantCodes(t, "escalation", got.Escalation, x.escalation...)
			wantCodes(t, "duties", got.Duties, x.duties...)
			if !slices.Equal(got.SubmitVia, x.via) || !slices.Equal(got.Languages, x.languages) {
				t.Errorf("by %v in %v, want %v in %v", got.SubmitVia, got.Languages, x.via, x.languages)
			}
		})
	}
}

// TestExclusionsByPlan is the table of part 2.2: a severity 1 case on each component.
// The letters are the plans whose list names it: Base, Uer, Arr, Platform, Event.
func TestExclusionsByPlan(t *testing.T) {
	for product, lists := range map[string]string{
		vm:                             "",
		"azure/storsimple":             "BUAPE",
		"github/ae":                    "BUAPE",
		"azure/communication-services": "BA",
		"azure/billing":                "BAPE",
		"azure/us-gov":                 "UPE",
		"azure/china":                  "PE",
		"azure/media-services":         "UAP",
		"azure/stack":                  "UAPE",
		"azure/maps":                   "PE",
		"azure/universal-print":        "UAPE",
		"azure/test-base":              "UAPE",
		"azure/mesh":                   "UAPE",
		"azure/a40":                    "U",
	} {
		t.Run(product, func(t *testing.T) {
			listed := func(letter rune) bool { return slices.Contains([]rune(lists), letter) }
			excluded := func(letter rune) terms.Code {
				if listed(letter) {
					return terms.ReasonExcluded
				}
				return ""
			}
			all := resolve(t, kase(terms.Sev1, product, terms.UER, terms.ARR, terms.PlatformMCS, terms.PlatformMCSPlus, terms.EventMCS, terms.EventMCSPlus))
			wantReason(t, all, terms.ARR, excluded('A'))
			wantReason(t, all, terms.PlatformMCS, excluded('P'))
			wantReason(t, all, terms.PlatformMCSPlus, excluded('P'))
			wantReason(t, all, terms.EventMCS, excluded('E'))
			wantReason(t, all, terms.EventMCSPlus, excluded('E'))
			wantReason(t, all, terms.UER, "") // its list takes away the time only

			azure := func(letter rune, other time.Duration) time.Duration {
				if listed(letter) {
					return other
				}
				return 15 * minutes
			}
			base, uer := azure('B', hour), azure('U', 30*minutes)
			wantTarget(t, "base", resolve(t, kase(terms.Sev1, product)).FirstResponse, base, terms.AroundTheClock, "")
			wantTarget(t, "base and UER", resolve(t, kase(terms.Sev1, product, terms.UER)).FirstResponse, min(base, uer), terms.AroundTheClock, "")
			for _, x := range []struct {
				letter rune
				plan   terms.Plan
			}{{'B', terms.Unified}, {'U', terms.UER}} {
				noted := slices.ContainsFunc(all.Notes, func(f terms.Fact) bool {
					return f.Code == terms.NoteAzureTimeExcluded && f.Args["plan"] == string(x.plan)
				})
				if noted != listed(x.letter) {
					t.Errorf("note that %s leaves it out of its Azure time: %v", x.plan, noted)
				}
			}
		})
	}
	// Products and technology of the lower rows.
	for _, product := range []string{"m365", "d365", "fabric"} {
		got := resolve(t, kase(terms.Sev1, product, terms.EventMCS, terms.PlatformMCS, terms.ARR))
		wantReason(t, got, terms.EventMCS, terms.ReasonExcluded)
		wantReason(t, got, terms.PlatformMCS, terms.ReasonOutOfScope)
		wantReason(t, got, terms.ARR, terms.ReasonOutOfScope)
	}
	for _, product := range []string{"on-premises", "windows-server", "user-device", "client-software", "identity", "entra"} {
		wantReason(t, resolve(t, kase(terms.Sev1, product, terms.PlatformMCS)), terms.PlatformMCS, terms.ReasonExcluded)
	}
	custom := kase(terms.Sev1, vm, terms.PlatformMCS, terms.ARR)
	custom.CustomCode = true
	wantReason(t, resolve(t, custom), terms.PlatformMCS, terms.ReasonCustomCode)
	wantReason(t, resolve(t, custom), terms.ARR, "")
}

// TestBestTargetWithBaseAndUER is the table of part 2.3.
func TestBestTargetWithBaseAndUER(t *testing.T) {
	for product, want := range map[string]struct {
		base, both time.Duration
		plan       terms.Plan
	}{
		vm:                             {15 * minutes, 15 * minutes, terms.UER},
		sql:                            {15 * minutes, 15 * minutes, terms.UER},
		"azure/communication-services": {hour, 15 * minutes, terms.UER},
		"azure/billing":                {hour, 15 * minutes, terms.UER},
		"azure/media-services":         {15 * minutes, 15 * minutes, terms.Unified},
		"azure/stack":                  {15 * minutes, 15 * minutes, terms.Unified},
		"azure/universal-print":        {15 * minutes, 15 * minutes, terms.Unified},
		"azure/mesh":                   {15 * minutes, 15 * minutes, terms.Unified},
		"azure/test-base":              {15 * minutes, 15 * minutes, terms.Unified},
		"azure/us-gov":                 {15 * minutes, 15 * minutes, terms.Unified},
		"azure/a40":                    {15 * minutes, 15 * minutes, terms.Unified},
		"azure/storsimple":             {hour, 30 * minutes, terms.UER},
		"github/ae":                    {hour, 30 * minutes, terms.UER},
	} {
		wantTarget(t, product+", base", resolve(t, kase(terms.Sev1, product)).FirstResponse, want.base, terms.AroundTheClock, "")
		got := resolve(t, kase(terms.Sev1, product, terms.UER))
		wantTarget(t, product+", both", got.FirstResponse, want.both, terms.AroundTheClock, "")
		if got.Plan != want.plan {
			t.Errorf("%s: plan %s, want %s", product, got.Plan, want.plan)
		}
	}
	// A whole cloud on a list takes its machines along: 15 minutes of the base stay.
	gov := kase(terms.Sev1, vm, terms.UER, terms.PlatformMCS)
	gov.Cloud = terms.USGovCloud
	got := resolve(t, gov)
	wantReason(t, got, terms.PlatformMCS, terms.ReasonExcluded)
	if got.Plan != terms.Unified {
		t.Errorf("US government cloud: plan %s", got.Plan)
	}
}

// TestPrecedence is part 3: times, owners and ways when several plans apply.
func TestPrecedence(t *testing.T) {
	for _, x := range []struct {
		name     string
		severity terms.Severity
		product  string
		plans    []terms.Plan
		supplier terms.Plan
		first    time.Duration
		owner    terms.Code
		via      []terms.Channel
		langs    []string
	}{
		{"ARR before all", terms.SevA, vm, []terms.Plan{terms.UER, terms.PlatformMCS, terms.EventMCS, terms.ARR}, terms.ARR, 15 * minutes, terms.OwnerARR, []terms.Channel{terms.Portal}, []string{"en"}},
		{"event before platform", terms.SevA, vm, []terms.Plan{terms.PlatformMCS, terms.EventMCS}, terms.EventMCS, 15 * minutes, terms.OwnerEventTeam, []terms.Channel{terms.Portal}, []string{"en"}},
		{"platform before UER", terms.SevA, vm, []terms.Plan{terms.UER, terms.PlatformMCS}, terms.PlatformMCS, 15 * minutes, terms.OwnerPMCS, []terms.Channel{terms.Portal, terms.Phone, terms.Web}, []string{"en"}},
		{"UER for what is not Azure", terms.SevA, "sql-server", []terms.Plan{terms.UER, terms.PlatformMCS, terms.ARR}, terms.UER, 30 * minutes, terms.OwnerSupport, []terms.Channel{terms.Phone, terms.Web}, []string{"en", "local"}},
		{"security before UER", terms.Sev1, "sentinel", []terms.Plan{terms.UER, terms.SecurityMCS}, terms.SecurityMCS, 15 * minutes, terms.OwnerSupport, []terms.Channel{terms.Phone, terms.Web}, []string{"en"}},
		{"B keeps the owner", terms.SevB, vm, []terms.Plan{terms.PlatformMCS, terms.EventMCS}, terms.Unified, 2 * hour, terms.OwnerEventTeam, []terms.Channel{terms.Portal}, []string{"en"}},
		{"ARR and platform share English", terms.Sev1, vm, []terms.Plan{terms.ARR, terms.PlatformMCS}, terms.ARR, 15 * minutes, terms.OwnerARR, []terms.Channel{terms.Portal}, []string{"en"}},
	} {
		t.Run(x.name, func(t *testing.T) {
			got := resolve(t, kase(x.severity, x.product, x.plans...))
			if got.Plan != x.supplier || got.Owner.Code != x.owner || got.FirstResponse.Target != x.first {
				t.Errorf("plan %s %v, owner %s", got.Plan, got.FirstResponse.Target, got.Owner.Code)
			}
			if !slices.Equal(got.SubmitVia, x.via) || !slices.Equal(got.Languages, x.langs) {
				t.Errorf("by %v in %v, want %v in %v", got.SubmitVia, got.Languages, x.via, x.langs)
			}
		})
	}
	// The downgrade is that of the plan that supplied the target; where the others differ it is noted (AMB-21).
	got := resolve(t, kase(terms.SevA, vm, terms.UER, terms.PlatformMCS))
	f, ok := terms.Find(got.Notes, terms.NoteDowngradesDiffer)
	if !ok || f.Args["uer"] != "severity_may_be_lowered" || f.Args["platform-mcs"] != "not_24x7" || f.Args["unified"] != "" {
		t.Errorf("note %v %v: the base does not count, platform replaces it", f, ok)
	}
	if same := resolve(t, kase(terms.SevA, vm, terms.ARR, terms.PlatformMCS)); terms.Has(same.Notes, terms.NoteDowngradesDiffer) {
		t.Error("ARR and platform name the same consequence")
	}
	if event := resolve(t, kase(terms.SevA, vm, terms.EventMCS)); !terms.Has(event.Notes, terms.NoteDowngradesDiffer) {
		t.Error("the event plan does not replace the base, whose consequence differs")
	}
}
