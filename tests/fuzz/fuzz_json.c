/* JSON lines: cells are UTF-8 without NUL, lines and bytes go forward, raw is in the file, and what a value
 * holds is in the value. */
#include <string.h>

#include "connectors/source/json.h"
#include "connectors/source/scanner.h"
#include "tests/fuzz/fuzz.h"

enum { LINE_MAX_BYTES = 200 };

static void check_row(const struct row *row, uint64_t before, size_t size)
{
    MUST(row->line > before);
    MUST(row->byte + row->raw.len <= size);
    MUST(row->raw_size >= row->raw.len);
    for (size_t i = 0; i < row->count && row->reason == REASON_NONE; i++)
        MUST(text_is_utf8(row->cells[i]) && !memchr(row->cells[i].data, 0, row->cells[i].len));
}

static void read_rows(const uint8_t *data, size_t size)
{
    static char ignored[] = "x", *ignore[] = { ignored };
    const struct feed_conf feed = { .format = FORMAT_JSON,
                                    .header = true,
                                    .charset = size && data[0] & 1 ? CHARSET_GB18030 : CHARSET_UTF8,
                                    .line_bytes_max = LINE_MAX_BYTES,
                                    .ignore = { ignore, 1 } };
    CLEANUP(row_reader_closep) struct row_reader *reader = NULL;
    struct row row = { 0 };
    struct err err = { 0 };
    uint64_t before = 0;

    if (json_rows_open_memory(&feed, data, size, &reader, &err) < 0) {
        MUST(err.kind == ERR_REJECT);
        return;
    }
    while (reader->next(reader, &row, &err) == 1) {
        if (!row.header)
            check_row(&row, before, size);
        before = row.line;
    }
    MUST(err.kind == ERR_NONE);
}

/* What was passed as whole can be gone into. */
static void walk(const struct scan_value *value, unsigned depth)
{
    struct scanner scanner;
    struct scan_value item;
    enum scan_step step;
    struct text key;

    MUST(depth <= SCAN_DEPTH_MAX);
    if (value->kind != SCAN_ARRAY && value->kind != SCAN_OBJECT)
        return;
    scanner = scan_enter(value->raw);
    while ((step = scan_next(&scanner, value->kind, &key, &item)) == SCAN_ITEM)
        walk(&item, depth + 1);
    MUST(step == SCAN_DONE && scanner.at == value->raw.data + value->raw.len);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct scanner scanner = scanner_of((struct text){ (const char *)data, size });
    struct scan_value value;

    read_rows(data, size);
    if (scan_value(&scanner, &value))
        walk(&value, 0);
    return 0;
}
