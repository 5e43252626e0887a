#include "lib/core/assess.h"

#include <string.h>

#include "lib/base/arena.h"
#include "lib/core/elementary.h"
#include "lib/core/ledger.h"

enum { HUNDREDTHS_BELOW = 50000, HUNDREDTHS_FAR_BELOW = 10000 };

struct assessor {
    struct model *model;
    uint8_t digest[DIGEST_SIZE];
    enum indicator indicators[MODEL_SOURCES_MAX];
    const struct assess_column *columns[MODEL_FIELDS_MAX];
};

/* --- rounding --- */

/* No figure of ours comes near the bound; a model's file may hold any number. */
static int64_t millionths(double x)
{
    static const double bound = 1e9;
    double within = x > bound ? bound : x > -bound ? x : -bound;

    return (int64_t)(within < 0 ? within * MILLION - 0.5 : within * MILLION + 0.5);
}

static int64_t whole(double x) /* x >= 0; downwards */
{
    return x < (double)INT64_MAX ? (int64_t)x : INT64_MAX;
}

/* --- what a model may read --- */

static int64_t larger(int64_t a, int64_t b) /* NUMBER_NONE is the smallest */
{
    return a > b ? a : b;
}

/* A balance on one day can be arranged; a year's mean less so. */
static int64_t deposit_money(const struct profile *profile)
{
    return larger(profile->deposit_balance, profile->deposit_mean);
}

static int64_t further_homes(const struct profile *profile)
{
    if (profile->property_homes == NUMBER_NONE)
        return NUMBER_NONE;
    return profile->property_homes > 1 ? profile->property_homes - 1 : 0;
}

/* Between the wages that the contributions can come from: their geometric mean, as both ends are a rate. */
static int64_t fund_wage(const struct profile *profile)
{
    double low = (double)profile->wage_low, high = (double)profile->wage_high;

    if (profile->states[INDICATOR_FUND] == STATE_ZERO)
        return 0;
    if (profile->wage_low <= 0 || profile->wage_high <= 0) /* null is the smallest */
        return profile->wage_low;
    return whole(sqrt_of(low) * sqrt_of(high));
}

static int64_t telecom_per_adult(const struct profile *profile)
{
    int64_t adults = profile->adult_count + profile->elder_count;

    if (profile->telecom_fen == NUMBER_NONE)
        return NUMBER_NONE;
    return divide_floor(profile->telecom_fen, adults ? adults : 1);
}

#define AS_IT_IS(member)                                                                                     \
    static int64_t of_##member(const struct profile *profile)                                                \
    {                                                                                                        \
        return profile->member;                                                                              \
    }
AS_IT_IS(property_value)
AS_IT_IS(property_area_cm2)
AS_IT_IS(vehicle_count)
AS_IT_IS(vehicle_value)
AS_IT_IS(fund_balance)
AS_IT_IS(electricity_wh)
AS_IT_IS(water_l)
AS_IT_IS(gas_l)
AS_IT_IS(transport_fen)

