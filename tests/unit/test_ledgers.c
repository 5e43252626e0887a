/* P5: utility, telecom and transport may move the assessed ledger, and nothing else. */
#include <stdlib.h>
#include <string.h>

#include "lib/base/arena.h"
#include "lib/core/household.h"
#include "lib/io/policy_file.h"
#include "tests/unit/unit.h"

enum {
    PERIOD = 2025 * 12 + 10,
    PERSONS_MAX = 6,
    METERS = 3,
    ROUNDS = 3000,
    MEMBERS_MAX = PERSONS_MAX + METERS
};

static uint64_t state_of_dice = 20251126;

static uint64_t dice(uint64_t below)
{
    state_of_dice = state_of_dice * 6364136223846793005 + 1442695040888963407;
    return (state_of_dice >> 33) % below;
}

static int64_t amount_or_none(uint64_t below)
{
    return dice(4) ? (int64_t)dice(below) : NUMBER_NONE;
}

/* --- a household --- */

struct house {
    struct subject subjects[MEMBERS_MAX];
    const struct subject *members[MEMBERS_MAX];
    struct contribution contributions[PERSONS_MAX][2];
    struct fund_account accounts[PERSONS_MAX];
    struct unit units[PERSONS_MAX];
    struct meter_month meter_months[METERS][3];
    size_t person_count, count;
};

static const struct token household = { { 7 } };

static void put_core(struct house *house, size_t i)
{
    struct subject *person = &house->subjects[i];

    person->deposit_accounts = (int64_t)dice(3);
    person->deposit_balance = person->deposit_mean = amount_or_none(20000000);
    person->deposit_interest = amount_or_none(500000);
    person->property_value = person->property_area_cm2 = NUMBER_NONE;
    house->units[i] = (struct unit){ .unit = { { (uint8_t)dice(3) } }, .residential = true };
    person->units = &house->units[i];
    person->unit_count = dice(2);
    person->vehicle_count = (int64_t)dice(3);
    person->vehicle_value = amount_or_none(9000000);
    person->fund_own = person->fund_employer = person->fund_balance = NUMBER_NONE;
    person->wage_month = MONTH_NONE;
    for (int k = 0; k < 2; k++)
        house->contributions[i][k] =
            (struct contribution){ PERIOD - k, (int64_t)dice(40000), dice(2) ? 70000 : RATE_NONE };
    person->contributions = house->contributions[i];
    person->contribution_count = dice(3);
    person->fund_month_mask = (uint16_t)((1U << person->contribution_count) - 1);
    strcpy(house->accounts[i].industry, dice(2) ? "S91" : "A");
    person->fund_accounts = &house->accounts[i];
    person->fund_account_count = dice(2);
    for (int kind = 0; kind < INCOME_KIND_COUNT; kind++)
        person->declared[kind] =
            (struct declared){ dice(2), dice(2) ? 0 : (int32_t)dice(12), (int64_t)dice(4000000) };
    for (int indicator = 0; indicator < INDICATOR_ELECTRICITY; indicator++)
        person->last[indicator] = dice(3) ? PERIOD - (int32_t)dice(15) : MONTH_NONE;
}

static struct monthly random_monthly(void)
{
    struct monthly monthly = { .last_month = dice(3) ? PERIOD - (int32_t)dice(15) : MONTH_NONE };

    if (monthly.last_month != MONTH_NONE) {
        monthly.sum = (int64_t)dice(3000000) - 1000;
        monthly.months = (uint16_t)dice(1 << WINDOW_MONTHS);
    }
    return monthly;
}

/* All that auxiliary sources can say of a person or meter. */
static void put_auxiliary(struct house *house)
{
    for (size_t i = 0; i < house->person_count; i++) {
        struct subject *person = &house->subjects[i];

        for (int kind = 0; kind < UTILITY_KIND_COUNT; kind++)
            person->utility[kind] = random_monthly();
        person->telecom = random_monthly();
        person->transport = random_monthly();
        person->trips = amount_or_none(500);
        for (int indicator = INDICATOR_ELECTRICITY; indicator < INDICATOR_COUNT; indicator++)
            person->last[indicator] = dice(3) ? PERIOD - (int32_t)dice(15) : MONTH_NONE;
    }
    house->count = house->person_count + dice(METERS + 1);
    for (size_t i = house->person_count; i < house->count; i++) {
        struct subject *meter = &house->subjects[i];
        size_t at = i - house->person_count;

        *meter =
            (struct subject){ .token = { { (uint8_t)(100 + i) } }, .kind = SUBJECT_METER, .period = PERIOD };
        meter->meter_kind = (enum utility_kind)dice(UTILITY_KIND_COUNT);
        meter->placements[HOUSEHOLD_REGISTERED].household = household;
        meter->placements[HOUSEHOLD_REGISTERED].run_month = PERIOD - (int32_t)dice(20);
        for (int k = 0; k < 3; k++)
            house->meter_months[at][k] = (struct meter_month){ PERIOD - 14 + 6 * k, (int64_t)dice(900000) };
        meter->meter_months = house->meter_months[at];
        meter->meter_month_count = dice(4);
        for (int indicator = 0; indicator < INDICATOR_COUNT; indicator++)
            meter->last[indicator] = MONTH_NONE;
    }
    for (size_t i = 0; i < house->count; i++)
        house->members[i] = &house->subjects[i];
}

