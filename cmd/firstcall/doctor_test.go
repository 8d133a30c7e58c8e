//go:build unix

package main

import (
	"strings"
	"testing"

	"example.com/firstcall/adapters/slack/slackfake"
)

// doctorSetup is the site's, with the customer in a channel that the provider shares.
func doctorSetup() string {
	return strings.Replace(servedSetup, "workspace: T0CONTOSO, id: C0CONTOSO", "workspace: T0HARBOUR, id: C0SHARED", 1)
}

func TestDoctorFindsNothing(t *testing.T) {
	t.Parallel()
	s := newSite(t, doctorSetup())
	s.AddChannel(slackfake.Channel{ID: "C0SHARED", Name: "contoso", SharedWith: []string{"T0CONTOSO"}, Members: []string{"U0ANA", "U0BOTHARBOUR"}})
	r := s.run("doctor", "slack", s.file())
	if r.status != fine || r.err != "" || !strings.HasSuffix(r.out, "\nAll is well.\n") {
		t.Errorf("status %d %s\n%s", r.status, r.err, r.out)
	}
	for _, line := range []string{
		"ok       manifest\n",
		"ok       token of T0HARBOUR (we are firstcall in Harbour)\n",
		"ok       scopes in T0HARBOUR\n",
		"ok       clock of this machine\n",
		"ok       channel #engineers (C0ENGINEERS)\n",
		"ok       channel #contoso (C0SHARED) (it is shared with other organisations: their people can press buttons, and can't use /incident)\n",
	} {
		if !strings.Contains(r.out, line) {
			t.Errorf("it does not say %q:\n%s", line, r.out)
		}
	}
}

func TestDoctorSaysWhatToDo(t *testing.T) {
	t.Parallel()
	s := newSite(t, doctorSetup())
	s.AddChannel(slackfake.Channel{ID: "C0SHARED", Name: "contoso", Members: []string{"U0ANA"}})
	s.Change(func() { s.Home.Scopes = s.Home.Scopes[1:] })
	s.HoldEvents() // nobody hears that
	s.ArchiveChannel("U0KENJI", "C0ENGINEERS")
	r := s.run("doctor", "slack", s.file())
	if r.status != failed || !strings.Contains(r.err, "there is something to do") {
		t.Errorf("status %d %s", r.status, r.err)
	}
	for _, line := range []string{
		"TROUBLE  scopes in T0HARBOUR: missing: ",
		"\n         -> add them under \"OAuth & Permissions\", then install the app again\n",
		"TROUBLE  channel #engineers (C0ENGINEERS): it is archived\n         -> unarchive it, or name another one in the set-up files\n",
		"TROUBLE  channel #contoso (C0SHARED): the app is not in it\n         -> invite @firstcall there\n",
		"\n3 to do.\n",
	} {
		if !strings.Contains(r.out, line) {
			t.Errorf("it does not say %q:\n%s", line, r.out)
		}
	}

	s.Allow("auth.test", "invalid_auth")
	s.env = append(s.env, "SLACK_BOT_TOKEN=xoxb-canary-of-yesterday")
	r = s.run("doctor", "slack", s.file())
	if r.status != failed || !strings.Contains(r.out, "TROUBLE  SLACK_BOT_TOKEN: Slack doesn't take it (invalid_auth)") ||
		!strings.Contains(r.out, "\n         -> copy the Bot User OAuth Token again") || !strings.Contains(r.out, "ok       manifest\n") {
		t.Errorf("a wrong token: status %d %s%s", r.status, r.out, r.err)
	}
	s.env = append(s.env, "SLACK_BOT_TOKEN=", "SLACK_SIGNING_SECRET=")
	if r := s.run("doctor", "slack", s.file()); r.status != misuse || !strings.Contains(r.err, "SLACK_SIGNING_SECRET is missing") {
		t.Errorf("no secrets: status %d %s%s", r.status, r.out, r.err)
	}
}

// Where Slack can't be reached, that is one line among those about what needs no network.
func TestDoctorWithoutSlack(t *testing.T) {
	t.Parallel()
	s := newSite(t, strings.Replace(doctorSetup(), "purpose: managers", "purpose: engineers, team: night", 1))
	s.Inject("auth.test", slackfake.HTML(503), slackfake.Times(-1))
	r := s.run("doctor", "slack", s.file())
	if r.status != failed {
		t.Errorf("status %d %s", r.status, r.err)
	}
	for _, line := range []string{
		"ok       configuration (Slack reaches us by HTTP)\n", "ok       database\n", "ok       manifest\n",
		"TROUBLE  set-up: no channel in Slack is for the managers\n",
		"TROUBLE  Slack: it can't be asked which workspace SLACK_BOT_TOKEN belongs to: ",
		"its workspace and channels were not looked at\n         -> see whether this machine reaches Slack; slack.workspace in the file says it, too\n",
		"\n2 to do.\n",
	} {
		if !strings.Contains(r.out, line) {
			t.Errorf("it does not say %q:\n%s", line, r.out)
		}
	}
}