/* clang-format off */
const struct assess_column assess_columns[] = {
    { "deposit_money", INDICATOR_DEPOSIT, MODEL_AMOUNT, deposit_money,
      "the larger of deposit_balance and deposit_mean" },
    { "property_value", INDICATOR_PROPERTY, MODEL_AMOUNT, of_property_value, "property_value" },
    { "property_area_cm2", INDICATOR_PROPERTY, MODEL_AMOUNT, of_property_area_cm2, "property_area_cm2" },
    { "further_homes", INDICATOR_PROPERTY, MODEL_COUNT, further_homes, "property_homes beyond the first" },
    { "vehicle_count", INDICATOR_VEHICLE, MODEL_COUNT, of_vehicle_count, "vehicle_count" },
    { "vehicle_value", INDICATOR_VEHICLE, MODEL_AMOUNT, of_vehicle_value, "vehicle_value" },
    { "fund_wage", INDICATOR_FUND, MODEL_AMOUNT, fund_wage,
      "the geometric mean of wage_low and wage_high; wage_low when there is no upper end" },
    { "fund_balance", INDICATOR_FUND, MODEL_AMOUNT, of_fund_balance, "fund_balance" },
    { "electricity_wh", INDICATOR_ELECTRICITY, MODEL_AMOUNT, of_electricity_wh, "electricity_wh" },
    { "water_l", INDICATOR_WATER, MODEL_AMOUNT, of_water_l, "water_l" },
    { "gas_l", INDICATOR_GAS, MODEL_AMOUNT, of_gas_l, "gas_l" },
    { "telecom_per_adult", INDICATOR_TELECOM, MODEL_AMOUNT, telecom_per_adult,
      "telecom_fen by the members of 18 and over" },
    { "transport_fen", INDICATOR_TRANSPORT, MODEL_AMOUNT, of_transport_fen, "transport_fen" },
    { NULL, INDICATOR_NONE, MODEL_AMOUNT, NULL, NULL },
};
/* clang-format on */

/* --- binding --- */

static int bind_field(const struct model_field *field, enum indicator indicator,
                      const struct assess_column **ret, struct err *err)
{
    const struct assess_column *column = assess_columns;

    while (column->name && strcmp(column->name, field->column) != 0)
        column++;
    if (!column->name)
        return err_stop(err, EXIT_CONFIG, "the model reads %s, which no profile has", field->column);
    if (column->indicator != indicator || column->kind != field->kind)
        return err_stop(err, EXIT_CONFIG, "the model reads %s as %s of %s, which it is not", field->column,
                        field->kind == MODEL_COUNT ? "a count" : "an amount",
                        code_name(&indicator_codes, (int)indicator));
    *ret = column;
    return 0;
}

static int bind_source(struct assessor *assessor, size_t at, struct err *err)
{
    const struct model_source *source = &assessor->model->sources[at];
    int indicator;

    if (!code_find(&indicator_codes, text_of(source->name), &indicator))
        return err_stop(err, EXIT_CONFIG, "the model's source %s is no indicator of a profile", source->name);
    for (size_t i = 0; i < at; i++)
        if (assessor->indicators[i] == (enum indicator)indicator)
            return err_stop(err, EXIT_CONFIG, "the model has the source %s twice", source->name);
    assessor->indicators[at] = (enum indicator)indicator;
    for (size_t i = source->field_first; i < source->field_first + source->field_count; i++)
        if (bind_field(&assessor->model->fields[i], (enum indicator)indicator, &assessor->columns[i], err) <
            0)
            return -1;
    return 0;
}

int assessor_new(struct model *model, const uint8_t digest[DIGEST_SIZE], struct assessor **ret,
                 struct err *err)
{
    struct assessor *assessor = mem_zalloc(sizeof *assessor);

    assessor->model = model;
    memcpy(assessor->digest, digest, DIGEST_SIZE);
    for (size_t i = 0; i < model->source_count; i++)
        if (bind_source(assessor, i, err) < 0) {
            assessor_free(assessor);
            return -1;
        }
    *ret = assessor;
    return 0;
}

void assessor_free(struct assessor *assessor)
{
    if (!assessor)
        return;
    model_free(assessor->model);
    mem_freep(&assessor);
}

void assessor_freep(struct assessor **assessor)
{
    assessor_free(*assessor);
    *assessor = NULL;
}

const struct model *assessor_model(const struct assessor *assessor)
{
    return assessor->model;
}

const uint8_t *assessor_digest(const struct assessor *assessor)
{
    return assessor->digest;
}

/* --- asking --- */

static double deflated(const struct policy *policy, const struct profile *profile, enum indicator indicator,
                       int64_t amount)
{
    const struct deflator_rule *rule =
        POLICY_RULE(policy->deflators[indicator], policy->deflator_count[indicator], profile->region,
                    month_last_day(profile->as_of));

    return rule ? (double)amount * MILLION / (double)rule->index_millionths : (double)amount;
}

