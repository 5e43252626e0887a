#include "lib/io/log.h"

#include <string.h>

#include "tests/unit/unit.h"

static void a_bar_says_how_much_how_fast_and_how_long_yet(void **state)
{
    static const struct {
        uint64_t done, total;
        int64_t took_ms;
        const char *text;
    } cases[] = {
        { 0, 100, 0, "bank [                                ]   0 %" },
        { 0, 100, 5000, "bank [                                ]   0 %" },
        { 50, 100, 5000, "bank [################                ]  50 %  10/s  0:05 left" },
        { 1500000, 3000000, 1000, "bank [################                ]  50 %  1.5 M/s  0:01 left" },
        { 1, 7200000, 1000, "bank [                                ]   0 %  1/s  1999 h 59 min left" },
        { 999, 1000000, 1000, "bank [                                ]   0 %  999/s  16:40 left" },
        { 5000000000, 5000000000, 20000,
          "bank [################################] 100 %  250 M/s  0:00 left" },
        { 200, 100, 1000,
          "bank [################################] 100 %  100/s  0:00 left" }, /* it has grown */
        { 1234, 0, 1000, "bank 1234  1.2 k/s" },
        { 0, 0, 0, "bank 0" },
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        const struct progress progress = {
            .what = "bank", .done = cases[i].done, .total = cases[i].total, .began_ms = 7
        };
        CLEANUP(buffer_free) struct buffer text = { 0 };

        progress_text(&progress, 7 + cases[i].took_ms, &text);
        buffer_add_byte(&text, '\0');
        assert_string_equal((const char *)text.data, cases[i].text);
    }
}

static void where_nobody_looks_nothing_is_drawn(void **state)
{
    struct progress progress = { .what = "bank", .total = 10 };

    progress_add(&progress, 3);
    progress_add(&progress, 4);
    assert_int_equal(progress.done, 7);
    assert_int_equal(progress.drawn_ms, 0);
    progress_end(&progress);
}

UNIT_MAIN(cmocka_unit_test(a_bar_says_how_much_how_fast_and_how_long_yet),
          cmocka_unit_test(where_nobody_looks_nothing_is_drawn))
