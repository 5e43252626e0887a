#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "lib/base/arena.h"
#include "lib/io/bus_private.h"

enum { WAIT_MS = 10000, LEADER_WAIT_MS = 30000, LEADER_POLL_US = 100000, NO_ANSWER_SIZE = 256 };

struct admin {
    rd_kafka_t *kafka;
    rd_kafka_queue_t *queue;
    char no_answer[NO_ANSWER_SIZE]; /* what to say when no broker answers */
};

static const struct bus_option admin_defaults[] = {
    { "reconnect.backoff.max.ms", "2000" },
    { NULL, NULL },
};

static void no_answer(const struct conf *conf, char ret[NO_ANSWER_SIZE])
{
    const char *servers = "";

    for (size_t i = 0; i < conf->kafka.count; i++)
        if (!strcmp(conf->kafka.items[i].key, "bootstrap.servers"))
            servers = conf->kafka.items[i].value;
    snprintf(ret, NO_ANSWER_SIZE, "no broker answers (bootstrap.servers: %s)", servers);
}

int admin_open(const struct conf *conf, struct admin **ret, struct err *err)
{
    CLEANUP(admin_closep) struct admin *admin = mem_zalloc(sizeof *admin);
    rd_kafka_conf_t *kafka_conf = bus_conf(conf, admin_defaults, err);

    if (!kafka_conf)
        return -1;
    admin->kafka = bus_new(RD_KAFKA_PRODUCER, kafka_conf, err);
    if (!admin->kafka)
        return -1;
    admin->queue = rd_kafka_queue_new(admin->kafka);
    no_answer(conf, admin->no_answer);
    *ret = admin;
    admin = NULL;
    return 0;
}

void admin_close(struct admin *admin)
{
    if (!admin)
        return;
    if (admin->queue)
        rd_kafka_queue_destroy(admin->queue);
    if (admin->kafka)
        rd_kafka_destroy(admin->kafka);
    free(admin);
}

void admin_closep(struct admin **admin)
{
    admin_close(*admin);
}

/* --- looking --- */

typedef int topic_look(const struct rd_kafka_metadata_topic *topic, void *user, struct err *err);

/* Asks for all topics: asking for one by name could make it, where brokers do that. */
static int look_at_topic(struct admin *admin, const char *name, topic_look *look, void *user, struct err *err)
{
    const struct rd_kafka_metadata *metadata;
    rd_kafka_resp_err_t code = rd_kafka_metadata(admin->kafka, 1, NULL, &metadata, WAIT_MS);
    int status = 1;

    if (code != RD_KAFKA_RESP_ERR_NO_ERROR)
        return bus_error(err, code, admin->no_answer);
    for (int i = 0; i < metadata->topic_cnt && status == 1; i++)
        if (!strcmp(metadata->topics[i].topic, name))
            status = look(&metadata->topics[i], user, err);
    rd_kafka_metadata_destroy(metadata);
    return status == 1 ? err_stop(err, EXIT_FAILED, "kafka: there is no topic %s (olive topics apply)", name)
                       : status;
}

static int count_partitions(const struct rd_kafka_metadata_topic *topic, void *user, struct err *err)
{
    (void)err;
    *(int32_t *)user = topic->partition_cnt;
    return 0;
}

int admin_partition_count(struct admin *admin, const char *topic, int32_t *ret, struct err *err)
{
    return look_at_topic(admin, topic, count_partitions, ret, err);
}

/* A broker that has just got a partition, or is about to hand it on, says so for a moment. */
static bool is_settling(rd_kafka_resp_err_t code)
{
    return code == RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION ||
           code == RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE || code == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART;
}

int admin_watermarks(struct admin *admin, const char *topic, int32_t partition, int64_t *ret_low,
                     int64_t *ret_high, struct err *err)
{
    rd_kafka_resp_err_t code;

    for (int waited_us = 0;; waited_us += LEADER_POLL_US) {
        code = rd_kafka_query_watermark_offsets(admin->kafka, topic, partition, ret_low, ret_high, WAIT_MS);
        if (!is_settling(code) || waited_us >= WAIT_MS * 1000)
            break;
        usleep(LEADER_POLL_US);
    }
    return code == RD_KAFKA_RESP_ERR_NO_ERROR ? 0 : bus_error(err, code, topic);
}

/* --- making --- */

static int count_leaders(const struct rd_kafka_metadata_topic *topic, void *user, struct err *err)
{
    int32_t leaders = 0;

    (void)err;
    for (int i = 0; i < topic->partition_cnt; i++)
        leaders += topic->partitions[i].leader >= 0;
    *(int32_t *)user = leaders;
    return 0;
}

/* A producer that starts before all partitions have leaders can loop and drop (librdkafka 2.0). */
static int wait_for_leaders(struct admin *admin, const struct topic_plan *plan, struct err *err)
{
    for (int waited_us = 0; waited_us < LEADER_WAIT_MS * 1000; waited_us += LEADER_POLL_US) {
        struct err missing = { 0 };
        int32_t leaders = 0;

        if (look_at_topic(admin, plan->topic, count_leaders, &leaders, &missing) == 0 &&
            leaders >= plan->partitions)
            return 0;
        usleep(LEADER_POLL_US);
    }
    return err_set(err, ERR_RETRY, "kafka: %s has partitions without a leader", plan->topic);
}

