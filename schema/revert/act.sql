-- Revert olive:act from pg
BEGIN;
DROP INDEX olive.delivery_original;
DELETE FROM olive.delivery WHERE state = 'dismissed';
ALTER TABLE olive.delivery
    DROP COLUMN original,
    DROP COLUMN settled,
    DROP CONSTRAINT delivery_state_check,
    ADD CONSTRAINT delivery_state_check
        CHECK (state IN ('published', 'incomplete', 'duplicate', 'obsolete', 'rejected'));
COMMIT;
