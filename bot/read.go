package bot

import (
	"cmp"
	"errors"
	"net/mail"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"example.com/firstcall/bot/words"
	"example.com/firstcall/domain"
	"example.com/firstcall/domain/terms"
)

// oldest is how far back an incident may have begun.
const oldest = 366 * 24 * time.Hour

// read turns what a person typed into a field's value, or refuses it with a
// sentence that says what would be right.
func (v *visit) read(f Field, raw string) (string, error) {
	text := strings.TrimSpace(words.Clean(raw))
	if err := tooLong(f.Key, text); err != nil {
		return "", err
	}
	if text == "" || isSkip(text) {
		if f.Optional {
			return skipped, nil
		}
		if text == "" {
			return "", domain.Refuse("answer_missing").At(f.Key)
		}
	}
	if text == skipped && f.Kind != FieldChoice {
		return "", domain.Refuse("answer_missing").At(f.Key)
	}
	switch f.Kind {
	case FieldChoice:
		if f.Key == fieldLanguage {
			text = languageNamed(text)
		}
		return readChoice(f, narrow(text))
	case FieldSearch:
		return v.readProduct(f, narrow(text))
	case FieldTime:
		return v.readTime(f, text)
	case FieldPhone:
		return readPhone(f.Key, narrow(text))
	case FieldEmail:
		a, ok := readEmail(narrow(text))
		if !ok {
			return "", domain.Refuse("not_an_email", "given", brief(text)).At(f.Key)
		}
		return a, nil
	case FieldLong:
		if f.Key == fieldContacts {
			text = v.meSpelledOut(text)
		}
		if f.Key == fieldContacts && !slices.ContainsFunc(parseContacts(text), func(c domain.Contact) bool { return c.Phone != "" || c.Email != "" }) {
			return "", domain.Refuse("contact_missing").At(f.Key)
		}
		return text, nil
	}
	text = words.Line(text)
	if f.Key == fieldZone {
		return readZone(text)
	}
	return text, nil
}

// languageNamed is the tag of a language that somebody calls by its name in any language.
func languageNamed(text string) string {
	for _, in := range words.Languages() {
		for _, tag := range words.Languages() {
			if strings.EqualFold(string(words.In(in).LanguageName(tag)), text) {
				return tag
			}
		}
	}
	switch strings.ToLower(text) {
	case "zh", "中文", "汉语", "chinese", "中国語":
		return "zh-Hans"
	}
	return text
}

// brief keeps a refusal from repeating a long text.
func brief(text string) string {
	short, _ := words.Cut(words.Line(text), 60)
	return short
}

func (v *visit) readTime(f Field, text string) (string, error) {
	parse := parseWhen
	if f.Key == fieldNext {
		parse = parseNext
	}
	t, err := parse(text, v.now, zoneOf(v.zone))
	var refusal *domain.Refusal
	if errors.As(err, &refusal) {
		code := refusal.Code
		if f.Key != fieldNext && ahead(text, v.now) {
			code = dayAhead
		}
		return "", domain.Refuse(code, "given", brief(text)).At(f.Key)
	}
	if err != nil {
		return "", err
	}
	if f.Key == fieldSince {
		switch earliest := v.now.Add(-oldest); {
		case t.After(v.now):
			return "", domain.Refuse("in_future", "given", rfc(t), "now", rfc(v.now)).At(f.Key)
		case t.Before(earliest):
			return "", domain.Refuse("too_early", "given", rfc(t), "earliest", rfc(earliest)).At(f.Key)
		}
	}
	return t.Format(time.RFC3339), nil
}

// readZone accepts a zone by its name, in any case of letters.
func readZone(text string) (string, error) {
	for _, name := range []string{text, zoneCase(text)} {
		if _, err := time.LoadLocation(name); err == nil && name != "" && name != "Local" {
			return name, nil
		}
	}
	return "", domain.Refuse("not_a_zone", "given", brief(text)).At(fieldZone)
}

// zoneCase writes europe/berlin and america/new york as the zones are called.
func zoneCase(s string) string {
	b := []byte(strings.ReplaceAll(strings.ToLower(s), " ", "_"))
	for i := range b {
		if (i == 0 || b[i-1] == '/' || b[i-1] == '_' || b[i-1] == '-') && b[i] >= 'a' && b[i] <= 'z' {
			b[i] -= 'a' - 'A'
		}
	}
	return string(b)
}

func isSkip(s string) bool {
	switch strings.ToLower(s) {
	case "-", "skip", "none", "跳过", "无", "なし", "スキップ":
		return true
	}
	return false
}

