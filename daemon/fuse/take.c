/* TAKE: messages become pending records. Nothing is decided here but whether a message is one. */
#include <string.h>

#include "daemon/fuse/fuse_private.h"
#include "lib/io/bus_partition.h"

int take_topic(const struct fuse *fuse, const char *topic)
{
    for (int i = 0; i < TOPIC_COUNT; i++)
        if (!strcmp(topic, fuse->topics[i]))
            return i;
    return -1;
}

bool take_has_news(const struct fuse *fuse)
{
    size_t touched;

    cache_touched(fuse->cache, &touched);
    return fuse->taken || touched;
}

static void lane_drop(struct lane *lane)
{
    lane->next = lane->start;
    lane->records = lane->repeated = lane->quarantined = 0;
}

void take_drop(struct fuse *fuse)
{
    cache_drop_pending(fuse->cache);
    for (int32_t p = 0; p < fuse->partition_count; p++)
        for (int topic = 0; topic < TOPIC_COUNT; topic++)
            lane_drop(&fuse->partitions[p].lanes[topic]);
    arena_reset(fuse->batch);
    fuse->quarantined = NULL;
    fuse->events = NULL;
    fuse->events_tail = &fuse->events;
    fuse->taken = 0;
}

void take_drop_partition(struct fuse *fuse, int32_t partition)
{
    struct quarantined **link = &fuse->quarantined;

    for (int topic = 0; topic < TOPIC_COUNT; topic++)
        lane_drop(&fuse->partitions[partition].lanes[topic]);
    while (*link)
        if ((*link)->partition == partition)
            *link = (*link)->next;
        else
            link = &(*link)->next;
    if (partition == 0) {
        fuse->events = NULL;
        fuse->events_tail = &fuse->events;
    }
}

static void quarantine(struct fuse *fuse, int topic, const struct bus_message *message, const struct err *err)
{
    struct quarantined *quarantined = arena_alloc(fuse->batch, sizeof *quarantined);

    *quarantined = (struct quarantined){
        .next = fuse->quarantined,
        .topic = topic,
        .partition = message->partition,
        .offset = message->offset,
        .reason = arena_strndup(fuse->batch, err->text, strlen(err->text)),
    };
    fuse->quarantined = quarantined;
    fuse->partitions[message->partition].lanes[topic].quarantined++;
}

/* Another partition's subject would have two owners. */
static int check_partition(const struct fuse *fuse, const struct bus_message *message, struct err *err)
{
    if (bus_partition(message->key, message->key_size, fuse->partition_count) == message->partition)
        return 0;
    return err_set(err, ERR_REJECT, "the key belongs to another partition (murmur2)");
}

static void take_record(struct fuse *fuse, int topic, const struct bus_message *message)
{
    struct err err = { 0 };
    struct delivery delivery;
    struct record record;

    if (wire_unpack_record(fuse->wire, (enum source)topic, message->key, message->key_size, message->data,
                           message->size, &record, &delivery, &err) < 0 ||
        check_partition(fuse, message, &err) < 0) {
        quarantine(fuse, topic, message, &err);
        return;
    }
    record.delivery = deliveries_intern(fuse->deliveries, &delivery);
    cache_put(fuse->cache,
              cache_subject(fuse->cache, &record.subject, message->partition,
                            fuse->partitions[message->partition].whole),
              &record);
}

static void take_event(struct fuse *fuse, const struct bus_message *message)
{
    struct taken_event *event = arena_alloc(fuse->batch, sizeof *event);
    struct err err = { 0 };

    event->next = NULL;
    event->offset = message->offset;
    if (wire_unpack_event(fuse->wire, message->data, message->size, fuse->batch, &event->event, &err) < 0) {
        quarantine(fuse, TOPIC_DELIVERY, message, &err);
        return;
    }
    *fuse->events_tail = event;
    fuse->events_tail = &event->next;
}

