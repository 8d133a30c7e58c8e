-- Two sides talk about one incident, each under its own card. A card may belong into the thread of another one in the same
-- destination, and then waits until that one is there. What somebody said is a card, too: it is edited when the words change,
-- and an older event never undoes a newer one.
-- +goose Up
ALTER TABLE cards ADD COLUMN under text NOT NULL DEFAULT ''; -- the topic of the card in whose thread it belongs; '': the top level
ALTER TABLE cards ADD COLUMN pin boolean NOT NULL DEFAULT false;
ALTER TABLE cards ADD COLUMN as_of timestamptz; -- of what was said: as people had it then; infinity: for good
ALTER TABLE cards ADD CONSTRAINT cards_under CHECK (under <> topic);
-- Under which message a ring was tried last: there it is looked for.
ALTER TABLE rings ADD COLUMN under text NOT NULL DEFAULT '';
GRANT UPDATE (under) ON rings TO firstcall_sender;

-- Whose incident a message shows. In a channel of the provider's it may be any customer's, so the staff's role finds it, which
-- reads no more of a card than that.
CREATE INDEX cards_message ON cards (destination_id, message_id) WHERE message_id <> '' AND incident_id IS NOT NULL;
CREATE POLICY staff ON cards FOR SELECT TO firstcall_staff USING (incident_id IS NOT NULL);
GRANT SELECT (tenant_id, destination_id, incident_id, topic, message_id) ON cards TO firstcall_staff;
