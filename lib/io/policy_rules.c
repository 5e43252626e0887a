/* Each kind of rule: its keys, what it needs, and lists of it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/arena.h"
#include "lib/io/policy_reading.h"

enum { PART_FROM = 1, PART_AMOUNT = 2, PART_MATTER = 4, PART_CONDITION = 8, PART_SHARE = 16 };
enum { COUNT_MAX = 1000, AGE_MAX = 150, INDEX_MAX = 1000, PLAN_CUTS = 2 };

static void *member(void *user, const struct key *key)
{
    return (char *)user + key->at;
}

/* --- what keys say --- */

static bool is_region_prefix(const char *text)
{
    static const size_t lengths[] = { 2, 4, 6, 9, 12 };
    uint64_t digits;

    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++)
        if (strlen(text) == lengths[i])
            return text_digits(text_of(text), lengths[i], &digits);
    return !*text;
}

static int key_region(struct reading *reading, const struct key *key, const yaml_node_t *value, void *user)
{
    const char *text = word_of(reading, value, key->name);

    if (!text)
        return -1;
    if (!is_region_prefix(text))
        return bad(reading, value, "region must be 2, 4, 6, 9 or 12 digits, or \"\" for everywhere");
    strcpy(((struct rule *)user)->region, text);
    return 0;
}

static int key_day(struct reading *reading, const struct key *key, const yaml_node_t *value, void *user)
{
    return read_day(reading, value, key->name, member(user, key));
}

static int key_basis(struct reading *reading, const struct key *key, const yaml_node_t *value, void *user)
{
    const char *text = word_of(reading, value, key->name);

    if (!text)
        return -1;
    ((struct rule *)user)->basis = mem_strdup(text);
    return 0;
}

static int key_yuan(struct reading *reading, const struct key *key, const yaml_node_t *value, void *user)
{
    return read_money(reading, value, key->name, false, member(user, key));
}

static int key_fen(struct reading *reading, const struct key *key, const yaml_node_t *value, void *user)
{
    return read_money(reading, value, key->name, true, member(user, key));
}

static int key_bands(struct reading *reading, const struct key *key, const yaml_node_t *value, void *user)
{
    int64_t *cuts = member(user, key);

    if (read_rising(reading, value, key->name, BAND_CUTS, cuts) < 0)
        return -1;
    return cuts[0] > 0 ? 0 : bad(reading, value, "the first of %s must be above 0", key->name);
}

/* Only looked at here: which bands they are of is known when all rules are read (policy_sense.c). */
static int key_plan(struct reading *reading, const struct key *key, const yaml_node_t *value, void *user)
{
    int64_t cuts[PLAN_CUTS];

    (void)user;
    return read_rising(reading, value, key->name, PLAN_CUTS, cuts);
}

static int key_share(struct reading *reading, const struct key *key, const yaml_node_t *value, void *user)
{
    const char *text = word_of(reading, value, key->name);
    int32_t millionths;

    if (!text)
        return -1;
    if (rate_parse(text_of(text), &millionths) != PARSE_OK || !millionths)
        return bad(reading, value, "%s must be above 0 and at most 1: 0.2 or 20%%", key->name);
    memcpy(member(user, key), &millionths, sizeof millionths);
    return 0;
}

static int key_index(struct reading *reading, const struct key *key, const yaml_node_t *value, void *user)
{
    const char *text = word_of(reading, value, key->name);
    int64_t scaled;

    if (!text)
        return -1;
    if (decimal_parse(text_of(text), AREA_DECIMALS, &scaled) != PARSE_OK || scaled <= 0 ||
        scaled > (int64_t)INDEX_MAX * 10000)
        return bad(reading, value, "%s must be above 0, with at most four decimals: 1.02", key->name);
    *(int64_t *)member(user, key) = scaled * (MILLION / 10000);
    return 0;
}

static int key_count(struct reading *reading, const struct key *key, const yaml_node_t *value, void *user)
{
    return read_whole(reading, value, key->name, 0, COUNT_MAX, member(user, key));
}

static int key_area(struct reading *reading, const struct key *key, const yaml_node_t *value, void *user)
{
    const char *text = word_of(reading, value, key->name);
    int64_t area;

    if (!text)
        return -1;
    if (decimal_parse(text_of(text), AREA_DECIMALS, &area) != PARSE_OK || area < 0)
        return bad(reading, value, "%s must be an area in m2, not below 0", key->name);
    *(int64_t *)member(user, key) = area;
    return 0;
}

