/* segment - evidence, packed: the records of one subject as a stream of bytes, about 16 a record.
 *
 * A subject's segments, in seq order, are one stream: a token (item, household, employer) is written out the
 * first time it occurs and by its number afterwards, across segments, so reading always begins with the first
 * one. Deliveries are numbers (struct delivery.ref). The subject itself is not in the stream: it is the row's
 * key.
 *
 * Format:    per record a head byte (source, flags), then varints; segment.c says which. Never changed, only
 * extended by a new head, because old evidence stays. Ownership: a zeroed dictionary is an empty one;
 * segment_dictionary_free() gives its memory back. Errors:    a reader returns false at the end and on bytes
 * that are not ours; segment_failed() tells which. */
#ifndef OLIVE_CORE_SEGMENT_H
#define OLIVE_CORE_SEGMENT_H

#include "lib/base/buffer.h"
#include "lib/core/record.h"

struct segment_dictionary {
    struct token *tokens;
    size_t count, capacity;
};
void segment_dictionary_free(struct segment_dictionary *dictionary);
void segment_dictionary_clear(struct segment_dictionary *dictionary); /* keeps the memory */

/* Gives the delivery for a ref; NULL when there is none (the stream is then refused). */
typedef const struct delivery *segment_delivery(void *user, uint32_t ref);

struct segment_reader {
    struct reader bytes;
    struct segment_dictionary *dictionary;
    struct token subject;
    segment_delivery *find;
    void *user;
};

/* The dictionary is that of all that came before in the stream, and grows. record->delivery->ref must be set.
 */
void segment_append(struct segment_dictionary *dictionary, const struct record *record, struct buffer *out);
struct segment_reader segment_open(const struct token *subject, const void *data, size_t size,
                                   struct segment_dictionary *dictionary, segment_delivery *find, void *user);
bool segment_next(struct segment_reader *reader, struct record *ret);
bool segment_failed(const struct segment_reader *reader);

#endif
