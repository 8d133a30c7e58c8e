package bot

import (
	"errors"
	"net/mail"
	"regexp"
	"strconv"
	"strings"
	"time"

	"example.com/firstcall/bot/words"
	"example.com/firstcall/domain"
	"example.com/firstcall/domain/terms"
)

// read turns what a person typed into a field's value, or refuses it with a
// sentence that says what would be right.
func (v *visit) read(f Field, raw string) (string, error) {
	text := strings.TrimSpace(words.Clean(raw))
	if text == "" || isSkip(text) {
		if f.Optional {
			return skipped, nil
		}
		if text == "" {
			return "", domain.Refuse("answer_missing").At(f.Key)
		}
	}
	switch f.Kind {
	case FieldChoice:
		return readChoice(f, text)
	case FieldSearch:
		return v.readProduct(f, text)
	case FieldTime:
		parse := parseWhen
		if f.Key == fieldNext {
			parse = parseNext
		}
		t, err := parse(text, v.now, zoneOf(v.zone))
		if err != nil {
			return "", err
		}
		return t.Format(time.RFC3339), nil
	case FieldPhone:
		return readPhone(f.Key, text)
	case FieldEmail:
		a, err := mail.ParseAddress(text)
		if err != nil || !strings.Contains(a.Address[strings.LastIndex(a.Address, "@")+1:], ".") {
			return "", domain.Refuse("not_an_email", "given", words.Line(text)).At(f.Key)
		}
		return a.Address, nil
	case FieldLong:
		return text, nil
	}
	text = words.Line(text)
	if f.Key == fieldZone {
		if _, err := time.LoadLocation(text); err != nil || text == "Local" {
			return "", domain.Refuse("not_a_zone", "given", text).At(f.Key)
		}
	}
	return text, nil
}

func isSkip(s string) bool {
	switch strings.ToLower(s) {
	case "-", "skip", "none", "跳过", "无", "なし", "スキップ":
		return true
	}
	return false
}

// readChoice accepts an option's number, value, label, or the start of one label only.
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
	found := ""
	for _, o := range f.Options {
		if strings.HasPrefix(label(o), low) || strings.HasPrefix(o.Value, low) {
			if found != "" {
				found = ""
				break
			}
			found = o.Value
		}
	}
	if found != "" {
		return found, nil
	}
	labels := make([]string, 0, len(f.Options))
	for _, o := range f.Options {
		labels = append(labels, string(o.Label))
	}
	return "", domain.Refuse("not_a_choice", "given", words.Line(text), "choices", strings.Join(labels, " | ")).At(f.Key)
}

func yesOrNo(low string) string {
	switch low {
	case "y", "yes", "是", "好", "同意", "愿意", "はい", "了解", "ok":
		return yes
	case "n", "no", "否", "不", "不同意", "不愿意", "いいえ", "不可":
		return no
	}
	return ""
}

func (v *visit) readProduct(f Field, text string) (string, error) {
	p, err := v.bot.Terms.Product(text)
	if err == nil {
		return p.Code, nil
	}
	hits := v.bot.Terms.FindProducts(text)
	if len(hits) == 1 {
		return hits[0].Code, nil
	}
	if len(hits) > 1 {
		return "", domain.Refuse("product_many", "given", words.Line(text), "products", productNames(hits)).At(f.Key)
	}
	var unknown *terms.UnknownProduct
	if errors.As(err, &unknown) && len(unknown.Nearest) > 0 {
		return "", domain.Refuse("product_nearest", "given", words.Line(text), "products", strings.Join(unknown.Nearest, ", ")).At(f.Key)
	}
	return "", domain.Refuse("product_unknown", "given", words.Line(text)).At(f.Key)
}

// productNames lists a few, for a person to choose from.
func productNames(hits []terms.Product) string {
	var names []string
	for _, p := range hits[:min(6, len(hits))] {
		names = append(names, p.Name)
	}
	return strings.Join(names, ", ")
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
	if !phoneShape.MatchString(text) || digits < 6 || digits > 15 {
		return "", domain.Refuse("not_a_phone", "given", text).At(key)
	}
	return text, nil
}

// parseContacts reads one contact a line: a name, a phone number and an e-mail
// address in any order, separated by commas or spaces.
func parseContacts(text string) []domain.Contact {
	var out []domain.Contact
	for line := range strings.Lines(text) {
		for part := range strings.SplitSeq(line, ";") {
			var c domain.Contact
			var name []string
			for _, piece := range strings.FieldsFunc(part, func(r rune) bool { return r == ',' || r == '，' || r == '、' || r == '\n' || r == '\t' }) {
				piece = strings.TrimSpace(piece)
				if _, err := mail.ParseAddress(piece); err == nil {
					c.Email = piece
				} else if p, err := readPhone("", piece); err == nil {
					c.Phone = p
				} else if piece != "" {
					name = append(name, piece)
				}
			}
			c.Name = strings.Join(name, " ")
			if c.Name != "" || c.Phone != "" || c.Email != "" {
				out = append(out, c)
			}
		}
	}
	return out
}

