/* Days, months and instants: what is accepted reads the same when it is written out. */
#include "lib/base/date.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct text text = { (const char *)data, size };
    char written[INSTANT_TEXT_SIZE];
    int32_t value, same;
    int64_t ms, same_ms;

    if (day_parse(text, &value))
        MUST(day_parse(text_of(day_text(value, written)), &same) && value == same);
    if (month_parse(text, &value))
        MUST(month_parse(text_of(month_text(value, written)), &same) && value == same);
    if (instant_parse(text, &ms))
        MUST(instant_parse(text_of(instant_text(ms, written)), &same_ms) && ms == same_ms);
    return 0;
}
