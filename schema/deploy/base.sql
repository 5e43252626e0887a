-- Deploy olive:base to pg
-- Roles belong to the cluster: another database, perhaps at this very moment, may make them too.

BEGIN;

DO $$
DECLARE
    role_name text;
BEGIN
    FOREACH role_name IN ARRAY ARRAY['olive_fuse', 'olive_reader'] LOOP
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = role_name) THEN
            EXECUTE format('CREATE ROLE %I NOLOGIN', role_name);
        END IF;
    END LOOP;
EXCEPTION WHEN duplicate_object OR unique_violation THEN
    NULL;
END
$$;

CREATE SCHEMA olive;
COMMENT ON SCHEMA olive IS 'Household income profiles and the evidence behind them';
GRANT USAGE ON SCHEMA olive TO olive_fuse, olive_reader;

COMMIT;
