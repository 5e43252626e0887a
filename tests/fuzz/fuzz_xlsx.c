/* A workbook: an archive as it is, or the texts of its sheet, shared strings, styles and workbook, with a NUL
 * between. It is refused with a reason, or its rows go forward, are UTF-8, are the same read as CSV, and the
 * same when the parser alone reads the sheet. */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "connectors/rows.h"
#include "connectors/source/csv.h"
#include "connectors/source/spool.h"
#include "tests/fuzz/dialect.h"
#include "tests/fuzz/fuzz.h"
#include "tests/unit/workbook.h"

enum { PARTS = 4, BYTES_MAX = 1 << 22 };

static const char *const names[PARTS] = { "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "xl/styles.xml",
                                          "xl/workbook.xml" };

/* The sheet as no program writes it, so that the parser alone reads it. */
static char *without_skimming(const struct member *sheet)
{
    static const char tag[] = "<sheetData>";
    const char *found = memmem(sheet->text, sheet->size, tag, sizeof tag - 1);
    size_t before = found ? (size_t)(found - sheet->text) + sizeof tag - 2 : sheet->size;
    char *text = malloc(sheet->size + 2);

    memcpy(text, sheet->text, before);
    memcpy(text + before + 1, sheet->text + before, sheet->size - before);
    text[before] = ' ';
    text[sheet->size + 1] = '\0';
    return text;
}

static int make_file(const uint8_t *data, size_t size, bool skimmed)
{
    struct member members[PARTS + 1] = { 0 };
    const char *at = (const char *)data, *end = at + size;
    char *text = NULL;
    int file;

    if (size > 2 && !memcmp(data, "PK", 2))
        return bytes_file(data, size);
    for (int i = 0; i < PARTS && at < end; i++) {
        const char *nul = memchr(at, '\0', (size_t)(end - at));
        size_t len = (size_t)((nul ? nul : end) - at);

        members[i] = (struct member){ names[i], at, len };
        if (!len)
            members[i].text = "";
        at += len + 1;
    }
    if (members[0].size && !skimmed) {
        members[0].text = text = without_skimming(&members[0]);
        members[0].size++;
    }
    file = workbook_file("", NULL, NULL, members);
    free(text);
    return file;
}

/* A dead letter of it, corrected in nothing, is the same row. */
static void check_raw(const struct feed_conf *feed, const struct row *row)
{
    struct feed_conf form = rows_correction(feed);
    CLEANUP(row_reader_closep) struct row_reader *reader = NULL;
    struct row again;
    struct err err = { 0 };

    form.header = false;
    form.order.count = row->count;
    reader = csv_open_memory(&form, row->raw.data, row->raw.len);
    MUST(reader->next(reader, &again, &err) == 1);
    MUST(again.reason == REASON_NONE && again.count == row->count);
    for (size_t i = 0; i < row->count; i++)
        MUST(again.cells[i].len == row->cells[i].len &&
             !memcmp(again.cells[i].data, row->cells[i].data, row->cells[i].len));
}

static void check_row(const struct feed_conf *feed, const struct row *row, uint64_t before)
{
    MUST(row->line > before);
    MUST(row->raw_size >= row->raw.len);
    MUST(row->reason == REASON_NONE || row->reason == LINE_TOO_LONG || row->reason == BAD_COLUMN_COUNT);
    for (size_t i = 0; i < row->count; i++)
        MUST(text_is_utf8(row->cells[i]) && !memchr(row->cells[i].data, 0, row->cells[i].len));
    if (row->reason == REASON_NONE)
        check_raw(feed, row);
}

static void check_rows(const struct feed_conf *feed, int file)
{
    CLEANUP(row_reader_closep) struct row_reader *reader = NULL;
    struct row row;
    struct err err = { 0 };
    uint64_t before = 0;

    MUST(spool_rows(feed, file, &reader, &err) == 0);
    while (reader->next(reader, &row, &err) == 1) {
        check_row(feed, &row, before);
        before = row.line;
    }
    MUST(err.kind == ERR_NONE);
}

/* Its rows as a spool, or -1. */
static int read_book(const struct feed_conf *feed, const uint8_t *data, size_t size, bool skimmed)
{
    static int folder;
    struct unpacking way;
    struct content content = { 0 };
    struct err err = { 0 };
    int file = make_file(data, size, skimmed), read = -1;

    if (!folder)
        folder = open("/dev/shm", O_RDONLY | O_DIRECTORY); /* a disk would take most of the time */
    way = (struct unpacking){ .folder = folder > 0 ? folder : SPILL_TEMPORARY };
    if (rows_unpack(feed, &way, file, &read, &content, &err) < 0)
        MUST(err.kind == ERR_REJECT && err.code == NOT_TEXT && *err.text);
    close(file);
    return read;
}

/* What is taken past the parser is what the parser would have given. */
static void check_same(int a, int b)
{
    static char x[BYTES_MAX], y[BYTES_MAX];
    ssize_t size;

    MUST((a < 0) == (b < 0));
    if (a < 0)
        return;
    size = pread(a, x, sizeof x, 0);
    MUST(size > 0 && pread(b, y, sizeof y, 0) == size && !memcmp(x, y, (size_t)size));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct feed_conf feed = dialect(0);
    int skimmed, parsed;

    feed.format = FORMAT_XLSX;
    feed.unpacked_bytes_max = BYTES_MAX;
    skimmed = read_book(&feed, data, size, true);
    parsed = read_book(&feed, data, size, false);
    check_same(skimmed, parsed);
    if (skimmed >= 0) {
        check_rows(&feed, skimmed);
        close(skimmed);
        close(parsed);
    }
    return 0;
}
