package teamsfake

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
)

// Answer is what came of something a person did.
type Answer struct {
	Activity Activity
	NotSent  bool // the client didn't send it: the bot isn't mentioned, or an input is missing
	Missing  []string
	URL      string // a link that was opened instead
	Status   int    // 0: no answer
	Header   http.Header
	Body     []byte
	Err      error // why there is none

	// What an invoke came to.
	Card   map[string]any // shown to this person from now on
	Text   string         // a line shown to this person
	Code   string         // of an error, with Text
	Dialog *Dialog        // open, or gone on
	Closed bool           // the dialog is done with
}

// Deliver posts an activity to the bot, and applies an invoke's answer. It
// minds only what takes too long or is no valid invoke answer: which status
// came is the test's to judge.
func (f *Fake) Deliver(a Activity, how ...How) *Answer {
	f.t.Helper()
	service, _ := a["serviceUrl"].(string)
	d := f.newDelivery(service)
	for _, h := range how {
		h(d)
	}
	if d.service != "" {
		a["serviceUrl"] = d.service
	}
	body := d.body
	if body == nil {
		body = a.JSON()
	}
	answer := f.post(d, body)
	answer.Activity = a
	if answer.Err == nil && a["type"] == "invoke" && len(how) == 0 {
		f.apply(answer)
	}
	return answer
}

// DeliverAll posts activities at once, each from a goroutine of its own; the
// answers are in the order of the activities.
func (f *Fake) DeliverAll(activities ...Activity) []*Answer {
	answers := make([]*Answer, len(activities))
	var wg sync.WaitGroup
	for i, a := range activities {
		wg.Go(func() { answers[i] = f.Deliver(a) })
	}
	wg.Wait()
	return answers
}

// Again delivers the same activity a second time, with the same ids, as Teams
// does when it isn't sure that the first arrived.
func (f *Fake) Again(answer *Answer) *Answer {
	f.t.Helper()
	return f.deliverWell(answer.Activity)
}

// deliverWell is Deliver for what must go well.
func (f *Fake) deliverWell(a Activity) *Answer {
	f.t.Helper()
	answer := f.Deliver(a)
	f.expectOK(answer)
	return answer
}

func (f *Fake) expectOK(answers ...*Answer) {
	f.t.Helper()
	for _, a := range answers {
		if a.Err == nil && a.Status/100 != 2 {
			f.problem("%v: the bot answered %d: %s", a.Activity["type"], a.Status, a.Body)
		}
	}
}

// post sends one request with a signed token.
func (f *Fake) post(d *delivery, body []byte) *Answer {
	f.t.Helper()
	f.mu.Lock()
	bot := f.bot
	f.mu.Unlock()
	if bot == "" {
		f.t.Fatalf("teams: where is the bot? Call BotAt or ServeBot first")
		return &Answer{Err: errors.New("no bot")}
	}
	ctx, cancel := context.WithTimeout(context.Background(), f.o.AnswerWithin)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, bot, bytes.NewReader(body))
	if err != nil {
		f.t.Fatalf("teams: posting to %s: %v", bot, err)
		return &Answer{Err: err}
	}
	r.Header.Set("Content-Type", d.kindOf)
	if header := d.authorization(); header != "" {
		r.Header.Set("Authorization", header)
	}
	resp, err := f.client.Do(r)
	var raw []byte
	if err == nil {
		raw, err = io.ReadAll(resp.Body)
		_ = resp.Body.Close()
	}
	if err != nil {
		if ctx.Err() != nil {
			err = fmt.Errorf("not answered within %v: %w", f.o.AnswerWithin, err)
		}
		f.problem("the bot at %s: %v", bot, err)
		return &Answer{Err: err}
	}
	return &Answer{Status: resp.StatusCode, Header: resp.Header, Body: raw}
}

// apply does with an invoke's answer what Teams does.
func (f *Fake) apply(a *Answer) {
	f.t.Helper()
	name, _ := a.Activity["name"].(string)
	if a.Status != http.StatusOK {
		if a.Status/100 == 2 {
			f.problem("%s: answered %d; Teams wants 200 with what is to happen", name, a.Status)
		}
		return
	}
	if !strings.HasPrefix(a.Header.Get("Content-Type"), "application/json") && len(a.Body) > 0 {
		f.problem("%s: an answer of type %q", name, a.Header.Get("Content-Type"))
	}
	switch name {
	case "adaptiveCard/action":
		f.applyCard(a)
	case "task/fetch", "task/submit", "composeExtension/fetchTask", "composeExtension/submitAction":
		f.applyTask(a, name)
	}
}

// strictly decodes an answer; a property that Teams doesn't know is an error.
func strictly(raw []byte, into any) error {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	return d.Decode(into)
}

// applyCard reads the answer to an Execute.
func (f *Fake) applyCard(a *Answer) {
	var b struct {
		StatusCode int             `json:"statusCode"`
		Type       string          `json:"type"`
		Value      json.RawMessage `json:"value"`
	}
	if err := strictly(a.Body, &b); err != nil {
		f.problem("adaptiveCard/action: the answer %s: %v", a.Body, err)
		return
	}
	switch {
	case b.StatusCode == 200 && b.Type == cardType:
		if problems := CheckCard(b.Value); len(problems) > 0 {
			f.problem("adaptiveCard/action: %s", strings.Join(problems, "; "))
			return
		}
		_ = json.Unmarshal(b.Value, &a.Card)
		f.showTo(a.Activity, a.Card)
	case b.StatusCode == 200 && b.Type == "application/vnd.microsoft.activity.message":
		if err := json.Unmarshal(b.Value, &a.Text); err != nil || a.Text == "" {
			f.problem("adaptiveCard/action: a message wants a text, not %s", b.Value)
		}
	case (b.StatusCode == 400 || b.StatusCode == 412 || b.StatusCode == 500) && b.Type == "application/vnd.microsoft.error":
		var e struct {
			Code    string `json:"code"`
			Message string `json:"message"`
		}
		if err := strictly(b.Value, &e); err != nil || e.Code == "" || e.Message == "" {
			f.problem("adaptiveCard/action: an error wants code and message, not %s", b.Value)
		}
		a.Code, a.Text = e.Code, e.Message
	default:
		f.problem("adaptiveCard/action: status %d with type %q", b.StatusCode, b.Type)
	}
}

// showTo gives the presser their own view of the message.
func (f *Fake) showTo(a Activity, card map[string]any) {
	f.mu.Lock()
	defer f.mu.Unlock()
	from, _ := a["from"].(map[string]any)
	where, _ := a["conversation"].(map[string]any)
	c := f.find(textOr(where["id"], ""))
	if c == nil || card == nil {
		return
	}
	c.room.show(textOr(from["id"], ""), textOr(a["replyToId"], ""), card)
}
