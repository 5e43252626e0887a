#include "connectors/rows.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/unit/unit.h"
#include "tests/unit/workbook.h"

#define ROWS                                                                                                 \
    "<row r=\"1\"><c t=\"s\"><v>0</v></c></row><row r=\"3\"><c><v>7</v></c></row><row r=\"4\"><c "           \
    "s=\"1\"/></row>"
#define STRINGS "<si><t>id_no</t></si>"

enum { COMPOUND_BYTES = 2048 };

static const struct unpacking way = { .folder = SPILL_TEMPORARY };

static struct feed_conf feed_of(enum feed_format format)
{
    static char delimiter[] = ",", quote[] = "\"", eighteen[] = "18", *widths[] = { eighteen };

    return (struct feed_conf){ .format = format,
                               .delimiter = delimiter,
                               .quote = quote,
                               .header = true,
                               .widths = { widths, 1 },
                               .line_bytes_max = 65536,
                               .unpacked_bytes_max = UINT64_MAX };
}

/* Why it is refused; NULL: it is not. Closes the file. */
static const char *refusal_of(enum feed_format format, int file)
{
    static struct err err;
    struct feed_conf feed = feed_of(format);
    struct content content = { 0 };
    int fd = -1, status;

    err = (struct err){ 0 };
    status = rows_unpack(&feed, &way, file, &fd, &content, &err);
    if (fd >= 0)
        close(fd);
    close(file);
    assert_int_equal(err.kind, status < 0 ? ERR_REJECT : ERR_NONE);
    assert_int_equal(err.code, status < 0 ? NOT_TEXT : 0);
    return status < 0 ? err.text : NULL;
}

/* [MS-CFB]: a header that says that the directory is the second sector, and the name of its stream. */
static int compound_file(const char *name)
{
    char bytes[COMPOUND_BYTES] = "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1";

    bytes[30] = 9;
    bytes[48] = 1;
    for (size_t i = 0; name[i]; i++)
        bytes[1024 + 128 + 2 * i] = name[i];
    return bytes_file(bytes, sizeof bytes);
}

static void a_workbook_is_told_from_text_and_from_what_is_none(void **state)
{
    static const struct member docs[] = { { "[Content_Types].xml", "<Types/>", 0 },
                                          { "word/document.xml", "<x/>", 0 },
                                          { 0 } };
    static const struct member inside[] = { { "a.xlsx", "not one", 0 }, { 0 } };

    (void)state;
    assert_null(refusal_of(FORMAT_CSV, bytes_file("id_no\n", 6)));
    assert_null(refusal_of(FORMAT_XLSX, workbook_file(ROWS, STRINGS, NULL, NULL)));
    for (int format = FORMAT_CSV; format <= FORMAT_XLSX; format++) {
        assert_non_null(
            strstr(refusal_of((enum feed_format)format, compound_file("Workbook")), "of the old kind (.xls"));
        assert_non_null(strstr(refusal_of((enum feed_format)format, compound_file("EncryptedPackage")),
                               "with a password"));
    }
    assert_non_null(
        strstr(refusal_of(FORMAT_CSV, workbook_file(ROWS, STRINGS, NULL, NULL)), "say format: xlsx"));
    assert_non_null(
        strstr(refusal_of(FORMAT_FIXED, workbook_file(ROWS, STRINGS, NULL, NULL)), "say format: xlsx"));
    assert_non_null(strstr(refusal_of(FORMAT_XLSX, bytes_file("id_no\n", 6)), "is no .xlsx workbook"));
    assert_non_null(strstr(refusal_of(FORMAT_XLSX, bytes_file("", 0)), "is no .xlsx workbook"));
    assert_non_null(strstr(refusal_of(FORMAT_XLSX, archive_file(docs, true)), "damaged"));
    assert_non_null(strstr(refusal_of(FORMAT_XLSX, archive_file(inside, true)), "is no .xlsx workbook"));
}

/* Packed once more, as mail programs do. */
static void a_workbook_in_an_archive_is_read_and_counted(void **state)
{
    struct feed_conf feed = feed_of(FORMAT_XLSX);
    struct content content = { .bytes = 99, .binary = true };
    struct err err = { 0 };
    int book = workbook_file(ROWS, STRINGS, NULL, NULL), archive, fd = -1;
    off_t size = lseek(book, 0, SEEK_END);
    char *bytes = malloc((size_t)size);
    uint64_t lines;

    (void)state;
    assert_int_equal(pread(book, bytes, (size_t)size, 0), size);
    archive = archive_file((const struct member[]){ { "a.xlsx", bytes, (size_t)size }, { 0 } }, true);
    assert_int_equal(rows_unpack(&feed, &way, archive, &fd, &content, &err), 0);
    assert_int_equal(content.bytes, 99); /* of the file as it was delivered */
    assert_int_equal(content.lines, 2);
    assert_false(content.binary);
    assert_false(content.empty);
    assert_int_equal(rows_count_lines(&feed, fd, &lines, &err), 0);
    assert_int_equal(lines, 1);
    close(fd);
    close(archive);
    close(book);
    free(bytes);
}

/* What the writer adds behind the end that was claimed is no part of it. */
static void of_a_file_that_grew_the_delivered_part_counts(void **state)
{
    struct feed_conf feed = feed_of(FORMAT_XLSX);
    struct content content = { 0 };
    struct err err = { 0 };
    int book = workbook_file(ROWS, STRINGS, NULL, NULL), fd = -1;

    (void)state;
    feed.bounded = true;
    feed.bytes_max = (uint64_t)lseek(book, 0, SEEK_END);
    assert_int_equal(write(book, "more than it was", 16), 16);
    assert_int_equal(rows_unpack(&feed, &way, book, &fd, &content, &err), 0);
    assert_int_equal(content.lines, 2);
    close(fd);
    close(book);
}

static void corrected_lines_of_a_workbook_are_csv(void **state)
{
    struct feed_conf feed = feed_of(FORMAT_XLSX), form;

    (void)state;
    feed.header_lines = 3;
    form = rows_correction(&feed);
    assert_int_equal(form.format, FORMAT_CSV);
    assert_int_equal(form.header_lines, 0);
    assert_string_equal(form.delimiter, ",");
    feed.format = FORMAT_FIXED;
    form = rows_correction(&feed);
    assert_int_equal(form.format, FORMAT_FIXED);
    assert_int_equal(form.packed, PACKED_NONE);
}

UNIT_MAIN(cmocka_unit_test(a_workbook_is_told_from_text_and_from_what_is_none),
          cmocka_unit_test(a_workbook_in_an_archive_is_read_and_counted),
          cmocka_unit_test(of_a_file_that_grew_the_delivered_part_counts),
          cmocka_unit_test(corrected_lines_of_a_workbook_are_csv))
