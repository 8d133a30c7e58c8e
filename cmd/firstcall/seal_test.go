package main

import (
	"bytes"
	"encoding/base64"
	"errors"
	"testing"
)

func TestTokensAreSealed(t *testing.T) {
	key := func(b byte) string { return base64.StdEncoding.EncodeToString(bytes.Repeat([]byte{b}, 32)) }
	s, err := newSeal(key(1))
	if err != nil {
		t.Fatal(err)
	}
	sealed, err := s.close("xoxb-canary", "slack T1")
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(sealed, []byte("canary")) {
		t.Error("the token can be read in what is kept")
	}
	if got, err := s.open(sealed, "slack T1"); err != nil || got != "xoxb-canary" {
		t.Errorf("opened: %q, %v", got, err)
	}
	if _, err := s.open(sealed, "slack T2"); !errors.Is(err, errSealed) {
		t.Errorf("another workspace's row opens it: %v", err)
	}
	other, _ := newSeal(key(2))
	if _, err := other.open(sealed, "slack T1"); !errors.Is(err, errSealed) {
		t.Errorf("another key opens it: %v", err)
	}
	if _, err := s.open([]byte("short"), "slack T1"); !errors.Is(err, errSealed) {
		t.Errorf("a stump opens: %v", err)
	}
	for _, bad := range []string{"", "not base64!", "c2hvcnQ="} {
		if _, err := newSeal(bad); !errors.Is(err, errKey) {
			t.Errorf("the key %q is taken: %v", bad, err)
		}
	}
}
