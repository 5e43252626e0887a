/* bench_feed - publishes a district's months into Kafka, for `tests/bench/run fuse`.
 *
 *     bench_feed CONFIG PERSONS MONTHS
 *
 * Makes the topics, and prints the number of records. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "lib/base/arena.h"
#include "lib/io/bus.h"
#include "lib/io/conf.h"
#include "lib/io/log.h"
#include "lib/wire/record_wire.h"
#include "tests/bench/population.h"

enum { WAIT_MS = 60000 };

struct feed {
    const struct conf *conf;
    struct producer *producer;
    char topics[SOURCE_COUNT][TOPIC_SIZE];
    struct buffer message;
    uint64_t published;
};

static int make_topics(struct feed *feed, struct err *err)
{
    CLEANUP(admin_closep) struct admin *admin = NULL;
    struct topic_plan plans[SOURCE_COUNT + 1];
    char delivery[TOPIC_SIZE];

    for (int source = 0; source < SOURCE_COUNT; source++)
        plans[source] = (struct topic_plan){
            .topic = conf_topic(feed->conf, (enum source)source, feed->topics[source]),
            .partitions = (int32_t)feed->conf->topics.partitions,
        };
    plans[SOURCE_COUNT] =
        (struct topic_plan){ .topic = conf_topic_delivery(feed->conf, delivery), .partitions = 1 };
    if (admin_open(feed->conf, &admin, err) < 0)
        return -1;
    return admin_create_topics(admin, plans, SOURCE_COUNT + 1, feed->conf->topics.replication, err);
}

static int publish(void *user, const struct record *record, struct err *err)
{
    struct feed *feed = user;

    feed->published++;
    buffer_clear(&feed->message);
    wire_pack_record(record, &feed->message);
    return producer_publish(feed->producer, feed->topics[record->source], -1, record->subject.bytes,
                            TOKEN_SIZE, feed->message.data, feed->message.size, NULL, 0, WAIT_MS, err);
}

int main(int argc, char **argv)
{
    CLEANUP(conf_freep) struct conf *conf = NULL;
    CLEANUP(producer_closep) struct producer *producer = NULL;
    struct err err = { 0 };
    struct feed feed = { 0 };

    if (argc != 4) {
        fputs("usage: bench_feed CONFIG PERSONS MONTHS\n", stderr);
        return EXIT_USAGE;
    }
    if (conf_load(&(struct conf_overrides){ .file = argv[1] }, &conf, &err) < 0)
        return log_fatal(&err);
    feed.conf = conf;
    if (make_topics(&feed, &err) < 0 || producer_open(conf, &producer, &err) < 0)
        return log_fatal(&err);
    feed.producer = producer;
    if (population_walk((uint32_t)strtoul(argv[2], NULL, 10), (uint32_t)strtoul(argv[3], NULL, 10), publish,
                        &feed, &err) < 0 ||
        producer_flush(producer, WAIT_MS, &err) < 0)
        return log_fatal(&err);
    buffer_free(&feed.message);
    printf("%" PRIu64 "\n", feed.published);
    return EXIT_OK;
}
