#include "connectors/control.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "lib/base/date.h"
#include "lib/core/reason.h"

enum { DIGITS_MAX = 18 };

const struct control control_none = { .bytes = COUNT_NONE,
                                      .lines = COUNT_NONE,
                                      .sequence = COUNT_NONE,
                                      .sum = TOTAL_NONE,
                                      .received_ms = INT64_MIN };

static const char *const act_names[] = { "", "replay", "dismiss" };

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

static bool set_kind(struct text value, void *member)
{
    for (int kind = ACT_REPLAY; kind <= ACT_DISMISS; kind++)
        if (text_equal(value.data, value.len, act_names[kind])) {
            *(enum act_kind *)member = (enum act_kind)kind;
            return true;
        }
    return false;
}

static bool set_original(struct text value, void *member)
{
    return hex_decode(value, member, DIGEST_SIZE);
}

static bool add_span(struct text value, void *member)
{
    struct order *order = member;
    const char *dash = memchr(value.data, '-', value.len);
    struct line_span *span = &order->lines[order->line_count];
    size_t len = dash ? (size_t)(dash - value.data) : 0;

    if (!dash || order->line_count == ACT_SPANS_MAX ||
        !text_digits((struct text){ value.data, len }, DIGITS_MAX, &span->first) ||
        !text_digits((struct text){ dash + 1, value.len - len - 1 }, DIGITS_MAX, &span->last))
        return false;
    order->line_count++;
    return true;
}

struct entry {
    const char *name;
    bool (*set)(struct text value, void *member);
    size_t member;
};

/* clang-format off */
static const struct entry entries[] = {
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

/* clang-format off */
static const struct entry act_entries[] = {
    { "act",      set_kind,     offsetof(struct control, order.kind) },
    { "original", set_original, offsetof(struct control, order.original) },
    { "settled",  set_number,   offsetof(struct control, order.settled) },
    { "acts",     set_number,   offsetof(struct control, order.acts) },
    { "span",     add_span,     offsetof(struct control, order) },
};
/* clang-format on */

static const struct table {
    const struct entry *entries;
    size_t count;
    const char *names;
} delivered = { entries, sizeof entries / sizeof *entries, "bytes, lines, sum, sha256, sequence, received" },
  ordered = { act_entries, sizeof act_entries / sizeof *act_entries, "act, original, settled, acts, span" };

static int parse_line(const struct table *table, struct text text, unsigned line, struct control *ret,
                      struct err *err)
{
    const char *equals = memchr(text.data, '=', text.len);
    struct text name, value;

    if (!text.len || text.data[0] == '#')
        return 0;
    if (!equals)
        return bad(err, line, "is not name=value");
    name = text_trim((struct text){ text.data, (size_t)(equals - text.data) });
    value = text_trim((struct text){ equals + 1, (size_t)(text.data + text.len - equals - 1) });
    for (size_t i = 0; i < table->count; i++)
        if (text_equal(name.data, name.len, table->entries[i].name))
            return table->entries[i].set(value, (char *)ret + table->entries[i].member)
                       ? 0
                       : bad(err, line, "has a value of another form");
    bad(err, line, "is none of ");
    snprintf(err->text + strlen(err->text), sizeof err->text - strlen(err->text), "%s", table->names);
    return -1;
}

static int parse(const struct table *table, struct text text, struct control *ret, struct err *err)
{
    struct control control = control_none;

    for (unsigned line = 1; text.len; line++) {
        const char *end = memchr(text.data, '\n', text.len);
        size_t len = end ? (size_t)(end - text.data) : text.len;

        if (parse_line(table, text_trim((struct text){ text.data, len }), line, &control, err) < 0)
            return -1;
        text.data += len + (end != NULL);
        text.len -= len + (end != NULL);
    }
    *ret = control;
    return 0;
}

int control_parse(struct text text, struct control *ret, struct err *err)
{
    return parse(&delivered, text, ret, err);
}

int control_parse_act(struct text text, struct control *ret, struct err *err)
{
    if (parse(&ordered, text, ret, err) < 0)
        return -1;
    return ret->order.kind == ACT_NONE || !ret->order.line_count ? bad(err, 0, "lacks its act or its spans")
                                                                 : 0;
}

void control_write_act(const struct order *order, struct buffer *out)
{
    char original[2 * DIGEST_SIZE + 1];

    hex_encode(order->original, DIGEST_SIZE, original);
    buffer_printf(out, "act=%s\noriginal=%s\nsettled=%" PRIu64 "\nacts=%" PRIu64 "\n", act_names[order->kind],
                  original, order->settled, order->acts);
    for (size_t i = 0; i < order->line_count; i++)
        buffer_printf(out, "span=%" PRIu64 "-%" PRIu64 "\n", order->lines[i].first, order->lines[i].last);
}
