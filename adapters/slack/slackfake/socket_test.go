package slackfake_test

import (
	"context"
	"encoding/json"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"github.com/slack-go/slack"
	"github.com/slack-go/slack/socketmode"

	"example.com/firstcall/adapters/slack/slackfake"
)

// connect runs slack-go's Socket Mode against the fake. handle gives the
// payload of the acknowledgement.
func (sc *scene) connect(t *testing.T, handle func(socketmode.Event) any) {
	t.Helper()
	api := slack.New(sc.Home.Token, slack.OptionAPIURL(sc.APIURL()), slack.OptionAppLevelToken(sc.AppToken()))
	client := socketmode.New(api, socketmode.OptionPingInterval(500*time.Millisecond))
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = client.RunContext(ctx)
	}()
	go func() {
		for {
			select {
			case <-ctx.Done():
				return
			case ev := <-client.Events:
				if ev.Request == nil || ev.Type == socketmode.EventTypeHello {
					continue
				}
				if payload := handle(ev); payload != nil {
					_ = client.AckCtx(ctx, ev.Request.EnvelopeID, payload)
				} else {
					_ = client.AckCtx(ctx, ev.Request.EnvelopeID, nil)
				}
			}
		}
	}()
	t.Cleanup(func() { cancel(); <-done })
	sc.DeliverBySocket()
	sc.WaitForSockets(1)
}

func TestSocketCarriesTheSameTalk(t *testing.T) {
	sc := newScene(t)
	var seen []string
	sc.connect(t, func(ev socketmode.Event) any {
		seen = append(seen, string(ev.Type)) // one at a time: every act waits for its acknowledgement
		switch ev.Type {
		case socketmode.EventTypeSlashCommand:
			cmd := ev.Data.(slack.SlashCommand)
			if _, err := sc.api.OpenView(cmd.TriggerID, modal("Report")); err != nil {
				t.Errorf("OpenView: %v", err)
			}
			return map[string]any{"text": "opened"}
		case socketmode.EventTypeInteractive:
			if ev.Data.(slack.InteractionCallback).Type == slack.InteractionTypeViewSubmission {
				return slack.NewErrorsViewSubmissionResponse(map[string]string{"what": "Say more."})
			}
		}
		return nil
	})
	sc.Slash("U1", "C1", "/incident", "")
	if own := sc.Ephemeral("C1", "U1"); len(own) != 1 || own[0].Text != "opened" {
		t.Errorf("ana sees %+v", own)
	}
	sc.Choose("U1", "sev", "A")
	sc.Submit("U1", map[string]any{"what": "down"})
	if v := sc.Modal("U1"); v == nil || v.Errors["what"] != "Say more." {
		t.Errorf("ana sees %+v", v)
	}
	sc.Say("U1", "C1", "hello")
	if len(seen) != 4 {
		t.Errorf("the app heard %v", seen)
	}
	if acked, stray := sc.Acknowledged(); len(acked) != 4 || stray != nil {
		t.Errorf("acknowledged %v, stray %v", acked, stray)
	}
}

func TestSocketFaults(t *testing.T) {
	sc := newScene(t)
	retries := make(chan int, 16) // the app reads on while the test looks
	sc.connect(t, func(ev socketmode.Event) any {
		retries <- ev.Request.RetryAttempt
		return nil
	})
	opens := sc.SocketOpens()
	sc.Next(slackfake.DropBeforeAck())
	if a := sc.Say("U1", "C1", "hello"); !a.OK() {
		t.Errorf("an event after a dropped connection: %+v", a)
	}
	for n := 0; n == 0; { // the first delivery may be read, and acknowledged by the new connection
		if n = <-retries; n > 1 {
			t.Errorf("the app got it as retry %d", n)
		}
	}
	if sc.SocketOpens() != opens+1 {
		t.Errorf("%d opens, then %d", opens, sc.SocketOpens())
	}
	for _, reason := range []string{"refresh_requested", "link_disabled", "too_many_websockets", "warning"} {
		before := sc.SocketOpens()
		sc.Disconnect(reason)
		if a := sc.Say("U1", "C1", reason); !a.OK() {
			t.Errorf("after %s: %+v", reason, a)
		}
		if sc.SocketOpens() == before {
			t.Errorf("%s: no new connection", reason)
		}
	}
	sc.DropSockets()
	sc.RefuseUpgrades(1)
	sc.SendFrame("{not json")
	sc.WaitForSockets(1)
	if a := sc.Say("U1", "C1", "back"); !a.OK() {
		t.Errorf("after a refused dial: %+v", a)
	}
}

