package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func environment(pairs ...string) func(string) string {
	all := map[string]string{}
	for i := 0; i < len(pairs); i += 2 {
		all[pairs[i]] = pairs[i+1]
	}
	return func(name string) string { return all[name] }
}

func configFile(t *testing.T, text string) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "firstcall.yaml")
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

func TestServeNeedsNoFile(t *testing.T) {
	c, err := readServeConfig("", environment("SLACK_BOT_TOKEN", "xoxb-1", "SLACK_SIGNING_SECRET", "s"))
	if err != nil || c.Listen != ":3000" || c.Slack == nil || c.Slack.Mode != "http" {
		t.Errorf("%+v, %v", c, err)
	}
	c, err = readServeConfig("", environment("SLACK_BOT_TOKEN", "xoxb-1", "SLACK_APP_TOKEN", "xapp-1"))
	if err != nil || c.Slack.Mode != "socket" {
		t.Errorf("with an app token alone: %+v, %v", c, err)
	}
}

func TestServeSaysAllThatIsMissing(t *testing.T) {
	for name, c := range map[string]struct {
		file string
		env  []string
		says []string
	}{
		"nothing":       {says: []string{"no platform is configured", "SLACK_SIGNING_SECRET or, for Socket Mode, SLACK_APP_TOKEN"}},
		"unknown key":   {file: "lisen: \":80\"\n", says: []string{"lisen", "line 1"}},
		"unknown mode":  {file: "slack: {mode: pigeon}\n", env: []string{"SLACK_BOT_TOKEN", "xoxb-1"}, says: []string{`"pigeon"`}},
		"wrong token":   {env: []string{"SLACK_BOT_TOKEN", "xoxp-1"}, says: []string{"xoxb-", "SLACK_SIGNING_SECRET is missing", "set SLACK_APP_TOKEN instead"}},
		"half of OAuth": {env: []string{"SLACK_CLIENT_ID", "1", "SLACK_SIGNING_SECRET", "s"}, says: []string{"go together", "public:", "FIRSTCALL_KEY is missing; with SLACK_CLIENT_ID other workspaces can install"}},
		"no key":        {env: []string{"SLACK_CLIENT_ID", "1", "FIRSTCALL_KEY", "canary"}, says: []string{"FIRSTCALL_KEY must be 32 random bytes"}},
		"other mode":    {file: "slack: {mode: http}\n", env: []string{"SLACK_BOT_TOKEN", "xoxb-1", "SLACK_APP_TOKEN", "xapp-1"}, says: []string{"SLACK_SIGNING_SECRET is missing", "say slack.mode: socket"}},
		"no TLS":        {file: "public: http://firstcall.example\n", env: []string{"SLACK_BOT_TOKEN", "xoxb-1", "SLACK_SIGNING_SECRET", "s"}, says: []string{"public:", "it must be https://"}},
		"public":        {file: "public: firstcall.example\n", env: []string{"SLACK_BOT_TOKEN", "xoxb-1", "SLACK_SIGNING_SECRET", "s"}, says: []string{"https://firstcall.example"}},
	} {
		t.Run(name, func(t *testing.T) {
			file := ""
			if c.file != "" {
				file = configFile(t, c.file)
			}
			_, err := readServeConfig(file, environment(c.env...))
			for _, s := range c.says {
				if err == nil || !strings.Contains(err.Error(), s) {
					t.Errorf("nothing is said of %q: %v", s, err)
				}
			}
			if err != nil && (strings.Contains(err.Error(), "xoxp-1") || strings.Contains(err.Error(), "canary")) {
				t.Errorf("a secret is shown: %v", err)
			}
		})
	}
}
