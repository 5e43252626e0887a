-- Deploy olive:portrait to pg
-- The group portrait of each sealed period (lib/core/portrait.h). What must not be shown is null here already, so that
-- everybody downstream may read it.

BEGIN;

CREATE TABLE olive.portrait (
    period       text     NOT NULL,
    kind         smallint NOT NULL CHECK (kind BETWEEN 0 AND 2),
    region       text     NOT NULL,
    industry     text     NOT NULL,
    "group"      text     NOT NULL,
    band         smallint NOT NULL CHECK (band BETWEEN 0 AND 6),
    hidden       boolean  NOT NULL,
    households   numeric,
    persons      numeric,
    assessed     numeric,
    share        numeric,
    share_low    numeric,
    share_high   numeric,
    person_share numeric,
    p10          bigint,
    p25          bigint,
    p50          bigint,
    p75          bigint,
    p90          bigint,
    plan_a       numeric,
    plan_a_low   numeric,
    plan_a_high  numeric,
    plan_b       numeric,
    plan_b_low   numeric,
    plan_b_high  numeric,
    model        text,
    PRIMARY KEY (period, kind, region, industry, "group", band),
    CONSTRAINT two_are_said_at_most CHECK ('all' IN (region, industry, "group")),
    CONSTRAINT hidden_is_null CHECK (NOT hidden OR num_nonnulls(households, persons, assessed, share, share_low,
        share_high, person_share, p10, p25, p50, p75, p90, plan_a, plan_a_low, plan_a_high, plan_b, plan_b_low,
        plan_b_high) = 0),
    CONSTRAINT share_lies_within CHECK (share_low <= share AND share <= share_high AND share BETWEEN 0 AND 1),
    CONSTRAINT plan_lies_within CHECK (plan_a_low <= plan_a AND plan_a <= plan_a_high AND plan_b_low <= plan_b AND
        plan_b <= plan_b_high)
);
COMMENT ON TABLE olive.portrait IS
    'Households of a place, industry section and group as sealed: counts, shares of the bands, quantiles, the plan''s A and B';
COMMENT ON COLUMN olive.portrait.region IS
    'Township, the first nine digits of the code in today''s series; all; - when it is not stated';
COMMENT ON COLUMN olive.portrait.industry IS 'Section A to T of GB/T 4754; all; - when it is not stated';
COMMENT ON COLUMN olive.portrait."group" IS 'As rosters state it; all. A household may have several, so they add up to nothing';
COMMENT ON COLUMN olive.portrait.band IS '1 to 6, lowest first; 0: the row of all bands, which has counts, quantiles, A and B';
COMMENT ON COLUMN olive.portrait.hidden IS
    'Fewer than the policy''s portrait.minimum, or such a one would follow from this; nothing is said of it';
COMMENT ON COLUMN olive.portrait.households IS 'Counted; of a band expected: the sum of the households'' probabilities';
COMMENT ON COLUMN olive.portrait.persons IS 'In these households: counted; of a band expected';
COMMENT ON COLUMN olive.portrait.assessed IS 'Households that have an estimate: shares and quantiles are of these';
COMMENT ON COLUMN olive.portrait.share IS 'Of households; person_share: of the persons in them';
COMMENT ON COLUMN olive.portrait.share_low IS
    'With share_high: 90 %, for who of them really is in which band; not for an error of the model itself';
COMMENT ON COLUMN olive.portrait.p10 IS 'Household income in fen a year: a tenth of the assessed households earns less';
COMMENT ON COLUMN olive.portrait.plan_a IS 'The plan''s indicator A as the policy defines it, as a share of households; null: hidden, or no rule';
COMMENT ON COLUMN olive.portrait.model IS 'Whose estimates these are; null: there was no model';

CREATE VIEW olive.portrait_sealed WITH (security_invoker) AS
    SELECT period, olive.household_kind_name(kind) AS kind, region, industry, "group", band, hidden, households, persons,
        assessed, share, share_low, share_high, person_share, p10, p25, p50, p75, p90, plan_a, plan_a_low, plan_a_high,
        plan_b, plan_b_low, plan_b_high, model
    FROM olive.portrait;
COMMENT ON VIEW olive.portrait_sealed IS 'The group portrait as sealed, per period: what may be shown, and no more';

ALTER TABLE olive.portrait ENABLE ROW LEVEL SECURITY;
CREATE POLICY fuse ON olive.portrait TO olive_fuse USING (true) WITH CHECK (true);
CREATE POLICY reader ON olive.portrait FOR SELECT TO olive_reader USING (true);
GRANT SELECT, INSERT ON olive.portrait TO olive_fuse;
GRANT SELECT ON olive.portrait, olive.portrait_sealed TO olive_reader;

COMMIT;
