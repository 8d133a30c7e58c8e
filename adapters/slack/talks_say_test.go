package slack_test

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"example.com/firstcall/adapters/slack/slackfake"
	"example.com/firstcall/adapters/surfacetest"
	"example.com/firstcall/bot"
	"example.com/firstcall/bot/talk"
	"example.com/firstcall/bot/words"
)

// hand is what people do in a talk, and what they have before them.
type hand struct {
	bot   *bot.Bot
	calls []slackfake.Call     // those that are still to be read
	noted func(slackfake.Call) // told of each call, in order; nil tells nobody
	// answered is told of what people did and got as an answer.
	answered func(slackfake.Delivery)
	told     int               // of the deliveries
	pressed  map[string]string // the actions of the buttons that were pressed, by label; nil keeps none
	actions  map[string]string // what a label means where buttons read otherwise
	replies  map[string]bool   // private lines that were read, by channel and ts
	shown    []button          // in the order in which they were shown last
	windows  map[string]*window
	cards    map[string]spot // by who sees it and number
	remarks  map[seat]spot   // what somebody said last in a thread
	links    map[string]spot // the messages of which reports were made, by their address in the talk
}

func newHand() hand {
	return hand{replies: map[string]bool{}, windows: map[string]*window{}, cards: map[string]spot{}, remarks: map[seat]spot{}, links: map[string]spot{}}
}

type seat struct{ person, place string }

type spot struct{ channel, ts string }

// button is one that was shown, in a message.
type button struct {
	pressable
	at   spot
	to   string // "#contoso" or "ana"
	only string // of a line for one person
}

// window is the one that somebody has open.
type window struct {
	place    string // where it was opened
	id       string
	hash     string
	intro    string
	left     map[string]bool // questions that were left out
	typed    map[string]bool // what was typed since the window was shown; an error there is old
	untold   bool            // something was typed that the bot doesn't know yet
	answered []string        // the questions in the order in which they were answered
	again    string          // the question that is answered anew
}

func no(format string, args ...any) error {
	return &talk.NotUnderstood{Why: fmt.Sprintf(format, args...)}
}

// errNothing says that nothing was done, as nothing was said.
var errNothing = errors.New("nothing was said")

// Say implements talk.Surface: what a talk says is done the way Slack offers
// it, and what the person then sees is written down.
func (w *world) Say(_ context.Context, s talk.Said) error {
	w.t.Helper()
	if w.users[s.Person] == "" || s.Place != "" && w.channels[s.Place] == "" {
		return no("there is no %s or no %s", s.Person, s.Place)
	}
	err := w.act(s)
	if errors.Is(err, errNothing) {
		return nil
	}
	if err != nil {
		return err
	}
	w.quiet()
	if w.answered != nil {
		all := w.Deliveries()
		for _, d := range all[w.told:] {
			w.answered(d)
		}
		w.told = len(all)
	}
	w.note()
	return w.hear(s.Person, s.Place)
}

// means says whether a button is the one that somebody calls by a label.
func (w *world) means(label string, b pressable) bool {
	if b.action == w.actions[label] && b.action != "" || w.actions == nil && strings.EqualFold(b.label, label) {
		if w.pressed != nil {
			w.pressed[label] = b.action
		}
		return true
	}
	return false
}

// sends is the action by which a window's own button is known.
const sends = "submit"

func (w *world) act(s talk.Said) error {
	user, at := w.users[s.Person], seat{s.Person, s.Place}
	typed := strings.TrimSpace(s.Text)
	open := w.windows[s.Person]
	switch {
	case s.Under != "" && !strings.HasPrefix(typed, "["):
		where := s.Place
		if where == "" {
			where = s.Person
		}
		card, ok := w.cards[where+" "+strings.ToUpper(s.Under)]
		if !ok {
			return no("%s was shown no card of %s", where, s.Under)
		}
		ts, err := w.write(user, card.channel, card.ts, s)
		w.remarks[at] = spot{card.channel, ts}
		return err
	case s.Edits, s.Removes:
		last, ok := w.remarks[at]
		if !ok {
			return no("%s has said nothing in a thread there", s.Person)
		}
		if _, there := w.Message(last.channel, last.ts); !there {
			return errNothing // what is gone can't be edited
		}
		if s.Removes {
			w.DeleteMessage(user, last.channel, last.ts)
		} else {
			w.EditMessage(user, last.channel, last.ts, w.wire(s.Text))
		}
		return nil
	case strings.HasPrefix(typed, "/incident") && s.From == "" && len(s.Files) == 0 && w.hasCommand(s.Person):
		w.Slash(user, w.channel(user, s.Place), "/incident", w.wire(strings.TrimSpace(strings.TrimPrefix(typed, "/incident"))))
		return nil
	case strings.HasPrefix(typed, "/"), s.From != "":
		return w.speak(user, s)
	case strings.HasPrefix(typed, "[") && strings.HasSuffix(typed, "]"):
		return w.press(s.Person, s.Place, strings.TrimSpace(typed[1:len(typed)-1]))
	case open != nil && open.place == s.Place:
		return w.answer(s.Person, s.Text)
	case typed == "" && len(s.Files) == 0:
		return errNothing
	}
	return w.speak(user, s)
}

