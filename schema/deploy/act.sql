-- Deploy olive:act to pg
-- An act of an operator on dead letters is a delivery of its own: corrected lines, or the word that there will be none.

BEGIN;

ALTER TABLE olive.delivery
    ADD COLUMN original bytea CHECK (length(original) = 32),
    ADD COLUMN settled  bigint NOT NULL DEFAULT 0 CHECK (settled >= 0),
    DROP CONSTRAINT delivery_state_check,
    ADD CONSTRAINT delivery_state_check
        CHECK (state IN ('published', 'incomplete', 'duplicate', 'obsolete', 'rejected', 'dismissed'));
CREATE INDEX delivery_original ON olive.delivery (original) WHERE original IS NOT NULL;
COMMENT ON COLUMN olive.delivery.original IS 'The delivery whose dead letters this one replays or dismisses';
COMMENT ON COLUMN olive.delivery.settled IS 'How many of its dead letters this one settles';

COMMIT;
