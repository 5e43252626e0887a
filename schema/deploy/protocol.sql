-- Deploy olive:protocol to pg
-- How instances of olive-fuse write one truth: epochs fence them, offsets commit with the rows.

BEGIN;

CREATE TABLE olive.partition_owner (
    partition int    PRIMARY KEY CHECK (partition >= 0),
    epoch     bigint NOT NULL DEFAULT 0 CHECK (epoch >= 0),
    instance  text
);
COMMENT ON TABLE olive.partition_owner IS
    'Who writes about a partition number; every transaction about it holds this row';

CREATE TABLE olive.topic_offset (
    topic            text   NOT NULL,
    partition        int    NOT NULL CHECK (partition >= 0),
    next_offset      bigint NOT NULL DEFAULT 0 CHECK (next_offset >= 0),
    cut              bigint CHECK (cut >= next_offset),
    records          bigint NOT NULL DEFAULT 0,
    distinct_records bigint NOT NULL DEFAULT 0,
    repeated         bigint NOT NULL DEFAULT 0,
    quarantined      bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (topic, partition),
    CONSTRAINT conservation CHECK (records = distinct_records + repeated + quarantined)
) WITH (fillfactor = 50);
COMMENT ON TABLE olive.topic_offset IS 'How far each topic has become rows, and what its records came to';
COMMENT ON COLUMN olive.topic_offset.cut IS 'Where the period under close ends; null unless one is';

CREATE TABLE olive.quarantine (
    topic     text        NOT NULL,
    partition int         NOT NULL,
    "offset"  bigint      NOT NULL,
    reason    text        NOT NULL,
    at        timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (topic, partition, "offset")
);
COMMENT ON TABLE olive.quarantine IS 'Messages that are no records: where they lie, never what they hold';

CREATE TABLE olive.household (
    kind  smallint NOT NULL CHECK (kind BETWEEN 0 AND 2),
    token bytea    NOT NULL CHECK (length(token) = 16),
    PRIMARY KEY (kind, token)
);
COMMENT ON TABLE olive.household IS
    'Locks: inserted before they are taken, never deleted, so that two writers always meet at the same row';

GRANT SELECT, INSERT, UPDATE ON olive.partition_owner, olive.topic_offset, olive.household TO olive_fuse;
GRANT SELECT, INSERT ON olive.quarantine TO olive_fuse;

COMMIT;
