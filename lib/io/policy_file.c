#include "lib/io/policy_file.h"

#include <stdlib.h>
#include <string.h>

#include "lib/base/arena.h"
#include "lib/base/suggest.h"
#include "lib/io/yaml_file.h"

enum { FRESH_MONTHS_MAX = 120 };

struct reading {
    struct yaml_file *file;
    struct policy *policy;
    struct err *err;
};

typedef int reader_of_key(struct reading *reading, const yaml_node_t *value, void *user);

struct key {
    const char *name;
    reader_of_key *read;
};

static int bad(struct reading *reading, const yaml_node_t *node, const char *name, const char *what)
{
    char place[YAML_PLACE_SIZE];

    return err_stop(reading->err, EXIT_CONFIG, "%s: %s%s%s", yaml_place(reading->file, node, place), name,
                    *name ? " " : "", what);
}

/* The text of a single value; NULL after an error. */
static const char *word(struct reading *reading, const yaml_node_t *node, const char *name)
{
    if (node->type == YAML_SCALAR_NODE && !yaml_is_null(node))
        return (const char *)node->data.scalar.value;
    bad(reading, node, name, "must be a single value");
    return NULL;
}

static int unknown_key(struct reading *reading, const struct yaml_pair *pair, const struct key *keys)
{
    struct suggestion near = suggestion_for(pair->name);
    char hint[SUGGESTION_SIZE], what[SUGGESTION_SIZE + 16];

    for (; keys->name; keys++)
        suggestion_offer(&near, keys->name);
    strcpy(what, "is no key of a policy");
    strncat(what, suggestion_text(&near, hint), sizeof what - strlen(what) - 1);
    return bad(reading, pair->key, pair->name, what);
}

static int read_keys(struct reading *reading, const yaml_node_t *node, const struct key *keys, void *user)
{
    struct yaml_pair pair;

    if (node->type != YAML_MAPPING_NODE)
        return bad(reading, node, "", "must be a mapping");
    for (size_t i = 0; yaml_pair_at(reading->file, node, i, &pair); i++) {
        const struct key *key = keys;

        while (key->name && strcmp(key->name, pair.name) != 0)
            key++;
        if (!key->name)
            return unknown_key(reading, &pair, keys);
        if (key->read(reading, pair.value, user) < 0)
            return -1;
    }
    return 0;
}

/* --- limits of the provident fund --- */

static bool is_region_prefix(const char *text)
{
    static const size_t lengths[] = { 2, 4, 6, 9, 12 };
    uint64_t digits;

    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++)
        if (strlen(text) == lengths[i])
            return text_digits(text_of(text), lengths[i], &digits);
    return !*text;
}

static int read_region(struct reading *reading, const yaml_node_t *value, void *user)
{
    struct fund_limit *limit = user;
    const char *text = word(reading, value, "region");

    if (!text)
        return -1;
    if (!is_region_prefix(text))
        return bad(reading, value, "region", "must be 2, 4, 6, 9 or 12 digits, or \"\" for everywhere");
    strcpy(limit->rule.region, text);
    return 0;
}

static int read_day(struct reading *reading, const yaml_node_t *value, const char *name, int32_t *ret)
{
    const char *text = word(reading, value, name);

    if (!text)
        return -1;
    return day_parse(text_of(text), ret) ? 0 : bad(reading, value, name, "must be a day, YYYY-MM-DD");
}

static int read_from(struct reading *reading, const yaml_node_t *value, void *user)
{
    return read_day(reading, value, "from", &((struct fund_limit *)user)->rule.from_day);
}

static int read_fen(struct reading *reading, const yaml_node_t *value, void *user)
{
    struct fund_limit *limit = user;
    const char *text = word(reading, value, "fen");

    if (!text)
        return -1;
    if (!text_int64(text_of(text), &limit->amount_fen) || limit->amount_fen < 0)
        return bad(reading, value, "fen", "must be an amount in fen, a whole number");
    return 0;
}

/* For people: which notice says so. */
static int read_basis(struct reading *reading, const yaml_node_t *value, void *user)
{
    return word(reading, value, "basis") ? 0 : -1;
}

static int read_limit(struct reading *reading, const yaml_node_t *node, struct fund_limit *ret)
{
    static const struct key keys[] = {
        { "region", read_region },
        { "from", read_from },
        { "fen", read_fen },
        { "basis", read_basis },
        { NULL },
    };

    *ret = (struct fund_limit){ .rule = { .from_day = DAY_NONE, .until_day = DAY_OPEN },
                                .amount_fen = NUMBER_NONE };
    if (read_keys(reading, node, keys, ret) < 0)
        return -1;
    if (ret->rule.from_day == DAY_NONE || ret->amount_fen == NUMBER_NONE)
        return bad(reading, node, "a limit", "needs from and fen");
    return 0;
}

