package bot

import (
	"errors"
	"regexp"
	"strconv"
	"strings"
	"time"

	"example.com/firstcall/bot/words"
	"example.com/firstcall/domain"
)

// Lengths of time as people type them: 2 days, 1h 30 min, 20分, 半小时.
var (
	lengthShape = regexp.MustCompile(`^(?:(\d{1,4})\s*(?:d|days?|天|日))?\s*(?:(\d{1,6})\s*(?:h|hours?|hrs?|个?小时|時間))?(半)?\s*(?:(\d{1,6})\s*(?:m|min|mins|minutes?|分钟|分))?$`)
	agoWords    = regexp.MustCompile(`\s*(?:ago|之?前|以前)$`)
	clockShape  = regexp.MustCompile(`^(\d{1,2})(?:[:.h](\d{2})|(?:点|點|時|时)(?:(\d{1,2})分?|(半))?(?:整|ちょうど)?)?\s*(am|pm)?$`)
)

// layouts are whole dates, in the reader's zone.
var layouts = []string{
	"2006-01-02 15:04", "2006-01-02T15:04", "2006-01-02 15:04:05", "2 Jan 2006 15:04", "Jan 2 2006 15:04", "2006/1/2 15:04",
	"2006年1月2日 15:04", "2006年1月2日15:04", "2006年1月2日15时04分", "2006年1月2日15時04分",
	"2006-01-02", "2 Jan 2006", "2006/1/2", "2006年1月2日",
}

// dayWords say how many days back, or ahead, a day is.
var dayWords = []struct {
	word string
	days int
}{
	{"yesterday", -1},
	{"today", 0},
	{"tomorrow", 1},
	{"前天", -2},
	{"昨天", -1},
	{"今天", 0},
	{"明天", 1},
	{"一昨日", -2},
	{"おととい", -2},
	{"昨日", -1},
	{"きのう", -1},
	{"今日", 0},
	{"本日", 0},
	{"明日", 1},
}

var weekdays = map[string]time.Weekday{
	"monday": 1, "mon": 1, "周一": 1, "星期一": 1, "月曜日": 1, "月曜": 1,
	"tuesday": 2, "tue": 2, "周二": 2, "星期二": 2, "火曜日": 2, "火曜": 2,
	"wednesday": 3, "wed": 3, "周三": 3, "星期三": 3, "水曜日": 3, "水曜": 3,
	"thursday": 4, "thu": 4, "周四": 4, "星期四": 4, "木曜日": 4, "木曜": 4,
	"friday": 5, "fri": 5, "周五": 5, "星期五": 5, "金曜日": 5, "金曜": 5,
	"saturday": 6, "sat": 6, "周六": 6, "星期六": 6, "土曜日": 6, "土曜": 6,
	"sunday": 0, "sun": 0, "周日": 0, "星期日": 0, "星期天": 0, "日曜日": 0, "日曜": 0,
}

var halfDays = []struct{ word, half string }{
	{"上午", "am"}, {"早上", "am"}, {"凌晨", "am"}, {"午前", "am"}, {"下午", "pm"}, {"午後", "pm"}, {"晚上", "pm"},
}

// slip is how far ahead of now a time of day without a day can't be yesterday's.
const slip = 12 * time.Hour

// parseWhen reads a moment as people type one: now, 09:12, 9, 9pm, yesterday
// 14:00, friday 16:30, 20 min ago, 2026-03-02 09:12, RFC 3339. A time of day is
// the reader's; without a day, the last one that is not after now is meant,
// unless it comes within half a day: at 17:00, 17:10 is a slip and stays in the
// future, for whoever asks to refuse; at 00:10, 23:50 is yesterday's.
func parseWhen(text string, now time.Time, zone *time.Location) (time.Time, error) {
	now = now.In(zone)
	text = strings.TrimSpace(narrow(text))
	s := strings.ToLower(text)
	switch s {
	case "now", "just now", "right now", "现在", "刚刚", "刚才", "今", "現在", "たった今", "さっき", "先ほど":
		return now, nil
	}
	if t, ok := parseDate(text, zone); ok {
		return t, nil
	}
	if d, ok := parseLength(agoWords.ReplaceAllString(s, "")); ok {
		return now.Add(-d), nil
	}
	days, pinned := 0, false
	if rest, n, ok := cutDay(s, now, -1); ok {
		s, days, pinned = rest, n, true
	}
	hour, minute, ok := parseClock(s)
	if !ok {
		return time.Time{}, domain.Refuse("not_a_time", "given", words.Line(text))
	}
	first, last := onDay(now, days, hour, minute)
	switch {
	case !last.After(now):
		return last, nil
	case !first.After(now) || pinned || first.Sub(now) <= slip:
		return first, nil
	}
	_, last = onDay(now, -1, hour, minute)
	return last, nil
}

