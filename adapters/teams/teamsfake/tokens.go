package teamsfake

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math/big"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"
)

// signing is the channel's present key, and what the key document says of it.
type signing struct {
	index        int // 0, 1, …: rotation takes the next one
	endorsements []string
}

func (s signing) kid() string { return fmt.Sprintf("key-%d", s.index) }

// forgedKey is the index of a key that is never published.
const forgedKey = -1

var (
	rsaMu   sync.Mutex
	rsaKeys = map[int]*rsa.PrivateKey{}
)

// rsaKey makes a key at its first use: all fakes of a test binary share them,
// for making one takes longer than most tests.
func rsaKey(index int) *rsa.PrivateKey {
	rsaMu.Lock()
	defer rsaMu.Unlock()
	if rsaKeys[index] == nil {
		key, err := rsa.GenerateKey(rand.Reader, 2048)
		if err != nil {
			panic(err) // no randomness: nothing works
		}
		rsaKeys[index] = key
	}
	return rsaKeys[index]
}

// RotateKeys replaces the channel's key: the old one is gone from the key
// document and signs nothing any more.
func (f *Fake) RotateKeys() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.keys.index++
}

// SetEndorsements changes for which channels the keys vouch; nil leaves the
// property out.
func (f *Fake) SetEndorsements(channels []string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.keys.endorsements = channels
}

func (f *Fake) metadata(w http.ResponseWriter, r *http.Request) {
	f.record(w, OpMetadata, r, "", nil)
	if f.faulty(w, r, OpMetadata, "", nil) {
		return
	}
	answer(w, http.StatusOK, map[string]any{
		"issuer":                                f.Issuer(),
		"authorization_endpoint":                "https://invalid.botframework.com",
		"jwks_uri":                              f.server.URL + "/v1/.well-known/keys",
		"id_token_signing_alg_values_supported": []string{"RS256"},
		"token_endpoint_auth_methods_supported": []string{"private_key_jwt"},
	})
}

func (f *Fake) jwks(w http.ResponseWriter, r *http.Request) {
	f.record(w, OpKeys, r, "", nil)
	if f.faulty(w, r, OpKeys, "", nil) {
		return
	}
	f.mu.Lock()
	keys := f.keys
	f.mu.Unlock()
	pub := rsaKey(keys.index).PublicKey
	key := map[string]any{
		"kty": "RSA", "use": "sig", "kid": keys.kid(), "x5t": keys.kid(),
		"n": b64(pub.N.Bytes()), "e": b64(big.NewInt(int64(pub.E)).Bytes()),
	}
	if keys.endorsements != nil {
		key["endorsements"] = keys.endorsements
	}
	answer(w, http.StatusOK, map[string]any{"keys": []any{key}})
}

// bearer is a token the bot got for itself.
type bearer struct {
	until   time.Time
	revoked bool
}

