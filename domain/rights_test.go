package domain

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"example.com/firstcall/domain/terms"
)

// Who may do what, as one would read it aloud: contact, change control,
// engineer, account manager, manager.
func TestRights(t *testing.T) {
	people := []Actor{ana, zoe, kenji, carl, maria}
	want := map[Verb]string{
		DoOpen: "y-yyy", DoRecordCase: "y-yyy", DoAcknowledge: "--yyy", DoTake: "--yyy", DoHandOver: "--yyy",
		DoFirstCall: "--yyy", DoContact: "--yyy", DoReply: "--yyy", DoBegin: "--yyy", DoUpdate: "--yyy", DoAsk: "--yyy", DoAnswer: "yyyyy",
		DoRequest: "y----", DoAccept: "--yyy", DoRefuse: "--yyy", DoAssign: "--yyy", DoCommit: "y----",
		DoPropose: "--yyy", DoDecide: "--y-y", DoEscalate: "--yyy", DoExecutives: "y-yyy", DoThirdParty: "y-yyy",
		DoOutage: "--yyy", DoRemoteAccess: "y----", DoNote: "yyyyy", DoLink: "yyyyy", DoMitigate: "--yyy",
		DoResolve: "y-yyy", DoClose: "y-yyy", DoRCA: "y-yyy", DoReopen: "y-yyy", DoCancel: "y-yyy", DoSpend: "--yyy",
		DoConvert: "y-yyy", DoCorrect: "--yyy", DoCorrectNumber: "y-yyy", DoIdentify: "--yyy", DoPin: "--yyy",
	}
	for _, v := range Verbs() {
		got := ""
		for _, by := range people {
			if MayEver(by, v, "contoso") {
				got += "y"
			} else {
				got += "-"
			}
		}
		if got != want[v] {
			t.Errorf("%s: %s, want %s", v, got, want[v])
		}
		nameless := kenji
		nameless.Person = ""
		for _, by := range []Actor{theBot, rival, nameless, {Person: "x", Side: Provider}} {
			if MayEver(by, v, "contoso") {
				t.Errorf("%s: %v may", v, by)
			}
		}
	}
}

// Somebody unknown says what happened and what it means, and decides nothing for the customer.
func TestAGuestOnlyTells(t *testing.T) {
	guest := Actor{Person: "x", Tenant: "contoso", Side: Customer, Roles: []Role{RoleGuest}}
	tells := []Verb{DoOpen, DoRecordCase, DoAnswer, DoNote}
	for _, v := range Verbs() {
		if MayEver(guest, v, "contoso") != slices.Contains(tells, v) {
			t.Errorf("%s: a guest may: %v", v, MayEver(guest, v, "contoso"))
		}
	}
}

// Whoever reported an incident ends it and takes it up again as a contact may,
// known or not; what binds the customer stays with those who are known.
func TestWhoeverReportedItMayEndIt(t *testing.T) {
	env, now := with(t, terms.Unified), at(t, "2026-03-02 09:00")
	guest := Actor{Person: "x", Tenant: "contoso", Name: "Xenia", Side: Customer, Roles: []Role{RoleGuest}}
	other := guest
	other.Person = "y"
	o := opening(terms.SevC)
	o.By, o.Reporter = guest, guest.Person
	i := opened(t, o, now, env)
	ends := []Verb{DoOpen, DoRecordCase, DoAnswer, DoNote, DoResolve, DoClose, DoReopen, DoRCA}
	for _, v := range Verbs() {
		if got := i.MayEver(guest, v); got != slices.Contains(ends, v) {
			t.Errorf("%s: the guest who reported it may: %v", v, got)
		}
		if got := i.MayEver(other, v); got != MayEver(other, v, "contoso") {
			t.Errorf("%s: another guest may: %v", v, got)
		}
	}
	_, err := i.Resolve(other, time.Time{}, "gone", now, env)
	refused(t, err, "not_allowed")
	i = kept2(t)(i.Resolve(guest, time.Time{}, "gone", now.Add(time.Hour), env))
	i = kept2(t)(i.Reopen(guest, "it is back", now.Add(2*time.Hour), env))
	i = kept2(t)(i.Resolve(guest, time.Time{}, "gone", now.Add(3*time.Hour), env))
	i = kept2(t)(i.DeclineRCA(guest, now.Add(3*time.Hour), env))
	if i = kept2(t)(i.Close(guest, now.Add(3*time.Hour), env)); i.Status != Closed {
		t.Error("it is not closed")
	}
	// The same id of somebody at another customer is nobody here.
	stranger := guest
	stranger.Tenant = "fabrikam"
	_, err = i.Reopen(stranger, "mine", now.Add(4*time.Hour), env)
	refused(t, err, "not_found")
	if i.MayEver(stranger, DoReopen) {
		t.Error("a stranger with the reporter's id may reopen it")
	}
}

