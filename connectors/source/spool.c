#include "connectors/source/spool.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "connectors/source/window.h"
#include "lib/base/arena.h"

/* The file: a head of two numbers, then the rows, each behind its size. */
enum { HEAD_BYTES = 16, SIZE_BYTES = 4 };

struct head {
    uint64_t rows, row_bytes_max;
};

static uint64_t get_be(const uint8_t *at, int bytes)
{
    uint64_t value = 0;

    for (int i = 0; i < bytes; i++)
        value = value << 8 | at[i];
    return value;
}

/* --- a row as a line of CSV --- */

static bool needs_quotes(struct text cell)
{
    if (!cell.len)
        return false;
    if (*cell.data == ' ') /* which a quote may follow */
        return true;
    for (size_t i = 0; i < cell.len; i++)
        if (cell.data[i] == ',' || cell.data[i] == '"' || cell.data[i] == '\n' || cell.data[i] == '\r')
            return true;
    return false;
}

static void add_quoted(struct text cell, struct buffer *out)
{
    buffer_add_byte(out, '"');
    for (size_t i = 0; i < cell.len; i++) {
        if (cell.data[i] == '"')
            buffer_add_byte(out, '"');
        buffer_add_byte(out, (uint8_t)cell.data[i]);
    }
    buffer_add_byte(out, '"');
}

static void add_line(const struct text *cells, size_t count, struct buffer *out)
{
    for (size_t i = 0; i < count; i++) {
        if (i)
            buffer_add_byte(out, ',');
        if (needs_quotes(cells[i]))
            add_quoted(cells[i], out);
        else
            buffer_add(out, cells[i].data, cells[i].len);
    }
}

/* --- writing --- */

struct spool {
    struct spill *spill;
    struct meter meter;
    struct head head;
    size_t line_max;
    struct buffer row, csv;
};

int spool_open(const struct feed_conf *feed, const struct unpacking *way, struct spool **ret, struct err *err)
{
    static const uint8_t empty[HEAD_BYTES];
    struct spool *spool = mem_zalloc(sizeof *spool);

    spool->line_max = feed->line_bytes_max;
    spool->meter = meter_of(feed, way, UINT64_MAX); /* that texts are repeated in it is no bomb */
    if (spill_open(way->folder, &spool->spill, err) < 0 ||
        spill_add(spool->spill, empty, sizeof empty, err) < 0) {
        spool_close(spool);
        return -1;
    }
    *ret = spool;
    return 0;
}

void spool_close(struct spool *spool)
{
    if (!spool)
        return;
    spill_close(spool->spill);
    buffer_free(&spool->row);
    buffer_free(&spool->csv);
    free(spool);
}

void spool_closep(struct spool **spool)
{
    spool_close(*spool);
}

static size_t count_filled(const struct text *cells, size_t count)
{
    while (count && !text_trim(cells[count - 1]).len)
        count--;
    return count;
}

static void pack_cells(const struct text *cells, const bool *plain, size_t count, struct buffer *out)
{
    buffer_add_varint(out, count);
    for (size_t i = 0; i < count; i++) {
        buffer_add_varint(out, (uint64_t)cells[i].len << 1 | (plain && !plain[i]));
        buffer_add(out, cells[i].data, cells[i].len);
    }
}

static void pack_long(const struct buffer *csv, struct buffer *out)
{
    uint8_t digest[DIGEST_SIZE];
    size_t kept = csv->size < RAW_BYTES_MAX ? csv->size : RAW_BYTES_MAX;

    digest_of(csv->data, csv->size, digest);
    buffer_add_varint(out, csv->size);
    buffer_add(out, digest, sizeof digest);
    buffer_add(out, csv->data, kept);
}

static size_t cell_bytes(const struct text *cells, size_t count)
{
    size_t size = count;

    for (size_t i = 0; i < count; i++)
        size += cells[i].len;
    return size;
}

/* Quotes may double what is not known to be short. */
static bool is_long(struct spool *spool, const struct text *cells, size_t count)
{
    if (2 * (cell_bytes(cells, count) + count) <= spool->line_max)
        return false;
    buffer_clear(&spool->csv);
    add_line(cells, count, &spool->csv);
    return spool->csv.size > spool->line_max;
}

