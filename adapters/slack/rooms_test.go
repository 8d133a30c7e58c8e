package slack

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"example.com/firstcall/adapters/slack/slackfake"
	"example.com/firstcall/bot"
	"example.com/firstcall/bot/words"
)

var forINC42 = bot.Room{Workspace: "T1", Key: "0198-key", Name: "inc-42-checkout-down", Topic: "INC-42 · severity 1", Lang: "en", Zone: "UTC", Now: start}

func (st *sending) makes(r bot.Room) (id, name string) {
	st.t.Helper()
	id, name, err := st.app.MakeRoom(context.Background(), r)
	if err != nil {
		st.t.Fatalf("make %s: %v", r.Name, err)
	}
	return id, name
}

func (st *sending) furnishes(id string, r bot.Room) (missing []string) {
	st.t.Helper()
	missing, err := st.app.FurnishRoom(context.Background(), id, r)
	if err != nil {
		st.t.Fatalf("furnish %s: %v", r.Name, err)
	}
	return missing
}

func TestMakeRoom(t *testing.T) {
	st := newSending(t)
	id, name := st.makes(forINC42)
	c := st.Conversation(id)
	if name != "inc-42-checkout-down" || c.Name != name || !c.Private || c.Archived {
		t.Errorf("%q: %+v", name, c)
	}
	if again, _ := st.makes(forINC42); again != id {
		t.Errorf("made again: %s, not %s", again, id)
	}
	renamed := forINC42
	renamed.Name = "inc-42-another-title"
	if again, name := st.makes(renamed); again != id || name != c.Name {
		t.Errorf("made again under another name: %s %s", again, name)
	}
	if n := len(st.Calls("conversations.create")); n != 1 {
		t.Errorf("made %d times", n)
	}
}

func TestRoomNames(t *testing.T) {
	long := "inc-42-" + strings.Repeat("x", 100)
	for _, tc := range []struct{ wanted, want string }{
		{"inc-42-checkout-down", "inc-42-checkout-down"},
		{"INC-42: Checkout is DOWN!", "inc-42-checkout-is-down"},
		{"inc-42-決済が落ちています", "inc-42"},
		{"インシデント", "incident"},
		{"支持案例 42", "42"},
		{"inc-42-réseau", "inc-42-r-seau"},
		{"a_b", "a_b"},
		{"--__--", "incident"},
		{"", "incident"},
		{"../../etc <!channel>", "etc-channel"},
		{long, long[:80]},
		{"inc-42-" + strings.Repeat("x", 72) + "-y", "inc-42-" + strings.Repeat("x", 72)}, // no hyphen at the end
	} {
		st := newSending(t) // Slack's own rules for names are the fake's
		r := forINC42
		r.Name = tc.wanted
		if _, name := st.makes(r); name != tc.want {
			t.Errorf("%q became %q, want %q", tc.wanted, name, tc.want)
		}
	}
}

// A name that is taken gets a number, and nobody else's channel is taken over.
func TestRoomNameIsTaken(t *testing.T) {
	st := newSending(t)
	public := st.AddChannel(slackfake.Channel{Name: forINC42.Name, Members: []string{"U1", "UBOT"}})
	private := st.AddChannel(slackfake.Channel{Name: forINC42.Name + "-2", Private: true, Creator: "U1", Members: []string{"U1", "UBOT"}, Purpose: "firstcall " + forINC42.Key})
	unseen := st.AddChannel(slackfake.Channel{Name: forINC42.Name + "-3", Private: true, Creator: "U1", Members: []string{"U1"}})
	other := forINC42
	other.Key = "another"
	first, name := st.makes(other)
	if name != forINC42.Name+"-4" {
		t.Errorf("the first got %q", name)
	}
	second, name := st.makes(forINC42)
	if name != forINC42.Name+"-5" || second == first {
		t.Errorf("the second got %q", name)
	}
	for _, c := range []*slackfake.Channel{public, private, unseen} {
		if c.ID == first || c.ID == second {
			t.Errorf("%s was taken over", c.Name)
		}
	}

	st = newSending(t)
	longest := forINC42
	longest.Name = strings.Repeat("n", 80)
	st.makes(longest)
	longest.Key = "another"
	if _, name := st.makes(longest); name != strings.Repeat("n", 78)+"-2" {
		t.Errorf("a long name got %q", name)
	}

	st = newSending(t)
	for n := 1; n <= mostTries; n++ {
		st.AddChannel(slackfake.Channel{Name: numbered(forINC42.Name, n), Members: []string{"U1"}})
	}
	_, _, err := st.app.MakeRoom(context.Background(), forINC42)
	st.judged(err, bot.Gone)
}

