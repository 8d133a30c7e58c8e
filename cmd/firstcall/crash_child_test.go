//go:build unix

package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"example.com/firstcall/bot"
	"example.com/firstcall/storage"
)

// crashChild is the variable that makes the test binary a bot's process; it
// holds the orders as JSON.
const crashChild = "FIRSTCALL_TEST_CRASH_CHILD"

func init() { others[crashChild] = beCrashChild }

// orders are what a bot's process of the crash tests is told.
type orders struct {
	Senders  int          // destinations served at once; 0 where a story needs to know which comes first
	Database string       `json:"database"`
	Chat     string       `json:"chat"`
	Delivery bot.Delivery `json:"delivery"`
	Tick     time.Duration
	Die      stepNumber `json:"die"`  // there it kills itself
	Hold     stepNumber `json:"hold"` // there it asks Holder and waits for the answer
	Holder   string     `json:"holder"`
}

// stepNumber is the nth time that a process comes to a step, counted from 1.
type stepNumber struct {
	Step string
	Nth  int64
}

// beCrashChild is the process: the real bot on the real store, with the real
// jobs, a door for events and a chat over HTTP. It ends when it is told to stop,
// and when its parent is gone.
func beCrashChild(text string) int {
	var o orders
	if err := json.Unmarshal([]byte(text), &o); err != nil {
		fmt.Fprintln(os.Stderr, "orders:", err)
		return 2
	}
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin) // it ends with the parent
		os.Exit(3)
	}()
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	if err := o.run(ctx); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

func (o *orders) run(ctx context.Context) error {
	log := slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelError}))
	store, err := storage.Open(ctx, o.Database, storage.Options{Connections: 8})
	if err != nil {
		return err
	}
	chat := &recordedChat{url: o.Chat, client: &http.Client{}, grace: o.Delivery.Grace}
	b := newBot(store, map[string]bot.Chat{recorded: chat}, time.Now, rand.Float64, log)
	b.Delivery = o.Delivery
	b.Senders = o.Senders
	b.Step = o.stepper()

	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	door := &http.Server{Handler: door(b), ReadHeaderTimeout: time.Second}
	served := make(chan error, 1)
	go func() { served <- door.Serve(listener) }()
	bells := jobs(ctx, b, store, o.Tick, time.Now, log)
	bells.Start()
	fmt.Printf("http://%s\n", listener.Addr())

	<-ctx.Done()
	last, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	err = door.Shutdown(last)
	<-bells.Stop().Done()
	if e := <-served; !errors.Is(e, http.ErrServerClosed) {
		err = errors.Join(err, e)
	}
	return errors.Join(err, store.Close())
}

// door lets events in. It says 200 only after Handle has come back without a fault.
func door(b *bot.Bot) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var e bot.Event
		if err := json.NewDecoder(r.Body).Decode(&e); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		reply, err := b.Handle(r.Context(), e)
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		_, _ = fmt.Fprint(w, reply.Text) // losing it loses nothing
	})
}

// stepper dies, or waits, at the step that was ordered. It tells when the next
// step on the same way is reached after waiting.
func (o *orders) stepper() func(string) {
	var died, held atomic.Int64
	var waited atomic.Bool
	ask := func(path string) {
		if resp, err := http.Get(o.Holder + path); err == nil {
			_ = resp.Body.Close()
		}
	}
	way, _, _ := strings.Cut(o.Hold.Step, ":")
	return func(name string) {
		if waited.Load() && strings.HasPrefix(name, way+":") && waited.Swap(false) {
			ask("/past")
		}
		if name == o.Die.Step && died.Add(1) == o.Die.Nth {
			_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
			select {}
		}
		if name == o.Hold.Step && held.Add(1) == o.Hold.Nth {
			ask("/wait")
			waited.Store(true)
		}
	}
}

