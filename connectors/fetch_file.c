#include "connectors/fetch_file.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/arena.h"

enum { PIECE_BYTES = 1 << 18 };

void fetch_file_open(struct fetch_file *spool, int fd, int tell, uint64_t bytes_max)
{
    *spool = (struct fetch_file){ .fd = fd, .tell = tell, .bytes_max = bytes_max, .digest = digest_new() };
    digest_start(spool->digest);
}

void fetch_file_close(struct fetch_file *spool)
{
    buffer_free(&spool->out);
    digest_free(spool->digest);
    spool->digest = NULL;
}

static int disk_error(struct err *err)
{
    return err_set(err, ERR_RETRY, "what it reads cannot be written: %s", strerror(errno));
}

int fetch_file_restart(struct fetch_file *spool, struct err *err)
{
    if (ftruncate(spool->fd, 0) < 0 || lseek(spool->fd, 0, SEEK_SET) < 0)
        return disk_error(err);
    buffer_clear(&spool->out);
    spool->bytes = spool->lines = spool->rows = 0;
    digest_start(spool->digest);
    return 0;
}

static uint64_t count_ends(const uint8_t *at, size_t size)
{
    const uint8_t *end = at + size;
    uint64_t count = 0;

    while ((at = memchr(at, '\n', (size_t)(end - at))) != NULL) {
        count++;
        at++;
    }
    return count;
}

static int write_out(struct fetch_file *spool, struct err *err)
{
    size_t done = 0;

    spool->bytes += spool->out.size;
    if (spool->bytes > spool->bytes_max)
        return err_set(err, ERR_RETRY,
                       "there is more than fetch_bytes_max, %" PRIu64 " bytes: raise that if it is right",
                       spool->bytes_max);
    if (!spool->out.size)
        return 0;
    spool->lines += count_ends(spool->out.data, spool->out.size);
    digest_add(spool->digest, spool->out.data, spool->out.size);
    while (done < spool->out.size) {
        ssize_t size = write(spool->fd, spool->out.data + done, spool->out.size - done);

        if (size < 0 && errno != EINTR)
            return disk_error(err);
        done += size > 0 ? (size_t)size : 0;
    }
    buffer_clear(&spool->out);
    fetch_file_tick(spool);
    return 0;
}

int fetch_file_piece(struct fetch_file *spool, struct err *err)
{
    return spool->out.size < PIECE_BYTES ? 0 : write_out(spool, err);
}

int fetch_file_row(struct fetch_file *spool, struct err *err)
{
    spool->rows++;
    return fetch_file_piece(spool, err);
}

int fetch_file_end(struct fetch_file *spool, struct fetched *ret, struct err *err)
{
    uint8_t digest[DIGEST_SIZE];
    char text[2 * DIGEST_SIZE + 1];

    if (write_out(spool, err) < 0)
        return -1;
    digest_end(spool->digest, digest);
    hex_encode(digest, sizeof digest, text);
    ret->state = FETCH_READ;
    ret->rows = spool->rows;
    ret->lines = spool->lines;
    ret->bytes = spool->bytes;
    ret->sha256 = mem_strdup(text);
    return 0;
}

/* --- cells --- */

/* None of these is part of a longer character, neither of UTF-8 nor of GB18030. */
static bool is_plain(struct text text)
{
    static const bool special[256] = { ['"'] = true, [','] = true, ['\n'] = true, ['\r'] = true };

    for (size_t i = 0; i < text.len; i++)
        if (special[(unsigned char)text.data[i]])
            return false;
    return true;
}

void fetch_file_cell(struct fetch_file *spool, bool first, struct text text)
{
    if (!first)
        buffer_add_byte(&spool->out, ',');
    if (is_plain(text)) {
        buffer_add(&spool->out, text.data, text.len);
        return;
    }
    buffer_add_byte(&spool->out, '"');
    for (size_t i = 0; i < text.len; i++) {
        if (text.data[i] == '"')
            buffer_add_byte(&spool->out, '"');
        buffer_add_byte(&spool->out, (uint8_t)text.data[i]);
    }
    buffer_add_byte(&spool->out, '"');
}

void fetch_file_tick(const struct fetch_file *spool)
{
    /* Whoever does not listen any more has ended, and so does this. */
    if (spool->tell >= 0 && write(spool->tell, ".", 1) < 0 && errno != EINTR)
        _exit(EXIT_FAILED);
}
