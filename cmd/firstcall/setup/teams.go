package setup

import (
	"net/url"
	"regexp"
	"strings"
)

var (
	guidShape  = regexp.MustCompile(`^[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}$`)
	teamsPlace = regexp.MustCompile(`^19:[^\s%;/?#@:]+@thread\.(?:tacv2|v2|skype)$`)
	teamsLinks = regexp.MustCompile(`19:[^\s%;/?#@:]+@thread\.(?:tacv2|v2|skype)`)
)

// IsGUID says whether an id is written as Microsoft writes those of tenants, people and apps.
func IsGUID(id string) bool { return guidShape.MatchString(id) }

// teamsGUID reads an id as events bring it, in small letters.
func teamsGUID(at value, id, what string) string {
	if id != "" && !IsGUID(id) {
		at.wrong("%q is not %s like 11111111-2222-4333-8444-555555555555", id, what)
	}
	return strings.ToLower(id)
}

// teamsTenant reads a tenant's id.
func teamsTenant(at value, id string) string {
	return teamsGUID(at, id, "a tenant's id in Teams: write its GUID (App Tenant ID in Azure, tenantId in a channel's link),")
}

// teamsChat reads the id of a person, or of a channel or a group chat, which a link holds with other signs for some of its own.
func teamsChat(at value, id string, person bool) string {
	if person {
		return teamsGUID(at, id, "a person's id in Teams: write the Object ID that Entra shows, a GUID")
	}
	if id == "" || teamsPlace.MatchString(id) {
		return id
	}
	if plain, err := url.PathUnescape(id); err == nil {
		if inside := teamsLinks.FindString(plain); inside != "" {
			at.wrong("%q is how a link has it; write %q", id, inside)
			return id
		}
	}
	at.wrong("%q is not a channel's id like \"19:...@thread.tacv2\", nor a group chat's like \"19:...@thread.v2\"", id)
	return id
}
