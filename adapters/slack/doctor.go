package slack

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	api "github.com/slack-go/slack"

	"example.com/firstcall/bot"
)

// Finding is one thing that an examination looked at. Its sentences are for operators, in English.
type Finding struct {
	What    string // "token of T0123"
	Trouble string // "" when all is well
	Do      string // what to do about the trouble
	Notes   string // worth knowing, also when all is well
}

// Channel is a place of ours that should be reachable.
type Channel struct{ Workspace, ID, Name string }

// offBy is how far a clock may be off before signed requests come near to being refused; they are at five minutes.
const offBy = 30 * time.Second

// Examine looks whether everything that the program needs of Slack is there, and changes nothing. The machine's clock is asked,
// not the corrected one: signatures are made by Slack's.
func (s *Slack) Examine(ctx context.Context, workspaces []string, channels []Channel, machine func() time.Time) []Finding {
	all := s.ExamineOffline()
	if s.appToken != "" {
		all = append(all, s.examineSocket(ctx))
	}
	for _, ch := range channels {
		if !slices.Contains(workspaces, ch.Workspace) {
			workspaces = append(workspaces[:len(workspaces):len(workspaces)], ch.Workspace)
		}
	}
	clients := map[string]*api.Client{}
	for _, w := range workspaces {
		inst, err := s.tokens.Installed(ctx, w)
		if errors.Is(err, bot.ErrNotFound) {
			all = append(all, s.examineGuest(w))
			if ours, err := s.installed(ctx, w); err == nil {
				clients[w] = s.client(ours)
			}
			continue
		}
		if err != nil {
			all = append(all, Finding{What: "installation in " + w, Trouble: err.Error(), Do: "see what the database says"})
			continue
		}
		found, works := s.examineToken(ctx, s.client(inst), w, machine)
		all = append(all, found...)
		if works {
			clients[w] = s.client(inst)
		}
	}
	for _, ch := range channels {
		if c := clients[ch.Workspace]; c != nil {
			all = append(all, examineChannel(ctx, c, ch))
		}
	}
	return all
}

// ExamineOffline is the part of Examine for which Slack needn't be reached.
func (s *Slack) ExamineOffline() (all []Finding) {
	if len(s.signing) == 0 && s.appToken == "" {
		all = append(all, Finding{
			What: "signing secret", Trouble: "SLACK_SIGNING_SECRET is not set, so everything that Slack sends is refused",
			Do: `copy it from "Basic Information" of the app, or use Socket Mode with SLACK_APP_TOKEN`,
		})
	}
	return append(all, examineManifest())
}

// examineGuest speaks of a workspace that has not installed us. Its people are reached in shared channels only.
func (s *Slack) examineGuest(workspace string) Finding {
	f := Finding{What: "installation in " + workspace}
	if s.provider == "" || s.provider == workspace {
		f.Trouble, f.Do = "the app is not installed there", "set SLACK_BOT_TOKEN for your own workspace; for another one let its administrator open /slack/install"
		return f
	}
	f.Notes = "the app is not installed there: its people are served in channels shared with " + s.provider + " only, by buttons and mentions, not by /incident"
	return f
}

func (s *Slack) examineSocket(ctx context.Context) Finding {
	f := Finding{What: "app token (SLACK_APP_TOKEN)"}
	line, _, err := api.New("", api.OptionAppLevelToken(s.appToken), api.OptionAPIURL(s.apiURL), api.OptionHTTPClient(s.http)).StartSocketModeContext(ctx)
	if err == nil && (line == nil || line.URL == "") {
		err = errNameless
	}
	switch code := codeOf(err); {
	case err == nil:
	case code == "missing_scope":
		f.Trouble, f.Do = "it lacks the scope connections:write", "make a new app-level token with that scope"
	case code == "" || limited[code] || doubtful[code]:
		f.Trouble, f.Do = unasked(err)
	default:
		f.Trouble, f.Do = "Slack doesn't take it ("+code+")", `make an app-level token (it begins with xapp-) with the scope connections:write under "Basic Information"`
	}
	return f
}

// unasked is the trouble of a question that Slack didn't answer, and what to do.
func unasked(err error) (trouble, do string) {
	if code := codeOf(err); code != "" {
		return "Slack could not answer (" + code + ")", "try again in a minute"
	}
	return "Slack could not be asked: " + err.Error(), "see whether this machine reaches Slack"
}

