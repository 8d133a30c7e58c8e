//go:build unix

package main

import (
	"bufio"
	"bytes"
	"database/sql"
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"example.com/firstcall/adapters/slack"
	"example.com/firstcall/adapters/slack/slackfake"
	"example.com/firstcall/adapters/teams/teamsfake"
	"example.com/firstcall/storage"
	"example.com/firstcall/storage/localpg"
)

// servedPatience is how long a test waits for what must come on a busy machine.
const servedPatience = 60 * time.Second

// site is where firstcall is served in a test: a Slack, a database that knows a set-up, and the processes one after the other.
type site struct {
	*slackfake.Slack
	t      *testing.T
	db     localpg.Database
	super  *sql.DB
	teams  *teamsfake.Fake // nil: not served there
	mode   string          // of Slack; "" where it isn't served
	config string          // more of the configuration file
	env    []string

	mu     sync.Mutex
	logged bytes.Buffer // what the processes logged
	pages  bytes.Buffer // what they answered to operators
}

// The secrets of a site. Each is looked for in everything that operators can read.
const (
	servedSigning = "signing-canary-5bf2"
	servedApp     = "xapp-1-canary-77"
	servedClient  = "client-canary-9ec0"
)

var servedKey = base64.StdEncoding.EncodeToString(bytes.Repeat([]byte("canary"), 6)[:32])

// newSite makes one: Harbour's workspace has the app by its token, Contoso's has not installed it.
func newSite(t *testing.T, setup string) *site {
	t.Helper()
	s := &site{t: t, db: newDatabase(t), mode: "http"}
	var err error
	if s.super, err = sql.Open("postgres", elsewhere(t, s.db.URL(localpg.Superuser))); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.super.Close() })
	var scopes []string
	for scope := range slack.Scopes() {
		scopes = append(scopes, scope)
	}
	s.Slack = slackfake.New(t, time.Now, slackfake.Config{
		SigningSecret: servedSigning, AppToken: servedApp, ClientSecret: servedClient, ClientID: "1111.2222", AckWithin: servedPatience,
		Home: slackfake.Workspace{ID: "T0HARBOUR", Name: "Harbour", Token: "xoxb-canary-harbour", BotUser: "U0BOTHARBOUR", Scopes: scopes},
	})
	s.AddWorkspace(slackfake.Workspace{ID: "T0CONTOSO", Name: "Contoso", BotUser: "U0BOTCONTOSO", Scopes: scopes, NotInstalled: true, Token: "xoxb-canary-contoso"})
	for _, u := range []slackfake.User{
		{ID: "U0KENJI", Team: "T0HARBOUR", Email: "kenji@harbour.example"},
		{ID: "U0MARIA", Team: "T0HARBOUR", Email: "maria@harbour.example"},
		{ID: "U0ANA", Team: "T0CONTOSO", Email: "ana@contoso.example", TZ: "Europe/Berlin"},
		{ID: "U0CARLOS", Team: "T0CONTOSO", Email: "carlos@contoso.example"},
	} {
		s.AddUser(u)
	}
	s.AddChannel(slackfake.Channel{ID: "C0ENGINEERS", Name: "engineers", Members: []string{"U0KENJI", "U0BOTHARBOUR"}})
	s.AddChannel(slackfake.Channel{ID: "C0MANAGERS", Name: "managers", Members: []string{"U0MARIA", "U0BOTHARBOUR"}})
	s.AddChannel(slackfake.Channel{ID: "C0CONTOSO", Team: "T0CONTOSO", Name: "contoso", Members: []string{"U0ANA", "U0CARLOS", "U0BOTCONTOSO"}})
	s.env = []string{
		"DATABASE_URL=" + s.db.URL(storage.App), "SLACK_BOT_TOKEN=xoxb-canary-harbour", "SLACK_SIGNING_SECRET=" + servedSigning,
		"SLACK_CLIENT_ID=1111.2222", "SLACK_CLIENT_SECRET=" + servedClient, "FIRSTCALL_KEY=" + servedKey,
	}
	t.Cleanup(s.noSecrets)
	if r := s.run("import", write(t, map[string]string{"setup.yaml": setup})["setup.yaml"]); r.status != fine {
		t.Fatalf("import: %d %s", r.status, r.err)
	}
	return s
}

// elsewhere is the same server's own database, from which another one can be closed.
func elsewhere(t *testing.T, address string) string {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	u.Path = "/postgres"
	return u.String()
}

// bySocket lets the site be reached by Socket Mode only.
func (s *site) bySocket() {
	s.mode = "socket"
	s.env = append(s.env, "SLACK_APP_TOKEN="+servedApp)
	s.DeliverBySocket()
}

