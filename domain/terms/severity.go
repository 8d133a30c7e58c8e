package terms

import (
	"fmt"
	"strings"
)

// Severity says how bad an incident is, from "1" (worst) to "C".
type Severity string

// The severities, most urgent first.
const (
	Sev1 Severity = "1"
	SevA Severity = "A"
	SevB Severity = "B"
	SevC Severity = "C"
)

// Severities lists them, most urgent first.
func Severities() []Severity { return []Severity{Sev1, SevA, SevB, SevC} }

// ParseSeverity reads "1", "A", "b" or "sev c".
func ParseSeverity(s string) (Severity, error) {
	t := strings.ToUpper(strings.TrimSpace(s))
	t = strings.TrimPrefix(t, "SEVERITY")
	t = strings.TrimPrefix(t, "SEV")
	switch v := Severity(strings.TrimLeft(t, " -")); v {
	case Sev1, SevA, SevB, SevC:
		return v, nil
	}
	return "", fmt.Errorf("severity %q is none of 1, A, B, C", s)
}

// MoreUrgentThan reports whether s is worse than other; an unknown severity is
// less urgent than every known one.
func (s Severity) MoreUrgentThan(other Severity) bool { return s.index() < other.index() }

// Critical reports whether s is 1 or A, the severities that are worked on around
// the clock without being asked (A1-05, A1-13).
func (s Severity) Critical() bool { return s == Sev1 || s == SevA }

func (s Severity) index() int {
	switch s {
	case Sev1:
		return 0
	case SevA:
		return 1
	case SevB:
		return 2
	case SevC:
		return 3
	}
	return 4
}
