#include "lib/core/determination.h"

#include <string.h>

#include "tests/unit/unit.h"

/* Two members in 330305, 30 June 2025: worked out on paper, in fen. */
enum { MEMBERS = 2, LINE_FEN = 1300000, MONEY_FEN = 5200000, CAR_FEN = 5000000, AREA_CM2 = 200000 };
static const int32_t day = 20269;

static struct line_rule line = { .rule = { "330305", 20000, DAY_OPEN, NULL }, .per_head_fen = LINE_FEN };
static struct asset_rule money = { .rule = { "330305", 20000, DAY_OPEN, NULL }, .per_head_fen = MONEY_FEN };
static struct asset_rule vehicle = {
    .rule = { "330305", 20000, DAY_OPEN, NULL },
    .count_max = 0,
    .value_max_fen = CAR_FEN,
};
static struct asset_rule home = {
    .rule = { "330305", 20000, DAY_OPEN, NULL },
    .count_max = 1,
    .area_per_head_cm2_max = AREA_CM2,
};

static struct policy policy_of_all(void)
{
    struct policy policy = { 0 };

    policy.lines[LINE_DIBAO] = &line;
    policy.assets[LINE_DIBAO][TEST_MONEY] = &money;
    policy.assets[LINE_DIBAO][TEST_VEHICLE] = &vehicle;
    policy.assets[LINE_DIBAO][TEST_HOME] = &home;
    policy.line_count[LINE_DIBAO] = 1;
    for (int test = TEST_MONEY; test < TEST_COUNT; test++)
        policy.asset_count[LINE_DIBAO][test] = 1;
    return policy;
}

/* Of which nothing is known. */
static struct profile profile_of_two(void)
{
    struct profile profile = { .region = "330305001", .member_count = MEMBERS, .adult_count = MEMBERS };

    for (const struct profile_field *field = profile_fields; field->name; field++)
        if (field->type == PROFILE_INT && field->offset > offsetof(struct profile, head_age))
            memcpy((char *)&profile + field->offset, &(int64_t){ NUMBER_NONE }, sizeof(int64_t));
    profile.declared_partial = 0;
    profile.undeclared_members = MEMBERS;
    return profile;
}

static enum determination_hint hint(const struct policy *policy, coverage_t coverage,
                                    const struct profile *profile, enum line_test test)
{
    struct determination determination;

    determine(policy, coverage, profile, day, LINE_DIBAO, test, &determination);
    return determination.hint;
}

/* --- income: the line of two is 2,600,000 --- */

#define NONE NUMBER_NONE