static rd_kafka_NewTopic_t *new_topic(const struct topic_plan *plan, uint32_t replication, struct err *err)
{
    char why[256];
    rd_kafka_NewTopic_t *topic =
        rd_kafka_NewTopic_new(plan->topic, plan->partitions, (int)replication, why, sizeof why);

    if (!topic) {
        err_stop(err, EXIT_CONFIG, "kafka: %s: %s", plan->topic, why);
        return NULL;
    }
    for (size_t i = 0; i < plan->setting_count; i++)
        rd_kafka_NewTopic_set_config(topic, plan->settings[i].key, plan->settings[i].value);
    return topic;
}

static int check_created(rd_kafka_event_t *event, struct err *err)
{
    const rd_kafka_topic_result_t **results;
    size_t count;

    if (!event)
        return err_set(err, ERR_RETRY, "kafka: no answer to the creation of topics");
    if (rd_kafka_event_error(event))
        return bus_error(err, rd_kafka_event_error(event), rd_kafka_event_error_string(event));
    results = rd_kafka_CreateTopics_result_topics(rd_kafka_event_CreateTopics_result(event), &count);
    for (size_t i = 0; i < count; i++) {
        rd_kafka_resp_err_t code = rd_kafka_topic_result_error(results[i]);

        if (code != RD_KAFKA_RESP_ERR_NO_ERROR && code != RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS)
            return bus_error(err, code, rd_kafka_topic_result_name(results[i]));
    }
    return 0;
}

static int create(struct admin *admin, rd_kafka_NewTopic_t **topics, size_t count, struct err *err)
{
    rd_kafka_event_t *event;
    int status;

    rd_kafka_CreateTopics(admin->kafka, topics, count, NULL, admin->queue);
    event = rd_kafka_queue_poll(admin->queue, LEADER_WAIT_MS);
    status = check_created(event, err);
    if (event)
        rd_kafka_event_destroy(event);
    return status;
}

int admin_create_topics(struct admin *admin, const struct topic_plan *plans, size_t count,
                        uint32_t replication, struct err *err)
{
    rd_kafka_NewTopic_t **topics = mem_zalloc((count + 1) * sizeof *topics);
    int status = 0;
    size_t made = 0;

    for (; made < count && status == 0; made++) {
        topics[made] = new_topic(&plans[made], replication, err);
        status = topics[made] ? 0 : -1;
    }
    if (status == 0 && count)
        status = create(admin, topics, count, err);
    for (size_t i = 0; i < made; i++)
        if (topics[i])
            rd_kafka_NewTopic_destroy(topics[i]);
    free((void *)topics);
    for (size_t i = 0; i < count && status == 0; i++)
        status = wait_for_leaders(admin, &plans[i], err);
    return status;
}

/* --- settings --- */

static int take_setting(rd_kafka_event_t *event, const char *name, char *ret, size_t size, struct err *err)
{
    const rd_kafka_ConfigResource_t **resources;
    const rd_kafka_ConfigEntry_t **entries;
    size_t count, entry_count;

    if (!event)
        return err_set(err, ERR_RETRY, "kafka: no answer about the settings of a topic");
    if (rd_kafka_event_error(event))
        return bus_error(err, rd_kafka_event_error(event), rd_kafka_event_error_string(event));
    resources =
        rd_kafka_DescribeConfigs_result_resources(rd_kafka_event_DescribeConfigs_result(event), &count);
    if (count != 1 || rd_kafka_ConfigResource_error(resources[0]))
        return bus_error(err, count ? rd_kafka_ConfigResource_error(resources[0]) : RD_KAFKA_RESP_ERR__FAIL,
                         "settings of a topic");
    entries = rd_kafka_ConfigResource_configs(resources[0], &entry_count);
    for (size_t i = 0; i < entry_count; i++)
        if (!strcmp(rd_kafka_ConfigEntry_name(entries[i]), name) && rd_kafka_ConfigEntry_value(entries[i]))
            snprintf(ret, size, "%s", rd_kafka_ConfigEntry_value(entries[i]));
    return 0;
}

int admin_topic_setting(struct admin *admin, const char *topic, const char *name, char *ret, size_t size,
                        struct err *err)
{
    rd_kafka_ConfigResource_t *resource = rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, topic);
    rd_kafka_event_t *event;
    int status;

    *ret = '\0';
    rd_kafka_DescribeConfigs(admin->kafka, &resource, 1, NULL, admin->queue);
    rd_kafka_ConfigResource_destroy(resource);
    event = rd_kafka_queue_poll(admin->queue, WAIT_MS);
    status = take_setting(event, name, ret, size, err);
    if (event)
        rd_kafka_event_destroy(event);
    return status;
}
