package slack

import (
	"encoding/json"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	api "github.com/slack-go/slack"
	"pgregory.net/rapid"

	"example.com/firstcall/adapters/slack/slackfake"
	"example.com/firstcall/bot"
	"example.com/firstcall/bot/words"
)

// hostile are texts with which somebody would ping, link, forge or break.
var hostile = []string{
	"<!channel> look", "<!here|here>", "<@U1>", "<#C1|general>", "<http://x|y>", "<!date^1^{date}|x>", "https://evil.example/?a=1&b=2", "@here @channel #general",
	"&amp; &lt;!channel&gt;", "*bold*", "_it_ ~no~ `code` ```block```", "> quoted", "&gt; quoted", "a:100:b :fire:", "INC-1 · severity 1 · mine · closed",
	"*First call*\nby now", "\u202egpj.exe\u202c\u2066x", "\x00\x01\x02i99\x03\x07\x1b[31m", "line\r\nend\u2028more\u0085x", "\xff\xfe", "👩‍👩‍👧‍👦🇯🇵", "：:  : ", " ", "",
	strings.Repeat("长", 400), strings.Repeat("<&>", 2000), strings.Repeat("x", 100_000), strings.Repeat("word ", 5000), strings.Repeat("\n", 500),
}

var ourDate = regexp.MustCompile(`<!date\^[0-9]+\^\{date_short_pretty\} \{time\}\|[^<>|]*>`)

// harmless fails when Slack would read anything in a text that people wrote:
// what is left without our dates must have no control sequence.
func harmless(t interface {
	Helper()
	Errorf(string, ...any)
}, v any,
) {
	t.Helper()
	var walk func(v any)
	walk = func(v any) {
		switch v := v.(type) {
		case []any:
			for _, x := range v {
				walk(x)
			}
		case map[string]any:
			text, _ := v["text"].(string)
			switch v["type"] {
			case "mrkdwn":
				rest := ourDate.ReplaceAllString(text, "today")
				if strings.ContainsAny(rest, "<>`_~") || v["verbatim"] != true || strings.Count(rest, "*") != 2 || strings.HasPrefix(rest[strings.LastIndex(rest, "*"):], "*\n&gt;") {
					t.Errorf("read by Slack: %q", text)
				}
				if bare := strings.NewReplacer("&amp;", "", "&lt;", "", "&gt;", "").Replace(rest); strings.Contains(bare, "&") {
					t.Errorf("not escaped: %q", text)
				}
			case "plain_text":
				if v["emoji"] != false {
					t.Errorf("emoji are read in %q", text)
				}
			case "user", "usergroup", "channel", "broadcast", "link", "emoji", "team":
				t.Errorf("a %v in rich text", v["type"])
			}
			if _, there := v["url"]; there {
				t.Errorf("a link: %v", v)
			}
			if strings.IndexFunc(text, func(r rune) bool { return r < ' ' && r != '\n' && r != '\t' || r == '\u202e' || r == '\u2066' }) >= 0 {
				t.Errorf("control characters: %q", text)
			}
			for _, x := range v {
				walk(x)
			}
		}
	}
	walk(v)
}

