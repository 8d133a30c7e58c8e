package bot

import "testing"

// Who calls the bot by its name and then says what a menu of commands says means
// that command, and not a word called "incident".
func TestWhoIsAddressed(t *testing.T) {
	for text, want := range map[string]struct {
		rest        string
		toUs, slash bool
	}{
		"/incident":                          {"", true, true},
		"@firstcall":                         {"", true, false},
		"@firstcall incident":                {"", true, false},
		"@firstcall /incident":               {"", true, false},
		"@firstcall incident checkout fails": {"checkout fails", true, false},
		"@firstcall 支持案例 结账失败":               {"结账失败", true, false},
		"@firstcall take INC-1":              {"take INC-1", true, false},
		"/incident incident review":          {"incident review", true, true},
		"incident review at three":           {"incident review at three", false, false},
		"incident: checkout is down":         {"checkout is down", true, false},
	} {
		v := visit{event: Event{Place: "#contoso"}}
		if rest, toUs, slash := v.addressed(text); rest != want.rest || toUs != want.toUs || slash != want.slash {
			t.Errorf("%q is read as %q (to us: %v, slash: %v), want %+v", text, rest, toUs, slash, want)
		}
	}
}
