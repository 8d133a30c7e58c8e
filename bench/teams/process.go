package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"example.com/firstcall/storage"
)

// connections is how many the load has, and how many a server may have to Postgres.
const connections = 16

// running is a server at work on its core.
type running struct {
	name string
	cmd  *exec.Cmd
	port int
}

// build makes our server.
func (p *place) build(ctx context.Context) error {
	out, err := exec.CommandContext(ctx, "go", "build", "-C", "teams/server", "-o", p.dir+"/server", ".").CombinedOutput()
	if err != nil {
		return fmt.Errorf("build the server (run this with go run -C bench ./teams): %w\n%s", err, out)
	}
	return nil
}

// obtain installs the peer beside its program, where it isn't yet. Where packages come from is the machine's to know.
func obtain(ctx context.Context) error {
	if _, err := os.Stat("teams/botbuilder/node_modules/pg"); err == nil {
		return nil
	}
	cmd := exec.CommandContext(ctx, "npm", "install", "--no-package-lock", "--no-audit", "--no-fund", "--silent")
	cmd.Dir, cmd.Stdout, cmd.Stderr = "teams/botbuilder", os.Stderr, os.Stderr
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("install botbuilder (Node 20 and npm are needed): %w", err)
	}
	return nil
}

// ours starts our server; do is what it does with a request.
func (p *place) ours(do, database, profile string) (*running, error) {
	args := []string{
		p.dir + "/server", "-do", do, "-database", p.server.URL(storage.App, database), "-origin", p.stub.origin,
		"-pool", strconv.Itoa(connections), "-replies=" + strconv.FormatBool(p.replies),
	}
	if profile != "" {
		args = append(args, "-cpuprofile", profile+do)
	}
	return p.start("ours, "+do, nil, args...)
}

// botbuilder starts the peer.
func (p *place) botbuilder(database string) (*running, error) {
	at, err := url.Parse(p.server.URL(storage.App, database))
	if err != nil {
		return nil, err
	}
	env := []string{
		"NODE_ENV=production", "PGHOST=" + at.Query().Get("host"), "PGPORT=" + at.Query().Get("port"), "PGUSER=" + at.User.Username(),
		"PGDATABASE=" + database, "BENCH_POOL=" + strconv.Itoa(connections),
	}
	if p.checks {
		env = append(env, "BENCH_METADATA="+p.stub.origin+"/metadata")
	}
	if p.replies {
		env = append(env, "BENCH_REPLIES=yes")
	}
	return p.start("botbuilder", env, "node", "teams/botbuilder/server.js")
}

// start starts a server, which says its port.
func (p *place) start(name string, env []string, args ...string) (*running, error) {
	r := &running{name: name, cmd: exec.Command("taskset", append([]string{"-c", p.cores.server}, args...)...)}
	r.cmd.Env = append(append(os.Environ(), "BENCH_APP="+appID, "BENCH_ISSUER="+issuer), env...)
	r.cmd.Stderr = os.Stderr
	out, err := r.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := r.cmd.Start(); err != nil {
		return nil, fmt.Errorf("start %s: %w", name, err)
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err == nil {
		r.port, err = strconv.Atoi(strings.TrimSpace(line))
	}
	if err != nil {
		r.stop()
		return nil, fmt.Errorf("%s does not start: %w", name, err)
	}
	return r, nil
}

func (r *running) stop() {
	_ = r.cmd.Process.Signal(syscall.SIGTERM) // It fails only when the process is gone.
	_ = r.cmd.Wait()
}

// processor is the time that a server and Postgres have used.
type processor struct{ server, postgres time.Duration }

func (p *place) used(r *running) (processor, error) {
	own, err := readStat(r.cmd.Process.Pid)
	if err != nil {
		return processor{}, err
	}
	u := processor{server: own.alone}
	all, _ := filepath.Glob("/proc/[0-9]*/stat")
	for _, name := range all {
		pid, _ := strconv.Atoi(filepath.Base(filepath.Dir(name)))
		s, err := readStat(pid)
		switch {
		case err != nil: // it has ended
		case pid == p.server.Pid():
			u.postgres += s.alone + s.ended
		case s.parent == p.server.Pid():
			u.postgres += s.alone
		}
	}
	return u, nil
}

// stat is what Linux says of a process.
type stat struct {
	parent int
	alone  time.Duration // its own processor time
	ended  time.Duration // that of its children that have ended
}

func readStat(pid int) (s stat, err error) {
	text, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	if err != nil {
		return s, err
	}
	_, rest, found := strings.Cut(string(text), ") ") // the name before it may hold anything
	f := strings.Fields(rest)
	if !found || len(f) < 15 {
		return s, errors.New("the kernel describes a process in another way than expected")
	}
	number := func(i int) time.Duration {
		const tick = 10 * time.Millisecond // as Linux counts for programs
		n, _ := strconv.Atoi(f[i])
		return time.Duration(n) * tick
	}
	s.parent, _ = strconv.Atoi(f[1])
	s.alone, s.ended = number(11)+number(12), number(13)+number(14)
	return s, nil
}

// resident is how much memory a process holds, in MiB.
func (r *running) resident() (float64, error) {
	text, err := os.ReadFile("/proc/" + strconv.Itoa(r.cmd.Process.Pid) + "/status")
	if err != nil {
		return 0, err
	}
	_, rest, _ := strings.Cut(string(text), "VmRSS:")
	f := strings.Fields(rest)
	if len(f) == 0 {
		return 0, errors.New("the kernel doesn't say how much memory a process holds")
	}
	kb, err := strconv.Atoi(f[0])
	return float64(kb) / 1024, err
}

// notOK counts what our server has answered or been answered otherwise than it should: not every such answer has a status that
// wrk sees.
func (r *running) notOK(ctx context.Context) (n int, err error) {
	if !strings.HasPrefix(r.name, "ours") {
		return 0, nil // botbuilder's failures have a status
	}
	q, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://127.0.0.1:"+strconv.Itoa(r.port)+"/odd", nil)
	if err != nil {
		return 0, err
	}
	answer, err := http.DefaultClient.Do(q)
	if err != nil {
		return 0, fmt.Errorf("read the server's count: %w", err)
	}
	defer answer.Body.Close()
	_, err = fmt.Fscan(answer.Body, &n)
	return n, err
}
