#include "lib/base/decimal.h"

#include <stdio.h>
#include <string.h>

enum { WHOLE_DIGITS_MAX = 13, SHARE_DECIMALS_MAX = 4, SHARE_TERM_MAX = 1000000 };

static const int64_t powers[] = { 1, 10, 100, 1000, 10000, 100000, 1000000 }; /* as far as RATE_DECIMALS */

/* The number as written: mantissa / 10^scale, sign apart. */
struct written {
    uint64_t mantissa;
    int scale;
    bool negative, too_long;
};

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool written_parse(struct text text, int decimals, struct written *ret)
{
    struct written number = { 0 };
    size_t i = 0, whole = 0, fraction = 0, significant = 0;

    if (i < text.len && (text.data[i] == '-' || text.data[i] == '+'))
        number.negative = text.data[i++] == '-';
    for (; i < text.len && is_digit(text.data[i]); i++, whole++) {
        significant += significant || text.data[i] != '0';
        if (significant <= WHOLE_DIGITS_MAX)
            number.mantissa = number.mantissa * 10 + (uint64_t)(text.data[i] - '0');
    }
    if (i < text.len && text.data[i] == '.')
        for (i++; i < text.len && is_digit(text.data[i]); i++, fraction++)
            if (fraction < (size_t)decimals && significant <= WHOLE_DIGITS_MAX)
                number.mantissa = number.mantissa * 10 + (uint64_t)(text.data[i] - '0');
    if (i != text.len || !whole || fraction > (size_t)decimals || (text.data[text.len - 1] == '.'))
        return false;
    number.scale = (int)fraction;
    number.too_long = significant > WHOLE_DIGITS_MAX;
    *ret = number;
    return true;
}

enum parse decimal_parse(struct text text, int decimals, int64_t *ret)
{
    struct written number;
    int64_t value;

    if (!written_parse(text, decimals, &number))
        return PARSE_BAD;
    if (number.too_long)
        return PARSE_RANGE;
    value = (int64_t)number.mantissa * powers[decimals - number.scale];
    *ret = number.negative ? -value : value;
    return PARSE_OK;
}

/* 0.3333 or 33.33% in millionths. */
static enum parse millionths_parse(struct text text, int64_t *ret)
{
    bool percent = text.len && text.data[text.len - 1] == '%';
    int64_t ten_thousandths;
    enum parse parse;

    text.len -= percent;
    parse = decimal_parse(text_trim(text), SHARE_DECIMALS_MAX, &ten_thousandths);
    if (parse != PARSE_OK)
        return parse;
    if (ten_thousandths < -1000000000 || ten_thousandths > 1000000000)
        return PARSE_RANGE;
    *ret = percent ? ten_thousandths : ten_thousandths * 100;
    return PARSE_OK;
}

static int32_t greatest_common_divisor(int32_t a, int32_t b)
{
    while (b) {
        int32_t rest = a % b;

        a = b;
        b = rest;
    }
    return a;
}

static enum parse share_make(int64_t numerator, int64_t denominator, struct share *ret)
{
    int32_t common;

    if (numerator <= 0 || denominator <= 0 || numerator > denominator)
        return PARSE_RANGE;
    common = greatest_common_divisor((int32_t)numerator, (int32_t)denominator);
    *ret = (struct share){ (int32_t)numerator / common, (int32_t)denominator / common };
    return PARSE_OK;
}

static enum parse fraction_parse(struct text text, size_t slash, struct share *ret)
{
    struct text above = text_trim((struct text){ text.data, slash });
    struct text below = text_trim((struct text){ text.data + slash + 1, text.len - slash - 1 });
    uint64_t numerator, denominator;

    if (!text_digits(above, 19, &numerator) || !text_digits(below, 19, &denominator) ||
        numerator > SHARE_TERM_MAX || denominator > SHARE_TERM_MAX)
        return PARSE_BAD;
    return share_make((int64_t)numerator, (int64_t)denominator, ret);
}

enum parse share_parse(struct text text, struct share *ret)
{
    const char *slash = text.len ? memchr(text.data, '/', text.len) : NULL;
    int64_t millionths;
    enum parse parse;

    if (slash)
        return fraction_parse(text, (size_t)(slash - text.data), ret);
    parse = millionths_parse(text, &millionths);
    return parse == PARSE_OK ? share_make(millionths, RATE_MILLION, ret) : parse;
}

enum parse rate_parse(struct text text, int32_t *ret_millionths)
{
    int64_t millionths;
    enum parse parse = millionths_parse(text, &millionths);

    if (parse == PARSE_OK && (millionths < 0 || millionths > RATE_MILLION))
        return PARSE_RANGE;
    if (parse == PARSE_OK)
        *ret_millionths = (int32_t)millionths;
    return parse;
}

int64_t clamp_int64(__int128 value)
{
    if (value > INT64_MAX)
        return INT64_MAX;
    return value < INT64_MIN ? INT64_MIN : (int64_t)value;
}

int64_t divide_floor(__int128 dividend, int64_t divisor)
{
    __int128 quotient = dividend / divisor;

    return clamp_int64(quotient - (dividend % divisor < 0));
}

int64_t divide_ceiling(__int128 dividend, int64_t divisor)
{
    __int128 quotient = dividend / divisor;

    return clamp_int64(quotient + (dividend % divisor > 0));
}

int64_t share_of(struct share share, int64_t amount)
{
    return divide_floor((__int128)amount * share.numerator, share.denominator);
}

const char *decimal_text(int64_t value, int decimals, char ret[DECIMAL_TEXT_SIZE])
{
    uint64_t magnitude = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
    uint64_t unit = (uint64_t)powers[decimals];

    if (decimals)
        snprintf(ret, DECIMAL_TEXT_SIZE, "%s%llu.%0*llu", value < 0 ? "-" : "",
                 (unsigned long long)(magnitude / unit), decimals, (unsigned long long)(magnitude % unit));
    else
        snprintf(ret, DECIMAL_TEXT_SIZE, "%s%llu", value < 0 ? "-" : "", (unsigned long long)magnitude);
    return ret;
}
