-- What the tables must be, beyond their names.
BEGIN;
SELECT plan(33);

SELECT tables_are('olive', ARRAY['partition_owner', 'topic_offset', 'quarantine', 'household', 'evidence_delivery',
    'evidence', 'evidence_00', 'evidence_01', 'evidence_02', 'evidence_03', 'evidence_04', 'evidence_05', 'evidence_06',
    'evidence_07', 'evidence_08', 'evidence_09', 'evidence_10', 'evidence_11', 'evidence_12', 'evidence_13',
    'evidence_14', 'evidence_15', 'subject', 'profile', 'profile_seal', 'portrait', 'policy', 'model', 'period', 'seal', 'feed', 'delivery']);
SELECT views_are('olive', ARRAY['profile_live', 'profile_sealed', 'portrait_sealed']);
SELECT col_is_pk('olive', 'partition_owner', 'partition', 'one owner row per partition number');
SELECT col_is_pk('olive', 'topic_offset', ARRAY['topic', 'partition'], 'one offset per topic and partition');
SELECT col_is_pk('olive', 'household', ARRAY['kind', 'token'], 'one lock per household and kind');
SELECT col_is_pk('olive', 'evidence', ARRAY['subject', 'seq'], 'segments of a subject are in order');
SELECT col_is_pk('olive', 'profile', ARRAY['kind', 'household'], 'one profile per household and kind');
SELECT col_is_pk('olive', 'profile_seal', ARRAY['period', 'kind', 'household'], 'one sealed profile per period');

SELECT is((SELECT partstrat FROM pg_partitioned_table WHERE partrelid = 'olive.evidence'::regclass), 'h',
    'evidence is hash-partitioned');
SELECT is((SELECT count(*) FROM pg_attribute JOIN pg_inherits ON inhrelid = attrelid
           WHERE inhparent = 'olive.evidence'::regclass AND attname = 'segment' AND attcompression = 'l'), 16::bigint,
    'segments are compressed by lz4 in every partition');

-- profile_seal is profile as it was, so it can lack nothing and add nothing but the period.
SELECT results_eq(
    $$SELECT attname, atttypid::regtype, attnotnull FROM pg_attribute
      WHERE attrelid = 'olive.profile_seal'::regclass AND attnum > 1 AND NOT attisdropped ORDER BY attnum$$,
    $$SELECT attname, atttypid::regtype, attnotnull FROM pg_attribute
      WHERE attrelid = 'olive.profile'::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attnum$$,
    'profile_seal has the columns of profile after its period');
SELECT results_eq(
    $$SELECT attname FROM pg_attribute WHERE attrelid = 'olive.profile_sealed'::regclass AND attnum > 1 ORDER BY attnum$$,
    $$SELECT attname FROM pg_attribute WHERE attrelid = 'olive.profile'::regclass AND attnum > 0 ORDER BY attnum$$,
    'profile_sealed shows them all');

-- P1 where it is counted.
INSERT INTO olive.topic_offset (topic, partition) VALUES ('olive.deposit.v1', 0);
SELECT throws_ok($$UPDATE olive.topic_offset SET records = 3, distinct_records = 1, repeated = 1$$, '23514', NULL,
    'records = distinct + repeated + quarantined');
SELECT throws_ok($$UPDATE olive.topic_offset SET next_offset = 5, cut = 4$$, '23514', NULL,
    'no offset is committed past the cut');
-- $1 the offset, $2 the number of the file among those of its feed, $3 the state, $4 its lines, two of which are told.
PREPARE receipt AS INSERT INTO olive.delivery VALUES
    ($1, sha256('1'), 'bank-a', 'deposit', 1, 100, 0, $3, NULL, NULL, $4, 1, 1, 0, 0, 0, 0, 0, '{}', '{}', 5, $2);
SELECT throws_ok($$EXECUTE receipt(0, 1, 'published', 3)$$, '23514', NULL, 'lines of a receipt add up');
SELECT lives_ok($$EXECUTE receipt(0, 1, 'published', 2)$$, 'a receipt whose lines add up');
SELECT throws_ok($$EXECUTE receipt(1, 2, 'published', 2)$$, '23505', NULL, 'a delivery is published once');
SELECT lives_ok($$EXECUTE receipt(1, 2, 'duplicate', 2)$$, 'and a duplicate any number of times');
SELECT throws_ok($$EXECUTE receipt(2, 2, 'duplicate', 2)$$, '23505', NULL, 'but one file of a feed has one receipt');

