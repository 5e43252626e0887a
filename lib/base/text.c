#include "lib/base/text.h"

#include <string.h>

struct text text_of(const char *string)
{
    return string ? (struct text){ string, strlen(string) } : (struct text){ "", 0 };
}

/* Bytes of the blank at the start (or, seen from the end, at the end) of the text; 0 when there is none. */
static size_t blank_size(const char *data, size_t len, bool at_end)
{
    static const struct text wide[] = { { "\xC2\xA0", 2 }, { "\xE3\x80\x80", 3 } };

    unsigned char edge = len ? (unsigned char)data[at_end ? len - 1 : 0] : 0;

    if (edge == ' ' || edge == '\t' || edge == '\r' || edge == '\n')
        return 1;
    if (edge < 0x80)
        return 0; /* what nearly every value begins and ends with */
    for (size_t i = 0; i < sizeof wide / sizeof *wide; i++)
        if (len >= wide[i].len &&
            !memcmp(at_end ? data + len - wide[i].len : data, wide[i].data, wide[i].len))
            return wide[i].len;
    return 0;
}

struct text text_trim(struct text text)
{
    for (size_t size; (size = blank_size(text.data, text.len, false)) > 0; text.len -= size)
        text.data += size;
    for (size_t size; (size = blank_size(text.data, text.len, true)) > 0;)
        text.len -= size;
    return text;
}

/* Bytes of the well-formed character at the front; 0: there is none. */
static size_t utf8_size(const unsigned char *at, size_t left)
{
    size_t size = at[0] < 0x80   ? 1
                  : at[0] < 0xC2 ? 0
                  : at[0] < 0xE0 ? 2
                  : at[0] < 0xF0 ? 3
                  : at[0] < 0xF5 ? 4
                                 : 0;

    if (!size || size > left)
        return 0;
    for (size_t i = 1; i < size; i++)
        if ((at[i] & 0xC0) != 0x80)
            return 0;
    if ((at[0] == 0xE0 && at[1] < 0xA0) || (at[0] == 0xED && at[1] > 0x9F) || /* too long, surrogate */
        (at[0] == 0xF0 && at[1] < 0x90) || (at[0] == 0xF4 && at[1] > 0x8F))   /* too long, beyond */
        return 0;
    return size;
}

bool text_is_utf8(struct text text)
{
    const unsigned char *at = (const unsigned char *)text.data;
    size_t left = text.len;

    for (size_t size; left; at += size, left -= size) {
        size = utf8_size(at, left);
        if (!size)
            return false;
    }
    return true;
}

bool text_digits(struct text text, size_t digits_max, uint64_t *ret)
{
    uint64_t value = 0;

    if (!text.len || text.len > digits_max || digits_max > 19)
        return false;
    for (size_t i = 0; i < text.len; i++) {
        if (text.data[i] < '0' || text.data[i] > '9')
            return false;
        value = value * 10 + (uint64_t)(text.data[i] - '0');
    }
    *ret = value;
    return true;
}

bool text_int64(struct text text, int64_t *ret)
{
    bool negative = text.len && text.data[0] == '-';
    uint64_t value;

    if (text.len && (negative || text.data[0] == '+')) {
        text.data++;
        text.len--;
    }
    while (text.len > 1 && text.data[0] == '0') {
        text.data++;
        text.len--;
    }
    if (!text_digits(text, 19, &value) || value > (uint64_t)INT64_MAX)
        return false;
    *ret = negative ? -(int64_t)value : (int64_t)value;
    return true;
}

void hex_encode(const void *data, size_t size, char *ret)
{
    static const char digits[] = "0123456789abcdef";
    const unsigned char *bytes = data;

    for (size_t i = 0; i < size; i++) {
        ret[2 * i] = digits[bytes[i] >> 4];
        ret[2 * i + 1] = digits[bytes[i] & 15];
    }
    ret[2 * size] = '\0';
}

static int hex_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

bool hex_decode(struct text text, void *ret, size_t size)
{
    unsigned char *bytes = ret;

    if (text.len != 2 * size)
        return false;
    for (size_t i = 0; i < size; i++) {
        int high = hex_value(text.data[2 * i]), low = hex_value(text.data[2 * i + 1]);

        if (high < 0 || low < 0)
            return false;
        bytes[i] = (unsigned char)(high << 4 | low);
    }
    return true;
}

bool text_is_ascii(struct text text)
{
    unsigned char all = 0;

    for (size_t i = 0; i < text.len; i++)
        all |= (unsigned char)text.data[i];
    return all < 0x80;
}
