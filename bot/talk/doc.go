// Package talk plays a conversation script, line by line, on any surface that
// people can speak through: a terminal, or a platform's strict fake.
//
//	# A comment, and blank lines, are kept.
//	ana in #contoso> /incident          a person speaks in a place
//	kenji> show INC-1                   or to the bot in private
//	ana in #contoso> [Acknowledge]      presses the button of that label
//	ana in #contoso> severity: 1        fills a field of the open form
//	ana in #contoso> """                text of many lines, until the next """
//	ana in #contoso under INC-1> hello  says it in the thread of the incident's card
//	ana in #contoso edits> hello you    rewords what she said there last
//	ana in #contoso removes>            takes it away
//	wait 8m                             the clock moves through all that is due
//	clock 2026-03-02T12:00:00Z          the clock jumps: an outage until then
//	chat down                           the platform refuses messages (chat up)
//	restart                             the bot's process ends, another takes over
//	/who, /demo, /quit                  what the stage itself shows; the end
//	bot in #engineers> INC-1 has …      what the bot said, skipped when played
//	    a line of four spaces goes on with the one above
//
// Before the > may stand what is attached, "with trace.log https://files.example/7",
// as often as wanted, and of which message a report is made, "from https://chat.example/9".
//
// In what people say \n is a line end, \u202e and \x00 are characters by number, and
// \times{1000}{ab} repeats.
//
// What is played comes out as the same script with what the bot says now, so a
// talk is its own expectation: comparing whole texts checks silence, too.
package talk
