//go:build unix

package main

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// crashSteps are the moments at which a process is killed: the steps of an
// incident's way in, of the clock and of the way out, each the first time and
// some a later time.
var crashSteps = []stepNumber{
	{"in: event recorded", 1},
	{"in: event recorded", 3}, // the command, the form, and the form again
	{"in: decision written", 1},
	{"in: decision written", 3}, // the form, and kim's answer
	{"in: before commit", 1},
	{"in: before commit", 3},
	{"in: before commit", 7},
	{"in: committed", 1},
	{"in: committed", 3},
	{"in: committed", 7},
	{"clock: claimed", 1},
	{"clock: before commit", 1},
	{"clock: committed", 1},
	{"out: claimed", 1},
	{"out: marked", 1},
	{"out: before sending", 1},
	{"out: after sending", 1},
	{"out: after sending", 3},
	{"out: looked", 1},
	{"out: undelivered escalated", 1},
	{"out: settled", 1},
	{"out: released", 1},
}

// Two processes die at the same step, the second one perhaps while it takes over
// from the first. They are started again, and what was promised is kept once.
func TestCrashAtEveryStep(t *testing.T) {
	t.Parallel()
	t.Run("all steps are here", func(t *testing.T) {
		if diff := slices.Collect(maps.Keys(stepsNotIn(t, crashSteps))); len(diff) > 0 {
			t.Errorf("nobody is killed at %q", diff)
		}
	})
	server := newCrashServer(t)
	for _, at := range crashSteps {
		t.Run(fmt.Sprintf("%s %d", at.Step, at.Nth), func(t *testing.T) {
			t.Parallel()
			w := newCrashWorld(t, server, answerLostOnce())
			o := w.orders()
			o.Die = at
			for range 2 {
				w.keep(o)
			}
			w.report(0, "alder-1", "crash-0001", false)
			w.report(0, "birch-2", "crash-0002", false)
			w.acknowledge(0, "crash-0001")
			w.settle()
			if n := w.deaths(); n < 1 || n > 2 {
				t.Errorf("%d processes died, want one or both", n)
			}
		})
	}
}

// answerLostOnce loses the answer to the first message that the managers get, so
// that somebody has to look for it.
func answerLostOnce() func(chatCall, int) fault {
	var mu sync.Mutex
	lost := false
	return func(c chatCall, _ int) fault {
		mu.Lock()
		defer mu.Unlock()
		if c.Kind == "post" && c.To.ID == "#managers" && !lost {
			lost = true
			return loses
		}
		return noFault
	}
}

var stepCall = regexp.MustCompile(`\bstep\("([^"]+)"\)`)

// stepsNotIn are the steps that package bot announces and the list lacks, and
// those that only the list has.
func stepsNotIn(t *testing.T, list []stepNumber) map[string]bool {
	t.Helper()
	odd := map[string]bool{}
	for _, s := range list {
		odd[s.Step] = true
	}
	files, err := filepath.Glob("../../bot/*.go")
	if err != nil || len(files) == 0 {
		t.Fatal("package bot is not there", err)
	}
	announced := map[string]bool{}
	for _, f := range files {
		if strings.HasSuffix(f, "_test.go") {
			continue
		}
		text, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range stepCall.FindAllStringSubmatch(string(text), -1) {
			if !strings.HasPrefix(m[1], "room: ") { // this chat has no rooms; package bot's tests die at these
				announced[m[1]] = true
			}
		}
	}
	for s := range announced {
		if odd[s] {
			delete(odd, s)
		} else {
			odd[s] = true
		}
	}
	return odd
}

