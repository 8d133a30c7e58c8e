package storage

import (
	"encoding/json"
	"fmt"
	"slices"

	"example.com/firstcall/domain"
)

// report is a customer's report as a column to be read: as encoding/json would, and faster, in the shape that this program
// writes.
type report struct{ of *domain.Report }

// Scan implements sql.Scanner.
func (r report) Scan(src any) error {
	text, ok := src.([]byte)
	if !ok {
		return fmt.Errorf("a %T is no report", src)
	}
	if err := readReport(text, r.of); err != nil {
		return fmt.Errorf("read a report: %w", err)
	}
	return nil
}

func readReport(text []byte, r *domain.Report) error {
	*r = domain.Report{}
	if members(text, func(key, value []byte) bool { return reportMember(r, string(key), value) }) {
		return nil
	}
	*r = domain.Report{}
	return json.Unmarshal(text, r)
}

func reportMember(r *domain.Report, key string, value []byte) bool {
	switch key {
	case "title":
		return anyString(value, &r.Title)
	case "happened":
		return anyString(value, &r.Happened)
	case "since":
		return json.Unmarshal(value, &r.Since) == nil
	case "impact":
		return anyString(value, &r.Impact)
	case "product":
		return anyString(value, &r.Product)
	case "production":
		r.Production = string(value) == "true"
		return r.Production || string(value) == "false"
	case "subscription":
		return anyString(value, &r.Subscription)
	case "event_id":
		return anyString(value, &r.EventID)
	case "owner":
		return members(value, func(key, value []byte) bool { return contactMember(&r.Owner, string(key), value) })
	case "contacts":
		var all []domain.Contact
		if !once(value, &all) {
			return false
		}
		r.Contacts = slices.Clone(all) // A report's contacts are its own.
		return true
	case "language":
		return anyString(value, &r.Language)
	case "zone":
		return anyString(value, &r.Zone)
	case "country":
		return anyString(value, &r.Country)
	case "via":
		return anyString(value, &r.Via)
	case "links":
		return json.Unmarshal(value, &r.Links) == nil
	}
	return false
}

func contactMember(c *domain.Contact, key string, value []byte) bool {
	switch key {
	case "name":
		return anyString(value, &c.Name)
	case "phone":
		return anyString(value, &c.Phone)
	case "email":
		return anyString(value, &c.Email)
	}
	return false
}

// anyString takes a JSON string, with escapes or without.
func anyString[S ~string](value []byte, into *S) bool {
	return plainString(value, into) || json.Unmarshal(value, into) == nil
}
