package slackfake

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

// args are the arguments of a Web API call. A form gives strings; a JSON body
// gives what it says. The readers take both.
type args map[string]any

// readArgs reads the arguments and the token, which Slack takes from the
// header or from the form.
func readArgs(r *http.Request) (args, string, error) {
	a := args{}
	token := strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")
	for k, v := range r.URL.Query() {
		a[k] = v[0]
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, "", fmt.Errorf("reading the body: %w", err)
	}
	kind, params, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	switch kind {
	case "application/json":
		if len(body) > 0 && string(body) != "null" {
			if err := json.Unmarshal(body, &a); err != nil {
				return nil, "", fmt.Errorf("reading JSON: %w", err)
			}
		}
	case "multipart/form-data":
		return nil, "", errors.New("multipart is not expected: " + params["boundary"])
	default:
		form, err := url.ParseQuery(string(body))
		if err != nil {
			return nil, "", fmt.Errorf("reading a form: %w", err)
		}
		for k, v := range form {
			a[k] = v[0]
		}
	}
	if t, ok := a["token"].(string); ok {
		if kind == "application/json" {
			return nil, "", errors.New("a token does not belong into a JSON body")
		}
		token = t
		delete(a, "token")
	}
	return a, token, nil
}

func (a args) str(key string) string {
	switch v := a[key].(type) {
	case string:
		return v
	case bool:
		return strconv.FormatBool(v)
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	}
	return ""
}

func (a args) has(key string) bool { _, ok := a[key]; return ok }

func (a args) yes(key string) bool {
	v := a.str(key)
	return v == "true" || v == "1"
}

// flag is a boolean that may be left out.
func (a args) flag(key string) *bool {
	if !a.has(key) {
		return nil
	}
	v := a.yes(key)
	return &v
}

func (a args) number(key string, otherwise int) int {
	n, err := strconv.Atoi(a.str(key))
	if err != nil {
		return otherwise
	}
	return n
}

// list is a comma separated string or an array of strings.
func (a args) list(key string) []string {
	switch v := a[key].(type) {
	case string:
		var out []string
		if strings.HasPrefix(v, "[") {
			if json.Unmarshal([]byte(v), &out) == nil {
				return out
			}
		}
		for part := range strings.SplitSeq(v, ",") {
			if part = strings.TrimSpace(part); part != "" {
				out = append(out, part)
			}
		}
		return out
	case []any:
		var out []string
		for _, x := range v {
			out = append(out, fmt.Sprint(x))
		}
		return out
	}
	return nil
}

// value decodes an argument that is JSON, given as text or inside a JSON body.
func (a args) value(key string) (any, error) {
	text, ok := a[key].(string)
	if !ok {
		return a[key], nil
	}
	if strings.TrimSpace(text) == "" {
		return nil, nil
	}
	var v any
	if err := json.Unmarshal([]byte(text), &v); err != nil {
		return nil, fmt.Errorf("argument %s: %w", key, err)
	}
	return v, nil
}

// object is value for an argument that must be an object; nil if left out.
func (a args) object(key string) (Block, error) {
	v, err := a.value(key)
	if err != nil || v == nil {
		return nil, err
	}
	o, ok := v.(Block)
	if !ok {
		return nil, fmt.Errorf("argument %s is not an object", key)
	}
	return o, nil
}

// blocks is value for an array of objects; nil if left out.
func (a args) blocks(key string) ([]Block, error) {
	v, err := a.value(key)
	if err != nil || v == nil {
		return nil, err
	}
	items, ok := v.([]any)
	if !ok {
		return nil, fmt.Errorf("argument %s is not an array", key)
	}
	return toBlocks(items)
}

func toBlocks(items []any) ([]Block, error) {
	out := []Block{}
	for i, item := range items {
		o, ok := item.(Block)
		if !ok {
			return nil, fmt.Errorf("item %d is not an object", i)
		}
		out = append(out, o)
	}
	return out, nil
}
