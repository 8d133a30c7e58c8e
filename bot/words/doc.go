// Package words is every sentence the bot says, typed, in English, Simplified
// Chinese and Japanese.
//
// To add a sentence:
//
//  1. Write it in <area>.en.json, <area>.zh-Hans.json and <area>.ja.json under
//     the same dotted key: "ring.first_response.left": "{{.Incident}} has {{.Left}} left".
//     A sentence with a number takes {"one": ..., "other": ...} in English and
//     {"other": ...} in the other two. Add "description" where a translator
//     needs one. Only {{.Name}} may stand in braces.
//  2. Name the arguments so that their end tells the type: ...At, ...By, ...Due,
//     ...Since, ...Until are moments; ...Left and ...Late are moments shown as the
//     time until or since then; ...Duration; ...Count; ...Text is a sentence made
//     before; anything else is text from people and is cleaned.
//  3. Run go generate ./bot/words and call In(lang).RingFirstResponseLeft(incident, left).
//     Keys of a family (see package catalog: "code.", "refusal.", ...) get no
//     method; they are found with Look, Code or Refusal.
//
// go test ./bot/words tells what a file lacks. A Text is rendered when it is
// sent, for a Reader.
package words
