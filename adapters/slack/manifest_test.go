package slack

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"go.yaml.in/yaml/v4"

	"example.com/firstcall/adapters/slack/slackfake"
)

// app is the part of the manifest that the code depends on.
type app struct {
	Display struct {
		Name            string `yaml:"name"`
		Description     string `yaml:"description"`
		LongDescription string `yaml:"long_description"`
		Background      string `yaml:"background_color"`
	} `yaml:"display_information"`
	Features struct {
		Home struct {
			Home     bool `yaml:"home_tab_enabled"`
			Messages bool `yaml:"messages_tab_enabled"`
			ReadOnly bool `yaml:"messages_tab_read_only_enabled"`
		} `yaml:"app_home"`
		Bot struct {
			Name   string `yaml:"display_name"`
			Online bool   `yaml:"always_online"`
		} `yaml:"bot_user"`
		Shortcuts []struct {
			Name        string `yaml:"name"`
			Type        string `yaml:"type"`
			Callback    string `yaml:"callback_id"`
			Description string `yaml:"description"`
		} `yaml:"shortcuts"`
		Commands []struct {
			Command     string `yaml:"command"`
			URL         string `yaml:"url"`
			Description string `yaml:"description"`
			Hint        string `yaml:"usage_hint"`
			Escape      bool   `yaml:"should_escape"`
		} `yaml:"slash_commands"`
	} `yaml:"features"`
	OAuth struct {
		Redirects []string `yaml:"redirect_urls"`
		Scopes    struct {
			Bot []string `yaml:"bot"`
		} `yaml:"scopes"`
	} `yaml:"oauth_config"`
	Settings struct {
		Events struct {
			URL string   `yaml:"request_url"`
			Bot []string `yaml:"bot_events"`
		} `yaml:"event_subscriptions"`
		Interactivity struct {
			Enabled bool   `yaml:"is_enabled"`
			URL     string `yaml:"request_url"`
		} `yaml:"interactivity"`
		Org      bool `yaml:"org_deploy_enabled"`
		Socket   bool `yaml:"socket_mode_enabled"`
		Rotation bool `yaml:"token_rotation_enabled"`
	} `yaml:"settings"`
}

func readManifest(t *testing.T) app {
	t.Helper()
	var a app
	if err := yaml.Unmarshal(Manifest, &a); err != nil {
		t.Fatal(err)
	}
	return a
}

func TestManifestSaysWhatTheCodeUses(t *testing.T) {
	a := readManifest(t)
	if want := slices.Sorted(maps.Keys(Scopes())); !slices.Equal(a.OAuth.Scopes.Bot, want) {
		t.Errorf("scopes %v\nwant %v", a.OAuth.Scopes.Bot, want)
	}
	if !slices.Equal(a.Settings.Events.Bot, subscribed) || !slices.IsSorted(subscribed) {
		t.Errorf("events %v\nwant %v", a.Settings.Events.Bot, subscribed)
	}
	if !slices.Equal(manifestList("bot:"), a.OAuth.Scopes.Bot) || !slices.Equal(manifestList("bot_events:"), a.Settings.Events.Bot) {
		t.Error("doctor reads the manifest differently")
	}
	if f := examineManifest(); f.Trouble != "" {
		t.Errorf("%+v", f)
	}
	const host = "https://firstcall.example"
	for _, u := range []string{a.Settings.Events.URL, a.Settings.Interactivity.URL, a.Features.Commands[0].URL} {
		if u != host+"/slack/events" {
			t.Errorf("to %s", u)
		}
	}
	if !slices.Equal(a.OAuth.Redirects, []string{host + "/slack/oauth_redirect"}) || !a.Settings.Interactivity.Enabled {
		t.Errorf("redirects to %v", a.OAuth.Redirects)
	}
	if h := a.Features.Home; !h.Home || !h.Messages || h.ReadOnly {
		t.Errorf("people can't write to the app, or it has no home: %+v", h)
	}
	if a.Settings.Rotation || a.Settings.Org || a.Settings.Socket {
		t.Errorf("something is on that the code doesn't expect: %+v", a.Settings)
	}
}

// A manifest that lacks what the code needs is found.
func TestManifestThatLacksSomething(t *testing.T) {
	whole := Manifest
	defer func() { Manifest = whole }()
	Manifest = []byte(strings.NewReplacer("      - pins:write\n", "", "      - message.im\n", "").Replace(string(whole)))
	f := examineManifest()
	if f.Trouble != "it lacks event message.im, scope pins:write" || f.Do == "" {
		t.Errorf("%+v", f)
	}
}

