package teams

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/infracloudio/msbotbuilder-go/schema"

	"example.com/firstcall/bot"
	"example.com/firstcall/bot/words"
)

// way says how somebody is answered.
type way int

const (
	unanswered   way = iota // nobody asked for anything
	spoken                  // a message: another one, after the 200
	submitted               // a message that a card's Action.Submit sent: the card changes by its id
	executed                // an Action.Execute: the answer to the request is what the card becomes, or a line
	dialogOpens             // a dialog is to open: the answer is its card
	dialogGoesOn            // a dialog was submitted: the answer is its next card, a last line, or its end
)

// received is what came in, as the bot understands it, and what is needed to answer.
type received struct {
	kind         string // for the log and the metrics
	event        bot.Event
	way          way
	route        route
	conversation string // as it came, with its thread
	personal     bool   // it is the person's own chat with the bot
	addressed    bool   // it was meant for us
	card         string // the message with the card that was acted on
	own          bool   // that message is there for this exchange alone, and may be replaced
	locale       string
}

// kinds is every type of activity that the Bot Framework knows, with what reads
// it: false when it means nothing to us. A nil one is taken and ignored on purpose.
// https://github.com/microsoft/Agents/blob/main/specs/activity/protocol-activity.md
var kinds = map[schema.ActivityTypes]func(*incoming, *received, string) bool{
	schema.Message:            (*incoming).readMessage,
	schema.MessageUpdate:      (*incoming).readUpdate,
	schema.MessageDelete:      (*incoming).readDelete,
	schema.ConversationUpdate: (*incoming).readConversation,
	schema.InstallationUpdate: (*incoming).readInstallation,
	schema.Invoke:             (*incoming).readInvoke,

	schema.MsgReaction:           nil, // a thumb is no answer
	schema.Typing:                nil,
	schema.Event:                 nil, // read receipts, meetings
	schema.EndOfConversation:     nil, // of skills, which we are not
	schema.ContactRelationUpdate: nil, // not sent by Teams
	schema.DeleteUserData:        nil, // nothing is kept that other channels' users could ask back
	schema.Suggestion:            nil,
	schema.Trace:                 nil,
	schema.Handoff:               nil,
	"command":                    nil,
	"commandResult":              nil,
	"delay":                      nil,
	"invokeResponse":             nil,
}

// invokes are the calls that a person in Teams waits for, with what reads them.
// All others are answered as not implemented.
var invokes = map[string]func(*incoming, *received, string) bool{
	"adaptiveCard/action":           (*incoming).readExecute,
	"task/fetch":                    (*incoming).readDialog,
	"task/submit":                   (*incoming).readDialog,
	"composeExtension/fetchTask":    (*incoming).readCommand,
	"composeExtension/submitAction": (*incoming).readCommand,
}

// read says what an activity means to the bot; false when it means nothing.
func (a *incoming) read(appID string, now time.Time) (received, bool) {
	place, _ := splitConversation(a.Conversation.ID)
	r := received{
		kind: "other", conversation: a.Conversation.ID, personal: a.personal(), locale: a.Locale,
		route: route{Service: a.ServiceURL, Conversation: place, Bot: a.Recipient.ID, Tenant: a.tenant()},
		event: bot.Event{Platform: platform, Workspace: a.tenant(), Person: a.person(), Place: place, At: a.at(now)},
	}
	if r.event.Person != "" && strings.HasPrefix(a.From.ID, "29:") {
		r.route.Person = a.From.ID
	}
	if r.personal || !a.isGroup() {
		r.event.Place = ""
	}
	if !r.personal && !a.isGroup() { // a chat of two people that we are not in
		r.route.Conversation = ""
	}
	if through := a.Conversation.TenantID; through != r.event.Workspace {
		r.event.Through = through
		if through != "" { // a channel that is shared with the person's tenant
			r.route.Tenant, r.route.Home = through, r.event.Workspace
		}
	}
	// The thread belongs to the key: a repetition is the same bytes and names it
	// again, while nobody says that ids are unique beyond one conversation.
	r.event.Key = a.Conversation.ID + ":" + a.delivery
	read := kinds[a.Type]
	if read == nil || !read(a, &r, appID) {
		return r, false
	}
	r.event.Route = r.kept().String()
	if r.event.Place != "" && r.route.Person != "" {
		to := r.route // a chat with the person can be opened by it, and is none yet
		to.Conversation = ""
		r.event.PersonRoute = to.String()
	}
	return r, true
}

