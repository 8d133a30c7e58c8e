package slack

import (
	"time"

	"example.com/firstcall/adapters/surfacetest"
	"example.com/firstcall/bot"
	"example.com/firstcall/bot/words"
)

// One incident's story, which the platforms share. What people read in Slack is
// in testdata, one file for each message and language.
var (
	nine     = surfacetest.Begins
	due      = surfacetest.CallDue
	berne    = surfacetest.Berlin
	postings = surfacetest.Postings
)

const subject = surfacetest.Subject

// forms are the intake at its stages.
func forms(lang string) map[string]bot.Form {
	w := words.In(lang)
	q := surfacetest.QuestionsIn(lang)
	kind, product, environment, happened, since, impact := q.Kind, q.Product, q.Environment, q.Happened, q.Since, q.Impact
	severity, commitment, contacts, phone, found, chosen := q.Severity, q.Commitment, q.Contacts, q.Phone, q.Found, q.Chosen
	with, severities := surfacetest.Answered, q.Severity.Options

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
	lines := surfacetest.Listed(lang)
	list, home, opener, closing = base, base, base, base
	list.Text = lines
	home.Text, home.Buttons = lines, []bot.Button{{Label: w.ButtonReport(), Action: "report", Primary: true}}
	f := forms(lang)["intake_1_begin"]
	opener.Text, opener.Form = w.IntakeGoesOn(), &f
	closing.Text, closing.Close = w.Opened("INC-42", due), true
	return list, opener, home, closing
}
