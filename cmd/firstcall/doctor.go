package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"strings"
	"time"

	"example.com/firstcall/adapters/slack"
	"example.com/firstcall/adapters/teams"
	"example.com/firstcall/bot"
	"example.com/firstcall/domain"
	"example.com/firstcall/storage"
)

type doctorCommand struct {
	Platform string `arg:"" enum:"slack,teams" help:"What to look at: slack, or teams."`
	Config   string `arg:"" optional:"" placeholder:"FILE" help:"The file that serve is given, if any."`
}

// Help is shown by firstcall doctor --help.
func (doctorCommand) Help() string {
	return `Asks the platform and the database about tokens, scopes, channels, people and clocks, changes nothing, and says of each
trouble what to do about it. The environment is the one of firstcall serve. It ends with exit status 1 when there is a trouble.`
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
	examine := map[string]func(context.Context, world, serveConfig, *storage.DB) ([]finding, error){
		slackPlatform: examineSlack, teamsPlatform: examineTeams,
	}
	found, err := examine[c.Platform](ctx, w, config, db.store)
	if err != nil {
		return err
	}
	return report(w.out, found)
}

// finding is one thing that was looked at, on whichever platform.
type finding slack.Finding

func examineSlack(ctx context.Context, w world, config serveConfig, store *storage.DB) (found []finding, err error) {
	if config.Slack == nil {
		return nil, misusef("Slack is not configured: set SLACK_BOT_TOKEN, and SLACK_SIGNING_SECRET or SLACK_APP_TOKEN; docs/slack.md shows how")
	}
	tokens, err := newSlackTokens(store, config.Slack, w.env, time.Now)
	if err != nil {
		return nil, err
	}
	var own *ownTrouble
	if err := tokens.askOwn(ctx); err != nil && !errors.As(err, &own) {
		return nil, err
	}
	chat := slack.New(tokens.options(config.Slack, slackSecretsOf(w.env), slog.New(slog.DiscardHandler)))
	named, err := namedOn(ctx, store, slackPlatform)
	if err != nil {
		return nil, err
	}
	var workspaces []string
	if tokens.own != "" {
		workspaces = append(workspaces, tokens.own)
	}
	var channels []slack.Channel
	for _, r := range named.recipients {
		if r.Place == nil {
			continue
		}
		channels = append(channels, slack.Channel{Workspace: r.Address.Workspace, ID: r.Address.ID, Name: r.Place.Name})
		if !slices.Contains(workspaces, r.Address.Workspace) {
			workspaces = append(workspaces, r.Address.Workspace)
		}
	}
	found = append([]finding{{What: "configuration", Notes: "Slack reaches us by " + slackWays[config.Slack.Mode]}, {What: "database"}},
		named.lacks("Slack", "{platform: slack, workspace: T..., id: C...}")...)
	var looked []slack.Finding
	if own == nil {
		looked = chat.Examine(ctx, workspaces, channels, time.Now)
	} else { // nothing that Slack would say of workspaces and channels means anything
		looked = append(chat.ExamineOffline(), slack.Finding{What: own.what, Trouble: own.trouble + "; its workspace and channels were not looked at", Do: own.do})
	}
	for _, f := range looked {
		found = append(found, finding(f))
	}
	for _, f := range named.strangers("let the person open the app's Home in Slack, or write to it, once") {
		if f.Trouble != "" { // Slack knows people by e-mail, so that this ends by itself
			f.Notes, f.Trouble = f.Trouble+"; "+f.Do, ""
		}
		found = append(found, f)
	}
	return found, nil
}

// slackWays says how Slack reaches us.
var slackWays = map[string]string{"http": "HTTP", "socket": "Socket Mode"}

func examineTeams(ctx context.Context, w world, config serveConfig, store *storage.DB) (found []finding, err error) {
	if config.Teams == nil {
		return nil, misusef("Teams is not configured: set MicrosoftAppId, MicrosoftAppPassword and MicrosoftAppTenantId; docs/teams.md shows how")
	}
	options := config.Teams.options(teamsSecretsOf(w.env))
	options.Handle = func(context.Context, bot.Event) (bot.Reply, error) { return bot.Reply{}, nil } // nothing comes in
	options.Now, options.Log = time.Now, slog.New(slog.DiscardHandler)
	chat, err := teams.New(options)
	if err != nil {
		return nil, err
	}
	named, err := namedOn(ctx, store, teamsPlatform)
	if err != nil {
		return nil, err
	}
	routes, err := store.Routes(ctx, teamsPlatform)
	if err != nil {
		return nil, err
	}
	var destinations []teams.Destination
	for _, r := range named.recipients {
		d := teams.Destination{Address: r.Address}
		d.Address.Route = routes[r.Destination]
		if d.Name = r.Address.ID; r.Place != nil {
			d.Name = r.Place.Name + " (" + r.Address.ID + ")"
		} else if r.Person != nil {
			d.Name = r.Person.Name
		}
		destinations = append(destinations, d)
	}
	found = named.lacks("Teams", "{platform: teams, workspace: TENANT, id: 19:...}")
	for _, f := range chat.Examine(ctx, destinations, time.Now) {
		found = append(found, finding(f))
	}
	return append(found, named.strangers("let the person add the app in Teams, or write to it, once")...), nil
}

