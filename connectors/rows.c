#include "connectors/rows.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "connectors/source/csv.h"
#include "connectors/source/json.h"
#include "lib/base/arena.h"

typedef int opener(const struct feed_conf *feed, int fd, struct row_reader **ret, struct err *err);
static opener *const openers[FORMAT_COUNT] = {
    [FORMAT_CSV] = csv_open,
    [FORMAT_JSON] = json_rows_open,
};

static int open_source(const struct feed_conf *feed, int fd, struct row_reader **ret, struct err *err)
{
    if (lseek(fd, 0, SEEK_SET) < 0)
        return err_set(err, ERR_RETRY, "the file cannot be read: %s", strerror(errno));
    return openers[feed->format](feed, fd, ret, err);
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
                         "has a header without one known column name: charset, delimiter or header of the "
                         "feed are not those of the file");
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
