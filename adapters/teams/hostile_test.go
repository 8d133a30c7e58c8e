package teams

import (
	"encoding/json"
	"fmt"
	"html"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"pgregory.net/rapid"

	"example.com/firstcall/adapters/teams/teamsfake"
	"example.com/firstcall/bot"
	"example.com/firstcall/bot/words"
)

// hostile are texts with which somebody would ping, link, forge or break.
var hostile = []string{
	"<at>Everyone</at> look", "<at id=\"29:1\">Ana</at>", "@everyone @channel", "[Reset](https://evil.example)", "![x](https://evil.example/x.png)",
	"<https://evil.example>", "<a href=\"https://evil.example\">x</a>", "<b>bold</b> <img src=x> <!-- x -->", "&lt;at&gt;Ana&lt;/at&gt; &amp; &#42; &copy;",
	"**bold** __it__ *a* _b_ ~~no~~ ~x~ `code` ```block```", "# Heading", "> quoted", "- item", "+ item", "* item", "1. item", "12) item", "---", "***", "===",
	"{{DATE(2026-03-02T09:00:00Z, SHORT)}}", "{{TIME(2026-03-02T09:00:00Z)}}", "{{{DATE(2026-03-02T09:00:00Z)}}}", "{{ date }}", "${name} {{name}}", "{",
	"INC-1 · severity 1 · mine · closed", "a: b： c", "C:\\temp\\*.log \\", "\\[x\\](y)", "shop_db_1 _x 3 < 5 > 4 a&b A & B", "| a | b |", "[1]: https://evil.example",
	"\u202egpj.exe\u202c\u2066x", "\x00\x01\x02i99\x03\x07\x1b[31m", "line\r\nend\u2028more\u0085x", "\xff\xfe", "👩‍👩‍👧‍👦🇯🇵", "：:  : ", " ", "", "\t x \t",
	strings.Repeat("长", 400), strings.Repeat("<&>*", 2000), strings.Repeat("x", 20_000), strings.Repeat("word ", 2000), strings.Repeat("\n", 500), strings.Repeat("{{", 4000),
}

// hostileCard shows them all where people's words stand, for the check by the
// official renderer: what it shows must be what was written.
func hostileCard(some []string) card {
	m := bot.Message{Lang: "en", Text: "INC-1 · severity 1 · <at>Ana</at> **down** [x](https://evil.example) · open"}
	for n, s := range some {
		if len(s) < 200 {
			m.Fields = append(m.Fields, bot.Fact{Label: words.Plain(fmt.Sprintf("%d *x* %s", n, words.Line(s))), Value: words.Plain(s)})
		}
	}
	for n := range m.Fields[:8] { // some of them on lines of their own
		m.Fields[n].Value = words.Lines(m.Fields[n].Value, "and more")
	}
	return cardOf(bot.Posting{Message: m, Now: storyBegins})
}

var tagBegins = regexp.MustCompile(`^[A-Za-z/!?]`)

// seen is what a person sees of Markdown, by the rules of CommonMark for what we
// leave in it; it fails where anything has a meaning.
func seen(t errorf, text string) string {
	t.Helper()
	text = ourMoment.ReplaceAllString(text, "today")
	if lineMark.MatchString(text) {
		t.Errorf("a line begins with a mark: %.200q", text)
	}
	var b strings.Builder
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case c == '\\' && i+1 < len(text) && strings.IndexByte("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~", text[i+1]) >= 0:
			i++
			b.WriteByte(text[i])
		case c == '&':
			end := strings.IndexByte(text[i:], ';')
			if end > 0 && html.UnescapeString(text[i:i+end+1]) != text[i:i+end+1] {
				b.WriteString(html.UnescapeString(text[i : i+end+1]))
				i += end
				continue
			}
			b.WriteByte(c)
		case strings.IndexByte("*`[]~", c) >= 0, c == '<' && i+1 < len(text) && tagBegins.MatchString(text[i+1:]),
			c == '{' && i+1 < len(text) && text[i+1] == '{':
			t.Errorf("%q has a meaning in %.200q", c, text)
			b.WriteByte(c)
		default:
			b.WriteByte(c)
		}
	}
	return b.String()
}

type errorf interface {
	Helper()
	Errorf(string, ...any)
}

