/* log_hand - a hand in the log: what tests do to topics that no program of ours would.
 *
 * log_hand CONFIG put TOPIC [PARTITION]         publishes lines "KEY VALUE" of stdin, both in hex ("-": none)
 * log_hand CONFIG get TOPIC PARTITION OFFSET    prints one message so
 * log_hand CONFIG raw TOPIC...                  prints every byte of theirs: keys, values, headers
 * log_hand CONFIG trim TOPIC PARTITION OFFSET   deletes what lies before OFFSET, as retention does
 * log_hand CONFIG drop TOPIC...                 deletes the topics
 * log_hand CONFIG make TOPIC PARTITIONS         makes it
 * log_hand CONFIG grow TOPIC PARTITIONS         gives it more partitions */
#include <inttypes.h>
#include <librdkafka/rdkafka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/arena.h"
#include "lib/base/buffer.h"
#include "lib/io/bus.h"
#include "lib/io/bus_private.h"
#include "lib/io/conf.h"
#include "lib/io/log.h"

enum { WAIT_MS = 30000, TAKE_MAX = 1000 };

struct hand {
    const struct conf *conf;
    char **arguments; /* behind the command: TOPIC … */
    int count;
    struct err *err;
};

static int32_t number(const struct hand *hand, int index, int32_t otherwise)
{
    return index < hand->count ? (int32_t)strtol(hand->arguments[index], NULL, 10) : otherwise;
}

/* --- messages --- */

static int digit_of(char c)
{
    const char *digits = "0123456789abcdef", *at = c ? strchr(digits, c) : NULL;

    return at ? (int)(at - digits) : -1;
}

static bool from_hex(const char *text, struct buffer *out)
{
    buffer_clear(out);
    for (; digit_of(text[0]) >= 0 && digit_of(text[1]) >= 0; text += 2)
        buffer_add_byte(out, (uint8_t)(digit_of(text[0]) << 4 | digit_of(text[1])));
    return *text == '\0' || *text == '\n' || *text == '-';
}

static void print_hex(const void *data, size_t size)
{
    if (!size)
        putchar('-');
    for (size_t i = 0; i < size; i++)
        printf("%02x", ((const uint8_t *)data)[i]);
}

static int put_line(struct producer *producer, const struct hand *hand, char *line)
{
    CLEANUP(buffer_free) struct buffer key = { 0 }, value = { 0 };
    char *space = strchr(line, ' ');

    if (space)
        *space++ = '\0';
    if (!space || !from_hex(line, &key) || !from_hex(space, &value))
        return err_stop(hand->err, EXIT_USAGE, "not a line of two hexadecimal words");
    return producer_publish(producer, hand->arguments[0], number(hand, 1, -1), key.size ? key.data : NULL,
                            key.size, value.size ? value.data : NULL, value.size, NULL, 0, WAIT_MS,
                            hand->err);
}

static int put(const struct hand *hand)
{
    CLEANUP(producer_closep) struct producer *producer = NULL;
    char line[1 << 16];

    if (producer_open(hand->conf, &producer, hand->err) < 0)
        return -1;
    while (fgets(line, sizeof line, stdin))
        if (put_line(producer, hand, line) < 0)
            return -1;
    return producer_flush(producer, WAIT_MS, hand->err);
}

static int get(const struct hand *hand)
{
    CLEANUP(consumer_closep) struct consumer *consumer = NULL;
    const struct topic_cut from = { hand->arguments[0], number(hand, 1, 0), number(hand, 2, 0) };
    struct bus_batch batch = { 0 };

    if (consumer_open_plain(hand->conf, &from, 1, &consumer, hand->err) < 0)
        return -1;
    if (consumer_take(consumer, WAIT_MS, 1, &batch, hand->err) < 0)
        return -1;
    if (!batch.count)
        return err_set(hand->err, ERR_RETRY, "nothing came");
    print_hex(batch.messages[0].key, batch.messages[0].key_size);
    putchar(' ');
    print_hex(batch.messages[0].data, batch.messages[0].size);
    putchar('\n');
    return 0;
}

static void print_raw(const struct bus_message *message)
{
    rd_kafka_headers_t *headers;
    const char *name;
    const void *value;
    size_t size;

    fwrite(message->key, 1, message->key_size, stdout);
    fwrite(message->data, 1, message->size, stdout);
    if (rd_kafka_message_headers(message->handle, &headers) != RD_KAFKA_RESP_ERR_NO_ERROR)
        return;
    for (size_t i = 0;
         rd_kafka_header_get_all(headers, i, &name, &value, &size) == RD_KAFKA_RESP_ERR_NO_ERROR; i++) {
        fputs(name, stdout);
        fwrite(value, 1, size, stdout);
        putchar('\n');
    }
}

/* What lies between the watermarks of one partition. */
static int raw_partition(const struct hand *hand, const char *topic, int32_t partition, int64_t low,
                         int64_t high)
{
    CLEANUP(consumer_closep) struct consumer *consumer = NULL;
    const struct topic_cut from = { topic, partition, low };
    struct bus_batch batch = { 0 };

    if (low == high)
        return 0;
    if (consumer_open_plain(hand->conf, &from, 1, &consumer, hand->err) < 0)
        return -1;
    while (low < high) {
        if (consumer_take(consumer, WAIT_MS, TAKE_MAX, &batch, hand->err) < 0)
            return -1;
        for (size_t i = 0; i < batch.count; low = batch.messages[i++].offset + 1)
            print_raw(&batch.messages[i]);
    }
    return 0;
}

