package teamsfake

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

// card is a good card with the given elements and actions, as JSON.
func card(body, actions string) string {
	return `{"type":"AdaptiveCard","version":"1.5","fallbackText":"f","body":[` + body + `],"actions":[` + actions + `]}`
}

const (
	textBlock = `{"type":"TextBlock","text":"Hello"}`
	submit    = `{"type":"Action.Submit","title":"Go","data":{"a":"b"}}`
	execute   = `{"type":"Action.Execute","title":"Go","verb":"go","fallback":` + submit + `}`
)

func TestGoodCards(t *testing.T) {
	for name, raw := range map[string]string{
		"text":    card(textBlock, ""),
		"actions": card(textBlock, submit+","+execute+`,{"type":"Action.OpenUrl","title":"Docs","url":"https://example.com/a?b=c"}`),
		"inputs": card(`{"type":"Input.Text","id":"a","label":"A","isRequired":true,"errorMessage":"Say a","maxLength":3,"value":"abc","regex":"^[a-c]+$","style":"Tel"},
			{"type":"Input.Number","id":"b","min":1,"max":2,"value":1.5},{"type":"Input.Date","id":"c","value":"2026-02-28"},
			{"type":"Input.Time","id":"d","value":"23:59"},{"type":"Input.Toggle","id":"e","title":"E","value":"true"},
			{"type":"Input.ChoiceSet","id":"f","value":"1,2","isMultiSelect":true,"style":"filtered","choices":[{"title":"One","value":"1"},{"title":"Two","value":"2"}]}`, submit),
		"layout": card(`{"type":"Container","style":"emphasis","bleed":true,"items":[{"type":"ColumnSet","columns":[{"type":"Column","width":"auto","items":[`+textBlock+`]},{"type":"Column","width":"50px"},{"type":"Column","width":2}]}]},
			{"type":"FactSet","facts":[{"title":"A","value":"B"}]},{"type":"RichTextBlock","inlines":["x",{"type":"TextRun","text":"y"}]},
			{"type":"Table","columns":[{"width":1}],"rows":[{"type":"TableRow","cells":[{"type":"TableCell","items":[`+textBlock+`]}]}]},
			{"type":"ActionSet","actions":[`+submit+`]},{"type":"Image","url":"https://example.com/a.png","altText":"A","height":"20px"}`, ""),
		"local times":     card(`{"type":"TextBlock","text":"{{DATE(2026-03-02T09:00:00Z, SHORT)}} {{TIME(2026-03-02T09:00:00+01:00)}} {{DATE(2026-03-02T09:00:00Z)}}"}`, ""),
		"braces of users": card(`{"type":"TextBlock","text":"{{name}}"}`, ""),
		"mention": `{"type":"AdaptiveCard","version":"1.5","fallbackText":"f","body":[{"type":"TextBlock","text":"Hi <at>Ana</at>"}],
			"msteams":{"width":"Full","entities":[{"type":"mention","text":"<at>Ana</at>","mentioned":{"id":"ana@contoso.example","name":"Ana"}}]}}`,
		"refresh": `{"type":"AdaptiveCard","version":"1.4","fallbackText":"f","body":[` + textBlock + `],
			"refresh":{"action":{"type":"Action.Execute","verb":"refresh"},"userIds":["29:1"]}}`,
		"toggle": card(`{"type":"TextBlock","id":"more","text":"x","isVisible":false}`, `{"type":"Action.ToggleVisibility","title":"More","targetElements":["more"]}`),
		"six, and six in a card of its own": card(textBlock, strings.Repeat(submit+",", 5)+
			`{"type":"Action.ShowCard","title":"More","card":{"type":"AdaptiveCard","body":[`+textBlock+`],"actions":[`+strings.Repeat(submit+",", 5)+submit+`]}}`),
		"an old version": `{"type":"AdaptiveCard","version":"1.0","fallbackText":"f","body":[` + textBlock + `]}`,
	} {
		if problems := CheckCard([]byte(raw)); len(problems) > 0 {
			t.Errorf("%s: %q", name, problems)
		}
	}
}

