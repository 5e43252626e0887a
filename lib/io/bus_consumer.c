#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/arena.h"
#include "lib/io/bus_private.h"

enum { SEEK_MS = 20000 };

struct consumer {
    rd_kafka_t *kafka;
    rd_kafka_queue_t *queue;
    struct consumer_events events;
    rd_kafka_topic_partition_list_t *topics; /* of a group */
    rd_kafka_message_t **raw;                /* of the batch last taken */
    struct bus_message *messages;
    size_t raw_count, capacity;
    rd_kafka_topic_partition_list_t *out_of_range; /* met since it was asked for last */
    size_t out_of_range_told;
    struct err error; /* met in a callback */
};

static const struct bus_option consumer_defaults[] = {
    { "enable.auto.commit", "false" },
    { "enable.auto.offset.store", "false" },
    { "auto.offset.reset", "error" }, /* a gap is an alarm, never a skip */
    { "partition.assignment.strategy", "range" },
    { "check.crcs", "true" },
    { "isolation.level", "read_uncommitted" },
    { "max.poll.interval.ms", "900000" }, /* a large flush is no dead consumer */
    { "session.timeout.ms", "20000" },
    { "fetch.wait.max.ms", "50" },
    { "queued.min.messages", "200000" },
    { "queued.max.messages.kbytes", "131072" },
    { "fetch.message.max.bytes", "4194304" },
    { "reconnect.backoff.max.ms", "2000" },
    { NULL, NULL },
};

/* --- partitions --- */

/* The numbers of the first topic in the list: partition p of every topic lies together. */
static size_t partition_numbers(const rd_kafka_topic_partition_list_t *list, int32_t *ret)
{
    size_t count = 0;

    for (int i = 0; i < list->cnt; i++)
        if (!strcmp(list->elems[i].topic, list->elems[0].topic))
            ret[count++] = list->elems[i].partition;
    return count;
}

/* The range assignor over topics with as many partitions each gives a member the same numbers of all. */
static int check_together(const struct consumer *consumer, const rd_kafka_topic_partition_list_t *list,
                          size_t number_count, struct err *err)
{
    if ((size_t)list->cnt == number_count * (size_t)consumer->topics->cnt)
        return 0;
    return err_stop(
        err, EXIT_CONFIG,
        "kafka: the group's assignment is uneven: another assignor, or topics with unequal partitions");
}

/* Nothing is fetched for us before consumer_seek() says from where: what the group may have committed is for
 * dashboards, and is not asked for. */
static void assign(struct consumer *consumer, rd_kafka_topic_partition_list_t *list)
{
    int32_t *numbers = mem_alloc((size_t)(list->cnt + 1) * sizeof *numbers);
    size_t count = partition_numbers(list, numbers);

    if (check_together(consumer, list, count, &consumer->error) == 0) {
        for (int i = 0; i < list->cnt; i++)
            list->elems[i].offset = RD_KAFKA_OFFSET_BEGINNING;
        rd_kafka_assign(consumer->kafka, list);
        rd_kafka_pause_partitions(consumer->kafka, list);
        consumer->events.assigned(consumer->events.user, numbers, count);
    }
    free(numbers);
}

static void revoke(struct consumer *consumer, const rd_kafka_topic_partition_list_t *list)
{
    int32_t *numbers = mem_alloc((size_t)(list->cnt + 1) * sizeof *numbers);
    size_t count = partition_numbers(list, numbers);

    consumer->events.revoked(consumer->events.user, numbers, count,
                             rd_kafka_assignment_lost(consumer->kafka));
    rd_kafka_assign(consumer->kafka, NULL);
    free(numbers);
}

static void on_rebalance(rd_kafka_t *kafka, rd_kafka_resp_err_t code, rd_kafka_topic_partition_list_t *list,
                         void *user)
{
    struct consumer *consumer = user;

    if (code == RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS)
        assign(consumer, list);
    else if (code == RD_KAFKA_RESP_ERR__REVOKE_PARTITIONS)
        revoke(consumer, list);
    else
        rd_kafka_assign(kafka, NULL);
}

static rd_kafka_topic_partition_list_t *list_of(const struct topic_cut *cuts, size_t count)
{
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new((int)count);

    for (size_t i = 0; i < count; i++)
        rd_kafka_topic_partition_list_add(list, cuts[i].topic, cuts[i].partition)->offset = cuts[i].offset;
    return list;
}

/* --- opening --- */

static int open_kafka(const struct conf *conf, const char *group, bool rebalances, struct consumer *consumer,
                      struct err *err)
{
    rd_kafka_conf_t *kafka_conf = bus_conf(conf, consumer_defaults, err);
    char why[256];

    if (!kafka_conf)
        return -1;
    if (rd_kafka_conf_set(kafka_conf, "group.id", group, why, sizeof why) != RD_KAFKA_CONF_OK) {
        rd_kafka_conf_destroy(kafka_conf);
        return err_stop(err, EXIT_CONFIG, "kafka: group.id: %s", why);
    }
    if (rebalances)
        rd_kafka_conf_set_rebalance_cb(kafka_conf, on_rebalance);
    rd_kafka_conf_set_opaque(kafka_conf, consumer);
    consumer->kafka = bus_new(RD_KAFKA_CONSUMER, kafka_conf, err);
    if (!consumer->kafka)
        return -1;
    rd_kafka_poll_set_consumer(consumer->kafka);
    consumer->queue = rd_kafka_queue_get_consumer(consumer->kafka);
    consumer->out_of_range = rd_kafka_topic_partition_list_new(1);
    return 0;
}

