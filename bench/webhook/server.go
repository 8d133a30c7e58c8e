package webhook

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"

	"example.com/firstcall/storage"
)

// connections is how many the load has, and how many a server may have to Postgres.
const connections = 16

// The sides that are compared.
const (
	oursInsert = iota
	peerInsert
	oursWhole
	sides
)

// running is a server at work on its core.
type running struct {
	name string
	side int
	cmd  *exec.Cmd
	port int
}

func (r *running) pid() int { return r.cmd.Process.Pid }

// build makes our server.
func (p *place) build(ctx context.Context) error {
	out, err := exec.CommandContext(ctx, "go", "build", "-C", p.Name+"/server", "-o", p.Dir+"/server", ".").CombinedOutput()
	if err != nil {
		return fmt.Errorf("build the server (run this with go run -C bench ./%s): %w\n%s", p.Name, err, out)
	}
	return nil
}

func (c Comparison) peerFolder() string { return c.Name + "/" + strings.ToLower(c.Peer) }

// obtain installs the peer beside its program, where it isn't yet. Where packages come from is the machine's to know.
func (c Comparison) obtain(ctx context.Context) error {
	if _, err := os.Stat(c.peerFolder() + "/node_modules/pg"); err == nil {
		return nil
	}
	cmd := exec.CommandContext(ctx, "npm", "install", "--no-package-lock", "--no-audit", "--no-fund", "--silent")
	cmd.Dir, cmd.Stdout, cmd.Stderr = c.peerFolder(), os.Stderr, os.Stderr
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("install %s (Node 20 and npm are needed): %w", c.Peer, err)
	}
	return nil
}

// begin starts the server of a side.
func (p *place) begin(side int, last bool) (*running, error) {
	address, pool := p.URL(storage.App, work), strconv.Itoa(connections)
	if side == peerInsert {
		at, err := url.Parse(address)
		if err != nil {
			return nil, err
		}
		return p.start(side, p.Peer, append([]string{
			"NODE_ENV=production", "PGHOST=" + at.Query().Get("host"), "PGPORT=" + at.Query().Get("port"), "PGUSER=" + at.User.Username(),
			"PGDATABASE=" + work, "BENCH_POOL=" + pool,
		}, p.PeerEnv...), "node", p.peerFolder()+"/server.js")
	}
	do := "insert"
	if side == oursWhole {
		do = "whole"
	}
	args := append([]string{p.Dir + "/server", "-do", do, "-database", address, "-pool", pool}, p.Args(do, last)...)
	return p.start(side, "ours, "+do, nil, args...)
}

// start starts a server, which says its port.
func (p *place) start(side int, name string, env []string, args ...string) (*running, error) {
	r := &running{name: name, side: side, cmd: exec.Command("taskset", append([]string{"-c", p.cores.server}, args...)...)}
	r.cmd.Env = append(append(os.Environ(), p.Env...), env...)
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

// odd asks our server how many answers weren't what they should be. The peer's failures have a status, which wrk sees.
func (p *place) odd(ctx context.Context, r *running) (int, error) {
	if r.side == peerInsert {
		return 0, nil
	}
	q, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://127.0.0.1:"+strconv.Itoa(r.port)+p.OddPath, nil)
	if err != nil {
		return 0, err
	}
	answer, err := http.DefaultClient.Do(q)
	if err != nil {
		return 0, fmt.Errorf("read the server's figures: %w", err)
	}
	defer answer.Body.Close()
	return p.Odd(answer.Body)
}

// StandIn lets something answer servers in the platform's place, as long as the program runs, and returns its origin.
func StandIn(h http.Handler) (origin string, err error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	go func() { _ = http.Serve(l, h) }() //nolint:gosec // It is called by our own children alone, and ends with us.
	return "http://" + l.Addr().String(), nil
}
