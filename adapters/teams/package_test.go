package teams

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"fmt"
	"image/color"
	"image/png"
	"io"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

func packageOptions() PackageOptions {
	return PackageOptions{
		AppID: "7D0F3E0A-1B2C-4D5E-8F90-A1B2C3D4E5F6", Version: "1.2.3", Developer: "Fabrikam Support", Website: "https://fabrikam.example/",
		Privacy: "https://fabrikam.example/privacy", Terms: "https://fabrikam.example/terms", Public: "https://firstcall.fabrikam.example",
	}
}

func unpacked(t *testing.T, o PackageOptions) map[string][]byte {
	t.Helper()
	raw, err := Package(o)
	if err != nil {
		t.Fatal(err)
	}
	again, err := Package(o)
	if err != nil || !bytes.Equal(raw, again) {
		t.Error("the same options make another package")
	}
	z, err := zip.NewReader(bytes.NewReader(raw), int64(len(raw)))
	if err != nil {
		t.Fatal(err)
	}
	files := map[string][]byte{}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		if files[f.Name], err = io.ReadAll(r); err != nil {
			t.Fatal(err)
		}
	}
	return files
}

// appManifest has the members that the manifest schema 1.25 knows and ours uses;
// any other is an error.
type appManifest struct {
	Schema          string `json:"$schema"`
	ManifestVersion string `json:"manifestVersion"`
	Version         string `json:"version"`
	ID              string `json:"id"`
	Developer       struct {
		Name, WebsiteURL, PrivacyURL, TermsOfUseURL string
	} `json:"developer"`
	Name         struct{ Short, Full string } `json:"name"`
	Description  struct{ Short, Full string } `json:"description"`
	Localization struct {
		DefaultLanguageTag  string
		AdditionalLanguages []struct{ LanguageTag, File string }
	} `json:"localizationInfo"`
	Icons       struct{ Color, Outline string } `json:"icons"`
	AccentColor string                          `json:"accentColor"`
	Bots        []struct {
		BotID              string
		Scopes             []string
		SupportsFiles      bool
		IsNotificationOnly bool
		CommandLists       []struct {
			Scopes   []string
			Commands []struct{ Title, Description string }
		}
	} `json:"bots"`
	ComposeExtensions []struct {
		BotID    string
		Commands []struct {
			ID, Type, Title, Description string
			Context                      []string
			FetchTask                    bool
		}
	} `json:"composeExtensions"`
	SupportsChannelFeatures string                           `json:"supportsChannelFeatures"`
	DefaultInstallScope     string                           `json:"defaultInstallScope"`
	DefaultGroupCapability  struct{ Team, Groupchat string } `json:"defaultGroupCapability"`
	ValidDomains            []string                         `json:"validDomains"`
	WebApplicationInfo      struct{ ID, Resource string }    `json:"webApplicationInfo"`
	Authorization           struct {
		Permissions struct {
			ResourceSpecific []struct{ Name, Type string }
		}
	} `json:"authorization"`
}

func strictManifest(t *testing.T, raw []byte) (m appManifest) {
	t.Helper()
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	if err := d.Decode(&m); err != nil {
		t.Fatalf("manifest.json: %v", err)
	}
	return m
}

func within(t *testing.T, what, s string, most int) {
	t.Helper()
	if n := utf8.RuneCountInString(s); n == 0 || n > most {
		t.Errorf("%s has %d characters, want 1 to %d: %q", what, n, most, s)
	}
}

func TestPackageKeepsTheManifestsLimits(t *testing.T) {
	o := packageOptions()
	files := unpacked(t, o)
	m := strictManifest(t, files["manifest.json"])
	const id = "7d0f3e0a-1b2c-4d5e-8f90-a1b2c3d4e5f6"
	for what, got := range map[string]string{
		"the app": m.ID, "the bot": m.Bots[0].BotID, "the extension": m.ComposeExtensions[0].BotID, "the registration": m.WebApplicationInfo.ID,
	} {
		equal(t, "the id of "+what, got, id)
	}
	equal(t, "manifestVersion", m.ManifestVersion, "1.25")
	equal(t, "$schema", m.Schema, "https://developer.microsoft.com/json-schemas/teams/v1.25/MicrosoftTeams.schema.json")
	equal(t, "version", m.Version, "1.2.3")
	equal(t, "the developer", fmt.Sprint(m.Developer), "{Fabrikam Support https://fabrikam.example/ https://fabrikam.example/privacy https://fabrikam.example/terms}")
	within(t, "name.short", m.Name.Short, 30)
	within(t, "name.full", m.Name.Full, 100)
	within(t, "description.short", m.Description.Short, 80)
	within(t, "description.full", m.Description.Full, 4000)
	if !regexp.MustCompile(`^#[0-9A-F]{6}$`).MatchString(m.AccentColor) {
		t.Errorf("accentColor is %q", m.AccentColor)
	}
	if len(m.Bots) != 1 || len(m.Bots[0].CommandLists) > 3 || len(m.ComposeExtensions) != 1 || len(m.ComposeExtensions[0].Commands) > 10 {
		t.Error("more bots, command lists, extensions or commands than Teams takes")
	}
	if got := slices.Sorted(slices.Values(m.Bots[0].Scopes)); !slices.Equal(got, []string{"groupChat", "personal", "team"}) {
		t.Errorf("the bot's scopes are %v", got)
	}
	var scopes []string
	for _, l := range m.Bots[0].CommandLists {
		scopes = append(scopes, l.Scopes...)
		if len(l.Commands) > 12 {
			t.Errorf("%d commands in one list, more than 12", len(l.Commands))
		}
		for _, c := range l.Commands {
			within(t, "a command's title", c.Title, 32) // what fits into the menu; Teams takes 128
			within(t, "a command's description", c.Description, 128)
		}
	}
	if slices.Sort(scopes); !slices.Equal(scopes, []string{"groupChat", "personal", "team"}) {
		t.Errorf("commands are listed for %v", scopes)
	}
	report := m.ComposeExtensions[0].Commands[0]
	within(t, "the action's title", report.Title, 32)
	within(t, "the action's description", report.Description, 128)
	equal(t, "the action", fmt.Sprint(report.Title, report.Type, report.Context, report.FetchTask), fmt.Sprint("Report an incident", "action", []string{"message"}, true))
	equal(t, "the permissions", fmt.Sprint(m.Authorization.Permissions.ResourceSpecific), "[{ChannelMessage.Read.Group Application} {ChatMessage.Read.Chat Application}]")
	equal(t, "the domains", fmt.Sprint(m.ValidDomains), "[firstcall.fabrikam.example]")
	o.Public = ""
	equal(t, "the domains without a public address", fmt.Sprint(strictManifest(t, unpacked(t, o)["manifest.json"]).ValidDomains), "[]")
}

