/* olive topics plan | apply: what Kafka has, against what olive needs (DESIGN section 4). */
#include <stdio.h>
#include <string.h>

#include "daemon/cli/cli.h"
#include "lib/base/arena.h"
#include "lib/io/bus.h"

enum { TOPIC_COUNT = 2 * SOURCE_COUNT + 1, VALUE_SIZE = 64, WHY_SIZE = 512 };

/* The log is the truth: nothing in it ages, and its time is the broker's. */
/* clang-format off */
#define SETTING(name, text) { .key = (char[]){ name }, .value = (char[]){ text } }
static const struct conf_pair settings[] = {
    SETTING("message.timestamp.type", "LogAppendTime"),
    SETTING("retention.ms", "-1"),
    SETTING("cleanup.policy", "delete"),
    SETTING("compression.type", "zstd"),
};
/* clang-format on */
enum { SETTING_COUNT = sizeof settings / sizeof *settings };

enum topic_state { TOPIC_SAME, TOPIC_MISSING, TOPIC_DIFFERS, TOPIC_MADE };
static const char *const state_names[] = { "same", "missing", "differs", "made" };

struct topic {
    char name[TOPIC_SIZE];
    int32_t partitions; /* wanted */
    enum topic_state state;
    char why[WHY_SIZE];
};

/* Dead letters and receipts are few; one partition keeps them in one order. */
static void wanted_topics(const struct conf *conf, struct topic ret[TOPIC_COUNT])
{
    for (int source = 0; source < SOURCE_COUNT; source++) {
        struct topic *topic = &ret[2 * (size_t)source];

        conf_topic(conf, (enum source)source, topic[0].name);
        topic[0].partitions = (int32_t)conf->topics.partitions;
        conf_topic_dlq(conf, (enum source)source, topic[1].name);
        topic[1].partitions = 1;
    }
    conf_topic_delivery(conf, ret[TOPIC_COUNT - 1].name);
    ret[TOPIC_COUNT - 1].partitions = 1;
}

static void differ(struct topic *topic, const char *name, const char *is, const char *wanted)
{
    size_t len = strlen(topic->why);

    topic->state = TOPIC_DIFFERS;
    snprintf(topic->why + len, sizeof topic->why - len, "%s%s is %s, wanted %s", len ? "; " : "", name, is,
             wanted);
}

static int compare_topic(struct admin *admin, struct topic *topic, struct err *err)
{
    char is[VALUE_SIZE], wanted[VALUE_SIZE];
    int32_t partitions;

    if (admin_partition_count(admin, topic->name, &partitions, err) < 0) {
        topic->state = TOPIC_MISSING;
        return err->kind == ERR_STOP ? 0 : -1;
    }
    snprintf(is, sizeof is, "%d", partitions);
    snprintf(wanted, sizeof wanted, "%d", topic->partitions);
    if (partitions != topic->partitions)
        differ(topic, "partitions", is, wanted);
    for (size_t i = 0; i < SETTING_COUNT; i++) {
        if (admin_topic_setting(admin, topic->name, settings[i].key, is, sizeof is, err) < 0)
            return -1;
        if (strcmp(is, settings[i].value) != 0)
            differ(topic, settings[i].key, *is ? is : "unknown", settings[i].value);
    }
    return 0;
}

static int compare_topics(const struct conf *conf, struct admin *admin, struct topic ret[TOPIC_COUNT],
                          struct err *err)
{
    memset(ret, 0, TOPIC_COUNT * sizeof *ret);
    wanted_topics(conf, ret);
    for (size_t i = 0; i < TOPIC_COUNT; i++)
        if (compare_topic(admin, &ret[i], err) < 0)
            return -1;
    return 0;
}

static void print_json(const struct topic *topics, struct buffer *out)
{
    struct json json = json_to(out);

    json_open(&json, '[');
    for (size_t i = 0; i < TOPIC_COUNT; i++) {
        json_open(&json, '{');
        json_key(&json, "topic");
        json_str(&json, topics[i].name);
        json_key(&json, "partitions");
        json_int(&json, topics[i].partitions);
        json_key(&json, "state");
        json_str(&json, state_names[topics[i].state]);
        json_key(&json, "why");
        json_str(&json, *topics[i].why ? topics[i].why : NULL);
        json_close(&json, '}');
    }
    json_close(&json, ']');
    buffer_add_byte(out, '\n');
}

/* What is in a topic is never touched from here. */
static const char advice[] = "\nA setting is changed by kafka-configs.sh --alter --entity-type topics "
                             "--add-config NAME=WANTED. The number\n"
                             "of partitions is where each key lies: fill topics of another topics.prefix, "
                             "and a database of their own.\n";

static void print_text(const struct topic *topics, struct buffer *out)
{
    bool differs = false;

    for (size_t i = 0; i < TOPIC_COUNT; i++)
        buffer_printf(out, "%-8s %-36s %3d partition%s%s%s\n", state_names[topics[i].state], topics[i].name,
                      topics[i].partitions, topics[i].partitions == 1 ? "" : "s", *topics[i].why ? ": " : "",
                      topics[i].why);
    for (size_t i = 0; i < TOPIC_COUNT; i++)
        differs = differs || topics[i].state == TOPIC_DIFFERS;
    if (differs)
        buffer_add_string(out, advice);
}

static int report(const struct cli *cli, const struct topic *topics, struct err *err)
{
    CLEANUP(buffer_free) struct buffer out = { 0 };
    int code = EXIT_SAME;

    for (size_t i = 0; i < TOPIC_COUNT; i++)
        if (topics[i].state == TOPIC_MISSING || topics[i].state == TOPIC_DIFFERS)
            code = EXIT_DIFFERS;
    (cli->options.json ? print_json : print_text)(topics, &out);
    return cli_print(&out, err) < 0 ? -1 : code;
}

static int create_missing(const struct conf *conf, struct admin *admin, const struct topic *topics,
                          struct err *err)
{
    struct topic_plan plans[TOPIC_COUNT];
    size_t count = 0;

    for (size_t i = 0; i < TOPIC_COUNT; i++)
        if (topics[i].state == TOPIC_MISSING)
            plans[count++] = (struct topic_plan){ .topic = topics[i].name,
                                                  .partitions = topics[i].partitions,
                                                  .settings = settings,
                                                  .setting_count = SETTING_COUNT };
    return count ? admin_create_topics(admin, plans, count, conf->topics.replication, err) : 0;
}

/* Of what was missing and is as wanted now. */
static void tell_made(const struct topic *before, struct topic *topics)
{
    for (size_t i = 0; i < TOPIC_COUNT; i++)
        if (before[i].state == TOPIC_MISSING && topics[i].state == TOPIC_SAME)
            topics[i].state = TOPIC_MADE;
}

int run_topics_plan(struct cli *cli, struct err *err)
{
    CLEANUP(admin_closep) struct admin *admin = NULL;
    struct topic topics[TOPIC_COUNT];

    if (admin_open(cli->conf, &admin, err) < 0 || compare_topics(cli->conf, admin, topics, err) < 0)
        return -1;
    return report(cli, topics, err);
}

int run_topics_apply(struct cli *cli, struct err *err)
{
    CLEANUP(admin_closep) struct admin *admin = NULL;
    struct topic before[TOPIC_COUNT], topics[TOPIC_COUNT];

    if (admin_open(cli->conf, &admin, err) < 0 || compare_topics(cli->conf, admin, before, err) < 0 ||
        create_missing(cli->conf, admin, before, err) < 0 ||
        compare_topics(cli->conf, admin, topics, err) < 0)
        return -1;
    tell_made(before, topics);
    return report(cli, topics, err);
}