// hasCommand says whether somebody can type a slash command: people of a
// workspace that has the app, in the channels that others share with it, too.
func (w *world) hasCommand(person string) bool {
	_, installed := w.tokens[w.homes[person]]
	return installed
}

func (w *world) channel(user, place string) string {
	if place == "" {
		return w.DM(user)
	}
	return w.channels[place]
}

// speak says something on the top level. To somebody without commands
// "/incident" is a mention, and any other slash is typed behind a space, as
// Slack takes it for a command of its own.
func (w *world) speak(user string, s talk.Said) error {
	if s.From != "" {
		at, written := w.links[s.From]
		if !written {
			ts, err := w.write(user, w.channel(user, s.Place), "", talk.Said{Text: s.Text, Files: s.Files, Place: s.Place})
			if err != nil {
				return err
			}
			at = spot{w.channel(user, s.Place), ts}
			w.links[s.From] = at
		}
		m, _ := w.Message(at.channel, at.ts)
		if a := w.MessageShortcut(user, m, "report"); a.NotSent != "" {
			return no("%s", a.NotSent)
		}
		return nil
	}
	_, err := w.write(user, w.channel(user, s.Place), "", s)
	return err
}

var botsName = regexp.MustCompile(`^(?i)@firstcall[\s:,]*`)

// write writes a message; one with a file for each that is attached.
func (w *world) write(user, channel, thread string, s talk.Said) (ts string, err error) {
	text := s.Text
	trimmed := strings.TrimSpace(text)
	if len(s.Files) > 0 {
		var files []slackfake.File
		for _, f := range s.Files {
			files = append(files, slackfake.File{Name: f.Name, Permalink: f.URL})
		}
		wire := w.wire(text)
		if rest, command := strings.CutPrefix(trimmed, "/incident"); command {
			wire = "<@" + w.tokens[w.hosts[s.Place]].BotUser + "> " + w.wire(strings.TrimSpace(rest))
		}
		return w.ShareFile(user, channel, thread, wire, files[0], files[1:]...).TS, nil
	}
	if trimmed == "" {
		return "", no("Slack sends no empty message")
	}
	rest, command := strings.CutPrefix(trimmed, "/incident")
	called := botsName.FindString(trimmed)
	switch {
	case s.Place != "" && command:
		return w.Mention(user, channel, thread, w.wire(strings.TrimSpace(rest))).TS, nil
	case s.Place != "" && called != "":
		return w.Mention(user, channel, thread, w.wire(trimmed[len(called):])).TS, nil
	case strings.HasPrefix(trimmed, "/"):
		text = " " + trimmed
	}
	return w.SayInThread(user, channel, thread, w.wire(text)).TS, nil
}

var atName = regexp.MustCompile(`@([a-z]+)`)

// wire is what Slack sends for a typed text: people are marked, and what could
// be a mark isn't one.
func (w *world) wire(text string) string {
	return atName.ReplaceAllStringFunc(slackfake.Typed(text), func(m string) string {
		if id := w.users[m[1:]]; id != "" {
			return "<@" + id + ">"
		}
		return m
	})
}

// press presses the button that somebody means: the window's, else the one
// shown last in the place or to the person there, else in private.
func (w *world) press(person, place, label string) error {
	user := w.users[person]
	var there []string
	if open := w.windows[person]; open != nil {
		p := pageOf(w.Modal(user))
		if w.means(label, pressable{p.submit, sends}) && open.place == place {
			if p.asked(open) != nil {
				return no("not all is answered yet")
			}
			return w.send(person)
		}
		for _, b := range p.buttons {
			if w.means(label, b) {
				w.ClickInModal(user, b.action)
				return nil
			}
			there = append(there, b.label)
		}
	}
	for _, where := range []string{place, person} {
		for _, b := range slices.Backward(w.shown) {
			if where == "" || b.to != where || b.only != "" && b.only != person {
				continue
			}
			if w.means(label, b.pressable) {
				m, ok := w.Message(b.at.channel, b.at.ts)
				if !ok {
					return no("the message with [%s] is gone", label)
				}
				if a := w.Click(user, m, b.action); a.NotSent != "" {
					return no("[%s] can't be pressed: %s", label, a.NotSent)
				}
				return nil
			}
			there = append(there, b.label)
		}
	}
	return no("%s was shown no button [%s]; there are [%s]", person, label, strings.Join(there, "] ["))
}

