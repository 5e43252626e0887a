#include "lib/core/assess.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/arena.h"
#include "lib/core/elementary.h"
#include "tests/unit/unit.h"

/* --- a district's model by hand: three sources, the third counted --- */

struct field_row {
    const char *column;
    enum model_field_kind kind;
};

static void add_source(struct model *model, const char *name, const struct field_row *fields, size_t count)
{
    struct model_source *source = &model->sources[model->source_count++];

    strcpy(source->name, name);
    source->field_first = model->field_count;
    source->field_count = count;
    for (size_t i = 0; i < count; i++) {
        struct model_field *field = &model->fields[model->field_count++];

        strcpy(field->column, fields[i].column);
        field->kind = fields[i].kind;
        field->deflator = 1;
    }
}

static void fit(struct model *model, struct model_fit *ret)
{
    ret->labels = 100;
    ret->prior[0] = 16; /* ln of 88,861.11 yuan in fen */
    for (size_t i = 0; i < model->field_count; i++)
        ret->curves[i] =
            (struct model_curve){ .knot_count = 2, .zero = -0.5, .knots = { 10, 20 }, .values = { -1, 1 } };
    for (size_t type = 0; type < MODEL_TYPES; type++)
        for (size_t i = 0; i <= model->source_count; i++)
            for (size_t j = 0; j <= model->source_count; j++)
                ret->covariance[type][i][j] = i == j ? 0.25 : 0.1;
}

static struct model *district_model(void)
{
    static const struct field_row deposit[] = { { "deposit_money", MODEL_AMOUNT } },
                                  fund[] = { { "fund_wage", MODEL_AMOUNT } },
                                  vehicle[] = { { "vehicle_count", MODEL_COUNT } };
    struct model *model = model_new();

    add_source(model, "deposit", deposit, 1);
    add_source(model, "fund", fund, 1);
    add_source(model, "vehicle", vehicle, 1);
    model->regime_source = 1;
    model->floor = 300000;
    fit(model, &model->fits[REGIME_UNKNOWN]);
    for (size_t i = 0; i < MODEL_AGE_GROUPS; i++)
        for (size_t j = 0; j < MODEL_TERCILES; j++)
            model->spread[i][j] = 1;
    for (size_t i = 0; i < MODEL_QUANTILES; i++)
        model->quantiles[i] = ((double)i - MODEL_QUANTILE_MIDDLE) / 20;
    for (size_t i = 0; i <= MODEL_SOURCES_MAX; i++)
        model->disagreement_max[i] = 20;
    return model;
}

/* Takes the model over. */
static struct assessor *assessor_of(struct model *model)
{
    static const uint8_t digest[DIGEST_SIZE] = { 7 };
    struct assessor *assessor;
    struct err err = { 0 };

    assert_int_equal(model_prepare(model, &err), 0);
    assert_int_equal(assessor_new(model, digest, &assessor, &err), 0);
    return assessor;
}

/* --- a policy and a household --- */

static struct band_rule bands[] = { { { "330305", 0, DAY_OPEN, NULL },
                                      { 5000000, 10000000, 20000000, 50000000, 60000000 } } };
static struct line_rule lines[LINE_COUNT][1] = { { { { "", 0, DAY_OPEN, NULL }, 1300000 } },
                                                 { { { "", 0, DAY_OPEN, NULL }, 2600000 } } };
static struct policy policy = {
    .bands = bands,
    .band_count = 1,
    .lines = { [LINE_DIBAO] = lines[LINE_DIBAO], [LINE_DIBIAN] = lines[LINE_DIBIAN] },
    .line_count = { [LINE_DIBAO] = 1, [LINE_DIBIAN] = 1 },
};

static struct profile household(void)
{
    struct profile ret = {
        .region = "330305001",
        .member_count = 3,
        .adult_count = 2,
        .child_count = 1,
        .head_age = 45,
        .deposit_balance = 5000000,
        .deposit_mean = 4000000,
        .wage_low = 9000000,
        .wage_high = 9000000,
        .vehicle_count = 1,
        .declared_income = NUMBER_NONE,
        .declared_partial = NUMBER_NONE,
        .as_of = month_of_day(day_from(2025, 12, 31)),
    };

    for (int i = 0; i < INDICATOR_COUNT; i++)
        ret.states[i] = STATE_MISSING;
    ret.states[INDICATOR_DEPOSIT] = ret.states[INDICATOR_FUND] = ret.states[INDICATOR_VEHICLE] = STATE_KNOWN;
    return ret;
}

