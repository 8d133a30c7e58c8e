package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"time"

	"example.com/firstcall/adapters/slack"
	"example.com/firstcall/bot"
)

type doctorCommand struct {
	Platform string `arg:"" enum:"slack" help:"What to look at: slack."`
	Config   string `arg:"" optional:"" placeholder:"FILE" help:"The file that serve is given, if any."`
}

// Help is shown by firstcall doctor --help.
func (doctorCommand) Help() string {
	return `Asks the platform and the database about tokens, scopes, channels and clocks, changes nothing, and says of each trouble
what to do about it. The environment is the one of firstcall serve. It ends with exit status 1 when there is a trouble.`
}

// errTrouble is how doctor ends when it found something.
var errTrouble = errors.New("there is something to do")

// Run examines.
func (c doctorCommand) Run(ctx context.Context, w world) (err error) {
	config, err := readServeConfig(c.Config, w.env)
	if err != nil {
		return misused{err}
	}
	db, err := open(ctx, w)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	secrets := slackSecretsOf(w.env)
	tokens := &slackTokens{store: db.store, now: time.Now, api: config.Slack.API, token: secrets.botToken, own: config.Slack.Workspace}
	if key := w.env("FIRSTCALL_KEY"); key != "" {
		if tokens.seal, err = newSeal(key); err != nil {
			return err
		}
	}
	if err := tokens.askOwn(ctx); err != nil {
		return err
	}
	options := slack.Options{Now: time.Now, Log: slog.New(slog.DiscardHandler), Tokens: tokens, APIURL: config.Slack.API, Provider: tokens.own}
	if config.Slack.Mode == "socket" {
		options.AppToken = secrets.appToken
	} else {
		options.Signing = secrets.signing
	}
	workspaces, channels, found, err := reached(ctx, db.store, tokens.own)
	if err != nil {
		return err
	}
	found = append(found, slack.New(options).Examine(ctx, workspaces, channels, time.Now)...)
	return report(w.out, found)
}

// reached lists the workspaces and channels that the set-up names, and finds what it lacks.
func reached(ctx context.Context, store bot.Store, own string) (workspaces []string, channels []slack.Channel, found []slack.Finding, err error) {
	if own != "" {
		workspaces = append(workspaces, own)
	}
	purposes := map[bot.Purpose]bool{}
	err = store.InTx(ctx, func(tx bot.Tx) error {
		customers, err := tx.Customers(ctx)
		if err != nil {
			return err
		}
		if len(customers) == 0 {
			found = append(found, slack.Finding{What: "set-up", Trouble: "it names no customer", Do: "firstcall import FILE...; cmd/firstcall/demo has files to begin with"})
		}
		for _, t := range customers {
			if err := tx.Enter(ctx, t.ID); err != nil {
				return err
			}
			dir, err := tx.Directory(ctx, t.ID, time.Now())
			if err != nil {
				return err
			}
			for _, r := range dir.Recipients {
				if r.Place == nil || r.Address.Platform != slackPlatform {
					continue
				}
				purposes[r.Place.Purpose] = true
				ch := slack.Channel{Workspace: r.Address.Workspace, ID: r.Address.ID, Name: r.Place.Name}
				if !slices.Contains(channels, ch) {
					channels = append(channels, ch)
				}
				if !slices.Contains(workspaces, ch.Workspace) {
					workspaces = append(workspaces, ch.Workspace)
				}
			}
		}
		return nil
	})
	for _, p := range []bot.Purpose{bot.ForEngineers, bot.ForManagers, bot.ForCustomer} {
		if err == nil && len(channels) > 0 && !purposes[p] {
			found = append(found, slack.Finding{What: "set-up", Trouble: fmt.Sprintf("no channel in Slack is for %s", purposeName(p)), Do: "name one under places, with the chat: {platform: slack, workspace: T..., id: C...}"})
		}
	}
	if err == nil && len(channels) == 0 {
		found = append(found, slack.Finding{What: "set-up", Trouble: "it names no channel in Slack", Do: "name them under places; docs/slack.md shows how"})
	}
	return workspaces, channels, found, err
}

func purposeName(p bot.Purpose) string {
	if p == bot.ForCustomer {
		return "a customer"
	}
	return "the " + string(p)
}

// report says what was found, troubles first to the eye: each has a second line with what to do.
func report(out io.Writer, all []slack.Finding) error {
	troubles := 0
	for _, f := range all {
		switch {
		case f.Trouble != "":
			troubles++
			note(out, "TROUBLE  %s: %s\n         -> %s", f.What, f.Trouble, f.Do)
		case f.Notes != "":
			note(out, "ok       %s (%s)", f.What, f.Notes)
		default:
			note(out, "ok       %s", f.What)
		}
	}
	if troubles > 0 {
		note(out, "%d to do.", troubles)
		return errTrouble
	}
	note(out, "All is well.")
	return nil
}
