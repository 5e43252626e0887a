#include "lib/io/policy_file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/arena.h"
#include "lib/io/policy_reading.h"

enum { FRESH_MONTHS_MAX = 120, PORTRAIT_MINIMUM = 10, PORTRAIT_MINIMUM_MAX = 1000000 };

/* --- what covers an income kind --- */

/* All indicators that a source feeds; 0: none. */
static unsigned indicators_of(enum source source)
{
    unsigned mask = 0;

    for (int kind = 0; kind < UTILITY_KIND_COUNT; kind++) {
        enum indicator indicator = indicator_of_source(source, (enum utility_kind)kind);

        if (indicator != INDICATOR_NONE)
            mask |= 1U << indicator;
    }
    return mask;
}

static int read_covering(struct reading *reading, const yaml_node_t *node, unsigned *mask)
{
    const char *name = word_of(reading, node, "a source");
    unsigned indicators;
    int source;

    if (!name || read_code(reading, node, name, &source_codes, &source) < 0)
        return -1;
    indicators = indicators_of((enum source)source);
    if (!indicators)
        return bad(reading, node, "%s feeds no indicator: nothing could say whether it is there", name);
    if (indicators >> INDICATOR_ELECTRICITY)
        worth_a_look(reading, node,
                     "%s is an auxiliary source: it can raise a question, but what it does not "
                     "see bounds no income",
                     name);
    *mask |= indicators;
    return 0;
}

static int read_income_kind(struct reading *reading, const struct yaml_pair *pair)
{
    const yaml_node_t *item;
    int income, status = 0;

    if (read_code(reading, pair->key, pair->name, &income_kind_codes, &income) < 0)
        return -1;
    if (pair->value->type != YAML_SEQUENCE_NODE)
        return bad(reading, pair->value, "%s must be a list of sources", pair->name);
    for (size_t i = 0; (item = yaml_item_at(reading->file, pair->value, i)) != NULL; i++)
        if (read_covering(reading, item, &reading->policy->covers[income]) < 0)
            status = -1;
    return status;
}

static int read_covers(struct reading *reading, const struct key *key, const yaml_node_t *node, void *user)
{
    struct yaml_pair pair;
    int status = 0;

    (void)user;
    if (node->type != YAML_MAPPING_NODE)
        return bad(reading, node, "%s must be a mapping: income kind, then a list of sources", key->name);
    for (size_t i = 0; yaml_pair_at(reading->file, node, i, &pair); i++)
        if (read_income_kind(reading, &pair) < 0)
            status = -1;
    return status;
}

/* --- how long a figure is fresh --- */

static int read_months(struct reading *reading, const struct yaml_pair *pair)
{
    int64_t months;
    int indicator;

    if (read_code(reading, pair->key, pair->name, &indicator_codes, &indicator) < 0 ||
        read_whole(reading, pair->value, pair->name, 1, FRESH_MONTHS_MAX, &months) < 0)
        return -1;
    reading->policy->fresh_months[indicator] = (int)months;
    return 0;
}

static int read_fresh(struct reading *reading, const struct key *key, const yaml_node_t *node, void *user)
{
    struct yaml_pair pair;
    int status = 0;

    (void)user;
    if (node->type != YAML_MAPPING_NODE)
        return bad(reading, node, "%s must be a mapping: indicator, then months", key->name);
    for (size_t i = 0; yaml_pair_at(reading->file, node, i, &pair); i++)
        if (read_months(reading, &pair) < 0)
            status = -1;
    return status;
}

/* --- lists of rules --- */

/* at: the kind. */
static int read_list(struct reading *reading, const struct key *key, const yaml_node_t *node, void *user)
{
    (void)user;
    return read_rules(reading, node, (enum rule_kind)key->at, 0, key->name);
}

static int read_goals(struct reading *reading, const struct key *key, const yaml_node_t *node, void *user)
{
    static const struct code entries[PLAN_COUNT] = { [PLAN_A] = { "A", "A" }, [PLAN_B] = { "B", "B" } };
    static const struct codes codes = { "plan indicator", entries, PLAN_COUNT };

    (void)user;
    return read_rules_by_code(reading, node, RULE_GOAL, 0, &codes, key->name);
}

