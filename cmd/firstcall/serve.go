package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"math/rand/v2"
	"net"
	"net/http"
	"slices"
	"sync"
	"time"

	"example.com/firstcall/adapters/web"
	"example.com/firstcall/bot"
	"example.com/firstcall/cmd/firstcall/alarmclock"
	"example.com/firstcall/cmd/firstcall/metrics"
	"example.com/firstcall/storage"
)

type serveCommand struct {
	Config string `arg:"" optional:"" placeholder:"FILE" help:"A YAML file; without one the environment says everything."`
}

// Help is shown by firstcall serve --help.
func (serveCommand) Help() string {
	return `The bot for Slack and Microsoft Teams, either or both. Secrets come from the environment, never from the file:

  SLACK_BOT_TOKEN        of your own workspace (xoxb-...)
  SLACK_SIGNING_SECRET   believes what Slack sends over HTTP
  SLACK_APP_TOKEN        for Socket Mode, where nothing can reach this machine (xapp-...)
  SLACK_CLIENT_ID, SLACK_CLIENT_SECRET, FIRSTCALL_KEY
                         let other workspaces install the app at /slack/install

  MicrosoftAppId, MicrosoftAppPassword, MicrosoftAppTenantId
                         the bot's app registration: its application id, the value of a
                         client secret, and its directory (tenant) id
  MicrosoftAppType       SingleTenant, and nothing else

The file, and what is used where a key is left out:

  listen: ":3000"
  public: https://firstcall.example    # only for installations by other workspaces
  slack:
    mode: http                         # or socket
    workspace: T0123                   # your own; Slack is asked where it is left out
  teams:
    cloud: public                      # or usgov

Slack sends everything to /slack/events, Teams to /api/messages. /healthz, /readyz and /metrics are for operators. Before the
first start: firstcall migrate, then firstcall import FILE..., then firstcall doctor slack or teams. docs/slack.md and
docs/teams.md go through all of it.`
}

// How a serving process works.
const (
	workersAtOnce = 8
	tick          = 5 * time.Second // of the cron table, a net under the alarm clocks
	mostSleep     = time.Second     // of an alarm clock: others may have written something since
	stopWithin    = 10 * time.Second
	notice        = time.Second // of a stop, for whoever shares out the requests
	watchEvery    = 10 * time.Second
)

// Run serves until it is told to stop.
func (c serveCommand) Run(ctx context.Context, w world) (err error) {
	log := slog.New(slog.NewTextHandler(w.err, nil))
	config, err := readServeConfig(c.Config, w.env)
	if err != nil {
		return misused{err}
	}
	db, err := open(ctx, w)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", config.Listen)
	if err != nil {
		return fmt.Errorf("listen on %s: %w", config.Listen, err)
	}
	s := &service{config: config, env: w.env, store: db.store, log: log, metrics: metrics.New()}
	return s.run(ctx, l)
}

// service is a serving process: the bot, its platforms and its clocks.
type service struct {
	config  serveConfig
	env     func(string) string
	store   *storage.DB
	log     *slog.Logger
	metrics *metrics.Metrics

	clock *clock
	bot   *bot.Bot
	wake  *alarmclock.Clock
	send  *alarmclock.Clock
	rooms *alarmclock.Clock // rung when somebody decided something; else the cron table looks
}

// platform is a chat that is served: what it mounts, what it runs, and how it ends.
type platform struct {
	name   string
	chat   bot.Chat
	routes map[string]http.Handler
	ready  func() error                // nil: always
	run    func(context.Context) error // nil: it is only called
	close  func(context.Context) error // waits for what is being answered
}