// token is the single-tenant token endpoint of Entra.
func (f *Fake) token(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, 64<<10)
	err := r.ParseForm()
	f.record(w, OpToken, r, "", nil)
	if f.faulty(w, r, OpToken, "", nil) {
		return
	}
	id, secret := r.PostForm.Get("client_id"), r.PostForm.Get("client_secret")
	if user, password, ok := r.BasicAuth(); ok { // RFC 6749, 2.3.1: both are escaped like a form's
		id, _ = url.QueryUnescape(user)
		secret, _ = url.QueryUnescape(password)
	}
	refuse := func(status int, code, format string, args ...any) {
		why := fmt.Sprintf(format, args...)
		f.problem("token endpoint: %s: %s", code, why)
		answer(w, status, map[string]any{"error": code, "error_description": why, "error_codes": []int{7000215}})
	}
	switch {
	case err != nil || r.Method != http.MethodPost:
		refuse(http.StatusBadRequest, "invalid_request", "%s %v", r.Method, err)
	case r.URL.Path != "/"+f.o.TenantID+"/oauth2/v2.0/token":
		refuse(http.StatusBadRequest, "invalid_request", "AADSTS90002: no tenant %q", r.URL.Path)
	case !strings.HasPrefix(r.Header.Get("Content-Type"), "application/x-www-form-urlencoded"):
		refuse(http.StatusBadRequest, "invalid_request", "AADSTS900144: a body of type %q", r.Header.Get("Content-Type"))
	case r.PostForm.Get("grant_type") != "client_credentials":
		refuse(http.StatusBadRequest, "unsupported_grant_type", "AADSTS70003: %q", r.PostForm.Get("grant_type"))
	case id != f.o.AppID:
		refuse(http.StatusBadRequest, "unauthorized_client", "AADSTS700016: no application %q here", id)
	case secret != f.o.Secret:
		refuse(http.StatusUnauthorized, "invalid_client", "AADSTS7000215: invalid client secret")
	case r.PostForm.Get("scope") != f.Scope():
		refuse(http.StatusBadRequest, "invalid_scope", "AADSTS70011: %q", r.PostForm.Get("scope"))
	default:
		f.mu.Lock()
		token := fmt.Sprintf("bearer-%d-%s", len(f.bearers)+1, guid(fmt.Sprint(len(f.bearers))))
		f.bearers[token] = bearer{until: f.o.Now().Add(f.o.BearerLife)}
		f.mu.Unlock()
		life := int(f.o.BearerLife / time.Second)
		answer(w, http.StatusOK, map[string]any{"token_type": "Bearer", "expires_in": life, "ext_expires_in": life, "access_token": token})
	}
}

// RevokeBearers makes the connector refuse (401) all tokens given out so far;
// being refused so is not a problem of the test.
func (f *Fake) RevokeBearers() {
	f.mu.Lock()
	defer f.mu.Unlock()
	for token, b := range f.bearers {
		b.revoked = true
		f.bearers[token] = b
	}
}

// authorised checks the bot's token, and answers 401 otherwise.
func (f *Fake) authorised(w http.ResponseWriter, r *http.Request) bool {
	header := r.Header.Get("Authorization")
	f.mu.Lock()
	b, known := f.bearers[strings.TrimPrefix(header, "Bearer ")]
	late := known && f.o.ExpireBearer && !f.o.Now().Before(b.until)
	f.mu.Unlock()
	switch {
	case !strings.HasPrefix(header, "Bearer ") || !known:
		f.problem("%s %s: the bot's token is missing or not one of ours", r.Method, r.URL.Path)
	case late && !b.revoked:
		f.problem("%s %s: the bot's token has expired", r.Method, r.URL.Path)
	case !b.revoked:
		return true
	}
	answer(w, http.StatusUnauthorized, map[string]any{"message": "Authorization has been denied for this request."})
	return false
}

// How changes one delivery: its token, or its bytes. Without any, the token is
// what Teams sends.
type How func(*delivery)

type delivery struct {
	alg     string
	kid     string
	key     int
	claims  map[string]any
	header  string // the whole Authorization header, when it isn't made of a token
	plain   bool   // header is used
	scheme  string
	service string // the service URL of activity and claim
	body    []byte // instead of the activity
	kindOf  string // Content-Type
}

// NoToken leaves the Authorization header out.
func NoToken() How { return func(d *delivery) { d.plain, d.header = true, "" } }

// Authorization sends the header as it is.
func Authorization(header string) How {
	return func(d *delivery) { d.plain, d.header = true, header }
}

// NoBearer sends the token without the word before it.
func NoBearer() How { return func(d *delivery) { d.scheme = "" } }

// Expired signs a token whose time was up so long ago.
func Expired(ago time.Duration) How {
	return func(d *delivery) { d.shift("exp", -time.Hour-ago); d.shift("nbf", -time.Hour-ago) }
}

// NotYet signs a token that becomes valid only in so long.
func NotYet(in time.Duration) How { return func(d *delivery) { d.shift("nbf", in) } }

// shift moves a time claim; they start as nbf = now, exp = now + 1 h.
func (d *delivery) shift(claim string, by time.Duration) {
	d.claims[claim] = d.claims[claim].(int64) + int64(by/time.Second)
}

