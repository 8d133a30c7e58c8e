//go:build unix

package main

import (
	"net/http"
	"strings"
	"syscall"
	"testing"
	"time"

	"example.com/firstcall/adapters/slack/slackfake"
)

// servedSetup is a provider in Slack and a customer with a workspace of its own. Whoever has no id in it is recognised by the
// e-mail address.
const servedSetup = `
provider:
  name: Harbour Support
  prefix: HS
  language: en
  zone: UTC
  country: GB
  workspaces:
    - {platform: slack, id: T0HARBOUR}
  people:
    - {name: kenji, full_name: Kenji Sato, email: kenji@harbour.example, roles: [engineer]}
    - name: maria
      full_name: Maria Costa
      email: maria@harbour.example
      roles: [manager]
      chats: [{platform: slack, workspace: T0HARBOUR, id: U0MARIA}]
  places:
    - {name: "#engineers", purpose: engineers, chat: {platform: slack, workspace: T0HARBOUR, id: C0ENGINEERS}}
    - {name: "#managers", purpose: managers, chat: {platform: slack, workspace: T0HARBOUR, id: C0MANAGERS}}
  rosters:
    - {role: manager, person: maria}
  policy:
    chat_submits: [unified]
    rooms: ["1"]
    ladders:
      - severity: "1"
        rungs:
          - {after: 2s, call: ["role:manager"]}
customers:
  - name: Contoso
    prefix: INC
    language: en
    zone: Europe/Berlin
    country: DE
    workspaces:
      - {platform: slack, id: T0CONTOSO}
    people:
      - {name: ana, full_name: Ana Weber, email: ana@contoso.example, phone: +49 30 23125 101, roles: [contact]}
      - {name: carlos, full_name: Carlos Ruiz, email: carlos@contoso.example, roles: [administrator]}
    places:
      - {name: "#contoso", purpose: customer, chat: {platform: slack, workspace: T0CONTOSO, id: C0CONTOSO}}
    agreement:
      name: Contoso support
      plans: [{plan: unified}]
`

// The story of one evening on a real server, as Slack's people see it, and as its operator does: the customer's workspace
// installs the app, an incident is reported and acknowledged, the process is replaced while somebody fills in a form, and at
// last the workspace removes the app. Nothing that is said, logged or counted meanwhile holds a secret.
func TestServeOverHTTP(t *testing.T) { t.Parallel(); serveAnEvening(t, false) }

// The same where Slack can't reach the server.
func TestServeOverASocket(t *testing.T) { t.Parallel(); serveAnEvening(t, true) }

