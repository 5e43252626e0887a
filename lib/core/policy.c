#include "lib/core/policy.h"

#include <stddef.h>
#include <string.h>

const int policy_fresh_months[INDICATOR_COUNT] = {
    [INDICATOR_DEPOSIT] = 3, [INDICATOR_PROPERTY] = 12,    [INDICATOR_VEHICLE] = 12,
    [INDICATOR_FUND] = 2,    [INDICATOR_ELECTRICITY] = 12, [INDICATOR_WATER] = 12,
    [INDICATOR_GAS] = 12,    [INDICATOR_TELECOM] = 12,     [INDICATOR_TRANSPORT] = 12,
};

/* Length of the entry's region when it is a prefix of the household's, both through their series; -1: it is
 * not. `series` is no former code, so an entry that it begins with is none either: nearly every one. */
static int prefix_len(const char *entry, const char *series)
{
    char prefix[REGION_SIZE];
    size_t len = strlen(entry);

    if (strncmp(entry, series, len) == 0)
        return (int)len;
    region_series(entry, prefix);
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

/* --- all of them --- */

/* Where a kind's lists stand in struct policy: pointers one after the other, and so their counts. */
static const struct {
    size_t rules, counts, lists, size;
} kinds[RULE_KIND_COUNT] = {
#define AT(member) offsetof(struct policy, member)
    [RULE_CAP] = { AT(caps), AT(cap_count), 1, sizeof(struct fund_limit) },
    [RULE_FLOOR] = { AT(floors), AT(floor_count), 1, sizeof(struct fund_limit) },
    [RULE_BANDS] = { AT(bands), AT(band_count), 1, sizeof(struct band_rule) },
    [RULE_GOAL] = { AT(goals), AT(goal_count), PLAN_COUNT, sizeof(struct goal_rule) },
    [RULE_LINE] = { AT(lines), AT(line_count), LINE_COUNT, sizeof(struct line_rule) },
    [RULE_ASSET] = { AT(assets), AT(asset_count), (size_t)LINE_COUNT *TEST_COUNT, sizeof(struct asset_rule) },
    [RULE_DISREGARD] = { AT(disregards), AT(disregard_count), LINE_COUNT, sizeof(struct disregard_rule) },
    [RULE_DEFLATOR] = { AT(deflators), AT(deflator_count), INDICATOR_COUNT, sizeof(struct deflator_rule) },
    [RULE_GROUP] = { AT(groups), AT(group_count), 1, sizeof(struct group_rule) },
#undef AT
};

size_t rule_kind_lists(enum rule_kind kind)
{
    return kinds[kind].lists;
}

struct rule_list policy_list(const struct policy *policy, enum rule_kind kind, size_t index)
{
    const char *base = (const char *)policy;
    struct rule_list list = { .size = kinds[kind].size };

    memcpy(&list.rules, base + kinds[kind].rules + index * sizeof list.rules, sizeof list.rules);
    memcpy(&list.count, base + kinds[kind].counts + index * sizeof list.count, sizeof list.count);
    return list;
}

void policy_list_set(struct policy *policy, enum rule_kind kind, size_t index, const struct rule_list *list)
{
    char *base = (char *)policy;

    memcpy(base + kinds[kind].rules + index * sizeof list->rules, &list->rules, sizeof list->rules);
    memcpy(base + kinds[kind].counts + index * sizeof list->count, &list->count, sizeof list->count);
}

struct rule *rule_at(const struct rule_list *list, size_t index)
{
    return (void *)((char *)list->rules + index * list->size);
}

/* What has no beginning or no end keeps it so. */
static int32_t shifted(int32_t day, int32_t days)
{
    int64_t sum = (int64_t)day + days;

    if (day == DAY_NONE || day == DAY_OPEN)
        return day;
    return sum <= DAY_NONE ? DAY_NONE + 1 : sum >= DAY_OPEN ? DAY_OPEN - 1 : (int32_t)sum;
}

void policy_shift(struct policy *policy, int32_t days)
{
    for (int kind = RULE_BANDS; kind < RULE_KIND_COUNT; kind++)
        for (size_t i = 0; i < kinds[kind].lists; i++) {
            struct rule_list list = policy_list(policy, (enum rule_kind)kind, i);

            for (size_t k = 0; k < list.count; k++) {
                struct rule *rule = rule_at(&list, k);

                rule->from_day = shifted(rule->from_day, days);
                rule->until_day = shifted(rule->until_day, days);
            }
        }
}
