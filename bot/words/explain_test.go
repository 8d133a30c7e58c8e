package words

import (
	"strings"
	"testing"
	"time"

	"example.com/firstcall/domain/terms"
)

// platformCase is worked example 7(a): severity A on an enrolled virtual machine,
// opened at 03:00 on 20 December 2025 in China, with platform MCS.
func platformCase(t *testing.T) (terms.Commitment, time.Time, Reader) {
	t.Helper()
	shanghai := zone(t, "Asia/Shanghai")
	opened := time.Date(2025, 12, 20, 3, 0, 0, 0, shanghai)
	target := func(d time.Duration, rows ...string) *terms.Target {
		return &terms.Target{Target: d, Clock: terms.AroundTheClock, Due: opened.Add(d), Rows: rows}
	}
	return terms.Commitment{
		Edition: "ussd-2025-11", Severity: terms.SevA, Product: "azure/virtual-machines", Plan: terms.PlatformMCS,
		FirstResponse: target(15*time.Minute, "A2-02", "A2-07"),
		WorkBegins:    target(15*time.Minute, "A2-01", "A2-07"),
		Effort:        terms.AroundTheClock,
		Assigned: []terms.Fact{
			{Code: terms.RolePMCSEngineers, Rows: []string{"PMCS-14"}},
			{Code: terms.RoleSeniorIncidentManager, Rows: []string{"A2-04", "PMCS-24"}},
		},
		Escalation:       []terms.Fact{{Code: terms.EscalationEnhanced, Rows: []string{"RSM-04"}}},
		Duties:           []terms.Fact{{Code: terms.DutyStaff24x7, Rows: []string{"A1-09"}}, {Code: terms.DutyRapidAccess, Rows: []string{"A1-10"}}},
		Owner:            terms.Fact{Code: terms.OwnerPMCS, Rows: []string{"PMCS-14"}},
		IfCustomerCannot: terms.NoLonger24x7,
		SubmitVia:        []terms.Channel{terms.Portal, terms.Phone, terms.Chat},
		Languages:        []string{"en"},
		Notes:            []terms.Fact{{Code: terms.NoteReplacesBase, Rows: []string{"PMCS-23"}, Args: map[string]string{"plan": "platform-mcs"}}},
		Rejected:         []terms.Rejection{{Plan: terms.ARR, Reason: terms.ReasonChannel, Rows: []string{"ARR-01"}}},
		Plans:            []terms.Plan{terms.Unified, terms.PlatformMCS},
		Rows:             []string{"A1-09", "A1-10", "A2-01", "A2-02", "A2-04", "A2-07", "ARR-01", "PMCS-14", "PMCS-23", "PMCS-24", "RSM-04"},
	}, opened, Reader{Zone: shanghai}
}

func TestExplainPageSaysWhatMatters(t *testing.T) {
	c, opened, reader := platformCase(t)
	for lang, wants := range map[string][]string{
		"en": {
			"Azure Virtual Machines: Severity A\n",
			"Opened Sat 20 Dec 2025 03:00 CST (UTC+8)\n",
			"a target we work towards, not a guarantee",
			"First call, by a person  by Sat 20 Dec 2025 03:15 CST (UTC+8) (15 min, around the clock)\n",
			"   [A2-02 A2-07]\n",
			"phones or e-mails", "Automatic messages and chat do not count",
			"Work begins              by Sat 20 Dec 2025 03:15",
			"Have people working on it around the clock until it is solved  [A1-09]",
			"The severity stays, but work around the clock may end.",
			"Senior incident manager  [A2-04 PMCS-24]", "Enhanced escalation, which starts by itself  [RSM-04]",
			"the cloud service's portal, phone, chat\n", "Languages                English\n",
			"Plan                     Azure Platform MCS\n", "No other plan that applies gives a sooner first call.", "Also in force            Unified (base)\n",
			"Azure Rapid Response: the incident would have to be submitted another way\n",
			"takes the place of the base plan's.\n", " [PMCS-23]\n",
			"edition ussd-2025-11",
		},
		"zh-Hans": {"首次人工联系", "2025年12月20日（周六）03:15 中国标准时间 (UTC+8) 之前（15 分钟，全天候）", "不是保证", "须以其他方式提交  [ARR-01]"},
		"ja":      {"担当者からの最初の連絡", "2025年12月20日(土) 03:15 中国標準時 (UTC+8)まで（15分、24時間体制）", "保証ではありません", "別の方法での登録が必要  [ARR-01]"},
	} {
		reader.Lang = lang
		page := ExplainPage(In(lang), c, "Azure Virtual Machines", opened, reader)
		for _, want := range wants {
			if !strings.Contains(page, want) {
				t.Errorf("%s: the page lacks %q\n%s", lang, want, page)
			}
		}
		for line := range strings.Lines(page) {
			line = strings.TrimSuffix(line, "\n")
			if Width(line) > 100 || strings.TrimRight(line, " ") != line {
				t.Errorf("%s: a line of %d columns, or with blanks at its end: %q", lang, Width(line), line)
			}
		}
	}
}

