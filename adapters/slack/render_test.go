package slack

import (
	"strings"
	"testing"
	"unicode/utf8"

	api "github.com/slack-go/slack"

	"example.com/firstcall/bot"
	"example.com/firstcall/bot/words"
)

// bold is what stands out in blocks.
func bold(blocks []api.Block) string {
	var b strings.Builder
	for _, block := range blocks {
		if r, ok := block.(*api.RichTextBlock); ok {
			for _, e := range r.Elements[0].(*api.RichTextSection).Elements {
				switch e := e.(type) {
				case *api.RichTextSectionTextElement:
					if e.Style != nil && e.Style.Bold {
						b.WriteString(e.Text)
					}
				case *api.RichTextSectionDateElement:
					if e.Style != nil && e.Style.Bold {
						b.WriteString("<date>")
					}
				}
			}
		}
	}
	return b.String()
}

func TestWhatStandsOut(t *testing.T) {
	fact := []bot.Fact{{Label: "Work", Value: "soon"}}
	for _, tc := range []struct {
		name  string
		text  words.Text
		facts []bot.Fact
		want  string
	}{
		{"a card: what it is, not how it stands", words.Join("", "INC-1 · severity 1 · Checkout is down · call by ", words.At(due)), fact, "INC-1 · severity 1 · Checkout is down"},
		{"a card without parts", "INC-1", fact, "INC-1"},
		{"a ring: up to its colon", words.Join("", "INC-1 has ", words.LeftUntil(due), " left: Checkout: down"), nil, "INC-1 has 15 min left:"},
		{"a time of day is no colon", words.Join("", "INC-1 by 09:15 now: x"), nil, "INC-1 by 09:15 now:"},
		{"full width", "INC-1：现在：x", nil, "INC-1："},
		{"one sentence", "Nothing was done.", nil, ""},
		{"a list: its title", "2 incidents:\nINC-1 · open\nINC-2 · open", nil, "2 incidents:"},
		{"a lead that is too long", words.Text(strings.Repeat("very ", 20) + "long: text"), nil, ""},
	} {
		if got := bold(build(tc.text, tc.facts, nil, readerIn("en", ""), nine).blocks); got != tc.want {
			t.Errorf("%s: %q is bold, want %q", tc.name, got, tc.want)
		}
	}
}

// Moments are shown by Slack, and read with their zone where it can't; how
// long until then is worked out when it is sent.
func TestMoments(t *testing.T) {
	m := messageOf(bot.Posting{Now: nine, Message: bot.Message{
		Lang: "en", Zone: "Asia/Tokyo", Text: words.Join("", "Call by ", words.At(due), ", ", words.LeftUntil(due), " left"),
		Fields: []bot.Fact{{Label: "Work", Value: words.Join("", "by ", words.At(due))}},
	}})
	if want := "Call by Mon 2 Mar 18:15 JST, 15 min left\nWork: by Mon 2 Mar 18:15 JST"; m.text != want {
		t.Errorf("text %q, want %q", m.text, want)
	}
	if got, want := m.blocks[1].(*api.SectionBlock).Fields[0].Text, "*Work*\nby <!date^1772442900^{date_short_pretty} {time}|Mon 2 Mar 18:15 JST>"; got != want {
		t.Errorf("field %q, want %q", got, want)
	}
	date := m.blocks[0].(*api.RichTextBlock).Elements[0].(*api.RichTextSection).Elements[1].(*api.RichTextSectionDateElement)
	if int64(date.Timestamp) != due.Unix() || *date.Fallback != "Mon 2 Mar 18:15 JST" {
		t.Errorf("date %+v", date)
	}
}

