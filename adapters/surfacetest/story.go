package surfacetest

import (
	"time"

	"example.com/firstcall/bot"
	"example.com/firstcall/bot/words"
	"example.com/firstcall/domain/terms"
)

// One incident's story, said by the bot's own words. What each platform makes of
// it is in its testdata, one file for each message and language.
var (
	Begins  = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	CallDue = Begins.Add(15 * time.Minute)
	Berlin  = zoneOf("Europe/Berlin")
)

// Subject is what the story's buttons carry.
const Subject = "0198c2aa-0000-7000-8000-000000000001 0198c2aa-0000-7000-8000-000000000002"

func zoneOf(name string) *time.Location {
	at, err := time.LoadLocation(name)
	if err != nil {
		panic(err) // the zones are part of every Go
	}
	return at
}

// Pressable is a button about the story's incident.
func Pressable(label words.Text, action string, primary bool) bot.Button {
	return bot.Button{Label: label, Action: action, Subject: Subject, Primary: primary}
}

// Postings are what goes out, by the name of their golden file.
func Postings(lang string) map[string]bot.Posting {
	w := words.In(lang)
	zone := map[string]string{"en": "Europe/Berlin", "zh-Hans": "Asia/Shanghai", "ja": "Asia/Tokyo"}[lang]
	level, clock := w.LevelSeverity("1"), w.Clock(terms.AroundTheClock)
	call := bot.Fact{Label: w.CardFirstCall(), Value: w.CardCallDue(CallDue, 15*time.Minute, clock)}
	work := bot.Fact{Label: w.CardWork(), Value: w.CardWorkDue(CallDue)}
	const title, impact = "Checkout is down", "Nobody can buy: carts are <empty> & orders_* are lost"
	event := map[string][4]string{
		"en":      {"Expo 2026 · business event · Contoso · running", "Time", "Team", "Incidents"},
		"zh-Hans": {"Expo 2026 · 业务活动 · Contoso · 进行中", "时间", "团队", "支持案例"},
		"ja":      {"Expo 2026 · ビジネスイベント · Contoso · 開催中", "日時", "チーム", "インシデント"},
	}[lang]
	messages := map[string]bot.Message{
		"customer_card": {
			Text:    w.CardHeadline("INC-42", level, title, w.StateWaiting(CallDue)),
			Fields:  []bot.Fact{call, work},
			Buttons: []bot.Button{Pressable(w.ButtonSeverity(), "severity", false), Pressable(w.ButtonResolve(), "resolve", false), Pressable(w.ButtonNote(), "note", false), Pressable(w.ButtonWhy(), "why", false)},
		},
		"engineer_card": {
			Text: w.CardHeadlineOf("INC-42", "Contoso", level, title, w.StateSeen("Kenji Sato", CallDue)),
			Fields: []bot.Fact{
				{Label: w.CardProduct(), Value: w.CardProductLine("Azure Virtual Machines", w.EnvironmentProduction(), "Shop (production)")},
				{Label: w.CardImpact(), Value: words.Plain(impact)},
				{Label: w.CardContact(), Value: words.Plain("Ana Weber, +49 30 23125 101")},
				{Label: w.CardRoundTheClock(), Value: words.Plain("Ben Krause, +49 30 23125 102")},
				call, work,
				{Label: w.CardSeen(), Value: w.CardSeenBy("Kenji Sato", Begins)},
				{Label: w.CardAssigned(), Value: words.Plain("Critical-situation engineer; Platform MCS support engineers; Senior incident manager; Experienced specialists")},
				{Label: w.CardNextUpdate(), Value: w.CardBy(Begins.Add(30 * time.Minute))},
			},
			Buttons: []bot.Button{
				Pressable(w.ButtonCall(), "call", false), Pressable(w.ButtonTake(), "take", true), Pressable(w.ButtonAsk(), "ask", false),
				Pressable(w.ButtonSeverity(), "severity", false), Pressable(w.ButtonEscalate(), "escalate", false), Pressable(w.ButtonWhy(), "why", false),
			},
		},
		"ring": {
			Text:    words.Lines(w.RingFirstResponseMost("INC-42", CallDue, title), w.PageContact("Ana Weber", "+49 30 23125 101")),
			Buttons: []bot.Button{Pressable(w.ButtonAck(), "ack", true), Pressable(w.ButtonCall(), "call", false)},
		},
		"manager_page": {
			Text:    words.Lines(w.RingPageCall(w.HeadOf("INC-42", "Contoso", level), CallDue, w.HolderNobody(), title), w.PageContact("Ana Weber", "+49 30 23125 101")),
			Buttons: []bot.Button{Pressable(w.ButtonAck(), "ack", true), Pressable(w.ButtonCall(), "call", false), Pressable(w.ButtonWhy(), "why", false)},
		},
		"undelivered": {
			Text:    w.DeliveryUndelivered("Kenji Sato", w.RingPageCallSoon(w.HeadOf("INC-42", "Contoso", level), CallDue.Add(5*time.Minute), w.HolderNobody(), title)),
			Buttons: []bot.Button{Pressable(w.ButtonAck(), "ack", true)},
		},
		"event_place": {
			Text: words.Text(event[0]),
			Fields: []bot.Fact{
				{Label: words.Text(event[1]), Value: words.Join(" – ", words.At(Begins.Add(-time.Hour)), words.At(Begins.Add(9*time.Hour)))},
				{Label: words.Text(event[2]), Value: "Kenji Sato, Mei Lin"},
				{Label: words.Text(event[3]), Value: words.Lines(w.CardHeadline("INC-42", level, title, w.StateSeen("Kenji Sato", CallDue)),
					w.CardHeadline("INC-43", w.LevelSeverity("B"), "Badge printer is slow", w.StateWorking("Mei Lin")))},
			},
			Buttons: []bot.Button{Pressable(w.ButtonReport(), "report", true)},
		},
	}
	out := map[string]bot.Posting{}
	for name, m := range messages {
		m.Lang, m.Zone = lang, zone
		now := Begins
		if name == "manager_page" {
			now = CallDue.Add(16 * time.Minute)
		}
		out[name] = bot.Posting{Key: "0198c2aa-0000-7000-8000-000000000009", Message: m, Now: now}
	}
	return out
}