// Claim sets a claim to anything; nil leaves it out.
func Claim(name string, value any) How {
	return func(d *delivery) {
		d.claims[name] = value
		if value == nil {
			delete(d.claims, name)
		}
	}
}

// NoExpiry leaves out when the token ends.
func NoExpiry() How { return Claim("exp", nil) }

// Audience signs for another application.
func Audience(id string) How { return Claim("aud", id) }

// Issuer signs as another issuer.
func Issuer(iss string) How { return Claim("iss", iss) }

// NoServiceURLClaim leaves out for which service URL the token is.
func NoServiceURLClaim() How { return Claim("serviceurl", nil) }

// ServiceURLClaim signs for another service URL than the activity's.
func ServiceURLClaim(url string) How { return Claim("serviceurl", url) }

// ServiceURL sets another service URL in the activity and, properly signed, in
// the token.
func ServiceURL(url string) How {
	return func(d *delivery) { d.service, d.claims["serviceurl"] = url, url }
}

// ForgedKey signs with a key of somebody else under the id of the channel's.
func ForgedKey() How { return func(d *delivery) { d.key = forgedKey } }

// UnknownKey signs with a key of somebody else under an id that isn't published.
func UnknownKey() How {
	return func(d *delivery) { d.key, d.kid = forgedKey, "key-of-nobody" }
}

// AlgNone sends a token that says it needs no signature.
func AlgNone() How { return func(d *delivery) { d.alg = "none" } }

// AlgRS512 signs, with the right key, by an algorithm the channel doesn't use.
func AlgRS512() How { return func(d *delivery) { d.alg = "RS512" } }

// Body sends these bytes instead of the activity.
func Body(raw []byte) How { return func(d *delivery) { d.body = raw } }

// newDelivery is what Teams sends.
func (f *Fake) newDelivery(service string) *delivery {
	f.mu.Lock()
	defer f.mu.Unlock()
	now := f.o.Now().Unix()
	return &delivery{
		alg: "RS256", kid: f.keys.kid(), key: f.keys.index, scheme: "Bearer ", kindOf: "application/json; charset=utf-8",
		claims: map[string]any{"iss": f.Issuer(), "aud": f.o.AppID, "serviceurl": service, "nbf": now, "exp": now + 3600},
	}
}

// authorization is the header with the token, signed.
func (d *delivery) authorization() string {
	if d.plain {
		return d.header
	}
	head, _ := json.Marshal(map[string]any{"alg": d.alg, "kid": d.kid, "x5t": d.kid, "typ": "JWT"})
	claims, _ := json.Marshal(d.claims)
	text := b64(head) + "." + b64(claims)
	return d.scheme + text + "." + b64(signed(d.alg, d.key, text))
}

// signatures are those that were made. The algorithm gives the same one for the
// same text, and makes it slowly, a race detector's build above all.
var signatures sync.Map

type toSign struct {
	alg  string
	key  int
	text string
}

func signed(alg string, key int, text string) (signature []byte) {
	what := toSign{alg, key, text}
	if known, ok := signatures.Load(what); ok {
		return known.([]byte)
	}
	switch alg {
	case "RS256":
		sum := sha256.Sum256([]byte(text))
		signature, _ = rsa.SignPKCS1v15(rand.Reader, rsaKey(key), crypto.SHA256, sum[:])
	case "RS512":
		sum := sha512.Sum512([]byte(text))
		signature, _ = rsa.SignPKCS1v15(rand.Reader, rsaKey(key), crypto.SHA512, sum[:])
	}
	signatures.Store(what, signature)
	return signature
}

// Token is a token as Teams signs it now, "Bearer" included, for tests that
// post by themselves.
func (f *Fake) Token(how ...How) string {
	d := f.newDelivery(f.ServiceURL())
	for _, h := range how {
		h(d)
	}
	return d.authorization()
}

func b64(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

// answer writes a JSON answer.
func answer(w http.ResponseWriter, status int, body any) {
	raw, err := json.Marshal(body)
	if err != nil {
		panic(err) // the fake's own answers are plain
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write(raw)
}