static void income_is_judged_by_what_is_declared_and_evidenced(void **state)
{
    static const struct {
        int64_t members, wage_low, interest, evidenced_high;
        int64_t wage, business; /* declared; both NONE: nothing is */
        int64_t undeclared, partial;
        enum determination_hint hint;
    } cases[] = {
        /* nothing is known: no answer is not zero */
        { 2, NONE, NONE, NONE, NONE, NONE, 2, 0, HINT_CANNOT_TELL },
        /* what is evidenced at least reaches the line, or not */
        { 2, 2600000, NONE, NONE, NONE, NONE, 2, 0, HINT_DOES_NOT_MEET },
        { 2, 2599999, NONE, NONE, NONE, NONE, 2, 0, HINT_CANNOT_TELL },
        { 2, 2500000, 100000, NONE, NONE, NONE, 2, 0, HINT_DOES_NOT_MEET },
        { 2, 2500000, 99999, NONE, NONE, NONE, 2, 0, HINT_CANNOT_TELL },
        /* an upper end, too */
        { 2, 2000000, NONE, 2599999, NONE, NONE, 2, 0, HINT_MEETS },
        { 2, 2000000, NONE, 2600000, NONE, NONE, 2, 0, HINT_CANNOT_TELL },
        /* declarations of all adults for whole years count */
        { 2, NONE, NONE, NONE, 2599999, NONE, 0, 0, HINT_MEETS },
        { 2, NONE, NONE, NONE, 2600000, NONE, 0, 0, HINT_DOES_NOT_MEET },
        { 2, NONE, NONE, NONE, 2000000, NONE, 1, 0, HINT_CANNOT_TELL },
        { 2, NONE, NONE, NONE, 2000000, NONE, 0, 1, HINT_CANNOT_TELL },
        { 2, NONE, NONE, NONE, 2600000, NONE, 1, 1, HINT_DOES_NOT_MEET },
        /* a declaration of zero is one */
        { 2, NONE, NONE, NONE, 0, NONE, 0, 0, HINT_MEETS },
        { 2, NONE, NONE, NONE, 0, NONE, 1, 0, HINT_CANNOT_TELL },
        { 2, 2600000, NONE, NONE, 0, NONE, 0, 0, HINT_DOES_NOT_MEET },
        /* a loss takes off */
        { 2, NONE, NONE, NONE, 7000000, -5000000, 0, 0, HINT_MEETS },
        { 2, NONE, NONE, NONE, 0, -5000000, 0, 0, HINT_MEETS },
        /* forty members: 52,000,000 */
        { 40, NONE, NONE, NONE, 51999999, NONE, 0, 0, HINT_MEETS },
        { 40, NONE, NONE, NONE, 52000000, NONE, 0, 0, HINT_DOES_NOT_MEET },
        /* at the edge */
        { 2, INT64_MAX, INT64_MAX, NONE, NONE, NONE, 2, 0, HINT_DOES_NOT_MEET },
        { 2, NONE, NONE, NONE, INT64_MAX, INT64_MAX, 0, 0, HINT_DOES_NOT_MEET },
        { 2, NONE, NONE, NONE, INT64_MIN / 2, INT64_MIN / 2 + 1, 0, 0, HINT_MEETS },
        { 2, 0, NONE, INT64_MAX, NONE, NONE, 2, 0, HINT_CANNOT_TELL },
    };
    const struct policy policy = policy_of_all();

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct profile profile = profile_of_two();

        profile.member_count = cases[i].members;
        profile.wage_low = cases[i].wage_low;
        profile.deposit_interest = cases[i].interest;
        profile.evidenced_high = cases[i].evidenced_high;
        profile.declared_by_kind[INCOME_WAGE] = cases[i].wage;
        profile.declared_by_kind[INCOME_BUSINESS] = cases[i].business;
        if (cases[i].wage != NONE)
            profile.declared_income =
                clamp_int64((__int128)cases[i].wage + (cases[i].business == NONE ? 0 : cases[i].business));
        profile.undeclared_members = cases[i].undeclared;
        profile.declared_partial = cases[i].partial;
        if (hint(&policy, 0, &profile, TEST_INCOME) != cases[i].hint)
            fail_msg("case %zu: not %s", i, code_name(&hint_codes, (int)cases[i].hint));
    }
}

static void a_line_beyond_all_numbers_is_the_greatest_one(void **state)
{
    struct line_rule far = { .rule = { "", 0, DAY_OPEN, NULL }, .per_head_fen = INT64_MAX };
    struct policy policy = policy_of_all();
    struct profile profile = profile_of_two();
    struct determination determination;

    policy.lines[LINE_DIBAO] = &far;
    profile.member_count = 40;
    profile.declared_by_kind[INCOME_WAGE] = profile.declared_income = INT64_MAX - 1;
    profile.undeclared_members = 0;
    determine(&policy, 0, &profile, day, LINE_DIBAO, TEST_INCOME, &determination);
    assert_int_equal(determination.hint, HINT_MEETS);
    assert_true(determination.limit == INT64_MAX && determination.figure_low == INT64_MAX - 1);
}

