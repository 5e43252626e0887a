#include "connectors/control.h"

#include <string.h>

#include "lib/base/date.h"
#include "lib/core/reason.h"
#include "tests/unit/unit.h"

#define SHA "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"

static void a_control_file_says_what_it_says_and_no_more(void **state)
{
    struct control control;
    struct err err = { 0 };
    const char text[] = "bytes=12\r\n\n# by the bank\n lines = 3 \nsum=-1.5\nsequence=7\nsha256=" SHA
                        "\nreceived=2025-12-05T09:04:00";

    assert_int_equal(control_parse(text_of(text), &control, &err), 0);
    assert_int_equal(control.bytes, 12);
    assert_int_equal(control.lines, 3);
    assert_int_equal(control.sum, -15000);
    assert_int_equal(control.sequence, 7);
    assert_true(control.has_digest);
    assert_int_equal(control.digest[0], 0x9f);
    assert_int_equal(day_of_ms(control.received_ms), day_from(2025, 12, 5));
}

static void an_empty_one_says_only_that_the_file_is_whole(void **state)
{
    struct control control;
    struct err err = { 0 };

    assert_int_equal(control_parse(text_of(""), &control, &err), 0);
    assert_memory_equal(&control, &control_none, sizeof control);
}

static void what_it_says_wrong_is_told_by_line_and_without_the_value(void **state)
{
    static const struct {
        const char *text, *says;
    } cases[] = {
        { "bytes", "has a control file whose line 1 is not name=value" },
        { "bytes=1\nlines=many", "has a control file whose line 2 has a value of another form" },
        { "bytes=-1", "has a control file whose line 1 has a value of another form" },
        { "sha256=9f86", "has a control file whose line 1 has a value of another form" },
        { "received=yesterday", "has a control file whose line 1 has a value of another form" },
        { "#\n\nsize=1", "has a control file whose line 3 is none of" },
        { "bytes=99999999999999999999999999", "has a control file whose line 1 has a value of another form" },
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct control control = control_none;
        struct err err = { 0 };

        assert_int_equal(control_parse(text_of(cases[i].text), &control, &err), -1);
        assert_int_equal(err.kind, ERR_REJECT);
        assert_int_equal(err.code, CONTRADICTS_CONTROL_TOTAL);
        assert_ptr_equal(strstr(err.text, cases[i].says), err.text);
        assert_null(strstr(err.text, "yesterday"));
    }
}

UNIT_MAIN(cmocka_unit_test(a_control_file_says_what_it_says_and_no_more),
          cmocka_unit_test(an_empty_one_says_only_that_the_file_is_whole),
          cmocka_unit_test(what_it_says_wrong_is_told_by_line_and_without_the_value))
