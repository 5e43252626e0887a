#include "connectors/source/fixed.h"

#include <stdio.h>
#include <string.h>

#include "tests/unit/row_text.h"
#include "tests/unit/unit.h"

static struct feed_conf columns_4_3_2(void)
{
    static char four[] = "4", three[] = "3", two[] = "2", *widths[] = { four, three, two };

    return (struct feed_conf){ .format = FORMAT_FIXED, .widths = { widths, 3 }, .line_bytes_max = 65536 };
}

static const char *read_all(const struct feed_conf *feed, const char *data)
{
    return row_text(fixed_open_memory(feed, data, strlen(data)));
}

static void a_line_is_cut_where_the_widths_say(void **state)
{
    static const struct {
        const char *data, *rows;
    } cases[] = {
        { "aaaabbbcc\n1   2  3 \n", "1@0 aaaa|bbb|cc\n2@10 1   |2  |3 \n" },
        { "aaaabbbcc\r\n\r\n         \naaaabbbcc", "1@0 aaaa|bbb|cc\n4@23 aaaa|bbb|cc\n" }, /* blank: none */
        { "aaaabbbc\naaaabbbccc\naaaabbbcc\n",
          "1@0 !BAD_COLUMN_COUNT\n2@9 !BAD_COLUMN_COUNT\n3@20 aaaa|bbb|cc\n" },
        { "aaaabbb\n", "1@0 !BAD_COLUMN_COUNT\n" }, /* its blanks were cut off, or its amount */
        { "张x三cc\n", "1@0 张x|三|cc\n" },         /* three bytes each */
        { "张三bbc\n", "1@0 !BAD_COLUMN_COUNT\n" }, /* the second column would begin within 三 */
        { "aaaabb\xFF"
          "cc\n",
          "1@0 !BAD_ENCODING\n" },
        { "\xEF\xBB\xBF"
          "aaaabbbcc\n",
          "1@3 aaaa|bbb|cc\n" },
    };
    struct feed_conf feed = columns_4_3_2();

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        assert_string_equal(read_all(&feed, cases[i].data), cases[i].rows);
}

static void characters_are_counted_when_the_feed_counts_characters(void **state)
{
    struct feed_conf feed = columns_4_3_2();

    (void)state;
    feed.width_unit = WIDTH_CHARACTERS;
    assert_string_equal(read_all(&feed, "张三李四bbb王五\n张三李四bb王五\n"),
                        "1@0 张三李四|bbb|王五\n2@22 !BAD_COLUMN_COUNT\n");
}

/* 张 is 0xD5C5, 亅 0x817C; 㐂 takes four bytes: 0x8139EF31. */
static void gb18030_is_cut_as_it_was_sent(void **state)
{
    struct feed_conf feed = columns_4_3_2();

    (void)state;
    feed.charset = CHARSET_GB18030;
    assert_string_equal(read_all(&feed, "\xD5\xC5\x81\x7C"
                                        "bbbcc\n\x81\x39\xEF\x31"
                                        "b\xD5\xC5"
                                        "cc\n"),
                        "1@0 张亅|bbb|cc\n2@10 㐂|b张|cc\n");
    assert_string_equal(read_all(&feed, "aaa\xD5\xC5"
                                        "bbcc\naaaabbbc\x81\n"),
                        "1@0 !BAD_COLUMN_COUNT\n2@10 !BAD_ENCODING\n");
    feed.width_unit = WIDTH_CHARACTERS;
    assert_string_equal(read_all(&feed, "\xD5\xC5\x81\x7C\x81\x39\xEF\x31"
                                        "abbbcc\n"),
                        "1@0 张亅㐂a|bbb|cc\n");
}

static void control_lines_and_a_header_are_as_in_csv(void **state)
{
    struct feed_conf feed = columns_4_3_2();

    (void)state;
    feed.header = true;
    feed.header_lines = feed.trailer_lines = 1;
    assert_string_equal(read_all(&feed, "TOTAL 1\nid  no bk\n1   2  3 \nEND\n\n"),
                        "2@8#id  |no |bk\n3@18 1   |2  |3 \n");
}

static void a_line_too_long_is_told_and_the_next_one_read(void **state)
{
    struct feed_conf feed = columns_4_3_2();

    (void)state;
    feed.line_bytes_max = 64;
    assert_string_equal(read_all(&feed,
                                 "aaaabbbcc"
                                 "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\n"
                                 "aaaabbbcc\n"),
                        "1@0 !LINE_TOO_LONG\n2@77 aaaa|bbb|cc\n");
}

static void a_file_is_read_through_the_window(void **state)
{
    struct feed_conf feed = columns_4_3_2();
    struct row_reader *reader;
    struct row row = { 0 };
    struct err err = { 0 };
    FILE *file = tmpfile();

    (void)state;
    for (int i = 1; i <= 200000; i++)
        fprintf(file, "%04d%03d%02d\n", i % 10000, i % 1000, i % 100);
    fflush(file);
    assert_int_equal(fixed_open(&feed, fileno(file), &reader, &err), 0);
    while (reader->next(reader, &row, &err) == 1)
        assert_int_equal(row.reason, REASON_NONE);
    assert_int_equal(row.line, 200000);
    assert_int_equal(row.byte, 199999 * 10);
    reader->close(reader);
    fclose(file);
}

UNIT_MAIN(cmocka_unit_test(a_line_is_cut_where_the_widths_say),
          cmocka_unit_test(characters_are_counted_when_the_feed_counts_characters),
          cmocka_unit_test(gb18030_is_cut_as_it_was_sent),
          cmocka_unit_test(control_lines_and_a_header_are_as_in_csv),
          cmocka_unit_test(a_line_too_long_is_told_and_the_next_one_read),
          cmocka_unit_test(a_file_is_read_through_the_window))
