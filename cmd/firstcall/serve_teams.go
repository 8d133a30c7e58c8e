package main

import (
	"cmp"
	"fmt"
	"net/http"
	"os"
	"strings"

	"example.com/firstcall/adapters/teams"
)

// teamsPlatform names Teams in events and destinations.
const teamsPlatform = "teams"

// teams prepares Teams as it is configured.
func (s *service) teams() (platform, error) {
	options := s.config.Teams.options(teamsSecretsOf(s.env))
	options.Handle, options.Now, options.Log = s.handle, s.clock.Now, s.log
	options.Seen, options.SeenCall = s.metrics.Request(teamsPlatform), s.metrics.Call(teamsPlatform)
	chat, err := teams.New(options)
	if err != nil {
		return platform{}, err
	}
	return platform{name: teamsPlatform, chat: chat, routes: map[string]http.Handler{"/api/messages": chat}, close: chat.Close}, nil
}

// options are those of the registration and its cloud.
func (c *teamsConfig) options(s teamsSecrets) teams.Options {
	o := teams.Options{AppID: s.appID, AppPassword: s.password, AppTenant: s.tenant, AppType: s.kind, Cloud: teams.PublicCloud}
	if c.Cloud == "usgov" {
		o.Cloud = teams.USGovCloud
	}
	if in := c.StandIn; in != nil {
		o.Cloud = teams.Cloud{Login: in.Origin, Metadata: in.Metadata, Issuer: in.Issuer, Scope: in.Scope, Origins: []string{in.Origin}}
	}
	return o
}

type teamsPackageCommand struct {
	Public     string `required:"" placeholder:"URL" help:"The address by which Teams reaches this server, like https://firstcall.example."`
	AppID      string `name:"app-id" placeholder:"GUID" help:"The bot's application id; MicrosoftAppId where it is left out."`
	Output     string `short:"o" default:"firstcall-teams.zip" placeholder:"FILE" help:"Where to write the package (${default})."`
	Developer  string `default:"firstcall" help:"Who offers the app, as people see it: your organisation's name, at most 32 characters (${default})."`
	Website    string `placeholder:"URL" help:"What Teams shows beside it; the public address where it is left out."`
	Privacy    string `placeholder:"URL" help:"Your privacy statement; likewise."`
	Terms      string `placeholder:"URL" help:"Your terms of use; likewise."`
	AppVersion string `default:"1.0.0" placeholder:"N.N.N" help:"Teams takes a changed package only with a higher one (${default})."`
}

// Help is shown by firstcall teams-package --help.
func (teamsPackageCommand) Help() string {
	return `Writes the app package that an administrator uploads in the Teams admin center, under "Manage apps":

  MicrosoftAppId=... firstcall teams-package --public https://firstcall.example -o firstcall-teams.zip

docs/teams.md goes on from there.`
}

// Run writes the package.
func (c teamsPackageCommand) Run(w world) error {
	if !isOrigin(c.Public) || !strings.HasPrefix(c.Public, "https://") {
		return misusef("--public: %q is not an address like https://firstcall.example", c.Public)
	}
	o := teams.PackageOptions{
		AppID: cmp.Or(c.AppID, teamsSecretsOf(w.env).appID), Version: c.AppVersion, Developer: c.Developer, Public: strings.TrimRight(c.Public, "/"),
	}
	if o.AppID == "" {
		return misusef("say --app-id, or set MicrosoftAppId: the application (client) id of the bot's app registration")
	}
	o.Website, o.Privacy, o.Terms = cmp.Or(c.Website, o.Public), cmp.Or(c.Privacy, o.Public), cmp.Or(c.Terms, o.Public)
	packed, err := teams.Package(o)
	if err != nil {
		return misused{err}
	}
	if err := os.WriteFile(c.Output, packed, 0o644); err != nil {
		return fmt.Errorf("write the app package: %w", err)
	}
	note(w.out, "%s is for the app %s at %s/api/messages.", c.Output, o.AppID, o.Public)
	return nil
}
