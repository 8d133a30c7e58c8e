package teams

import "time"

// Patient lets the bot take as long as a busy test machine may need: nothing is
// answered without it.
func (t *Teams) Patient() {
	t.limits.decide, t.limits.late, t.limits.call, t.limits.keys = 40*time.Second, time.Minute, time.Minute, time.Minute
}