// asked is the question whose turn it is: the first with a wrong answer or none.
func (p *page) asked(open *window) *field {
	for i := range p.fields {
		f := &p.fields[i]
		if f.wrong != nil && !open.typed[f.key] || f.value == "" && !open.left[f.key] {
			return f
		}
	}
	return nil
}

var (
	goingBack = []string{"back", "返回", "上一步", "戻る"}
	givingUp  = []string{"cancel", "取消", "キャンセル", "取り消し"}
	saysYes   = []string{"yes", "y", "是", "はい", "ok", "对", "可以"}
)

// answer answers the question whose turn it is in the open window, or the one
// that the text names.
func (w *world) answer(person, text string) error {
	user, open := w.users[person], w.windows[person]
	p := pageOf(w.Modal(user))
	typed := strings.TrimSpace(text)
	low := strings.ToLower(typed)
	switch {
	case slices.Contains(givingUp, low):
		for _, b := range p.buttons {
			if b.action == bot.Nav {
				w.ClickInModal(user, b.action)
				return nil
			}
		}
		w.Close(user)
		return nil
	case slices.Contains(goingBack, low):
		return w.above(person, p)
	}
	f, answer := p.asked(open), text
	if open.again != "" {
		for i := range p.fields {
			if p.fields[i].key == open.again {
				f = &p.fields[i]
			}
		}
		open.again = ""
	}
	name, rest, ok := cutNamed(text)
	if f == nil && !ok { // "severity B", where nothing is asked any more
		name, rest, ok = strings.Cut(typed, " ")
	}
	if ok {
		for i := range p.fields {
			if g := &p.fields[i]; strings.EqualFold(name, g.key) || strings.EqualFold(name, strings.TrimRight(g.label, "?？:：")) {
				f, answer = g, rest
			}
		}
	}
	if f != nil && f.more != "" && answer != text && !slices.Contains(f.labels, answer) { // whoever names a product anew searches it
		w.Choose(user, f.more, answer)
		return nil
	}
	if f == nil {
		if slices.Contains(saysYes, low) {
			return w.send(person)
		}
		return nil // a window is sent by its button, and nothing can be typed below
	}
	return w.fill(person, f, answer)
}

// stays writes down what somebody sees who can do nothing of the kind in a
// window: the same question.
func (w *world) stays(person string, f *field) error {
	shown := *f
	shown.value = ""
	lines := pageOf(w.Modal(w.users[person])).question(&shown)
	lines[0] = surfacetest.Stays + lines[0]
	w.tell("to "+person, lines)
	return nil
}

// above lets somebody look at the question before the one whose turn it is, to
// answer it anew. What is chosen there is shown in its place.
func (w *world) above(person string, p *page) error {
	open := w.windows[person]
	for n := len(open.answered) - 1; n >= 0; n-- {
		for i := range p.fields {
			if f := &p.fields[i]; f.key == open.answered[n] {
				open.again, open.answered = f.key, open.answered[:n]
				shown := *f
				shown.value = ""
				w.tell("to "+person, p.question(&shown))
				return nil
			}
		}
	}
	return w.stays(person, p.asked(open))
}

func cutNamed(text string) (name, value string, ok bool) {
	i := strings.IndexAny(text, ":：")
	if i <= 0 || i > 120 {
		return "", "", false
	}
	return text[:i], strings.TrimSpace(strings.TrimLeft(text[i:], ":：")), true
}

// fill chooses or types an answer.
func (w *world) fill(person string, f *field, answer string) error {
	user, open := w.users[person], w.windows[person]
	open.answered = append(open.answered, f.key)
	typed := strings.TrimSpace(answer)
	if value, ok := f.option(typed); ok {
		w.Choose(user, f.key, value)
		return nil
	}
	block := f.key
	switch {
	case len(f.labels) > 0 && f.more == "":
		if f.optional && (typed == "-" || typed == "") {
			open.left[f.key] = true
			return w.next(person)
		}
		return w.stays(person, f)
	case len(f.labels) > 0:
		block = f.more
	case typed == "" || typed == "-" && f.optional:
		if typed == "-" && f.value != "" {
			w.Choose(user, f.key, "")
			open.untold = true
		}
		open.left[f.key] = true
		return w.next(person)
	}
	if a := w.Choose(user, block, answer); a.NotSent == "" {
		return nil // the bot was told
	}
	open.untold, open.typed[f.key] = true, true
	return w.next(person)
}

