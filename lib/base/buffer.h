/* buffer - bytes that grow, numbers packed into them, and a bounded reader of such bytes.
 *
 * Ownership: a zeroed struct buffer is an empty one; buffer_free() gives the memory back. A reader lends.
 * Errors:    writing ends the process when there is no memory; a reader that runs out sets `failed` and gives
 * zeros, so that a caller checks once, at the end. */
#ifndef OLIVE_BASE_BUFFER_H
#define OLIVE_BASE_BUFFER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buffer {
    uint8_t *data;
    size_t size, capacity;
};

void buffer_free(struct buffer *buffer);  /* also for CLEANUP(); empties it */
void buffer_clear(struct buffer *buffer); /* keeps the memory */
uint8_t *buffer_grow(struct buffer *buffer,
                     size_t size); /* room for size more bytes, counted in; to be filled */
void buffer_add(struct buffer *buffer, const void *data, size_t size);
void buffer_add_string(struct buffer *buffer, const char *string); /* without the NUL */
void buffer_printf(struct buffer *buffer, const char *format, ...) __attribute__((format(printf, 2, 3)));

struct reader {
    const uint8_t *at, *end;
    bool failed;
};

struct reader reader_of(const void *data, size_t size);
void reader_bytes(struct reader *reader, void *ret, size_t size);

/* A record is a few dozen small numbers, each packed and read more than once: what they are made of is
 * inlined. */
enum { VARINT_BYTES_MAX = 10 };

void buffer_reserve(struct buffer *buffer, size_t size); /* room for size more bytes, not counted in */

static inline void buffer_add_byte(struct buffer *buffer, uint8_t byte)
{
    if (buffer->size == buffer->capacity)
        buffer_reserve(buffer, 1);
    buffer->data[buffer->size++] = byte;
}

/* LEB128: 7 bits a byte, low first. */
static inline void buffer_add_varint(struct buffer *buffer, uint64_t value)
{
    uint8_t *at;

    if (buffer->capacity - buffer->size < VARINT_BYTES_MAX)
        buffer_reserve(buffer, VARINT_BYTES_MAX);
    at = buffer->data + buffer->size;
    for (; value >= 0x80; value >>= 7)
        *at++ = (uint8_t)(value | 0x80);
    *at++ = (uint8_t)value;
    buffer->size = (size_t)(at - buffer->data);
}

/* Small magnitudes of either sign stay short. */
static inline void buffer_add_zigzag(struct buffer *buffer, int64_t value)
{
    buffer_add_varint(buffer, (uint64_t)value << 1 ^ (uint64_t)(value >> 63));
}

static inline uint8_t reader_byte(struct reader *reader)
{
    if (reader->at == reader->end) {
        reader->failed = true;
        return 0;
    }
    return *reader->at++;
}

static inline uint64_t reader_varint(struct reader *reader)
{
    uint64_t value = 0;

    for (unsigned shift = 0; shift < 64; shift += 7) {
        uint8_t byte = reader_byte(reader);

        value |= (uint64_t)(byte & 0x7F) << shift;
        if (byte < 0x80)
            return value;
    }
    reader->failed = true;
    return 0;
}

static inline int64_t reader_zigzag(struct reader *reader)
{
    uint64_t value = reader_varint(reader);

    return (int64_t)(value >> 1) ^ -(int64_t)(value & 1);
}

#endif