-- An act of an operator is a delivery that names its original.
INSERT INTO olive.delivery SELECT 9, sha256('9'), feed, source, sequence, 10, 0, 'dismissed', NULL, NULL, 0, 0, 0, 0, 0, 0, 0, 0,
    '{}', '{}', 5, 9, delivery, 1 FROM olive.delivery WHERE receipt_offset = 0;
SELECT results_eq($$SELECT a.settled FROM olive.delivery a JOIN olive.delivery o ON a.original = o.delivery AND o.state = 'published'$$,
    ARRAY[1::bigint], 'a dismissal leads back to its original');
SELECT throws_ok($$UPDATE olive.delivery SET original = '\x00' WHERE receipt_offset = 9$$, '23514', NULL, 'an original is a digest');

-- One period is where windows end.
INSERT INTO olive.policy VALUES (sha256('p'), 'test', 'p');
INSERT INTO olive.period (period, policy) VALUES ('2025-11', sha256('p'));
SELECT throws_ok($$INSERT INTO olive.period (period, policy) VALUES ('2025-12', sha256('p'))$$, '23505', NULL,
    'no second open period');
UPDATE olive.period SET state = 'closing';
SELECT throws_ok($$INSERT INTO olive.period (period, policy) VALUES ('2025-12', sha256('p'))$$, '23505', NULL,
    'none while one is closing');
UPDATE olive.period SET state = 'sealed';
SELECT lives_ok($$INSERT INTO olive.period (period, policy) VALUES ('2025-12', sha256('p'))$$,
    'the next one after the seal');
SELECT throws_ok($$UPDATE olive.period SET period = '2025-13' WHERE period = '2025-12'$$, '23514', NULL,
    'a period is a month');
SELECT throws_ok($$INSERT INTO olive.period (period, policy, state) VALUES ('2026-01', sha256('q'), 'sealed')$$, '23503',
    NULL, 'a period has a policy whose text is kept');

-- The portrait: what is hidden is not there, and a cell is of two dimensions at most.
SELECT col_is_pk('olive', 'portrait', ARRAY['period', 'kind', 'region', 'industry', 'group', 'band'], 'one cell per place');
PREPARE cell AS INSERT INTO olive.portrait (period, kind, region, industry, "group", band, hidden, households, share, share_low,
    share_high) VALUES ('2025-11', 0, $1, $2, $3, $4, $5, $6, $7, $8, $9);
SELECT lives_ok($$EXECUTE cell('330305001', 'C', 'all', 1, false, 12.5, 0.4, 0.3, 0.5)$$, 'a cell');
SELECT throws_ok($$EXECUTE cell('330305001', 'C', 'dibao', 1, false, 12.5, 0.4, 0.3, 0.5)$$, '23514', NULL,
    'not of region, industry and group at once');
SELECT throws_ok($$EXECUTE cell('330305001', 'C', 'all', 2, true, 3, NULL, NULL, NULL)$$, '23514', NULL,
    'a hidden one says nothing');
SELECT throws_ok($$EXECUTE cell('330305001', 'C', 'all', 2, false, 12.5, 0.6, 0.3, 0.5)$$, '23514', NULL,
    'a share lies within its interval');
SELECT results_eq(
    $$SELECT attname FROM pg_attribute WHERE attrelid = 'olive.portrait_sealed'::regclass AND attnum > 0 ORDER BY attnum$$,
    $$SELECT attname FROM pg_attribute WHERE attrelid = 'olive.portrait'::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attnum$$,
    'portrait_sealed shows all of portrait');

SELECT is((SELECT array_agg(change ORDER BY planned_at) FROM sqitch.changes WHERE project = 'olive'),
    ARRAY['base', 'protocol', 'evidence', 'profile', 'period', 'receipt', 'reader', 'act', 'assessment', 'portrait'],
    'what is deployed can be read back in the order of the plan');

SELECT finish();
ROLLBACK;