var (
	agoShape   = regexp.MustCompile(`^(?:(\d+)\s*(?:h|hours?|小时|時間))?\s*(?:(\d+)\s*(?:m|min|mins|minutes?|分钟|分))?\s*(?:ago|前|以前)?$`)
	clockShape = regexp.MustCompile(`^(\d{1,2})(?:[:：.](\d{2})|(?:点|時|时)(?:(\d{1,2})分?)?)?\s*(am|pm)?$`)
)

// parseWhen reads a moment as people type one: now, 09:12, 9, 9pm, yesterday
// 14:00, 20 min ago, 2026-03-02 09:12, RFC 3339. A wall-clock time is the
// reader's; the last one that is not after now is meant, so it is today or yesterday.
func parseWhen(text string, now time.Time, zone *time.Location) (time.Time, error) {
	now = now.In(zone)
	s := strings.ToLower(strings.TrimSpace(text))
	switch s {
	case "now", "just now", "现在", "刚刚", "今", "たった今":
		return now, nil
	}
	if t, err := time.Parse(time.RFC3339, text); err == nil {
		return t, nil
	}
	for _, layout := range []string{"2006-01-02 15:04", "2006-01-02T15:04", "2006-01-02 15:04:05", "2 Jan 2006 15:04", "2006/1/2 15:04", "2006年1月2日 15:04", "2006年1月2日15:04", "2006-01-02"} {
		if t, err := time.ParseInLocation(layout, text, zone); err == nil {
			return t, nil
		}
	}
	if m := agoShape.FindStringSubmatch(s); m != nil && (m[1] != "" || m[2] != "") {
		h, _ := strconv.Atoi(m[1])
		mins, _ := strconv.Atoi(m[2])
		return now.Add(-time.Duration(h)*time.Hour - time.Duration(mins)*time.Minute), nil
	}
	day, pinned := 0, false
	for word, back := range map[string]int{"yesterday": 1, "today": 0, "昨天": 1, "今天": 0, "昨日": 1, "今日": 0} {
		if rest, ok := strings.CutPrefix(s, word); ok {
			s, day, pinned = strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(rest), "at ")), back, true
			break
		}
	}
	for prefix, add := range map[string]string{"上午": "am", "午前": "am", "下午": "pm", "午後": "pm", "晚上": "pm"} {
		if rest, ok := strings.CutPrefix(s, prefix); ok {
			s = strings.TrimSpace(rest) + add
		}
	}
	m := clockShape.FindStringSubmatch(s)
	if m == nil {
		return time.Time{}, domain.Refuse("not_a_time", "given", words.Line(text))
	}
	hour, _ := strconv.Atoi(m[1])
	minute, _ := strconv.Atoi(m[2] + m[3])
	if m[4] == "pm" && hour < 12 {
		hour += 12
	}
	if m[4] == "am" && hour == 12 {
		hour = 0
	}
	if hour > 23 || minute > 59 {
		return time.Time{}, domain.Refuse("not_a_time", "given", words.Line(text))
	}
	t := time.Date(now.Year(), now.Month(), now.Day()-day, hour, minute, 0, 0, zone)
	if !pinned && t.After(now) {
		t = time.Date(now.Year(), now.Month(), now.Day()-1, hour, minute, 0, 0, zone)
	}
	return t, nil
}

// parseNext reads a moment to come: 30m, 2h, 09:30 (the next one), tomorrow
// 09:00, or a whole date.
func parseNext(text string, now time.Time, zone *time.Location) (time.Time, error) {
	now = now.In(zone)
	s := strings.ToLower(strings.TrimSpace(text))
	if d, err := time.ParseDuration(strings.ReplaceAll(strings.TrimSuffix(s, "in"), " ", "")); err == nil && d > 0 {
		return now.Add(d), nil
	}
	if m := agoShape.FindStringSubmatch(strings.TrimSpace(strings.TrimPrefix(s, "in "))); m != nil && (m[1] != "" || m[2] != "") && !strings.ContainsAny(s, "前") && !strings.Contains(s, "ago") {
		h, _ := strconv.Atoi(m[1])
		mins, _ := strconv.Atoi(m[2])
		return now.Add(time.Duration(h)*time.Hour + time.Duration(mins)*time.Minute), nil
	}
	add := 0
	for _, word := range []string{"tomorrow", "明天", "明日"} {
		if rest, ok := strings.CutPrefix(s, word); ok {
			s, add = strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(rest), "at ")), 1
		}
	}
	t, err := parseWhen(s, now, zone)
	if err != nil {
		return time.Time{}, domain.Refuse("not_a_time", "given", words.Line(text))
	}
	if clockShape.MatchString(s) {
		t = time.Date(now.Year(), now.Month(), now.Day()+add, t.Hour(), t.Minute(), 0, 0, zone)
		if add == 0 && !t.After(now) {
			t = time.Date(now.Year(), now.Month(), now.Day()+1, t.Hour(), t.Minute(), 0, 0, zone)
		}
	}
	return t, nil
}
