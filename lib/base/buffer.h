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
void buffer_add_byte(struct buffer *buffer, uint8_t byte);
void buffer_add_varint(struct buffer *buffer, uint64_t value); /* LEB128: 7 bits a byte, low first */
void buffer_add_zigzag(struct buffer *buffer, int64_t value); /* small magnitudes of either sign stay short */
void buffer_add_string(struct buffer *buffer, const char *string); /* without the NUL */
void buffer_printf(struct buffer *buffer, const char *format, ...) __attribute__((format(printf, 2, 3)));

struct reader {
    const uint8_t *at, *end;
    bool failed;
};

struct reader reader_of(const void *data, size_t size);
uint8_t reader_byte(struct reader *reader);
uint64_t reader_varint(struct reader *reader);
int64_t reader_zigzag(struct reader *reader);
void reader_bytes(struct reader *reader, void *ret, size_t size);

#endif
