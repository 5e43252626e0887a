#include "lib/core/group.h"

#include <string.h>

#include "tests/unit/unit.h"

/* One person, what is known of her, and which rules hold: each condition at its edge. */
static void every_condition_that_is_said_must_hold(void **state)
{
    static char farming[][INDUSTRY_SIZE] = { "A", "S91" };
    static const struct group_rule anyone = { .age_from = INT32_MIN, .age_below = INT32_MAX };
    struct fund_account accounts[] = { { .industry = "A0411" },
                                       { .industry = "S9121" },
                                       { .industry = "S92" } };
    const struct {
        struct group_rule rule;
        int age;
        size_t first_account, account_count;
        uint16_t months;
        int64_t business;
        enum determination_hint dibao, dibian;
        bool holds;
    } cases[] = {
#define RULE(...) { .age_from = INT32_MIN, .age_below = INT32_MAX, __VA_ARGS__ }
        { anyone, 0, 0, 0, 0, NUMBER_NONE, HINT_NO_RULE, HINT_NO_RULE, true },
        { { .age_from = 80, .age_below = INT32_MAX },
          79,
          0,
          0,
          0,
          NUMBER_NONE,
          HINT_NO_RULE,
          HINT_NO_RULE,
          false },
        { { .age_from = 80, .age_below = INT32_MAX },
          80,
          0,
          0,
          0,
          NUMBER_NONE,
          HINT_NO_RULE,
          HINT_NO_RULE,
          true },
        { { .age_from = INT32_MIN, .age_below = 18 },
          17,
          0,
          0,
          0,
          NUMBER_NONE,
          HINT_NO_RULE,
          HINT_NO_RULE,
          true },
        { { .age_from = INT32_MIN, .age_below = 18 },
          18,
          0,
          0,
          0,
          NUMBER_NONE,
          HINT_NO_RULE,
          HINT_NO_RULE,
          false },
        { RULE(.industries = farming, .industry_count = 2), 40, 0, 0, 0, NUMBER_NONE, HINT_NO_RULE,
          HINT_NO_RULE, false },
        { RULE(.industries = farming, .industry_count = 2), 40, 0, 1, 0, NUMBER_NONE, HINT_NO_RULE,
          HINT_NO_RULE, true },
        { RULE(.industries = farming, .industry_count = 2), 40, 1, 1, 0, NUMBER_NONE, HINT_NO_RULE,
          HINT_NO_RULE, true },
        { RULE(.industries = farming, .industry_count = 2), 40, 2, 1, 0, NUMBER_NONE, HINT_NO_RULE,
          HINT_NO_RULE, false },
        { RULE(.industries = farming, .industry_count = 2), 40, 1, 2, 0, NUMBER_NONE, HINT_NO_RULE,
          HINT_NO_RULE, true },
        { RULE(.fund_months_min = 3), 40, 0, 0, 0x003, NUMBER_NONE, HINT_NO_RULE, HINT_NO_RULE, false },
        { RULE(.fund_months_min = 3), 40, 0, 0, 0x811, NUMBER_NONE, HINT_NO_RULE, HINT_NO_RULE, true },
        { RULE(.declares = 1U << INCOME_BUSINESS), 40, 0, 0, 0, NUMBER_NONE, HINT_NO_RULE, HINT_NO_RULE,
          false },
        { RULE(.declares = 1U << INCOME_BUSINESS), 40, 0, 0, 0, 0, HINT_NO_RULE, HINT_NO_RULE, false },
        { RULE(.declares = 1U << INCOME_BUSINESS), 40, 0, 0, 0, -1, HINT_NO_RULE, HINT_NO_RULE, false },
        { RULE(.declares = 1U << INCOME_BUSINESS), 40, 0, 0, 0, 1, HINT_NO_RULE, HINT_NO_RULE, true },
        { RULE(.declares = 1U << INCOME_WAGE), 40, 0, 0, 0, 1, HINT_NO_RULE, HINT_NO_RULE, false },
        { RULE(.line_tests = 1U << LINE_DIBAO), 40, 0, 0, 0, NUMBER_NONE, HINT_MEETS, HINT_NO_RULE, true },
        { RULE(.line_tests = 1U << LINE_DIBAO), 40, 0, 0, 0, NUMBER_NONE, HINT_CANNOT_TELL, HINT_MEETS,
          false },
        { RULE(.line_tests = 1U << LINE_DIBAO), 40, 0, 0, 0, NUMBER_NONE, HINT_NO_RULE, HINT_MEETS, false },
        { RULE(.line_tests = 3), 40, 0, 0, 0, NUMBER_NONE, HINT_MEETS, HINT_DOES_NOT_MEET, false },
        { RULE(.line_tests = 3), 40, 0, 0, 0, NUMBER_NONE, HINT_MEETS, HINT_MEETS, true },
        { { .age_from = 16, .age_below = 60, .declares = 1U << INCOME_BUSINESS },
          15,
          0,
          0,
          0,
          1,
          HINT_NO_RULE,
          HINT_NO_RULE,
          false },
#undef RULE
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct subject person = { .fund_accounts = accounts + cases[i].first_account,
                                  .fund_account_count = cases[i].account_count,
                                  .fund_month_mask = cases[i].months };
        struct profile household = { 0 };

        person.declared[INCOME_BUSINESS] =
            (struct declared){ cases[i].business != NUMBER_NONE, 0, cases[i].business };
        household.hints[LINE_DIBAO][TEST_INCOME] = cases[i].dibao;
        household.hints[LINE_DIBIAN][TEST_INCOME] = cases[i].dibian;
        if (group_rule_holds(&cases[i].rule, &person, cases[i].age, &household) != cases[i].holds)
            fail_msg("case %zu", i);
    }
}

