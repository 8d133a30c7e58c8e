package words

import (
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"example.com/firstcall/bot/words/catalog"
)

// Every language says every sentence, with the same arguments and with the
// plural forms it needs.
func TestLanguagesAgree(t *testing.T) {
	if err := faults(); err != nil {
		t.Fatal(err)
	}
	all, err := catalog.Read(files)
	if err != nil {
		t.Fatal(err)
	}
	for _, complaint := range disagreements(all) {
		t.Error(complaint)
	}
}

// disagreements compares each language with English and with its own plural
// rules.
func disagreements(all catalog.Catalog) []string {
	var out []string
	for _, lang := range catalog.Languages {
		needed := []string{"other"}
		form := pluralForm(lang)
		for n := range int64(200) {
			if f := form(n); !slices.Contains(needed, f) {
				needed = append(needed, f)
			}
		}
		for _, key := range all.Keys(lang) {
			if _, ok := all["en"][key]; !ok {
				out = append(out, lang+": "+key+" is not in English")
			}
		}
		for _, key := range all.Keys("en") {
			m, ok := all[lang][key]
			if !ok {
				out = append(out, lang+": "+key+" is missing")
				continue
			}
			names, err := m.Names()
			if err != nil {
				out = append(out, lang+": "+err.Error())
				continue
			}
			want, _ := all["en"][key].Names()
			slices.Sort(names)
			slices.Sort(want)
			if !slices.Equal(names, want) {
				out = append(out, lang+": "+key+" has "+strings.Join(names, ",")+", English has "+strings.Join(want, ","))
			}
			plural := len(all["en"][key].Forms) > 1
			if plural && !slices.ContainsFunc(want, func(n string) bool { return catalog.KindOf(n) == catalog.Count }) {
				out = append(out, key+" has plural forms, but no ...Count to select one")
			}
			for f := range m.Forms {
				if !slices.Contains(needed, f) {
					out = append(out, lang+": "+key+" has the form "+f+", which the language never uses")
				}
			}
			for _, f := range needed {
				if m.Forms[f] == "" && (plural || f == "other") {
					out = append(out, lang+": "+key+" lacks the form "+f)
				}
			}
			for f, text := range m.Forms {
				if strings.TrimSpace(text) != text || strings.Contains(text, "<no value>") {
					out = append(out, lang+": "+key+" ("+f+") begins or ends with white space")
				}
			}
		}
	}
	return out
}

// The check itself finds each kind of disagreement.
func TestDisagreementsAreFound(t *testing.T) {
	read := func(zh string) []string {
		all, err := catalog.Read(fstest.MapFS{
			"a.en.json":      {Data: []byte(`{"n": {"one": "{{.Count}} case of {{.Title}}", "other": "{{.Count}} cases of {{.Title}}"}}`)},
			"a.ja.json":      {Data: []byte(`{"n": "{{.Title}}が {{.Count}}件"}`)},
			"a.zh-Hans.json": {Data: []byte(zh)},
		})
		if err != nil {
			return []string{err.Error()}
		}
		return disagreements(all)
	}
	if got := read(`{"n": "{{.Title}}：{{.Count}} 个"}`); len(got) != 0 {
		t.Errorf("a good file is refused: %v", got)
	}
	for name, zh := range map[string]string{
		"a missing key":        `{}`,
		"a key too many":       `{"n": "{{.Title}} {{.Count}}", "m": "x"}`,
		"another argument":     `{"n": "{{.Titel}} {{.Count}}"}`,
		"a lost argument":      `{"n": "{{.Title}}"}`,
		"a form never used":    `{"n": {"one": "{{.Title}} {{.Count}}", "other": "{{.Title}} {{.Count}}"}}`,
		"a template with code": `{"n": "{{if .Title}}{{.Title}}{{end}} {{.Count}}"}`,
		"an unclosed brace":    `{"n": "{{.Title {{.Count}}"}`,
		"a key written twice":  `{"n": "{{.Title}} {{.Count}}", "n": "{{.Title}} {{.Count}}"}`,
		"broken JSON":          `{"n": `,
	} {
		if got := read(zh); len(got) == 0 {
			t.Errorf("%s is not found", name)
		}
	}
	if _, err := catalog.Read(fstest.MapFS{
		"a.en.json": {Data: []byte(`{"n": "x"}`)}, "b.en.json": {Data: []byte(`{"n": "y"}`)},
	}); err == nil {
		t.Error("a key in two files is not found")
	}
	if _, err := catalog.Read(fstest.MapFS{"a.fr.json": {Data: []byte(`{"n": "x"}`)}}); err == nil {
		t.Error("a language the bot does not speak is not found")
	}
}