// Nothing is left out silently, and the text says more than the blocks can.
func TestLongTexts(t *testing.T) {
	const notice = "too long for Slack"
	long := strings.Repeat("word & word ", 10_000) // 120,000 characters, more when escaped
	m := messageOf(bot.Posting{Now: nine, Message: bot.Message{Lang: "en", Text: words.Plain("INC-1: " + long)}})
	if n := utf8.RuneCountInString(m.text); n > 40_000 || n < 39_900 || !strings.HasSuffix(m.text, "is not shown here.)") {
		t.Errorf("%d characters of text end with %q", n, m.text[len(m.text)-60:])
	}
	if i := strings.LastIndex(m.text, "&"); m.text[i:i+5] != "&amp;" {
		t.Errorf("an escape is cut: %q", m.text[i:])
	}
	shown := visible(t, m.blocks)
	if len(m.blocks) < 4 || !strings.Contains(shown, notice) || utf8.RuneCountInString(shown) < 10_000 {
		t.Errorf("%d blocks show %d characters", len(m.blocks), utf8.RuneCountInString(shown))
	}
	fits := messageOf(bot.Posting{Now: nine, Message: bot.Message{Lang: "en", Text: words.Plain(strings.Repeat("a line\n", 900))}})
	if strings.Contains(visible(t, fits.blocks)+fits.text, notice) || strings.Count(visible(t, fits.blocks), "a line") != 900 {
		t.Errorf("what fits into several blocks is cut")
	}
	var facts []bot.Fact
	for range 60 {
		facts = append(facts, bot.Fact{Label: "Latest", Value: words.Plain(strings.Repeat("y", 150))})
	}
	if m := messageOf(bot.Posting{Now: nine, Message: bot.Message{Lang: "en", Text: "INC-1", Fields: facts}}); !strings.Contains(visible(t, m.blocks), notice) || strings.Count(m.text, "Latest") != 60 {
		t.Errorf("facts are lost: %d in the text", strings.Count(m.text, "Latest"))
	}
}

func TestFactsStandInColumnsWhereTheyFit(t *testing.T) {
	for _, tc := range []struct {
		value   words.Text
		columns bool
	}{
		{"by phone", true},
		{"a & b <c>", true},
		{words.At(due), true},
		{words.Text(strings.Repeat("x", 100)), true},
		{words.Text(strings.Repeat("x", 101)), false},
		{words.Text(strings.Repeat("长", 51)), false}, // 102 columns
		{"two\nlines", false},
		{"*bold*", false},
		{"shop_db_1", false},
		{"> quoted", false},
		{"at :fire: now", false},
		{"", false},
	} {
		blocks, _ := factBlocks([]bot.Fact{{Label: "Fact", Value: tc.value}}, readerIn("en", ""), nine)
		if _, ok := blocks[0].(*api.SectionBlock); ok != tc.columns {
			t.Errorf("%q stands in columns: %v", tc.value, ok)
		}
	}
}

func TestButtons(t *testing.T) {
	var all []bot.Button
	for range 8 {
		all = append(all, bot.Button{Label: "Take", Action: "take", Subject: "s", Primary: true})
	}
	all = append(all, bot.Button{Label: "Nothing"}, bot.Button{Label: "Far", Action: "far", Subject: strings.Repeat("s", 2001)})
	var ids []string
	primaries := 0
	blocks := rows(all, readerIn("en", ""), nine)
	for _, b := range blocks {
		for _, e := range b.(*api.ActionBlock).Elements.ElementSet {
			e := e.(*api.ButtonBlockElement)
			ids = append(ids, e.ActionID)
			if e.Style == api.StylePrimary {
				primaries++
			}
			if e.Value != "s" || e.Text.Text != "Take" {
				t.Errorf("button %+v", e)
			}
		}
	}
	if want := "take take#2 take#3 take#4 take#5 take#6 take#7 take#8"; strings.Join(ids, " ") != want || primaries != 1 || len(blocks) != 2 {
		t.Errorf("%d rows, %d primary: %v", len(blocks), primaries, ids)
	}
}

// What Slack would refuse in spite of all goes out as text.
func TestPlainRatherThanLost(t *testing.T) {
	m := messageOf(postings("en")["manager_page"])
	if len(m.blocks) == 0 || len(plain(m).blocks) != 0 || plain(m).text != m.text || !strings.Contains(m.text, "INC-42") {
		t.Errorf("%+v", plain(m))
	}
	if m := messageOf(bot.Posting{Now: nine}); m.text == "" {
		t.Error("Slack refuses an empty text")
	}
	if m := replyOf(bot.Reply{Lang: "en"}, nine); m.text != "" || m.blocks != nil {
		t.Errorf("an empty reply says %q", m.text)
	}
}

// The button that opens a form carries its key.
func TestFormOpener(t *testing.T) {
	_, opener, _, _ := replies("en")
	m := replyOf(opener, nine)
	e := m.blocks[len(m.blocks)-1].(*api.ActionBlock).Elements.ElementSet[0].(*api.ButtonBlockElement)
	if e.ActionID != "form" || e.Value != opener.Form.Key || e.Style != api.StylePrimary {
		t.Errorf("%+v", e)
	}
	if !strings.HasPrefix(m.text, "Report an incident\nYou had begun") {
		t.Errorf("text %q", m.text)
	}
}
