package demo_test

import (
	"testing"
	"time"

	"example.com/firstcall/cmd/firstcall/demo"
	"example.com/firstcall/domain/terms"
)

func TestTheDemosSetupIsRead(t *testing.T) {
	for _, start := range []time.Time{demo.StartsAt, time.Date(2027, 11, 22, 20, 0, 0, 0, time.UTC), time.Date(2024, 2, 29, 0, 0, 0, 0, time.UTC)} {
		s, err := demo.Setup(terms.Current(), start)
		if err != nil {
			t.Fatal(err)
		}
		if len(s.Tenants) != 5 || len(s.Agreements) != 4 {
			t.Errorf("a provider and four customers, not %d tenants and %d agreements", len(s.Tenants), len(s.Agreements))
		}
		if !s.Events[0].Event.Running(start) {
			t.Errorf("on %v no business event runs: %+v", start, s.Events[0].Event)
		}
		for _, a := range s.Agreements {
			if _, err := a.Agreement.Calendar("", ""); err != nil {
				t.Errorf("the business time of %s: %v", a.Tenant, err)
			}
		}
	}
}
