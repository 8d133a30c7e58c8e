package main

import (
	"net/url"
	"strings"

	"example.com/firstcall/adapters/slack"
)

type slackManifestCommand struct {
	Public string `placeholder:"URL" help:"The address by which Slack reaches this server, like https://firstcall.example."`
	Socket bool   `help:"For Socket Mode, where nothing can reach this machine from outside."`
}

// Help is shown by firstcall slack-manifest --help.
func (slackManifestCommand) Help() string {
	return `At https://api.slack.com/apps choose "Create New App", then "From a manifest", and paste what this prints:

  firstcall slack-manifest --public https://firstcall.example
  firstcall slack-manifest --socket

docs/slack.md goes on from there.`
}

// Run prints the manifest.
func (c slackManifestCommand) Run(w world) error {
	if c.Public == "" && !c.Socket {
		return misusef("say --public https://... where Slack can reach this server, or --socket where it can't")
	}
	if c.Public != "" && !isOrigin(c.Public) {
		return misusef("--public: %q is not an address like https://firstcall.example", c.Public)
	}
	_, err := w.out.WriteString(manifestFor(strings.TrimRight(c.Public, "/"), c.Socket))
	return err
}

// manifestHost stands in the manifest for the server's own address.
const manifestHost = "https://firstcall.example"

// manifestFor puts the server's address into the manifest. With Socket Mode Slack calls no address of ours, but still sends
// browsers to the one where the app is installed, if there is one.
func manifestFor(public string, socket bool) string {
	var out strings.Builder
	for line := range strings.Lines(string(slack.Manifest)) {
		text := strings.TrimSpace(line)
		switch {
		case strings.HasPrefix(text, "#"):
			continue // it tells what this command does
		case socket && (strings.HasPrefix(text, "url: ") || strings.HasPrefix(text, "request_url: ")):
			continue
		case public == "" && (text == "redirect_urls:" || strings.HasPrefix(text, "- "+manifestHost)):
			continue
		case socket && text == "socket_mode_enabled: false":
			line = strings.Replace(line, "false", "true", 1)
		}
		out.WriteString(strings.ReplaceAll(line, manifestHost, public))
	}
	return out.String()
}

// isOrigin says whether an address is one of a server, without a path.
func isOrigin(address string) bool {
	u, err := url.Parse(address)
	return err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Host != "" && strings.Trim(u.Path, "/") == "" && u.RawQuery == ""
}