// A process that stands still for longer than its lease, as a paused machine
// does, comes back to a world that has gone on without it.
func TestCrashOfALateWorker(t *testing.T) {
	t.Parallel()
	server := newCrashServer(t)
	const token, later = "crash-0001", "crash-0002"
	for _, c := range []struct {
		name string
		hold stepNumber
		// fault answers what is said under the key at which the process is held.
		fault func(c chatCall, nth int, held bool) fault
		// until is what happens while it stands still.
		until func(w *crashWorld, key string) bool
	}{
		{
			"before sending, and another has sent it",
			stepNumber{"out: before sending", 1},
			nil,
			func(w *crashWorld, key string) bool { return w.chat.sees(key) },
		},
		{
			"marked, and another has sent it",
			stepNumber{"out: marked", 1},
			nil,
			func(w *crashWorld, key string) bool { return w.chat.sees(key) },
		},
		{
			"sent, and another has found it",
			stepNumber{"out: after sending", 1},
			nil,
			func(w *crashWorld, key string) bool { return w.stateOf(key) == "sent" },
		},
		{
			// What it knows, that the message was refused, is not true any more.
			"refused, and another has sent it without being told so",
			stepNumber{"out: after sending", 1},
			func(c chatCall, nth int, held bool) fault {
				switch {
				case c.Kind == "post" && nth == 1:
					return refuses
				case c.Kind == "post" && nth == 2:
					return loses
				case c.Kind == "find" && nth > 1 && held:
					return fails // so that nobody finds it before the late one has spoken
				}
				return noFault
			},
			func(w *crashWorld, key string) bool { return w.chat.sees(key) && w.stateOf(key) == "uncertain" },
		},
		{
			"looked in vain, and another has sent it",
			stepNumber{"out: looked", 1},
			func(c chatCall, nth int, _ bool) fault {
				if c.Kind == "post" && nth == 1 {
					return fails
				}
				return noFault
			},
			func(w *crashWorld, key string) bool { return w.chat.sees(key) },
		},
		{
			"about to say what is due, and another has said all else",
			stepNumber{"clock: before commit", 1},
			nil,
			func(w *crashWorld, _ string) bool {
				w.report(1, "birch-1", later, false)
				return w.untilPaged(later)
			},
		},
		{
			"about to open it, while the event comes again",
			stepNumber{"in: before commit", 3},
			nil,
			func(w *crashWorld, _ string) bool {
				_, form := reported("alder-1", token)
				w.again.Go(func() { w.say(1, form) })
				return w.until("the second event waits for the first", func() bool {
					return w.count(`SELECT count(*) FROM pg_stat_activity WHERE datname = $1 AND wait_event_type = 'Lock'`, w.database) > 0
				})
			},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			var mu sync.Mutex
			var released atomic.Bool
			first := "" // the key that was spoken of first
			w := newCrashWorld(t, server, func(call chatCall, nth int) fault {
				mu.Lock()
				defer mu.Unlock()
				if first == "" {
					first = call.Key
				}
				if call.Key == first && c.fault != nil {
					return c.fault(call, nth, !released.Load())
				}
				return noFault
			})
			w.client.Timeout = crashPatience // nobody gives up while it stands still
			o := w.orders()
			o.Senders = 0
			o.Hold, o.Holder = c.hold, w.holder()
			late := w.keep(o)
			var report sync.WaitGroup
			report.Go(func() { w.report(0, "alder-1", token, false) })
			if !w.until("it comes to "+c.hold.Step, func() bool { return isClosed(w.held) }) {
				return
			}
			late.signal(syscall.SIGSTOP)
			mu.Lock()
			key := first
			mu.Unlock()
			if key == "" {
				key = w.marked()
			}
			w.keep(w.orders())
			w.until("the other one has done it", func() bool { return c.until(w, key) })
			late.signal(syscall.SIGCONT)
			close(w.letGo)
			w.until("the late one has gone on", func() bool { return isClosed(w.past) })
			released.Store(true)
			report.Wait()
			w.again.Wait()
			w.settle()
		})
	}
}

