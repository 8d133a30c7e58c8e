package bot

import (
	"example.com/firstcall/bot/words"
	"example.com/firstcall/domain"
	"example.com/firstcall/domain/terms"
)

// doneKey is the sentence that says that it was done; it depends on what came
// of it.
func (v verb) doneKey(i *domain.Incident, by domain.Side, values map[string]string) string {
	switch {
	case v.name == "decide" && values[fieldWhat] == no:
		return "decide_dropped"
	case v.name == "case" && i.Case.Due.IsZero(): // the clocks ran before
		return "case_only"
	case v.name == "answer" && by == domain.Provider:
		return "answer_inside"
	case v.name == "close" && values[fieldRCA] == yes:
		return "close_rca"
	case v.name == "rca" && by == domain.Provider:
		return "rca_inside"
	case v.name == "ack" && !i.FirstResponse.Running():
		return "ack_only"
	case v.name == "call" && i.FirstResponse.Missed(i.FirstResponse.Met):
		return "call_late"
	case v.name == "contact" && i.FirstResponseVia == terms.Chat:
		return "contact_counts"
	case v.name == "ask" && (i.ChangeControl.Running() || i.Answer.Running()):
		return "ask_by"
	case v.name == "severity" && by == domain.Provider:
		return "severity_set"
	}
	return v.name
}

// doneArgs fill the sentence that says that it was done.
func doneArgs(w *words.Words, i *domain.Incident, values map[string]string) map[string]string {
	args := map[string]string{"ref": i.Ref, "severity": string(i.Severity), "owner": i.OwnerName}
	for name, c := range map[string]domain.Clock{"response_due": i.FirstResponse, "update_due": i.NextUpdate} {
		if !c.Due.IsZero() {
			args[name] = rfc(c.Due)
		}
	}
	for _, c := range []domain.Clock{i.ChangeControl, i.Answer} {
		if c.Running() {
			args["answer_due"] = rfc(c.Due)
		}
	}
	for k, val := range values {
		if _, taken := args[k]; !taken {
			args[k] = cut(val, maxLine)
		}
	}
	out := worded(w, args)
	out["team_text"] = string(teamName(w, i.Team))
	return out
}