static void put_persons(struct house *house)
{
    memset(house, 0, sizeof *house);
    house->person_count = 1 + dice(PERSONS_MAX);
    for (size_t i = 0; i < house->person_count; i++) {
        struct subject *person = &house->subjects[i];

        person->token.bytes[0] = (uint8_t)(i + 1);
        person->kind = SUBJECT_PERSON;
        person->period = PERIOD;
        person->placements[HOUSEHOLD_REGISTERED] =
            (struct placement){ .household = household, .birth_day = 20000 - (int32_t)dice(33000) };
        strcpy(person->placements[HOUSEHOLD_REGISTERED].region, "330305001");
        put_core(house, i);
    }
}

/* --- a model that reads one auxiliary source --- */

static struct assessor *assessor_of_electricity(void)
{
    static const uint8_t digest[DIGEST_SIZE] = { 1 };
    struct model *model = model_new();
    struct assessor *assessor = NULL;
    struct err err = { 0 };

    model->floor = 300000;
    model->source_count = model->field_count = model->regime_source = 1;
    strcpy(model->sources[0].name, "electricity");
    model->sources[0].field_count = 1;
    strcpy(model->fields[0].column, "electricity_wh");
    model->fields[0].deflator = 1;
    model->fits[0].labels = 1000;
    model->fits[0].shift = 15;
    model->fits[0].curves[0] =
        (struct model_curve){ .knot_count = 2, .zero = -1, .knots = { 5, 15 }, .values = { -1, 1 } };
    for (int type = 0; type < MODEL_TYPES; type++) {
        model->fits[0].covariance[type][0][0] = model->fits[0].covariance[type][1][1] = 1;
        model->fits[0].covariance[type][1][0] = model->fits[0].covariance[type][0][1] = 0.5;
    }
    for (int i = 0; i < MODEL_AGE_GROUPS * MODEL_TERCILES; i++)
        model->spread[i / MODEL_TERCILES][i % MODEL_TERCILES] = 1;
    for (int i = 0; i < MODEL_QUANTILES; i++)
        model->quantiles[i] = (double)(i - MODEL_QUANTILE_MIDDLE) / 16;
    if (model_prepare(model, &err) < 0 || assessor_new(model, digest, &assessor, &err) < 0)
        fail_msg("%s", err.text);
    return assessor;
}

/* --- the claim --- */

static bool begins(const char *text, const char *with)
{
    return !strncmp(text, with, strlen(with));
}

static bool may_move(const struct profile_field *field)
{
    static const char *const sources[] = { "electricity_", "water_", "gas_", "telecom_", "transport_" };
    size_t first = offsetof(struct profile, assessed);

    for (size_t i = 0; i < COUNT_OF(sources); i++)
        if (begins(field->name, sources[i]))
            return true;
    return (field->offset >= first && field->offset < first + sizeof(struct assessed)) ||
           !strcmp(field->name, "assessed_per_head");
}

static void nothing_else_differs(const struct profile *a, const struct profile *b)
{
    for (const struct profile_field *field = profile_fields; field->name; field++)
        if (!may_move(field) && profile_field_differs(field, a, b))
            fail_msg("%s moved", field->name);
}

static void auxiliary_sources_move_estimates_and_no_figure_or_hint(void **state)
{
    const coverage_t core = (1U << INDICATOR_ELECTRICITY) - 1;
    CLEANUP(policy_freep) struct policy *policy = NULL;
    CLEANUP(mem_freep) char *text = NULL;
    CLEANUP(arena_freep) struct arena *arena = arena_new(0);
    CLEANUP(assessor_freep) struct assessor *assessor = assessor_of_electricity();
    static struct house house;
    struct err err = { 0 };
    size_t size, moved = 0, told[HINT_COUNT] = { 0 };

    if (policy_read(SHIPPED_POLICY, &text, &size, &policy, &err) < 0)
        fail_msg("%s", err.text);
    for (int round = 0; round < ROUNDS; round++) {
        const struct rules rules = { policy, assessor };
        coverage_t covered = (coverage_t)dice(core + 1) | (coverage_t)dice(core + 1) << 16;
        struct profile a, b;

        arena_reset(arena);
        put_persons(&house);
        put_auxiliary(&house);
        assert_true(household_assess(HOUSEHOLD_REGISTERED, &household, house.members, house.count, PERIOD,
                                     &rules, covered, arena, &a));
        put_auxiliary(&house);
        covered |= (coverage_t)dice(32) << INDICATOR_ELECTRICITY | (coverage_t)dice(32)
                                                                       << (16 + INDICATOR_ELECTRICITY);
        assert_true(household_assess(HOUSEHOLD_REGISTERED, &household, house.members, house.count, PERIOD,
                                     &rules, covered, arena, &b));
        nothing_else_differs(&a, &b);
        moved += a.assessed.estimate != b.assessed.estimate;
        for (int test = 0; test < TEST_COUNT; test++)
            told[a.hints[LINE_DIBAO][test]]++;
    }
    assert_true(moved > ROUNDS / 4); /* the dice do change something */
    for (int hint = HINT_MEETS; hint < HINT_COUNT; hint++)
        assert_true(told[hint] > 50);
}

UNIT_MAIN(cmocka_unit_test(auxiliary_sources_move_estimates_and_no_figure_or_hint))