// A late worker gives its destination back, and that is another's by now. If it
// could, it would take it again at once, and two would send the same.
func TestCrashOfALateWorkerThatGivesBack(t *testing.T) {
	t.Parallel()
	var calls atomic.Int64
	answer := make(chan struct{}) // the first answer that ivy's messages get
	w := newCrashWorld(t, newCrashServer(t), func(c chatCall, _ int) fault {
		if c.Kind != "post" || c.To.ID != "ivy" {
			return noFault
		}
		switch calls.Add(1) {
		case 1:
			<-answer
		case 2:
			return loses
		}
		return noFault
	})
	o := w.orders()
	o.Senders = 0
	o.Delivery.SendTimeout, o.Delivery.Lease = 2*time.Second, 4*time.Second
	other := o
	o.Hold, o.Holder = stepNumber{"out: claimed", 1}, w.holder()
	o.Die = stepNumber{"out: settled", 1} // of what it sends after it has come back
	late := w.keep(o)
	w.report(0, "alder-1", "crash-0001", false)
	if !w.until("the first one has claimed ivy", func() bool { return isClosed(w.held) }) {
		return
	}
	late.signal(syscall.SIGSTOP)
	w.keep(other)
	w.report(1, "birch-1", "crash-0002", false)
	w.until("the second one sends to ivy", func() bool { return calls.Load() == 1 })
	late.signal(syscall.SIGCONT)
	close(w.letGo)
	w.until("the first one has given back what it held", func() bool { return isClosed(w.past) })
	// What must not happen has half a second to happen, well within the lease.
	wrong := time.Now().Add(500 * time.Millisecond)
	w.until("the first one has had its chance", func() bool { return late.deaths.Load() > 0 || time.Now().After(wrong) })
	close(answer)
	w.settle()
}

func isClosed(c chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}

// stateOf is how far the message with that key has come.
func (w *crashWorld) stateOf(key string) string {
	var state string
	_ = w.db.QueryRow(`SELECT state FROM rings WHERE coalesce(sent_as, id)::text = $1 UNION SELECT state FROM cards WHERE id::text = $1`, key).Scan(&state)
	return state
}

// marked is the key of what is being sent now.
func (w *crashWorld) marked() string {
	var key string
	_ = w.db.QueryRow(`SELECT sent_as::text FROM rings WHERE state = 'sending' UNION SELECT id::text FROM cards WHERE state = 'sending'`).Scan(&key)
	return key
}

// More than a thousand messages, fifty kills, and once Postgres itself.
func TestCrashAtRandom(t *testing.T) {
	t.Parallel()
	const (
		kills    = 50
		eachKill = 5 // reports between two kills
	)
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	var mu sync.Mutex
	chance := rand.New(rand.NewPCG(seed, 1))
	random := func() float64 {
		mu.Lock()
		defer mu.Unlock()
		return chance.Float64()
	}
	server := newCrashServer(t)
	w := newCrashWorld(t, server, func(c chatCall, _ int) fault {
		p := random()
		if c.Kind == "find" {
			if p < 0.03 {
				return fails
			}
			return noFault
		}
		for _, f := range []struct {
			fault
			share float64
		}{{loses, 0.02}, {breaks, 0.005}, {takesLate, 0.005}, {hangs, 0.005}, {fails, 0.01}, {refuses, 0.005}, {slowsDown, 0.005}} {
			if p < f.share {
				return f.fault
			}
			p -= f.share
		}
		return noFault
	})
	for range 2 {
		w.keep(w.orders())
	}

	// Eight contacts report as fast as they are let.
	reports, answers := make(chan string), make(chan string, 2*kills*eachKill)
	var work sync.WaitGroup
	for n := range 8 {
		contact := fmt.Sprintf("%s-%d", crashCustomers[n/2].name, n%2+1)
		work.Go(func() {
			for token := range reports {
				w.report(int(random()*2), contact, token, random() < 0.2)
				if random() < 0.2 {
					answers <- token
				}
			}
		})
	}
	var kim sync.WaitGroup
	kim.Go(func() {
		for token := range answers {
			w.acknowledge(int(random()*2), token)
		}
	})
	for n := 0; w.deaths() < kills; n++ {
		for k := range eachKill {
			reports <- fmt.Sprintf("crash-%04d", n*eachKill+k)
		}
		time.Sleep(time.Duration(random() * float64(400*time.Millisecond))) // the moment of the kill is random
		if n == kills/2 {
			server.Kill()
			if err := server.start(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		w.replicas[int(random()*2)].signal(syscall.SIGKILL)
	}
	close(reports)
	work.Wait()
	close(answers)
	kim.Wait()
	w.settle()

	seen := len(w.chat.all())
	t.Logf("reports %d, events said again %d, deaths %d, messages seen %d, answers %v", len(w.attempted), w.repeats.Load(), w.deaths(), seen, w.chat.answered)
	if seen < 1000 {
		t.Errorf("%d messages prove too little", seen)
	}
}