static int key_number(struct reading *reading, const struct key *key, const yaml_node_t *value, void *user)
{
    int64_t number;

    if (read_whole(reading, value, key->name, 0, AGE_MAX, &number) < 0)
        return -1;
    *(int32_t *)member(user, key) = (int32_t)number;
    return 0;
}

static int key_group(struct reading *reading, const struct key *key, const yaml_node_t *value, void *user)
{
    const char *text = word_of(reading, value, key->name);
    int group;

    if (!text || read_code(reading, value, text, &group_codes, &group) < 0)
        return -1;
    *(enum group *)member(user, key) = (enum group)group;
    return 0;
}

static int key_income(struct reading *reading, const struct key *key, const yaml_node_t *value, void *user)
{
    const char *text = word_of(reading, value, key->name);
    int kind;

    if (!text || read_code(reading, value, text, &income_kind_codes, &kind) < 0)
        return -1;
    *(enum income_kind *)member(user, key) = (enum income_kind)kind;
    return 0;
}

/* A list of words that is not empty: nothing in it would mean nothing is asked. */
static int read_mask(struct reading *reading, const struct key *key, const yaml_node_t *value,
                     const struct codes *codes, void *user)
{
    const yaml_node_t *item;
    unsigned mask = 0;

    if (value->type != YAML_SEQUENCE_NODE || !yaml_item_at(reading->file, value, 0))
        return bad(reading, value, "%s must be a list of words: %s ...", key->name, codes->entries[0].name);
    for (size_t i = 0; (item = yaml_item_at(reading->file, value, i)) != NULL; i++) {
        const char *text = word_of(reading, item, key->name);
        int code;

        if (!text || read_code(reading, item, text, codes, &code) < 0)
            return -1;
        mask |= 1U << code;
    }
    memcpy(member(user, key), &mask, sizeof mask);
    return 0;
}

static int key_declares(struct reading *reading, const struct key *key, const yaml_node_t *value, void *user)
{
    return read_mask(reading, key, value, &income_kind_codes, user);
}

static int key_meets(struct reading *reading, const struct key *key, const yaml_node_t *value, void *user)
{
    return read_mask(reading, key, value, &poverty_line_codes, user);
}

/* A section's letter and up to four digits, as GB/T 4754 has them. */
static bool is_industry(const char *text)
{
    uint64_t digits;
    size_t len = strlen(text);

    return len && len < INDUSTRY_SIZE && *text >= 'A' && *text <= 'T' &&
           (len == 1 || text_digits(text_of(text + 1), 4, &digits));
}

static int key_industries(struct reading *reading, const struct key *key, const yaml_node_t *value,
                          void *user)
{
    struct group_rule *rule = user;
    const yaml_node_t *item;

    if (value->type != YAML_SEQUENCE_NODE || !yaml_item_at(reading->file, value, 0))
        return bad(reading, value, "%s must be a list of industries: A, H61 ...", key->name);
    for (size_t i = 0; (item = yaml_item_at(reading->file, value, i)) != NULL; i++) {
        const char *text = word_of(reading, item, key->name);

        if (!text)
            return -1;
        if (!is_industry(text))
            return bad(reading, item, "an industry is a letter A-T of GB/T 4754 and up to 4 digits");
        rule->industries = mem_realloc(rule->industries, (i + 1) * sizeof *rule->industries);
        strcpy(rule->industries[i], text);
        rule->industry_count = i + 1;
    }
    return 0;
}

/* --- the kinds --- */

#define RULE                                                                                                 \
    { "region", key_region, 0, 0 }, { "from", key_day, offsetof(struct rule, from_day), PART_FROM },         \
        { "until", key_day, offsetof(struct rule, until_day), 0 },                                           \
    {                                                                                                        \
        "basis", key_basis, 0, 0                                                                             \
    }
#define END                                                                                                  \
    {                                                                                                        \
        NULL, NULL, 0, 0                                                                                     \
    }

/* clang-format off */
static const struct key limit_keys[] = {
    RULE,
    { "fen", key_fen, offsetof(struct fund_limit, amount_fen), PART_AMOUNT },
    { "yuan", key_yuan, offsetof(struct fund_limit, amount_fen), PART_AMOUNT },
    END };
static const struct key band_keys[] = {
    RULE,
    { "yuan", key_bands, offsetof(struct band_rule, cuts_fen), PART_AMOUNT },
    END };
