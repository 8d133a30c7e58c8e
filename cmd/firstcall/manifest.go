package main

import (
	"fmt"
	"net/url"
	"slices"
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
	if c.Public != "" {
		if trouble := publicTrouble(c.Public); trouble != "" {
			return misusef("--public: %s", trouble)
		}
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
	return err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Hostname() != "" && strings.Trim(u.Path, "/") == "" && u.RawQuery == ""
}

// publicTrouble says what is wrong with the address of a server that platforms and browsers shall reach; "" when nothing is.
// Without TLS they go to this machine only, where somebody tries things out.
func publicTrouble(address string) string {
	if !isOrigin(address) {
		return fmt.Sprintf("%q is not an address like https://firstcall.example", address)
	}
	u, err := url.Parse(address)
	if err != nil || u.Scheme == "http" && !slices.Contains([]string{"localhost", "127.0.0.1", "::1"}, u.Hostname()) {
		return fmt.Sprintf("%q begins with http://; it must be https:// (only localhost may do without), as nothing else is called from outside", address)
	}
	return ""
}
