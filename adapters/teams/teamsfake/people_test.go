package teamsfake

import (
	"encoding/json"
	"fmt"
	"net/url"
	"reflect"
	"strings"
	"testing"
)

// activityPath is the path of one activity, below the service URL.
func activityPath(c *Conversation, id string) string {
	return "v3/conversations/" + url.PathEscape(c.ID()) + "/activities/" + id
}

func TestWhatPeopleSeeOfMessages(t *testing.T) {
	b := newBench(t, Options{})
	ana, ben := b.Person("Ana Lima"), b.Person("Ben Okri")
	room := b.Team("Contoso", ana, ben).Channel("Support")
	if a := ana.Say(room, "not for the bot"); !a.NotSent || len(b.got) != 0 {
		t.Error("the bot saw what doesn't mention it")
	}
	ana.Tell(room, "checkout is down")
	got := b.got[0]
	conversation := got["conversation"].(map[string]any)
	if got["text"] != "<at>firstcall</at> checkout is down" || conversation["isGroup"] != true || conversation["id"] != room.ID()+";messageid="+fmt.Sprint(got["id"]) {
		t.Errorf("%v", got)
	}
	thread := room.Thread(fmt.Sprint(got["id"]))
	first := b.send(thread, `{"type":"message","summary":"INC-1","text":"Hi <at>Ana Lima</at>","channelData":{"notification":{"alert":true}},
		"entities":[{"type":"mention","text":"<at>Ana Lima</at>","mentioned":{"id":"`+ana.ID+`","name":"Ana Lima"}}]}`)
	if status, m, _ := b.call("POST", activityPath(room, first), hello); status != 201 {
		t.Errorf("reply: %d %v", status, m)
	}
	if status, m, _ := b.call("PUT", activityPath(room, first), hello); status != 200 {
		t.Errorf("update: %d %v", status, m)
	}
	list := thread.Messages()
	if len(list) != 3 || list[1].Text != "Hello" || list[1].Edits != 1 || list[1].Alert || list[2].ReplyTo != first || list[2].Thread != list[0].ID {
		t.Errorf("%+v", list)
	}
	if status, _, _ := b.call("DELETE", activityPath(room, list[2].ID), ""); status != 200 || len(thread.Messages()) != 2 || len(thread.All()) != 3 {
		t.Errorf("delete: %d", status)
	}
	b.send(room, hello)
	if len(thread.Messages()) != 2 || len(room.Messages()) != 4 || room.Last().Where.ID() != room.ID()+";messageid="+room.Last().ID {
		t.Error("a message to the channel begins a thread")
	}
	b.call("POST", activityPath(room, "")[:len(activityPath(room, ""))-1], `{"type":"typing"}`)
	if room.Typing() != 1 || len(room.Messages()) != 4 {
		t.Error("typing is no message")
	}
	b.t.said()
}

func TestNotification(t *testing.T) {
	b := newBench(t, Options{})
	ana := b.Person("Ana Lima")
	chat := b.Personal(ana)
	mention := `{"type":"AdaptiveCard","version":"1.5","fallbackText":"f","body":[{"type":"TextBlock","text":"<at>A</at>"}],
		"msteams":{"entities":[{"type":"mention","text":"<at>A</at>","mentioned":{"id":"%s","name":"A"}}]}}`
	for _, id := range []string{ana.ID, ana.AAD, ana.Email} {
		b.send(chat, withCard(fmt.Sprintf(mention, id)))
	}
	b.t.said()
	b.call("POST", activityPath(chat, "")[:len(activityPath(chat, ""))-1], withCard(fmt.Sprintf(mention, "ben@contoso.example")))
	b.t.said("the card mentions")
	b.send(chat, `{"type":"message","summary":"INC-1 rings","attachments":[{"contentType":"`+cardType+`","content":`+card(textBlock, submit)+`}],"channelData":{"notification":{"alert":true}}}`)
	m := chat.Last()
	if !m.Alert || m.Summary != "INC-1 rings" || m.Plain() != "Hello\n[Go]" || m.From != "firstcall" {
		t.Errorf("%+v", m)
	}
}

