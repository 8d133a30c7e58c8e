package main

import (
	"strings"
	"testing"

	"go.yaml.in/yaml/v4"
)

// printed is what of a manifest depends on the server.
type printed struct {
	Features struct {
		Commands []struct{ Command, URL string } `yaml:"slash_commands"`
	}
	OAuth struct {
		Redirect []string `yaml:"redirect_urls"`
		Scopes   struct{ Bot []string }
	} `yaml:"oauth_config"`
	Settings struct {
		Events struct {
			URL  string   `yaml:"request_url"`
			List []string `yaml:"bot_events"`
		} `yaml:"event_subscriptions"`
		Interactivity struct {
			Enabled bool   `yaml:"is_enabled"`
			URL     string `yaml:"request_url"`
		}
		Socket bool `yaml:"socket_mode_enabled"`
	}
}

func TestSlackManifest(t *testing.T) {
	for _, c := range []struct {
		args            []string
		inbound, backTo string
		socket          bool
	}{
		{[]string{"--public", "https://bot.harbour.example/"}, "https://bot.harbour.example/slack/events", "https://bot.harbour.example/slack/oauth_redirect", false},
		{[]string{"--socket"}, "", "", true},
		{[]string{"--socket", "--public", "https://bot.harbour.example"}, "", "https://bot.harbour.example/slack/oauth_redirect", true},
	} {
		r := firstcall(t, "", nil, append([]string{"slack-manifest"}, c.args...)...)
		if r.status != fine || strings.Contains(r.out, "firstcall.example") {
			t.Errorf("%v: %d %s\n%s", c.args, r.status, r.err, r.out)
		}
		var m printed
		if err := yaml.Unmarshal([]byte(r.out), &m); err != nil {
			t.Fatalf("%v: %v\n%s", c.args, err, r.out)
		}
		if m.Settings.Socket != c.socket || m.Settings.Events.URL != c.inbound || m.Settings.Interactivity.URL != c.inbound ||
			len(m.Features.Commands) != 1 || m.Features.Commands[0].URL != c.inbound || strings.Join(m.OAuth.Redirect, " ") != c.backTo {
			t.Errorf("%v: %+v", c.args, m)
		}
		if len(m.OAuth.Scopes.Bot) < 10 || len(m.Settings.Events.List) < 10 || !m.Settings.Interactivity.Enabled || m.Features.Commands[0].Command != "/incident" {
			t.Errorf("%v has lost something: %+v", c.args, m)
		}
	}
	for _, args := range [][]string{nil, {"--public", "bot.harbour.example"}, {"--public", "https://bot.harbour.example/slack"}} {
		if r := firstcall(t, "", nil, append([]string{"slack-manifest"}, args...)...); r.status != misuse || !strings.Contains(r.err, "--public") || r.out != "" {
			t.Errorf("%v: %d %s%s", args, r.status, r.err, r.out)
		}
	}
}
