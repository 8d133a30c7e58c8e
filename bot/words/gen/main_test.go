package main

import (
	"os"
	"strings"
	"testing"
	"testing/fstest"
)

// The committed methods are those of the committed message files.
func TestGeneratedFileIsFresh(t *testing.T) {
	want, err := Generate(os.DirFS(".."))
	if err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile("../messages_gen.go")
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != string(want) {
		t.Error("messages_gen.go is stale: run go generate ./bot/words")
	}
}

func TestArgumentsAreTypedByTheirNames(t *testing.T) {
	src, err := Generate(fstest.MapFS{"a.en.json": {Data: []byte(`{
		"card.first_response": "{{.Title}} {{.DueAt}} {{.AnswerBy}} {{.Due}} {{.OpenSince}} {{.PausedUntil}} {{.Left}} {{.HowLate}} {{.TargetDuration}} {{.StateText}} {{.ID}} {{.Title}}",
		"card.rca_url": {"one": "{{.Person}} {{.Count}}", "other": "{{.Type}} {{.Count}} {{.Person}}"},
		"code.in_a_family": "{{.X}}",
		"format.data": "{{.Format}}"}`)}})
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"CardFirstResponse(title string, dueAt time.Time, answerBy time.Time, due time.Time, openSince time.Time, pausedUntil time.Time, " +
			"left time.Time, howLate time.Time, targetDuration time.Duration, stateText Text, id string) Text",
		"argUser(title), argInstant(dueAt), argInstant(answerBy), argInstant(due), argInstant(openSince), argInstant(pausedUntil), " +
			"argLeft(left), argLate(howLate), argDuration(targetDuration), argText(stateText), argUser(id))",
		"CardRCAURL(typeArg string, count int, person string) Text",
		"FormatData(format string) Text",
		`{"code.in_a_family", "X"}`,
	} {
		if !strings.Contains(string(src), want) {
			t.Errorf("the generated source lacks %s\n%s", want, src)
		}
	}
	if strings.Contains(string(src), "CodeInAFamily") {
		t.Error("a key of a family got a method")
	}
}

func TestBadFilesAreNotGenerated(t *testing.T) {
	if _, err := Generate(fstest.MapFS{"a.en.json": {Data: []byte(`{"a": "{{printf 1}}"}`)}}); err == nil {
		t.Error("a template with code is accepted")
	}
	if _, err := Generate(fstest.MapFS{"a.en.json": {Data: []byte(`{`)}}); err == nil {
		t.Error("a broken file is accepted")
	}
}
