package slack

import (
	"time"

	"example.com/firstcall/bot"
	"example.com/firstcall/bot/words"
	"example.com/firstcall/domain/terms"
)

// The messages and forms of one story, made the way the bot makes them: what
// people read in Slack is in testdata, one file for each and language.

var (
	nine  = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	due   = nine.Add(15 * time.Minute)
	berne = mustZone("Europe/Berlin")
)

const subject = "0198c2aa-0000-7000-8000-000000000001 0198c2aa-0000-7000-8000-000000000002"

func mustZone(name string) *time.Location {
	z, err := time.LoadLocation(name)
	if err != nil {
		panic(err)
	}
	return z
}

func button(label words.Text, action string, primary bool) bot.Button {
	return bot.Button{Label: label, Action: action, Subject: subject, Primary: primary}
}

// postings are what goes out, by the name of their golden file.
func postings(lang string) map[string]bot.Posting {
	w := words.In(lang)
	zone := map[string]string{"en": "Europe/Berlin", "zh-Hans": "Asia/Shanghai", "ja": "Asia/Tokyo"}[lang]
	level, clock := w.LevelSeverity("1"), w.Clock(terms.AroundTheClock)
	call := bot.Fact{Label: w.CardFirstCall(), Value: w.CardCallDue(due, 15*time.Minute, clock)}
	work := bot.Fact{Label: w.CardWork(), Value: w.CardWorkDue(due)}
	const title, impact = "Checkout is down", "Nobody can buy: carts are <empty> & orders_* are lost"
	messages := map[string]bot.Message{
		"customer_card": {
			Text:    w.CardHeadline("INC-42", level, title, w.StateWaiting(due)),
			Fields:  []bot.Fact{call, work},
			Buttons: []bot.Button{button(w.ButtonSeverity(), "severity", false), button(w.ButtonResolve(), "resolve", false), button(w.ButtonNote(), "note", false), button(w.ButtonWhy(), "why", false)},
		},
		"engineer_card": {
			Text: w.CardHeadlineOf("INC-42", "Contoso", level, title, w.StateSeen("Kenji Sato", due)),
			Fields: []bot.Fact{
				{Label: w.CardProduct(), Value: w.CardProductLine("Azure Virtual Machines", w.EnvironmentProduction(), "Shop (production)")},
				{Label: w.CardImpact(), Value: words.Plain(impact)},
				{Label: w.CardContact(), Value: words.Plain("Ana Weber, +49 30 23125 101")},
				{Label: w.CardRoundTheClock(), Value: words.Plain("Ben Krause, +49 30 23125 102")},
				call, work,
				{Label: w.CardSeen(), Value: w.CardSeenBy("Kenji Sato", nine)},
				{Label: w.CardAssigned(), Value: words.Plain("Critical-situation engineer; Platform MCS support engineers; Senior incident manager; Experienced specialists")},
				{Label: w.CardNextUpdate(), Value: w.CardBy(nine.Add(30 * time.Minute))},
			},
			Buttons: []bot.Button{
				button(w.ButtonTake(), "take", true), button(w.ButtonCall(), "call", false), button(w.ButtonAsk(), "ask", false),
				button(w.ButtonSeverity(), "severity", false), button(w.ButtonEscalate(), "escalate", false), button(w.ButtonWhy(), "why", false),
			},
		},
		"ring": {
			Text:    words.Lines(w.RingFirstResponseMost("INC-42", due, title), w.PageContact("Ana Weber", "+49 30 23125 101")),
			Buttons: []bot.Button{button(w.ButtonAck(), "ack", true), button(w.ButtonCall(), "call", false)},
		},
		"manager_page": {
			Text:    words.Lines(w.RingPageCall(w.HeadOf("INC-42", "Contoso", level), due, w.HolderNobody(), title), w.PageContact("Ana Weber", "+49 30 23125 101")),
			Buttons: []bot.Button{button(w.ButtonAck(), "ack", true), button(w.ButtonCall(), "call", false), button(w.ButtonWhy(), "why", false)},
		},
		"undelivered": {
			Text:    w.DeliveryUndelivered("Kenji Sato", w.RingPageCallSoon(w.HeadOf("INC-42", "Contoso", level), due.Add(5*time.Minute), w.HolderNobody(), title)),
			Buttons: []bot.Button{button(w.ButtonAck(), "ack", true)},
		},
	}
	out := map[string]bot.Posting{}
	for name, m := range messages {
		m.Lang, m.Zone = lang, zone
		now := nine
		if name == "manager_page" {
			now = due.Add(16 * time.Minute)
		}
		out[name] = bot.Posting{Key: "0198c2aa-0000-7000-8000-000000000009", Message: m, Now: now}
	}
	return out
}

