#include "lib/io/policy_reading.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/arena.h"
#include "lib/base/suggest.h"

#define AMOUNT_FEN_MAX INT64_C(1000000000000000) /* as amounts in yuan have it: below 10^13 */

/* --- findings --- */

__attribute__((format(printf, 4, 0))) static void note(struct reading *reading, const yaml_node_t *node,
                                                       bool is_error, const char *format, va_list args)
{
    struct policy_findings *findings = reading->findings;
    struct err line = { 0 };
    char text[sizeof line.text];

    vsnprintf(text, sizeof text, format, args);
    err_stop(&line, EXIT_CONFIG, "%s", text); /* makes one line of it */
    findings->items = mem_realloc(findings->items, (findings->count + 1) * sizeof *findings->items);
    findings->items[findings->count++] = (struct policy_finding){
        .line = node ? line_of(node) : 0,
        .column = node ? node->start_mark.column + 1 : 0,
        .is_error = is_error,
        .text = mem_strdup(line.text),
    };
    findings->error_count += is_error;
}

int bad(struct reading *reading, const yaml_node_t *node, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    note(reading, node, true, format, args);
    va_end(args);
    return -1;
}

void worth_a_look(struct reading *reading, const yaml_node_t *node, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    note(reading, node, false, format, args);
    va_end(args);
}

static int by_place(const void *left, const void *right)
{
    const struct policy_finding *a = left, *b = right;
    int order = (a->line > b->line) - (a->line < b->line);

    return order ? order : (a->column > b->column) - (a->column < b->column);
}

void findings_sort(struct policy_findings *findings)
{
    if (findings->count)
        qsort(findings->items, findings->count, sizeof *findings->items, by_place);
}

void policy_findings_free(struct policy_findings *findings)
{
    for (size_t i = 0; i < findings->count; i++)
        free(findings->items[i].text);
    free(findings->items);
    *findings = (struct policy_findings){ 0 };
}

size_t line_of(const yaml_node_t *node)
{
    return node->start_mark.line + 1;
}

/* --- values --- */

const char *word_of(struct reading *reading, const yaml_node_t *node, const char *name)
{
    if (node->type == YAML_SCALAR_NODE && !yaml_is_null(node))
        return (const char *)node->data.scalar.value;
    bad(reading, node, "%s must be a single value", name);
    return NULL;
}

int read_code(struct reading *reading, const yaml_node_t *node, const char *text, const struct codes *codes,
              int *ret)
{
    struct suggestion near = suggestion_for(text);
    char hint[SUGGESTION_SIZE];
    bool vowel = strchr("aeiou", *codes->what) != NULL;

    if (code_find(codes, text_of(text), ret))
        return 0;
    for (int i = 0; i < codes->count; i++)
        suggestion_offer(&near, codes->entries[i].name);
    return bad(reading, node, "%s is not a%s %s%s", text, vowel ? "n" : "", codes->what,
               suggestion_text(&near, hint));
}

int read_day(struct reading *reading, const yaml_node_t *node, const char *name, int32_t *ret)
{
    const char *text = word_of(reading, node, name);

    if (!text)
        return -1;
    return day_parse(text_of(text), ret) ? 0 : bad(reading, node, "%s must be a day, YYYY-MM-DD", name);
}

static bool fen_parse(const char *text, int64_t *ret)
{
    return text_int64(text_of(text), ret) && *ret >= 0 && *ret < AMOUNT_FEN_MAX;
}

static bool yuan_parse(const char *text, int64_t *ret)
{
    return decimal_parse(text_of(text), AMOUNT_DECIMALS, ret) == PARSE_OK && *ret >= 0;
}

int read_money(struct reading *reading, const yaml_node_t *node, const char *name, bool in_fen, int64_t *ret)
{
    const char *text = word_of(reading, node, name);

    if (!text)
        return -1;
    if (in_fen ? fen_parse(text, ret) : yuan_parse(text, ret))
        return 0;
    return bad(reading, node, "%s must be an amount in %s", name,
               in_fen ? "fen: a whole number, not below 0, of at most 15 digits"
                      : "yuan: not below 0, of at most 13 digits and two decimals");
}

int read_rising(struct reading *reading, const yaml_node_t *node, const char *name, size_t count,
                int64_t *ret)
{
    const yaml_node_t *item;
    size_t found = 0;

    if (node->type != YAML_SEQUENCE_NODE)
        return bad(reading, node, "%s must be a list of %zu amounts, rising", name, count);
    for (; (item = yaml_item_at(reading->file, node, found)) != NULL && found < count; found++) {
        if (read_money(reading, item, name, false, &ret[found]) < 0)
            return -1;
        if (found && ret[found] <= ret[found - 1])
            return bad(reading, item, "%s must rise from amount to amount", name);
    }
    if (found < count || item)
        return bad(reading, node, "%s must be %zu amounts, rising", name, count);
    return 0;
}

int read_whole(struct reading *reading, const yaml_node_t *node, const char *name, int64_t least,
               int64_t most, int64_t *ret)
{
    const char *text = word_of(reading, node, name);

    if (!text)
        return -1;
    if (text_int64(text_of(text), ret) && *ret >= least && *ret <= most)
        return 0;
    return bad(reading, node, "%s must be a whole number from %lld to %lld", name, (long long)least,
               (long long)most);
}

/* --- mappings --- */

static int unknown_key(struct reading *reading, const struct yaml_pair *pair, const struct key *keys)
{
    struct suggestion near = suggestion_for(pair->name);
    char hint[SUGGESTION_SIZE];

    for (; keys->name; keys++)
        suggestion_offer(&near, keys->name);
    return bad(reading, pair->key, "%s is no key of a policy%s", pair->name, suggestion_text(&near, hint));
}

static int read_pair(struct reading *reading, const struct yaml_pair *pair, const struct key *keys,
                     unsigned once, void *user, unsigned *parts)
{
    const struct key *key = keys;

    while (key->name && strcmp(key->name, pair->name) != 0)
        key++;
    if (!key->name)
        return unknown_key(reading, pair, keys);
    if (*parts & key->part & once)
        return bad(reading, pair->key, "%s says again what another key has said in another unit", key->name);
    *parts |= key->part;
    return key->read(reading, key, pair->value, user);
}

int read_keys(struct reading *reading, const yaml_node_t *node, const struct key *keys, unsigned once,
              void *user, unsigned *ret_parts)
{
    struct yaml_pair pair;
    int status = 0;

    *ret_parts = 0;
    if (node->type != YAML_MAPPING_NODE)
        return bad(reading, node, "must be a mapping");
    for (size_t i = 0; yaml_pair_at(reading->file, node, i, &pair); i++)
        if (read_pair(reading, &pair, keys, once, user, ret_parts) < 0)
            status = -1;
    return status;
}

const yaml_node_t *value_of(const struct reading *reading, const yaml_node_t *mapping, const char *name)
{
    struct yaml_pair pair;

    for (size_t i = 0; yaml_pair_at(reading->file, mapping, i, &pair); i++)
        if (!strcmp(pair.name, name))
            return pair.value;
    return mapping;
}
