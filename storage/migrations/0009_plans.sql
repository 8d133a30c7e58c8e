-- Statements are planned once a connection, for tenants of every size. Knowing how many rows the average tenant has, the
-- planner would rather walk all rows of a small one than look up those that are wanted, and a large tenant would pay for that
-- with each button pressed. Not knowing it, it takes a tenant's rows for many and looks up what is wanted.
-- +goose Up
ALTER TABLE incidents ALTER COLUMN tenant_id SET STATISTICS 0;
ALTER TABLE wakes ALTER COLUMN tenant_id SET STATISTICS 0;
ALTER TABLE rings ALTER COLUMN tenant_id SET STATISTICS 0;
ALTER TABLE cards ALTER COLUMN tenant_id SET STATISTICS 0;
ALTER TABLE journal ALTER COLUMN tenant_id SET STATISTICS 0;
