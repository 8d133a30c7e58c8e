// Package terms answers one question: what does the customer's support agreement
// owe for this incident? The rules of one edition of the support terms are data
// (editions/*.json), checked and compiled once; [Edition.Resolve] applies them.
//
//	edition + case (severity, product, plans, when) -> commitment, rejected plans, rows used
//
// Every fact keeps the ids of the catalogue rows that it rests on, so that a
// person can ask why. Facts are codes; the words for them live elsewhere. The
// times are the provider's targets: nothing here is a guarantee, and the terms
// promise no time of resolution.
//
// Nothing here reads a clock, a file, a database or a chat.
package terms
