// Package surfacetest is what the tests of every chat platform share: the talks'
// set-ups, each on a database of its own, how a talk that was played is compared
// with its script, and the messages and forms of which each platform keeps what
// it makes of them. Only tests import it.
package surfacetest
