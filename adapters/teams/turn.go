package teams

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"

	"github.com/infracloudio/msbotbuilder-go/connector/client"
	"github.com/infracloudio/msbotbuilder-go/core"
	"github.com/infracloudio/msbotbuilder-go/schema"
)

// turn prepares one call through the library: a copy of the adapter with a
// client of its own.
func (t *Teams) turn(ctx context.Context, c content) (core.BotFrameworkAdapter, *turn) {
	one := &turn{ctx: ctx, teams: t, content: c}
	adapter := t.adapter
	adapter.Client = one
	return adapter, one
}

// turn is one call for the library, with what its interface has no room for: a
// context, the message's content and its id. It is the library's client.Client.
type turn struct {
	ctx     context.Context
	teams   *Teams
	content content
	id      string // of the message, after a Post
}

var _ client.Client = (*turn)(nil)

// Post sends the activity, as an answer to another where it names one. The URL
// that the library made of raw ids could lead elsewhere; ours is made anew.
func (one *turn) Post(_ url.URL, a schema.Activity) error {
	name, parts := callSend, []string{"conversations", a.Conversation.ID, "activities"}
	if a.ReplyToID != "" {
		name, parts = callReply, append(parts, a.ReplyToID)
	}
	if err := one.do(name, http.MethodPost, a, parts...); err != nil {
		return err
	}
	if one.id == "" {
		return nameless(name)
	}
	return nil
}

// Put changes the activity of that id.
func (one *turn) Put(_ url.URL, a schema.Activity) error {
	return one.do(callUpdate, http.MethodPut, a, "conversations", a.Conversation.ID, "activities", a.ID)
}

// Delete removes the activity of that id.
func (one *turn) Delete(_ url.URL, a schema.Activity) error {
	at, err := one.teams.endpoint(a.ServiceURL, "conversations", a.Conversation.ID, "activities", a.ID)
	if err != nil {
		return err
	}
	return one.teams.ask(one.ctx, callDelete, http.MethodDelete, at, nil, nil)
}

func (one *turn) do(name, verb string, a schema.Activity, parts ...string) error {
	at, err := one.teams.endpoint(a.ServiceURL, parts...)
	if err != nil {
		return err
	}
	body, err := overlaid(a, one.content)
	if err != nil {
		return err
	}
	var answer struct {
		ID string `json:"id"`
	}
	err = one.teams.ask(one.ctx, name, verb, at, body, &answer)
	one.id = answer.ID
	return err
}

// overlaid is the activity as it goes out: with our content, and without what
// the library adds though nobody set it, which Teams would take at its word.
func overlaid(a schema.Activity, c content) (map[string]any, error) {
	raw, err := json.Marshal(a)
	if err != nil {
		return nil, fmt.Errorf("write an activity: %w", err)
	}
	var out map[string]any
	if err := json.Unmarshal(raw, &out); err != nil {
		return nil, fmt.Errorf("write an activity: %w", err)
	}
	for name, value := range c {
		out[name] = value
	}
	for name, value := range out {
		if empty(value) {
			delete(out, name)
		}
	}
	return out, nil
}

// zeroTime is how the library writes a time that nobody set.
const zeroTime = "0001-01-01T00:00:00Z"

// empty says whether a member says nothing; it takes what is empty out of
// objects. What is in a list is meant.
func empty(value any) bool {
	switch v := value.(type) {
	case nil:
		return true
	case string:
		return v == "" || v == zeroTime
	case map[string]any:
		for name, part := range v {
			if empty(part) {
				delete(v, name)
			}
		}
		return len(v) == 0
	case []any:
		return len(v) == 0
	}
	return false
}
