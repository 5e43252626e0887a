#include "daemon/cli/explain_rules.h"

#include <string.h>

#include "daemon/cli/explain_more.h"
#include "lib/core/subject.h"

/* --- which records --- */

#define FROM_SOURCE(name, value)                                                                             \
    static bool name(const struct record *record)                                                            \
    {                                                                                                        \
        return record->source == (value);                                                                    \
    }
FROM_SOURCE(from_household, SOURCE_HOUSEHOLD)
FROM_SOURCE(from_roster, SOURCE_ROSTER)
FROM_SOURCE(from_declaration, SOURCE_DECLARATION)
FROM_SOURCE(from_deposit, SOURCE_DEPOSIT)
FROM_SOURCE(from_property, SOURCE_PROPERTY)
FROM_SOURCE(from_vehicle, SOURCE_VEHICLE)
FROM_SOURCE(from_fund, SOURCE_PROVIDENT_FUND)
FROM_SOURCE(from_telecom, SOURCE_TELECOM)
FROM_SOURCE(from_transport, SOURCE_TRANSPORT)

/* Consumption, and which meter serves whom. */
#define FROM_UTILITY(name, value)                                                                            \
    static bool name(const struct record *record)                                                            \
    {                                                                                                        \
        return (record->source == SOURCE_UTILITY && record->utility.kind == (value)) ||                      \
               (record->source == SOURCE_METER && record->meter.utility == (value));                         \
    }
FROM_UTILITY(from_electricity, UTILITY_ELECTRICITY)
FROM_UTILITY(from_water, UTILITY_WATER)
FROM_UTILITY(from_gas, UTILITY_GAS)

/* Of the declared ledger, by kind of income. */
#define FROM_DECLARED(name, value)                                                                           \
    static bool name(const struct record *record)                                                            \
    {                                                                                                        \
        return record->source == SOURCE_DECLARATION && record->declaration.kind == (value);                  \
    }
FROM_DECLARED(from_declared_wage, INCOME_WAGE)
FROM_DECLARED(from_declared_business, INCOME_BUSINESS)
FROM_DECLARED(from_declared_property, INCOME_PROPERTY)
FROM_DECLARED(from_declared_transfer, INCOME_TRANSFER)

/* What the evidenced ledger is made of; and with it what is declared. */
static bool from_evidence(const struct record *record)
{
    return record->source == SOURCE_PROVIDENT_FUND || record->source == SOURCE_DEPOSIT;
}

static bool from_evidence_or_declaration(const struct record *record)
{
    return from_evidence(record) || record->source == SOURCE_DECLARATION;
}

/* What rules of groups may look at. */
static bool from_group(const struct record *record)
{
    return from_household(record) || from_fund(record) || from_declaration(record);
}

/* --- which of them --- */

typedef bool went_in(const struct record *const *facts, size_t count, size_t index, int32_t period);

static bool in_window(const struct record *fact, int32_t period, int months)
{
    int32_t month = month_of_day(fact->valid_from_day);

    return month <= period && period - month < months;
}

static bool window(const struct record *const *facts, size_t count, size_t index, int32_t period)
{
    return in_window(facts[index], period, WINDOW_MONTHS);
}

static bool held(const struct record *const *facts, size_t count, size_t index, int32_t period)
{
    int32_t day = month_last_day(period);

    return facts[index]->valid_from_day <= day && day < facts[index]->valid_to_day;
}

/* A meter's fact when it holds at the end, a month of consumption when it lies in the window. */
static bool consumption(const struct record *const *facts, size_t count, size_t index, int32_t period)
{
    return (facts[index]->source == SOURCE_METER ? held : window)(facts, count, index, period);
}

/* Facts are in key order, so those of one item stand together, by date. */
static bool same_item(const struct record *a, const struct record *b)
{
    return a->source == b->source && token_equal(&a->item, &b->item);
}

static bool newest(const struct record *const *facts, size_t count, size_t index, int32_t period)
{
    int32_t day = month_last_day(period);

    return facts[index]->valid_from_day <= day &&
           (index + 1 == count || !same_item(facts[index], facts[index + 1]) ||
            facts[index + 1]->valid_from_day > day);
}

