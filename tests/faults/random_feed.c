/* random_feed - publishes a seeded population's records, so that fusion can be tried without a connector.
 *
 *     random_feed CONFIG SEED SUBJECTS RECORDS
 *
 * RECORDS a subject, in random order over all subjects: persons that move between households, and meters. One
 * message in ten comes twice, one in a thousand is no record at all, and each delivery has its receipt. The
 * topics are made when they are missing. Equal arguments publish equal messages. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/arena.h"
#include "lib/io/bus.h"
#include "lib/io/conf.h"
#include "lib/io/log.h"
#include "lib/wire/record_wire.h"
#include "tests/unit/random_record.h"

enum {
    METER_EVERY = 8,
    PERSONS_A_HOUSEHOLD = 3,
    TWICE_IN = 10,
    GARBAGE_IN = 1000,
    WAIT_MS = 60000,
};

struct feed {
    const struct conf *conf;
    struct producer *producer;
    struct random random;
    uint32_t seed, subjects, records;
    char topics[SOURCE_COUNT][TOPIC_SIZE];
    char delivery_topic[TOPIC_SIZE];
    struct buffer message;
    uint64_t line;
    uint64_t published[RANDOM_DELIVERIES];
    struct err *err;
};

/* --- topics --- */

static int make_topics(struct feed *feed)
{
    CLEANUP(admin_closep) struct admin *admin = NULL;
    struct topic_plan plans[SOURCE_COUNT + 1];

    for (int source = 0; source < SOURCE_COUNT; source++)
        plans[source] = (struct topic_plan){
            .topic = conf_topic(feed->conf, (enum source)source, feed->topics[source]),
            .partitions = (int32_t)feed->conf->topics.partitions,
        };
    plans[SOURCE_COUNT] = (struct topic_plan){
        .topic = conf_topic_delivery(feed->conf, feed->delivery_topic),
        .partitions = 1,
    };
    if (admin_open(feed->conf, &admin, feed->err) < 0)
        return -1;
    return admin_create_topics(admin, plans, SOURCE_COUNT + 1, feed->conf->topics.replication, feed->err);
}

/* --- records --- */

static struct token token_from(const struct feed *feed, char kind, uint32_t index)
{
    uint8_t name[9] = { (uint8_t)kind }, digest[DIGEST_SIZE];
    struct token token;

    put_be32(name + 1, feed->seed);
    put_be32(name + 5, index);
    digest_of(name, sizeof name, digest);
    memcpy(token.bytes, digest, TOKEN_SIZE);
    return token;
}

/* Mostly the subject's own; now and then a neighbour's, so that households change. */
static struct token household_of(struct feed *feed, uint32_t subject)
{
    uint32_t move = random_below(&feed->random, 4) ? 0 : random_below(&feed->random, 3);

    return token_from(feed, 'h', subject / PERSONS_A_HOUSEHOLD + move);
}

static struct record next_record(struct feed *feed)
{
    uint32_t subject = random_below(&feed->random, feed->subjects);
    struct token token = token_from(feed, 's', subject);
    struct record record = random_record(
        &feed->random, &token, subject % METER_EVERY == METER_EVERY - 1 ? SUBJECT_METER : SUBJECT_PERSON);

    record.line = ++feed->line; /* a line of a delivery is one record only */
    record.origin = (struct record_id){ 0 };
    if (record.source == SOURCE_HOUSEHOLD)
        record.household.household = household_of(feed, subject);
    if (record.source == SOURCE_METER)
        record.meter.household = household_of(feed, subject);
    return record;
}

static int publish_bytes(struct feed *feed, const struct record *record)
{
    return producer_publish(feed->producer, feed->topics[record->source], -1, record->subject.bytes,
                            TOKEN_SIZE, feed->message.data, feed->message.size, NULL, 0, WAIT_MS, feed->err);
}

static int publish_record(struct feed *feed)
{
    struct record record = next_record(feed);
    uint32_t delivery;

    for (delivery = 0; random_delivery(delivery) != record.delivery; delivery++)
        ;
    feed->published[delivery]++;
    buffer_clear(&feed->message);
    wire_pack_record(&record, &feed->message);
    if (publish_bytes(feed, &record) < 0 ||
        (random_below(&feed->random, TWICE_IN) == 0 && publish_bytes(feed, &record) < 0))
        return -1;
    if (random_below(&feed->random, GARBAGE_IN))
        return 0;
    buffer_clear(&feed->message);
    buffer_add_string(&feed->message, "this is no record");
    return publish_bytes(feed, &record);
}

/* --- receipts --- */

static int publish_receipt(struct feed *feed, uint32_t delivery)
{
    struct event event = { .kind = EVENT_RECEIPT,
                           .receipt = { .delivery = *random_delivery(delivery),
                                        .feed = "random",
                                        .source = SOURCE_DEPOSIT,
                                        .sequence = delivery + 1,
                                        .state = DELIVERY_PUBLISHED,
                                        .as_of_day = DAY_NONE,
                                        .lines = feed->published[delivery],
                                        .published = feed->published[delivery] } };

    buffer_clear(&feed->message);
    wire_pack_event(&event, &feed->message);
    return producer_publish(feed->producer, feed->delivery_topic, 0, NULL, 0, feed->message.data,
                            feed->message.size, NULL, 0, WAIT_MS, feed->err);
}

static int publish_all(struct feed *feed)
{
    uint64_t count = (uint64_t)feed->subjects * feed->records;

    for (uint64_t i = 0; i < count; i++)
        if (publish_record(feed) < 0)
            return -1;
    if (producer_flush(feed->producer, WAIT_MS, feed->err) < 0)
        return -1;
    for (uint32_t delivery = 0; delivery < RANDOM_DELIVERIES; delivery++)
        if (publish_receipt(feed, delivery) < 0)
            return -1;
    return producer_flush(feed->producer, WAIT_MS, feed->err);
}

int main(int argc, char **argv)
{
    CLEANUP(conf_freep) struct conf *conf = NULL;
    CLEANUP(producer_closep) struct producer *producer = NULL;
    struct err err = { 0 };
    struct feed feed = { .err = &err };

    if (argc != 5) {
        fputs("usage: random_feed CONFIG SEED SUBJECTS RECORDS\n", stderr);
        return EXIT_USAGE;
    }
    feed.seed = (uint32_t)strtoul(argv[2], NULL, 10);
    feed.random.state = feed.seed + UINT64_C(88172645463325252);
    feed.subjects = (uint32_t)strtoul(argv[3], NULL, 10);
    feed.records = (uint32_t)strtoul(argv[4], NULL, 10);
    if (conf_load(&(struct conf_overrides){ .file = argv[1] }, &conf, &err) < 0)
        return log_fatal(&err);
    feed.conf = conf;
    if (make_topics(&feed) < 0 || producer_open(conf, &producer, &err) < 0)
        return log_fatal(&err);
    feed.producer = producer;
    if (publish_all(&feed) < 0)
        return log_fatal(&err);
    buffer_free(&feed.message);
    printf("%" PRIu64 "\n", feed.line);
    return EXIT_OK;
}
