-- Alarms need their customer's agreement and who can be reached, and these change a few times a month. A revision beside the
-- tenant says whether they are still as a process has read them. It is a fresh id and no counter, so that one of a transaction
-- that was rolled back never comes again.
-- +goose Up
ALTER TABLE tenants ADD COLUMN revision uuid NOT NULL DEFAULT '00000000-0000-0000-0000-000000000000';
