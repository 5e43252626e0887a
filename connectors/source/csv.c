#include "connectors/source/csv.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "connectors/source/charset.h"
#include "connectors/source/window.h"
#include "lib/base/arena.h"
#include "lib/base/buffer.h"

enum { LINE_END_BYTES = 2 }; /* CR LF */

struct csv {
    struct row_reader reader;
    const struct feed_conf *feed;
    struct window window;
    struct decoder *decoder;
    struct text delimiter;
    size_t line_max;
    uint32_t control_lines; /* still to pass over */
    bool header;            /* still to come */
    size_t columns;         /* a row must have so many; 0: not known yet */
    uint64_t line;          /* the last one passed */
    size_t pending;         /* bytes of the last row, passed over with the next one */
    struct text *cells;
    size_t count, capacity;
    struct buffer unquoted;  /* values without their quotes */
    struct buffer long_head; /* what is kept of a line too long */
    struct digest *digest;
};

/* One physical line, or several that a quote joins. */
struct piece {
    struct text text; /* without the line's end */
    size_t taken;     /* with it */
    uint32_t lines;
};

static void cell_add(struct csv *csv, const char *data, size_t len)
{
    if (csv->count == csv->capacity) {
        csv->capacity = csv->capacity ? 2 * csv->capacity : 32;
        csv->cells = mem_realloc(csv->cells, csv->capacity * sizeof *csv->cells);
    }
    csv->cells[csv->count++] = (struct text){ data, len };
}

/* The delimiter's place at or after `at`; `end` when there is none. Values are short: by its first byte. */
static const char *find_delimiter(const struct csv *csv, const char *at, const char *end)
{
    const struct text *delimiter = &csv->delimiter;

    while ((at = memchr(at, delimiter->data[0], (size_t)(end - at))) != NULL) {
        if (delimiter->len <= (size_t)(end - at) && !memcmp(at, delimiter->data, delimiter->len))
            return at;
        at++;
    }
    return end;
}

static void split_plain(struct csv *csv, struct text text)
{
    const char *at = text.data, *end = text.data + text.len;

    for (csv->count = 0;; at += csv->delimiter.len) {
        const char *stop = find_delimiter(csv, at, end);

        cell_add(csv, at, (size_t)(stop - at));
        at = stop;
        if (at == end)
            return;
    }
}

static const char *skip_spaces(const char *at, const char *end)
{
    while (at < end && *at == ' ')
        at++;
    return at;
}

static size_t count_quotes(char quote, const char *at, const char *end)
{
    size_t count = 0;

    while ((at = memchr(at, quote, (size_t)(end - at))) != NULL) {
        count++;
        at++;
    }
    return count;
}

/* at: behind the opening quote. Gives the place behind the closing one, NULL when there is none. */
static const char *take_quoted(struct csv *csv, char quote, const char *at, const char *end)
{
    const char *value = (char *)csv->unquoted.data + csv->unquoted.size;

    for (;;) {
        const char *stop = memchr(at, quote, (size_t)(end - at));
        bool doubled;

        if (!stop)
            return NULL;
        doubled = stop + 1 < end && stop[1] == quote;
        buffer_add(&csv->unquoted, at, (size_t)(stop - at) + doubled);
        at = stop + 1 + doubled;
        if (!doubled)
            break;
    }
    cell_add(csv, value, (size_t)((char *)csv->unquoted.data + csv->unquoted.size - value));
    return at;
}

/* False: a quote that does not close, or text around a quoted value. */
static bool split_quoted(struct csv *csv, char quote, struct text text)
{
    const char *at = text.data, *end = text.data + text.len;

    buffer_clear(&csv->unquoted);
    buffer_grow(&csv->unquoted, text.len); /* so that cells never move */
    buffer_clear(&csv->unquoted);
    for (csv->count = 0;; at += csv->delimiter.len) {
        const char *first = skip_spaces(at, end), *stop;

        if (first < end && *first == quote) {
            first = take_quoted(csv, quote, first + 1, end);
            if (!first)
                return false;
            at = skip_spaces(first, end);
            if (at != find_delimiter(csv, at, end))
                return false;
        } else {
            stop = find_delimiter(csv, at, end);
            if (count_quotes(quote, at, stop) % 2)
                return false;
            cell_add(csv, at, (size_t)(stop - at));
            at = stop;
        }
        if (at == end)
            return true;
    }
}