// forms are the intake at its stages.
func forms(lang string) map[string]bot.Form {
	w := words.In(lang)
	yesNo := []bot.Option{{Value: "yes", Label: w.Yes()}, {Value: "no", Label: w.No()}}
	preview := func(s terms.Severity, target time.Duration, clock terms.Clock) words.Text {
		lines := []words.Text{w.PreviewResponse(target, w.Clock(clock), nine.Add(target), w.Plan(terms.PlatformMCS)), w.PreviewWork(nine.Add(target))}
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
		Key: "report " + subject[:36], Title: w.IntakeTitle(), Submit: w.ButtonContinue(), Asking: "kind", Kept: true,
		Fields: []bot.Field{kind, product, environment, happened, since, impact, severity, phone},
	}
	middle := begin
	middle.Asking, middle.Back = "product", true
	middle.Fields = []bot.Field{with(kind, "breakfix"), found, with(environment, "production"), with(happened, "Checkout is down"), since, impact, severity, phone}
	preview1 := middle
	preview1.Asking = "commitment"
	preview1.Fields = []bot.Field{
		with(kind, "breakfix"), chosen, with(environment, "production"), with(happened, "Checkout is down"), with(since, "2026-03-02T08:40:00Z"),
		with(impact, "Nobody can buy."), with(severity, "1"), commitment, contacts, phone,
	}
	summary := preview1
	summary.Title, summary.Asking, summary.Submit, summary.Typing = w.IntakeTitleFor("Contoso"), "", w.ButtonOpen(), w.SummaryConfirm()
	summary.Fields = []bot.Field{with(happened, "Checkout is down"), with(severity, "1"), with(commitment, "yes"), with(contacts, "Ben Krause, +49 30 23125 102"), phone}
	field := func(key string) words.Text { t, _ := w.Look("field", key, nil); return t }
	summary.Intro = words.Lines(
		w.SummaryLine(field("product"), "Azure Virtual Machines"), w.SummaryLine(field("happened"), "Checkout is down"),
		w.SummaryLine(field("since"), words.At(nine.Add(-20*time.Minute))), w.SummaryLine(field("severity"), "1"), "",
		severities[0].Help, w.SummaryTargets(),
	)
	return map[string]bot.Form{"intake_1_begin": begin, "intake_2_product": middle, "intake_3_severity": preview1, "intake_4_summary": summary}
}

// replies are private answers, and what is made of each.
func replies(lang string) (list, opener, home, closing bot.Reply) {
	w := words.In(lang)
	base := bot.Reply{Lang: lang, Zone: berne}
	level := w.LevelSeverity("1")
	lines := words.Lines(w.ListTitle(2), w.CardHeadlineOf("INC-42", "Contoso", level, "Checkout is down", w.StateWaiting(due)),
		w.CardHeadlineOf("FAB-7", "Fabrikam", w.LevelSeverity("B"), "Reports are slow", w.StateWorking("Kenji Sato")))
	list, home, opener, closing = base, base, base, base
	list.Text = lines
	home.Text, home.Buttons = lines, []bot.Button{{Label: w.ButtonReport(), Action: "report", Primary: true}}
	f := forms(lang)["intake_1_begin"]
	opener.Text, opener.Form = w.IntakeGoesOn(), &f
	closing.Text, closing.Close = w.Opened("INC-42", due), true
	return list, opener, home, closing
}