// harmlessCard fails when Teams would refuse a card, or read anything in a text.
func harmlessCard(t errorf, c card) {
	t.Helper()
	for _, p := range teamsfake.CheckCard(c.content) {
		t.Errorf("the fake refuses %s", p)
	}
	activity, err := json.Marshal(map[string]any{"type": "message", "summary": c.summary, "channelData": map[string]any{"notification": map[string]any{"alert": true}}, "attachments": []any{map[string]any{"contentType": cardType, "content": c}}})
	if err != nil {
		t.Errorf("encode: %v", err)
	}
	alone, _ := json.Marshal(map[string]any{"type": "message", "text": c.text, "textFormat": "plain"})
	for _, raw := range [][]byte{activity, alone} {
		for _, p := range teamsfake.CheckActivity(raw) {
			t.Errorf("the fake refuses %s", p)
		}
	}
	for where, text := range map[string]string{"summary": c.summary, "text": c.text} {
		if strings.TrimSpace(text) == "" || !utf8.ValidString(text) || calls.MatchString(text) {
			t.Errorf("%s: %.200q", where, text)
		}
	}
	var content map[string]any
	if err := json.Unmarshal(c.content, &content); err != nil {
		t.Errorf("no JSON: %v", err)
	}
	walk(content, func(o map[string]any) {
		switch {
		case o["type"] == "TextBlock":
			seen(t, o["text"].(string))
		case o["url"] != nil, o["type"] == "Action.OpenUrl":
			t.Errorf("a link: %v", o)
		case o["style"] == "expanded":
			for _, ch := range o["choices"].([]any) {
				seen(t, ch.(map[string]any)["title"].(string))
			}
		}
		if choices, ok := o["choices"].([]any); ok {
			for _, ch := range choices {
				if title := ch.(map[string]any)["title"].(string); calls.MatchString(title) {
					t.Errorf("a client may act on the choice %.200q", title)
				}
			}
		}
		if facts, ok := o["facts"].([]any); ok {
			for _, f := range facts {
				seen(t, f.(map[string]any)["title"].(string))
				seen(t, f.(map[string]any)["value"].(string))
			}
		}
		for name, v := range o {
			if s, ok := v.(string); ok && strings.ContainsAny(s, "\u202e\u2066\x00\x1b\x07") {
				t.Errorf("control characters in %s: %q", name, s)
			}
		}
	})
}

func walk(v any, see func(map[string]any)) {
	switch v := v.(type) {
	case []any:
		for _, x := range v {
			walk(x, see)
		}
	case map[string]any:
		see(v)
		for _, x := range v {
			walk(x, see)
		}
	}
}

// texts are what the bot may say: people's words through Plain, moments and
// lengths of time, and also what no careful code would make.
func texts() *rapid.Generator[words.Text] {
	return rapid.Custom(func(t *rapid.T) words.Text {
		var parts []words.Text
		for range rapid.IntRange(0, 4).Draw(t, "parts") {
			at := storyBegins.Add(time.Duration(rapid.Int64Range(-1<<31, 1<<31).Draw(t, "at")) * time.Second)
			switch rapid.IntRange(0, 6).Draw(t, "kind") {
			case 0:
				parts = append(parts, words.At(at))
			case 1:
				parts = append(parts, words.LeftUntil(at), words.LateSince(at))
			case 2:
				parts = append(parts, words.Text(rapid.SampledFrom(hostile).Draw(t, "raw")))
			case 3:
				parts = append(parts, words.Plain(rapid.SampledFrom(hostile).Draw(t, "hostile")))
			case 4:
				parts = append(parts, words.At(time.Time{}), words.For(time.Hour))
			default:
				parts = append(parts, words.Plain(rapid.String().Draw(t, "any")))
			}
		}
		return words.Join(words.Text(rapid.SampledFrom([]string{"", " ", "\n", " · ", ": "}).Draw(t, "between")), parts...)
	})
}

func someButtons() *rapid.Generator[[]bot.Button] {
	return rapid.SliceOfN(rapid.Custom(func(t *rapid.T) bot.Button {
		return bot.Button{
			Label:   texts().Draw(t, "label"),
			Action:  rapid.SampledFrom([]string{"ack", "take", "", "form", strings.Repeat("a", 1001), "再"}).Draw(t, "action"),
			Subject: rapid.SampledFrom([]string{"", storySubject, strings.Repeat("s", 1001)}).Draw(t, "subject"),
			Primary: rapid.Bool().Draw(t, "primary"),
		}
	}), 0, 20)
}

var (
	someLanguages = rapid.SampledFrom([]string{"en", "zh-Hans", "ja", "xx"})
	someZones     = rapid.SampledFrom([]string{"", "UTC", "Asia/Tokyo", "America/Sao_Paulo", "No/Where"})
	someSurfaces  = rapid.SampledFrom([]surface{ownMessage, overMessage, inDialog})
)

func TestAnyMessageIsTaken(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := bot.Message{Lang: someLanguages.Draw(t, "lang"), Zone: someZones.Draw(t, "zone"), Text: texts().Draw(t, "text"), Buttons: someButtons().Draw(t, "buttons")}
		for range rapid.IntRange(0, 30).Draw(t, "facts") {
			m.Fields = append(m.Fields, bot.Fact{Label: texts().Draw(t, "fact"), Value: texts().Draw(t, "value")})
		}
		harmlessCard(t, cardOf(bot.Posting{Message: m, Now: storyBegins}))
	})
}

