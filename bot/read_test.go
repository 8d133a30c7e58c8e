package bot

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"example.com/firstcall/bot/words"
	"example.com/firstcall/domain"
	"example.com/firstcall/domain/terms"
)

func zone(t testing.TB, name string) *time.Location {
	t.Helper()
	loc, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return loc
}

// It is Wednesday, 4 March 2026, 10:00 in Berlin.
func wednesday(t testing.TB) time.Time {
	return time.Date(2026, 3, 4, 10, 0, 0, 0, zone(t, "Europe/Berlin"))
}

func TestWhenPeopleSayWhen(t *testing.T) {
	now := wednesday(t)
	berlin := now.Location()
	at := func(day, hour, minute int) time.Time { return time.Date(2026, 3, day, hour, minute, 0, 0, berlin) }
	for text, want := range map[string]time.Time{
		"now":                       now,
		"刚刚":                        now,
		"9":                         at(4, 9, 0),
		"09:12":                     at(4, 9, 12),
		"9.12":                      at(4, 9, 12),
		"９：１２":                      at(4, 9, 12),
		"10:00":                     now,
		"10:01":                     at(4, 10, 1), // a minute ahead: whoever asks refuses it
		"9pm":                       at(4, 21, 0), // eleven hours ahead
		"22:01":                     at(3, 22, 1), // more than half a day ahead, so yesterday
		"yesterday 10:01":           at(3, 10, 1),
		"12 am":                     at(4, 0, 0),
		"12pm":                      at(4, 12, 0),
		"at 8:30":                   at(4, 8, 30),
		"today 23:00":               at(4, 23, 0), // said so itself; whoever asks refuses it
		"Yesterday at 14:00":        at(3, 14, 0),
		"tuesday 16:30":             at(3, 16, 30),
		"on Friday 9:00":            at(-1, 9, 0).AddDate(0, 0, 0), // 27 February
		"wednesday 9:00":            at(4, 9, 0),
		"20 min ago":                at(4, 9, 40),
		"an hour ago":               at(4, 9, 0),
		"2h 30m ago":                at(4, 7, 30),
		"2 days ago":                at(2, 10, 0),
		"2026-03-02 09:12":          at(2, 9, 12),
		"2 Mar 2026 09:12":          at(2, 9, 12),
		"2026-03-02T09:12:00+08:00": time.Date(2026, 3, 2, 1, 12, 0, 0, time.UTC),
		"上午9点":                      at(4, 9, 0),
		"昨天下午3点半":                   at(3, 15, 30),
		"9点20分":                     at(4, 9, 20),
		"20分钟前":                     at(4, 9, 40),
		"半小时前":                      at(4, 9, 30),
		"2026年3月2日 09:12":           at(2, 9, 12),
		"周二 16:30":                  at(3, 16, 30),
		"昨日の14時":                    at(3, 14, 0),
		"午前9時12分":                   at(4, 9, 12),
		"1時間半前":                     at(4, 8, 30),
		"月曜日 8:00":                  at(2, 8, 0),
	} {
		if text == "on Friday 9:00" {
			want = time.Date(2026, 2, 27, 9, 0, 0, 0, berlin)
		}
		got, err := parseWhen(text, now, berlin)
		if err != nil || !got.Equal(want) {
			t.Errorf("%q is %v (%v), want %v", text, got, err, want)
		}
	}
	for _, text := range []string{"", "soon", "25:00", "9:60", "2026-02-30 10:00", "9999999999 h ago", "since", "99", "-5 min ago", "1:2:3", "9:00 xm"} {
		var refusal *domain.Refusal
		if got, err := parseWhen(text, now, berlin); !errors.As(err, &refusal) || refusal.Code != "not_a_time" {
			t.Errorf("%q was taken as %v (%v)", text, got, err)
		}
	}
}