// examineToken also compares clocks and scopes, which the answer to the first question names.
func (s *Slack) examineToken(ctx context.Context, c *api.Client, workspace string, machine func() time.Time) ([]Finding, bool) {
	token := Finding{What: "token of " + workspace}
	who, err := c.AuthTestContext(ctx)
	if err == nil && (who.TeamID == "" || who.UserID == "") {
		err = errNameless
	}
	switch code := codeOf(err); {
	case err == nil:
	case code == "" || limited[code] || doubtful[code]:
		token.Trouble, token.Do = unasked(err)
		return []Finding{token}, false
	default:
		token.Trouble, token.Do = "Slack doesn't take it ("+code+")", `copy the "Bot User OAuth Token" (it begins with xoxb-) from "OAuth & Permissions", or install the app again`
		return []Finding{token}, false
	}
	if who.TeamID != workspace && who.EnterpriseID != workspace {
		token.Trouble, token.Do = "it belongs to the workspace "+who.TeamID, "name that workspace in the set-up files, or use this one's token"
		return []Finding{token}, false
	}
	token.Notes = fmt.Sprintf("we are %s in %s", who.User, who.Team)
	found := []Finding{token}
	if granted := who.Header.Get("X-OAuth-Scopes"); granted != "" {
		f := Finding{What: "scopes in " + workspace}
		have := names(strings.Split(strings.ReplaceAll(granted, " ", ""), ",")...)
		var lacking []string
		for _, scope := range slices.Sorted(maps.Keys(Scopes())) {
			if !have[scope] {
				lacking = append(lacking, scope+" (for "+Scopes()[scope]+")")
			}
		}
		if len(lacking) > 0 {
			f.Trouble = "missing: " + strings.Join(lacking, ", ")
			f.Do = `add them under "OAuth & Permissions", then install the app again`
		}
		found = append(found, f)
	}
	if there, err := http.ParseTime(who.Header.Get("Date")); err == nil {
		f := Finding{What: "clock of this machine"}
		if off := machine().Sub(there).Round(time.Second); off.Abs() > offBy {
			f.Trouble, f.Do = fmt.Sprintf("it is %s off; Slack's requests are refused from five minutes on", off.Abs()), "let the machine's clock be set from the network (NTP)"
		}
		found = append(found, f)
	}
	return found, true
}

func examineChannel(ctx context.Context, c *api.Client, ch Channel) Finding {
	f := Finding{What: "channel " + ch.Name + " (" + ch.ID + ")"}
	info, err := c.GetConversationInfoContext(ctx, &api.GetConversationInfoInput{ChannelID: ch.ID})
	err = answered(info, err)
	switch code := codeOf(err); {
	case code == "channel_not_found":
		f.Trouble, f.Do = "it is not there, or it is private and the app is not in it", "invite @firstcall there, or correct its id in the set-up files (it begins with C; a channel shared with others may have got a new one)"
	case code == "missing_scope":
		f.Trouble, f.Do = "the app may not look at it", `add the missing scopes under "OAuth & Permissions", then install the app again`
	case err != nil:
		f.Trouble, f.Do = unasked(err)
	case info.IsArchived:
		f.Trouble, f.Do = "it is archived", "unarchive it, or name another one in the set-up files"
	case !info.IsMember:
		f.Trouble, f.Do = "the app is not in it", "invite @firstcall there"
	case info.IsExtShared:
		f.Notes = "it is shared with other organisations: their people can press buttons, and can't use /incident"
	}
	return f
}

// examineManifest compares the manifest with what the code needs, and is why the two stay together.
func examineManifest() Finding {
	f := Finding{What: "manifest"}
	have := names(manifestList("bot:")...)
	var wrong []string
	for scope := range Scopes() {
		if !have[scope] {
			wrong = append(wrong, "scope "+scope)
		}
	}
	events := names(manifestList("bot_events:")...)
	for _, e := range subscribed {
		if !events[e] {
			wrong = append(wrong, "event "+e)
		}
	}
	if len(wrong) > 0 {
		slices.Sort(wrong)
		f.Trouble, f.Do = "it lacks "+strings.Join(wrong, ", "), "report this: the program's own manifest is wrong"
	}
	return f
}

// subscribed are the events that inbound understands.
var subscribed = []string{
	"app_home_opened", "app_mention", "app_uninstalled", "channel_archive", "channel_deleted", "channel_id_changed", "channel_left",
	"group_archive", "group_deleted", "group_left", "member_joined_channel", "message.channels", "message.groups", "message.im",
	"message.mpim", "tokens_revoked",
}

// manifestList reads a list of plain words below a key of the manifest.
func manifestList(key string) (all []string) {
	in := false
	for line := range strings.Lines(string(Manifest)) {
		line = strings.TrimSpace(line)
		item, is := strings.CutPrefix(line, "- ")
		switch {
		case line == key:
			in = true
		case in && is:
			all = append(all, item)
		case in:
			return all
		}
	}
	return all
}
