/* What is loaded in which order, and the rules over several options. */
#include "lib/io/conf.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/arena.h"
#include "lib/base/suggest.h"
#include "lib/io/conf_private.h"
#include "lib/io/data.h"

enum { NAME_SIZE = 256, FEED_NAME_MAX = 40, PREFIX_MAX = 64 };

extern char **environ;

struct conf_target conf_target_of(struct conf *conf)
{
    return (struct conf_target){ &conf_table, conf, conf->places };
}

struct conf_target conf_target_of_feed(struct feed_conf *feed)
{
    return (struct conf_target){ &conf_feed_table, feed, feed->places };
}

/* --- feeds --- */

static bool feed_name_is_good(const char *name)
{
    size_t len = strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_");

    return len && len <= FEED_NAME_MAX && !name[len];
}

static struct feed_conf *find_feed(const struct conf *conf, const char *name)
{
    for (size_t i = 0; i < conf->feed_count; i++)
        if (!strcmp(conf->feeds[i].name, name))
            return &conf->feeds[i];
    return NULL;
}

const struct feed_conf *conf_feed(const struct conf *conf, const char *name)
{
    return find_feed(conf, name);
}

int conf_feed_named(struct conf *conf, const char *name, const char *place, struct feed_conf **ret,
                    struct err *err)
{
    struct feed_conf *feed = find_feed(conf, name);
    struct conf_target target;

    if (feed) {
        *ret = feed;
        return 0;
    }
    if (!feed_name_is_good(name))
        return conf_bad(err, place, "a feed's name is 1 to %d of a-z, A-Z, 0-9, - and _", FEED_NAME_MAX);
    conf->feeds = mem_realloc(conf->feeds, (conf->feed_count + 1) * sizeof *conf->feeds);
    feed = &conf->feeds[conf->feed_count++];
    *feed = (struct feed_conf){ .name = mem_strdup(name),
                                .place = mem_strdup(place),
                                .places = mem_zalloc(conf_feed_table.count * sizeof *feed->places) };
    target = conf_target_of_feed(feed);
    *ret = feed;
    return conf_reset(&target, err);
}

/* --- conf.d --- */

static int is_yaml(const struct dirent *entry)
{
    size_t len = strlen(entry->d_name);

    return entry->d_name[0] != '.' && len > 5 && !strcmp(entry->d_name + len - 5, ".yaml");
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name); /* not alphasort(): the same in every locale */
}

static int read_conf_d(struct conf *conf, struct err *err)
{
    const char *slash = strrchr(conf->file, '/');
    char folder[NAME_SIZE * 2], path[NAME_SIZE * 4];
    struct dirent **entries;
    int count, ret = 0;

    snprintf(folder, sizeof folder, "%.*sconf.d", slash ? (int)(slash + 1 - conf->file) : 0, conf->file);
    count = scandir(folder, &entries, is_yaml, by_name);
    if (count < 0)
        return errno == ENOENT ? 0 : err_stop(err, EXIT_CONFIG, "%s: %s", folder, strerror(errno));
    for (int i = 0; i < count; i++) {
        snprintf(path, sizeof path, "%s/%s", folder, entries[i]->d_name);
        if (!ret)
            ret = conf_read_file(conf, path, err);
        free(entries[i]);
    }
    free(entries);
    return ret;
}

/* --- environment --- */

/* OLIVE_FUSE_FLUSH_MS for "fuse." and "flush_ms". */
static void environment_name(const char *prefix, const char *path, char ret[NAME_SIZE])
{
    snprintf(ret, NAME_SIZE, "OLIVE_%s%s", prefix, path);
    for (char *at = ret; *at; at++)
        *at = *at == '.' || *at == '-' ? '_' : (char)toupper((unsigned char)*at);
}

static int read_environment(const struct conf_target *target, const char *prefix, struct err *err)
{
    char name[NAME_SIZE];

    for (size_t i = 0; i < target->table->count; i++) {
        const struct conf_option *option = &target->table->options[i];
        struct conf_said said = { .place = name, .folder = "" };

        environment_name(prefix, option->path, name);
        said.value = option->type == CONF_PAIRS ? NULL : getenv(name);
        if (said.value && conf_set(target, option, &said, err) < 0)
            return -1;
    }
    return 0;
}

/* OLIVE_KAFKA_BOOTSTRAP_SERVERS, OLIVE_POSTGRES_HOST: librdkafka parts its words by dots, libpq by
 * underscores. */