/* What holds of every answer. */
static void assert_sound(const struct profile *profile)
{
    const struct assessed *assessed = &profile->assessed;
    int64_t sum = assessed->base, shares = 0;

    for (int i = 0; i < INDICATOR_COUNT; i++)
        sum += assessed->contributions[i] == NUMBER_NONE ? 0 : assessed->contributions[i];
    assert_int_equal(sum, assessed->estimate);
    assert_true(assessed->deviation > 0);
    assert_true(0 <= assessed->low && assessed->low <= assessed->p50 && assessed->p50 <= assessed->high);
    for (int i = 0; i < BAND_COUNT; i++) {
        assert_true(assessed->bands[i] >= 0);
        shares += assessed->bands[i];
    }
    assert_int_equal(shares, MILLION);
    assert_in_range(assessed->band, 1, BAND_COUNT);
    assert_in_range(assessed->below_dibao, 0, assessed->below_dibian);
    assert_in_range(assessed->below_dibian, 0, MILLION);
    assert_int_equal(profile->assessed_per_head, assessed->p50 / profile->member_count);
}

static struct profile assessed(const struct assessor *assessor, struct profile profile)
{
    assess(assessor, &policy, &profile);
    assert_sound(&profile);
    return profile;
}

static void without_a_model_everything_assessed_is_null(void **state)
{
    struct profile profile = household();

    (void)state;
    assess(NULL, &policy, &profile);
    for (const struct profile_field *field = profile_fields; field->name; field++)
        if (field->type == PROFILE_DECIMAL || !strncmp(field->name, "assessed_", 9) ||
            !strcmp(field->name, "band"))
            assert_true(profile_int(&profile, field) == NUMBER_NONE);
    assert_int_equal(profile.assessed.basis, BASIS_NO_MODEL);
    assert_int_equal(profile.assessed.marks, 0);
    assert_int_equal(profile.assessed.bands[0], NUMBER_NONE);
}

/* --- binding --- */

static void a_model_that_no_profile_can_answer_is_refused(void **state)
{
    static const struct {
        const char *source, *column;
        enum model_field_kind kind;
        const char *said;
    } cases[] = {
        { "salary", "fund_wage", MODEL_AMOUNT, "the model's source salary is no indicator of a profile" },
        { "deposit", "savings", MODEL_AMOUNT, "the model reads savings, which no profile has" },
        { "deposit", "fund_wage", MODEL_AMOUNT,
          "the model reads fund_wage as an amount of deposit, which it is not" },
        { "vehicle", "vehicle_count", MODEL_AMOUNT,
          "the model reads vehicle_count as an amount of vehicle, which it is not" },
        { "deposit", "deposit_money", MODEL_COUNT,
          "the model reads deposit_money as a count of deposit, which it is not" },
    };
    static const uint8_t digest[DIGEST_SIZE];

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        const struct field_row field = { cases[i].column, cases[i].kind };
        struct model *model = model_new();
        struct assessor *assessor = NULL;
        struct err err = { 0 };

        add_source(model, cases[i].source, &field, 1);
        assert_int_equal(assessor_new(model, digest, &assessor, &err), -1);
        assert_string_equal(err.text, cases[i].said);
        assert_int_equal(err.kind, ERR_STOP);
        assert_int_equal(err.code, EXIT_CONFIG);
    }
}

/* --- what is there --- */

static void a_source_is_there_when_it_is_known_or_a_verified_zero(void **state)
{
    static const struct {
        enum indicator_state state;
        bool there;
    } cases[] = { { STATE_KNOWN, true },
                  { STATE_ZERO, true },
                  { STATE_STALE, false },
                  { STATE_MISSING, false },
                  { STATE_NOT_AUTHORISED, false } };
    struct assessor *assessor = assessor_of(district_model());

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct profile profile = household();

        profile.states[INDICATOR_DEPOSIT] = cases[i].state;
        profile = assessed(assessor, profile);
        assert_int_equal(profile.assessed.contributions[INDICATOR_DEPOSIT] != NUMBER_NONE, cases[i].there);
        assert_int_equal(profile.assessed.contributions[INDICATOR_WATER], NUMBER_NONE);
        assert_int_equal(profile.assessed.basis, BASIS_SOURCES);
    }
    assessor_free(assessor);
}

static void a_null_figure_is_a_missing_source(void **state)
{
    struct assessor *assessor = assessor_of(district_model());
    struct profile profile = household();

    (void)state;
    profile.deposit_balance = profile.deposit_mean = NUMBER_NONE;
    profile.wage_low = profile.wage_high = NUMBER_NONE; /* a member of the fund whom nobody pays for */
    profile.vehicle_count = NUMBER_NONE;
    profile = assessed(assessor, profile);
    assert_int_equal(profile.assessed.basis, BASIS_DEMOGRAPHICS);
    assert_int_equal(profile.assessed.estimate, 16 * MILLION);
    assert_int_equal(profile.assessed.p50, 8886111); /* e^16 */
    assert_int_equal(profile.assessed.marks, 0);
    assessor_free(assessor);
}

