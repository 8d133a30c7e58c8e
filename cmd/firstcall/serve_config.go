package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"regexp"
	"strings"

	"go.yaml.in/yaml/v4"

	"example.com/firstcall/cmd/firstcall/setup"
)

// serveConfig is the file of `firstcall serve`. Secrets are never in it, but in the environment.
type serveConfig struct {
	// Listen is the address of the HTTP server.
	Listen string `yaml:"listen"`
	// Public is the address by which browsers and platforms reach it from outside.
	Public string       `yaml:"public"`
	Slack  *slackConfig `yaml:"slack"`
	Teams  *teamsConfig `yaml:"teams"`
}

type slackConfig struct {
	// Mode is how Slack reaches us: "http", or "socket" where nothing can reach this machine from outside.
	Mode string `yaml:"mode"`
	// Workspace is the provider's own, to which SLACK_BOT_TOKEN belongs; Slack is asked where it is left out.
	Workspace string `yaml:"workspace"`
	// API is another address of Slack's Web API, for tests.
	API string `yaml:"api"`
}

// slackSecrets are what the environment says of Slack, under the names that Slack's own tools use.
type slackSecrets struct{ botToken, signing, appToken, clientID, clientSecret string }

func slackSecretsOf(env func(string) string) slackSecrets {
	get := func(name string) string { return strings.TrimSpace(env(name)) }
	return slackSecrets{
		botToken: get("SLACK_BOT_TOKEN"), signing: get("SLACK_SIGNING_SECRET"), appToken: get("SLACK_APP_TOKEN"),
		clientID: get("SLACK_CLIENT_ID"), clientSecret: get("SLACK_CLIENT_SECRET"),
	}
}

func (s slackSecrets) any() bool { return s != slackSecrets{} }

// teamsConfig is what of Teams is no secret.
type teamsConfig struct {
	// Cloud is where Microsoft runs the tenant: "public", or "usgov".
	Cloud string `yaml:"cloud"`
	// StandIn takes the place of Microsoft's services, for tests. It is on this machine, and as strict as they are.
	StandIn *teamsStandIn `yaml:"stand_in"`
}

type teamsStandIn struct {
	Origin   string `yaml:"origin"` // of the token endpoint and the service URLs
	Metadata string `yaml:"metadata"`
	Issuer   string `yaml:"issuer"`
	Scope    string `yaml:"scope"`
}

// teamsSecrets are what the environment says of Teams, under the names that Microsoft's samples use.
type teamsSecrets struct{ appID, password, tenant, kind string }

func teamsSecretsOf(env func(string) string) teamsSecrets {
	get := func(name string) string { return strings.TrimSpace(env(name)) }
	return teamsSecrets{
		appID: get("MicrosoftAppId"), password: get("MicrosoftAppPassword"), tenant: get("MicrosoftAppTenantId"), kind: get("MicrosoftAppType"),
	}
}

func (s teamsSecrets) any() bool { return s != teamsSecrets{} }

// plainYAML takes out of the library's errors what only a programmer understands.
var plainYAML = regexp.MustCompile(`yaml: | in(?:to| type) main\.\w+`)

// readServeConfig reads the file; without one everything is as usual. What is wrong is said all at once.
func readServeConfig(name string, env func(string) string) (serveConfig, error) {
	c := serveConfig{}
	if name != "" {
		text, err := os.ReadFile(name)
		if err != nil {
			return c, fmt.Errorf("read the configuration: %w", err)
		}
		d := yaml.NewDecoder(bytes.NewReader(text))
		d.KnownFields(true)
		if err := d.Decode(&c); err != nil && !errors.Is(err, io.EOF) {
			return c, fmt.Errorf("%s: %s", name, plainYAML.ReplaceAllString(err.Error(), ""))
		}
	}
	if c.Listen == "" {
		c.Listen = ":3000"
	}
	secrets := slackSecretsOf(env)
	if c.Slack == nil && secrets.any() {
		c.Slack = &slackConfig{}
	}
	microsoft := teamsSecretsOf(env)
	if c.Teams == nil && microsoft.any() {
		c.Teams = &teamsConfig{}
	}
	var wrong []string
	if c.Public != "" {
		if trouble := publicTrouble(c.Public); trouble != "" {
			wrong = append(wrong, "public: "+trouble)
		}
		c.Public = strings.TrimRight(c.Public, "/")
	}
	if c.Slack != nil {
		wrong = append(wrong, c.Slack.check(secrets, c.Public, env)...)
	}
	if c.Teams != nil {
		wrong = append(wrong, c.Teams.check(microsoft)...)
	}
	if c.Slack == nil && c.Teams == nil {
		wrong = append(wrong, "no platform is configured: for Slack set SLACK_BOT_TOKEN, and SLACK_SIGNING_SECRET or, for Socket Mode, SLACK_APP_TOKEN (docs/slack.md shows how);"+
			" for Teams set MicrosoftAppId, MicrosoftAppPassword and MicrosoftAppTenantId (docs/teams.md)")
	}
	if len(wrong) == 1 {
		return c, errors.New("this can't be served: " + wrong[0])
	}
	if len(wrong) > 1 {
		return c, errors.New("this can't be served:\n  " + strings.Join(wrong, "\n  "))
	}
	return c, nil
}

