#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/arena.h"
#include "lib/io/bus_private.h"
#include "lib/io/clock.h"

/* A flush wakes the threads that send once, sometimes before they can: so it is asked for again and again. */
enum { TOPICS_MAX = 64, ROOM_WAIT_MS = 50, FLUSH_STEP_MS = 5, POLL_EVERY = 1024 };

struct producer {
    rd_kafka_t *kafka;
    rd_kafka_queue_t *events;
    bool fatal;
    rd_kafka_resp_err_t refused; /* why a message was; reports of the others are not asked for */
    uint64_t published;
    rd_kafka_topic_t *topics[TOPICS_MAX]; /* handles: looked up once, not per message */
    size_t topic_count;
    rd_kafka_topic_t *last; /* the one published to before */
};

/* No time-out of single messages: what is published is acknowledged, or the producer is fatal and the caller
 * resends everything that was not. */
static const struct bus_option producer_defaults[] = {
    { "enable.idempotence", "true" },
    { "compression.codec", "zstd" },
    { "partitioner", "murmur2" },
    { "compression.level", "1" }, /* tokens do not compress: more effort is in vain */
    { "delivery.report.only.error", "true" },
    { "linger.ms", "100" }, /* flush does not wait for it */
    { "batch.size", "1000000" },
    { "batch.num.messages", "10000" },
    { "queue.buffering.max.kbytes", "65536" },
    { "message.timeout.ms", "0" },
    { "reconnect.backoff.max.ms", "2000" },
    { NULL, NULL },
};

static atomic_int_fast64_t queued; /* for producer_queued() */

static void take_report(struct producer *producer, rd_kafka_event_t *event)
{
    const rd_kafka_message_t *message;

    while ((message = rd_kafka_event_message_next(event)) != NULL)
        if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR)
            producer->refused = message->err;
}

/* Reports of what was refused, and errors: of those only a fatal one matters, the others mend themselves. */
static void take_events(struct producer *producer, int wait_ms)
{
    rd_kafka_event_t *event;

    for (; (event = rd_kafka_queue_poll(producer->events, wait_ms)) != NULL; wait_ms = 0) {
        take_report(producer, event);
        rd_kafka_event_destroy(event);
    }
    if (rd_kafka_fatal_error(producer->kafka, NULL, 0) != RD_KAFKA_RESP_ERR_NO_ERROR)
        producer->fatal = true;
    atomic_store_explicit(&queued, rd_kafka_outq_len(producer->kafka), memory_order_relaxed);
}

/* The bound of the queue is an option of ours; said under kafka, it counts there. */
static rd_kafka_conf_t *producer_conf(const struct conf *conf, struct err *err)
{
    char messages[16];
    struct bus_option options[sizeof producer_defaults / sizeof *producer_defaults + 1] = {
        { "queue.buffering.max.messages", messages }
    };

    snprintf(messages, sizeof messages, "%u", conf->connect.queue_messages);
    memcpy(options + 1, producer_defaults, sizeof producer_defaults);
    return bus_conf(conf, options, err);
}

int producer_open(const struct conf *conf, struct producer **ret, struct err *err)
{
    CLEANUP(producer_closep) struct producer *producer = mem_zalloc(sizeof *producer);
    rd_kafka_conf_t *kafka_conf = producer_conf(conf, err);

    if (!kafka_conf)
        return -1;
    /* Events, not callbacks: with those a flush sleeps in steps of 10 ms. */
    rd_kafka_conf_set_events(kafka_conf, RD_KAFKA_EVENT_DR | RD_KAFKA_EVENT_ERROR);
    producer->kafka = bus_new(RD_KAFKA_PRODUCER, kafka_conf, err);
    if (!producer->kafka)
        return -1;
    producer->events = rd_kafka_queue_get_main(producer->kafka);
    *ret = producer;
    producer = NULL;
    return 0;
}

