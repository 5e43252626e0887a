#include <string.h>

#include "lib/base/err.h"
#include "lib/base/json.h"
#include "tests/unit/unit.h"

static void numbers_are_written_out(void **state)
{
    static const struct {
        int64_t value;
        const char *text;
    } cases[] = {
        { 0, "0" },
        { 7, "7" },
        { -1, "-1" },
        { 1000000, "1000000" },
        { INT64_MAX, "9223372036854775807" },
        { INT64_MIN, "-9223372036854775808" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        CLEANUP(buffer_free) struct buffer out = { 0 };
        struct json json = json_to(&out);

        json_int(&json, cases[i].value);
        assert_int_equal(out.size, strlen(cases[i].text));
        assert_memory_equal(out.data, cases[i].text, out.size);
    }
}

static void the_largest_count_is_written_out(void **state)
{
    CLEANUP(buffer_free) struct buffer out = { 0 };
    struct json json = json_to(&out);

    (void)state;
    json_uint(&json, UINT64_MAX);
    assert_int_equal(out.size, 20);
    assert_memory_equal(out.data, "18446744073709551615", 20);
}

static void text_is_escaped_wherever_it_must_be(void **state)
{
    static const struct {
        const char *text;
        size_t len;
        const char *json;
    } cases[] = {
        { "", 0, "\"\"" },
        { "plain", 5, "\"plain\"" },
        { "\"", 1, "\"\\\"\"" },
        { "a\\b", 3, "\"a\\\\b\"" },
        { "\n\t\r", 3, "\"\\n\\t\\r\"" },
        { "a\0b", 3, "\"a\\u0000b\"" },
        { "\x1f", 1, "\"\\u001f\"" },
        { "\x7f", 1, "\"\x7f\"" },
        { "户号", 6, "\"户号\"" },
        { "end\"", 4, "\"end\\\"\"" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        CLEANUP(buffer_free) struct buffer out = { 0 };
        struct json json = json_to(&out);

        json_text(&json, cases[i].text, cases[i].len);
        assert_int_equal(out.size, strlen(cases[i].json));
        assert_memory_equal(out.data, cases[i].json, out.size);
    }
}

UNIT_MAIN(cmocka_unit_test(numbers_are_written_out), cmocka_unit_test(the_largest_count_is_written_out),
          cmocka_unit_test(text_is_escaped_wherever_it_must_be))