func TestWhenPeopleSayWhenNext(t *testing.T) {
	now := wednesday(t)
	berlin := now.Location()
	at := func(day, hour, minute int) time.Time { return time.Date(2026, 3, day, hour, minute, 0, 0, berlin) }
	for text, want := range map[string]time.Time{
		"30m":              at(4, 10, 30),
		"30 min":           at(4, 10, 30),
		"in 2 hours":       at(4, 12, 0),
		"1.5h":             at(4, 11, 30),
		"1h30m":            at(4, 11, 30),
		"2 days":           at(6, 10, 0),
		"10:30":            at(4, 10, 30),
		"9":                at(5, 9, 0), // over for today
		"10:00":            at(5, 10, 0),
		"tomorrow at 9:00": at(5, 9, 0),
		"friday 9:00":      at(6, 9, 0),
		"2026-03-05 09:00": at(5, 9, 0),
		"30分钟后":            at(4, 10, 30),
		"明天上午9点":           at(5, 9, 0),
		"明日 9時":            at(5, 9, 0),
		"2時間後":             at(4, 12, 0),
	} {
		got, err := parseNext(text, now, berlin)
		if err != nil || !got.Equal(want) {
			t.Errorf("%q is %v (%v), want %v", text, got, err, want)
		}
	}
	for _, text := range []string{"", "later", "20 min ago", "-5m", "25:00", "9999999h"} {
		var refusal *domain.Refusal
		if got, err := parseNext(text, now, berlin); !errors.As(err, &refusal) || refusal.Code != "not_a_time_ahead" {
			t.Errorf("%q was taken as %v (%v)", text, got, err)
		}
	}
}

// Whoever is asked about the future is shown how to say it, and whoever names a
// day to come where something has happened is told that it has not come.
func TestTimesThatAreRefused(t *testing.T) {
	v := &visit{now: wednesday(t), zone: "Europe/Berlin"}
	next, past := Field{Key: fieldNext, Kind: FieldTime}, Field{Key: fieldAt, Kind: FieldTime}
	for _, c := range []struct {
		f    Field
		text string
		want string
	}{
		{next, "tomorrow", "not_a_time_ahead"},
		{next, "soon", "not_a_time_ahead"},
		{past, "tomorrow", dayAhead},
		{past, "明天", dayAhead},
		{past, "明日", dayAhead},
		{past, "in 2 hours", dayAhead},
		{past, "30分後", dayAhead},
		{past, "30分钟后", dayAhead},
		{past, "today", "not_a_time"},
		{past, "yesterday", "not_a_time"},
		{past, "soon", "not_a_time"},
		{past, "in May", "not_a_time"},
		{Field{Key: fieldSince, Kind: FieldTime}, "tomorrow", dayAhead},
	} {
		_, err := v.read(c.f, c.text)
		var refusal *domain.Refusal
		if !errors.As(err, &refusal) || refusal.Code != c.want || refusal.Field != c.f.Key {
			t.Errorf("%s for %s: %v, want %s", c.text, c.f.Key, err, c.want)
		}
	}
	for lang, want := range map[string]string{"en": "tomorrow 09:00", "zh-Hans": "明天 09:00", "ja": "明日 09:00"} {
		if got := string(words.In(lang).Refusal("not_a_time_ahead", map[string]string{"given": "x"})); !strings.Contains(got, want) || strings.Contains(got, "20") {
			t.Errorf("%s shows the examples %q", lang, got)
		}
	}
}

// "me" among contacts is whoever writes it, on the customer's side.
func TestMeAmongContacts(t *testing.T) {
	ana := &Person{Side: domain.Customer, FullName: "Ana Weber", Phone: "+49 30 23125 101", Email: "ana@contoso.example"}
	kenji := &Person{Side: domain.Provider, FullName: "Kenji Sato", Phone: "+81 3 1"}
	contacts := Field{Key: fieldContacts, Kind: FieldLong}
	for _, c := range []struct {
		who        *Person
		text, want string
	}{
		{ana, "me", "Ana Weber, +49 30 23125 101, ana@contoso.example"},
		{ana, "私", "Ana Weber, +49 30 23125 101, ana@contoso.example"},
		{ana, "me, +49 30 23125 999", "Ana Weber, +49 30 23125 999"},
		{ana, "me; Ben Krause, +49 30 23125 102", "Ana Weber, +49 30 23125 101, ana@contoso.example\nBen Krause, +49 30 23125 102"},
		{ana, "Ben  Krause,+49 30 23125 102", "Ben  Krause,+49 30 23125 102"},
		{&Person{Side: domain.Customer, Name: "carol"}, "me", ""},
		{kenji, "me", ""}, // the contacts are the customer's
	} {
		v := &visit{now: wednesday(t), door: Door{Person: c.who}}
		got, err := v.read(contacts, c.text)
		if got != c.want || (err != nil) != (c.want == "") {
			t.Errorf("%q by %s is %q (%v), want %q", c.text, display(c.who), got, err, c.want)
		}
	}
}

