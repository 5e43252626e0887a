#include "connectors/source/watermark.h"

#include "tests/unit/unit.h"

/* In ascending order: each comes before all that follow. */
static void check_order(const char *const *values, size_t count)
{
    for (size_t i = 0; i < count; i++)
        for (size_t j = 0; j < count; j++)
            if (watermark_before(text_of(values[i]), text_of(values[j])) != (i < j))
                fail_msg("%s and %s", values[i], values[j]);
}

static void numbers_are_ordered_by_what_they_are(void **state)
{
    static const char *const values[] = { "-100",
                                          "-9.5",
                                          "-9",
                                          "-0.01",
                                          "0",
                                          "0.001",
                                          "0.01",
                                          "9",
                                          "9.05",
                                          "9.5",
                                          "10",
                                          "99999999999999999999999999999998",
                                          "99999999999999999999999999999999" };

    (void)state;
    check_order(values, COUNT_OF(values));
}

static void one_number_in_two_ways_is_one(void **state)
{
    static const char *const pairs[][2] = {
        { "1", "01" }, { "1.50", "1.5" }, { "-0", "0" }, { "+7", "7" }, { ".5", "0.5" }
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(pairs); i++) {
        assert_false(watermark_before(text_of(pairs[i][0]), text_of(pairs[i][1])));
        assert_false(watermark_before(text_of(pairs[i][1]), text_of(pairs[i][0])));
    }
}

static void dates_and_text_are_ordered_byte_by_byte(void **state)
{
    static const char *const values[] = { "",
                                          "2025-01-01 09:59:59.999",
                                          "2025-01-01 10:00:00",
                                          "2025-01-01 10:00:00.45",
                                          "2025-01-01 10:00:00.5",
                                          "2025-01-01 10:00:01",
                                          "2025-11-05",
                                          "a",
                                          "b" };

    (void)state;
    check_order(values, COUNT_OF(values));
}

UNIT_MAIN(cmocka_unit_test(numbers_are_ordered_by_what_they_are),
          cmocka_unit_test(one_number_in_two_ways_is_one),
          cmocka_unit_test(dates_and_text_are_ordered_byte_by_byte))
