#include "lib/base/stream.h"

#include <string.h>

bool stream_failed(const struct stream *stream)
{
    return stream->in && stream->in->failed;
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
