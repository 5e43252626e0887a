#include "daemon/fuse/cache.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

enum { SLOTS_FIRST = 1 << 12 /* a power of two */, ALL_PARTITIONS = -1 };

/* Of one subject, in order of arrival, each the address of its delivery and a segment of that one record,
 * with a dictionary of its own. The first block has room for a record, which is all that most subjects get
 * between two live flushes; those behind it for a handful. */
struct pending {
    struct pending *next;
    uint16_t size;
    uint8_t bytes[];
};
enum { BLOCK_FIRST = 64, BLOCK_MORE = 256 };

struct cache {
    struct cached **slots; /* open addressing over the token */
    size_t slot_count, count;
    size_t stream_bytes;
    struct cached **touched;
    size_t touched_count, touched_capacity;
    struct arena *pending;
    struct segment_dictionary dictionary; /* of one record */
    struct buffer packed;
};

struct cache *cache_new(void)
{
    struct cache *cache = mem_zalloc(sizeof *cache);

    cache->slot_count = SLOTS_FIRST;
    cache->slots = mem_zalloc(SLOTS_FIRST * sizeof *cache->slots);
    cache->pending = arena_new(0);
    return cache;
}

static void entry_free(struct cache *cache, struct cached *cached)
{
    cache->stream_bytes -= cached->stream_size;
    cache->count--;
    free(cached->stream);
    free(cached);
}

void cache_free(struct cache *cache)
{
    if (!cache)
        return;
    cache_drop(cache, ALL_PARTITIONS);
    free((void *)cache->slots);
    free((void *)cache->touched);
    arena_free(cache->pending);
    segment_dictionary_free(&cache->dictionary);
    buffer_free(&cache->packed);
    free(cache);
}

void cache_freep(struct cache **cache)
{
    cache_free(*cache);
}

/* Tokens are random: their first bytes are the hash. */
static struct cached **slot_of(const struct cache *cache, const struct token *token)
{
    size_t at;

    memcpy(&at, token->bytes, sizeof at);
    for (;; at++) {
        struct cached **slot = &cache->slots[at & (cache->slot_count - 1)];

        if (!*slot || token_equal(&(*slot)->token, token))
            return slot;
    }
}

void cache_expect(const struct cache *cache, const void *key, size_t size, bool entry)
{
    struct cached **slot;
    size_t at;

    if (!key || size != TOKEN_SIZE)
        return;
    memcpy(&at, key, sizeof at);
    slot = &cache->slots[at & (cache->slot_count - 1)];
    __builtin_prefetch(entry ? (const void *)*slot : (const void *)slot);
}

/* Makes the table anew, of another size, without the entries that `keeps` says no to. */
static void rebuild(struct cache *cache, size_t slot_count, int32_t without)
{
    struct cached **old = cache->slots;
    size_t old_count = cache->slot_count;

    cache->slot_count = slot_count;
    cache->slots = mem_zalloc(slot_count * sizeof *cache->slots);
    for (size_t i = 0; i < old_count; i++) {
        if (!old[i])
            continue;
        if (without == ALL_PARTITIONS || old[i]->partition == without)
            entry_free(cache, old[i]);
        else
            *slot_of(cache, &old[i]->token) = old[i];
    }
    free((void *)old);
}

enum { NONE = -2 };

struct cached *cache_subject(struct cache *cache, const struct token *token, int32_t partition, bool whole)
{
    struct cached **slot = slot_of(cache, token), *cached;

    if (*slot)
        return *slot;
    if ((cache->count + 1) * 2 > cache->slot_count) {
        rebuild(cache, cache->slot_count * 2, NONE);
        slot = slot_of(cache, token);
    }
    cached = mem_zalloc(sizeof *cached);
    cached->token = *token;
    cached->partition = partition;
    cached->loaded = cached->summed = whole;
    cached->next_seq = 1;
    cache->count++;
    *slot = cached;
    return cached;
}

void cache_touch(struct cache *cache, struct cached *cached)
{
    if (cached->touched)
        return;
    cached->touched = true;
    if (cache->touched_count == cache->touched_capacity) {
        cache->touched_capacity = cache->touched_capacity ? cache->touched_capacity * 2 : 1024;
        cache->touched =
            mem_realloc((void *)cache->touched, cache->touched_capacity * sizeof *cache->touched);
    }
    cache->touched[cache->touched_count++] = cached;
}

