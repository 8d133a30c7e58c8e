package bot

import (
	"context"
	"fmt"
	"slices"
	"time"

	"example.com/firstcall/domain"
)

// undelivered is the ring about an escalation that could not be delivered.
const undelivered domain.NoticeKind = "undelivered"

// escalateUndelivered tells those who must know that escalations of the parcel
// reached nobody: the managers' place, else the engineers', else who is on duty.
// It is told before the parcel is settled and under a key of its own, so a
// crash between the two tells it once. A failure of this message goes one
// further along the same line, and ends there.
func (s *sender) escalateUndelivered(ctx context.Context, p Parcel, now time.Time) error {
	for _, o := range p.Items {
		if o.Ring == nil || !o.Ring.Escalation {
			continue
		}
		err := s.Store.InTx(ctx, func(tx Tx) error {
			if err := tx.Enter(ctx, o.Tenant); err != nil {
				return err
			}
			d, err := s.directory(ctx, tx, o.Tenant, now)
			if err != nil {
				return err
			}
			to, name, ok := d.insteadOf(o.Ring)
			s.Log.ErrorContext(ctx, "escalation undeliverable", "tenant", o.Tenant, "incident", o.Ring.Incident, "kind", o.Ring.Kind,
				"destination", o.Ring.Destination, "told_instead", to.Destination)
			if !ok {
				return nil
			}
			if name == "" {
				name = s.lease.Address.ID
			}
			u := Undelivered{Text: o.Ring.Message.current(now).Text}
			if earlier := o.Ring.Message.Undelivered; earlier != nil {
				u.Text, u.Missed = earlier.Text, slices.Clone(earlier.Missed)
			}
			u.Missed = append(u.Missed, name)
			return tx.KeepRings(ctx, o.Tenant, []Ring{{
				ID: s.NewID(), Incident: o.Ring.Incident, Generation: o.Ring.Generation, Kind: undelivered, Step: stepOf(o.Ring.ID),
				Destination: to.Destination, Urgency: 0, Escalation: true, At: now, Message: undeliveredMessage(o.Ring.Message, to, u),
			}})
		})
		if err != nil {
			return fmt.Errorf("escalate the undelivered %s: %w", o.Ring.ID, err)
		}
		s.step("out: undelivered escalated")
	}
	return nil
}

// insteadOf finds who is told when a ring can't be delivered, and the name of
// whom it didn't reach.
func (d Directory) insteadOf(r *Ring) (to Recipient, missed string, ok bool) {
	for _, x := range d.Recipients {
		if x.Destination == r.Destination {
			missed = x.name()
		}
	}
	line := d.find(func(x Recipient) bool { return x.Place != nil && x.Place.Purpose == ForManagers })
	line = append(line, d.find(func(x Recipient) bool { return x.Place != nil && x.Place.Purpose == ForEngineers })...)
	line = append(line, d.role(domain.RoleManager)...)
	line = append(line, d.role(domain.RoleIncidentManager)...)
	if r.Kind == undelivered {
		for n, x := range line {
			if x.Destination == r.Destination {
				line = line[n+1:]
				break
			}
			if n == len(line)-1 {
				line = nil // it went to somebody who has left the line
			}
		}
	}
	for _, x := range line {
		if x.Destination != r.Destination {
			return x, missed, true
		}
	}
	return Recipient{}, missed, false
}

// name is what a recipient is called.
func (r Recipient) name() string {
	switch {
	case r.Place != nil:
		return r.Place.Name
	case r.Person != nil && r.Person.FullName != "":
		return r.Person.FullName
	case r.Person != nil:
		return r.Person.Name
	}
	return ""
}