// sample is a small catalogue for what the machinery does with any sentence.
func sample(t *testing.T) func(lang string) *Words {
	t.Helper()
	all, err := catalog.Read(fstest.MapFS{
		"a.en.json": {Data: []byte(`{
			"ring.left": "{{.Incident}} has {{.Left}} left for the first call: {{.Title}}",
			"cases": {"one": "{{.Count}} case since {{.Since}}", "other": "{{.Count}} cases since {{.Since}}"},
			"wrap": "Now: {{.StateText}}",
			"done.wait": "{{.NextAt}} {{.SpentDuration}} {{.StatusText}}"}`)},
		"a.ja.json": {Data: []byte(`{
			"ring.left": "{{.Title}}（{{.Incident}}）: 最初の電話まであと{{.Left}}",
			"cases": "{{.Since}}から{{.Count}}件",
			"wrap": "現在: {{.StateText}}"}`)},
		"a.zh-Hans.json": {Data: []byte(`{"cases": "自 {{.Since}} 起 {{.Count}} 个", "wrap": "当前：{{.StateText}}"}`)},
	})
	if err != nil {
		t.Fatal(err)
	}
	table := []sentence{{"ring.left", "Incident Left Title"}, {"cases", "Count Since"}, {"wrap", "StateText"}, {"done.wait", "NextAt SpentDuration StatusText"}}
	return func(lang string) *Words { return newWords(lang, table, all) }
}

func TestASentenceTakesItsArguments(t *testing.T) {
	in := sample(t)
	now := time.Date(2026, 3, 2, 9, 8, 0, 0, time.UTC)
	due := now.Add(7 * time.Minute)
	args := []arg{argUser("INC-1"), argLeft(due), argUser("Checkout is down")}
	for _, c := range []struct{ lang, want string }{
		{"en", "INC-1 has 7 min left for the first call: Checkout is down"},
		{"ja", "Checkout is down（INC-1）: 最初の電話まであと7分"},
		// A sentence nobody translated is said in English rather than not at all.
		{"zh-Hans", "INC-1 has 7 分钟 left for the first call: Checkout is down"},
	} {
		if got := in(c.lang).say(0, args...).Render(Reader{Lang: c.lang}, now); got != c.want {
			t.Errorf("%s: got %q, want %q", c.lang, got, c.want)
		}
	}
	late := in("en").say(0, args...).Render(Reader{Lang: "en"}, now.Add(5*time.Minute))
	if want := "INC-1 has 2 min left for the first call: Checkout is down"; late != want {
		t.Errorf("sent five minutes later: got %q, want %q", late, want)
	}
	// What a caller forgets is left out; nothing panics and nothing is invented.
	if got, want := in("en").say(0, argUser("INC-1")), Text("INC-1 has  left for the first call: "); got != want {
		t.Errorf("with arguments missing: got %q, want %q", got, want)
	}
}

// Every sentence of every language shows every argument it is given.
func TestEverySentenceShowsItsArguments(t *testing.T) {
	now := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	for _, lang := range Languages() {
		w, reader := In(lang), Reader{Lang: lang, Zone: zone(t, "Asia/Tokyo")}
		for id, s := range w.table {
			var args []arg
			var shown []string
			for i, name := range strings.Fields(s.args) {
				minutes := time.Duration(i+2) * time.Minute
				switch catalog.KindOf(name) {
				case catalog.User:
					args, shown = append(args, argUser("<"+name+">")), append(shown, "<"+name+">")
				case catalog.Nested:
					args, shown = append(args, argText(At(now.Add(minutes)))), append(shown, reader.Instant(now.Add(minutes)))
				case catalog.Instant:
					args, shown = append(args, argInstant(now.Add(minutes))), append(shown, reader.Instant(now.Add(minutes)))
				case catalog.Left:
					args, shown = append(args, argLeft(now.Add(minutes))), append(shown, reader.Duration(minutes))
				case catalog.Late:
					args, shown = append(args, argLate(now.Add(-minutes))), append(shown, reader.Duration(minutes))
				case catalog.Duration:
					args, shown = append(args, argDuration(minutes)), append(shown, reader.Duration(minutes))
				case catalog.Count:
					args, shown = append(args, argCount(7000+i)), append(shown, strconv.Itoa(7000+i))
				}
			}
			got := w.say(id, args...).Render(reader, now)
			for _, want := range shown {
				if !strings.Contains(got, want) {
					t.Errorf("%s: %s lacks %q: %q", lang, s.key, want, got)
				}
			}
			if got == "" || strings.Contains(got, "{{") || strings.ContainsAny(got, "\x02\x03") {
				t.Errorf("%s: %s reads %q", lang, s.key, got)
			}
		}
	}
}

