/* The option tables as people and programs see them: in force, as a sample, as help. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/date.h"
#include "lib/base/decimal.h"
#include "lib/base/json.h"
#include "lib/io/conf_private.h"

static const char masked[] = "********";

/* Of librdkafka and libpq: what a password may stand in. */
static bool is_secret(const char *key)
{
    static const char *const parts[] = { "password",   "secret",    ".key.pem",
                                         "passphrase", "sasl.jaas", "oauthbearer.config" };

    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        if (strstr(key, parts[i]))
            return true;
    return false;
}

/* --- one value, as JSON: a YAML value, too --- */

static void show_names(const struct conf_names *names, struct json *json)
{
    json_open(json, '[');
    for (size_t i = 0; i < names->count; i++)
        json_str(json, names->items[i]);
    json_close(json, ']');
}

static void show_mask(unsigned mask, const struct codes *codes, struct json *json)
{
    json_open(json, '[');
    for (int i = 0; i < codes->count; i++)
        if (mask >> i & 1)
            json_str(json, code_name(codes, i));
    json_close(json, ']');
}

static void show_pairs(const struct conf_pairs *pairs, struct json *json)
{
    json_open(json, '{');
    for (size_t i = 0; i < pairs->count; i++) {
        json_key(json, pairs->items[i].key);
        json_str(json, is_secret(pairs->items[i].key) ? masked : pairs->items[i].value);
    }
    json_close(json, '}');
}

static void show_month(int32_t month, struct json *json)
{
    char text[MONTH_TEXT_SIZE];

    json_str(json, month == MONTH_NONE ? NULL : month_text(month, text));
}

static void show_count(uint64_t count, struct json *json)
{
    if (count == COUNT_NONE)
        json_str(json, "none");
    else
        json_uint(json, count);
}

static void show_span(uint32_t seconds, struct json *json)
{
    static const struct {
        char unit;
        uint32_t seconds;
    } units[] = { { 'd', 86400 }, { 'h', 3600 }, { 'm', 60 }, { 's', 1 } };
    char text[32];
    size_t i = 0;

    while (seconds % units[i].seconds)
        i++;
    snprintf(text, sizeof text, "%u%c", seconds / units[i].seconds, units[i].unit);
    json_str(json, text);
}

static void show_months(uint32_t months, struct json *json)
{
    char text[32];

    snprintf(text, sizeof text, "%u months", months);
    json_str(json, months ? text : "none");
}

/* "2.5%": no more decimals than it has. */
static void show_ratio(int32_t ratio, struct json *json)
{
    char text[DECIMAL_TEXT_SIZE + 1];
    size_t len;

    if (ratio == RATIO_NONE) {
        json_str(json, "none");
        return;
    }
    len = strlen(decimal_text(ratio, RATE_DECIMALS - 2, text));
    while (text[len - 1] == '0')
        len--;
    len -= text[len - 1] == '.';
    text[len++] = '%';
    json_text(json, text, len);
}

static void show_value(const struct conf_target *target, const struct conf_option *option, struct json *json)
{
    const void *member = conf_member(target, option);

    switch (option->type) {
    case CONF_FLAG:
        json_bool(json, *(const bool *)member);
        break;
    case CONF_NUMBER:
        json_uint(json, *(const uint32_t *)member);
        break;
    case CONF_COUNT:
        show_count(*(const uint64_t *)member, json);
        break;
    case CONF_RATIO:
        show_ratio(*(const int32_t *)member, json);
        break;
    case CONF_MONTHS:
        show_months(*(const uint32_t *)member, json);
        break;
    case CONF_SPAN:
        show_span(*(const uint32_t *)member, json);
        break;
    case CONF_WORD:
        json_str(json, code_name(option->codes, *(const int *)member));
        break;
    case CONF_MONTH:
        show_month(*(const int32_t *)member, json);
        break;
    case CONF_MASK:
        show_mask(*(const unsigned *)member, option->codes, json);
        break;
    case CONF_NAMES:
        show_names(member, json);
        break;
    case CONF_PAIRS:
        show_pairs(member, json);
        break;
    case CONF_TEXT:
    case CONF_PATH:
    case CONF_PATH_OR_NONE:
    case CONF_REGEX:
    case CONF_REGION:
    case CONF_LISTEN:
        json_str(json, *(char *const *)member);
        break;
    }
}

