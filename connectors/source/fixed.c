#include "connectors/source/fixed.h"

#include <stdlib.h>
#include <string.h>

#include "connectors/source/charset.h"
#include "connectors/source/lines.h"
#include "lib/base/arena.h"

struct fixed {
    struct row_reader reader;
    struct lines lines;
    struct decoder *decoder;
    bool header; /* still to come */
    enum feed_charset charset;
    enum feed_width_unit unit;
    size_t *widths, total;
    struct text *cells;
    size_t count;
};

/* --- cutting: how far each character reaches, as sent and in UTF-8 --- */

static size_t utf8_size(unsigned char first)
{
    return first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
}

/* Of a character that has been decoded: GB 18030-2005, a second byte 30-39 means four. */
static size_t sent_size(enum feed_charset charset, const char *at)
{
    const unsigned char *bytes = (const unsigned char *)at;

    if (bytes[0] < 0x80)
        return 1;
    if (charset == CHARSET_UTF8)
        return utf8_size(bytes[0]);
    return bytes[1] >= '0' && bytes[1] <= '9' ? 4 : 2;
}

/* Where a line stands: the same character as it was sent and as it reads. */
struct place {
    const char *sent, *text;
};

/* Goes `width` units on; false: the line ends before, or a character lies across. */
static bool go_on(const struct fixed *fixed, struct place *place, const char *text_end, size_t width)
{
    while (width) {
        size_t sent, units;

        if (place->text == text_end)
            return false;
        sent = sent_size(fixed->charset, place->sent);
        units = fixed->unit == WIDTH_BYTES ? sent : 1;
        if (units > width)
            return false;
        width -= units;
        place->sent += sent;
        place->text += utf8_size((unsigned char)*place->text);
    }
    return true;
}

static bool cut(struct fixed *fixed, struct text sent, struct text text)
{
    struct place place = { sent.data, text.data };
    const char *end = text.data + text.len;

    for (size_t i = 0; i < fixed->count; i++) {
        const char *start = place.text;

        if (!go_on(fixed, &place, end, fixed->widths[i]))
            return false;
        fixed->cells[i] = (struct text){ start, (size_t)(place.text - start) };
    }
    return place.text == end;
}

/* Most lines are ASCII: a byte is a character. */
static bool cut_ascii(struct fixed *fixed, struct text text)
{
    if (text.len != fixed->total)
        return false;
    for (size_t i = 0; i < fixed->count; i++) {
        fixed->cells[i] = (struct text){ text.data, fixed->widths[i] };
        text.data += fixed->widths[i];
    }
    return true;
}

static enum reason read_cells(struct fixed *fixed, struct text sent)
{
    struct text text;

    if (!decoder_text(fixed->decoder, sent, &text))
        return BAD_ENCODING;
    if (text_is_ascii(text) ? !cut_ascii(fixed, text) : !cut(fixed, sent, text))
        return BAD_COLUMN_COUNT;
    return REASON_NONE;
}

/* --- rows --- */

static void read_row(struct fixed *fixed, const struct piece *piece, struct row *ret)
{
    *ret = (struct row){ .line = fixed->lines.line + 1,
                         .byte = fixed->lines.window.offset,
                         .raw = piece->text,
                         .raw_size = piece->text.len,
                         .cells = fixed->cells };
    ret->reason = read_cells(fixed, piece->text);
    ret->count = ret->reason == REASON_NONE ? fixed->count : 0;
    lines_take(&fixed->lines, piece);
}

static int fixed_next(struct row_reader *reader, struct row *ret, struct err *err)
{
    struct fixed *fixed = (struct fixed *)reader;
    struct piece piece;
    int got;

    while ((got = lines_next(&fixed->lines, &piece, err)) == 1 && piece.lines && !text_trim(piece.text).len)
        lines_take(&fixed->lines, &piece);
    if (got <= 0)
        return got;
    if (piece.lines)
        read_row(fixed, &piece, ret);
    else if (lines_take_long(&fixed->lines, ret, err) < 0)
        return -1;
    ret->header = fixed->header;
    fixed->header = false;
    return 1;
}

static void fixed_close(struct row_reader *reader)
{
    struct fixed *fixed = (struct fixed *)reader;

    lines_close(&fixed->lines);
    decoder_free(fixed->decoder);
    free(fixed->widths);
    free(fixed->cells);
    free(fixed);
}

static struct fixed *fixed_new(const struct feed_conf *feed)
{
    struct fixed *fixed = mem_zalloc(sizeof *fixed);

    fixed->reader = (struct row_reader){ fixed_next, fixed_close };
    fixed->decoder = decoder_new(feed->charset);
    fixed->header = feed->header;
    fixed->charset = feed->charset;
    fixed->unit = feed->width_unit;
    fixed->count = feed->widths.count;
    fixed->widths = mem_zalloc((fixed->count + 1) * sizeof *fixed->widths);
    fixed->cells = mem_zalloc((fixed->count + 1) * sizeof *fixed->cells);
    for (size_t i = 0; i < fixed->count; i++) {
        fixed->widths[i] = strtoul(feed->widths.items[i], NULL, 10); /* the configuration has checked them */
        fixed->total += fixed->widths[i];
    }
    return fixed;
}

struct row_reader *fixed_open_memory(const struct feed_conf *feed, const void *data, size_t size)
{
    struct fixed *fixed = fixed_new(feed);

    lines_open_memory(&fixed->lines, feed, data, size);
    return &fixed->reader;
}

int fixed_open(const struct feed_conf *feed, int fd, struct row_reader **ret, struct err *err)
{
    struct fixed *fixed = fixed_new(feed);

    if (lines_open(&fixed->lines, feed, fd, err) < 0) {
        fixed_close(&fixed->reader);
        return -1;
    }
    *ret = &fixed->reader;
    return 0;
}
