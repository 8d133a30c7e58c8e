package words_test

import (
	"testing"

	"example.com/firstcall/bot/words"
)

func TestListsInEachLanguage(t *testing.T) {
	for _, c := range []struct{ lang, list, items, one, two string }{
		{"en", "a, b, c", "a; b; c", "a, b or c", "a or b"},
		{"zh-Hans", "a、b、c", "a；b；c", "a、b或c", "a或b"},
		{"ja", "a、b、c", "a；b；c", "a、bまたはc", "aまたはb"},
	} {
		w := words.In(c.lang)
		if w.List("a", "b", "c") != words.Text(c.list) || w.Items("a", "b", "c") != words.Text(c.items) ||
			w.OneOf("a", "b", "c") != words.Text(c.one) || w.OneOf("a", "b") != words.Text(c.two) || w.OneOf("a") != "a" || w.OneOf() != "" {
			t.Errorf("%s: %s, %s, %s, %s, %s, %q", c.lang, w.List("a", "b", "c"), w.Items("a", "b", "c"), w.OneOf("a", "b", "c"), w.OneOf("a", "b"), w.OneOf("a"), w.OneOf())
		}
	}
}
