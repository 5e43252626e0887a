/* ACQUIRE and REVOKE: who writes about a partition, and from which offsets. */
#include <stdio.h>
#include <string.h>

#include "daemon/fuse/fuse_private.h"
#include "lib/io/fault.h"

void owner_assigned(struct fuse *fuse, const int32_t *partitions, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (partitions[i] < fuse->partition_count) {
            fuse->partitions[partitions[i]].mine = true;
            fuse->partitions[partitions[i]].acquired = false;
        } else {
            err_stop(&fuse->fatal, EXIT_CONFIG,
                     "the topics have got more partitions: keys lie elsewhere now; make the topics anew and "
                     "replay");
        }
}

/* What was taken of it and is not committed is somebody else's to take; late or never, the epoch catches it.
 */
static void revoke_one(struct fuse *fuse, int32_t partition)
{
    fuse->partitions[partition].mine = false;
    fuse->partitions[partition].acquired = false;
    cache_drop(fuse->cache, partition);
    take_drop_partition(fuse, partition);
    if (partition == 0) {
        consumer_close(fuse->receipts);
        fuse->receipts = NULL;
    }
}

void owner_revoked(struct fuse *fuse, const int32_t *partitions, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (partitions[i] < fuse->partition_count)
            revoke_one(fuse, partitions[i]);
}

void owner_revoke_all(struct fuse *fuse)
{
    for (int32_t p = 0; p < fuse->partition_count; p++)
        revoke_one(fuse, p);
}

void owner_forget(struct fuse *fuse)
{
    for (int32_t p = 0; p < fuse->partition_count; p++)
        fuse->partitions[p].acquired = false;
    consumer_close(fuse->receipts);
    fuse->receipts = NULL;
}

static int make_offsets(struct fuse *fuse, int topic, int32_t partitions, struct err *err)
{
    const struct param params[] = { param_text(fuse->topics[topic]), param_int4(partitions) };

    return store_query(
        fuse->store,
        "INSERT INTO olive.topic_offset (topic, partition) SELECT $1, p FROM generate_series(0, "
        "$2 - 1) AS p ON CONFLICT DO NOTHING",
        params, 2, NULL, err);
}

/* Whose keys went by another count of partitions, has its subjects with other owners. */
static int check_count(struct fuse *fuse, struct err *err)
{
    CLEANUP(rows_freep) struct rows *rows = NULL;

    if (store_query(fuse->store, "SELECT count(*) FROM olive.partition_owner", NULL, 0, &rows, err) < 0)
        return -1;
    if (rows_int8(rows, 0, 0) == fuse->partition_count)
        return 0;
    return err_stop(
        err, EXIT_CONFIG,
        "the topics have %d partitions, and this database was filled from topics with %lld: a key "
        "lies elsewhere now; replay into a database of its own",
        (int)fuse->partition_count, (long long)rows_int8(rows, 0, 0));
}

/* The rows exist before the transactions that lock them, those of all partitions: a close has to find them.
 */
int owner_make_rows(struct fuse *fuse, struct err *err)
{
    const struct param params[] = { param_int4(fuse->partition_count) };

    if (store_query(
            fuse->store,
            "INSERT INTO olive.partition_owner (partition) SELECT p FROM generate_series(0, $1 - 1) AS p "
            "WHERE NOT EXISTS (SELECT FROM olive.partition_owner) ON CONFLICT DO NOTHING",
            params, 1, NULL, err) < 0 ||
        check_count(fuse, err) < 0)
        return -1;
    for (int source = 0; source < SOURCE_COUNT; source++)
        if (make_offsets(fuse, source, fuse->partition_count, err) < 0)
            return -1;
    return make_offsets(fuse, TOPIC_DELIVERY, 1, err);
}

