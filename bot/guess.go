package bot

import (
	"context"
	"regexp"
	"strings"
	"time"

	"example.com/firstcall/domain"
	"example.com/firstcall/domain/terms"
)

// The plain rules that read a whole sentence: "our checkout is down in
// production since 9, sev 1". What they can't be sure of is asked.
var (
	severityShape = regexp.MustCompile(`(?i)(?:\bsev(?:erity)?|严重性|严重级别|重大度|深刻度)\s*[:=-]?\s*([1ABC])(?:[^0-9A-Za-z]|$)`)
	sinceShape    = regexp.MustCompile(`(?i)(?:\bsince|\bfrom)\s+((?:yesterday |today )?(?:at )?\d{1,2}(?:[:.]\d{2})?\s*(?:am|pm)?)(?:[^0-9A-Za-z:]|$)`)
	sinceCJK      = regexp.MustCompile(`(?:自|从|從)?((?:昨天|今天|昨日|今日)?(?:上午|下午|午前|午後|晚上)?\d{1,2}(?:[:：]\d{2}|[点時时](?:\d{1,2}分?)?))(?:开始|起|から|より|以来)`)
	brokenShape   = regexp.MustCompile(`(?i)\b(down|broken|fail(s|ed|ing|ure)?|errors?|crash(es|ed|ing)?|outage|unavailable|slow|degraded|timeouts?|not working|doesn't work|can't|cannot)\b|故障|宕机|中断|报错|失败|不可用|无法|挂了|变慢|障害|停止|エラー|落ち|つながら|できな|動かな|遅い`)
	askingShape   = regexp.MustCompile(`(?i)\b(how (do|can|should)|which|what is the best|advice|recommend|best practice)\b|怎么|如何|哪个|建议|咨询|どうすれば|どちら|教えて|相談`)
	prodShape     = regexp.MustCompile(`(?i)\b(in|on) prod(uction)?\b|生产|生産|本番|线上`)
	nonProdShape  = regexp.MustCompile(`(?i)\b(in|on) (test|staging|dev|development|non-?production|qa|uat)\b|测试环境|开发环境|テスト環境|開発環境|検証環境`)
)

func findSeverity(text string) terms.Severity {
	m := severityShape.FindStringSubmatch(text)
	if m == nil {
		return ""
	}
	return terms.Severity(strings.ToUpper(m[1]))
}

// guess fills in what a free text says; the text itself is what happened.
func (in *intake) guess(ctx context.Context, text string) error {
	fill := func(key, value string) error {
		if value == "" || in.d.Answers[key] != "" {
			return nil
		}
		return in.take(ctx, key, value)
	}
	kind := ""
	sev := findSeverity(text)
	switch {
	case sev != "" || brokenShape.MatchString(text):
		kind = string(domain.BreakFix)
	case askingShape.MatchString(text):
		kind = string(domain.Advice)
	}
	environment := ""
	switch {
	case nonProdShape.MatchString(text):
		environment = nonProduction
	case prodShape.MatchString(text):
		environment = production
	}
	since := ""
	if m := sinceShape.FindStringSubmatch(text); m != nil {
		since = m[1]
	} else if m := sinceCJK.FindStringSubmatch(text); m != nil {
		since = m[1]
	}
	if since != "" {
		t, err := parseWhen(strings.TrimPrefix(since, "at "), in.v.now, zoneOf(in.v.zone))
		if err != nil {
			since = ""
		} else {
			since = t.Format(time.RFC3339)
		}
	}
	for _, f := range []struct{ key, value string }{
		{fieldKind, kind},
		{fieldProduct, in.v.productIn(text)},
		{fieldEnvironment, environment},
		{fieldHappened, text},
		{fieldSince, since},
		{fieldSeverity, string(sev)},
	} {
		if err := fill(f.key, f.value); err != nil {
			return err
		}
	}
	in.d.Asked = nil // going back starts with what was asked, not with what was guessed
	return nil
}

// productIn finds a product that the text names in full; the longest name wins.
func (v *visit) productIn(text string) string {
	low := " " + strings.ToLower(text) + " "
	best, code := 4, ""
	for _, p := range v.bot.Terms.Products() {
		for _, name := range append(p.Aliases, p.Name) {
			if n := strings.ToLower(name); len(n) > best && containsWord(low, n) {
				best, code = len(n), p.Code
			}
		}
	}
	return code
}

func containsWord(text, name string) bool {
	at := strings.Index(text, name)
	if at < 0 {
		return false
	}
	letter := func(b byte) bool { return b >= 'a' && b <= 'z' || b >= '0' && b <= '9' }
	end := at + len(name)
	return (at == 0 || !letter(text[at-1])) && (end >= len(text) || !letter(text[end]) || text[end] == 's')
}