func serveAnEvening(t *testing.T, socket bool) {
	s := newSite(t, servedSetup)
	if socket {
		s.bySocket()
	}
	first := s.start()
	first.wants("/healthz", http.StatusOK, `"ok"`)
	s.until("the message to report by has been tried, and nothing is on its way", func() bool {
		return s.count(`SELECT count(*) FROM destinations WHERE address = 'C0CONTOSO' AND epoch > 0 AND lease_until IS NULL`) == 1
	})
	s.withoutDatabase(func() {
		first.wants("/readyz", http.StatusServiceUnavailable, "the database can't be reached")
		first.wants("/healthz", http.StatusOK, "ok")
	})
	first.wants("/readyz", http.StatusOK, "ok")

	s.until("it listens for what other processes decide, again", func() bool {
		return s.count(`SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN %'`) == 1
	})
	if a := s.Slash("U0ANA", "C0CONTOSO", "/incident", ""); a.NotSent == "" {
		t.Errorf("a workspace without the app has /incident: %+v", a)
	}
	s.install(first, "U0CARLOS", "T0CONTOSO")
	s.sealed("T0CONTOSO")
	if r := s.run("doctor", "slack", s.file()); r.status != fine || !strings.Contains(r.out, "token of T0CONTOSO (we are firstcall in Contoso)") {
		t.Errorf("doctor: %d %s%s", r.status, r.out, r.err)
	}

	// Ana reports.
	s.Slash("U0ANA", "C0CONTOSO", "/incident", "")
	s.fillIn("U0ANA", outage)
	if v := s.window("U0ANA"); !strings.Contains(v.Reads(), "INC-1 is open") {
		t.Fatalf("Ana is shown %s", v.Reads())
	}
	s.sees("C0CONTOSO", "INC-1", "First call")
	card := s.sees("C0ENGINEERS", "INC-1", "Acknowledge")
	s.sees("C0MANAGERS", "INC-1")
	s.until("a channel for the incident", func() bool { return s.room() != "" })
	s.sees(s.room(), "INC-1")
	s.sees(s.DM("U0MARIA"), "INC-1", "no call yet", "nobody has it")

	// Kenji is known by the address in his profile.
	if a := s.Click("U0KENJI", card, "Acknowledge"); !a.OK() {
		t.Fatalf("acknowledge: %+v", a)
	}
	s.until("the card names Kenji", func() bool {
		m, _ := s.Message(card.Channel, card.TS)
		return strings.Contains(m.Reads(), "Kenji Sato")
	})
	s.OpenHome("U0KENJI", "home")
	s.until("the home page lists the incident", func() bool {
		v := s.AppHome("T0HARBOUR", "U0KENJI")
		return v != nil && strings.Contains(v.Reads(), "INC-1")
	})

	first.counts(`firstcall_settled_total{platform="slack",state="sent",what="card"}`)
	first.counts(`firstcall_settled_total{platform="slack",state="sent",what="escalation"}`)
	first.counts(`firstcall_request_seconds_count{kind="submission",outcome="ok",platform="slack"}`)
	first.counts(`firstcall_handle_seconds_count{kind="submitted",outcome="ok",platform="slack"}`)
	first.counts(`firstcall_call_seconds_count{method="chat.postMessage",outcome="ok",platform="slack"}`)
	first.counts(`firstcall_woken_total`)

	// The process is replaced while Ana fills in another report.
	s.CloseAll("U0ANA")
	s.Slash("U0ANA", "C0CONTOSO", "/incident", "")
	s.window("U0ANA")
	s.Choose("U0ANA", "kind", "advice")
	begun := time.Now()
	first.signal(syscall.SIGTERM)
	first.wants("/readyz", http.StatusServiceUnavailable, "stopping")
	if status := first.ended(); status != fine {
		t.Errorf("it ended with %d", status)
	}
	if took := time.Since(begun); took > 10*time.Second {
		t.Errorf("it took %s to end", took)
	}
	if n := s.count(`SELECT count(*) FROM destinations WHERE lease_until IS NOT NULL`); n != 0 {
		t.Errorf("%d destinations are still held", n)
	}
	second := s.start()
	s.fillIn("U0ANA", question)
	if v := s.window("U0ANA"); !strings.Contains(v.Reads(), "INC-2 is open") {
		t.Fatalf("Ana is shown %s", v.Reads())
	}
	s.sees("C0CONTOSO", "INC-2")

	s.Uninstall("T0CONTOSO")
	s.until("the token is forgotten", func() bool {
		return s.count(`SELECT count(*) FROM workspaces WHERE workspace = 'T0CONTOSO' AND secret IS NULL AND gone_at IS NOT NULL`) == 1
	})
	if socket {
		s.RefuseUpgrades(1) // else it is open again before anybody has looked
		s.DropSockets()
		second.wants("/readyz", http.StatusServiceUnavailable, "the socket to Slack is not open")
		second.wants("/readyz", http.StatusOK, "ok")
	}
	second.signal(syscall.SIGTERM)
	if status := second.ended(); status != fine {
		t.Errorf("it ended with %d", status)
	}
}

// A Slack that doesn't answer keeps nobody from ending: what was being sent is looked for by whoever comes next.
func TestServeEndsWhileSlackHangs(t *testing.T) {
	t.Parallel()
	s := newSite(t, doctorSetup())
	s.AddChannel(slackfake.Channel{ID: "C0SHARED", Name: "contoso", Members: []string{"U0KENJI", "U0BOTHARBOUR"}})
	s.Inject("chat.postMessage", slackfake.SlowHeaders(time.Minute), slackfake.Times(-1))
	p := s.start() // and it pins the message to report by
	s.until("the card is being sent", func() bool { return len(s.Calls("chat.postMessage")) > 0 })
	begun := time.Now()
	p.signal(syscall.SIGTERM)
	if status, took := p.ended(), time.Since(begun); status != fine || took > stopWithin+time.Second {
		t.Errorf("it ended with %d after %s", status, took)
	}
	if n := s.count(`SELECT count(*) FROM cards WHERE state = 'sending'`); n != 1 {
		t.Errorf("%d cards wait to be looked for, want 1", n)
	}
}