func TestBadCards(t *testing.T) {
	in := func(input string) string { return card(input, "") }
	choices := `"choices":[{"title":"One","value":"1"},{"title":"Two","value":"2"}]`
	for _, c := range []struct{ name, raw, want string }{
		{"not JSON", `{`, "not JSON"},
		{"a list", `[]`, "not an object"},
		{"no type", `{"version":"1.5","fallbackText":"f","body":[` + textBlock + `]}`, "type is <nil>"},
		{"no version", `{"type":"AdaptiveCard","fallbackText":"f","body":[` + textBlock + `]}`, "version <nil>"},
		{"version 1.6", `{"type":"AdaptiveCard","version":"1.6","fallbackText":"f","body":[` + textBlock + `]}`, "version 1.6"},
		{"no fallback text", `{"type":"AdaptiveCard","version":"1.5","body":[` + textBlock + `]}`, "no fallbackText"},
		{"empty", card("", ""), "empty body"},
		{"speak", `{"type":"AdaptiveCard","version":"1.5","fallbackText":"f","speak":"x","body":[` + textBlock + `]}`, `"speak"`},
		{"unknown element", in(`{"type":"Marquee","text":"x"}`), `"Marquee" can't stand`},
		{"no element type", in(`{"text":"x"}`), `"" can't stand`},
		{"media", in(`{"type":"Media","sources":[]}`), `"Media" can't stand`},
		{"misspelt property", in(`{"type":"TextBlock","text":"x","colour":"good"}`), `no property "colour"`},
		{"enum", in(`{"type":"TextBlock","text":"x","color":"red"}`), "red is no Colors"},
		{"enum not a string", in(`{"type":"TextBlock","text":"x","size":3}`), "3 is no FontSize"},
		{"wrap as text", in(`{"type":"TextBlock","text":"x","wrap":"true"}`), "not true or false"},
		{"null", in(`{"type":"TextBlock","text":"x","wrap":null}`), "not true or false"},
		{"no text", in(`{"type":"TextBlock"}`), "TextBlock without text"},
		{"empty text", in(`{"type":"TextBlock","text":" "}`), "text: empty"},
		{"image without url", in(`{"type":"Image","altText":"a"}`), "Image without url"},
		{"image without words", in(`{"type":"Image","url":"https://example.com/a.png"}`), "Image without altText"},
		{"image over http", in(`{"type":"Image","url":"http://example.com/a.png","altText":"a"}`), "no address"},
		{"fact without value", in(`{"type":"FactSet","facts":[{"title":"A"}]}`), "Fact without value"},
		{"broken date", in(`{"type":"TextBlock","text":"{{DATE(2026-03-02T09:00:00.5Z, SHORT)}}"}`), "no client reads"},
		{"broken time", in(`{"type":"TextBlock","text":"{{TIME(2026-03-02T09:00:00Z, SHORT)}}"}`), "no client reads"},
		{"input without id", in(`{"type":"Input.Text"}`), "Input.Text without id"},
		{"two of an id", in(`{"type":"Input.Text","id":"a"},{"type":"Input.Text","id":"a"}`), `"a" is used twice`},
		{"required without a label", in(`{"type":"Input.Text","id":"a","isRequired":true,"errorMessage":"e"}`), "required input without label"},
		{"required without a message", in(`{"type":"Input.Text","id":"a","isRequired":true,"label":"e"}`), "required input without errorMessage"},
		{"longer than it may be", in(`{"type":"Input.Text","id":"a","maxLength":3,"value":"abcd"}`), "longer than maxLength"},
		{"maxLength 0", in(`{"type":"Input.Text","id":"a","maxLength":0}`), "whole number"},
		{"regex", in(`{"type":"Input.Text","id":"a","regex":"("}`), "regex"},
		{"date", in(`{"type":"Input.Date","id":"a","value":"2026-02-30"}`), "not YYYY-MM-DD"},
		{"time", in(`{"type":"Input.Time","id":"a","value":"24:00"}`), "not HH:MM"},
		{"number", in(`{"type":"Input.Number","id":"a","value":"1"}`), "not a number"},
		{"toggle without title", in(`{"type":"Input.Toggle","id":"a"}`), "Input.Toggle without title"},
		{"toggle between", in(`{"type":"Input.Toggle","id":"a","title":"A","value":"yes"}`), "neither valueOn nor valueOff"},
		{"no choices", in(`{"type":"Input.ChoiceSet","id":"a","choices":[]}`), "no choices"},
		{"choice without value", in(`{"type":"Input.ChoiceSet","id":"a","choices":[{"title":"A"}]}`), "Input.Choice without value"},
		{"choice twice", in(`{"type":"Input.ChoiceSet","id":"a","choices":[{"title":"A","value":"1"},{"title":"B","value":"1"}]}`), "there twice"},
		{"chosen is no choice", in(`{"type":"Input.ChoiceSet","id":"a","value":"3",` + choices + `}`), `"3" is none`},
		{"comma", in(`{"type":"Input.ChoiceSet","id":"a","isMultiSelect":true,"choices":[{"title":"A","value":"1,2"}]}`), "a comma"},
		{"column outside", in(`{"type":"Column","items":[]}`), `"Column" can't stand`},
		{"width", in(`{"type":"ColumnSet","columns":[{"type":"Column","width":"wide"}]}`), "no width"},
		{"deep inside", in(`{"type":"Container","items":[{"type":"ColumnSet","columns":[{"type":"Column","items":[{"type":"TextBlock"}]}]}]}`), "TextBlock without text"},
		{"unknown action", card(textBlock, `{"type":"Action.Http","title":"x"}`), `"Action.Http" can't stand`},
		{"action without title", card(textBlock, `{"type":"Action.Submit"}`), "without title"},
		{"url missing", card(textBlock, `{"type":"Action.OpenUrl","title":"x"}`), "OpenUrl without url"},
		{"url relative", card(textBlock, `{"type":"Action.OpenUrl","title":"x","url":"/docs"}`), "no address"},
		{"url script", card(textBlock, `{"type":"Action.OpenUrl","title":"x","url":"javascript:alert(1)"}`), "no address"},
		{"data a string", card(textBlock, `{"type":"Action.Submit","title":"x","data":"y"}`), "data must be an object"},
		{"execute without fallback", card(textBlock, `{"type":"Action.Execute","title":"x","verb":"y"}`), "without an Action.Submit as fallback"},
		{"execute that drops", card(textBlock, `{"type":"Action.Execute","title":"x","verb":"y","fallback":"drop"}`), "without an Action.Submit as fallback"},
		{"execute without verb", card(textBlock, `{"type":"Action.Execute","title":"x","fallback":`+submit+`}`), "without verb"},
		{"bad fallback", card(textBlock, `{"type":"Action.Execute","title":"x","verb":"y","fallback":{"type":"Action.Submit","title":"x","colour":1}}`), `no property "colour"`},
		{"execute in 1.2", `{"type":"AdaptiveCard","version":"1.2","fallbackText":"f","body":[` + textBlock + `],"actions":[` + execute + `]}`, "needs version 1.4"},
		{"label in 1.2", `{"type":"AdaptiveCard","version":"1.2","fallbackText":"f","body":[{"type":"Input.Text","id":"a","label":"A"}]}`, "label needs version 1.3"},
		{"show card as a tap", in(`{"type":"Container","items":[],"selectAction":{"type":"Action.ShowCard","title":"x","card":{}}}`), `"Action.ShowCard" can't stand`},
		{"toggling nothing", card(textBlock, `{"type":"Action.ToggleVisibility","title":"x","targetElements":["gone"]}`), `"gone", which isn't there`},
		{"seven actions", card(textBlock, strings.Repeat(submit+",", 6)+submit), "7 actions"},
		{"seven in two bars", card(textBlock+`,{"type":"ActionSet","actions":[`+submit+`]}`, strings.Repeat(submit+",", 5)+submit), "7 actions"},
		{"mention without entity", in(`{"type":"TextBlock","text":"Hi <at>Ana</at>"}`), "no mention entity"},
		{"entity without mention", `{"type":"AdaptiveCard","version":"1.5","fallbackText":"f","body":[` + textBlock + `],
			"msteams":{"entities":[{"type":"mention","text":"<at>Ana</at>","mentioned":{"id":"a","name":"Ana"}}]}}`, "nowhere in the text"},
		{"width half", `{"type":"AdaptiveCard","version":"1.5","fallbackText":"f","body":[` + textBlock + `],"msteams":{"width":"half"}}`, "not Full"},
		{"refreshed by e-mail", `{"type":"AdaptiveCard","version":"1.5","fallbackText":"f","body":[` + textBlock + `],
			"refresh":{"action":{"type":"Action.Execute","verb":"r"},"userIds":["ana@contoso.example"]}}`, "no person's id"},
	} {
		problems := CheckCard([]byte(c.raw))
		if !strings.Contains(strings.Join(problems, "\n"), c.want) {
			t.Errorf("%s: want %q, got %q", c.name, c.want, problems)
		}
	}
}

