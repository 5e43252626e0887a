/* From text to member: one setter a type. */
#include <regex.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/arena.h"
#include "lib/base/date.h"
#include "lib/base/decimal.h"
#include "lib/base/suggest.h"
#include "lib/core/identifier.h"
#include "lib/io/conf_private.h"
#include "lib/io/loopback.h"

typedef int setter(void *member, const struct conf_option *option, const struct conf_said *said,
                   struct err *err);

int conf_bad(struct err *err, const char *place, const char *format, ...)
{
    char text[sizeof err->text];
    va_list args;

    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    return err_stop(err, EXIT_CONFIG, "%s: %s", place ? place : "default", text);
}

static void put_string(void *member, char *value)
{
    char **at = member;

    free(*at);
    *at = value;
}

static int set_text(void *member, const struct conf_option *option, const struct conf_said *said,
                    struct err *err)
{
    put_string(member, mem_strdup(said->value));
    return 0;
}

static int set_path(void *member, const struct conf_option *option, const struct conf_said *said,
                    struct err *err)
{
    size_t size = strlen(said->folder) + strlen(said->value) + 1;
    char *path = mem_alloc(size);

    snprintf(path, size, "%s%s", *said->value == '/' ? "" : said->folder, said->value);
    put_string(member, path);
    return 0;
}

static int set_path_or_none(void *member, const struct conf_option *option, const struct conf_said *said,
                            struct err *err)
{
    return (!strcmp(said->value, "none") ? set_text : set_path)(member, option, said, err);
}

static int set_regex(void *member, const struct conf_option *option, const struct conf_said *said,
                     struct err *err)
{
    char why[128];
    regex_t regex;
    int code = regcomp(&regex, said->value, REG_EXTENDED);
    size_t groups = code ? 0 : regex.re_nsub;

    if (code) {
        regerror(code, &regex, why, sizeof why);
        return conf_bad(err, said->place, "%s is not a regular expression: %s", option->path, why);
    }
    regfree(&regex);
    if (groups < 1)
        return conf_bad(err, said->place, "%s needs a group: the part in parentheses is what is read",
                        option->path);
    return set_text(member, option, said, err);
}

static int set_region(void *member, const struct conf_option *option, const struct conf_said *said,
                      struct err *err)
{
    char region[REGION_SIZE];

    if (!region_parse(text_of(said->value), region))
        return conf_bad(err, said->place, "%s must be a code of 6, 9 or 12 digits, quoted: \"330305\"",
                        option->path);
    return set_text(member, option, said, err);
}

static int set_listen(void *member, const struct conf_option *option, const struct conf_said *said,
                      struct err *err)
{
    struct loopback loopback;
    const char *why = loopback_parse(said->value, &loopback);

    if (why)
        return conf_bad(err, said->place, "%s %s", option->path, why);
    return set_text(member, option, said, err);
}

static int set_flag(void *member, const struct conf_option *option, const struct conf_said *said,
                    struct err *err)
{
    bool yes = !strcmp(said->value, "true") || !strcmp(said->value, "yes");

    if (!yes && strcmp(said->value, "false") != 0 && strcmp(said->value, "no") != 0)
        return conf_bad(err, said->place, "%s must be true or false", option->path);
    *(bool *)member = yes;
    return 0;
}

static int set_number(void *member, const struct conf_option *option, const struct conf_said *said,
                      struct err *err)
{
    int64_t value;

    if (!text_int64(text_of(said->value), &value))
        return conf_bad(err, said->place, "%s must be a whole number", option->path);
    if (value < option->min || value > option->max)
        return conf_bad(err, said->place, "%s must be from %u to %u", option->path, option->min, option->max);
    *(uint32_t *)member = (uint32_t)value;
    return 0;
}

static int set_count(void *member, const struct conf_option *option, const struct conf_said *said,
                     struct err *err)
{
    int64_t value = 0;
    bool none = !strcmp(said->value, "none");

    if (!none && (!text_int64(text_of(said->value), &value) || value < 0))
        return conf_bad(err, said->place, "%s must be a whole number, or none", option->path);
    *(uint64_t *)member = none ? COUNT_NONE : (uint64_t)value;
    return 0;
}

static int set_months(void *member, const struct conf_option *option, const struct conf_said *said,
                      struct err *err)
{
    static const char word[] = " months";
    struct text number = { said->value, strlen(said->value) };
    size_t end = sizeof word - 1;
    uint64_t months = 0;
    bool none = !strcmp(said->value, "none");