func TestRosterAndNewConversations(t *testing.T) {
	b := newBench(t, Options{})
	ana, ben, cai := b.Person("Ana Lima"), b.Person("Ben Okri"), b.Person("Cai Wen")
	team := b.Team("Contoso", ana, ben, cai)
	room := team.Channel("Support")
	b.SetPageSize(2)
	path := "v3/conversations/" + url.PathEscape(room.ID())
	_, page, _ := b.call("GET", path+"/pagedmembers?pageSize=500", "")
	_, rest, _ := b.call("GET", path+"/pagedmembers?continuationToken="+url.QueryEscape(fmt.Sprint(page["continuationToken"])), "")
	if len(page["members"].([]any)) != 2 || len(rest["members"].([]any)) != 1 || rest["continuationToken"] != nil {
		t.Errorf("%v %v", page, rest)
	}
	_, one, _ := b.call("GET", path+"/members/"+url.PathEscape(ben.ID), "")
	if one["email"] != "ben.okri@contoso.example" || one["objectId"] != ben.AAD || one["tenantId"] != b.TenantID() {
		t.Errorf("%v", one)
	}
	if status, _, _ := b.call("GET", path+"/members/29:nobody", ""); status != 404 {
		t.Errorf("nobody: %d", status)
	}
	status, made, _ := b.call("POST", "v3/conversations", `{"bot":{"id":"`+b.BotID()+`"},"members":[{"id":"`+cai.ID+`"}],"channelData":{"tenant":{"id":"`+b.TenantID()+`"}}}`)
	if status != 201 || made["id"] != b.Personal(cai).ID() {
		t.Errorf("%d %v", status, made)
	}
	status, made, _ = b.call("POST", "v3/conversations", `{"isGroup":true,"tenantId":"`+b.TenantID()+`","channelData":{"channel":{"id":"`+room.ID()+`"}},"activity":`+hello+`}`)
	if status != 201 || made["id"] != room.ID()+";messageid="+fmt.Sprint(made["activityId"]) || room.Last().Text != "Hello" {
		t.Errorf("%d %v", status, made)
	}
	if status, details, _ := b.call("GET", "v3/teams/"+url.PathEscape(team.ID), ""); status != 200 || details["aadGroupId"] != team.AAD {
		t.Errorf("%d %v", status, details)
	}
	if _, channels, _ := b.call("GET", "v3/teams/"+url.PathEscape(team.ID)+"/conversations", ""); len(channels["conversations"].([]any)) != 2 {
		t.Errorf("%v", channels)
	}
	cai.Uninstall(b.Personal(cai))
	status, made, _ = b.call("POST", "v3/conversations", `{"members":[{"id":"`+cai.ID+`"}],"tenantId":"`+b.TenantID()+`"}`)
	if status != 403 || !strings.Contains(fmt.Sprint(made), "BotNotInConversationRoster") {
		t.Errorf("uninstalled: %d %v", status, made)
	}
	b.t.said()
}

func TestInstallation(t *testing.T) {
	b := newBench(t, Options{})
	ana := b.Person("Ana Lima")
	room := b.Team("Contoso", ana).Channel("Support")
	room.BotLeaves()
	if status, _, _ := b.call("POST", "v3/conversations/"+url.PathEscape(room.ID())+"/activities", hello); status != 403 {
		t.Errorf("not installed: %d", status)
	}
	ana.Install(room)
	kinds := map[any]map[string]any{b.got[0]["type"]: b.got[0], b.got[1]["type"]: b.got[1]}
	if kinds["installationUpdate"]["action"] != "add" || fmt.Sprint(kinds["conversationUpdate"]["membersAdded"]) != "[map[id:"+b.BotID()+"]]" {
		t.Errorf("%v", kinds)
	}
	b.send(room, hello)
	ben := b.Person("Ben Okri")
	ana.Add(room, ben)
	if data := b.got[2]["channelData"].(map[string]any); data["eventType"] != "teamMemberAdded" || room.room.member(ben.ID) == nil {
		t.Errorf("%v", b.got[2])
	}
	ana.Remove(room, ben)
	if room.room.member(ben.ID) != nil {
		t.Error("still there")
	}
	b.t.said()
}