static void a_disregarded_share_is_taken_off_and_never_rounded_up(void **state)
{
    static const struct {
        int64_t wage, counted;
    } cases[] = { { 3250000, 2600000 },
                  { 3249999, 2600000 },
                  { 3249998, 2599999 },
                  { 4, 4 },
                  { 5, 4 },
                  { -10, -10 },
                  { 0, 0 } };
    struct disregard_rule rules[] = {
        { { "330305", 20000, DAY_OPEN, NULL }, INCOME_WAGE, 200000 },
        { { "330305", 20000, DAY_OPEN, NULL }, INCOME_BUSINESS, 900000 },
        { { "330305", 20000, 20269, NULL }, INCOME_WAGE, 900000 }, /* over since today */
        { { "3304", 20000, DAY_OPEN, NULL }, INCOME_WAGE, 900000 },
    };
    struct policy policy = policy_of_all();

    policy.disregards[LINE_DIBAO] = rules;
    policy.disregard_count[LINE_DIBAO] = COUNT_OF(rules);
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct profile profile = profile_of_two();
        struct determination determination;

        profile.declared_by_kind[INCOME_WAGE] = profile.declared_income = cases[i].wage;
        profile.undeclared_members = 0;
        profile.wage_low = INT64_MIN + 1; /* so that the declared one is the larger */
        determine(&policy, 0, &profile, day, LINE_DIBAO, TEST_INCOME, &determination);
        assert_int_equal(determination.figure_low, cases[i].counted);
        assert_int_equal(determination.disregarded_fen, cases[i].wage - cases[i].counted);
    }
}

static void shares_that_add_up_to_more_than_all_take_off_all(void **state)
{
    struct disregard_rule rules[] = { { { "", 0, DAY_OPEN, NULL }, INCOME_WAGE, 700000 },
                                      { { "33", 0, DAY_OPEN, NULL }, INCOME_WAGE, 700000 } };
    struct policy policy = policy_of_all();
    struct profile profile = profile_of_two();

    policy.disregards[LINE_DIBAO] = rules;
    policy.disregard_count[LINE_DIBAO] = COUNT_OF(rules);
    profile.wage_low = INT64_MAX;
    assert_int_equal(hint(&policy, 0, &profile, TEST_INCOME), HINT_CANNOT_TELL);
}

/* --- what they own --- */

