package slack_test

import (
	"strings"
	"testing"

	"example.com/firstcall/adapters/surfacetest"
	"example.com/firstcall/bot/talk"
)

// begun is a report that somebody has in a window, all of it answered.
const begun = `ana in #contoso> /incident Checkout on virtual machines is down in production since 9:50, sev C
ana in #contoso> Shop (production)
`

// A restart while a window is open, with a text in it that nobody was told,
// loses nothing: the process that opens the window isn't the one that it is
// sent to.
func TestARestartInTheMiddleOfAWindow(t *testing.T) {
	for name, socket := range map[string]bool{"HTTP": false, "Socket": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, begun, socket)
			play(t, w, begun+"restart\nana in #contoso> One page is affected.\nrestart\nana in #contoso> [Open the incident]\n")
			if got := w.out.String(); !strings.Contains(got, "INC-1 is open") || !strings.Contains(got, "Impact: One page is affected.") {
				t.Errorf("something was lost:\n%s", got)
			}
		})
	}
}

func play(t *testing.T, w *world, script string) {
	t.Helper()
	if err := talk.Play(t.Context(), strings.NewReader(script), w.stage()); err != nil {
		t.Fatalf("%v\n%s\n--- played until then\n%s", err, w.faults.String(), w.out)
	}
}

// What is chosen in a window does nothing before the window is sent.
func TestAChoiceIsNoPress(t *testing.T) {
	t.Parallel()
	script := begun + "ana in #contoso> One page is affected.\nana in #contoso> yes\n"
	w := newWorld(t, script, false)
	play(t, w, script+"kenji in #engineers> [Change severity]\n")
	w.out.Reset()
	user := w.users["kenji"]
	p := pageOf(w.Modal(user))
	for _, f := range p.fields {
		if len(f.values) == 0 {
			w.Choose(user, f.key, "It has become worse.")
		}
	}
	for _, f := range p.fields {
		if len(f.values) > 0 {
			w.Choose(user, f.key, f.values[0])
			w.quiet()
		}
	}
	if got := w.Modal(user); got == nil || got.SubmitLabel == "" {
		t.Fatal("the window is gone")
	}
	play(t, w, "wait 0s\n")
	if got := w.out.String(); strings.Contains(got, "bot ") {
		t.Errorf("choosing alone did something:\n%s", got)
	}
	w.Submit(user, nil)
	w.quiet()
	play(t, w, "wait 0s\n")
	if got := w.out.String(); !strings.Contains(got, "is severity 1 now, was C: It has become worse.") {
		t.Errorf("sending it did not change the severity:\n%s", got)
	}
}

// Every exception is a talk that there is.
func TestElsewhere(t *testing.T) { surfacetest.CheckExceptions(t, elsewhere) }

// What stands on a person's own page is opened from there, and acted on.
func TestAnIncidentIsOpenedFromTheHome(t *testing.T) {
	t.Parallel()
	script := begun + "ana in #contoso> One page is affected.\nana in #contoso> yes\n"
	w := newWorld(t, script, false)
	play(t, w, script)
	for _, name := range []string{"ana", "kenji"} {
		user, home := w.users[name], w.homes[name]
		w.OpenHome(user, "home")
		w.quiet()
		if page := w.AppHome(home, user); page == nil || !strings.Contains(page.Reads(), "INC-1") {
			t.Fatalf("%s sees %+v", name, page)
		}
		w.ClickInHome(home, user, "Details")
		w.quiet()
		if shown := w.Modal(user); shown == nil || !strings.Contains(shown.Reads(), "What happened: ") {
			t.Fatalf("%s opened %+v", name, shown)
		}
	}
	w.ClickInModal(w.users["kenji"], "Acknowledge")
	w.quiet()
	w.out.Reset()
	play(t, w, "wait 0s\n")
	if got := w.out.String(); !strings.Contains(got, "Kenji Sato has seen it") {
		t.Errorf("acknowledging it there did nothing:\n%s\n%+v", got, w.Modal(w.users["kenji"]))
	}
}

// A channel that two workspaces share is the same place from either side, also for a command, which comes through the
// workspace of whoever types it.
func TestACommandFromTheOtherSideOfASharedChannel(t *testing.T) {
	t.Parallel()
	w := newWorld(t, begun, false)
	user, place := w.users["kenji"], "#contoso"
	if w.hosts[place] == w.homes["kenji"] {
		t.Fatal("kenji is at home where the channel is")
	}
	w.Slash(user, w.channels[place], "/incident", "Checkout on virtual machines is down in production since 9:50, sev C")
	w.quiet()
	if v := w.Modal(user); v == nil || !strings.Contains(v.Reads(), "Report an incident for Contoso") {
		t.Errorf("kenji begins a report there and sees %+v; the channel says %+v", v, w.Ephemeral(w.channels[place], user))
	}
}
