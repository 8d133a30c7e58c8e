package teams

import (
	"time"

	"example.com/firstcall/adapters/surfacetest"
	"example.com/firstcall/bot"
	"example.com/firstcall/bot/words"
)

// One incident's story, which the platforms share. What people read in Teams is
// in testdata/cards, one file for each message and language.
var (
	storyBegins = surfacetest.Begins
	callDue     = surfacetest.CallDue
	berlin      = surfacetest.Berlin
	postings    = surfacetest.Postings
)

const storySubject = surfacetest.Subject

// forms are the intake step by step, and what a button on a card asks.
func forms(lang string) map[string]bot.Form {
	w := words.In(lang)
	q := surfacetest.QuestionsIn(lang)
	kind, product, environment, happened, since, impact := q.Kind, q.Product, q.Environment, q.Happened, q.Since, q.Impact
	severity, commitment, contacts, phone, found, chosen := q.Severity, q.Commitment, q.Contacts, q.Phone, q.Found, q.Chosen
	with, severities := surfacetest.Answered, q.Severity.Options

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
	list.Text = surfacetest.Listed(lang)
	home.Text, home.Buttons = list.Text, []bot.Button{{Label: w.ButtonReport(), Action: "report", Primary: true}}
	return map[string]bot.Reply{"reply_list": list, "reply_home": home}
}
