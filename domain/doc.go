// Package domain holds the rules of incident support: how bad it is, what the
// agreement owes and by when, who is called when nobody answers, and what a
// person may do.
//
//	incident + what happened + now  ->  Outcome: incident', notices, journal
//
// Every rule is a function of its arguments. Nothing here reads a clock, a
// file, a database or a chat, and the only imports are from the standard
// library. What the support terms say is in package terms, business time in
// package calendar.
package domain
