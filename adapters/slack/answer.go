package slack

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"runtime/debug"
	"strings"
	"time"

	api "github.com/slack-go/slack"

	"example.com/firstcall/bot"
	"example.com/firstcall/bot/words"
)

// answer is what Slack gets at once.
type answer struct {
	body  any  // nil: nothing but yes
	again bool // it was not kept; Slack is to send it again
	// Where the body is more than can be carried, small is, and instead brings
	// the rest.
	small   func() any
	instead func(context.Context)
	kind    string
	outcome string
}

// decided is what the bot made of an event.
type decided struct {
	reply bot.Reply
	err   error
	late  bool // Slack has been answered already
}

// lightView is a window that was opened to be filled later; without an id it
// could not be opened.
type lightView struct{ id, hash string }

var (
	errPanic = errors.New("a fault in the program")
	errStuck = errors.New("the bot did not answer in time")
)

// take lets the bot decide and answers Slack within its three seconds. What
// takes longer, or needs a call to Slack, is done afterwards.
func (s *Slack) take(ctx context.Context, r *received) answer {
	ctx = context.WithoutCancel(ctx) // what was begun is finished, also when Slack hangs up
	done := make(chan decided, 1)
	s.background(s.limits.decide, func(ctx context.Context) { done <- s.decide(ctx, r.event, r) })

	hard, stop := context.WithTimeout(ctx, s.limits.decide+s.limits.grace)
	defer stop()
	if r.trigger != "" && (r.way == byTrigger || r.way == atCommand) {
		light, stop := context.WithTimeout(ctx, s.limits.light)
		defer stop()
		select {
		case d := <-done:
			return s.finish(r, d)
		case <-hard.Done():
			return s.tooSlow(r, done)
		case <-light.Done():
			s.openLight(r)
		}
	}
	select {
	case d := <-done:
		return s.finish(r, d)
	case <-hard.Done():
		return s.tooSlow(r, done)
	}
}

// decide asks the bot.
func (s *Slack) decide(ctx context.Context, e bot.Event, r *received) (d decided) {
	defer func() {
		if p := recover(); p != nil {
			s.log.ErrorContext(ctx, "a panic while deciding", "kind", r.kind, "panic", fmt.Sprint(p), "stack", string(debug.Stack()))
			d = decided{err: errPanic}
		}
	}()
	if r.pointed != "" || len(r.files) > 0 {
		s.complete(ctx, &e, r)
	}
	d.reply, d.err = s.handle(ctx, e)
	if r.way == inModal {
		r.step = s.stepped(r.view.ID)
	}
	s.speaks(e.Workspace, e.Person, d.reply.Lang)
	return d
}

// background does something that a stop waits for.
func (s *Slack) background(most time.Duration, do func(context.Context)) {
	s.work.begin()
	go func() {
		defer s.work.end()
		ctx, cancel := context.WithTimeout(context.Background(), most)
		defer cancel()
		defer func() {
			if p := recover(); p != nil {
				s.log.ErrorContext(ctx, "a panic while answering", "panic", fmt.Sprint(p), "stack", string(debug.Stack()))
			}
		}()
		do(ctx)
	}()
}

// complete adds what only Slack can tell: the link of a message, and files that
// came as ids alone. That it can't is no reason not to report.
func (s *Slack) complete(ctx context.Context, e *bot.Event, r *received) {
	ctx, cancel := context.WithTimeout(ctx, s.limits.light*2)
	defer cancel()
	if r.pointed != "" {
		e.Link = s.permalink(ctx, r)
	}
	for _, f := range r.files {
		if f.Access == "check_file_info" {
			f = s.lookUp(ctx, r, f)
		}
		name, at := f.Name, f.Permalink
		if name == "" {
			name = f.Title
		}
		if name == "" {
			name = f.ID
		}
		if at == "" {
			at = f.Private
		}
		e.Files = append(e.Files, bot.File{Name: name, URL: at})
	}
}

func (s *Slack) permalink(ctx context.Context, r *received) string {
	link := ""
	err := s.call(ctx, r, "chat.getPermalink", func(ctx context.Context, c *api.Client) (err error) {
		link, err = c.GetPermalinkContext(ctx, &api.PermalinkParameters{Channel: r.channel, Ts: r.pointed})
		return err
	})
	if err != nil && r.domain != "" { // Slack makes them like this
		return "https://" + url.PathEscape(r.domain) + ".slack.com/archives/" + r.channel + "/p" + strings.ReplaceAll(r.pointed, ".", "")
	}
	return link
}