// Questions are those of the intake, with the answers that can be chosen.
type Questions struct {
	Kind, Product, Environment, Happened, Since, Impact, Severity, Commitment, Contacts, Phone bot.Field
	// Found is Product when several fit, Chosen when one of them was chosen.
	Found, Chosen bot.Field
}

// QuestionsIn are the questions in a language.
func QuestionsIn(lang string) Questions {
	w := words.In(lang)
	yesNo := []bot.Option{{Value: "yes", Label: w.Yes()}, {Value: "no", Label: w.No()}}
	preview := func(s terms.Severity, target time.Duration, clock terms.Clock) words.Text {
		lines := []words.Text{w.PreviewResponse(target, w.Clock(clock), Begins.Add(target), w.Plan(terms.PlatformMCS)), w.PreviewWork(Begins.Add(target))}
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

	found := product
	found.Help, found.Error = "", w.PleaseAnswer()
	found.Options = []bot.Option{{Value: "virtual-machines", Label: "Azure Virtual Machines"}, {Value: "vm-scale-sets", Label: "Virtual Machine Scale Sets"}}
	chosen := found
	chosen.Error, chosen.Options, chosen.Value = "", found.Options[:1], "virtual-machines"
	return Questions{kind, product, environment, happened, since, impact, severity, commitment, contacts, phone, found, chosen}
}

// Answered is a question with an answer.
func Answered(f bot.Field, value string) bot.Field { f.Value = value; return f }

// Listed is what a list of incidents says.
func Listed(lang string) words.Text {
	w := words.In(lang)
	return words.Lines(w.ListTitle(2), w.CardHeadlineOf("INC-42", "Contoso", w.LevelSeverity("1"), "Checkout is down", w.StateWaiting(CallDue)),
		w.CardHeadlineOf("FAB-7", "Fabrikam", w.LevelSeverity("B"), "Reports are slow", w.StateWorking("Kenji Sato")))
}
