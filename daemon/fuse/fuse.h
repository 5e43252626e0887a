/* fuse - one instance of olive-fuse: takes records of its partitions, and commits what they make of
 * households.
 *
 * The rules are those of the fusion protocol; their names stand in the code: ACQUIRE, TAKE, FLUSH, REVOKE,
 * SWEEP, SEAL. Everything that fails ends the same way: forget what is not committed, acquire again, read
 * from where PostgreSQL says. What the instance holds is a cache; it can be killed between any two
 * instructions.
 *
 * Ownership: fuse_open() … fuse_close(). Threads: one; every call may block for the database, bounded by its
 * time-outs. Errors:    ERR_RETRY  database or broker away, fenced, lost a race: fuse_forget(), wait, go on
 *            ERR_STOP   configuration, schema, unequal topics, a gap in the log */
#ifndef OLIVE_FUSE_FUSE_H
#define OLIVE_FUSE_FUSE_H

#include <stdbool.h>

#include "lib/io/conf.h"

struct fuse;

struct fuse_totals {
    uint64_t records, distinct, repeated, quarantined; /* committed by this instance */
    uint64_t rows_written, flushes, seals;
};

/* until_end: fuse_done() once all topics have been read up to the high watermarks seen here. */
int fuse_open(const struct conf *conf, bool until_end, struct fuse **ret, struct err *err);
void fuse_close(struct fuse *fuse); /* leaves the group; what is pending is dropped, not flushed */
void fuse_closep(struct fuse **fuse);

/* Takes what is there (waits for it a little), flushes when due, and when idle sweeps, seals and looks for
 * the end. */
int fuse_step(struct fuse *fuse, struct err *err);
/* Flushes what is pending; for a clean leave. */
int fuse_flush(struct fuse *fuse, struct err *err);
/* After an error of kind ERR_RETRY: drops all that is not committed and starts over from the database. */
void fuse_forget(struct fuse *fuse);
bool fuse_done(const struct fuse *fuse);
const struct err *fuse_alarm(
    const struct fuse *fuse); /* why a partition is stopped (a gap in the log); NULL: none is */
const struct fuse_totals *fuse_totals(const struct fuse *fuse);

struct fuse_view {        /* how it stands at this moment, for people who watch */
    uint64_t lag_records; /* in the log of my partitions, as fetching has last seen it, and not committed */
    size_t partitions, partitions_stopped;
    size_t cache_bytes;
    int32_t period; /* the open one; MONTH_NONE: not read yet */
};
struct fuse_view fuse_view(const struct fuse *fuse);
/* Whether Kafka answers, which taking nothing does not show: ERR_RETRY. */
int fuse_ask(const struct fuse *fuse, uint32_t wait_ms, struct err *err);

#endif
