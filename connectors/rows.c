#include "connectors/rows.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "connectors/source/csv.h"
#include "connectors/source/fixed.h"
#include "connectors/source/json.h"
#include "connectors/source/lines.h"
#include "connectors/source/office.h"
#include "connectors/source/spool.h"
#include "connectors/source/xlsx.h"
#include "lib/base/arena.h"

/* spool: reads the file once and gives another one, which the others read; NULL: they read it as it is. */
static const struct format {
    int (*spool)(const struct feed_conf *feed, const struct unpacking *way, int fd, uint64_t size,
                 int *ret_fd, struct err *err);
    int (*open)(const struct feed_conf *feed, int fd, struct row_reader **ret, struct err *err);
    int (*control_lines)(const struct feed_conf *feed, int fd, struct buffer *ret, struct err *err);
} formats[FORMAT_COUNT] = {
    [FORMAT_CSV] = { NULL, csv_open, lines_control },
    [FORMAT_FIXED] = { NULL, fixed_open, lines_control },
    [FORMAT_JSON] = { NULL, json_rows_open, lines_control },
    [FORMAT_XLSX] = { xlsx_spool, spool_rows, spool_control },
};

/* --- unpacking --- */

static void closep(const int *fd)
{
    if (*fd >= 0)
        close(*fd);
}

static int cannot_read(struct err *err)
{
    return err_set(err, ERR_RETRY, "the file cannot be read: %s", strerror(errno));
}

static int size_of(const struct feed_conf *feed, int fd, uint64_t *ret, struct err *err)
{
    struct stat status;

    if (fstat(fd, &status) < 0)
        return cannot_read(err);
    *ret = (uint64_t)status.st_size;
    if (feed->bounded && feed->bytes_max < *ret)
        *ret = feed->bytes_max;
    return 0;
}

static int reject(struct err *err)
{
    if (err->kind == ERR_REJECT)
        err->code = NOT_TEXT;
    return -1;
}

/* A workbook is none of the other formats, and of the old kinds none is read at all. */
static int refuse_office(const struct feed_conf *feed, int fd, uint64_t size, struct err *err)
{
    enum office_kind kind;

    if (office_kind_of(fd, size, &kind, err) < 0)
        return -1;
    if (kind == OFFICE_NONE || (kind == OFFICE_XLSX && feed->format == FORMAT_XLSX))
        return 0;
    return err_set(err, ERR_REJECT, "%s", office_texts[kind]);
}

/* The descriptor of what is read: that of the file, or of what it was unpacked to, which is *owned. */
static int unfold(const struct feed_conf *feed, const struct unpacking *way, int fd, uint64_t size,
                  int *owned, struct err *err)
{
    int spooled;

    if (unpack(feed, way, fd, size, owned, err) < 0)
        return -1;
    if (*owned >= 0) {
        fd = *owned;
        size = (uint64_t)lseek(fd, 0, SEEK_END);
    }
    if (refuse_office(feed, fd, size, err) < 0)
        return -1;
    if (!formats[feed->format].spool)
        return 0;
    if (formats[feed->format].spool(feed, way, fd, size, &spooled, err) < 0)
        return -1;
    closep(owned);
    *owned = spooled;
    return 0;
}

static int look_at(const struct feed_conf *feed, int fd, struct content *ret, struct err *err)
{
    struct content content = { 0 };

    if (formats[feed->format].spool ? spool_count(fd, &content.lines, err) < 0
                                    : content_read(fd, UINT64_MAX, &content, err) < 0)
        return -1;
    ret->lines = content.lines;
    ret->binary = content.binary;
    ret->empty = !content.lines;
    return 0;
}

int rows_unpack(const struct feed_conf *feed, const struct unpacking *way, int fd, int *ret_fd,
                struct content *ret, struct err *err)
{
    CLEANUP(closep) int owned = -1;
    uint64_t size = 0;

    if (size_of(feed, fd, &size, err) < 0)
        return -1;
    if (unfold(feed, way, fd, size, &owned, err) < 0)
        return reject(err);
    if (owned >= 0 && look_at(feed, owned, ret, err) < 0)
        return -1;
    *ret_fd = owned;
    owned = -1;
    return 0;
}

struct feed_conf rows_correction(const struct feed_conf *feed)
{
    static char comma[] = ",", quote[] = "\"";
    struct feed_conf form = *feed;

    form.header_lines = form.trailer_lines = 0;
    form.packed = PACKED_NONE;
    if (form.format == FORMAT_XLSX) {
        form.format = FORMAT_CSV;
        form.charset = CHARSET_UTF8;
        form.delimiter = comma;
        form.quote = quote;
    }
    return form;
}

/* --- rows --- */

static int open_source(const struct feed_conf *feed, int fd, struct row_reader **ret, struct err *err)
{
    if (lseek(fd, 0, SEEK_SET) < 0)
        return cannot_read(err);
    return formats[feed->format].open(feed, fd, ret, err);
}

static int bind_order(const struct feed_conf *feed, struct line *line, struct err *err)
{
    CLEANUP(mem_freep) struct text *names = mem_alloc((feed->order.count + 1) * sizeof *names);

    for (size_t i = 0; i < feed->order.count; i++)
        names[i] = text_of(feed->order.items[i]);
    return line_columns(line, names, feed->order.count, err);
}

/* Wrong charset, delimiter and missing header look alike: no name in it is known. */
static int reject_header(struct err *err, const char *why)
{
    err_set(err, ERR_REJECT, "%s", why);
    err->code = NO_KNOWN_COLUMN;
    return -1;
}

static int bind_header(struct row_reader *reader, struct line *line, struct err *err)
{
    struct row row;
    int got = reader->next(reader, &row, err);

    if (got < 0)
        return -1;
    if (got == 0)
        return reject_header(err, "is empty: not even a header");
    if (row.reason == REASON_NONE && line_columns(line, row.cells, row.count, err) == 0)
        return 0;
    if (row.reason == REASON_NONE && err->code == FIELD_NOT_ALLOWED)
        return err_add(err, "has a header whose ");
    return reject_header(err,
                         "has a header without one known column name: format, charset, delimiter or header "
                         "of the feed are not those of the file");
}

int rows_open(const struct feed_conf *feed, int fd, struct line *line, struct row_reader **ret,
              struct err *err)
{
    CLEANUP(row_reader_closep) struct row_reader *reader = NULL;

    if (open_source(feed, fd, &reader, err) < 0 ||
        (feed->header ? bind_header(reader, line, err) : bind_order(feed, line, err)) < 0)
        return -1;
    *ret = reader;
    reader = NULL;
    return 0;
}

int rows_count_lines(const struct feed_conf *feed, int fd, uint64_t *ret, struct err *err)
{
    CLEANUP(row_reader_closep) struct row_reader *reader = NULL;
    struct row row;
    int got;

    *ret = 0;
    if (open_source(feed, fd, &reader, err) < 0)
        return -1;
    while ((got = reader->next(reader, &row, err)) == 1)
        *ret += !row.header;
    return got;
}

int rows_control_lines(const struct feed_conf *feed, int fd, struct buffer *ret, struct err *err)
{
    return formats[feed->format].control_lines(feed, fd, ret, err);
}