static int read_lanes(struct fuse *fuse, int32_t partition, struct err *err)
{
    CLEANUP(rows_freep) struct rows *rows = NULL;
    const struct param params[] = { param_int4(partition) };
    struct partition *p = &fuse->partitions[partition];

    if (store_query(fuse->store,
                    "SELECT topic, next_offset, cut FROM olive.topic_offset WHERE partition = $1", params, 1,
                    &rows, err) < 0)
        return -1;
    p->whole = true;
    for (size_t i = 0; i < rows_count(rows); i++) {
        char name[TOPIC_SIZE];
        struct text text = rows_text(rows, i, 0);
        struct lane *lane;
        int topic;

        snprintf(name, sizeof name, "%.*s", (int)text.len, text.data);
        topic = take_topic(fuse, name);
        if (topic < 0)
            continue;
        lane = &p->lanes[topic];
        *lane = (struct lane){ .start = rows_int8(rows, i, 1), .end = lane->end, .gap = lane->gap };
        lane->next = lane->start;
        lane->cut = rows_null(rows, i, 2) ? CUT_NONE : rows_int8(rows, i, 2);
        p->whole &= topic == TOPIC_DELIVERY || lane->start == 0;
    }
    return 0;
}

/* Waits here for a flush of the owner before us. */
static int raise_epoch(struct fuse *fuse, int32_t partition, struct err *err)
{
    CLEANUP(rows_freep) struct rows *rows = NULL;
    const struct param params[] = { param_int4(partition), param_text(fuse->conf->fuse.instance) };

    if (store_query(fuse->store,
                    "UPDATE olive.partition_owner SET epoch = epoch + 1, instance = $2 WHERE partition = $1 "
                    "RETURNING epoch",
                    params, 2, &rows, err) < 0)
        return -1;
    if (rows_count(rows) != 1)
        return err_set(err, ERR_RETRY, "partition %d has no owner row", (int)partition);
    fuse->partitions[partition].epoch = rows_int8(rows, 0, 0);
    return 0;
}

static int seek_group(struct fuse *fuse, int32_t partition, struct err *err)
{
    struct topic_cut to[SOURCE_COUNT];

    for (int topic = 0; topic < SOURCE_COUNT; topic++)
        to[topic] = (struct topic_cut){ fuse->topics[topic], partition,
                                        fuse->partitions[partition].lanes[topic].next };
    return consumer_seek(fuse->group, to, SOURCE_COUNT, err);
}

static int seek_receipts(struct fuse *fuse, struct err *err)
{
    const struct topic_cut from = { fuse->topics[TOPIC_DELIVERY], 0,
                                    fuse->partitions[0].lanes[TOPIC_DELIVERY].next };

    consumer_close(fuse->receipts);
    fuse->receipts = NULL;
    return consumer_open_plain(fuse->conf, &from, 1, &fuse->receipts, err);
}

static int seek_partition(struct fuse *fuse, int32_t partition, struct err *err)
{
    if (seek_group(fuse, partition, err) < 0)
        return -1;
    return partition == 0 ? seek_receipts(fuse, err) : 0;
}

static int acquire_one(struct fuse *fuse, int32_t partition, struct err *err)
{
    struct err ignored = { 0 };

    cache_drop(fuse->cache, partition);
    if (store_run(fuse->store, "BEGIN", err) < 0)
        return -1;
    if (raise_epoch(fuse, partition, err) < 0 || read_lanes(fuse, partition, err) < 0) {
        store_run(fuse->store, "ROLLBACK", &ignored);
        return -1;
    }
    if (store_run(fuse->store, "COMMIT", err) < 0 || seek_partition(fuse, partition, err) < 0)
        return -1;
    fault_point("acquired");
    fuse->partitions[partition].acquired = true;
    fuse->partitions[partition].stopped = false;
    fuse->sweeping = true; /* until a look says that nobody is behind */
    return 0;
}

/* What the owner before us has written names deliveries that we may never have seen. */
int owner_acquire(struct fuse *fuse, struct err *err)
{
    bool any = false;

    for (int32_t p = 0; p < fuse->partition_count; p++) {
        if (!fuse->partitions[p].mine || fuse->partitions[p].acquired)
            continue;
        if (acquire_one(fuse, p, err) < 0)
            return -1;
        any = true;
    }
    return any ? deliveries_load(fuse->deliveries, fuse->store, err) : 0;
}

int owner_resume(struct fuse *fuse, struct err *err)
{
    for (int32_t p = 0; p < fuse->partition_count; p++) {
        if (!fuse->partitions[p].acquired)
            continue;
        for (int topic = 0; topic < TOPIC_COUNT; topic++)
            fuse->partitions[p].lanes[topic].cut = CUT_NONE;
        if (seek_partition(fuse, p, err) < 0)
            return -1;
    }
    return 0;
}
