#include "connectors/source/csv.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/unit/row_text.h"
#include "tests/unit/unit.h"

static struct feed_conf comma(void)
{
    static char delimiter[] = ",", quote[] = "\"";

    return (
        struct feed_conf){ .delimiter = delimiter, .quote = quote, .header = true, .line_bytes_max = 65536 };
}

static const char *read_all(const struct feed_conf *feed, const char *data, size_t size)
{
    return row_text(csv_open_memory(feed, data, size));
}

static void every_dialect_of_commas_is_read(void **state)
{
    static const struct {
        const char *data, *rows;
    } cases[] = {
        { "a,b\n1,2\n", "1@0#a|b\n2@4 1|2\n" },
        { "a,b\r\n1,2\r\n", "1@0#a|b\n2@5 1|2\n" },
        { "a,b\n1,2", "1@0#a|b\n2@4 1|2\n" },
        { "\xEF\xBB\xBF"
          "a,b\n1,2\n",
          "1@3#a|b\n2@7 1|2\n" },
        { "a,b\n\n \t\r\n1,\n", "1@0#a|b\n4@9 1|\n" }, /* blank lines are not lines */
        { "a,b\n1\n1,2,3\n1,2\n", "1@0#a|b\n2@4 !BAD_COLUMN_COUNT\n3@6 !BAD_COLUMN_COUNT\n4@12 1|2\n" },
        { "a,b\n\"1,1\",\"2\"\"2\"\n", "1@0#a|b\n2@4 1,1|2\"2\n" },
        { "a,b\n \"1\" ,2\n", "1@0#a|b\n2@4 1|2\n" },                         /* blanks around quotes */
        { "a,b\n\"1\nx\",2\n3,4\n", "1@0#a|b\n2@4 1\nx|2\n4@12 3|4\n" },      /* a quoted line end */
        { "a,b\n\"1,2\n3,4\n", "1@0#a|b\n2@4 !BAD_COLUMN_COUNT\n3@9 3|4\n" }, /* it never closes */
        { "a,b\n\"1,2\n3,4\n5,\"6\"\n", "1@0#a|b\n2@4 !BAD_COLUMN_COUNT\n3@9 3|4\n4@13 5|6\n" },
        { "a,b\n1\"1,2\n3,4\n", "1@0#a|b\n2@4 !BAD_COLUMN_COUNT\n3@10 3|4\n" }, /* one that never opened */
        { "a,b\n1\"x\"1,2\n", "1@0#a|b\n2@4 1\"x\"1|2\n" },                     /* part of the value */
        { "a,b\n\"1\"1,2\n", "1@0#a|b\n2@4 !BAD_COLUMN_COUNT\n" },
        { "a,b\n\xFF,2\n3,4\n", "1@0#a|b\n2@4 !BAD_ENCODING\n3@8 3|4\n" },
        { "", "" },
        { "\n\n", "" },
    };
    struct feed_conf feed = comma();

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        assert_string_equal(read_all(&feed, cases[i].data, strlen(cases[i].data)), cases[i].rows);
}

static void a_nul_spoils_its_line_only(void **state)
{
    static const char data[] = "a,b\n1\0,2\n3,4\n";
    struct feed_conf feed = comma();

    (void)state;
    assert_string_equal(read_all(&feed, data, sizeof data - 1), "1@0#a|b\n2@4 !BAD_ENCODING\n3@9 3|4\n");
}

/* 亅 is 0x81 0x7C: its second byte is the bar that parts columns. 㐂 takes four bytes. */
static void gb18030_is_decoded_before_it_is_cut(void **state)
{
    struct feed_conf feed = comma();
    char bar[] = "|", wide[] = "\xE3\x80\x81"; /* 、 */

    (void)state;
    feed.charset = CHARSET_GB18030;
    feed.delimiter = bar;
    assert_string_equal(read_all(&feed, "a|b\n\x81\x7C|2\n", 9), "1@0#a|b\n2@4 亅|2\n");
    assert_string_equal(read_all(&feed, "a|b\n1|\x81\n3|4\n\x81", 13),
                        "1@0#a|b\n2@4 !BAD_ENCODING\n3@8 3|4\n4@12 !BAD_ENCODING\n");
    feed.delimiter = wide;
    assert_string_equal(read_all(&feed,
                                 "a\xA1\xA2"
                                 "b\n1\xA1\xA2\x81\x39\xEF\x31\n",
                                 13),
                        "1@0#a|b\n2@5 1|㐂\n");
}

static void control_lines_are_not_data(void **state)
{
    struct feed_conf feed = comma();
    char bars[] = "||";

    (void)state;
    feed.delimiter = bars;
    feed.header_lines = 1;
    feed.trailer_lines = 2;
    assert_string_equal(read_all(&feed, "TOTAL 1\na||b\n1|x||2\nEND\nOK\n\n", 28), "2@8#a|b\n3@13 1|x|2\n");
    feed.trailer_lines = 9; /* more than there are */
    assert_string_equal(read_all(&feed, "TOTAL 1\na||b\n", 13), "");
}

