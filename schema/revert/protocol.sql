-- Revert olive:protocol from pg
BEGIN;
DROP TABLE olive.household, olive.quarantine, olive.topic_offset, olive.partition_owner;
COMMIT;
