package slack

import (
	"context"
	"strings"
	"testing"
	"time"

	"example.com/firstcall/adapters/slack/slackfake"
	"example.com/firstcall/bot"
)

// However a call goes wrong, neither its error, nor what is counted, nor the log tells a secret. The log is looked through
// when the story ends.
func TestNoSecretInErrorsOfSending(t *testing.T) {
	var counted []string
	st := newSending(t, func(o *Options) {
		o.SeenCall = func(method, outcome string, _ time.Duration) { counted = append(counted, method, outcome) }
	})
	ctx, card := context.Background(), st.post(st.send(inC1, "card", "INC-1"))
	room := bot.Room{Workspace: "T1", Key: "key", Name: "inc-1", Topic: "INC-1", Lang: "en", People: []string{"U1"}, Now: st.clock()}
	made, _ := st.makes(room)
	ana := bot.Address{Platform: "slack", Workspace: "T1", Kind: "person", ID: "U1"}
	faults := []slackfake.Fault{
		slackfake.TooMany(time.Second), slackfake.TooManyBare(), slackfake.ErrorCode("invalid_auth"), slackfake.ErrorCode("invalid_blocks"),
		slackfake.ErrorCode("is_archived"), slackfake.HTML(200), slackfake.HTML(500), slackfake.Truncated(), slackfake.BareRefusal(),
		slackfake.ResetBefore(), slackfake.ResetAfter(),
	}
	failed := 0
	for _, f := range faults {
		st.Inject("*", f, slackfake.Times(-1))
		for _, call := range []func() error{
			func() error { _, err := st.app.Post(ctx, st.send(inC1, "k", "x", pinned, takeable)); return err },
			func() error { return st.app.Edit(ctx, card, st.send(inC1, "card", "x", takeable)) },
			func() error { _, _, err := st.app.Find(ctx, st.send(inC1, "k", ""), start); return err },
			func() error { _, _, err := st.app.Find(ctx, st.send(inC1, "k", "", inThread(card)), start); return err },
			func() error { _, _, err := st.app.Find(ctx, st.send(ana, "k", ""), start); return err },
			func() error { _, err := st.app.Profile(ctx, "T1", "U1"); return err },
			func() error { _, _, err := st.app.MakeRoom(ctx, room); return err },
			func() error { _, err := st.app.FurnishRoom(ctx, made, room); return err },
			func() error { return st.app.CloseRoom(ctx, made, room) },
			func() error { _, err := WhoAmI(ctx, "xoxb-canary-99", st.APIURL()); return err },
		} {
			st.wait(time.Minute)
			if err := call(); err != nil {
				failed++
				st.secretIn(err.Error())
			}
		}
		for _, finding := range st.app.Examine(ctx, []string{"T1"}, []Channel{{"T1", "C1", "#contoso"}}, st.clock) {
			st.secretIn(strings.NewReplacer("begins with xoxb-", "", "begins with xapp-", "").Replace(finding.Trouble + finding.Do + finding.Notes))
		}
		st.ClearFaults()
	}
	st.secretIn(strings.Join(counted, " "))
	if failed < 90 {
		t.Errorf("only %d calls failed", failed)
	}
	st.post(st.send(inC1, "pin fails", "x", func(p *bot.Posting) { st.Inject("pins.add", slackfake.ResetBefore()); p.Pin = true }))
	if !strings.Contains(st.log(), "could not be pinned") {
		t.Error("the log was not written to")
	}
}
