/* incomes - who works at what, and what that brings in a month.
 *
 * The fund follows the wage exactly, as the rules have it: the base of a fund year (July - June) is the mean
 * monthly wage of the calendar year before, of a new member her present one; bases are whole yuan and rates
 * whole per cent, so that a contribution is base x rate to the fen and a reader can go back. The one-side
 * amount is held between the year's floor and cap. */
#ifndef OLIVE_TESTS_COUNTY_INCOMES_H
#define OLIVE_TESTS_COUNTY_INCOMES_H

#include "tests/county/county.h"

int32_t wage_yuan(const struct county *county, const struct person *person, int32_t year); /* a month's */
/* What a person has of a kind in a month (absolute, as lib/base/date.h); property income comes once a year
 * and is not in it. */
int64_t earned_fen(const struct county *county, uint32_t person, int32_t month, enum income_kind kind);

struct employer {
    const char *industry; /* GB/T 4754 */
    char number[19];      /* GB 32100 */
    int rate_percent;     /* of one side */
    bool states_rate, pays_alone;
};
struct employer employer_of(const struct county *county, uint32_t employer);
bool pays_fund(const struct county *county, uint32_t person, int32_t month);
int32_t fund_base_yuan(const struct county *county, const struct person *person, int32_t month);
int64_t fund_side_fen(const struct county *county, const struct person *person, int32_t month);
/* Of the fund year that began in July of that year, one side, a month. */
int64_t fund_cap_fen(int32_t year);
int64_t fund_floor_fen(int32_t year);

#endif