static void groups_are_those_of_all_rules_in_force_there_with_what_they_state(void **state)
{
    struct group_rule rules[] = {
        { { "330305", 100, DAY_OPEN, NULL }, GROUP_CHILD_OR_ELDER, 80, INT32_MAX, NULL, 0, 0, 0, 0 },
        { { "330305", 100, DAY_OPEN, NULL }, GROUP_CHILD_OR_ELDER, INT32_MIN, 18, NULL, 0, 0, 0, 0 },
        { { "", 100, 200, NULL }, GROUP_DIBAO, 80, INT32_MAX, NULL, 0, 0, 0, 0 },
        { { "3304", 100, DAY_OPEN, NULL }, GROUP_PUBLIC_SECTOR, INT32_MIN, INT32_MAX, NULL, 0, 0, 0, 0 },
    };
    const unsigned elder = 1U << GROUP_CHILD_OR_ELDER, dibao = 1U << GROUP_DIBAO | 1U << GROUP_HARDSHIP;
    const struct {
        const char *region;
        int age;
        int32_t day;
        unsigned groups;
    } cases[] = {
        { "330305001", 85, 150, elder | dibao },
        { "330305001", 10, 150, elder },
        { "330305001", 40, 150, 0 },
        { "330305001", 85, 99, 0 },
        { "330305001", 85, 200, elder },
        { "330400", 85, 200, 1U << GROUP_PUBLIC_SECTOR },
        { "", 85, 150, dibao },
    };
    const struct policy policy = { .groups = rules, .group_count = COUNT_OF(rules) };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct profile household = { 0 };

        strcpy(household.region, cases[i].region);
        if (groups_derive(&policy, &(struct subject){ 0 }, cases[i].age, cases[i].day, &household) !=
            cases[i].groups)
            fail_msg("case %zu", i);
    }
}

UNIT_MAIN(cmocka_unit_test(every_condition_that_is_said_must_hold),
          cmocka_unit_test(groups_are_those_of_all_rules_in_force_there_with_what_they_state))
