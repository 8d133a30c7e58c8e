package terms

import (
	"encoding/json"
	"fmt"
	"time"
)

// Commitment is what the terms owe for one case and what they ask of the customer.
// It is stamped with the incident, so it survives JSON (all but the zone's name in
// its instants) and stands alone without the edition.
//
// Its slices and maps may be shared with the edition: read them, don't write them.
type Commitment struct {
	Edition  string   `json:"edition"`
	Severity Severity `json:"severity"`
	Product  string   `json:"product"` // the product's code
	Plan     Plan     `json:"plan"`    // the plan that supplied the first response; "" when nothing is owed

	// A nil target means that the terms give no time.
	FirstResponse  *Target `json:"first_response,omitempty"`
	WorkBegins     *Target `json:"work_begins,omitempty"`     // a goal of the provider's, not a promise (AMB-13)
	ChangeControl  *Target `json:"change_control,omitempty"`  // as if asked for at the submission; each request starts it anew
	CustomerAnswer *Target `json:"customer_answer,omitempty"` // as if asked at the submission; each question starts it anew
	// EarlyWarning is the literal reading of the first response, where the
	// recommended one is later (AMB-06). It is for the provider's people only.
	EarlyWarning *Target `json:"early_warning,omitempty"`

	Effort           Clock     `json:"effort,omitempty"`
	Assigned         []Fact    `json:"assigned,omitempty"`
	Escalation       []Fact    `json:"escalation,omitempty"`
	Duties           []Fact    `json:"duties,omitempty"`
	Owner            Fact      `json:"owner"`
	IfCustomerCannot Code      `json:"if_customer_cannot"`
	SubmitVia        []Channel `json:"submit_via,omitempty"`
	Languages        []string  `json:"languages,omitempty"` // "local" is the customer's own, where available
	Notes            []Fact    `json:"notes,omitempty"`

	// HumanChatCounts says that a person's chat message meets the first response,
	// too. The terms want a telephone call or an e-mail (PRS-11); only the lenient
	// reading of the security chart sets this (AMB-10).
	HumanChatCounts bool `json:"human_chat_counts,omitempty"`

	// Moves are the submission and each change since, in order; none when nothing
	// changed. With them the clocks can be counted again when a record was wrong.
	Moves []Move `json:"moves,omitempty"`

	Rejected []Rejection `json:"rejected,omitempty"`
	Plans    []Plan      `json:"plans,omitempty"` // the plans that apply, in the edition's order
	Rows     []string    `json:"rows,omitempty"`  // every row used, sorted
}

// Fact is one thing the terms say, with the rows that say it. Args fill the
// places in its sentence; instants in them are RFC 3339.
type Fact struct {
	Code Code              `json:"code"`
	Rows []string          `json:"rows,omitempty"`
	Args map[string]string `json:"args,omitempty"`
}

// Rejection is a held plan that does not apply, and the first reason found.
type Rejection struct {
	Plan   Plan     `json:"plan"`
	Reason Code     `json:"reason"`
	Rows   []string `json:"rows"`
}

// Target is a length of time, the clock it is counted on, and the instant it ends,
// in the zone of the case's calendar. The instant itself still meets it.
type Target struct {
	Target time.Duration
	Clock  Clock
	Due    time.Time
	Rows   []string
}

type targetJSON struct {
	Target string    `json:"target"`
	Clock  Clock     `json:"clock"`
	Due    time.Time `json:"due"`
	Rows   []string  `json:"rows,omitempty"`
}

// MarshalJSON writes the length as Go writes durations: 15m0s.
func (t Target) MarshalJSON() ([]byte, error) {
	return json.Marshal(targetJSON{t.Target.String(), t.Clock, t.Due, t.Rows})
}

// UnmarshalJSON reads what MarshalJSON writes.
func (t *Target) UnmarshalJSON(data []byte) error {
	var j targetJSON
	if err := json.Unmarshal(data, &j); err != nil {
		return fmt.Errorf("read a target: %w", err)
	}
	d, err := time.ParseDuration(j.Target)
	if err != nil {
		return fmt.Errorf("read a target: %w", err)
	}
	*t = Target{d, j.Clock, j.Due, j.Rows}
	return nil
}

// Has reports whether code is among the facts.
func Has(facts []Fact, code Code) bool {
	_, ok := Find(facts, code)
	return ok
}

// Find returns the fact with that code.
func Find(facts []Fact, code Code) (Fact, bool) {
	for _, f := range facts {
		if f.Code == code {
			return f, true
		}
	}
	return Fact{}, false
}
