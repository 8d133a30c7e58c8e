package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"example.com/firstcall/adapters/console"
	"example.com/firstcall/bot"
	"example.com/firstcall/bot/talk"
	"example.com/firstcall/cmd/firstcall/demo"
	"example.com/firstcall/domain/terms"
	"example.com/firstcall/storage"
	"example.com/firstcall/storage/localpg"
)

type demoCommand struct {
	At string `placeholder:"TIME" help:"What the demo's clock shows at the start (RFC 3339). Default: now."`
}

// Help is shown by firstcall demo --help.
func (demoCommand) Help() string {
	return `Be the customer, the engineer and the manager of sample companies, and move the clock to see reminders and escalations.
The demo has a private Postgres and a clock of its own: it reads no DATABASE_URL, reaches nobody, and keeps nothing when you
leave. In it, /demo says what to try and /help what the terminal understands.

When standard input is not a terminal, it is played as a script, and each line is followed by what the bot says:

  firstcall demo
  firstcall demo --at 2026-03-02T09:00:00Z < cmd/firstcall/demo/first-incident.talk

A script has lines such as "ana in #contoso> /incident", "kenji> take INC-1", "wait 8m", "clock 2026-03-02T12:00:00Z" and
"# comment". A line that is not understood ends it with exit status 1.`
}

// demoName is the demo's database, made anew for each run.
const demoName = "firstcall_demo"

// Run plays the demo.
func (c demoCommand) Run(ctx context.Context, w world) (err error) {
	start := time.Now().UTC().Truncate(time.Minute)
	if c.At != "" {
		if start, err = time.Parse(time.RFC3339, c.At); err != nil {
			return misusef("--at %q is not an instant like 2026-03-02T09:00:00Z", c.At)
		}
	}
	setup, err := demo.Setup(terms.Current(), start)
	if err != nil {
		return err
	}
	server, err := startDemo(ctx, w)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, server.Close()) }()
	store, err := storage.Open(ctx, server.URL(storage.App, demoName), storage.Options{})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	if err := store.Import(ctx, setup); err != nil {
		return err
	}

	clock := talk.NewClock(start)
	colour := console.Colourful(w.out, w.env)
	terminal := console.New(w.out, clock.Now, colour)
	terminal.Width = console.Width(w.out)
	// What fails to be sent is tried again and said by the terminal; only faults are worth a line.
	log := slog.New(slog.NewTextHandler(w.err, &slog.HandlerOptions{Level: slog.LevelError}))
	var b *bot.Bot
	restart := func() error {
		b = newBot(store, map[string]bot.Chat{console.Platform: terminal}, clock.Now, rand.Float64, log)
		terminal.Handle = b.Handle
		return nil
	}
	if err := restart(); err != nil {
		return err
	}
	stage := &talk.Stage{
		Surface: terminal, Clock: clock, Out: w.out, NextDue: store.NextDue, Restart: restart,
		Wake:    func(ctx context.Context) error { _, err := b.Wake(ctx); return err },
		Deliver: func(ctx context.Context) error { _, err := b.Deliver(ctx); return err },
		Known:   knownIn(setup), Own: ownCommands(setup),
	}
	if !console.IsTerminal(w.in) {
		if err := talk.Play(ctx, w.in, stage); err != nil && ctx.Err() == nil {
			return err
		}
		return nil
	}
	session := &console.Session{
		Stage: stage, In: w.in, Out: w.out, Person: "ana", Place: "#contoso", Zone: time.UTC, Colour: colour,
		Who: whoIsWho(setup), Try: strings.Split(whatToTry, "\n"),
	}
	note(w.out, "%s", welcome)
	return session.Run(ctx)
}

// startDemo starts the demo's own Postgres with an empty database.
func startDemo(ctx context.Context, w world) (*localpg.Server, error) {
	progress := func(string) {}
	if console.IsTerminal(w.err) {
		progress = func(line string) { note(w.err, "%s", line) }
	}
	progress("Starting a private Postgres for the demo ...")
	server, err := startPrivate(ctx, w, "demo", progress)
	if err != nil {
		return nil, err
	}
	if err = dropDemo(ctx, server); err == nil {
		err = prepare(ctx, server, demoName)
	}
	if err != nil {
		return nil, errors.Join(err, server.Close())
	}
	return server, nil
}

const welcome = `Welcome. You are ana of the customer Contoso, in the channel #contoso; nothing here reaches anybody, and nothing is kept.
Report something: type /incident. Be somebody else: kenji in #engineers> hello. Let time pass: /wait 8m.
/demo says what to try, /who who is there, /help the rest; Ctrl-D leaves.`

const whatToTry = `1. As ana:  /incident, and answer the questions. Severity 1 in production shows the most.
2. /wait 8m: nobody has called yet, so the engineers are reminded, then the incident manager is called.
3. As kenji, in #engineers: press [Acknowledge] on the card, then [Take].
4. Only a person's call or e-mail stops the clock: kenji in #engineers> /call INC-1
5. As anybody: /why INC-1 says every clock and the rows of the terms it rests on.
6. As wei in #huadong or yuki in #sakura: the same in Chinese and Japanese, by their calendars.
7. As nora in #lantern: a business event is running, and its cases are made in the portal.
8. /chat down, then /wait 5m, then /chat up: nothing is lost.`

// knownIn refuses people and places that the set-up doesn't have.
func knownIn(s bot.Setup) func(person, place string) error {
	return func(person, place string) error {
		if !slices.ContainsFunc(s.People, func(p bot.SetupPerson) bool {
			return slices.ContainsFunc(p.Identities, func(i bot.Identity) bool { return i.Platform == console.Platform && i.ID == person })
		}) {
			return &talk.NotUnderstood{Why: fmt.Sprintf("there is nobody called %q here; /who lists them", person)}
		}
		if place != "" && !slices.ContainsFunc(s.Places, func(p bot.SetupPlace) bool { return p.Channel.Platform == console.Platform && p.Channel.ID == place }) {
			return &talk.NotUnderstood{Why: fmt.Sprintf("there is no place called %q here; /who lists them", place)}
		}
		return nil
	}
}

// ownCommands are what a script may show of the demo itself.
func ownCommands(s bot.Setup) func(command string) ([]string, bool) {
	return func(command string) ([]string, bool) {
		switch command {
		case "/who":
			return whoIsWho(s), true
		case "/demo":
			return strings.Split(whatToTry, "\n"), true
		}
		return nil, false
	}
}

// whoIsWho lists the people and places of a set-up, tenant by tenant.
func whoIsWho(s bot.Setup) []string {
	var lines []string
	for _, t := range s.Tenants {
		lines = append(lines, fmt.Sprintf("%s (%s, numbers %s-1 ...)", t.Name, t.Side, t.Prefix))
		for _, p := range s.People {
			if p.Tenant == t.Name {
				roles := make([]string, len(p.Person.Roles))
				for i, r := range p.Person.Roles {
					roles[i] = strings.ReplaceAll(string(r), "_", " ")
				}
				lines = append(lines, fmt.Sprintf("  %-8s %s, %s", p.Person.Name, p.Person.FullName, strings.Join(roles, ", ")))
			}
		}
		var places []string
		for _, p := range s.Places {
			if p.Tenant == t.Name {
				places = append(places, p.Place.Name)
			}
		}
		lines = append(lines, "  in "+strings.Join(places, ", "))
	}
	return lines
}
