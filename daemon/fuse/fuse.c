#include "daemon/fuse/fuse.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/fuse/fuse_private.h"
#include "lib/io/clock.h"

enum {
    TAKE_MAX = 20000, /* messages a take */
    TAKE_WAIT_MS = 20,
    LAGGING_FROM = 20000, /* records in one flush: rows written per record is what costs, so gather more */
    PENDING_SHARE = 2, /* of the memory ceiling: one half for what waits, the other for what is remembered */
};

/* --- opening --- */

static void name_topics(struct fuse *fuse)
{
    for (int source = 0; source < SOURCE_COUNT; source++)
        conf_topic(fuse->conf, (enum source)source, fuse->topics[source]);
    conf_topic_delivery(fuse->conf, fuse->topics[TOPIC_DELIVERY]);
}

/* Partition p of every topic lies with one instance only if all have as many. */
static int count_partitions(struct fuse *fuse, struct admin *admin, struct err *err)
{
    int32_t count;

    for (int source = 0; source < SOURCE_COUNT; source++) {
        if (admin_partition_count(admin, fuse->topics[source], &count, err) < 0)
            return -1;
        if (source && count != fuse->partition_count)
            return err_stop(err, EXIT_CONFIG,
                            "%s has %d partitions and %s %d: all must have as many (olive topics plan)",
                            fuse->topics[0], (int)fuse->partition_count, fuse->topics[source], (int)count);
        fuse->partition_count = count;
    }
    if (admin_partition_count(admin, fuse->topics[TOPIC_DELIVERY], &count, err) < 0)
        return -1;
    return count == 1
               ? 0
               : err_stop(err, EXIT_CONFIG, "%s has %d partitions: it must have one, for its order counts",
                          fuse->topics[TOPIC_DELIVERY], (int)count);
}

static int read_end(struct fuse *fuse, struct admin *admin, int32_t partition, int topic, struct err *err)
{
    int64_t low;

    return admin_watermarks(admin, fuse->topics[topic], partition, &low,
                            &fuse->partitions[partition].lanes[topic].end, err);
}

static int read_ends(struct fuse *fuse, struct admin *admin, struct err *err)
{
    for (int32_t p = 0; p < fuse->partition_count; p++)
        for (int topic = 0; topic < SOURCE_COUNT; topic++)
            if (read_end(fuse, admin, p, topic, err) < 0)
                return -1;
    return read_end(fuse, admin, 0, TOPIC_DELIVERY, err);
}

static int look_at_topics(struct fuse *fuse, struct err *err)
{
    CLEANUP(admin_closep) struct admin *admin = NULL;

    if (admin_open(fuse->conf, &admin, err) < 0 || count_partitions(fuse, admin, err) < 0)
        return -1;
    fuse->partitions = mem_zalloc((size_t)fuse->partition_count * sizeof *fuse->partitions);
    if (owner_make_rows(fuse, err) < 0)
        return -1;
    return fuse->until_end ? read_ends(fuse, admin, err) : 0;
}

static void on_assigned(void *user, const int32_t *partitions, size_t count)
{
    owner_assigned(user, partitions, count);
}

static void on_revoked(void *user, const int32_t *partitions, size_t count, bool lost)
{
    (void)lost; /* late or never, the epoch catches it */
    owner_revoked(user, partitions, count);
}

static int open_database(struct fuse *fuse, struct err *err)
{
    if (store_open(fuse->conf, "olive-fuse", &fuse->store, err) < 0)
        return -1;
    return period_open_first(fuse->store, fuse->conf, err);
}

static int open_group(struct fuse *fuse, struct err *err)
{
    const struct consumer_events events = { on_assigned, on_revoked, fuse };
    char group[TOPIC_SIZE];

    snprintf(group, sizeof group, "%solive-fuse", fuse->conf->topics.prefix);
    return consumer_open_group(fuse->conf, group, &events, &fuse->group, err);
}