// Base severity 1: work begins at once without a number. Severity B: what the
// customer owes is counted from each request. And nobody is assigned.
func TestExplainPageOfTheBasePlan(t *testing.T) {
	c, opened, reader := platformCase(t)
	reader.Lang = "en"
	c.WorkBegins, c.Assigned = nil, nil
	c.Notes = []terms.Fact{{Code: terms.NoteWorkBeginsNow, Rows: []string{"A1-01"}}}
	c.ChangeControl = &terms.Target{Target: 4 * time.Hour, Clock: terms.BusinessHours, Due: opened.Add(58 * time.Hour), Rows: []string{"A1-20"}}
	c.HumanChatCounts = true
	page := ExplainPage(In("en"), c, "Azure Virtual Machines", opened, reader)
	for _, want := range []string{
		"A person phones, e-mails or writes to you in the chat.",
		"Work begins              Work begins at once; the terms give no number.  [A1-01]",
		"Change control           by Mon 22 Dec 2025 13:00 CST (UTC+8) if asked when opened (4 h, business",
		"Assigned by itself       nobody in particular",
	} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %q\n%s", want, page)
		}
	}
	if strings.Contains(page, "Good to know") {
		t.Errorf("the note about the start of work is said twice\n%s", page)
	}
}

func TestExplainPageWithoutAnAgreement(t *testing.T) {
	_, opened, reader := platformCase(t)
	c := terms.Commitment{
		Edition: "ussd-2025-11", Severity: terms.SevB, IfCustomerCannot: terms.NoConsequence,
		Notes: []terms.Fact{{Code: terms.NoteNoAgreement, Rows: []string{"GEN-08"}}},
	}
	page := ExplainPage(In("en"), c, "x\x00<b>\u202e", opened, reader)
	for _, want := range []string{"x<b>: Severity B\n", "the terms give no time", "no plan in force", "the terms owe nothing.  [GEN-08]"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %q\n%s", want, page)
		}
	}
}

func TestWrapKeepsWithinTheColumns(t *testing.T) {
	for _, c := range []struct {
		in    string
		width int
		want  []string
	}{
		{"one two three", 8, []string{"one two", "three"}},
		{"日本語の文章です。", 8, []string{"日本語の", "文章で", "す。"}}, // a line never begins with 。
		{"見る（注）", 6, []string{"見る", "（注）"}},             // nor ends with （
		{"abcdefghij", 4, []string{"abcd", "efgh", "ij"}},
		{"a\n\nb", 10, []string{"a", "", "b"}},
		{"", 10, []string{""}},
		{"中文 abc 中文", 8, []string{"中文 abc", "中文"}},
	} {
		got := Wrap(c.in, c.width)
		if strings.Join(got, "|") != strings.Join(c.want, "|") {
			t.Errorf("Wrap(%q, %d) = %q, want %q", c.in, c.width, got, c.want)
		}
	}
	if got := Width("日本e\u0301👍"); got != 7 {
		t.Errorf("Width: %d, want 2+2+1+0+2 = 7", got)
	}
}
