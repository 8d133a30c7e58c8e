package words

import (
	"encoding/json"
	"slices"
	"testing"
	"time"
	_ "time/tzdata"
)

func zone(t *testing.T, name string) *time.Location {
	t.Helper()
	z, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return z
}

func TestInstantsAreShownInTheReadersZone(t *testing.T) {
	// Friday 21 November 2025, 16:45 in China is 08:45 UTC.
	friday := time.Date(2025, 11, 21, 8, 45, 59, 0, time.UTC)
	july := time.Date(2025, 7, 1, 12, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		lang, zone string
		at         time.Time
		want       string
	}{
		{"en", "Asia/Shanghai", friday, "Fri 21 Nov 2025 16:45 CST (UTC+8)"},
		{"zh-Hans", "Asia/Shanghai", friday, "2025年11月21日（周五）16:45 中国标准时间 (UTC+8)"},
		{"ja", "Asia/Tokyo", friday, "2025年11月21日(金) 17:45 日本標準時 (UTC+9)"},
		{"en", "Europe/Berlin", friday, "Fri 21 Nov 2025 09:45 CET (UTC+1)"},
		{"en", "Europe/Berlin", july, "Tue 1 Jul 2025 14:00 CEST (UTC+2)"},
		{"zh-CN", "Europe/Berlin", july, "2025年7月1日（周二）14:00 德国时间 (UTC+2)"},
		{"en", "Europe/London", friday, "Fri 21 Nov 2025 08:45 GMT (UTC+0)"},
		{"ja", "Europe/London", july, "2025年7月1日(火) 13:00 英国時間 (UTC+1)"},
		{"en", "UTC", friday, "Fri 21 Nov 2025 08:45 UTC"},
		{"en", "Asia/Kolkata", friday, "Fri 21 Nov 2025 14:15 IST (UTC+5:30)"},
		// Zones whose abbreviation is only digits are named by their city.
		{"en", "Asia/Singapore", friday, "Fri 21 Nov 2025 16:45 Singapore time (UTC+8)"},
		{"en", "America/Argentina/Buenos_Aires", friday, "Fri 21 Nov 2025 05:45 Buenos Aires time (UTC-3)"},
		{"ja", "America/Bogota", friday, "2025年11月21日(金) 03:45 Bogota 時間 (UTC-5)"},
		{"zh-Hans", "America/Bogota", friday, "2025年11月21日（周五）03:45 Bogota 时间 (UTC-5)"},
		{"en", "Etc/GMT+3", friday, "Fri 21 Nov 2025 05:45 UTC-3"},
	} {
		got := At(c.at).Render(Reader{Lang: c.lang, Zone: zone(t, c.zone)}, friday)
		if got != c.want {
			t.Errorf("%s in %s: got %q, want %q", c.lang, c.zone, got, c.want)
		}
	}
	fixed := Reader{Lang: "en", Zone: time.FixedZone("", -(3*3600 + 1800))}
	if got, want := fixed.Instant(friday), "Fri 21 Nov 2025 05:15 UTC-3:30"; got != want {
		t.Errorf("a zone without a name: got %q, want %q", got, want)
	}
	if got := At(time.Time{}).Render(Reader{}, friday); got != "—" {
		t.Errorf("a moment nobody knows is shown as %q", got)
	}
	if got, want := At(friday).Render(Reader{}, friday), "Fri 21 Nov 2025 08:45 UTC"; got != want {
		t.Errorf("a reader without language and zone: got %q, want %q", got, want)
	}
}

// In a chat the year that it is, and the distance from UTC beside a zone's name,
// are left out; a deadline of another year keeps its year.
func TestBriefMoments(t *testing.T) {
	friday := time.Date(2025, 11, 21, 8, 45, 0, 0, time.UTC)
	newYear := time.Date(2025, 12, 31, 16, 30, 0, 0, time.UTC) // 2026 already in Shanghai
	for _, c := range []struct {
		lang, zone string
		at         time.Time
		want       string
	}{
		{"en", "Europe/Berlin", friday, "Fri 21 Nov 09:45 CET"},
		{"zh-Hans", "Asia/Shanghai", friday, "11月21日（周五）16:45 中国标准时间"},
		{"ja", "Asia/Tokyo", friday, "11月21日(金) 17:45 日本標準時"},
		{"en", "UTC", friday, "Fri 21 Nov 08:45 UTC"},
		{"en", "Etc/GMT+3", friday, "Fri 21 Nov 05:45 UTC-3"},
		{"en", "Asia/Shanghai", newYear, "Thu 1 Jan 2026 00:30 CST"},
		{"en", "Europe/Berlin", newYear, "Wed 31 Dec 17:30 CET"},
	} {
		got := At(c.at).Render(Reader{Lang: c.lang, Zone: zone(t, c.zone), Brief: true}, friday)
		if got != c.want {
			t.Errorf("%s in %s: %q, want %q", c.lang, c.zone, got, c.want)
		}
	}
}

