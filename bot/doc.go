// Package bot is the conversation: it turns what people say, and what the
// clock says, into decisions of package domain, and those into messages.
//
//	people --Handle--> change --> domain --> keep --> Store (incident, wake, rings, cards, journal)
//	clock  --Wake----> Fire   --> domain --> keep
//	clock  --Deliver-> Store (rings, cards, by destination) --> Chat
//
// A button, a command and an alarm are the same thing to an incident. Nothing
// is said before it is written down, and nothing is sent inside a transaction.
package bot
