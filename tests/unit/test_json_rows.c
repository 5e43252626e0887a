#include "connectors/source/json.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "connectors/source/scanner.h"
#include "tests/unit/row_text.h"
#include "tests/unit/unit.h"

static struct feed_conf lines(void)
{
    static char ignored[] = "extra", *ignore[] = { ignored };

    return (struct feed_conf){
        .format = FORMAT_JSON, .line_bytes_max = 200, .header = true, .ignore = { ignore, 1 }
    };
}

/* "2@7 a|b" is line 2 at byte 7, "#0" what stands after a number; "3@9 !BAD_ENCODING" a bad one. */
static const char *read_all(const char *data, size_t size)
{
    const struct feed_conf feed = lines();
    struct row_reader *reader = NULL;
    struct err err = { 0 };

    assert_int_equal(json_rows_open_memory(&feed, data, size, &reader, &err), 0);
    return row_text_numbers(reader);
}

struct example {
    const char *data, *rows;
};

static void check(const struct example *cases, size_t count)
{
    for (size_t i = 0; i < count; i++)
        assert_string_equal(read_all(cases[i].data, strlen(cases[i].data)), cases[i].rows);
}

static void an_object_a_line_is_a_row(void **state)
{
    static const struct example cases[] = {
        { "{\"a\":\"1\",\"b\":\"x\"}\n{\"b\":\"y\",\"a\":\"2\"}\n", "0@0#a|b\n1@0 1|x\n2@18 2|y\n" },
        { "{\"a\":\"1\"}\r\n\r\n{\"b\":\"y\"}",
          "0@0#a|b\n1@0 1|\n3@13 |y\n" }, /* what a line lacks is blank */
        { "{\"a\":null,\"b\":true}", "0@0#a|b\n1@0 |true\n" },
        { "{\"a\":12.50,\"b\":-1e5}", "0@0#a|b\n1@0 12.50#0|-1e5#0\n" }, /* as written, and marked */
        { "{\"a\":123456789012345678901234567890}", "0@0#a\n1@0 123456789012345678901234567890#0\n" },
        { "{\"a\":\"\\u4f59\\u989d \\\"x\\\"\\n\\/\"}", "0@0#a\n1@0 余额 \"x\"\n/\n" },
        { "{\"\\u4f59\":\"1\"}\n{\"余\":\"2\"}",
          "0@0#余\n1@0 1\n2@15 2\n" }, /* one key, written in two ways */
        { "{\"a\":\"\\ud83c\\udf52\"}", "0@0#a\n1@0 🍒\n" },
        { " { \"a\" : \"1\" } ", "0@0#a\n1@0 1\n" },
        { "\xEF\xBB\xBF{\"a\":\"1\"}", "0@0#a\n1@3 1\n" },
        { "{\"a\":\"1\",\"extra\":{\"x\":[1,{}]}}", "0@0#a|extra\n1@0 1|{\"x\":[1,{}]}\n" }, /* ignored */
        { "", "" },
        { "\n\n", "" },
    };

    (void)state;
    check(cases, COUNT_OF(cases));
}