// readChoice accepts an option's number, value or label, or a part that only one label begins with or has.
func readChoice(f Field, text string) (string, error) {
	low := strings.ToLower(text)
	label := func(o Option) string { return strings.ToLower(string(o.Label)) }
	for _, o := range f.Options {
		if strings.ToLower(o.Value) == low || label(o) == low {
			return o.Value, nil
		}
	}
	if f.Key == fieldSeverity {
		if s := findSeverity("severity " + low); s != "" {
			return string(s), nil
		}
	}
	if urgentShape.MatchString(low) && hasOption(f, "1") && hasOption(f, "A") {
		return "", domain.Refuse("severity_urgent", "given", brief(text)).At(f.Key)
	}
	if n, err := strconv.Atoi(text); err == nil && n >= 1 && n <= len(f.Options) {
		return f.Options[n-1].Value, nil
	}
	if s := yesOrNo(low); s != "" {
		for _, o := range f.Options {
			if o.Value == s {
				return s, nil
			}
		}
	}
	for _, fits := range []func(o Option) bool{
		func(o Option) bool { return strings.HasPrefix(label(o), low) || strings.HasPrefix(o.Value, low) },
		func(o Option) bool { return len(low) > 2 && strings.Contains(label(o), low) },
	} {
		var found []string
		for _, o := range f.Options {
			if fits(o) {
				found = append(found, o.Value)
			}
		}
		if len(found) == 1 {
			return found[0], nil
		}
	}
	if f.Key == fieldSeverity {
		return "", domain.Refuse("severity_unknown", "given", brief(text)).At(f.Key)
	}
	labels := make([]string, 0, len(f.Options))
	for _, o := range f.Options {
		labels = append(labels, string(o.Label))
	}
	return "", domain.Refuse("not_a_choice", "given", brief(text), "choices", strings.Join(labels, " | ")).At(f.Key)
}

// urgentShape are the words for "very urgent", which name no severity: both 1
// and A are.
var urgentShape = regexp.MustCompile(`^(?:very |most )?(?:critical|urgent|emergency|highest|high|blocker)$|^(?:非常|最)?(?:紧急|嚴重|严重|緊急|重大|至急|最高)$`)

func hasOption(f Field, value string) bool {
	return slices.ContainsFunc(f.Options, func(o Option) bool { return o.Value == value })
}

func yesOrNo(low string) string {
	switch low {
	case "y", "yes", "yes please", "ok", "okay", "是", "是的", "好", "好的", "可以", "同意", "愿意", "はい", "了解", "お願いします":
		return yes
	case "n", "no", "no thanks", "否", "不", "不是", "不用", "不能", "不可以", "不同意", "不愿意", "いいえ", "不可", "いや":
		return no
	}
	return ""
}

// readProduct finds a product by its code or name, or by a part that fits one
// only. When several fit, or none does, the form offers the nearest.
func (v *visit) readProduct(f Field, text string) (string, error) {
	if n, err := strconv.Atoi(text); err == nil && n >= 1 && n <= len(f.Options) {
		return f.Options[n-1].Value, nil
	} else if err == nil && n < 100 { // a number of no list: 11 is not a search for Windows 11
		return "", domain.Refuse("product_unknown", "given", brief(text)).At(f.Key)
	}
	hits := v.bot.Terms.FindProducts(text)
	p, err := v.bot.Terms.Product(text)
	sure := strings.EqualFold(p.Name, text) || strings.EqualFold(p.Code, text) || len(hits) <= mostHits
	switch {
	case err == nil && sure: // "azure" is a name, but of how many?
		return p.Code, nil
	case len(hits) == 1:
		return hits[0].Code, nil
	case len(hits) > mostHits:
		return "", domain.Refuse("product_crowd", "given", brief(text), "count", strconv.Itoa(len(hits))).At(f.Key)
	case len(hits) > 1:
		return "", domain.Refuse("product_many", "given", brief(text)).At(f.Key)
	case len(nearProducts(v.bot.Terms, text)) > 0:
		return "", domain.Refuse("product_nearest", "given", brief(text)).At(f.Key)
	}
	return "", domain.Refuse("product_unknown", "given", brief(text)).At(f.Key)
}

// nearProducts are the few that fit a text best, or are spelt most alike.
func nearProducts(ed *terms.Edition, text string) []terms.Product {
	if hits := ed.FindProducts(text); len(hits) > 0 {
		return hits[:min(mostHits, len(hits))]
	}
	low := strings.ToLower(text)
	if n := utf8.RuneCountInString(low); n < 4 || n > 60 {
		return nil // three letters are near to everything
	}
	type near struct {
		p   terms.Product
		far int
	}
	var all []near
	for _, p := range ed.Products() {
		far := 1 << 20
		for _, name := range append(slices.Clone(p.Aliases), p.Name) {
			name = strings.ToLower(name)
			for _, word := range append(strings.Fields(name), name) {
				if len(word) > 3 {
					far = min(far, terms.Distance(low, word))
				}
			}
		}
		if far <= max(1, utf8.RuneCountInString(low)/3) {
			all = append(all, near{p, far})
		}
	}
	slices.SortStableFunc(all, func(a, b near) int { return cmp.Compare(a.far, b.far) })
	var out []terms.Product
	for _, n := range all[:min(mostHits, len(all))] {
		if n.far <= all[0].far+1 {
			out = append(out, n.p)
		}
	}
	return out
}

