package metrics

import (
	"errors"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"
)

// TestEveryFigureIsDocumented keeps the runbook's table whole.
func TestEveryFigureIsDocumented(t *testing.T) {
	m := New()
	m.Request("slack")("command", "ok", time.Millisecond)
	m.Call("slack")("chat.postMessage", "ok", time.Millisecond)
	m.Handled("slack", "said", errors.New("broken"), time.Millisecond)
	m.Settled("slack", "escalation", "sent")
	m.Failed("wake")
	page, err := os.ReadFile("../../../docs/runbook.md")
	if err != nil {
		t.Fatal(err)
	}
	families, err := m.registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range families {
		if name := f.GetName(); strings.HasPrefix(name, "firstcall_") && !strings.Contains(string(page), "`"+name+"`") {
			t.Errorf("docs/runbook.md says nothing about %s", name)
		}
	}
}

func TestFiguresAreServed(t *testing.T) {
	m := New()
	m.Woken(3)
	m.Overdue(-time.Second)
	m.Offset(250 * time.Millisecond)
	m.Settled("teams", "escalation", "dead")
	w := httptest.NewRecorder()
	m.Handler().ServeHTTP(w, httptest.NewRequest("GET", "/metrics", nil))
	for _, line := range []string{
		"firstcall_woken_total 3", "firstcall_overdue_seconds 0", "firstcall_clock_offset_seconds 0.25",
		`firstcall_settled_total{platform="teams",state="dead",what="escalation"} 1`, "go_goroutines",
	} {
		if !strings.Contains(w.Body.String(), line+"\n") && !strings.Contains(w.Body.String(), line+" ") {
			t.Errorf("no line %q", line)
		}
	}
}