// Slack's limits of a manifest.
func TestManifestLimits(t *testing.T) {
	a := readManifest(t)
	within := func(what, s string, least, most int) {
		t.Helper()
		if n := utf8.RuneCountInString(s); n < least || n > most {
			t.Errorf("%s has %d characters, not %d to %d", what, n, least, most)
		}
	}
	within("name", a.Display.Name, 1, 35)
	within("description", a.Display.Description, 1, 140)
	within("long description", a.Display.LongDescription, 174, 4000)
	within("name of the bot", a.Features.Bot.Name, 1, 80)
	within("colour", a.Display.Background, 7, 7)
	if n := len(a.Features.Commands); n < 1 || n > 50 {
		t.Errorf("%d commands", n)
	}
	for _, c := range a.Features.Commands {
		within(c.Command, c.Command, 2, 32)
		within("its description", c.Description, 1, 2000)
		within("its hint", c.Hint, 0, 1000)
	}
	if n := len(a.Settings.Events.Bot); n < 1 || n > 100 {
		t.Errorf("%d events", n)
	}
	count := map[string]int{}
	for _, s := range a.Features.Shortcuts {
		count[s.Type]++
		within("shortcut", s.Name, 1, 24)
		within("its description", s.Description, 1, 150)
		within("its id", s.Callback, 1, 255)
	}
	if count["global"] > 5 || count["message"] > 5 {
		t.Errorf("shortcuts %v", count)
	}
}

// Everything that the manifest promises reaches the bot, or is at least known: nothing that Slack sends because of it is strange.
func TestManifestEventsAreUnderstood(t *testing.T) {
	for _, name := range readManifest(t).Settings.Events.Bot {
		st := newStory(t)
		kind, place, _ := strings.Cut(name, ".")
		event := slackfake.Block{
			"type": kind, "channel": "C1", "user": "U1", "ts": "1772442000.000100", "event_ts": "1772442000.000100", "text": "hello", "tab": "home",
			"tokens": slackfake.Block{"bot": []string{"UBOT"}}, "old_channel_id": "C1", "new_channel_id": "C2",
		}
		if place != "" {
			event["channel_type"] = strings.TrimSuffix(place, "s")
		}
		if kind == "member_joined_channel" {
			event["user"] = "UBOT"
		}
		body, err := json.Marshal(slackfake.Block{
			"type": "event_callback", "team_id": "T1", "api_app_id": st.AppID(), "event_id": "Ev1", "event_time": start.Unix(), "event": event,
			"authorizations": []slackfake.Block{{"team_id": "T1", "user_id": "UBOT", "is_bot": true}},
		})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := st.app.dispatch(t.Context(), body, 0, ""); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if n := len(st.got()); n != 1 || strings.Contains(st.log(), "unknown kind") {
			t.Errorf("%s: %d events reached the bot", name, n)
		}
	}
	for kind := range heard {
		if !slices.ContainsFunc(subscribed, func(s string) bool { return s == kind || strings.HasPrefix(s, kind+".") }) {
			t.Errorf("%s is understood and not subscribed to", kind)
		}
	}
}

func TestManifestCommandAndShortcutsAreUnderstood(t *testing.T) {
	a := readManifest(t)
	st := newStory(t)
	for _, c := range a.Features.Commands {
		st.Slash("U1", "C1", c.Command, "help &amp; more")
		e := st.only()
		if e.Text != "/incident help & more" || !c.Escape || c.Command != "/incident" {
			t.Errorf("%s: %+v", c.Command, e)
		}
	}
	st = newStory(t)
	m := theOne(t, sayOne(st))
	for _, s := range a.Features.Shortcuts {
		before := len(st.got())
		switch s.Type {
		case "global":
			st.GlobalShortcut("U1", s.Callback)
		case "message":
			st.MessageShortcut("U1", m, s.Callback)
		}
		all := st.got()
		if len(all) != before+1 || all[before].Text != "/incident" && !all[before].Report {
			t.Errorf("%s: %+v", s.Callback, all)
		}
	}
}

func sayOne(st *story) []slackfake.Message {
	st.Say("U1", "C1", "checkout is down")
	return st.Messages("C1")
}