static void pack_row(struct spool *spool, uint64_t line, const struct text *cells, const bool *plain,
                     size_t count)
{
    bool too_long = is_long(spool, cells, count);

    buffer_clear(&spool->row);
    buffer_grow(&spool->row, SIZE_BYTES);
    buffer_add_varint(&spool->row, line);
    buffer_add_byte(&spool->row, too_long);
    if (too_long)
        pack_long(&spool->csv, &spool->row);
    else
        pack_cells(cells, plain, count, &spool->row);
    put_be32(spool->row.data, (uint32_t)(spool->row.size - SIZE_BYTES));
}

int spool_add(struct spool *spool, uint64_t line, const struct text *cells, const bool *plain, size_t count,
              struct err *err)
{
    count = count_filled(cells, count);
    if (!count)
        return 0;
    if (cell_bytes(cells, count) > SPOOL_ROW_BYTES_MAX)
        return err_set(err, ERR_REJECT, "has a row of more than 16 MiB: that is no list of people or things");
    pack_row(spool, line, cells, plain, count);
    spool->head.rows++;
    if (spool->row.size > spool->head.row_bytes_max)
        spool->head.row_bytes_max = spool->row.size;
    if (meter_add(&spool->meter, spool->row.size, err) < 0)
        return -1;
    return spill_add(spool->spill, spool->row.data, spool->row.size, err);
}

int spool_take(struct spool *spool, int *ret_fd, struct err *err)
{
    uint8_t head[HEAD_BYTES];

    put_be64(head, spool->head.rows);
    put_be64(head + 8, spool->head.row_bytes_max);
    if (spill_replace(spool->spill, 0, head, sizeof head, err) < 0)
        return -1;
    return spill_take(spool->spill, ret_fd, err);
}

/* --- reading --- */

static int read_head(int fd, struct head *ret, struct err *err)
{
    uint8_t head[HEAD_BYTES];
    ssize_t got = pread(fd, head, sizeof head, 0);

    if (got != HEAD_BYTES)
        return err_set(err, ERR_RETRY, "the rows of the file cannot be read: %s",
                       got < 0 ? strerror(errno) : "they are gone");
    *ret = (struct head){ get_be(head, 8), get_be(head + 8, 8) };
    return 0;
}

int spool_count(int fd, uint64_t *ret, struct err *err)
{
    struct head head;

    if (read_head(fd, &head, err) < 0)
        return -1;
    *ret = head.rows;
    return 0;
}

struct spooled {
    struct row_reader reader;
    struct window window;
    size_t row_max, pending;
    uint64_t rows, last; /* read, and the number of the last one that is data */
    uint64_t first_line; /* control lines stand before it */
    bool header;         /* still to come */
    size_t columns;      /* a row must have so many; 0: not known yet */
    struct text *cells;
    bool *plain;
    size_t count, capacity;
    struct buffer csv;
};

static void grow_cells(struct spooled *spooled, size_t count)
{
    if (count <= spooled->capacity)
        return;
    spooled->capacity = count;
    spooled->cells = mem_realloc(spooled->cells, count * sizeof *spooled->cells);
    spooled->plain = mem_realloc(spooled->plain, count * sizeof *spooled->plain);
}

static void unpack_cells(struct spooled *spooled, struct reader *reader)
{
    spooled->count = reader_varint(reader);
    grow_cells(spooled, spooled->count > spooled->columns ? spooled->count : spooled->columns);
    for (size_t i = 0; i < spooled->count; i++) {
        uint64_t head = reader_varint(reader);

        spooled->plain[i] = !(head & 1);
        spooled->cells[i] = (struct text){ (const char *)reader->at, head >> 1 };
        reader->at += head >> 1;
    }
    for (; spooled->count < spooled->columns; spooled->count++) {
        spooled->plain[spooled->count] = true;
        spooled->cells[spooled->count] = TEXT("");
    }
}