// form is a card with two inputs, an Execute with its fallback, and a refresh.
func form(refreshers string) string {
	return `{"type":"AdaptiveCard","version":"1.5","fallbackText":"f","body":[
		{"type":"Input.Text","id":"title","label":"What happens?","isRequired":true,"errorMessage":"Say it","maxLength":10},
		{"type":"Input.ChoiceSet","id":"severity","label":"Severity","value":"B","choices":[{"title":"A","value":"A"},{"title":"B","value":"B"}]}],
		"actions":[{"type":"Action.Execute","title":"Send","verb":"intake","data":{"id":"7"},"fallback":{"type":"Action.Submit","title":"Send","data":{"verb":"intake","id":"7"}}},
		{"type":"Action.Submit","title":"Back","associatedInputs":"none","data":{"nav":"back"}},
		{"type":"Action.OpenUrl","title":"Docs","url":"https://example.com/docs"}],
		"refresh":{"action":{"type":"Action.Execute","verb":"refresh","data":{"id":"7"}},"userIds":[` + refreshers + `]}}`
}

func TestCardOfSeveralPeople(t *testing.T) {
	b := newBench(t, Options{})
	ana, ben := b.Person("Ana Lima"), b.Person("Ben Okri")
	group := b.GroupChat("Support", ana, ben)
	id := b.send(group, withCard(form(`"`+ben.ID+`"`)))
	m := group.Last()

	if a := ana.Press(m, "Send", nil); !a.NotSent || !reflect.DeepEqual(a.Missing, []string{"title"}) || len(b.got) != 0 {
		t.Errorf("an empty required input was sent: %+v", a)
	}
	if a := ana.Press(m, "Docs", nil); a.URL != "https://example.com/docs" {
		t.Errorf("%+v", a)
	}
	b.reply = func(map[string]any) any {
		return map[string]any{"statusCode": 200, "type": cardType, "value": json.RawMessage(card(`{"type":"TextBlock","text":"Next"}`, submit))}
	}
	ana.Press(m, "Send", map[string]string{"title": "Down"})
	want := map[string]any{
		"trigger": "manual",
		"action":  map[string]any{"type": "Action.Execute", "title": "Send", "verb": "intake", "data": map[string]any{"id": "7", "title": "Down", "severity": "B"}},
	}
	if got := b.got[0]; !reflect.DeepEqual(got["value"], want) || got["name"] != "adaptiveCard/action" || got["replyToId"] != id {
		t.Errorf("%v", got)
	}
	if CardText(ana.Sees(m)) != "Next\n[Go]" || !strings.HasPrefix(CardText(ben.Sees(m)), "What happens?\nSeverity\n[Send]") {
		t.Errorf("ana sees %q, ben %q", CardText(ana.Sees(m)), CardText(ben.Sees(m)))
	}
	if a := ben.Refresh(m, "automatic"); a.NotSent || b.got[1]["value"].(map[string]any)["trigger"] != "automatic" {
		t.Errorf("%+v", a)
	}
	if status, r, _ := b.call("PUT", activityPath(group, id), withCard(form(""))); status != 200 {
		t.Fatal(status, r)
	}
	if len(Buttons(ana.Sees(m))) != 3 || len(Inputs(ben.Sees(m))) != 2 {
		t.Error("an update is for everybody")
	}
	if a := ana.Refresh(m, "automatic"); !a.NotSent {
		t.Error("refreshed by itself without being listed")
	}

	b.reply = nil
	ana.Press(m, "Back", nil)
	if got := b.got[2]; got["type"] != "message" || !reflect.DeepEqual(got["value"], map[string]any{"nav": "back"}) || got["text"] != nil || got["replyToId"] != id {
		t.Errorf("%v", got)
	}
	a := ana.PressOld(m, "Send", map[string]string{"title": "Down", "severity": "A"})
	if got := b.got[3]["value"]; !reflect.DeepEqual(got, map[string]any{"verb": "intake", "id": "7", "title": "Down", "severity": "A"}) {
		t.Errorf("%v", got)
	}
	b.Again(a)
	if b.got[4]["id"] != b.got[3]["id"] {
		t.Error("a second delivery has the same id")
	}
	b.t.said()
}

