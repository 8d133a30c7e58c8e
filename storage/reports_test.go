package storage

import (
	"encoding/json"
	"reflect"
	"testing"
	"time"

	"example.com/firstcall/domain"
)

// A report is read the same as encoding/json reads it, whatever people typed, and also when its shape is another one.
func TestReportsAreReadAsWritten(t *testing.T) {
	full := domain.Report{
		Title: "Checkout \"is\" down", Happened: "line one\nline two\t\\ \u2028 结账 停了", Since: time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC),
		Impact: "<all> & more", Product: "azure/virtual-machines", Production: true, Subscription: "shop", EventID: "e",
		Owner:    domain.Contact{Name: "Ana", Phone: "+49 30 1", Email: "ana@contoso.example"},
		Contacts: []domain.Contact{{Name: "Ben \"B\"", Phone: "2"}, {Name: "Cid"}}, Language: "en", Zone: "Europe/Berlin", Country: "DE", Via: "chat",
	}
	texts := []string{
		`{}`, `{"title": null}`, `{"title": "a", "unknown": {"x": [1, "}"]}}`, ` { "production" : false , "owner" : { } } `,
		`{"contacts": []}`, `{"owner": {"name": "x", "title": "Dr"}}`,
	}
	for _, r := range []domain.Report{full, {}, {Production: true}} {
		text, err := json.Marshal(r)
		if err != nil {
			t.Fatal(err)
		}
		texts = append(texts, string(text))
	}
	for _, text := range texts {
		var want domain.Report
		if err := json.Unmarshal([]byte(text), &want); err != nil {
			t.Fatal(err)
		}
		got := full // what was there before must be gone
		if err := readReport([]byte(text), &got); err != nil {
			t.Errorf("%s: %v", text, err)
		}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%s is read as\n%+v, want\n%+v", text, got, want)
		}
	}
	if readReport([]byte(`{"title": 7}`), &full) == nil {
		t.Error("a number is taken for a title")
	}
}

// Two reports with the same contacts must not share them: who adds one to a report would add it to the other.
func TestContactsAreNotShared(t *testing.T) {
	text := []byte(`{"contacts": [{"name": "Ben"}]}`)
	var a, b domain.Report
	if readReport(text, &a) != nil || readReport(text, &b) != nil {
		t.Fatal("not read")
	}
	a.Contacts[0].Name = "Cid"
	if b.Contacts[0].Name != "Ben" {
		t.Errorf("a change of one report is in the other: %+v", b.Contacts)
	}
}
