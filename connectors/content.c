#include "connectors/content.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/arena.h"

enum { CHUNK_BYTES = 1 << 20, LOOK_BYTES = 1 << 16, CONTROL_SHARE = 20 };

enum { WHITE = 1 << '\t' | 1 << '\n' | 1 << '\v' | 1 << '\f' | 1 << '\r' | 1 << 0x1B };

static bool is_control(unsigned char byte)
{
    return byte < ' ' && !(WHITE >> byte & 1);
}

/* A stray NUL is a bad line; a spreadsheet, an archive or UTF-16 is no text at all. */
bool content_is_binary(const unsigned char *data, size_t size)
{
    size_t controls = 0;

    size = size < LOOK_BYTES ? size : LOOK_BYTES;
    for (size_t i = 0; i < size; i++)
        controls += is_control(data[i]);
    return controls * CONTROL_SHARE > size;
}

static uint64_t count_ends(const unsigned char *data, size_t size)
{
    uint64_t count = 0;
    const unsigned char *at = data, *end = data + size;

    while (at < end && (at = memchr(at, '\n', (size_t)(end - at))) != NULL) {
        count++;
        at++;
    }
    return count;
}

int content_read(int fd, uint64_t limit, struct content *ret, struct err *err)
{
    CLEANUP(mem_freep) unsigned char *chunk = mem_alloc(CHUNK_BYTES);
    CLEANUP(digest_freep) struct digest *digest = digest_new();
    bool ended = true;
    ssize_t got = 0;

    *ret = (struct content){ 0 };
    digest_start(digest);
    if (lseek(fd, 0, SEEK_SET) < 0)
        return err_set(err, ERR_RETRY, "the file cannot be read: %s", strerror(errno));
    while (ret->bytes < limit &&
           (got = read(fd, chunk, limit - ret->bytes < CHUNK_BYTES ? limit - ret->bytes : CHUNK_BYTES)) > 0) {
        size_t size = (size_t)got;

        if (!ret->bytes)
            ret->binary = content_is_binary(chunk, size);
        ret->bytes += size;
        ret->lines += count_ends(chunk, size);
        ended = chunk[size - 1] == '\n';
        digest_add(digest, chunk, size);
    }
    if (got < 0)
        return err_set(err, ERR_RETRY, "the file cannot be read: %s", strerror(errno));
    ret->lines += !ended;
    ret->empty = !ret->bytes;
    digest_end(digest, ret->sha256);
    return 0;
}

void delivery_digest(const char *feed, uint64_t sequence, const uint8_t sha256[DIGEST_SIZE],
                     uint8_t ret[DIGEST_SIZE])
{
    CLEANUP(digest_freep) struct digest *digest = digest_new();
    uint8_t number[8];

    put_be64(number, sequence);
    digest_start(digest);
    digest_add(digest, feed, strlen(feed) + 1);
    digest_add(digest, number, sizeof number);
    digest_add(digest, sha256, DIGEST_SIZE);
    digest_end(digest, ret);
}