static const struct key goal_keys[] = {
    RULE,
    { "yuan", key_plan, 0, PART_AMOUNT },
    { "share", key_share, offsetof(struct goal_rule, goal_millionths), PART_SHARE },
    END };
static const struct key line_keys[] = {
    RULE,
    { "fen_per_head", key_fen, offsetof(struct line_rule, per_head_fen), PART_AMOUNT },
    { "yuan_per_head", key_yuan, offsetof(struct line_rule, per_head_fen), PART_AMOUNT },
    END };
static const struct key money_keys[] = {
    RULE,
    { "fen_per_head", key_fen, offsetof(struct asset_rule, per_head_fen), PART_AMOUNT },
    { "yuan_per_head", key_yuan, offsetof(struct asset_rule, per_head_fen), PART_AMOUNT },
    END };
static const struct key vehicle_keys[] = {
    RULE,
    { "count", key_count, offsetof(struct asset_rule, count_max), PART_MATTER },
    { "fen", key_fen, offsetof(struct asset_rule, value_max_fen), PART_AMOUNT },
    { "yuan", key_yuan, offsetof(struct asset_rule, value_max_fen), PART_AMOUNT },
    END };
static const struct key home_keys[] = {
    RULE,
    { "count", key_count, offsetof(struct asset_rule, count_max), PART_MATTER },
    { "m2_per_head", key_area, offsetof(struct asset_rule, area_per_head_cm2_max), 0 },
    END };
static const struct key disregard_keys[] = {
    RULE,
    { "income", key_income, offsetof(struct disregard_rule, income), PART_MATTER },
    { "share", key_share, offsetof(struct disregard_rule, share_millionths), PART_SHARE },
    END };
static const struct key deflator_keys[] = {
    RULE,
    { "index", key_index, offsetof(struct deflator_rule, index_millionths), PART_AMOUNT },
    END };
static const struct key group_keys[] = {
    RULE,
    { "group", key_group, offsetof(struct group_rule, group), PART_MATTER },
    { "age_from", key_number, offsetof(struct group_rule, age_from), PART_CONDITION },
    { "age_below", key_number, offsetof(struct group_rule, age_below), PART_CONDITION },
    { "industries", key_industries, 0, PART_CONDITION },
    { "fund_months", key_number, offsetof(struct group_rule, fund_months_min), PART_CONDITION },
    { "declares", key_declares, offsetof(struct group_rule, declares), PART_CONDITION },
    { "meets", key_meets, offsetof(struct group_rule, line_tests), PART_CONDITION },
    END };

/* What a rule of a list is like. */
struct shape {
    const char *what, *needs_text;
    const struct key *keys;
    unsigned needs;
};
static const struct shape shapes[RULE_KIND_COUNT] = {
    [RULE_CAP] = { "a limit", "from, and fen or yuan", limit_keys, PART_FROM | PART_AMOUNT },
    [RULE_FLOOR] = { "a limit", "from, and fen or yuan", limit_keys, PART_FROM | PART_AMOUNT },
    [RULE_BANDS] = { "bands", "from and yuan", band_keys, PART_FROM | PART_AMOUNT },
    [RULE_GOAL] = { "a goal", "from, yuan and share", goal_keys, PART_FROM | PART_AMOUNT | PART_SHARE },
    [RULE_LINE] = { "a line", "from and yuan_per_head", line_keys, PART_FROM | PART_AMOUNT },
    [RULE_DISREGARD] = { "a disregard", "from, income and share", disregard_keys,
                         PART_FROM | PART_MATTER | PART_SHARE },
    [RULE_DEFLATOR] = { "a deflator", "from and index", deflator_keys, PART_FROM | PART_AMOUNT },
    [RULE_GROUP] = { "a rule for a group", "from, group, and a condition (age_from, age_below, industries, "
                     "fund_months, declares, meets)", group_keys, PART_FROM | PART_MATTER | PART_CONDITION },
};
static const struct shape asset_shapes[TEST_COUNT] = {
    [TEST_MONEY] = { "a limit on money", "from and yuan_per_head", money_keys, PART_FROM | PART_AMOUNT },
    [TEST_VEHICLE] = { "a limit on vehicles", "from and count", vehicle_keys, PART_FROM | PART_MATTER },
    [TEST_HOME] = { "a limit on homes", "from and count", home_keys, PART_FROM | PART_MATTER },
};
/* clang-format on */

