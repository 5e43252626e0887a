-- Deploy olive:reader to pg
-- Readers see the two views and nothing else. The views run with the reader's own rights (security_invoker), so the
-- reader holds the columns that the views show, and row security says which rows: all of them until there is
-- authorisation. A column added to profile is hidden until a change grants it here.

BEGIN;

CREATE FUNCTION olive.household_kind_name(kind smallint) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE kind WHEN 0 THEN 'registered' WHEN 1 THEN 'assistance' WHEN 2 THEN 'dwelling' END;

-- Both views from the columns of profile, so that they cannot differ from it or from each other.
DO $$
DECLARE
    names text;
    shown text;
BEGIN
    SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum),
           string_agg(CASE attname WHEN 'kind' THEN 'olive.household_kind_name(kind) AS kind'
                      ELSE quote_ident(attname) END, ', ' ORDER BY attnum)
        INTO names, shown
        FROM pg_attribute
        WHERE attrelid = 'olive.profile'::regclass AND attnum > 0 AND NOT attisdropped;
    EXECUTE format('CREATE VIEW olive.profile_live WITH (security_invoker) AS SELECT %s FROM olive.profile', shown);
    EXECUTE format('CREATE VIEW olive.profile_sealed WITH (security_invoker) AS SELECT period, %s FROM olive.profile_seal',
                   shown);
    EXECUTE format('GRANT SELECT (%s) ON olive.profile TO olive_reader', names);
    EXECUTE format('GRANT SELECT (period, %s) ON olive.profile_seal TO olive_reader', names);
END
$$;
COMMENT ON VIEW olive.profile_live IS 'Households as they stand now; the open period is partial until its feeds are in';
COMMENT ON VIEW olive.profile_sealed IS 'Households as sealed, per period: what reports are made of';

ALTER TABLE olive.profile ENABLE ROW LEVEL SECURITY;
ALTER TABLE olive.profile_seal ENABLE ROW LEVEL SECURITY;
CREATE POLICY fuse ON olive.profile TO olive_fuse USING (true) WITH CHECK (true);
CREATE POLICY fuse ON olive.profile_seal TO olive_fuse USING (true) WITH CHECK (true);
CREATE POLICY reader ON olive.profile FOR SELECT TO olive_reader USING (true);
CREATE POLICY reader ON olive.profile_seal FOR SELECT TO olive_reader USING (true);

GRANT SELECT ON olive.profile_live, olive.profile_sealed TO olive_reader;

COMMIT;
