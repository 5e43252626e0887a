/* A policy file: refused with a place, or a policy whose rules are what they must be to each other. */
#include <string.h>

#include "lib/io/policy_file.h"
#include "tests/fuzz/fuzz.h"

enum { A_DAY = 20000 };

static bool same_matter(enum rule_kind kind, const struct rule *a, const struct rule *b)
{
    char series_a[REGION_SIZE], series_b[REGION_SIZE];

    region_series(a->region, series_a);
    region_series(b->region, series_b);
    return !strcmp(series_a, series_b) &&
           (kind != RULE_DISREGARD || ((const struct disregard_rule *)(const void *)a)->income ==
                                          ((const struct disregard_rule *)(const void *)b)->income);
}

/* Of one matter never two hold. */
static void check_list(enum rule_kind kind, const struct rule_list *list)
{
    for (size_t i = 0; i < list->count; i++) {
        const struct rule *rule = rule_at(list, i);

        MUST(rule->from_day != DAY_NONE && rule->from_day < rule->until_day);
        for (size_t k = 0; k < i && kind != RULE_GROUP; k++) {
            const struct rule *other = rule_at(list, k);

            MUST(!same_matter(kind, rule, other) || rule->until_day <= other->from_day ||
                 other->until_day <= rule->from_day);
        }
    }
    policy_rule(list->rules, list->count, list->size, "330305001", A_DAY);
}

static void check_goals(const struct policy *policy)
{
    for (int plan = 0; plan < PLAN_COUNT; plan++)
        for (size_t i = 0; i < policy->goal_count[plan]; i++) {
            const struct goal_rule *goal = &policy->goals[plan][i];
            const struct rule *rule = &goal->rule;

            if (policy_rule(policy->goals[plan], policy->goal_count[plan], sizeof *goal, rule->region,
                            rule->from_day) != (const void *)goal)
                continue;
            MUST(goal->band_first >= 0 && goal->band_first <= goal->band_last &&
                 goal->band_last < BAND_COUNT);
            MUST(goal->goal_millionths > 0 && goal->goal_millionths <= MILLION);
            MUST(POLICY_RULE(policy->bands, policy->band_count, rule->region, rule->from_day) != NULL);
        }
}

static void check_lines(const struct policy *policy)
{
    for (size_t i = 0; i < policy->line_count[LINE_DIBIAN]; i++) {
        const struct rule *rule = &policy->lines[LINE_DIBIAN][i].rule;
        const struct line_rule *dibian = POLICY_RULE(
            policy->lines[LINE_DIBIAN], policy->line_count[LINE_DIBIAN], rule->region, rule->from_day);
        const struct line_rule *dibao = POLICY_RULE(policy->lines[LINE_DIBAO], policy->line_count[LINE_DIBAO],
                                                    rule->region, rule->from_day);

        MUST(dibian && (!dibao || dibao->per_head_fen <= dibian->per_head_fen));
    }
}

static void check_all(struct policy *policy)
{
    for (int kind = 0; kind < RULE_KIND_COUNT; kind++)
        for (size_t i = 0; i < rule_kind_lists((enum rule_kind)kind); i++) {
            struct rule_list list = policy_list(policy, (enum rule_kind)kind, i);

            check_list((enum rule_kind)kind, &list);
        }
    check_goals(policy);
    check_lines(policy);
    policy_shift(policy, A_DAY);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    CLEANUP(policy_freep) struct policy *policy = NULL;
    struct err err = { 0 };

    if (policy_parse((const char *)data, size, "policy.yaml", &policy, &err) < 0) {
        MUST(err.kind == ERR_STOP && err.code == EXIT_CONFIG);
        MUST(!strncmp(err.text, "policy.yaml", strlen("policy.yaml")) && !strchr(err.text, '\n'));
        return 0;
    }
    check_all(policy);
    return 0;
}
