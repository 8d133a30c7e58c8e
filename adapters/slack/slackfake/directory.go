package slackfake

import (
	"maps"
	"slices"
	"strings"
)

// userJSON is a person as one workspace's app sees them: less of those from
// outside, and of a stranger hardly anything.
func (r *request) userJSON(u *User) Block {
	outside := u.Team != r.w.ID
	profile := Block{"real_name": u.RealName, "display_name": u.Name, "team": u.Team}
	out := Block{
		"id": u.ID, "team_id": u.Team, "name": u.Name, "real_name": u.RealName, "deleted": u.Deleted, "profile": profile,
		"is_bot": u.Bot, "is_restricted": u.Guest, "is_ultra_restricted": false, "is_app_user": false,
	}
	if u.Stranger {
		out["is_stranger"] = true
		return out
	}
	out["tz"] = u.TZ
	if u.Email != "" {
		profile["email"] = u.Email
	}
	if !outside && r.yes("include_locale") {
		out["locale"] = u.Locale
	}
	return out
}

func usersInfo(r *request) reply {
	u := r.s.users[r.str("user")]
	if u == nil {
		return refuse("user_not_found")
	}
	if u.Team != r.w.ID && !r.s.meets(r.w, u.ID) {
		return refuse("user_not_visible")
	}
	return reply{"user": r.userJSON(u)}
}

// meets says if a workspace shares a channel with somebody from outside.
func (s *Slack) meets(w *Workspace, user string) bool {
	for _, c := range s.channels {
		if c.has(user) && c.sees(w) {
			return true
		}
	}
	return false
}

func usersList(r *request) reply {
	var all []Block
	for _, id := range slices.Sorted(maps.Keys(r.s.users)) {
		if u := r.s.users[id]; u.Team == r.w.ID {
			all = append(all, r.userJSON(u))
		}
	}
	list, next, no := page(r, all)
	if no != nil {
		return no
	}
	return reply{"members": list, "cache_ts": r.s.now().Unix(), "response_metadata": Block{"next_cursor": next}}
}

func usersLookupByEmail(r *request) reply {
	for _, u := range r.s.users {
		if u.Team == r.w.ID && u.Email != "" && strings.EqualFold(u.Email, r.str("email")) && !u.Deleted {
			return reply{"user": r.userJSON(u)}
		}
	}
	return refuse("users_not_found")
}

func usergroupsList(r *request) reply {
	list := []Block{}
	for _, id := range slices.Sorted(maps.Keys(r.s.groups)) {
		g := r.s.groups[id]
		list = append(list, Block{"id": g.ID, "team_id": r.w.ID, "is_usergroup": true, "name": g.Name, "handle": g.Handle, "user_count": len(g.Users), "users": g.Users})
	}
	return reply{"usergroups": list}
}

func usergroupsUsersList(r *request) reply {
	g := r.s.groups[r.str("usergroup")]
	if g == nil {
		return refuse("no_such_subteam")
	}
	return reply{"users": g.Users}
}

func authTest(r *request) reply {
	out := reply{
		"url": "https://" + r.w.Domain + ".slack.com/", "team": r.w.Name, "user": "firstcall", "team_id": r.w.ID,
		"user_id": r.w.BotUser, "bot_id": r.w.BotID, "is_enterprise_install": false, "x_scopes": strings.Join(r.w.Scopes, ","),
	}
	if r.w.Enterprise != "" {
		out["enterprise_id"] = r.w.Enterprise
	}
	return out
}

func botsInfo(r *request) reply {
	if bot := r.str("bot"); bot != "" && bot != r.w.BotID {
		return refuse("bot_not_found")
	}
	return reply{"bot": Block{"id": r.w.BotID, "deleted": false, "name": "firstcall", "app_id": r.s.config.AppID, "user_id": r.w.BotUser}}
}

func teamInfo(r *request) reply {
	return reply{"team": Block{"id": r.w.ID, "name": r.w.Name, "domain": r.w.Domain, "email_domain": ""}}
}

func filesInfo(r *request) reply {
	f := r.s.files[r.str("file")]
	if f == nil {
		return refuse("file_not_found")
	}
	return reply{"file": f.json(), "comments": []any{}}
}

func (f File) json() Block {
	return Block{
		"id": f.ID, "name": f.Name, "title": f.Title, "mimetype": f.Mimetype, "filetype": strings.TrimPrefix(f.Mimetype, "image/"),
		"user": f.User, "size": f.Size, "mode": "hosted", "is_external": false, "is_public": true, "permalink": f.Permalink,
		"url_private": f.Permalink + "/private", "url_private_download": f.Permalink + "/download", "file_access": "visible",
	}
}
