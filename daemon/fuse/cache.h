/* cache - what an instance remembers of its subjects, and what it has taken but not yet committed.
 *
 * A cached subject is its committed evidence: the packed stream of all its segments, about 16 bytes a record.
 * Nothing else is remembered, so nothing can be remembered wrongly: indicators are computed anew whenever a
 * record comes. Pending records wait, packed too, in one arena that a flush (done or failed) empties as a
 * whole.
 *
 * Ownership: cache_new() … cache_free(); entries live until their partition is dropped. Threads: one. */
#ifndef OLIVE_FUSE_CACHE_H
#define OLIVE_FUSE_CACHE_H

#include "lib/base/arena.h"
#include "lib/core/segment.h"

struct pending; /* records that wait for the flush */

/* What a record that comes in asks for stands first, and together. */
struct cached {
    struct token token;
    struct pending *first, *last;
    uint16_t last_size, last_capacity; /* here, so that putting a record behind others need not read `last` */
    uint32_t pending_count;
    int32_t partition;
    enum subject_kind kind;
    bool touched;    /* is among the touched ones of this batch */
    bool behind;     /* touched by the sweep: its row must change even when no record is new */
    bool loaded;     /* stream and next_seq are what the database has */
    bool summed;     /* record_count and record_sum are those of the stream */
    uint8_t *stream; /* all segments, end to end */
    uint32_t stream_size;
    uint8_t record_sum[SUM_SIZE];
    uint64_t record_count;
    int64_t next_seq; /* of the next evidence segment */
};

struct cache;
struct cache *cache_new(void);
void cache_free(struct cache *cache);
void cache_freep(struct cache **cache);

/* The subject, made when it is not there. `whole`: the partition has no evidence in the database, so a new
 * entry is loaded at once. */
struct cached *cache_subject(struct cache *cache, const struct token *token, int32_t partition, bool whole);
/* A key that is asked for soon: most of what a record costs is waiting for memory. Twice, a little apart:
 * first where the entry's address is, then the entry. */
void cache_expect(const struct cache *cache, const void *key, size_t size, bool entry);
void cache_touch(struct cache *cache, struct cached *cached);
/* Puts a record behind the subject's pending ones. Its delivery must be interned; it needs no number yet. */
void cache_put(struct cache *cache, struct cached *cached, const struct record *record);
/* The pending records into ret (pending_count of them), in order of arrival. */
void cache_pending(const struct cached *cached, struct record *ret);
/* Pending records that are asked for soon. */
void cache_pending_expect(const struct cached *cached);

struct cached **cache_touched(struct cache *cache, size_t *ret_count);
size_t cache_pending_bytes(const struct cache *cache);
size_t cache_stream_bytes(const struct cache *cache); /* with what the entries take */

/* After a commit: the stream with the new segment behind it is what the database has. */
void cache_committed(struct cache *cache, struct cached *cached, const void *segment, size_t size);
void cache_set_stream(struct cache *cache, struct cached *cached, const void *stream, size_t size,
                      int64_t next_seq);
/* Forgets all that is pending and touched. */
void cache_drop_pending(struct cache *cache);
/* Forgets the subjects of a partition, their pending records included; -1: of all. */
void cache_drop(struct cache *cache, int32_t partition);

#endif
