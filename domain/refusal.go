package domain

import "fmt"

// Refusal is an error meant for the person in the chat: Code names a sentence
// that exists in every language ("refusal.<code>"), Args fill it. Any other
// error is a fault: it is logged for the operator, and the person sees only
// "something went wrong" with an id to quote.
type Refusal struct {
	Code  string
	Field string // the form field it belongs to, "" when it belongs to none
	Args  map[string]string
}

func (r *Refusal) Error() string {
	if r.Field != "" {
		return fmt.Sprintf("refused: %s (%s) %v", r.Code, r.Field, r.Args)
	}
	return fmt.Sprintf("refused: %s %v", r.Code, r.Args)
}

// Refuse makes a refusal; args are pairs of name and value.
func Refuse(code string, args ...string) *Refusal {
	r := &Refusal{Code: code}
	for i := 0; i+1 < len(args); i += 2 {
		if r.Args == nil {
			r.Args = map[string]string{}
		}
		r.Args[args[i]] = args[i+1]
	}
	return r
}

// At says which form field the refusal belongs to.
func (r *Refusal) At(field string) *Refusal {
	r.Field = field
	return r
}