// TestPackageSpeaksThreeLanguages checks that every word that people see is in
// each language, under a key that Teams knows.
func TestPackageSpeaksThreeLanguages(t *testing.T) {
	files := unpacked(t, packageOptions())
	m := strictManifest(t, files["manifest.json"])
	want := map[string]int{"name.short": 30, "name.full": 100, "description.short": 80, "description.full": 4000}
	for i, l := range m.Bots[0].CommandLists {
		for k := range l.Commands {
			want[fmt.Sprintf("bots[0].commandLists[%d].commands[%d].title", i, k)] = 32
			want[fmt.Sprintf("bots[0].commandLists[%d].commands[%d].description", i, k)] = 128
		}
	}
	want["composeExtensions[0].commands[0].title"], want["composeExtensions[0].commands[0].description"] = 32, 128
	equal(t, "the languages", fmt.Sprint(m.Localization), "{en [{zh-cn zh-cn.json} {ja ja.json}]}")
	for _, name := range []string{"zh-cn.json", "ja.json"} {
		var texts map[string]string
		if err := json.Unmarshal(files[name], &texts); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		for key, most := range want {
			within(t, name+" "+key, texts[key], most)
		}
		for key, text := range texts {
			if want[key] == 0 && key != "$schema" {
				t.Errorf("%s has %q, which nothing in the manifest is called", name, key)
			}
			if strings.Contains(text, "事件") {
				t.Errorf("%s: %q says 事件", name, text)
			}
		}
	}
}

func TestPackageIconsAreAsTeamsWantsThem(t *testing.T) {
	files := unpacked(t, packageOptions())
	m := strictManifest(t, files["manifest.json"])
	for name, size := range map[string]int{m.Icons.Color: 192, m.Icons.Outline: 32} {
		img, err := png.Decode(bytes.NewReader(files[name]))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if b := img.Bounds(); b.Dx() != size || b.Dy() != size {
			t.Errorf("%s is %v, want %d by %d", name, b, size, size)
		}
		for y := range size {
			for x := range size {
				c := color.NRGBAModel.Convert(img.At(x, y)).(color.NRGBA)
				if size == 32 && c.A != 0 && (c.R != 255 || c.G != 255 || c.B != 255) {
					t.Fatalf("%s: %v at %d,%d; it may be white and transparent only", name, c, x, y)
				}
				if size == 192 && c.A != 255 {
					t.Fatalf("%s is transparent at %d,%d", name, x, y)
				}
			}
		}
	}
}

// The developer's name stands on one line of Teams' catalogue.
func TestPackageHasACleanDeveloper(t *testing.T) {
	for name, want := range map[string]string{
		" Fabrikam\r\n  Support\t": "Fabrikam Support", "Fabrikam\u2028Support": "Fabrikam Support", "Fabri\x00kam \u202eSupport": "Fabrikam Support",
		strings.Repeat("長", 32) + "\n": strings.Repeat("長", 32),
	} {
		o := packageOptions()
		o.Developer = name
		equal(t, fmt.Sprintf("the developer called %q", name), strictManifest(t, unpacked(t, o)["manifest.json"]).Developer.Name, want)
	}
}

func TestPackageRefusesWhatTeamsWould(t *testing.T) {
	for want, change := range map[string]func(*PackageOptions){
		"no GUID":                    func(o *PackageOptions) { o.AppID = "firstcall" },
		"not like 1.0.0":             func(o *PackageOptions) { o.Version = "v1" },
		"developer's name":           func(o *PackageOptions) { o.Developer = strings.Repeat("x", 33) },
		"name must have 1 to 32":     func(o *PackageOptions) { o.Developer = " \n\t" },
		"website address must":       func(o *PackageOptions) { o.Website = "http://fabrikam.example" },
		"privacy address must":       func(o *PackageOptions) { o.Privacy = "" },
		"terms address must":         func(o *PackageOptions) { o.Terms = "https://" },
		"public address must be an ": func(o *PackageOptions) { o.Public = "firstcall.example" },
	} {
		o := packageOptions()
		change(&o)
		raw, err := Package(o)
		if err == nil || raw != nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want an error with %q, got %v", want, err)
		}
	}
}
