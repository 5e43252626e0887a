#include "lib/base/date.h"

#include "tests/unit/unit.h"

static void every_day_of_four_centuries_goes_there_and_back(void **state)
{
    (void)state;
    for (int32_t day = day_from(1, 1, 1); day <= day_from(9999, 12, 31); day++) {
        struct date date = day_to_date(day);

        assert_true(date_valid(date.year, date.month, date.day));
        assert_int_equal(day_from(date.year, date.month, date.day), day);
    }
    assert_int_equal(day_from(1970, 1, 1), 0);
    assert_int_equal(day_from(2000, 3, 1), 11017);
}

static void days_are_read_in_three_forms_and_no_other(void **state)
{
    static const struct {
        const char *text;
        bool ok;
        int year, month, day;
    } cases[] = {
        { "2025-11-30", true, 2025, 11, 30 },
        { "20251130", true, 2025, 11, 30 },
        { "2025/1/3", true, 2025, 1, 3 },
        { "2025/11/30", true, 2025, 11, 30 },
        { "2024-02-29", true, 2024, 2, 29 },
        { "1900-02-28", true, 1900, 2, 28 },
        { "2025-02-29", false, 0, 0, 0 },
        { "1900-02-29", false, 0, 0, 0 },
        { "2025-1-3", false, 0, 0, 0 },
        { "2025-11-31", false, 0, 0, 0 },
        { "2025-00-10", false, 0, 0, 0 },
        { "2025-11", false, 0, 0, 0 },
        { "", false, 0, 0, 0 },
        { "2025-11-30 ", false, 0, 0, 0 },
        { "2025113", false, 0, 0, 0 },
        { "9999-12-31", true, 9999, 12, 31 },
        { "00010101", true, 1, 1, 1 },
        { "0000-12-31", false, 0, 0, 0 },
        { "2025/11-30", false, 0, 0, 0 },
        { "+0251130", false, 0, 0, 0 },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        int32_t day = 0;

        assert_int_equal(day_parse(text_of(cases[i].text), &day), cases[i].ok);
        if (cases[i].ok)
            assert_int_equal(day, day_from(cases[i].year, cases[i].month, cases[i].day));
    }
}

static void the_first_and_the_last_day_are_those_of_the_years(void **state)
{
    (void)state;
    assert_int_equal(DAY_FIRST, day_from(YEAR_FIRST, 1, 1));
    assert_int_equal(DAY_LAST, day_from(YEAR_LAST, 12, 31));
    assert_int_equal(MONTH_FIRST, month_of_day(DAY_FIRST));
    assert_int_equal(MONTH_LAST, month_of_day(DAY_LAST));
}

static void months_are_read_in_two_forms(void **state)
{
    int32_t month = 0;

    (void)state;
    assert_true(month_parse(TEXT("2025-11"), &month));
    assert_int_equal(month, month_from(2025, 11));
    assert_true(month_parse(TEXT("202511"), &month));
    assert_false(month_parse(TEXT("2025-13"), &month));
    assert_false(month_parse(TEXT("2025-1"), &month));
    assert_false(month_parse(TEXT("2025-11-01"), &month));
    assert_int_equal(month_last_day(month_from(2024, 2)), day_from(2024, 2, 29));
}

static void instants_are_local_unless_they_say_otherwise(void **state)
{
    static const struct {
        const char *text;
        bool ok;
        int64_t ms;
    } cases[] = {
        { "1970-01-01T08:00:00", true, 0 },       { "1970-01-01T00:00:00Z", true, 0 },
        { "1970-01-01T08:00:00+08:00", true, 0 }, { "1970-01-01 08:00:01.250", true, 1250 },
        { "1970-01-01T08:00:00+8", false, 0 },    { "1970-01-01", false, 0 },
        { "1970-01-01T24:00:00", false, 0 },      { "1970-01-01T08:00:00.1", false, 0 },
    };
    char text[INSTANT_TEXT_SIZE];

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        int64_t ms = -1;

        assert_int_equal(instant_parse(text_of(cases[i].text), &ms), cases[i].ok);
        if (cases[i].ok)
            assert_int_equal(ms, cases[i].ms);
    }
    assert_string_equal(instant_text(1250, text), "1970-01-01T08:00:01.250+08:00");
    assert_int_equal(day_of_ms(INT64_C(-8) * 3600 * 1000 - 1), -1);
}

static void who_is_born_on_a_leap_day_comes_of_age_in_march(void **state)
{
    int32_t born = day_from(2004, 2, 29);

    (void)state;
    assert_int_equal(full_years(born, day_from(2022, 2, 28)), 17);
    assert_int_equal(full_years(born, day_from(2022, 3, 1)), 18);
    assert_int_equal(full_years(day_from(2007, 12, 31), day_from(2025, 12, 31)), 18);
    assert_int_equal(full_years(day_from(2007, 12, 31), day_from(2025, 11, 30)), 17);
}

UNIT_MAIN(cmocka_unit_test(every_day_of_four_centuries_goes_there_and_back),
          cmocka_unit_test(days_are_read_in_three_forms_and_no_other),
          cmocka_unit_test(the_first_and_the_last_day_are_those_of_the_years),
          cmocka_unit_test(months_are_read_in_two_forms),
          cmocka_unit_test(instants_are_local_unless_they_say_otherwise),
          cmocka_unit_test(who_is_born_on_a_leap_day_comes_of_age_in_march))
