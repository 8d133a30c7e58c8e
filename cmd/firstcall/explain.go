package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"example.com/firstcall/bot/words"
	"example.com/firstcall/domain/calendar"
	"example.com/firstcall/domain/terms"
)

type explainCommand struct {
	Plans    string `required:"" placeholder:"CODE,..." help:"The plans held, the base included: ${plans}."`
	Severity string `required:"" placeholder:"1|A|B|C" help:"The severity."`
	Product  string `required:"" placeholder:"CODE" help:"The product: azure/virtual-machines, entra, m365, ..."`
	Opened   string `required:"" placeholder:"TIME" help:"When the incident was submitted (RFC 3339)."`
	Zone     string `required:"" placeholder:"ZONE" help:"Where the customer's contact is, such as Asia/Shanghai."`
	Country  string `placeholder:"CC" help:"The contact's country, for its holidays: ${countries}."`

	RoundTheClock bool   `name:"24x7" help:"The customer committed to working around the clock (severity B asks)."`
	Via           string `placeholder:"WAY" help:"How it was submitted: portal, phone, web, chat. Default: as each plan wants."`
	Tag           string `placeholder:"TAG" help:"The tag in its description; event cases need MCSAE."`
	InEvent       bool   `name:"in-event" help:"It is about a business event that is running."`
	Executed      string `placeholder:"DATE" help:"The day the contract was executed and the work order began. Default: long ago."`
	IntakeDone    string `name:"intake-done" placeholder:"DATE" help:"The day the onboarding was complete. Default: it is."`
	Holidays      string `placeholder:"DATE,..." help:"Further days off, besides the country's."`

	Lang string `placeholder:"LANG" help:"The page's language: en, zh-Hans, ja." default:"en"`
	JSON bool   `name:"json" help:"Print JSON for programs."`
}

// Help is shown by firstcall explain --help.
func (explainCommand) Help() string {
	return `It needs no database. Subscriptions, tenants and the production environment are taken to be in scope. Targets are the
provider's aims: neither the support terms nor this page guarantee anything.

  firstcall explain --plans unified --severity B --product m365 \
     --opened 2025-11-21T16:45:00+08:00 --zone Asia/Shanghai
  firstcall explain --plans unified,platform-mcs --severity A --product azure/virtual-machines \
     --opened 2025-12-20T03:00:00+08:00 --zone Asia/Shanghai --country CN \
     --executed 2025-12-01 --intake-done 2025-12-12 --json`
}

// Run explains.
func (c explainCommand) Run(w world) error {
	edition := terms.Current()
	in, zone, err := c.given(edition)
	if err != nil {
		return err
	}
	lang := words.Match(c.Lang)
	if !slices.Contains(words.Languages(), c.Lang) {
		return misusef("--lang %q is none of %s", c.Lang, strings.Join(words.Languages(), ", "))
	}
	if c.Country != "" && !slices.Contains(calendar.Countries(), strings.ToUpper(c.Country)) {
		note(w.err, "firstcall: no holidays of %s are known here; name the days off with --holidays.", strings.ToUpper(c.Country))
	}
	owed, err := edition.Resolve(in)
	if err != nil {
		return fmt.Errorf("explain: %w", err)
	}
	if c.JSON {
		e := json.NewEncoder(w.out)
		e.SetEscapeHTML(false)
		e.SetIndent("", "  ")
		return e.Encode(owed.Explain())
	}
	product, err := edition.Product(in.Product)
	if err != nil {
		return fmt.Errorf("explain: %w", err)
	}
	page := words.ExplainPage(words.In(lang), owed, product.Name, in.Opened, words.Reader{Lang: lang, Zone: zone})
	_, err = fmt.Fprintln(w.out, strings.TrimRight(page, "\n"))
	return err
}