// Clocks in Berlin go from 02:00 to 03:00 on 29 March 2026, and from 03:00 back
// to 02:00 on 25 October.
func TestTimesOfDayAcrossAChangeOfClocks(t *testing.T) {
	berlin := zone(t, "Europe/Berlin")
	for _, c := range []struct {
		text      string
		now, want string
	}{
		{"01:30", "2026-03-29T03:10:00+02:00", "2026-03-29T01:30:00+01:00"},
		{"yesterday 9:00", "2026-03-29T12:00:00+02:00", "2026-03-28T09:00:00+01:00"},
		{"2h ago", "2026-03-29T03:30:00+02:00", "2026-03-29T00:30:00+01:00"}, // elapsed, not by the clock on the wall
		{"01:30", "2026-10-25T12:00:00+01:00", "2026-10-25T01:30:00+02:00"},
		{"02:30", "2026-10-25T12:00:00+01:00", "2026-10-25T02:30:00+01:00"}, // of two, the last
		{"yesterday 02:30", "2026-10-26T12:00:00+01:00", "2026-10-25T02:30:00+01:00"},
		{"02:10", "2026-10-25T02:20:00+02:00", "2026-10-25T02:10:00+02:00"}, // which has not come yet
		{"02:10", "2026-10-25T02:20:00+01:00", "2026-10-25T02:10:00+01:00"},
		{"02:30", "2026-10-25T02:20:00+01:00", "2026-10-25T02:30:00+02:00"}, // 50 minutes ago
		{"1 day ago", "2026-10-25T12:00:00+01:00", "2026-10-24T13:00:00+02:00"},
	} {
		now, _ := time.Parse(time.RFC3339, c.now)
		want, _ := time.Parse(time.RFC3339, c.want)
		got, err := parseWhen(c.text, now, berlin)
		if err != nil || !got.Equal(want) {
			t.Errorf("%q at %s is %v (%v), want %s", c.text, c.now, got, err, c.want)
		}
	}
	// A time of day that the spring night skips becomes one that exists, never after now.
	now := time.Date(2026, 3, 29, 4, 0, 0, 0, berlin)
	if got, err := parseWhen("02:30", now, berlin); err != nil || got.After(now) {
		t.Errorf("02:30 on the short night is %v (%v)", got, err)
	}
}

func readIn(t *testing.T, key string, kind FieldKind, raw string) (string, string) {
	t.Helper()
	v := &visit{bot: &Bot{Terms: terms.Current()}, now: wednesday(t), zone: "Europe/Berlin"}
	value, err := v.read(Field{Key: key, Kind: kind}, raw)
	var refusal *domain.Refusal
	if errors.As(err, &refusal) {
		if refusal.Field != key {
			t.Errorf("%q is refused at the field %q, want %q", raw, refusal.Field, key)
		}
		return "", refusal.Code
	}
	if err != nil {
		t.Errorf("%q: %v", raw, err)
	}
	return value, ""
}

