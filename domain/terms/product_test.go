package terms_test

import (
	"errors"
	"strings"
	"testing"

	"example.com/firstcall/domain/terms"
)

func TestProductsOfTheIssue(t *testing.T) {
	azure := "virtual-machines sql-database storsimple communication-services billing media-services stack maps us-gov china universal-print test-base mesh a40"
	codes := strings.Fields("github/ae entra intune purview defender sentinel security-copilot m365 d365 fabric windows-server sql-server")
	for _, slug := range strings.Fields(azure) {
		codes = append(codes, "azure/"+slug)
	}
	for _, code := range codes {
		p, err := terms.Current().Product(code)
		if err != nil || p.Code != code || p.Name == "" {
			t.Errorf("%s: %+v, %v", code, p, err)
		}
		if strings.HasPrefix(code, "azure/") != (p.Kind == terms.KindAzure) {
			t.Errorf("%s is %s", code, p.Kind)
		}
	}
}

// TestNamesLeadToTheirProduct: every code, name and alias finds its own product.
func TestNamesLeadToTheirProduct(t *testing.T) {
	for _, p := range terms.Current().Products() {
		for _, name := range append([]string{p.Code, p.Name, strings.ToUpper(p.Name), " " + p.Name + " "}, p.Aliases...) {
			if got, err := terms.Current().Product(name); err != nil || got.Code != p.Code {
				t.Errorf("%q leads to %s (%v), want %s", name, got.Code, err, p.Code)
			}
		}
	}
}

func TestUnknownProductNamesTheNearest(t *testing.T) {
	for asked, want := range map[string]string{
		"azure/vitual-machines": vm,
		"azure/virtualmachines": vm,
		"virtual-machines":      vm,
		"azure/sql":             "azure/sql-database",
		"entre":                 "entra",
		"sharpoint":             "m365/sharepoint",
		"sentinal":              "sentinel",
		"azure/storsimpel":      "azure/storsimple",
	} {
		p, err := terms.Current().Product(asked)
		if err == nil {
			if p.Code != want {
				t.Errorf("%s is taken for %s, want %s", asked, p.Code, want)
			}
			continue
		}
		var unknown *terms.UnknownProduct
		if !errors.As(err, &unknown) || len(unknown.Nearest) == 0 || unknown.Nearest[0] != want {
			t.Errorf("%s: %v, want %s first", asked, err, want)
		}
		if !strings.Contains(err.Error(), asked) {
			t.Errorf("%v does not say what was asked", err)
		}
	}
	for _, asked := range []string{"", "???", "zzzzzzzzzzzzzzzzzz", strings.Repeat("x", 100_000), "\xff\x00"} {
		if _, err := terms.Current().Product(asked); err == nil {
			t.Errorf("%.20q was found", asked)
		}
	}
}

func TestFindProducts(t *testing.T) {
	for part, want := range map[string]string{
		"aks":                        "azure/kubernetes-service", // an alias, whole
		"kuber":                      "azure/kubernetes-service", // the start of a word
		"teams":                      "m365/teams",
		"sql":                        "azure/sql-database",
		"SQL Server":                 "sql-server",
		"billing subscription":       "azure/billing", // words in order, what is between left out
		"gateway application":        "azure/application-gateway",
		"azure active directory b2c": "",
	} {
		found := terms.Current().FindProducts(part)
		switch {
		case want == "" && len(found) > 0:
			t.Errorf("%q finds %s", part, found[0].Code)
		case want != "" && len(found) == 0:
			t.Errorf("%q finds nothing", part)
		case want != "" && found[0].Code != want && !contains(found[:min(3, len(found))], want):
			t.Errorf("%q finds %v first, want %s", part, found[0].Code, want)
		}
	}
	if all := terms.Current().FindProducts(" "); len(all) != len(terms.Current().Products()) {
		t.Errorf("nothing typed finds %d products", len(all))
	}
	// A whole name stands before its continuations.
	if found := terms.Current().FindProducts("azure stack"); found[0].Code != "azure/stack" {
		t.Errorf("azure stack finds %s first", found[0].Code)
	}
}

func contains(ps []terms.Product, code string) bool {
	for _, p := range ps {
		if p.Code == code {
			return true
		}
	}
	return false
}

func TestPlansAndTheirNames(t *testing.T) {
	e := terms.Current()
	plans := e.Plans()
	if len(plans) != 13 || plans[0].Plan != terms.Unified {
		t.Fatalf("%d plans, first %s", len(plans), plans[0].Plan)
	}
	for name, want := range map[string]terms.Plan{
		"AED": terms.PlatformMCS, "aem": terms.EventMCS, "GHED": terms.GitHubMCS, "base package": terms.Unified,
		"Platform-MCS-Plus": terms.PlatformMCSPlus, "azure rapid response": terms.ARR,
	} {
		if got, ok := e.ParsePlan(name); !ok || got != want {
			t.Errorf("%s: %s %v", name, got, ok)
		}
	}
	if _, ok := e.ParsePlan("gold"); ok {
		t.Error("there is no gold plan")
	}
}

func TestParseSeverity(t *testing.T) {
	for text, want := range map[string]terms.Severity{"1": terms.Sev1, "a": terms.SevA, " sev b": terms.SevB, "Severity-C": terms.SevC, "sev1": terms.Sev1} {
		if got, err := terms.ParseSeverity(text); err != nil || got != want {
			t.Errorf("%q: %s, %v", text, got, err)
		}
	}
	for _, text := range []string{"", "2", "D", "AA", "severe"} {
		if got, err := terms.ParseSeverity(text); err == nil {
			t.Errorf("%q is read as %s", text, got)
		}
	}
	order := terms.Severities()
	for i, s := range order {
		for j, o := range order {
			if s.MoreUrgentThan(o) != (i < j) {
				t.Errorf("%s more urgent than %s: %v", s, o, i >= j)
			}
		}
	}
}