// given turns the flags into a case; every error is a misuse that names what is
// allowed.
func (c explainCommand) given(edition *terms.Edition) (in terms.Case, zone *time.Location, err error) {
	if in.Severity, err = terms.ParseSeverity(c.Severity); err != nil {
		return in, nil, misusef("--severity %q is none of 1, A, B, C", c.Severity)
	}
	p, err := edition.Product(c.Product)
	if unknown := (*terms.UnknownProduct)(nil); errors.As(err, &unknown) {
		if len(unknown.Nearest) == 0 {
			return in, nil, misusef("--product %q is unknown, and no known code is like it; try azure/virtual-machines, m365 or windows-server", c.Product)
		}
		return in, nil, misusef("--product %q is unknown; the nearest are %s", c.Product, strings.Join(unknown.Nearest, ", "))
	}
	if err != nil {
		return in, nil, err
	}
	in.Product = p.Code
	if in.Opened, err = time.Parse(time.RFC3339, c.Opened); err != nil {
		return in, nil, misusef("--opened %q is not an instant like 2025-12-20T03:00:00+08:00", c.Opened)
	}
	if zone, err = time.LoadLocation(c.Zone); err != nil || c.Zone == "" || c.Zone == "Local" {
		return in, nil, misusef("--zone %q is not a time zone like Asia/Shanghai or Europe/Berlin", c.Zone)
	}
	if in.Calendar, err = c.calendar(zone); err != nil {
		return in, nil, err
	}
	if in.Plans, err = c.holdings(edition); err != nil {
		return in, nil, err
	}
	in.Commit24x7, in.Tag, in.InEvent = c.RoundTheClock, c.Tag, c.InEvent
	switch v := terms.Channel(strings.ToLower(c.Via)); v {
	case "", terms.Portal, terms.Phone, terms.Web, terms.Chat:
		in.Via = v
	default:
		return in, nil, misusef("--via %q is none of portal, phone, web, chat", c.Via)
	}
	return in, zone, nil
}

func (c explainCommand) calendar(zone *time.Location) (*calendar.Calendar, error) {
	var lists []calendar.Holidays
	if c.Country != "" {
		country := strings.ToUpper(c.Country)
		if len(country) != 2 || strings.Trim(country, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != "" {
			return nil, misusef("--country %q is not a code of two letters; with holidays: %s", c.Country, strings.Join(calendar.Countries(), ", "))
		}
		if h, ok := calendar.Country(country); ok {
			lists = append(lists, h)
		}
	}
	own := calendar.Holidays{Source: "--holidays"}
	for _, text := range list(c.Holidays) {
		d, err := calendar.ParseDate(text)
		if err != nil {
			return nil, misusef("--holidays %q is not a day written YYYY-MM-DD", text)
		}
		if !slices.ContainsFunc(own.Days, func(o calendar.Day) bool { return o.Date == d }) {
			own.Days = append(own.Days, calendar.Day{Date: d})
		}
	}
	cal, err := calendar.New(zone, calendar.OfficeHours(), append(lists, own)...)
	if err != nil {
		return nil, fmt.Errorf("make the contact's calendar: %w", err)
	}
	return cal, nil
}

// holdings are the plans held, with the dates that stand for all of theirs.
func (c explainCommand) holdings(edition *terms.Edition) ([]terms.Holding, error) {
	executed, err := day("--executed", c.Executed)
	if err != nil {
		return nil, err
	}
	intake, err := day("--intake-done", c.IntakeDone)
	if err != nil {
		return nil, err
	}
	var out []terms.Holding
	for _, text := range list(c.Plans) {
		p, ok := edition.ParsePlan(text)
		if !ok {
			return nil, misusef("--plans %q is no plan; there are %s", text, planCodes(edition))
		}
		if slices.ContainsFunc(out, func(h terms.Holding) bool { return h.Plan == p }) {
			continue
		}
		out = append(out, terms.Holding{
			Plan: p, WorkOrderStart: executed, ContractStart: executed, ContractExecuted: executed, AgreementExecuted: executed,
			IntakeDone: intake,
		})
	}
	if len(out) == 0 {
		return nil, misusef("--plans names no plan; there are %s", planCodes(edition))
	}
	return out, nil
}

func day(flag, text string) (calendar.Date, error) {
	if text == "" {
		return calendar.Date{}, nil
	}
	d, err := calendar.ParseDate(text)
	if err != nil {
		return d, misusef("%s %q is not a day written YYYY-MM-DD", flag, text)
	}
	return d, nil
}

// list reads what commas part.
func list(text string) []string {
	return strings.FieldsFunc(text, func(r rune) bool { return r == ',' || r == ' ' })
}

func planCodes(edition *terms.Edition) string {
	var codes []string
	for _, p := range edition.Plans() {
		codes = append(codes, string(p.Plan))
	}
	return strings.Join(codes, ", ")
}
