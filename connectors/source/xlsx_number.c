#include "connectors/source/xlsx_number.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/date.h"

enum {
    DIGITS_EXACT = 15,  /* decimal digits that every IEEE 754 double keeps, */
    DIGITS_DOUBLE = 17, /* and those that tell every double from every other */
    EXPONENT_MAX = 320,
    VALUE_BYTES_MAX = 64, /* of a cell's number: longer is none that a program writes */
    SERIAL_EPOCH = 25569, /* 1970-01-01 in the 1900 system */
    SERIAL_1904 = 1462,   /* from the 1904 to the 1900 system */
    SERIAL_LEAP = 60,     /* 29 February 1900 */
    SERIAL_MAX = 2958465, /* 9999-12-31 */
    DAY_SECONDS = 86400
};

/* --- formats --- */

enum number_kind number_kind_builtin(unsigned format)
{
    static const struct {
        unsigned first, last;
        enum number_kind kind;
    } dates[] = {
        { 14, 16, NUMBER_DAY },   { 17, 17, NUMBER_MONTH }, { 22, 22, NUMBER_DAY_TIME },
        { 27, 27, NUMBER_MONTH }, { 28, 31, NUMBER_DAY },   { 36, 36, NUMBER_MONTH },
        { 50, 50, NUMBER_MONTH }, { 51, 51, NUMBER_DAY },   { 52, 52, NUMBER_MONTH },
        { 53, 54, NUMBER_DAY },   { 57, 57, NUMBER_MONTH }, { 58, 58, NUMBER_DAY },
    };

    for (size_t i = 0; i < sizeof dates / sizeof *dates; i++)
        if (format >= dates[i].first && format <= dates[i].last)
            return dates[i].kind;
    return NUMBER_PLAIN;
}

/* Past what stands for itself: "text", [condition], \x, _x, *x, AM/PM, and the E+ of an exponent. */
static size_t literal_len(struct text rest)
{
    static const char *const words[] = { "AM/PM", "A/P", "E+", "E-" };
    const char *end;

    if (*rest.data == '"' || *rest.data == '[') {
        end = memchr(rest.data + 1, *rest.data == '"' ? '"' : ']', rest.len - 1);
        return end ? (size_t)(end - rest.data) + 1 : rest.len;
    }
    if (strchr("\\_*", *rest.data))
        return rest.len < 2 ? rest.len : 2;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (rest.len >= strlen(words[i]) && !strncasecmp(rest.data, words[i], strlen(words[i])))
            return strlen(words[i]);
    return 0;
}

enum number_kind number_kind_of(struct text code)
{
    bool year = false, month = false, day = false, time = false;

    while (code.len && *code.data != ';') { /* the first section is that of positive numbers */
        size_t skip = literal_len(code);

        if (!skip) {
            year |= *code.data == 'y' || *code.data == 'Y';
            month |= *code.data == 'm' || *code.data == 'M';
            day |= *code.data == 'd' || *code.data == 'D';
            time |= *code.data == 'h' || *code.data == 'H' || *code.data == 's' || *code.data == 'S';
            skip = 1;
        }
        code = (struct text){ code.data + skip, code.len - skip };
    }
    if (day || (month && !time && !year))
        return time ? NUMBER_DAY_TIME : NUMBER_DAY;
    if (year)
        return time ? NUMBER_DAY_TIME : month ? NUMBER_MONTH : NUMBER_DAY;
    return NUMBER_PLAIN;
}

/* --- numbers --- */

/* [-] 0.DIGITS × 10^exponent */
struct decimal {
    bool negative, scientific;
    char digits[VALUE_BYTES_MAX];
    int count, exponent;
};

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Digits, from the first that is not 0; before and behind: how far the point moves with each, and with each
 * 0 that comes before them. */
static const char *take_digits(struct decimal *decimal, const char *at, const char *end, int before,
                               int behind)
{
    for (; at < end && is_digit(*at); at++) {
        if (*at == '0' && !decimal->count) {
            decimal->exponent -= behind;
            continue;
        }
        decimal->digits[decimal->count++] = *at;
        decimal->exponent += before;
    }
    return at;
}

static bool take_exponent(struct decimal *decimal, struct text rest)
{
    int64_t exponent;

    if (!rest.len)
        return true;
    if (*rest.data != 'e' && *rest.data != 'E')
        return false;
    decimal->scientific = true;
    if (!text_int64((struct text){ rest.data + 1, rest.len - 1 }, &exponent) || exponent < -EXPONENT_MAX ||
        exponent > EXPONENT_MAX)
        return false;
    decimal->exponent += (int)exponent;
    return true;
}