// Whatever answer was lost on the way, the same channel is found by the next try.
func TestRoomIsFoundAfterALostAnswer(t *testing.T) {
	for _, method := range []string{"users.conversations", "conversations.create", "conversations.setPurpose"} {
		for name, f := range map[string]slackfake.Fault{"after": slackfake.ResetAfter(), "before": slackfake.ResetBefore(), "half": slackfake.Truncated()} {
			t.Run(method+" "+name, func(t *testing.T) {
				st := newSending(t)
				st.AddChannel(slackfake.Channel{Name: forINC42.Name, Members: []string{"U1", "UBOT"}}) // so that it is numbered, too
				before := len(st.Conversations())
				st.Inject(method, f)
				_, _, err := st.app.MakeRoom(context.Background(), forINC42)
				st.judged(err, bot.NotKnown)
				id, _ := st.makes(forINC42)
				if again, _ := st.makes(forINC42); again != id {
					t.Errorf("found %s, then %s", id, again)
				}
				if n := len(st.Conversations()) - before; n != 1 {
					t.Errorf("%d channels were made", n)
				}
			})
		}
	}
}

// Many channels of years are looked through page by page; those put away are no burden, and are found when it must be.
func TestRoomAmongMany(t *testing.T) {
	st := newSending(t)
	id, _ := st.makes(forINC42)
	for n := range 450 {
		st.AddChannel(slackfake.Channel{Name: fmt.Sprint("old-", n), Private: true, Creator: "UBOT", Members: []string{"UBOT"}, Archived: n%3 > 0, Purpose: "firstcall old"})
	}
	st.ForgetCalls()
	if again, _ := st.makes(forINC42); again != id {
		t.Errorf("found %s", again)
	}
	if n := len(st.Calls("users.conversations")); n != 1 { // 150 live ones and ours
		t.Errorf("%d pages", n)
	}
	if err := st.app.CloseRoom(context.Background(), id, forINC42); err != nil {
		t.Fatal(err)
	}
	if again, _ := st.makes(forINC42); again != id {
		t.Errorf("after it was put away: %s", again)
	}
}

