/* profile_groups - groups that follow from the policy's rules, each with its conditions and basis. */
#include <limits.h>

#include "daemon/cli/figure.h"
#include "daemon/cli/profile_page.h"
#include "lib/base/date.h"

enum { CHILD_BELOW = 18, ELDER_FROM = 60 }; /* as members are counted */

void profile_rule_basis(const struct page *page, const struct rule *rule)
{
    say(page, MSG_RULE_BASIS, fill(FILL_DAY, rule->from_day),
        rule->basis && *rule->basis ? fill_text(rule->basis) : fill_message(MSG_NO_BASIS));
}

/* --- conditions: each says itself when it is asked for --- */

static bool age(const struct page *page, const struct group_rule *rule)
{
    bool from = rule->age_from != INT32_MIN, below = rule->age_below != INT32_MAX;

    if (page && from && below)
        say(page, MSG_GROUP_AGE, fill(FILL_COUNT, rule->age_from), fill(FILL_COUNT, rule->age_below));
    else if (page && from)
        say(page, MSG_GROUP_AGE_FROM, fill(FILL_COUNT, rule->age_from));
    else if (page && below)
        say(page, MSG_GROUP_AGE_BELOW, fill(FILL_COUNT, rule->age_below));
    return from || below;
}

static bool industry(const struct page *page, const struct group_rule *rule)
{
    struct buffer list = { 0 };

    for (size_t i = 0; i < rule->industry_count; i++)
        buffer_printf(&list, "%s%s", i ? "/" : "", rule->industries[i]);
    buffer_add_byte(&list, 0);
    if (page && rule->industry_count)
        say(page, MSG_GROUP_INDUSTRY, fill_text((const char *)list.data));
    buffer_free(&list);
    return rule->industry_count != 0;
}

static bool fund_months(const struct page *page, const struct group_rule *rule)
{
    if (page && rule->fund_months_min > 0)
        say(page, MSG_GROUP_FUND_MONTHS, fill(FILL_COUNT, rule->fund_months_min));
    return rule->fund_months_min > 0;
}

static void with_set(const struct page *page, enum message message, const struct codes *codes, unsigned mask)
{
    struct buffer list = { 0 };
    const struct page listing = { page->language, &list };

    figure_set(&listing, codes, mask);
    buffer_add_byte(&list, 0);
    say(page, message, fill_text((const char *)list.data));
    buffer_free(&list);
}

static bool declares(const struct page *page, const struct group_rule *rule)
{
    if (page && rule->declares)
        with_set(page, MSG_GROUP_DECLARES, &income_kind_codes, rule->declares);
    return rule->declares != 0;
}

static bool line_tests(const struct page *page, const struct group_rule *rule)
{
    if (page && rule->line_tests)
        with_set(page, MSG_GROUP_LINES, &poverty_line_codes, rule->line_tests);
    return rule->line_tests != 0;
}

void profile_group_rule(const struct page *page, const struct group_rule *rule)
{
    static bool (*const conditions[])(const struct page *, const struct group_rule *) = {
        age, industry, fund_months, declares, line_tests,
    };
    bool any = false;

    say(page, MSG_GROUP_RULE, fill_code(&group_codes, (int)rule->group));
    for (size_t i = 0; i < sizeof conditions / sizeof *conditions; i++) {
        if (!conditions[i](NULL, rule))
            continue;
        if (any)
            page_fill(page, fill_message(MSG_COMMA));
        conditions[i](page, rule);
        any = true;
    }
    if (!any)
        page_fill(page, fill_message(MSG_GROUP_ANYBODY));
    profile_rule_basis(page, &rule->rule);
}

/* Whether a rule can be why: as far as a household's row shows it. */
static bool may_hold(const struct group_rule *rule, const struct profile *profile)
{
    for (int line = 0; line < LINE_COUNT; line++)
        if (rule->line_tests >> line & 1 && profile->hints[line][TEST_INCOME] != HINT_MEETS)
            return false;
    return (rule->age_from < ELDER_FROM || profile->elder_count) &&
           (rule->age_below > CHILD_BELOW || profile->child_count) &&
           policy_holds(&rule->rule, profile->region, month_last_day(profile->as_of));
}

/* The rules in force for the groups of the row; which of them held for whom, explain says. */
void profile_groups_derived(const struct page *page, const struct profile_view *view)
{
    const struct profile *profile = view->profile;
    const struct policy *policy = view->rules->policy;

    say(page, MSG_GROUPS_BY_RULE);
    figure_set(page, &group_codes, profile->groups_derived);
    page_line(page);
    for (size_t i = 0; i < policy->group_count; i++) {
        const struct group_rule *rule = &policy->groups[i];

        if (profile->groups_derived >> rule->group & 1 && may_hold(rule, profile))
            profile_group_rule(page, rule);
    }
}