// kept is the route for the store. A place's is the same whoever speaks there:
// what belongs to the speaker is only for the answer.
func (r *received) kept() route {
	to := r.route
	if r.event.Place != "" {
		to.Person, to.Home = "", ""
	}
	return to
}

// isGroup says whether several people are in the conversation, as Teams calls it.
func (a *incoming) isGroup() bool {
	kind := a.Conversation.ConversationType
	return kind == "channel" || kind == "groupChat" || kind == "" && (a.Conversation.IsGroup || strings.HasPrefix(a.Conversation.ID, "19:"))
}

// readMessage reads what a person wrote, or what a card's Action.Submit sent.
func (a *incoming) readMessage(r *received, appID string) bool {
	if r.event.Person == "" {
		return false
	}
	if r.acted(object(a.Value)) {
		r.way, r.card = submitted, a.ReplyToID
		return true
	}
	r.kind, r.way = "message", spoken
	e := &r.event
	e.Kind, e.Message = bot.Said, a.ID
	r.under(a.ID)
	e.Text, r.addressed = a.typed(appID)
	if r.addressed {
		e.Text, r.kind = strings.TrimSpace("@firstcall "+e.Text), "mention"
	}
	r.attached(a.Attachments)
	said := r.addressed || e.Text != "" || len(e.Files) > 0
	r.addressed = r.addressed || r.personal
	return said
}

// attached notes the files among what is attached.
func (r *received) attached(all []attachment) {
	e := &r.event
	for _, f := range all {
		at := link(f.ContentURL)
		if at != "" && !strings.HasPrefix(f.ContentType, "application/vnd.microsoft.card.") && len(e.Files) < mostFiles {
			e.Files = append(e.Files, bot.File{Name: fileName(f), URL: at})
		}
	}
}

// under notes the thread; the message that begins one is on the top level.
func (r *received) under(message string) {
	if _, thread := splitConversation(r.conversation); thread != message {
		r.event.Thread = thread
	}
}

func (a *incoming) readUpdate(r *received, appID string) bool {
	e := &r.event
	r.kind, e.Kind, e.Message = "edit", bot.Reworded, a.ID
	e.Key += ":edited:" + a.Timestamp[:min(len(a.Timestamp), longestKey)]
	r.under(a.ID)
	mentioned := false
	if e.Text, mentioned = a.typed(appID); mentioned {
		e.Text = strings.TrimSpace("@firstcall " + e.Text)
	}
	return e.Person != "" && a.ID != ""
}

func (a *incoming) readDelete(r *received, _ string) bool {
	e := &r.event
	r.kind, e.Kind, e.Message = "edit", bot.Retracted, a.ID
	e.Key += ":deleted"
	r.under(a.ID)
	return e.Person != "" && a.ID != ""
}

// readConversation reads who came and went, and what became of a team or
// channel. Only the bot's own coming and going matters: people are asked who
// they are when they speak.
func (a *incoming) readConversation(r *received, appID string) bool {
	us := func(m schema.ChannelAccount) bool { return a.isUs(m, appID) }
	switch {
	case slices.ContainsFunc(a.MembersAdded, us):
		return r.joined(r.event.Place)
	case slices.ContainsFunc(a.MembersRemoved, us):
		return r.left(r.event.Place)
	}
	channel, team := a.ChannelData.Channel.ID, a.ChannelData.Team.ID
	switch a.ChannelData.EventType {
	case "channelDeleted":
		return channel != "" && r.left(channel)
	case "channelRestored":
		return channel != "" && r.joined(channel)
	case "teamDeleted", "teamHardDeleted":
		return team != "" && r.left(team)
	case "teamRestored":
		return team != "" && r.joined(team)
	}
	return false // renamed, created, archived, or a person
}

// readInstallation reads that the app came or went. Its upgrade changes nothing.
func (a *incoming) readInstallation(r *received, _ string) bool {
	switch a.Action {
	case "add":
		return r.joined(r.event.Place)
	case "remove":
		return r.left(r.event.Place)
	}
	return false
}

func (r *received) joined(place string) bool {
	r.kind, r.event.Kind, r.event.Place = "place", bot.Joined, place
	if place != "" {
		r.route.Conversation = place
	}
	return place != "" || r.event.Person != ""
}

// left is told of the place, not of who removed us; of a personal chat it is
// the person's.
func (r *received) left(place string) bool {
	r.kind, r.event.Kind, r.event.Place = "place", bot.Left, place
	if place != "" {
		r.route.Conversation, r.event.Person, r.route.Person = place, "", ""
	}
	return place != "" || r.event.Person != ""
}

func (a *incoming) readInvoke(r *received, appID string) bool {
	r.kind, r.addressed = "invoke", true
	read := invokes[a.Name]
	return read != nil && r.event.Person != "" && read(a, r, appID)
}

