//go:build unix

package main

import (
	"net/http"
	"strings"
	"syscall"
	"testing"
)

// teamsSetup is a provider and a customer in Teams, each in a tenant of its own. People are recognised by the e-mail address.
const teamsSetup = `
provider:
  name: Harbour Support
  prefix: HS
  language: en
  zone: UTC
  country: GB
  workspaces:
    - {platform: teams, id: TENANT}
  people:
    - {name: kenji, full_name: Kenji Sato, email: kenji@harbour.example, roles: [engineer]}
    - {name: maria, full_name: Maria Costa, email: maria@harbour.example, roles: [manager]}
  places:
    - {name: "#engineers", purpose: engineers, chat: {platform: teams, workspace: TENANT, id: #ENGINEERS}}
    - {name: "#managers", purpose: managers, chat: {platform: teams, workspace: TENANT, id: #MANAGERS}}
  rosters:
    - {role: manager, person: maria}
  policy:
    chat_submits: [unified]
    ladders:
      - severity: "1"
        rungs:
          - {after: 2s, call: ["role:manager"]}
customers:
  - name: Contoso
    prefix: INC
    language: en
    zone: Europe/Berlin
    country: DE
    workspaces:
      - {platform: teams, id: CUSTOMER}
    people:
      - {name: ana, full_name: Ana Weber, email: ana.weber@contoso.example, phone: +49 30 23125 101, roles: [contact]}
    places:
      - {name: "#contoso", purpose: customer, chat: {platform: teams, workspace: CUSTOMER, id: #CONTOSO}}
    agreement:
      name: Contoso support
      plans: [{plan: unified}]
`

// mixedSetup is the same customer, and a provider in Slack.
func mixedSetup() string {
	provider, _, _ := strings.Cut(servedSetup, "customers:")
	_, customer, _ := strings.Cut(teamsSetup, "customers:")
	return provider + "customers:" + customer
}

// An evening in Teams: an incident is reported and acknowledged, a manager is pinged, and the process is replaced while somebody
// fills in a card. Nothing that is logged or counted meanwhile holds a secret.
func TestServeInTeams(t *testing.T) {
	t.Parallel()
	s := newTeamsSite(t, teamsSetup).alone()
	first := s.start()
	s.greeted(s.ana, s.maria)
	s.kenji.Tell(s.engineers, "help")  // what is said anywhere tells how to write there
	s.maria.Tell(s.management, "help") // else the engineers are told of what didn't reach it, with the same buttons as on their card

	own := s.Personal(s.ana)
	s.ana.Say(own, "incident Checkout is down")
	s.fillIn(s.ana, s.wizard(s.ana, own), outage, "INC-1 is open")
	s.shows(own, "INC-1", "First call")
	card := s.shows(s.engineers, "INC-1", "Acknowledge")
	ping := s.shows(s.Personal(s.maria), "INC-1", "nobody has it")
	if !ping.Alert || !strings.Contains(ping.Summary, "INC-1") {
		t.Errorf("the manager's ping rings: %v, and its notification says %q", ping.Alert, ping.Summary)
	}
	s.kenji.Press(card, "Acknowledge", nil)
	s.until("the card names Kenji", func() bool {
		m, _ := s.engineers.Message(card.ID)
		return strings.Contains(m.Plain(), "Kenji Sato")
	})
	if m, _ := s.engineers.Message(card.ID); m.Edits == 0 {
		t.Error("the card was posted again, not edited")
	}

	first.counts(`firstcall_settled_total{platform="teams",state="sent",what="card"}`)
	first.counts(`firstcall_settled_total{platform="teams",state="sent",what="escalation"}`)
	first.counts(`firstcall_request_seconds_count{kind="form",outcome="ok",platform="teams"}`)
	first.counts(`firstcall_handle_seconds_count{kind="submitted",outcome="ok",platform="teams"}`)

	// The process is replaced while Ana fills in another report.
	s.ana.Say(own, "incident")
	form := s.wizard(s.ana, own)
	s.next(s.ana, form, map[string]string{"kind": "advice"})
	first.signal(syscall.SIGTERM)
	first.wants("/readyz", http.StatusServiceUnavailable, "stopping")
	if status := first.ended(); status != fine {
		t.Errorf("it ended with %d", status)
	}
	second := s.start()
	s.fillIn(s.ana, form, question, "INC-2 is open")
	s.shows(own, "INC-2", "advice", "Resolved")
	s.shows(s.engineers, "INC-2") // by a way that the first process learned
	second.signal(syscall.SIGTERM)
	if status := second.ended(); status != fine {
		t.Errorf("it ended with %d", status)
	}
}

