-- Most alarms leave an incident's cards as they were. A digest beside the incident says so before the cards are written out and
-- compared one by one.
-- +goose Up
ALTER TABLE incidents ADD COLUMN shown bigint NOT NULL DEFAULT 0; -- of the cards kept last; 0: not known
