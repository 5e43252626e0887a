/* SWEEP and SEAL: what an instance does beside taking records.
 *
 * A subject without new records would stay at the old period, and its household's windows with it: each owner
 * slides its own, a chunk at a time, through the same FLUSH. There is no cursor to keep: who is behind is
 * asked anew. */
#include <stdio.h>
#include <string.h>

#include "daemon/fuse/fuse_private.h"
#include "daemon/state/seal.h"
#include "lib/io/clock.h"

enum { SWEEP_CHUNK = 50000, LOOK_MS = 500 };

static size_t list_mine(const struct fuse *fuse, int32_t *ret)
{
    size_t count = 0;

    for (int32_t p = 0; p < fuse->partition_count; p++)
        if (fuse->partitions[p].acquired)
            ret[count++] = p;
    return count;
}

static void touch_rows(struct fuse *fuse, const struct rows *rows)
{
    for (size_t i = 0; i < rows_count(rows); i++) {
        struct cached *cached;
        struct token token;

        memcpy(token.bytes, rows_text(rows, i, 0).data, TOKEN_SIZE);
        cached = cache_subject(fuse->cache, &token, rows_int4(rows, i, 1), false);
        cached->kind = (enum subject_kind)rows_int4(rows, i, 2);
        cached->behind = true;
        cache_touch(fuse->cache, cached);
    }
}

int sweep_touch(struct fuse *fuse, int32_t period, struct err *err)
{
    CLEANUP(buffer_free) struct buffer array = { 0 };
    CLEANUP(rows_freep) struct rows *rows = NULL;
    int32_t *mine = arena_alloc(fuse->batch, (size_t)fuse->partition_count * sizeof *mine);
    size_t count = list_mine(fuse, mine);
    const struct param params[] = {
        param_int4_array(&array, mine, count),
        param_int4(period),
        param_int4(SWEEP_CHUNK),
    };

    if (store_query(
            fuse->store,
            "SELECT token, partition, kind::int4 FROM olive.subject WHERE partition = ANY($1) AND as_of < $2 "
            "LIMIT $3",
            params, 3, &rows, err) < 0)
        return -1;
    touch_rows(fuse, rows);
    fuse->sweeping = rows_count(rows) > 0;
    return 0;
}

/* A close by somebody else: learn the cuts, and go on behind them once the period is sealed. */
static int follow_close(struct fuse *fuse, const struct period_row *period, struct err *err)
{
    bool sealed = false;

    if (period->state != PERIOD_CLOSING)
        return 0;
    if (period_seal(fuse->store, fuse->conf, &sealed, err) < 0)
        return -1;
    fuse->totals.seals += sealed;
    return 0;
}

static int read_cuts(struct fuse *fuse, bool *ret_any, struct err *err)
{
    CLEANUP(rows_freep) struct rows *rows = NULL;

    *ret_any = false;
    if (store_query(fuse->store, "SELECT topic, partition, cut FROM olive.topic_offset WHERE cut IS NOT NULL",
                    NULL, 0, &rows, err) < 0)
        return -1;
    for (size_t i = 0; i < rows_count(rows); i++) {
        char name[TOPIC_SIZE];
        struct text text = rows_text(rows, i, 0);
        int topic;

        snprintf(name, sizeof name, "%.*s", (int)text.len, text.data);
        topic = take_topic(fuse, name);
        if (topic < 0 || rows_int4(rows, i, 1) >= fuse->partition_count)
            continue;
        fuse->partitions[rows_int4(rows, i, 1)].lanes[topic].cut = rows_int8(rows, i, 2);
        *ret_any = true;
    }
    return 0;
}

/* What was taken beyond a cut that came to be known just now is taken again later. */
static bool beyond_cut(const struct fuse *fuse)
{
    for (int32_t p = 0; p < fuse->partition_count; p++)
        for (int topic = 0; topic < TOPIC_COUNT; topic++)
            if (fuse->partitions[p].acquired &&
                fuse->partitions[p].lanes[topic].next > fuse->partitions[p].lanes[topic].cut)
                return true;
    return false;
}