/* Decodes and cuts a piece into cells. */
static enum reason read_cells(struct csv *csv, struct text raw)
{
    char quote = csv->feed->quote ? csv->feed->quote[0] : '\0';
    struct text text;

    csv->count = 0;
    if (!decoder_text(csv->decoder, raw, &text))
        return BAD_ENCODING;
    if (!quote || !memchr(text.data, quote, text.len))
        split_plain(csv, text);
    else if (!split_quoted(csv, quote, text))
        return BAD_COLUMN_COUNT;
    return csv->columns && csv->count != csv->columns ? BAD_COLUMN_COUNT : REASON_NONE;
}

/* The physical line that begins `from` bytes behind the window's start; false: it is too long. */
static bool find_line(const struct csv *csv, size_t from, struct piece *ret)
{
    const char *data = (const char *)window_at(&csv->window) + from;
    size_t left = window_left(&csv->window) - from, max = csv->line_max + LINE_END_BYTES;
    const char *feed = memchr(data, '\n', left < max ? left : max);
    size_t len = feed ? (size_t)(feed - data) : left;

    if (!feed && left >= max)
        return false;
    *ret = (struct piece){ .text = { data, len - (len && data[len - 1] == '\r') },
                           .taken = len + (feed != NULL),
                           .lines = 1 };
    return ret->text.len <= csv->line_max;
}

static bool is_blank(const struct csv *csv, struct text text)
{
    return !text_trim(text).len &&
           find_delimiter(csv, text.data, text.data + text.len) == text.data + text.len;
}

/* Adds the lines that follow until the quotes are even; false: they do not become so within a line's bound.
 */
static bool join_lines(const struct csv *csv, struct piece *piece)
{
    char quote = csv->feed->quote[0];
    struct piece next;

    do {
        if (piece->taken >= window_left(&csv->window) || !find_line(csv, piece->taken, &next))
            return false;
        piece->text.len = piece->taken + next.text.len;
        piece->taken += next.taken;
        piece->lines++;
        if (piece->text.len > csv->line_max)
            return false;
    } while (count_quotes(quote, next.text.data, next.text.data + next.text.len) % 2 == 0);
    return true;
}

static bool has_open_quote(const struct csv *csv, struct text text)
{
    const char *quote = csv->feed->quote;

    return quote && quote[0] && count_quotes(quote[0], text.data, text.data + text.len) % 2;
}

static void read_row(struct csv *csv, struct piece piece, struct row *ret)
{
    struct piece joined = piece;

    *ret = (struct row){ .header = csv->header, .line = csv->line + 1, .byte = csv->window.offset };
    if (has_open_quote(csv, piece.text) && join_lines(csv, &joined) &&
        read_cells(csv, joined.text) == REASON_NONE)
        piece = joined;
    else
        ret->reason = read_cells(csv, piece.text);
    ret->cells = csv->cells;
    ret->count = csv->count;
    ret->raw = piece.text;
    ret->raw_size = piece.text.len;
    csv->line += piece.lines;
    csv->pending = piece.taken;
}