static void amounts_are_divided_by_the_index_in_force(void **state)
{
    struct deflator_rule index = { { "330305", 0, DAY_OPEN, NULL }, 1250000 };
    struct policy dear = policy;
    struct profile profile = household();
    double value;

    (void)state;
    dear.deflators[INDICATOR_DEPOSIT] = &index;
    dear.deflator_count[INDICATOR_DEPOSIT] = 1;
    for (const struct assess_column *column = assess_columns; column->name; column++)
        if (!strcmp(column->name, "deposit_money")) {
            assert_true(assess_figure(column, &dear, &profile, &value));
            assert_true(value == 4000000);
            assert_true(assess_figure(column, &policy, &profile, &value));
            assert_true(value == 5000000);
        }
}

/* --- odd households, each with a defined answer --- */

static void forty_members_are_a_large_household(void **state)
{
    struct assessor *assessor = assessor_of(district_model());
    struct profile six = household(), forty = household();

    (void)state;
    six.member_count = 6;
    forty.member_count = 40;
    forty.adult_count = 38;
    six = assessed(assessor, six);
    forty = assessed(assessor, forty);
    assert_int_equal(six.assessed.estimate, forty.assessed.estimate);
    assert_true(forty.assessed.below_dibao > six.assessed.below_dibao); /* 40 lines are more than 6 */
    forty.member_count = INT32_MAX; /* so many lines are more than an int64 of fen, or any income */
    forty = assessed(assessor, forty);
    assert_int_equal(forty.assessed.below_dibian, MILLION);
    assessor_free(assessor);
}

static void an_overdraft_is_no_money(void **state)
{
    struct assessor *assessor = assessor_of(district_model());
    struct profile none = household(), overdraft = household();

    (void)state;
    none.deposit_balance = none.deposit_mean = 0;
    overdraft.deposit_balance = -90000000;
    overdraft.deposit_mean = -1;
    none = assessed(assessor, none);
    overdraft = assessed(assessor, overdraft);
    assert_int_equal(none.assessed.estimate, overdraft.assessed.estimate);
    assert_int_equal(none.assessed.contributions[INDICATOR_DEPOSIT],
                     overdraft.assessed.contributions[INDICATOR_DEPOSIT]);
    assessor_free(assessor);
}

static void amounts_at_the_edge_read_as_the_last_knot(void **state)
{
    static const int64_t amounts[] = { 2000000000, INT64_MAX, INT64_MIN + 1 };
    struct assessor *assessor = assessor_of(district_model());
    int64_t estimates[COUNT_OF(amounts)];

    (void)state;
    for (size_t i = 0; i < COUNT_OF(amounts); i++) {
        struct profile profile = household();

        profile.deposit_balance = profile.deposit_mean = amounts[i];
        profile.wage_low = profile.wage_high = profile.vehicle_count = amounts[i];
        profile.declared_income = amounts[i];
        profile.declared_partial = 0;
        profile = assessed(assessor, profile);
        estimates[i] = profile.assessed.estimate;
        assert_int_equal(profile.assessed.conflict, amounts[i] < 0 ? 0 : MILLION);
    }
    assert_int_equal(estimates[0], estimates[1]);
    assert_true(estimates[2] < estimates[0]);
    assessor_free(assessor);
}

static void a_model_of_absurd_numbers_stays_within_its_types(void **state)
{
    static const double priors[] = { 1e300, -1e300, 700, -700 };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(priors); i++) {
        struct model *model = district_model();
        struct assessor *assessor;
        struct profile profile;

        model->fits[REGIME_UNKNOWN].prior[0] = priors[i];
        assessor = assessor_of(model);
        profile = assessed(assessor, household());
        assert_int_equal(profile.assessed.p50, priors[i] > 0 ? INT64_MAX : 0);
        assessor_free(assessor);
    }
}

/* --- declarations --- */

static void a_declaration_is_graded_by_where_it_lies(void **state)
{
    /* Quantiles rise by 1/20 of sigma from -1.6 to 1.6, outside to 1.625; F(x) = 0.5 + 20 x / 65. */
    static const struct {
        int64_t declared, partial, undeclared;
        double conflict;
        unsigned marks;
    } cases[] = {
        { NUMBER_NONE, NUMBER_NONE, 2, -1, 0 },
        { 0, 0, 0, 0, 1U << MARK_DECLARED_FAR_BELOW }, /* as the model's floor: 3,000 yuan */
        { -100, 0, 0, 0, 1U << MARK_DECLARED_FAR_BELOW },
        { 0, 1, 0, -1, 0 }, /* months are no year */
        { 1000000, 2, 0, -1, 0 },
        { 1000000, 0, 1, -1, 0 }, /* and one member's is not the household's */
        { 8886111, 0, 0, 0.5, 0 },
        { INT64_MAX, 0, 0, 1, 1U << MARK_DECLARED_FAR_ABOVE },
    };
    struct assessor *assessor = assessor_of(district_model());

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct profile profile = household();

        for (int k = 0; k < INDICATOR_COUNT; k++)
            profile.states[k] = STATE_MISSING;
        profile.declared_income = cases[i].declared;
        profile.declared_partial = cases[i].partial;
        profile.undeclared_members = cases[i].undeclared;
        profile = assessed(assessor, profile);
        assert_int_equal(profile.assessed.conflict,
                         cases[i].conflict < 0 ? NUMBER_NONE : (int64_t)(cases[i].conflict * MILLION));
        assert_int_equal(profile.assessed.marks, cases[i].marks);
    }
    assessor_free(assessor);
}

