package teams

import (
	"encoding/json"
	"maps"
	"strings"
	"testing"

	"example.com/firstcall/adapters/teams/teamsfake"
	"example.com/firstcall/bot"
)

// What can be typed along with the question that is asked now, and is left
// empty, was not answered; the question itself was, also by leaving it out.
func TestAStepLeavesTheRestOfTheCardForLater(t *testing.T) {
	for _, c := range []struct {
		name, data string
		want       map[string]string
		partial    bool
	}{
		{"one step", `{"f":"report x","p":"owner","owner":"Yuki","phone":"","email":""}`, map[string]string{"owner": "Yuki"}, true},
		{"typed along", `{"f":"report x","p":"owner","owner":"Yuki","phone":"+81 3","email":""}`, map[string]string{"owner": "Yuki", "phone": "+81 3"}, true},
		{"left out", `{"f":"report x","p":"since","since":"","impact":""}`, map[string]string{"since": ""}, true},
		{"all that is shown", `{"f":"note 1","p":"1","text":"x","at":""}`, map[string]string{"text": "x", "at": ""}, true},
		{"a time left as it was shown", `{"f":"report x","p":"1","since":"2026-03-02 09:00","phone":"+81 3","=since":"2026-03-02 09:00"}`, map[string]string{"phone": "+81 3"}, true},
		{"a time that was changed", `{"f":"report x","p":"1","since":"2026-03-02 09:10","=since":"2026-03-02 09:00"}`, map[string]string{"since": "2026-03-02 09:10"}, true},
		{"the end", `{"f":"report x","since":""}`, map[string]string{"since": ""}, false},
	} {
		var r received
		if !r.acted(object(json.RawMessage(c.data))) || !maps.Equal(r.event.Values, c.want) || r.event.Partial != c.partial {
			t.Errorf("%s is read as %v (a step: %v), want %v", c.name, r.event.Values, r.event.Partial, c.want)
		}
	}
}

// A form makes way for what there is to say when it is done.
func TestAFormMakesWay(t *testing.T) {
	for name, done := range map[string]bot.Reply{
		"INC-1:\nnoted.":      {Lang: "en", Text: "INC-1: noted.", Close: true},
		"Noted.":              {Lang: "en", Close: true},
		"Which one?\n[INC-1]": {Lang: "en", Text: "Which one?", Close: true, Buttons: []bot.Button{{Label: "INC-1", Action: "show", Subject: "1"}}},
	} {
		for _, old := range []bool{false, true} {
			st := newStory(t)
			m := st.incident(st.Team("Ops", st.ana).Channel("Checkout"))
			st.asks(map[string]bot.Reply{"pressed": reply("", step("note")), "submittedreport:note": done})
			press := st.ana.Press
			if old {
				press = st.ana.PressOld
			}
			press(m, "Take", nil)
			st.settle()
			form := m.Where.Last()
			press(form, "Next", map[string]string{"note": "on it"})
			st.settle()
			equal(t, "what Ana sees", teamsfake.CardText(st.ana.Sees(form)), name)
		}
	}
}

// In a channel that is shared with another tenant, a person is known by their own
// tenant; what is posted there goes through the tenant whose channel it is, and
// what is said to the person alone through the person's.
func TestAChannelSharedWithAnotherTenant(t *testing.T) {
	st := newStory(t)
	kenji := st.Person("Kenji Sato")
	kenji.TenantID = "another-tenant"
	ops := st.Team("Ops", st.ana, kenji).Channel("Checkout")
	st.says(reply("Thanks.", nil))
	kenji.Tell(ops, "status") // the fake minds a chat opened in a tenant where the person isn't
	st.settle()
	e := st.only()
	equal(t, "workspace", e.Workspace, "another-tenant")
	equal(t, "through", e.Through, st.TenantID())
	equal(t, "the answer", st.Personal(kenji).Last().Text, "Thanks.")

	_, err := st.app.Post(t.Context(), bot.Posting{
		Key: "k", Now: start, Message: bot.Message{Lang: "en", Zone: "UTC", Text: "INC-1 is open."},
		To: bot.Address{Platform: "teams", Workspace: st.TenantID(), Kind: "channel", ID: ops.ID(), Route: e.Route},
	})
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "what is posted there", strings.Contains(ops.Last().Plain(), "INC-1 is open."), true)
}
