package main

import (
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"io"
	"math/big"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
)

// stub stands in for Microsoft's services: the documents that lead to the channel's key, the endpoint for the bot's own token,
// and the connector, which takes every message.
type stub struct {
	origin   string
	metadata []byte
	keys     []byte
	posted   atomic.Int64 // messages
	strange  atomic.Int64 // calls of another kind
}

func newStub(public *rsa.PublicKey) (*stub, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	s := &stub{origin: "http://" + l.Addr().String()}
	if s.metadata, err = json.Marshal(map[string]any{
		"issuer": issuer, "jwks_uri": s.origin + "/keys", "id_token_signing_alg_values_supported": []string{"RS256"},
	}); err != nil {
		return nil, err
	}
	if s.keys, err = json.Marshal(map[string]any{"keys": []any{map[string]any{
		"kty": "RSA", "use": "sig", "kid": keyID, "x5t": keyID, "endorsements": []string{"msteams"},
		"n": base64.RawURLEncoding.EncodeToString(public.N.Bytes()),
		"e": base64.RawURLEncoding.EncodeToString(big.NewInt(int64(public.E)).Bytes()),
	}}}); err != nil {
		return nil, err
	}
	go func() { _ = http.Serve(l, s) }() //nolint:gosec // It is called by our own children alone, and ends with us.
	return s, nil
}

// service is the connector's address, as activities name it.
func (s *stub) service() string { return s.origin + "/emea/" }

// ServeHTTP implements http.Handler.
func (s *stub) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	_, _ = io.Copy(io.Discard, r.Body) // so that the connection is used again
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	switch path := r.URL.Path; {
	case path == "/metadata":
		_, _ = w.Write(s.metadata)
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