static bool parse_decimal(struct text text, struct decimal *ret)
{
    const char *at = text.data, *end = at + text.len, *first, *point;

    *ret = (struct decimal){ 0 };
    if (!text.len || text.len >= VALUE_BYTES_MAX)
        return false;
    ret->negative = *at == '-';
    at += *at == '-' || *at == '+';
    first = at;
    at = take_digits(ret, at, end, 1, 0);
    if (at == first)
        return false;
    if (at < end && *at == '.') {
        point = ++at;
        at = take_digits(ret, at, end, 0, 1);
        if (at == point)
            return false;
    }
    return take_exponent(ret, (struct text){ at, (size_t)(end - at) });
}

/* The double's shortest decimal: the first length that is read back as the same number. */
static void shorten(struct text text, struct decimal *decimal)
{
    char value[VALUE_BYTES_MAX], shorter[VALUE_BYTES_MAX];
    double number;
    int digits = DIGITS_EXACT;

    memcpy(value, text.data, text.len);
    value[text.len] = '\0';
    number = strtod(value, NULL);
    do
        snprintf(shorter, sizeof shorter, "%.*e", digits - 1, number);
    while (strtod(shorter, NULL) != number && ++digits <= DIGITS_DOUBLE);
    parse_decimal(text_of(shorter), decimal);
    while (decimal->count && decimal->digits[decimal->count - 1] == '0')
        decimal->count--;
}

static void write_out(const struct decimal *decimal, struct buffer *out)
{
    if (decimal->negative && decimal->count)
        buffer_add_byte(out, '-');
    if (decimal->exponent <= 0 || !decimal->count)
        buffer_add_byte(out, '0');
    if (!decimal->count)
        return;
    for (int i = 0; i < decimal->exponent; i++)
        buffer_add_byte(out, i < decimal->count ? (uint8_t)decimal->digits[i] : '0');
    if (decimal->exponent >= decimal->count)
        return;
    buffer_add_byte(out, '.');
    for (int i = decimal->exponent; i < 0; i++)
        buffer_add_byte(out, '0');
    for (int i = decimal->exponent > 0 ? decimal->exponent : 0; i < decimal->count; i++)
        buffer_add_byte(out, (uint8_t)decimal->digits[i]);
}

static void show_number(struct text text, struct buffer *out)
{
    struct decimal decimal;
    bool is_number = parse_decimal(text, &decimal);

    if (is_number && decimal.count > DIGITS_EXACT)
        shorten(text, &decimal);
    else if (!is_number || !decimal.scientific) {
        buffer_add(out, text.data, text.len);
        return;
    }
    write_out(&decimal, out);
}

/* --- dates --- */

/* False: no serial day. */
static bool parse_serial(struct text text, int64_t *ret_day, int *ret_second)
{
    struct decimal decimal;
    char value[VALUE_BYTES_MAX];
    double serial, seconds;

    if (!parse_decimal(text, &decimal) || decimal.negative)
        return false;
    memcpy(value, text.data, text.len);
    value[text.len] = '\0';
    serial = strtod(value, NULL);
    if (serial >= SERIAL_MAX + 1)
        return false;
    seconds = (serial - (double)(int64_t)serial) * DAY_SECONDS + 0.5;
    *ret_day = (int64_t)serial + (seconds >= DAY_SECONDS);
    *ret_second = seconds >= DAY_SECONDS ? 0 : (int)seconds;
    return true;
}

static void show_day(int64_t serial, enum number_kind kind, bool since_1904, struct buffer *out)
{
    char text[DAY_TEXT_SIZE];
    int32_t day;

    if (since_1904)
        serial += SERIAL_1904;
    if (serial == SERIAL_LEAP) {
        buffer_add_string(out, "1900-02-29");
        return;
    }
    day = (int32_t)(serial - SERIAL_EPOCH + (serial < SERIAL_LEAP)); /* before it all days are one late */
    if (kind == NUMBER_MONTH && day_to_date(day).day == 1)
        buffer_add_string(out, month_text(month_of_day(day), text));
    else
        buffer_add_string(out, day_text(day, text));
}

static void show_date(struct text text, enum number_kind kind, bool since_1904, struct buffer *out)
{
    int64_t day;
    int second;

    if (!parse_serial(text, &day, &second) || (!since_1904 && !day) ||
        day + (since_1904 ? SERIAL_1904 : 0) > SERIAL_MAX) {
        show_number(text, out);
        return;
    }
    show_day(day, kind, since_1904, out);
    if (kind == NUMBER_DAY_TIME && second)
        buffer_printf(out, " %02d:%02d:%02d", second / 3600, second / 60 % 60, second % 60);
}

void number_show(struct text value, enum number_kind kind, bool since_1904, struct buffer *out)
{
    value = text_trim(value);
    if (kind == NUMBER_PLAIN)
        show_number(value, out);
    else
        show_date(value, kind, since_1904, out);
}