int fuse_open(const struct conf *conf, bool until_end, struct fuse **ret, struct err *err)
{
    CLEANUP(fuse_closep) struct fuse *fuse = mem_zalloc(sizeof *fuse);

    fuse->conf = conf;
    fuse->until_end = until_end;
    fuse->period = MONTH_NONE;
    fuse->wire = wire_new();
    fuse->cache = cache_new();
    fuse->deliveries = deliveries_new();
    fuse->batch = arena_new(0);
    fuse->work = arena_new(0);
    fuse->events_tail = &fuse->events;
    fuse->interval_ms = conf->fuse.flush_ms;
    fuse->flushed_ms = ticks_ms();
    name_topics(fuse);
    if (open_database(fuse, err) < 0 || look_at_topics(fuse, err) < 0 || open_group(fuse, err) < 0)
        return -1;
    *ret = fuse;
    fuse = NULL;
    return 0;
}

void fuse_close(struct fuse *fuse)
{
    if (!fuse)
        return;
    consumer_close(fuse->receipts);
    fuse->receipts = NULL;
    if (fuse->cache)
        cache_drop(fuse->cache, -1); /* at once: the group is about to revoke partition after partition */
    consumer_close(fuse->group);     /* may still tell of revoked partitions */
    store_close(fuse->store);
    subjects_free(fuse);
    rules_free(&fuse->rules);
    cache_free(fuse->cache);
    deliveries_free(fuse->deliveries);
    wire_free(fuse->wire);
    arena_free(fuse->batch);
    arena_free(fuse->work);
    buffer_free(&fuse->scratch);
    free(fuse->partitions);
    free(fuse);
}

void fuse_closep(struct fuse **fuse)
{
    fuse_close(*fuse);
}

/* --- one step --- */

static int take(struct fuse *fuse, uint32_t wait_ms, struct err *err)
{
    uint64_t room = fuse->conf->fuse.flush_records - fuse->taken; /* a flush is never put off when it is 0 */
    struct bus_batch batch;

    if (consumer_take(fuse->group, wait_ms, room < TAKE_MAX ? room : TAKE_MAX, &batch, err) < 0 ||
        take_batch(fuse, &batch, err) < 0)
        return -1;
    return take_lost(fuse, fuse->group, err);
}

static int take_receipts(struct fuse *fuse, struct err *err)
{
    struct bus_batch batch;

    if (!fuse->receipts)
        return 0;
    if (consumer_take(fuse->receipts, 0, TAKE_MAX, &batch, err) < 0 || take_batch(fuse, &batch, err) < 0)
        return -1;
    return take_lost(fuse, fuse->receipts, err);
}

static size_t ceiling_bytes(const struct fuse *fuse)
{
    return (size_t)fuse->conf->fuse.memory_mib << 20;
}

/* All that I own has been taken up to the end that was seen at the start. */
static bool taken_to_end(const struct fuse *fuse)
{
    for (int32_t p = 0; p < fuse->partition_count; p++)
        for (int topic = 0; topic < TOPIC_COUNT; topic++) {
            const struct lane *lane = &fuse->partitions[p].lanes[topic];

            if (fuse->partitions[p].mine && lane->next < lane->end && lane->next < lane->cut &&
                !fuse->partitions[p].stopped)
                return false;
        }
    return true;
}

/* Live: after flush_ms. Lagging: the interval grows, because rows written per record is what costs. On the
 * way to an end: when it is reached, or the ceilings are. */
static bool flush_due(const struct fuse *fuse)
{
    if (!take_has_news(fuse))
        return false;
    if (fuse->taken >= fuse->conf->fuse.flush_records ||
        cache_pending_bytes(fuse->cache) >= ceiling_bytes(fuse) / PENDING_SHARE)
        return true;
    if (fuse->until_end)
        return taken_to_end(fuse);
    return ticks_ms() - fuse->flushed_ms >= fuse->interval_ms;
}

/* What is remembered may not outgrow its half: then all of it goes, and comes back from the database as
 * needed. */
static void keep_ceiling(struct fuse *fuse)
{
    if (cache_stream_bytes(fuse->cache) < ceiling_bytes(fuse) / PENDING_SHARE)
        return;
    cache_drop(fuse->cache, -1);
    for (int32_t p = 0; p < fuse->partition_count; p++)
        fuse->partitions[p].whole = false;
}

