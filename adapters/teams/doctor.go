package teams

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"example.com/firstcall/bot"
)

// Finding is one thing that an examination looked at. Its sentences are for operators, in English.
type Finding struct {
	What    string // "token of the bot"
	Trouble string // "" when all is well
	Do      string // what to do about the trouble
	Notes   string // worth knowing, also when all is well
}

// Destination is a place or a person of ours that should be reachable, with the
// route that is kept for it.
type Destination struct {
	Name    string // "#contoso", "ana"
	Address bot.Address
}

// offBy is how far a clock may be off before signed requests come near to being refused; they are at five minutes.
const offBy = 30 * time.Second

// Examine looks whether everything that the program needs of Teams is there, and
// changes nothing. The machine's clock is asked, not the corrected one: tokens
// are signed by Microsoft's.
func (t *Teams) Examine(ctx context.Context, destinations []Destination, machine func() time.Time) []Finding {
	all := t.examineKeys(ctx, machine)
	token := t.examineToken(ctx)
	var there []Finding
	var unseen []string
	for _, d := range destinations {
		f, at := t.examineRoute(d)
		switch {
		case at == "":
		case token.Trouble != "": // Teams answers nobody without it
			unseen = append(unseen, f.What)
			continue
		default:
			t.askAt(ctx, &f, at)
		}
		there = append(there, f)
	}
	if len(unseen) > 0 {
		token.Trouble += "; so these were not looked at: " + strings.Join(unseen, ", ")
	}
	return append(append(all, token), there...)
}

// examineKeys asks for what incoming requests are checked by. The answer's date
// tells whether our clock is right.
func (t *Teams) examineKeys(ctx context.Context, machine func() time.Time) []Finding {
	f := Finding{What: "metadata and keys of the channel (" + t.cloud.Metadata + ")"}
	keys, err := t.checker.keys.read(ctx)
	if err != nil {
		f.Trouble, f.Do = err.Error(), "see whether this machine reaches that address; until then everything that Teams sends is refused"
		return []Finding{f}
	}
	f.Notes = fmt.Sprintf("%d keys", len(keys))
	there, ok := t.clockThere(ctx)
	if !ok {
		return []Finding{f}
	}
	clock := Finding{What: "clock of this machine"}
	if off := machine().Sub(there).Round(time.Second); off.Abs() > offBy {
		clock.Trouble = fmt.Sprintf("it is %s off; what Teams sends is refused from five minutes on", off.Abs())
		clock.Do = "let the machine's clock be set from the network (NTP)"
	}
	return []Finding{f, clock}
}

func (t *Teams) clockThere(ctx context.Context) (there time.Time, ok bool) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, t.cloud.Metadata, http.NoBody)
	if err != nil {
		return there, false
	}
	resp, err := t.http.Do(req)
	if err != nil {
		return there, false
	}
	_ = resp.Body.Close()
	there, err = http.ParseTime(resp.Header.Get("Date"))
	return there, err == nil
}

// registered says what is wrong with a registration, and what to do, by Entra's
// numbers. https://learn.microsoft.com/entra/identity-platform/reference-error-codes
var registered = map[string][2]string{
	"AADSTS7000215": {"the secret is wrong", "copy the value (not the id) of a client secret of the app registration into MicrosoftAppPassword"},
	"AADSTS7000222": {"the secret has run out", "make a new client secret in the app registration and set MicrosoftAppPassword"},
	"AADSTS700016":  {"the tenant has no such app", "compare MicrosoftAppId with the app registration, and MicrosoftAppTenantId with its directory"},
	"AADSTS90002":   {"there is no such tenant", "copy the directory (tenant) id of the app registration into MicrosoftAppTenantId"},
	"AADSTS900023":  {"this is no tenant's id", "copy the directory (tenant) id of the app registration into MicrosoftAppTenantId"},
	"AADSTS7000112": {"the app registration is switched off", "switch it on again in Entra"},
}

