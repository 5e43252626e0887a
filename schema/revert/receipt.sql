-- Revert olive:receipt from pg
BEGIN;
DROP TABLE olive.delivery, olive.feed;
COMMIT;