/* --- show: groups of options become mappings --- */

/* Length of "fuse" in "fuse.flush_ms"; 0: in no group. */
static size_t group_len(const char *path)
{
    const char *dot = strchr(path, '.');

    return dot ? (size_t)(dot - path) : 0;
}

/* It opens a group: the option before it is in another one. The tables keep a group together. */
static bool opens_group(const struct conf_table *table, size_t index)
{
    size_t len = group_len(table->options[index].path);

    return len &&
           (!index || strncmp(table->options[index].path, table->options[index - 1].path, len + 1) != 0);
}

static bool closes_group(const struct conf_table *table, size_t index)
{
    return group_len(table->options[index].path) &&
           (index + 1 == table->count || opens_group(table, index + 1) ||
            !group_len(table->options[index + 1].path));
}

static void json_key_part(struct json *json, const char *path, size_t len)
{
    char key[64];

    memcpy(key, path, len);
    key[len] = '\0';
    json_key(json, key);
}

static void show_json(const struct conf_target *target, struct json *json)
{
    for (size_t i = 0; i < target->table->count; i++) {
        const struct conf_option *option = &target->table->options[i];
        size_t len = group_len(option->path);

        if (opens_group(target->table, i)) {
            json_key_part(json, option->path, len);
            json_open(json, '{');
        }
        json_key(json, option->path + (len ? len + 1 : 0));
        show_value(target, option, json);
        if (closes_group(target->table, i))
            json_close(json, '}');
    }
}

/* Nobody said it and it has no default: as a comment, so that what is shown loads again. */
static bool is_unset(const struct conf_target *target, const struct conf_option *option)
{
    const void *member = conf_member(target, option);

    if (option->type == CONF_MONTH)
        return *(const int32_t *)member == MONTH_NONE;
    return conf_is_string(option->type) && !*(char *const *)member;
}

static void show_text(const struct conf_target *target, int indent, struct buffer *out)
{
    for (size_t i = 0; i < target->table->count; i++) {
        const struct conf_option *option = &target->table->options[i];
        struct json json = json_to(out);
        size_t len = group_len(option->path);

        if (opens_group(target->table, i))
            buffer_printf(out, "%*s%.*s:\n", indent, "", (int)len, option->path);
        buffer_printf(out, "%*s%s%s: ", indent + (len ? 2 : 0), "", is_unset(target, option) ? "# " : "",
                      option->path + (len ? len + 1 : 0));
        show_value(target, option, &json);
        buffer_printf(out, "%s%s\n", target->places[i] ? "  # " : "",
                      target->places[i] ? target->places[i] : "");
    }
}

static void show_all_json(const struct conf *conf, const struct conf_target *target, struct buffer *out)
{
    struct json json = json_to(out);

    json_open(&json, '{');
    show_json(target, &json);
    json_key(&json, "feeds");
    json_open(&json, '{');
    for (size_t i = 0; i < conf->feed_count; i++) {
        struct conf_target feed = conf_target_of_feed(&conf->feeds[i]);

        json_key(&json, conf->feeds[i].name);
        json_open(&json, '{');
        show_json(&feed, &json);
        json_close(&json, '}');
    }
    json_close(&json, '}');
    json_close(&json, '}');
    buffer_add_byte(out, '\n');
}