// strangers finds who can't be pinged because no platform has met them; do is how they are met.
func (n named) strangers(do string) (found []finding) {
	for _, p := range n.unmet {
		f := finding{What: "person " + p.Name, Notes: "has not written to firstcall anywhere yet, and can't be pinged before"}
		if roles := n.duty[p.ID]; len(roles) > 0 {
			f.Trouble = fmt.Sprintf("is on duty (%s), and has not written to firstcall anywhere yet: pings go to the next one", strings.Join(roles, ", "))
			f.Do = do
		}
		found = append(found, f)
	}
	return found
}

// named is what the set-up names on one platform.
type named struct {
	customers  int
	recipients []bot.Recipient
	purposes   map[bot.Purpose]bool // of places that people can be in, on any platform
	unmet      []bot.Person         // the provider's people who are known on no platform
	duty       map[domain.PersonID][]string
}

// onTerminal is the demo's platform; nobody is reached there in earnest.
const onTerminal = "console"

// namedOn reads the set-up.
func namedOn(ctx context.Context, store *storage.DB, platform string) (n named, err error) {
	err = store.InTx(ctx, func(tx bot.Tx) error {
		n = named{purposes: map[bot.Purpose]bool{}, duty: map[domain.PersonID][]string{}}
		seen, met := map[bot.DestinationID]bool{}, map[domain.PersonID]bool{}
		provider := domain.TenantID("")
		customers, err := tx.Customers(ctx)
		if err != nil {
			return err
		}
		n.customers = len(customers)
		for _, t := range customers {
			if err := tx.Enter(ctx, t.ID); err != nil {
				return err
			}
			dir, err := tx.Directory(ctx, t.ID, time.Now())
			if err != nil {
				return err
			}
			for _, r := range dir.Recipients {
				if seen[r.Destination] {
					continue
				}
				seen[r.Destination] = true
				if r.Person != nil {
					n.duty[r.Person.ID] = nil
					for _, role := range r.OnDuty {
						n.duty[r.Person.ID] = append(n.duty[r.Person.ID], string(role))
					}
				}
				if r.Address.Platform == onTerminal {
					continue
				}
				if r.Place != nil {
					n.purposes[r.Place.Purpose] = true
					if r.Place.Side == domain.Provider {
						provider = r.Place.Tenant
					}
				}
				if r.Person != nil {
					met[r.Person.ID] = true
				}
				if r.Address.Platform == platform {
					n.recipients = append(n.recipients, r)
				}
			}
		}
		if provider == "" {
			return nil
		}
		people, err := tx.People(ctx, provider)
		for _, p := range people {
			if !met[p.ID] {
				n.unmet = append(n.unmet, p)
			}
		}
		return err
	})
	return n, err
}

// lacks finds what the set-up lacks on a platform; chat shows how a place there is named.
func (n named) lacks(on, chat string) (found []finding) {
	if n.customers == 0 {
		found = append(found, finding{What: "set-up", Trouble: "it names no customer", Do: "firstcall import FILE...; cmd/firstcall/demo has files to begin with"})
	}
	if !slices.ContainsFunc(n.recipients, func(r bot.Recipient) bool { return r.Place != nil }) {
		page := "docs/" + strings.ToLower(on) + ".md"
		return append(found, finding{What: "set-up", Trouble: "it names no channel in " + on, Do: "name them under places; " + page + " shows how"})
	}
	for _, p := range []bot.Purpose{bot.ForEngineers, bot.ForManagers, bot.ForCustomer} {
		if !n.purposes[p] {
			found = append(found, finding{What: "set-up", Trouble: fmt.Sprintf("no channel in %s is for %s", on, purposeName(p)), Do: "name one under places, with the chat: " + chat})
		}
	}
	return found
}

func purposeName(p bot.Purpose) string {
	if p == bot.ForCustomer {
		return "a customer"
	}
	return "the " + string(p)
}

// report says what was found, troubles first to the eye: each has a second line with what to do.
func report(out io.Writer, all []finding) error {
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
