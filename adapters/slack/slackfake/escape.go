package slackfake

import (
	"regexp"
	"strings"
)

// control is what Slack would take for a mention, a link or a command.
var control = regexp.MustCompile(`<[^<>\s][^<>]*>`)

// broadcast pings many people.
var broadcast = regexp.MustCompile(`<!(channel|here|everyone)[|>]`)

// remember keeps the control sequences of a text that a person typed raw, in a
// form or a command. The lock is held.
func (s *Slack) remember(text string) {
	s.typed = append(s.typed, control.FindAllString(text, -1)...)
}

// checkEscaped fails the test if the app's text carries a control sequence
// that a person typed, or pings a whole channel. The lock is held.
func (s *Slack) checkEscaped(text string, blocks []Block) {
	s.checkText(text)
	for _, b := range blocks {
		s.checkTexts(b)
	}
}

func (s *Slack) checkTexts(v any) {
	switch v := v.(type) {
	case []any:
		for _, x := range v {
			s.checkTexts(x)
		}
	case Block:
		if text, ok := v["text"].(string); ok && v["type"] == "mrkdwn" {
			s.checkText(text)
			return
		}
		for _, x := range v {
			s.checkTexts(x)
		}
	}
}

func (s *Slack) checkText(text string) {
	for _, typed := range s.typed {
		if strings.Contains(text, typed) {
			s.fail("%q was typed by a person and is sent unescaped: %s", typed, text)
			return
		}
	}
	if ping := broadcast.FindString(text); ping != "" && !s.broadcasts {
		s.fail("the app pings everybody (%s): %s", ping, text)
	}
}