// A code found in data brings its arguments as strings.
func TestSentencesAreFoundByCode(t *testing.T) {
	w := sample(t)("en")
	now := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		family, code string
		args         map[string]string
		want         string
	}{
		{
			"ring", "left",
			map[string]string{"incident": "INC-1", "left": "2026-03-02T10:08:00+01:00", "title": "a\x00b"},
			"INC-1 has 8 min left for the first call: ab",
		},
		{"ring", "left", map[string]string{"Incident": "INC-1", "Left": "soon"}, "INC-1 has soon left for the first call: —"},
		{
			"ring", "left",
			map[string]string{"incident": "2026-03-02T10:00:00+01:00", "left": "x", "title": "y"},
			"Mon 2 Mar 2026 09:00 UTC has x left for the first call: y",
		},
		{
			"done", "wait",
			map[string]string{"next": "2026-03-02T09:00:00Z", "spent": "1h5m0s", "status": "2026-03-02T09:00:00Z"},
			"Mon 2 Mar 2026 09:00 UTC 1 h 5 min Mon 2 Mar 2026 09:00 UTC",
		},
		{
			"done", "wait",
			map[string]string{"next_at": "later", "spent_duration": "some time", "status_text": string(At(now))},
			"later some time Mon 2 Mar 2026 09:00 UTC",
		},
		{"wrap", "", nil, ""},
	} {
		got, ok := w.Look(c.family, c.code, c.args)
		if text := got.Render(Reader{}, now); text != c.want || ok != (c.want != "") {
			t.Errorf("%s.%s %v: got %q, %v; want %q", c.family, c.code, c.args, text, ok, c.want)
		}
	}
	if !Known("refusal", "unknown") || Known("refusal", "nobody said that") {
		t.Error("Known does not know")
	}
	if got := snake("NextUpdateAt"); got != "next_update_at" {
		t.Errorf("snake: %s", got)
	}
}

func TestNumbersTakeTheirPluralForm(t *testing.T) {
	in := sample(t)
	since := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		lang string
		n    int
		want string
	}{
		{"en", 0, "0 cases since Mon 2 Mar 2026 09:00 UTC"},
		{"en", 1, "1 case since Mon 2 Mar 2026 09:00 UTC"},
		{"en", 21, "21 cases since Mon 2 Mar 2026 09:00 UTC"},
		{"en", 1000, "1000 cases since Mon 2 Mar 2026 09:00 UTC"},
		{"zh-Hans", 1, "自 2026年3月2日（周一）09:00 UTC 起 1 个"},
		{"ja", 1, "2026年3月2日(月) 09:00 UTCから1件"},
	} {
		got := in(c.lang).say(1, argCount(c.n), argInstant(since)).Render(Reader{Lang: c.lang}, since)
		if got != c.want {
			t.Errorf("%s, %d: got %q, want %q", c.lang, c.n, got, c.want)
		}
	}
}

func TestTextFromPeopleStaysText(t *testing.T) {
	in := sample(t)
	now := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	evil := "{{.Evil}} {{.Incident}} <!channel> *bold* \x02i0\x03\x00\u202e\xff"
	got := in("en").say(0, argUser("INC-1"), argLeft(now), argUser(evil)).Render(Reader{Lang: "en"}, now)
	want := "INC-1 has 0 min left for the first call: {{.Evil}} {{.Incident}} <!channel> *bold* i0\uFFFD"
	if got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	// A sentence inside a sentence keeps its moments, and nothing else.
	nested := in("en").say(2, argText(Join(" ", At(now), Text(evil[:len(evil)-9]), "\x00\x02zz\x03")))
	got = nested.Render(Reader{Lang: "en"}, now)
	want = "Now: Mon 2 Mar 2026 09:00 UTC {{.Evil}} {{.Incident}} <!channel> *bold*  zz"
	if got != want {
		t.Errorf("nested: got %q, want %q", got, want)
	}
}

func TestLanguagesAreMatched(t *testing.T) {
	for tag, want := range map[string]string{
		"zh": "zh-Hans", "zh-CN": "zh-Hans", "zh-SG": "zh-Hans", "zh-TW": "zh-Hans", "zh_HK": "zh-Hans", "zh-Hant": "zh-Hans",
		"ja": "ja", "ja-JP": "ja", "JA": "ja", "en": "en", "en-GB": "en", "fr": "en", "ko-KR": "en", "": "en", "C": "en",
		"not a tag": "en", "\xff": "en", "fr;q=1, ja;q=0.5": "ja", strings.Repeat("zh-", 1000): "en",
	} {
		if got := Match(tag); got != want {
			t.Errorf("Match(%.30q) = %s, want %s", tag, got, want)
		}
		if got := In(tag).Lang(); got != want {
			t.Errorf("In(%.30q) speaks %s, want %s", tag, got, want)
		}
	}
	if got := Match("fr-FR", "ja-JP", "en"); got != "ja" {
		t.Errorf("the first language we speak wins: got %s", got)
	}
	if got := Match(); got != "en" {
		t.Errorf("no tag: %s", got)
	}
	if got := Languages(); !slices.Equal(got, []string{"en", "zh-Hans", "ja"}) {
		t.Errorf("languages: %v", got)
	}
}

func BenchmarkSentence(b *testing.B) {
	all, err := catalog.Read(fstest.MapFS{"a.en.json": {Data: []byte(
		`{"ring.left": "{{.Incident}} has {{.Left}} left for the first call: {{.Title}}"}`)}})
	if err != nil {
		b.Fatal(err)
	}
	w := newWords("en", []sentence{{"ring.left", "Incident Left Title"}}, all)
	now := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	r := Reader{Lang: "en", Zone: time.UTC}
	b.Run("say", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			_ = w.say(0, argUser("INC-1"), argLeft(now), argUser("Checkout is down"))
		}
	})
	b.Run("say and render", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			_ = w.say(0, argUser("INC-1"), argLeft(now), argUser("Checkout is down")).Render(r, now)
		}
	})
}
