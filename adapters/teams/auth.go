package teams

import (
	"context"
	"crypto/rsa"
	"crypto/sha256"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
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

	errOtherApp     = errors.New("the token is for another app")
	errNoToken      = fmt.Errorf("%w: no bearer token", errUnauthorized)
	errOtherService = fmt.Errorf("%w: the token is for another service URL", errUnauthorized)
	errOtherChannel = fmt.Errorf("%w: another channel than %s", errUnauthorized, channelID)
	errNotEndorsed  = fmt.Errorf("%w: the key does not vouch for %s", errUnauthorized, channelID)
)

// reason is why a request is not the channel's, in words of ours alone.
func reason(err error) string {
	for _, known := range []struct {
		err error
		why string
	}{
		{errNoToken, "no bearer token"},
		{errOtherService, "the token is for another service URL"},
		{errOtherChannel, "another channel than Teams"},
		{errNotEndorsed, "the key does not vouch for Teams"},
		{jwt.ErrTokenExpired, "the token has expired; is the clock right?"},
		{jwt.ErrTokenNotValidYet, "the token is not valid yet; is the clock right?"},
		{jwt.ErrTokenUsedBeforeIssued, "the token is not valid yet; is the clock right?"},
		{errOtherApp, "the token is for another app; is MicrosoftAppId right?"},
		{jwt.ErrTokenInvalidIssuer, "another issuer; is the cloud right?"},
		{jwt.ErrTokenRequiredClaimMissing, "a claim is missing"},
		{jwt.ErrTokenUnverifiable, "no key of the channel's"},
		{jwt.ErrTokenSignatureInvalid, "the channel did not sign it"},
		{jwt.ErrTokenMalformed, "no token"},
	} {
		if errors.Is(err, known.err) {
			return known.why
		}
	}
	return "not the channel's"
}

// The rules of the channel's tokens.
// https://learn.microsoft.com/azure/bot-service/rest-api/bot-framework-rest-connector-authentication
const (
	leeway   = 5 * time.Minute // between the channel's clock and ours
	maxToken = 16 << 10
)

// validator checks that a request is the channel's, and meant for our app. There
// is nothing that switches it off. It is the library's auth.TokenValidator.
type validator struct {
	appID  string
	keys   *keys
	parser *jwt.Parser
	rules  *jwt.Validator // the parser's, for a token whose signature is remembered; the audience is looked at by isFor
	signed signatures
}

var _ auth.TokenValidator = (*validator)(nil)

func newValidator(c Cloud, appID string, client *http.Client, now func() time.Time) *validator {
	rules := []jwt.ParserOption{
		jwt.WithValidMethods([]string{jwt.SigningMethodRS256.Alg()}), jwt.WithIssuer(c.Issuer),
		jwt.WithExpirationRequired(), jwt.WithLeeway(leeway), jwt.WithTimeFunc(now),
	}
	return &validator{appID: appID, keys: newKeys(c.Metadata, client, now), parser: jwt.NewParser(rules...), rules: jwt.NewValidator(rules...)}
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
		return nil, errNoToken
	}
	sum := sha256.Sum256([]byte(text))
	s, known := v.signed.find(sum)
	c, err := s.claims, error(nil)
	if known {
		known, err = v.again(ctx, s, &c)
	}
	if !known {
		c = claims{}
		_, err = v.parser.ParseWithClaims(text, &c, func(token *jwt.Token) (any, error) {
			s.id, _ = token.Header["kid"].(string)
			k, err := v.keys.find(ctx, s.id)
			if err != nil {
				return nil, err
			}
			s.by, c.endorsements = k.public, k.endorsements
			return k.public, nil
		})
	}
	switch {
	case errors.Is(err, errNoKeys):
		return nil, err
	case err != nil:
		return nil, fmt.Errorf("%w: %w", errUnauthorized, err)
	case !v.isFor(c.Audience):
		return nil, fmt.Errorf("%w: %w than %s", errUnauthorized, errOtherApp, v.appID)
	case !known:
		s.claims = c
		v.signed.keep(sum, s)
	}
	return &c, nil
}

// isFor says whether a token is for our app. Its id is a GUID, which is the same
// in either case: portals and scripts don't agree on one.
func (v *validator) isFor(audience []string) bool {
	return v.appID != "" && slices.ContainsFunc(audience, func(app string) bool { return strings.EqualFold(app, v.appID) })
}

// again checks all of a token but its signature, which is remembered. It says
// false when another key has taken the place of the one that signed.
func (v *validator) again(ctx context.Context, s signature, c *claims) (same bool, err error) {
	k, err := v.keys.find(ctx, s.id)
	if err != nil {
		return true, err
	}
	if !k.public.Equal(s.by) {
		return false, nil
	}
	c.endorsements = k.endorsements
	return true, v.rules.Validate(c)
}

// signatures remembers of tokens that they were signed, for the channel sends
// many activities with one, and looking at it takes longer than all the rest of
// the check. Nothing else rests on it: that a token is good now, and that its key
// still is the channel's, is looked at every time.
type signatures struct {
	mu sync.Mutex
	of map[[sha256.Size]byte]signature // by the token's hash
}

// signature says which key signed a token, and what is in the token.
type signature struct {
	id     string
	by     *rsa.PublicKey
	claims claims
}

// mostSigned bounds the tokens remembered; they are forgotten all at once.
const mostSigned = 1000

func (s *signatures) find(sum [sha256.Size]byte) (signature, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	found, is := s.of[sum]
	return found, is
}

func (s *signatures) keep(sum [sha256.Size]byte, one signature) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.of == nil || len(s.of) >= mostSigned {
		s.of = map[[sha256.Size]byte]signature{}
	}
	s.of[sum] = one
}

// binds checks that the token belongs to this activity: its service URL, and a
// key that vouches for its channel. A key that names no channel vouches for all.
func (c *claims) binds(serviceURL, channel string) error {
	switch {
	case c.ServiceURL == "" || c.ServiceURL != serviceURL:
		return errOtherService
	case channel != channelID:
		return errOtherChannel
	case len(c.endorsements) > 0 && !slices.Contains(c.endorsements, channel):
		return errNotEndorsed
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
