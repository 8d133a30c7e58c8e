package bot

import (
	"cmp"
	"context"
	"errors"
	"regexp"
	"slices"
	"strings"

	"example.com/firstcall/bot/words"
	"example.com/firstcall/domain"
)

// The first words that address the bot: its name or a slash for sure, and the
// plain words for an incident where they stand alone or are meant that way.
var (
	called  = regexp.MustCompile(`(?i)^(?:/incident|@firstcall)(?:[\s:：,，、]+|$)`)
	opening = regexp.MustCompile(`(?i)^(?:report(?: an)? incident|incident|report|支持案例|报告|报障|インシデント|報告)(\s*[:：,，、]\s*|\s+|$)`)
)

// slashWord is a command of its own, whatever it is called; a path is none.
var slashWord = regexp.MustCompile(`^/[^\s/]+(?:\s|$)`)

// newsShape asks how an incident stands that is there already.
var newsShape = regexp.MustCompile(`(?i)\b(?:when (?:will|can|do|does|is|are)|status|any (?:news|updates?|progress)|what(?:'s|’s| is) (?:happening|going on|the (?:status|progress|news))|how (?:is it going|far)|who (?:is working|has it|will call))\b|什么时候|何时|进展|进度|状态|有消息|怎么样了|いつ|状況|進捗|どうなって`)

// about answers what is no report: the number of an incident, or a question of
// how it stands, by showing it. It says no where there is none to be asked about.
func (v *visit) about(ctx context.Context, rest string) (Reply, bool, error) {
	word := strings.TrimRight(rest, "?？!！.。 ")
	asks := newsShape.MatchString(rest) && !brokenShape.MatchString(rest)
	if v.door.Person == nil || !asks && !refShape.MatchString(word) && !looseRef.MatchString(word) {
		return Reply{}, false, nil
	}
	if !asks {
		if _, err := v.findRef(ctx, word); errors.Is(err, errNoRef) {
			return Reply{}, false, nil
		}
		r, err := v.show(ctx, word)
		return r, true, err
	}
	for _, w := range strings.FieldsFunc(rest, func(r rune) bool { return strings.ContainsRune(" ,.?!:，。？！：", r) }) {
		if refShape.MatchString(w) {
			r, err := v.show(ctx, w)
			return r, true, err
		}
	}
	at, err := v.onlyOne(ctx)
	var refusal *domain.Refusal
	if errors.As(err, &refusal) && refusal.Code == "no_incidents" {
		return Reply{}, false, nil
	}
	if err != nil {
		return Reply{}, true, err
	}
	inc, err := v.lock(ctx, at)
	if err != nil {
		return Reply{}, true, err
	}
	r, err := v.show(ctx, inc.Ref)
	return r, true, err
}

// looseRef is a reference without its dash: inc1. It counts where the letters
// are somebody's.
var looseRef = regexp.MustCompile(`(?i)^([a-z]{2,10})(\d{1,9})$`)

var refShape = regexp.MustCompile(`(?i)^([a-z][a-z0-9]{0,9})-(\d+)$`)

// addressed takes off what addresses the bot. Among people, "incident review at
// three" is none of its business; "incident: checkout is down" is.
func (v *visit) addressed(text string) (rest string, toUs, slash bool) {
	if at := called.FindString(text); at != "" {
		rest, slash = strings.TrimSpace(text[len(at):]), at[0] == '/'
		if !slash { // "@firstcall incident", as a menu of commands writes it
			rest = strings.TrimSpace(rest[len(cmp.Or(called.FindString(rest), opening.FindString(rest))):])
		}
		return rest, true, slash
	}
	if rest, is := strings.CutPrefix(text, "/"); is {
		return rest, true, true
	}
	private := v.event.Place == ""
	m := opening.FindStringSubmatch(text)
	if m == nil {
		return text, private, false
	}
	rest = strings.TrimSpace(text[len(m[0]):])
	_, isVerb := findVerb(firstWord(rest))
	if rest == "" || private || strings.TrimSpace(m[1]) != "" || isVerb && refShape.MatchString(firstWord(strings.TrimPrefix(rest, firstWord(rest)))) ||
		findSeverity(rest) != "" || brokenShape.MatchString(rest) {
		return rest, true, false
	}
	return text, false, false
}

// said answers something said. A slash or the bot's name marks a command; in
// private everything is meant for the bot.
func (v *visit) said(ctx context.Context) (Reply, error) {
	text := strings.TrimSpace(words.Clean(v.event.Text))
	if v.event.Report {
		return v.open(ctx, text)
	}
	if err := v.findThread(ctx); err != nil {
		return Reply{}, err
	}
	if v.thread != nil {
		return v.saidInThread(ctx, text)
	}
	rest, toUs, slash := v.addressed(text)
	word, tail, _ := strings.Cut(rest, " ")
	name, isVerb := findVerb(word)
	if isVerb && !toUs && !refShape.MatchString(firstWord(tail)) {
		isVerb = false // talk among people, not to the bot
	}
	if isVerb && name == "cancel" && strings.TrimSpace(tail) == "" {
		if r, is, err := v.dropDraft(ctx); is || err != nil {
			return r, err
		}
	}
	switch {
	case isVerb:
		return v.command(ctx, name, strings.TrimSpace(tail))
	case !toUs:
		return v.overheard(ctx, text)
	case rest == "":
		return v.open(ctx, "")
	case greets(rest):
		return Reply{Text: v.words().Hello()}, nil
	case slashWord.MatchString(text) && !called.MatchString(text):
		return v.unknown(rest), nil // "/incidnt checkout is down" reports nothing by itself
	}
	if r, is, err := v.about(ctx, rest); is || err != nil {
		return r, err
	}
	switch {
	case v.mistyped(rest, slash):
		return v.unknown(rest), nil
	default:
		return v.open(ctx, rest)
	}
}