// One incident, two platforms: the customer is in Teams, the engineers are in Slack, and one process serves both.
func TestServeACustomerInTeamsFromSlack(t *testing.T) {
	t.Parallel()
	s := newTeamsSite(t, mixedSetup())
	p := s.start()
	s.greeted(s.ana)
	s.ana.Tell(s.contoso, "incident Checkout is down")
	s.fillIn(s.ana, s.wizard(s.ana, s.contoso), outage, "INC-1 is open")

	theirs := s.shows(s.contoso, "INC-1", "First call")
	ours := s.sees("C0ENGINEERS", "INC-1", "Acknowledge")
	s.Click("U0KENJI", ours, "Acknowledge")
	s.until("the card in Teams says that somebody has it", func() bool {
		m, _ := s.contoso.Message(theirs.ID)
		return m.Edits > 0 && !strings.Contains(m.Plain(), "nobody has it")
	})

	s.ana.Say(s.contoso.Thread(theirs.ID), "It began after the deployment.")
	said := s.inThread(ours, "It began after the deployment.")
	s.Click("U0KENJI", said, "Reply to customer")
	v := s.window("U0KENJI")
	values := map[string]any{}
	for _, b := range v.Blocks {
		if id, _ := b["block_id"].(string); b["type"] == "input" && v.Value(id) == "" {
			values[id] = "We are rolling it back."
		}
	}
	s.Submit("U0KENJI", values)
	s.shows(s.contoso.Thread(theirs.ID), "We are rolling it back.", "Kenji Sato")

	p.signal(syscall.SIGTERM)
	if status := p.ended(); status != fine {
		t.Errorf("it ended with %d", status)
	}
}

// teamsGUID is the shape of an app's and a tenant's id.
const teamsGUID = "12345678-1234-4234-8234-123456789abc"

// Ids that can't be right are refused before a database is opened or anything is asked, by whoever would use them.
func TestIDsOfTheRegistrationAreLookedAtFirst(t *testing.T) {
	env := []string{"MicrosoftAppId=…", "MicrosoftAppPassword=canary", "MicrosoftAppTenantId=" + teamsGUID, "DATABASE_URL=postgres://127.0.0.1:1/none"}
	for _, args := range [][]string{{"serve"}, {"doctor", "teams"}} {
		r := firstcall(t, "", env, args...)
		if r.status != misuse || !strings.HasPrefix(r.err, "firstcall: this can't be served: Teams: MicrosoftAppId is no GUID") || strings.Contains(r.err+r.out, "MicrosoftAppTenantId is") || strings.Contains(r.err, "127.0.0.1") {
			t.Errorf("%v: %d %s%s", args, r.status, r.out, r.err)
		}
	}
}

func TestServeRefusesTeamsThatCannotWork(t *testing.T) {
	for what, c := range map[string]struct {
		env  []string
		file string
		says []string
	}{
		"half":             {env: []string{"MicrosoftAppId", "1"}, says: []string{"MicrosoftAppPassword is missing", "MicrosoftAppTenantId is missing"}},
		"a section alone":  {file: "teams: {}\n", says: []string{"MicrosoftAppId is missing", "MicrosoftAppPassword is missing"}},
		"managed identity": {env: []string{"MicrosoftAppId", "1", "MicrosoftAppTenantId", "2", "MicrosoftAppType", "UserAssignedMSI"}, says: []string{"UserAssignedMSI", "SingleTenant"}},
		"many tenants":     {env: []string{"MicrosoftAppType", "MultiTenant"}, says: []string{"MultiTenant", "MicrosoftAppId is missing"}},
		"another type":     {env: []string{"MicrosoftAppPassword", "canary", "MicrosoftAppType", "Pigeon"}, says: []string{`"Pigeon"`}},
		"no GUIDs": {
			env:  []string{"MicrosoftAppId", "…", "MicrosoftAppPassword", "canary", "MicrosoftAppTenantId", "canary.onmicrosoft.com"},
			says: []string{"MicrosoftAppId is no GUID", "MicrosoftAppTenantId is no GUID", "Configuration"},
		},
		"another cloud": {file: "teams: {cloud: moon}\n", says: []string{`"moon"`, "MicrosoftAppId is missing"}},
		"unknown key":   {file: "teams: {password: canary}\n", says: []string{"password", "line 1"}},
		"both":          {env: []string{"SLACK_BOT_TOKEN", "xoxb-1", "MicrosoftAppId", "1"}, says: []string{"SLACK_SIGNING_SECRET is missing", "MicrosoftAppPassword is missing"}},
		"a stand-in that is not here": {
			file: "teams: {stand_in: {origin: \"https://login.example\", metadata: \"http://127.0.0.1:1/x\"}}\n", says: []string{"stand_in"},
		},
	} {
		t.Run(what, func(t *testing.T) {
			file := ""
			if c.file != "" {
				file = configFile(t, c.file)
			}
			_, err := readServeConfig(file, environment(c.env...))
			for _, part := range c.says {
				if err == nil || !strings.Contains(err.Error(), part) {
					t.Errorf("nothing is said of %q: %v", part, err)
				}
			}
			if err != nil && strings.Contains(err.Error(), "canary") {
				t.Errorf("a secret is shown: %v", err)
			}
		})
	}
	c, err := readServeConfig("", environment("MicrosoftAppId", teamsGUID, "MicrosoftAppPassword", "canary", "MicrosoftAppTenantId", strings.ToUpper(teamsGUID)))
	if err != nil || c.Slack != nil || c.Teams == nil || c.Teams.Cloud != "public" || c.Listen != ":3000" {
		t.Errorf("by the environment alone: %+v, %v", c, err)
	}
	for cloud, login := range map[string]string{"public": "https://login.microsoftonline.com", "usgov": "https://login.microsoftonline.us"} {
		if o := (&teamsConfig{Cloud: cloud}).options(teamsSecrets{appID: "1"}); o.Cloud.Login != login || o.AppID != "1" {
			t.Errorf("cloud %s is %+v", cloud, o.Cloud)
		}
	}
}
