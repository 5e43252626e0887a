#include "daemon/cli/legible.h"

#include "tests/unit/unit.h"

static void check(enum feed_charset charset, struct text line, const char *legible_text, bool exact)
{
    struct legible *legible = legible_new(charset);
    struct buffer out = { 0 };

    assert_int_equal(legible_add(legible, line, &out), exact);
    assert_int_equal(out.size, strlen(legible_text));
    assert_memory_equal(out.data ? (const char *)out.data : "", legible_text, out.size);
    buffer_free(&out);
    legible_free(legible);
}

#define LINE(literal)                                                                                        \
    {                                                                                                        \
        literal, sizeof(literal) - 1                                                                         \
    }

static void a_line_of_characters_stands_as_it_is(void **state)
{
    check(CHARSET_UTF8, TEXT(""), "", true);
    check(CHARSET_UTF8, TEXT("a|\"b\"\\n ~"), "a|\"b\"\\n ~", true);
    check(CHARSET_UTF8, TEXT("户号,𠀀,é"), "户号,𠀀,é", true);
    check(CHARSET_GB18030, TEXT("a,\xBB\xA7\xBA\xC5"), "a,户号", true);
    check(CHARSET_GB18030, TEXT("\x95\x32\x82\x36|\x81\x30\x84\x36"), "𠀀|¥", true); /* of four bytes */
    check(CHARSET_GB18030, TEXT("\x95\x7C|"), "晐|", true); /* a second byte like | */
}

static void what_could_steer_a_terminal_is_escaped(void **state)
{
    static const struct {
        struct text line;
        const char *text;
    } cases[] = {
        { LINE("a\tb\r\n"), "a\\tb\\r\\n" },
        { LINE("\x1B]0;x\x07\x1B[2J"), "\\x1B]0;x\\x07\\x1B[2J" },
        { LINE("\0\x7F"), "\\x00\\x7F" },
        { LINE("\xC2\x9B"
               "2J"),
          "\\u{009B}2J" },                                                /* CSI of one character */
        { LINE("\xE2\x80\xAEtxt\xE2\x80\xAC"), "\\u{202E}txt\\u{202C}" }, /* turns the text around */
        { LINE("\xE2\x81\xA6\xE2\x81\xA9\xE2\x80\xA8\xEF\xBB\xBF"), "\\u{2066}\\u{2069}\\u{2028}\\u{FEFF}" },
        { LINE("\xF3\xA0\x81\x81"), "\\u{E0041}" }, /* a tag, which nobody sees */
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++)
        check(CHARSET_UTF8, cases[i].line, cases[i].text, false);
    check(CHARSET_GB18030, TEXT("\x81\x36\xA7\x31"), "\\u{202E}", false);
    check(CHARSET_GB18030, TEXT("\x81\x30\x83\x37\x1B"), "\\u{009B}\\x1B", false);
}

static void bytes_that_are_no_character_are_escaped_one_by_one(void **state)
{
    check(CHARSET_UTF8, TEXT("a\xFF\xFE"), "a\\xFF\\xFE", false);
    check(CHARSET_UTF8, TEXT("\xE6\x88"), "\\xE6\\x88", false);          /* cut off */
    check(CHARSET_UTF8, TEXT("\xE6\x88户"), "\\xE6\\x88户", false);      /* and what follows is found again */
    check(CHARSET_UTF8, TEXT("\xC0\x9B"), "\\xC0\\x9B", false);          /* not the shortest form */
    check(CHARSET_UTF8, TEXT("\xED\xA0\x80"), "\\xED\\xA0\\x80", false); /* a surrogate */
    check(CHARSET_GB18030, TEXT("\xBB\xA7\xBA"), "户\\xBA", false);
    check(CHARSET_GB18030, TEXT("\xFF,\x81"), "\\xFF,\\x81", false);
    check(CHARSET_GB18030, TEXT("\x81\x30,\xBB\xA7"), "\\x810,户", false);
}

UNIT_MAIN(cmocka_unit_test(a_line_of_characters_stands_as_it_is),
          cmocka_unit_test(what_could_steer_a_terminal_is_escaped),
          cmocka_unit_test(bytes_that_are_no_character_are_escaped_one_by_one))
