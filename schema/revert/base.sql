-- Revert olive:base from pg
-- The roles stay: they belong to the cluster, and other databases may use them.
BEGIN;
DROP SCHEMA olive;
COMMIT;