func generic(t interface{ Fatal(...any) }, v any) (out any) {
	b, err := json.Marshal(v)
	if err == nil {
		err = json.Unmarshal(b, &out)
	}
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// both asks our checker and the fake's, which was written apart from it.
func checkMessage(t *rapid.T, m message) {
	for _, v := range messageViolations(m) {
		t.Errorf("Slack would refuse %s", v)
	}
	all, _ := generic(t, m.blocks).([]any)
	var blocks []slackfake.Block
	for _, b := range all {
		blocks = append(blocks, b.(map[string]any))
	}
	for _, p := range slackfake.CheckMessage(blocks) {
		t.Errorf("the fake refuses %s", p)
	}
	harmless(t, all)
	plainText(t, m.text)
}

func plainText(t *rapid.T, text string) {
	if strings.ContainsAny(text, "<>") || strings.Contains(strings.NewReplacer("&amp;", "", "&lt;", "", "&gt;", "").Replace(text), "&") {
		t.Errorf("the text is not escaped: %.200q", text)
	}
	if !utf8.ValidString(text) {
		t.Errorf("the text is not UTF-8")
	}
}

func checkView(t *rapid.T, found []violation, v any) {
	for _, w := range found {
		t.Errorf("Slack would refuse %s", w)
	}
	view, _ := generic(t, v).(map[string]any)
	for _, p := range slackfake.CheckView(view) {
		t.Errorf("the fake refuses %s", p)
	}
	harmless(t, view)
}

// texts are what the bot may say: people's words through Plain, moments and
// lengths of time, and also what no careful code would make.
func texts() *rapid.Generator[words.Text] {
	return rapid.Custom(func(t *rapid.T) words.Text {
		var parts []words.Text
		for range rapid.IntRange(0, 4).Draw(t, "parts") {
			at := nine.Add(time.Duration(rapid.Int64Range(-1<<31, 1<<31).Draw(t, "at")) * time.Second)
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

func buttons() *rapid.Generator[[]bot.Button] {
	return rapid.SliceOfN(rapid.Custom(func(t *rapid.T) bot.Button {
		return bot.Button{
			Label:   texts().Draw(t, "label"),
			Action:  rapid.SampledFrom([]string{"ack", "take", "ack#2", "ack#3", "", "form", strings.Repeat("a", 300), "再"}).Draw(t, "action"),
			Subject: rapid.SampledFrom([]string{"", subject, strings.Repeat("s", 2001)}).Draw(t, "subject"),
			Primary: rapid.Bool().Draw(t, "primary"),
		}
	}), 0, 60)
}

var (
	languages = rapid.SampledFrom([]string{"en", "zh-Hans", "ja", "xx"})
	someZones = rapid.SampledFrom([]string{"", "UTC", "Asia/Tokyo", "America/Sao_Paulo", "No/Where"})
)

func TestAnyMessageIsTaken(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := bot.Message{Lang: languages.Draw(t, "lang"), Zone: someZones.Draw(t, "zone"), Text: texts().Draw(t, "text"), Buttons: buttons().Draw(t, "buttons")}
		for range rapid.IntRange(0, 30).Draw(t, "facts") {
			m.Fields = append(m.Fields, bot.Fact{Label: texts().Draw(t, "fact"), Value: texts().Draw(t, "value")})
		}
		got := messageOf(bot.Posting{Message: m, Now: nine})
		checkMessage(t, got)
		checkMessage(t, plain(got))
	})
}

func TestAnyReplyIsTaken(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := bot.Reply{Lang: languages.Draw(t, "lang"), Text: texts().Draw(t, "text"), Buttons: buttons().Draw(t, "buttons")}
		if rapid.Bool().Draw(t, "zone") {
			r.Zone = berne
		}
		if m := replyOf(r, nine); m.text != "" {
			checkMessage(t, m)
		}
		for range rapid.SampledFrom([]int{0, 1, 3, 120}).Draw(t, "sections") {
			part := bot.Section{Text: texts().Draw(t, "section")}
			if b := buttons().Draw(t, "button"); len(b) > 0 {
				part.Button = &b[0]
			}
			r.Sections = append(r.Sections, part)
		}
		v, h := closingView(r, nine), homeOf(r, nine)
		checkView(t, modalViolations(v), v)
		checkView(t, homeViolations(h), h)
		r.Form = &bot.Form{Key: rapid.StringN(1, 50, 200).Draw(t, "key"), Title: texts().Draw(t, "title"), Intro: texts().Draw(t, "intro")}
		checkMessage(t, replyOf(r, nine))
	})
}

func TestAnyFormIsTaken(t *testing.T) {
	kinds := []bot.FieldKind{bot.FieldText, bot.FieldLong, bot.FieldChoice, bot.FieldSearch, bot.FieldTime, bot.FieldPhone, bot.FieldEmail}
	rapid.Check(t, func(t *rapid.T) {
		f := bot.Form{Key: "report", Title: texts().Draw(t, "title"), Intro: texts().Draw(t, "intro"), Submit: texts().Draw(t, "submit"), Kept: rapid.Bool().Draw(t, "kept")}
		for range rapid.IntRange(0, 50).Draw(t, "fields") {
			fd := bot.Field{
				Key:  rapid.SampledFrom([]string{"severity", "product", "", "a", "b", "c", "d", "e", "f", "g", "h", "x#y", strings.Repeat("k", 300)}).Draw(t, "key") + rapid.SampledFrom([]string{"", "1", "2", "3", "4"}).Draw(t, "more"),
				Kind: rapid.SampledFrom(kinds).Draw(t, "kind"), Label: texts().Draw(t, "label"), Help: texts().Draw(t, "help"),
				Value: rapid.SampledFrom(append(hostile, "v3", "v120", "2026-03-02T09:00:00Z")).Draw(t, "value"), Error: texts().Draw(t, "error"), Optional: rapid.Bool().Draw(t, "optional"),
			}
			for n := range rapid.SampledFrom([]int{0, 1, 4, 11, 150}).Draw(t, "options") {
				o := bot.Option{Value: "v" + strings.Repeat("0", n/140) + string(rune('0'+n%10)), Label: "one", Help: ""}
				if n < 4 {
					o = bot.Option{Value: rapid.SampledFrom([]string{"v3", "", strings.Repeat("v", 76), "x"}).Draw(t, "option"), Label: texts().Draw(t, "named"), Help: texts().Draw(t, "meaning")}
				}
				fd.Options = append(fd.Options, o)
			}
			f.Fields = append(f.Fields, fd)
		}
		v := modalOf(&f, languages.Draw(t, "lang"), berne, nine, "{}")
		checkView(t, modalViolations(v), v)
	})
}

// What people write stays what it is, letter by letter, wherever it stands.
func TestPeoplesWordsStayThemselves(t *testing.T) {
	unescape := strings.NewReplacer("&lt;", "<", "&gt;", ">", "&amp;", "&")
	for _, said := range hostile {
		clean := strings.TrimSpace(words.Clean(said))
		if clean == "" || utf8.RuneCountInString(clean) > 400 {
			continue
		}
		m := messageOf(bot.Posting{Now: nine, Message: bot.Message{
			Text: words.Join(" · ", "INC-1", "severity 1", words.Plain(said), "open"), Fields: []bot.Fact{{Label: "Impact", Value: words.Plain(said)}},
		}})
		if !strings.Contains(unescape.Replace(m.text), "Impact: "+clean) {
			t.Errorf("the text has lost %q: %s", clean, m.text)
		}
		if shown := visible(t, m.blocks); strings.Count(shown, clean) != 2 {
			t.Errorf("%q is shown as %s", clean, shown)
		}
	}
}

// visible is what a person reads in blocks.
func visible(t *testing.T, blocks []api.Block) string {
	t.Helper()
	var b strings.Builder
	for _, block := range blocks {
		switch block := block.(type) {
		case *api.RichTextBlock:
			for _, e := range block.Elements[0].(*api.RichTextSection).Elements {
				switch e := e.(type) {
				case *api.RichTextSectionTextElement:
					b.WriteString(e.Text)
				case *api.RichTextSectionDateElement:
					b.WriteString(*e.Fallback)
				}
			}
		case *api.SectionBlock:
			for _, f := range block.Fields {
				b.WriteString(strings.NewReplacer("&lt;", "<", "&gt;", ">", "&amp;", "&").Replace(f.Text))
			}
		case *api.ContextBlock:
			b.WriteString(block.ContextElements.Elements[0].(*api.TextBlockObject).Text)
		}
		b.WriteString("\n")
	}
	return b.String()
}
