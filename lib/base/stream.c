#include "lib/base/stream.h"

#include <string.h>

bool stream_failed(const struct stream *stream)
{
    return stream->in && stream->in->failed;
}

void stream_byte(struct stream *stream, uint8_t *value)
{
    if (stream->out)
        buffer_add_byte(stream->out, *value);
    else
        *value = reader_byte(stream->in);
}

void stream_varint(struct stream *stream, uint64_t *value)
{
    if (stream->out)
        buffer_add_varint(stream->out, *value);
    else
        *value = reader_varint(stream->in);
}

void stream_zigzag(struct stream *stream, int64_t *value)
{
    if (stream->out)
        buffer_add_zigzag(stream->out, *value);
    else
        *value = reader_zigzag(stream->in);
}

/* STREAM_NONE is 0 and all others are their zigzag form + 1, which fits: only INT64_MIN's would not. */
void stream_nullable(struct stream *stream, int64_t *value)
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

void stream_int32(struct stream *stream, int32_t *value, int32_t base)
{
    int64_t wide = (int64_t)*value - base;

    stream_zigzag(stream, &wide);
    *value = (int32_t)((uint64_t)wide + (uint64_t)base);
}

void stream_bytes(struct stream *stream, void *data, size_t size)
{
    if (stream->out)
        buffer_add(stream->out, data, size);
    else
        reader_bytes(stream->in, data, size);
}

void stream_text(struct stream *stream, char *text, size_t size)
{
    uint8_t len = stream->out ? (uint8_t)strlen(text) : 0;

    stream_byte(stream, &len);
    if (len >= size) {
        stream->in->failed = true;
        return;
    }
    stream_bytes(stream, text, len);
    text[len] = '\0';
}

size_t stream_count(struct stream *stream, size_t count)
{
    uint64_t wide = count;

    stream_varint(stream, &wide);
    if (stream->in && wide > (uint64_t)(stream->in->end - stream->in->at)) {
        stream->in->failed = true;
        return 0;
    }
    return (size_t)wide;
}
