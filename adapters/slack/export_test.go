package slack

import "time"

// Patient lets the bot take as long as a busy test machine may need: nothing is
// answered without it, and no light view is shown before it.
func (s *Slack) Patient() {
	s.limits.light, s.limits.decide, s.limits.late, s.limits.call = time.Minute, time.Minute, time.Minute, time.Minute
	s.limits.reopen = time.Millisecond
}
