package bot

import (
	"strings"
	"time"

	"example.com/firstcall/bot/words"
	"example.com/firstcall/domain/terms"
)

// channelList says how a case is made: "by phone or on the support website".
func channelList(w *words.Words, all []terms.Channel) words.Text {
	var out []words.Text
	for _, c := range all {
		way, ok := w.Look("way", string(c), nil)
		if !ok {
			way = w.Channel(c)
		}
		out = append(out, way)
	}
	return w.OneOf(out...)
}

func factList(w *words.Words, all []terms.Fact) words.Text {
	var out []words.Text
	for _, f := range all {
		out = append(out, w.Fact(f))
	}
	return w.Items(out...)
}

// theirList is factList for the provider's people.
func theirList(w *words.Words, all []terms.Fact) words.Text {
	var out []words.Text
	for _, f := range all {
		out = append(out, w.Theirs(f.Code, f.Args))
	}
	return w.Items(out...)
}

// worded adds the forms in which sentences want the arguments of a rule: an
// instant as "..._at", a length as "..._duration", a code as "..._text".
func worded(w *words.Words, args map[string]string) map[string]string {
	out := make(map[string]string, 2*len(args)+4)
	for k, v := range args {
		out[k] = v
		if t, ok := instantIn(v); ok {
			out[k+"_at"], out[k+"_text"] = v, string(words.At(t))
			continue
		}
		if lengthIn(v) {
			out[k+"_duration"] = v
			if k == "left" {
				out["rest_duration"] = v
			}
			continue
		}
		switch k {
		case "route":
			out["route_text"] = string(w.Code(terms.Code(v), nil))
		case "status":
			t, _ := w.Look("status", v, nil)
			out["status_text"] = string(t)
		case "broad", "clock", "fact", "kind", "side", "via": // codes; all else is what people wrote
			if t, ok := w.Look("choice", v, nil); ok {
				out[k+"_text"] = string(t)
				break
			}
			out[k+"_text"] = string(words.Plain(v))
		default:
			out[k+"_text"] = string(words.Plain(v))
		}
	}
	return out
}

// instantIn reads an RFC 3339 instant. Most values are none, and an error of the
// time package costs more than a look.
func instantIn(v string) (time.Time, bool) {
	if len(v) < len("2006-01-02T15:04:05Z") || len(v) > len(time.RFC3339Nano) || v[4] != '-' || v[10] != 'T' {
		return time.Time{}, false
	}
	t, err := time.Parse(time.RFC3339, v)
	return t, err == nil
}

// lengthIn says whether a value is a length of time as Go prints one.
func lengthIn(v string) bool {
	if v == "" || v == "0" || !strings.ContainsRune("smh", rune(v[len(v)-1])) || v[0] != '-' && (v[0] < '0' || v[0] > '9') {
		return false
	}
	_, err := time.ParseDuration(v)
	return err == nil
}
