package teams

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"example.com/firstcall/adapters/teams/teamsfake"
	"example.com/firstcall/bot"
)

func (st *story) profile(person string) bot.Profile {
	st.t.Helper()
	p, err := st.app.Profile(context.Background(), st.TenantID(), person)
	if err != nil {
		st.t.Fatal(err)
	}
	return p
}

// Whoever has spoken is known where it was said: in private, a group or a channel.
func TestProfileOfWhoHasSpoken(t *testing.T) {
	st := newStory(t)
	channel := st.Team("Contoso", st.ana).Channel("Incidents")
	for name, c := range map[string]*teamsfake.Conversation{
		"in private": st.Personal(st.ana), "in a group": st.GroupChat("Checkout", st.ana), "in a channel": channel,
	} {
		st.ana.Tell(c, "hello")
		equal(t, "Ana "+name, st.profile(st.ana.AAD), bot.Profile{Workspace: st.TenantID(), Name: "Ana Lima", Email: "ana.lima@contoso.example"})
	}
}

// Somebody else is asked about where the tenant was heard last, and nobody knows
// who isn't there.
func TestProfileOfSomebodyElse(t *testing.T) {
	st := newStory(t)
	if _, err := st.app.Profile(context.Background(), st.TenantID(), st.ana.AAD); err == nil || errors.Is(err, bot.ErrNotFound) {
		t.Errorf("before anybody spoke: %v", err)
	}
	bo, cy := st.Person("Bo Chen"), st.Person("Cy Dent")
	st.ana.Tell(st.GroupChat("Checkout", st.ana, bo), "hello")
	equal(t, "Bo", st.profile(bo.AAD).Email, "bo.chen@contoso.example")
	if _, err := st.app.Profile(context.Background(), st.TenantID(), cy.AAD); !errors.Is(err, bot.ErrNotFound) {
		t.Errorf("Cy, who isn't there: %v", err)
	}
	st.Inject(teamsfake.OpMember, 1, teamsfake.NotInRoster())
	_, err := st.app.Profile(context.Background(), st.TenantID(), bo.AAD)
	st.fails(err, bot.Gone)
	st.Inject(teamsfake.OpMember, 1, teamsfake.Broken(502))
	_, err = st.app.Profile(context.Background(), st.TenantID(), bo.AAD)
	st.fails(err, bot.Refused) // a question may be asked again
}

// A guest's address was typed by whoever invited: it must bind nobody.
func TestProfileOfAGuestHasNoAddress(t *testing.T) {
	home := "11111111-1111-4111-8111-111111111111"
	for name, tc := range map[string]struct {
		member member
		want   bot.Profile
	}{
		"a user":                        {member{Tenant: "t", Name: "Ana", Email: "ana@x.example", Principal: "a@x.example", Role: "user"}, bot.Profile{Workspace: "t", Name: "Ana", Email: "ana@x.example"}},
		"a user without mailbox":        {member{Tenant: "t", Name: "Ana", Principal: "a@x.example", Role: "user"}, bot.Profile{Workspace: "t", Name: "Ana", Email: "a@x.example"}},
		"a user of an old service":      {member{Name: "Ana", Email: "ana@x.example"}, bot.Profile{Workspace: "t", Name: "Ana", Email: "ana@x.example"}},
		"a guest":                       {member{Tenant: "t", Name: "Eve", Email: "ana@x.example", Role: "guest"}, bot.Profile{Name: "Eve"}},
		"a guest by the principal":      {member{Tenant: "t", Name: "Eve", Email: "ana@x.example", Principal: "eve_y.example#ext#@x.example"}, bot.Profile{Name: "Eve"}},
		"nobody signed in":              {member{Tenant: "t", Name: "Eve", Email: "ana@x.example", Role: "anonymous"}, bot.Profile{Name: "Eve"}},
		"a user at home somewhere else": {member{Tenant: home, Name: "Bo", Email: "bo@y.example", Role: "user"}, bot.Profile{Workspace: home, Name: "Bo", Email: "bo@y.example"}},
	} {
		equal(t, name, tc.member.profile("t"), tc.want)
	}
}

func TestRoutesAreNotKeptForEver(t *testing.T) {
	st := newStory(t)
	for i := range mostKept + 10 {
		st.app.heard(bot.Event{Workspace: "t", Person: fmt.Sprint("p", i)}, route{Conversation: "a:1"})
	}
	if n := len(st.app.routes); n > mostKept {
		t.Errorf("%d are kept", n)
	}
	st.app.heard(bot.Event{Workspace: "u", Place: "19:x"}, route{Conversation: "19:x", Service: "s"})
	equal(t, "ways to somebody of a tenant", fmt.Sprint(st.app.routesTo("u", "p")), `[{"s":"s","c":"19:x"}]`)
	equal(t, "ways to somebody of another", len(st.app.routesTo("v", "p")), 0)
}
