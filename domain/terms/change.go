package terms

import (
	"fmt"
	"slices"
	"time"
)

// Change is an accepted change of severity, or of B's commitment to work around
// the clock, while the incident is open.
type Change struct {
	At       time.Time
	Answered bool // the first call was made before
	Begun    bool // work had begun before
}

// Move is what held from an instant on.
type Move struct {
	At         time.Time `json:"at"`
	Severity   Severity  `json:"severity"`
	Commit24x7 bool      `json:"commit_24x7,omitempty"`
}

// Recommit works out the commitment after a change; c is the case as it was
// submitted, with the new severity and commitment (AMB-14). The plans that apply
// are those of the submission.
//
// When the incident becomes more urgent, a response still owed is due at the old
// instant or one new limit after the change, whichever is sooner. When it becomes
// less urgent, it is due one new limit after the submission, but not before the
// change. A response already given starts no new clock: its old target is kept.
// The same holds for the beginning of work.
func (e *Edition) Recommit(c Case, old Commitment, ch Change) (Commitment, error) {
	urgent := c.Severity.MoreUrgentThan(old.Severity) || (c.Severity == old.Severity && c.Commit24x7)
	from := c.Opened
	if urgent {
		from = ch.At
	}
	out, err := e.resolveFrom(&c, from)
	if err != nil {
		return Commitment{}, fmt.Errorf("after a change of severity: %w", err)
	}
	later, err := e.resolveFrom(&c, ch.At)
	if err != nil {
		return Commitment{}, fmt.Errorf("after a change of severity: %w", err)
	}
	// What the customer owes is asked for anew (A1-20, A1-25).
	out.ChangeControl, out.CustomerAnswer = later.ChangeControl, later.CustomerAnswer

	out.FirstResponse = moved(out.FirstResponse, old.FirstResponse, ch.At, urgent, ch.Answered)
	out.WorkBegins = moved(out.WorkBegins, old.WorkBegins, ch.At, urgent, ch.Begun)
	if ch.Answered {
		out.Plan = old.Plan
	}
	if out.EarlyWarning != nil && (ch.Answered || out.EarlyWarning.Due.Before(ch.At)) {
		out.EarlyWarning = nil
	}
	out.Moves = slices.Clone(old.Moves)
	if len(out.Moves) == 0 {
		out.Moves = []Move{{At: c.Opened, Severity: old.Severity, Commit24x7: old.Effort == AroundTheClock}}
	}
	out.Moves = append(out.Moves, Move{At: ch.At, Severity: c.Severity, Commit24x7: c.Commit24x7})
	why := e.remarks[NoteClocksMoved].rows
	out.Notes = append(out.Notes, Fact{Code: NoteClocksMoved, Rows: why, Args: map[string]string{"at": ch.At.Format(time.RFC3339)}})
	out.Rows = union(out.Rows, why)
	return out, nil
}

func moved(fresh, old *Target, at time.Time, urgent, done bool) *Target {
	if done {
		return old
	}
	if fresh == nil {
		return nil
	}
	t := *fresh
	switch {
	case urgent && old != nil && old.Due.Before(t.Due):
		t.Due = old.Due
	case !urgent && t.Due.Before(at):
		t.Due = at.In(t.Due.Location())
	}
	return &t
}
