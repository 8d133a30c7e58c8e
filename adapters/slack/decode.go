package slack

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// What Slack sends is decoded into the few fields that are read: slack-go's own
// types take three times as long, and refuse a body for one element that they
// don't know.

// outer is what the Events API sends.
type outer struct {
	Type         string `json:"type"`
	Challenge    string `json:"challenge"`
	TeamID       string `json:"team_id"`
	EnterpriseID string `json:"enterprise_id"`
	EventID      string `json:"event_id"`
	EventTime    int64  `json:"event_time"`
	Event        inner  `json:"event"`
	For          []struct {
		TeamID       string `json:"team_id"`
		EnterpriseID string `json:"enterprise_id"`
		UserID       string `json:"user_id"`
		IsBot        bool   `json:"is_bot"`
	} `json:"authorizations"`
}

// inner is the event itself, of any of the types that we listen to.
type inner struct {
	Type string `json:"type"`
	spoken
	EventTS     string `json:"event_ts"`
	Channel     string `json:"channel"`
	ChannelType string `json:"channel_type"`
	Inviter     string `json:"inviter"`
	Tab         string `json:"tab"`
	DeletedTS   string `json:"deleted_ts"`
	OldChannel  string `json:"old_channel_id"`
	NewChannel  string `json:"new_channel_id"`
	Message     spoken `json:"message"`
	Previous    spoken `json:"previous_message"`
	Tokens      struct {
		Bot []string `json:"bot"`
	} `json:"tokens"`
	View struct {
		Hash string `json:"hash"`
	} `json:"view"`
}

// spoken is a message.
type spoken struct {
	Subtype    string `json:"subtype"`
	User       string `json:"user"`
	BotID      string `json:"bot_id"`
	AppID      string `json:"app_id"`
	Team       string `json:"team"`
	UserTeam   string `json:"user_team"`
	SourceTeam string `json:"source_team"`
	Text       string `json:"text"`
	TS         string `json:"ts"`
	ThreadTS   string `json:"thread_ts"`
	Edited     struct {
		User string `json:"user"`
		TS   string `json:"ts"`
	} `json:"edited"`
	Files []attached `json:"files"`
}

// attached is a file. In a shared channel only its id comes along.
type attached struct {
	ID        string `json:"id"`
	Name      string `json:"name"`
	Title     string `json:"title"`
	Permalink string `json:"permalink"`
	Private   string `json:"url_private"`
	Access    string `json:"file_access"`
}

// interaction is what somebody pressed, filled in or chose.
type interaction struct {
	Type string `json:"type"`
	Team struct {
		ID           string `json:"id"`
		Domain       string `json:"domain"`
		EnterpriseID string `json:"enterprise_id"`
	} `json:"team"`
	Enterprise struct {
		ID string `json:"id"`
	} `json:"enterprise"`
	User struct {
		ID     string `json:"id"`
		TeamID string `json:"team_id"`
	} `json:"user"`
	Channel struct {
		ID string `json:"id"`
	} `json:"channel"`
	TriggerID   string `json:"trigger_id"`
	ResponseURL string `json:"response_url"`
	ActionTS    string `json:"action_ts"`
	CallbackID  string `json:"callback_id"`
	MessageTS   string `json:"message_ts"`
	Container   struct {
		Type      string `json:"type"`
		MessageTS string `json:"message_ts"`
		ThreadTS  string `json:"thread_ts"`
		ChannelID string `json:"channel_id"`
		Ephemeral bool   `json:"is_ephemeral"`
	} `json:"container"`
	Message spoken   `json:"message"`
	View    seenView `json:"view"`
	Actions []struct {
		Type     string `json:"type"`
		ActionID string `json:"action_id"`
		BlockID  string `json:"block_id"`
		Value    string `json:"value"`
		ActionTS string `json:"action_ts"`
		Selected struct {
			Value string `json:"value"`
		} `json:"selected_option"`
	} `json:"actions"`
}

// seenView is the view that somebody acted in.
type seenView struct {
	ID        string `json:"id"`
	Type      string `json:"type"`
	TeamID    string `json:"team_id"`
	Installed string `json:"app_installed_team_id"`
	Callback  string `json:"callback_id"`
	Meta      string `json:"private_metadata"`
	Hash      string `json:"hash"`
	State     struct {
		Values map[string]map[string]stateValue `json:"values"`
	} `json:"state"`
	Blocks []struct {
		Type    string `json:"type"`
		BlockID string `json:"block_id"`
	} `json:"blocks"`
}

// command is a slash command; over HTTP it is a form with the same keys.
type command struct {
	Command      string `json:"command"`
	Text         string `json:"text"`
	TeamID       string `json:"team_id"`
	EnterpriseID string `json:"enterprise_id"`
	ChannelID    string `json:"channel_id"`
	UserID       string `json:"user_id"`
	TriggerID    string `json:"trigger_id"`
	ResponseURL  string `json:"response_url"`
}

// meta is what a modal carries for its way back (private_metadata).
type meta struct {
	Form    string `json:"f"`
	Channel string `json:"c,omitempty"` // the place that it was opened in
	Team    string `json:"t,omitempty"` // whose installation opened it
}