func TestFurnishRoom(t *testing.T) {
	st := newSending(t)
	st.AddWorkspace(slackfake.Workspace{ID: "T9", NotInstalled: true})
	for _, u := range []slackfake.User{{ID: "U2"}, {ID: "UGONE", Deleted: true}, {ID: "UOUT", Team: "T9", Stranger: true}} {
		st.AddUser(u)
	}
	st.Allow("conversations.invite", "user_not_found")
	id, _ := st.makes(forINC42)
	r := forINC42
	r.People = []string{"U1", "UOUT", "UNOBODY", "UGONE", "UBOT", "U2"}
	missing := st.furnishes(id, r)
	if want := []string{"UOUT", "UNOBODY", "UGONE"}; !slices.Equal(missing, want) {
		t.Errorf("missing %v, want %v", missing, want)
	}
	c := st.Conversation(id)
	if want := []string{"UBOT", "U1", "U2"}; !slices.Equal(c.Members, want) || c.Topic != "INC-42 · severity 1" {
		t.Errorf("members %v, topic %q", c.Members, c.Topic)
	}
	if again := st.furnishes(id, r); len(again) != 3 || len(st.Conversation(id).Members) != 3 {
		t.Errorf("the second time: missing %v", again)
	}
	if n := len(st.Calls("conversations.setTopic")); n != 1 { // each is a line in the channel
		t.Errorf("the topic was set %d times", n)
	}
	r.Topic = ""
	st.furnishes(id, r)
	if got := st.Topic(id); got != "INC-42 · severity 1" {
		t.Errorf("no topic wanted, and it is %q", got)
	}

	st.Inject("conversations.invite", slackfake.TooMany(9e9)) // the rest is for later
	_, err := st.app.FurnishRoom(context.Background(), id, r)
	if e := st.judged(err, bot.Refused); e.RetryAfter != 9e9 {
		t.Errorf("again after %s", e.RetryAfter)
	}
	for _, f := range []slackfake.Fault{slackfake.ErrorCode("is_archived"), slackfake.ErrorCode("channel_not_found")} {
		st.Inject("conversations.info", f)
		r.Topic = "another"
		_, err := st.app.FurnishRoom(context.Background(), id, r)
		st.judged(err, bot.Gone)
	}
}

func TestTopics(t *testing.T) {
	st := newSending(t)
	id, _ := st.makes(forINC42)
	for _, tc := range []struct{ name, topic, want string }{
		{"pings", "<!channel> <@U1> is down", "&lt;!channel&gt; &lt;@U1&gt; is down"},
		{"several lines", "one\ntwo\r\n  three", "one two three"},
		{"too long", strings.Repeat("ab", 200), strings.Repeat("ab", 124) + "a…"},
		{"too long when escaped", strings.Repeat("&", 200), strings.Repeat("&amp;", 49) + "…"},
		{"in Japanese", strings.Repeat("決", 300), strings.Repeat("決", 249) + "…"},
	} {
		r := forINC42
		r.Topic = words.Plain(tc.topic)
		st.furnishes(id, r)
		got := st.Topic(id)
		if got != tc.want || utf8.RuneCountInString(got) > 250 {
			t.Errorf("%s: %q, want %q", tc.name, got, tc.want)
		}
		st.ForgetCalls()
		st.furnishes(id, r)
		if n := len(st.Calls("conversations.setTopic")); n != 0 {
			t.Errorf("%s: set again", tc.name)
		}
	}
	// Slack gives a topic back with addresses as links.
	for back, sent := range map[string]string{
		"see <https://example.com/a>":              "see https://example.com/a",
		"see <http://example.com|example.com> & x": "see http://example.com &amp; x",
		"a &lt;b&gt;": "a &lt;b&gt;",
	} {
		if bare(back) != bare(sent) {
			t.Errorf("%q is not known as %q", back, sent)
		}
	}
}

func TestCloseRoom(t *testing.T) {
	st := newSending(t)
	id, _ := st.makes(forINC42)
	for range 2 {
		if err := st.app.CloseRoom(context.Background(), id, forINC42); err != nil {
			t.Fatal(err)
		}
	}
	if !st.Conversation(id).Archived {
		t.Error("it is open")
	}
	if err := st.app.CloseRoom(context.Background(), "CNONE", forINC42); err != nil {
		t.Errorf("one that isn't there: %v", err)
	}
	other := forINC42
	other.Key, other.Name = "another", "inc-43"
	id, _ = st.makes(other)
	st.Inject("conversations.archive", slackfake.ResetAfter())
	st.judged(st.app.CloseRoom(context.Background(), id, other), bot.NotKnown)
	if err := st.app.CloseRoom(context.Background(), id, other); err != nil {
		t.Fatal(err)
	}
	st.Inject("conversations.archive", slackfake.ErrorCode("missing_scope"))
	st.judged(st.app.CloseRoom(context.Background(), id, other), bot.Refused)
}

