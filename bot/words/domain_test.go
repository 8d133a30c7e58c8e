package words

import (
	"slices"
	"strings"
	"testing"

	"example.com/firstcall/bot/words/catalog"
	"example.com/firstcall/domain"
)

// Every refusal of the domain has its sentence, which asks for nothing that the
// refusal does not bring.
func TestEveryRefusalHasWords(t *testing.T) {
	w := In("en")
	for _, refusal := range domain.RefusalCodes() {
		id, ok := w.index["refusal."+refusal.Code]
		if !ok {
			t.Errorf("no words for the refusal %s", refusal.Code)
			continue
		}
		for _, name := range strings.Fields(w.table[id].args) {
			if brings := slices.Concat(refusal.Args, refusal.Optional); !slices.Contains(brings, snake(name)) &&
				!slices.Contains(brings, snake(catalog.Stem(name))) {
				t.Errorf("refusal.%s asks for {{.%s}}, but brings only %v", refusal.Code, name, brings)
			}
		}
	}
}

// Every journal line has its sentence.
func TestEveryJournalLineHasWords(t *testing.T) {
	for _, line := range domain.JournalKinds() {
		if !Known("journal", line.Code) {
			t.Errorf("no words for the journal line %s", line.Code)
		}
	}
}
