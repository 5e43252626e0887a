#include "connectors/source/csv.h"

#include <stdlib.h>
#include <string.h>

#include "connectors/source/charset.h"
#include "connectors/source/lines.h"
#include "lib/base/arena.h"

struct csv {
    struct row_reader reader;
    const struct feed_conf *feed;
    struct lines lines;
    struct decoder *decoder;
    struct text delimiter;
    bool header;    /* still to come */
    size_t columns; /* a row must have so many; 0: not known yet */
    struct text *cells;
    size_t count, capacity;
    struct buffer unquoted; /* values without their quotes */
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
        if (!lines_find(&csv->lines, piece->taken, &next))
            return false;
        piece->text.len = piece->taken + next.text.len;
        piece->taken += next.taken;
        piece->lines++;
        if (piece->text.len > csv->lines.line_max)
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

    *ret = (struct row){ .line = csv->lines.line + 1, .byte = csv->lines.window.offset };
    if (has_open_quote(csv, piece.text) && join_lines(csv, &joined) &&
        read_cells(csv, joined.text) == REASON_NONE)
        piece = joined;
    else
        ret->reason = read_cells(csv, piece.text);
    ret->cells = csv->cells;
    ret->count = csv->count;
    ret->raw = piece.text;
    ret->raw_size = piece.text.len;
    lines_take(&csv->lines, &piece);
}

static int csv_next(struct row_reader *reader, struct row *ret, struct err *err)
{
    struct csv *csv = (struct csv *)reader;
    struct piece piece;
    int got;

    while ((got = lines_next(&csv->lines, &piece, err)) == 1 && piece.lines && is_blank(csv, piece.text))
        lines_take(&csv->lines, &piece);
    if (got <= 0)
        return got;
    csv->count = 0;
    if (piece.lines)
        read_row(csv, piece, ret);
    else if (lines_take_long(&csv->lines, ret, err) < 0)
        return -1;
    ret->header = csv->header;
    if (csv->header)
        csv->columns = csv->count;
    csv->header = false;
    return 1;
}

static void csv_close(struct row_reader *reader)
{
    struct csv *csv = (struct csv *)reader;

    lines_close(&csv->lines);
    decoder_free(csv->decoder);
    buffer_free(&csv->unquoted);
    free(csv->cells);
    free(csv);
}

static struct csv *csv_new(const struct feed_conf *feed)
{
    struct csv *csv = mem_zalloc(sizeof *csv);

    csv->reader = (struct row_reader){ csv_next, csv_close };
    csv->feed = feed;
    csv->decoder = decoder_new(feed->charset);
    csv->delimiter = text_of(feed->delimiter);
    csv->header = feed->header;
    csv->columns = feed->header ? 0 : feed->order.count;
    return csv;
}

struct row_reader *csv_open_memory(const struct feed_conf *feed, const void *data, size_t size)
{
    struct csv *csv = csv_new(feed);

    lines_open_memory(&csv->lines, feed, data, size);
    return &csv->reader;
}

int csv_open(const struct feed_conf *feed, int fd, struct row_reader **ret, struct err *err)
{
    struct csv *csv = csv_new(feed);

    if (lines_open(&csv->lines, feed, fd, err) < 0) {
        csv_close(&csv->reader);
        return -1;
    }
    *ret = &csv->reader;
    return 0;
}
