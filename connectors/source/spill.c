#include "connectors/source/spill.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/arena.h"

enum {
    FILE_MODE = 0600,
    WRITE_BYTES = 1 << 16,
    BLOCK_BYTES = 1 << 16, /* of what was read and is kept, */
    BLOCK_COUNT = 64       /* each at the place that its number gives it */
};
#define BLOCK_NONE UINT64_MAX

struct block {
    uint64_t number; /* in the file, or BLOCK_NONE */
    size_t size;     /* the last one of a file may be short */
    uint8_t *data;
};

struct spill {
    int fd;
    uint64_t written; /* in the file */
    uint8_t *pending; /* to be written behind it */
    size_t pending_size;
    struct block blocks[BLOCK_COUNT];
};

static const char spill_name[] = "spilling";

/* --- the file --- */

static int temporary_file(void)
{
    char path[] = P_tmpdir "/olive.XXXXXX";
    int fd = mkostemp(path, O_CLOEXEC); /* mode 0600 */

    if (fd >= 0)
        unlink(path);
    return fd;
}

/* Its name is gone before anything stands in it. */
int spill_file(int folder)
{
    int fd;

    if (folder == SPILL_TEMPORARY)
        return temporary_file();
    unlinkat(folder, spill_name, 0);
    fd = openat(folder, spill_name, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, FILE_MODE);
    if (fd >= 0 && unlinkat(folder, spill_name, 0) < 0) {
        close(fd);
        return -1;
    }
    return fd;
}

static int disk_error(struct err *err)
{
    return err_set(err, ERR_RETRY, "the file cannot be unpacked onto the disk: %s",
                   errno == ENOSPC || errno == EDQUOT ? "the disk is full" : strerror(errno));
}

int spill_open(int folder, struct spill **ret, struct err *err)
{
    int fd = spill_file(folder);
    struct spill *spill;

    if (fd < 0)
        return disk_error(err);
    spill = mem_zalloc(sizeof *spill);
    spill->fd = fd;
    spill->pending = mem_alloc(WRITE_BYTES);
    for (size_t i = 0; i < BLOCK_COUNT; i++)
        spill->blocks[i].number = BLOCK_NONE;
    *ret = spill;
    return 0;
}

void spill_close(struct spill *spill)
{
    if (!spill)
        return;
    if (spill->fd >= 0)
        close(spill->fd);
    for (size_t i = 0; i < BLOCK_COUNT; i++)
        free(spill->blocks[i].data);
    free(spill->pending);
    free(spill);
}

void spill_closep(struct spill **spill)
{
    spill_close(*spill);
}

uint64_t spill_size(const struct spill *spill)
{
    return spill->written + spill->pending_size;
}

/* --- writing --- */

static int write_at(const struct spill *spill, uint64_t at, const uint8_t *data, size_t size, struct err *err)
{
    while (size) {
        ssize_t done = pwrite(spill->fd, data, size, (off_t)at);

        if (done < 0 && errno == EINTR)
            continue;
        if (done < 0)
            return disk_error(err);
        data += done;
        at += (uint64_t)done;
        size -= (size_t)done;
    }
    return 0;
}

/* The block at the end may have been read while it was short. */
static void forget_end(struct spill *spill)
{
    uint64_t number = spill->written / BLOCK_BYTES;

    spill->blocks[number % BLOCK_COUNT].number = BLOCK_NONE;
}

static int write_pending(struct spill *spill, struct err *err)
{
    if (!spill->pending_size)
        return 0;
    if (write_at(spill, spill->written, spill->pending, spill->pending_size, err) < 0)
        return -1;
    forget_end(spill);
    spill->written += spill->pending_size;
    spill->pending_size = 0;
    return 0;
}

int spill_add(struct spill *spill, const void *data, size_t size, struct err *err)
{
    const uint8_t *at = data;

    while (size) {
        size_t room = WRITE_BYTES - spill->pending_size, part = size < room ? size : room;

        memcpy(spill->pending + spill->pending_size, at, part);
        spill->pending_size += part;
        at += part;
        size -= part;
        if (spill->pending_size == WRITE_BYTES && write_pending(spill, err) < 0)
            return -1;
    }
    return 0;
}

int spill_replace(struct spill *spill, uint64_t at, const void *data, size_t size, struct err *err)
{
    assert(at + size <= spill_size(spill));
    for (uint64_t block = at / BLOCK_BYTES; block <= (at + size) / BLOCK_BYTES; block++)
        spill->blocks[block % BLOCK_COUNT].number = BLOCK_NONE;
    if (write_pending(spill, err) < 0)
        return -1;
    return write_at(spill, at, data, size, err);
}

/* --- reading --- */

static int load_block(struct spill *spill, uint64_t number, struct block *block, struct err *err)
{
    ssize_t got;

    if (!block->data)
        block->data = mem_alloc(BLOCK_BYTES);
    block->number = BLOCK_NONE;
    do
        got = pread(spill->fd, block->data, BLOCK_BYTES, (off_t)(number * BLOCK_BYTES));
    while (got < 0 && errno == EINTR);
    if (got < 0)
        return disk_error(err);
    block->number = number;
    block->size = (size_t)got;
    return 0;
}

int spill_read(struct spill *spill, uint64_t at, void *ret, size_t size, struct err *err)
{
    uint8_t *out = ret;

    assert(at + size <= spill_size(spill));
    if (at + size > spill->written && write_pending(spill, err) < 0)
        return -1;
    while (size) {
        uint64_t number = at / BLOCK_BYTES;
        size_t from = (size_t)(at % BLOCK_BYTES), part = BLOCK_BYTES - from;
        struct block *block = &spill->blocks[number % BLOCK_COUNT];

        part = part < size ? part : size;
        if (block->number != number && load_block(spill, number, block, err) < 0)
            return -1;
        if (from + part > block->size)
            return err_set(err, ERR_RETRY, "what was unpacked is no longer on the disk");
        memcpy(out, block->data + from, part);
        out += part;
        at += part;
        size -= part;
    }
    return 0;
}

int spill_take(struct spill *spill, int *ret_fd, struct err *err)
{
    if (write_pending(spill, err) < 0)
        return -1;
    *ret_fd = spill->fd;
    spill->fd = -1;
    return 0;
}