// run serves until ctx ends, or something that it can't do without has failed.
func (s *service) run(ctx context.Context, l net.Listener) error {
	s.clock = &clock{machine: time.Now, database: s.store.Clock, log: s.log, noted: s.metrics.Offset}
	if err := s.clock.set(ctx); err != nil {
		return fmt.Errorf("ask the database for its clock: %w", err)
	}
	s.bot = newBot(s.store, map[string]bot.Chat{}, s.clock.Now, rand.Float64, s.log)
	s.bot.Wakers, s.bot.Senders = workersAtOnce, workersAtOnce
	s.bot.Settled = func(platform, what string, state bot.SendState) { s.metrics.Settled(platform, what, string(state)) }
	s.wake = alarmclock.New(s.store.NextWake, s.doWake, mostSleep, s.clock.Now, s.log)
	s.send = alarmclock.New(s.store.NextSend, s.doSend, mostSleep, s.clock.Now, s.log)
	s.rooms = alarmclock.New(never, s.doRooms, tick, s.clock.Now, s.log)
	platforms, err := s.platforms(ctx)
	if err != nil {
		return err
	}
	server := &web.Server{Routes: map[string]http.Handler{}, Metrics: s.metrics.Handler(), Log: s.log, Notice: notice}
	server.Ready = func(ctx context.Context) error { return s.ready(ctx, platforms) }
	for _, p := range platforms {
		s.bot.Chats[p.name] = p.chat
		for pattern, h := range p.routes {
			server.Routes[pattern] = h
		}
	}

	// Work stops before answers do: nothing new is begun while what was asked is still answered.
	working, stop := context.WithCancelCause(context.WithoutCancel(ctx))
	defer stop(nil)
	var workers sync.WaitGroup
	workers.Go(func() { s.wake.Run(working) })
	workers.Go(func() { s.send.Run(working) })
	workers.Go(func() { s.rooms.Run(working) })
	workers.Go(func() { s.listen(working) })
	workers.Go(func() { s.watch(working) })
	workers.Go(func() { s.welcome(working) })
	table := jobs(working, tableTicks{s}, s.store, tick, s.clock.Now, s.log)
	table.Start()
	var runs sync.WaitGroup
	for _, p := range platforms {
		if p.run != nil {
			runs.Go(func() {
				if err := p.run(working); err != nil && working.Err() == nil {
					stop(fmt.Errorf("%s: %w", p.name, err))
				}
			})
		}
	}
	serving, end := context.WithCancel(ctx)
	defer end()
	context.AfterFunc(working, end) // a platform that can't go on ends the process, so that somebody looks
	s.log.InfoContext(ctx, "serving", "address", l.Addr().String())
	served := server.Serve(serving, l, stopWithin/2-notice)

	s.log.InfoContext(context.WithoutCancel(ctx), "stopping")
	why := context.Cause(working)
	stop(nil)
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopWithin/2)
	defer cancel()
	rung := table.Stop()
	served = errors.Join(served, closed(last, platforms, &runs))
	if !within(last, func() { workers.Wait(); runs.Wait(); <-rung.Done() }) {
		s.log.WarnContext(last, "something was still being sent; whoever comes next looks whether it arrived")
	}
	return errors.Join(why, served)
}

// closed waits for what platforms are still answering. Those that listen end first, as what they hear last is to be answered, too.
func closed(ctx context.Context, platforms []platform, runs *sync.WaitGroup) (err error) {
	within(ctx, runs.Wait)
	for _, p := range platforms {
		if p.close != nil {
			err = errors.Join(err, p.close(ctx))
		}
	}
	return err
}

// within waits for f, and says whether it ended before ctx did.
func within(ctx context.Context, f func()) bool {
	ended := make(chan struct{})
	go func() { f(); close(ended) }()
	select {
	case <-ended:
		return true
	case <-ctx.Done():
		return false
	}
}

// platforms are those that the configuration names.
func (s *service) platforms(ctx context.Context) ([]platform, error) {
	var all []platform
	if s.config.Slack != nil {
		p, err := s.slack(ctx)
		if err != nil {
			return nil, fmt.Errorf("prepare Slack: %w", err)
		}
		all = append(all, p)
	}
	if s.config.Teams != nil {
		p, err := s.teams()
		if err != nil {
			return nil, fmt.Errorf("prepare Teams: %w", err)
		}
		all = append(all, p)
	}
	return all, nil
}

// handle is the bot's door with our counting, and rings the clocks afterwards: what was decided is due at once, often.
func (s *service) handle(ctx context.Context, e bot.Event) (bot.Reply, error) {
	begun := time.Now()
	r, err := s.bot.Handle(ctx, e)
	s.metrics.Handled(e.Platform, string(e.Kind), err, time.Since(begun))
	s.ring()
	return r, err
}

