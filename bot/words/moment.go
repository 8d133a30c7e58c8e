package words

import (
	"strconv"
	"strings"
	"time"
)

// Reader is who reads a text: it decides how moments and durations look.
type Reader struct {
	Lang string
	Zone *time.Location // nil is UTC
	// Brief leaves out of a moment what is clear where a chat is read: the year
	// that it is now, and the zone's distance from UTC beside its name.
	Brief bool
	// Mentions says that commands begin with a mention of the bot there, not with a slash.
	Mentions bool
}

// unknown stands for a moment nobody knows.
const unknown = "—"

// Instant shows a moment in the reader's zone: weekday, date, time, zone and
// its distance from UTC, for example "Mon 24 Nov 2025 10:15 CST (UTC+8)".
// Seconds are cut off, so a deadline is never shown later than it is.
func (r Reader) Instant(t time.Time) string { return r.moment(t, true, false) }

// instant is a moment as this reader reads it at now.
func (r Reader) instant(t, now time.Time) string {
	if !r.Brief {
		return r.Instant(t)
	}
	zone := r.Zone
	if zone == nil {
		zone = time.UTC
	}
	return r.moment(t, t.In(zone).Year() != now.In(zone).Year(), true)
}

func (r Reader) moment(t time.Time, year, brief bool) string {
	if t.IsZero() {
		return unknown
	}
	zone := r.Zone
	if zone == nil {
		zone = time.UTC
	}
	t = t.In(zone)
	lang := Match(r.Lang)
	date, english := "1月2日", "Mon 2 Jan 15:04"
	if year {
		date, english = "2006年1月2日", "Mon 2 Jan 2006 15:04"
	}
	var shown string
	switch lang {
	case "zh-Hans":
		shown = t.Format(date) + "（周" + weekdays[lang][t.Weekday()] + "）" + t.Format("15:04")
	case "ja":
		shown = t.Format(date) + "(" + weekdays[lang][t.Weekday()] + ") " + t.Format("15:04")
	default:
		shown = t.Format(english)
	}
	name, offset := zoneName(lang, t), offset(t)
	switch {
	case name == "" || name == offset:
		return shown + " " + offset
	case brief:
		return shown + " " + name
	case offset == "UTC":
		return shown + " " + name + " (UTC+0)"
	}
	return shown + " " + name + " (" + offset + ")"
}

var weekdays = map[string][]string{
	"zh-Hans": {"日", "一", "二", "三", "四", "五", "六"},
	"ja":      {"日", "月", "火", "水", "木", "金", "土"},
}

// offset is the distance from UTC at t: "UTC+8", "UTC-3:30", "UTC".
func offset(t time.Time) string {
	_, seconds := t.Zone()
	if seconds == 0 {
		return "UTC"
	}
	sign := "+"
	if seconds < 0 {
		sign, seconds = "-", -seconds
	}
	minutes := seconds / 60
	s := "UTC" + sign + strconv.Itoa(minutes/60)
	if m := minutes % 60; m != 0 {
		s += ":" + strconv.Itoa(m/10) + strconv.Itoa(m%10)
	}
	return s
}

// zoneName names the zone of t. In English that is the abbreviation in force,
// or the city where the zone has only digits for one; in the other languages
// the name people use all the year round, where we know it.
func zoneName(lang string, t time.Time) string {
	id := t.Location().String()
	if name, ok := zoneNames[lang][id]; ok {
		return name
	}
	abbreviation, _ := t.Zone()
	if abbreviation != "" && abbreviation[0] != '+' && abbreviation[0] != '-' {
		return abbreviation
	}
	city := id[strings.LastIndexByte(id, '/')+1:]
	if id == "" || id == "Local" || strings.HasPrefix(id, "Etc/") || city[0] == '+' || city[0] == '-' {
		return ""
	}
	city = strings.ReplaceAll(city, "_", " ")
	switch lang {
	case "zh-Hans":
		return city + " 时间"
	case "ja":
		return city + " 時間"
	}
	return city + " time"
}

