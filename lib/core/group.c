#include "lib/core/group.h"

#include <string.h>

static bool works_in(const struct group_rule *rule, const struct subject *person)
{
    for (size_t i = 0; i < person->fund_account_count; i++)
        for (size_t k = 0; k < rule->industry_count; k++)
            if (!strncmp(person->fund_accounts[i].industry, rule->industries[k], strlen(rule->industries[k])))
                return true;
    return !rule->industry_count;
}

static bool declares_one(const struct group_rule *rule, const struct subject *person)
{
    for (int kind = 0; kind < INCOME_KIND_COUNT; kind++)
        if (rule->declares >> kind & 1 && person->declared[kind].stated &&
            person->declared[kind].amount_fen > 0)
            return true;
    return !rule->declares;
}

static bool meets_lines(const struct group_rule *rule, const struct profile *household)
{
    for (int line = 0; line < LINE_COUNT; line++)
        if (rule->line_tests >> line & 1 && household->hints[line][TEST_INCOME] != HINT_MEETS)
            return false;
    return true;
}

bool group_rule_holds(const struct group_rule *rule, const struct subject *person, int age,
                      const struct profile *household)
{
    return age >= rule->age_from && age < rule->age_below &&
           __builtin_popcount(person->fund_month_mask) >= rule->fund_months_min && works_in(rule, person) &&
           declares_one(rule, person) && meets_lines(rule, household);
}

unsigned groups_derive(const struct policy *policy, const struct subject *person, int age, int32_t day,
                       const struct profile *household)
{
    unsigned mask = 0;

    for (size_t i = 0; i < policy->group_count; i++) {
        const struct group_rule *rule = &policy->groups[i];

        if (policy_holds(&rule->rule, household->region, day) &&
            group_rule_holds(rule, person, age, household))
            mask |= group_mask(rule->group);
    }
    return mask;
}