// ring makes all clocks look at once: something was decided, here or by another process.
func (s *service) ring() {
	s.send.Ring()
	s.wake.Ring()
	s.rooms.Ring()
}

// welcome leaves the button that begins a report in customers' places that have none.
func (s *service) welcome(ctx context.Context) {
	err := s.bot.Welcome(ctx, slices.Collect(maps.Keys(s.bot.Chats))...)
	if err != nil && ctx.Err() == nil {
		s.log.ErrorContext(ctx, "some places have no message to report by; /incident pin puts it there", "err", err)
	}
	s.send.Ring()
}

// listen rings when another process has decided something. Where nobody can listen, as behind some poolers, the clocks look by
// themselves.
func (s *service) listen(ctx context.Context) {
	if err := s.store.Heard(ctx, s.ring); err != nil {
		s.log.WarnContext(ctx, "other processes are not heard; what they decide is seen a little later", "err", err)
	}
}

// errNoDatabase is why a program without its database isn't ready. The cause is in the log: anybody may ask /readyz.
var errNoDatabase = errors.New("the database can't be reached")

// ready says why the program can't do its work now.
func (s *service) ready(ctx context.Context, platforms []platform) error {
	switch err := s.store.Version(ctx); {
	case errors.Is(err, storage.ErrSchema):
		return err
	case err != nil:
		s.log.WarnContext(ctx, "not ready", "err", err)
		return errNoDatabase
	}
	for _, p := range platforms {
		if p.ready == nil {
			continue
		}
		if err := p.ready(); err != nil {
			return err
		}
	}
	return nil
}

// never is when rooms are due: they have no instant of their own.
func never(context.Context) (time.Time, error) { return time.Time{}, nil }

func (s *service) doWake(ctx context.Context) (int, error) {
	n, err := s.bot.Wake(ctx)
	s.metrics.Woken(n)
	if n > 0 {
		s.send.Ring()
	}
	return n, s.count(ctx, "wake", err)
}

func (s *service) doSend(ctx context.Context) (int, error) {
	n, err := s.bot.Deliver(ctx)
	return n, s.count(ctx, "deliver", err)
}

func (s *service) doRooms(ctx context.Context) (int, error) {
	n, err := s.bot.Furnish(ctx)
	if n > 0 {
		s.send.Ring()
	}
	return n, s.count(ctx, "furnish", err)
}

// count counts a failure. What fails because we stop is none.
func (s *service) count(ctx context.Context, job string, err error) error {
	if err != nil && ctx.Err() == nil {
		s.metrics.Failed(job)
	}
	return err
}

// tableTicks are what the cron table does: the same as the alarm clocks, with the same counting.
type tableTicks struct{ *service }

// Wake implements ticks.
func (t tableTicks) Wake(ctx context.Context) (int, error) { return t.doWake(ctx) }

// Deliver implements ticks.
func (t tableTicks) Deliver(ctx context.Context) (int, error) { return t.doSend(ctx) }

// Furnish implements ticks.
func (t tableTicks) Furnish(ctx context.Context) (int, error) { return t.doRooms(ctx) }

// overdue is how long what is due next has waited already. What the set-up brings is due since 1970, so that it is looked at
// at once; it has not waited for so long.
func overdue(next, now time.Time) time.Duration {
	if next.Unix() <= 0 {
		return 0
	}
	return max(0, now.Sub(next))
}

// watch measures what operators want to see.
func (s *service) watch(ctx context.Context) {
	every := time.NewTicker(watchEvery)
	defer every.Stop()
	for {
		if next, err := s.store.NextDue(ctx); err == nil {
			s.metrics.Overdue(overdue(next, s.clock.Now()))
		}
		select {
		case <-ctx.Done():
			return
		case <-every.C:
		}
		if err := s.clock.set(ctx); err != nil && ctx.Err() == nil {
			s.log.WarnContext(ctx, "the database could not be asked for its clock", "err", err)
		}
	}
}