func TestUnfoldedCard(t *testing.T) {
	b := newBench(t, Options{})
	ana := b.Person("Ana Lima")
	chat := b.Personal(ana)
	b.send(chat, withCard(card(`{"type":"Input.Text","id":"outer","label":"O","value":"1"}`,
		`{"type":"Action.ShowCard","title":"Note","card":{"type":"AdaptiveCard","body":[{"type":"Input.Text","id":"note","label":"Note"}],"actions":[`+submit+`]}}`)))
	m := chat.Last()
	if got := CardText(m.Card()); got != "O\n[Note]" {
		t.Errorf("folded: %q", got)
	}
	ana.Press(m, "Note > Go", map[string]string{"note": "x"})
	if got := b.got[0]["value"]; !reflect.DeepEqual(got, map[string]any{"a": "b", "outer": "1", "note": "x"}) {
		t.Errorf("%v", got)
	}
	b.t.said()
}

func TestInvokeAnswers(t *testing.T) {
	b := newBench(t, Options{})
	ana := b.Person("Ana Lima")
	chat := b.Personal(ana)
	b.send(chat, withCard(form("")))
	m := chat.Last()
	for _, c := range []struct {
		body          string
		text, problem string
	}{
		{`{"statusCode":200,"type":"application/vnd.microsoft.activity.message","value":"Done"}`, "Done", ""},
		{`{"statusCode":400,"type":"application/vnd.microsoft.error","value":{"code":"BadRequest","message":"Not yours"}}`, "Not yours", ""},
		{`{"statusCode":200,"type":"application/vnd.microsoft.activity.message","value":{}}`, "", "wants a text"},
		{`{"statusCode":400,"type":"application/vnd.microsoft.error","value":{"code":"x"}}`, "", "wants code and message"},
		{`{"statusCode":200,"type":"` + cardType + `","value":{}}`, "", "type is <nil>"},
		{`{"statusCode":404}`, "", "status 404"},
		{`{"status":200}`, "", "unknown field"},
		{`[]`, "", "cannot unmarshal"},
	} {
		b.reply = func(map[string]any) any { return json.RawMessage(c.body) }
		a := ana.Press(m, "Send", map[string]string{"title": "Down"})
		if c.problem == "" {
			b.t.said()
			if a.Text != c.text {
				t.Errorf("%s: %q", c.body, a.Text)
			}
			continue
		}
		if got := strings.Join(b.t.errors, "\n"); !strings.Contains(got, c.problem) {
			t.Errorf("%s: want %q, got %q", c.body, c.problem, got)
		}
		b.t.errors = nil
	}
}

