/* Delimited text of any dialect (the first byte): cells are UTF-8, lines and bytes go forward, raw is in the
 * file. */
#include <string.h>

#include "connectors/source/csv.h"
#include "tests/fuzz/dialect.h"
#include "tests/fuzz/fuzz.h"

static void check_row(const struct row *row, const struct row *before, size_t size)
{
    MUST(row->line > before->line || !before->line);
    MUST(row->byte + row->raw.len <= size);
    MUST(row->raw_size >= row->raw.len);
    if (row->reason != REASON_NONE) {
        MUST(row->reason == LINE_TOO_LONG || row->reason == BAD_ENCODING || row->reason == BAD_COLUMN_COUNT);
        return;
    }
    for (size_t i = 0; i < row->count; i++)
        MUST(text_is_utf8(row->cells[i]) && !memchr(row->cells[i].data, 0, row->cells[i].len));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    CLEANUP(row_reader_closep) struct row_reader *reader = NULL;
    static struct feed_conf feed;
    static char column[] = "a", *columns[] = { column, column };
    struct row row = { 0 }, before = { 0 };
    struct err err = { 0 };

    if (!size)
        return 0;
    feed = dialect(data[0]);
    feed.order = (struct conf_names){ columns, 2 };
    reader = csv_open_memory(&feed, data + 1, size - 1);
    while (reader->next(reader, &row, &err) == 1) {
        check_row(&row, &before, size - 1);
        before = row;
    }
    MUST(err.kind == ERR_NONE);
    return 0;
}
