-- Deploy olive:profile to pg
-- Column names and order are those of profile_fields (lib/core/profile.c); months are text YYYY-MM, amounts fen.

BEGIN;

-- Order and names as state_codes (lib/core/code.h): missing is never zero.
CREATE TYPE olive.indicator_state AS ENUM ('missing', 'zero', 'stale', 'known', 'not_authorised');

CREATE TABLE olive.profile (
    kind                smallint NOT NULL CHECK (kind BETWEEN 0 AND 2),
    household           bytea    NOT NULL CHECK (length(household) = 16),
    region              text,
    member_count        bigint   NOT NULL CHECK (member_count > 0),
    adult_count         bigint   NOT NULL,
    child_count         bigint   NOT NULL,
    elder_count         bigint   NOT NULL,
    head_age            bigint,
    deposit_accounts    bigint,
    deposit_balance     bigint,
    deposit_interest    bigint,
    deposit_mean        bigint,
    deposit_last        text,
    property_units      bigint,
    property_homes      bigint,
    property_value      bigint,
    property_area_cm2   bigint,
    property_last       text,
    vehicle_count       bigint,
    vehicle_value       bigint,
    vehicle_last        text,
    fund_months         bigint,
    fund_own            bigint,
    fund_employer       bigint,
    fund_balance        bigint,
    wage_low            bigint,
    wage_high           bigint,
    wage_base_year      bigint,
    fund_last           text,
    electricity_wh      bigint,
    electricity_months  bigint,
    electricity_last    text,
    water_l             bigint,
    water_months        bigint,
    water_last          text,
    gas_l               bigint,
    gas_months          bigint,
    gas_last            text,
    telecom_fen         bigint,
    telecom_months      bigint,
    telecom_last        text,
    transport_fen       bigint,
    transport_trips     bigint,
    transport_months    bigint,
    transport_last      text,
    declared_income     bigint,
    declared_months     bigint,
    evidenced_low       bigint,
    evidenced_high      bigint,
    groups              text[]   NOT NULL DEFAULT '{}',
    industry            text,
    deposit_state       olive.indicator_state NOT NULL,
    property_state      olive.indicator_state NOT NULL,
    vehicle_state       olive.indicator_state NOT NULL,
    fund_state          olive.indicator_state NOT NULL,
    electricity_state   olive.indicator_state NOT NULL,
    water_state         olive.indicator_state NOT NULL,
    gas_state           olive.indicator_state NOT NULL,
    telecom_state       olive.indicator_state NOT NULL,
    transport_state     olive.indicator_state NOT NULL,
    as_of               text     NOT NULL,
    policy              bytea    NOT NULL CHECK (length(policy) = 32),
    model               bytea    CHECK (length(model) = 32),
    evidence_count      bigint   NOT NULL,
    evidence_digest     bytea    NOT NULL,
    digest              bytea    NOT NULL CHECK (length(digest) = 32),
    CONSTRAINT members_add_up CHECK (member_count = adult_count + child_count + elder_count),
    CONSTRAINT evidenced_is_an_interval CHECK (evidenced_low <= evidenced_high),
    PRIMARY KEY (kind, household)
) WITH (fillfactor = 85, autovacuum_vacuum_scale_factor = 0.1);
COMMENT ON TABLE olive.profile IS 'One household of a kind as it stands now; figures of the open period are partial';
COMMENT ON COLUMN olive.profile.kind IS '0 registered, 1 assistance, 2 dwelling';
COMMENT ON COLUMN olive.profile.groups IS 'Sorted by name';
COMMENT ON COLUMN olive.profile.evidenced_high IS 'Null: open';
COMMENT ON COLUMN olive.profile.as_of IS 'The smallest period of its members; they differ during a sweep only';
COMMENT ON COLUMN olive.profile.evidence_digest IS 'Record ids of all members added up modulo 2^128';
COMMENT ON COLUMN olive.profile.digest IS 'SHA-256 of the canonical line';

GRANT SELECT, INSERT, UPDATE, DELETE ON olive.profile TO olive_fuse;

COMMIT;
