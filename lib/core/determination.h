/* determination - what declared and evidenced figures say of the lines of need: hints for a person who
 * decides.
 *
 * Each line has up to four tests (income, money, vehicle, home); each gives
 *     does not meet   the figures alone, whatever is not seen, rule it out
 *     meets           the figures, with all that could be seen, are within it
 *     cannot tell     anything else: something may exist that no source sees
 * and null (no rule) where the policy has none in force. Estimates do not enter, nor do auxiliary sources
 * (P5); nothing is denied or stopped (P6). The first source of the tests: 浙江省最低生活保障办法 and
 * 社会救助家庭经济状况核对; each rule's own basis stands in the policy.
 *
 * Income:  n = members, line = per head * n, disregarded shares taken off each kind of income.
 *          evidenced_low or what is declared reaches the line: does not meet. Both stay below it, and either
 *          evidenced_high does, too, or every adult-year is declared (whole declarations): meets.
 * Money:   deposit_balance against per head * n. Vehicle, home: count, with value or area per head.
 *          "meets" needs a known or verified zero indicator that is covered: complete and delivered. */
#ifndef OLIVE_CORE_DETERMINATION_H
#define OLIVE_CORE_DETERMINATION_H

#include "lib/core/coverage.h"
#include "lib/core/profile.h"

/* What the hint is made of, for whoever explains it. */
struct determination {
    enum determination_hint hint;
    const struct rule *rule; /* NULL: none in force */
    int64_t limit;           /* the least that is too much: fen of the household, or a count */
    int64_t figure_low;      /* what is there at least; NUMBER_NONE: not known */
    int64_t figure_high;     /* at most; NUMBER_NONE: open */
    int64_t disregarded_fen; /* of declared income, TEST_INCOME */
};

void determine(const struct policy *policy, coverage_t coverage, const struct profile *profile, int32_t day,
               enum poverty_line line, enum line_test test, struct determination *ret);
/* All hints of a profile, whose other figures stand. */
void determine_all(const struct policy *policy, coverage_t coverage, int32_t day, struct profile *profile);

#endif
