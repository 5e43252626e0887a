#include "connectors/control.h"

#include <string.h>

#include "lib/base/date.h"
#include "lib/core/reason.h"

enum { DIGITS_MAX = 18 };

const struct control control_none = { .bytes = COUNT_NONE,
                                      .lines = COUNT_NONE,
                                      .sequence = COUNT_NONE,
                                      .sum = TOTAL_NONE,
                                      .received_ms = INT64_MIN };

static bool set_number(struct text value, void *member)
{
    return text_digits(value, DIGITS_MAX, member);
}

static bool set_digest(struct text value, void *member)
{
    struct control *control = member;

    control->has_digest = true;
    return hex_decode(value, control->digest, DIGEST_SIZE);
}

static bool set_sum(struct text value, void *member)
{
    return decimal_parse(value, TOTAL_DECIMALS, member) == PARSE_OK;
}

static bool set_instant(struct text value, void *member)
{
    return instant_parse(value, member);
}

/* clang-format off */
static const struct entry {
    const char *name;
    bool (*set)(struct text value, void *member);
    size_t member;
} entries[] = {
    { "bytes",    set_number,  offsetof(struct control, bytes) },
    { "lines",    set_number,  offsetof(struct control, lines) },
    { "sequence", set_number,  offsetof(struct control, sequence) },
    { "sum",      set_sum,     offsetof(struct control, sum) },
    { "sha256",   set_digest,  0 },
    { "received", set_instant, offsetof(struct control, received_ms) },
};
/* clang-format on */

static int bad(struct err *err, unsigned line, const char *why)
{
    err_reject(err, CONTRADICTS_CONTROL_TOTAL);
    err_set(err, ERR_REJECT, "has a control file whose line %u %s", line, why);
    err->code = CONTRADICTS_CONTROL_TOTAL;
    return -1;
}

static int parse_line(struct text text, unsigned line, struct control *ret, struct err *err)
{
    const char *equals = memchr(text.data, '=', text.len);
    struct text name, value;

    if (!text.len || text.data[0] == '#')
        return 0;
    if (!equals)
        return bad(err, line, "is not name=value");
    name = text_trim((struct text){ text.data, (size_t)(equals - text.data) });
    value = text_trim((struct text){ equals + 1, (size_t)(text.data + text.len - equals - 1) });
    for (size_t i = 0; i < sizeof entries / sizeof *entries; i++)
        if (text_equal(name.data, name.len, entries[i].name))
            return entries[i].set(value, (char *)ret + entries[i].member)
                       ? 0
                       : bad(err, line, "has a value of another form");
    return bad(err, line, "is none of bytes, lines, sum, sha256, sequence, received");
}

int control_parse(struct text text, struct control *ret, struct err *err)
{
    struct control control = control_none;

    for (unsigned line = 1; text.len; line++) {
        const char *end = memchr(text.data, '\n', text.len);
        size_t len = end ? (size_t)(end - text.data) : text.len;

        if (parse_line(text_trim((struct text){ text.data, len }), line, &control, err) < 0)
            return -1;
        text.data += len + (end != NULL);
        text.len -= len + (end != NULL);
    }
    *ret = control;
    return 0;
}
