#include "daemon/cli/explain_rules.h"

#include <string.h>

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

/* Of all households of a kind the newest begun. */
static bool membership(const struct record *const *facts, size_t count, size_t index, int32_t period)
{
    return newest(facts, count, index, period) && held(facts, count, index, period);
}

/* clang-format off */
const struct figure_rule figure_rules[] = {
    { "member_count", from_household, membership, "persons whose newest membership of the kind holds on the last day of the period" },
    { "deposit_balance", from_deposit, newest, "per account the newest balance up to the last day, times the share, floor; summed" },
    { "deposit_accounts", from_deposit, newest, "accounts whose newest balance is not 0" },
    { "deposit_interest", from_deposit, newest_interest, "per account the newest yearly interest stated in the 12 months, times the share, floor; summed" },
    { "deposit_mean", from_deposit, newest, "per account the mean of its balances at the 12 month-ends; summed" },
    { "property_units", from_property, held, "distinct units with a right held on the last day" },
    { "property_homes", from_property, home, "the residential ones of them" },
    { "property_value", from_property, held, "per right held on the last day share times assessed value, floor; summed" },
    { "property_area_cm2", from_property, held, "per right held on the last day share times area, floor; summed" },
    { "vehicle_count", from_vehicle, vehicle, "plates held on the last day; electric bicycles and disability scooters never count" },
    { "vehicle_value", from_vehicle, vehicle, "assessed values of the vehicles that count" },
    { "fund_months", from_fund, window, "months of the window with a contribution, per member; summed" },
    { "fund_own", from_fund, window, "employees' contributions of the 12 months" },
    { "fund_employer", from_fund, window, "employers' contributions of the 12 months" },
    { "fund_balance", from_fund, newest, "per account the newest balance stated" },
    { "wage_low", from_fund, window, "per contribution one side d: d / rate, floor (d / 0.12 when the rate is not stated; 0 at or below the floor)" },
    { "wage_high", from_fund, window, "per contribution one side d: d / rate, ceiling (d / 0.05 when the rate is not stated; open at or above the cap)" },
    { "wage_base_year", from_fund, window, "the year before the fund year of the newest contributed month" },
    { "electricity_wh", from_electricity, consumption, "months of the window, under members' numbers and on meters that serve the household" },
    { "water_l", from_water, consumption, "months of the window, under members' numbers and on meters that serve the household" },
    { "gas_l", from_gas, consumption, "months of the window, under members' numbers and on meters that serve the household" },
    { "telecom_fen", from_telecom, window, "bills of the 12 months" },
    { "transport_fen", from_transport, window, "spending of the 12 months" },
    { "transport_trips", from_transport, window, "trips of the 12 months" },
    { "declared_income", from_declaration, declared, "per person and income kind the newest annual declaration ended in the 24 months, else the monthly ones of the 12" },
    { "declared_months", from_declaration, declared_monthly, "monthly declarations that went in" },
    { "evidenced_low", from_fund, window, "wage_low plus deposit_interest" },
    { "evidenced_high", from_fund, window, "wage_high plus deposit_interest; open while an income kind of a member from 16 on is uncovered" },
    { "groups", from_roster, held, "groups that a department states of a member on the last day" },
    { "industry", from_fund, window, "of the fund account with the largest employee sum the newest industry stated" },
    { NULL, NULL, NULL, NULL },
};
/* clang-format on */

const struct figure_rule *figure_rule_of(const char *column)
{
    for (const struct figure_rule *rule = figure_rules; rule->column; rule++)
        if (!strcmp(rule->column, column))
            return rule;
    return NULL;
}