func TestCardLimits(t *testing.T) {
	sized := func(n int) []byte {
		raw := card(`{"type":"TextBlock","text":"%"}`, "")
		return []byte(strings.Replace(raw, "%", strings.Repeat("a", n-len(raw)+1), 1))
	}
	if raw := sized(28672); len(raw) != 28672 || len(CheckCard(raw)) != 0 {
		t.Errorf("28 KB: %q", CheckCard(raw))
	}
	if problems := CheckCard(sized(28673)); len(problems) != 1 || !strings.Contains(problems[0], "28673 bytes") {
		t.Errorf("28 KB and a byte: %q", problems)
	}
	people := func(n int) []byte {
		ids := make([]string, n)
		for i := range ids {
			ids[i] = fmt.Sprintf("29:%d", i)
		}
		list, _ := json.Marshal(ids)
		return []byte(`{"type":"AdaptiveCard","version":"1.5","fallbackText":"f","body":[` + textBlock +
			`],"refresh":{"action":{"type":"Action.Execute","verb":"r"},"userIds":` + string(list) + `}}`)
	}
	if problems := CheckCard(people(60)); len(problems) != 0 {
		t.Errorf("60 people: %q", problems)
	}
	if problems := CheckCard(people(61)); len(problems) != 1 {
		t.Errorf("61 people: %q", problems)
	}
}