static void without_a_header_the_order_says_how_many(void **state)
{
    struct feed_conf feed = comma();

    (void)state;
    feed.header = false;
    feed.order.count = 2;
    assert_string_equal(read_all(&feed, "1,2\n3\n", 6), "1@0 1|2\n2@4 !BAD_COLUMN_COUNT\n");
}

static void without_quoting_a_quote_is_a_character(void **state)
{
    struct feed_conf feed = comma();

    (void)state;
    feed.quote = NULL;
    assert_string_equal(read_all(&feed, "a,b\n\"1,2\n", 9), "1@0#a|b\n2@4 \"1|2\n");
}

/* A file through the window: 3 MB in one line costs no more memory than 64 KiB, and the next line is read. */
static void a_line_too_long_is_kept_by_its_head_and_digest(void **state)
{
    enum { LONG = 3 << 20, MAX = 65536 };
    struct feed_conf feed = comma();
    FILE *file = tmpfile();
    char *text = malloc(LONG);
    uint8_t digest[DIGEST_SIZE];
    struct row_reader *reader;
    struct row row;
    struct err err = { 0 };

    (void)state;
    memset(text, 'x', LONG);
    fprintf(file, "a,b\n%.*s,\n%.*s\n%.*s\n1,2\n", MAX - 1, text, MAX + 1, text, LONG, text);
    fflush(file);
    digest_of(text, LONG, digest);
    assert_int_equal(csv_open(&feed, fileno(file), &reader, &err), 0);
    assert_int_equal(reader->next(reader, &row, &err), 1);
    assert_int_equal(reader->next(reader, &row, &err), 1);
    assert_int_equal(row.reason, REASON_NONE); /* just not too long */
    assert_int_equal(reader->next(reader, &row, &err), 1);
    assert_int_equal(row.reason, LINE_TOO_LONG); /* just */
    assert_int_equal(reader->next(reader, &row, &err), 1);
    assert_int_equal(row.reason, LINE_TOO_LONG);
    assert_int_equal(row.raw_size, LONG);
    assert_int_equal(row.raw.len, RAW_BYTES_MAX);
    assert_memory_equal(row.raw.data, text, RAW_BYTES_MAX);
    assert_memory_equal(row.raw_digest, digest, DIGEST_SIZE);
    assert_int_equal(reader->next(reader, &row, &err), 1);
    assert_int_equal(row.line, 5);
    assert_int_equal(row.count, 2);
    assert_int_equal(reader->next(reader, &row, &err), 0);
    reader->close(reader);
    free(text);
    fclose(file);
}

static void a_file_and_memory_give_the_same_rows(void **state)
{
    struct feed_conf feed = comma();
    FILE *file = tmpfile();
    struct row_reader *reader;
    struct row row;
    struct err err = { 0 };
    uint64_t line = 0;

    (void)state;
    fputs("\xEF\xBB\xBF"
          "a,b\n",
          file);
    for (int i = 2; i <= 200000; i++)
        fprintf(file, "%d,\"x\ny\"\n", i);
    fputs("END\n", file);
    fflush(file);
    feed.trailer_lines = 1;
    assert_int_equal(csv_open(&feed, fileno(file), &reader, &err), 0);
    while (reader->next(reader, &row, &err) == 1) {
        assert_int_equal(row.reason, REASON_NONE);
        line = row.line;
    }
    assert_int_equal(line, 2 + (uint64_t)(200000 - 2) * 2);
    reader->close(reader);
    fclose(file);
}

static void a_folder_is_an_error_and_no_reader(void **state)
{
    struct feed_conf feed = comma();
    struct row_reader *reader = NULL;
    struct err err = { 0 };
    int folder = open("/", O_RDONLY);

    (void)state;
    assert_int_equal(csv_open(&feed, folder, &reader, &err), -1);
    assert_int_equal(err.kind, ERR_RETRY);
    assert_null(reader);
    close(folder);
}

UNIT_MAIN(cmocka_unit_test(every_dialect_of_commas_is_read), cmocka_unit_test(a_nul_spoils_its_line_only),
          cmocka_unit_test(gb18030_is_decoded_before_it_is_cut), cmocka_unit_test(control_lines_are_not_data),
          cmocka_unit_test(without_a_header_the_order_says_how_many),
          cmocka_unit_test(without_quoting_a_quote_is_a_character),
          cmocka_unit_test(a_line_too_long_is_kept_by_its_head_and_digest),
          cmocka_unit_test(a_file_and_memory_give_the_same_rows),
          cmocka_unit_test(a_folder_is_an_error_and_no_reader))
