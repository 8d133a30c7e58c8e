// Command teams measures how signed activities of Teams are taken in, beside botbuilder for Node in the same run: a server on
// one core, wrk on another, a private Postgres with fsync on. Ours checks every token; botbuilder checks none and sends no
// reply, unless -peerchecks and -replies say so. wrk, taskset, Node 20 and npm are needed. docs/performance.md explains the
// figures; this is no part of CI.
//
//	go run -C bench ./teams
package main

import (
	"flag"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"example.com/firstcall/bench/lab"
	"example.com/firstcall/bench/webhook"
)

// options are the flags that only this command has.
type options struct {
	profile, only   string
	checks, replies bool
}

func main() {
	var o options
	flag.StringVar(&o.profile, "cpuprofile", "", "how the names of two files begin, with the processor's profiles of the last run: of our one INSERT and our whole step")
	flag.StringVar(&o.only, "only", "", "the one kind of request to be measured, as the table calls it")
	flag.BoolVar(&o.checks, "peerchecks", false, "botbuilder checks tokens, too, by the same keys")
	flag.BoolVar(&o.replies, "replies", false, "both that write one row also answer a message by another one")
	webhook.Main("teams", func() (webhook.Comparison, error) { return compare(o) })
}

// Who and where, by Teams' ids. The provider and each customer have an Entra tenant of their own.
const (
	customers = 100 // Teams grants a tenant 50 calls a second
	speakers  = 20  // of each customer: Teams grants a conversation 60 calls in 30 s
	provider  = "10000000-0000-4000-8000-000000000000"
	kenji     = "20000000-0000-4000-8000-000000000000"
	engineers = "19:engineers@thread.tacv2"
)

func tenantOf(customer int) string {
	if customer == lab.Provider {
		return provider
	}
	return fmt.Sprintf("30000000-0000-4000-8000-%012d", customer)
}

// personOf is the Entra object of one of a customer's people; the first one is ana.
func personOf(customer, speaker int) string {
	return fmt.Sprintf("40000000-0000-4000-8000-%06d%06d", customer, speaker)
}

// channelIDOf is what the channel calls a person.
func channelIDOf(person string) string { return "29:1" + person + "_a7HhKf1oW3pXkq0Zt5N2mQ" }

// people are kenji and each customer's speakers: nobody else has an account.
func people(customer int, name string) (ids []string) {
	switch {
	case customer == lab.Provider && name == "kenji":
		return []string{kenji}
	case customer != lab.Provider && name == "ana":
		for s := range speakers {
			ids = append(ids, personOf(customer, s))
		}
	}
	return ids
}

func compare(o options) (webhook.Comparison, error) {
	channel, err := newChannel()
	if err != nil {
		return webhook.Comparison{}, err
	}
	microsoft, err := newStub(&channel.key.PublicKey)
	if err != nil {
		return webhook.Comparison{}, err
	}
	origin, err := webhook.StandIn(microsoft)
	channel.service = origin + "/emea/"
	c := webhook.Comparison{
		Peer: "botbuilder", Env: []string{"BENCH_APP=" + appID, "BENCH_ISSUER=" + issuer},
		Args: func(do string, last bool) []string {
			args := []string{"-origin", origin, "-replies=" + strconv.FormatBool(o.replies)}
			if last && o.profile != "" {
				args = append(args, "-cpuprofile", o.profile+do)
			}
			return args
		},
		Customers: customers, Message: "1772442000123",
		Seats: lab.Seats{
			Platform: "teams", Workspace: tenantOf, Bound: true, People: people,
			Channel: func(customer int, name string) string {
				if customer == lab.Provider {
					return "19:" + strings.TrimPrefix(name, "#") + "@thread.tacv2"
				}
				return fmt.Sprintf("19:support%d@thread.tacv2", customer)
			},
		},
		Meet: func(incidents []lab.Incident) ([]webhook.Ask, webhook.Ask, error) {
			return meet(world{incidents: incidents, channel: channel}, o.only)
		},
		Watch: func() func(webhook.Outcome) (string, error) {
			posted, strange := microsoft.posted.Load(), microsoft.strange.Load()
			return func(became webhook.Outcome) (string, error) {
				each := became.Each(microsoft.posted.Load() - posted)
				if answers := became.Whole || o.replies; answers && became.Ask != acknowledge && each < 0.95 {
					return "", fmt.Errorf("of 100 messages %.0f were answered", 100*each)
				}
				return fmt.Sprintf("posted %.2f, acknowledged %d, not ok %d, strange %d", each, became.Acked, became.Odd, microsoft.strange.Load()-strange), nil
			}
		},
		OddPath: "/odd", Odd: func(r io.Reader) (n int, err error) {
			_, err = fmt.Fscan(r, &n)
			return n, err
		},
		Insert: []webhook.Goal{webhook.CPU(1. / 6)},
		Whole:  []webhook.Goal{webhook.CPU(1. / 3), webhook.Rate(3), webhook.P99Alone(1), webhook.P99(1)},
		Digits: 3,
	}
	if o.checks {
		c.PeerEnv = append(c.PeerEnv, "BENCH_METADATA="+origin+"/metadata")
	}
	if o.replies {
		c.PeerEnv = append(c.PeerEnv, "BENCH_REPLIES=yes")
	}
	return c, err
}

const acknowledge = "Acknowledge"

// meet says how long the bodies and the token are. The channel sends many activities with one token, as long as it is good: that
// is the usual case. A token of its own for each is the worst one.
func meet(all world, only string) (asks []webhook.Ask, weighed webhook.Ask, err error) {
	type kind struct {
		name  string
		body  func(*teamsSends) ([]byte, error)
		token func(*teamsSends) (string, error)
	}
	make := func(k kind, s *teamsSends) (body []byte, token string, err error) {
		if body, err = k.body(s); err == nil {
			token, err = k.token(s)
		}
		return body, token, err
	}
	ask := func(k kind) webhook.Ask {
		return webhook.Ask{Name: k.name, Begin: func() webhook.Make {
			sends := &teamsSends{world: &all}
			return func(port int) (string, error) {
				body, token, err := make(k, sends)
				return request(body, token, port), err
			}
		}}
	}
	kinds := []kind{
		{"message", (*teamsSends).show, (*teamsSends).shared},
		{"message, fresh token", (*teamsSends).show, (*teamsSends).own},
		{acknowledge, (*teamsSends).press, (*teamsSends).shared},
	}
	sends := &teamsSends{world: &all}
	for _, k := range slices.DeleteFunc(kinds, func(k kind) bool { return only != "" && k.name != only }) {
		body, token, err := make(k, sends)
		if err != nil {
			return nil, weighed, err
		}
		fmt.Printf("%s: %d bytes, token %d\n", k.name, len(body), len(token))
		asks = append(asks, ask(k))
	}
	fmt.Println()
	return asks, ask(kind{"message and press in turn", (*teamsSends).inTurn, (*teamsSends).shared}), nil
}