void conf_show(const struct conf *conf, bool json, struct buffer *out)
{
    struct conf copy = *conf; /* only read, but through a pointer that is not const */
    struct conf_target target = conf_target_of(&copy);

    if (json) {
        show_all_json(conf, &target, out);
        return;
    }
    show_text(&target, 0, out);
    buffer_printf(out, "feeds:%s\n", conf->feed_count ? "" : " {}");
    for (size_t i = 0; i < conf->feed_count; i++) {
        struct conf_target feed = conf_target_of_feed(&conf->feeds[i]);

        buffer_printf(out, "  %s:\n", conf->feeds[i].name);
        show_text(&feed, 4, out);
    }
}

/* --- sample and help --- */

static void default_text(const struct conf_option *option, struct buffer *out)
{
    struct json json = json_to(out);
    const char *equal;

    if (!option->initial)
        return;
    if (option->type == CONF_NUMBER || option->type == CONF_FLAG || option->type == CONF_WORD ||
        option->type == CONF_COUNT || option->type == CONF_RATIO || option->type == CONF_MONTHS ||
        option->type == CONF_SPAN) {
        buffer_add_string(out, option->initial);
        return;
    }
    if (option->type != CONF_PAIRS) {
        json_str(&json, option->initial);
        return;
    }
    equal = strchr(option->initial, '=');
    json_open(&json, '{');
    json_key_part(&json, option->initial, (size_t)(equal - option->initial));
    json_str(&json, equal + 1);
    json_close(&json, '}');
}

static void sample_options(const struct conf_table *table, int indent, struct buffer *out)
{
    for (size_t i = 0; i < table->count; i++) {
        const struct conf_option *option = &table->options[i];
        size_t len = group_len(option->path);

        if (!strcmp(option->path, "region"))
            continue; /* has no default: it stands above */
        if (opens_group(table, i))
            buffer_printf(out, "\n%*s# %.*s:\n", indent, "", (int)len, option->path);
        buffer_printf(out, "%*s# %s# %s\n", indent, "", len ? "  " : "", option->help);
        buffer_printf(out, "%*s# %s%s:%s", indent, "", len ? "  " : "", option->path + (len ? len + 1 : 0),
                      option->initial ? " " : "");
        default_text(option, out);
        buffer_add_byte(out, '\n');
    }
}

void conf_example(struct buffer *out)
{
    buffer_add_string(
        out, "# olive.yaml - what every program of olive reads, then conf.d/*.yaml beside it in the order\n"
             "# of their names, OLIVE_<PATH> in the environment, --set path=value. A line that is\n"
             "# commented out shows its default. `olive config check` says what is wrong with it.\n\n"
             "# the district, 6 digits (GB/T 2260)\n"
             "region: \"330305\"\n\n");
    sample_options(&conf_table, 0, out);
    buffer_add_string(out, "\nfeeds:\n"
                           "  bank-a-deposit:\n"
                           "    source: deposit\n"
                           "    inbox: /srv/olive/inbox/bank-a-deposit\n"
                           "    complete: true\n"
                           "    charset: gb18030\n"
                           "    delimiter: \"|\"\n"
                           "    columns: {账号: account_no, 余额: balance}\n"
                           "\n"
                           "    # every option of a feed, with its default:\n");
    sample_options(&conf_feed_table, 4, out);
}

static void help_options(const struct conf_table *table, const char *prefix, struct buffer *out)
{
    for (size_t i = 0; i < table->count; i++) {
        const struct conf_option *option = &table->options[i];
        size_t before;

        before = out->size;
        buffer_printf(out, "  %s%s", prefix, option->path);
        buffer_printf(out, "%*s  %s", (int)(out->size - before < 28 ? 28 - (out->size - before) : 0), "",
                      option->help);
        if (option->initial && *option->initial) {
            buffer_add_string(out, " [");
            default_text(option, out);
            buffer_add_string(out, "]");
        }
        buffer_add_byte(out, '\n');
    }
}

void conf_help(struct buffer *out)
{
    buffer_add_string(out, "Options of olive.yaml (also --set path=value, OLIVE_<PATH>):\n");
    help_options(&conf_table, "", out);
    buffer_add_string(out, "Options of a feed (feeds.NAME.…):\n");
    help_options(&conf_feed_table, "feeds.*.", out);
}