// replica is one of the processes of a world. While it is kept it is started
// again whenever it ends.
type replica struct {
	w      *crashWorld
	mu     sync.Mutex
	cmd    *exec.Cmd
	url    string // of its door; "" while it isn't open
	kept   bool
	deaths atomic.Int64 // by SIGKILL, whoever sent it
	gone   chan struct{}
	status error // of the last process, once gone is closed
}

// keep starts the process and starts it again whenever it ends, then with no
// order to die or to hold.
func (w *crashWorld) keep(o orders) *replica {
	r := &replica{w: w, kept: true, gone: make(chan struct{})}
	w.mu.Lock()
	w.replicas = append(w.replicas, r)
	w.mu.Unlock()
	started := make(chan struct{})
	go func() {
		defer close(r.gone)
		once := sync.OnceFunc(func() { close(started) })
		defer once()
		for {
			r.status = r.runOnce(o, once)
			var exit *exec.ExitError
			if errors.As(r.status, &exit) && exit.Sys().(syscall.WaitStatus).Signal() == syscall.SIGKILL {
				r.deaths.Add(1)
				if o.Die.Step != "" {
					r.status = nil // as it was told to, maybe in the moment in which it is told to stop
				}
			}
			o.Die, o.Hold = stepNumber{}, stepNumber{}
			r.mu.Lock()
			kept := r.kept
			r.mu.Unlock()
			if !kept {
				return
			}
		}
	}()
	<-started
	return r
}

// runOnce runs one process to its end; open is called when its door is open, or
// when it never will be.
func (r *replica) runOnce(o orders, open func()) error {
	text, err := json.Marshal(o)
	if err != nil {
		return err
	}
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(slices.DeleteFunc(os.Environ(), func(v string) bool {
		return strings.HasPrefix(v, "DATABASE_URL=") || strings.HasPrefix(v, "GOCOVERDIR=")
	}), crashChild+"="+string(text))
	cmd.Stderr = &r.w.log
	in, err := cmd.StdinPipe() // held open for as long as we live
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	r.mu.Lock()
	if !r.kept {
		r.mu.Unlock()
		return nil
	}
	err = cmd.Start()
	r.cmd = cmd
	r.mu.Unlock()
	if err != nil {
		return err
	}
	line, _ := bufio.NewReader(out).ReadString('\n') // empty when it has ended
	r.mu.Lock()
	r.url = strings.TrimSpace(line)
	r.mu.Unlock()
	open()
	_, _ = io.Copy(io.Discard, out)
	err = cmd.Wait()
	r.mu.Lock()
	r.url = ""
	r.mu.Unlock()
	return err
}

// deaths is how often a process of the story was killed.
func (w *crashWorld) deaths() (n int64) {
	for _, r := range w.replicas {
		n += r.deaths.Load()
	}
	return n
}

func (r *replica) door() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.url
}

// signal sends a signal to the process that runs now, if one does.
func (r *replica) signal(s syscall.Signal) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.cmd != nil && r.cmd.Process != nil {
		_ = r.cmd.Process.Signal(s) // it may be gone
	}
}

// stop asks the process to end and waits until it has.
func (r *replica) stop() error {
	r.mu.Lock()
	r.kept = false
	r.mu.Unlock()
	r.signal(syscall.SIGCONT)
	r.signal(syscall.SIGTERM)
	select {
	case <-r.gone:
		return r.status
	case <-time.After(20 * time.Second):
		r.signal(syscall.SIGKILL)
		<-r.gone
		return errors.New("it did not stop when it was told to")
	}
}

// tail keeps the end of what processes log, for a test that fails.
type tail struct {
	mu sync.Mutex
	b  bytes.Buffer
}

// Write implements io.Writer.
func (t *tail) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.b.Write(p)
	if n := t.b.Len() - 64<<10; n > 0 {
		t.b.Next(n)
	}
	return len(p), nil
}

func (t *tail) show(tb testing.TB) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if tb.Failed() && t.b.Len() > 0 {
		tb.Logf("the processes logged:\n%s", t.b.String())
	}
}