// option is the one that somebody means: by its value, its label or number, or
// by a word that no other has.
func (f *field) option(typed string) (value string, ok bool) {
	if typed == "" {
		return "", false
	}
	for i, v := range f.values {
		if strings.EqualFold(typed, v) || strings.EqualFold(typed, f.labels[i]) {
			return v, true
		}
		for _, lang := range words.Languages() {
			if f.key == "language" && strings.EqualFold(typed, string(words.In(lang).LanguageName(v))) {
				return v, true
			}
		}
	}
	if n, err := strconv.Atoi(strings.TrimSuffix(typed, ".")); err == nil && n >= 1 && n <= len(f.values) {
		return f.values[n-1], true
	}
	fits := 0
	for i, l := range f.labels {
		if strings.Contains(strings.ToLower(l), strings.ToLower(typed)) {
			value = f.values[i]
			fits++
		}
	}
	return value, fits == 1
}

// next goes on in a window that the bot has not heard of since: somebody reads
// the next question, or sends it when there is none.
func (w *world) next(person string) error {
	open := w.windows[person]
	p := pageOf(w.Modal(w.users[person]))
	if f := p.asked(open); f != nil {
		w.tell("to "+person, p.question(f))
		return nil
	}
	if p.final() && !open.untold {
		w.read(person, open.place, false)
		return nil
	}
	return w.send(person)
}

// send presses the window's own button.
func (w *world) send(person string) error {
	if a := w.Submit(w.users[person], nil); a.NotSent != "" {
		return no("the window can't be sent: %s", a.NotSent)
	}
	w.windows[person].hash, w.windows[person].untold = "", false // what comes is new, also errors
	return nil
}

// tell writes down what somebody sees.
func (w *world) tell(to string, lines []string) {
	if len(lines) == 0 {
		return
	}
	w.out.WriteString("bot " + to + "> " + w.called(strings.Join(lines, "\n    ")) + "\n")
}

// called puts people's names where Slack shows them for their ids.
func (w *world) called(text string) string {
	for id, name := range w.names {
		text = strings.ReplaceAll(text, id, name)
	}
	for link, at := range w.links {
		text = permalinkTo(at).ReplaceAllString(text, link)
	}
	return text
}

// hear writes down what the bot answered: lines for this person alone, and the
// window that was opened or has changed.
func (w *world) hear(person, place string) error {
	user := w.users[person]
	for _, where := range append(w.allChannels(), w.DM(user)) {
		private := w.Conversation(where).IM
		for _, m := range w.Everything(where) {
			key := m.Channel + " " + m.TS
			mine := m.EphemeralTo == user || private && m.BotID != "" && m.Metadata == nil
			if !mine || w.replies[key] {
				continue
			}
			w.replies[key] = true
			buttons := buttonsIn(m.Blocks)
			if len(buttons) == 1 && buttons[0].action == "form" { // it opens the window that could not be opened at once
				w.Click(user, m, "form")
				w.quiet()
				w.opened(person, place, linesIn(unescape.Replace(m.Text)))
				continue
			}
			w.tell("to "+person, w.message(m.Text, m.Blocks))
			w.remember(spot{m.Channel, m.TS}, place, person, buttons)
		}
	}
	w.read(person, place, true)
	return nil
}

// permalinkTo is how Slack's addresses of a message look.
func permalinkTo(at spot) *regexp.Regexp {
	return regexp.MustCompile(`https://[^\s/]+/archives/` + at.channel + `/p` + strings.ReplaceAll(at.ts, ".", "") + `\b`)
}

func (w *world) allChannels() []string {
	var out []string
	for _, c := range w.Conversations() {
		if !c.IM {
			out = append(out, c.ID)
		}
	}
	return out
}

// opened reads a window together with the message that led to it.
func (w *world) opened(person, place string, lead []string) {
	v := w.Modal(w.users[person])
	if v == nil {
		w.t.Errorf("the button opens nothing")
		return
	}
	p := pageOf(v)
	if len(lead) < len(p.title) || !slices.Equal(lead[:len(p.title)], p.title) {
		w.t.Errorf("the message %q doesn't begin with the window's title %q", lead, p.title)
	} else {
		lead = lead[len(p.title):]
	}
	if n := len(lead) - len(p.intro); n >= 0 && slices.Equal(lead[n:], p.intro) {
		lead = lead[:n]
	}
	w.windows[person] = nil
	w.readAfter(lead, person, place)
}