func TestWhatIsReadAndWhatIsRefused(t *testing.T) {
	for _, c := range []struct {
		key         string
		kind        FieldKind
		raw         string
		value, code string
	}{
		{fieldPhone, FieldPhone, "+49 30 23125 101", "+49 30 23125 101", ""},
		{fieldPhone, FieldPhone, "(030) 23125-101", "", "not_a_phone"}, // no country code, and no digit first
		{fieldPhone, FieldPhone, "030 23125101", "030 23125101", ""},
		{fieldPhone, FieldPhone, "＋81 3 5550 0101", "+81 3 5550 0101", ""},
		{fieldPhone, FieldPhone, "112", "", "not_a_phone"},
		{fieldPhone, FieldPhone, "+49 30 23125 101 or 102", "", "not_a_phone"},
		{fieldPhone, FieldPhone, strings.Repeat("1", 40), "", "not_a_phone"},
		{fieldPhone, FieldPhone, "", "", "answer_missing"},
		{fieldEmail, FieldEmail, "ana@contoso.example", "ana@contoso.example", ""},
		{fieldEmail, FieldEmail, "Ana Weber <ana@contoso.example>", "ana@contoso.example", ""},
		{fieldEmail, FieldEmail, "ana@contoso", "", "not_an_email"},
		{fieldEmail, FieldEmail, "ana(at)contoso.example", "", "not_an_email"},
		{fieldEmail, FieldEmail, "a@b..c", "", "not_an_email"},
		{fieldEmail, FieldEmail, "ana@contoso.example, ben@contoso.example", "", "not_an_email"},
		{fieldEmail, FieldEmail, strings.Repeat("a", 300) + "@b.example", "", "not_an_email"},
		{fieldZone, FieldText, "Europe/Berlin", "Europe/Berlin", ""},
		{fieldZone, FieldText, "america/new york", "America/New_York", ""},
		{fieldZone, FieldText, "Local", "", "not_a_zone"},
		{fieldZone, FieldText, "../../etc/passwd", "", "not_a_zone"},
		{fieldZone, FieldText, "Mars/Olympus", "", "not_a_zone"},
		{fieldSince, FieldTime, "9:50", "2026-03-04T09:50:00+01:00", ""},
		{fieldSince, FieldTime, "tomorrow 9:00", "", "in_future"},
		{fieldSince, FieldTime, "2025-03-03 10:00", "2025-03-03T10:00:00+01:00", ""}, // 366 days
		{fieldSince, FieldTime, "2025-03-03 09:59", "", "too_early"},
		{fieldSince, FieldTime, "0001-01-01", "", "too_early"},
		{fieldContacts, FieldLong, "Ana and Ben", "", "contact_missing"},
		{fieldContacts, FieldLong, "Ana, 112", "", "contact_missing"},
		{fieldContacts, FieldLong, "Ana, ana@contoso.example", "Ana, ana@contoso.example", ""},
		{fieldProduct, FieldSearch, "aks", "azure/kubernetes-service", ""},
		{fieldProduct, FieldSearch, "ＡＫＳ", "azure/kubernetes-service", ""},
		{fieldProduct, FieldSearch, "virtual", "", "product_many"},
		{fieldProduct, FieldSearch, "azure", "", "product_crowd"}, // also a name, but of too much
		{fieldProduct, FieldSearch, "a", "", "product_crowd"},
		{fieldProduct, FieldSearch, "kubernets", "", "product_nearest"},
		{fieldProduct, FieldSearch, "xyzzyplugh", "", "product_unknown"},
		{fieldHappened, FieldLong, "one\r\ntwo\x00\x1b[31m\u202e", "one\ntwo[31m", ""},
		{fieldOwner, FieldText, "Ana\nWeber", "Ana Weber", ""},
	} {
		if value, code := readIn(t, c.key, c.kind, c.raw); value != c.value || code != c.code {
			t.Errorf("%s %q is read as %q, refused as %q; want %q, %q", c.key, c.raw, value, code, c.value, c.code)
		}
	}
}

func TestAnswersThatAreChosen(t *testing.T) {
	yesNo := []Option{{Value: yes, Label: "はい"}, {Value: no, Label: "いいえ"}}
	kinds := []Option{{Value: "breakfix", Label: "Something is broken"}, {Value: "advice", Label: "I have a question"}}
	sev := []Option{{Value: "1", Label: "Severity 1"}, {Value: "A", Label: "Severity A"}, {Value: "B", Label: "Severity B"}, {Value: "C", Label: "Severity C"}}
	for _, c := range []struct {
		key     string
		options []Option
		typed   string
		want    string
	}{
		{"x", yesNo, "y", yes},
		{"x", yesNo, "１", yes},
		{"x", yesNo, "不", no},
		{"x", yesNo, "いいえ", no},
		{"x", yesNo, "maybe", ""},
		{"x", kinds, "2", "advice"},
		{"x", kinds, "some", "breakfix"},
		{"x", kinds, "something is broken", "breakfix"},
		{"x", kinds, "3", ""},
		{"x", kinds, "0", ""},
		{"x", kinds, "-1", ""},
		{fieldSeverity, sev, "1", "1"},
		{fieldSeverity, sev, "b", "B"},
		{fieldSeverity, sev, "sev A", "A"},
		{fieldSeverity, sev, "severity c", "C"},
		{fieldSeverity, sev, "5", ""},
	} {
		got, err := readChoice(Field{Key: c.key, Options: c.options}, narrow(c.typed))
		if got != c.want || (err == nil) != (c.want != "") {
			t.Errorf("%q is taken as %q (%v), want %q", c.typed, got, err, c.want)
		}
	}
}

