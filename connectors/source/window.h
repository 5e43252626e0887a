/* window - a sliding view of a file, or of memory: the memory needed does not grow with the file.
 *
 * Ownership: lends the descriptor or the bytes. What window_at() gives is valid until the next window_want().
 * Errors:    ERR_RETRY when the file cannot be read. */
#ifndef OLIVE_CONNECTORS_SOURCE_WINDOW_H
#define OLIVE_CONNECTORS_SOURCE_WINDOW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/err.h"

struct window {
    int fd; /* -1: memory, all of it there */
    uint8_t *memory;
    const uint8_t *data;
    size_t begin, end, capacity;
    uint64_t offset; /* in the file, of data[begin] */
    uint64_t limit;  /* the file is read up to here */
};

/* Up to want_max bytes may be asked for at once. */
void window_open(struct window *window, int fd, uint64_t limit, size_t want_max);
void window_open_memory(struct window *window, const void *data, size_t size);
void window_close(struct window *window);
/* Makes `size` bytes available, or all that are left. */
int window_want(struct window *window, size_t size, struct err *err);
void window_skip(struct window *window, size_t size); /* of what is available */

static inline const uint8_t *window_at(const struct window *window)
{
    return window->data + window->begin;
}
static inline size_t window_left(const struct window *window)
{
    return window->end - window->begin;
}
static inline bool window_ends(const struct window *window) /* what is available is the last of it */
{
    return window->offset + window_left(window) >= window->limit;
}

#endif