// A room of a workspace without an installation waits for one, and is then made.
func TestRoomsWithoutAnInstallation(t *testing.T) {
	st := newSending(t)
	token := st.tables.all["T1"]
	delete(st.tables.all, "T1")
	_, _, err := st.app.MakeRoom(context.Background(), forINC42)
	st.locked(err)
	_, err = st.app.FurnishRoom(context.Background(), "C1", forINC42)
	st.locked(err)
	st.locked(st.app.CloseRoom(context.Background(), "C1", forINC42))
	st.tables.all["T1"] = token
	st.Inject("users.conversations", slackfake.ErrorCode("token_revoked"))
	_, _, err = st.app.MakeRoom(context.Background(), forINC42)
	st.locked(err)
	id, _ := st.makes(forINC42)
	st.Inject("conversations.info", slackfake.ErrorCode("token_expired"))
	_, err = st.app.FurnishRoom(context.Background(), id, forINC42)
	st.locked(err)
	st.furnishes(id, forINC42)
}

// locked checks that something waits for a token that works: a minute, or less while nobody has installed the app.
func (st *sending) locked(err error) {
	st.t.Helper()
	want := time.Minute
	if errors.Is(err, errNoInstall) {
		want = 10 * time.Second
	}
	if e := st.judged(err, bot.Refused); e.RetryAfter != want {
		st.t.Errorf("again after %s, want %s: %v", e.RetryAfter, want, err)
	}
}

// Without knowing who we are, our own channel would be taken for somebody else's and a second one made.
func TestNoRoomWithoutKnowingWhoWeAre(t *testing.T) {
	st := newSending(t)
	id, _ := st.makes(forINC42)
	whole := st.tables.all["T1"]
	st.tables.all["T1"] = Installation{Workspace: "T1", Token: whole.Token}
	before := len(st.Conversations())
	_, _, err := st.app.MakeRoom(context.Background(), forINC42)
	st.locked(err)
	if n := len(st.Conversations()); n != before {
		t.Errorf("%d channels, not %d", n, before)
	}
	st.tables.all["T1"] = whole
	if again, _ := st.makes(forINC42); again != id {
		t.Errorf("made again: %s", again)
	}
}

// Who is there isn't invited again, and the others by as few calls as it takes.
func TestInvitations(t *testing.T) {
	st := newSending(t)
	var people []string
	for n := range 130 {
		u := st.AddUser(slackfake.User{ID: fmt.Sprint("UP", n), Name: fmt.Sprint("p", n)})
		people = append(people, u.ID)
	}
	id, _ := st.makes(forINC42)
	r := forINC42
	r.People = people
	invitations := func() int {
		n := len(st.Calls("conversations.invite"))
		st.ForgetCalls()
		return n
	}
	if missing := st.furnishes(id, r); len(missing) != 0 || len(st.Conversation(id).Members) != 131 || invitations() != 2 {
		t.Errorf("missing %v, %d members", missing, len(st.Conversation(id).Members))
	}
	if st.furnishes(id, r); invitations() != 0 {
		t.Error("who is there is invited again")
	}

	// What stopped in the middle goes on from there.
	r.Key, r.Name = "another", "inc-43"
	id, _ = st.makes(r)
	st.ForgetCalls()
	st.Inject("conversations.invite", slackfake.ResetBefore(), slackfake.OnCall(2))
	_, err := st.app.FurnishRoom(context.Background(), id, r)
	st.judged(err, bot.NotKnown)
	invitations()
	st.furnishes(id, r)
	if calls := st.Conversation(id).Members; len(calls) != 131 || invitations() != 1 {
		t.Errorf("%d members", len(calls))
	}

	// Slack says no and not to whom: one by one.
	r.Key, r.Name, r.People = "third", "inc-44", []string{"U1", "UP1", "UP2"}
	id, _ = st.makes(r)
	st.ForgetCalls()
	st.Inject("conversations.invite", slackfake.ErrorCode("cant_invite"))
	if missing := st.furnishes(id, r); len(missing) != 0 || invitations() != 4 || len(st.Conversation(id).Members) != 4 {
		t.Errorf("missing %v, members %v", missing, st.Conversation(id).Members)
	}

	// It names those that it refuses: once more without them.
	st.Allow("conversations.invite", "user_not_found")
	r.People = []string{"UNOBODY", "UP3", "UP4", "UNONE"}
	if missing := st.furnishes(id, r); !slices.Equal(missing, []string{"UNOBODY", "UNONE"}) || invitations() != 2 {
		t.Errorf("missing %v", missing)
	}
}