static int subscribe(struct consumer *consumer, struct err *err)
{
    rd_kafka_resp_err_t code = rd_kafka_subscribe(consumer->kafka, consumer->topics);

    return code == RD_KAFKA_RESP_ERR_NO_ERROR ? 0 : bus_error(err, code, "subscribe");
}

int consumer_open_group(const struct conf *conf, const char *group, const struct consumer_events *events,
                        struct consumer **ret, struct err *err)
{
    CLEANUP(consumer_closep) struct consumer *consumer = mem_zalloc(sizeof *consumer);
    char topic[TOPIC_SIZE];

    consumer->events = *events;
    consumer->topics = rd_kafka_topic_partition_list_new(SOURCE_COUNT);
    for (int source = 0; source < SOURCE_COUNT; source++)
        rd_kafka_topic_partition_list_add(consumer->topics, conf_topic(conf, (enum source)source, topic),
                                          RD_KAFKA_PARTITION_UA);
    if (open_kafka(conf, group, true, consumer, err) < 0 || subscribe(consumer, err) < 0)
        return -1;
    *ret = consumer;
    consumer = NULL;
    return 0;
}

int consumer_open_plain(const struct conf *conf, const struct topic_cut *from, size_t count,
                        struct consumer **ret, struct err *err)
{
    CLEANUP(consumer_closep) struct consumer *consumer = mem_zalloc(sizeof *consumer);
    rd_kafka_topic_partition_list_t *list;
    rd_kafka_resp_err_t code;

    /* librdkafka wants a group for its consumer queue; nothing is ever committed to it. */
    if (open_kafka(conf, "olive-plain", false, consumer, err) < 0)
        return -1;
    list = list_of(from, count);
    code = rd_kafka_assign(consumer->kafka, list);
    rd_kafka_topic_partition_list_destroy(list);
    if (code != RD_KAFKA_RESP_ERR_NO_ERROR)
        return bus_error(err, code, "assign");
    *ret = consumer;
    consumer = NULL;
    return 0;
}

static void drop_batch(struct consumer *consumer)
{
    for (size_t i = 0; i < consumer->raw_count; i++)
        rd_kafka_message_destroy(consumer->raw[i]);
    consumer->raw_count = 0;
}

void consumer_close(struct consumer *consumer)
{
    if (!consumer)
        return;
    drop_batch(consumer);
    if (consumer->queue)
        rd_kafka_queue_destroy(consumer->queue);
    if (consumer->kafka) {
        rd_kafka_consumer_close(consumer->kafka);
        rd_kafka_destroy(consumer->kafka);
    }
    if (consumer->topics)
        rd_kafka_topic_partition_list_destroy(consumer->topics);
    if (consumer->out_of_range)
        rd_kafka_topic_partition_list_destroy(consumer->out_of_range);
    free((void *)consumer->raw);
    free(consumer->messages);
    free(consumer);
}

void consumer_closep(struct consumer **consumer)
{
    consumer_close(*consumer);
}

/* --- taking --- */

static void batch_room(struct consumer *consumer, size_t count)
{
    if (count <= consumer->capacity)
        return;
    consumer->capacity = count;
    consumer->raw = mem_realloc((void *)consumer->raw, count * sizeof *consumer->raw);
    consumer->messages = mem_realloc(consumer->messages, count * sizeof *consumer->messages);
}

static struct bus_message message_of(rd_kafka_message_t *raw)
{
    return (struct bus_message){
        .topic = rd_kafka_topic_name(raw->rkt),
        .partition = raw->partition,
        .offset = raw->offset,
        .timestamp_ms = rd_kafka_message_timestamp(raw, NULL),
        .key = raw->key,
        .data = raw->payload,
        .key_size = raw->key_len,
        .size = raw->len,
        .handle = raw,
    };
}

/* Errors in the queue: the library goes on by itself with most of them; those that it cannot mend are told.
 */
static int check_raw(struct consumer *consumer, const rd_kafka_message_t *raw, struct err *err)
{
    if (raw->err == RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET && raw->rkt)
        rd_kafka_topic_partition_list_add(consumer->out_of_range, rd_kafka_topic_name(raw->rkt),
                                          raw->partition);
    if (raw->err == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART || raw->err == RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC ||
        raw->err == RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED ||
        raw->err == RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED)
        return bus_error(err, raw->err, rd_kafka_message_errstr(raw));
    return 0;
}

static void take_raw(struct consumer *consumer, uint32_t wait_ms, size_t count_max)
{
    ssize_t count = rd_kafka_consume_batch_queue(consumer->queue, (int)wait_ms,
                                                 consumer->raw + consumer->raw_count, count_max);

    consumer->raw_count += count > 0 ? (size_t)count : 0;
}

