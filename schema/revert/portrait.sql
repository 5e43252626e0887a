-- Revert olive:portrait from pg
BEGIN;
DROP VIEW olive.portrait_sealed;
DROP TABLE olive.portrait;
COMMIT;
