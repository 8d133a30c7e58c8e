//go:build unix

package main

import (
	"maps"
	"os"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"example.com/firstcall/adapters/slack/slackfake"
	"example.com/firstcall/adapters/teams/teamsfake"
	"example.com/firstcall/cmd/firstcall/setup"
	"example.com/firstcall/domain/terms"
)

// guide is a platform's page with the YAML that it shows: the set-up, the configuration, the customer with a workspace, and in
// Teams the customer with a business event.
func guide(t *testing.T, platform string) (page string, yaml []string) {
	t.Helper()
	text, err := os.ReadFile("../../docs/" + platform + ".md")
	if err != nil {
		t.Fatal(err)
	}
	found := regexp.MustCompile("(?s)```yaml\n(.*?)```").FindAllStringSubmatch(string(text), -1)
	if want := map[string]int{slackPlatform: 3, teamsPlatform: 4}[platform]; len(found) != want {
		t.Fatalf("the guide shows %d times YAML, want %d", len(found), want)
	}
	for _, f := range found {
		yaml = append(yaml, f[1])
	}
	return string(text), yaml
}

// Who follows docs/slack.md arrives: with its set-up and nothing else, a guest reports and the engineer acknowledges.
func TestTheGuideLeadsToAFirstIncident(t *testing.T) {
	t.Parallel()
	_, yaml := guide(t, slackPlatform)
	s := newSite(t, strings.NewReplacer("T0123ABCD", "T0HARBOUR", "C0ENGINEER", "C0ENGINEERS", "C0CONTOSO", "C0GUIDE").Replace(yaml[0]))
	s.env = append(s.env[:2:2], "SLACK_APP_TOKEN="+servedApp)
	s.mode = "socket"
	s.DeliverBySocket()
	s.AddUser(slackfake.User{ID: "U0GUS", Email: "gus@harbour.example", RealName: "Gus Guest"})
	s.AddChannel(slackfake.Channel{ID: "C0GUIDE", Name: "contoso", Members: []string{"U0GUS", "U0KENJI", "U0BOTHARBOUR"}})
	if r := s.run("doctor", "slack", s.file()); r.status != fine || !strings.HasSuffix(r.out, "All is well.\n") {
		t.Errorf("doctor: %d %s%s", r.status, r.out, r.err)
	}
	p := s.start()
	s.Slash("U0GUS", "C0GUIDE", "/incident", "Checkout is down in production")
	answers := maps.Clone(outage)
	answers["owner"], answers["phone"], answers["email"] = "Gus Guest", "+49 30 23125 101", "gus@contoso.example"
	s.fillIn("U0GUS", answers)
	s.sees("C0GUIDE", "INC-1", "First call")
	card := s.sees("C0ENGINEERS", "INC-1", "Acknowledge")
	s.Click("U0KENJI", card, "Acknowledge")
	s.sees("C0ENGINEERS", "Kenji Sato", "Record first call")
	p.signal(syscall.SIGTERM)
	if status := p.ended(); status != fine {
		t.Errorf("it ended with %d", status)
	}
}

// The same for docs/teams.md, where a guest mentions the bot in the customer's channel, and whoever adds the app to a team that nobody named is told its ids.
func TestTheGuideLeadsToAFirstIncidentInTeams(t *testing.T) {
	t.Parallel()
	_, yaml := guide(t, teamsPlatform)
	s := newTeamsSite(t, strings.NewReplacer(
		"11111111-2222-4333-8444-555555555555", "TENANT", "99999999-8888-4777-8666-555555555555", "@MARIA",
		`"19:engineers@thread.tacv2"`, "#ENGINEERS", `"19:managers@thread.tacv2"`, "#MANAGERS", `"19:contoso@thread.tacv2"`, "#GUIDE",
	).Replace(yaml[0])).alone()
	p := s.start()
	lost := s.Team("Lost", s.kenji).Channel("General")
	s.kenji.Install(lost)
	s.shows(s.Personal(s.kenji), "whose place this is", s.TenantID(), strings.Split(lost.ID(), "@")[0])

	s.greeted(s.kenji, s.maria)
	for c, who := range map[*teamsfake.Conversation]*teamsfake.Person{s.engineers: s.kenji, s.management: s.maria, s.guests: s.gus} {
		who.Tell(c, "help")
	}
	if r := s.run("doctor", "teams", s.file()); r.status != fine || !strings.HasSuffix(r.out, "All is well.\n") {
		t.Errorf("doctor: %d %s%s", r.status, r.out, r.err)
	}
	s.gus.Tell(s.guests, "incident Checkout is down in production")
	answers := maps.Clone(outage)
	answers["owner"], answers["phone"], answers["email"] = "Gus Guest", "+49 30 23125 101", "gus@contoso.example"
	s.fillIn(s.gus, s.wizard(s.gus, s.guests), answers, "INC-1 is open")
	s.shows(s.guests, "INC-1", "First call")
	s.kenji.Press(s.shows(s.engineers, "INC-1", "Acknowledge"), "Acknowledge", nil)
	s.shows(s.engineers, "Kenji Sato", "Record first call")
	p.signal(syscall.SIGTERM)
	if status := p.ended(); status != fine {
		t.Errorf("it ended with %d", status)
	}
}

