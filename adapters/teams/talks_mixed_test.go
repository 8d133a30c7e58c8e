package teams_test

import (
	"testing"

	"example.com/firstcall/adapters/console"
	"example.com/firstcall/adapters/surfacetest"
	"example.com/firstcall/bot"
	"example.com/firstcall/domain"
)

// One incident on two platforms: the one side is in Teams, the other at a
// terminal, and nobody notices.
func TestTalksOnTwoPlatforms(t *testing.T) {
	for name, here := range map[string]func(bot.Tenant) bool{
		"customers": func(t bot.Tenant) bool { return t.Side == domain.Customer },
		"engineers": func(t bot.Tenant) bool { return t.Side == domain.Provider },
	} {
		for _, talk := range []string{
			"life_to_the_end", "life_ladder_climbed", "life_executives", "life_take_and_hand_over", "life_chat_down_then_up",
			"thread_verbs", "thread_three_languages", "digest_daily", "open_step_by_step_zh", "open_about_event",
		} {
			t.Run(name+"/"+talk, func(t *testing.T) {
				t.Parallel()
				playTalk(t, surfacetest.Talks+"/"+talk+".talk", func(w *world) {
					w.kind, w.here, w.others = "_"+name, here, console.New(w.out, w.clock.Now, false)
				})
			})
		}
	}
}