static int follow_period(struct fuse *fuse, struct period_row *ret, struct err *err)
{
    bool any;

    if (period_read_open(fuse->store, ret, err) < 0)
        return -1;
    if (ret->period != fuse->period) { /* sealed by anybody: the cuts are gone, the windows have moved */
        bool first = fuse->period == MONTH_NONE;

        fuse->period = ret->period;
        fuse->sweeping = true;
        if (!first && owner_resume(fuse, err) < 0)
            return -1;
    }
    if (ret->state == PERIOD_CLOSING && read_cuts(fuse, &any, err) < 0)
        return -1;
    if (beyond_cut(fuse))
        return err_set(err, ERR_RETRY, "a close has cut the log behind what was taken; taking it again");
    return 0;
}

/* --- the end, for --until-end --- */

/* How the lanes in the database stand to the ends that were seen at the start. */
struct standing {
    bool at_end;   /* all have come to theirs */
    bool cut_past; /* a close cuts one behind it: that seal is not ours to wait for */
};

static struct standing standing_of(const struct fuse *fuse, const struct rows *rows)
{
    struct standing standing = { .at_end = true };

    for (size_t i = 0; i < rows_count(rows); i++) {
        char name[TOPIC_SIZE];
        struct text text = rows_text(rows, i, 0);
        int topic;
        int64_t end;

        snprintf(name, sizeof name, "%.*s", (int)text.len, text.data);
        topic = take_topic(fuse, name);
        if (topic < 0 || rows_int4(rows, i, 1) >= fuse->partition_count)
            continue;
        end = fuse->partitions[rows_int4(rows, i, 1)].lanes[topic].end;
        standing.at_end &= rows_int8(rows, i, 2) >= end;
        standing.cut_past |= !rows_null(rows, i, 3) && rows_int8(rows, i, 3) > end;
    }
    return standing;
}

/* Asked of the database, not of this instance: another one may have the last partitions. Every seal up to the
 * end is taken before. */
static int look_for_end(struct fuse *fuse, const struct period_row *period, struct err *err)
{
    CLEANUP(rows_freep) struct rows *rows = NULL, *behind = NULL;
    const struct param params[] = { param_int4(period->period) };
    struct standing standing;

    if (store_query(fuse->store, "SELECT topic, partition, next_offset, cut FROM olive.topic_offset", NULL, 0,
                    &rows, err) < 0 ||
        store_query(fuse->store, "SELECT 1 FROM olive.subject WHERE as_of < $1 LIMIT 1", params, 1, &behind,
                    err) < 0)
        return -1;
    standing = standing_of(fuse, rows);
    fuse->done =
        standing.at_end && rows_count(behind) == 0 && (period->state == PERIOD_OPEN || standing.cut_past);
    return 0;
}

bool sweep_due(const struct fuse *fuse, bool idle)
{
    int64_t waited_ms = ticks_ms() - fuse->looked_ms;

    if (!idle) /* on the way to an end the log is read first */
        return !fuse->until_end && waited_ms >= LOOK_MS;
    return fuse->sweeping || waited_ms >= (fuse->until_end ? LOOK_MS / 10 : LOOK_MS);
}

int sweep_look(struct fuse *fuse, struct err *err)
{
    struct period_row period;

    fuse->looked_ms = ticks_ms();
    if (follow_period(fuse, &period, err) < 0)
        return -1;
    if (fuse->sweeping && sweep_touch(fuse, period.period, err) < 0)
        return -1;
    if (fuse->sweeping)
        return fuse_flush(fuse, err);
    if (take_has_news(fuse))
        return 0;
    if (follow_close(fuse, &period, err) < 0)
        return -1;
    return fuse->until_end ? look_for_end(fuse, &period, err) : 0;
}