static const struct shape *shape_of(const struct rules_read *read)
{
    return read->kind == RULE_ASSET ? &asset_shapes[read->index % TEST_COUNT] : &shapes[read->kind];
}

/* What is not said. */
static void rule_begin(enum rule_kind kind, struct rule *rule)
{
    if (kind == RULE_ASSET) {
        struct asset_rule *asset = (void *)rule;

        asset->value_max_fen = asset->area_per_head_cm2_max = NUMBER_NONE;
    }
    if (kind == RULE_GOAL)
        ((struct goal_rule *)(void *)rule)->band_first = -1;
    if (kind == RULE_GROUP) {
        struct group_rule *group = (void *)rule;

        group->age_from = INT32_MIN;
        group->age_below = INT32_MAX;
    }
    rule->from_day = DAY_NONE;
    rule->until_day = DAY_OPEN;
}

void rule_free(enum rule_kind kind, struct rule *rule)
{
    free(rule->basis);
    if (kind == RULE_GROUP)
        free(((struct group_rule *)(void *)rule)->industries);
}

static int read_rule(struct reading *reading, const struct rules_read *read, const yaml_node_t *node,
                     struct rule *rule)
{
    const struct shape *shape = shape_of(read);
    unsigned parts;

    if (read_keys(reading, node, shape->keys, PART_AMOUNT, rule, &parts) < 0)
        return -1;
    if ((parts & shape->needs) != shape->needs)
        return bad(reading, node, "%s needs %s", shape->what, shape->needs_text);
    if (rule->until_day <= rule->from_day)
        return bad(reading, value_of(reading, node, "until"), "until must come after from");
    return 0;
}

/* --- lists --- */

static void append(struct reading *reading, struct rules_read *read, const yaml_node_t *node)
{
    size_t count = read->list.count + 1;

    read->list.rules = mem_realloc(read->list.rules, count * read->list.size);
    read->nodes = mem_realloc(read->nodes, count * sizeof *read->nodes);
    read->list.count = count;
    memset(rule_at(&read->list, count - 1), 0, read->list.size);
    rule_begin(read->kind, rule_at(&read->list, count - 1));
    read->nodes[count - 1] = node;
    policy_list_set(reading->policy, read->kind, read->index, &read->list);
}

struct rules_read *list_read(struct reading *reading, enum rule_kind kind, size_t index)
{
    for (size_t i = 0; i < reading->list_count; i++)
        if (reading->lists[i].kind == kind && reading->lists[i].index == index)
            return &reading->lists[i];
    return NULL;
}

int read_rules(struct reading *reading, const yaml_node_t *node, enum rule_kind kind, size_t index,
               const char *name)
{
    struct rules_read *read = &reading->lists[reading->list_count];
    const yaml_node_t *item;

    if (node->type != YAML_SEQUENCE_NODE)
        return bad(reading, node, "%s must be a list of rules", name);
    if (list_read(reading, kind, index))
        return bad(reading, node, "%s is here for the second time, by another name", name);
    *read = (struct rules_read){ .kind = kind, .index = index, .node = node };
    snprintf(read->name, sizeof read->name, "%s", name);
    read->list = policy_list(reading->policy, kind, index);
    reading->list_count++;
    for (size_t i = 0; (item = yaml_item_at(reading->file, node, i)) != NULL; i++) {
        if (i == RULES_MAX) {
            read->failed = true;
            return bad(reading, item, "%s has more than %d rules", name, RULES_MAX);
        }
        append(reading, read, item);
        if (read_rule(reading, read, item, rule_at(&read->list, i)) < 0)
            read->failed = true;
    }
    return read->failed ? -1 : 0;
}

int read_rules_by_code(struct reading *reading, const yaml_node_t *node, enum rule_kind kind, size_t first,
                       const struct codes *codes, const char *name)
{
    struct yaml_pair pair;
    int status = 0;

    if (node->type != YAML_MAPPING_NODE)
        return bad(reading, node, "%s must be a mapping: %s, then a list of rules", name, codes->what);
    for (size_t i = 0; yaml_pair_at(reading->file, node, i, &pair); i++) {
        char path[64];
        int code;

        if (read_code(reading, pair.key, pair.name, codes, &code) < 0) {
            status = -1;
            continue;
        }
        snprintf(path, sizeof path, "%s.%s", name, code_name(codes, code));
        if (read_rules(reading, pair.value, kind, first + (size_t)code, path) < 0)
            status = -1;
    }
    return status;
}
