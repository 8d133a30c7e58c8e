package terms

import (
	"slices"
	"time"
)

// Explanation is a commitment in the shape that `firstcall explain --json` prints.
// Lists are never null; what the terms give no time for is absent.
type Explanation struct {
	Edition          string               `json:"edition"`
	Severity         Severity             `json:"severity"`
	Plan             Plan                 `json:"plan"`
	FirstResponse    *ExplainedTarget     `json:"first_response,omitempty"`
	WorkBegins       *ExplainedTarget     `json:"work_begins,omitempty"`
	ChangeControl    *ExplainedTarget     `json:"change_control,omitempty"`
	CustomerAnswer   *ExplainedTarget     `json:"customer_answer,omitempty"`
	Effort           Clock                `json:"effort"`
	Assigned         []Code               `json:"assigned"`
	Escalation       []Code               `json:"escalation"`
	Duties           []Code               `json:"duties"`
	IfCustomerCannot Code                 `json:"if_customer_cannot"`
	SubmitVia        []Channel            `json:"submit_via"`
	Languages        []string             `json:"languages"`
	Notes            []Code               `json:"notes"`
	Rejected         []ExplainedRejection `json:"rejected"`
	Rows             []string             `json:"rows"`
}

// ExplainedTarget is a target without its rows, which are among the explanation's.
type ExplainedTarget struct {
	Target string `json:"target"` // as Go writes durations: 15m0s
	Clock  Clock  `json:"clock"`
	Due    string `json:"due"` // RFC 3339, in the zone of the case
}

// ExplainedRejection is a plan that does not apply.
type ExplainedRejection struct {
	Plan   Plan     `json:"plan"`
	Reason Code     `json:"reason"`
	Rows   []string `json:"rows"`
}

// Explain puts the commitment in the shape of `firstcall explain --json`. The early
// warning is left out: it is no target, and for the provider's people only.
func (c Commitment) Explain() Explanation {
	x := Explanation{
		Edition: c.Edition, Severity: c.Severity, Plan: c.Plan,
		FirstResponse: explainTarget(c.FirstResponse), WorkBegins: explainTarget(c.WorkBegins),
		ChangeControl: explainTarget(c.ChangeControl), CustomerAnswer: explainTarget(c.CustomerAnswer),
		Effort: c.Effort, Assigned: codesOf(c.Assigned), Escalation: codesOf(c.Escalation), Duties: codesOf(c.Duties),
		IfCustomerCannot: c.IfCustomerCannot, SubmitVia: filled(c.SubmitVia), Languages: filled(c.Languages),
		Notes: codesOf(c.Notes), Rejected: []ExplainedRejection{}, Rows: filled(c.Rows),
	}
	for _, r := range c.Rejected {
		x.Rejected = append(x.Rejected, ExplainedRejection{r.Plan, r.Reason, filled(r.Rows)})
	}
	return x
}

func explainTarget(t *Target) *ExplainedTarget {
	if t == nil {
		return nil
	}
	return &ExplainedTarget{t.Target.String(), t.Clock, t.Due.Format(time.RFC3339)}
}

func codesOf(facts []Fact) []Code {
	out := make([]Code, 0, len(facts))
	for _, f := range facts {
		// Two plans may each say it, about themselves.
		if !slices.Contains(out, f.Code) {
			out = append(out, f.Code)
		}
	}
	return out
}

// filled is a copy that is never nil, so that JSON says [] and not null.
func filled[T any](in []T) []T { return append(make([]T, 0, len(in)), in...) }