/* The library's batch call waits the whole time unless the batch gets full: so what is there, or else the
 * first message that comes, and then what came with it. */
static void take_what_comes(struct consumer *consumer, uint32_t wait_ms, size_t count_max)
{
    take_raw(consumer, 0, count_max);
    if (consumer->raw_count || !wait_ms || !count_max)
        return;
    take_raw(consumer, wait_ms, 1);
    if (consumer->raw_count && count_max > 1)
        take_raw(consumer, 0, count_max - 1);
}

int consumer_take(struct consumer *consumer, uint32_t wait_ms, size_t count_max, struct bus_batch *ret,
                  struct err *err)
{
    size_t good = 0;

    drop_batch(consumer);
    batch_room(consumer, count_max);
    take_what_comes(consumer, wait_ms, count_max);
    if (consumer->error.kind) {
        *err = consumer->error;
        return -1;
    }
    for (size_t i = 0; i < consumer->raw_count; i++)
        if (!consumer->raw[i]->err)
            consumer->messages[good++] = message_of(consumer->raw[i]);
        else if (check_raw(consumer, consumer->raw[i], err) < 0)
            return -1;
    *ret = (struct bus_batch){ consumer->messages, good };
    return 0;
}

int consumer_ask(struct consumer *consumer, uint32_t wait_ms, struct err *err)
{
    return bus_ask(consumer->kafka, wait_ms, err);
}

int64_t consumer_lag(struct consumer *consumer, const struct topic_cut *next)
{
    int64_t low, high;

    if (rd_kafka_get_watermark_offsets(consumer->kafka, next->topic, next->partition, &low, &high) !=
            RD_KAFKA_RESP_ERR_NO_ERROR ||
        high < next->offset)
        return 0;
    return high - next->offset;
}

bool consumer_out_of_range(struct consumer *consumer, const char **ret_topic, int32_t *ret_partition)
{
    const rd_kafka_topic_partition_list_t *list = consumer->out_of_range;

    if (consumer->out_of_range_told == (size_t)list->cnt) {
        rd_kafka_topic_partition_list_destroy(consumer->out_of_range);
        consumer->out_of_range = rd_kafka_topic_partition_list_new(1);
        consumer->out_of_range_told = 0;
        return false;
    }
    *ret_topic = list->elems[consumer->out_of_range_told].topic;
    *ret_partition = list->elems[consumer->out_of_range_told++].partition;
    return true;
}

const void *bus_message_header(const struct bus_message *message, const char *name, size_t *ret_size)
{
    rd_kafka_headers_t *headers;
    const void *value;

    if (rd_kafka_message_headers(message->handle, &headers) != RD_KAFKA_RESP_ERR_NO_ERROR ||
        rd_kafka_header_get_last(headers, name, &value, ret_size) != RD_KAFKA_RESP_ERR_NO_ERROR)
        return NULL;
    return value;
}

/* --- steering --- */

static int seek_error(rd_kafka_error_t *error, struct err *err)
{
    int status = 0;

    if (error)
        status = err_set(err, ERR_RETRY, "kafka: seek: %s", rd_kafka_error_string(error));
    rd_kafka_error_destroy(error);
    return status;
}

int consumer_seek(struct consumer *consumer, const struct topic_cut *to, size_t count, struct err *err)
{
    rd_kafka_topic_partition_list_t *list = list_of(to, count);
    int status = seek_error(rd_kafka_seek_partitions(consumer->kafka, list, SEEK_MS), err);

    for (int i = 0; i < list->cnt && status == 0; i++)
        if (list->elems[i].err)
            status = bus_error(err, list->elems[i].err, list->elems[i].topic);
    if (status == 0 && rd_kafka_resume_partitions(consumer->kafka, list) != RD_KAFKA_RESP_ERR_NO_ERROR)
        status = err_set(err, ERR_RETRY, "kafka: partitions cannot be resumed");
    rd_kafka_topic_partition_list_destroy(list);
    return status;
}

int consumer_pause(struct consumer *consumer, const struct topic_cut *partitions, size_t count,
                   struct err *err)
{
    rd_kafka_topic_partition_list_t *list = list_of(partitions, count);
    rd_kafka_resp_err_t code = rd_kafka_pause_partitions(consumer->kafka, list);

    rd_kafka_topic_partition_list_destroy(list);
    return code == RD_KAFKA_RESP_ERR_NO_ERROR ? 0 : bus_error(err, code, "pause");
}

int consumer_rejoin(struct consumer *consumer, struct err *err)
{
    rd_kafka_resp_err_t code = rd_kafka_unsubscribe(consumer->kafka);

    return code == RD_KAFKA_RESP_ERR_NO_ERROR ? subscribe(consumer, err)
                                              : bus_error(err, code, "unsubscribe");
}

void consumer_commit_hint(struct consumer *consumer, const struct topic_cut *offsets, size_t count)
{
    rd_kafka_topic_partition_list_t *list = list_of(offsets, count);

    rd_kafka_commit(consumer->kafka, list, true);
    rd_kafka_topic_partition_list_destroy(list);
}