/* Passes over a line of any length, keeping its head and its digest. */
static int read_long_row(struct csv *csv, struct row *ret, struct err *err)
{
    size_t size;
    const uint8_t *data, *feed = NULL;

    *ret = (struct row){
        .header = csv->header, .reason = LINE_TOO_LONG, .line = ++csv->line, .byte = csv->window.offset
    };
    buffer_clear(&csv->long_head);
    csv->count = 0;
    digest_start(csv->digest);
    while (!feed && window_left(&csv->window)) {
        data = window_at(&csv->window);
        feed = memchr(data, '\n', window_left(&csv->window));
        size = feed ? (size_t)(feed - data) : window_left(&csv->window);
        digest_add(csv->digest, data, size);
        ret->raw_size += size;
        if (csv->long_head.size < RAW_BYTES_MAX)
            buffer_add(&csv->long_head, data,
                       size < RAW_BYTES_MAX - csv->long_head.size ? size
                                                                  : RAW_BYTES_MAX - csv->long_head.size);
        window_skip(&csv->window, size + (feed != NULL));
        if (window_want(&csv->window, 1, err) < 0)
            return -1;
    }
    digest_end(csv->digest, ret->raw_digest);
    ret->raw = (struct text){ (char *)csv->long_head.data, csv->long_head.size };
    return 1;
}

static int csv_next(struct row_reader *reader, struct row *ret, struct err *err)
{
    struct csv *csv = (struct csv *)reader;
    struct piece piece;

    for (;;) {
        window_skip(&csv->window, csv->pending);
        csv->pending = 0;
        if (window_want(&csv->window, csv->line_max + LINE_END_BYTES, err) < 0)
            return -1;
        if (!window_left(&csv->window))
            return 0;
        if (!find_line(csv, 0, &piece)) {
            if (read_long_row(csv, ret, err) < 0)
                return -1;
        } else if (csv->control_lines || is_blank(csv, piece.text)) {
            csv->line++;
            csv->pending = piece.taken;
            csv->control_lines -= csv->control_lines != 0;
            continue;
        } else {
            read_row(csv, piece, ret);
        }
        if (csv->header)
            csv->columns = csv->count;
        csv->header = false;
        return 1;
    }
}

static void csv_close(struct row_reader *reader)
{
    struct csv *csv = (struct csv *)reader;

    window_close(&csv->window);
    decoder_free(csv->decoder);
    digest_free(csv->digest);
    buffer_free(&csv->unquoted);
    buffer_free(&csv->long_head);
    free(csv->cells);
    free(csv);
}

static struct csv *csv_new(const struct feed_conf *feed)
{
    struct csv *csv = mem_zalloc(sizeof *csv);

    csv->reader = (struct row_reader){ csv_next, csv_close };
    csv->feed = feed;
    csv->decoder = decoder_new(feed->charset);
    csv->digest = digest_new();
    csv->delimiter = text_of(feed->delimiter);
    csv->line_max = feed->line_bytes_max;
    csv->control_lines = feed->header_lines;
    csv->header = feed->header;
    csv->columns = feed->header ? 0 : feed->order.count;
    return csv;
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

struct row_reader *csv_open_memory(const struct feed_conf *feed, const void *data, size_t size)
{
    struct csv *csv = csv_new(feed);

    if (feed->trailer_lines)
        size = trailer_start(data, size, feed->trailer_lines);
    window_open_memory(&csv->window, data, size);
    window_skip(&csv->window, charset_mark_size(feed->charset, data, size));
    return &csv->reader;
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

int csv_open(const struct feed_conf *feed, int fd, struct row_reader **ret, struct err *err)
{
    struct csv *csv;
    uint64_t limit = 0;

    if (find_limit(feed, fd, &limit, err) < 0)
        return -1;
    csv = csv_new(feed);
    window_open(&csv->window, fd, limit, csv->line_max + LINE_END_BYTES);
    if (window_want(&csv->window, csv->line_max, err) < 0)
        return csv_close(&csv->reader), -1;
    window_skip(&csv->window,
                charset_mark_size(feed->charset, window_at(&csv->window), window_left(&csv->window)));
    *ret = &csv->reader;
    return 0;
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

int csv_control_lines(const struct feed_conf *feed, int fd, struct buffer *ret, struct err *err)
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