// What belongs to another customer looks as if it did not exist, whatever is tried.
func TestAnotherCustomersIncidentIsNotFound(t *testing.T) {
	env, now := with(t, terms.Unified), at(t, "2026-03-02 09:00")
	i := opened(t, staffed(terms.Sev1), now, env)
	for _, v := range Verbs() {
		_, err := i.change(rival, v)
		refused(t, err, "not_found")
	}
}

func TestMayFollowsTheState(t *testing.T) {
	env, now := with(t, terms.Unified), at(t, "2026-03-02 09:00")
	i := opened(t, staffed(terms.Sev1), now, env)
	if !i.May(kenji, DoTake) || i.May(kenji, DoClose) || i.May(ana, DoReopen) {
		t.Error("open: wrong buttons")
	}
	i.Status = Closed
	if i.May(kenji, DoTake) || !i.May(ana, DoReopen) || !i.May(ana, DoNote) {
		t.Error("closed: wrong buttons")
	}
}

// Every refusal, notice and journal line that the code can make is on its list,
// with the arguments listed, and nothing else is listed: the words rest on that.
func TestCodesAreListed(t *testing.T) {
	found := map[string]map[string]bool{"refusal": {}, "journal": {}}
	rung := map[string]bool{}
	refusals := map[string]Wording{}
	for _, w := range RefusalCodes() {
		refusals[w.Code] = w
	}
	set := token.NewFileSet()
	names, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	text := func(e ast.Expr) string {
		if l, ok := e.(*ast.BasicLit); ok && l.Kind == token.STRING {
			s, _ := strconv.Unquote(l.Value)
			return s
		}
		return ""
	}
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(set, name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(f, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok {
				return true
			}
			switch fun := call.Fun.(type) {
			case *ast.Ident:
				if fun.Name != "Refuse" {
					return true
				}
				code := text(call.Args[0])
				found["refusal"][code] = true
				var args []string
				for k := 1; k < len(call.Args); k += 2 {
					args = append(args, text(call.Args[k]))
				}
				if w := refusals[code]; !slices.Equal(w.Args, args) {
					t.Errorf("%v: refusal %s has %q, listed are %q", set.Position(call.Pos()), code, args, w.Args)
				}
			case *ast.SelectorExpr:
				if fun.Sel.Name == "log" {
					found["journal"][text(call.Args[2])] = true
				}
				if fun.Sel.Name == "ring" {
					rung[call.Args[1].(*ast.Ident).Name] = true
				}
			}
			return true
		})
	}
	listed := func(what string, list []Wording) {
		for _, w := range list {
			if !found[what][w.Code] {
				t.Errorf("%s %q is listed, but nothing makes it", what, w.Code)
			}
			delete(found[what], w.Code)
		}
		for code := range found[what] {
			t.Errorf("%s %q is not listed", what, code)
		}
	}
	listed("refusal", RefusalCodes())
	listed("journal", JournalKinds())
	if got, want := len(rung), len(NoticeKinds())-len(AlarmKinds()); got != want {
		t.Errorf("%d kinds of notice are given by changes, %d are listed", got, want)
	}
}
