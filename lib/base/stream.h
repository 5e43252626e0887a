/* stream - one description of packed bytes for both directions: each call writes the value or reads it.
 *
 * A function that walks a struct with these is its writer and its reader, so the two cannot drift apart.
 * Ownership: lends the buffer or the reader. Errors: reading, as lib/base/buffer.h; stream_failed() once, at
 * the end. */
#ifndef OLIVE_BASE_STREAM_H
#define OLIVE_BASE_STREAM_H

#include "lib/base/buffer.h"

#define STREAM_NONE INT64_MIN /* "not stated", as stream_nullable() packs it */

struct stream {
    struct buffer *out; /* writing, or NULL */
    struct reader *in;  /* reading, or NULL */
};

bool stream_failed(const struct stream *stream);
void stream_byte(struct stream *stream, uint8_t *value);
void stream_varint(struct stream *stream, uint64_t *value);
void stream_zigzag(struct stream *stream, int64_t *value);
void stream_nullable(struct stream *stream, int64_t *value); /* STREAM_NONE takes one byte */
void stream_int32(struct stream *stream, int32_t *value, int32_t base);
void stream_bytes(struct stream *stream, void *data, size_t size);
void stream_text(struct stream *stream, char *text, size_t size); /* short, NUL-terminated, fits size */
/* How many follow; read, at most count_max (each takes a byte at the least), else the stream fails. */
size_t stream_count(struct stream *stream, size_t count);

#endif
