package bot

import (
	"testing"
	"time"

	"example.com/firstcall/domain"
	"example.com/firstcall/domain/terms"
)

// TestNobodyIsPagedWhereNobodyListens shows that a manager known on another platform only counts as nobody: the ladder goes on
// to the next rung at once, and her page isn't kept for a platform that nobody serves.
func TestNobodyIsPagedWhereNobodyListens(t *testing.T) {
	person := func(name string, role domain.Role, platform string) Recipient {
		return Recipient{
			Destination: DestinationID(name), Address: Address{Platform: platform}, OnDuty: []domain.Role{role},
			Person: &Person{ID: domain.PersonID(name), Name: name, Side: domain.Provider, Language: "en", Zone: "UTC", Roles: []domain.Role{role}},
		}
	}
	all := Directory{Recipients: []Recipient{
		person("maria", domain.RoleManager, "console"), person("ingrid", domain.RoleIncidentManager, "slack"), person("kenji", domain.RoleEngineer, "slack"),
	}}
	s := sceneOf(all.on(map[string]Chat{"slack": platform{}}), nine.Add(10*time.Minute))
	if !s.nobody("role:manager") || s.nobody("role:incident_manager") {
		t.Errorf("nobody to page: manager %v, incident manager %v; want true and false", s.nobody("role:manager"), s.nobody("role:incident_manager"))
	}
	i := opened(t, s, terms.Sev1)
	env, err := s.env(&i.Report)
	if err != nil {
		t.Fatal(err)
	}
	out := i.Fire(nine.Add(2*time.Hour), env)
	var k Kept
	s.fired(&i, &out, env, &k)
	for _, r := range k.Rings {
		if r.Destination == "maria" {
			t.Errorf("a ring waits for maria where nobody serves her: %s", r.Kind)
		}
	}
	if len(all.on(nil).Recipients) != 3 {
		t.Error("a bot that serves nothing yet forgets people")
	}
}