static void adapt_interval(struct fuse *fuse, uint64_t taken)
{
    uint32_t longer = fuse->interval_ms * 4;

    if (taken < LAGGING_FROM)
        fuse->interval_ms = fuse->conf->fuse.flush_ms;
    else
        fuse->interval_ms = longer < fuse->conf->fuse.flush_ms_max ? longer : fuse->conf->fuse.flush_ms_max;
}

int fuse_flush(struct fuse *fuse, struct err *err)
{
    uint64_t taken = fuse->taken;

    if (flush_batch(fuse, err) < 0)
        return -1;
    adapt_interval(fuse, taken);
    fuse->flushed_ms = ticks_ms();
    keep_ceiling(fuse);
    return 0;
}

/* After a fence, or a connection that is gone. */
static int reconnect(struct fuse *fuse, struct err *err)
{
    if (fuse->store && store_broken(fuse->store)) {
        store_close(fuse->store);
        fuse->store = NULL;
    }
    if (!fuse->store && open_database(fuse, err) < 0)
        return -1;
    if (!fuse->rejoin)
        return 0;
    owner_revoke_all(fuse); /* at once: who acquires before the group has answered fences the new owner */
    if (consumer_rejoin(fuse->group, err) < 0)
        return -1;
    fuse->rejoin = false;
    return 0;
}

static int check_fatal(const struct fuse *fuse, struct err *err)
{
    if (!fuse->fatal.kind)
        return 0;
    *err = fuse->fatal;
    return -1;
}

int fuse_step(struct fuse *fuse, struct err *err)
{
    uint64_t before;

    if (reconnect(fuse, err) < 0 || owner_acquire(fuse, err) < 0)
        return -1;
    before = fuse->taken;
    if (take(fuse, take_has_news(fuse) ? 1 : TAKE_WAIT_MS, err) < 0 || check_fatal(fuse, err) < 0 ||
        owner_acquire(fuse, err) < 0 || take_receipts(fuse, err) < 0)
        return -1;
    if (sweep_due(fuse, fuse->taken == before) && sweep_look(fuse, err) < 0)
        return -1;
    if (flush_due(fuse) && fuse_flush(fuse, err) < 0)
        return -1;
    if (fuse->until_end && !fuse->done && fuse->alarm.kind && taken_to_end(fuse)) {
        *err = fuse->alarm;
        return -1;
    }
    return 0;
}

void fuse_forget(struct fuse *fuse)
{
    take_drop(fuse);
    owner_forget(fuse);
    cache_drop(fuse->cache, -1);
}

bool fuse_done(const struct fuse *fuse)
{
    return fuse->done;
}

const struct err *fuse_alarm(const struct fuse *fuse)
{
    return fuse->alarm.kind ? &fuse->alarm : NULL;
}

const struct fuse_totals *fuse_totals(const struct fuse *fuse)
{
    return &fuse->totals;
}

/* --- for people who watch --- */

static uint64_t lane_lag(const struct fuse *fuse, int32_t partition, int topic)
{
    struct consumer *consumer = topic == TOPIC_DELIVERY ? fuse->receipts : fuse->group;
    const struct topic_cut committed = { fuse->topics[topic], partition,
                                         fuse->partitions[partition].lanes[topic].start };

    return consumer ? (uint64_t)consumer_lag(consumer, &committed) : 0;
}

static void view_partition(const struct fuse *fuse, int32_t partition, struct fuse_view *ret)
{
    ret->partitions++;
    ret->partitions_stopped += fuse->partitions[partition].stopped;
    for (int topic = 0; topic < TOPIC_COUNT; topic++)
        if (topic != TOPIC_DELIVERY || partition == 0)
            ret->lag_records += lane_lag(fuse, partition, topic);
}

struct fuse_view fuse_view(const struct fuse *fuse)
{
    struct fuse_view view = { .cache_bytes =
                                  cache_pending_bytes(fuse->cache) + cache_stream_bytes(fuse->cache),
                              .period = fuse->period };

    for (int32_t p = 0; p < fuse->partition_count; p++)
        if (fuse->partitions[p].acquired)
            view_partition(fuse, p, &view);
    return view;
}

int fuse_ask(const struct fuse *fuse, uint32_t wait_ms, struct err *err)
{
    return consumer_ask(fuse->group, wait_ms, err);
}
