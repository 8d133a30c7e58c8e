package bot_test

import (
	"strings"
	"testing"

	"example.com/firstcall/bot"
)

// Engineers read a person's name where a guest writes: the one given in the
// report, else the platform's, and its id only while the platform can't be asked.
func TestAGuestHasAName(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.profiles["U0EVE"] = bot.Profile{Name: "eve.l"}
	o.profiles["U0MAX"] = bot.Profile{Name: "Max Frei"}
	o.profiles["U0PIA"] = bot.Profile{Name: "Pia Lund"}

	e := event(elsewhere, "U0EVE", "C0SHARED")
	e.Text = "/incident Azure DNS is down in production since 8:30, sev C"
	form := o.handle(e).Form
	e.Kind, e.Text, e.Form = bot.Submitted, "", form.Key
	e.Values = map[string]string{"subscription": "-", "impact": "One page.", "owner": "Eve Larsen", "phone": "+47 22 345 678"}
	o.handle(e)
	if got := render(o.handle(e).Text, "en", o.now); !strings.HasPrefix(got, "INC-1 is open") {
		t.Fatalf("eve's report: %q", got)
	}
	card := o.inside("C0SHARED", "INC-1 · severity C")

	for _, c := range []struct {
		person, says, want string
		down               bool
		asked              []string
	}{
		{person: "U0EVE", says: "It is everywhere.", want: "Eve Larsen (Contoso)"},
		{person: "U0MAX", says: "In Oslo, too.", want: "Max Frei (Contoso)", asked: []string{harbour + " U0MAX"}},
		{person: "U0PIA", says: "And in Bergen.", want: "U0PIA (Contoso)", down: true, asked: []string{harbour + " U0PIA"}},
	} {
		o.asked, o.down = nil, c.down
		e := event(elsewhere, c.person, "C0SHARED")
		e.Text, e.Thread = c.says, card
		o.handle(e)
		o.inside("", c.want, c.says)
		if strings.Join(o.asked, "|") != strings.Join(c.asked, "|") {
			t.Errorf("%s writes, and the platform is asked %q, want %q", c.person, o.asked, c.asked)
		}
	}
	o.down = false
	o.says(elsewhere, "U0EVE", "C0SHARED", "/incident note INC-1 It began in Oslo.")
	o.inside("", "Eve Larsen adds: It began in Oslo.")
	if got := o.says(elsewhere, "U0MAX", "C0SHARED", "/incident resolve INC-1 Gone."); !strings.HasPrefix(got, "I don't know you yet") {
		t.Errorf("another guest resolves it: %q", got)
	}
	if got := o.says(elsewhere, "U0EVE", "C0SHARED", "/incident resolve INC-1 Gone."); got != "INC-1 is resolved." {
		t.Errorf("who reported it resolves it: %q", got)
	}

	// It is back: one press reopens it, with these words as the reason.
	back := event(elsewhere, "U0MAX", "C0SHARED")
	back.Text, back.Thread = "It's back", card
	if r := o.handle(back); r.Text != "" || len(r.Buttons) > 0 {
		t.Errorf("another guest is offered %q, %+v", render(r.Text, "en", o.now), r.Buttons)
	}
	back.Person = "U0EVE"
	r := o.handle(back)
	if len(r.Buttons) != 1 || !strings.Contains(render(r.Text, "en", o.now), "If INC-1 is not solved after all, reopen it") {
		t.Fatalf("who reported it is offered %q, %+v", render(r.Text, "en", o.now), r.Buttons)
	}
	press := event(elsewhere, "U0EVE", "C0SHARED")
	press.Kind, press.Action, press.Subject = bot.Pressed, r.Buttons[0].Action, r.Buttons[0].Subject
	if got := render(o.handle(press).Text, "en", o.now); got != "INC-1 is open again." {
		t.Errorf("the press says %q", got)
	}
	o.inside("", "is open again: It's back", "Eve Larsen")
}

// inside delivers, and returns the id of the message in that place ("": wherever
// engineers read) that says all that.
func (o *office) inside(place string, says ...string) string {
	o.t.Helper()
	if _, err := o.bot.Deliver(o.t.Context()); err != nil {
		o.t.Fatal(err)
	}
	for id, n := range o.byID {
		p := o.posted[n]
		fits := place == "" && p.to != "C0SHARED" || p.to == place
		for _, s := range says {
			fits = fits && strings.Contains(p.text, s)
		}
		if fits {
			return id
		}
	}
	o.t.Fatalf("nothing in %q says %q: %+v", place, says, o.posted)
	return ""
}