/* The newest of its account at the end of one of the window's months: what a mean is made of. */
static bool mean(const struct record *const *facts, size_t count, size_t index, int32_t period)
{
    for (int32_t month = period - WINDOW_MONTHS + 1; month <= period; month++)
        if (newest(facts, count, index, month))
            return true;
    return false;
}

static bool newest_interest(const struct record *const *facts, size_t count, size_t index, int32_t period)
{
    if (facts[index]->deposit.interest_fen == NUMBER_NONE || !in_window(facts[index], period, WINDOW_MONTHS))
        return false;
    for (size_t i = index + 1; i < count && same_item(facts[i], facts[index]); i++)
        if (facts[i]->deposit.interest_fen != NUMBER_NONE && in_window(facts[i], period, WINDOW_MONTHS))
            return false;
    return true;
}

/* Days of a year's declaration: it counts when its last month is over, and for 24 months. */
static bool annual(const struct record *fact, int32_t period)
{
    int32_t last = month_of_day(fact->valid_from_day) + fact->declaration.months - 1;

    return fact->declaration.months == MONTHS_A_YEAR && last <= period && period - last < 2 * MONTHS_A_YEAR;
}

static bool declared(const struct record *const *facts, size_t count, size_t index, int32_t period)
{
    const struct record *fact = facts[index];
    bool any_annual = false, later = false;

    for (size_t i = 0; i < count; i++)
        if (facts[i]->source == SOURCE_DECLARATION && facts[i]->declaration.kind == fact->declaration.kind &&
            annual(facts[i], period)) {
            any_annual = true;
            later |= facts[i]->valid_from_day > fact->valid_from_day;
        }
    if (any_annual)
        return annual(fact, period) && !later;
    return fact->declaration.months == 1 && in_window(fact, period, WINDOW_MONTHS);
}

static bool declared_annual(const struct record *const *facts, size_t count, size_t index, int32_t period)
{
    return facts[index]->declaration.months == MONTHS_A_YEAR && declared(facts, count, index, period);
}

static bool declared_monthly(const struct record *const *facts, size_t count, size_t index, int32_t period)
{
    return facts[index]->declaration.months == 1 && declared(facts, count, index, period);
}

static bool vehicle(const struct record *const *facts, size_t count, size_t index, int32_t period)
{
    enum vehicle_type type = facts[index]->vehicle.type;

    return type != VEHICLE_ELECTRIC_BICYCLE && type != VEHICLE_DISABILITY_SCOOTER &&
           newest(facts, count, index, period) && held(facts, count, index, period);
}

static bool home(const struct record *const *facts, size_t count, size_t index, int32_t period)
{
    return facts[index]->property.usage == USAGE_RESIDENTIAL && held(facts, count, index, period);
}

/* Contributions of the window, and the newest balance. */
static bool window_or_newest(const struct record *const *facts, size_t count, size_t index, int32_t period)
{
    return window(facts, count, index, period) || newest(facts, count, index, period);
}

/* Of all households of a kind the newest begun. */
static bool membership(const struct record *const *facts, size_t count, size_t index, int32_t period)
{
    return newest(facts, count, index, period) && held(facts, count, index, period);
}

static bool evidence(const struct record *const *facts, size_t count, size_t index, int32_t period)
{
    return (facts[index]->source == SOURCE_DEPOSIT ? newest_interest : window)(facts, count, index, period);
}

static bool evidence_or_declared(const struct record *const *facts, size_t count, size_t index,
                                 int32_t period)
{
    return (facts[index]->source == SOURCE_DECLARATION ? declared : evidence)(facts, count, index, period);
}

static bool group_records(const struct record *const *facts, size_t count, size_t index, int32_t period)
{
    static went_in *const by_source[SOURCE_COUNT] = {
        [SOURCE_HOUSEHOLD] = membership, [SOURCE_PROVIDENT_FUND] = window, [SOURCE_DECLARATION] = declared
    };

    return by_source[facts[index]->source](facts, count, index, period);
}