// The app may have been invited before the set-up named the channel, or before anything was served: the message to report by is
// pinned all the same, once, and also when a channel is named while the server runs.
func TestServePinsTheMessageToReportBy(t *testing.T) {
	t.Parallel()
	s := newSite(t, doctorSetup())
	for id, name := range map[string]string{"C0SHARED": "contoso", "C0SECOND": "contoso-2"} {
		s.AddChannel(slackfake.Channel{ID: id, Name: name, Members: []string{"U0KENJI", "U0BOTHARBOUR"}})
	}
	pinned := func(channel string) {
		t.Helper()
		s.until("the message is pinned in "+channel, func() bool {
			pins := s.Pins(channel)
			return len(pins) == 1 && strings.Contains(pins[0].Reads(), "Report an incident")
		})
	}
	p := s.start()
	pinned("C0SHARED")
	second := `      - {name: "#contoso-2", purpose: customer, chat: {platform: slack, workspace: T0HARBOUR, id: C0SECOND}}` + "\n    agreement:"
	more := write(t, map[string]string{"more.yaml": strings.Replace(doctorSetup(), "    agreement:", second, 1)})["more.yaml"]
	if r := s.run("import", more); r.status != fine {
		t.Fatalf("import: %d %s", r.status, r.err)
	}
	pinned("C0SECOND")
	p.signal(syscall.SIGTERM)
	p.ended()

	// A database of an older version has none of it.
	s.count(`WITH gone AS (DELETE FROM cards WHERE destination_id IN (SELECT id FROM destinations WHERE address = 'C0SECOND') RETURNING 1) SELECT count(*) FROM gone`)
	p = s.start()
	s.until("the message is posted again", func() bool { return len(s.Messages("C0SECOND")) == 2 })
	if got := s.Messages("C0SHARED"); len(got) != 1 {
		t.Errorf("in the other channel there are %d messages, want the one", len(got))
	}
	p.signal(syscall.SIGTERM)
	p.ended()
}

// What is wrong ends the program with a sentence, not with a stack.
func TestServeSaysWhyItCannot(t *testing.T) {
	t.Parallel()
	s := newSite(t, servedSetup)
	for _, c := range []struct {
		env    string
		status int
		says   string
	}{
		{"SLACK_BOT_TOKEN=xoxb-canary-of-yesterday", failed, "SLACK_BOT_TOKEN: Slack doesn't take it (invalid_auth); copy the Bot User OAuth Token again"},
		{"SLACK_SIGNING_SECRET=", misuse, "SLACK_SIGNING_SECRET is missing"},
		{"FIRSTCALL_KEY=canary", misuse, "FIRSTCALL_KEY must be 32 random bytes"},
		{"DATABASE_URL=postgres://canary:canary@127.0.0.1:1/none?sslmode=disable", failed, "connection refused"},
	} {
		s.Allow("auth.test", "invalid_auth")
		before := s.env
		s.env = append(s.env[:len(s.env):len(s.env)], c.env)
		if r := s.run("serve", s.file()); r.status != c.status || !strings.Contains(r.err, c.says) || strings.Contains(r.err, "goroutine") {
			t.Errorf("%s: %d %s", c.env, r.status, r.err)
		}
		s.env = before
	}
}

var outage = map[string]string{
	"kind": "break-fix", "product": "virtual machines", "environment": "production", "happened": "Checkout is down",
	"impact": "Nobody can pay.", "severity": "1", "commitment": "yes", "contacts": "me",
}

var question = map[string]string{"product": "entra", "happened": "How do we rotate keys?"}

// window is what somebody has before them, once it is there.
func (s *site) window(user string) (v *slackfake.View) {
	s.t.Helper()
	s.until("a window is open", func() bool {
		v = s.Modal(user)
		return v != nil && !strings.Contains(v.Reads(), "One moment")
	})
	return v
}

// fillIn answers whatever the window asks until it asks no more, and sends it.
func (s *site) fillIn(user string, answers map[string]string) {
	s.t.Helper()
	for range 12 {
		v := s.window(user)
		if v.SubmitLabel == "" {
			return
		}
		values := map[string]any{}
		for key, answer := range answers {
			for _, b := range v.Blocks {
				if b["block_id"] == key && v.Value(key) == "" {
					values[key] = answer
				}
			}
		}
		s.Submit(user, values)
	}
	v := s.Modal(user)
	s.t.Fatalf("the window never ends: %s\n%v", v.Reads(), v.Errors)
}
