/* fuse_private - what the files of daemon/fuse share. */
#ifndef OLIVE_FUSE_PRIVATE_H
#define OLIVE_FUSE_PRIVATE_H

#include "daemon/fuse/cache.h"
#include "daemon/fuse/fuse.h"
#include "daemon/state/deliveries.h"
#include "daemon/state/period.h"
#include "lib/io/bus.h"
#include "lib/wire/record_wire.h"

/* The data topics by source, and the delivery topic, which only partition 0 has. */
enum { TOPIC_DELIVERY = SOURCE_COUNT, TOPIC_COUNT };
#define CUT_NONE INT64_MAX

/* One topic of one partition number: what is committed, what is taken, and what the taken records came to. */
struct lane {
    int64_t start; /* committed next_offset, as this instance read or wrote it */
    int64_t next;  /* the offset expected next */
    int64_t cut;   /* CUT_NONE unless a close is under way */
    int64_t end;   /* --until-end: the high watermark seen at the start */
    int64_t gap;   /* one more than the offset that was due when a later one came; 0: none did */
    uint64_t records, repeated, quarantined;
};

struct partition {
    bool mine;
    bool acquired; /* since it became mine: epoch and lanes are those of the database */
    bool whole;    /* no evidence of it is in the database: a subject that is not cached has none */
    bool stopped;  /* a gap in the log: an alarm, never a skip */
    int64_t epoch;
    struct lane lanes[TOPIC_COUNT];
};

struct quarantined {
    struct quarantined *next;
    int topic;
    int32_t partition;
    int64_t offset;
    const char *reason;
};

struct taken_event {
    struct taken_event *next;
    int64_t offset;
    struct event event;
};

struct staged;

struct fuse {
    const struct conf *conf;
    bool until_end, done, rejoin;
    struct err fatal; /* met in a callback; ERR_NONE: nothing was */
    char topics[TOPIC_COUNT][TOPIC_SIZE];
    struct partition *partitions;
    int32_t partition_count;

    struct store *store;
    struct consumer *group, *receipts; /* receipts: of olive.delivery.v1, while partition 0 is mine */
    struct wire *wire;

    struct cache *cache;
    struct deliveries *deliveries;
    struct arena *batch; /* quarantined messages and events of the batch */
    struct quarantined *quarantined;
    struct taken_event *events, **events_tail;
    uint64_t taken;   /* messages since the last flush */
    struct err alarm; /* why a partition is stopped; ERR_NONE: none is */

    struct arena *work;    /* of one subject or household */
    struct staged *staged; /* the subjects of the flush under way */
    int64_t households_touched;
    struct buffer scratch;
    int32_t period; /* the open one as last seen; MONTH_NONE: not yet */
    struct rules_digests rules_digests;
    struct rules rules; /* of the open period, by their digests; no policy: not loaded yet */

    int64_t flushed_ms, looked_ms; /* monotonic: last flush, last look at the database while idle */
    uint32_t interval_ms;          /* between flushes: short when live, long when lagging */
    bool sweeping;                 /* subjects of my partitions are behind the open period */
    struct fuse_totals totals;
};

/* take.c: TAKE. Messages of the group, or of the delivery topic, into pending. */
int take_batch(struct fuse *fuse, const struct bus_batch *batch, struct err *err);
int take_lost(struct fuse *fuse, struct consumer *consumer, struct err *err); /* stops what cannot be read */
int take_topic(const struct fuse *fuse, const char *topic); /* index in topics, -1: none of ours */
void take_drop(struct fuse *fuse); /* forgets what was taken since the last flush, of all partitions */
void take_drop_partition(struct fuse *fuse,
                         int32_t partition); /* the same of one; its subjects are the cache's */
bool take_has_news(const struct fuse *fuse);

/* owner.c: ACQUIRE and REVOKE. */
int owner_make_rows(struct fuse *fuse, struct err *err); /* refuses a database of another partition count */
int owner_acquire(struct fuse *fuse, struct err *err);   /* all that are mine and not acquired */
void owner_assigned(struct fuse *fuse, const int32_t *partitions, size_t count);
void owner_revoked(struct fuse *fuse, const int32_t *partitions, size_t count);
void owner_revoke_all(struct fuse *fuse); /* after a fence: until the group assigns anew, nothing is mine */
void owner_forget(struct fuse *fuse);     /* acquire all again */
int owner_resume(struct fuse *fuse,
                 struct err *err); /* after a seal: no cut any more, read on from where each stands */

/* flush.c: FLUSH, one transaction. */
int flush_batch(struct fuse *fuse, struct err *err);
int flush_load_rules(struct fuse *fuse, const struct period_row *period, struct err *err);

/* subjects.c: the steps of FLUSH about subjects. */
int subjects_load(struct fuse *fuse,
                  struct err *err); /* evidence of touched subjects that are not cached, in bulk */
int subjects_write(struct fuse *fuse, const struct period_row *period,
                   struct err *err); /* evidence, staged subjects */
int subjects_upsert(struct fuse *fuse, struct err *err);
void subjects_committed(struct fuse *fuse); /* the cache learns what the database has now */
void subjects_free(struct fuse *fuse);

/* households.c: the steps of FLUSH about households. */
int households_touch(struct fuse *fuse, struct err *err); /* old and new ones */
int households_write(struct fuse *fuse, const struct period_row *period,
                     struct err *err); /* lock, read, assess */

/* sweep.c: SWEEP, SEAL, and what else the database is asked for now and then. */
int sweep_touch(struct fuse *fuse, int32_t period,
                struct err *err); /* puts a chunk of subjects that are behind among the touched */
/* When nothing came, and now and then while records stream in without a pause: a period would never end. */
bool sweep_due(const struct fuse *fuse, bool idle);
int sweep_look(struct fuse *fuse, struct err *err);

#endif
