package main

import (
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"math/big"
	"net/http"
	"strings"
	"sync/atomic"
)

// stub stands in for Microsoft's services: the documents that lead to the channel's key, the endpoint for the bot's own token,
// and the connector, which takes every message.
type stub struct {
	keys    []byte
	posted  atomic.Int64 // messages
	strange atomic.Int64 // calls of another kind
}

func newStub(public *rsa.PublicKey) (s *stub, err error) {
	s = &stub{}
	s.keys, err = json.Marshal(map[string]any{"keys": []any{map[string]any{
		"kty": "RSA", "use": "sig", "kid": keyID, "x5t": keyID, "endorsements": []string{"msteams"},
		"n": base64.RawURLEncoding.EncodeToString(public.N.Bytes()),
		"e": base64.RawURLEncoding.EncodeToString(big.NewInt(int64(public.E)).Bytes()),
	}}})
	return s, err
}

// ServeHTTP implements http.Handler.
func (s *stub) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	_, _ = io.Copy(io.Discard, r.Body) // so that the connection is used again
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	switch path := r.URL.Path; {
	case path == "/metadata":
		fmt.Fprintf(w, `{"issuer":%q,"jwks_uri":"http://%s/keys","id_token_signing_alg_values_supported":["RS256"]}`, issuer, r.Host)
	case path == "/keys":
		_, _ = w.Write(s.keys)
	case strings.HasSuffix(path, "/token"):
		_, _ = io.WriteString(w, `{"token_type":"Bearer","expires_in":3600,"access_token":"bench"}`)
	case r.Method == http.MethodPost && strings.Contains(path, "/activities"):
		s.posted.Add(1)
		w.WriteHeader(http.StatusCreated)
		_, _ = io.WriteString(w, `{"id":"1772442000123"}`)
	default:
		s.strange.Add(1)
		_, _ = io.WriteString(w, `{"id":"a:1bench"}`)
	}
}