// file is the configuration.
func (s *site) file() string {
	s.t.Helper()
	text := "listen: 127.0.0.1:0\npublic: https://firstcall.example\n" + s.config
	if s.mode != "" {
		text += fmt.Sprintf("slack: {mode: %s, api: %q}\n", s.mode, s.APIURL())
	}
	return configFile(s.t, text)
}

// run runs another command of the program with the site's environment.
func (s *site) run(args ...string) result {
	s.t.Helper()
	r := firstcall(s.t, "", s.env, args...)
	_, _ = s.Write([]byte(r.out + r.err))
	return r
}

// Write keeps what operators can read.
func (s *site) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.logged.Write(p)
}

// process is one that serves.
type process struct {
	site *site
	cmd  *exec.Cmd
	url  string
	done chan struct{}
}

// start starts a process and waits until it says that it is ready. What people do goes to it from then on.
func (s *site) start() *process {
	s.t.Helper()
	p := &process{site: s, done: make(chan struct{})}
	p.cmd = exec.Command(os.Args[0], "serve", s.file())
	p.cmd.Env = append(slices.DeleteFunc(os.Environ(), func(v string) bool {
		return strings.HasPrefix(v, "DATABASE_URL=") || strings.HasPrefix(v, "GOCOVERDIR=")
	}), "FIRSTCALL_TEST_BE_THE_PROGRAM=1")
	p.cmd.Env = append(p.cmd.Env, s.env...)
	errs, err := p.cmd.StderrPipe()
	if err != nil {
		s.t.Fatal(err)
	}
	if err := p.cmd.Start(); err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { _ = p.cmd.Process.Kill(); <-p.done })
	address := make(chan string, 1)
	go func() {
		defer close(p.done)
		lines := bufio.NewScanner(errs)
		for lines.Scan() {
			_, _ = s.Write(append(lines.Bytes(), '\n'))
			if _, at, is := strings.Cut(lines.Text(), "msg=serving address="); is {
				address <- at
			}
		}
		_ = p.cmd.Wait()
	}()
	select {
	case at := <-address:
		p.url = "http://" + at
	case <-p.done:
		s.t.Fatalf("it does not serve:\n%s", s.read())
	case <-time.After(servedPatience):
		s.t.Fatalf("it does not begin to serve:\n%s", s.read())
	}
	if s.mode == "http" {
		s.DeliverTo(p.url + "/slack/events")
	}
	if s.teams != nil {
		s.teams.BotAt(p.url)
	}
	p.wants("/readyz", http.StatusOK, `"ok"`)
	return p
}

func (s *site) answered(page []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.pages.Write(page)
}

// read is what was logged.
func (s *site) read() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.logged.String()
}

// ask gets a page of the process.
func (p *process) ask(path string) (status int, body string) {
	resp, err := http.Get(p.url + path)
	if err != nil {
		return 0, err.Error()
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		return 0, err.Error()
	}
	p.site.answered(text)
	return resp.StatusCode, string(text)
}

// wants waits until a page is answered so.
func (p *process) wants(path string, status int, says string) {
	p.site.t.Helper()
	var got int
	var body string
	p.site.until(fmt.Sprintf("%s answers %d %s", path, status, says), func() bool {
		got, body = p.ask(path)
		return got == status && strings.Contains(body, says)
	}, func() string { return fmt.Sprint(got, " ", body) })
}

// counts wants a figure that is more than nothing.
func (p *process) counts(figure string) {
	p.site.t.Helper()
	p.site.until(figure+" grows", func() bool {
		_, body := p.ask("/metrics")
		for line := range strings.Lines(body) {
			if n, is := strings.CutPrefix(line, figure+" "); is {
				return strings.TrimSpace(n) != "0"
			}
		}
		return false
	})
}

func (p *process) signal(sig syscall.Signal) { _ = p.cmd.Process.Signal(sig) }

// ended waits for the process and gives its status.
func (p *process) ended() int {
	p.site.t.Helper()
	select {
	case <-p.done:
	case <-time.After(servedPatience):
		p.site.t.Fatal("it does not end")
	}
	return p.cmd.ProcessState.ExitCode()
}

// until waits for what must come.
func (s *site) until(what string, reached func() bool, instead ...func() string) {
	s.t.Helper()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	late := time.After(servedPatience)
	for !reached() {
		select {
		case <-tick.C:
		case <-late:
			for _, f := range instead {
				what += "; instead: " + f()
			}
			s.t.Fatalf("waited in vain until %s\n%s", what, s.read())
		}
	}
}

// sees waits for a message in a channel that says all of it, and returns the newest such.
func (s *site) sees(channel string, says ...string) (found slackfake.Message) {
	s.t.Helper()
	s.until(fmt.Sprintf("%s reads %q", channel, says), func() bool {
		for _, m := range slices.Backward(s.Messages(channel)) {
			all := true
			for _, part := range says {
				all = all && strings.Contains(m.Reads(), part)
			}
			if all {
				found = m
				return true
			}
		}
		return false
	}, func() string {
		var all []string
		for _, m := range s.Everything(channel) {
			all = append(all, m.Reads())
		}
		return strings.Join(all, "\n--\n")
	})
	return found
}

