-- Verify olive:base on pg: each line fails when what it names is missing
SELECT 'olive_fuse'::regrole, 'olive_reader'::regrole;
SELECT 1 / has_schema_privilege('olive_fuse', 'olive', 'USAGE')::int;
