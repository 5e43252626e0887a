-- Deploy olive:evidence to pg
-- The records as packed segments, appended and never changed, and per subject what they add up to.

BEGIN;

CREATE TABLE olive.evidence_delivery (
    ref         int    GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    delivery    bytea  NOT NULL CHECK (length(delivery) = 32),
    received_ms bigint NOT NULL,
    UNIQUE (delivery, received_ms)
);
COMMENT ON TABLE olive.evidence_delivery IS
    'The short number by which segments name a delivery and its time of receipt; one without a segment is harmless';

CREATE TABLE olive.evidence (
    subject bytea  NOT NULL CHECK (length(subject) = 16),
    seq     bigint NOT NULL CHECK (seq > 0),
    records int    NOT NULL CHECK (records > 0),
    segment bytea  COMPRESSION lz4 NOT NULL,
    PRIMARY KEY (subject, seq)
) PARTITION BY HASH (subject);
COMMENT ON TABLE olive.evidence IS 'Append only. The segments of a subject, in the order of seq, are one stream';

-- Rows never change after they are written: the first vacuum that meets them freezes them.
DO $$
BEGIN
    FOR part IN 0..15 LOOP
        EXECUTE format(
            'CREATE TABLE olive.evidence_%s PARTITION OF olive.evidence FOR VALUES WITH (MODULUS 16, REMAINDER %s)
             WITH (fillfactor = 100, autovacuum_freeze_min_age = 0,
                   autovacuum_vacuum_insert_threshold = 100000, autovacuum_vacuum_insert_scale_factor = 0.5)',
            to_char(part, 'FM00'), part);
    END LOOP;
END
$$;

-- Not partitioned: it is found by household as often as by token, and each partition would have to be asked.
CREATE TABLE olive.subject (
    token        bytea    PRIMARY KEY CHECK (length(token) = 16),
    partition    int      NOT NULL CHECK (partition >= 0),
    kind         smallint NOT NULL CHECK (kind IN (1, 2)),
    registered   bytea    CHECK (length(registered) = 16),
    assistance   bytea    CHECK (length(assistance) = 16),
    dwelling     bytea    CHECK (length(dwelling) = 16),
    as_of        int      NOT NULL,
    record_count bigint   NOT NULL CHECK (record_count >= 0),
    record_sum   bytea    NOT NULL CHECK (length(record_sum) = 16),
    digest       bytea    NOT NULL CHECK (length(digest) = 32),
    indicators   bytea    COMPRESSION lz4 NOT NULL,
    next_seq     bigint   NOT NULL DEFAULT 1 CHECK (next_seq > 0)
) WITH (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.1);
CREATE INDEX subject_registered ON olive.subject (registered) WHERE registered IS NOT NULL;
CREATE INDEX subject_assistance ON olive.subject (assistance) WHERE assistance IS NOT NULL;
CREATE INDEX subject_dwelling ON olive.subject (dwelling) WHERE dwelling IS NOT NULL;
CREATE INDEX subject_sweep ON olive.subject (partition, as_of);
COMMENT ON TABLE olive.subject IS 'A person (kind 1) or meter (kind 2), known by a token';
COMMENT ON COLUMN olive.subject.registered IS 'Token of the household of this kind at the end of as_of; null: in none';
COMMENT ON COLUMN olive.subject.as_of IS 'Period, year * 12 + month - 1';
COMMENT ON COLUMN olive.subject.record_sum IS 'Evidence digest: the distinct record ids added up modulo 2^128';
COMMENT ON COLUMN olive.subject.indicators IS 'Canonical bytes (lib/core/subject.h)';
COMMENT ON COLUMN olive.subject.next_seq IS 'The seq of the next evidence segment';

GRANT SELECT, INSERT ON olive.evidence_delivery, olive.evidence TO olive_fuse;
GRANT SELECT, INSERT, UPDATE ON olive.subject TO olive_fuse;

COMMIT;
