package teams

import (
	"context"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net/http"
	"net/url"
	"sync"
	"time"

	"golang.org/x/sync/singleflight"
)

// How the channel's keys are kept.
const (
	keysLast     = 24 * time.Hour     // then they are fetched again
	keysEnd      = 5 * 24 * time.Hour // then they are trusted no more; Microsoft lets them be kept for that long
	unknownAgain = 5 * time.Minute    // between two fetches for an id that isn't among them
	failureAgain = 30 * time.Second   // after a fetch that failed
	nothingAgain = 5 * time.Second    // the same while there is no key to trust
	fetchTimeout = 10 * time.Second   // for the two documents together
	maxMetadata  = 64 << 10
	maxKeys      = 1 << 20
	smallestKey  = 2048 // bits
)

// keys are the channel's public keys, by id. They are fetched when first asked
// for, so that a start doesn't depend on Microsoft.
type keys struct {
	metadata string
	http     *http.Client
	now      func() time.Time

	mu      sync.Mutex
	byID    map[string]publicKey
	fetched time.Time // when byID came
	tried   time.Time // when the last attempt ended
	failed  bool      // it failed

	flight singleflight.Group
}

// publicKey is one of them, and the channels it vouches for.
type publicKey struct {
	public       *rsa.PublicKey
	endorsements []string
}

func newKeys(metadata string, client *http.Client, now func() time.Time) *keys {
	return &keys{metadata: metadata, http: client, now: now}
}

// find returns the key of that id. It fetches where that may help. A key that is
// known is used meanwhile; for any other one it waits no longer than ctx.
// errNoKeys says that nobody can tell now whether the id is the channel's.
func (k *keys) find(ctx context.Context, id string) (publicKey, error) {
	key, is, fetch := k.look(id)
	if fetch {
		done := k.flight.DoChan("", func() (any, error) {
			k.fetch(id)
			return nil, nil
		})
		if is == trusted {
			return key, nil
		}
		select {
		case <-done:
		case <-ctx.Done():
			return publicKey{}, errNoKeys
		}
		key, is, _ = k.look(id)
	}
	switch is {
	case trusted:
		return key, nil
	case nobodys:
		return publicKey{}, errors.New("no such key")
	}
	return publicKey{}, errNoKeys
}

// standing says what is known of a key's id.
type standing int

const (
	untold  standing = iota // the keys are too old to tell, or could not be had just now
	nobodys                 // the keys are there, and it is not among them
	trusted
)

// look is the key of that id as far as it is known, and whether to fetch now:
// when the keys are old or the id is unknown, but not right after an attempt.
// An attempt counts from its end, so that whoever waits for it is not refused.
func (k *keys) look(id string) (key publicKey, is standing, fetch bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	now := k.now()
	age, ended := now.Sub(k.fetched), now.Sub(k.tried)
	key, known := k.byID[id]
	usable := len(k.byID) > 0 && age < keysEnd
	switch {
	case usable && known:
		is = trusted
	case usable && !k.failed && age < keysLast:
		is = nobodys
	}
	pause := unknownAgain
	switch {
	case is == trusted && age < keysLast:
		return key, is, false
	case k.tried.IsZero():
		pause = 0
	case k.failed && !usable:
		pause = nothingAgain
	case k.failed:
		pause = failureAgain
	case age >= keysLast:
		pause = 0
	}
	return key, is, ended >= pause
}

// fetch reads the keys, if that still helps to find an id: another fetch may
// just have ended. What fails leaves the old ones as they are, until their end.
func (k *keys) fetch(id string) {
	if _, _, still := k.look(id); !still {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), fetchTimeout)
	defer cancel()
	byID, err := k.read(ctx)
	k.mu.Lock()
	defer k.mu.Unlock()
	k.tried = k.now()
	if k.failed = err != nil; k.failed {
		return
	}
	k.byID, k.fetched = byID, k.tried
}

func (k *keys) read(ctx context.Context) (map[string]publicKey, error) {
	var metadata struct {
		Keys string `json:"jwks_uri"`
	}
	if err := k.get(ctx, k.metadata, maxMetadata, &metadata); err != nil {
		return nil, fmt.Errorf("read the channel's metadata: %w", err)
	}
	from, err := url.Parse(k.metadata)
	if err != nil {
		return nil, fmt.Errorf("read the channel's metadata: %w", err)
	}
	to, err := url.Parse(metadata.Keys)
	if err != nil || to.Scheme != from.Scheme || to.Host != from.Host || to.User != nil {
		return nil, errors.New("the channel's metadata names keys at another place")
	}
	var document struct {
		Keys []jsonKey `json:"keys"`
	}
	if err := k.get(ctx, to.String(), maxKeys, &document); err != nil {
		return nil, fmt.Errorf("read the channel's keys: %w", err)
	}
	byID := map[string]publicKey{}
	for _, j := range document.Keys {
		if public, ok := j.read(); ok {
			byID[j.ID] = publicKey{public: public, endorsements: j.Endorsements}
		}
	}
	if len(byID) == 0 {
		return nil, errors.New("the channel has no key that we could use")
	}
	return byID, nil
}

// get reads one small JSON document.
func (k *keys) get(ctx context.Context, at string, most int64, into any) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, at, nil)
	if err != nil {
		return err
	}
	resp, err := k.http.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("status %d", resp.StatusCode)
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, most+1))
	switch {
	case err != nil:
		return err
	case int64(len(body)) > most:
		return fmt.Errorf("longer than %d bytes", most)
	}
	return json.Unmarshal(body, into)
}

// jsonKey is a key as RFC 7517 writes it.
type jsonKey struct {
	Kind         string   `json:"kty"`
	Use          string   `json:"use"`
	ID           string   `json:"kid"`
	N            string   `json:"n"`
	E            string   `json:"e"`
	Endorsements []string `json:"endorsements"`
}

// read is false for what doesn't sign tokens for us.
func (j *jsonKey) read() (*rsa.PublicKey, bool) {
	if j.Kind != "RSA" || j.ID == "" || j.Use != "" && j.Use != "sig" {
		return nil, false
	}
	n, err1 := base64.RawURLEncoding.DecodeString(j.N)
	e, err2 := base64.RawURLEncoding.DecodeString(j.E)
	if err1 != nil || err2 != nil || len(e) == 0 || len(e) > 4 {
		return nil, false
	}
	public := &rsa.PublicKey{N: new(big.Int).SetBytes(n), E: int(new(big.Int).SetBytes(e).Int64())}
	if public.N.BitLen() < smallestKey || public.N.BitLen() > 4*smallestKey || public.E < 3 || public.E%2 == 0 {
		return nil, false
	}
	return public, true
}
