package words

import "strings"

// slashCommand is how our sentences write a command, and how it is shown where
// nothing else is said: "/incident help", and "/incident" alone to report.
const slashCommand = "/incident"

// mention begins a command where a platform has none with a slash.
const mention = "@firstcall"

// The number in the token of a Command.
const (
	commandVerb  = 0
	commandAlone = 1
)

func commandNumber(alone bool) int64 {
	if alone {
		return commandAlone
	}
	return commandVerb
}

// Say is how a command is begun: with a verb, or alone, which reports. The
// platform decides when it is sent what people type there.
func Say(verb string) Text {
	if verb == "" {
		return token(Command, commandAlone)
	}
	return Join(" ", token(Command, commandVerb), Plain(verb))
}

// command is what this reader types.
func (r Reader) command(alone bool) string {
	switch {
	case !r.Mentions:
		return slashCommand
	case alone:
		return mention + " " + reportWords[Match(r.Lang)]
	}
	return mention
}

// reportWords are what people say to report, as menus of commands have them.
var reportWords = map[string]string{"en": "incident", "zh-Hans": "支持案例", "ja": "インシデント"}

// withCommands turns the commands in the literal text of a sentence of ours into
// tokens. Text from people never comes here.
func withCommands(literal string) string {
	before, rest, found := strings.Cut(literal, slashCommand)
	if !found {
		return literal
	}
	var b strings.Builder
	for found {
		b.WriteString(before)
		b.WriteString(string(token(Command, commandNumber(!verbFollows(rest)))))
		before, rest, found = strings.Cut(rest, slashCommand)
	}
	return b.String() + before
}

// verbFollows says whether the text goes on with a verb: a word in small Latin
// letters that doesn't belong to an English sentence around the command.
func verbFollows(rest string) bool {
	word, is := strings.CutPrefix(rest, " ")
	if end := strings.IndexFunc(word, func(r rune) bool { return r < 'a' || r > 'z' }); end >= 0 {
		word = word[:end]
	}
	return is && word != "" && word != "to"
}