static int read_by_line(struct reading *reading, const struct key *key, const yaml_node_t *node, void *user)
{
    (void)user;
    return read_rules_by_code(reading, node, (enum rule_kind)key->at, 0, &poverty_line_codes, key->name);
}

static int read_by_indicator(struct reading *reading, const struct key *key, const yaml_node_t *node,
                             void *user)
{
    (void)user;
    return read_rules_by_code(reading, node, (enum rule_kind)key->at, 0, &indicator_codes, key->name);
}

static int read_assets_of_line(struct reading *reading, const struct yaml_pair *pair)
{
    char name[64];
    int line;

    if (read_code(reading, pair->key, pair->name, &poverty_line_codes, &line) < 0)
        return -1;
    if (pair->value->type == YAML_MAPPING_NODE) {
        const yaml_node_t *income = value_of(reading, pair->value, code_name(&line_test_codes, TEST_INCOME));

        if (income != pair->value)
            return bad(reading, income, "income is nothing that is owned: its limit is lines.%s",
                       code_name(&poverty_line_codes, line));
    }
    snprintf(name, sizeof name, "assets.%s", code_name(&poverty_line_codes, line));
    return read_rules_by_code(reading, pair->value, RULE_ASSET, (size_t)line * TEST_COUNT, &line_test_codes,
                              name);
}

static int read_assets(struct reading *reading, const struct key *key, const yaml_node_t *node, void *user)
{
    struct yaml_pair pair;
    int status = 0;

    (void)user;
    if (node->type != YAML_MAPPING_NODE)
        return bad(reading, node, "%s must be a mapping: line, then a mapping of tests", key->name);
    for (size_t i = 0; yaml_pair_at(reading->file, node, i, &pair); i++)
        if (read_assets_of_line(reading, &pair) < 0)
            status = -1;
    return status;
}

/* --- the rest --- */

static int read_version(struct reading *reading, const struct key *key, const yaml_node_t *value, void *user)
{
    (void)user;
    return word_of(reading, value, key->name) ? 0 : -1;
}

static int read_valid_from(struct reading *reading, const struct key *key, const yaml_node_t *value,
                           void *user)
{
    (void)user;
    reading->valid_from = value;
    return read_day(reading, value, key->name, &reading->policy->valid_from_day);
}

static int read_minimum(struct reading *reading, const struct key *key, const yaml_node_t *value, void *user)
{
    (void)user;
    return read_whole(reading, value, key->name, 1, PORTRAIT_MINIMUM_MAX, &reading->policy->portrait_minimum);
}

static int read_portrait(struct reading *reading, const struct key *key, const yaml_node_t *node, void *user)
{
    static const struct key keys[] = { { "minimum", read_minimum, 0, 0 }, { NULL, NULL, 0, 0 } };
    unsigned parts;

    (void)key;
    return read_keys(reading, node, keys, 0, user, &parts);
}

static void read_policy(struct reading *reading)
{
    static const struct key keys[] = {
        { "version", read_version, 0, 0 },
        { "valid_from", read_valid_from, 0, 0 },
        { "caps", read_list, RULE_CAP, 0 },
        { "floors", read_list, RULE_FLOOR, 0 },
        { "covers", read_covers, 0, 0 },
        { "fresh", read_fresh, 0, 0 },
        { "bands", read_list, RULE_BANDS, 0 },
        { "goals", read_goals, 0, 0 },
        { "lines", read_by_line, RULE_LINE, 0 },
        { "assets", read_assets, 0, 0 },
        { "disregards", read_by_line, RULE_DISREGARD, 0 },
        { "deflators", read_by_indicator, RULE_DEFLATOR, 0 },
        { "groups", read_list, RULE_GROUP, 0 },
        { "portrait", read_portrait, 0, 0 },
        { NULL, NULL, 0, 0 },
    };
    const yaml_node_t *root = yaml_root(reading->file);
    unsigned parts;

    memcpy(reading->policy->fresh_months, policy_fresh_months, sizeof reading->policy->fresh_months);
    reading->policy->valid_from_day = DAY_NONE;
    reading->policy->portrait_minimum = PORTRAIT_MINIMUM;
    if (!root || yaml_is_null(root))
        return;
    read_keys(reading, root, keys, 0, NULL, &parts);
    check_dates(reading);
    check_sense(reading);
}