func TestDialogs(t *testing.T) {
	b := newBench(t, Options{})
	ana := b.Person("Ana Lima")
	group := b.GroupChat("Support", ana)
	ana.Say(group, "checkout <is> down")
	dialog := `{"task":{"type":"continue","value":{"title":"Report","height":"large","width":600,"card":{"contentType":"` + cardType + `","content":` +
		card(`{"type":"Input.Text","id":"title","label":"Title"}`, submit) + `}}}}`
	b.reply = func(map[string]any) any { return json.RawMessage(dialog) }
	a := ana.RunCommand(group.Messages()[0], "report")
	value := b.got[0]["value"].(map[string]any)
	payload := value["messagePayload"].(map[string]any)
	if value["commandId"] != "report" || payload["body"].(map[string]any)["content"] != "<div>checkout &lt;is&gt; down</div>" ||
		payload["from"].(map[string]any)["user"].(map[string]any)["id"] != ana.AAD {
		t.Errorf("%v", value)
	}
	a = a.Dialog.Submit("Go", map[string]string{"title": "x"})
	if got := b.got[1]; got["name"] != "composeExtension/submitAction" || !reflect.DeepEqual(got["value"].(map[string]any)["data"], map[string]any{"a": "b", "title": "x"}) {
		t.Errorf("%v", got)
	}
	b.reply = func(map[string]any) any {
		return map[string]any{"task": map[string]any{"type": "message", "value": "Thanks"}}
	}
	if a = a.Dialog.Submit("Go", nil); !a.Closed || a.Text != "Thanks" {
		t.Errorf("%+v", a)
	}

	b.send(group, withCard(card(textBlock, `{"type":"Action.Submit","title":"Ask","data":{"msteams":{"type":"task/fetch"},"id":"7"}}`)))
	b.reply = func(map[string]any) any { return json.RawMessage(dialog) }
	a = ana.Press(group.Last(), "Ask", nil)
	if b.got[3]["name"] != "task/fetch" || a.Dialog == nil || a.Dialog.Title != "Report" {
		t.Errorf("%v %+v", b.got[3], a)
	}
	b.reply = nil
	if a = a.Dialog.Submit("Go", nil); b.got[4]["name"] != "task/submit" || !a.Closed {
		t.Errorf("%v %+v", b.got[4], a)
	}
	b.t.said()
	b.reply = func(map[string]any) any {
		return json.RawMessage(strings.Replace(dialog, `"large"`, `"huge"`, 1))
	}
	ana.Press(group.Last(), "Ask", nil)
	b.t.said("the size huge")
}

func TestOtherActivities(t *testing.T) {
	b := newBench(t, Options{})
	ana := b.Person("Ana Lima")
	ana.Locale, ana.Zone = "ja-JP", "Asia/Tokyo"
	chat := b.Personal(ana)
	ana.Say(chat, "see the file", File{Name: "log.txt", URL: "https://contoso.example/log.txt"})
	if got := b.got[0]; got["locale"] != "ja-JP" || got["timestamp"] != "2026-03-02T12:00:00.0000000Z" || got["localTimestamp"] != "2026-03-02T21:00:00.0000000+09:00" ||
		!strings.Contains(fmt.Sprint(got["attachments"]), "downloadUrl:https://contoso.example/log.txt") {
		t.Errorf("%v", got)
	}
	m := chat.Messages()[0]
	ana.Edit(m, "see it")
	ana.React(m, "like")
	ana.Types(chat)
	ana.Delete(m)
	var kinds []any
	for _, a := range b.got {
		kinds = append(kinds, a["type"])
	}
	if fmt.Sprint(kinds) != "[message messageUpdate messageReaction typing messageDelete]" || len(chat.Messages()) != 0 {
		t.Errorf("%v", kinds)
	}
	odd := ana.Message(chat, "odd")
	delete(odd, "from")
	odd["value"], odd["timestamp"] = "a string", "2026-03-02T12:00:00"
	if a := b.Deliver(odd); a.Status != 200 || b.got[5]["value"] != "a string" {
		t.Errorf("%+v", a)
	}
	again := ana.Message(chat, "twice")
	if answers := b.DeliverAll(again, again); answers[0].Status != 200 || answers[1].Status != 200 || len(b.got) != 8 {
		t.Error("delivered twice at once")
	}
	b.t.said()
}