func TestRoomsThatMayNotBeMade(t *testing.T) {
	for code, want := range map[string]bot.SendOutcome{
		"restricted_action": bot.Gone, "cannot_create_channel": bot.Gone, "missing_scope": bot.Refused, "internal_error": bot.NotKnown,
	} {
		st := newSending(t)
		st.Inject("conversations.create", slackfake.ErrorCode(code))
		_, _, err := st.app.MakeRoom(context.Background(), forINC42)
		st.judged(err, want)
	}
}

func TestProfile(t *testing.T) {
	st := newSending(t)
	st.AddWorkspace(slackfake.Workspace{ID: "T9", NotInstalled: true})
	for _, u := range []slackfake.User{
		{ID: "UJA", Name: "ken", RealName: "Ken Sato", Email: "ken@contoso.example", TZ: "Asia/Tokyo", Locale: "ja-JP"},
		{ID: "UGUEST", Name: "gus", Email: "ceo@contoso.example", Guest: true},
		{ID: "USTRANGER", Name: "sue", Team: "T9", Email: "ceo@contoso.example", Stranger: true},
		{ID: "UPARTNER", Name: "pat", Team: "T9", Email: "pat@partner.example", TZ: "Europe/Berlin"},
		{ID: "UROBOT", Name: "rob", Email: "ceo@contoso.example", Bot: true},
		{ID: "ULEFT", Name: "lea", Email: "ceo@contoso.example", Deleted: true},
		{ID: "UFAR", Name: "far", Team: "T9"},
	} {
		st.AddUser(u)
	}
	st.AddChannel(slackfake.Channel{Name: "shared", Members: []string{"USTRANGER", "UPARTNER", "UBOT"}, SharedWith: []string{"T9"}})
	for id, want := range map[string]bot.Profile{
		"UJA":       {Workspace: "T1", Name: "Ken Sato", Email: "ken@contoso.example", Language: "ja-JP", Zone: "Asia/Tokyo"},
		"UGUEST":    {Name: "gus", Language: "en-US", Zone: "UTC"},
		"USTRANGER": {Name: "sue"},
		"UPARTNER":  {Workspace: "T9", Name: "pat", Email: "pat@partner.example", Zone: "Europe/Berlin"},
		"UROBOT":    {Name: "rob", Language: "en-US", Zone: "UTC"},
		"ULEFT":     {Name: "lea", Language: "en-US", Zone: "UTC"},
	} {
		got, err := st.app.Profile(context.Background(), "T1", id)
		if err != nil || got != want {
			t.Errorf("%s is %+v, %v; want %+v", id, got, err, want)
		}
	}
	st.Allow("users.info", "user_not_found")
	for _, id := range []string{"UNOBODY", "UFAR"} {
		if p, err := st.app.Profile(context.Background(), "T1", id); !errors.Is(err, bot.ErrNotFound) || p != (bot.Profile{}) {
			t.Errorf("%s: %+v, %v", id, p, err)
		}
	}
	for code, want := range map[string]bot.SendOutcome{"ratelimited": bot.Refused, "internal_error": bot.NotKnown, "token_revoked": bot.Refused} {
		st.Inject("users.info", slackfake.ErrorCode(code))
		_, err := st.app.Profile(context.Background(), "T1", "UJA")
		st.judged(err, want)
	}
	_, err := st.app.Profile(context.Background(), "TNONE", "UJA")
	st.locked(err)
}
