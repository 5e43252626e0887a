#include "lib/base/decimal.h"

#include "tests/unit/unit.h"

static void amounts_are_exact_or_refused(void **state)
{
    static const struct {
        const char *text;
        int decimals;
        enum parse parse;
        int64_t value;
    } cases[] = {
        { "12.5", 2, PARSE_OK, 1250 },
        { "0", 2, PARSE_OK, 0 },
        { "-5.40", 2, PARSE_OK, -540 },
        { "+1", 2, PARSE_OK, 100 },
        { "007.10", 2, PARSE_OK, 710 },
        { "9999999999999.99", 2, PARSE_OK, INT64_C(999999999999999) },
        { "10000000000000", 2, PARSE_RANGE, 0 },
        { "99999999999999999999999999", 2, PARSE_RANGE, 0 },
        { "10.125", 3, PARSE_OK, 10125 },
        { "", 2, PARSE_BAD, 0 },
        { "1,200", 2, PARSE_BAD, 0 },
        { "12.345", 2, PARSE_BAD, 0 }, /* never round what we were not given */
        { "12.", 2, PARSE_BAD, 0 },
        { ".5", 2, PARSE_BAD, 0 },
        { "1e3", 2, PARSE_BAD, 0 },
        { "1OO.00", 2, PARSE_BAD, 0 },
        { "--1", 2, PARSE_BAD, 0 },
        { "-", 2, PARSE_BAD, 0 },
        { "nan", 2, PARSE_BAD, 0 },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        int64_t value = -7;

        assert_int_equal(decimal_parse(text_of(cases[i].text), cases[i].decimals, &value), cases[i].parse);
        assert_int_equal(value, cases[i].parse == PARSE_OK ? cases[i].value : -7);
    }
}

static void shares_come_as_fractions_percents_and_decimals(void **state)
{
    static const struct {
        const char *text;
        enum parse parse;
        int32_t numerator, denominator;
    } cases[] = {
        { "1/3", PARSE_OK, 1, 3 },
        { "2/4", PARSE_OK, 1, 2 },
        { "50%", PARSE_OK, 1, 2 },
        { "33.33%", PARSE_OK, 3333, 10000 },
        { "0.3333", PARSE_OK, 3333, 10000 },
        { "1", PARSE_OK, 1, 1 },
        { "100%", PARSE_OK, 1, 1 },
        { "999999/1000000", PARSE_OK, 999999, 1000000 },
        { "0", PARSE_RANGE, 0, 0 },
        { "4/3", PARSE_RANGE, 0, 0 },
        { "101%", PARSE_RANGE, 0, 0 },
        { "1/0", PARSE_RANGE, 0, 0 },
        { "-0.5", PARSE_RANGE, 0, 0 },
        { "1/1000001", PARSE_BAD, 0, 0 },
        { "0.33333", PARSE_BAD, 0, 0 },
        { "a/b", PARSE_BAD, 0, 0 },
        { "1/2/3", PARSE_BAD, 0, 0 },
        { "", PARSE_BAD, 0, 0 },
        { "%", PARSE_BAD, 0, 0 },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct share share = { 0, 0 };

        assert_int_equal(share_parse(text_of(cases[i].text), &share), cases[i].parse);
        assert_int_equal(share.numerator, cases[i].numerator);
        assert_int_equal(share.denominator, cases[i].denominator);
    }
}

static void rates_are_millionths(void **state)
{
    int32_t rate = 0;

    (void)state;
    assert_int_equal(rate_parse(TEXT("0.07"), &rate), PARSE_OK);
    assert_int_equal(rate, 70000);
    assert_int_equal(rate_parse(TEXT("7%"), &rate), PARSE_OK);
    assert_int_equal(rate, 70000);
    assert_int_equal(rate_parse(TEXT("101%"), &rate), PARSE_RANGE);
}

static void division_floors_below_zero_too(void **state)
{
    (void)state;
    assert_int_equal(share_of((struct share){ 1, 2 }, 100001), 50000);
    assert_int_equal(share_of((struct share){ 1, 2 }, -100001), -50001);
    assert_int_equal(share_of((struct share){ 999999, 1000000 }, INT64_C(999999999999999)),
                     INT64_C(999998999999999));
    assert_int_equal(divide_ceiling(7, 2), 4);
    assert_int_equal(divide_ceiling(-7, 2), -3);
    assert_int_equal(divide_floor(-7, 2), -4);
    assert_true(clamp_int64((__int128)INT64_MAX + 1) == INT64_MAX);
    assert_true(clamp_int64((__int128)INT64_MIN - 1) == INT64_MIN);
}

static void text_shows_every_decimal(void **state)
{
    char text[DECIMAL_TEXT_SIZE];

    (void)state;
    assert_string_equal(decimal_text(1234567, 2, text), "12345.67");
    assert_string_equal(decimal_text(-5, 2, text), "-0.05");
    assert_string_equal(decimal_text(16932413, RATE_DECIMALS, text), "16.932413");
    assert_string_equal(decimal_text(INT64_MIN, 0, text), "-9223372036854775808");
}

UNIT_MAIN(cmocka_unit_test(amounts_are_exact_or_refused),
          cmocka_unit_test(shares_come_as_fractions_percents_and_decimals),
          cmocka_unit_test(rates_are_millionths), cmocka_unit_test(division_floors_below_zero_too),
          cmocka_unit_test(text_shows_every_decimal))
