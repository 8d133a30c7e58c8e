package slack

import (
	_ "embed" // The manifest is part of the program, so that doctor can compare it.
)

// Manifest is the description of the app that an administrator gives to Slack.
//
//go:embed manifest.yml
var Manifest []byte

// Scopes are what the code needs a workspace to allow, with what it needs each for.
func Scopes() map[string]string {
	return map[string]string{
		"app_mentions:read": "hearing its name in a channel",
		"channels:history":  "reading what is said in a card's thread, and finding its own messages again",
		"channels:join":     "entering a public channel that it shall write to",
		"channels:read":     "seeing whether a channel is there",
		"chat:write":        "writing at all",
		"commands":          "/incident and the shortcuts",
		"files:read":        "passing files on as links",
		"groups:history":    "reading what is said in a card's thread of a private channel",
		"groups:read":       "seeing whether a private channel is there",
		"groups:write":      "making a channel for a critical incident",
		"im:history":        "reading direct messages to it",
		"im:read":           "seeing its direct conversations",
		"im:write":          "writing to a person directly",
		"mpim:history":      "reading group messages that it is in",
		"mpim:read":         "seeing group messages that it is in",
		"pins:write":        "pinning the card with which incidents are reported",
		"users:read":        "knowing a person's language and time zone",
		"users:read.email":  "knowing who a person is by the e-mail address",
	}
}
