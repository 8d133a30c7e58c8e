package words

import (
	"strings"
	"testing"
	"time"
)

// What begins a command is the platform's: a slash where there are such
// commands, a mention of the bot elsewhere, and there a word to report.
func TestCommandsAreSaidAsThePlatformHasThem(t *testing.T) {
	for _, c := range []struct {
		lang            string
		text            Text
		slash, mentions string
	}{
		{"en", Say("help"), "/incident help", "@firstcall help"},
		{"en", Say(""), "/incident", "@firstcall incident"},
		{"zh-Hans", Say(""), "/incident", "@firstcall 支持案例"},
		{"ja", Say(""), "/incident", "@firstcall インシデント"},
		{"en", In("en").GuideOpen(), "/incident — report", "@firstcall incident — report"},
		{"zh-Hans", In("zh-Hans").GuideOpen(), "/incident — 报告", "@firstcall 支持案例 — 报告"},
		{"ja", In("ja").GuideOpen(), "/incident — インシデント", "@firstcall インシデント — インシデント"},
		{"en", In("en").GuideRead(), "/incident list · show INC-1", "@firstcall list · show INC-1"},
		{"en", In("en").Hello(), "Type /incident to report one, /incident help for", "Type @firstcall incident to report one, @firstcall help for"},
		{"ja", In("ja").RingCaseMissing("SAK-1"), "。/incident case SAK-1", "。@firstcall case SAK-1"},
		// Inside another sentence, too, as a refusal or a ring has it.
		{"en", In("en").DeliveryUndelivered("Kenji", In("en").RingCaseMissing("INC-1")), "/incident case INC-1", "@firstcall case INC-1"},
		// What people wrote is theirs, and what was stored before this was so reads as it did.
		{"en", In("en").UnknownWord("/incident hepl"), `"/incident hepl". Type /incident help`, `"/incident hepl". Type @firstcall help`},
		{"en", "Type /incident help", "Type /incident help", "Type /incident help"},
	} {
		for mentions, want := range map[bool]string{false: c.slash, true: c.mentions} {
			got := c.text.Render(Reader{Lang: c.lang, Zone: time.UTC, Mentions: mentions}, time.Time{})
			if !strings.Contains(got, want) {
				t.Errorf("%s (mentions: %v): %q, want %q", c.lang, mentions, got, want)
			}
		}
	}
}

// No sentence of ours keeps a slash that Teams' people would type in vain.
func TestEverySentenceLeavesItsCommandsToThePlatform(t *testing.T) {
	found := 0
	for _, lang := range Languages() {
		w := In(lang)
		for n, m := range w.messages {
			for _, s := range m.other {
				if strings.Contains(s.literal, slashCommand) {
					t.Errorf("%s: %s has %q", lang, w.table[n].key, s.literal)
				}
				found += strings.Count(s.literal, string(tokenStart)+string(Command))
			}
		}
	}
	if found < 60 {
		t.Errorf("only %d commands were found in the sentences", found)
	}
}
