//go:build unix

package main

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"example.com/firstcall/adapters/teams/teamsfake"
)

// teamsSite is a site that is served in Teams, too: Harbour's tenant has registered the bot, Contoso's is a customer.
type teamsSite struct {
	*site
	*teamsfake.Fake
	ana, kenji, maria, gus                 *teamsfake.Person // gus is in Harbour's tenant, and in no set-up
	contoso, engineers, management, guests *teamsfake.Conversation
	ids                                    *strings.Replacer // of a set-up's names for them
}

// teamsSecret is the bot's password. It is looked for in everything that operators can read.
const teamsSecret = "secret-canary-5f2d"

// newTeamsSite makes one. In the set-up TENANT is Harbour's tenant and CUSTOMER is Contoso's; #NAME is a channel's id, and @NAME
// a person's.
func newTeamsSite(t *testing.T, setup string) *teamsSite {
	t.Helper()
	f := teamsfake.New(t, teamsfake.Options{Now: time.Now, Secret: teamsSecret, AnswerWithin: servedPatience, SeesAll: true})
	s := &teamsSite{Fake: f, ana: f.Person("Ana Weber"), kenji: f.Person("Kenji Sato"), maria: f.Person("Maria Costa"), gus: f.Person("Gus Guest")}
	s.ana.TenantID, s.ana.Zone = "7c0ffee0-1111-4222-8333-444455556666", "Europe/Berlin"
	s.kenji.Email, s.maria.Email = "kenji@harbour.example", "maria@harbour.example"
	s.contoso = f.Team("Contoso", s.ana).Channel("Support")
	harbour := f.Team("Harbour", s.kenji, s.maria)
	s.engineers, s.management = harbour.Channel("Engineers"), harbour.Channel("Managers")
	s.guests = f.Team("Contoso at Harbour", s.kenji, s.gus).Channel("Support")
	s.ids = strings.NewReplacer(
		"TENANT", f.TenantID(), "CUSTOMER", s.ana.TenantID, "#CONTOSO", quoted(s.contoso.ID()), "#ENGINEERS", quoted(s.engineers.ID()),
		"#GUIDE", quoted(s.guests.ID()), "#MANAGERS", quoted(s.management.ID()), "@KENJI", s.kenji.AAD, "@MARIA", s.maria.AAD,
	)
	s.site = newSite(t, s.ids.Replace(setup))
	s.teams = f
	s.env = append(s.env, "MicrosoftAppId="+f.AppID(), "MicrosoftAppPassword="+teamsSecret, "MicrosoftAppTenantId="+f.TenantID())
	s.config = fmt.Sprintf("teams: {cloud: public, stand_in: {origin: %q, metadata: %q, issuer: %q, scope: %q}}\n",
		"http://"+f.Host(), f.OpenIDURL(), f.Issuer(), f.Scope())
	return s
}

// alone leaves Slack out.
func (s *teamsSite) alone() *teamsSite {
	s.mode = ""
	s.env = slices.DeleteFunc(s.env, func(v string) bool { return strings.HasPrefix(v, "SLACK_") || strings.HasPrefix(v, "FIRSTCALL_KEY=") })
	return s
}

func quoted(id string) string { return fmt.Sprintf("%q", id) }

// greeted lets people add the app where they are; only then Teams says how they are written to.
func (s *teamsSite) greeted(all ...*teamsfake.Person) {
	for _, p := range all {
		p.Install(s.Personal(p))
	}
}

// shows waits for a message of the bot that reads all of it, and returns the newest such.
func (s *teamsSite) shows(c *teamsfake.Conversation, says ...string) (found teamsfake.Message) {
	s.t.Helper()
	s.until(fmt.Sprintf("%s reads %q", c.ID(), says), func() bool {
		for _, m := range slices.Backward(c.FromBot()) {
			if all := m.Plain() + m.Summary; !slices.ContainsFunc(says, func(part string) bool { return !strings.Contains(all, part) }) {
				found = m
				return true
			}
		}
		return false
	}, func() string {
		var all []string
		for _, m := range c.Messages() {
			all = append(all, m.Plain())
		}
		return strings.Join(all, "\n--\n")
	})
	return found
}

// wizard is the message with the form that somebody is to fill in.
func (s *teamsSite) wizard(p *teamsfake.Person, c *teamsfake.Conversation) (found teamsfake.Message) {
	s.t.Helper()
	s.until("a form for "+p.Name, func() bool {
		for _, m := range slices.Backward(c.FromBot()) {
			if card := p.Sees(m); card != nil && len(teamsfake.Inputs(card)) > 0 {
				found = m
				return true
			}
		}
		return false
	})
	return found
}

// next answers what a card asks, as far as there are answers, and presses its first button.
func (s *teamsSite) next(p *teamsfake.Person, m teamsfake.Message, answers map[string]string) (card map[string]any) {
	s.t.Helper()
	card = p.Sees(m)
	fill := map[string]string{}
	for _, id := range teamsfake.Inputs(card) {
		if answer, known := answers[id]; known {
			fill[id] = answer
		}
	}
	edits := func() int { now, _ := m.Where.Message(m.ID); return now.Edits }
	before := edits()
	if a := p.Press(m, teamsfake.Buttons(card)[0], fill); a.Err != nil || a.NotSent || a.Code != "" {
		s.t.Fatalf("%s can't go on at\n%s\n%+v", p.Name, teamsfake.CardText(card), a)
	}
	s.until("the card is the same for everybody", func() bool { return edits() > before }) // no person is quicker
	return p.Sees(m)
}

// fillIn goes on with a form until the card says what is expected at its end.
func (s *teamsSite) fillIn(p *teamsfake.Person, m teamsfake.Message, answers map[string]string, end string) {
	s.t.Helper()
	for range 15 {
		if card := s.next(p, m, answers); strings.Contains(teamsfake.CardText(card), end) {
			return
		}
	}
	s.t.Fatalf("the form never ends:\n%s", teamsfake.CardText(p.Sees(m)))
}
