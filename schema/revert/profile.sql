-- Revert olive:profile from pg
BEGIN;
DROP TABLE olive.profile;
DROP TYPE olive.indicator_state;
COMMIT;