// inThread waits for a message in the thread of another one.
func (s *site) inThread(root slackfake.Message, says string) (found slackfake.Message) {
	s.t.Helper()
	s.until(fmt.Sprintf("the thread reads %q", says), func() bool {
		for _, m := range s.Thread(root.Channel, root.TS) {
			if strings.Contains(m.Reads(), says) {
				found = m
				return true
			}
		}
		return false
	})
	return found
}

// room is the channel that was made for the first incident.
func (s *site) room() string {
	for _, c := range s.Conversations() {
		if strings.HasPrefix(c.Name, "inc-1-") {
			return c.ID
		}
	}
	return ""
}

// install does what an administrator does: /slack/install, yes in Slack, and back.
func (s *site) install(p *process, user, team string) {
	s.t.Helper()
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	resp, err := client.Get(p.url + "/slack/install")
	if err != nil {
		s.t.Fatal(err)
	}
	_ = resp.Body.Close()
	to, err := resp.Location()
	if err != nil || len(resp.Cookies()) != 1 {
		s.t.Fatalf("/slack/install: %d %v %v", resp.StatusCode, err, resp.Cookies())
	}
	if got := to.Query().Get("redirect_uri"); got != "https://firstcall.example/slack/oauth_redirect" {
		s.t.Errorf("Slack sends the administrator back to %s", got)
	}
	back := url.Values{"state": {to.Query().Get("state")}, "code": {s.Authorize(user, team)}}
	req, err := http.NewRequestWithContext(s.t.Context(), http.MethodGet, p.url+"/slack/oauth_redirect?"+back.Encode(), nil)
	if err != nil {
		s.t.Fatal(err)
	}
	req.AddCookie(resp.Cookies()[0])
	if resp, err = client.Do(req); err != nil {
		s.t.Fatal(err)
	}
	defer resp.Body.Close()
	page, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusOK || !strings.Contains(string(page), "firstcall is installed") {
		s.t.Fatalf("installing ended with %d %v %s", resp.StatusCode, err, page)
	}
	s.answered(page)
}

// sealed wants a token in the database that nobody can read there.
func (s *site) sealed(workspace string) {
	s.t.Helper()
	db := s.open()
	defer db.Close()
	var secret []byte
	if err := db.QueryRow(`SELECT secret FROM workspaces WHERE platform = 'slack' AND workspace = $1`, workspace).Scan(&secret); err != nil {
		s.t.Fatal(err)
	}
	if len(secret) < 20 || bytes.Contains(secret, []byte("xox")) {
		s.t.Errorf("the token is kept as %q", secret)
	}
}

// open opens the site's database as one who may read everything.
func (s *site) open() *sql.DB {
	s.t.Helper()
	db, err := sql.Open("postgres", s.db.URL(localpg.Superuser))
	if err != nil {
		s.t.Fatal(err)
	}
	return db
}

func (s *site) count(query string) (n int) {
	s.t.Helper()
	db := s.open()
	defer db.Close()
	if err := db.QueryRow(query).Scan(&n); err != nil {
		s.t.Fatal(err)
	}
	return n
}

// withoutDatabase does something while the database lets nobody in.
func (s *site) withoutDatabase(f func()) {
	s.t.Helper()
	set := func(query string) {
		if _, err := s.super.Exec(query); err != nil {
			s.t.Fatal(err)
		}
	}
	set(`ALTER DATABASE "` + s.db.Name + `" WITH ALLOW_CONNECTIONS false`)
	set(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '` + s.db.Name + `'`)
	f()
	set(`ALTER DATABASE "` + s.db.Name + `" WITH ALLOW_CONNECTIONS true`)
}

// noSecrets looks for every secret, also those that Slack handed out meanwhile, in all that operators could read.
func (s *site) noSecrets() {
	secrets := []string{"canary", servedKey, "xoxb-fake", "bearer-", "eyJ"}
	for _, d := range s.Deliveries() {
		for _, key := range []string{"trigger_id", "response_url"} {
			if v, ok := d.Payload[key].(string); ok && v != "" {
				secrets = append(secrets, v)
			}
		}
	}
	said := s.read() + s.pages.String()
	for _, secret := range secrets {
		if i := strings.Index(said, secret); i >= 0 {
			s.t.Errorf("the secret %q can be read: %s", secret, said[max(0, i-200):min(len(said), i+100)])
		}
	}
	if s.t.Failed() {
		s.t.Logf("it logged:\n%s", s.read())
	}
}