static void grades_change_at_five_and_one_in_a_hundred(void **state)
{
    /* z of the declaration, sigma being 0.5: F(z) = 0.5 + 20 z / 65. */
    static const struct {
        double share;
        unsigned marks;
    } cases[] = {
        { 0.009, 1U << MARK_DECLARED_FAR_BELOW },
        { 0.011, 1U << MARK_DECLARED_BELOW },
        { 0.049, 1U << MARK_DECLARED_BELOW },
        { 0.051, 0 },
        { 0.949, 0 },
        { 0.951, 1U << MARK_DECLARED_ABOVE },
        { 0.989, 1U << MARK_DECLARED_ABOVE },
        { 0.991, 1U << MARK_DECLARED_FAR_ABOVE },
    };
    struct assessor *assessor = assessor_of(district_model());

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct profile profile = household();

        for (int k = 0; k < INDICATOR_COUNT; k++)
            profile.states[k] = STATE_MISSING;
        profile.declared_income = (int64_t)exp(16 + 0.5 * (cases[i].share - 0.5) * 65 / 20);
        profile.declared_partial = 0;
        profile = assessed(assessor, profile);
        assert_true(llabs(profile.assessed.conflict - (int64_t)(cases[i].share * MILLION)) <= 1);
        assert_int_equal(profile.assessed.marks, cases[i].marks);
    }
    assessor_free(assessor);
}

/* --- sources against each other --- */

static void the_odd_source_is_named_by_its_indicator(void **state)
{
    struct assessor *assessor = assessor_of(district_model());
    struct profile profile = household();

    (void)state;
    profile = assessed(assessor, profile);
    assert_int_equal(profile.assessed.marks, 0);
    profile.deposit_balance = 294000000; /* u 0.9, where the two others have -1 */
    profile.wage_low = profile.wage_high = 10;
    profile.vehicle_count = 1;
    profile = assessed(assessor, profile);
    assert_int_equal(profile.assessed.marks, 1U << (MARK_ODD_DEPOSIT + INDICATOR_DEPOSIT));
    profile.states[INDICATOR_VEHICLE] = STATE_STALE; /* one witness fewer */
    profile = assessed(assessor, profile);
    assert_int_equal(profile.assessed.marks, 0);
    assessor_free(assessor);
}

static void marks_move_nothing(void **state)
{
    struct model *model = district_model();
    struct assessor *strict, *lenient = assessor_of(district_model());
    struct profile marked, free_of_it;

    (void)state;
    for (size_t i = 0; i <= MODEL_SOURCES_MAX; i++)
        model->disagreement_max[i] = 0;
    strict = assessor_of(model);
    marked = assessed(strict, household());
    free_of_it = assessed(lenient, household());
    assert_int_equal(marked.assessed.marks, 1U << MARK_INCONSISTENT);
    marked.assessed.marks = 0;
    assert_memory_equal(&marked, &free_of_it, sizeof marked);
    assessor_free(strict);
    assessor_free(lenient);
}

UNIT_MAIN(cmocka_unit_test(without_a_model_everything_assessed_is_null),
          cmocka_unit_test(a_model_that_no_profile_can_answer_is_refused),
          cmocka_unit_test(a_source_is_there_when_it_is_known_or_a_verified_zero),
          cmocka_unit_test(a_null_figure_is_a_missing_source),
          cmocka_unit_test(amounts_are_divided_by_the_index_in_force),
          cmocka_unit_test(forty_members_are_a_large_household), cmocka_unit_test(an_overdraft_is_no_money),
          cmocka_unit_test(amounts_at_the_edge_read_as_the_last_knot),
          cmocka_unit_test(a_model_of_absurd_numbers_stays_within_its_types),
          cmocka_unit_test(a_declaration_is_graded_by_where_it_lies),
          cmocka_unit_test(grades_change_at_five_and_one_in_a_hundred),
          cmocka_unit_test(the_odd_source_is_named_by_its_indicator), cmocka_unit_test(marks_move_nothing))
