package teams

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"runtime/debug"
	"strings"
	"time"
	"unicode/utf8"

	"example.com/firstcall/bot"
	"example.com/firstcall/bot/words"
)

// decided is what the bot made of an event.
type decided struct {
	reply bot.Reply
	err   error
}

var (
	errPanic = errors.New("a fault in the program")
	errStuck = errors.New("the bot did not answer in time")
)

// take lets the bot decide, and answers the channel within its time. What needs
// a call to Teams is done after the answer.
func (t *Teams) take(soft, hard context.Context, r *received) answer {
	done := make(chan decided, 1)
	t.background(t.limits.late, func(context.Context) { done <- t.decide(soft, r) })
	select {
	case d := <-done:
		return t.finish(r, d)
	case <-hard.Done():
		return t.tooSlow(r, done)
	}
}

// decide asks the bot.
func (t *Teams) decide(ctx context.Context, r *received) (d decided) {
	defer func() {
		if p := recover(); p != nil {
			t.log.ErrorContext(ctx, "a panic while deciding", "kind", r.kind, "panic", fmt.Sprint(p), "stack", string(debug.Stack()))
			d = decided{err: errPanic}
		}
	}()
	d.reply, d.err = t.handle(ctx, r.event)
	t.speaks(r.event.Workspace, r.event.Person, d.reply.Lang)
	return d
}

// background does something that a stop waits for.
func (t *Teams) background(most time.Duration, do func(context.Context)) {
	t.work.begin()
	go func() {
		defer t.work.end()
		ctx, cancel := context.WithTimeout(context.Background(), most)
		defer cancel()
		defer func() {
			if p := recover(); p != nil {
				t.log.ErrorContext(ctx, "a panic while answering", "panic", fmt.Sprint(p), "stack", string(debug.Stack()))
			}
		}()
		do(ctx)
	}()
}

// finish answers with what was decided.
func (t *Teams) finish(r *received, d decided) answer {
	a := answer{kind: r.kind, outcome: "ok"}
	if d.err != nil {
		a.outcome = "failed"
	}
	d.reply = t.spokenTo(r, d)
	switch r.way {
	case executed:
		a.body = t.actionAnswer(r, d)
	case dialogOpens, dialogGoesOn:
		a.body = t.dialogAnswer(r, d)
	default:
		t.laterOrAgain(r, d, &a)
	}
	return a
}

// laterOrAgain answers what nobody waits for: what was kept is shown by another
// message, and what was not is for the channel to send again, or to show as not
// sent. Whoever spoke to us hears of it once.
func (t *Teams) laterOrAgain(r *received, d decided, a *answer) {
	if d.err != nil {
		a.status = http.StatusInternalServerError
		if !r.addressed || !t.firstFailure(r.event.Key) {
			return
		}
	}
	if d.reply.Text != "" || d.reply.Form != nil {
		t.background(t.limits.late, func(ctx context.Context) { t.show(ctx, r, d) })
	}
}

// tooSlow answers while the bot still decides; what it decides is shown later.
func (t *Teams) tooSlow(r *received, done <-chan decided) answer {
	t.log.Warn("the bot takes too long; Teams was answered without it", "kind", r.kind)
	a := t.finish(r, decided{reply: t.sentence(r, (*words.Words).AnswerSlow), err: errStuck})
	a.outcome = "slow"
	t.background(t.limits.late, func(ctx context.Context) {
		select {
		case d := <-done:
			if d.err != nil {
				return // the person was told that something is wrong
			}
			d.reply = t.spokenTo(r, d)
			t.show(context.WithoutCancel(ctx), r, d)
		case <-ctx.Done():
			t.log.Error("the bot never answered", "kind", r.kind)
		}
	})
	return a
}

// spokenTo is the reply with everything that rendering needs; a failure always
// has a sentence for whoever waits for one.
func (t *Teams) spokenTo(r *received, d decided) bot.Reply {
	reply := d.reply
	if d.err != nil && reply.Text == "" {
		reply = t.sentence(r, (*words.Words).AnswerFailed)
	}
	if d.err != nil {
		reply.Form = nil
	}
	if reply.Lang == "" {
		reply.Lang = t.langOf(r)
	}
	if r.own && reply.Close && reply.Form == nil && reply.Text == "" { // the form makes way for something
		reply.Text = words.In(reply.Lang).TeamsNoted()
	}
	if reply.Zone == nil {
		reply.Zone = time.UTC
	}
	return reply
}

// sentence says something of our own to somebody.
func (t *Teams) sentence(r *received, say func(*words.Words) words.Text) bot.Reply {
	lang := t.langOf(r)
	return bot.Reply{Lang: lang, Zone: time.UTC, Text: say(words.In(lang))}
}

// langOf is the language last spoken with the person, or else their client's.
func (t *Teams) langOf(r *received) string {
	return words.Match(t.language(r.event.Workspace, r.event.Person), r.locale)
}

// The types of an invoke's answer.
// https://learn.microsoft.com/adaptive-cards/authoring-cards/universal-action-model
const (
	cardType    = "application/vnd.microsoft.card.adaptive"
	messageType = "application/vnd.microsoft.activity.message"
	errorType   = "application/vnd.microsoft.error"
)

