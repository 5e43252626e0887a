#include "lib/base/buffer.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/arena.h"

enum { CAPACITY_FIRST = 64 };

void buffer_free(struct buffer *buffer)
{
    free(buffer->data);
    *buffer = (struct buffer){ 0 };
}

void buffer_clear(struct buffer *buffer)
{
    buffer->size = 0;
}

void buffer_reserve(struct buffer *buffer, size_t size)
{
    size_t capacity = buffer->capacity ? buffer->capacity : CAPACITY_FIRST;

    if (size <= buffer->capacity - buffer->size)
        return;
    while (capacity - buffer->size < size)
        capacity *= 2;
    buffer->data = mem_realloc(buffer->data, capacity);
    buffer->capacity = capacity;
}

uint8_t *buffer_grow(struct buffer *buffer, size_t size)
{
    uint8_t *start;

    buffer_reserve(buffer, size ? size : 1); /* so that there is a place, for no byte too */
    start = buffer->data + buffer->size;
    buffer->size += size;
    return start;
}

void buffer_add(struct buffer *buffer, const void *data, size_t size)
{
    if (size)
        memcpy(buffer_grow(buffer, size), data, size);
}

void buffer_add_string(struct buffer *buffer, const char *string)
{
    buffer_add(buffer, string, strlen(string));
}

void buffer_printf(struct buffer *buffer, const char *format, ...)
{
    va_list args;
    int length;

    va_start(args, format);
    length = vsnprintf(NULL, 0, format, args);
    va_end(args);
    if (length <= 0)
        return;
    buffer_reserve(buffer, (size_t)length + 1);
    va_start(args, format);
    vsnprintf((char *)buffer->data + buffer->size, (size_t)length + 1, format, args);
    va_end(args);
    buffer->size += (size_t)length;
}

struct reader reader_of(const void *data, size_t size)
{
    return (struct reader){ .at = data, .end = (const uint8_t *)data + size };
}

void reader_bytes(struct reader *reader, void *ret, size_t size)
{
    if ((size_t)(reader->end - reader->at) < size) {
        reader->failed = true;
        reader->at = reader->end;
        memset(ret, 0, size);
        return;
    }
    memcpy(ret, reader->at, size);
    reader->at += size;
}
