package teams

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"golang.org/x/oauth2"
	"golang.org/x/oauth2/clientcredentials"
	"golang.org/x/sync/singleflight"
)

// How our own token is kept.
const (
	renewBefore  = 5 * time.Minute // its end
	freshFor     = time.Minute     // a token so young that is refused would be refused again
	refusedAgain = 5 * time.Second // after the token was refused to us
)

// tokens gets the bot's own token, as a single tenant's application. It renews it
// shortly before its end by the clock that New was given, and uses it until then.
// https://learn.microsoft.com/azure/bot-service/rest-api/bot-framework-rest-connector-authentication
type tokens struct {
	config clientcredentials.Config
	http   *http.Client
	now    func() time.Time
	flight singleflight.Group

	mu      sync.Mutex
	token   string
	got     time.Time
	until   time.Time // then it is renewed
	ends    time.Time // then it is used no more
	err     error     // why there is no new one, told until retryAt
	retryAt time.Time
}

// tokenSource makes the tokens of a registration.
func tokenSource(c Cloud, client *http.Client, o Options) *tokens {
	return &tokens{
		now: o.Now, http: client,
		config: clientcredentials.Config{
			ClientID: strings.ToLower(o.AppID), ClientSecret: o.AppPassword, Scopes: []string{c.Scope}, AuthStyle: oauth2.AuthStyleInParams,
			TokenURL: strings.TrimRight(c.Login, "/") + "/" + url.PathEscape(o.AppTenant) + "/oauth2/v2.0/token",
		},
	}
}

// get is the token, and whether it is so fresh that another one would be no
// better. Nobody waits for a renewal; without a token it waits for a fetch no
// longer than ctx, and all who wait share one.
func (s *tokens) get(ctx context.Context) (token string, fresh bool, err error) {
	token, fresh, renew, err := s.kept()
	if !renew {
		return token, fresh, err
	}
	done := s.flight.DoChan("", func() (any, error) {
		if _, _, still, err := s.kept(); !still { // another flight has just ended
			return nil, err
		}
		return nil, s.fetch(context.WithoutCancel(ctx))
	})
	if token != "" {
		return token, fresh, nil
	}
	select {
	case r := <-done:
		if r.Err != nil {
			return "", false, r.Err
		}
		token, fresh, _, err = s.kept()
		if token == "" && err == nil {
			err = &TokenError{Err: errors.New("it ended at once")}
		}
		return token, fresh, err
	case <-ctx.Done():
		return "", false, &TokenError{Err: ctx.Err()}
	}
}

// kept is the token that there is, and whether to get another one now; without
// either, why there is none.
func (s *tokens) kept() (token string, fresh, renew bool, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.now()
	paused := s.err != nil && now.Before(s.retryAt)
	switch {
	case s.token != "" && now.Before(s.until):
		return s.token, now.Sub(s.got) < freshFor, false, nil
	case s.token != "" && now.Before(s.ends):
		return s.token, false, !paused, nil
	case paused:
		return "", false, false, s.err
	}
	return "", false, true, nil
}

// forget lets the next one fetch a token, unless that has happened already.
func (s *tokens) forget(token string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.token == token {
		s.token = ""
	}
}

func (s *tokens) fetch(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(context.WithValue(ctx, oauth2.HTTPClient, s.http), fetchTimeout)
	defer cancel()
	got, err := s.config.Token(ctx)
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.now()
	if err == nil && !strings.EqualFold(got.Type(), "Bearer") {
		err = errors.New("it is no bearer token")
	}
	if err != nil {
		s.err, s.retryAt = tokenError(err), now.Add(refusedAgain)
		return s.err
	}
	life := lifeOf(got)
	s.err, s.token, s.got, s.ends = nil, got.AccessToken, now, now.Add(life)
	s.until = now.Add(max(life-renewBefore, life/2))
	return nil
}

// lifeOf is how long a token lasts, as the endpoint said it: the library reckons
// its end by the machine's clock, which need not be the one that we go by.
func lifeOf(token *oauth2.Token) time.Duration {
	seconds, err := strconv.ParseFloat(fmt.Sprint(token.Extra("expires_in")), 64)
	if err == nil && seconds > 0 && seconds <= 86_400 { // NaN is neither
		return time.Duration(seconds * float64(time.Second))
	}
	return time.Hour
}

// TokenError says why we have no token of our own. It holds neither the secret
// nor what the endpoint wrote, only its codes.
type TokenError struct {
	Status int    // 0: no answer
	Code   string // of OAuth: invalid_client
	Detail string // of Entra: AADSTS7000215
	Err    error  // of the way there
}

func (e *TokenError) Error() string {
	text := "get the bot's token"
	if e.Status != 0 {
		text += fmt.Sprintf(": status %d", e.Status)
	}
	for _, part := range []string{e.Code, e.Detail} {
		if part != "" {
			text += " " + part
		}
	}
	if e.Err != nil {
		text += ": " + e.Err.Error()
	}
	return text
}

// Unwrap is what happened on the way there.
func (e *TokenError) Unwrap() error { return e.Err }

func tokenError(err error) *TokenError {
	var refusal *oauth2.RetrieveError
	if !errors.As(err, &refusal) {
		var address *url.Error
		if errors.As(err, &address) {
			return &TokenError{Err: address}
		}
		return &TokenError{Err: errors.New("the answer is none of a token endpoint")}
	}
	e := &TokenError{Code: code(refusal.ErrorCode), Detail: code(aadsts(refusal.ErrorDescription))}
	if refusal.Response != nil {
		e.Status = refusal.Response.StatusCode
	}
	return e
}

// aadsts is Entra's own number of an error, by which it is looked up.
func aadsts(description string) string {
	at := strings.Index(description, "AADSTS")
	if at < 0 {
		return ""
	}
	end := at + len("AADSTS")
	for end < len(description) && description[end] >= '0' && description[end] <= '9' {
		end++
	}
	return description[at:end]
}

// code is a word that may stand in a log: whoever answers can't write there.
func code(s string) string {
	if len(s) > 100 || strings.ContainsFunc(s, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && r != '_' && r != '-' && r != '.'
	}) {
		return ""
	}
	return s
}