var errNotSlack = errors.New("this is no body of Slack's")

// decode reads JSON and overlooks what has another shape than expected: Slack
// sends "values": [] for an empty object and null for what isn't there, and
// nobody knows what it sends next year.
func decode(body []byte, into any) error {
	err := json.Unmarshal(body, into)
	var other *json.UnmarshalTypeError
	if errors.As(err, &other) && other.Field != "" {
		return nil
	}
	if err != nil {
		return errNotSlack // the error of the decoder quotes the body
	}
	return nil
}

// readForm takes a form apart into what it carries: an interaction's JSON, or a
// command. Keys of the URL are none of it.
func readForm(body []byte) (payload []byte, c command, sslCheck bool, err error) {
	const only = "payload="
	if rest, is := strings.CutPrefix(string(body), only); is && !strings.Contains(rest, "&") {
		text, err := url.QueryUnescape(rest)
		if err != nil {
			return nil, c, false, errNotSlack
		}
		return []byte(text), c, false, nil
	}
	form, err := url.ParseQuery(string(body))
	if err != nil {
		return nil, c, false, errNotSlack
	}
	for _, given := range form {
		if len(given) > 1 { // which of two payloads was meant?
			return nil, c, false, errNotSlack
		}
	}
	if text := form.Get("payload"); text != "" {
		return []byte(text), c, false, nil
	}
	c = command{
		Command: form.Get("command"), Text: form.Get("text"), TeamID: form.Get("team_id"), EnterpriseID: form.Get("enterprise_id"),
		ChannelID: form.Get("channel_id"), UserID: form.Get("user_id"), TriggerID: form.Get("trigger_id"), ResponseURL: form.Get("response_url"),
	}
	sslCheck = form.Get("ssl_check") == "1"
	if c.Command == "" && !sslCheck {
		return nil, c, false, errNotSlack
	}
	return nil, c, sslCheck, nil
}

// instantOf reads a time stamp of Slack's, seconds with a fraction; zero when it is none.
func instantOf(ts string) time.Time {
	whole, fraction, _ := strings.Cut(ts, ".")
	seconds, err := strconv.ParseInt(whole, 10, 64)
	if err != nil || seconds <= 0 || seconds > 1<<36 {
		return time.Time{}
	}
	micros, err := strconv.ParseInt((fraction + "000000")[:6], 10, 64)
	if err != nil || micros < 0 {
		micros = 0
	}
	return time.Unix(seconds, micros*1000).UTC()
}

// triggerKey names an interaction by its trigger. The trigger itself opens
// windows and must not be written down, so it is hashed.
func triggerKey(trigger string) string {
	sum := sha256.Sum256([]byte(trigger))
	return "trigger:" + hex.EncodeToString(sum[:16])
}

func messageID(channel, ts string) string {
	if channel == "" || ts == "" {
		return ""
	}
	return channel + ":" + ts
}

// placeOf is the channel as a place; "" for a direct conversation.
func placeOf(channel, kind string) string {
	if kind == "im" || strings.HasPrefix(channel, "D") {
		return ""
	}
	return channel
}

// asTyped gives a text as the person typed it: Slack's marks for people,
// channels and links become words, and &, < and > are themselves again. With ids
// people keep their ids, which a command needs, and else are named as Slack
// shows them. It says whether us, a user id, was mentioned, and takes that off.
func asTyped(text, us string, ids bool) (typed string, mentioned bool) {
	var b strings.Builder
	for text != "" {
		start := strings.IndexByte(text, '<')
		if start < 0 {
			break
		}
		length := strings.IndexByte(text[start:], '>')
		if length < 0 {
			break
		}
		b.WriteString(entities.Replace(text[:start]))
		mark := text[start+1 : start+length]
		text = text[start+length+1:]
		if who, _, _ := strings.Cut(mark, "|"); us != "" && who == "@"+us {
			mentioned = true
			continue
		}
		b.WriteString(entities.Replace(worded(mark, ids)))
	}
	b.WriteString(entities.Replace(text))
	return strings.TrimSpace(b.String()), mentioned
}

var entities = strings.NewReplacer("&lt;", "<", "&gt;", ">", "&amp;", "&")

// worded says what stands between < and > in words.
// https://docs.slack.dev/messaging/formatting-message-text
func worded(mark string, ids bool) string {
	target, label, labelled := strings.Cut(mark, "|")
	switch {
	case target == "":
		return label
	case target[0] == '@' || target[0] == '#':
		if labelled && label != "" && (target[0] == '#' || !ids) {
			return target[:1] + strings.TrimPrefix(label, target[:1])
		}
		return target
	case target[0] == '!':
		if labelled {
			return label
		}
		word, _, _ := strings.Cut(target[1:], "^")
		return "@" + word
	case labelled && label != "" && (strings.HasPrefix(target, "mailto:") || strings.HasPrefix(target, "tel:")):
		return label
	case !labelled || label == "" || strings.HasSuffix(strings.TrimRight(target, "/"), label):
		return target
	}
	return label + " (" + target + ")"
}