func TestSocketTokens(t *testing.T) {
	sc := newScene(t)
	open := func(token string) error {
		_, _, err := slack.New("", slack.OptionAPIURL(sc.APIURL()), slack.OptionAppLevelToken(token)).StartSocketModeContext(context.Background())
		return err
	}
	if err := open(sc.Home.Token); err == nil || err.Error() != "not_allowed_token_type" {
		t.Errorf("with a bot token: %v", err)
	}
	sc.wantError(t, "not_allowed_token_type")
	if err := open("xapp-other"); err == nil || err.Error() != "invalid_auth" {
		t.Errorf("with a wrong token: %v", err)
	}
	sc.wantError(t, "invalid_auth")
}

func TestTheEleventhConnectionIsRefused(t *testing.T) {
	sc := newScene(t)
	for range 10 {
		dial(t, sc)
	}
	sc.WaitForSockets(10)
	eleventh := dial(t, sc)
	_ = eleventh.SetReadDeadline(time.Now().Add(2 * time.Second))
	var frame struct{ Type, Reason string }
	for frame.Type != "disconnect" {
		_, body, err := eleventh.ReadMessage()
		if err != nil {
			t.Fatalf("the eleventh: %v", err)
		}
		_ = json.Unmarshal(body, &frame)
	}
	if frame.Reason != "too_many_websockets" {
		t.Errorf("the reason is %s", frame.Reason)
	}
}

func dial(t *testing.T, sc *scene) *websocket.Conn {
	t.Helper()
	_, address, err := slack.New("", slack.OptionAPIURL(sc.APIURL()), slack.OptionAppLevelToken(sc.AppToken())).StartSocketModeContext(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	conn, resp, err := websocket.DefaultDialer.Dial(address, nil)
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	t.Cleanup(func() { _ = conn.Close() })
	return conn
}

func TestAHalfOpenConnectionIsLeft(t *testing.T) {
	sc := newScene(t)
	sc.connect(t, func(socketmode.Event) any { return nil })
	before := sc.SocketOpens()
	sc.StopPings()
	sc.WaitForSockets(0) // slack-go misses the pings and hangs up
	sc.ResumePings()
	sc.WaitForSockets(1)
	if sc.SocketOpens() == before {
		t.Error("no new connection was opened")
	}
	if a := sc.Say("U1", "C1", "hello"); !a.OK() {
		t.Errorf("after it: %+v", a)
	}
}

func TestAStormOfReconnectsIsCounted(t *testing.T) {
	sc := newScene(t)
	sc.DisconnectOnConnect("refresh_requested", 20)
	sc.connect(t, func(socketmode.Event) any { return nil })
	if n := sc.SocketOpens(); n != 21 {
		t.Errorf("%d opens, want 20 that were sent away and one that stays", n)
	}
}

func TestAnUnknownEnvelopeIsNotAcknowledgedBySlackGo(t *testing.T) {
	sc := newScene(t, impatient)
	sc.connect(t, func(socketmode.Event) any { return nil })
	if a := sc.SendEnvelope("brand_new", slackfake.Block{"x": 1}); a.OK() {
		t.Error("slack-go alone acknowledged an unknown envelope")
	}
	if a := sc.Say("U1", "C1", "hello"); !a.OK() {
		t.Errorf("after it: %+v", a)
	}
}
