-- Revert olive:evidence from pg
BEGIN;
DROP TABLE olive.subject, olive.evidence, olive.evidence_delivery;
COMMIT;
