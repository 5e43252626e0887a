#include "connectors/inspect/excerpt.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "connectors/content.h"

static int piece_read(int fd, uint64_t at, size_t size, struct buffer *ret, struct err *err)
{
    ssize_t got;

    buffer_clear(ret);
    got = pread(fd, buffer_grow(ret, size), size, (off_t)at);
    if (got < 0)
        return err_stop(err, EXIT_FAILED, "cannot be read: %s", strerror(errno));
    ret->size = (size_t)got;
    return 0;
}

/* Whole lines only: what comes before the first end of a line and after the last one is left away. */
static void add_lines(const struct buffer *piece, bool from_start, bool to_end, struct buffer *ret)
{
    const uint8_t *at = piece->data, *end = piece->data + piece->size, *found;

    if (!piece->size)
        return;
    if (!from_start) {
        found = memchr(at, '\n', piece->size);
        at = found ? found + 1 : end;
    }
    if (!to_end) {
        found = memrchr(at, '\n', (size_t)(end - at));
        end = found ? found + 1 : from_start ? end : at;
    }
    buffer_add(ret, at, (size_t)(end - at));
}

static int read_pieces(int fd, uint64_t size, struct buffer *ret, struct err *err)
{
    const struct {
        uint64_t at;
        size_t size;
    } pieces[] = { { 0, EXCERPT_HEAD_BYTES },
                   { size / 2, EXCERPT_PIECE_BYTES },
                   { size - EXCERPT_PIECE_BYTES, EXCERPT_PIECE_BYTES } };
    enum { COUNT = sizeof pieces / sizeof *pieces };
    CLEANUP(buffer_free) struct buffer piece = { 0 };

    for (size_t i = 0; i < COUNT; i++) {
        if (piece_read(fd, pieces[i].at, pieces[i].size, &piece, err) < 0)
            return -1;
        add_lines(&piece, i == 0, i == COUNT - 1, ret);
        if (i == 0 && !memchr(ret->data, '\n', ret->size))
            return err_stop(
                err, EXIT_DATA,
                "has no end of a line in its first MiB: it is no text of lines, or they end in CR alone "
                "(tr '\\r' '\\n' <FILE >NEW)");
    }
    return 0;
}

int excerpt_read(int fd, struct buffer *ret, bool *ret_whole, struct err *err)
{
    struct stat status;

    if (fstat(fd, &status) < 0)
        return err_stop(err, EXIT_FAILED, "cannot be read: %s", strerror(errno));
    if (!S_ISREG(status.st_mode))
        return err_stop(err, EXIT_DATA, "is no regular file");
    *ret_whole = status.st_size <= EXCERPT_BYTES_MAX;
    if (*ret_whole)
        return piece_read(fd, 0, (size_t)status.st_size, ret, err);
    return read_pieces(fd, (uint64_t)status.st_size, ret, err);
}

/* --- what it is not --- */

static const struct kind {
    const char *bytes;
    size_t size;
    const char *text;
} kinds[] = {
    { "\xFF\xFE", 2, "is UTF-16: convert it first (iconv -f UTF-16 -t UTF-8 <FILE >NEW)" },
    { "\xFE\xFF", 2, "is UTF-16: convert it first (iconv -f UTF-16 -t UTF-8 <FILE >NEW)" },
    { "%PDF", 4, "is a PDF: ask the department for the table that it was made from" },
    { "7z\xBC\xAF\x27\x1C", 6, "is packed by 7-Zip: unpack it first (7z x FILE)" },
    { "Rar!\x1A\x07", 6, "is packed by RAR: unpack it first (unrar x FILE)" },
    { "\xFD"
      "7zXZ",
      5, "is packed by xz: unpack it first (unxz -k FILE)" },
    { "BZh", 3, "is packed by bzip2: unpack it first (bunzip2 -k FILE)" },
    { "SQLite format 3", 15, "is an SQLite database: ask the department for the table as text" },
    { "PAR1", 4, "is Parquet: ask the department for it as text" },
    { "<?xml", 5, "is XML: ask the department for a table as text, or a workbook" },
    { "<html", 5, "is a web page, whatever its name says: open it as a spreadsheet and save it as CSV" },
};

static int refuse_kind(const void *data, size_t size, struct err *err)
{
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (size >= kinds[i].size && !memcmp(data, kinds[i].bytes, kinds[i].size))
            return err_stop(err, EXIT_DATA, "%s", kinds[i].text);
    return 0;
}

static bool is_blank(const char *data, size_t size)
{
    while (size && strchr(" \t\r\n", data[size - 1]) && data[size - 1])
        size--;
    return !size;
}

int excerpt_check(const void *data, size_t size, struct err *err)
{
    if (is_blank(data, size))
        return err_stop(err, EXIT_DATA, "is empty");
    if (refuse_kind(data, size, err) < 0)
        return -1;
    if (content_is_binary(data, size))
        return err_stop(err, EXIT_DATA, "is binary: no text of any charset has so many control characters");
    if (!memchr(data, '\n', size) && memchr(data, '\r', size))
        return err_stop(err, EXIT_DATA,
                        "has lines that end in CR alone: convert it first (tr '\\r' '\\n' <FILE >NEW)");
    return 0;
}