    if (number.len > end && !strcmp(said->value + number.len - end, word))
        number.len -= end;
    if (!none && (!text_digits(number, 4, &months) || !months))
        return conf_bad(err, said->place, "%s must be a number of months (13 months), or none", option->path);
    *(uint32_t *)member = (uint32_t)months;
    return 0;
}

static int set_span(void *member, const struct conf_option *option, const struct conf_said *said,
                    struct err *err)
{
    static const char units[] = "smhd";
    static const uint32_t seconds[] = { 1, 60, 3600, 86400 };
    struct text number = text_of(said->value);
    const char *unit = number.len > 1 ? strchr(units, said->value[number.len - 1]) : NULL;
    uint64_t count = 0;

    number.len -= unit != NULL;
    if (!unit || !text_digits(number, 9, &count) || count > UINT32_MAX / seconds[unit - units])
        return conf_bad(err, said->place, "%s must be a number and a unit: 90s, 15m, 1h or 1d", option->path);
    count *= seconds[unit - units];
    if (count < option->min || count > option->max)
        return conf_bad(err, said->place, "%s must be from %us to %us", option->path, option->min,
                        option->max);
    *(uint32_t *)member = (uint32_t)count;
    return 0;
}

static int set_ratio(void *member, const struct conf_option *option, const struct conf_said *said,
                     struct err *err)
{
    int32_t value = RATIO_NONE;
    bool none = !strcmp(said->value, "none");

    if (!none && (rate_parse(text_of(said->value), &value) != PARSE_OK || value < 0 || value > RATE_MILLION))
        return conf_bad(err, said->place, "%s must be a share from 0 to 1 (0.05 or 5%%), or none",
                        option->path);
    *(int32_t *)member = value;
    return 0;
}

/* What it could have been, when nothing is near to what was written. */
static int list_words(const struct codes *codes, struct err *err)
{
    for (int i = 0; i < codes->count; i++) {
        size_t len = strlen(err->text);

        snprintf(err->text + len, sizeof err->text - len, "%s%s", i ? ", " : ": it is one of ",
                 codes->entries[i].name);
    }
    return -1;
}

static int find_word(const struct conf_option *option, const struct conf_said *said, int *ret,
                     struct err *err)
{
    struct suggestion near = suggestion_for(said->value);
    char hint[SUGGESTION_SIZE];

    if (code_find(option->codes, text_of(said->value), ret))
        return 0;
    for (int i = 0; i < option->codes->count; i++)
        suggestion_offer(&near, option->codes->entries[i].name);
    conf_bad(err, said->place, "%s is not a %s%s", option->path, option->codes->what,
             suggestion_text(&near, hint));
    return near.best ? -1 : list_words(option->codes, err);
}

static int set_word(void *member, const struct conf_option *option, const struct conf_said *said,
                    struct err *err)
{
    int value;

    if (find_word(option, said, &value, err) < 0)
        return -1;
    memcpy(member, &value, sizeof value); /* every enum of ours is as wide as int */
    return 0;
}

static int add_mask(void *member, const struct conf_option *option, const struct conf_said *said,
                    struct err *err)
{
    int bit;

    if (find_word(option, said, &bit, err) < 0)
        return -1;
    *(unsigned *)member |= 1U << bit;
    return 0;
}

static int set_month(void *member, const struct conf_option *option, const struct conf_said *said,
                     struct err *err)
{
    if (!month_parse(text_of(said->value), member))
        return conf_bad(err, said->place, "%s must be a month, YYYY-MM", option->path);
    return 0;
}

static int add_name(void *member, const struct conf_option *option, const struct conf_said *said,
                    struct err *err)
{
    struct conf_names *names = member;

    names->items = mem_realloc(names->items, (names->count + 1) * sizeof *names->items);
    names->items[names->count++] = mem_strdup(said->value);
    return 0;
}

/* "key=value": a default or one of a list on the command line. */
static int add_pair(void *member, const struct conf_option *option, const struct conf_said *said,
                    struct err *err)
{
    const char *equal = strchr(said->value, '=');
    CLEANUP(mem_freep) char *key = NULL;

    if (!equal)
        return conf_bad(err, said->place, "%s takes a mapping: key=value", option->path);
    key = mem_strdup(said->value);
    key[equal - said->value] = '\0';
    conf_put_pair(member, key, equal + 1, said->place);
    return 0;
}

static setter *const setters[] = {
    [CONF_TEXT] = set_text,     [CONF_PATH] = set_path,
    [CONF_REGEX] = set_regex,   [CONF_PATH_OR_NONE] = set_path_or_none,
    [CONF_REGION] = set_region, [CONF_FLAG] = set_flag,
    [CONF_NUMBER] = set_number, [CONF_WORD] = set_word,
    [CONF_MONTH] = set_month,   [CONF_COUNT] = set_count,
    [CONF_RATIO] = set_ratio,   [CONF_MONTHS] = set_months,
    [CONF_MASK] = add_mask,     [CONF_LISTEN] = set_listen,
    [CONF_NAMES] = add_name,    [CONF_PAIRS] = add_pair,
    [CONF_SPAN] = set_span,
};

