#include "lib/core/policy.h"

#include <string.h>

const int policy_fresh_months[INDICATOR_COUNT] = {
    [INDICATOR_DEPOSIT] = 3, [INDICATOR_PROPERTY] = 12,    [INDICATOR_VEHICLE] = 12,
    [INDICATOR_FUND] = 2,    [INDICATOR_ELECTRICITY] = 12, [INDICATOR_WATER] = 12,
    [INDICATOR_GAS] = 12,    [INDICATOR_TELECOM] = 12,     [INDICATOR_TRANSPORT] = 12,
};

/* Length of the entry's region when it is a prefix of the household's, both through their series; -1: it is
 * not. */
static int prefix_len(const char *entry, const char *series)
{
    char prefix[REGION_SIZE];
    size_t len;

    region_series(entry, prefix);
    len = strlen(prefix);
    return strncmp(prefix, series, len) == 0 ? (int)len : -1;
}

static bool is_in_force(const struct rule *rule, int32_t day)
{
    return rule->from_day <= day && day < rule->until_day;
}

const void *policy_rule(const void *rules, size_t count, size_t size, const char *region, int32_t day)
{
    const struct rule *best = NULL;
    char series[REGION_SIZE];
    int best_len = -1;

    region_series(region, series);
    for (size_t i = 0; i < count; i++) {
        const struct rule *rule = (const void *)((const char *)rules + i * size);
        int len = is_in_force(rule, day) ? prefix_len(rule->region, series) : -1;

        if (len < 0 || len < best_len || (len == best_len && best && rule->from_day <= best->from_day))
            continue;
        best = rule;
        best_len = len;
    }
    return best;
}

bool policy_holds(const struct rule *rule, const char *region, int32_t day)
{
    char series[REGION_SIZE];

    region_series(region, series);
    return is_in_force(rule, day) && prefix_len(rule->region, series) >= 0;
}

int64_t policy_limit(const struct fund_limit *limits, size_t count, const char *region, int32_t day)
{
    const struct fund_limit *limit = POLICY_RULE(limits, count, region, day);

    return limit ? limit->amount_fen : NUMBER_NONE;
}
