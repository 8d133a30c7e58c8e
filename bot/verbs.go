package bot

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

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

// The fields that verbs ask for.
const (
	fieldAt    = "at"
	fieldNext  = "next"
	fieldText  = "text"
	fieldWhy   = "why"
	fieldTo    = "to"
	fieldVia   = "via"
	fieldWhat  = "what"
	fieldTeam  = "team"
	fieldFact  = "fact"
	fieldValue = "value"
	fieldRCA   = "rca"
	fieldOf    = "of"
)

// firstTeam is how people choose the engineers who take incidents first.
const firstTeam = "engineers"

// verb is one thing that can be done to an incident, by command or button.
type verb struct {
	name   string
	names  string                  // other names, separated by spaces
	side   domain.Side             // whose verb it is in the help; "" is both's
	rank   int                     // its place in the help
	fields func(a *asking) []Field // nil: nothing is asked
	do     func(c call) (domain.Outcome, error)
	// find looks up what the answers name, before anything is done; nil: they name nothing.
	find func(ctx context.Context, c call) error
	// after writes down what else comes of it, once it is done; nil: nothing does.
	after func(ctx context.Context, c call) error
}

// call is a verb about to be done, with everything answered.
type call struct {
	v      *visit
	inc    domain.Incident
	env    domain.Env
	by     domain.Actor
	values map[string]string
}

// text is a field's answer; "" when it was left out.
func (c call) text(key string) string {
	if s := c.values[key]; s != skipped {
		return s
	}
	return ""
}

// at is the moment answered; the moment of asking when it was left out.
func (c call) at() time.Time {
	if t, err := time.Parse(time.RFC3339, c.text(fieldAt)); err == nil {
		return t
	}
	return c.v.now
}

// next is the moment of the promised next update; zero when it was left out.
func (c call) next() time.Time {
	t, _ := time.Parse(time.RFC3339, c.text(fieldNext))
	return t
}

// verbFields are a verb's questions about the incident; for whoever may not do
// it there are none, and the refusal: questions show what only some may see.
func (v *visit) verbFields(ctx context.Context, verb verb, inc domain.Incident) ([]Field, error) {
	me := v.actor()
	if err := v.forbids(&inc, verb); err != nil || verb.fields == nil {
		return nil, err
	}
	s, err := v.scene(ctx, inc.Tenant)
	if err != nil {
		return nil, err
	}
	env, err := s.env(&inc.Report)
	if err != nil {
		return nil, err
	}
	return verb.fields(&asking{w: v.words(), by: me, inc: inc, dir: s.directory, env: env}), nil
}

// rule is the right that somebody of that side needs for a verb.
func rule(name string, side domain.Side) domain.Verb {
	switch name {
	case "call":
		return domain.DoFirstCall
	case "thirdparty":
		return domain.DoThirdParty
	case "consent":
		return domain.DoRemoteAccess
	case "norca":
		return domain.DoRCA
	case "duplicate":
		return domain.DoCancel
	case "hours":
		return domain.DoSpend
	case "convert":
		return domain.DoConvert
	case "severity":
		if side == domain.Customer {
			return domain.DoRequest
		}
	case "correct", "withdraw":
		if side == domain.Customer { // of all that is recorded, the number is theirs
			return domain.DoCorrectNumber
		}
		return domain.DoCorrect
	}
	return domain.Verb(name) // the others have the rule's own name
}

