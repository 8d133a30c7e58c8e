package setup_test

import (
	"strings"
	"testing"

	"example.com/firstcall/cmd/firstcall/setup"
)

// What was copied from a link, or from the wrong field, would be a place where nothing ever arrives.
func TestIDsOfTeams(t *testing.T) {
	const tenant = "aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee"
	with := func(workspace, id, person string) error {
		_, err := read(
			strings.Replace(provider, "roles: [engineer]}", "roles: [engineer], chats: [{platform: teams, workspace: "+tenant+", id: "+person+"}]}", 1),
			strings.Replace(customer, "{platform: slack, workspace: T1, id: C1}", "{platform: teams,\n        workspace: "+workspace+",\n        id: "+id+"}", 1),
		)
		return err
	}
	const person = "99999999-8888-4777-8666-555555555555"
	for _, id := range []string{"19:contoso@thread.tacv2", "19:0a-_B@thread.v2", "19:0a@thread.skype"} {
		if err := with(strings.ToUpper(tenant), `"`+id+`"`, person); err != nil {
			t.Errorf("%s: %v", id, err)
		}
	}
	for _, c := range []struct{ workspace, id, person, want string }{
		{"ABC", "19:c@thread.v2", person, `b.yaml:11: customers[1].places[1].chat.workspace: "ABC" is not a tenant's id in Teams: write its GUID`},
		{"…", "19:c@thread.v2", person, `b.yaml:11: customers[1].places[1].chat.workspace: "…" is not a tenant's id`},
		{tenant, `"19%3Acontoso%40thread.tacv2"`, person, `b.yaml:12: customers[1].places[1].chat.id: "19%3Acontoso%40thread.tacv2" is how a link has it; write "19:contoso@thread.tacv2"`},
		{tenant, `"19:contoso%40thread.tacv2"`, person, `write "19:contoso@thread.tacv2"`},
		{
			tenant, `"https://teams.microsoft.com/l/channel/19%3Acontoso%40thread.tacv2/General?groupId=1&tenantId=2"`, person,
			`is how a link has it; write "19:contoso@thread.tacv2"`,
		},
		{tenant, `"19:contoso@thread.tacv2;messageid=1"`, person, `write "19:contoso@thread.tacv2"`},
		{tenant, "General", person, `b.yaml:12: customers[1].places[1].chat.id: "General" is not a channel's id like "19:...@thread.tacv2"`},
		{tenant, "19%zz", person, "is not a channel's id"},
		{tenant, "19:c@thread.v2", "kenji@harbour.example", `a.yaml:7: provider.people[1].chats[1].id: "kenji@harbour.example" is not a person's id in Teams: write the Object ID`},
	} {
		err := with(c.workspace, c.id, c.person)
		if err == nil || !strings.Contains(err.Error(), c.want) || len(strings.Split(err.Error(), "\n")) != 1 {
			t.Errorf("%s %s %s:\nwant …%s…\ngot  %v", c.workspace, c.id, c.person, c.want, err)
		}
	}
	for id, want := range map[string]bool{tenant: true, strings.ToUpper(person): true, "": false, "…": false, tenant + " ": false, "{" + tenant + "}": false} {
		if setup.IsGUID(id) != want {
			t.Errorf("%q is a GUID: %v", id, !want)
		}
	}
}
