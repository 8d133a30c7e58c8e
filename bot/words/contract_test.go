package words

import (
	"strings"
	"testing"
	"time"

	"example.com/firstcall/bot/words/catalog"
	"example.com/firstcall/domain/terms"
)

// Every code of the terms has its words in every language.
func TestEveryCodeOfTheTermsHasWords(t *testing.T) {
	all, err := catalog.Read(files)
	if err != nil {
		t.Fatal(err)
	}
	codes := map[string]string{}
	for _, group := range terms.Codes() {
		for _, c := range group.Codes {
			if other, twice := codes[string(c)]; twice {
				t.Errorf("%s is a code of %s and of %s: one sentence can't serve both", c, other, group.Name)
			}
			codes[string(c)] = group.Name
		}
	}
	for _, lang := range Languages() {
		for c, group := range codes {
			if _, ok := all[lang]["code."+c]; !ok {
				t.Errorf("%s: no words for %s (%s)", lang, c, group)
			}
		}
		for key := range all[lang] {
			if c, ok := strings.CutPrefix(key, "code."); ok && codes[c] == "" {
				t.Errorf("%s: %s is no code of the terms", lang, c)
			}
		}
		for _, s := range terms.Severities() {
			for _, key := range []string{"severity." + string(s), "severity." + string(s) + ".meaning"} {
				if _, ok := all[lang][key]; !ok {
					t.Errorf("%s: no %s", lang, key)
				}
			}
		}
		for _, key := range []string{
			"plan.unified", "plan.uer", "plan.arr", "plan.platform-mcs", "plan.platform-mcs-plus", "plan.event-mcs",
			"plan.event-mcs-plus", "plan.security-mcs", "plan.rede", "plan.workload-mcs", "plan.m365-mcs", "plan.github-mcs",
			"plan.mission-critical", "channel.portal", "channel.phone", "channel.web", "channel.chat",
			"clock.24x7", "clock.business", "language.en", "language.zh", "language.zh-Hans", "language.ja", "language.local",
		} {
			if _, ok := all[lang][key]; !ok {
				t.Errorf("%s: no %s", lang, key)
			}
		}
	}
}

// AMB-01 and AMB-02: the Chinese words that the terms mix up are kept apart, and
// times are never called guaranteed.
func TestWordsThatMustBeKeptApart(t *testing.T) {
	all, err := catalog.Read(files)
	if err != nil {
		t.Fatal(err)
	}
	for key, m := range all["zh-Hans"] {
		for _, text := range m.Forms {
			if strings.Contains(text, "事件") {
				t.Errorf("%s says 事件: an incident is 支持案例, a business event 业务活动: %s", key, text)
			}
			if strings.Contains(text, "服务降级") {
				t.Errorf("%s says 服务降级, which may mean two things: %s", key, text)
			}
		}
	}
	for lang, promise := range map[string]string{"en": "guarantee", "zh-Hans": "保证", "ja": "保証"} {
		for key, m := range all[lang] {
			for _, text := range m.Forms {
				if strings.Contains(strings.ToLower(text), promise) && key != "explain.targets_only" && key != "code.owner_contact" {
					t.Errorf("%s: %s speaks of a guarantee: %s", lang, key, text)
				}
			}
		}
	}
}

func TestFactsTakeTheirArguments(t *testing.T) {
	shanghai := zone(t, "Asia/Shanghai")
	now := time.Date(2025, 12, 20, 3, 0, 0, 0, shanghai)
	for _, c := range []struct {
		lang string
		fact terms.Fact
		want string
	}{
		{
			"en",
			terms.Fact{Code: terms.NoteReplacesBase, Args: map[string]string{"plan": "arr"}},
			"The time of Azure Rapid Response takes the place of the base plan's.",
		},
		{
			"zh-Hans",
			terms.Fact{Code: terms.NoteNotASubmission, Args: map[string]string{"via": "chat"}},
			"仅通过聊天告知，按条款不算提交；请另用所列方式之一提交。",
		},
		{
			"ja",
			terms.Fact{Code: terms.NoteREDEOutsideHours, Args: map[string]string{"from": "2025-12-22T09:00:00+08:00"}},
			"専任エンジニアは 2025年12月22日(月) 09:00 中国標準時 (UTC+8) から加わります。",
		},
		{
			"en",
			terms.Fact{Code: terms.NoteManagementLanguages, Args: map[string]string{"languages": "en, zh, ja"}},
			"Incident management works in: English, Chinese, Japanese.",
		},
		{
			"en",
			terms.Fact{Code: terms.NoteKeptByPerson, Args: map[string]string{"plan": "platform-mcs", "by": "Maria", "reason": "{{.Evil}}"}},
			"Maria decided that Azure Platform MCS applies: {{.Evil}}",
		},
		{
			"en",
			terms.Fact{Code: terms.NoteCalendarEnds, Args: map[string]string{"covered_until": "2026-12-31"}},
			"The holidays are known up to 2026-12-31; due times after that may move.",
		},
		{
			"en",
			terms.Fact{Code: terms.NoteDowngradesDiffer, Args: map[string]string{"uer": "severity_may_be_lowered", "arr": "not_24x7", "event-mcs": "not_24x7"}},
			"The plans differ on what may happen if you can't take part, so a person decides. " +
				"Azure Rapid Response, Azure Event MCS: The severity stays, but work around the clock may end. A person decides that, never a timer. " +
				"Unified Enhanced Response: We may lower the severity. A person decides that, never a timer.",
		},
		// What is unknown is shown as it is, what is missing as a dash.
		{"en", terms.Fact{Code: "brand_new", Args: map[string]string{"plan": "x"}}, "brand_new"},
		{"en", terms.Fact{Code: terms.NoteReplacesBase}, "The time of — takes the place of the base plan's."},
		{
			"en",
			terms.Fact{Code: terms.NoteReplacesBase, Args: map[string]string{"plan": "new-plan"}},
			"The time of new-plan takes the place of the base plan's.",
		},
	} {
		got := In(c.lang).Fact(c.fact).Render(Reader{Lang: c.lang, Zone: shanghai}, now)
		if got != c.want {
			t.Errorf("%s %s:\n got %q\nwant %q", c.lang, c.fact.Code, got, c.want)
		}
	}
}

func TestNamesOfTheTerms(t *testing.T) {
	w := In("zh-CN")
	for want, got := range map[string]Text{
		"严重性 A": w.Severity(terms.SevA), "全天候": w.Clock(terms.AroundTheClock), "电话": w.Channel(terms.Phone),
		"日语": w.LanguageName("ja"), "fr": w.LanguageName("fr"), "D": w.Severity("D"),
		"Azure SQL Database": w.Product(terms.Product{Code: "azure/sql-database", Name: "Azure SQL Database"}),
	} {
		if string(got) != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	if got := w.Refusal("no_such_refusal", nil); !strings.Contains(string(got), "no_such_refusal") {
		t.Errorf("a refusal without words: %q", got)
	}
}
