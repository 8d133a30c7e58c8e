// Package slackfake is a strict Slack for tests, in this process.
//
// It answers the Web API, keeps what a workspace would keep (channels,
// messages, views, pins), plays the people who use the app, and delivers what
// they do over signed HTTP or Socket Mode. A method that it does not know and
// a payload that Slack would refuse fail the test, unless the test announced
// it (Allow) or injected a fault (Inject).
//
// All instants that a person or the app can see come from the clock given to
// New. Only the three seconds an app has to answer are measured in real time,
// because they are a property of the program and not of the story.
//
// Everything that a test does returns after the app has answered, so a test
// reads like a script: somebody acts, then the test looks.
package slackfake
