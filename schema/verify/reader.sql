-- Verify olive:reader on pg
SELECT 1 / (has_table_privilege('olive_reader', 'olive.profile_live', 'SELECT')
            AND has_table_privilege('olive_reader', 'olive.profile_sealed', 'SELECT')
            AND NOT has_table_privilege('olive_reader', 'olive.evidence', 'SELECT'))::int;
SELECT 1 / relrowsecurity::int FROM pg_class WHERE oid IN ('olive.profile'::regclass, 'olive.profile_seal'::regclass);