static int read_limits(struct reading *reading, const yaml_node_t *node, struct fund_limit **ret,
                       size_t *ret_count)
{
    const yaml_node_t *item;

    if (node->type != YAML_SEQUENCE_NODE)
        return bad(reading, node, "", "must be a list of limits");
    for (size_t i = 0; (item = yaml_item_at(reading->file, node, i)) != NULL; i++) {
        *ret = mem_realloc(*ret, (i + 1) * sizeof **ret);
        if (read_limit(reading, item, &(*ret)[i]) < 0)
            return -1;
        *ret_count = i + 1;
    }
    return 0;
}

static int read_caps(struct reading *reading, const yaml_node_t *value, void *user)
{
    return read_limits(reading, value, &reading->policy->caps, &reading->policy->cap_count);
}

static int read_floors(struct reading *reading, const yaml_node_t *value, void *user)
{
    return read_limits(reading, value, &reading->policy->floors, &reading->policy->floor_count);
}

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
    const char *name = word(reading, node, "a source");
    unsigned indicators;
    int source;

    if (!name)
        return -1;
    if (!code_find(&source_codes, text_of(name), &source))
        return bad(reading, node, name, "is not a source");
    indicators = indicators_of((enum source)source);
    if (!indicators)
        return bad(reading, node, name, "feeds no indicator: nothing could say whether it is there");
    *mask |= indicators;
    return 0;
}

static int read_covers(struct reading *reading, const yaml_node_t *node, void *user)
{
    struct yaml_pair pair;

    if (node->type != YAML_MAPPING_NODE)
        return bad(reading, node, "covers", "must be a mapping: income kind, then a list of sources");
    for (size_t i = 0; yaml_pair_at(reading->file, node, i, &pair); i++) {
        const yaml_node_t *item;
        int income;

        if (!code_find(&income_kind_codes, text_of(pair.name), &income))
            return bad(reading, pair.key, pair.name, "is not an income kind");
        if (pair.value->type != YAML_SEQUENCE_NODE)
            return bad(reading, pair.value, pair.name, "must be a list of sources");
        for (size_t j = 0; (item = yaml_item_at(reading->file, pair.value, j)) != NULL; j++)
            if (read_covering(reading, item, &reading->policy->covers[income]) < 0)
                return -1;
    }
    return 0;
}

/* --- the rest --- */

static int read_fresh(struct reading *reading, const yaml_node_t *node, void *user)
{
    struct yaml_pair pair;

    if (node->type != YAML_MAPPING_NODE)
        return bad(reading, node, "fresh", "must be a mapping: indicator, then months");
    for (size_t i = 0; yaml_pair_at(reading->file, node, i, &pair); i++) {
        const char *months = word(reading, pair.value, pair.name);
        uint64_t count;
        int indicator;

        if (!months)
            return -1;
        if (!code_find(&indicator_codes, text_of(pair.name), &indicator))
            return bad(reading, pair.key, pair.name, "is not an indicator");
        if (!text_digits(text_of(months), 3, &count) || !count || count > FRESH_MONTHS_MAX)
            return bad(reading, pair.value, pair.name, "must be 1 to 120 months");
        reading->policy->fresh_months[indicator] = (int)count;
    }
    return 0;
}

static int read_version(struct reading *reading, const yaml_node_t *value, void *user)
{
    return word(reading, value, "version") ? 0 : -1;
}

static int read_valid_from(struct reading *reading, const yaml_node_t *value, void *user)
{
    return read_day(reading, value, "valid_from", &reading->policy->valid_from_day);
}

static int read_policy(struct reading *reading)
{
    static const struct key keys[] = {
        { "version", read_version },
        { "valid_from", read_valid_from },
        { "caps", read_caps },
        { "floors", read_floors },
        { "covers", read_covers },
        { "fresh", read_fresh },
        { NULL },
    };
    const yaml_node_t *root = yaml_root(reading->file);

    reading->policy->valid_from_day = DAY_NONE;
    memcpy(reading->policy->fresh_months, policy_fresh_months, sizeof reading->policy->fresh_months);
    return !root || yaml_is_null(root) ? 0 : read_keys(reading, root, keys, NULL);
}

int policy_parse(const char *text, size_t size, const char *name, struct policy **ret, struct err *err)
{
    CLEANUP(yaml_closep) struct yaml_file *file = NULL;
    struct reading reading = { .err = err };

    if (yaml_parse(text, size, name, &file, err) < 0)
        return -1;
    reading.file = file;
    reading.policy = mem_zalloc(sizeof *reading.policy);
    digest_of(text, size, reading.policy->digest);
    if (read_policy(&reading) < 0) {
        policy_free(reading.policy);
        return -1;
    }
    *ret = reading.policy;
    return 0;
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

void policy_free(struct policy *policy)
{
    if (!policy)
        return;
    free(policy->caps);
    free(policy->floors);
    free(policy);
}

void policy_freep(struct policy **policy)
{
    policy_free(*policy);
    *policy = NULL;
}