static bool is_there(const struct profile *profile, enum indicator indicator)
{
    enum indicator_state state = profile->states[indicator];

    return state == STATE_KNOWN || state == STATE_ZERO;
}

bool assess_figure(const struct assess_column *column, const struct policy *policy,
                   const struct profile *profile, double *ret)
{
    int64_t value = is_there(profile, column->indicator) ? column->of(profile) : NUMBER_NONE;

    if (value == NUMBER_NONE)
        return false;
    *ret = column->kind == MODEL_COUNT ? (double)value : deflated(policy, profile, column->indicator, value);
    return true;
}

/* All figures of a source, or none of it. */
static bool source_values(const struct assessor *assessor, const struct policy *policy,
                          const struct profile *profile, size_t at, double *values)
{
    const struct model_source *source = &assessor->model->sources[at];

    for (size_t i = source->field_first; i < source->field_first + source->field_count; i++)
        if (!assess_figure(assessor->columns[i], policy, profile, &values[i]))
            return false;
    return true;
}

double assess_place(const struct profile *profile)
{
    char township[TOWNSHIP_SIZE];
    uint64_t code = 0;

    if (region_township(profile->region, township))
        text_digits(text_of(township), TOWNSHIP_SIZE - 1, &code);
    return (double)code;
}

void assess_input(const struct assessor *assessor, const struct policy *policy, const struct profile *profile,
                  struct model_input *ret)
{
    *ret = (struct model_input){
        .head_age = (double)profile->head_age,
        .size = (double)profile->member_count,
        .children = (double)profile->child_count,
        .place = assessor->model->place_count ? assess_place(profile) : 0,
    };
    for (size_t i = 0; i < assessor->model->source_count; i++)
        ret->known[i] = source_values(assessor, policy, profile, i, ret->values);
}

/* --- answering --- */

static const struct assessed nothing = {
    .p50 = NUMBER_NONE,
    .low = NUMBER_NONE,
    .high = NUMBER_NONE,
    .base = NUMBER_NONE,
    .estimate = NUMBER_NONE,
    .deviation = NUMBER_NONE,
    .bands = { NUMBER_NONE, NUMBER_NONE, NUMBER_NONE, NUMBER_NONE, NUMBER_NONE, NUMBER_NONE },
    .band = NUMBER_NONE,
    .basis = BASIS_NO_MODEL,
    .below_dibao = NUMBER_NONE,
    .below_dibian = NUMBER_NONE,
    .conflict = NUMBER_NONE,
};

/* Rounds the estimate's parts, and makes the score that of their sum. */
static void add_up(const struct assessor *assessor, const struct model_input *input,
                   struct model_score *score, struct assessed *ret)
{
    ret->estimate = ret->base = millionths(score->base);
    for (size_t i = 0; i < assessor->model->source_count; i++) {
        int64_t contribution = millionths(score->contributions[i]);

        if (!input->known[i])
            continue;
        ret->contributions[assessor->indicators[i]] = contribution;
        ret->estimate += contribution;
    }
    ret->deviation = millionths(score->sigma);
    if (!ret->deviation)
        ret->deviation = 1;
    score->estimate = (double)ret->estimate / MILLION;
    score->sigma = (double)ret->deviation / MILLION;
    model_distribute(assessor->model, score);
    ret->p50 = whole(score->centre + 0.5);
    ret->low = whole(score->low + 0.5);
    ret->high = whole(score->high + 0.5);
    ret->basis = score->demographics_only ? BASIS_DEMOGRAPHICS : BASIS_SOURCES;
}

int64_t assess_below(const struct assessor *assessor, const struct assessed *assessed, int64_t amount_fen)
{
    const struct model_score score = { .estimate = (double)assessed->estimate / MILLION,
                                       .sigma = (double)assessed->deviation / MILLION };

    return millionths(model_below(assessor->model, &score, (double)amount_fen));
}

