package teams

import (
	"time"

	"example.com/firstcall/bot"
	"example.com/firstcall/bot/words"
	"example.com/firstcall/domain/terms"
)

// The messages and forms of one story, made the way the bot makes them: what
// people read in Teams is in testdata/cards, one file for each and language.

var (
	storyBegins = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	callDue     = storyBegins.Add(15 * time.Minute)
	berlin      = zoneOf("Europe/Berlin")
)

const storySubject = "0198c2aa-0000-7000-8000-000000000001 0198c2aa-0000-7000-8000-000000000002"

func zoneOf(name string) *time.Location {
	z, err := time.LoadLocation(name)
	if err != nil {
		panic(err)
	}
	return z
}

func pressable(label words.Text, action string, primary bool) bot.Button {
	return bot.Button{Label: label, Action: action, Subject: storySubject, Primary: primary}
}

// postings are what goes out, by the name of their golden file.
func postings(lang string) map[string]bot.Posting {
	w := words.In(lang)
	zone := map[string]string{"en": "Europe/Berlin", "zh-Hans": "Asia/Shanghai", "ja": "Asia/Tokyo"}[lang]
	level, clock := w.LevelSeverity("1"), w.Clock(terms.AroundTheClock)
	call := bot.Fact{Label: w.CardFirstCall(), Value: w.CardCallDue(callDue, 15*time.Minute, clock)}
	work := bot.Fact{Label: w.CardWork(), Value: w.CardWorkDue(callDue)}
	const title, impact = "Checkout is down", "Nobody can buy: carts are <empty> & orders_* are lost"
	event := map[string][4]string{
		"en":      {"Expo 2026 · business event · Contoso · running", "Time", "Team", "Incidents"},
		"zh-Hans": {"Expo 2026 · 业务活动 · Contoso · 进行中", "时间", "团队", "支持案例"},
		"ja":      {"Expo 2026 · ビジネスイベント · Contoso · 開催中", "日時", "チーム", "インシデント"},
	}[lang]
	messages := map[string]bot.Message{
		"customer_card": {
			Text:    w.CardHeadline("INC-42", level, title, w.StateWaiting(callDue)),
			Fields:  []bot.Fact{call, work},
			Buttons: []bot.Button{pressable(w.ButtonSeverity(), "severity", false), pressable(w.ButtonResolve(), "resolve", false), pressable(w.ButtonNote(), "note", false), pressable(w.ButtonWhy(), "why", false)},
		},
		"engineer_card": {
			Text: w.CardHeadlineOf("INC-42", "Contoso", level, title, w.StateSeen("Kenji Sato", callDue)),
			Fields: []bot.Fact{
				{Label: w.CardProduct(), Value: w.CardProductLine("Azure Virtual Machines", w.EnvironmentProduction(), "Shop (production)")},
				{Label: w.CardImpact(), Value: words.Plain(impact)},
				{Label: w.CardContact(), Value: words.Plain("Ana Weber, +49 30 23125 101")},
				{Label: w.CardRoundTheClock(), Value: words.Plain("Ben Krause, +49 30 23125 102")},
				call, work,
				{Label: w.CardSeen(), Value: w.CardSeenBy("Kenji Sato", storyBegins)},
				{Label: w.CardAssigned(), Value: words.Plain("Critical-situation engineer; Platform MCS support engineers; Senior incident manager; Experienced specialists")},
				{Label: w.CardNextUpdate(), Value: w.CardBy(storyBegins.Add(30 * time.Minute))},
			},
			Buttons: []bot.Button{
				pressable(w.ButtonCall(), "call", false), pressable(w.ButtonTake(), "take", true), pressable(w.ButtonAsk(), "ask", false),
				pressable(w.ButtonSeverity(), "severity", false), pressable(w.ButtonEscalate(), "escalate", false), pressable(w.ButtonWhy(), "why", false),
			},
		},
		"ring": {
			Text:    words.Lines(w.RingFirstResponseMost("INC-42", callDue, title), w.PageContact("Ana Weber", "+49 30 23125 101")),
			Buttons: []bot.Button{pressable(w.ButtonAck(), "ack", true), pressable(w.ButtonCall(), "call", false)},
		},
		"manager_page": {
			Text:    words.Lines(w.RingPageCall(w.HeadOf("INC-42", "Contoso", level), callDue, w.HolderNobody(), title), w.PageContact("Ana Weber", "+49 30 23125 101")),
			Buttons: []bot.Button{pressable(w.ButtonAck(), "ack", true), pressable(w.ButtonCall(), "call", false), pressable(w.ButtonWhy(), "why", false)},
		},
		"undelivered": {
			Text:    w.DeliveryUndelivered("Kenji Sato", w.RingPageCallSoon(w.HeadOf("INC-42", "Contoso", level), callDue.Add(5*time.Minute), w.HolderNobody(), title)),
			Buttons: []bot.Button{pressable(w.ButtonAck(), "ack", true)},
		},
		"event_place": {
			Text: words.Text(event[0]),
			Fields: []bot.Fact{
				{Label: words.Text(event[1]), Value: words.Join(" – ", words.At(storyBegins.Add(-time.Hour)), words.At(storyBegins.Add(9*time.Hour)))},
				{Label: words.Text(event[2]), Value: "Kenji Sato, Mei Lin"},
				{Label: words.Text(event[3]), Value: words.Lines(w.CardHeadline("INC-42", level, title, w.StateSeen("Kenji Sato", callDue)),
					w.CardHeadline("INC-43", w.LevelSeverity("B"), "Badge printer is slow", w.StateWorking("Mei Lin")))},
			},
			Buttons: []bot.Button{pressable(w.ButtonReport(), "report", true)},
		},
	}
	out := map[string]bot.Posting{}
	for name, m := range messages {
		m.Lang, m.Zone = lang, zone
		now := storyBegins
		if name == "manager_page" {
			now = callDue.Add(16 * time.Minute)
		}
		out[name] = bot.Posting{Key: "0198c2aa-0000-7000-8000-000000000009", Message: m, Now: now}
	}
	return out
}

