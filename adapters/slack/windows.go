package slack

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"strings"

	api "github.com/slack-go/slack"

	"example.com/firstcall/bot"
	"example.com/firstcall/bot/words"
)

// viewOf is a reply as a window: its form, or what there is to read.
func (s *Slack) viewOf(r *received, reply bot.Reply) api.ModalViewRequest {
	if reply.Form == nil {
		v := closingView(reply, s.now())
		v.PrivateMetadata = metaOf(r, "")
		return v
	}
	return windowOf(reply.Form, reply.Text, readerOf(reply), s.now(), metaOf(r, reply.Form.Key))
}

func metaOf(r *received, form string) string {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false) // a form's key has room for little
	_ = e.Encode(meta{Form: form, Channel: placeOf(r.channel, ""), Team: r.inst.Workspace})
	return strings.TrimSpace(b.String())
}

// sent answers a submitted window: errors under its fields, another window in
// its place, or its end.
func (s *Slack) sent(r *received, d decided) any {
	reply := d.reply
	reader := words.Reader{Lang: reply.Lang, Zone: reply.Zone, Brief: true}
	inputs := map[string]bool{}
	first := ""
	for _, b := range r.view.Blocks {
		if b.Type == "input" {
			inputs[b.BlockID] = true
			if first == "" {
				first = b.BlockID
			}
		}
	}
	if d.err != nil {
		if first != "" { // what was typed stays, to be sent again
			return api.NewErrorsViewSubmissionResponse(map[string]string{first: reply.Text.Render(reader, s.now())})
		}
		reply.Buttons = append(reply.Buttons, openButton(words.In(reply.Lang), r.event.Form))
	}
	switch {
	case reply.Form != nil:
		errs, hidden := map[string]string{}, false
		for _, f := range reply.Form.Fields {
			if f.Error == "" {
				continue
			}
			hidden = hidden || !inputs[f.Key]
			errs[f.Key] = f.Error.Render(reader, s.now())
		}
		if len(errs) > 0 && !hidden {
			return api.NewErrorsViewSubmissionResponse(errs)
		}
	case reply.Text == "":
		if reply.Close {
			return api.NewClearViewSubmissionResponse()
		}
		return nil
	}
	view := s.viewOf(r, reply)
	return api.NewUpdateViewSubmissionResponse(&view)
}

// lightly answers a submitted window with a light one, and fill fills it by a
// call to Slack. The light one's own id tells when it is there.
func (s *Slack) lightly(r *received, d decided) any {
	light := waitingView(d.reply.Lang)
	light.ExternalID = r.event.Key
	return api.NewUpdateViewSubmissionResponse(&light)
}

func (s *Slack) fill(ctx context.Context, r *received, d decided) {
	view := s.viewOf(r, d.reply)
	var err error
	for range triesToFill {
		err = s.call(ctx, r, "views.update", func(ctx context.Context, c *api.Client) error {
			v, err := c.UpdateViewContext(ctx, view, r.event.Key, "", "")
			return viewed(v, err)
		})
		if codeOf(err) != "not_found" {
			break
		}
		pause, stop := context.WithTimeout(ctx, s.limits.light)
		<-pause.Done()
		stop()
	}
	if err == nil {
		return
	}
	s.log.WarnContext(ctx, "a window could not be filled", "kind", r.kind, "err", err)
	if err = s.say(ctx, r, s.reopened(d.reply), false); err != nil {
		s.log.WarnContext(ctx, "a reply could not be shown", "kind", r.kind, "err", err)
	}
}

const triesToFill = 4