static void give_cells(struct spooled *spooled, struct reader *reader, struct row *ret)
{
    unpack_cells(spooled, reader);
    buffer_clear(&spooled->csv);
    add_line(spooled->cells, spooled->count, &spooled->csv);
    ret->cells = spooled->cells;
    ret->plain = spooled->plain;
    ret->count = spooled->count;
    ret->raw = (struct text){ (const char *)spooled->csv.data, spooled->csv.size };
    ret->raw_size = spooled->csv.size;
    if (spooled->columns && spooled->count != spooled->columns)
        ret->reason = BAD_COLUMN_COUNT;
}

static void give_long(struct spooled *spooled, struct reader *reader, struct row *ret)
{
    spooled->count = 0;
    ret->reason = LINE_TOO_LONG;
    ret->raw_size = reader_varint(reader);
    reader_bytes(reader, ret->raw_digest, DIGEST_SIZE);
    ret->raw = (struct text){ (const char *)reader->at, (size_t)(reader->end - reader->at) };
}

static void give_row(struct spooled *spooled, struct row *ret)
{
    const uint8_t *data = window_at(&spooled->window);
    size_t size = (size_t)get_be(data, SIZE_BYTES);
    struct reader reader = reader_of(data + SIZE_BYTES, size);

    *ret = (struct row){ .line = reader_varint(&reader) };
    if (reader_byte(&reader))
        give_long(spooled, &reader, ret);
    else
        give_cells(spooled, &reader, ret);
    spooled->pending = SIZE_BYTES + size;
    spooled->rows++;
}

/* 1: a row of any kind, 0: no more. */
static int next_row(struct spooled *spooled, struct row *ret, struct err *err)
{
    window_skip(&spooled->window, spooled->pending);
    spooled->pending = 0;
    if (window_want(&spooled->window, spooled->row_max, err) < 0)
        return -1;
    if (!window_left(&spooled->window))
        return 0;
    give_row(spooled, ret);
    return 1;
}

static int spooled_next(struct row_reader *reader, struct row *ret, struct err *err)
{
    struct spooled *spooled = (struct spooled *)reader;
    int got;

    do {
        if (spooled->rows >= spooled->last)
            return 0;
        got = next_row(spooled, ret, err);
        if (got <= 0)
            return got;
    } while (ret->line < spooled->first_line);
    ret->header = spooled->header;
    if (spooled->header)
        spooled->columns = spooled->count;
    spooled->header = false;
    return 1;
}

static void spooled_close(struct row_reader *reader)
{
    struct spooled *spooled = (struct spooled *)reader;

    window_close(&spooled->window);
    buffer_free(&spooled->csv);
    free(spooled->cells);
    free(spooled->plain);
    free(spooled);
}

int spool_rows(const struct feed_conf *feed, int fd, struct row_reader **ret, struct err *err)
{
    struct spooled *spooled;
    struct head head;
    off_t size = lseek(fd, 0, SEEK_END);

    if (read_head(fd, &head, err) < 0)
        return -1;
    spooled = mem_zalloc(sizeof *spooled);
    spooled->reader = (struct row_reader){ spooled_next, spooled_close };
    spooled->row_max = head.row_bytes_max;
    spooled->last = head.rows > feed->trailer_lines ? head.rows - feed->trailer_lines : 0;
    spooled->first_line = (uint64_t)feed->header_lines + 1;
    spooled->header = feed->header;
    spooled->columns = feed->header ? 0 : feed->order.count;
    window_open(&spooled->window, fd, (uint64_t)size, spooled->row_max + HEAD_BYTES);
    if (window_want(&spooled->window, HEAD_BYTES, err) < 0) {
        spooled_close(&spooled->reader);
        return -1;
    }
    spooled->pending = HEAD_BYTES;
    *ret = &spooled->reader;
    return 0;
}

int spool_control(const struct feed_conf *feed, int fd, struct buffer *ret, struct err *err)
{
    CLEANUP(row_reader_closep) struct row_reader *reader = NULL;
    struct spooled *spooled;
    struct row row;
    int got;

    if (spool_rows(feed, fd, &reader, err) < 0)
        return -1;
    spooled = (struct spooled *)reader;
    spooled->columns = 0;
    while ((got = next_row(spooled, &row, err)) == 1) {
        if (row.line >= spooled->first_line && spooled->rows <= spooled->last)
            continue;
        buffer_add(ret, row.raw.data, row.raw.len);
        buffer_add_byte(ret, '\n');
    }
    return got;
}