// forbids asks the rule before anything is shown or looked up for a verb.
func (v *visit) forbids(inc *domain.Incident, verb verb) error {
	me := v.actor()
	if me.Side == domain.Customer && !customersMay(verb.name, me.Tenant) {
		return domain.Refuse("provider_only")
	}
	if me.Has(domain.RoleGuest) && !domain.MayEver(me, rule(verb.name, me.Side), inc.Tenant) {
		return domain.Refuse("guest_may_not")
	}
	return inc.Forbids(me, rule(verb.name, me.Side))
}

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
			return []Field{f}
		},
		do: func(c call) (domain.Outcome, error) {
			return c.inc.CustomerAnswers(c.by, c.text(fieldText), c.v.now, c.env)
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

// wayOfCase asks how a case was made. It may be left out where the promise wants
// only one way: see recordCase.
func (a *asking) wayOfCase() Field {
	return optional(a.worded(a.choice(fieldVia, string(terms.Portal), string(terms.Phone), string(terms.Web)), "case"))
}

// recordCase wants the way in which the case was made where several would do:
// which plans it reaches depends on it.
func recordCase(c call) (domain.Outcome, error) {
	via := terms.Channel(c.text(fieldVia))
	if via == "" && c.inc.Status == domain.AwaitingCase && len(c.inc.Promise.SubmitVia) != 1 {
		return domain.Outcome{}, domain.Refuse("answer_missing").At(fieldVia)
	}
	return c.inc.RecordCase(c.by, c.text("number"), via, c.at(), c.v.now, c.env)
}

// environment asks what advice was not asked about.
func (a *asking) environment() Field {
	f := a.field(fieldEnvironment, FieldChoice)
	f.Label = a.w.AskEnvironment()
	f.Options = []Option{{Value: production, Label: a.w.EnvironmentProduction()}, {Value: nonProduction, Label: a.w.EnvironmentOther()}}
	return f
}

// handOver finds the engineer named by name.
func handOver(c call) (domain.Outcome, error) {
	want := strings.ToLower(strings.TrimPrefix(c.text(fieldTo), "@"))
	var names []string
	for _, r := range c.v.seen.directory.Recipients {
		if p := r.Person; p != nil && p.Side == domain.Provider {
			if strings.ToLower(p.Name) == want || strings.ToLower(p.FullName) == want || strings.ToLower(r.Address.ID) == want { // a mention is an id
				return c.inc.HandOver(c.by, p.ID, display(p), c.v.now, c.env)
			}
			names = append(names, p.Name)
		}
	}
	slices.Sort(names)
	return domain.Outcome{}, domain.Refuse("no_such_person", "given", want, "people", strings.Join(slices.Compact(names), ", ")).At(fieldTo)
}

// findDuplicate answers with the number of an incident that the customer has;
// whatever else was named doesn't exist for this one, whoever asks.
func findDuplicate(ctx context.Context, c call) error {
	said := strings.ToUpper(narrow(c.text(fieldOf)))
	unknown := domain.Refuse("no_such_incident", "ref", brief(said)).At(fieldOf)
	prefix := c.inc.Ref[:strings.LastIndex(c.inc.Ref, "-")+1]
	digits := strings.TrimPrefix(strings.TrimPrefix(said, prefix), "#")
	n, err := strconv.Atoi(digits)
	if err != nil || !numberShape.MatchString(digits) || n < 1 || n > mostNumber {
		return unknown
	}
	c.values[fieldOf] = prefix + strconv.Itoa(n)
	if c.values[fieldOf] == c.inc.Ref {
		return nil // the rule says what is wrong with it
	}
	if _, err = c.v.tx.Incident(ctx, c.inc.Tenant, n); errors.Is(err, ErrNotFound) {
		return unknown
	}
	if err != nil {
		return fmt.Errorf("find %s: %w", c.values[fieldOf], err)
	}
	return nil
}

// closeFields asks about a root cause analysis where it may be too late to ask
// once the incident is closed (RCA-01).
func closeFields(a *asking) []Field {
	_, known := a.inc.RCARoute(a.env)
	if !known || a.inc.Status != domain.Resolved || a.inc.RCAOffered || !a.inc.RCAAskedAt.IsZero() {
		return nil
	}
	return []Field{a.choice(fieldRCA, yes, no)}
}

// closeIt writes down the answer about the analysis, and closes: one step for
// those who were asked.
func closeIt(c call) (domain.Outcome, error) {
	var first domain.Outcome
	var err error
	switch c.text(fieldRCA) {
	case yes:
		first, err = c.inc.RequestRCA(c.by, c.v.now, c.env)
	case no:
		first, err = c.inc.DeclineRCA(c.by, c.v.now, c.env)
	default:
		return c.inc.Close(c.by, c.v.now, c.env)
	}
	if err != nil {
		return domain.Outcome{}, err
	}
	return then(first, func(i domain.Incident) (domain.Outcome, error) { return i.Close(c.by, c.v.now, c.env) })
}

// then goes on from an outcome; what both decided is one outcome.
func then(first domain.Outcome, next func(domain.Incident) (domain.Outcome, error)) (domain.Outcome, error) {
	out, err := next(first.Incident)
	if err != nil {
		return domain.Outcome{}, err
	}
	out.Notices = append(first.Notices, out.Notices...)
	out.Journal = append(first.Journal, out.Journal...)
	return out, nil
}

// asked moves a refusal about a field of the rule to the field of the form that
// asked for it.
func asked(err error, rule, form string) error {
	var r *domain.Refusal
	if errors.As(err, &r) && r.Field == rule {
		moved := *r
		return moved.At(form)
	}
	return err
}

// ways are the words for the ways of a first call.
var ways = map[string]terms.Channel{
	"phone": terms.Phone, "called": terms.Phone, "电话": terms.Phone, "電話": terms.Phone,
	"email": domain.Email, "e-mail": domain.Email, "mail": domain.Email, "邮件": domain.Email, "メール": domain.Email,
}

// correct reads the new value as the fact wants it: a number, a time, or for a
// first call its way, its time or both.
func correct(c call) (domain.Outcome, error) {
	fact := domain.FactName(c.text(fieldFact))
	value := strings.TrimSpace(c.text(fieldValue))
	if fact == domain.FactCaseNumber || fact == domain.FactTaken {
		return c.inc.Correct(c.by, fact, time.Time{}, value, c.text(fieldWhy), c.v.now, c.env)
	}
	via := ""
	if word, rest, _ := strings.Cut(value, " "); fact == domain.FactFirstCall && ways[strings.ToLower(word)] != "" {
		via, value = string(ways[strings.ToLower(word)]), strings.TrimSpace(rest)
	}
	var at time.Time
	if value != "" {
		var err error
		if at, err = parseWhen(value, c.v.now, zoneOf(c.v.zone)); err != nil {
			return domain.Outcome{}, domain.Refuse("not_a_time", "given", value).At(fieldValue)
		}
	}
	out, err := c.inc.Correct(c.by, fact, at, via, c.text(fieldWhy), c.v.now, c.env)
	return out, asked(err, "at", fieldValue)
}

func spend(c call) (domain.Outcome, error) {
	d, err := time.ParseDuration(strings.ReplaceAll(strings.ToLower(c.text("spent")), " ", ""))
	if err != nil || d <= 0 {
		return domain.Outcome{}, domain.Refuse("not_a_duration", "given", c.text("spent")).At("spent")
	}
	return c.inc.SpendEffort(c.by, d, c.v.now, c.env)
}

func byName(list ...verb) map[string]verb {
	all := make(map[string]verb, len(list))
	for n, v := range list {
		v.rank = n
		all[v.name] = v
	}
	return all
}
