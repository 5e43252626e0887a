-- Revert olive:assessment from pg
BEGIN;
DROP VIEW olive.profile_live, olive.profile_sealed;
DO $$
DECLARE
    relation text;
    gone     text;
BEGIN
    SELECT string_agg(format('DROP COLUMN %I', attname), ', ') INTO gone
        FROM pg_attribute
        WHERE attrelid = 'olive.profile'::regclass AND NOT attisdropped
            AND attnum >= (SELECT attnum FROM pg_attribute
                           WHERE attrelid = 'olive.profile'::regclass AND attname = 'declared_partial');
    FOREACH relation IN ARRAY ARRAY['profile', 'profile_seal'] LOOP
        EXECUTE format('ALTER TABLE olive.%I %s', relation, gone);
    END LOOP;
END
$$;
SELECT olive.show_profile();
DROP FUNCTION olive.show_profile();
COMMENT ON VIEW olive.profile_live IS 'Households as they stand now; the open period is partial until its feeds are in';
COMMENT ON VIEW olive.profile_sealed IS 'Households as sealed, per period: what reports are made of';
GRANT SELECT ON olive.profile_live, olive.profile_sealed TO olive_reader;
DROP TYPE olive.hint, olive.band_basis;
ALTER TABLE olive.period DROP CONSTRAINT period_model_fkey;
ALTER TABLE olive.seal DROP CONSTRAINT seal_model_fkey;
UPDATE olive.period SET model = NULL;
UPDATE olive.seal SET model = NULL;
DROP TABLE olive.model;
COMMIT;