func TestLeftAndLateAreComputedAtSending(t *testing.T) {
	due := time.Date(2026, 3, 2, 9, 15, 0, 0, time.UTC)
	for _, c := range []struct {
		text Text
		lang string
		now  time.Duration // after due
		want string
	}{
		{LeftUntil(due), "en", -7 * time.Minute, "7 min"},
		{LeftUntil(due), "en", -7*time.Minute + 200*time.Millisecond, "7 min"},
		{LeftUntil(due), "en", -7*time.Minute - 30*time.Second, "7 min"},
		{LeftUntil(due), "zh-Hans", -125 * time.Minute, "2 小时 5 分钟"},
		{LeftUntil(due), "ja", -125 * time.Minute, "2時間5分"},
		{LeftUntil(due), "en", -20 * time.Second, "less than 1 min"},
		{LeftUntil(due), "en", time.Minute, "0 min"},
		{LeftUntil(due), "en", -time.Hour, "1 h"},
		{LeftUntil(due), "en", -47*time.Hour - 59*time.Minute, "47 h 59 min"},
		{LeftUntil(due), "en", -51 * time.Hour, "2 d 3 h"},
		{LateSince(due), "en", 192 * time.Minute, "3 h 12 min"},
		{LateSince(due), "zh-Hans", 192 * time.Minute, "3 小时 12 分钟"},
		{LateSince(due), "ja", 20 * time.Second, "1分未満"},
		{LateSince(due), "en", 90 * time.Second, "2 min"},
		{LateSince(due), "en", -time.Second, "0 min"},
		{LeftUntil(time.Time{}), "en", 0, "—"},
		{LateSince(time.Time{}), "en", 0, "—"},
		{For(15 * time.Minute), "en", 0, "15 min"},
		{For(90 * time.Second), "zh-Hans", 0, "1 分钟 30 秒"},
		{For(24 * time.Hour), "ja", 0, "24時間"},
		{For(14 * 24 * time.Hour), "en", 0, "14 d"},
		{For(0), "en", 0, "0 min"},
		{For(-90 * time.Minute), "en", 0, "-1 h 30 min"},
	} {
		if got := c.text.Render(Reader{Lang: c.lang}, due.Add(c.now)); got != c.want {
			t.Errorf("%q in %s, %v after it was due: got %q, want %q", c.text, c.lang, c.now, got, c.want)
		}
	}
}

func TestATextKeepsItsPartsWhenStored(t *testing.T) {
	at := time.Date(2026, 3, 2, 9, 15, 0, 0, time.FixedZone("CST", 8*3600))
	text := Join(" / ", "a", "", At(at), For(time.Minute))
	stored, err := json.Marshal(text)
	if err != nil {
		t.Fatal(err)
	}
	var back Text
	if err := json.Unmarshal(stored, &back); err != nil {
		t.Fatal(err)
	}
	want := []Part{
		{Text: "a / "},
		{Kind: Instant, At: at.UTC()},
		{Text: " / "},
		{Kind: Length, For: time.Minute},
	}
	if got := slices.Collect(back.Parts()); !slices.Equal(got, want) {
		t.Errorf("parts after storing: %v, want %v", got, want)
	}
	for range back.Parts() {
		break // a reader may stop early
	}
}

func TestATextThatIsNotOursIsHarmless(t *testing.T) {
	for _, bad := range []Text{
		"\x02", "\x02\x03", "\x02i\x03", "\x02ix\x03", "\x02q5\x03", "a\x02i12", "\x03b", "\x02i99999999999999999999\x03",
		"\x02\x02i\x03", "\x02l-1\x03", "\x02d9223372036854775807\x03",
	} {
		got := bad.Render(Reader{}, time.Unix(0, 0))
		if slices.ContainsFunc([]rune(got), func(r rune) bool { return r < ' ' }) {
			t.Errorf("%q renders with control characters: %q", string(bad), got)
		}
	}
}

func TestListsFollowTheLanguage(t *testing.T) {
	if got := In("en").List("phone", "", "web"); got != "phone, web" {
		t.Errorf("en: %q", got)
	}
	if got := In("ja").List("電話", "Web"); got != "電話、Web" {
		t.Errorf("ja: %q", got)
	}
}
