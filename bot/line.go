package bot

// How the rest of a command's line answers the questions of its verb.

import (
	"regexp"
	"slices"
	"strings"

	"example.com/firstcall/bot/words"
	"example.com/firstcall/domain"
)

// fillFromLine reads a command's line into its fields: "key: value" and
// "key=value" pieces by name, choices and times by their shape, and the rest
// into the field that takes text.
func (v *visit) fillFromLine(fields []Field, tail string) (map[string]string, error) {
	values := map[string]string{}
	tail = strings.TrimSpace(tail)
	for _, f := range fields {
		if m := regexp.MustCompile(`(?:^|\s)` + f.Key + `=(\S+)`).FindStringSubmatchIndex(tail); m != nil {
			value, err := v.read(f, tail[m[2]:m[3]])
			if err != nil {
				return nil, err
			}
			values[f.Key], tail = value, strings.TrimSpace(tail[:m[0]]+tail[m[1]:])
		}
	}
	left := slices.DeleteFunc(slices.Clone(fields), func(f Field) bool { return values[f.Key] != "" })
	for tail != "" && len(left) > 0 {
		n, value, used, err := v.nextOnLine(left, tail)
		if err != nil {
			return nil, err
		}
		if n < 0 {
			break
		}
		values[left[n].Key], tail = value, strings.TrimSpace(tail[used:])
		left = slices.Delete(left, n, n+1)
	}
	if tail != "" {
		return nil, domain.Refuse("too_many_words", "given", words.Line(tail))
	}
	return values, nil
}

// nextOnLine finds the field that the start of a line answers: the first that
// can be read from it, and else the one that takes words. It says how much of
// the line that was; n is -1 when nothing fits.
func (v *visit) nextOnLine(left []Field, tail string) (n int, value string, used int, err error) {
	word := firstWord(tail)
	clock := clockLike.MatchString(word)
	var wrong error
	for n, f := range left {
		if f.Kind == FieldLong || f.Kind == FieldText && n == len(left)-1 {
			if wrong != nil {
				break
			}
			value, err := v.read(f, strings.TrimPrefix(tail, f.Key+": "))
			return n, value, len(tail), err
		}
		if clock && f.Kind == FieldText && slices.ContainsFunc(left, func(f Field) bool { return f.Kind == FieldTime }) {
			continue // "17:10 2503…" is a moment and a number
		}
		if wrong != nil && f.Kind == FieldText {
			break // which would take anything
		}
		if usual, is := lineUsual(f); is {
			if value, used := saidInFull(f, tail); used > 0 {
				return n, value, used, nil
			}
			return n, usual, 0, nil
		}
		value, used, err := v.readStart(f, tail, word)
		if err == nil {
			return n, value, used, nil
		}
		if wrong == nil && !f.Optional || clock && f.Kind == FieldTime || n == len(left)-1 && isAhead(err) {
			wrong = err
		}
	}
	return -1, "", 0, wrong
}

// clockLike is what was surely meant as a time of day.
var clockLike = regexp.MustCompile(`^\d{1,3}[:：]\d+$`)

// lineUsual is what a command's line means that doesn't say: an engineer who
// asks something asks a question, and change control only by its name.
func lineUsual(f Field) (string, bool) {
	return string(domain.AskQuestion), f.Key == fieldWhat && hasOption(f, string(domain.AskQuestion))
}

// saidInFull reads an option by its whole name from the start of a line.
func saidInFull(f Field, tail string) (value string, used int) {
	for _, o := range f.Options {
		for _, name := range []string{o.Value, strings.ReplaceAll(o.Value, "_", " "), string(o.Label)} {
			if len(name) > used && len(tail) >= len(name) && strings.EqualFold(tail[:len(name)], name) &&
				(len(tail) == len(name) || strings.ContainsAny(tail[len(name):len(name)+1], " :,")) {
				value, used = o.Value, len(name)
			}
		}
	}
	if used > 0 {
		used += len(tail[used:]) - len(strings.TrimLeft(tail[used:], " :,"))
	}
	return value, used
}

// readStart reads a field from the first word of a line, or a time from its
// first two or three: "20 min ago".
func (v *visit) readStart(f Field, tail, word string) (value string, used int, err error) {
	parts := strings.Fields(tail)
	upTo := func(n int) (used int) {
		for _, part := range parts[:n] {
			used += strings.Index(tail[used:], part) + len(part)
		}
		return used
	}
	switch {
	case f.Kind == FieldTime:
		for n := min(3, len(parts)); n > 1; n-- {
			if value, err := v.read(f, strings.Join(parts[:n], " ")); err == nil {
				return value, upTo(n), nil
			}
		}
	case f.Key == fieldValue: // the right value of a fact: a way, a time, or both
		way := 0
		if len(parts) > 0 && ways[strings.ToLower(parts[0])] != "" {
			way = 1
		}
		for n := min(way+3, len(parts)); n > way; n-- {
			if _, err := parseWhen(strings.Join(parts[way:n], " "), v.now, zoneOf(v.zone)); err == nil {
				return strings.Join(parts[:n], " "), upTo(n), nil
			}
		}
	}
	value, err = v.read(f, word)
	return value, len(firstWord(tail)), err
}
