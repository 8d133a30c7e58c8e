package teams

import (
	"archive/zip"
	"bytes"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"unicode/utf8"

	"example.com/firstcall/bot/words"
)

// packed are the files of the app package. manifest.json lacks what is each
// installation's own; the icons are drawn by a test.
//
//go:embed manifest/manifest.json manifest/zh-cn.json manifest/ja.json manifest/color.png manifest/outline.png
var packed embed.FS

// PackageOptions say whose app the package is.
type PackageOptions struct {
	AppID     string // MicrosoftAppId: of the bot, and of the app in Teams' catalogue
	Version   string // of the app, like 1.0.0: Teams takes a changed package only with a higher one
	Developer string // the provider's name, as people see it; it is put on one line
	Website   string // https addresses, which Teams shows beside the app
	Privacy   string
	Terms     string
	Public    string // where the bot is served, like https://firstcall.example; "" leaves its host out
}

var (
	guidShape    = regexp.MustCompile(`^[0-9a-fA-F]{8}-([0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}$`)
	versionShape = regexp.MustCompile(`^[0-9]{1,6}\.[0-9]{1,6}\.[0-9]{1,6}$`)
)

// longestDeveloper is how much of the provider's name Teams takes, in characters.
const longestDeveloper = 32

func (o *PackageOptions) check() error {
	switch {
	case !guidShape.MatchString(o.AppID):
		return errors.New("the app id is no GUID")
	case !versionShape.MatchString(o.Version):
		return fmt.Errorf("the version %q is not like 1.0.0", o.Version)
	case o.Developer == "" || utf8.RuneCountInString(o.Developer) > longestDeveloper:
		return fmt.Errorf("the developer's name must have 1 to %d characters", longestDeveloper)
	}
	for _, at := range []struct{ name, url string }{{"website", o.Website}, {"privacy", o.Privacy}, {"terms", o.Terms}} {
		if u, err := url.Parse(at.url); err != nil || u.Scheme != "https" || u.Host == "" || len(at.url) > 2048 {
			return fmt.Errorf("the %s address must be an https address", at.name)
		}
	}
	if u, err := url.Parse(o.Public); o.Public != "" && (err != nil || u.Scheme != "https" || u.Host == "") {
		return errors.New("the public address must be an https address")
	}
	return nil
}

// Package builds the app package that an administrator uploads to Teams. The
// same options make the same bytes.
// https://learn.microsoft.com/microsoftteams/platform/concepts/build-and-test/apps-package
func Package(o PackageOptions) ([]byte, error) {
	o.Developer = words.Line(o.Developer)
	if err := o.check(); err != nil {
		return nil, fmt.Errorf("build the Teams app package: %w", err)
	}
	manifest, err := o.manifest()
	if err != nil {
		return nil, fmt.Errorf("build the Teams app package: %w", err)
	}
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	for _, name := range []string{"manifest.json", "zh-cn.json", "ja.json", "color.png", "outline.png"} {
		file := manifest
		if name != "manifest.json" {
			if file, err = packed.ReadFile("manifest/" + name); err != nil {
				return nil, fmt.Errorf("build the Teams app package: %w", err)
			}
		}
		w, err := z.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Deflate})
		if err == nil {
			_, err = w.Write(file)
		}
		if err != nil {
			return nil, fmt.Errorf("build the Teams app package: %s: %w", name, err)
		}
	}
	if err := z.Close(); err != nil {
		return nil, fmt.Errorf("build the Teams app package: %w", err)
	}
	return out.Bytes(), nil
}

// manifest fills in what is the installation's own.
func (o *PackageOptions) manifest() ([]byte, error) {
	raw, err := packed.ReadFile("manifest/manifest.json")
	if err != nil {
		return nil, err
	}
	var m map[string]any
	if err := json.Unmarshal(raw, &m); err != nil {
		return nil, fmt.Errorf("manifest.json: %w", err)
	}
	id := strings.ToLower(o.AppID)
	m["id"], m["version"] = id, o.Version
	m["developer"] = map[string]string{"name": o.Developer, "websiteUrl": o.Website, "privacyUrl": o.Privacy, "termsOfUseUrl": o.Terms}
	m["validDomains"] = []string{}
	if u, err := url.Parse(o.Public); err == nil && u.Host != "" {
		m["validDomains"] = []string{u.Host}
	}
	for _, part := range []any{first(m["bots"]), first(m["composeExtensions"])} {
		if p, ok := part.(map[string]any); ok {
			p["botId"] = id
		}
	}
	if p, ok := m["webApplicationInfo"].(map[string]any); ok {
		p["id"] = id
	}
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(m); err != nil {
		return nil, fmt.Errorf("manifest.json: %w", err)
	}
	return out.Bytes(), nil
}

func first(list any) any {
	if all, ok := list.([]any); ok && len(all) > 0 {
		return all[0]
	}
	return nil
}
