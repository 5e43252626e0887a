-- Verify olive:portrait on pg
SELECT period, kind, region, industry, "group", band, hidden, households, share, p50, plan_a, plan_b, model
    FROM olive.portrait_sealed WHERE false;
SELECT 1 / (has_table_privilege('olive_reader', 'olive.portrait_sealed', 'SELECT')
            AND NOT has_table_privilege('olive_fuse', 'olive.portrait', 'UPDATE'))::int;
SELECT 1 / relrowsecurity::int FROM pg_class WHERE oid = 'olive.portrait'::regclass;
