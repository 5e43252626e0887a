#include "daemon/cli/messages.h"

#include <stdlib.h>

#include "daemon/cli/figure.h"
#include "lib/base/arena.h"
#include "tests/unit/unit.h"

/* --- the table --- */

static unsigned holes_of(const char *text)
{
    unsigned holes = 0;

    for (const char *at = text; *at; at++) {
        if (*at != '{' && *at != '}')
            continue;
        assert_true(at[0] == '{' && at[1] >= '1' && at[1] <= '9' && at[2] == '}');
        holes |= 1U << (at[1] - '1');
        at += 2;
    }
    return holes;
}

static size_t lines_of(const char *text)
{
    size_t count = 0;

    for (; *text; text++)
        count += *text == '\n';
    return count;
}

static void every_text_is_there_in_both_languages_with_the_same_holes(void **state)
{
    for (int i = 0; i < MESSAGE_COUNT; i++) {
        const char *english = message_text(LANGUAGE_ENGLISH, (enum message)i);
        const char *chinese = message_text(LANGUAGE_CHINESE, (enum message)i);
        unsigned holes = holes_of(english);

        assert_true(*english && *chinese);
        assert_true(text_is_utf8(text_of(chinese)));
        if (holes != holes_of(chinese) || (holes & (holes + 1)) || lines_of(english) != lines_of(chinese))
            fail_msg("holes or lines differ: %s / %s", english, chinese);
    }
}

/* A label without a Chinese character, or an English one with one, is in the wrong column. Signs are both. */
static void no_text_is_in_the_wrong_language(void **state)
{
    for (int i = 0; i < MESSAGE_COUNT; i++) {
        const char *english = message_text(LANGUAGE_ENGLISH, (enum message)i);
        const char *chinese = message_text(LANGUAGE_CHINESE, (enum message)i);
        size_t letters = 0;

        for (const char *at = chinese; *at; at++)
            letters += (unsigned char)*at >= 0xE4; /* U+4000 and on */
        for (const char *at = english; *at; at++) {
            if ((unsigned char)*at >= 0xE4)
                fail_msg("Chinese in English: %s", english);
            if (!letters && ((*at >= 'a' && *at <= 'z') || (*at >= 'A' && *at <= 'Z')))
                fail_msg("not translated: %s", english);
        }
    }
}

static void every_column_of_a_profile_has_a_label(void **state)
{
    for (const struct profile_field *field = profile_fields; field->name; field++)
        if (figure_label(field) == MESSAGE_COUNT)
            fail_msg("%s", field->name);
}

/* --- which language --- */

static void the_language_is_what_is_said_else_the_environments(void **state)
{
    static const struct {
        const char *said, *all, *messages, *lang;
        bool found;
        enum language language;
    } cases[] = {
        { NULL, NULL, NULL, NULL, true, LANGUAGE_ENGLISH },
        { NULL, NULL, NULL, "zh_CN.UTF-8", true, LANGUAGE_CHINESE },
        { NULL, NULL, "en_GB.UTF-8", "zh_CN.UTF-8", true, LANGUAGE_ENGLISH },
        { NULL, "zh_CN", "C", "C", true, LANGUAGE_CHINESE },
        { NULL, "", "", "zh", true, LANGUAGE_CHINESE },
        { NULL, "C.UTF-8", "zh_CN", "zh_CN", true, LANGUAGE_ENGLISH },
        { "en", "zh_CN", NULL, NULL, true, LANGUAGE_ENGLISH },
        { "zh", "C", NULL, NULL, true, LANGUAGE_CHINESE },
        { "中文", "C", NULL, NULL, true, LANGUAGE_CHINESE },
        { "fr", "C", NULL, NULL, false, LANGUAGE_ENGLISH },
        { "", "zh_CN", NULL, NULL, false, LANGUAGE_ENGLISH },
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        const char *const names[] = { "LC_ALL", "LC_MESSAGES", "LANG" };
        const char *const values[] = { cases[i].all, cases[i].messages, cases[i].lang };
        enum language language = LANGUAGE_ENGLISH;

        for (size_t k = 0; k < COUNT_OF(names); k++)
            if (values[k])
                setenv(names[k], values[k], 1);
            else
                unsetenv(names[k]);
        assert_int_equal(language_find(cases[i].said, &language), cases[i].found);
        assert_int_equal(language, cases[i].language);
    }
}

/* --- holes --- */

static void check(struct filling filling, const char *english, const char *chinese)
{
    const char *const wanted[LANGUAGE_COUNT] = { english, chinese };

    for (int language = 0; language < LANGUAGE_COUNT; language++) {
        struct buffer out = { 0 };
        const struct page page = { (enum language)language, &out };

        page_fill(&page, filling);
        buffer_add_byte(&out, 0);
        assert_string_equal((const char *)out.data, wanted[language]);
        buffer_free(&out);
    }
}

