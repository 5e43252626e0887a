#include "connectors/source/watermark.h"

/* A plain decimal number: its parts lend the text. */
struct number {
    bool negative;
    struct text whole; /* without zeros in front */
    struct text part;  /* without zeros at the end */
};

static size_t digits_at(struct text text, size_t from)
{
    size_t at = from;

    while (at < text.len && text.data[at] >= '0' && text.data[at] <= '9')
        at++;
    return at - from;
}

static bool read_number(struct text text, struct number *ret)
{
    size_t at = text.len && (text.data[0] == '-' || text.data[0] == '+'), whole, part = 0;

    *ret = (struct number){ .negative = at && text.data[0] == '-' };
    whole = digits_at(text, at);
    ret->whole = (struct text){ text.data + at, whole };
    at += whole;
    if (at < text.len && text.data[at] == '.') {
        part = digits_at(text, ++at);
        ret->part = (struct text){ text.data + at, part };
        at += part;
    }
    while (ret->whole.len && *ret->whole.data == '0') {
        ret->whole.data++;
        ret->whole.len--;
    }
    while (ret->part.len && ret->part.data[ret->part.len - 1] == '0')
        ret->part.len--;
    return at == text.len && whole + part;
}

static int compare_text(struct text a, struct text b)
{
    size_t len = a.len < b.len ? a.len : b.len;
    int order = len ? memcmp(a.data, b.data, len) : 0;

    return order ? order : (a.len > b.len) - (a.len < b.len);
}

static int compare_size(const struct number *a, const struct number *b)
{
    int order = (a->whole.len > b->whole.len) - (a->whole.len < b->whole.len);

    if (!order)
        order = compare_text(a->whole, b->whole);
    return order ? order : compare_text(a->part, b->part);
}

static bool is_zero(const struct number *number)
{
    return !number->whole.len && !number->part.len;
}

bool watermark_before(struct text a, struct text b)
{
    struct number x, y;

    if (!read_number(a, &x) || !read_number(b, &y))
        return compare_text(a, b) < 0;
    x.negative &= !is_zero(&x);
    y.negative &= !is_zero(&y);
    if (x.negative != y.negative)
        return x.negative;
    return x.negative ? compare_size(&x, &y) > 0 : compare_size(&x, &y) < 0;
}
