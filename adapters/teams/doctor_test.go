package teams

import (
	"context"
	"net"
	"strings"
	"testing"
	"time"

	"example.com/firstcall/adapters/teams/teamsfake"
	"example.com/firstcall/bot"
)

// found is the finding about that.
func found(t *testing.T, all []Finding, what string) Finding {
	t.Helper()
	for _, f := range all {
		if strings.HasPrefix(f.What, what) {
			if (f.Trouble == "") != (f.Do == "") || strings.Contains(f.Trouble+f.Do, canary) {
				t.Errorf("%s: trouble %q, to do %q", f.What, f.Trouble, f.Do)
			}
			return f
		}
	}
	t.Fatalf("nothing is said of %q: %+v", what, all)
	return Finding{}
}

func (st *story) examine(all ...Destination) []Finding {
	return st.app.Examine(context.Background(), all, time.Now)
}

func TestExamineWhenAllIsWell(t *testing.T) {
	st := newStory(t)
	own := st.Personal(st.ana)
	channel := st.Team("Contoso", st.ana).Channel("Incidents")
	bo := st.Person("Bo Chen")
	all := st.examine(
		Destination{"#contoso", st.to(channel)}, Destination{"ana", st.toPerson(st.ana, own)}, Destination{"bo", st.toPerson(bo, channel)},
	)
	for _, f := range all {
		if f.Trouble != "" {
			t.Errorf("%s: %s", f.What, f.Trouble)
		}
	}
	equal(t, "findings", len(all), 6)
	equal(t, "the keys", found(t, all, "metadata and keys").Notes, "1 keys")
	if n := found(t, all, "person bo").Notes; !strings.Contains(n, "opened by the first message") {
		t.Errorf("of Bo, who has no chat with us: %q", n)
	}
	equal(t, "messages sent", len(st.Calls(teamsfake.OpSend, teamsfake.OpCreate, teamsfake.OpUpdate)), 0)
}

// Each dead end is named with what to do about it.
func TestExamineDeadEnds(t *testing.T) {
	for want, fault := range map[string]teamsfake.Fault{
		"add the app":         teamsfake.NotInRoster(),
		"unblock":             teamsfake.BlockedByUser(),
		"blocked the bot":     teamsfake.WritesBlocked(),
		"admin center":        teamsfake.DisabledByAdmin(),
		"name another one":    teamsfake.NoConversation(),
		"Azure Bot":           teamsfake.Unauthorized(),
		"try again in a minu": teamsfake.Broken(502),
	} {
		st := newStory(t)
		st.Inject(teamsfake.OpMembers, 0, fault)
		f := found(t, st.examine(Destination{"#checkout", st.to(st.GroupChat("Checkout", st.ana))}), "channel #checkout")
		if !strings.Contains(f.Trouble+" "+f.Do, want) {
			t.Errorf("after %s: %q, %q; want %q in it", fault.Code, f.Trouble, f.Do, want)
		}
	}
}

func TestExamineWhoCannotBeReached(t *testing.T) {
	st := newStory(t)
	all := st.examine(
		Destination{"#silent", bot.Address{Kind: "channel", ID: "19:x@thread.v2"}},
		Destination{"#elsewhere", bot.Address{Kind: "channel", ID: "19:x@thread.v2", Route: route{Service: "https://smba.evil.example/"}.String()}},
		Destination{"eve", bot.Address{Kind: "person", ID: "x", Route: route{Service: st.ServiceURL(), Conversation: "19:x@thread.v2"}.String()}},
	)
	for what, want := range map[string]string{"channel #silent": "mention @firstcall", "channel #elsewhere": "another cloud", "person eve": "write to @firstcall"} {
		if f := found(t, all, what); !strings.Contains(f.Do, want) {
			t.Errorf("%s: %q", what, f.Do)
		}
	}
}

func TestExamineTheRegistration(t *testing.T) {
	for want, change := range map[string]func(*Options){
		"AADSTS7000215": func(o *Options) { o.AppPassword = "wrong" },
		"AADSTS700016":  func(o *Options) { o.AppID = "7d0f3e0a-1b2c-4d5e-8f90-a1b2c3d4e5f6" },
		"AADSTS90002":   func(o *Options) { o.AppTenant = "7d0f3e0a-1b2c-4d5e-8f90-a1b2c3d4e5f6" },
	} {
		st := newStory(t, func(s *setting) { s.options = change })
		st.ExpectProblem(want)
		all := st.examine(
			Destination{"#checkout", st.to(st.GroupChat("Checkout", st.ana))}, Destination{"#silent", bot.Address{Kind: "channel", ID: "19:x@thread.v2"}},
			Destination{"maria", bot.Address{Kind: "person", ID: "y"}}, Destination{"ana", st.toPerson(st.ana, st.Personal(st.ana))},
		)
		f := found(t, all, "token of the bot")
		if !strings.Contains(f.Trouble, want) || !strings.Contains(f.Do, "MicrosoftApp") {
			t.Errorf("%s: %q, %q", want, f.Trouble, f.Do)
		}
		if !strings.HasSuffix(f.Trouble, "; so these were not looked at: channel #checkout, person ana") {
			t.Errorf("%s: it does not say what was not looked at: %q", want, f.Trouble)
		}
		// Who has never met the bot is known without a token.
		for _, what := range []string{"channel #silent", "person maria"} {
			if f := found(t, all, what); !strings.Contains(f.Trouble, "yet") {
				t.Errorf("%s: %s is not said to have never met the bot: %q", want, what, f.Trouble)
			}
		}
		equal(t, "findings when Teams can't be asked", len(all), 5)
	}
	st := newStory(t)
	st.Inject(teamsfake.OpToken, 1, teamsfake.Broken(503))
	if f := found(t, st.examine(), "token of the bot"); !strings.Contains(f.Do, "reaches") {
		t.Errorf("an Entra that is down: %q, %q", f.Trouble, f.Do)
	}
}

func TestExamineTheKeysAndTheClock(t *testing.T) {
	st := newStory(t)
	late := func() time.Time { return time.Now().Add(2 * time.Minute) }
	f := found(t, st.app.Examine(context.Background(), nil, late), "clock")
	if !strings.Contains(f.Trouble, "2m") {
		t.Errorf("a clock that is two minutes off: %q", f.Trouble)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_ = l.Close()
	o := st.options()
	o.Cloud.Metadata = "http://" + l.Addr().String() + "/openid"
	o.Cloud.Origins = append(o.Cloud.Origins, "http://"+l.Addr().String())
	app, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	if f := found(t, app.Examine(context.Background(), nil, time.Now), "metadata"); !strings.Contains(f.Do, "refused") {
		t.Errorf("metadata that can't be had: %q, %q", f.Trouble, f.Do)
	}
}