func TestContactsAsPeopleWriteThem(t *testing.T) {
	ana := domain.Contact{Name: "Ana Weber", Phone: "+49 30 23125 101"}
	ben := domain.Contact{Name: "Ben Krause", Phone: "+49 30 23125 102", Email: "ben@contoso.example"}
	for text, want := range map[string][]domain.Contact{
		"":                                 nil,
		" ,; \n":                           nil,
		"Ana Weber, +49 30 23125 101":      {ana},
		"Ana Weber +49 30 23125 101":       {ana},
		"+49 30 23125 101 Ana Weber":       {ana},
		"Ana Weber: +49 30 23125 101":      {ana},
		"Ana Weber":                        {{Name: "Ana Weber"}},
		"Ben Krause <ben@contoso.example>": {{Name: "Ben Krause", Email: "ben@contoso.example"}},
		"Ana Weber, +49 30 23125 101\nBen Krause, ben@contoso.example, +49 30 23125 102":   {ana, ben},
		"Ana Weber +49 30 23125 101; Ben Krause +49 30 23125 102 ben@contoso.example":      {ana, ben},
		"Ana Weber +49 30 23125 101, and Ben Krause +49 30 23125 102, ben@contoso.example": {ana, ben},
		"Ana Weber +49 30 23125 101、Ben Krause ＋49 30 23125 102 ben@contoso.example":       {ana, ben},
		"林静 +86 21 5550 0102；和 陈伟 wei@huadong.example": {
			{Name: "林静", Phone: "+86 21 5550 0102"}, {Name: "陈伟", Email: "wei@huadong.example"},
		},
	} {
		if got := parseContacts(text); !slices.Equal(got, want) {
			t.Errorf("%q gives %+v, want %+v", text, got, want)
		}
	}
}

// Whatever people type, nothing breaks, a time of day is never in the future,
// and what was read once reads the same again.
func FuzzReading(f *testing.F) {
	for _, s := range []string{"9:50", "yesterday 14:00", "20 min ago", "2026-03-02 09:12", "昨天下午3点半", "1時間半前", "friday", "Ana +49 30 1, Ben <b@c.example>", "\xff\x00\u202e", "sev 1 since 9"} {
		f.Add(s)
	}
	now := wednesday(f)
	f.Fuzz(func(t *testing.T, s string) {
		if at, err := parseWhen(s, now, now.Location()); err == nil {
			if again, err := parseWhen(at.Format(time.RFC3339), now, now.Location()); err != nil || again.Unix() != at.Unix() && at.Year() > 0 && at.Year() < 9999 {
				t.Errorf("%q is %v, which reads as %v (%v)", s, at, again, err)
			}
		}
		if at, err := parseNext(s, now, now.Location()); err == nil && clockShape.MatchString(strings.TrimSpace(strings.ToLower(narrow(s)))) && !at.After(now) {
			t.Errorf("the next %q is %v, which is over", s, at)
		}
		contacts := parseContacts(s)
		var texts []string
		for _, c := range contacts {
			texts = append(texts, contactText(c))
			if c.Name+c.Phone+c.Email == "" || words.Clean(c.Name) != c.Name {
				t.Errorf("%q gives the contact %+v", s, c)
			}
		}
		if again := parseContacts(strings.Join(texts, "\n")); len(again) < len(contacts) {
			t.Errorf("%q gives %+v, and those %+v", s, contacts, again)
		}
		g := guess(terms.Current(), words.Clean(s), now, now.Location())
		if g.since.After(now) {
			t.Errorf("%q is guessed to begin at %v", s, g.since)
		}
	})
}

// A national number has nine digits or more; with its country code it may be
// shorter.
func TestPhoneNumbersThatCanBeCalled(t *testing.T) {
	for text, good := range map[string]bool{
		"03-1234": false, "12345678": false, "+49 12": false, "112": false,
		"030 23125 101": true, "03-1234-5678": true, "+49 30 1234567": true, "+45 12 34 56": true,
	} {
		if _, err := readPhone(fieldPhone, text); (err == nil) != good {
			t.Errorf("%q gave %v", text, err)
		}
	}
}

// In a conversation the words for "very urgent" name two severities.
func TestUrgentIsNoSeverity(t *testing.T) {
	f := Field{Key: fieldSeverity, Options: []Option{{Value: "1", Label: "Severity 1: critical"}, {Value: "A", Label: "Severity A: critical, less so"}, {Value: "B"}}}
	for _, text := range []string{"critical", "urgent", "紧急", "緊急"} {
		var refusal *domain.Refusal
		if got, err := readChoice(f, text); !errors.As(err, &refusal) || refusal.Code != "severity_urgent" {
			t.Errorf("%q is %q (%v)", text, got, err)
		}
	}
}
