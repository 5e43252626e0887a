-- What each role may do, and above all what it may not.
BEGIN;
SELECT no_plan();

CREATE FUNCTION pg_temp.denied(statement text, claim text) RETURNS text LANGUAGE sql AS
    $$SELECT throws_ok(statement, '42501', NULL, claim)$$;

INSERT INTO olive.profile (kind, household, member_count, adult_count, child_count, elder_count, deposit_state,
    property_state, vehicle_state, fund_state, electricity_state, water_state, gas_state, telecom_state, transport_state,
    as_of, policy, evidence_count, evidence_digest, digest)
    VALUES (0, substr(sha256('h'), 1, 16), 1, 1, 0, 0, 'known', 'missing', 'missing', 'missing', 'missing', 'missing',
    'missing', 'missing', 'missing', '2025-11', sha256('p'), 1, substr(sha256('e'), 1, 16), sha256('d'));
INSERT INTO olive.profile_seal SELECT '2025-11', * FROM olive.profile;
INSERT INTO olive.portrait (period, kind, region, industry, "group", band, hidden) VALUES ('2025-11', 0, 'all', 'all', 'all', 0, true);

-- ---- the reader ----
SET LOCAL ROLE olive_reader;
SELECT is((SELECT kind FROM olive.profile_live), 'registered', 'the reader sees the live profile');
SELECT is((SELECT period FROM olive.profile_sealed), '2025-11', 'the reader sees the sealed profile');
SELECT is((SELECT kind FROM olive.portrait_sealed), 'registered', 'the reader sees the sealed portrait');
SELECT pg_temp.denied(format('SELECT 1 FROM olive.%I LIMIT 1', name), 'the reader does not read ' || name)
    FROM unnest(ARRAY['evidence', 'evidence_00', 'evidence_delivery', 'subject', 'household', 'quarantine',
        'topic_offset', 'partition_owner', 'policy', 'period', 'seal', 'feed', 'delivery']) AS name;
SELECT pg_temp.denied('UPDATE olive.profile SET evidenced_low = 0', 'the reader changes no profile');
SELECT pg_temp.denied('UPDATE olive.profile_live SET evidenced_low = 0', 'the reader changes no profile through the view');
SELECT pg_temp.denied('DELETE FROM olive.profile_seal', 'the reader deletes no sealed profile');
SELECT pg_temp.denied('DELETE FROM olive.portrait', 'the reader deletes no portrait');
SELECT pg_temp.denied('INSERT INTO olive.profile_live (household) VALUES (NULL)', 'the reader adds no profile');
SELECT pg_temp.denied('CREATE TABLE olive.mine ()', 'the reader makes nothing in the schema');
RESET ROLE;

-- A new column of profile is hidden until it is granted.
ALTER TABLE olive.profile ADD COLUMN secret bigint;
SET LOCAL ROLE olive_reader;
SELECT pg_temp.denied('SELECT secret FROM olive.profile', 'the reader does not see a column added later');
RESET ROLE;
SELECT ok(relrowsecurity, format('row security is on for %s', relname)) FROM pg_class
    WHERE oid IN ('olive.profile'::regclass, 'olive.profile_seal'::regclass, 'olive.portrait'::regclass);
SELECT ok('security_invoker=true' = ANY (reloptions), format('%s runs with the rights of its reader', relname))
    FROM pg_class WHERE oid IN ('olive.profile_live'::regclass, 'olive.profile_sealed'::regclass, 'olive.portrait_sealed'::regclass);

-- ---- the fuse ----
SET LOCAL ROLE olive_fuse;
SELECT pg_temp.denied('UPDATE olive.evidence SET records = 1', 'evidence is never changed');
SELECT pg_temp.denied('DELETE FROM olive.evidence', 'evidence is never deleted');
SELECT pg_temp.denied('DELETE FROM olive.household', 'household locks are never deleted');
SELECT pg_temp.denied('UPDATE olive.profile_seal SET evidenced_low = 0', 'a sealed profile is never changed');
SELECT pg_temp.denied('DELETE FROM olive.profile_seal', 'a sealed profile is never deleted');
SELECT pg_temp.denied('UPDATE olive.portrait SET hidden = false', 'a sealed portrait is never changed');
SELECT pg_temp.denied('DELETE FROM olive.portrait', 'a sealed portrait is never deleted');
SELECT pg_temp.denied('UPDATE olive.seal SET households = 0', 'a seal is never changed');
SELECT pg_temp.denied('DELETE FROM olive.delivery', 'a receipt is never deleted');
SELECT pg_temp.denied('UPDATE olive.policy SET text = ''''', 'the text of a policy is never changed');
SELECT lives_ok('LOCK TABLE olive.household IN EXCLUSIVE MODE', 'a catch-up flush may lock all households at once');
SELECT lives_ok('UPDATE olive.profile SET evidenced_low = 1', 'the fuse writes profiles');
SELECT lives_ok('INSERT INTO olive.profile_seal (period, kind, household, member_count, adult_count, child_count,
    elder_count, deposit_state, property_state, vehicle_state, fund_state, electricity_state, water_state, gas_state,
    telecom_state, transport_state, as_of, policy, evidence_count, evidence_digest, digest)
    SELECT ''2025-12'', kind, household, member_count, adult_count, child_count, elder_count, deposit_state,
    property_state, vehicle_state, fund_state, electricity_state, water_state, gas_state, telecom_state, transport_state,
    as_of, policy, evidence_count, evidence_digest, digest FROM olive.profile', 'the fuse seals profiles');
SELECT lives_ok('INSERT INTO olive.evidence_delivery (delivery, received_ms) VALUES (sha256(''1''), 0)',
    'the fuse interns a delivery');
SELECT lives_ok('DELETE FROM olive.profile', 'the fuse deletes profiles without members');
RESET ROLE;

SELECT * FROM finish();
ROLLBACK;