/* The log has lost what was not read: an alarm, never a skip. The other partitions go on. */
static int stop_partition(struct fuse *fuse, int topic, int32_t partition, struct err *err)
{
    const struct topic_cut here = { fuse->topics[topic], partition,
                                    fuse->partitions[partition].lanes[topic].next };

    err_set(
        &fuse->alarm, ERR_STOP,
        "%s [%d]: offset %lld is due and is not in the log: nothing behind it is taken; restore the topic or "
        "replay",
        here.topic, (int)partition, (long long)here.offset);
    fuse->partitions[partition].stopped = true;
    return consumer_pause(topic == TOPIC_DELIVERY ? fuse->receipts : fuse->group, &here, 1, err);
}

/* A message further on than expected is either left over from before a seek (librdkafka before 2.1 can
 * deliver those in a batch), or what is between is gone: then it comes again after the next seek. */
static int look_at_gap(struct fuse *fuse, int topic, const struct bus_message *message, struct err *err)
{
    struct lane *lane = &fuse->partitions[message->partition].lanes[topic];

    if (lane->gap == lane->next + 1)
        return stop_partition(fuse, topic, message->partition, err);
    lane->gap = lane->next + 1;
    return err_set(err, ERR_RETRY, "%s [%d]: offset %lld came where %lld was due; reading again",
                   message->topic, (int)message->partition, (long long)message->offset,
                   (long long)lane->next);
}

int take_lost(struct fuse *fuse, struct consumer *consumer, struct err *err)
{
    const char *name;
    int32_t partition;

    while (consumer_out_of_range(consumer, &name, &partition)) {
        int topic = take_topic(fuse, name);

        if (topic >= 0 && partition < fuse->partition_count && fuse->partitions[partition].acquired &&
            stop_partition(fuse, topic, partition, err) < 0)
            return -1;
    }
    return 0;
}

/* Behind the cut of a close lies the next period: read again after the seal. Behind the end that was seen at
 * the start nobody asked. */
static bool stands_at_limit(const struct fuse *fuse, const struct lane *lane)
{
    return lane->next >= lane->cut || (fuse->until_end && lane->next >= lane->end);
}

static int take_message(struct fuse *fuse, int topic, const struct bus_message *message, struct err *err)
{
    struct partition *partition = &fuse->partitions[message->partition];
    struct lane *lane = &partition->lanes[topic];

    if (!partition->acquired || partition->stopped || message->offset < lane->next ||
        stands_at_limit(fuse, lane))
        return 0;
    if (message->offset > lane->next)
        return look_at_gap(fuse, topic, message, err);
    if (topic == TOPIC_DELIVERY)
        take_event(fuse, message);
    else
        take_record(fuse, topic, message);
    lane->records++;
    lane->next++;
    fuse->taken++;
    return 0;
}

enum { AHEAD = 8, FURTHER = 2 * AHEAD };

static void expect(const struct fuse *fuse, const struct bus_batch *batch, size_t i)
{
    const struct bus_message *soon = &batch->messages[i + AHEAD], *later = soon + AHEAD;

    if (i + AHEAD < batch->count)
        cache_expect(fuse->cache, soon->key, soon->key_size, true);
    if (i + FURTHER < batch->count)
        cache_expect(fuse->cache, later->key, later->key_size, false);
}

int take_batch(struct fuse *fuse, const struct bus_batch *batch, struct err *err)
{
    const char *name = NULL;
    int topic = -1;

    for (size_t i = 0; i < batch->count; i++) {
        const struct bus_message *message = &batch->messages[i];

        expect(fuse, batch, i);
        if (message->topic != name) { /* messages of a topic come in runs that share the name */
            name = message->topic;
            topic = take_topic(fuse, name);
        }
        if (topic >= 0 && message->partition < fuse->partition_count &&
            take_message(fuse, topic, message, err) < 0)
            return -1;
    }
    return 0;
}
