package bot

import (
	"context"
	"errors"
	"slices"
	"strings"

	"example.com/firstcall/domain"
)

// The commands of engineers about who is who. They bind an identity of the
// platform on which they are said to a person of the customer in whose place
// they are said; nobody of the provider's is ever made by them.

// identityNamed reads "ana @U0123", in either order: whose identity which one
// is. A web address, or an incident to attach it to, is the other kind of link.
func (v *visit) identityNamed(tail string) (who, id string, is bool) {
	parts := strings.Fields(tail)
	if len(parts) != 2 {
		return "", "", false
	}
	who, id = parts[0], parts[1]
	if strings.HasPrefix(who, "@") {
		who, id = id, who
	}
	if refShape.MatchString(who) || numberShape.MatchString(who) || strings.Contains(who+id, "/") {
		return "", "", false
	}
	id, mention := strings.CutPrefix(id, "@")
	return who, id, id != "" && (mention || v.side() == domain.Provider)
}

// customerHere is the customer in whose place something is said that only the
// provider's people may do there.
func (v *visit) customerHere(right domain.Verb) (domain.TenantID, error) {
	p, place := v.door.Person, v.door.Place
	switch {
	case p == nil:
		return "", domain.Refuse("not_registered")
	case p.Side != domain.Provider:
		return "", domain.Refuse("provider_only")
	case place == nil || place.Side != domain.Customer:
		return "", domain.Refuse("customer_place_only")
	case !domain.MayEver(v.actor(), right, place.Tenant):
		return "", domain.Refuse("not_allowed", "verb", string(right))
	}
	return place.Tenant, nil
}

// identify makes an identity that is nobody's one of the customer's people.
func (v *visit) identify(ctx context.Context, who, id string) (Reply, error) {
	w, e := v.words(), &v.event
	tenant, err := v.customerHere(domain.DoIdentify)
	if err != nil {
		return Reply{}, err
	}
	if err := v.tx.Enter(ctx, tenant); err != nil {
		return Reply{}, err
	}
	people, err := v.tx.People(ctx, tenant)
	if err != nil {
		return Reply{}, err
	}
	p, err := personCalled(people, who)
	if err != nil {
		return Reply{}, err
	}
	home, err := v.homeOf(id)
	if err != nil {
		return Reply{}, err
	}
	whose, err := v.tx.WorkspaceTenant(ctx, e.Platform, home)
	if err != nil {
		return Reply{}, err
	}
	known, err := v.tx.KnownAs(ctx, Identity{Platform: e.Platform, Workspace: home, ID: id})
	if err != nil {
		return Reply{}, err
	}
	given := "@" + brief(id)
	switch {
	case known.Tenant == tenant && known.Person == p.ID:
		return Reply{Text: w.IdentityAlready(given, display(&p))}, nil
	case known.Tenant == tenant:
		name := given
		for _, other := range people {
			if other.ID == known.Person {
				name = display(&other)
			}
		}
		return Reply{}, domain.Refuse("identity_taken", "given", given, "name", name)
	case known.Tenant != "", whose != "" && whose != tenant:
		return Reply{}, domain.Refuse("identity_elsewhere", "given", given)
	}
	if _, err := v.tx.Bind(ctx, known.ID, tenant, p.ID, ByLink); err != nil {
		return Reply{}, err
	}
	v.bot.Log.InfoContext(ctx, "identity linked", "tenant", tenant, "name", p.Name, "platform", e.Platform, "workspace", home, "id", id,
		"by", v.door.Person.Name)
	return Reply{Text: w.IdentityLinked(given, display(&p))}, nil
}

// personCalled finds the one person with that name or e-mail address.
func personCalled(people []Person, who string) (Person, error) {
	found := withEmail(people, who)
	var names []string
	for _, p := range people {
		names = append(names, p.Name)
		if sameWord(p.Name, who) {
			found = []Person{p} // a name is one person's
		}
	}
	switch len(found) {
	case 0:
		return Person{}, domain.Refuse("no_such_contact", "given", brief(who), "people", strings.Join(names, ", "))
	case 1:
		return found[0], nil
	}
	names = names[:0]
	for _, p := range found {
		names = append(names, p.Name)
	}
	return Person{}, domain.Refuse("several_people", "given", brief(who), "people", strings.Join(names, ", "))
}

// homeOf is the workspace where an identity is at home. Where a platform doesn't
// know, there is only one.
func (v *visit) homeOf(id string) (string, error) {
	if _, can := v.bot.Chats[v.event.Platform].(Profiles); !can {
		return v.event.through(), nil
	}
	profile, asked := v.told[id]
	switch {
	case !asked:
		return "", &askFirst{person: id}
	case errors.Is(profile.err, ErrNotFound), profile.err == nil && profile.Workspace == "":
		return "", domain.Refuse("identity_unknown", "given", "@"+brief(id))
	case profile.err != nil:
		return "", domain.Refuse("identity_not_asked", "given", "@"+brief(id))
	}
	return profile.Workspace, nil
}

// unlink takes back what identify did.
func (v *visit) unlink(ctx context.Context, tail string) (Reply, error) {
	tenant, err := v.customerHere(domain.DoIdentify)
	if err != nil {
		return Reply{}, err
	}
	id := strings.TrimPrefix(firstWord(tail), "@")
	if id == "" {
		return Reply{}, domain.Refuse("identity_missing")
	}
	given := "@" + brief(id)
	all, err := v.tx.Linked(ctx, tenant, v.event.Platform, id)
	if err != nil {
		return Reply{}, err
	}
	if len(all) == 0 {
		return Reply{}, domain.Refuse("identity_not_linked", "given", given)
	}
	all = slices.DeleteFunc(all, func(k Known) bool { return k.By != ByLink })
	if len(all) == 0 {
		return Reply{}, domain.Refuse("identity_not_by_hand", "given", given)
	}
	for _, k := range all {
		if err := v.tx.Unbind(ctx, k.ID, tenant); err != nil {
			return Reply{}, err
		}
		v.bot.Log.InfoContext(ctx, "identity unlinked", "tenant", tenant, "person", k.Person, "platform", v.event.Platform, "id", id,
			"by", v.door.Person.Name)
	}
	return Reply{Text: v.words().IdentityUnlinked(given)}, nil
}
