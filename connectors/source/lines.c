#include "connectors/source/lines.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "connectors/source/charset.h"
#include "lib/base/arena.h"

enum { LINE_END_BYTES = 2 }; /* CR LF */

/* --- one line after another --- */

/* False: it is too long. */
static bool find_line(const struct lines *lines, size_t from, struct piece *ret)
{
    const char *data = (const char *)window_at(&lines->window) + from;
    size_t left = window_left(&lines->window) - from, max = lines->line_max + LINE_END_BYTES;
    const char *feed = memchr(data, '\n', left < max ? left : max);
    size_t len = feed ? (size_t)(feed - data) : left;

    if (!feed && left >= max)
        return false;
    *ret = (struct piece){ .text = { data, len - (len && data[len - 1] == '\r') },
                           .taken = len + (feed != NULL),
                           .lines = 1 };
    return ret->text.len <= lines->line_max;
}

bool lines_find(const struct lines *lines, size_t from, struct piece *ret)
{
    return from < window_left(&lines->window) && find_line(lines, from, ret);
}

void lines_take(struct lines *lines, const struct piece *piece)
{
    lines->line += piece->lines;
    lines->pending = piece->taken;
}

static void keep_head(struct buffer *head, const uint8_t *data, size_t size)
{
    size_t room = RAW_BYTES_MAX - head->size;

    buffer_add(head, data, size < room ? size : room);
}

int lines_take_long(struct lines *lines, struct row *ret, struct err *err)
{
    const uint8_t *feed = NULL;

    *ret = (struct row){ .reason = LINE_TOO_LONG, .line = ++lines->line, .byte = lines->window.offset };
    buffer_clear(&lines->long_head);
    digest_start(lines->digest);
    while (!feed && window_left(&lines->window)) {
        const uint8_t *data = window_at(&lines->window);
        size_t size = window_left(&lines->window);

        feed = memchr(data, '\n', size);
        size = feed ? (size_t)(feed - data) : size;
        digest_add(lines->digest, data, size);
        ret->raw_size += size;
        keep_head(&lines->long_head, data, size);
        window_skip(&lines->window, size + (feed != NULL));
        if (window_want(&lines->window, 1, err) < 0)
            return -1;
    }
    digest_end(lines->digest, ret->raw_digest);
    ret->raw = (struct text){ (char *)lines->long_head.data, lines->long_head.size };
    return 1;
}

static int pass_control(struct lines *lines, const struct piece *piece, struct err *err)
{
    struct row row;

    lines->control_lines--;
    if (!piece->lines)
        return lines_take_long(lines, &row, err);
    lines_take(lines, piece);
    return 1;
}

int lines_next(struct lines *lines, struct piece *ret, struct err *err)
{
    for (;;) {
        window_skip(&lines->window, lines->pending);
        lines->pending = 0;
        if (window_want(&lines->window, lines->line_max + LINE_END_BYTES, err) < 0)
            return -1;
        if (!window_left(&lines->window))
            return 0;
        if (!find_line(lines, 0, ret))
            *ret = (struct piece){ .lines = 0 };
        if (!lines->control_lines)
            return 1;
        if (pass_control(lines, ret, err) < 0)
            return -1;
    }
}

/* --- opening --- */

static void lines_start(struct lines *lines, const struct feed_conf *feed)
{
    *lines = (struct lines){ .line_max = feed->line_bytes_max, .control_lines = feed->header_lines };
    lines->digest = digest_new();
}

/* Where the last `count` lines that are not empty begin. */
static size_t trailer_start(const char *data, size_t size, uint32_t count)
{
    const char *feed;

    for (; count && size; count--) {
        while (size && (data[size - 1] == '\n' || data[size - 1] == '\r'))
            size--;
        feed = memrchr(data, '\n', size);
        size = feed ? (size_t)(feed - data) + 1 : 0;
    }
    return size;
}

void lines_open_memory(struct lines *lines, const struct feed_conf *feed, const void *data, size_t size)
{
    lines_start(lines, feed);
    if (feed->trailer_lines)
        size = trailer_start(data, size, feed->trailer_lines);
    window_open_memory(&lines->window, data, size);
    window_skip(&lines->window, charset_mark_size(feed->charset, data, size));
}

