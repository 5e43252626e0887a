#include "lib/base/suggest.h"

#include "tests/unit/unit.h"

static void the_nearest_word_is_offered_and_nothing_far(void **state)
{
    static const char *const words[] = { "status", "topics", "token", "explain", "period" };
    static const struct {
        const char *word, *text;
    } cases[] = {
        { "statsu", " (did you mean status?)" },
        { "topic", " (did you mean topics?)" },
        { "explian", " (did you mean explain?)" },
        { "frobnicate", "" },
        { "x", "" },
    };
    char text[SUGGESTION_SIZE];

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct suggestion near = suggestion_for(cases[i].word);

        for (size_t j = 0; j < COUNT_OF(words); j++)
            suggestion_offer(&near, words[j]);
        assert_string_equal(suggestion_text(&near, text), cases[i].text);
    }
}

UNIT_MAIN(cmocka_unit_test(the_nearest_word_is_offered_and_nothing_far))
