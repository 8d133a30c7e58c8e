package bot

import (
	"context"
	"fmt"

	"example.com/firstcall/bot/words"
	"example.com/firstcall/domain"
)

// sided is the verb that somebody of the person's side means by a word that
// both sides use: engineers reply to the customer, and a customer's reply is an
// answer.
func (v *visit) sided(name string) string {
	if name == "reply" && v.side() == domain.Customer {
		return "answer"
	}
	return name
}

// customers are the places and people of the customer's side.
func (c call) customers(ctx context.Context) ([]Recipient, error) {
	s, err := c.v.scene(ctx, c.inc.Tenant)
	if err != nil {
		return nil, err
	}
	return s.directory.find(func(r Recipient) bool { return r.side() == domain.Customer }), nil
}

// canReply refuses where no card of the customer's is, under which a reply could stand.
func canReply(ctx context.Context, c call) error {
	there, err := c.customers(ctx)
	if err != nil {
		return err
	}
	ids := make([]DestinationID, 0, len(there))
	for _, r := range there {
		ids = append(ids, r.Destination)
	}
	cards, err := c.v.tx.CardsOf(ctx, c.inc.Tenant, c.inc.ID, cardTopic(c.inc.ID, forCustomer), ids)
	if err != nil {
		return fmt.Errorf("find where the customer reads about %s: %w", c.inc.Ref, err)
	}
	if len(cards) == 0 {
		return domain.Refuse("customer_unreachable")
	}
	return nil
}

// sendReply puts the reply under the customer's card, and under the engineers'
// so that all of them know what was said.
func sendReply(ctx context.Context, c call) error {
	there, err := c.customers(ctx)
	if err != nil {
		return err
	}
	said, text := SaidCard{AsOf: c.v.now}, cut(c.text(fieldText), maxRing)
	said.Topic = "said:reply:" + c.v.bot.NewID()
	err = c.v.under(ctx, &c.inc, forCustomer, there, said, func(w *words.Words) Message {
		return Message{Text: w.SaidReply(c.by.Name, text)}
	})
	if err != nil {
		return err
	}
	return c.v.toEngineers(ctx, &c.inc, said, nil, func(w *words.Words, customer string) words.Text {
		return w.SaidProvider(c.by.Name, customer, c.v.now, text)
	})
}
