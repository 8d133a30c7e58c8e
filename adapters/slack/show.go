package slack

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"

	api "github.com/slack-go/slack"

	"example.com/firstcall/bot"
	"example.com/firstcall/bot/words"
)

// show brings a reply to the person by calls to Slack.
func (s *Slack) show(ctx context.Context, r *received, d decided) {
	var err error
	reply := d.reply
	nothing := reply.Text == "" && reply.Form == nil
	light := s.opened(ctx, r)
	switch {
	case light.id != "":
		if nothing {
			reply = s.sentence(r, (*words.Words).AnswerNothing)
		}
		switch err = s.update(ctx, r, light.id, light.hash, s.viewOf(r, reply)); {
		case codeOf(err) == "not_found" && !nothing:
			err = s.say(ctx, r, s.reopened(reply), false) // closed meanwhile
		case codeOf(err) == "hash_conflict":
			err = nil // a newer step has drawn it
		}
	case r.way == homeTab && d.err == nil && !nothing:
		err = s.publish(ctx, r, reply)
	case nothing:
	case r.way == inModal || r.way == submission:
		err = s.change(ctx, r, d)
	case r.way == aloud:
		err = s.say(ctx, r, reply, false)
	case reply.Form != nil && r.light != nil: // the trigger is spent
		err = s.say(ctx, r, s.reopened(reply), false)
	case reply.Form != nil:
		if _, err = s.open(ctx, r, s.viewOf(r, reply)); err != nil {
			s.log.WarnContext(ctx, "a form could not be opened", "kind", r.kind, "err", err)
			err = s.say(ctx, r, s.reopened(reply), false)
		}
	case r.way == byTrigger && r.hook == "" && r.light == nil: // there is no conversation to say it in
		if _, err = s.open(ctx, r, s.viewOf(r, reply)); err != nil {
			s.log.WarnContext(ctx, "a window could not be opened", "kind", r.kind, "err", err)
			err = s.say(ctx, r, reply, false)
		}
	default:
		err = s.say(ctx, r, reply, r.ephemeral && d.err == nil)
	}
	if err != nil {
		s.log.WarnContext(ctx, "a reply could not be shown", "kind", r.kind, "err", err)
	}
}

// reopened is a line for a reply whose window isn't there: a form gets a button that opens it.
func (s *Slack) reopened(reply bot.Reply) bot.Reply {
	if reply.Form == nil {
		return reply
	}
	w := words.In(reply.Lang)
	return bot.Reply{Lang: reply.Lang, Zone: reply.Zone, Text: w.FormLate(), Buttons: []bot.Button{openButton(w, reply.Form.Key)}}
}

func openButton(w *words.Words, form string) bot.Button {
	return bot.Button{Label: w.SlackFillIn(), Action: formAction, Subject: form, Primary: true}
}

// call makes one call for the installation that the event came through.
func (s *Slack) call(ctx context.Context, r *received, method string, do func(context.Context, *api.Client) error) error {
	if r.inst.Token == "" {
		return errNoInstall
	}
	c := s.client(r.inst)
	ctx, cancel := context.WithTimeout(ctx, s.limits.call)
	defer cancel()
	return s.timed(ctx, method, func(ctx context.Context) error { return do(ctx, c) })
}

// say shows a line to the person alone, by the first way that is open: the
// response URL, the channel, a direct message. Replace puts it in the
// place of the message that was acted on.
func (s *Slack) say(ctx context.Context, r *received, reply bot.Reply, replace bool) error {
	if r.hook != "" {
		l := s.lineOf(reply)
		if l.Replace = replace; !replace {
			l.Thread = r.thread
		}
		err := s.respond(ctx, r.hook, l)
		if err == nil {
			return nil
		}
		s.log.WarnContext(ctx, "a response URL was not taken", "kind", r.kind, "err", err)
	}
	m := replyOf(reply, s.now())
	options := append(looks(m), api.MsgOptionDisableLinkUnfurl(), api.MsgOptionDisableMediaUnfurl())
	if r.thread != "" {
		options = append(options, api.MsgOptionTS(r.thread))
	}
	if r.event.Person == "" {
		return nil // Slack didn't say who it was
	}
	private := placeOf(r.channel, "") == ""
	if !private {
		err := s.call(ctx, r, "chat.postEphemeral", func(ctx context.Context, c *api.Client) error {
			ts, err := c.PostEphemeralContext(ctx, r.channel, r.event.Person, options...)
			if err == nil && ts == "" {
				err = errNameless
			}
			return err
		})
		var e *bot.SendError
		if err == nil || errors.As(err, &e) && e.Outcome == bot.NotKnown { // it may be there
			return err
		}
		s.log.WarnContext(ctx, "a line for one person was not taken; a direct message is sent", "kind", r.kind, "err", err)
		options = append(looks(m), api.MsgOptionDisableLinkUnfurl(), api.MsgOptionDisableMediaUnfurl())
	}
	to := r.event.Person
	if private && r.way == aloud {
		to = r.channel
	}
	return s.call(ctx, r, "chat.postMessage", func(ctx context.Context, c *api.Client) error {
		_, ts, err := c.PostMessageContext(ctx, to, options...)
		if err == nil && ts == "" {
			err = errNameless
		}
		return err
	})
}

// line is a message for the person alone, as an answer or by a response URL.
type line struct {
	Type    string      `json:"response_type"`
	Text    string      `json:"text"`
	Blocks  []api.Block `json:"blocks,omitempty"`
	Replace bool        `json:"replace_original"`
	Thread  string      `json:"thread_ts,omitempty"`
	Links   bool        `json:"unfurl_links"`
	Media   bool        `json:"unfurl_media"`
}

func (s *Slack) lineOf(reply bot.Reply) line {
	m := replyOf(reply, s.now())
	return line{Type: "ephemeral", Text: m.text, Blocks: m.blocks}
}

// respond posts to a response URL: a secret, so no error names it. It comes
// with the payload, and goes nowhere but to Slack.
func (s *Slack) respond(ctx context.Context, hook string, l line) error {
	at, err := url.Parse(hook)
	if err != nil || at.Scheme+"://"+at.Host != s.hooks || at.User != nil {
		return errors.New("response URL: it is not Slack's")
	}
	body, err := json.Marshal(l)
	if err != nil {
		return fmt.Errorf("response URL: encode the line: %w", err)
	}
	ctx, cancel := context.WithTimeout(ctx, s.limits.call)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, hook, bytes.NewReader(body))
	if err != nil {
		return errors.New("response URL: it can't be used")
	}
	req.Header.Set("Content-Type", "application/json; charset=utf-8")
	client := *s.http
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	resp, err := client.Do(req)
	if err != nil {
		var e *url.Error
		if errors.As(err, &e) {
			err = e.Err
		}
		return fmt.Errorf("response URL: %w", err)
	}
	defer resp.Body.Close()
	_, _ = io.Copy(io.Discard, io.LimitReader(resp.Body, 64<<10)) // so that the connection can be used again
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("response URL: status %d", resp.StatusCode)
	}
	return nil
}
