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
	for _, c := range []struct {
		public, says string
	}{
		{"", "--public"},
		{"bot.harbour.example", "--public"},
		{"https://bot.harbour.example/slack", "not an address like"},
		{"https://:8443", "not an address like"},
		{"http://bot.harbour.example", "it must be https://"},
		{"http://localhost.harbour.example", "it must be https://"},
	} {
		var args []string
		if c.public != "" {
			args = []string{"--public", c.public}
		}
		if r := firstcall(t, "", nil, append([]string{"slack-manifest"}, args...)...); r.status != misuse || !strings.Contains(r.err, c.says) || r.out != "" {
			t.Errorf("%v: %d %s%s", args, r.status, r.err, r.out)
		}
	}
	for _, here := range []string{"http://localhost:3000", "http://127.0.0.1:3000", "http://[::1]:3000"} {
		if r := firstcall(t, "", nil, "slack-manifest", "--public", here); r.status != fine || !strings.Contains(r.out, here+"/slack/events") {
			t.Errorf("%s: %d %s", here, r.status, r.err)
		}
	}
}
