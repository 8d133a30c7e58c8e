// Command firstcall runs the bot that takes support incidents in. See
// `firstcall --help`.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"slices"
	"strings"
	"syscall"

	"github.com/alecthomas/kong"

	"example.com/firstcall/domain/calendar"
	"example.com/firstcall/domain/terms"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	status := run(ctx, os.Args[1:], world{in: os.Stdin, out: os.Stdout, err: os.Stderr, env: os.Getenv})
	stop()
	os.Exit(status)
}

// world is what a command sees of its process.
type world struct {
	in       *os.File
	out, err *os.File
	env      func(string) string
}

// commands is the command line.
type commands struct {
	Demo          demoCommand          `cmd:"" help:"Try the bot: a terminal chat with sample people, on a private Postgres."`
	Serve         serveCommand         `cmd:"" help:"Run the bot: Slack, Teams, alarms, and a page for operators."`
	Doctor        doctorCommand        `cmd:"" help:"Say what is missing before the bot can work in Slack or Teams."`
	SlackManifest slackManifestCommand `cmd:"" help:"Print the description of the app that Slack wants."`
	TeamsPackage  teamsPackageCommand  `cmd:"" help:"Write the package of the app that Teams wants."`
	Import        importCommand        `cmd:"" help:"Read customers, agreements, people and places from files."`
	Explain       explainCommand       `cmd:"" help:"Say what a support agreement owes for an incident."`
	Migrate       migrateCommand       `cmd:"" help:"Bring the database's schema up to date."`
	Version       versionCommand       `cmd:"" help:"Say which version this is."`
}

const about = `A chat bot that takes support incidents in: it finds out what the customer's support agreement owes, and from then on
reminds, escalates and explains until the incident is closed.

The first thing to try:  firstcall demo

Every command but demo uses the database that DATABASE_URL names; without it, a private Postgres of this machine's user,
whose folder FIRSTCALL_STATE may name.`

// The ends of a command that scripts can tell apart.
const (
	fine   = 0
	failed = 1 // it was understood, and did not work
	misuse = 2 // the command line was not understood
)

// misused is an error in the command line, said to the person who typed it.
type misused struct{ error }

func misusef(format string, args ...any) error { return misused{fmt.Errorf(format, args...)} }

// exited is how kong leaves after --help.
type exited int

// run runs one command line and returns the process's exit status.
func run(ctx context.Context, args []string, w world) (status int) {
	defer func() {
		switch e := recover().(type) {
		case nil:
		case exited:
			status = int(e)
		default:
			panic(e)
		}
	}()
	var cli commands
	parser, err := kong.New(
		&cli, kong.Name("firstcall"), kong.Vars{"plans": planCodes(terms.Current()), "countries": strings.Join(calendar.Countries(), ", ")},
		kong.Description(about), kong.Writers(w.out, w.err),
		kong.Exit(func(code int) { panic(exited(code)) }),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, WrapUpperBound: 100}), kong.BindTo(ctx, (*context.Context)(nil)), kong.Bind(w),
	)
	if err != nil {
		return complain(w.err, fmt.Errorf("set up the command line: %w", err))
	}
	command, err := parser.Parse(usual(args))
	if err != nil {
		return complain(w.err, misused{err})
	}
	if err := command.Run(); err != nil {
		return complain(w.err, err)
	}
	return fine
}

// usual writes what people type at any command line the way this one wants it:
// help, help demo, --version.
func usual(args []string) []string {
	switch {
	case len(args) == 0:
		return []string{"--help"}
	case args[0] == "help":
		return append(slices.Clone(args[1:]), "--help")
	case args[0] == "--version" || args[0] == "-v" || args[0] == "-version":
		return []string{"version"}
	}
	return args
}

// complain says what went wrong and returns the exit status for it.
func complain(out io.Writer, err error) int {
	_, _ = fmt.Fprintf(out, "firstcall: %s\n", strings.TrimPrefix(err.Error(), "firstcall: "))
	var m misused
	if errors.As(err, &m) {
		_, _ = fmt.Fprintln(out, "See firstcall --help, or firstcall <command> --help.")
		return misuse
	}
	return failed
}

type versionCommand struct{}

// Run prints the version that the build recorded.
func (versionCommand) Run(w world) error {
	version, commit := "(development)", ""
	if b, ok := debug.ReadBuildInfo(); ok {
		if v := b.Main.Version; v != "" && v != "(devel)" {
			version = v
		}
		for _, s := range b.Settings {
			if s.Key == "vcs.revision" && len(s.Value) >= 12 {
				commit = " " + s.Value[:12]
			}
		}
	}
	_, err := fmt.Fprintf(w.out, "firstcall %s%s\n", version, commit)
	return err
}
