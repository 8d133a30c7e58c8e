package teams

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	"example.com/firstcall/bot"
)

// heard remembers how we were spoken to last, by person and by tenant: whom to
// ask about somebody who has just done something. What is to be sent goes by the
// routes that are kept in the store.
func (t *Teams) heard(e bot.Event, r route) {
	if r.Conversation == "" {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.routes) >= mostKept {
		clear(t.routes)
	}
	for _, tenant := range []string{e.Workspace, e.Through} {
		if tenant == "" {
			continue
		}
		if e.Person != "" {
			t.routes[tenant+" "+e.Person] = r
		}
		if e.Place != "" {
			t.routes[tenant] = r
		}
	}
}

// routesTo are the ways to ask about a person, the best one first.
func (t *Teams) routesTo(workspace, person string) (all []route) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, key := range []string{workspace + " " + person, workspace} {
		if r, ok := t.routes[key]; ok {
			all = append(all, r)
		}
	}
	return all
}

// member is what Teams says of somebody in a conversation.
type member struct {
	ID        string `json:"id"`
	Name      string `json:"name"`
	Email     string `json:"email"`
	Principal string `json:"userPrincipalName"`
	Tenant    string `json:"tenantId"`
	Role      string `json:"userRole"`
}

// Profile implements bot.Profiles. Teams names the members of a conversation, so
// a person is asked about where that person spoke last, or else where somebody of
// the tenant did. It knows neither language nor zone.
// https://learn.microsoft.com/microsoftteams/platform/bots/how-to/get-teams-context
func (t *Teams) Profile(ctx context.Context, workspace, person string) (bot.Profile, error) {
	ways := t.routesTo(workspace, person)
	if len(ways) == 0 {
		return bot.Profile{}, &bot.SendError{Outcome: bot.Refused, Err: fmt.Errorf("ask about a person: nobody of the tenant %s has spoken to us yet", workspace)}
	}
	for _, r := range ways {
		m, err := t.member(ctx, r, person)
		switch {
		case err == nil:
			return m.profile(workspace), nil
		case statusOf(err) != http.StatusNotFound:
			return bot.Profile{}, err
		}
	}
	return bot.Profile{}, bot.ErrNotFound
}

func (t *Teams) member(ctx context.Context, r route, person string) (m member, err error) {
	at, err := t.endpoint(r.Service, "conversations", r.Conversation, "members", person)
	if err != nil {
		return m, err
	}
	if err := t.budgets.ask(r.Conversation, r.Tenant, t.now()); err != nil {
		return m, err
	}
	err = t.ask(ctx, callMember, http.MethodGet, at, nil, &m)
	if err == nil && m.ID == "" {
		err = nameless(callMember)
	}
	return m, harmless(err)
}

// profile is a member as the bot knows people. Where a guest is at home isn't
// said, and the guest's address was typed by whoever invited, so that neither is
// passed on.
func (m member) profile(workspace string) bot.Profile {
	p := bot.Profile{Workspace: m.Tenant, Name: m.Name, Email: m.Email}
	if p.Email == "" {
		p.Email = m.Principal
	}
	if p.Workspace == "" {
		p.Workspace = workspace
	}
	if m.Role != "" && !strings.EqualFold(m.Role, "user") || strings.Contains(strings.ToUpper(m.Principal), "#EXT#") {
		p.Workspace, p.Email = "", ""
	}
	return p
}