static int cannot_read(struct err *err)
{
    return err_set(err, ERR_RETRY, "cannot read the file: %s", strerror(errno));
}

/* Where the data end: before the trailer's control lines, which are looked for from the end. */
static int find_limit(const struct feed_conf *feed, int fd, uint64_t *ret, struct err *err)
{
    struct stat status;
    size_t size = (size_t)(feed->trailer_lines + 1) * (feed->line_bytes_max + LINE_END_BYTES);
    CLEANUP(buffer_free) struct buffer tail = { 0 };
    ssize_t got;

    if (fstat(fd, &status) < 0)
        return cannot_read(err);
    *ret = (uint64_t)status.st_size;
    if (feed->bounded && feed->bytes_max < *ret)
        *ret = feed->bytes_max;
    if (!feed->trailer_lines)
        return 0;
    size = size < *ret ? size : *ret;
    got = pread(fd, buffer_grow(&tail, size), size, (off_t)(*ret - size));
    if (got < 0 || (size_t)got != size)
        return err_set(err, ERR_RETRY, "cannot read the file");
    *ret -= size - trailer_start((char *)tail.data, size, feed->trailer_lines);
    return 0;
}

int lines_open(struct lines *lines, const struct feed_conf *feed, int fd, struct err *err)
{
    uint64_t limit = 0;

    if (find_limit(feed, fd, &limit, err) < 0)
        return -1;
    lines_start(lines, feed);
    window_open(&lines->window, fd, limit, lines->line_max + LINE_END_BYTES);
    if (window_want(&lines->window, lines->line_max, err) < 0) {
        lines_close(lines);
        return -1;
    }
    window_skip(&lines->window,
                charset_mark_size(feed->charset, window_at(&lines->window), window_left(&lines->window)));
    return 0;
}

void lines_close(struct lines *lines)
{
    window_close(&lines->window);
    buffer_free(&lines->long_head);
    digest_free(lines->digest);
    lines->digest = NULL;
}

/* --- control lines --- */

/* Decodes the first `count` lines of a piece of the file; one that is no text says nothing. */
static void add_lines(const struct feed_conf *feed, struct text piece, uint32_t count, struct buffer *ret)
{
    struct decoder *decoder = decoder_new(feed->charset);

    while (count-- && piece.len) {
        const char *end = memchr(piece.data, '\n', piece.len);
        size_t len = end ? (size_t)(end - piece.data) : piece.len;
        struct text line = { piece.data, len - (len && piece.data[len - 1] == '\r') };

        if (decoder_text(decoder, line, &line))
            buffer_add(ret, line.data, line.len);
        buffer_add_byte(ret, '\n');
        piece = (struct text){ piece.data + len + (end != NULL), piece.len - len - (end != NULL) };
    }
    decoder_free(decoder);
}

/* [at, at + size) of the file, as far as there is any. */
static int read_piece(int fd, uint64_t at, size_t size, struct buffer *ret, struct err *err)
{
    struct stat status;
    uint64_t left;
    ssize_t got;

    if (fstat(fd, &status) < 0)
        return cannot_read(err);
    left = at < (uint64_t)status.st_size ? (uint64_t)status.st_size - at : 0;
    size = size < left ? size : left;
    got = pread(fd, buffer_grow(ret, size + 1), size, (off_t)at);
    if (got < 0)
        return cannot_read(err);
    ret->size = (size_t)got;
    return 0;
}

int lines_control(const struct feed_conf *feed, int fd, struct buffer *ret, struct err *err)
{
    CLEANUP(buffer_free) struct buffer head = { 0 }, tail = { 0 };
    size_t line_max = feed->line_bytes_max + LINE_END_BYTES, mark;
    uint64_t limit;

    if (find_limit(feed, fd, &limit, err) < 0 ||
        read_piece(fd, 0, feed->header_lines * line_max, &head, err) < 0 ||
        read_piece(fd, limit, feed->trailer_lines * line_max, &tail, err) < 0)
        return -1;
    mark = charset_mark_size(feed->charset, head.data, head.size);
    add_lines(feed, (struct text){ (char *)head.data + mark, head.size - mark }, feed->header_lines, ret);
    add_lines(feed, (struct text){ (char *)tail.data, tail.size }, feed->trailer_lines, ret);
    return 0;
}
