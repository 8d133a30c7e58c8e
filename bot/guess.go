package bot

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"example.com/firstcall/bot/words"
	"example.com/firstcall/domain"
	"example.com/firstcall/domain/terms"
)

// The plain rules that read a whole sentence: "our checkout is down in
// production since 9, sev 1". What they can't be sure of is asked.
var (
	severityShape = regexp.MustCompile(`(?i)(?:\bsev(?:erity)?|严重(?:性|级别|程度)?(?:级别)?|重大度|深刻度)\s*(?:は|为|是)?\s*[:=-]?\s*([1ABC])(?:[^0-9A-Za-z]|$)`)
	sinceShape    = regexp.MustCompile(`(?i)\b(?:since|from)\s+((?:(?:on )?[a-z]+day |yesterday |today )?(?:at )?\d{1,2}(?:[:.]\d{2})?\s*(?:am|pm)?)(?:[^0-9A-Za-z:%]|$)`)
	agoShape      = regexp.MustCompile(`(?i)\b((?:\d{1,3} ?(?:days?|h|hours?|hrs?|m|min|mins|minutes?)|an hour|half an hour) ago)\b`)
	cjkClock      = `((?:(?:前天|昨天|今天|今早|今晚|昨晚|一昨日|昨日|今日|今朝|昨夜)の?)?\s*(?:上午|早上|凌晨|下午|晚上|午前|午後)?\s*\d{1,2}(?::\d{2}|\s*[点點時时](?:半|\s*\d{1,2}\s*分?)?))`
	sinceCJK      = regexp.MustCompile(`[自从從]\s*` + cjkClock + `|` + cjkClock + `\s*(?:左右|前后|ごろ|頃|くらい|ぐらい)?\s*(?:开始|开头|起|から|より|以来)`)
	justNowCJK    = regexp.MustCompile(`(さっき|先ほど|たった今)から|(刚才|刚刚)(?:开始|起)|[自从從](刚才|刚刚)`)
	agoCJK        = regexp.MustCompile(`(\d{1,3}\s*(?:分钟|个?小时|天|分|時間|日)(?:之?前|以前))`)
	brokenShape   = regexp.MustCompile(`(?i)\b(down|broken|fail(s|ed|ing|ure)?|errors?|crash(es|ed|ing)?|outage|unavailable|unreachable|slow|degraded|timeouts?|timing out|not working|stopped working|(?:does|do)(?: not|n't|n’t) work|can't|can’t|cannot)\b|故障|宕机|中断|报错|失败|不可用|无法|打不开|挂了|坏了|崩溃|超时|变慢|很慢|障害|停止|止まって|止まり|エラー|落ちて|落ちま|つながら|繋がら|できな|できませ|動かな|動きませ|遅い|ダウン`)
	askingShape   = regexp.MustCompile(`(?i)\b(how (?:do|can|should|to)|which|what is the best|what's the best|should (?:we|i)|advice|recommend|best practices?)\b|怎么|如何|哪个|哪种|建议|咨询|请问|どうすれば|どちら|どの.{1,12}(?:が|を)|教えて|相談`)
	prodShape     = regexp.MustCompile(`(?i)\b(?:in|on) prod(?:uction)?\b|\bproduction (?:is|environment|system)\b|生产环境|生产系统|生产上|线上|生産環境|本番`)
	nonProdShape  = regexp.MustCompile(`(?i)\b(?:in|on) (?:the |our )?(?:test|staging|dev|development|non-?production|qa|uat)\b|测试环境|开发环境|テスト環境|開発環境|検証環境`)
)

// guessed is what a sentence says; "" where it says nothing sure.
type guessed struct {
	kind        domain.Kind
	product     string // a code
	environment string
	since       time.Time
	severity    terms.Severity
}

// guess reads a sentence by the rules above.
func guess(ed *terms.Edition, text string, now time.Time, zone *time.Location) guessed {
	text = narrow(text)
	g := guessed{severity: findSeverity(text), product: productIn(ed, text), since: sinceIn(text, now, zone)}
	broken, asking := brokenShape.MatchString(text), askingShape.MatchString(text)
	switch {
	case g.severity != "" || broken && !asking:
		g.kind = domain.BreakFix
	case asking && !broken:
		g.kind = domain.Advice
	}
	switch nonProd, prod := nonProdShape.MatchString(text), prodShape.MatchString(text); {
	case nonProd && !prod:
		g.environment = nonProduction
	case prod && !nonProd:
		g.environment = production
	}
	return g
}

// findSeverity is the severity that a text names; "" when it names none, or two.
func findSeverity(text string) terms.Severity {
	found := terms.Severity("")
	for _, m := range severityShape.FindAllStringSubmatch(text, -1) {
		s := terms.Severity(strings.ToUpper(m[1]))
		if found != "" && found != s {
			return ""
		}
		found = s
	}
	return found
}

// sinceIn is when it began, by the text; zero when that is unclear or in the future.
func sinceIn(text string, now time.Time, zone *time.Location) time.Time {
	said := ""
	for _, shape := range []*regexp.Regexp{sinceShape, agoShape, sinceCJK, agoCJK, justNowCJK} {
		if m := shape.FindStringSubmatch(text); m != nil {
			if said = strings.Join(m[1:], ""); shape == sinceCJK {
				said = halfSaid(said)
			}
			break
		}
	}
	if said == "" {
		return time.Time{}
	}
	t, err := parseWhen(said, now, zone)
	if err != nil || t.After(now) {
		return time.Time{}
	}
	return t
}