static void spread_over_bands(const struct assessor *assessor, const struct band_rule *rule,
                              struct assessed *ret)
{
    int64_t below = 0;

    for (int i = 0; i < BAND_COUNT; i++) {
        int64_t upto = i < BAND_CUTS ? assess_below(assessor, ret, rule->cuts_fen[i]) : MILLION;

        ret->bands[i] = upto - below;
        below = upto;
        if (ret->band == NUMBER_NONE || ret->bands[i] > ret->bands[ret->band - 1])
            ret->band = i + 1;
    }
}

static int64_t below_line(const struct assessor *assessor, const struct policy *policy,
                          const struct profile *profile, enum poverty_line line)
{
    const struct line_rule *rule = POLICY_RULE(policy->lines[line], policy->line_count[line], profile->region,
                                               month_last_day(profile->as_of));
    int64_t limit = rule ? clamp_int64((__int128)rule->per_head_fen * profile->member_count) : 0;

    return limit > 0 ? assess_below(assessor, &profile->assessed, limit) : NUMBER_NONE;
}

/* Where a declaration lies among what such households earn. It is compared when it is the household's: months
 * are no year, and what some members declare says nothing of those who declare nothing. Below the model's
 * floor all declarations are one. */
static void compare_declaration(const struct assessor *assessor, struct profile *profile)
{
    struct assessed *assessed = &profile->assessed;
    int64_t declared = larger(profile->declared_income, (int64_t)assessor->model->floor);

    if (!ledger_declared_in_full(profile))
        return;
    assessed->conflict = assess_below(assessor, assessed, declared);
    if (assessed->conflict < HUNDREDTHS_BELOW)
        assessed->marks |=
            1U << (assessed->conflict < HUNDREDTHS_FAR_BELOW ? MARK_DECLARED_FAR_BELOW : MARK_DECLARED_BELOW);
    if (assessed->conflict > MILLION - HUNDREDTHS_BELOW)
        assessed->marks |=
            1U << (assessed->conflict > MILLION - HUNDREDTHS_FAR_BELOW ? MARK_DECLARED_FAR_ABOVE
                                                                       : MARK_DECLARED_ABOVE);
}

/* What sources say of each other depends on their curves alone, so nothing here is rounded. */
static void compare_sources(const struct assessor *assessor, const struct model_score *score,
                            struct assessed *ret)
{
    struct model_disagreement disagreement;

    model_disagree(assessor->model, score, &disagreement);
    for (size_t i = 0; i < assessor->model->source_count; i++)
        if (disagreement.odd >> i & 1)
            ret->marks |= 1U << (MARK_ODD_DEPOSIT + (int)assessor->indicators[i]);
    if (disagreement.inconsistent)
        ret->marks |= 1U << MARK_INCONSISTENT;
}

void assess(const struct assessor *assessor, const struct policy *policy, struct profile *profile)
{
    const struct band_rule *bands =
        POLICY_RULE(policy->bands, policy->band_count, profile->region, month_last_day(profile->as_of));
    struct assessed *assessed = &profile->assessed;
    struct model_input input;
    struct model_score score;

    *assessed = nothing;
    for (int i = 0; i < INDICATOR_COUNT; i++)
        assessed->contributions[i] = NUMBER_NONE;
    profile->assessed_per_head = NUMBER_NONE;
    if (!assessor)
        return;
    memcpy(profile->model, assessor->digest, DIGEST_SIZE);
    assess_input(assessor, policy, profile, &input);
    model_estimate(assessor->model, &input, &score);
    add_up(assessor, &input, &score, assessed);
    profile->assessed_per_head = divide_floor(assessed->p50, profile->member_count);
    if (bands)
        spread_over_bands(assessor, bands, assessed);
    assessed->below_dibao = below_line(assessor, policy, profile, LINE_DIBAO);
    assessed->below_dibian = below_line(assessor, policy, profile, LINE_DIBIAN);
    compare_declaration(assessor, profile);
    compare_sources(assessor, &score, assessed);
}
