/* Of one kind, place and matter one rule holds at a time, and none is missing between two. */
#include <string.h>

#include "lib/io/policy_reading.h"

bool same_place(const char *a, const char *b)
{
    char series_a[REGION_SIZE], series_b[REGION_SIZE];

    region_series(a, series_a);
    region_series(b, series_b);
    return !strcmp(series_a, series_b);
}

const char *region_name(const char *region)
{
    return *region ? region : "everywhere";
}

/* Whether the newer of the two takes the place of the other. */
static bool same_matter(enum rule_kind kind, const struct rule *a, const struct rule *b)
{
    if (kind == RULE_DISREGARD && ((const struct disregard_rule *)(const void *)a)->income !=
                                      ((const struct disregard_rule *)(const void *)b)->income)
        return false;
    return same_place(a->region, b->region);
}

/* The next one that begins for the same matter, also on the same day when it comes later in the list; count:
 * none. */
static size_t next_of(const struct rules_read *read, size_t index)
{
    const struct rule *rule = rule_at(&read->list, index), *next = NULL;
    size_t ret = read->list.count;

    for (size_t i = 0; i < read->list.count; i++) {
        const struct rule *other = rule_at(&read->list, i);
        bool later = other->from_day > rule->from_day || (other->from_day == rule->from_day && i > index);

        if (later && same_matter(read->kind, rule, other) && (!next || other->from_day < next->from_day)) {
            next = other;
            ret = i;
        }
    }
    return ret;
}

static int check_pair(struct reading *reading, const struct rules_read *read, size_t index, size_t next)
{
    struct rule *rule = rule_at(&read->list, index);
    const struct rule *other = rule_at(&read->list, next);
    const yaml_node_t *until = value_of(reading, read->nodes[index], "until");
    char first[DAY_TEXT_SIZE], last[DAY_TEXT_SIZE], next_day[DAY_TEXT_SIZE];

    day_text(other->from_day, next_day);
    if (other->from_day == rule->from_day)
        return bad(reading, read->nodes[next],
                   "%s: begins on the same day as the rule in line %zu for the same region (%s)", read->name,
                   line_of(read->nodes[index]), region_name(other->region));
    if (rule->until_day != DAY_OPEN && rule->until_day > other->from_day)
        return bad(reading, until, "%s: reaches into the rule in line %zu, which begins on %s", read->name,
                   line_of(read->nodes[next]), next_day);
    if (rule->until_day < other->from_day)
        return bad(reading, until,
                   "%s: leaves %s to %s without a rule for the region (%s): the next, in line %zu, begins "
                   "on %s",
                   read->name, day_text(rule->until_day, first), day_text(other->from_day - 1, last),
                   region_name(rule->region), line_of(read->nodes[next]), next_day);
    rule->until_day = other->from_day;
    return 0;
}

static int check_list(struct reading *reading, const struct rules_read *read)
{
    int status = 0;

    for (size_t i = 0; i < read->list.count; i++) {
        size_t next = next_of(read, i);

        if (next < read->list.count && check_pair(reading, read, i, next) < 0)
            status = -1;
    }
    return status;
}

int check_dates(struct reading *reading)
{
    int status = 0;

    for (size_t i = 0; i < reading->list_count; i++) {
        struct rules_read *read = &reading->lists[i];

        if (read->failed || read->kind == RULE_GROUP) /* rules for a group stand beside each other */
            continue;
        if (check_list(reading, read) < 0) {
            read->failed = true;
            status = -1;
        }
    }
    return status;
}