/* clang-format off */
const struct figure_rule figure_rules[] = {
    { "member_count", from_household, membership, MSG_RULE_MEMBER_COUNT, NULL },
    { "deposit_balance", from_deposit, newest, MSG_RULE_DEPOSIT_BALANCE, NULL },
    { "deposit_accounts", from_deposit, newest, MSG_RULE_DEPOSIT_ACCOUNTS, NULL },
    { "deposit_interest", from_deposit, newest_interest, MSG_RULE_DEPOSIT_INTEREST, NULL },
    { "deposit_mean", from_deposit, mean, MSG_RULE_DEPOSIT_MEAN, NULL },
    { "property_units", from_property, held, MSG_RULE_PROPERTY_UNITS, NULL },
    { "property_homes", from_property, home, MSG_RULE_PROPERTY_HOMES, NULL },
    { "property_value", from_property, held, MSG_RULE_PROPERTY_VALUE, NULL },
    { "property_area_cm2", from_property, held, MSG_RULE_PROPERTY_AREA_CM2, NULL },
    { "vehicle_count", from_vehicle, vehicle, MSG_RULE_VEHICLE_COUNT, NULL },
    { "vehicle_value", from_vehicle, vehicle, MSG_RULE_VEHICLE_VALUE, NULL },
    { "fund_months", from_fund, window, MSG_RULE_FUND_MONTHS, NULL },
    { "fund_own", from_fund, window, MSG_RULE_FUND_OWN, NULL },
    { "fund_employer", from_fund, window, MSG_RULE_FUND_EMPLOYER, NULL },
    { "fund_balance", from_fund, newest, MSG_RULE_FUND_BALANCE, NULL },
    { "wage_low", from_fund, window, MSG_RULE_WAGE_LOW, NULL },
    { "wage_high", from_fund, window, MSG_RULE_WAGE_HIGH, NULL },
    { "wage_base_year", from_fund, window, MSG_RULE_WAGE_BASE_YEAR, NULL },
    { "electricity_wh", from_electricity, consumption, MSG_RULE_UTILITY, NULL },
    { "water_l", from_water, consumption, MSG_RULE_UTILITY, NULL },
    { "gas_l", from_gas, consumption, MSG_RULE_UTILITY, NULL },
    { "telecom_fen", from_telecom, window, MSG_RULE_TELECOM_FEN, NULL },
    { "transport_fen", from_transport, window, MSG_RULE_TRANSPORT_FEN, NULL },
    { "transport_trips", from_transport, window, MSG_RULE_TRANSPORT_TRIPS, NULL },
    { "declared_income", from_declaration, declared, MSG_RULE_DECLARED_INCOME, NULL },
    { "declared_months", from_declaration, declared_monthly, MSG_RULE_DECLARED_MONTHS, NULL },
    { "evidenced_low", from_evidence, evidence, MSG_RULE_EVIDENCED_LOW, NULL },
    { "evidenced_high", from_evidence, evidence, MSG_RULE_EVIDENCED_HIGH, NULL },
    { "groups", from_roster, held, MSG_RULE_GROUPS, NULL },
    { "industry", from_fund, window, MSG_RULE_INDUSTRY, NULL },
    { "declared_partial", from_declaration, declared_monthly, MSG_RULE_DECLARED_PARTIAL, NULL },
    { "undeclared_members", from_declaration, declared_annual, MSG_RULE_UNDECLARED, NULL },
    { "declared_wage", from_declared_wage, declared, MSG_RULE_DECLARED_KIND, NULL },
    { "declared_business", from_declared_business, declared, MSG_RULE_DECLARED_KIND, NULL },
    { "declared_property", from_declared_property, declared, MSG_RULE_DECLARED_KIND, NULL },
    { "declared_transfer", from_declared_transfer, declared, MSG_RULE_DECLARED_KIND, NULL },
    { "assessed_base", from_household, membership, MSG_RULE_BASE, more_base },
    { "deposit_contribution", from_deposit, mean, MSG_RULE_CONTRIBUTION, more_contribution },
    { "property_contribution", from_property, held, MSG_RULE_CONTRIBUTION, more_contribution },
    { "vehicle_contribution", from_vehicle, vehicle, MSG_RULE_CONTRIBUTION, more_contribution },
    { "fund_contribution", from_fund, window_or_newest, MSG_RULE_CONTRIBUTION, more_contribution },
    { "electricity_contribution", from_electricity, consumption, MSG_RULE_CONTRIBUTION, more_contribution },
    { "water_contribution", from_water, consumption, MSG_RULE_CONTRIBUTION, more_contribution },
    { "gas_contribution", from_gas, consumption, MSG_RULE_CONTRIBUTION, more_contribution },
    { "telecom_contribution", from_telecom, window, MSG_RULE_CONTRIBUTION, more_contribution },
    { "transport_contribution", from_transport, window, MSG_RULE_CONTRIBUTION, more_contribution },
    { "assessed_estimate", NULL, NULL, MSG_RULE_ESTIMATE, NULL },
    { "assessed_deviation", NULL, NULL, MSG_RULE_DEVIATION, NULL },
    { "assessed_p50", NULL, NULL, MSG_RULE_P50, NULL },
    { "assessed_low", NULL, NULL, MSG_RULE_LOW, NULL },
    { "assessed_high", NULL, NULL, MSG_RULE_HIGH, NULL },
    { "band_probability", NULL, NULL, MSG_RULE_BANDS, more_bands },
    { "band", NULL, NULL, MSG_RULE_BAND, more_bands },
    { "band_basis", NULL, NULL, MSG_RULE_BASIS_OF, NULL },
    { "declared_per_head", from_declaration, declared, MSG_RULE_PER_HEAD, NULL },
    { "evidenced_low_per_head", from_evidence, evidence, MSG_RULE_PER_HEAD, NULL },
    { "evidenced_high_per_head", from_evidence, evidence, MSG_RULE_PER_HEAD, NULL },
    { "assessed_per_head", NULL, NULL, MSG_RULE_PER_HEAD, NULL },
    { "below_dibao", NULL, NULL, MSG_RULE_BELOW, NULL },
    { "below_dibian", NULL, NULL, MSG_RULE_BELOW, NULL },
    { "conflict", from_declaration, declared, MSG_RULE_CONFLICT, NULL },
    { "conflict_reasons", from_declaration, declared, MSG_RULE_MARKS, more_questions },
    { "contradictions", from_evidence_or_declaration, evidence_or_declared, MSG_RULE_CONTRADICTIONS, more_questions },
    { "dibao_income", from_evidence_or_declaration, evidence_or_declared, MSG_RULE_HINT, more_hint },
    { "dibao_money", from_deposit, newest, MSG_RULE_HINT, more_hint },
    { "dibao_vehicle", from_vehicle, vehicle, MSG_RULE_HINT, more_hint },
    { "dibao_home", from_property, home, MSG_RULE_HINT, more_hint },
    { "dibian_income", from_evidence_or_declaration, evidence_or_declared, MSG_RULE_HINT, more_hint },
    { "dibian_money", from_deposit, newest, MSG_RULE_HINT, more_hint },
    { "dibian_vehicle", from_vehicle, vehicle, MSG_RULE_HINT, more_hint },
    { "dibian_home", from_property, home, MSG_RULE_HINT, more_hint },
    { "rigid_expense_income", from_evidence_or_declaration, evidence_or_declared, MSG_RULE_HINT, more_hint },
    { "rigid_expense_money", from_deposit, newest, MSG_RULE_HINT, more_hint },
    { "rigid_expense_vehicle", from_vehicle, vehicle, MSG_RULE_HINT, more_hint },
    { "rigid_expense_home", from_property, home, MSG_RULE_HINT, more_hint },
    { "groups_derived", from_group, group_records, MSG_RULE_GROUPS_DERIVED, more_groups },
    { "adult_count", from_household, membership, MSG_RULE_COUNTED, NULL },
    { "child_count", from_household, membership, MSG_RULE_COUNTED, NULL },
    { "elder_count", from_household, membership, MSG_RULE_COUNTED, NULL },
    { "head_age", from_household, membership, MSG_RULE_HEAD, NULL },
    { "region", from_household, membership, MSG_RULE_REGION, NULL },
    { NULL, NULL, NULL, MESSAGE_COUNT, NULL },
};
/* clang-format on */

const struct figure_rule *figure_rule_of(const char *column)
{
    for (const struct figure_rule *rule = figure_rules; rule->column; rule++)
        if (!strcmp(rule->column, column))
            return rule;
    return NULL;
}
