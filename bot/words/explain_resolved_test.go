package words

import (
	"strings"
	"testing"
	"time"

	"example.com/firstcall/domain/calendar"
	"example.com/firstcall/domain/terms"
)

// Whatever the terms resolve to, the page fits the screen, shows no bare code and
// leaves no place empty.
func TestExplainPageOfEveryKindOfCase(t *testing.T) {
	edition := terms.Current()
	shanghai := zone(t, "Asia/Shanghai")
	cal, err := calendar.New(shanghai, calendar.OfficeHours())
	if err != nil {
		t.Fatal(err)
	}
	saturday := time.Date(2025, 12, 20, 3, 0, 0, 0, shanghai)
	tuesday := time.Date(2025, 12, 23, 10, 0, 0, 0, shanghai)
	exhibit := &terms.Exhibit{
		Reference: "E-7",
		Targets:   map[terms.Severity]terms.ExhibitTarget{terms.Sev1: {FirstResponse: 10 * time.Minute}},
	}
	holdings := [][]terms.Holding{nil, {{Plan: terms.Unified}}, {{Plan: terms.ARR}}}
	everything := []terms.Holding{}
	for _, p := range edition.Plans() {
		h := terms.Holding{Plan: p.Plan, Exhibit: exhibit}
		everything = append(everything, h)
		holdings = append(holdings, []terms.Holding{{Plan: terms.Unified}, h}, []terms.Holding{{Plan: terms.Unified}, {Plan: p.Plan, IntakePending: true}})
	}
	holdings = append(holdings, everything)
	judged := []terms.Judgement{{Plan: terms.PlatformMCS, InScope: true, By: "Maria", Reason: "agreed by phone"}}
	unusual := []terms.Case{
		{},
		{Opened: saturday, InEvent: true, Tag: "MCSAE", Via: terms.Portal},
		{InEvent: true, Via: terms.Chat, Commit24x7: true},
		{NonProduction: true, Preview: true, BroadOutage: true},
		{NotEnrolled: true, TenantNotListed: true, CustomCode: true, SovereignTenant: true, Cloud: terms.USGovCloud},
		{RestrictedAccess: true, Judgements: judged},
		{CustomersCustomer: true, Via: terms.Web},
	}
	pages := 0
	for _, held := range holdings {
		for _, c := range unusual {
			for _, s := range terms.Severities() {
				for _, product := range []string{"azure/virtual-machines", "entra"} {
					c.Severity, c.Product, c.Plans, c.Calendar = s, product, held, cal
					if c.Opened.IsZero() {
						c.Opened = tuesday
					}
					got, err := edition.Resolve(c)
					if err != nil {
						t.Fatal(err)
					}
					lang := Languages()[pages%len(Languages())]
					checkPage(t, lang, got, c.Opened, shanghai)
					pages++
				}
			}
		}
	}
	if pages < 1000 {
		t.Errorf("only %d pages were looked at", pages)
	}
}

func checkPage(t *testing.T, lang string, c terms.Commitment, opened time.Time, zone *time.Location) {
	t.Helper()
	page := ExplainPage(In(lang), c, "Some Product", opened, Reader{Lang: lang, Zone: zone})
	for line := range strings.Lines(page) {
		if line = strings.TrimSuffix(line, "\n"); Width(line) > 100 {
			t.Errorf("%s: %d columns: %q", lang, Width(line), line)
		}
	}
	for _, wrong := range []string{"—", "{{", "_", "\x02", "0001"} {
		if strings.Contains(page, wrong) {
			t.Fatalf("%s: the page contains %q\n%s", lang, wrong, page)
		}
	}
	for _, r := range c.Rejected {
		for _, row := range r.Rows {
			if !strings.Contains(page, row) {
				t.Errorf("%s: the row %s is not shown", lang, row)
			}
		}
	}
}