static void read_environment_pairs(struct conf_pairs *pairs, const char *prefix, char between)
{
    size_t len = strlen(prefix);
    char name[NAME_SIZE], key[NAME_SIZE];

    for (char **at = environ; *at; at++) {
        const char *equal = strchr(*at, '=');

        if (strncmp(*at, prefix, len) != 0 || !equal || equal - *at >= NAME_SIZE)
            continue;
        snprintf(name, sizeof name, "%.*s", (int)(equal - *at), *at);
        snprintf(key, sizeof key, "%s", name + len);
        for (char *c = key; *c; c++)
            *c = *c == '_' ? between : (char)tolower((unsigned char)*c);
        conf_put_pair(pairs, key, equal + 1, name);
    }
}

static int read_environments(struct conf *conf, struct err *err)
{
    struct conf_target target = conf_target_of(conf);
    char prefix[NAME_SIZE];

    read_environment_pairs(&conf->kafka, "OLIVE_KAFKA_", '.');
    read_environment_pairs(&conf->postgres, "OLIVE_POSTGRES_", '_');
    if (read_environment(&target, "", err) < 0)
        return -1;
    for (size_t i = 0; i < conf->feed_count; i++) {
        target = conf_target_of_feed(&conf->feeds[i]);
        snprintf(prefix, sizeof prefix, "feeds.%s.", conf->feeds[i].name);
        if (read_environment(&target, prefix, err) < 0)
            return -1;
    }
    return 0;
}

/* --- command line --- */

static int unknown_path(const struct conf_table *table, const char *path, const char *place, struct err *err)
{
    struct suggestion near = suggestion_for(path);
    char hint[SUGGESTION_SIZE];

    for (size_t i = 0; i < table->count; i++)
        suggestion_offer(&near, table->options[i].path);
    return conf_bad(err, place, "unknown option%s", suggestion_text(&near, hint));
}

/* "kafka.client.id": an option of the library under an option of ours. */
static const struct conf_option *find_pairs(const struct conf_table *table, const char *path,
                                            const char **ret_key)
{
    for (size_t i = 0; i < table->count; i++) {
        size_t len = strlen(table->options[i].path);

        if (table->options[i].type == CONF_PAIRS && !strncmp(path, table->options[i].path, len) &&
            path[len] == '.') {
            *ret_key = path + len + 1;
            return &table->options[i];
        }
    }
    return NULL;
}

static int set_path(const struct conf_target *target, const char *path, const struct conf_said *said,
                    struct err *err)
{
    const struct conf_option *option = conf_option_find(target->table, path);
    const char *key;

    if (option)
        return conf_set(target, option, said, err);
    option = find_pairs(target->table, path, &key);
    if (!option)
        return unknown_path(target->table, path, said->place, err);
    conf_put_pair(conf_member(target, option), key, said->value, said->place);
    return 0;
}

static int set_feed_path(struct conf *conf, char *path, const struct conf_said *said, struct err *err)
{
    char *dot = strchr(path, '.');
    struct conf_target target;
    struct feed_conf *feed;

    if (!dot)
        return conf_bad(err, said->place, "takes feeds.NAME.OPTION=value");
    *dot = '\0';
    if (conf_feed_named(conf, path, said->place, &feed, err) < 0)
        return -1;
    target = conf_target_of_feed(feed);
    return set_path(&target, dot + 1, said, err);
}

static int read_set(struct conf *conf, const char *set, struct err *err)
{
    const char *equal = strchr(set, '=');
    CLEANUP(mem_freep) char *path = mem_strdup(set);
    char place[NAME_SIZE];
    struct conf_said said = { .value = equal ? equal + 1 : NULL, .place = place, .folder = "" };
    struct conf_target target = conf_target_of(conf);

    if (equal)
        path[equal - set] = '\0';
    snprintf(place, sizeof place, "--set %s", path);
    if (!equal)
        return conf_bad(err, place, "takes path=value");
    if (!strncmp(path, "feeds.", 6))
        return set_feed_path(conf, path + 6, &said, err);
    return set_path(&target, path, &said, err);
}

/* --- rules over several options --- */

const char *conf_feed_place(const struct feed_conf *feed, const char *path)
{
    const struct conf_option *option = conf_option_find(&conf_feed_table, path);
    const char *place = option ? feed->places[option - conf_feed_table.options] : NULL;

    return place ? place : feed->place;
}

