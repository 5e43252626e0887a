-- Deploy olive:period to pg

BEGIN;

CREATE TABLE olive.policy (
    digest     bytea       PRIMARY KEY CHECK (length(digest) = 32),
    name       text        NOT NULL,
    text       text        NOT NULL,
    valid_from date,
    added_at   timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE olive.policy IS 'Every policy that a period was assessed by, word for word; digest is SHA-256 of text';

CREATE TABLE olive.period (
    period   text        PRIMARY KEY CHECK (period ~ '^\d{4}-(0[1-9]|1[0-2])$'),
    state    text        NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'closing', 'sealed')),
    coverage int         NOT NULL DEFAULT 0,
    policy   bytea       NOT NULL REFERENCES olive.policy,
    model    bytea       CHECK (length(model) = 32),
    opened   timestamptz NOT NULL DEFAULT now(),
    closing  timestamptz,
    sealed   timestamptz
);
CREATE UNIQUE INDEX period_only_one_unsealed ON olive.period ((true)) WHERE state <> 'sealed';
COMMENT ON TABLE olive.period IS 'Calendar months; the one that is not sealed is where windows end';
COMMENT ON COLUMN olive.period.coverage IS
    'Pinned at the close before: bits 0-8 covered, 16-24 delivered, by indicator (lib/core/coverage.h)';

CREATE TABLE olive.seal (
    period          text        PRIMARY KEY REFERENCES olive.period,
    root            bytea       NOT NULL CHECK (length(root) = 32),
    households      bigint      NOT NULL,
    evidence_count  bigint      NOT NULL,
    evidence_digest bytea       NOT NULL CHECK (length(evidence_digest) = 32),
    coverage        int         NOT NULL,
    policy          bytea       NOT NULL REFERENCES olive.policy,
    model           bytea       CHECK (length(model) = 32),
    cut             jsonb       NOT NULL,
    feeds           jsonb       NOT NULL,
    sealed_at       timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE olive.seal IS 'What a period came to: all that another machine needs to get the same bytes';
COMMENT ON COLUMN olive.seal.root IS 'SHA-256 of the canonical dump';
COMMENT ON COLUMN olive.seal.evidence_digest IS 'SHA-256 over the sorted record ids';
COMMENT ON COLUMN olive.seal.cut IS 'The offset vector: {"topic": [offset of partition 0, …]}';
COMMENT ON COLUMN olive.seal.feeds IS 'The feeds as declared: [{"name", "source", "kinds", "complete"}]';

CREATE TABLE olive.profile_seal (
    period text NOT NULL,
    LIKE olive.profile INCLUDING CONSTRAINTS INCLUDING DEFAULTS INCLUDING COMMENTS,
    PRIMARY KEY (period, kind, household)
) WITH (autovacuum_freeze_min_age = 0);
COMMENT ON TABLE olive.profile_seal IS 'Profiles as sealed, one row per period and household, never changed';

GRANT SELECT, INSERT ON olive.policy, olive.seal, olive.profile_seal TO olive_fuse;
GRANT SELECT, INSERT, UPDATE ON olive.period TO olive_fuse;

COMMIT;