static int raw_topic(const struct hand *hand, struct admin *admin, const char *topic)
{
    int32_t partitions;

    if (admin_partition_count(admin, topic, &partitions, hand->err) < 0)
        return -1;
    for (int32_t i = 0; i < partitions; i++) {
        int64_t low, high;

        if (admin_watermarks(admin, topic, i, &low, &high, hand->err) < 0 ||
            raw_partition(hand, topic, i, low, high) < 0)
            return -1;
    }
    return 0;
}

static int raw(const struct hand *hand)
{
    CLEANUP(admin_closep) struct admin *admin = NULL;

    if (admin_open(hand->conf, &admin, hand->err) < 0)
        return -1;
    for (int i = 0; i < hand->count; i++)
        if (raw_topic(hand, admin, hand->arguments[i]) < 0)
            return -1;
    return 0;
}

/* --- topics --- */

static int wait_for(const struct hand *hand, rd_kafka_queue_t *queue)
{
    rd_kafka_event_t *event = rd_kafka_queue_poll(queue, WAIT_MS);
    rd_kafka_resp_err_t code = event ? rd_kafka_event_error(event) : RD_KAFKA_RESP_ERR__TIMED_OUT;

    if (event)
        rd_kafka_event_destroy(event);
    return code ? bus_error(hand->err, code, hand->arguments[0]) : 0;
}

static void ask_trim(const struct hand *hand, rd_kafka_t *kafka, rd_kafka_queue_t *queue)
{
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(1);
    rd_kafka_DeleteRecords_t *records;

    rd_kafka_topic_partition_list_add(list, hand->arguments[0], number(hand, 1, 0))->offset =
        number(hand, 2, 0);
    records = rd_kafka_DeleteRecords_new(list);
    rd_kafka_DeleteRecords(kafka, &records, 1, NULL, queue);
    rd_kafka_DeleteRecords_destroy(records);
    rd_kafka_topic_partition_list_destroy(list);
}

static void ask_drop(const struct hand *hand, rd_kafka_t *kafka, rd_kafka_queue_t *queue)
{
    size_t count = (size_t)hand->count;
    rd_kafka_DeleteTopic_t **topics = mem_alloc(count * sizeof *topics);

    for (size_t i = 0; i < count; i++)
        topics[i] = rd_kafka_DeleteTopic_new(hand->arguments[i]);
    rd_kafka_DeleteTopics(kafka, topics, count, NULL, queue);
    rd_kafka_DeleteTopic_destroy_array(topics, count);
    free((void *)topics);
}

static void ask_grow(const struct hand *hand, rd_kafka_t *kafka, rd_kafka_queue_t *queue)
{
    char why[256];
    rd_kafka_NewPartitions_t *partitions =
        rd_kafka_NewPartitions_new(hand->arguments[0], (size_t)number(hand, 1, 1), why, sizeof why);

    rd_kafka_CreatePartitions(kafka, &partitions, 1, NULL, queue);
    rd_kafka_NewPartitions_destroy(partitions);
}

typedef void ask(const struct hand *hand, rd_kafka_t *kafka, rd_kafka_queue_t *queue);

static int change(const struct hand *hand, ask *what)
{
    static const struct bus_option none[] = { { NULL, NULL } };
    rd_kafka_conf_t *kafka_conf = bus_conf(hand->conf, none, hand->err);
    rd_kafka_t *kafka = kafka_conf ? bus_new(RD_KAFKA_PRODUCER, kafka_conf, hand->err) : NULL;
    rd_kafka_queue_t *queue;
    int status;

    if (!kafka)
        return -1;
    queue = rd_kafka_queue_new(kafka);
    what(hand, kafka, queue);
    status = wait_for(hand, queue);
    rd_kafka_queue_destroy(queue);
    rd_kafka_destroy(kafka);
    return status;
}

static int trim(const struct hand *hand)
{
    return change(hand, ask_trim);
}
static int drop(const struct hand *hand)
{
    return change(hand, ask_drop);
}
static int grow(const struct hand *hand)
{
    return change(hand, ask_grow);
}

static int make(const struct hand *hand)
{
    CLEANUP(admin_closep) struct admin *admin = NULL;
    const struct topic_plan plan = { .topic = hand->arguments[0], .partitions = number(hand, 1, 1) };

    if (admin_open(hand->conf, &admin, hand->err) < 0)
        return -1;
    return admin_create_topics(admin, &plan, 1, hand->conf->topics.replication, hand->err);
}

static const struct {
    const char *name;
    int (*run)(const struct hand *hand);
} commands[] = {
    { "put", put },   { "get", get },   { "raw", raw },   { "trim", trim },
    { "drop", drop }, { "grow", grow }, { "make", make },
};

int main(int argc, char **argv)
{
    CLEANUP(conf_freep) struct conf *conf = NULL;
    struct err err = { 0 };
    struct hand hand = { .arguments = argv + 3, .count = argc - 3, .err = &err };

    if (argc < 4) {
        fputs("usage: log_hand CONFIG put|get|raw|trim|drop|grow|make TOPIC [NUMBER…]\n", stderr);
        return EXIT_USAGE;
    }
    if (conf_load(&(struct conf_overrides){ .file = argv[1] }, &conf, &err) < 0)
        return log_fatal(&err);
    hand.conf = conf;
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
        if (!strcmp(argv[2], commands[i].name))
            return commands[i].run(&hand) < 0 ? log_fatal(&err) : EXIT_OK;
    return EXIT_USAGE;
}