/* --- a file --- */

enum { NO_WARNINGS = DAY_NONE };

/* A policy, whatever is wrong with it; NULL: it is no YAML. */
static struct policy *read_all(const char *text, size_t size, const char *name, int32_t today,
                               struct policy_findings *findings, struct err *err)
{
    CLEANUP(yaml_closep) struct yaml_file *file = NULL;
    CLEANUP(mem_freep) struct reading *reading = NULL;

    if (yaml_parse(text, size, name, &file, err) < 0)
        return NULL;
    reading = mem_zalloc(sizeof *reading);
    reading->file = file;
    reading->findings = findings;
    reading->policy = mem_zalloc(sizeof *reading->policy);
    digest_of(text, size, reading->policy->digest);
    read_policy(reading);
    if (today != NO_WARNINGS && !findings->error_count)
        warn_of(reading, today);
    findings_sort(findings);
    for (size_t i = 0; i < reading->list_count; i++)
        free(reading->lists[i].nodes);
    return reading->policy;
}

static int say_first(const struct policy_findings *findings, const char *name, struct err *err)
{
    const struct policy_finding *finding = findings->items;

    while (!finding->is_error)
        finding++;
    return err_stop(err, EXIT_CONFIG, "%s:%zu:%zu: %s", name, finding->line, finding->column, finding->text);
}

int policy_parse(const char *text, size_t size, const char *name, struct policy **ret, struct err *err)
{
    CLEANUP(policy_findings_free) struct policy_findings findings = { 0 };
    struct policy *policy = read_all(text, size, name, NO_WARNINGS, &findings, err);

    if (!policy)
        return -1;
    if (!findings.error_count) {
        *ret = policy;
        return 0;
    }
    policy_free(policy);
    return say_first(&findings, name, err);
}

int policy_read(const char *path, char **ret_text, size_t *ret_size, struct policy **ret, struct err *err)
{
    if (text_file_read(path, ret_text, ret_size, err) < 0)
        return -1;
    if (policy_parse(*ret_text, *ret_size, path, ret, err) == 0)
        return 0;
    free(*ret_text);
    *ret_text = NULL;
    return -1;
}

/* What could not be read at all, from an error that begins with the file's name. */
static void find_err(const char *path, const struct err *err, struct policy_findings *ret)
{
    struct policy_finding finding = { .is_error = true };
    const char *text = err->text;
    int len = 0;

    if (!strncmp(text, path, strlen(path)) && !strncmp(text + strlen(path), ":", 1))
        text += strlen(path) + 1;
    if (sscanf(text, "%zu:%zu:%n", &finding.line, &finding.column, &len) == 2 && len)
        text += len;
    finding.text = mem_strdup(text + (*text == ' '));
    *ret = (struct policy_findings){ mem_alloc(sizeof finding), 1, 1 };
    ret->items[0] = finding;
}

void policy_check(const char *path, int32_t today, struct policy_findings *ret)
{
    CLEANUP(mem_freep) char *text = NULL;
    CLEANUP(policy_freep) struct policy *policy = NULL;
    struct err err = { 0 };
    size_t size = 0;

    *ret = (struct policy_findings){ 0 };
    if (text_file_read(path, &text, &size, &err) == 0)
        policy = read_all(text, size, path, today, ret, &err);
    if (!policy)
        find_err(path, &err, ret);
}

void policy_free(struct policy *policy)
{
    if (!policy)
        return;
    for (int kind = 0; kind < RULE_KIND_COUNT; kind++)
        for (size_t i = 0; i < rule_kind_lists((enum rule_kind)kind); i++) {
            struct rule_list list = policy_list(policy, (enum rule_kind)kind, i);

            for (size_t k = 0; k < list.count; k++)
                rule_free((enum rule_kind)kind, rule_at(&list, k));
            free(list.rules);
        }
    free(policy);
}

void policy_freep(struct policy **policy)
{
    policy_free(*policy);
    *policy = NULL;
}
