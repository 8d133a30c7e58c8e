package bot

import (
	"fmt"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"example.com/firstcall/bot/words"
	"example.com/firstcall/domain"
	"example.com/firstcall/domain/terms"
)

// What alarms say and do of the part of an incident that they are given is what they would of the whole: every kind of alarm, in
// every language, of incidents of every severity that nobody has touched, that somebody has, and that wait for the customer.
func TestAlarmsLookAtNoMoreThanTheirPart(t *testing.T) {
	clocks := func(i *domain.Incident) [7]*domain.Clock {
		return [...]*domain.Clock{&i.FirstResponse, &i.WorkBegins, &i.Staffing, &i.ChangeControl, &i.Answer, &i.NextUpdate, &i.Case}
	}
	fired := map[domain.NoticeKind]map[string]bool{}
	for _, lang := range words.Languages() {
		d := world()
		for n := range d.Recipients {
			if p := d.Recipients[n].Person; p != nil {
				p.Language = lang
			} else {
				d.Recipients[n].Place.Language = lang
			}
		}
		for _, severity := range []terms.Severity{terms.Sev1, terms.SevA, terms.SevB, terms.SevC, ""} {
			for state := range 4 {
				s := sceneOf(d, nine)
				i := opened(t, s, severity)
				for n, c := range clocks(&i) {
					if state > 0 && n > 0 {
						*c = domain.Clock{From: nine, Due: nine.Add(time.Duration(n) * time.Hour)}
					}
				}
				i.Asked = "Which region is it?"
				switch state {
				case 1:
					i.FirstResponse.Met, i.Ladder.Met = nine.Add(time.Minute), nine.Add(time.Minute)
					i.Owner, i.OwnerName, i.Team = "kenji", "Kenji Sato", "storage"
				case 2:
					i.AckedName, i.AckedBy, i.Ladder.Met = "Kenji Sato", "kenji", nine.Add(time.Minute)
					i.Status, i.Promise.IfCustomerCannot = domain.AwaitingCase, terms.NoLonger24x7
				case 3:
					i.FirstContactBy, i.Promise.IfCustomerCannot = "Lena Fischer", terms.BusinessHoursOnly
				}
				for after := time.Duration(0); after < 30*time.Hour; after += 7 * time.Minute {
					s.now = nine.Add(after)
					part := i.ForAlarms()
					var whole, narrow Kept
					showsWhole, err := s.fire(&i, s.now, &whole, false)
					if err != nil {
						t.Fatal(err)
					}
					shows, err := s.fire(&part, s.now, &narrow, false)
					if err != nil {
						t.Fatal(err)
					}
					for n := range whole.Rings {
						r := &whole.Rings[n]
						if fired[r.Kind] == nil {
							fired[r.Kind] = map[string]bool{}
						}
						fired[r.Kind][r.Message.Lang] = true
						r.ID = ""
					}
					for n := range narrow.Rings {
						narrow.Rings[n].ID = ""
					}
					next := whole.Incident
					whole.Incident = next.ForAlarms()
					if !reflect.DeepEqual(whole, narrow) || shows != showsWhole {
						t.Fatalf("severity %q in %s, %s after it was opened (-of the whole +of the part):\n%s", severity, lang, after, cmp.Diff(whole, narrow))
					}
					i = next
				}
			}
		}
	}
	for _, kind := range domain.AlarmKinds() {
		if len(fired[kind]) != len(words.Languages()) {
			t.Errorf("%s rang in %v: the test has lost sight of it", kind, fired[kind])
		}
	}
}

// An alarm writes no more of an incident than its clocks, whatever else it has.
func TestAlarmsChangeNothingButClocks(t *testing.T) {
	s := sceneOf(world(), nine)
	i := opened(t, s, terms.Sev1)
	var changed []string
	for after := time.Duration(0); after < 6*time.Hour; after += 5 * time.Minute {
		s.now = nine.Add(after)
		var k Kept
		if _, err := s.fire(&i, s.now, &k, true); err != nil {
			t.Fatal(err)
		}
		was, is := reflect.ValueOf(i), reflect.ValueOf(k.Incident)
		for f := range was.NumField() {
			name := was.Type().Field(f).Name
			if _, clock := was.Field(f).Interface().(domain.Clock); clock || name == "Version" || slices.Contains(changed, name) {
				continue
			}
			if fmt.Sprint(was.Field(f)) != fmt.Sprint(is.Field(f)) {
				changed = append(changed, name)
			}
		}
		i = k.Incident
	}
	if len(changed) > 0 {
		t.Errorf("alarms changed %v", changed)
	}
}
