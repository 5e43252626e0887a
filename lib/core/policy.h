/* policy - the dated rules that figures are made and judged by, per region (deploy/policy/<any>.yaml).
 *
 * Every rule says where it holds, from which day, and by what right. Of the rules of a kind that are in force
 * those with the longest prefix of the household's region count (both through their series), of these the
 * newest. Where no rule is in force, what it would judge has no answer: it is null, never a guess.
 *
 * Ownership: arrays and texts belong to whoever made the policy (lib/io/policy_file.h reads one).
 * Units:     fen a year unless said; shares in millionths. */
#ifndef OLIVE_CORE_POLICY_H
#define OLIVE_CORE_POLICY_H

#include "lib/core/record.h"

enum { BAND_CUTS = 5, BAND_COUNT = BAND_CUTS + 1 }; /* <5万, 5-10万, 10-20万, 20-50万, 50-60万, >=60万 */
enum plan_indicator { PLAN_A, PLAN_B, PLAN_COUNT }; /* of the plan: A = 10-50万, B = 20-60万 */
enum { MILLION = 1000000 };

/* The first member of every rule. */
struct rule {
    char region[REGION_SIZE];    /* a prefix of the region's code, of its series; empty: everywhere */
    int32_t from_day, until_day; /* until: the first day on which it no longer holds, or DAY_OPEN */
    char *basis;                 /* the law, notice or decision that says so; NULL: not stated */
};

/* Monthly one-side contribution to the provident fund: cap and floor (the fund year begins on 1 July;
 * Regulations on the Management of Housing Provident Funds, art. 16-18, and each city's yearly notice). */
struct fund_limit {
    struct rule rule;
    int64_t amount_fen;
};

/* Bands of household income: below cuts[0], from cuts[i - 1] to below cuts[i], from the last on. */
struct band_rule {
    struct rule rule;
    int64_t cuts_fen[BAND_CUTS]; /* rising */
};

/* The plan's share of households from one cut to below another, and its goal. */
struct goal_rule {
    struct rule rule;
    int band_first, band_last; /* of bands, from 0, both inclusive: what it is the union of */
    int32_t goal_millionths;
};

/* Income per head and year. */
struct line_rule {
    struct rule rule;
    int64_t per_head_fen;
};

/* What a household may own; each of three tests uses what it needs. */
struct asset_rule {
    struct rule rule;
    int64_t per_head_fen;  /* TEST_MONEY: money at most, per head */
    int64_t count_max;     /* TEST_VEHICLE, TEST_HOME: that many are no reason */
    int64_t value_max_fen; /* TEST_VEHICLE: more than count_max, if not worth more; NUMBER_NONE: not so */
    int64_t area_per_head_cm2_max; /* TEST_HOME: likewise by area; NUMBER_NONE */
};

/* Income that does not count for a line: a share of what is declared, and of what is evidenced, of a kind. */
struct disregard_rule {
    struct rule rule;
    enum income_kind income;
    int32_t share_millionths;
};

/* Prices of a source against those of the model's year: amounts are divided by it. */
struct deflator_rule {
    struct rule rule;
    int64_t index_millionths; /* > 0 */
};

/* A group that follows from indicators of a person, apart from what rosters state. Every condition that is
 * said must hold. */
struct group_rule {
    struct rule rule;
    enum group group;
    int32_t age_from, age_below;       /* full years at E; INT32_MIN, INT32_MAX: not said */
    char (*industries)[INDUSTRY_SIZE]; /* prefixes of the industry that her fund account states; none: any */
    size_t industry_count;
    int32_t fund_months_min; /* contributed months of W */
    unsigned declares;       /* mask of income kinds, of which she declares one above 0; 0: not said */
    unsigned line_tests; /* mask of enum poverty_line: her household's income meets that line; 0: not said */
};

struct policy {
    uint8_t digest[DIGEST_SIZE]; /* of the text */
    int32_t valid_from_day;      /* no period that ends before it is assessed by this; DAY_NONE: any */
    struct fund_limit *caps, *floors;
    size_t cap_count, floor_count;
    unsigned covers[INCOME_KIND_COUNT]; /* bit mask over enum indicator; 0: nothing covers this income kind */
    int fresh_months[INDICATOR_COUNT];
    struct band_rule *bands;
    size_t band_count;
    struct goal_rule *goals[PLAN_COUNT];
    size_t goal_count[PLAN_COUNT];
    struct line_rule *lines[LINE_COUNT];
    size_t line_count[LINE_COUNT];
    struct asset_rule *assets[LINE_COUNT][TEST_COUNT]; /* none for TEST_INCOME */
    size_t asset_count[LINE_COUNT][TEST_COUNT];
    struct disregard_rule *disregards[LINE_COUNT];
    size_t disregard_count[LINE_COUNT];
    struct deflator_rule *deflators[INDICATOR_COUNT];
    size_t deflator_count[INDICATOR_COUNT];
    struct group_rule *groups;
    size_t group_count;
    int64_t portrait_minimum; /* households: what fewer are behind is not shown; 10 unless said */
};

/* ASSESSMENT 2.1: deposit 3, property 12, vehicle 12, fund 2, the others 12. */
extern const int policy_fresh_months[INDICATOR_COUNT];

/* The rule in force at a place on a day; NULL: none. `rules` is an array of any of the above, `size` that of
 * an element. */
const void *policy_rule(const void *rules, size_t count, size_t size, const char *region, int32_t day);
#define POLICY_RULE(rules, count, region, day) policy_rule(rules, count, sizeof *(rules), region, day)

/* Whether one rule holds there and then, whatever others there are: of rules that add up (disregards, groups)
 * all that do are used. */
bool policy_holds(const struct rule *rule, const char *region, int32_t day);

/* All rules of a policy, kind by kind, for whoever goes over them. */
enum rule_kind {
    RULE_CAP,
    RULE_FLOOR,
    RULE_BANDS,
    RULE_GOAL,      /* a list for each plan indicator */
    RULE_LINE,      /* for each line */
    RULE_ASSET,     /* for each line and test: line * TEST_COUNT + test */
    RULE_DISREGARD, /* for each line */
    RULE_DEFLATOR,  /* for each indicator */
    RULE_GROUP,
    RULE_KIND_COUNT
};
struct rule_list {
    void *rules; /* each begins with a struct rule */
    size_t count, size;
};
size_t rule_kind_lists(enum rule_kind kind); /* how many lists it has */
struct rule_list policy_list(const struct policy *policy, enum rule_kind kind, size_t index);
void policy_list_set(struct policy *policy, enum rule_kind kind, size_t index, const struct rule_list *list);
struct rule *rule_at(const struct rule_list *list, size_t index);

/* Lets every rule begin and end so many days later, but for limits of the fund, which are looked up for past
 * months: what a policy says of another day can then be asked of a population as it is. */
void policy_shift(struct policy *policy, int32_t days);

/* The amount of the limit in force; NUMBER_NONE: there is none. */
int64_t policy_limit(const struct fund_limit *limits, size_t count, const char *region, int32_t day);

#endif