// halfSaid writes the halves of a day that are said in one word with its day as
// parseWhen reads them. Of a night that may be either day's, nothing is sure.
func halfSaid(said string) string {
	said = strings.Join(strings.Fields(said), "")
	for _, half := range []struct{ word, day, half string }{
		{"今朝", "今日", "午前"}, {"今早", "今天", "上午"}, {"今晚", "今天", "晚上"}, {"昨晚", "昨天", "晚上"}, {"昨夜", "昨日", "午後"},
	} {
		rest, ok := strings.CutPrefix(said, half.word)
		if !ok {
			continue
		}
		rest = strings.TrimPrefix(rest, "の")
		hour, _, known := parseClock(rest)
		switch late := half.half == "晚上" || half.half == "午後"; {
		case !known || late && (hour < 5 || hour == 12):
			return ""
		case late && hour < 12:
			return half.day + half.half + rest
		default:
			return half.day + rest
		}
	}
	return said
}

// productIn finds the one product that the text names in full. A name inside a
// longer one doesn't count; two products that are both named are one too many.
func productIn(ed *terms.Edition, text string) string {
	low := strings.ToLower(text)
	type hit struct {
		from, to int
		code     string
	}
	var hits []hit
	for _, p := range ed.Products() {
		names := append(slices.Clone(p.Aliases), p.Name)
		if !strings.Contains(p.Code, "/") {
			names = append(names, strings.ReplaceAll(p.Code, "-", " ")) // intune, power bi
		}
		for _, name := range names {
			n := strings.ToLower(name)
			if len(n) < 5 && n == name || commonWords[n] {
				continue // too easily something else
			}
			if len(n) < 5 { // a short one counts as it is written: VM, AKS
				if at := indexWord(text, name); at >= 0 {
					hits = append(hits, hit{at, at + len(name), p.Code})
				}
			} else if at := indexWord(low, n); at >= 0 {
				hits = append(hits, hit{at, at + len(n), p.Code})
			}
		}
	}
	code := ""
	for _, h := range hits {
		inside := slices.ContainsFunc(hits, func(o hit) bool { return o.from <= h.from && h.to <= o.to && o.to-o.from > h.to-h.from })
		switch {
		case inside || h.code == code:
		case code != "":
			return ""
		default:
			code = h.code
		}
	}
	return code
}

// commonWords are names of products that a sentence uses for other things.
var commonWords = map[string]bool{
	"azure": true, "server": true, "windows": true, "teams": true, "word": true, "exchange": true, "fabric": true, "surface": true,
	"sign-in": true, "authentication": true, "laptop": true, "licensing": true, "planner": true, "outlook": true, "excel": true,
	"mesh": true, "client app": true, "scale set": true, "another product": true, "on-prem": true, "on premises": true, "phone or tablet": true,
	"计费": true, "账单": true, "課金": true, "請求": true, "登录": true, "身份": true, "身份验证": true, "认证": true, "認証": true, "ログイン": true,
	"サインイン": true, "邮箱": true, "电子邮件": true, "電子メール": true, "メールボックス": true, "笔记本电脑": true, "ノートパソコン": true, "机器学习": true, "機械学習": true,
	"storage account": true, "other": true, "identity": true, "user device": true, "client software": true, "dynamics": true, "defender": true,
}

// indexWord finds name in text where it stands as a word, or as its plural.
func indexWord(text, name string) int {
	letter := func(b byte) bool { return b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z' || b >= '0' && b <= '9' }
	for from := 0; ; {
		at := strings.Index(text[from:], name)
		if at < 0 {
			return -1
		}
		at += from
		end := at + len(name)
		if end < len(text) && text[end] == 's' {
			end++
		}
		if (at == 0 || !letter(text[at-1])) && (end >= len(text) || !letter(text[end])) {
			return at
		}
		from = at + 1
	}
}

// guess fills in what a free text says; the text itself is what happened. It
// says what was understood, so that a wrong guess is seen.
func (in *intake) guess(text string) {
	w := in.v.words()
	if before := in.d.Answers[fieldHappened]; before != "" {
		in.d.Answers[fieldHappened] = before + "\n" + text
	} else {
		in.d.Answers[fieldHappened] = text
	}
	if _, cut := words.Cut(text, maxShown); cut {
		in.notice = w.TextWasCut(strconv.Itoa(maxShown))
	}
	g := guess(in.v.bot.Terms, text, in.v.now, zoneOf(in.v.zone))
	since := ""
	if !g.since.IsZero() {
		since = g.since.Format(time.RFC3339)
	}
	var understood []words.Text
	for _, f := range []struct{ key, value string }{
		{fieldKind, string(g.kind)},
		{fieldProduct, g.product},
		{fieldEnvironment, g.environment},
		{fieldSince, since},
		{fieldSeverity, string(g.severity)},
	} {
		if f.value == "" || in.d.Answers[f.key] != "" {
			continue
		}
		if in.d.Answers[fieldKind] == string(domain.Advice) && f.key != fieldProduct && f.key != fieldKind {
			continue
		}
		in.d.Answers[f.key] = f.value // not among what was asked: going back starts there
		field, _ := in.field(f.key)
		if f.key == fieldSeverity {
			understood = append(understood, w.Severity(g.severity))
		} else {
			understood = append(understood, in.value(field))
		}
	}
	if len(understood) > 0 && in.notice == "" {
		in.notice = w.IntakeUnderstood(w.Items(understood...))
	}
}
