/* What can be used, but is worth a look. */
#include <stdio.h>

#include "lib/io/policy_reading.h"

static void warn_of_start(struct reading *reading, int32_t today)
{
    char day[DAY_TEXT_SIZE];

    if (reading->policy->valid_from_day != DAY_NONE && reading->policy->valid_from_day > today)
        worth_a_look(reading, reading->valid_from,
                     "is valid from %s on: a period that ends before is not assessed by it",
                     day_text(reading->policy->valid_from_day, day));
}

static bool is_first_of_place(const struct rule_list *list, size_t index)
{
    for (size_t i = 0; i < index; i++)
        if (same_place(rule_at(list, i)->region, rule_at(list, index)->region))
            return false;
    return true;
}

/* A list that says something, but of no day like today. */
static void warn_of_today(struct reading *reading, const struct rules_read *read, int32_t today)
{
    char day[DAY_TEXT_SIZE];

    if (read->kind == RULE_GROUP)
        return;
    for (size_t i = 0; i < read->list.count; i++) {
        const char *region = rule_at(&read->list, i)->region;

        if (is_first_of_place(&read->list, i) &&
            !policy_rule(read->list.rules, read->list.count, read->list.size, region, today))
            worth_a_look(reading, read->node, "%s: no rule is in force on %s (%s)", read->name,
                         day_text(today, day), region_name(region));
    }
}

static void warn_of_basis(struct reading *reading, const struct rules_read *read)
{
    for (size_t i = 0; i < read->list.count; i++)
        if (!rule_at(&read->list, i)->basis)
            worth_a_look(reading, read->nodes[i], "%s: has no basis: which law, notice or decision says so?",
                         read->name);
}

/* What every policy is expected to say, and what is not judged without it. */
static const struct {
    enum rule_kind kind;
    size_t index;
    const char *name, *without;
} expected[] = {
    { RULE_BANDS, 0, "bands", "no household has a band" },
    { RULE_GOAL, PLAN_A, "goals.A", "indicator A has no goal" },
    { RULE_GOAL, PLAN_B, "goals.B", "indicator B has no goal" },
    { RULE_LINE, LINE_DIBAO, "lines.dibao", "nothing is said of the line" },
    { RULE_LINE, LINE_DIBIAN, "lines.dibian", "nothing is said of the line" },
    { RULE_LINE, LINE_RIGID_EXPENSE, "lines.rigid_expense", "nothing is said of the line" },
};

static void warn_of_missing(struct reading *reading)
{
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++)
        if (!policy_list(reading->policy, expected[i].kind, expected[i].index).count)
            worth_a_look(reading, NULL, "has no %s: %s", expected[i].name, expected[i].without);
}

void warn_of(struct reading *reading, int32_t today)
{
    warn_of_start(reading, today);
    warn_of_missing(reading);
    for (size_t i = 0; i < reading->list_count; i++) {
        warn_of_today(reading, &reading->lists[i], today);
        warn_of_basis(reading, &reading->lists[i]);
    }
}