// forms are the intake step by step, and what a button on a card asks.
func forms(lang string) map[string]bot.Form {
	w := words.In(lang)
	yesNo := []bot.Option{{Value: "yes", Label: w.Yes()}, {Value: "no", Label: w.No()}}
	preview := func(s terms.Severity, target time.Duration, clock terms.Clock) words.Text {
		lines := []words.Text{w.PreviewResponse(target, w.Clock(clock), storyBegins.Add(target), w.Plan(terms.PlatformMCS)), w.PreviewWork(storyBegins.Add(target))}
		if s == terms.Sev1 || s == terms.SevA {
			lines = append(lines, w.PreviewDuties(words.Plain("people who can be reached around the clock")))
		}
		return words.Lines(lines...)
	}
	severities := []bot.Option{}
	for _, s := range []terms.Severity{terms.Sev1, terms.SevA, terms.SevB, terms.SevC} {
		target, clock := 15*time.Minute, terms.AroundTheClock
		if s == terms.SevB || s == terms.SevC {
			target, clock = 2*time.Hour, terms.BusinessHours
		}
		severities = append(severities, bot.Option{Value: string(s), Label: w.ChooseSeverity(string(s), w.SeverityMeaning(s)), Help: preview(s, target, clock)})
	}
	kind := bot.Field{Key: "kind", Kind: bot.FieldChoice, Label: w.AskKind(), Options: []bot.Option{
		{Value: "breakfix", Label: w.KindBreakfix(), Help: w.KindBreakfixHelp()}, {Value: "advice", Label: w.KindAdvice(), Help: w.KindAdviceHelp()},
	}}
	product := bot.Field{Key: "product", Kind: bot.FieldSearch, Label: w.AskProduct(), Help: w.AskProductHelp()}
	environment := bot.Field{Key: "environment", Kind: bot.FieldChoice, Label: w.AskEnvironment(), Options: []bot.Option{
		{Value: "production", Label: w.EnvironmentProduction()}, {Value: "non-production", Label: w.EnvironmentOther()},
	}}
	happened := bot.Field{Key: "happened", Kind: bot.FieldLong, Label: w.AskHappened(), Help: w.AskHappenedHelp()}
	since := bot.Field{Key: "since", Kind: bot.FieldTime, Label: w.AskSince(), Help: w.AskSinceHelp(), Optional: true}
	impact := bot.Field{Key: "impact", Kind: bot.FieldLong, Label: w.AskImpact(), Help: w.AskImpactHelp()}
	severity := bot.Field{Key: "severity", Kind: bot.FieldChoice, Label: w.AskSeverity(), Options: severities}
	commitment := bot.Field{Key: "commitment", Kind: bot.FieldChoice, Label: w.AskCommitment("1"), Help: w.AskCommitmentHelp(), Options: yesNo}
	contacts := bot.Field{Key: "contacts", Kind: bot.FieldLong, Label: w.AskContacts(), Help: w.AskContactsHelp()}
	phone := bot.Field{Key: "phone", Kind: bot.FieldPhone, Label: w.AskPhone(), Help: w.AskPhoneHelp(), Value: "+49 30 23125 101", Optional: true}
	with := func(f bot.Field, value string) bot.Field { f.Value = value; return f }

	found := product
	found.Help, found.Error = "", w.PleaseAnswer()
	found.Options = []bot.Option{{Value: "virtual-machines", Label: "Azure Virtual Machines"}, {Value: "vm-scale-sets", Label: "Virtual Machine Scale Sets"}}
	chosen := found
	chosen.Error, chosen.Options, chosen.Value = "", found.Options[:1], "virtual-machines"

	begin := bot.Form{
		Key: "report " + storySubject[:36], Title: w.IntakeTitle(), Submit: w.ButtonOpen(), Asking: "kind",
		Fields: []bot.Field{kind, product, environment, happened, since, impact, severity, phone},
	}
	step := func(asking string, fields ...bot.Field) bot.Form {
		f := begin
		f.Title, f.Asking, f.Back, f.Fields = w.IntakeTitleFor("Contoso"), asking, true, fields
		return f
	}
	kind, environment = with(kind, "breakfix"), with(environment, "production")
	told := []bot.Field{kind, chosen, environment, with(happened, "Checkout is down"), with(since, "2026-03-02T08:40:00Z"), with(impact, "Nobody can buy.")}
	and := func(more ...bot.Field) []bot.Field { return append(told[:len(told):len(told)], more...) }
	one, yes := with(severity, "1"), with(commitment, "yes")
	wrong := contacts
	wrong.Value, wrong.Error = "Ben", w.Refusal("contact_missing", nil)
	summary := step("", and(one, yes, with(contacts, "Ben Krause, +49 30 23125 102"), phone)...)
	field := func(key string) words.Text { t, _ := w.Look("field", key, nil); return t }
	summary.Intro = words.Lines(
		w.SummaryLine(field("product"), "Azure Virtual Machines"), w.SummaryLine(field("happened"), "Checkout is down"),
		w.SummaryLine(field("since"), words.At(storyBegins.Add(-20*time.Minute))), w.SummaryLine(field("severity"), "1"), "",
		severities[0].Help, w.SummaryTargets(), "", w.SummaryConfirm(),
	)
	title, _ := w.Look("do", "call", map[string]string{"ref": "INC-42"})
	return map[string]bot.Form{
		"intake_1_begin":      begin,
		"intake_2_product":    step("product", kind, found, environment, happened, since, impact, severity, phone),
		"intake_3_happened":   step("happened", kind, chosen, environment, happened, since, impact, severity, phone),
		"intake_4_severity":   step("severity", and(severity, phone)...),
		"intake_5_commitment": step("commitment", and(one, commitment, contacts, phone)...),
		"intake_6_contacts":   step("contacts", and(one, yes, wrong, phone)...),
		"intake_7_summary":    summary,
		"verb_call": {
			Key: "do call " + storySubject, Title: title, Submit: w.ButtonDo(), Asking: "person",
			Fields: []bot.Field{
				{Key: "person", Kind: bot.FieldText, Label: w.AskOwner(), Help: w.AskOwnerHelp()},
				{Key: "at", Kind: bot.FieldTime, Label: w.AskSince(), Help: w.AskSinceHelp(), Optional: true},
			},
		},
	}
}

// replies are private answers.
func replies(lang string) map[string]bot.Reply {
	w := words.In(lang)
	base := bot.Reply{Lang: lang, Zone: berlin}
	list, home := base, base
	list.Text = words.Lines(w.ListTitle(2), w.CardHeadlineOf("INC-42", "Contoso", w.LevelSeverity("1"), "Checkout is down", w.StateWaiting(callDue)),
		w.CardHeadlineOf("FAB-7", "Fabrikam", w.LevelSeverity("B"), "Reports are slow", w.StateWorking("Kenji Sato")))
	home.Text, home.Buttons = list.Text, []bot.Button{{Label: w.ButtonReport(), Action: "report", Primary: true}}
	return map[string]bot.Reply{"reply_list": list, "reply_home": home}
}