// parseNext reads a moment to come: 30m, in 2 hours, 09:30 (the next one),
// tomorrow 09:00, friday 9:00, or a whole date.
func parseNext(text string, now time.Time, zone *time.Location) (time.Time, error) {
	now = now.In(zone)
	text = strings.TrimSpace(narrow(text))
	s := strings.ToLower(text)
	if t, ok := parseDate(text, zone); ok {
		return t, nil
	}
	length := strings.TrimSpace(strings.TrimPrefix(s, "in "))
	for _, after := range []string{"之后", "以后", "后", "後"} {
		length = strings.TrimSuffix(length, after)
	}
	if d, ok := parseLength(length); ok {
		return now.Add(d), nil
	}
	if d, err := time.ParseDuration(strings.ReplaceAll(length, " ", "")); err == nil && d > 0 && d < 10*366*24*time.Hour {
		return now.Add(d), nil // 1.5h
	}
	days, pinned := 0, false
	if rest, n, ok := cutDay(s, now, 1); ok {
		s, days, pinned = rest, n, true
	}
	hour, minute, ok := parseClock(s)
	if !ok {
		return time.Time{}, domain.Refuse("not_a_time_ahead", "given", words.Line(text))
	}
	first, last := onDay(now, days, hour, minute)
	switch {
	case first.After(now):
		return first, nil
	case last.After(now) || pinned:
		return last, nil
	}
	first, _ = onDay(now, 1, hour, minute)
	return first, nil
}

// dayAhead refuses a day to come where something has happened already.
const dayAhead = "day_ahead"

func isAhead(err error) bool {
	var refusal *domain.Refusal
	return errors.As(err, &refusal) && refusal.Code == dayAhead
}

// ahead says whether a text that is no moment in the past begins with a day to
// come, or is a time from now on: tomorrow, in 2 hours, 30分後.
func ahead(text string, now time.Time) bool {
	s := strings.ToLower(strings.TrimSpace(narrow(text)))
	if _, days, ok := cutDay(s, now, -1); ok {
		return days > 0
	}
	if _, err := parseNext(s, now, time.UTC); err != nil {
		return false
	}
	return strings.HasPrefix(s, "in ") || strings.HasSuffix(s, "后") || strings.HasSuffix(s, "後")
}

// onDay is the time of day on the day so many days from now, twice: the night
// that puts clocks back shows it first and last; on other days both are one.
func onDay(now time.Time, days, hour, minute int) (first, last time.Time) {
	t := time.Date(now.Year(), now.Month(), now.Day()+days, hour, minute, 0, 0, now.Location())
	first, last = t, t
	for _, near := range []time.Time{t.Add(-6 * time.Hour), t.Add(6 * time.Hour)} {
		_, offset := near.Zone()
		_, usual := t.Zone()
		other := t.Add(time.Duration(usual-offset) * time.Second)
		if other.Hour() != t.Hour() || other.Minute() != t.Minute() {
			continue
		}
		if other.Before(first) {
			first = other
		}
		if other.After(last) {
			last = other
		}
	}
	return first, last
}

func parseDate(text string, zone *time.Location) (time.Time, bool) {
	if t, err := time.Parse(time.RFC3339, text); err == nil {
		return t, true
	}
	for _, layout := range layouts {
		if t, err := time.ParseInLocation(layout, text, zone); err == nil {
			return t, true
		}
	}
	return time.Time{}, false
}

func parseLength(s string) (time.Duration, bool) {
	switch s {
	case "an hour", "one hour", "1小時":
		return time.Hour, true
	case "half an hour", "半小时", "半小時":
		return 30 * time.Minute, true
	}
	m := lengthShape.FindStringSubmatch(s)
	if m == nil || m[1]+m[2]+m[4] == "" || m[3] != "" && m[2] == "" {
		return 0, false
	}
	d, _ := strconv.Atoi(m[1])
	h, _ := strconv.Atoi(m[2])
	mins, _ := strconv.Atoi(m[4])
	if m[3] != "" { // 1時間半
		mins += 30
	}
	return time.Duration(d)*24*time.Hour + time.Duration(h)*time.Hour + time.Duration(mins)*time.Minute, true
}

// cutDay takes a day off the start of the text: today or another by name, or
// the last or next one of that weekday. It says how many days that is from now.
func cutDay(s string, now time.Time, direction int) (rest string, days int, ok bool) {
	s = strings.TrimPrefix(s, "on ")
	for _, d := range dayWords {
		if rest, ok := strings.CutPrefix(s, d.word); ok {
			return trimAt(rest), d.days, true
		}
	}
	best := ""
	for word := range weekdays {
		if len(word) > len(best) && strings.HasPrefix(s, word) {
			best = word
		}
	}
	if best == "" {
		return s, 0, false
	}
	days = (int(weekdays[best]) - int(now.Weekday()) + 7) % 7
	if direction < 0 && days > 0 {
		days -= 7
	}
	return trimAt(s[len(best):]), days, true
}

func trimAt(s string) string {
	s = strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(s), ","))
	s = strings.TrimSpace(strings.TrimPrefix(s, "at "))
	return strings.TrimSpace(strings.TrimPrefix(s, "の"))
}

func parseClock(s string) (hour, minute int, ok bool) {
	s = strings.TrimSpace(strings.TrimPrefix(s, "at "))
	for _, h := range halfDays {
		if rest, ok := strings.CutPrefix(s, h.word); ok {
			s = strings.TrimSpace(rest) + h.half
			break
		}
	}
	m := clockShape.FindStringSubmatch(s)
	if m == nil {
		return 0, 0, false
	}
	hour, _ = strconv.Atoi(m[1])
	minute, _ = strconv.Atoi(m[2] + m[3])
	if m[4] != "" {
		minute = 30
	}
	switch {
	case m[5] == "pm" && hour < 12:
		hour += 12
	case m[5] == "am" && hour == 12:
		hour = 0
	}
	return hour, minute, hour <= 23 && minute <= 59
}

// narrow turns full-width letters, digits and marks into the usual ones, as
// Chinese and Japanese keyboards write them.
func narrow(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= '！' && r <= '～':
			return r - '！' + '!'
		case r == '\u3000':
			return ' '
		}
		return r
	}, s)
}