/* --- format: what each needs, and what it does not know --- */

static int check_widths(const struct feed_conf *feed, struct err *err)
{
    const char *place = conf_feed_place(feed, "widths");
    uint64_t width;

    if (!feed->widths.count)
        return conf_bad(err, conf_feed_place(feed, "format"),
                        "format: fixed needs widths, the list of the columns' widths");
    for (size_t i = 0; i < feed->widths.count; i++)
        if (!text_digits(text_of(feed->widths.items[i]), 5, &width) || !width || width > WIDTH_MAX)
            return conf_bad(err, place, "widths must be whole numbers from 1 to %d", WIDTH_MAX);
    if (!feed->header && feed->order.count != feed->widths.count)
        return conf_bad(err, place, "there are %zu widths, and order names %zu columns", feed->widths.count,
                        feed->order.count);
    return 0;
}

static int check_json(const struct feed_conf *feed, struct err *err)
{
    static const char *const of_text[] = {
        "delimiter", "quote", "header", "header_lines", "trailer_lines", "order",
    };

    for (size_t i = 0; i < sizeof of_text / sizeof *of_text; i++)
        if (conf_feed_says(feed, of_text[i]))
            return conf_bad(err, conf_feed_place(feed, of_text[i]), "%s means nothing with format: json",
                            of_text[i]);
    return 0;
}

/* An option of another format was meant to do something. */
static int check_format(const struct feed_conf *feed, struct err *err)
{
    const struct {
        const char *path;
        bool said;
        enum feed_format format;
        const char *only;
    } options[] = {
        { "widths", feed->widths.count > 0, FORMAT_FIXED, "format: fixed" },
        { "width_unit", feed->width_unit != WIDTH_BYTES, FORMAT_FIXED, "format: fixed" },
        { "sheet", feed->sheet != NULL, FORMAT_XLSX, "format: xlsx" },
    };

    for (size_t i = 0; i < sizeof options / sizeof *options; i++)
        if (options[i].said && feed->format != options[i].format)
            return conf_bad(err, conf_feed_place(feed, options[i].path), "%s is for %s", options[i].path,
                            options[i].only);
    if (feed->format == FORMAT_XLSX && feed->charset != CHARSET_UTF8)
        return conf_bad(err, conf_feed_place(feed, "charset"),
                        "a workbook says itself what its characters are: leave charset out");
    if (feed->format == FORMAT_JSON)
        return check_json(feed, err);
    return feed->format == FORMAT_FIXED ? check_widths(feed, err) : 0;
}

static int check_feed(const struct feed_conf *feed, struct err *err)
{
    const char *place = conf_feed_place(feed, "source");

    if (place == feed->place)
        return conf_bad(err, place, "feed %s has no source", feed->name);
    if (conf_check_fetch(feed, err) < 0)
        return -1;
    if (feed->source == SOURCE_UTILITY && !feed->utility_kinds)
        return conf_bad(err, feed->place, "feed %s needs kinds: [electricity], water or gas", feed->name);
    if (feed->source != SOURCE_UTILITY && feed->utility_kinds)
        return conf_bad(err, conf_feed_place(feed, "kinds"), "kinds are for a utility feed");
    if (!feed->header && !feed->order.count)
        return conf_bad(err, conf_feed_place(feed, "header"),
                        "header: false needs order, the list of columns");
    if (!*feed->delimiter)
        return conf_bad(err, conf_feed_place(feed, "delimiter"), "delimiter must not be empty");
    if (strlen(feed->quote) > 1)
        return conf_bad(err, conf_feed_place(feed, "quote"), "quote must be one ASCII character, or empty");
    return check_format(feed, err);
}

static int check_inboxes(const struct conf *conf, struct err *err)
{
    for (size_t i = 0; i < conf->feed_count; i++)
        for (size_t j = 0; j < i; j++)
            if (conf->feeds[i].inbox && conf->feeds[j].inbox &&
                !strcmp(conf->feeds[i].inbox, conf->feeds[j].inbox))
                return conf_bad(err, conf_feed_place(&conf->feeds[i], "inbox"),
                                "feeds %s and %s have one inbox: whose file would it be?",
                                conf->feeds[j].name, conf->feeds[i].name);
    return 0;
}