// read writes down what is new in a person's window.
func (w *world) read(person, place string, changed bool) {
	w.t.Helper()
	if changed {
		w.readAfter(nil, person, place)
		return
	}
	open := w.windows[person]
	open.hash = ""
	w.readAfter(nil, person, place)
}

func (w *world) readAfter(lead []string, person, place string) {
	user := w.users[person]
	v := w.Modal(user)
	if v == nil {
		delete(w.windows, person)
		return
	}
	open := w.windows[person]
	fresh := open == nil || open.id != v.ID
	if fresh {
		open = &window{place: place, id: v.ID, left: map[string]bool{}, typed: map[string]bool{}}
		w.windows[person] = open
	}
	if open.hash == v.Hash {
		return
	}
	open.hash, open.untold = v.Hash, false
	clear(open.typed)
	p := pageOf(v)
	out := append(lead, p.notice...)
	if p.submit == "" {
		w.tell("to "+person, append(p.text, row(p.buttons)...))
		if len(p.buttons) == 0 {
			w.Close(user)
			delete(w.windows, person)
		}
		return
	}
	if fresh {
		out = append(out, p.title...)
	}
	asked := p.asked(open)
	intro := strings.Join(p.intro, "\n")
	switch {
	case asked == nil && !p.final() && strings.Join(p.notice, "") == "": // all is answered; it is only to be sent
		open.intro = intro
		if w.send(person) == nil {
			w.quiet()
			w.readAfter(out, person, place)
		}
		return
	case asked == nil || intro != open.intro:
		out = append(out, p.intro...)
	}
	open.intro = intro
	for i := range p.fields {
		f := &p.fields[i]
		switch {
		case f.wrong == nil:
		case asked != nil && f.key == asked.key:
			out = append(out, f.wrong...)
		default:
			out = append(out, append([]string{strings.TrimRight(f.label, "?？") + ": " + f.wrong[0]}, f.wrong[1:]...)...)
		}
	}
	if asked == nil {
		w.tell("to "+person, append(out, "["+p.submit+"]"))
		return
	}
	w.tell("to "+person, append(out, p.question(asked)...))
}

// remember makes a message the one shown last; how it was shown before is gone.
func (w *world) remember(at spot, to, only string, buttons []pressable) {
	if to == "" {
		to = only
	}
	w.shown = slices.DeleteFunc(w.shown, func(b button) bool { return b.at == at })
	for _, b := range slices.Backward(buttons) {
		w.shown = append(w.shown, button{b, at, to, only})
	}
}

var cardShape = regexp.MustCompile(`^([A-Z][A-Z0-9]*-[0-9]+) · `)

// note takes in the calls since.
func (w *world) note() {
	calls := w.Calls()
	w.ForgetCalls()
	w.calls = append(w.calls, calls...)
	for _, c := range calls {
		if w.noted != nil {
			w.noted(c)
		}
	}
}

// hearAll writes down what was sent to places and people since.
func (w *world) hearAll() {
	w.note()
	calls := w.calls
	w.calls = nil
	for _, c := range calls {
		edited := c.Method == "chat.update"
		if !c.Committed || c.Args["metadata"] == nil || c.Method != "chat.postMessage" && !edited {
			continue
		}
		at := spot{c.Arg("channel"), c.Arg("ts")}
		if w.names[at.channel] != "" {
			at.channel = w.DM(at.channel)
		}
		blocks := blocksIn(c.Args["blocks"])
		to, prompt := w.places[at.channel], ""
		switch {
		case to != "":
			prompt = "in " + to
		case w.Conversation(at.channel).IM:
			to = w.names[w.Conversation(at.channel).User]
			prompt = "to " + to
		default:
			continue // an incident's own channel, which no other surface has
		}
		if !edited {
			for _, m := range slices.Backward(w.Everything(at.channel)) {
				if m.BotID != "" && (m.Text == c.Arg("text") || at.ts == "") && !w.replies[m.Channel+" "+m.TS] {
					if k, _ := m.Metadata["event_payload"].(map[string]any); str(k, "key") == keyOf(c) {
						at.ts = m.TS
						break
					}
				}
			}
		}
		lines := w.message(c.Arg("text"), blocks)
		if edited {
			lines[0] = "(edited) " + lines[0]
		}
		w.tell(prompt, lines)
		w.remember(at, to, "", buttonsIn(blocks))
		if m := cardShape.FindStringSubmatch(unescape.Replace(c.Arg("text"))); m != nil && c.Arg("thread_ts") == "" {
			w.cards[to+" "+m[1]] = at
		}
	}
}
