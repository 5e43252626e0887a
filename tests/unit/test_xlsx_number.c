#include "connectors/source/xlsx_number.h"

#include <string.h>

#include "tests/unit/unit.h"

static const char *shown(const char *value, enum number_kind kind, bool since_1904)
{
    static struct buffer out;

    buffer_clear(&out);
    number_show(text_of(value), kind, since_1904, &out);
    buffer_add_byte(&out, '\0');
    return (const char *)out.data;
}

static void a_number_is_shown_as_it_is_written(void **state)
{
    static const struct {
        const char *value, *text;
    } cases[] = {
        { "12.5", "12.5" },
        { "0", "0" },
        { "-0.50", "-0.50" },
        { "100", "100" },
        { "12.345", "12.345" }, /* nothing is rounded */
        { "330305", "330305" },
        { "1.5E-05", "0.000015" },
        { "1.234E3", "1234" },
        { "-1.2345e+2", "-123.45" },
        { "1E+20", "100000000000000000000" },
        { "6.222020011112222E+15", "6222020011112222" },
        { "0E0", "0" },
        { "0.28999999999999998", "0.29" }, /* how Excel writes 0.29 */
        { "1234.5599999999999", "1234.56" },
        { "1234.5600000000002", "1234.5600000000002" }, /* another number, which no cell shows as 1234.56 */
        { "0.30000000000000004", "0.30000000000000004" },
        { "100000000000000000000", "100000000000000000000" },
        { "1E+999", "1E+999" }, /* will not parse */
        { "1E", "1E" },
        { "NaN", "NaN" },
        { "1.", "1." },
        { "", "" },
        { " 7 ", "7" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        assert_string_equal(shown(cases[i].value, NUMBER_PLAIN, false), cases[i].text);
}

static void a_date_is_the_day_that_the_cell_shows(void **state)
{
    static const struct {
        const char *value;
        enum number_kind kind;
        bool since_1904;
        const char *text;
    } cases[] = {
        { "45991", NUMBER_DAY, false, "2025-11-30" },
        { "1", NUMBER_DAY, false, "1900-01-01" },
        { "59", NUMBER_DAY, false, "1900-02-28" },
        { "60", NUMBER_DAY, false, "1900-02-29" }, /* never was, and day_parse() says so */
        { "61", NUMBER_DAY, false, "1900-03-01" },
        { "2958465", NUMBER_DAY, false, "9999-12-31" },
        { "2958466", NUMBER_DAY, false, "2958466" },
        { "0", NUMBER_DAY, false, "0" },
        { "-1", NUMBER_DAY, false, "-1" },
        { "0", NUMBER_DAY, true, "1904-01-01" },
        { "44529", NUMBER_DAY, true, "2025-11-30" },
        { "2957004", NUMBER_DAY, true, "2957004" },
        { "45991.75", NUMBER_DAY, false, "2025-11-30" },
        { "45991.75", NUMBER_DAY_TIME, false, "2025-11-30 18:00:00" },
        { "45991", NUMBER_DAY_TIME, false, "2025-11-30" },
        { "45991.999999", NUMBER_DAY_TIME, false, "2025-12-01" },
        { "45962", NUMBER_MONTH, false, "2025-11" },
        { "45991", NUMBER_MONTH, false, "2025-11-30" },
        { "4.5991E4", NUMBER_DAY, false, "2025-11-30" },
        { "x", NUMBER_DAY, false, "x" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        assert_string_equal(shown(cases[i].value, cases[i].kind, cases[i].since_1904), cases[i].text);
}

static void a_format_says_whether_a_number_is_a_date(void **state)
{
    static const struct {
        const char *code;
        enum number_kind kind;
    } cases[] = {
        { "General", NUMBER_PLAIN },
        { "0.00", NUMBER_PLAIN },
        { "#,##0.00;[Red]-#,##0.00", NUMBER_PLAIN },
        { "0.00E+00", NUMBER_PLAIN },
        { "\"day\" 0", NUMBER_PLAIN },
        { "[$USD] 0.00", NUMBER_PLAIN },
        { "\\d0", NUMBER_PLAIN },
        { "h:mm", NUMBER_PLAIN }, /* a time of no day */
        { "[h]:mm:ss", NUMBER_PLAIN },
        { "yyyy-mm-dd", NUMBER_DAY },
        { "yyyy\"年\"m\"月\"d\"日\"", NUMBER_DAY },
        { "[$-804]yyyy/m/d;@", NUMBER_DAY },
        { "m/d/yy", NUMBER_DAY },
        { "yyyy", NUMBER_DAY },
        { "yyyy\"年\"m\"月\"", NUMBER_MONTH },
        { "mmm-yy", NUMBER_MONTH },
        { "yyyy-mm-dd hh:mm:ss", NUMBER_DAY_TIME },
        { "m/d/yy h:mm AM/PM", NUMBER_DAY_TIME },
        { "\"", NUMBER_PLAIN },
        { "\\", NUMBER_PLAIN },
        { "", NUMBER_PLAIN },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        assert_int_equal(number_kind_of(text_of(cases[i].code)), cases[i].kind);
    assert_int_equal(number_kind_builtin(0), NUMBER_PLAIN);
    assert_int_equal(number_kind_builtin(14), NUMBER_DAY);
    assert_int_equal(number_kind_builtin(22), NUMBER_DAY_TIME);
    assert_int_equal(number_kind_builtin(27), NUMBER_MONTH);
    assert_int_equal(number_kind_builtin(31), NUMBER_DAY);
    assert_int_equal(number_kind_builtin(49), NUMBER_PLAIN);
}

UNIT_MAIN(cmocka_unit_test(a_number_is_shown_as_it_is_written),
          cmocka_unit_test(a_date_is_the_day_that_the_cell_shows),
          cmocka_unit_test(a_format_says_whether_a_number_is_a_date))
