package bot

// The table of all verbs.

import (
	"example.com/firstcall/bot/words"
	"example.com/firstcall/domain"
	"example.com/firstcall/domain/terms"
)

// The buttons that belong to no incident.
const (
	actionReport = "report"
	actionGoOn   = "draft_go_on"
	actionDrop   = "draft_drop"
)

// verbs is everything that can be done to an incident. Who may do it is decided
// by the rule that does it, never here.
var verbs = byName(
	verb{
		name: "ack", names: "acknowledge 确认 了解", side: domain.Provider,
		fields: func(a *asking) []Field { return []Field{a.next()} },
		do:     func(c call) (domain.Outcome, error) { return c.inc.Acknowledge(c.by, c.next(), c.v.now, c.env) },
	},
	verb{
		name: "take", names: "接手 担当", side: domain.Provider,
		do: func(c call) (domain.Outcome, error) { return c.inc.Take(c.by, c.v.now, c.env) },
	},
	verb{
		name: "handover", names: "hand 移交 引継", side: domain.Provider,
		fields: func(a *asking) []Field { return []Field{a.worded(a.field(fieldTo, FieldText), "person")} },
		do:     handOver,
	},
	verb{
		name: "call", names: "called 来电 电话 電話", side: domain.Provider,
		fields: func(a *asking) []Field { return []Field{a.choice(fieldVia, "phone", "email"), a.at()} },
		do: func(c call) (domain.Outcome, error) {
			return c.inc.RecordFirstCall(c.by, terms.Channel(c.text(fieldVia)), "", c.at(), c.v.now, c.env)
		},
	},
	verb{
		name: "contact", side: domain.Provider,
		fields: func(a *asking) []Field { return []Field{a.at()} },
		do:     func(c call) (domain.Outcome, error) { return c.inc.RecordContact(c.by, c.at(), c.v.now, c.env) },
	},
	verb{
		name: "begin", names: "begun start 开始 着手", side: domain.Provider,
		fields: func(a *asking) []Field { return []Field{a.at()} },
		do:     func(c call) (domain.Outcome, error) { return c.inc.BeginWork(c.by, c.at(), c.v.now, c.env) },
	},
	verb{
		name: "update", names: "进展 更新", side: domain.Provider,
		fields: func(a *asking) []Field { return []Field{a.text("update"), a.next()} },
		do: func(c call) (domain.Outcome, error) {
			return c.inc.GiveUpdate(c.by, c.text(fieldText), c.next(), c.v.now, c.env)
		},
	},
	verb{
		name: "ask", names: "询问 質問", side: domain.Provider,
		fields: func(a *asking) []Field {
			what := a.choice(fieldWhat, string(domain.AskQuestion), string(domain.AskChangeControl))
			return []Field{a.worded(what, "ask"), a.text("ask")}
		},
		do: func(c call) (domain.Outcome, error) {
			return c.inc.Ask(c.by, domain.AskKind(c.text(fieldWhat)), c.text(fieldText), c.v.now, c.env)
		},
	},
	verb{
		name: "reply", names: "回复 返信", side: domain.Provider,
		fields: func(a *asking) []Field { return []Field{a.text("reply")} },
		find:   canReply, after: sendReply,
		do: func(c call) (domain.Outcome, error) { return c.inc.Reply(c.by, c.text(fieldText), c.v.now, c.env) },
	},
	verb{
		name: "answer", names: "reply 回答 答复",
		fields: func(a *asking) []Field {
			f := a.text("answer")
			if a.inc.Asked != "" {
				f.Label = words.Plain(cut(a.inc.Asked, maxLine))
			}
			if a.by.Side == domain.Provider { // who may write it down later than it came
				return []Field{f, a.at()}
			}
			return []Field{f}
		},
		do: func(c call) (domain.Outcome, error) {
			return c.inc.CustomerAnswers(c.by, c.text(fieldText), c.at(), c.v.now, c.env)
		},
	},
	verb{
		name: "severity", names: "sev 严重性 重大度",
		fields: func(a *asking) []Field {
			return []Field{a.severities(fieldTo, func(s terms.Severity) bool { return s != a.inc.Severity }), a.why()}
		},
		do: func(c call) (domain.Outcome, error) {
			want := terms.Severity(c.text(fieldTo))
			if c.by.Side == domain.Provider {
				return c.inc.AssignSeverity(c.by, want, c.text(fieldWhy), c.v.now, c.env)
			}
			return c.inc.RequestSeverity(c.by, want, c.text(fieldWhy), c.v.now, c.env)
		},
	},
	verb{
		name: "accept", names: "同意 承認", side: domain.Provider,
		do: func(c call) (domain.Outcome, error) { return c.inc.AcceptSeverity(c.by, c.v.now, c.env) },
	},
	verb{
		name: "refuse", names: "拒绝 却下", side: domain.Provider,
		fields: func(a *asking) []Field { return []Field{a.whyShared()} },
		do: func(c call) (domain.Outcome, error) {
			return c.inc.RefuseSeverity(c.by, c.text(fieldWhy), c.v.now, c.env)
		},
	},
	verb{
		name: "commit", names: "24x7 承诺 体制", side: domain.Customer,
		fields: func(a *asking) []Field { return []Field{a.field(fieldContacts, FieldLong)} },
		do: func(c call) (domain.Outcome, error) {
			return c.inc.Commit(c.by, parseContacts(c.text(fieldContacts)), c.v.now, c.env)
		},
	},
	verb{
		name: "downgrade", names: "降级 降格", side: domain.Provider,
		fields: func(a *asking) []Field { return []Field{a.whyShared()} },
		do: func(c call) (domain.Outcome, error) {
			return c.inc.ProposeDowngrade(c.by, c.text(fieldWhy), c.v.now, c.env)
		},
	},
	verb{
		name: "decide", names: "决定 決定", side: domain.Provider,
		fields: func(a *asking) []Field {
			fields := []Field{a.worded(a.choice(fieldWhat, yes, no), "decide")}
			if a.inc.Downgrade == domain.LowerSeverity {
				fields = append(fields, optional(a.severities(fieldTo, a.inc.Severity.MoreUrgentThan)))
			}
			return append(fields, a.worded(a.why(), "decide"))
		},
		do: func(c call) (domain.Outcome, error) {
			if c.text(fieldWhat) == yes && c.text(fieldTo) == "" && c.inc.Downgrade == domain.LowerSeverity {
				return domain.Outcome{}, domain.Refuse("answer_missing").At(fieldTo)
			}
			out, err := c.inc.DecideDowngrade(c.by, c.text(fieldWhat) == yes, terms.Severity(c.text(fieldTo)), c.text(fieldWhy), c.v.now, c.env)
			return out, asked(err, "severity", fieldTo)
		},
	},
	verb{
		name: "escalate", names: "升级 转交 エスカレーション", side: domain.Provider,
		fields: func(a *asking) []Field { return []Field{a.teams(), a.why()} },
		do: func(c call) (domain.Outcome, error) {
			team := c.text(fieldTeam)
			if team == firstTeam {
				team = ""
			}
			if team == c.inc.Team {
				return domain.Outcome{}, domain.Refuse("already_there", "team", c.text(fieldTeam))
			}
			return c.inc.Escalate(c.by, team, c.text(fieldWhy), c.v.now, c.env)
		},
	},
	verb{
		name: "executives", names: "executive 高管 役員",
		fields: func(a *asking) []Field {
			return []Field{a.worded(a.choice(fieldWhat, string(domain.Provider), string(domain.Customer)), "executives"), a.why()}
		},
		do: func(c call) (domain.Outcome, error) {
			return c.inc.NotifyExecutives(c.by, domain.Side(c.text(fieldWhat)), c.text(fieldWhy), c.v.now, c.env)
		},
	},
	verb{
		name: "thirdparty", names: "vendor 第三方 他社",
		fields: func(a *asking) []Field { return []Field{a.field("vendor", FieldText)} },
		do: func(c call) (domain.Outcome, error) {
			return c.inc.InvolveThirdParty(c.by, c.text("vendor"), c.v.now, c.env)
		},
	},
	verb{
		name: "outage", names: "大范围 広域", side: domain.Provider,
		fields: func(a *asking) []Field {
			return []Field{a.worded(a.choice(fieldWhat, yes, no), "outage"), a.whyShared()}
		},
		do: func(c call) (domain.Outcome, error) {
			return c.inc.DeclareOutage(c.by, c.text(fieldWhat) == yes, c.text(fieldWhy), c.v.now, c.env)
		},
	},
	verb{
		name: "consent", names: "远程 リモート", side: domain.Customer,
		fields: func(a *asking) []Field { return []Field{a.field("systems", FieldLong)} },
		do: func(c call) (domain.Outcome, error) {
			return c.inc.ConsentRemoteAccess(c.by, c.text("systems"), c.v.now, c.env)
		},
	},
	verb{
		name: "mitigated", names: "mitigate 缓解 緩和", side: domain.Provider,
		fields: func(a *asking) []Field { return []Field{a.at(), a.text("mitigated")} },
		do: func(c call) (domain.Outcome, error) {
			return c.inc.Mitigate(c.by, c.at(), c.text(fieldText), c.v.now, c.env)
		},
	},
	verb{
		name: "resolve", names: "resolved solved 解决 解決",
		fields: func(a *asking) []Field { return []Field{a.at(), a.text("resolve")} },
		do: func(c call) (domain.Outcome, error) {
			return c.inc.Resolve(c.by, c.at(), c.text(fieldText), c.v.now, c.env)
		},
	},
	verb{name: "close", names: "关闭 クローズ", fields: closeFields, do: closeIt},
	verb{
		name: "rca", names: "根本原因",
		do: func(c call) (domain.Outcome, error) { return c.inc.RequestRCA(c.by, c.v.now, c.env) },
	},
	verb{
		name: "norca",
		do:   func(c call) (domain.Outcome, error) { return c.inc.DeclineRCA(c.by, c.v.now, c.env) },
	},
	verb{
		name: "reopen", names: "重新打开 再開",
		fields: func(a *asking) []Field { return []Field{a.why()} },
		do: func(c call) (domain.Outcome, error) {
			return c.inc.Reopen(c.by, c.text(fieldWhy), c.v.now, c.env)
		},
	},
	verb{
		name: "duplicate", names: "dup 重复 重複",
		fields: func(a *asking) []Field { return []Field{a.field(fieldOf, FieldText), optional(a.why())} },
		find:   findDuplicate,
		do: func(c call) (domain.Outcome, error) {
			return c.inc.Cancel(c.by, c.text(fieldOf), c.text(fieldWhy), c.v.now, c.env)
		},
	},
	verb{
		name: "cancel", names: "取消 取り消し",
		fields: func(a *asking) []Field { return []Field{a.why()} },
		do: func(c call) (domain.Outcome, error) {
			return c.inc.Cancel(c.by, "", c.text(fieldWhy), c.v.now, c.env)
		},
	},
	verb{
		name: "correct", names: "更正 訂正", side: domain.Provider,
		fields: func(a *asking) []Field {
			return []Field{a.facts(), a.field(fieldValue, FieldText), a.why()}
		},
		do: correct,
	},
	verb{
		name: "withdraw", names: "撤回 取下げ", side: domain.Provider,
		fields: func(a *asking) []Field { return []Field{a.facts(), a.why()} },
		do: func(c call) (domain.Outcome, error) {
			return c.inc.WithdrawFact(c.by, domain.FactName(c.text(fieldFact)), c.text(fieldWhy), c.v.now, c.env)
		},
	},
	verb{
		name: "note", names: "备注 メモ",
		fields: func(a *asking) []Field { return []Field{a.text("note")} },
		do:     func(c call) (domain.Outcome, error) { return c.inc.Note(c.by, c.text(fieldText), c.v.now, c.env) },
	},
	verb{
		name: "link", names: "链接 リンク",
		fields: func(a *asking) []Field {
			return []Field{a.field("url", FieldText), optional(a.field("title", FieldText))}
		},
		do: func(c call) (domain.Outcome, error) {
			return c.inc.Link(c.by, c.text("url"), c.text("title"), c.v.now, c.env)
		},
	},
	verb{
		name: "case", names: "案例号 ケース番号",
		fields: func(a *asking) []Field {
			fields := []Field{a.field("number", FieldText)}
			if a.inc.Status == domain.AwaitingCase {
				fields = append(fields, a.wayOfCase())
			}
			return append(fields, a.worded(a.at(), "case"))
		},
		do: recordCase,
	},
	verb{
		name: "hours", names: "effort 工时 工数", side: domain.Provider,
		fields: func(a *asking) []Field { return []Field{a.field("spent", FieldText)} },
		do:     spend,
	},
	verb{
		name: "convert", names: "break-fix 转为故障 障害へ",
		fields: func(a *asking) []Field {
			return []Field{
				a.severities(fieldTo, func(terms.Severity) bool { return true }), a.environment(),
				a.worded(a.field(fieldImpact, FieldLong), "convert"),
			}
		},
		do: func(c call) (domain.Outcome, error) {
			inProduction := c.text(fieldEnvironment) != nonProduction
			// Nobody has committed to anything: staffing is asked for.
			return c.inc.Convert(c.by, terms.Severity(c.text(fieldTo)), c.text(fieldImpact), inProduction, false, c.v.now, c.env)
		},
	},
)
