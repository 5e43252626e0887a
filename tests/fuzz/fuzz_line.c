/* A file of any source (the first byte) and dialect (the second): each line a record that the wire carries,
 * or a reason with a column that the source has. */
#include <string.h>

#include "connectors/line.h"
#include "connectors/source/csv.h"
#include "lib/wire/record_wire.h"
#include "tests/fuzz/dialect.h"
#include "tests/fuzz/fuzz.h"

static const struct delivery delivery = { .received_ms = 1764000000000, .ref = 1 };

static void check_record(const struct record *record)
{
    static struct wire *wire;
    CLEANUP(buffer_free) struct buffer bytes = { 0 }, again = { 0 };
    struct delivery got_delivery;
    struct record got;
    struct err err = { 0 };

    if (!wire)
        wire = wire_new();
    MUST(record_codes_valid(record));
    wire_pack_record(record, &bytes);
    MUST(bytes.size <= WIRE_RECORD_BYTES_MAX);
    MUST(wire_unpack_record(wire, record->source, record->subject.bytes, TOKEN_SIZE, bytes.data, bytes.size,
                            &got, &got_delivery, &err) == 0);
    wire_pack_record(&got, &again);
    MUST(bytes.size == again.size && !memcmp(bytes.data, again.data, bytes.size));
}

static void check_line(struct line *line, enum source source, const struct row *row)
{
    struct line_origin origin = { &delivery, 7 };
    struct record record;
    struct err err = { 0 };
    const char *column;

    if (line_read(line, row, &origin, &record, &column, &err) == 0) {
        MUST(row->reason == REASON_NONE);
        check_record(&record);
        return;
    }
    MUST(err.kind == ERR_REJECT && err.code > REASON_NONE && err.code < FIELD_NOT_ALLOWED);
    MUST(!*column || line_find_column(source, column));
    MUST(row->reason == REASON_NONE || !*column);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    CLEANUP(row_reader_closep) struct row_reader *reader = NULL;
    CLEANUP(line_freep) struct line *line = NULL;
    struct feed_conf feed;
    struct row row;
    struct err err = { 0 };

    if (size < 2)
        return 0;
    feed = dialect(data[1] & 0x0f); /* with a header: the dialects without are fuzz_csv's */
    feed.source = (enum source)(data[0] % SOURCE_COUNT);
    line = line_new(&feed, 1, fuzz_tokeniser());
    reader = csv_open_memory(&feed, data + 2, size - 2);
    if (reader->next(reader, &row, &err) != 1 || !row.header || row.reason != REASON_NONE ||
        line_columns(line, row.cells, row.count, &err) < 0)
        return 0;
    while (reader->next(reader, &row, &err) == 1)
        check_line(line, feed.source, &row);
    return 0;
}