// change brings a reply into the window that somebody acted in. A newer state
// of the window wins. What is only to be read lies on top of what was typed.
func (s *Slack) change(ctx context.Context, r *received, d decided) error {
	if d.late && d.err != nil && r.typed() { // what was typed stays, to be sent again, and the line stands beside it
		return s.say(ctx, r, d.reply, false)
	}
	if d.late && d.err != nil && r.way == submission {
		d.reply.Buttons = append(d.reply.Buttons, openButton(words.In(d.reply.Lang), r.event.Form))
	}
	hash := r.view.Hash
	if d.late {
		hash = "" // Slack was shown something in between
	}
	var err error
	if d.reply.Form == nil && !d.reply.Close && r.way == inModal && !d.late {
		view := s.viewOf(r, d.reply)
		err = s.call(ctx, r, "views.push", func(ctx context.Context, c *api.Client) error {
			v, err := c.PushViewContext(ctx, r.trigger, view)
			return viewed(v, err)
		})
	} else {
		err = s.update(ctx, r, r.view.ID, hash, s.viewOf(r, d.reply))
		if codeOf(err) == "hash_conflict" && s.newest(r.view.ID, r.step) {
			err = s.update(ctx, r, r.view.ID, "", s.viewOf(r, d.reply)) // what has been drawn meanwhile is older than this
		}
	}
	switch {
	case err == nil, codeOf(err) == "hash_conflict": // a newer step draws it
		return nil
	case codeOf(err) == "not_found" && d.reply.Form != nil && !d.late:
		return nil // closed meanwhile; the answers so far are kept
	}
	s.log.WarnContext(ctx, "a window could not be changed", "kind", r.kind, "err", err)
	return s.say(ctx, r, s.reopened(d.reply), false)
}

// typed says whether the window that somebody acted in has something to fill in.
func (r *received) typed() bool {
	for _, b := range r.view.Blocks {
		if b.Type == "input" {
			return true
		}
	}
	return false
}

// openLight opens a window that says that the form is coming, while the trigger is good.
func (s *Slack) openLight(r *received) {
	r.light = make(chan lightView, 1)
	lang := s.language(r.event.Workspace, r.event.Person)
	s.background(s.limits.call, func(ctx context.Context) {
		v, err := s.open(ctx, r, waitingView(lang))
		if err != nil {
			s.log.WarnContext(ctx, "a light view could not be opened", "kind", r.kind, "err", err)
		}
		r.light <- v
	})
}

// opened waits for the light view, if there is to be one.
func (s *Slack) opened(ctx context.Context, r *received) (light lightView) {
	if r.light == nil {
		return light
	}
	select {
	case light = <-r.light:
		r.light <- light // for whoever asks after this
	case <-ctx.Done():
	}
	return light
}

func (s *Slack) open(ctx context.Context, r *received, view api.ModalViewRequest) (l lightView, err error) {
	if r.trigger == "" {
		return l, errNoTrigger
	}
	err = s.call(ctx, r, "views.open", func(ctx context.Context, c *api.Client) error {
		v, err := c.OpenViewContext(ctx, r.trigger, view)
		if err = viewed(v, err); err == nil {
			l = lightView{id: v.ID, hash: v.Hash}
		}
		return err
	})
	return l, err
}

var errNoTrigger = errors.New("there is no trigger to open a window with")

func (s *Slack) update(ctx context.Context, r *received, id, hash string, view api.ModalViewRequest) error {
	return s.call(ctx, r, "views.update", func(ctx context.Context, c *api.Client) error {
		v, err := c.UpdateViewContext(ctx, view, "", hash, id)
		return viewed(v, err)
	})
}

func (s *Slack) publish(ctx context.Context, r *received, reply bot.Reply) error {
	request := api.PublishViewContextRequest{UserID: r.event.Person, View: homeOf(reply, s.now())}
	if r.view.Hash != "" {
		request.Hash = &r.view.Hash
	}
	err := s.call(ctx, r, "views.publish", func(ctx context.Context, c *api.Client) error {
		v, err := c.PublishViewContext(ctx, request)
		return viewed(v, err)
	})
	if codeOf(err) == "hash_conflict" {
		return nil
	}
	return err
}

// viewed refuses an answer that says yes and names no view.
func viewed(v *api.ViewResponse, err error) error {
	if err == nil && (v == nil || v.ID == "") {
		return errNameless
	}
	return err
}