static void what_is_no_row_spoils_its_line_only(void **state)
{
    static const struct example cases[] = {
        { "{\"a\":\"1\"}\n[1]\n{\"a\":\"2\"}", "0@0#a\n1@0 1\n2@10 !BAD_COLUMN_COUNT\n3@14 2\n" },
        { "{\"a\":\"1\"}\n{\"a\":{\"b\":1}}", "0@0#a\n1@0 1\n2@10 !BAD_COLUMN_COUNT\n" }, /* nested */
        { "{\"a\":\"1\"}\n{\"a\":[]}", "0@0#a\n1@0 1\n2@10 !BAD_COLUMN_COUNT\n" },
        { "{\"a\":\"1\"}\n{\"a\":\"1\",\"a\":\"2\"}", "0@0#a\n1@0 1\n2@10 !BAD_COLUMN_COUNT\n" }, /* twice */
        { "{\"a\":\"1\"}\n{\"b\":\"1\"", "0@0#a\n1@0 1\n2@10 !BAD_COLUMN_COUNT\n" }, /* b is no column */
        { "{\"a\":\"1\"}\n{\"a\":\"1\"} x", "0@0#a\n1@0 1\n2@10 !BAD_COLUMN_COUNT\n" },
        { "{\"a\":\"1\"}\n{\"a\":\"1\",}", "0@0#a\n1@0 1\n2@10 !BAD_COLUMN_COUNT\n" },
        { "{\"a\":\"1\"}\n{\"a\":01}", "0@0#a\n1@0 1\n2@10 !BAD_COLUMN_COUNT\n" },
        { "{\"a\":\"1\"}\n{\"a\":\"\\ud83c\"}", "0@0#a\n1@0 1\n2@10 !BAD_COLUMN_COUNT\n" },
        { "{\"a\":\"1\"}\n{\"a\":\"\\u0000\"}", "0@0#a\n1@0 1\n2@10 !BAD_COLUMN_COUNT\n" },
        { "{\"a\":\"1\"}\n{\"a\":\"\xFF\"}", "0@0#a\n1@0 1\n2@10 !BAD_ENCODING\n" },
        { "no\n", "0@0#\n1@0 !BAD_COLUMN_COUNT\n" },
        { "{\"a\":\"1\"}\n"
          "{\"a\":\"12345678901234567890123456789012345678901234567890123456789012345678901234567890123456789"
          "01234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234"
          "5678901234567890123456789\"}\n{\"a\":\"2\"}",
          "0@0#a\n1@0 1\n2@10 !LINE_TOO_LONG\n3@228 2\n" },
    };

    (void)state;
    check(cases, COUNT_OF(cases));
}

static void more_keys_than_a_list_has_are_refused(void **state)
{
    const struct feed_conf feed = lines();
    struct row_reader *reader = NULL;
    struct err err = { 0 };
    char data[JSON_COLUMNS_MAX * 16 + 16] = "";
    size_t len = 0;

    (void)state;
    for (int i = 0; i <= JSON_COLUMNS_MAX; i++)
        len += (size_t)snprintf(data + len, sizeof data - len, "{\"k%d\":1}\n", i);
    assert_int_equal(json_rows_open_memory(&feed, data, len, &reader, &err), -1);
    assert_int_equal(err.kind, ERR_REJECT);
}

static void values_are_json_or_nothing(void **state)
{
    static const struct {
        const char *text;
        bool good;
    } cases[] = {
        { "{}", true },          { "[]", true },
        { "[1,2]", true },       { "{\"a\":{\"b\":[1,2,{}]}}", true },
        { " 1 ", true },         { "-0.5e-3", true },
        { "\"\\u00e9\"", true }, { "null", true },
        { "", false },           { "{", false },
        { "[1 2]", false },      { "[,1]", false },
        { "[1,]", false },       { "{\"a\" 1}", false },
        { "{a:1}", false },      { "01", false },
        { ".5", false },         { "1.", false },
        { "+1", false },         { "\"\\x\"", false },
        { "\"\\u12\"", false },  { "\"a\nb\"", false },
        { "tru", false },        { "nul", false },
        { "[1]]", false },       { "'a'", false },
        { "NaN", false },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct scanner scanner = scanner_of(text_of(cases[i].text));
        struct scan_value value;

        assert_int_equal(scan_value(&scanner, &value) && scan_end(&scanner), cases[i].good);
    }
}

static void what_nests_too_deep_is_refused(void **state)
{
    char text[2 * SCAN_DEPTH_MAX + 2];
    struct scan_value value;
    struct scanner scanner;

    (void)state;
    for (size_t depth = SCAN_DEPTH_MAX; depth <= SCAN_DEPTH_MAX + 1; depth++) {
        memset(text, '[', depth);
        memset(text + depth, ']', depth);
        scanner = scanner_of((struct text){ text, 2 * depth });
        assert_int_equal(scan_value(&scanner, &value), depth == SCAN_DEPTH_MAX);
    }
}

UNIT_MAIN(cmocka_unit_test(an_object_a_line_is_a_row), cmocka_unit_test(what_is_no_row_spoils_its_line_only),
          cmocka_unit_test(more_keys_than_a_list_has_are_refused),
          cmocka_unit_test(values_are_json_or_nothing), cmocka_unit_test(what_nests_too_deep_is_refused))
