package bot

import (
	"testing"
	"time"

	"example.com/firstcall/bot/words"
	"example.com/firstcall/domain"
)

// What is said under a card, as the other side reads it in each language.
func TestRetelling(t *testing.T) {
	ana := domain.Actor{Name: "Ana Weber", Side: domain.Customer}
	kenji := domain.Actor{Name: "Kenji Sato", Side: domain.Provider}
	file := []File{{Name: "a\n@channel.log", URL: "https://files.example/a"}, {Name: "b.log", URL: "https://x@evil.example"}}
	for _, tc := range []struct {
		e    Event
		by   domain.Actor
		want [3]string
	}{
		{Event{Kind: Said}, ana, [3]string{
			"Ana Weber (Contoso), Mon 2 Mar 09:00 UTC: it is down", "Ana Weber（Contoso），3月2日（周一）09:00 UTC：it is down", "Ana Weber（Contoso）3月2日(月) 09:00 UTC: it is down",
		}},
		{Event{Kind: Said, Files: file}, kenji, [3]string{
			"Kenji Sato to Contoso, Mon 2 Mar 09:00 UTC: it is down\nAttached: a @channel.log https://files.example/a\nAttached: b.log",
			"Kenji Sato 致 Contoso，3月2日（周一）09:00 UTC：it is down\n附件：a @channel.log https://files.example/a\n附件：b.log",
			"Kenji Sato から Contoso へ、3月2日(月) 09:00 UTC: it is down\n添付: a @channel.log https://files.example/a\n添付: b.log",
		}},
		{Event{Kind: Reworded}, ana, [3]string{
			"Ana Weber (Contoso), edited Mon 2 Mar 09:00 UTC: it is down", "Ana Weber（Contoso），3月2日（周一）09:00 UTC 修改：it is down", "Ana Weber（Contoso）3月2日(月) 09:00 UTC 編集: it is down",
		}},
		{Event{Kind: Reworded}, kenji, [3]string{
			"Kenji Sato to Contoso, edited Mon 2 Mar 09:00 UTC: it is down", "Kenji Sato 致 Contoso，3月2日（周一）09:00 UTC 修改：it is down", "Kenji Sato から Contoso へ、3月2日(月) 09:00 UTC 編集: it is down",
		}},
		{Event{Kind: Retracted}, ana, [3]string{"(removed by Ana Weber)", "（Ana Weber 已删除）", "（Ana Weber が削除しました）"}},
		{Event{Kind: Retracted}, domain.Actor{}, [3]string{"(removed)", "（已删除）", "（削除されました）"}},
	} {
		for n, lang := range words.Languages() {
			got := retelling(words.In(lang), &tc.e, "Contoso", tc.by, "it is down", nine).Render(words.Reader{Lang: lang, Zone: time.UTC, Brief: true}, nine)
			if got != tc.want[n] {
				t.Errorf("%s %s by %q reads\n%s\nwant\n%s", lang, tc.e.Kind, tc.by.Name, got, tc.want[n])
			}
		}
	}
}

// A word that both sides use means what the side means by it.
func TestReplyBySide(t *testing.T) {
	for side, want := range map[domain.Side]string{domain.Customer: "answer", domain.Provider: "reply"} {
		v := &visit{door: Door{Person: &Person{Side: side}}}
		for _, word := range []string{"reply", "回复", "返信", "Reply:"} {
			if name, ok := findVerb(word); !ok || v.sided(name) != want {
				t.Errorf("%s of the %s means %q, want %q", word, side, v.sided(name), want)
			}
		}
	}
}
