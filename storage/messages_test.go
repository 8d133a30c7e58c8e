package storage

import (
	"encoding/json"
	"math/rand/v2"
	"reflect"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"example.com/firstcall/bot"
)

// stuffed sets every field of a value, text to what needs care.
func stuffed(v reflect.Value, n *int) {
	*n++
	if at, ok := v.Addr().Interface().(*time.Time); ok {
		*at = time.Date(2026, 3, 2, 9, 0, *n, 123456789, time.UTC)
		return
	}
	switch v.Kind() {
	case reflect.Struct:
		for f := range v.NumField() {
			stuffed(v.Field(f), n)
		}
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		stuffed(v.Elem(), n)
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		stuffed(v.Index(0), n)
		stuffed(v.Index(1), n)
	case reflect.String:
		v.SetString("\"quoted\\\" {a,b} <&> \u2028 本\x02i17\x03 \t\n\r\x7f bad:\xff " + string(rune('a'+*n%26)))
	case reflect.Bool:
		v.SetBool(true)
	default:
		panic("a field of a kind nobody has thought of: " + v.Kind().String())
	}
}

// Messages are written so that they are read back as encoding/json would have written them, whatever is in them.
func TestMessagesAreWrittenWhole(t *testing.T) {
	var full bot.Message
	n := 0
	stuffed(reflect.ValueOf(&full).Elem(), &n)
	for name, m := range map[string]bot.Message{"full": full, "empty": {}, "undelivered": {Undelivered: &bot.Undelivered{}}} {
		text, err := json.Marshal(m)
		if err != nil {
			t.Fatal(err)
		}
		var want, got bot.Message
		if err := json.Unmarshal(text, &want); err != nil {
			t.Fatal(err)
		}
		text = appendMessage(nil, &m)
		if err := json.Unmarshal(text, &got); err != nil {
			t.Fatalf("%s: %v in %s", name, err, text)
		}
		if m.Undelivered != nil && m.Undelivered.Missed == nil {
			got.Undelivered.Missed = nil // an empty list and none are the same to whoever reads it
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("the %s message (-as encoding/json writes it +ours):\n%s", name, diff)
		}
	}
}

// Instants are written and read as the time package and the driver do it.
func TestInstants(t *testing.T) {
	at := []time.Time{
		{},
		time.Unix(0, 0), time.Date(999, 12, 31, 23, 59, 59, 0, time.UTC),
		time.Date(2026, 2, 28, 23, 59, 59, 999_999_999, time.UTC), time.Date(2026, 3, 2, 9, 0, 0, 100_000_000, time.FixedZone("", -5*3600)),
		time.Date(2026, 3, 2, 9, 0, 0, 1_000, time.UTC), time.Date(2026, 3, 2, 9, 0, 0, 999, time.UTC),
	}
	r := rand.New(rand.NewPCG(1, 2))
	for range 2000 {
		at = append(at, time.Unix(r.Int64N(8e9)-2e9, r.Int64N(1e9)))
	}
	for _, in := range at {
		text := string(appendInstant(nil, in))
		if want := in.UTC().Format(instantLayout); text != want && in.Nanosecond()/1000%10 != 0 {
			t.Errorf("%v is written %s, want %s", in, text, want)
		}
		if written, err := time.Parse(instantLayout, text); err != nil || !written.Equal(in.Truncate(time.Microsecond)) {
			t.Errorf("%v is written %s, which is %v (%v)", in, text, written, err)
		}
	}
	for text, want := range map[string]time.Time{
		"2026-03-02 09:00:00+00":        time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC),
		"2026-03-02 09:00:00.5+00":      time.Date(2026, 3, 2, 9, 0, 0, 500_000_000, time.UTC),
		"2026-03-02 09:00:00.123456+00": time.Date(2026, 3, 2, 9, 0, 0, 123_456_000, time.UTC),
		"2026-03-02 14:30:00+05:30":     time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC),
		"10000-01-01 00:00:00+00":       time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC),
	} {
		if got, err := readInstant(text); err != nil || !got.Equal(want) || got.Location() != time.UTC {
			t.Errorf("%s is read as %v (%v), want %v", text, got, err, want)
		}
	}
	for _, text := range []string{"", "never", "2026-03-02 09:0x:00+00", "2026-03-02 09:00:00,5+00"} {
		if got, err := readInstant(text); err == nil {
			t.Errorf("%q is read as %v", text, got)
		}
	}
}
