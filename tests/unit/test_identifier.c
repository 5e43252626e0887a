#include "lib/core/identifier.h"

#include "lib/base/date.h"
#include "tests/unit/unit.h"

static void the_vectors_of_the_standard_are_valid(void **state)
{
    static const char *const cases[] = { "11010519491231002X", "440524188001010014", "34052419800101001X" };
    struct id_no id;

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        assert_true(id_no_parse(text_of(cases[i]), day_from(2026, 1, 1), &id));
        assert_string_equal(id.text, cases[i]);
    }
    assert_int_equal(id.birth_day, day_from(1980, 1, 1));
    assert_int_equal(id.sex, SEX_MALE);
}

static void written_otherwise_it_is_the_same_person(void **state)
{
    static const char *const cases[] = { "99010119821120022X", " 99010119821120022x\t",
                                         "９９０１０１１９８２１１２００２２Ｘ", "　99010119821120022ｘ" };
    struct id_no id;

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        assert_true(id_no_parse(text_of(cases[i]), day_from(2026, 1, 1), &id));
        assert_string_equal(id.text, "99010119821120022X");
        assert_int_equal(id.sex, SEX_FEMALE);
    }
}

static void fifteen_digits_are_of_the_twentieth_century(void **state)
{
    struct id_no id;

    (void)state;
    assert_true(id_no_parse(TEXT("990101821120022"), day_from(2026, 1, 1), &id));
    assert_string_equal(id.text, "99010119821120022X");
    assert_false(id_no_parse(TEXT("99010182112002X"), day_from(2026, 1, 1), &id));
}

static void what_is_no_number_of_a_person_is_refused(void **state)
{
    static const char *const cases[] = {
        "990101198211200221",   /* check character */
        "99010119821320022X",   /* month 13 */
        "9901011982112002",     /* 16 */
        "9901011982112002200X", /* 20 */
        "99010119821120O22X",   /* a letter O */
        "",
        "99010119821120022Y",
    };
    struct id_no id;

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        assert_false(id_no_parse(text_of(cases[i]), day_from(2026, 1, 1), &id));
    assert_false(id_no_parse(TEXT("990104202512050438"), day_from(2025, 12, 4), &id)); /* not born yet */
    assert_true(id_no_parse(TEXT("990104202512050438"), day_from(2025, 12, 5), &id));
}

static void employers_have_a_check_character(void **state)
{
    char code[EMPLOYER_NO_SIZE];

    (void)state;
    assert_true(employer_no_parse(TEXT("91350100M000100Y43"), code));
    assert_true(employer_no_parse(TEXT(" 91350100m000100y43 "), code));
    assert_string_equal(code, "91350100M000100Y43");
    assert_false(employer_no_parse(TEXT("91350100M000100Y44"), code));
    assert_false(employer_no_parse(TEXT("91350100I000100Y43"), code));
    assert_false(employer_no_parse(TEXT("91350100M000100Y4"), code));
}

static void regions_are_kept_and_read_through_their_series(void **state)
{
    char code[REGION_SIZE], series[REGION_SIZE];

    (void)state;
    assert_true(region_parse(TEXT("330322100"), code));
    region_series(code, series);
    assert_string_equal(series, "330305100");
    region_series("332822", series);
    assert_string_equal(series, "330305");
    region_series("330304001", series);
    assert_string_equal(series, "330304001");
    assert_false(region_parse(TEXT("33030"), code));
    assert_false(region_parse(TEXT("3303051"), code));
    assert_false(region_parse(TEXT("33030A"), code));
}

static void units_have_28_characters(void **state)
{
    char code[UNIT_NO_SIZE];

    (void)state;
    assert_true(unit_no_parse(TEXT("330305001001GB00001F00010001"), code));
    assert_false(unit_no_parse(TEXT("330305001001GB00001F0001000"), code));
    assert_false(unit_no_parse(TEXT("330305001001gb00001F00010001"), code));
}

UNIT_MAIN(cmocka_unit_test(the_vectors_of_the_standard_are_valid),
          cmocka_unit_test(written_otherwise_it_is_the_same_person),
          cmocka_unit_test(fifteen_digits_are_of_the_twentieth_century),
          cmocka_unit_test(what_is_no_number_of_a_person_is_refused),
          cmocka_unit_test(employers_have_a_check_character),
          cmocka_unit_test(regions_are_kept_and_read_through_their_series),
          cmocka_unit_test(units_have_28_characters))
