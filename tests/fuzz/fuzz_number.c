/* Amounts, shares and rates: what is accepted is within bounds, and written out it reads the same. */
#include "lib/base/decimal.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const int64_t powers[] = { 1, 10, 100, 1000, 10000 };
    struct text text = { (const char *)data, size };
    char written[DECIMAL_TEXT_SIZE];
    struct share share;
    int64_t value, same;
    int32_t rate;

    for (int decimals = 0; decimals <= AREA_DECIMALS; decimals++)
        if (decimal_parse(text, decimals, &value) == PARSE_OK) {
            int64_t bound = 10000000000000 * powers[decimals];

            MUST(value > -bound && value < bound);
            MUST(decimal_parse(text_of(decimal_text(value, decimals, written)), decimals, &same) == PARSE_OK);
            MUST(value == same);
        }
    if (share_parse(text, &share) == PARSE_OK) {
        MUST(share.numerator > 0 && share.numerator <= share.denominator &&
             share.denominator <= RATE_MILLION);
        MUST(share_of(share, INT64_MAX) >= 0 && share_of(share, INT64_MIN) < 0);
    }
    rate_parse(text, &rate);
    return 0;
}
