/* Whether two configurations say the same, option by option; where they say it does not count. */
#include <string.h>

#include "lib/base/arena.h"
#include "lib/io/conf_private.h"

static bool same_text(const char *a, const char *b)
{
    return a == b || (a && b && !strcmp(a, b));
}

static bool same_names(const struct conf_names *a, const struct conf_names *b)
{
    for (size_t i = 0; i < a->count && i < b->count; i++)
        if (strcmp(a->items[i], b->items[i]) != 0)
            return false;
    return a->count == b->count;
}

static const char *pair_value(const struct conf_pairs *pairs, const char *key)
{
    for (size_t i = 0; i < pairs->count; i++)
        if (!strcmp(pairs->items[i].key, key))
            return pairs->items[i].value;
    return NULL;
}

/* In any order: each key stands once. */
static bool same_pairs(const struct conf_pairs *a, const struct conf_pairs *b)
{
    for (size_t i = 0; i < a->count; i++)
        if (!same_text(a->items[i].value, pair_value(b, a->items[i].key)))
            return false;
    return a->count == b->count;
}

static bool same_value(enum conf_type type, const void *a, const void *b)
{
    switch (type) {
    case CONF_FLAG:
        return *(const bool *)a == *(const bool *)b;
    case CONF_NUMBER:
    case CONF_WORD:
    case CONF_MONTH:
    case CONF_MONTHS:
    case CONF_SPAN:
    case CONF_RATIO:
    case CONF_MASK:
        return !memcmp(a, b, sizeof(uint32_t)); /* all of them as wide */
    case CONF_COUNT:
        return *(const uint64_t *)a == *(const uint64_t *)b;
    case CONF_NAMES:
        return same_names(a, b);
    case CONF_PAIRS:
        return same_pairs(a, b);
    case CONF_TEXT:
    case CONF_PATH:
    case CONF_PATH_OR_NONE:
    case CONF_REGEX:
    case CONF_REGION:
    case CONF_LISTEN:
        return same_text(*(char *const *)a, *(char *const *)b);
    }
    return false;
}

static bool same_option(const struct conf_option *option, const void *a, const void *b)
{
    return same_value(option->type, (const char *)a + option->offset, (const char *)b + option->offset);
}

bool conf_same(const struct conf *a, const struct conf *b, const char *path)
{
    return same_option(conf_option_find(&conf_table, path), a, b);
}

bool conf_same_feed(const struct feed_conf *a, const struct feed_conf *b)
{
    for (size_t i = 0; i < conf_feed_table.count; i++)
        if (!same_option(&conf_feed_table.options[i], a, b))
            return false;
    return true;
}

bool conf_feed_says(const struct feed_conf *feed, const char *path)
{
    const struct conf_option *option = conf_option_find(&conf_feed_table, path);
    struct feed_conf blank = { .places = mem_zalloc(conf_feed_table.count * sizeof *blank.places) };
    const struct conf_target target = conf_target_of_feed(&blank);
    struct err err = { 0 };
    bool says;

    conf_reset(&target, &err); /* defaults are good */
    says = !same_option(option, feed, &blank);
    conf_target_free(&target);
    return says;
}
