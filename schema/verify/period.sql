-- Verify olive:period on pg
SELECT digest, name, text, valid_from, added_at FROM olive.policy WHERE false;
SELECT period, state, coverage, policy, model, opened, closing, sealed FROM olive.period WHERE false;
SELECT period, root, households, evidence_count, evidence_digest, coverage, policy, model, cut, feeds, sealed_at
    FROM olive.seal WHERE false;
SELECT period, kind, household, digest FROM olive.profile_seal WHERE false;