// readExecute reads the press of an Action.Execute. One that the client made by
// itself is nobody's.
func (a *incoming) readExecute(r *received, _ string) bool {
	var v cardAction
	if lenient(a.Value, &v) != nil || v.Trigger == "automatic" {
		return false
	}
	r.way, r.card = executed, a.ReplyToID
	r.name(a, v.Action.ID)
	return r.acted(object(v.Action.Data))
}

// readDialog reads the opening of a dialog by a card's button, or its submission.
func (a *incoming) readDialog(r *received, _ string) bool {
	var v taskValue
	if lenient(a.Value, &v) != nil {
		return false
	}
	r.way = dialogGoesOn
	if a.Name == "task/fetch" {
		r.way = dialogOpens
	}
	r.name(a, "")
	return r.acted(object(v.Data))
}

// readCommand reads the message extension's command: a report that begins with
// the message that it was used on, or the report's next step.
func (a *incoming) readCommand(r *received, _ string) bool {
	var v taskValue
	if lenient(a.Value, &v) != nil {
		return false
	}
	r.name(a, v.Command)
	if a.Name == "composeExtension/submitAction" && r.acted(object(v.Data)) {
		r.way = dialogGoesOn
		return true
	}
	r.way, r.kind = dialogOpens, "command"
	text := v.Message.Body.Content
	if v.Message.Body.ContentType != "text" {
		text = plainOf(text)
	}
	r.event.Kind, r.event.Text, r.event.Report = bot.Said, strings.TrimSpace(text), true
	r.event.Link = link(v.Message.Link)
	r.attached(v.Message.Attachments)
	return true
}

// name adds to the key what tells one invoke from another of the same id.
func (r *received) name(a *incoming, id string) {
	r.event.Key += ":" + a.Name + ":" + id[:min(len(id), longestKey)]
}

// The names under which our cards carry their data beside the inputs. No input
// may be called like one of them.
const (
	dataAction  = "a" // Button.Action
	dataSubject = "s" // Button.Subject
	dataForm    = "f" // Form.Key
	dataPartial = "p" // one step of many: the field that it asks for, "1" for all that are shown
	dataOwn     = "o" // "1": the message is there for this exchange alone
)

// pickedSuffix ends the id of the list beside a field that is searched: what is
// picked there goes before what is typed.
const pickedSuffix = "?picked"

// shownPrefix begins the name under which a card's data carries what an input
// showed at first, where that isn't the answer as the bot keeps it: left as it
// was, it is no new answer.
const shownPrefix = "="

// acted reads the data of one of our buttons; false when it is none.
func (r *received) acted(data map[string]json.RawMessage) bool {
	action, form := scalar(data[dataAction]), scalar(data[dataForm])
	subject := scalar(data[dataSubject])
	if len(action) > longestRef || len(form) > longestRef || len(subject) > longestRef || len(data) > mostFields {
		return false
	}
	r.own, r.addressed = scalar(data[dataOwn]) == "1", true
	switch {
	case action != "":
		r.kind, r.event.Kind, r.event.Action, r.event.Subject = "button", bot.Pressed, words.Line(action), words.Line(subject)
		return true
	case form != "":
		r.kind, r.event.Kind, r.event.Form = "form", bot.Submitted, words.Line(form)
		asked := scalar(data[dataPartial])
		r.event.Partial, r.event.Values = asked != "", valuesOf(data)
		maps.DeleteFunc(r.event.Values, func(key, value string) bool {
			shown, is := data[shownPrefix+key]
			return is && value == scalar(shown)
		})
		if asked != "" && asked != "1" { // what else is on the card is asked later, if it was left empty
			maps.DeleteFunc(r.event.Values, func(key, value string) bool { return value == "" && key != asked })
		}
		return true
	}
	return false
}

// valuesOf are the inputs by field.
func valuesOf(data map[string]json.RawMessage) map[string]string {
	values := map[string]string{}
	for key, raw := range data {
		switch {
		case len(key) > longestKey || key == dataAction || key == dataSubject || key == dataForm || key == dataPartial || key == dataOwn || key == "msteams":
		case strings.HasSuffix(key, pickedSuffix), strings.HasPrefix(key, shownPrefix):
		default:
			values[key] = scalar(raw)
		}
	}
	for key, raw := range data {
		field, is := strings.CutSuffix(key, pickedSuffix)
		if picked := scalar(raw); is && picked != "" && len(key) <= longestKey {
			values[field] = picked
		}
	}
	return values
}