static void new_block(struct cache *cache, struct cached *cached, size_t size)
{
    size_t block = cached->last ? BLOCK_MORE : BLOCK_FIRST;
    struct pending *pending;

    if (block < sizeof *pending + size)
        block = sizeof *pending + size;
    pending = arena_alloc(cache->pending, block);
    pending->next = NULL;
    if (cached->last)
        cached->last->next = pending;
    else
        cached->first = pending;
    cached->last = pending;
    cached->last_size = 0;
    cached->last_capacity = (uint16_t)(block - offsetof(struct pending, bytes));
}

void cache_put(struct cache *cache, struct cached *cached, const struct record *record)
{
    struct buffer *packed = &cache->packed;

    segment_dictionary_clear(&cache->dictionary);
    buffer_clear(packed);
    buffer_add(packed, &record->delivery, sizeof record->delivery);
    segment_append(&cache->dictionary, record, packed);
    if (!cached->last || packed->size > (size_t)(cached->last_capacity - cached->last_size))
        new_block(cache, cached, packed->size);
    memcpy(cached->last->bytes + cached->last_size, packed->data, packed->size);
    cached->last_size += (uint16_t)packed->size;
    cached->last->size = cached->last_size;
    cached->pending_count++;
    cached->kind = record->subject_kind;
    cache_touch(cache, cached);
}

/* Whatever number the packed record has: its delivery stands before it. */
static const struct delivery *own_delivery(void *user, uint32_t ref)
{
    const struct delivery *delivery;

    (void)ref;
    memcpy(&delivery, user, sizeof delivery);
    return delivery;
}

static struct record *read_block(const struct cached *cached, struct pending *pending,
                                 struct segment_dictionary *dictionary, struct record *ret)
{
    for (size_t at = 0; at < pending->size;) {
        uint8_t *delivery = pending->bytes + at;
        struct segment_reader reader;

        at += sizeof(struct delivery *);
        segment_dictionary_clear(dictionary);
        reader = segment_open(&cached->token, pending->bytes + at, pending->size - at, dictionary,
                              own_delivery, delivery);
        segment_next(&reader, ret++);
        at = (size_t)(reader.bytes.at - pending->bytes);
    }
    return ret;
}

void cache_pending(const struct cached *cached, struct record *ret)
{
    struct segment_dictionary dictionary = { 0 };

    for (struct pending *pending = cached->first; pending; pending = pending->next) {
        __builtin_prefetch(pending->next);
        ret = read_block(cached, pending, &dictionary, ret);
    }
    segment_dictionary_free(&dictionary);
}

void cache_pending_expect(const struct cached *cached)
{
    __builtin_prefetch(cached->first);
}

struct cached **cache_touched(struct cache *cache, size_t *ret_count)
{
    *ret_count = cache->touched_count;
    return cache->touched;
}

size_t cache_pending_bytes(const struct cache *cache)
{
    return arena_size(cache->pending);
}

size_t cache_stream_bytes(const struct cache *cache)
{
    return cache->stream_bytes + cache->count * sizeof(struct cached) +
           cache->slot_count * sizeof *cache->slots;
}

void cache_committed(struct cache *cache, struct cached *cached, const void *segment, size_t size)
{
    if (!size)
        return;
    cached->stream = mem_realloc(cached->stream, cached->stream_size + size);
    memcpy(cached->stream + cached->stream_size, segment, size);
    cached->stream_size += (uint32_t)size;
    cached->next_seq++;
    cache->stream_bytes += size;
}

void cache_set_stream(struct cache *cache, struct cached *cached, const void *stream, size_t size,
                      int64_t next_seq)
{
    cache->stream_bytes -= cached->stream_size;
    free(cached->stream);
    cached->stream = size ? memcpy(mem_alloc(size), stream, size) : NULL;
    cached->stream_size = (uint32_t)size;
    cached->next_seq = next_seq;
    cached->loaded = true;
    cached->summed = false;
    cache->stream_bytes += size;
}

static void forget_pending(struct cached *cached)
{
    cached->touched = cached->behind = false;
    cached->first = cached->last = NULL;
    cached->pending_count = 0;
}

void cache_drop_pending(struct cache *cache)
{
    for (size_t i = 0; i < cache->touched_count; i++)
        forget_pending(cache->touched[i]);
    cache->touched_count = 0;
    arena_reset(cache->pending);
}

static void untouch(struct cache *cache, int32_t partition)
{
    size_t kept = 0;

    for (size_t i = 0; i < cache->touched_count; i++)
        if (partition != ALL_PARTITIONS && cache->touched[i]->partition != partition)
            cache->touched[kept++] = cache->touched[i];
    cache->touched_count = kept;
}

void cache_drop(struct cache *cache, int32_t partition)
{
    untouch(cache, partition);
    if (!cache->touched_count)
        arena_reset(cache->pending);
    if (cache->count)
        rebuild(cache, cache->slot_count, partition);
}
