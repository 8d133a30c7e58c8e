package teams

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/infracloudio/msbotbuilder-go/connector/auth"
	"github.com/infracloudio/msbotbuilder-go/schema"
)

// What a request's token may be lacking. errUnauthorized is in every error that
// says that the channel didn't sign this; errNoKeys says that nobody can tell.
var (
	errUnauthorized = errors.New("this is not the channel's")
	errNoKeys       = errors.New("the channel's keys can't be had")
)

// The rules of the channel's tokens.
// https://learn.microsoft.com/azure/bot-service/rest-api/bot-framework-rest-connector-authentication
const (
	leeway   = 5 * time.Minute // between the channel's clock and ours
	maxToken = 16 << 10
)

// validator checks that a request is the channel's, and meant for our app. There
// is nothing that switches it off. It is the library's auth.TokenValidator.
type validator struct {
	keys   *keys
	parser *jwt.Parser
}

var _ auth.TokenValidator = (*validator)(nil)

func newValidator(c Cloud, appID string, client *http.Client, now func() time.Time) *validator {
	return &validator{
		keys: newKeys(c.Metadata, client, now),
		parser: jwt.NewParser(
			jwt.WithValidMethods([]string{jwt.SigningMethodRS256.Alg()}), jwt.WithIssuer(c.Issuer), jwt.WithAudience(appID),
			jwt.WithExpirationRequired(), jwt.WithLeeway(leeway), jwt.WithTimeFunc(now),
		),
	}
}

// claims are what the channel signed. Those of a type that nobody expects
// refuse the token instead of ending the program.
type claims struct {
	jwt.RegisteredClaims
	ServiceURL   string   `json:"serviceurl"`
	endorsements []string // of the key that signed
}

// verify checks the header's token: who signed it, for whom, and when.
func (v *validator) verify(ctx context.Context, header string) (*claims, error) {
	text, is := bearer(header)
	if !is {
		return nil, fmt.Errorf("%w: no bearer token", errUnauthorized)
	}
	var c claims
	_, err := v.parser.ParseWithClaims(text, &c, func(token *jwt.Token) (any, error) {
		id, _ := token.Header["kid"].(string)
		k, err := v.keys.find(ctx, id)
		if err != nil {
			return nil, err
		}
		c.endorsements = k.endorsements
		return k.public, nil
	})
	switch {
	case errors.Is(err, errNoKeys):
		return nil, err
	case err != nil:
		return nil, fmt.Errorf("%w: %w", errUnauthorized, err)
	}
	return &c, nil
}

// binds checks that the token belongs to this activity: its service URL, and a
// key that vouches for its channel. A key that names no channel vouches for all.
func (c *claims) binds(serviceURL, channel string) error {
	switch {
	case c.ServiceURL == "" || c.ServiceURL != serviceURL:
		return fmt.Errorf("%w: the token is for another service URL", errUnauthorized)
	case channel != channelID:
		return fmt.Errorf("%w: another channel than %s", errUnauthorized, channelID)
	case len(c.endorsements) > 0 && !slices.Contains(c.endorsements, channel):
		return fmt.Errorf("%w: the key does not vouch for %s", errUnauthorized, channelID)
	}
	return nil
}

// AuthenticateRequest is the library's way to ask the same. What it is told of
// credentials and channels is not used: ours were given to New.
func (v *validator) AuthenticateRequest(ctx context.Context, a schema.Activity, header string, _ auth.CredentialProvider, _ string) (auth.ClaimsIdentity, error) {
	c, err := v.verify(ctx, header)
	if err == nil {
		err = c.binds(a.ServiceURL, a.ChannelID)
	}
	if err != nil {
		return nil, err
	}
	return c, nil
}

// GetClaimValue is the claim as text; "" when there is none of that name.
func (c *claims) GetClaimValue(name string) string {
	switch name {
	case "iss":
		return c.Issuer
	case "aud":
		return strings.Join(c.Audience, " ")
	case "serviceurl":
		return c.ServiceURL
	}
	return ""
}

// IsAuthenticated is always true: other claims are never handed out.
func (c *claims) IsAuthenticated() bool { return true }

// bearer is the token of an Authorization header.
func bearer(header string) (token string, is bool) {
	scheme, token, is := strings.Cut(header, " ")
	token = strings.TrimSpace(token)
	return token, is && strings.EqualFold(scheme, "Bearer") && token != "" && len(token) <= maxToken
}
