package lab

import (
	"context"
	"fmt"
	"time"

	"example.com/firstcall/bot"
	"example.com/firstcall/cmd/firstcall/demo"
	"example.com/firstcall/domain"
	"example.com/firstcall/domain/terms"
)

// Provider is the one that isn't a customer; those are numbered from 0.
const Provider = -1

// Seats say where the provider's and each customer's people and channels are on a platform.
type Seats struct {
	Platform  string
	Workspace func(customer int) string
	Bound     bool // a workspace's people are bound to its side
	// People are somebody's ids. For each but the first there is one person more like that; with none, the platform doesn't know
	// them. Each customer's ana has one.
	People func(customer int, name string) []string
	// Channel is the id of the channel with a name in the demo; a customer has one alone.
	Channel func(customer int, name string) string
}

func (s Seats) identity(customer int, id string) bot.Identity {
	return bot.Identity{Platform: s.Platform, Workspace: s.Workspace(customer), ID: id}
}

// setUp is the demo's provider with customers like the demo's first one, each with a channel, people and an agreement of its own.
func (s Seats) setUp(customers int, start time.Time) (all bot.Setup, err error) {
	d, err := demo.Setup(terms.Current(), start)
	if err != nil {
		return all, err
	}
	all.Rosters = d.Rosters
	for _, like := range d.Tenants {
		switch {
		case like.Side == domain.Provider:
			s.add(&all, d, like.Name, Provider, like)
		case like.Prefix == "INC":
			for i := range customers {
				t := like
				t.Name, t.Prefix = fmt.Sprintf("Customer %d", i), fmt.Sprintf("C%d", i)
				s.add(&all, d, like.Name, i, t)
			}
		}
	}
	return all, nil
}

// add adds a tenant that has what another one has in the demo.
func (s Seats) add(all *bot.Setup, d bot.Setup, like string, customer int, t bot.Tenant) {
	all.Tenants = append(all.Tenants, t)
	if s.Bound {
		all.Workspaces = append(all.Workspaces, bot.SetupWorkspace{Tenant: t.Name, Platform: s.Platform, ID: s.Workspace(customer)})
	}
	for _, x := range d.People {
		if x.Tenant != like {
			continue
		}
		x.Tenant, x.Identities = t.Name, nil
		name, mail := x.Person.Name, x.Person.Email
		ids := s.People(customer, name)
		if len(ids) == 0 {
			all.People = append(all.People, x)
		}
		for n, id := range ids {
			x.Identities = []bot.Identity{s.identity(customer, id)}
			if n > 0 {
				x.Person.Name, x.Person.Email = fmt.Sprint(name, n), fmt.Sprint(n, mail)
			}
			all.People = append(all.People, x)
		}
	}
	for _, x := range d.Places {
		if x.Tenant == like {
			x.Tenant, x.Channel = t.Name, s.identity(customer, s.Channel(customer, x.Place.Name))
			all.Places = append(all.Places, x)
		}
	}
	for _, x := range d.Agreements {
		if x.Tenant == like {
			x.Tenant = t.Name
			all.Agreements = append(all.Agreements, x)
		}
	}
}

// Furnish makes a database with customers and nothing else.
func (l *Lab) Furnish(ctx context.Context, name string, s Seats, customers int, start time.Time) error {
	if err := l.Create(ctx, name); err != nil {
		return err
	}
	all, err := s.setUp(customers, start)
	if err != nil {
		return err
	}
	store, err := l.Store(ctx, name, nil)
	if err != nil {
		return err
	}
	defer store.Close()
	return store.Import(ctx, all)
}

// OpenOne lets each customer open one incident at the start: severity A, to be called about within 15 minutes.
func (l *Lab) OpenOne(ctx context.Context, name string, s Seats, customers int, start time.Time) error {
	store, err := l.Store(ctx, name, nil)
	if err != nil {
		return err
	}
	defer store.Close()
	b := Bot(store, func() time.Time { return start })
	for i := range customers {
		c := s.Conversation(b, i, "open")
		if err := c.Start(ctx); err != nil {
			return err
		}
		if err := c.Submit(ctx); err != nil {
			return err
		}
	}
	return nil
}

// Conversation is what a customer's ana says to a bot in the customer's channel.
type Conversation struct {
	bot  *bot.Bot
	as   bot.Event
	said int
}

// Conversation begins one; what is said in it has keys that begin so.
func (s Seats) Conversation(b *bot.Bot, customer int, keys string) *Conversation {
	at := s.identity(customer, s.People(customer, "ana")[0])
	return &Conversation{bot: b, as: bot.Event{
		Key: fmt.Sprintf("%s-%d", keys, customer), Platform: at.Platform, Workspace: at.Workspace, Person: at.ID, Place: s.Channel(customer, ""),
	}}
}

func (c *Conversation) handle(ctx context.Context, e bot.Event) (bot.Reply, error) {
	c.said++
	e.Key = fmt.Sprintf("%s-%d", c.as.Key, c.said)
	return c.bot.Handle(ctx, e)
}

// Start asks for a report.
func (c *Conversation) Start(ctx context.Context) error {
	e := c.as
	e.Kind, e.Text = bot.Said, "/incident"
	_, err := c.handle(ctx, e)
	return err
}

// Answers are what a customer of the demo says about an incident of severity A.
var Answers = map[string]string{
	"kind": "break-fix", "product": "azure/virtual-machines", "environment": "production", "subscription": "contoso-shop-prod",
	"happened": "Checkout is down in our shop: every second order ends with an error since this morning.", "since": "-",
	"impact": "We lose half of our sales while this goes on, and the call centre is flooded.", "severity": "A", "commitment": "yes",
	"contacts": "Ana Weber, +49 30 23125 101; Ben Krause, +49 30 23125 102",
}

// Answer gives one of the answers.
func (c *Conversation) Answer(ctx context.Context, key string) error {
	e := c.as
	e.Kind, e.Form, e.Values, e.Partial = bot.Submitted, "report", map[string]string{key: Answers[key]}, true
	_, err := c.handle(ctx, e)
	return err
}

// Submit gives all answers and opens the incident.
func (c *Conversation) Submit(ctx context.Context) error {
	e := c.as
	e.Kind, e.Form, e.Values = bot.Submitted, "report", Answers
	r, err := c.handle(ctx, e)
	if err == nil && r.Form != nil && r.Form.Asking == "" { // the summary was read
		r, err = c.handle(ctx, e)
	}
	if err == nil && r.Form != nil {
		return fmt.Errorf("the report is not taken; still asked for: %q", r.Form.Asking)
	}
	return err
}
