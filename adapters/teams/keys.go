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
	keysLast     = 24 * time.Hour   // then they are fetched again
	unknownAgain = 5 * time.Minute  // between two fetches for an id that isn't among them
	failureAgain = 30 * time.Second // after a fetch that failed
	nothingAgain = 5 * time.Second  // the same while there is no key at all
	fetchTimeout = 10 * time.Second // for the two documents together
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

// find returns the key of that id. It fetches where that may help, and waits for
// it no longer than ctx.
func (k *keys) find(ctx context.Context, id string) (publicKey, error) {
	key, known, fetch := k.look(id)
	if fetch {
		done := k.flight.DoChan("", func() (any, error) {
			k.fetch(id)
			return nil, nil
		})
		select {
		case <-done:
		case <-ctx.Done():
		}
		key, known, _ = k.look(id)
	}
	k.mu.Lock()
	none := len(k.byID) == 0
	k.mu.Unlock()
	switch {
	case known:
		return key, nil
	case none:
		return publicKey{}, errNoKeys
	}
	return publicKey{}, errors.New("no such key")
}

// look is the key of that id as far as it is known, and whether to fetch now:
// when the keys are old or the id is unknown, but not right after an attempt.
// An attempt counts from its end, so that whoever waits for it is not refused.
func (k *keys) look(id string) (key publicKey, known, fetch bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	key, known = k.byID[id]
	now := k.now()
	pause := unknownAgain
	switch {
	case k.failed && len(k.byID) == 0:
		pause = nothingAgain
	case k.failed:
		pause = failureAgain
	case now.Sub(k.fetched) >= keysLast:
		pause = 0
	case known:
		return key, true, false
	}
	if known && now.Sub(k.fetched) < keysLast {
		return key, true, false
	}
	return key, known, k.tried.IsZero() || now.Sub(k.tried) >= pause
}

// fetch reads the keys, if that still helps to find an id: another fetch may
// just have ended. What fails leaves the old ones as they are.
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