// instead puts customers in the place of those of a set-up.
func instead(setup, customers string) string {
	provider, _, _ := strings.Cut(setup, "customers:")
	return provider + customers
}

// What docs/teams.md tells of a channel for a business event is seen there.
func TestTheGuidesBusinessEventInTeams(t *testing.T) {
	t.Parallel()
	_, yaml := guide(t, teamsPlatform)
	var file string // with the event from that hour on, two weeks long
	from := func(hours time.Duration) string {
		start := time.Now().UTC().Add(hours * time.Hour)
		return strings.NewReplacer(
			"2026-03-02T00:00:00Z", start.Format(time.RFC3339), "2026-03-16T00:00:00Z", start.Add(14*24*time.Hour).Format(time.RFC3339),
		).Replace(file)
	}
	file = strings.NewReplacer(
		"11111111-2222-4333-8444-555555555555", "TENANT", "99999999-8888-4777-8666-555555555555", "@MARIA",
		`"19:engineers@thread.tacv2"`, "#ENGINEERS", `"19:managers@thread.tacv2"`, "#MANAGERS", `"19:contoso@thread.tacv2"`, "#CONTOSO", `"19:event@thread.tacv2"`, "#GUIDE",
	).Replace(instead(yaml[0], yaml[3]))
	s := newTeamsSite(t, from(24)).alone()
	p := s.start()
	s.greeted(s.kenji, s.maria)
	for c, who := range map[*teamsfake.Conversation]*teamsfake.Person{s.engineers: s.kenji, s.guests: s.gus} {
		who.Tell(c, "help")
	}
	met := "channel #contoso-event (" + s.guests.ID() + ")\n"
	s.until("the bot has met the channel", func() bool { return strings.Contains(s.run("doctor", "teams", s.file()).out, "ok       "+met) })
	file = s.ids.Replace(file)
	if r := s.run("import", write(t, map[string]string{"setup.yaml": from(-1)})["setup.yaml"]); r.status != fine {
		t.Fatalf("import: %d %s", r.status, r.err)
	}
	card := s.shows(s.guests, "Spring sale is running", "Window", "Kenji Sato (engineer)", "Open incidents", "Report")
	s.gus.Tell(s.guests, "incident Checkout is down in production")
	form := s.wizard(s.gus, s.guests)
	answers := maps.Clone(outage)
	answers["owner"], answers["phone"], answers["email"] = "Gus Guest", "+49 30 23125 101", "gus@contoso.example"
	s.fillIn(s.gus, form, answers, "INC-1 is prepared") // that it is about the event is filled in
	s.gus.Tell(s.guests, "case INC-1 2603020040001234")
	s.shows(s.guests, "INC-1", "First call")
	s.until("the event's card lists the incident", func() bool {
		m, _ := s.guests.Message(card.ID)
		return strings.Contains(m.Plain(), "INC-1")
	})
	p.signal(syscall.SIGTERM)
	if status := p.ended(); status != fine {
		t.Errorf("it ended with %d", status)
	}
}

func TestTheGuidesOtherFiles(t *testing.T) {
	for platform, env := range map[string]func(string) string{
		slackPlatform: environment("SLACK_BOT_TOKEN", "xoxb-1", "SLACK_SIGNING_SECRET", "s"),
		teamsPlatform: environment("MicrosoftAppId", teamsGUID, "MicrosoftAppPassword", "2", "MicrosoftAppTenantId", teamsGUID),
	} {
		page, yaml := guide(t, platform)
		if _, err := readServeConfig(configFile(t, yaml[1]), env); err != nil {
			t.Error(err)
		}
		for _, other := range yaml[2:] {
			if platform == teamsPlatform { // its page shows the customer alone, and says that it takes the place of the one before
				other = instead(yaml[0], other)
			}
			if _, err := setup.Read(terms.Current(), []setup.File{{Name: "setup.yaml", Data: []byte(other)}}); err != nil {
				t.Error(err)
			}
		}
		if n := strings.Count(page, "takes the place of all of `customers:`"); platform == teamsPlatform && n != 2 {
			t.Errorf("the guide says %d times what a customer takes the place of", n)
		}
		for _, link := range regexp.MustCompile(`\]\(([^)#:]+)(?:#[^)]*)?\)`).FindAllStringSubmatch(page, -1) {
			if _, err := os.Stat("../../docs/" + link[1]); err != nil {
				t.Errorf("the guide leads to %s, which is not there", link[1])
			}
		}
		for _, name := range regexp.MustCompile(`\b(?:(?:SLACK|FIRSTCALL)_[A-Z_]+|MicrosoftApp[A-Za-z]+)\b`).FindAllString(page, -1) {
			if !strings.Contains(serveCommand{}.Help(), name) {
				t.Errorf("the guide speaks of %s, and firstcall serve --help does not", name)
			}
		}
	}
}