static void what_they_own_is_judged_by_fresh_and_complete_sources(void **state)
{
    static const struct {
        enum line_test test;
        enum indicator_state known;
        bool covered;
        int64_t figure, other; /* money; vehicles and their value; homes and their area */
        enum determination_hint hint;
    } cases[] = {
        { TEST_MONEY, STATE_KNOWN, true, 10400000, NONE, HINT_MEETS },
        { TEST_MONEY, STATE_KNOWN, false, 10400000, NONE, HINT_CANNOT_TELL },
        { TEST_MONEY, STATE_KNOWN, false, 10400001, NONE, HINT_DOES_NOT_MEET },
        { TEST_MONEY, STATE_STALE, true, 99999999, NONE, HINT_CANNOT_TELL },
        { TEST_MONEY, STATE_ZERO, true, 0, NONE, HINT_MEETS },
        { TEST_MONEY, STATE_MISSING, true, NONE, NONE, HINT_CANNOT_TELL },
        { TEST_MONEY, STATE_NOT_AUTHORISED, true, 0, NONE, HINT_CANNOT_TELL },
        { TEST_MONEY, STATE_KNOWN, true, -1, NONE, HINT_MEETS }, /* an overdraft is no money */
        { TEST_MONEY, STATE_KNOWN, true, INT64_MIN + 1, NONE, HINT_MEETS },
        { TEST_MONEY, STATE_KNOWN, true, INT64_MAX, NONE, HINT_DOES_NOT_MEET },
        { TEST_VEHICLE, STATE_ZERO, true, 0, 0, HINT_MEETS },
        { TEST_VEHICLE, STATE_KNOWN, true, 1, CAR_FEN, HINT_MEETS },
        { TEST_VEHICLE, STATE_KNOWN, true, 3, CAR_FEN, HINT_MEETS },
        { TEST_VEHICLE, STATE_KNOWN, false, 1, CAR_FEN, HINT_CANNOT_TELL },
        { TEST_VEHICLE, STATE_KNOWN, true, 1, CAR_FEN + 1, HINT_DOES_NOT_MEET },
        { TEST_VEHICLE, STATE_KNOWN, false, 1, NONE, HINT_DOES_NOT_MEET },
        { TEST_VEHICLE, STATE_STALE, true, 1, NONE, HINT_CANNOT_TELL },
        { TEST_HOME, STATE_KNOWN, true, 1, INT64_MAX, HINT_MEETS },
        { TEST_HOME, STATE_KNOWN, true, 2, 400000, HINT_MEETS },
        { TEST_HOME, STATE_KNOWN, true, 2, 400001, HINT_DOES_NOT_MEET },
        { TEST_HOME, STATE_KNOWN, false, 2, 400000, HINT_CANNOT_TELL },
        { TEST_HOME, STATE_KNOWN, true, 2, NONE, HINT_DOES_NOT_MEET },
    };
    static const enum indicator indicators[TEST_COUNT] = {
        [TEST_MONEY] = INDICATOR_DEPOSIT, [TEST_VEHICLE] = INDICATOR_VEHICLE, [TEST_HOME] = INDICATOR_PROPERTY
    };
    const struct policy policy = policy_of_all();

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct profile profile = profile_of_two();
        enum indicator indicator = indicators[cases[i].test];

        profile.states[indicator] = cases[i].known;
        profile.deposit_balance = profile.vehicle_count = profile.property_homes = cases[i].figure;
        profile.vehicle_value = profile.property_area_cm2 = cases[i].other;
        if (hint(&policy, cases[i].covered ? 1U << indicator : 0, &profile, cases[i].test) != cases[i].hint)
            fail_msg("case %zu: not %s", i, code_name(&hint_codes, (int)cases[i].hint));
    }
}

static void without_a_rule_in_force_nothing_is_said(void **state)
{
    static const struct {
        const char *region;
        int32_t from, until;
        bool rule;
    } cases[] = {
        { "330305", 20000, DAY_OPEN, true },  { "", 20269, 20270, true },
        { "330322", 20000, DAY_OPEN, true }, /* 洞头 of old */
        { "330305", 20270, DAY_OPEN, false }, { "330305", 20000, 20269, false },
        { "330305100", 0, DAY_OPEN, false },  { "3304", 0, DAY_OPEN, false },
    };
    struct policy policy = policy_of_all();

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct line_rule rule = line;
        struct profile profile = profile_of_two();

        strcpy(rule.rule.region, cases[i].region);
        rule.rule.from_day = cases[i].from;
        rule.rule.until_day = cases[i].until;
        policy.lines[LINE_DIBAO] = &rule;
        assert_int_equal(hint(&policy, 0, &profile, TEST_INCOME) != HINT_NO_RULE, cases[i].rule);
    }
    assert_int_equal(hint(&(struct policy){ 0 }, 0, &(struct profile){ .region = "330305" }, TEST_HOME),
                     HINT_NO_RULE);
}

UNIT_MAIN(cmocka_unit_test(income_is_judged_by_what_is_declared_and_evidenced),
          cmocka_unit_test(a_line_beyond_all_numbers_is_the_greatest_one),
          cmocka_unit_test(a_disregarded_share_is_taken_off_and_never_rounded_up),
          cmocka_unit_test(shares_that_add_up_to_more_than_all_take_off_all),
          cmocka_unit_test(what_they_own_is_judged_by_fresh_and_complete_sources),
          cmocka_unit_test(without_a_rule_in_force_nothing_is_said))
