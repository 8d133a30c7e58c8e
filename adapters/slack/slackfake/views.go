package slackfake

import (
	"cmp"
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"time"
	"unicode/utf8"
)

// View is a modal or an App Home as a person sees it now.
type View struct {
	ID              string
	Kind            string // "modal" or "home"
	ExternalID      string
	CallbackID      string
	PrivateMetadata string
	Hash            string // another after every change
	Title           string
	SubmitLabel     string // empty if there is no such button
	CloseLabel      string
	Blocks          []Block
	// Errors are the sentences that stand under fields now, by block id.
	Errors        map[string]string
	NotifyOnClose bool
	ClearOnClose  bool

	source   Block // as the app sent it
	user     string
	team     *Workspace // where the app is installed
	root     string
	previous string
	state    values
}

// Reads gives the visible texts of a view, line by line.
func (v *View) Reads() string { return readBlocks(v.Blocks) }

// Value gives what is typed or chosen in a block now: a text, a date, the
// value of an option (several: comma separated), an id. Empty if nothing.
func (v *View) Value(blockID string) string {
	for _, entry := range v.state[blockID] {
		return entryText(entry)
	}
	return ""
}

// Source is the view as the app sent it.
func (v *View) Source() Block { return v.source }

// json is the view as the app sees it in payloads and answers. The lock is
// held.
func (v *View) json(s *Slack) Block {
	out := maps.Clone(v.source)
	team := v.team.ID
	if u := s.users[v.user]; u != nil {
		team = u.Team
	}
	out["id"], out["team_id"], out["hash"], out["app_id"], out["bot_id"] = v.ID, team, v.Hash, s.config.AppID, v.team.BotID
	out["app_installed_team_id"], out["root_view_id"] = v.team.ID, v.root
	out["previous_view_id"] = nil
	if v.previous != "" {
		out["previous_view_id"] = v.previous
	}
	out["state"] = Block{"values": v.state.json()}
	for key, zero := range map[string]any{
		"private_metadata": "", "callback_id": "", "external_id": "", "clear_on_close": false, "notify_on_close": false,
		"title": Block{"type": "plain_text", "text": "View Title", "emoji": true}, "submit": nil, "close": nil,
	} {
		if _, ok := out[key]; !ok {
			out[key] = zero
		}
	}
	return out
}

type trigger struct {
	user string
	team *Workspace
	made time.Time
	used bool
	// view is the modal that the trigger came from; views.push needs one.
	view string
}

func (s *Slack) newTrigger(w *Workspace, user, view string) string {
	id := s.nextID("13") + "." + s.nextID("7") + "." + s.nextID("f")
	s.triggers[id] = &trigger{user: user, team: w, made: s.now(), view: view}
	return id
}

// pull uses a trigger up: good for three seconds of simulated time, once.
func (r *request) pull(id string) (*trigger, reply) {
	t := r.s.triggers[id]
	switch {
	case t == nil || t.team != r.w:
		return nil, refuse("invalid_trigger_id")
	case t.used:
		return nil, refuse("exchanged_trigger_id")
	case r.s.now().Sub(t.made) > 3*time.Second:
		return nil, refuse("expired_trigger_id")
	}
	t.used = true
	return t, nil
}

// readView reads and checks a view of the app.
func (r *request) readView(kind string) (*View, reply) {
	source, err := r.object("view")
	if err != nil || source == nil {
		return nil, refuse("invalid_arguments")
	}
	return r.s.readView(r.w, source, kind, "")
}

// readView checks a view; replacing is the id of the view that it takes the
// place of, which may keep its external id.
func (s *Slack) readView(w *Workspace, source Block, kind, replacing string) (*View, reply) {
	if problems := CheckView(source); len(problems) > 0 {
		return nil, invalid("invalid_arguments", problems)
	}
	if source["type"] != kind {
		return nil, invalid("invalid_arguments", []Problem{{Message: "must be a " + kind, Pointer: "/view/type"}})
	}
	if size(source) > 250*1024 {
		return nil, refuse("view_too_large")
	}
	v := &View{Kind: kind, team: w, source: source, state: values{}}
	v.ExternalID, _ = source["external_id"].(string)
	if v.ExternalID != "" && s.externalIDTaken(w, v.ExternalID, replacing) {
		return nil, refuse("duplicate_external_id")
	}
	v.CallbackID, _ = source["callback_id"].(string)
	v.PrivateMetadata, _ = source["private_metadata"].(string)
	v.NotifyOnClose, _ = source["notify_on_close"].(bool)
	v.ClearOnClose, _ = source["clear_on_close"].(bool)
	v.Title, v.SubmitLabel, v.CloseLabel = textOf(source["title"]), textOf(source["submit"]), textOf(source["close"])
	items, _ := source["blocks"].([]any)
	v.Blocks, _ = toBlocks(items)
	nameBlocks(s, v.Blocks)
	v.state = initialState(v.Blocks, nil)
	s.checkEscaped("", v.Blocks)
	return v, nil
}

func (s *Slack) externalIDTaken(w *Workspace, id, except string) bool {
	for _, v := range s.allViews() {
		if v.team == w && v.ExternalID == id && v.ID != except {
			return true
		}
	}
	return false
}

