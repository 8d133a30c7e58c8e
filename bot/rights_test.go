package bot

import (
	"slices"
	"testing"

	"example.com/firstcall/bot/words"
	"example.com/firstcall/domain"
)

// Every verb asks a right that the rules know, on both sides: an unknown one
// would refuse everybody.
func TestEveryVerbHasARight(t *testing.T) {
	for name := range verbs {
		for _, side := range []domain.Side{domain.Customer, domain.Provider} {
			if r := rule(name, side); !slices.Contains(domain.Verbs(), r) {
				t.Errorf("%s of the %s asks for %q, which is no right", name, side, r)
			}
		}
	}
}

// What people wrote stays as they wrote it, even when it is a word of ours.
func TestOnlyCodesAreTranslated(t *testing.T) {
	got := worded(words.In("ja"), map[string]string{"vendor": "phone", "systems": "customer", "question": "no", "via": "phone"})
	for k, want := range map[string]string{"vendor_text": "phone", "systems_text": "customer", "question_text": "no", "via_text": "電話"} {
		if got[k] != want {
			t.Errorf("%s is %q, want %q", k, got[k], want)
		}
	}
}
