/* What rules of two kinds must be to each other, wherever and whenever both are in force. */
#include <stdlib.h>
#include <string.h>

#include "lib/base/arena.h"
#include "lib/io/policy_reading.h"

/* Two lists meet at places and days where one of their rules begins or ends: between those nothing changes,
 * and within a longer prefix both hold that hold at it. */
struct meeting {
    struct reading *reading;
    const struct rules_read *one, *other;
    const char *regions[2 * RULES_MAX];
    int32_t days[4 * RULES_MAX];
    size_t region_count, day_count;
    bool *told; /* of each rule of `one`: what is wrong with it has been said */
};

/* Tells what is wrong with a rule of `one` at a place and day; `other` NULL: no such rule is in force. */
typedef int meeting_check(struct reading *reading, const yaml_node_t *node, struct rule *rule,
                          const struct rule *other, size_t other_line, int32_t day);

static void add_region(struct meeting *meeting, const char *region)
{
    for (size_t i = 0; i < meeting->region_count; i++)
        if (same_place(meeting->regions[i], region))
            return;
    meeting->regions[meeting->region_count++] = region;
}

static void add_day(struct meeting *meeting, int32_t day)
{
    for (size_t i = 0; i < meeting->day_count; i++)
        if (meeting->days[i] == day)
            return;
    if (day != DAY_OPEN)
        meeting->days[meeting->day_count++] = day;
}

static void add_list(struct meeting *meeting, const struct rules_read *read)
{
    for (size_t i = 0; read && i < read->list.count; i++) {
        const struct rule *rule = rule_at(&read->list, i);

        add_region(meeting, rule->region);
        add_day(meeting, rule->from_day);
        add_day(meeting, rule->until_day);
    }
}

/* Its index; the list's count: none is in force. */
static size_t in_force(const struct rules_read *read, const char *region, int32_t day)
{
    const char *rule;

    if (!read)
        return 0;
    rule = policy_rule(read->list.rules, read->list.count, read->list.size, region, day);
    return rule ? (size_t)(rule - (const char *)read->list.rules) / read->list.size : read->list.count;
}

static int meet_at(struct meeting *meeting, const char *region, int32_t day, meeting_check *check)
{
    const struct rules_read *one = meeting->one, *other = meeting->other;
    size_t at = in_force(one, region, day), beside;

    if (at == one->list.count || meeting->told[at])
        return 0;
    beside = in_force(other, region, day);
    if (!other || beside == other->list.count)
        meeting->told[at] =
            check(meeting->reading, one->nodes[at], rule_at(&one->list, at), NULL, 0, day) < 0;
    else
        meeting->told[at] = check(meeting->reading, one->nodes[at], rule_at(&one->list, at),
                                  rule_at(&other->list, beside), line_of(other->nodes[beside]), day) < 0;
    return meeting->told[at] ? -1 : 0;
}

/* other may be NULL: there is no such list. */
static int meet(struct reading *reading, const struct rules_read *one, const struct rules_read *other,
                meeting_check *check)
{
    CLEANUP(mem_freep) bool *told = NULL;
    CLEANUP(mem_freep) struct meeting *meeting = NULL;
    int status = 0;

    if (!one || one->failed || (other && other->failed))
        return 0;
    meeting = mem_zalloc(sizeof *meeting);
    told = mem_zalloc(one->list.count + 1);
    *meeting = (struct meeting){ .reading = reading, .one = one, .other = other, .told = told };
    add_list(meeting, one);
    add_list(meeting, other);
    for (size_t i = 0; i < meeting->region_count; i++)
        for (size_t k = 0; k < meeting->day_count; k++)
            if (meet_at(meeting, meeting->regions[i], meeting->days[k], check) < 0)
                status = -1;
    return status;
}

/* --- 低边 is not below 低保 --- */

static int check_line(struct reading *reading, const yaml_node_t *node, struct rule *rule,
                      const struct rule *other, size_t other_line, int32_t day)
{
    const struct line_rule *line = (const void *)rule, *below = (const void *)other;
    char text[DAY_TEXT_SIZE];

    if (!below || line->per_head_fen >= below->per_head_fen)
        return 0;
    return bad(reading, node,
               "lines.dibian is below the line of dibao in line %zu, with which it holds on %s", other_line,
               day_text(day, text));
}

/* --- goals are of bands --- */

/* Which band begins (ends) at an amount: by the index of the cut; -1: none does. */
static int cut_at(const struct band_rule *bands, int64_t amount)
{
    for (int i = 0; i < BAND_CUTS; i++)
        if (bands->cuts_fen[i] == amount)
            return i;
    return -1;
}

static int check_goal(struct reading *reading, const yaml_node_t *node, struct rule *rule,
                      const struct rule *other, size_t other_line, int32_t day)
{
    struct goal_rule *goal = (void *)rule;
    const struct band_rule *bands = (const void *)other;
    const yaml_node_t *cuts = value_of(reading, node, "yuan");
    int64_t amounts[2];
    char text[DAY_TEXT_SIZE];
    int first, last;

    day_text(day, text);
    if (!bands)
        return bad(reading, node, "a goal needs bands: none are in force with it on %s", text);
    if (read_rising(reading, cuts, "yuan", 2, amounts) < 0)
        return -1;
    first = amounts[0] ? cut_at(bands, amounts[0]) + 1 : 0;
    last = cut_at(bands, amounts[1]);
    if ((amounts[0] && !first) || last < 0)
        return bad(reading, cuts, "is no union of bands: those of %s (line %zu) are cut at other amounts",
                   text, other_line);
    if (goal->band_first >= 0 && (goal->band_first != first || goal->band_last != last))
        return bad(reading, cuts,
                   "is another union of bands from %s on (line %zu): let a new goal begin there", text,
                   other_line);
    goal->band_first = first;
    goal->band_last = last;
    return 0;
}

int check_sense(struct reading *reading)
{
    const struct rules_read *bands = list_read(reading, RULE_BANDS, 0);
    int status = meet(reading, list_read(reading, RULE_LINE, LINE_DIBIAN),
                      list_read(reading, RULE_LINE, LINE_DIBAO), check_line);

    for (size_t plan = 0; plan < PLAN_COUNT; plan++)
        if (meet(reading, list_read(reading, RULE_GOAL, plan), bands, check_goal) < 0)
            status = -1;
    return status;
}
