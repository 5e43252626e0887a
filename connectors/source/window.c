#include "connectors/source/window.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/arena.h"

enum { WINDOW_BYTES_MIN = 1 << 20 };

void window_open(struct window *window, int fd, uint64_t limit, size_t want_max)
{
    size_t capacity = 2 * want_max > WINDOW_BYTES_MIN ? 2 * want_max : WINDOW_BYTES_MIN;
    uint8_t *memory = mem_alloc(capacity);

    *window =
        (struct window){ .fd = fd, .memory = memory, .data = memory, .capacity = capacity, .limit = limit };
}

void window_open_memory(struct window *window, const void *data, size_t size)
{
    *window = (struct window){ .fd = -1, .data = data, .end = size, .limit = size };
}

void window_close(struct window *window)
{
    mem_freep(&window->memory);
    *window = (struct window){ .fd = -1 };
}

/* Moves what is left to the front and reads behind it, up to the limit. */
static int window_fill(struct window *window, struct err *err)
{
    size_t left = window_left(window), room = window->capacity - left;
    uint64_t unread = window->limit - window->offset - left;
    ssize_t size;

    memmove(window->memory, window->memory + window->begin, left);
    window->begin = 0;
    window->end = left;
    do
        size = pread(window->fd, window->memory + left, room < unread ? room : unread,
                     (off_t)(window->offset + left));
    while (size < 0 && errno == EINTR);
    if (size < 0)
        return err_set(err, ERR_RETRY, "cannot read the file: %s", strerror(errno));
    if (size == 0)
        window->limit = window->offset + left; /* somebody cut it meanwhile */
    window->end += (size_t)size;
    return 0;
}

int window_want(struct window *window, size_t size, struct err *err)
{
    while (window_left(window) < size && !window_ends(window))
        if (window_fill(window, err) < 0)
            return -1;
    return 0;
}

void window_skip(struct window *window, size_t size)
{
    window->begin += size;
    window->offset += size;
}
