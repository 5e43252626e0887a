-- Deploy olive:assessment to pg
-- The assessed ledger, hints on the lines of need, derived groups: columns of both profile tables, and the models that
-- made them. Names are those of profile_fields (lib/core/profile.c). What the model says in logarithms and
-- probabilities is numeric with six decimals, so that it adds up exactly in SQL, too.

BEGIN;

CREATE TABLE olive.model (
    digest   bytea       PRIMARY KEY CHECK (length(digest) = 32),
    name     text        NOT NULL,
    text     text        NOT NULL,
    added_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE olive.model IS 'Every model that a period was assessed by, word for word; digest is the one it states';
GRANT SELECT, INSERT ON olive.model TO olive_fuse;

ALTER TABLE olive.period ADD CONSTRAINT period_model_fkey FOREIGN KEY (model) REFERENCES olive.model;
ALTER TABLE olive.seal ADD CONSTRAINT seal_model_fkey FOREIGN KEY (model) REFERENCES olive.model;

-- Order and names as hint_codes and basis_codes (lib/core/code.h).
CREATE TYPE olive.hint AS ENUM ('no_rule', 'meets', 'does_not_meet', 'cannot_tell');
CREATE TYPE olive.band_basis AS ENUM ('no_model', 'demographics_only', 'sources');

DO $$
DECLARE
    relation text;
BEGIN
    FOREACH relation IN ARRAY ARRAY['profile', 'profile_seal'] LOOP
        EXECUTE format($sql$
            ALTER TABLE olive.%1$I
                ADD COLUMN declared_partial         bigint,
                ADD COLUMN undeclared_members       bigint,
                ADD COLUMN declared_wage            bigint,
                ADD COLUMN declared_business        bigint,
                ADD COLUMN declared_property        bigint,
                ADD COLUMN declared_transfer        bigint,
                ADD COLUMN assessed_p50             bigint,
                ADD COLUMN assessed_low             bigint,
                ADD COLUMN assessed_high            bigint,
                ADD COLUMN assessed_base            numeric,
                ADD COLUMN deposit_contribution     numeric,
                ADD COLUMN property_contribution    numeric,
                ADD COLUMN vehicle_contribution     numeric,
                ADD COLUMN fund_contribution        numeric,
                ADD COLUMN electricity_contribution numeric,
                ADD COLUMN water_contribution       numeric,
                ADD COLUMN gas_contribution         numeric,
                ADD COLUMN telecom_contribution     numeric,
                ADD COLUMN transport_contribution   numeric,
                ADD COLUMN assessed_estimate        numeric,
                ADD COLUMN assessed_deviation       numeric,
                ADD COLUMN band_probability         numeric[],
                ADD COLUMN band                     bigint CHECK (band BETWEEN 1 AND 6),
                ADD COLUMN band_basis               olive.band_basis NOT NULL DEFAULT 'no_model',
                ADD COLUMN declared_per_head        bigint,
                ADD COLUMN evidenced_low_per_head   bigint,
                ADD COLUMN evidenced_high_per_head  bigint,
                ADD COLUMN assessed_per_head        bigint,
                ADD COLUMN below_dibao              numeric CHECK (below_dibao BETWEEN 0 AND 1),
                ADD COLUMN below_dibian             numeric CHECK (below_dibian BETWEEN 0 AND 1),
                ADD COLUMN conflict                 numeric CHECK (conflict BETWEEN 0 AND 1),
                ADD COLUMN conflict_reasons         text[] NOT NULL DEFAULT '{}',
                ADD COLUMN contradictions           text[] NOT NULL DEFAULT '{}',
                ADD COLUMN dibao_income             olive.hint NOT NULL DEFAULT 'no_rule',
                ADD COLUMN dibao_money              olive.hint NOT NULL DEFAULT 'no_rule',
                ADD COLUMN dibao_vehicle            olive.hint NOT NULL DEFAULT 'no_rule',
                ADD COLUMN dibao_home               olive.hint NOT NULL DEFAULT 'no_rule',
                ADD COLUMN dibian_income            olive.hint NOT NULL DEFAULT 'no_rule',
                ADD COLUMN dibian_money             olive.hint NOT NULL DEFAULT 'no_rule',
                ADD COLUMN dibian_vehicle           olive.hint NOT NULL DEFAULT 'no_rule',
                ADD COLUMN dibian_home              olive.hint NOT NULL DEFAULT 'no_rule',
                ADD COLUMN rigid_expense_income     olive.hint NOT NULL DEFAULT 'no_rule',
                ADD COLUMN rigid_expense_money      olive.hint NOT NULL DEFAULT 'no_rule',
                ADD COLUMN rigid_expense_vehicle    olive.hint NOT NULL DEFAULT 'no_rule',
                ADD COLUMN rigid_expense_home       olive.hint NOT NULL DEFAULT 'no_rule',
                ADD COLUMN groups_derived           text[] NOT NULL DEFAULT '{}',
                ADD CONSTRAINT %2$I CHECK (
                    assessed_estimate = assessed_base + coalesce(deposit_contribution, 0) +
                    coalesce(property_contribution, 0) + coalesce(vehicle_contribution, 0) +
                    coalesce(fund_contribution, 0) + coalesce(electricity_contribution, 0) +
                    coalesce(water_contribution, 0) + coalesce(gas_contribution, 0) +
                    coalesce(telecom_contribution, 0) + coalesce(transport_contribution, 0)),
                ADD CONSTRAINT %3$I CHECK (assessed_low <= assessed_p50 AND assessed_p50 <= assessed_high)
        $sql$, relation, relation || '_contributions_add_up', relation || '_assessed_is_an_interval');
    END LOOP;
END
$$;
COMMENT ON COLUMN olive.profile.declared_partial IS
    'How often a member''s monthly declarations of one kind do not fill the year; above 0 the sum is no annual figure';
COMMENT ON COLUMN olive.profile.undeclared_members IS 'Members from 16 on who declare nothing for a whole year';
COMMENT ON COLUMN olive.profile.assessed_p50 IS
    'Fen a year: half of such households earn less. An estimate; it decides nothing';
COMMENT ON COLUMN olive.profile.assessed_low IS 'With assessed_high: nine in ten of such households are within';
COMMENT ON COLUMN olive.profile.assessed_base IS 'ln(fen) of what households of this size, age and place earn';
COMMENT ON COLUMN olive.profile.deposit_contribution IS
    'Of this source to ln income: exp(it) - 1 is "+12 % because of deposits". Null: the source is not there';
COMMENT ON COLUMN olive.profile.assessed_estimate IS 'Base and contributions, added up exactly; exp(it) is assessed_p50';
COMMENT ON COLUMN olive.profile.band_probability IS 'Of the six bands, lowest first; they add up to 1 exactly';
COMMENT ON COLUMN olive.profile.band IS
    'The likeliest, 1 to 6. Shares of a population are sums of band_probability, never counts of this';
COMMENT ON COLUMN olive.profile.below_dibao IS 'P(income per head below the line): for ordering casework, never a decision';
COMMENT ON COLUMN olive.profile.conflict IS
    'P(such a household earns less than is declared): below 0.05 and above 0.95 it is a question to the household';
COMMENT ON COLUMN olive.profile.contradictions IS 'Facts that contradict each other, whatever the model thinks';
COMMENT ON COLUMN olive.profile.dibao_income IS
    'A hint for the person who decides, on declared and evidenced figures alone; `olive explain` shows the rule';
COMMENT ON COLUMN olive.profile.groups_derived IS
    'By the policy''s rules from indicators, apart from what rosters state; sorted by name';

-- The views again, from all columns of profile: a later change calls this after it has added some.
CREATE FUNCTION olive.show_profile() RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    names text;
    shown text;
BEGIN
    SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum),
           string_agg(CASE attname WHEN 'kind' THEN 'olive.household_kind_name(kind) AS kind'
                      ELSE quote_ident(attname) END, ', ' ORDER BY attnum)
        INTO names, shown
        FROM pg_attribute
        WHERE attrelid = 'olive.profile'::regclass AND attnum > 0 AND NOT attisdropped;
    EXECUTE format('CREATE OR REPLACE VIEW olive.profile_live WITH (security_invoker) AS SELECT %s FROM olive.profile',
                   shown);
    EXECUTE format('CREATE OR REPLACE VIEW olive.profile_sealed WITH (security_invoker) AS '
                   'SELECT period, %s FROM olive.profile_seal', shown);
    EXECUTE format('GRANT SELECT (%s) ON olive.profile TO olive_reader', names);
    EXECUTE format('GRANT SELECT (period, %s) ON olive.profile_seal TO olive_reader', names);
END
$$;
REVOKE ALL ON FUNCTION olive.show_profile() FROM PUBLIC;
SELECT olive.show_profile();

COMMIT;
