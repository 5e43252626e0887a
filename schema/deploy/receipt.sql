-- Deploy olive:receipt to pg

BEGIN;

CREATE TABLE olive.feed (
    name     text    PRIMARY KEY,
    source   text    NOT NULL,
    mode     text    NOT NULL CHECK (mode IN ('delta', 'snapshot')),
    kinds    text[]  NOT NULL DEFAULT '{}',
    complete boolean NOT NULL
);
COMMENT ON TABLE olive.feed IS 'Feeds as the configuration declares them';
COMMENT ON COLUMN olive.feed.kinds IS 'Of a utility feed: electricity, water, gas';

CREATE TABLE olive.delivery (
    receipt_offset bigint PRIMARY KEY,
    delivery       bytea  NOT NULL CHECK (length(delivery) = 32),
    feed           text   NOT NULL,
    source         text   NOT NULL,
    sequence       bigint NOT NULL,
    bytes          bigint NOT NULL,
    received_ms    bigint NOT NULL,
    state          text   NOT NULL CHECK (state IN ('published', 'incomplete', 'duplicate', 'obsolete', 'rejected')),
    why            text,
    as_of          date,
    lines          bigint NOT NULL,
    published      bigint NOT NULL,
    dead_lettered  bigint NOT NULL,
    duplicate      bigint NOT NULL,
    obsolete       bigint NOT NULL,
    rejected       bigint NOT NULL,
    ended          bigint NOT NULL,
    retracted      bigint NOT NULL,
    dead_letters   jsonb  NOT NULL DEFAULT '{}',
    months         jsonb  NOT NULL DEFAULT '{}',
    took_ms        bigint NOT NULL,
    arrival        bigint NOT NULL,
    CONSTRAINT conservation CHECK (lines = published + dead_lettered + duplicate + obsolete + rejected)
);
-- A connector that was killed may send a receipt twice: that delivery still counts once.
CREATE UNIQUE INDEX delivery_once ON olive.delivery (delivery, arrival);
CREATE UNIQUE INDEX delivery_published_once ON olive.delivery (delivery) WHERE state IN ('published', 'incomplete');
CREATE INDEX delivery_feed ON olive.delivery (feed, sequence);
COMMENT ON TABLE olive.delivery IS
    'One row per receipt: the same delivery again is another row that says duplicate, so sums over the table balance';
COMMENT ON COLUMN olive.delivery.receipt_offset IS 'Offset of the receipt in olive.delivery.v1';
COMMENT ON COLUMN olive.delivery.arrival IS 'Number of the file among all that came in by its feed';
COMMENT ON COLUMN olive.delivery.dead_letters IS 'Lines by reason: {"BAD_DATE": 3}';
COMMENT ON COLUMN olive.delivery.months IS 'Lines published by indicator and month: {"deposit": {"2025-11": 12}}';

GRANT SELECT, INSERT, UPDATE, DELETE ON olive.feed TO olive_fuse;
GRANT SELECT, INSERT ON olive.delivery TO olive_fuse;

COMMIT;
