// Package demo is the sample set-up: a provider and four customers with their
// people, places and agreements, and a script to play. The files document the
// format of `firstcall import`.
package demo

import (
	"embed"
	"fmt"
	"io/fs"
	"slices"
	"time"

	"example.com/firstcall/bot"
	"example.com/firstcall/cmd/firstcall/setup"
	"example.com/firstcall/domain/terms"
)

//go:embed *.yaml
var files embed.FS

// StartsAt is the day for which the files' events are written.
var StartsAt = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

// Setup reads the sample set-up, for a terminal alone, its events moved by whole
// days so that what runs on the files' day runs on the day of start.
func Setup(edition *terms.Edition, start time.Time) (bot.Setup, error) {
	all, err := Files()
	if err != nil {
		return bot.Setup{}, err
	}
	s, err := setup.Read(edition, all)
	if err != nil {
		return bot.Setup{}, fmt.Errorf("read the demo's set-up: %w", err)
	}
	days := int(start.UTC().Truncate(24*time.Hour).Sub(StartsAt.Truncate(24*time.Hour)) / (24 * time.Hour))
	for i := range s.Events {
		e := &s.Events[i].Event
		e.Starts, e.Ends = e.Starts.AddDate(0, 0, days), e.Ends.AddDate(0, 0, days)
	}
	for i := range s.People { // the demo has no other chat
		p := &s.People[i]
		p.Identities = slices.DeleteFunc(p.Identities, func(id bot.Identity) bool { return id.Platform != "console" })
	}
	return s, nil
}

// Files are the set-up files.
func Files() ([]setup.File, error) {
	names, err := fs.Glob(files, "*.yaml")
	if err != nil {
		return nil, fmt.Errorf("find the demo's files: %w", err)
	}
	var out []setup.File
	for _, name := range names {
		data, err := files.ReadFile(name)
		if err != nil {
			return nil, fmt.Errorf("read the demo's files: %w", err)
		}
		out = append(out, setup.File{Name: name, Data: data})
	}
	return out, nil
}