func TestActivities(t *testing.T) {
	for _, good := range []string{
		`{"type":"typing"}`,
		`{"type":"message","text":"hi"}`,
		`{"type":"message","text":"hi <at>Ana</at>","entities":[{"type":"mention","text":"<at>Ana</at>","mentioned":{"id":"29:1","name":"Ana"}}]}`,
		`{"type":"message","summary":"s","channelData":{"notification":{"alert":true}},"attachments":[{"contentType":"` + cardType + `","content":` + card(textBlock, "") + `}]}`,
	} {
		if problems := CheckActivity([]byte(good)); len(problems) > 0 {
			t.Errorf("%s: %q", good, problems)
		}
	}
	for _, c := range []struct{ raw, want string }{
		{`[]`, "not a JSON object"},
		{`{"type":"event","name":"x"}`, "can't be sent"},
		{`{"type":"message"}`, "neither text nor attachment"},
		{`{"type":"message","text":"x","speak":"x"}`, `"speak"`},
		{`{"type":"message","text":"x","timestamp":"0001-01-01T00:00:00Z"}`, "0001-01-01"},
		{`{"type":"message","text":"x","from":{}}`, "an empty from"},
		{`{"type":"message","text":"x","relatesTo":{}}`, "an empty relatesTo"},
		{`{"type":"message","text":"x","textFormat":"html"}`, "textFormat html"},
		{`{"type":"message","text":"<at>Ana</at>"}`, "no mention entity"},
		{`{"type":"message","text":"x","entities":[{"type":"mention","text":"<at>Ana</at>","mentioned":{"id":"29:1","name":"Ana"}}]}`, "nowhere in the text"},
		{`{"type":"message","text":"<at>Ana</at>","entities":[{"type":"mention","text":"<at>Ana</at>","mentioned":{"id":"ana@x.example","name":"Ana"}}]}`, "no id of the channel"},
		{`{"type":"message","text":"<at>Ana</at>","entities":[{"type":"mention","text":"<at>Ana</at>"}]}`, "id and name"},
		{`{"type":"message","attachments":[{"contentType":"text/html","content":"x"}]}`, "isn't shown"},
		{`{"type":"message","attachments":[{"contentType":"` + cardType + `","content":{}}]}`, "type is <nil>"},
		{`{"type":"message","text":"x","channelData":{"notify":true}}`, `no "notify"`},
		{`{"type":"message","channelData":{"notification":{"alert":true}},"attachments":[{"contentType":"` + cardType + `","content":` + card(textBlock, "") + `}]}`, "says nothing"},
	} {
		if problems := CheckActivity([]byte(c.raw)); !strings.Contains(strings.Join(problems, "\n"), c.want) {
			t.Errorf("%s: want %q, got %q", c.raw, c.want, problems)
		}
	}
}

// FuzzChecks: whatever comes in, the checkers say so and don't break.
func FuzzChecks(f *testing.F) {
	f.Add([]byte(card(textBlock, execute)))
	f.Add([]byte(`{"type":"message","attachments":[{"contentType":"` + cardType + `","content":` + form(`"29:1"`) + `}]}`))
	f.Add([]byte(`{"type":"AdaptiveCard","version":1,"body":{"type":3},"msteams":[],"refresh":"x","actions":[null,1]}`))
	f.Fuzz(func(_ *testing.T, raw []byte) {
		CheckCard(raw)
		CheckActivity(raw)
	})
}
