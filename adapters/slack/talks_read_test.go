package slack_test

import (
	"encoding/json"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode"

	"example.com/firstcall/adapters/slack/slackfake"
	"example.com/firstcall/bot/words"
)

// What is read here is what Slack was sent, and nothing else: the lines that a
// person finds in a message or a window, without Slack's way of showing them.

// linesIn cuts a text into its lines; empty ones are none.
func linesIn(text string) []string {
	var out []string
	for l := range strings.Lines(text) {
		if l = strings.ReplaceAll(strings.TrimRight(l, " \t\r\n"), "\t", " "); strings.TrimSpace(l) != "" {
			out = append(out, l)
		}
	}
	return out
}

var unescape = strings.NewReplacer("&lt;", "<", "&gt;", ">", "&amp;", "&")

// dateMark is a moment in mrkdwn; what stands behind the bar is read where
// nothing better can be shown.
var dateMark = regexp.MustCompile(`<!date\^(\d+)\^[^|>]*\|([^>]*)>`)

// textIn is what a text object, an element of rich text or a list of them says.
func textIn(v any) string {
	switch v := v.(type) {
	case []any:
		var b strings.Builder
		for _, x := range v {
			b.WriteString(textIn(x))
		}
		return b.String()
	case map[string]any:
		switch v["type"] {
		case "date":
			s, _ := v["fallback"].(string)
			return s
		case "mrkdwn":
			s, _ := v["text"].(string)
			return unescape.Replace(strings.ReplaceAll(dateMark.ReplaceAllString(s, "$2"), "*", ""))
		case "plain_text", "text":
			s, _ := v["text"].(string)
			return s
		}
		return textIn(v["elements"])
	}
	return ""
}

// bold says whether all of a rich text is.
func bold(v any) bool {
	for _, section := range list(v, "elements") {
		for _, e := range list(section, "elements") {
			style, _ := e["style"].(map[string]any)
			if style["bold"] != true {
				return false
			}
		}
	}
	return true
}

func list(v any, key string) []slackfake.Block {
	b, _ := v.(map[string]any)
	all, _ := b[key].([]any)
	var out []slackfake.Block
	for _, x := range all {
		if e, ok := x.(map[string]any); ok {
			out = append(out, e)
		}
	}
	return out
}

func str(b slackfake.Block, key string) string { s, _ := b[key].(string); return s }

// pressable is a button that somebody sees.
type pressable struct{ label, action string }

func buttonsIn(blocks []slackfake.Block) []pressable {
	var out []pressable
	for _, b := range blocks {
		for _, e := range list(b, "elements") {
			if b["type"] == "actions" && e["type"] == "button" {
				out = append(out, pressable{textIn(e["text"]), str(e, "action_id")})
			}
		}
	}
	return out
}

// onTerminal is how many buttons of a message a terminal shows, and so the scripts; Slack shows all of them.
const onTerminal = 6

func row(buttons []pressable) []string {
	if len(buttons) == 0 {
		return nil
	}
	var labels []string
	for _, b := range buttons[:min(len(buttons), onTerminal)] {
		labels = append(labels, "["+b.label+"]")
	}
	return []string{strings.Join(labels, " ")}
}

// seen is what the blocks of a message say, buttons aside.
func seen(blocks []slackfake.Block) string {
	var out []string
	for _, b := range blocks {
		switch b["type"] {
		case "section":
			out = append(out, textIn(b["text"]))
			for _, f := range list(b, "fields") {
				out = append(out, textIn(f))
			}
		case "rich_text", "context", "header":
			out = append(out, textIn(b["elements"]), textIn(b["text"]))
		}
	}
	return strings.Join(out, "\n")
}

// message reads a message: the text that stands for all of it, and its
// buttons. A message whose blocks say something else than its text is wrong:
// one person would read what another doesn't hear.
func (w *world) message(text string, blocks []slackfake.Block) []string {
	w.t.Helper()
	text = unescape.Replace(text)
	eye := seen(blocks)
	cut := false
	for _, lang := range words.Languages() {
		cut = cut || strings.Contains(eye, string(words.In(lang).SlackCut())) || strings.Contains(text, string(words.In(lang).SlackCut()))
	}
	if got, want := folded(eye), folded(text); len(blocks) > 0 && !cut {
		same := len(got) == len(want)
		for _, l := range linesIn(text) { // long facts stand below the short ones
			same = same && strings.Contains(got, folded(l))
		}
		if !same {
			w.t.Errorf("the eye reads\n%s\nand the ear hears\n%s", eye, text)
		}
	}
	return append(linesIn(text), row(buttonsIn(blocks))...)
}