// actionAnswered is the answer to an Action.Execute. The HTTP status is 200 in
// any case; StatusCode says how it went.
type actionAnswered struct {
	StatusCode int    `json:"statusCode"`
	Type       string `json:"type"`
	Value      any    `json:"value"`
}

type actionError struct {
	Code    string `json:"code"`
	Message string `json:"message"`
}

func failedAnswer(status int, code, text string) actionAnswered {
	return actionAnswered{StatusCode: status, Type: errorType, Value: actionError{Code: code, Message: text}}
}

// actionAnswer is what becomes of the card whose button was pressed. A message
// that is there for this exchange alone changes for everybody. Under any other
// one a form gets a message of its own: over a card that changes for everybody
// it would be lost with what was typed. Only where nothing may be written at the
// moment does it lie over the card, for who pressed.
func (t *Teams) actionAnswer(r *received, d decided) actionAnswered {
	reply := d.reply
	text := plainText(reply.Text, reply, t.now())
	switch {
	case d.err != nil:
		return failedAnswer(http.StatusInternalServerError, "InternalError", text)
	case r.own && (reply.Form != nil || reply.Close):
		c := t.cardFor(reply, ownMessage)
		t.background(t.limits.late, func(ctx context.Context) { t.replace(ctx, r, reply) })
		return actionAnswered{http.StatusOK, cardType, c}
	case reply.Form != nil && t.mayWrite(r):
		t.background(t.limits.late, func(ctx context.Context) { t.show(ctx, r, d) })
		return actionAnswered{http.StatusOK, messageType, plainText(words.In(reply.Lang).TeamsFormBelow(), reply, t.now())}
	case reply.Form != nil:
		return actionAnswered{http.StatusOK, cardType, t.cardFor(reply, overMessage)}
	}
	note := reply.Text
	switch {
	case note == "":
		note = words.In(reply.Lang).TeamsNoted()
	case len(reply.Buttons) > 0 || utf8.RuneCountInString(text) > longestLine || strings.Count(text, "\n") > 1:
		t.background(t.limits.late, func(ctx context.Context) { t.show(ctx, r, d) })
		note = words.In(reply.Lang).TeamsWrittenToYou()
	}
	if reply.Close && r.event.Kind == bot.Submitted { // the form lay over a card, which its next change brings back
		reply.Text, reply.Buttons = note, nil
		return actionAnswered{http.StatusOK, cardType, t.cardFor(reply, overMessage)}
	}
	return actionAnswered{http.StatusOK, messageType, plainText(note, reply, t.now())}
}

// longestLine is how much of a line an Action.Execute may be answered with; what
// is longer, or has buttons, is written as a message of its own.
const longestLine = 300

// taskAnswered is the answer to an invoke of a dialog. Without a task it closes.
type taskAnswered struct {
	Task *task `json:"task,omitempty"`
}

type task struct {
	Type  string `json:"type"`
	Value any    `json:"value"`
}

type dialog struct {
	Title  string     `json:"title"`
	Height string     `json:"height"`
	Width  string     `json:"width"`
	Card   dialogCard `json:"card"`
}

type dialogCard struct {
	ContentType string `json:"contentType"`
	Content     card   `json:"content"`
}

// dialogAnswer is what becomes of a dialog: its next card, a last line, or its end.
func (t *Teams) dialogAnswer(r *received, d decided) taskAnswered {
	reply := d.reply
	w := words.In(reply.Lang)
	switch {
	case reply.Form != nil || len(reply.Buttons) > 0:
		return taskAnswered{&task{"continue", dialog{
			Title: plainText(w.TeamsTitle(), reply, t.now()), Height: "large", Width: "medium",
			Card: dialogCard{cardType, t.cardFor(reply, inDialog)},
		}}}
	case reply.Text != "":
		return taskAnswered{&task{"message", plainText(reply.Text, reply, t.now())}}
	case r.way == dialogOpens:
		return taskAnswered{&task{"message", plainText(w.AnswerNothing(), reply, t.now())}}
	}
	return taskAnswered{}
}

// notOffered answers a button that isn't ours, or no longer.
func (t *Teams) notOffered(a *incoming, r *received) any {
	say := (*words.Words).TeamsNotOffered
	if a.person() == "" {
		say = (*words.Words).AnswerFailed
	}
	reply := t.sentence(r, say)
	text := plainText(reply.Text, reply, t.now())
	if a.Name == "adaptiveCard/action" {
		return failedAnswer(http.StatusBadRequest, "BadRequest", text)
	}
	return taskAnswered{&task{"message", text}}
}

// cardFor is a reply as a card: its form, or what there is to read.
func (t *Teams) cardFor(reply bot.Reply, on surface) card {
	if reply.Form == nil {
		return replyCard(reply, t.now(), on)
	}
	form := *reply.Form
	if reply.Text != "" {
		form.Intro = words.Lines(reply.Text, form.Intro)
	}
	return formCard(&form, readerAt(reply.Lang, reply.Zone), t.now(), on)
}

// plainText is a text for where nothing but text is shown. What people wrote in
// it calls nobody and leads nowhere, also where Teams reads markup all the same.
func plainText(text words.Text, reply bot.Reply, now time.Time) string {
	return neutral(text.Render(readerAt(reply.Lang, reply.Zone), now))
}
