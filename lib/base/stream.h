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
void stream_bytes(struct stream *stream, void *data, size_t size);
void stream_text(struct stream *stream, char *text, size_t size); /* short, NUL-terminated, fits size */
/* How many follow; read, at most count_max (each takes a byte at the least), else the stream fails. */
size_t stream_count(struct stream *stream, size_t count);

/* Inlined, as their halves in lib/base/buffer.h are. */
static inline void stream_byte(struct stream *stream, uint8_t *value)
{
    if (stream->out)
        buffer_add_byte(stream->out, *value);
    else
        *value = reader_byte(stream->in);
}

static inline void stream_varint(struct stream *stream, uint64_t *value)
{
    if (stream->out)
        buffer_add_varint(stream->out, *value);
    else
        *value = reader_varint(stream->in);
}

static inline void stream_zigzag(struct stream *stream, int64_t *value)
{
    if (stream->out)
        buffer_add_zigzag(stream->out, *value);
    else
        *value = reader_zigzag(stream->in);
}

static inline void stream_int32(struct stream *stream, int32_t *value, int32_t base)
{
    int64_t wide = (int64_t)*value - base;

    stream_zigzag(stream, &wide);
    *value = (int32_t)((uint64_t)wide + (uint64_t)base);
}

/* STREAM_NONE is 0 and all others are their zigzag form + 1, which fits: only INT64_MIN's would not. */
static inline void stream_nullable(struct stream *stream, int64_t *value)
{
    uint64_t packed = 0;

    if (*value != STREAM_NONE)
        packed = ((uint64_t)*value << 1 ^ (uint64_t)(*value >> 63)) + 1;
    stream_varint(stream, &packed);
    if (stream->in) {
        uint64_t zigzag = packed - 1;

        *value = packed ? (int64_t)(zigzag >> 1) ^ -(int64_t)(zigzag & 1) : STREAM_NONE;
    }
}

#endif