// folded leaves a text's words: what parts a label from its value is Slack's affair.
func folded(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || strings.ContainsRune("·:：*", r) {
			return -1
		}
		return r
	}, s)
}

// page is a window as it is read.
type page struct {
	id, hash             string
	title, notice, intro []string
	fields               []field
	submit               string
	buttons              []pressable
	text                 []string // of a window without a button to send it: all it says
	w                    *words.Words
}

// field is one question in a window.
type field struct {
	key, kind, label string
	hint             []string
	optional         bool
	labels, values   []string // of its options
	value            string
	wrong            []string
	more             string // the block in which what isn't among the options is searched
}

func (f *field) chosen() string {
	for i, v := range f.values {
		if v == f.value {
			return f.labels[i]
		}
	}
	return f.value
}

// pageOf reads an open window.
func pageOf(v *slackfake.View) *page {
	p := &page{id: v.ID, hash: v.Hash, submit: v.SubmitLabel, w: words.In("en")}
	for _, lang := range words.Languages() {
		if string(words.In(lang).SlackClose()) == v.CloseLabel {
			p.w = words.In(lang)
		}
	}
	p.buttons = buttonsIn(v.Blocks)
	if v.SubmitLabel == "" {
		p.text = linesIn(seen(v.Blocks))
		return p
	}
	for _, b := range v.Blocks {
		last := len(p.fields) - 1
		switch id := str(b, "block_id"); b["type"] {
		case "rich_text":
			said := linesIn(textIn(b["elements"]))
			switch {
			case last >= 0: // what the chosen option means
			case id == "#notice":
				p.notice = said
			case p.title == nil && p.intro == nil && bold(b) && strings.HasPrefix(strings.Join(said, " "), strings.TrimSuffix(v.Title, "…")):
				p.title = said
			default:
				p.intro = append(p.intro, said...)
			}
		case "input":
			if key, _, more := strings.Cut(id, "#"); more {
				if last >= 0 && p.fields[last].key == key {
					p.fields[last].more = id
				}
				continue
			}
			e, _ := b["element"].(map[string]any)
			f := field{key: id, kind: str(e, "type"), label: textIn(b["label"]), optional: b["optional"] == true, value: v.Value(id)}
			for _, l := range linesIn(textIn(b["hint"])) {
				if l != string(p.w.SlackPressEnter()) {
					f.hint = append(f.hint, l)
				}
			}
			for _, o := range list(e, "options") {
				f.labels, f.values = append(f.labels, textIn(o["text"])), append(f.values, str(o, "value"))
			}
			if wrong := v.Errors[id]; wrong != "" {
				f.wrong = linesIn(wrong)
			}
			p.fields = append(p.fields, f)
		case "context":
			if said, is := strings.CutPrefix(textIn(b["elements"]), "⚠ "); is && last >= 0 && p.fields[last].wrong == nil {
				p.fields[last].wrong = linesIn(said)
			}
		}
	}
	if p.title == nil {
		p.title = []string{v.Title}
	}
	return p
}

// final says that nothing is asked any more: the window shows what will be opened.
func (p *page) final() bool {
	return p.submit == string(p.w.ButtonOpen())
}

// question reads one field as somebody is asked it.
func (p *page) question(f *field) []string {
	out := linesIn(f.label)
	switch {
	case f.value != "" && f.wrong == nil:
		out[0] += " " + p.w.ConsoleKeeps(f.chosen()).Render(words.Reader{}, time.Time{})
	}
	for _, l := range f.hint {
		out = append(out, "  "+l)
	}
	for i, l := range f.labels {
		out = append(out, strconv.Itoa(i+1)+". "+l)
	}
	return out
}

// blocksIn decodes the blocks of a call.
func blocksIn(v any) []slackfake.Block {
	if s, ok := v.(string); ok {
		var out []slackfake.Block
		_ = json.Unmarshal([]byte(s), &out) // the fake has checked them
		return out
	}
	return list(map[string]any{"blocks": v}, "blocks")
}

// keyOf is the mark of a call's message.
func keyOf(c slackfake.Call) string {
	var m struct {
		Payload struct{ Key string } `json:"event_payload"`
	}
	switch v := c.Args["metadata"].(type) {
	case string:
		_ = json.Unmarshal([]byte(v), &m)
	default:
		b, _ := json.Marshal(v)
		_ = json.Unmarshal(b, &m)
	}
	return m.Payload.Key
}