var zoneNames = map[string]map[string]string{
	"zh-Hans": {
		"UTC": "UTC", "Asia/Shanghai": "中国标准时间", "Asia/Urumqi": "新疆时间", "Asia/Hong_Kong": "香港时间",
		"Asia/Macau": "澳门时间", "Asia/Taipei": "台北时间", "Asia/Singapore": "新加坡时间", "Asia/Tokyo": "日本标准时间",
		"Asia/Seoul": "韩国标准时间", "Asia/Kolkata": "印度标准时间", "Asia/Dubai": "迪拜时间",
		"Europe/London": "英国时间", "Europe/Berlin": "德国时间", "Europe/Paris": "法国时间",
		"America/New_York": "美国东部时间", "America/Chicago": "美国中部时间", "America/Denver": "美国山地时间",
		"America/Los_Angeles": "美国太平洋时间", "America/Sao_Paulo": "圣保罗时间", "Australia/Sydney": "悉尼时间",
	},
	"ja": {
		"UTC": "UTC", "Asia/Tokyo": "日本標準時", "Asia/Shanghai": "中国標準時", "Asia/Urumqi": "新疆時間",
		"Asia/Hong_Kong": "香港時間", "Asia/Macau": "マカオ時間", "Asia/Taipei": "台北時間", "Asia/Singapore": "シンガポール時間",
		"Asia/Seoul": "韓国標準時", "Asia/Kolkata": "インド標準時", "Asia/Dubai": "ドバイ時間",
		"Europe/London": "英国時間", "Europe/Berlin": "ドイツ時間", "Europe/Paris": "フランス時間",
		"America/New_York": "米国東部時間", "America/Chicago": "米国中部時間", "America/Denver": "米国山地時間",
		"America/Los_Angeles": "米国太平洋時間", "America/Sao_Paulo": "サンパウロ時間", "Australia/Sydney": "シドニー時間",
	},
}

// units are the words of a duration, and what stands between two of them.
type units struct{ day, hour, minute, second, between, below string }

var unitsOf = map[string]units{
	"en":      {" d", " h", " min", " s", " ", "less than 1 min"},
	"zh-Hans": {" 天", " 小时", " 分钟", " 秒", " ", "不到 1 分钟"},
	"ja":      {"日", "時間", "分", "秒", "", "1分未満"},
}

// Left shows how long it is from now until a moment, to the nearest minute and
// half a minute down, so that it never promises more than there is.
func (r Reader) Left(until, now time.Time) string {
	if until.IsZero() {
		return unknown
	}
	return r.elapsed(until.Sub(now), 30*time.Second-time.Nanosecond)
}

// Late shows how long a moment has passed, to the nearest minute and half a
// minute up.
func (r Reader) Late(since, now time.Time) string {
	if since.IsZero() {
		return unknown
	}
	return r.elapsed(now.Sub(since), 30*time.Second)
}

// elapsed shows a stretch of time after adding what rounds it to the minute.
// From two days on, hours are fine enough.
func (r Reader) elapsed(d, round time.Duration) string {
	u := unitsOf[Match(r.Lang)]
	if d <= 0 {
		return "0" + u.minute
	}
	minutes := int64((d + round) / time.Minute)
	switch {
	case minutes == 0:
		return u.below
	case minutes < 48*60:
		return two(u.between, minutes/60, u.hour, minutes%60, u.minute)
	}
	hours := (minutes + 30) / 60
	return two(u.between, hours/24, u.day, hours%24, u.hour)
}

// Duration shows a length of time exactly to the second. Days begin where hours
// stop being how people say it: "24 h" and "48 h", but "5 d".
func (r Reader) Duration(d time.Duration) string {
	u := unitsOf[Match(r.Lang)]
	s := int64(d / time.Second)
	minus := ""
	if s < 0 {
		minus, s = "-", -s
	}
	var shown []string
	add := func(n int64, unit string) {
		if n != 0 {
			shown = append(shown, strconv.FormatInt(n, 10)+unit)
		}
	}
	if s > 72*3600 {
		add(s/86400, u.day)
		s %= 86400
	}
	add(s/3600, u.hour)
	add(s%3600/60, u.minute)
	add(s%60, u.second)
	if shown == nil {
		return "0" + u.minute
	}
	return minus + strings.Join(shown, u.between)
}

func two(between string, a int64, unitA string, b int64, unitB string) string {
	switch {
	case a == 0:
		return strconv.FormatInt(b, 10) + unitB
	case b == 0:
		return strconv.FormatInt(a, 10) + unitA
	}
	return strconv.FormatInt(a, 10) + unitA + between + strconv.FormatInt(b, 10) + unitB
}