func (s *Slack) allViews() []*View {
	var out []*View
	for _, stack := range s.stacks {
		out = append(out, stack...)
	}
	return append(out, slices.Collect(maps.Values(s.homes))...)
}

// freshHash makes a hash that no view had before.
func (s *Slack) freshHash() string {
	s.serial++
	return strconv.FormatInt(s.now().Unix(), 10) + ".h" + strconv.Itoa(s.serial)
}

// show opens a view on top of a person's stack.
func (s *Slack) show(v *View, user string) {
	v.ID, v.Hash, v.user = s.nextID("V"), s.freshHash(), user
	v.root = v.ID
	if stack := s.stacks[user]; len(stack) > 0 {
		v.root, v.previous = stack[0].ID, stack[len(stack)-1].ID
	}
	s.stacks[user] = append(s.stacks[user], v)
}

// replace changes an open view in place; what the person typed stays where
// block id and action id are the same.
func (s *Slack) replace(old, v *View) {
	v.ID, v.Hash, v.user, v.root, v.previous = old.ID, s.freshHash(), old.user, old.root, old.previous
	v.state = initialState(v.Blocks, old.state)
	stack := s.stacks[old.user]
	for i := range stack {
		if stack[i] == old {
			stack[i] = v
		}
	}
}

func viewsOpen(r *request) reply {
	t, no := r.pull(cmp.Or(r.str("trigger_id"), r.str("interactivity_pointer")))
	if no != nil {
		return no
	}
	v, no := r.readView("modal")
	if no != nil {
		return no
	}
	if t.view == "" { // not from inside a modal: what was open is gone
		r.s.stacks[t.user] = nil
	}
	if len(r.s.stacks[t.user]) >= 3 {
		return refuse("push_limit_reached")
	}
	r.s.show(v, t.user)
	return reply{"view": v.json(r.s)}
}

func viewsPush(r *request) reply {
	t, no := r.pull(r.str("trigger_id"))
	if no != nil {
		return no
	}
	if len(r.s.stacks[t.user]) == 0 || t.view == "" {
		return refuse("not_found")
	}
	if len(r.s.stacks[t.user]) >= 3 {
		return refuse("push_limit_reached")
	}
	v, no := r.readView("modal")
	if no != nil {
		return no
	}
	r.s.show(v, t.user)
	return reply{"view": v.json(r.s)}
}

func viewsUpdate(r *request) reply {
	id, external := r.str("view_id"), r.str("external_id")
	if (id == "") == (external == "") {
		return refuse("invalid_arguments")
	}
	var old *View
	for _, v := range r.s.allViews() {
		if v.team == r.w && v.Kind == "modal" && (id != "" && v.ID == id || external != "" && v.ExternalID == external) {
			old = v
		}
	}
	if old == nil {
		return refuse("not_found")
	}
	if hash := r.str("hash"); hash != "" && hash != old.Hash {
		return refuse("hash_conflict")
	}
	source, err := r.object("view")
	if err != nil || source == nil {
		return refuse("invalid_arguments")
	}
	v, no := r.s.readView(r.w, source, "modal", old.ID)
	if no != nil {
		return no
	}
	r.s.replace(old, v)
	return reply{"view": v.json(r.s)}
}

func viewsPublish(r *request) reply {
	user := r.str("user_id")
	if r.s.users[user] == nil {
		return refuse("user_not_found")
	}
	key := r.w.ID + " " + user
	old := r.s.homes[key]
	if hash := r.str("hash"); hash != "" && (old == nil || hash != old.Hash) {
		return refuse("hash_conflict")
	}
	replacing := ""
	if old != nil {
		replacing = old.ID
	}
	source, err := r.object("view")
	if err != nil || source == nil {
		return refuse("invalid_arguments")
	}
	v, no := r.s.readView(r.w, source, "home", replacing)
	if no != nil {
		return no
	}
	v.ID, v.Hash, v.user = cmp.Or(replacing, r.s.nextID("V")), r.s.freshHash(), user
	v.root = v.ID
	r.s.homes[key] = v
	return reply{"view": v.json(r.s)}
}

// Modal gives the modal that a person sees now; nil if none is open.
func (s *Slack) Modal(user string) *View {
	s.mu.Lock()
	defer s.mu.Unlock()
	stack := s.stacks[user]
	if len(stack) == 0 {
		return nil
	}
	out := *stack[len(stack)-1]
	out.state = out.state.clone()
	return &out
}

// ModalStack gives all modals of a person, the visible one last.
func (s *Slack) ModalStack(user string) []View {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []View
	for _, v := range s.stacks[user] {
		out = append(out, *v)
	}
	return out
}

// AppHome gives the App Home that a person sees in a workspace; nil if none
// was published.
func (s *Slack) AppHome(team, user string) *View {
	s.mu.Lock()
	defer s.mu.Unlock()
	v := s.homes[team+" "+user]
	if v == nil {
		return nil
	}
	out := *v
	return &out
}

// length counts characters as Slack does.
func length(s string) int { return utf8.RuneCountInString(s) }

// size is the length of a value as JSON, in bytes.
func size(v any) int {
	b, _ := json.Marshal(v)
	return len(b)
}
