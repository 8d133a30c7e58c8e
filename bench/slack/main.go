// Command slack measures how signed requests of Slack are taken in, beside Bolt for Node in the same run: a server on one core,
// wrk on another, a private Postgres with fsync on. wrk, taskset, Node 20 and npm are needed. docs/performance.md explains the
// figures; this is no part of CI.
//
//	go run -C bench ./slack
package main

import (
	"bufio"
	"context"
	"database/sql"
	"flag"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"example.com/firstcall/bench/lab"
	"example.com/firstcall/bench/webhook"
)

func main() {
	profile := flag.String("cpuprofile", "", "a file for the processor's profile of our whole step, of the last run")
	webhook.Main("slack", func() (webhook.Comparison, error) { return compare(*profile) })
}

// customers is how many there are. The provider and each customer have a workspace of their own.
const customers = 20

// Who and where, by Slack's ids.
const (
	provider        = "T0HARBOUR"
	kenji           = "U0KENJI"
	ana             = "U0ANA"
	engineers       = "C0ENGINEERS"
	customerChannel = "C0SUPPORT"
)

func workspaceOf(customer int) string {
	if customer == lab.Provider {
		return provider
	}
	return fmt.Sprintf("T0C%d", customer)
}

func reportChannel(n int) string { return fmt.Sprintf("C0R%d", n) }

func compare(profile string) (webhook.Comparison, error) {
	slack := &stub{}
	origin, err := webhook.StandIn(slack)
	return webhook.Comparison{
		Peer: "Bolt", Env: []string{"SLACK_SIGNING_SECRET=" + signingSecret},
		Args: func(do string, last bool) []string {
			args := []string{"-api", origin + "/api/"}
			if last && do == "whole" && profile != "" {
				args = append(args, "-cpuprofile", profile)
			}
			return args
		},
		Customers: customers, Message: "C0:1.1", More: channels,
		Seats: lab.Seats{
			Platform: "slack", Workspace: workspaceOf,
			People: func(_ int, name string) []string { return []string{"U0" + strings.ToUpper(name)} },
			Channel: func(customer int, name string) string {
				if customer == lab.Provider {
					return "C0" + strings.ToUpper(strings.TrimPrefix(name, "#"))
				}
				return customerChannel
			},
		},
		Meet: func(incidents []lab.Incident) ([]webhook.Ask, webhook.Ask, error) {
			all := world{incidents: incidents, hooks: origin}
			sends := slackSends{world: &all}
			fmt.Printf("bodies: /incident show %d bytes, /incident %d, press of Acknowledge %d\n\n", len(sends.show()), len(sends.report()), len(sends.press()))
			ask := func(name string, body func(*slackSends) []byte) webhook.Ask {
				return webhook.Ask{Name: name, Begin: func() webhook.Make {
					sends := &slackSends{world: &all}
					return func(port int) (string, error) { return signed(body(sends), port, time.Now()), nil }
				}}
			}
			return []webhook.Ask{
				ask("/incident show", (*slackSends).show), ask("/incident", (*slackSends).report), ask("Acknowledge", (*slackSends).press),
			}, ask("show and press in turn", (*slackSends).inTurn), nil
		},
		Watch: func() func(webhook.Outcome) (string, error) {
			before := slack.called.Load()
			return func(o webhook.Outcome) (string, error) {
				return fmt.Sprintf("calls %.2f, acknowledged %d, drafts %d, not ok %d", o.Each(slack.called.Load()-before), o.Acked, o.Drafts, o.Odd), nil
			}
		},
		OddPath: "/metrics", Odd: notOK,
		Insert: []webhook.Goal{webhook.CPU(0.5), webhook.Rate(1.5)},
		Whole:  []webhook.Goal{webhook.CPU(1), webhook.Rate(1), webhook.P50Alone(1), webhook.P99Alone(1), webhook.P99(1)},
		Digits: 2,
	}, err
}

// channels makes one for each report.
func channels(ctx context.Context, db *sql.DB, each int) error {
	if _, err := db.ExecContext(ctx, `
INSERT INTO destinations (id, platform, workspace, kind, address)
SELECT gen_random_uuid(), 'slack', 'T0C' || c, 'channel', 'C0R' || n FROM generate_series(0, $1 - 1) AS c, generate_series(0, $2) AS n`,
		customers, each); err != nil {
		return fmt.Errorf("make channels: %w", err)
	}
	return nil
}

// notOK counts, in our server's figures, requests that failed: the person is told so with a status of 200.
func notOK(figures io.Reader) (n int, err error) {
	lines := bufio.NewScanner(figures)
	for lines.Scan() {
		line := lines.Text()
		if strings.HasPrefix(line, "firstcall_request_seconds_count") && !strings.Contains(line, `outcome="ok"`) {
			some, _ := strconv.Atoi(line[strings.LastIndexByte(line, ' ')+1:])
			n += some
		}
	}
	return n, lines.Err()
}
