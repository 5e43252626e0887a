#include "lib/core/determination.h"

#include "lib/core/ledger.h"

/* --- income --- */

static int32_t disregarded_share(const struct policy *policy, const struct profile *profile, int32_t day,
                                 enum poverty_line line, enum income_kind income)
{
    int32_t share = 0;

    for (size_t i = 0; i < policy->disregard_count[line]; i++) {
        const struct disregard_rule *rule = &policy->disregards[line][i];

        if (rule->income == income && policy_holds(&rule->rule, profile->region, day))
            share += rule->share_millionths;
    }
    return share < MILLION ? share : MILLION;
}

/* What of an amount does not count; a loss counts whole. */
static int64_t disregarded(int64_t amount, int32_t share)
{
    return amount > 0 ? divide_floor((__int128)amount * share, MILLION) : 0;
}

static int64_t or_zero(int64_t number)
{
    return number == NUMBER_NONE ? 0 : number;
}

/* What of declared and of evidenced income counts for the line. */
struct counted {
    __int128 declared, evidenced, off;
};

static struct counted count_income(const struct policy *policy, const struct profile *profile, int32_t day,
                                   enum poverty_line line)
{
    int64_t evidenced[INCOME_KIND_COUNT] = {
        [INCOME_WAGE] = or_zero(profile->wage_low), [INCOME_PROPERTY] = or_zero(profile->deposit_interest)
    };
    struct counted ret = { 0 };

    for (int kind = 0; kind < INCOME_KIND_COUNT; kind++) {
        int64_t declared = or_zero(profile->declared_by_kind[kind]);
        int32_t share = disregarded_share(policy, profile, day, line, (enum income_kind)kind);

        ret.declared += declared - disregarded(declared, share);
        ret.evidenced += evidenced[kind] - disregarded(evidenced[kind], share);
        ret.off += disregarded(declared, share);
    }
    return ret;
}

static void determine_income(const struct policy *policy, coverage_t coverage, const struct profile *profile,
                             int32_t day, enum poverty_line line, struct determination *ret)
{
    const struct line_rule *rule =
        POLICY_RULE(policy->lines[line], policy->line_count[line], profile->region, day);
    struct counted counted = count_income(policy, profile, day, line);
    __int128 low = counted.evidenced;

    (void)coverage;
    if (!rule)
        return;
    if (profile->declared_income != NUMBER_NONE && counted.declared > low)
        low = counted.declared;
    ret->rule = &rule->rule;
    ret->limit = clamp_int64((__int128)rule->per_head_fen * profile->member_count);
    ret->figure_low = clamp_int64(low);
    ret->disregarded_fen = clamp_int64(counted.off);
    ret->figure_high = profile->evidenced_high;
    if (profile->evidenced_high == NUMBER_NONE && ledger_declared_in_full(profile))
        ret->figure_high = ret->figure_low;
}

/* --- what they own --- */

static const struct asset_rule *asset_of(const struct policy *policy, const struct profile *profile,
                                         int32_t day, enum poverty_line line, enum line_test test)
{
    return POLICY_RULE(policy->assets[line][test], policy->asset_count[line][test], profile->region, day);
}

/* A figure of an indicator: at least that much is there when anything is known (a stale one is not counted
 * on), and no more when the source is complete. */
static void bound(const struct profile *profile, coverage_t coverage, enum indicator indicator,
                  int64_t figure, struct determination *ret)
{
    enum indicator_state state = profile->states[indicator];
    bool there = (state == STATE_KNOWN || state == STATE_ZERO) && figure != NUMBER_NONE;

    ret->figure_low = there ? figure : NUMBER_NONE;
    ret->figure_high = there && coverage_covered(coverage, indicator) ? figure : NUMBER_NONE;
}

static void determine_money(const struct policy *policy, coverage_t coverage, const struct profile *profile,
                            int32_t day, enum poverty_line line, struct determination *ret)
{
    const struct asset_rule *rule = asset_of(policy, profile, day, line, TEST_MONEY);

    if (!rule)
        return;
    ret->rule = &rule->rule;
    ret->limit = clamp_int64((__int128)rule->per_head_fen * profile->member_count + 1);
    bound(profile, coverage, INDICATOR_DEPOSIT, profile->deposit_balance, ret);
}

static void determine_vehicle(const struct policy *policy, coverage_t coverage, const struct profile *profile,
                              int32_t day, enum poverty_line line, struct determination *ret)
{
    const struct asset_rule *rule = asset_of(policy, profile, day, line, TEST_VEHICLE);

    if (!rule)
        return;
    ret->rule = &rule->rule;
    ret->limit = rule->count_max + 1;
    bound(profile, coverage, INDICATOR_VEHICLE, profile->vehicle_count, ret);
    if (rule->value_max_fen != NUMBER_NONE && profile->vehicle_value != NUMBER_NONE &&
        profile->vehicle_value <= rule->value_max_fen && ret->figure_low >= ret->limit)
        ret->limit = ret->figure_low + 1;
}

static void determine_home(const struct policy *policy, coverage_t coverage, const struct profile *profile,
                           int32_t day, enum poverty_line line, struct determination *ret)
{
    const struct asset_rule *rule = asset_of(policy, profile, day, line, TEST_HOME);

    if (!rule)
        return;
    ret->rule = &rule->rule;
    ret->limit = rule->count_max + 1;
    bound(profile, coverage, INDICATOR_PROPERTY, profile->property_homes, ret);
    if (rule->area_per_head_cm2_max != NUMBER_NONE && profile->property_area_cm2 != NUMBER_NONE &&
        profile->property_area_cm2 <= (__int128)rule->area_per_head_cm2_max * profile->member_count &&
        ret->figure_low >= ret->limit)
        ret->limit = ret->figure_low + 1;
}

/* --- all --- */

static enum determination_hint hint_of(const struct determination *determination)
{
    if (!determination->rule)
        return HINT_NO_RULE;
    if (determination->figure_low != NUMBER_NONE && determination->figure_low >= determination->limit)
        return HINT_DOES_NOT_MEET;
    return determination->figure_high != NUMBER_NONE && determination->figure_high < determination->limit
               ? HINT_MEETS
               : HINT_CANNOT_TELL;
}

void determine(const struct policy *policy, coverage_t coverage, const struct profile *profile, int32_t day,
               enum poverty_line line, enum line_test test, struct determination *ret)
{
    static void (*const tests[TEST_COUNT])(const struct policy *, coverage_t, const struct profile *, int32_t,
                                           enum poverty_line, struct determination *) = {
        [TEST_INCOME] = determine_income,
        [TEST_MONEY] = determine_money,
        [TEST_VEHICLE] = determine_vehicle,
        [TEST_HOME] = determine_home,
    };

    *ret =
        (struct determination){ .limit = NUMBER_NONE, .figure_low = NUMBER_NONE, .figure_high = NUMBER_NONE };
    tests[test](policy, coverage, profile, day, line, ret);
    ret->hint = hint_of(ret);
}

void determine_all(const struct policy *policy, coverage_t coverage, int32_t day, struct profile *profile)
{
    for (int line = 0; line < LINE_COUNT; line++)
        for (int test = 0; test < TEST_COUNT; test++) {
            struct determination determination;

            determine(policy, coverage, profile, day, (enum poverty_line)line, (enum line_test)test,
                      &determination);
            profile->hints[line][test] = determination.hint;
        }
}
