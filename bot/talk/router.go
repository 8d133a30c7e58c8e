package talk

import "context"

// Router is many surfaces as one, where people talk on several platforms at
// once: what somebody does is done on theirs.
type Router struct {
	// Of is the surface of what somebody does in a place, "" in private. Where
	// people of several platforms meet in no place, the person decides.
	Of  func(person, place string) Surface
	All []Surface
}

// Say implements Surface. Where there is no surface for it, nothing is done.
func (r Router) Say(ctx context.Context, s Said) error {
	at := r.Of(s.Person, s.Place)
	if at == nil {
		return &NotUnderstood{Why: s.Person + " is on no platform here"}
	}
	return at.Say(ctx, s)
}

// Down implements Surface: all of them refuse what the bot sends, or take it again.
func (r Router) Down(down bool) {
	for _, s := range r.All {
		s.Down(down)
	}
}
