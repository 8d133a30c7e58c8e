package main

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
)

// seal keeps platforms' tokens unreadable in the database and its copies. The key stays in the environment.
type seal struct{ aead cipher.AEAD }

var errKey = errors.New("FIRSTCALL_KEY must be 32 random bytes in base64, for example from: openssl rand -base64 32")

// newSeal reads the key of FIRSTCALL_KEY.
func newSeal(key string) (*seal, error) {
	raw, err := base64.StdEncoding.DecodeString(strings.TrimSpace(key))
	if err != nil || len(raw) != 32 {
		return nil, errKey
	}
	block, err := aes.NewCipher(raw)
	if err != nil {
		return nil, errKey
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		return nil, fmt.Errorf("prepare the sealing of tokens: %w", err)
	}
	return &seal{aead}, nil
}

// close seals a secret for its owner; it opens for nobody else.
func (s *seal) close(secret, owner string) ([]byte, error) {
	nonce := make([]byte, s.aead.NonceSize())
	if _, err := rand.Read(nonce); err != nil {
		return nil, fmt.Errorf("seal a token: %w", err)
	}
	return s.aead.Seal(nonce, nonce, []byte(secret), []byte(owner)), nil
}

var errSealed = errors.New("a token in the database can't be opened: it was sealed with another FIRSTCALL_KEY, or belongs to another workspace; install the app again")

// open reads what close made.
func (s *seal) open(sealed []byte, owner string) (string, error) {
	n := s.aead.NonceSize()
	if len(sealed) < n {
		return "", errSealed
	}
	secret, err := s.aead.Open(nil, sealed[:n], sealed[n:], []byte(owner))
	if err != nil {
		return "", errSealed
	}
	return string(secret), nil
}
