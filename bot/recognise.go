package bot

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"example.com/firstcall/domain"
)

const (
	// askEvery is how often a platform is asked who somebody is whom it didn't
	// make known before.
	askEvery = time.Hour
	// profileTimeout ends the asking, so that an answer comes within the three
	// seconds that platforms wait.
	profileTimeout = 1500 * time.Millisecond
)

// askFirst ends a transaction that needs to know more of a person: the platform
// is asked, and the transaction runs again. Nothing of it was kept.
type askFirst struct {
	person string
	home   domain.TenantID // whose workspace it is in which the person is to be recognised; "" when only the answer is wanted
}

func (e *askFirst) Error() string { return "the platform must be asked about " + e.person }

// told is what a platform said about a person, or why it said nothing.
type told struct {
	Profile
	err error
}

// answered runs answer in a transaction, and again when the store was lost on
// the way: a new connection may do.
func (b *Bot) answered(ctx context.Context, answer func(Tx) error, v *visit) error {
	err := b.Store.InTx(ctx, answer)
	if errors.Is(err, ErrUnreachable) && v.tx != nil && ctx.Err() == nil {
		err = b.Store.InTx(ctx, answer)
	}
	return err
}

// inquire asks the platform, and has what it says kept where somebody is to be recognised.
func (b *Bot) inquire(ctx context.Context, e *Event, first *askFirst, asked map[string]told, now time.Time) error {
	t, already := asked[first.person]
	if !already {
		t = b.ask(ctx, e, first.person)
		asked[first.person] = t
	}
	if first.home == "" {
		return nil
	}
	return b.acquaint(ctx, e, first.home, t, now)
}

// ask asks the platform about a person, outside any transaction.
func (b *Bot) ask(ctx context.Context, e *Event, person string) told {
	var t told
	profiles, can := b.Chats[e.Platform].(Profiles)
	if !can {
		return told{err: ErrNotFound}
	}
	ctx, cancel := context.WithTimeout(ctx, profileTimeout)
	defer cancel()
	if t.Profile, t.err = profiles.Profile(ctx, e.through(), person); t.err != nil && !errors.Is(t.err, ErrNotFound) {
		b.Log.WarnContext(ctx, "could not ask who somebody is", "platform", e.Platform, "workspace", e.through(), "person", person, "err", t.err)
	}
	return t
}

// through is the workspace whose installation the event came through.
func (e *Event) through() string {
	if e.Through != "" {
		return e.Through
	}
	return e.Workspace
}

// recognise has the platform asked about somebody unknown who may be one of our
// people: somebody at home in a workspace that is bound to a side.
func (v *visit) recognise(ctx context.Context) error {
	e := &v.event
	if _, can := v.bot.Chats[e.Platform].(Profiles); !can || v.door.Person != nil || e.Person == "" {
		return nil
	}
	if _, asked := v.told[e.Person]; asked {
		return nil // and it didn't help
	}
	home, err := v.tx.WorkspaceTenant(ctx, e.Platform, e.Workspace)
	if err != nil || home == "" {
		return err
	}
	known, err := v.tx.KnownAs(ctx, Identity{Platform: e.Platform, Workspace: e.Workspace, ID: e.Person})
	if err != nil || !known.Asked.IsZero() && v.now.Before(known.Asked.Add(askEvery)) {
		return err
	}
	return &askFirst{person: e.Person, home: home}
}

// acquaint makes somebody unknown one of the side's people whose workspace they
// are at home in, by the e-mail address in the profile that this workspace has
// of them. Whoever administers a workspace decides what stands in its profiles,
// so nobody from elsewhere is recognised, and only the people of that side. It
// has a transaction of its own: what follows may be refused, and the platform
// was asked all the same.
func (b *Bot) acquaint(ctx context.Context, e *Event, home domain.TenantID, p told, now time.Time) error {
	err := b.Store.InTx(ctx, func(tx Tx) error {
		known, err := tx.KnownAs(ctx, Identity{Platform: e.Platform, Workspace: e.Workspace, ID: e.Person})
		if err != nil {
			return err
		}
		if err := tx.Asked(ctx, known.ID, now); err != nil || p.err != nil || p.Workspace != e.Workspace || known.Tenant != "" {
			return err
		}
		if whose, err := tx.WorkspaceTenant(ctx, e.Platform, e.Workspace); err != nil || whose != home {
			return err // bound anew meanwhile
		}
		if err := tx.Enter(ctx, home); err != nil {
			return err
		}
		people, err := tx.People(ctx, home)
		if err != nil {
			return err
		}
		all := withEmail(people, p.Email)
		if len(all) != 1 {
			return nil
		}
		b.Log.InfoContext(ctx, "identity recognised by its profile", "tenant", home, "name", all[0].Name,
			"platform", e.Platform, "workspace", e.Workspace, "id", e.Person)
		_, err = tx.Bind(ctx, known.ID, home, all[0].ID, ByProfile)
		return err
	})
	if err != nil {
		return fmt.Errorf("recognise somebody: %w", err)
	}
	return nil
}

// withEmail finds the people with that address.
func withEmail(people []Person, email string) []Person {
	var all []Person
	for _, p := range people {
		if sameWord(p.Email, email) {
			all = append(all, p)
		}
	}
	return all
}

// sameWord compares an address or a name as people write it. Letters that only
// look alike or fold into each other are not the same.
func sameWord(a, b string) bool {
	a, b = strings.TrimSpace(a), strings.TrimSpace(b)
	return a != "" && (a == b || isASCII(a) && isASCII(b) && strings.EqualFold(a, b))
}