void producer_close(struct producer *producer)
{
    if (!producer)
        return;
    for (size_t i = 0; i < producer->topic_count; i++)
        rd_kafka_topic_destroy(producer->topics[i]);
    if (producer->kafka) {
        rd_kafka_purge(producer->kafka, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
        take_events(producer, 0);
        rd_kafka_queue_destroy(producer->events);
        rd_kafka_destroy(producer->kafka);
    }
    free(producer);
}

void producer_closep(struct producer **producer)
{
    producer_close(*producer);
}

static int check_refused(struct producer *producer, struct err *err)
{
    char why[256];
    rd_kafka_resp_err_t code;

    if (producer->fatal) {
        code = rd_kafka_fatal_error(producer->kafka, why, sizeof why);
        return err_set(err, ERR_RETRY, "kafka: the producer is done for (%s): open another and resend",
                       rd_kafka_err2name(code));
    }
    if (producer->refused != RD_KAFKA_RESP_ERR_NO_ERROR)
        return bus_error(err, producer->refused, "a message was refused");
    return 0;
}

int producer_flush(struct producer *producer, uint32_t wait_ms, struct err *err)
{
    int64_t end_ms = ticks_ms() + wait_ms;

    while (rd_kafka_outq_len(producer->kafka) > 0 && !producer->fatal) {
        if (ticks_ms() >= end_ms)
            return err_set(err, ERR_RETRY,
                           "kafka: %d messages are not acknowledged after %u ms: is the broker there?",
                           rd_kafka_outq_len(producer->kafka), wait_ms);
        rd_kafka_flush(producer->kafka, FLUSH_STEP_MS);
        take_events(producer, 0);
    }
    take_events(producer, 0);
    return check_refused(producer, err);
}

int producer_ask(struct producer *producer, uint32_t wait_ms, struct err *err)
{
    return bus_ask(producer->kafka, wait_ms, err);
}

int64_t producer_queued(void)
{
    return atomic_load_explicit(&queued, memory_order_relaxed);
}

static rd_kafka_topic_t *find_topic(struct producer *producer, const char *name)
{
    for (size_t i = 0; i < producer->topic_count; i++)
        if (!strcmp(rd_kafka_topic_name(producer->topics[i]), name))
            return producer->topics[i];
    if (producer->topic_count == TOPICS_MAX)
        return NULL;
    producer->topics[producer->topic_count] = rd_kafka_topic_new(producer->kafka, name, NULL);
    return producer->topics[producer->topic_count++];
}

/* Callers publish a whole file to one topic. */
static rd_kafka_topic_t *topic_of(struct producer *producer, const char *name)
{
    if (!producer->last || strcmp(rd_kafka_topic_name(producer->last), name) != 0)
        producer->last = find_topic(producer, name);
    return producer->last;
}

static void *writable(const void *pointer)
{
    return (void *)(uintptr_t)pointer; /* librdkafka copies, but its prototypes say void * */
}

static rd_kafka_headers_t *headers_of(const struct bus_header *headers, size_t count)
{
    rd_kafka_headers_t *list = count ? rd_kafka_headers_new(count) : NULL;

    for (size_t i = 0; i < count; i++)
        rd_kafka_header_add(list, headers[i].name, -1, headers[i].value, (ssize_t)headers[i].size);
    return list;
}

struct outgoing {
    rd_kafka_topic_t *topic;
    int32_t partition;
    const void *key, *data;
    size_t key_size, size;
    const struct bus_header *headers;
    size_t header_count;
};

/* The plain call is the fast one; headers need the variadic. */
static rd_kafka_resp_err_t produce(struct producer *producer, const struct outgoing *message)
{
    rd_kafka_headers_t *headers;
    rd_kafka_resp_err_t code;

    if (!message->header_count) {
        int status =
            rd_kafka_produce(message->topic, message->partition, RD_KAFKA_MSG_F_COPY, writable(message->data),
                             message->size, message->key, message->key_size, NULL);
        return status == 0 ? RD_KAFKA_RESP_ERR_NO_ERROR : rd_kafka_last_error();
    }
    headers = headers_of(message->headers, message->header_count);
    code = rd_kafka_producev(
        producer->kafka, RD_KAFKA_V_RKT(message->topic), RD_KAFKA_V_PARTITION(message->partition),
        RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY), RD_KAFKA_V_KEY(writable(message->key), message->key_size),
        RD_KAFKA_V_VALUE(writable(message->data), message->size), RD_KAFKA_V_HEADERS(headers),
        RD_KAFKA_V_END);
    if (code != RD_KAFKA_RESP_ERR_NO_ERROR)
        rd_kafka_headers_destroy(headers);
    return code;
}

static int wait_for_room(struct producer *producer, const struct outgoing *message, uint32_t wait_ms,
                         rd_kafka_resp_err_t *ret, struct err *err)
{
    int64_t end_ms = ticks_ms() + wait_ms;

    while ((*ret = produce(producer, message)) == RD_KAFKA_RESP_ERR__QUEUE_FULL) {
        if (ticks_ms() >= end_ms)
            return err_set(err, ERR_RETRY, "kafka: the queue has been full for %u ms: is the broker there?",
                           wait_ms);
        take_events(producer, ROOM_WAIT_MS);
    }
    return 0;
}

int producer_publish(struct producer *producer, const char *topic, int32_t partition, const void *key,
                     size_t key_size, const void *data, size_t size, const struct bus_header *headers,
                     size_t header_count, uint32_t wait_ms, struct err *err)
{
    const struct outgoing message = {
        topic_of(producer, topic), partition, key, data, key_size, size, headers, header_count
    };
    rd_kafka_resp_err_t code;

    if (!message.topic)
        return err_stop(err, EXIT_FAILED, "kafka: more than %d topics in one producer", TOPICS_MAX);
    code = produce(producer, &message);
    if (code == RD_KAFKA_RESP_ERR__QUEUE_FULL && wait_for_room(producer, &message, wait_ms, &code, err) < 0)
        return -1;
    if (code == RD_KAFKA_RESP_ERR__FATAL)
        producer->fatal = true;
    else if (code != RD_KAFKA_RESP_ERR_NO_ERROR)
        return bus_error(err, code, topic);
    if (++producer->published % POLL_EVERY == 0)
        take_events(producer, 0);
    return check_refused(producer, err);
}