static bool is_list(enum conf_type type)
{
    return type == CONF_MASK || type == CONF_NAMES || type == CONF_PAIRS;
}

void *conf_member(const struct conf_target *target, const struct conf_option *option)
{
    return (char *)target->object + option->offset;
}

const struct conf_option *conf_option_find(const struct conf_table *table, const char *path)
{
    for (size_t i = 0; i < table->count; i++)
        if (!strcmp(table->options[i].path, path))
            return &table->options[i];
    return NULL;
}

void conf_note_place(const struct conf_target *target, const struct conf_option *option, const char *place)
{
    char **at = &target->places[option - target->table->options];

    put_string(at, place ? mem_strdup(place) : NULL);
}

int conf_add_item(const struct conf_target *target, const struct conf_option *option,
                  const struct conf_said *said, struct err *err)
{
    return setters[option->type](conf_member(target, option), option, said, err);
}

static int set_list(const struct conf_target *target, const struct conf_option *option,
                    const struct conf_said *said, struct err *err)
{
    CLEANUP(mem_freep) char *list = mem_strdup(said->value);
    struct conf_said item = *said;
    char *rest = list;

    conf_clear_list(target, option);
    while ((item.value = strsep(&rest, ",")) != NULL)
        if (*item.value && conf_add_item(target, option, &item, err) < 0)
            return -1;
    return 0;
}

int conf_set(const struct conf_target *target, const struct conf_option *option, const struct conf_said *said,
             struct err *err)
{
    if ((is_list(option->type) ? set_list : conf_add_item)(target, option, said, err) < 0)
        return -1;
    conf_note_place(target, option, said->place);
    return 0;
}

void conf_put_pair(struct conf_pairs *pairs, const char *key, const char *value, const char *place)
{
    struct conf_pair *pair = NULL;

    for (size_t i = 0; i < pairs->count && !pair; i++)
        if (!strcmp(pairs->items[i].key, key))
            pair = &pairs->items[i];
    if (!pair) {
        pairs->items = mem_realloc(pairs->items, (pairs->count + 1) * sizeof *pairs->items);
        pair = &pairs->items[pairs->count++];
        *pair = (struct conf_pair){ .key = mem_strdup(key) };
    }
    put_string(&pair->value, mem_strdup(value));
    put_string(&pair->place, mem_strdup(place ? place : "default"));
}

static void clear_names(struct conf_names *names)
{
    for (size_t i = 0; i < names->count; i++)
        free(names->items[i]);
    free(names->items);
    *names = (struct conf_names){ 0 };
}

static void clear_pairs(struct conf_pairs *pairs)
{
    for (size_t i = 0; i < pairs->count; i++) {
        free(pairs->items[i].key);
        free(pairs->items[i].value);
        free(pairs->items[i].place);
    }
    free(pairs->items);
    *pairs = (struct conf_pairs){ 0 };
}

void conf_clear_list(const struct conf_target *target, const struct conf_option *option)
{
    void *member = conf_member(target, option);

    if (option->type == CONF_NAMES)
        clear_names(member);
    else if (option->type == CONF_PAIRS)
        clear_pairs(member);
    else if (option->type == CONF_MASK)
        *(unsigned *)member = 0;
}

int conf_reset(const struct conf_target *target, struct err *err)
{
    for (size_t i = 0; i < target->table->count; i++) {
        const struct conf_option *option = &target->table->options[i];
        struct conf_said said = { .value = option->initial, .folder = "" };

        if (option->type == CONF_MONTH)
            *(int32_t *)conf_member(target, option) = MONTH_NONE;
        if (option->initial && conf_set(target, option, &said, err) < 0)
            return -1;
    }
    return 0;
}

bool conf_is_string(enum conf_type type)
{
    return type == CONF_TEXT || type == CONF_PATH || type == CONF_PATH_OR_NONE || type == CONF_REGEX ||
           type == CONF_REGION || type == CONF_LISTEN;
}

void conf_target_free(const struct conf_target *target)
{
    for (size_t i = 0; i < target->table->count; i++) {
        const struct conf_option *option = &target->table->options[i];

        if (conf_is_string(option->type))
            put_string(conf_member(target, option), NULL);
        conf_clear_list(target, option);
        free(target->places[i]);
    }
    free(target->places);
}
