-- Revert olive:period from pg
BEGIN;
DROP TABLE olive.profile_seal, olive.seal, olive.period, olive.policy;
COMMIT;