func (s *Slack) lookUp(ctx context.Context, r *received, f attached) attached {
	err := s.call(ctx, r, "files.info", func(ctx context.Context, c *api.Client) error {
		file, _, _, err := c.GetFileInfoContext(ctx, f.ID, 1, 1)
		if err == nil && file != nil {
			f.Name, f.Title, f.Permalink = file.Name, file.Title, file.Permalink
		}
		return err
	})
	if err != nil {
		s.log.WarnContext(ctx, "a file could not be looked up", "file", f.ID, "err", err)
	}
	return f
}

// finish answers with what was decided.
func (s *Slack) finish(r *received, d decided) answer {
	a := answer{kind: r.kind, outcome: "ok"}
	if d.err != nil {
		a.outcome = "failed"
	}
	d.reply = s.spokenTo(r, d)
	switch {
	case r.way == unanswered || r.way == aloud || r.way == homeTab:
		if a.again = d.err != nil; a.again && (r.retry > 0 || !r.addressed) {
			return a // who spoke to us hears of it once
		}
	case r.way == submission:
		a.body = s.sent(r, d)
		a.small = func() any { return s.lightly(r, d) }
		a.instead = func(ctx context.Context) { s.fill(ctx, r, d) }
		return a
	case r.way == atCommand && r.light == nil && d.reply.Form == nil:
		if d.reply.Text != "" {
			a.body = s.lineOf(d.reply)
			a.instead = func(ctx context.Context) { s.show(ctx, r, d) }
		}
		return a
	}
	if r.light != nil || d.reply.Text != "" || d.reply.Form != nil {
		s.background(s.limits.late, func(ctx context.Context) { s.show(ctx, r, d) })
	}
	return a
}

// tooSlow answers while the bot still decides; what it decides is shown later.
func (s *Slack) tooSlow(r *received, done <-chan decided) answer {
	a := answer{kind: r.kind, outcome: "slow"}
	slow := decided{reply: s.sentence(r, (*words.Words).AnswerSlow), err: errStuck}
	switch r.way {
	case unanswered, aloud, homeTab:
		a.again = true
	case atCommand:
		a.body = s.lineOf(slow.reply)
	case submission:
		a.body = s.sent(r, slow)
	case byTrigger, inModal:
		s.background(s.limits.late, func(ctx context.Context) {
			if s.opened(ctx, r).id == "" { // else the light view says it
				s.show(ctx, r, slow)
			}
		})
	}
	s.log.Warn("the bot takes too long; Slack was answered without it", "kind", r.kind)
	s.background(s.limits.late, func(ctx context.Context) {
		d := decided{err: errStuck}
		select {
		case d = <-done:
		case <-ctx.Done():
		}
		d.late = true
		if d.err != nil && a.again {
			return // Slack sends it again
		}
		d.reply = s.spokenTo(r, d)
		s.show(context.WithoutCancel(ctx), r, d)
	})
	return a
}

// spokenTo is the reply with everything that rendering needs; a failure always
// has a sentence.
func (s *Slack) spokenTo(r *received, d decided) bot.Reply {
	reply := d.reply
	if d.err != nil && reply.Text == "" {
		reply = s.sentence(r, (*words.Words).AnswerFailed)
	}
	if reply.Lang == "" {
		reply.Lang = words.Match(s.language(r.event.Workspace, r.event.Person))
	}
	if reply.Zone == nil {
		reply.Zone = time.UTC
	}
	return reply
}

// sentence says something of our own to somebody: in the language last spoken,
// or in all of them.
func (s *Slack) sentence(r *received, say func(*words.Words) words.Text) bot.Reply {
	if lang := s.language(r.event.Workspace, r.event.Person); lang != "" {
		return bot.Reply{Lang: lang, Zone: time.UTC, Text: say(words.In(lang))}
	}
	var all []words.Text
	for _, lang := range words.Languages() {
		all = append(all, say(words.In(lang)))
	}
	return bot.Reply{Lang: words.Match(""), Zone: time.UTC, Text: words.Lines(all...)}
}
