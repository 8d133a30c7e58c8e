package storage

import (
	"bytes"
	"encoding/json"
	"reflect"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"example.com/firstcall/bot"
	"example.com/firstcall/domain/terms"
)

func stamped() terms.Commitment {
	due := time.Date(2026, 3, 2, 9, 15, 0, 500, time.FixedZone("", 3600))
	fact := terms.Fact{Code: "duty", Rows: []string{"A1-05"}, Args: map[string]string{"at": "2026-03-02T09:15:00Z", `q"\`: "a{b}[c],:\" ü\n"}}
	target := func(d time.Duration) *terms.Target {
		return &terms.Target{Target: d, Clock: terms.BusinessHours, Due: due, Rows: []string{"A1-01"}}
	}
	return terms.Commitment{
		Edition: "e", Severity: terms.SevB, Product: "azure/x", Plan: terms.UER, FirstResponse: target(15 * time.Minute), WorkBegins: target(time.Hour),
		ChangeControl: target(3), CustomerAnswer: target(4), EarlyWarning: target(5), Effort: terms.AroundTheClock, Assigned: []terms.Fact{fact},
		Escalation: []terms.Fact{fact, {Code: "two"}}, Duties: []terms.Fact{fact}, Owner: fact, IfCustomerCannot: "lower", SubmitVia: []terms.Channel{terms.Phone},
		Languages: []string{"en", "ja"}, Notes: []terms.Fact{fact}, HumanChatCounts: true,
		Rejected: []terms.Rejection{{Plan: terms.ARR, Reason: "no", Rows: []string{"X-1"}}}, Plans: []terms.Plan{terms.Unified}, Rows: []string{"A", "B"},
	}
}

// What the fast reader reads is what encoding/json reads, in whatever layout the text comes.
func TestReadCommitment(t *testing.T) {
	t.Parallel()
	whole, err := json.Marshal(stamped())
	if err != nil {
		t.Fatal(err)
	}
	var indented bytes.Buffer
	if err := json.Indent(&indented, whole, "\t", "  "); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		"all of it": string(whole), "with spaces": indented.String(), "nothing": `{}`, "spaces only": " { } ",
		"a member nobody knows yet": `{"edition": "e", "added_later": {"a": [1, "}"]}, "plan": "uer"}`,
		"an escaped text":           `{"product": "az\u0075re/\"x\"", "owner": {"code": "o"}}`, "nulls": `{"first_response": null, "notes": null, "plan": ""}`,
		"a word last": `{"plan": "uer", "human_chat_counts": true}`, "a number": `{"added_later": 12, "plan": "uer"}`,
	} {
		var want, got terms.Commitment
		if err := json.Unmarshal([]byte(text), &want); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		for range 2 { // the second time from what was kept
			got = terms.Commitment{Edition: "left over"}
			if err := readCommitment([]byte(text), &got); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s (-encoding/json +ours):\n%s", name, diff)
			}
		}
	}
	for _, text := range []string{``, `null x`, `{"plan": 7}`, `{"first_response": {"target": "soon"}}`, `{"plan" "uer"}`, `{"plan": "uer"`} {
		var c terms.Commitment
		if err := readCommitment([]byte(text), &c); err == nil {
			t.Errorf("%q was read as a commitment", text)
		}
	}
}

// Lists are shared between incidents, so whoever appends must get one of his own.
func TestAppendingToASharedListLeavesItAlone(t *testing.T) {
	t.Parallel()
	text := []byte(`{"notes": [{"code": "a"}, {"code": "b"}, {"code": "c"}]}`)
	var a, b, c terms.Commitment
	for _, into := range []*terms.Commitment{&a, &b, &c} {
		if err := readCommitment(text, into); err != nil {
			t.Fatal(err)
		}
	}
	a.Notes = append(a.Notes, terms.Fact{Code: "mine"})
	b.Notes = append(b.Notes, terms.Fact{Code: "yours"})
	if a.Notes[3].Code != "mine" || len(c.Notes) != 3 {
		t.Errorf("after two appends the first sees %v and a third %v", a.Notes, c.Notes)
	}
}

// A card that differs in anything has another digest; a field added to a message must be added there.
func TestDigestSeesEverything(t *testing.T) {
	t.Parallel()
	card := func() bot.Card {
		return bot.Card{Topic: "t", Incident: "i", Destination: "d", Message: bot.Message{
			Lang: "en", Zone: "UTC", Text: "x", Fields: []bot.Fact{{Label: "l", Value: "v"}}, Buttons: []bot.Button{{Label: "b", Action: "a", Subject: "s"}},
		}}
	}
	base := digest([]bot.Card{card()})
	if base != digest([]bot.Card{card()}) {
		t.Fatal("the same card has two digests")
	}
	var each func(path string, v reflect.Value, whole *bot.Card)
	each = func(path string, v reflect.Value, whole *bot.Card) {
		switch v.Kind() {
		case reflect.Struct:
			for n := range v.NumField() {
				each(path+"."+v.Type().Field(n).Name, v.Field(n), whole)
			}
		case reflect.Slice:
			old := reflect.ValueOf(v.Interface())
			v.Set(reflect.Append(old, old.Index(0)))
			if digest([]bot.Card{*whole}) == base {
				t.Errorf("another %s isn't seen", path)
			}
			v.Set(old)
			each(path, v.Index(0), whole)
		case reflect.String:
			old := v.String()
			v.SetString(old + "!")
			if digest([]bot.Card{*whole}) == base {
				t.Errorf("a change of %s isn't seen", path)
			}
			v.SetString(old)
		case reflect.Pointer:
			v.Set(reflect.New(v.Type().Elem()))
			if digest([]bot.Card{*whole}) == base {
				t.Errorf("a %s isn't seen", path)
			}
			v.SetZero()
		case reflect.Bool:
			v.SetBool(!v.Bool())
			if digest([]bot.Card{*whole}) == base {
				t.Errorf("a change of %s isn't seen", path)
			}
			v.SetBool(!v.Bool())
		default:
			t.Errorf("%s is of a kind that the digest doesn't know", path)
		}
	}
	c := card()
	each("card", reflect.ValueOf(&c).Elem(), &c)
	two := []bot.Card{{Topic: "a", Incident: "b"}, {}}
	if digest(two) == digest([]bot.Card{{Topic: "ab"}, {}}) {
		t.Error("where one text ends and the next begins isn't seen")
	}
}
