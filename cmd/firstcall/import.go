package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"time"

	"example.com/firstcall/adapters/console"
	"example.com/firstcall/bot"
	"example.com/firstcall/cmd/firstcall/setup"
	"example.com/firstcall/domain"
	"example.com/firstcall/domain/terms"
)

type importCommand struct {
	Check bool     `help:"Only look for mistakes; import nothing."`
	Files []string `arg:"" name:"file" optional:"" help:"Set-up files (YAML) and holiday files (.json)."`
}

// Help is shown by firstcall import --help.
func (importCommand) Help() string {
	return `The files are read together: one names the provider, the others customers, and a name in one may be used in another.
Every mistake of every file is reported with its line, and nothing is imported when there is one. Importing the same files
again changes nothing; what the files no longer say about workspaces, identities, places and rosters is taken away.

The demo's files document the format: cmd/firstcall/demo/*.yaml in the source.

  firstcall import provider.yaml contoso.yaml
  firstcall import --check *.yaml
  firstcall import provider.yaml huadong.yaml cn-2028.json`
}

// Run imports.
func (c importCommand) Run(ctx context.Context, w world) (err error) {
	if len(c.Files) == 0 {
		return misusef("name the files to import, for example: firstcall import provider.yaml contoso.yaml")
	}
	var files []setup.File
	var unreadable []error
	for _, name := range c.Files {
		data, err := os.ReadFile(name)
		if err != nil {
			unreadable = append(unreadable, err)
		}
		files = append(files, setup.File{Name: name, Data: data})
	}
	if len(unreadable) > 0 {
		return errors.Join(unreadable...)
	}
	s, err := setup.Read(terms.Current(), files)
	if mistakes := setup.Mistakes(nil); errors.As(err, &mistakes) {
		note(w.err, "%s", mistakes)
		return fmt.Errorf("%s, so nothing was imported", plural(len(mistakes), "mistake"))
	}
	if err != nil {
		return err
	}
	if c.Check {
		note(w.out, "No mistakes: %s.", inAll(s))
		return nil
	}
	d, err := open(ctx, w)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, d.Close()) }()
	now := time.Now().UTC()
	before, err := known(ctx, d.store, s, now)
	if err != nil {
		return err
	}
	if err := d.store.Import(ctx, s); err != nil {
		return err
	}
	b := newBot(d.store, nil, time.Now, rand.Float64, slog.New(slog.DiscardHandler))
	if err := b.Welcome(ctx, servedOn(s)...); err != nil {
		return fmt.Errorf("the set-up is imported; %w", err)
	}
	after, err := known(ctx, d.store, s, now)
	if err != nil {
		return err
	}
	changes := changed(before, after)
	for _, line := range changes {
		note(w.out, "%s", line)
	}
	if len(changes) == 0 {
		note(w.out, "Nothing has changed: %s.", inAll(s))
	}
	return nil
}

// servedOn are the platforms of a set-up's places that are served. On a terminal people type.
func servedOn(s bot.Setup) []string {
	var all []string
	for _, p := range s.Places {
		if on := p.Channel.Platform; on != console.Platform && !slices.Contains(all, on) {
			all = append(all, on)
		}
	}
	return all
}

func plural(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// inAll counts what a set-up brings.
func inAll(s bot.Setup) string {
	return fmt.Sprintf("tenants %d, people %d, places %d, rosters %d, agreements %d, events %d",
		len(s.Tenants), len(s.People), len(s.Places), len(s.Rosters), len(s.Agreements), len(s.Events))
}

// known is what the database knows of those whom the set-up names, by what
// people call it.
func known(ctx context.Context, store bot.Store, s bot.Setup, now time.Time) (map[string]string, error) {
	var out map[string]string
	err := store.InTx(ctx, func(tx bot.Tx) error {
		out = map[string]string{}
		for _, t := range s.Tenants {
			if err := knownOf(ctx, tx, t, s.Events, now, out); err != nil {
				return fmt.Errorf("look what is known of %s: %w", t.Name, err)
			}
		}
		return nil
	})
	return out, err
}

func knownOf(ctx context.Context, tx bot.Tx, named bot.Tenant, events []bot.SetupEvent, now time.Time, out map[string]string) error {
	t, err := tx.TenantByPrefix(ctx, named.Prefix)
	if errors.Is(err, bot.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	if err := tx.Enter(ctx, t.ID); err != nil {
		return err
	}
	say := func(what string, v any) error {
		text, err := json.Marshal(v)
		out[what] = string(text)
		return err
	}
	errs := []error{say("tenant "+t.Name, t)}
	spaces, err := tx.Workspaces(ctx, t.ID)
	if err != nil {
		return err
	}
	for _, s := range spaces {
		errs = append(errs, say("workspace "+s.Platform+" "+s.Workspace+" of "+t.Name, s))
	}
	d, err := tx.Directory(ctx, t.ID, now)
	if err != nil {
		return err
	}
	for _, r := range d.Recipients {
		switch {
		case r.Person != nil && r.Person.Tenant == t.ID:
			slices.Sort(r.OnDuty)
			what := "person " + r.Person.Name + " of " + t.Name
			out[what] += string(r.Destination) // one for each chat
			text, err := json.Marshal([]any{r.Person, r.OnDuty})
			out[what] += string(text)
			errs = append(errs, err)
		case r.Place != nil && r.Place.Tenant == t.ID:
			errs = append(errs, say("place "+r.Place.Name+" of "+t.Name, r))
		}
	}
	a, err := tx.Agreement(ctx, t.ID)
	switch {
	case err == nil:
		errs = append(errs, say("agreement "+a.Name+" of "+t.Name, a))
	case !errors.Is(err, bot.ErrNotFound):
		return err
	}
	for _, e := range events {
		if e.Tenant != t.Name {
			continue
		}
		there, err := tx.BusinessEvents(ctx, t.ID, e.Event.Starts)
		if err != nil {
			return err
		}
		if i := slices.IndexFunc(there, func(o domain.BusinessEvent) bool { return o.Name == e.Event.Name }); i >= 0 {
			errs = append(errs, say("event "+e.Event.Name+" of "+t.Name, there[i]))
		}
	}
	return errors.Join(errs...)
}

// changed tells two states apart, a line for each thing.
func changed(before, after map[string]string) []string {
	var lines []string
	for what, now := range after {
		switch then, there := before[what]; {
		case !there:
			lines = append(lines, "added    "+what)
		case then != now:
			lines = append(lines, "changed  "+what)
		}
	}
	for what := range before {
		if _, there := after[what]; !there {
			lines = append(lines, "removed  "+what)
		}
	}
	slices.SortFunc(lines, func(a, b string) int { return strings.Compare(a[9:], b[9:]) })
	return lines
}