static int check(const struct conf *conf, struct err *err)
{
    if (!conf->region)
        return conf_bad(err, conf->file, "region is missing: the district's code, region: \"330305\"");
    if (strlen(conf->topics.prefix) > PREFIX_MAX)
        return conf_bad(err, conf_place(conf, "topics.prefix"), "topics.prefix is over %d bytes", PREFIX_MAX);
    if (conf->fuse.flush_ms > conf->fuse.flush_ms_max)
        return conf_bad(err, conf_place(conf, "fuse.flush_ms_max"),
                        "fuse.flush_ms_max must not be below fuse.flush_ms");
    if (conf->connect.metrics && conf->fuse.metrics && !strcmp(conf->connect.metrics, conf->fuse.metrics))
        return conf_bad(err, conf_place(conf, "fuse.metrics"),
                        "fuse.metrics is where connect.metrics is: two programs, two places");
    for (size_t i = 0; i < conf->feed_count; i++)
        if (check_feed(&conf->feeds[i], err) < 0)
            return -1;
    return check_inboxes(conf, err);
}

/* --- loading --- */

const char *conf_place(const struct conf *conf, const char *path)
{
    const struct conf_option *option = conf_option_find(&conf_table, path);
    const char *place = option ? conf->places[option - conf_table.options] : NULL;

    return place ? place : conf->file;
}

/* What a server answers with is JSON; who says otherwise is told. */
static void imply_format(struct feed_conf *feed)
{
    if (feed->http.url && conf_feed_place(feed, "format") == feed->place)
        feed->format = FORMAT_JSON;
}

static int load(struct conf *conf, const struct conf_overrides *overrides, struct err *err)
{
    struct conf_target target = conf_target_of(conf);

    if (conf_reset(&target, err) < 0 || conf_read_file(conf, conf->file, err) < 0 ||
        read_conf_d(conf, err) < 0 || read_environments(conf, err) < 0)
        return -1;
    for (size_t i = 0; i < overrides->set_count; i++)
        if (read_set(conf, overrides->sets[i], err) < 0)
            return -1;
    for (size_t i = 0; i < conf->feed_count; i++)
        imply_format(&conf->feeds[i]);
    if (!conf->policy)
        conf->policy = data_path("policy/330305.yaml");
    if (!conf->model)
        conf->model = data_path("model/synthetic-county-2025.model");
    return check(conf, err);
}

static const char *file_of(const struct conf_overrides *overrides)
{
    const char *file = overrides->file ? overrides->file : getenv("OLIVE_CONFIG");

    return file && *file ? file : OLIVE_CONFIG_FILE;
}

int conf_load(const struct conf_overrides *overrides, struct conf **ret, struct err *err)
{
    struct conf *conf = mem_zalloc(sizeof *conf);

    conf->file = mem_strdup(file_of(overrides));
    conf->places = mem_zalloc(conf_table.count * sizeof *conf->places);
    if (load(conf, overrides, err) < 0) {
        conf_free(conf);
        return -1;
    }
    *ret = conf;
    return 0;
}

void conf_free(struct conf *conf)
{
    struct conf_target target;

    if (!conf)
        return;
    for (size_t i = 0; i < conf->feed_count; i++) {
        target = conf_target_of_feed(&conf->feeds[i]);
        conf_target_free(&target);
        free(conf->feeds[i].name);
        free(conf->feeds[i].place);
    }
    target = conf_target_of(conf);
    conf_target_free(&target);
    free(conf->feeds);
    free(conf->file);
    free(conf);
}

void conf_freep(struct conf **conf)
{
    conf_free(*conf);
}

/* --- topics --- */

const char *conf_topic(const struct conf *conf, enum source source, char ret[TOPIC_SIZE])
{
    snprintf(ret, TOPIC_SIZE, "%solive.%s.v1", conf->topics.prefix, code_name(&source_codes, (int)source));
    return ret;
}

const char *conf_topic_dlq(const struct conf *conf, enum source source, char ret[TOPIC_SIZE])
{
    snprintf(ret, TOPIC_SIZE, "%solive.%s.v1.dlq", conf->topics.prefix,
             code_name(&source_codes, (int)source));
    return ret;
}

const char *conf_topic_delivery(const struct conf *conf, char ret[TOPIC_SIZE])
{
    snprintf(ret, TOPIC_SIZE, "%solive.delivery.v1", conf->topics.prefix);
    return ret;
}