var phoneShape = regexp.MustCompile(`^\+?[0-9][0-9 ()./-]{5,24}$`)

func readPhone(key, text string) (string, error) {
	text = words.Line(text)
	digits := 0
	for _, r := range text {
		if r >= '0' && r <= '9' {
			digits++
		}
	}
	least := 9 // a national number; fewer digits are an extension, or lack the area
	if strings.HasPrefix(text, "+") {
		least = 7
	}
	if !phoneShape.MatchString(text) || digits < least || digits > 15 {
		return "", domain.Refuse("not_a_phone", "given", brief(text)).At(key)
	}
	return text, nil
}

func readEmail(text string) (string, bool) {
	a, err := mail.ParseAddress(text)
	if err != nil || len(a.Address) > 254 {
		return "", false
	}
	host := a.Address[strings.LastIndex(a.Address, "@")+1:]
	if !strings.Contains(host, ".") || strings.HasPrefix(host, ".") || strings.HasSuffix(host, ".") || strings.Contains(host, "..") {
		return "", false
	}
	return a.Address, true
}

var (
	emailInside = regexp.MustCompile(`[^\s<>()\[\]"',;:@]+@[^\s<>()\[\]"',;:@]+\.[^\s<>()\[\]"',;:@]+`)
	phoneInside = regexp.MustCompile(`\+?[0-9][0-9 ()./-]{4,23}[0-9]`)
	andWords    = regexp.MustCompile(`(?i)^(?:and|und|和|以及|と)\s+`)
)

// parseContacts reads people with a name, a phone number and an e-mail address,
// in any order. A line, a semicolon, or the next name begins the next person.
func parseContacts(text string) []domain.Contact {
	var out []domain.Contact
	for line := range strings.Lines(narrow(words.Clean(text))) {
		for part := range strings.SplitSeq(line, ";") {
			var c domain.Contact
			end := func() {
				if c != (domain.Contact{}) {
					out = append(out, c)
				}
				c = domain.Contact{}
			}
			for _, piece := range strings.FieldsFunc(part, func(r rune) bool { return r == ',' || r == '、' || r == '\n' || r == '\t' }) {
				email := emailInside.FindString(piece)
				piece = strings.Replace(piece, email, " ", 1)
				phone, err := readPhone("", strings.TrimSpace(phoneInside.FindString(piece)))
				if err == nil {
					piece = strings.Replace(piece, phone, " ", 1)
				}
				name := andWords.ReplaceAllString(strings.Trim(words.Line(piece), "<>()[]:-/ "), "")
				reach := c.Phone != "" || c.Email != ""
				if (reach || isMe(c.Name)) && c.Name != "" && name != "" || email != "" && c.Email != "" || phone != "" && c.Phone != "" {
					end()
				}
				c.Name = strings.TrimSpace(c.Name + " " + name)
				if email != "" {
					c.Email = email
				}
				if phone != "" {
					c.Phone = phone
				}
			}
			end()
		}
	}
	return out
}

// contactText writes a contact as parseContacts reads it.
func contactText(c domain.Contact) string {
	var parts []string
	for _, s := range []string{c.Name, c.Phone, c.Email} {
		if s != "" {
			parts = append(parts, s)
		}
	}
	return strings.Join(parts, ", ")
}

// meSpelledOut puts a customer's person in the place of "me" among contacts.
func (v *visit) meSpelledOut(text string) string {
	p, all := v.door.Person, parseContacts(text)
	if p == nil || p.Side != domain.Customer || !slices.ContainsFunc(all, func(c domain.Contact) bool { return isMe(c.Name) }) {
		return text
	}
	var lines []string
	for _, c := range all {
		if isMe(c.Name) {
			c.Name = display(p)
			if c.Phone == "" && c.Email == "" {
				c.Phone, c.Email = p.Phone, p.Email
			}
		}
		lines = append(lines, contactText(c))
	}
	return strings.Join(lines, "\n")
}

func isMe(name string) bool {
	switch strings.ToLower(name) {
	case "me", "myself", "我", "本人", "我自己", "私", "自分":
		return true
	}
	return false
}