// dropDraft gives up the report that the person began here; is says that there
// was one. "cancel" alone means it, where a surface has no other way to say so.
func (v *visit) dropDraft(ctx context.Context) (r Reply, is bool, err error) {
	in, err := v.loadIntake(ctx, v.placeKey())
	switch {
	case errors.Is(err, ErrNotFound):
		return Reply{}, false, nil
	case err != nil:
		return Reply{}, false, err
	}
	if err := v.tx.DropDraft(ctx, in.d.Person, in.d.Place); err != nil {
		return Reply{}, false, err
	}
	return Reply{Text: v.words().IntakeCancelled(), Close: true}, true, nil
}

// unknown answers what begins with no command: the nearest ones, and for
// somebody of the customer's, who may be worried and mean no command at all, a
// button that begins a report with these words.
func (v *visit) unknown(rest string) Reply {
	w := v.words()
	word, tail, _ := strings.Cut(rest, " ")
	near := nearestVerbs(word, v.side())
	r := Reply{Text: w.UnknownWord(brief(word))}
	if len(near) > 0 {
		var names []words.Text
		for _, n := range near {
			if n == "incident" { // which is no verb, but what begins a report
				names = append(names, words.Say(""))
				continue
			}
			names = append(names, words.Plain(n))
		}
		r.Text = w.UnknownCommand(brief(word), w.List(names...))
	}
	if tail != "" && slices.Contains(near, "incident") {
		rest = tail // "/incidnt checkout is down"
	}
	p := v.door.Person
	about := refShape.MatchString(firstWord(tail)) // an incident that is there already
	if about || p == nil || p.Side != domain.Customer || len(rest) > maxCarried || !domain.MayEver(v.actor(), domain.DoOpen, p.Tenant) {
		return r
	}
	r.Text = words.Lines(r.Text, w.UnknownReport())
	r.Buttons = []Button{{Label: w.ButtonReportThis(), Action: actionReport, Subject: rest}}
	return r
}

// mistyped tells a command that isn't one from the first words of a report: a
// single word that says nothing broke, one before the number of an incident, or
// a few words of somebody who has no customer to report for.
func (v *visit) mistyped(rest string, slash bool) bool {
	fields := strings.Fields(rest)
	switch {
	case len(fields) > 1 && refShape.MatchString(fields[1]):
		return true
	case len(fields) == 1:
		return isASCII(rest) && (slash || !brokenShape.MatchString(rest))
	case v.door.Person != nil && v.door.Person.Side == domain.Provider && v.customer() == "":
		return len(fields) < 4 && isASCII(rest) && !brokenShape.MatchString(rest)
	}
	return false
}

// side is the person's; a customer's when nobody knows it.
func (v *visit) side() domain.Side {
	if p := v.door.Person; p != nil {
		return p.Side
	}
	return domain.Customer
}

// greets says whether a text is only a greeting or thanks.
func greets(text string) bool {
	switch strings.ToLower(strings.TrimRight(text, "!.！。~ ")) {
	case "hi", "hello", "hey", "good morning", "thanks", "thank you", "你好", "您好", "谢谢", "こんにちは", "おはようございます", "ありがとう", "ありがとうございます":
		return true
	}
	return false
}

func firstWord(s string) string {
	w, _, _ := strings.Cut(strings.TrimSpace(s), " ")
	return w
}

func isASCII(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r > 127 })
}

// overheard looks at talk that is not addressed to the bot: an engineer's first
// message in a customer's place is a human's first contact, and nothing more.
func (v *visit) overheard(ctx context.Context, _ string) (Reply, error) {
	p, place := v.door.Person, v.door.Place
	if p == nil || place == nil || p.Side != domain.Provider || place.Side != domain.Customer {
		return Reply{}, nil
	}
	if err := v.tx.Enter(ctx, place.Tenant); err != nil {
		return Reply{}, err
	}
	live, err := v.tx.Incidents(ctx, place.Tenant, false, 50)
	if err != nil {
		return Reply{}, err
	}
	var here []domain.Incident
	for _, i := range live {
		if i.Place == place.ID && i.Live() && i.FirstContactAt.IsZero() {
			here = append(here, i)
		}
	}
	if len(here) != 1 {
		return Reply{}, nil
	}
	_, err = v.change(ctx, handle{tenant: place.Tenant, id: here[0].ID}, func(i domain.Incident, env domain.Env) (domain.Outcome, error) {
		return i.RecordContact(v.actor(), v.now, v.now, env)
	})
	return Reply{}, err
}