func TestAnyReplyIsTaken(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := bot.Reply{Lang: someLanguages.Draw(t, "lang"), Text: texts().Draw(t, "text"), Buttons: someButtons().Draw(t, "buttons")}
		if rapid.Bool().Draw(t, "zone") {
			r.Zone = berlin
		}
		c := replyCard(r, storyBegins, someSurfaces.Draw(t, "on"))
		harmlessCard(t, c)
	})
}

func TestAnyFormIsTaken(t *testing.T) {
	kinds := []bot.FieldKind{bot.FieldText, bot.FieldLong, bot.FieldChoice, bot.FieldSearch, bot.FieldTime, bot.FieldPhone, bot.FieldEmail}
	rapid.Check(t, func(t *rapid.T) {
		f := bot.Form{Key: "report", Title: texts().Draw(t, "title"), Intro: texts().Draw(t, "intro"), Submit: texts().Draw(t, "submit"), Back: rapid.Bool().Draw(t, "back")}
		for range rapid.IntRange(0, 30).Draw(t, "fields") {
			fd := bot.Field{
				Key: rapid.SampledFrom([]string{"severity", "product", "", "a", "s", "f", "p", "o", "_nav", "b", "c", "d", " ", "x?picked", strings.Repeat("k", 300)}).Draw(t, "key") +
					rapid.SampledFrom([]string{"", "", "1", "2", "3", "4"}).Draw(t, "more"),
				Kind: rapid.SampledFrom(kinds).Draw(t, "kind"), Label: texts().Draw(t, "label"), Help: texts().Draw(t, "help"),
				Value: rapid.SampledFrom(append(hostile, "v3", "v120", "2026-03-02T09:00:00Z")).Draw(t, "value"), Error: texts().Draw(t, "error"), Optional: rapid.Bool().Draw(t, "optional"),
			}
			for n := range rapid.SampledFrom([]int{0, 1, 4, 11, 150}).Draw(t, "options") {
				o := bot.Option{Value: fmt.Sprintf("v%d", n), Label: "one"}
				if n < 4 {
					o = bot.Option{Value: rapid.SampledFrom([]string{"v3", "", " ", strings.Repeat("v", 201), "x", "\xff"}).Draw(t, "option"), Label: texts().Draw(t, "named"), Help: texts().Draw(t, "meaning")}
				}
				fd.Options = append(fd.Options, o)
			}
			if f.Fields = append(f.Fields, fd); rapid.IntRange(0, 9).Draw(t, "asked") == 0 {
				f.Asking = fd.Key
			}
		}
		r := readerAt(someLanguages.Draw(t, "lang"), berlin)
		harmlessCard(t, formCard(&f, r, storyBegins, someSurfaces.Draw(t, "on")))
	})
}

// What people write stays what it is, letter by letter, wherever it stands.
func TestPeoplesWordsStayThemselves(t *testing.T) {
	for _, said := range hostile {
		clean := words.Line(said)
		if clean == "" || utf8.RuneCountInString(clean) > 400 || strings.Contains(clean, "：") {
			continue
		}
		c := cardOf(bot.Posting{Now: storyBegins, Message: bot.Message{
			Text: words.Join(" · ", "INC-1", "severity 1", words.Plain(clean), "open"), Fields: []bot.Fact{{Label: "Impact", Value: words.Plain(clean)}},
		}})
		if got := strings.ReplaceAll(c.text, "\u200b", ""); got != "INC-1 · severity 1 · "+clean+" · open\nImpact: "+clean {
			t.Errorf("in plain text %q reads %q", clean, got)
		}
		var shown []string
		for _, text := range cardTexts(t, c) {
			shown = append(shown, seen(t, text))
		}
		if want := []string{"INC-1 · severity 1 · " + clean, "open", "Impact", clean}; strings.Join(shown, "\n") != strings.Join(want, "\n") {
			t.Errorf("%q is shown as %q", clean, shown)
		}
	}
}

// cardTexts are a card's texts and facts, as Markdown.
func cardTexts(t *testing.T, c card) []string {
	t.Helper()
	var content struct {
		Body []element `json:"body"`
	}
	if err := json.Unmarshal(c.content, &content); err != nil {
		t.Fatal(err)
	}
	return textsOf(content.Body)
}

func textsOf(body []element) []string {
	var out []string
	for _, e := range body {
		if e.Text != "" {
			out = append(out, e.Text)
		}
		for _, f := range e.Facts {
			out = append(out, f.Title, f.Value)
		}
		out = append(out, textsOf(e.Items)...)
	}
	return out
}
