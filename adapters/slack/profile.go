package slack

import (
	"context"

	api "github.com/slack-go/slack"

	"example.com/firstcall/bot"
)

// Profile implements bot.Profiles. Somebody met in a shared channel only is at home in a workspace that is not named: what
// stands in the profile there is nobody's word that we trust. https://docs.slack.dev/reference/methods/users.info
func (s *Slack) Profile(ctx context.Context, workspace, person string) (bot.Profile, error) {
	c, _, err := s.reach(ctx, workspace)
	if err != nil {
		return bot.Profile{}, err
	}
	var u *api.User
	err = s.timed(ctx, "users.info", func(ctx context.Context) (err error) {
		u, err = c.GetUserInfoContext(ctx, person, api.GetUserInfoOptionIncludeLocale(true))
		if err == nil && (u == nil || u.ID == "") {
			err = errNameless
		}
		return err
	})
	switch codeOf(err) {
	case "user_not_found", "user_not_visible", "users_not_found":
		return bot.Profile{}, bot.ErrNotFound
	}
	if err != nil {
		return bot.Profile{}, err
	}
	p := bot.Profile{Workspace: u.TeamID, Name: u.RealName, Email: u.Profile.Email, Language: u.Locale, Zone: u.TZ}
	if u.IsStranger || u.IsBot || u.Deleted || u.IsRestricted || u.IsUltraRestricted { // a guest's address was typed by whoever invited
		p.Workspace, p.Email = "", ""
	}
	if p.Name == "" {
		p.Name = u.Name
	}
	return p, nil
}
