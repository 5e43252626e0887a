/* bus - the Kafka side of a program (librdkafka): a producer, or one consumer of a group, or a plain reader.
 *
 * Ownership: the caller closes what it opened. Payloads are copied on publish and lent by take: valid until
 * the next take or close. librdkafka's own options pass through from conf->kafka; an option it refuses is
 * ERR_STOP, EXIT_CONFIG, with its place in the file. Threads:   the thread that opened it; callbacks come
 * inside bus_*() calls only. Units:     waits in ms, offsets as Kafka counts them. Errors:    ERR_RETRY
 * broker away, queue full, leader not known: nothing was lost, back off and do it again ERR_STOP   unknown
 * topic, bad credentials, unequal partition counts */
#ifndef OLIVE_IO_BUS_H
#define OLIVE_IO_BUS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/err.h"
#include "lib/core/receipt.h"
#include "lib/core/token.h"
#include "lib/io/conf.h"

/* --- producer: idempotent, acks=all, zstd, murmur2 over the key --- */
struct producer;
struct bus_header {
    const char *name;
    const void *value;
    size_t size;
};
int producer_open(const struct conf *conf, struct producer **ret, struct err *err);
void producer_close(struct producer *producer); /* drops what is not acknowledged: flush first */
void producer_closep(struct producer **producer);
/* Blocks for room while the queue is full (at most wait_ms, then ERR_RETRY). ERR_RETRY once a message was
 * refused or the producer is fatal, a normal event: close it, open another, resend from the journal. */
int producer_publish(struct producer *producer, const char *topic, int32_t partition, const void *key,
                     size_t key_size, const void *data, size_t size, const struct bus_header *headers,
                     size_t header_count, uint32_t wait_ms, struct err *err); /* partition -1: by the key */
/* 0: every message published so far is acknowledged. */
int producer_flush(struct producer *producer, uint32_t wait_ms, struct err *err);
/* Whether a broker answers: ERR_RETRY. */
int producer_ask(struct producer *producer, uint32_t wait_ms, struct err *err);
/* Messages under way in the process's producer, as seen about every thousandth; any thread may ask. */
int64_t producer_queued(void);

/* --- consumer --- */
struct bus_message {
    const char *topic;
    int32_t partition;
    int64_t offset;
    int64_t timestamp_ms;
    const void *key, *data;
    size_t key_size, size;
    void *handle; /* the library's own message, for bus_message_header() */
};
struct bus_batch {
    const struct bus_message *messages; /* in order within a (topic, partition) */
    size_t count;
};
const void *bus_message_header(const struct bus_message *message, const char *name, size_t *ret_size);

struct consumer;
/* Called within consumer_take() on a rebalance; revoked partitions come before assigned ones. `lost`: they
 * are already somebody else's. Partition numbers are those that every topic of the group shares. */
struct consumer_events {
    void (*assigned)(void *user, const int32_t *partitions, size_t count);
    void (*revoked)(void *user, const int32_t *partitions, size_t count, bool lost);
    void *user;
};
/* A member of `group`, range assignor, over all olive.<source>.v1: partition p of every topic lies here, or
 * none of them (else ERR_STOP). Fetching of a partition starts only with consumer_seek(). Nothing is
 * committed by itself. */
int consumer_open_group(const struct conf *conf, const char *group, const struct consumer_events *events,
                        struct consumer **ret, struct err *err);
/* Reads the named topic partitions from the given offsets, without a group. */
int consumer_open_plain(const struct conf *conf, const struct topic_cut *from, size_t count,
                        struct consumer **ret, struct err *err);
void consumer_close(struct consumer *consumer);
void consumer_closep(struct consumer **consumer);
int consumer_take(struct consumer *consumer, uint32_t wait_ms, size_t count_max, struct bus_batch *ret,
                  struct err *err);
int consumer_ask(struct consumer *consumer, uint32_t wait_ms, struct err *err); /* as producer_ask() */
/* How many records lie behind `next` in the log, as fetching has last seen; 0 when it has not. */
int64_t consumer_lag(struct consumer *consumer, const struct topic_cut *next);
/* Whether the log does not have the offset where a partition was to be read (retention has passed it, or the
 * topic was made anew); nothing more of it comes. Each is told once; ret_topic lives until the next call. */
bool consumer_out_of_range(struct consumer *consumer, const char **ret_topic, int32_t *ret_partition);
int consumer_seek(struct consumer *consumer, const struct topic_cut *to, size_t count, struct err *err);
int consumer_pause(struct consumer *consumer, const struct topic_cut *partitions, size_t count,
                   struct err *err);
int consumer_rejoin(struct consumer *consumer,
                    struct err *err); /* leaves the group and joins again (fenced) */
/* Offsets for lag dashboards only; never waited for. */
void consumer_commit_hint(struct consumer *consumer, const struct topic_cut *offsets, size_t count);

/* --- administration --- */
struct admin;
int admin_open(const struct conf *conf, struct admin **ret, struct err *err);
void admin_close(struct admin *admin);
void admin_closep(struct admin **admin);
/* -1 and ERR_STOP when the topic is not there. */
int admin_partition_count(struct admin *admin, const char *topic, int32_t *ret, struct err *err);
int admin_watermarks(struct admin *admin, const char *topic, int32_t partition, int64_t *ret_low,
                     int64_t *ret_high, struct err *err);
struct topic_plan {
    const char *topic;
    int32_t partitions;
    const struct conf_pair *settings;
    size_t setting_count;
};
/* Creates what is missing, then waits until every partition has a leader. */
int admin_create_topics(struct admin *admin, const struct topic_plan *plans, size_t count,
                        uint32_t replication, struct err *err);
/* Value of one topic setting, "" when it is not known; ret has size bytes. */
int admin_topic_setting(struct admin *admin, const char *topic, const char *name, char *ret, size_t size,
                        struct err *err);

#endif
