//go:build unix

package main

import (
	"archive/zip"
	"encoding/json"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"example.com/firstcall/adapters/teams/teamsfake"
)

// Before anybody has met the bot nothing can be reached; afterwards all can; and a dead end is named with what to do.
func TestDoctorTeams(t *testing.T) {
	t.Parallel()
	s := newTeamsSite(t, teamsSetup).alone()
	says := func(status int, lines ...string) {
		t.Helper()
		r := s.run("doctor", "teams", s.file())
		if r.status != status {
			t.Errorf("status %d, want %d: %s", r.status, status, r.err)
		}
		for _, line := range lines {
			if !strings.Contains(r.out, line) {
				t.Errorf("it does not say %q:\n%s", line, r.out)
			}
		}
	}
	engineers := "channel #engineers (" + s.engineers.ID() + ")"
	says(
		failed, "ok       token of the bot (app "+s.AppID()+" in tenant "+s.TenantID()+")\n", "ok       metadata and keys of the channel",
		"ok       clock of this machine\n", "TROUBLE  "+engineers+": nobody there has written to the bot yet",
		"\n         -> let somebody mention @firstcall there", "ok       person kenji (has not written to firstcall anywhere yet",
		"TROUBLE  person maria: is on duty (manager), and has not written to firstcall anywhere yet: pings go to the next one\n", "\n4 to do.\n",
	)
	right := s.env
	s.ExpectProblem("AADSTS7000215")
	s.env = append(slices.Clone(right), "MicrosoftAppPassword=canary-of-tomorrow")
	says( // who has not met the bot is listed without a token, too
		failed, "the secret is wrong (AADSTS7000215)\n", "TROUBLE  "+engineers+": nobody there has written to the bot yet", "TROUBLE  channel #managers (",
		"TROUBLE  channel #contoso (", "ok       person kenji (has not written", "TROUBLE  person maria: is on duty (manager)", "\n5 to do.\n",
	)
	s.env = right
	s.start()
	s.greeted(s.ana, s.kenji, s.maria)
	s.kenji.Install(s.engineers)
	s.maria.Install(s.management)
	s.ana.Install(s.contoso)
	says(fine, "ok       "+engineers+"\n", "ok       person ana\n", "ok       person kenji\n", "ok       person maria\n", "\nAll is well.\n")

	s.engineers.BotLeaves() // without telling it; the managers' channel is of the same team
	says(failed, "TROUBLE  "+engineers+": the bot is not there (BotNotInConversationRoster)\n         -> add the app to the team", "\n2 to do.\n")

	s.ExpectProblem("AADSTS7000215")
	s.env = append(s.env, "MicrosoftAppPassword=canary-of-yesterday")
	says(
		failed, "the secret is wrong (AADSTS7000215); so these were not looked at: channel ", engineers, ", person ana",
		"\n         -> copy the value (not the id) of a client secret", "\n1 to do.\n",
	)
	s.env = append(s.env, "MicrosoftAppPassword=")
	if r := s.run("doctor", "teams", s.file()); r.status != misuse || !strings.Contains(r.err, "MicrosoftAppPassword is missing") {
		t.Errorf("no secret: status %d %s%s", r.status, r.out, r.err)
	}
	if n := len(s.Calls(teamsfake.OpMembers)); n == 0 {
		t.Error("nobody was asked")
	}
}

// A doctor for what isn't configured says so.
func TestDoctorOfAnotherPlatform(t *testing.T) {
	t.Parallel()
	s := newSite(t, doctorSetup())
	if r := s.run("doctor", "teams", s.file()); r.status != misuse || !strings.Contains(r.err, "Teams is not configured: set MicrosoftAppId") {
		t.Errorf("Teams: %d %s", r.status, r.err)
	}
	s.mode, s.env = "", append(s.env[:1:1], "MicrosoftAppId="+teamsGUID, "MicrosoftAppPassword=2", "MicrosoftAppTenantId="+teamsGUID)
	if r := s.run("doctor", "slack", s.file()); r.status != misuse || !strings.Contains(r.err, "Slack is not configured: set SLACK_BOT_TOKEN") {
		t.Errorf("Slack: %d %s", r.status, r.err)
	}
}

func TestTeamsPackage(t *testing.T) {
	name, id := filepath.Join(t.TempDir(), "app.zip"), "12345678-1234-4234-8234-123456789abc"
	r := firstcall(t, "", []string{"MicrosoftAppId=" + id}, "teams-package", "--public", "https://bot.harbour.example/", "-o", name, "--developer", "Harbour Support")
	if r.status != fine || !strings.Contains(r.out, "https://bot.harbour.example/api/messages") {
		t.Fatalf("%d %s%s", r.status, r.out, r.err)
	}
	z, err := zip.OpenReader(name)
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	f, err := z.Open("manifest.json")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var m struct {
		ID, Version  string
		Developer    struct{ Name, WebsiteURL string }
		Bots         []struct{ BotID string }
		ValidDomains []string
	}
	if err := json.NewDecoder(f).Decode(&m); err != nil {
		t.Fatal(err)
	}
	if m.ID != id || m.Version != "1.0.0" || m.Developer.Name != "Harbour Support" || m.Developer.WebsiteURL != "https://bot.harbour.example" ||
		len(m.Bots) != 1 || m.Bots[0].BotID != id || strings.Join(m.ValidDomains, " ") != "bot.harbour.example" {
		t.Errorf("the manifest says %+v", m)
	}
	for says, args := range map[string][]string{
		"--public": nil, "https://": {"--public", "http://bot.harbour.example", "--app-id", id}, "MicrosoftAppId": {"--public", "https://bot.harbour.example"},
		"no GUID": {"--public", "https://bot.harbour.example", "--app-id", "canary"},
	} {
		if r := firstcall(t, "", nil, append([]string{"teams-package", "-o", name}, args...)...); r.status != misuse || !strings.Contains(r.err, says) {
			t.Errorf("%v: %d %s%s", args, r.status, r.err, r.out)
		}
	}
}