func (c *slackConfig) check(s slackSecrets, public string, env func(string) string) (wrong []string) {
	want := func(fine bool, what string) {
		if !fine {
			wrong = append(wrong, what)
		}
	}
	if c.Mode == "" {
		c.Mode = "http"
		if s.signing == "" && s.appToken != "" {
			c.Mode = "socket"
		}
	}
	install := s.clientID != "" || s.clientSecret != ""
	want(s.botToken != "" || install, "Slack: SLACK_BOT_TOKEN is missing (it begins with xoxb-), or SLACK_CLIENT_ID and SLACK_CLIENT_SECRET to let workspaces install the app")
	want(s.botToken == "" || strings.HasPrefix(s.botToken, "xoxb-"), "Slack: SLACK_BOT_TOKEN is no bot token: one begins with xoxb-")
	switch c.Mode {
	case "http":
		instead := "set SLACK_APP_TOKEN instead where nothing can reach this machine from outside (Socket Mode; it begins with xapp-)"
		if s.appToken != "" {
			instead = "say slack.mode: socket, for which SLACK_APP_TOKEN is"
		}
		want(s.signing != "", "Slack: SLACK_SIGNING_SECRET is missing; without it nothing that comes by HTTP can be believed. Or "+instead)
	case "socket":
		want(strings.HasPrefix(s.appToken, "xapp-"), "Slack: Socket Mode wants SLACK_APP_TOKEN, an app-level token that begins with xapp-")
	default:
		want(false, fmt.Sprintf("slack.mode: %q is neither http nor socket", c.Mode))
	}
	if install {
		want(s.clientID != "" && s.clientSecret != "", "Slack: SLACK_CLIENT_ID and SLACK_CLIENT_SECRET go together")
		want(public != "", "public: the address of this server is missing; Slack sends administrators back to it")
		if env("FIRSTCALL_KEY") == "" {
			want(false, "Slack: FIRSTCALL_KEY is missing; with SLACK_CLIENT_ID other workspaces can install the app, and it seals their tokens"+
				" in the database. Make one, and keep it: openssl rand -base64 32")
		} else {
			_, err := newSeal(env("FIRSTCALL_KEY"))
			want(err == nil, errKey.Error())
		}
	}
	return wrong
}

// kinds of registrations, by the names of Microsoft's samples, with what to say of those that can't be served.
var teamsKinds = map[string]string{
	"":             "",
	"SingleTenant": "",
	"MultiTenant":  "MicrosoftAppType is MultiTenant, which Azure doesn't register any more; register the bot as SingleTenant",
	"UserAssignedMSI": "MicrosoftAppType is UserAssignedMSI, a managed identity, which firstcall can't use;" +
		" register the bot as SingleTenant and give it a client secret",
}

func (c *teamsConfig) check(s teamsSecrets) (wrong []string) {
	want := func(fine bool, what string) {
		if !fine {
			wrong = append(wrong, "Teams: "+what)
		}
	}
	trouble, known := teamsKinds[s.kind]
	want(known, fmt.Sprintf("MicrosoftAppType is %q; it must be SingleTenant", s.kind))
	want(trouble == "", trouble)
	want(s.appID != "", "MicrosoftAppId is missing: the application (client) id of the app registration")
	want(s.password != "" || s.kind == "UserAssignedMSI", "MicrosoftAppPassword is missing: the value of a client secret of the app registration")
	want(s.tenant != "", "MicrosoftAppTenantId is missing: the directory (tenant) id of the app registration")
	for _, id := range [][2]string{
		{"MicrosoftAppId", s.appID}, {"MicrosoftAppTenantId", s.tenant},
	} { // what is there may be the secret in the wrong place, so it isn't shown
		want(id[1] == "" || setup.IsGUID(id[1]), id[0]+" is no GUID like 11111111-2222-4333-8444-555555555555; copy it from the Azure Bot's Configuration")
	}
	if c.Cloud == "" {
		c.Cloud = "public"
	}
	if c.Cloud != "public" && c.Cloud != "usgov" {
		wrong = append(wrong, fmt.Sprintf("teams.cloud: %q is neither public nor usgov", c.Cloud))
	}
	if c.StandIn != nil && !(onThisMachine(c.StandIn.Origin) && onThisMachine(c.StandIn.Metadata)) {
		wrong = append(wrong, "teams.stand_in: it is for tests, and must be on this machine, at 127.0.0.1")
	}
	return wrong
}

// onThisMachine says whether an address leads nowhere else: whoever may choose another one could say whose word is believed.
func onThisMachine(address string) bool {
	u, err := url.Parse(address)
	return err == nil && u.Scheme == "http" && u.Hostname() == "127.0.0.1"
}