// examineToken asks for a token anew: it proves app id, secret and tenant.
func (t *Teams) examineToken(ctx context.Context) Finding {
	f := Finding{What: "token of the bot (app " + t.appID + " in tenant " + t.tenant + ")"}
	err := t.token.fetch(ctx)
	var e *TokenError
	switch {
	case err == nil:
		return f
	case !errors.As(err, &e) || e.Status == 0 || e.Status >= 500 || e.Status == http.StatusTooManyRequests:
		f.Trouble, f.Do = "Entra could not be asked: "+err.Error(), "see whether this machine reaches "+t.cloud.Login
	case registered[e.Detail][0] != "":
		f.Trouble, f.Do = registered[e.Detail][0]+" ("+e.Detail+")", registered[e.Detail][1]
	default:
		f.Trouble, f.Do = "Entra refuses it: "+err.Error(), "compare MicrosoftAppId, MicrosoftAppPassword and MicrosoftAppTenantId with the app registration"
	}
	return f
}

// deadEnds are the answers after which nothing gets there until somebody acts.
var deadEnds = map[string][2]string{
	"BotNotInConversationRoster": {"the bot is not there", "add the app to the team, the chat or for the person again"},
	"MessageWritesBlocked":       {"the bot may not write there", "the person has blocked the bot, or the app was removed: ask the person to unblock or to add it"},
	"ConversationBlockedByUser":  {"the person has blocked the bot", "ask the person to unblock it, or name somebody else in the roster"},
	"BotDisabledByAdmin":         {"the tenant's administrator has switched the app off", "allow the app in the Teams admin center"},
	"ConversationNotFound":       {"the conversation is not there", "it was deleted, or the id in the set-up files is wrong: name another one"},
	"BotNotRegistered":           {"Teams doesn't know the bot", "see that the Azure Bot has this app id and the Teams channel is switched on"},
}

// examineRoute looks at what we know of a destination. The address at is where Teams can
// be asked about it; it is "" when nothing is left to ask.
func (t *Teams) examineRoute(d Destination) (f Finding, at string) {
	f = Finding{What: d.Address.Kind + " " + d.Name}
	r, err := routeOf(d.Address)
	if err != nil {
		f.Trouble, f.Do = "nobody there has written to the bot yet, so Teams gave us no way to write", "let somebody mention @firstcall there, or write to it, once"
		return f, ""
	}
	conversation, _ := splitConversation(d.Address.ID)
	if d.Address.Kind == "person" {
		conversation = r.Conversation
		if !ownChat(conversation) && r.Person == "" {
			f.Trouble, f.Do = errNobody.Error(), "let the person write to @firstcall once"
			return f, ""
		}
		if !ownChat(conversation) {
			f.Notes = "the person has never opened a chat with the bot; one is opened by the first message"
			return f, ""
		}
	}
	at, err = t.endpoint(r.Service, "conversations", conversation, "pagedmembers")
	if err != nil {
		f.Trouble, f.Do = err.Error(), "let somebody write to the bot there: the route is of another cloud, or damaged"
		return f, ""
	}
	return f, at
}

// askAt asks for one member of the conversation, which shows nothing to anybody.
func (t *Teams) askAt(ctx context.Context, f *Finding, at string) {
	var page struct {
		Members []member `json:"members"`
	}
	err := t.ask(ctx, callMember, http.MethodGet, at+"?pageSize=1", nil, &page)
	service, _, _ := strings.Cut(at, "/v3/")
	switch dead := deadEnds[codeOf(err)]; {
	case err == nil:
	case dead[0] != "":
		f.Trouble, f.Do = dead[0]+" ("+codeOf(err)+")", dead[1]
	case statusOf(err) == http.StatusUnauthorized:
		f.Trouble, f.Do = "Teams doesn't take the bot's token", "see that the Azure Bot has this app id, is single tenant and has the Teams channel"
	default:
		f.Trouble, f.Do = "Teams could not be asked: "+err.Error(), "try again in a minute; see whether this machine reaches "+service
	}
}
