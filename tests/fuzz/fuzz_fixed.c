/* Lines of fixed width in any charset and unit (the first byte), of widths (the next three): cells are UTF-8
 * and, put together, the line; lines and bytes go forward. */
#include <stdio.h>
#include <string.h>

#include "connectors/source/fixed.h"
#include "tests/fuzz/dialect.h"
#include "tests/fuzz/fuzz.h"

enum { COLUMNS = 3 };

static size_t check_cells(const struct row *row)
{
    size_t len = 0;

    MUST(row->count == COLUMNS);
    for (size_t i = 0; i < row->count; i++) {
        MUST(text_is_utf8(row->cells[i]) && !memchr(row->cells[i].data, 0, row->cells[i].len));
        MUST(i == 0 || row->cells[i].data == row->cells[i - 1].data + row->cells[i - 1].len);
        len += row->cells[i].len;
    }
    return len;
}

static void check_row(const struct row *row, const struct row *before, const struct feed_conf *feed,
                      size_t size)
{
    MUST(row->line > before->line || !before->line);
    MUST(row->byte + row->raw.len <= size);
    if (row->reason != REASON_NONE)
        MUST(row->reason == LINE_TOO_LONG || row->reason == BAD_ENCODING || row->reason == BAD_COLUMN_COUNT);
    else if (feed->charset == CHARSET_UTF8)
        MUST(check_cells(row) == row->raw.len);
    else
        check_cells(row);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    CLEANUP(row_reader_closep) struct row_reader *reader = NULL;
    static char numbers[COLUMNS][8], *widths[COLUMNS];
    struct feed_conf feed;
    struct row row = { 0 }, before = { 0 };
    struct err err = { 0 };

    if (size < 1 + COLUMNS)
        return 0;
    feed = dialect(data[0]);
    feed.width_unit = data[0] >> 2 & 1 ? WIDTH_CHARACTERS : WIDTH_BYTES;
    for (int i = 0; i < COLUMNS; i++) {
        snprintf(numbers[i], sizeof numbers[i], "%d", data[1 + i] % 32 + 1);
        widths[i] = numbers[i];
    }
    feed.widths = (struct conf_names){ widths, COLUMNS };
    data += 1 + COLUMNS;
    size -= 1 + COLUMNS;
    reader = fixed_open_memory(&feed, data, size);
    while (reader->next(reader, &row, &err) == 1) {
        check_row(&row, &before, &feed, size);
        before = row;
    }
    MUST(err.kind == ERR_NONE);
    return 0;
}
