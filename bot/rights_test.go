package bot

import (
	"slices"
	"testing"

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