static void fillings_are_written_as_the_language_writes_them(void **state)
{
    check(fill_text("x"), "x", "x");
    check(fill_code(&indicator_codes, INDICATOR_FUND), "fund", "公积金");
    check(fill_code(&hint_codes, HINT_DOES_NOT_MEET), "does not meet", "不符合");
    check(fill(FILL_COUNT, 1234567), "1,234,567", "1,234,567");
    check(fill(FILL_PLAIN, 2024), "2024", "2024");
    check(fill(FILL_YUAN, 1234567), "12,345.67 yuan", "12,345.67元");
    check(fill(FILL_YUAN, -5), "-0.05 yuan", "-0.05元");
    check(fill(FILL_ABOUT, 1234550), "12,346 yuan", "12,346元");
    check(fill(FILL_ABOUT, INT64_MAX), "92,233,720,368,547,758 yuan", "92,233,720,368,547,758元");
    check(fill(FILL_ROUGH, 19468349), "195,000 yuan", "19.5万元");
    check(fill(FILL_ROUGH, 1300000), "13,000 yuan", "1.3万元");
    check(fill(FILL_ROUGH, 1234567), "12,300 yuan", "1.23万元");
    check(fill(FILL_ROUGH, 123456789), "1,230,000 yuan", "123万元");
    check(fill(FILL_ROUGH, 987654), "9,880 yuan", "9,880元");
    check(fill(FILL_ROUGH, 9995000), "100,000 yuan", "10万元");
    check(fill(FILL_ROUGH, 51), "1 yuan", "1元");
    check(fill(FILL_WAN, 5000000), "50,000 yuan", "5万元");
    check(fill(FILL_WAN, 1300000), "13,000 yuan", "13,000元");
    check(fill(FILL_WAN, 1300001), "13,000.01 yuan", "13,000.01元");
    check(fill(FILL_MONTH, month_from(2025, 12)), "2025-12", "2025年12月");
    check(fill(FILL_DAY, day_from(2024, 7, 1)), "2024-07-01", "2024年7月1日");
}

static void a_null_is_not_known_and_never_zero(void **state)
{
    static const enum filling_kind kinds[] = { FILL_COUNT, FILL_PLAIN, FILL_YUAN,   FILL_ABOUT, FILL_ROUGH,
                                               FILL_WAN,   FILL_SHARE, FILL_CHANGE, FILL_MONTH, FILL_DAY };

    for (size_t i = 0; i < COUNT_OF(kinds); i++)
        check(fill(kinds[i], NUMBER_NONE), "not known", "未知");
}

/* Certainty is never rounded to. */
static void a_share_is_nothing_or_all_only_when_it_is(void **state)
{
    check(fill(FILL_SHARE, 0), "0.0 %", "0.0%");
    check(fill(FILL_SHARE, 1), "< 0.1 %", "< 0.1%");
    check(fill(FILL_SHARE, 500), "0.1 %", "0.1%");
    check(fill(FILL_SHARE, 123456), "12.3 %", "12.3%");
    check(fill(FILL_SHARE, 999499), "99.9 %", "99.9%");
    check(fill(FILL_SHARE, 999999), "> 99.9 %", "> 99.9%");
    check(fill(FILL_SHARE, 1000000), "100.0 %", "100.0%");
}

static void a_contribution_is_a_change_in_per_cent(void **state)
{
    check(fill(FILL_CHANGE, 0), "+0.0 %", "+0.0%");
    check(fill(FILL_CHANGE, 113329), "+12.0 %", "+12.0%");
    check(fill(FILL_CHANGE, -693147), "-50.0 %", "-50.0%");
    check(fill(FILL_CHANGE, 693147), "+100.0 %", "+100.0%");
    check(fill(FILL_CHANGE, -100), "+0.0 %", "+0.0%");
}

/* --- columns --- */

static void columns_are_those_of_a_terminal(void **state)
{
    static const struct {
        const char *text;
        size_t columns;
    } cases[] = {
        { "", 0 },     { "abc", 3 }, { "存款", 4 }, { "a款b", 4 }, { "m²", 2 },
        { "(分)", 4 }, { "，", 2 },  { "█░", 2 },   { "𠀀", 2 },   { "é", 1 },
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++)
        assert_int_equal(text_columns(cases[i].text, strlen(cases[i].text)), cases[i].columns);
}

static void padding_counts_columns_and_leaves_a_blank(void **state)
{
    static const struct {
        const char *text;
        bool right;
        const char *padded;
    } cases[] = {
        { "ab", false, "ab    " }, { "存款", false, "存款  " }, { "存款车辆", false, "存款车辆 " },
        { "ab", true, "    ab" },  { "存款", true, "  存款" },  { "存款车辆", true, "存款车辆" },
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct buffer out = { 0 };
        const struct page page = { LANGUAGE_ENGLISH, &out };
        size_t mark;

        buffer_add_byte(&out, '|');
        mark = page_mark(&page);
        buffer_add_string(&out, cases[i].text);
        page_pad(&page, mark, 6, cases[i].right);
        buffer_add_byte(&out, 0);
        assert_string_equal((const char *)out.data + mark, cases[i].padded);
        buffer_free(&out);
    }
}

UNIT_MAIN(cmocka_unit_test(every_text_is_there_in_both_languages_with_the_same_holes),
          cmocka_unit_test(no_text_is_in_the_wrong_language),
          cmocka_unit_test(every_column_of_a_profile_has_a_label),
          cmocka_unit_test(the_language_is_what_is_said_else_the_environments),
          cmocka_unit_test(fillings_are_written_as_the_language_writes_them),
          cmocka_unit_test(a_null_is_not_known_and_never_zero),
          cmocka_unit_test(a_share_is_nothing_or_all_only_when_it_is),
          cmocka_unit_test(a_contribution_is_a_change_in_per_cent),
          cmocka_unit_test(columns_are_those_of_a_terminal),
          cmocka_unit_test(padding_counts_columns_and_leaves_a_blank))
