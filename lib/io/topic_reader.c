#include "lib/io/topic_reader.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "lib/base/arena.h"

enum { WAIT_MS = 500, TAKE_MAX = 1000 };

struct topic_reader {
    char topic[TOPIC_SIZE];
    struct consumer *consumer; /* NULL: the topic is empty */
    int32_t partitions, left;  /* partitions that are not at their end */
    int64_t *next, *end;       /* of each partition */
    struct bus_batch batch;
    size_t at; /* in the batch */
};

static int64_t max64(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

static int find_ends(const struct conf *conf, const struct topic_range *range, struct topic_reader *reader,
                     struct err *err)
{
    CLEANUP(admin_closep) struct admin *admin = NULL;

    if (admin_open(conf, &admin, err) < 0 ||
        admin_partition_count(admin, reader->topic, &reader->partitions, err) < 0)
        return -1;
    reader->next = mem_zalloc((size_t)reader->partitions * sizeof *reader->next);
    reader->end = mem_zalloc((size_t)reader->partitions * sizeof *reader->end);
    for (int32_t i = 0; i < reader->partitions; i++) {
        if (admin_watermarks(admin, reader->topic, i, &reader->next[i], &reader->end[i], err) < 0)
            return -1;
        reader->next[i] = max64(reader->next[i], range->from);
        if (range->follow)
            reader->end[i] = INT64_MAX;
        reader->left += reader->next[i] < reader->end[i];
    }
    return 0;
}

static int open_consumer(const struct conf *conf, struct topic_reader *reader, struct err *err)
{
    CLEANUP(mem_freep) struct topic_cut *cuts = mem_alloc((size_t)reader->partitions * sizeof *cuts);
    size_t count = 0;

    for (int32_t i = 0; i < reader->partitions; i++)
        if (reader->next[i] < reader->end[i])
            cuts[count++] = (struct topic_cut){ reader->topic, i, reader->next[i] };
    return count ? consumer_open_plain(conf, cuts, count, &reader->consumer, err) : 0;
}

int topic_reader_open(const struct conf *conf, const char *topic, const struct topic_range *range,
                      struct topic_reader **ret, struct err *err)
{
    static const struct topic_range all = { 0 };
    CLEANUP(topic_reader_closep) struct topic_reader *reader = mem_zalloc(sizeof *reader);

    snprintf(reader->topic, sizeof reader->topic, "%s", topic);
    if (find_ends(conf, range ? range : &all, reader, err) < 0 || open_consumer(conf, reader, err) < 0)
        return -1;
    *ret = reader;
    reader = NULL;
    return 0;
}

void topic_reader_close(struct topic_reader *reader)
{
    if (!reader)
        return;
    consumer_close(reader->consumer);
    free(reader->next);
    free(reader->end);
    free(reader);
}

void topic_reader_closep(struct topic_reader **reader)
{
    topic_reader_close(*reader);
    *reader = NULL;
}

static int take(struct topic_reader *reader, struct err *err)
{
    const char *topic;
    int32_t partition;

    reader->at = 0;
    if (consumer_take(reader->consumer, WAIT_MS, TAKE_MAX, &reader->batch, err) < 0)
        return -1;
    if (consumer_out_of_range(reader->consumer, &topic, &partition))
        return err_stop(err, EXIT_FAILED,
                        "%s, partition %" PRId32
                        ": the log does not have what is to be read (retention took it away, or it begins "
                        "beyond the end)",
                        topic, partition);
    return 0;
}

/* Whether it is one of those that were there at the start. */
static bool count_in(struct topic_reader *reader, const struct bus_message *message)
{
    int64_t *next = &reader->next[message->partition], end = reader->end[message->partition];

    if (*next >= end)
        return false;
    *next = message->offset + 1;
    reader->left -= *next >= end;
    return message->offset < end;
}

int topic_reader_next(struct topic_reader *reader, const struct bus_message **ret, struct err *err)
{
    while (reader->left) {
        if (reader->at == reader->batch.count && take(reader, err) < 0)
            return -1;
        while (reader->at < reader->batch.count) {
            *ret = &reader->batch.messages[reader->at++];
            if (count_in(reader, *ret))
                return 1;
        }
    }
    return 0;
}

bool topic_reader_waits(const struct topic_reader *reader)
{
    return reader->at == reader->batch.count;
}
