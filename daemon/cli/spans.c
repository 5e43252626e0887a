#include "daemon/cli/spans.h"

#include <string.h>

enum { DIGITS_MAX = 18 };
static const uint64_t line_last = 999999999999999999; /* of that many digits */

static bool parse_span(struct text text, struct line_span *ret)
{
    const char *dash = memchr(text.data, '-', text.len);
    size_t len = dash ? (size_t)(dash - text.data) : text.len;

    if (!text_digits((struct text){ text.data, len }, DIGITS_MAX, &ret->first) || !ret->first)
        return false;
    ret->last = ret->first;
    return !dash || (text_digits((struct text){ dash + 1, text.len - len - 1 }, DIGITS_MAX, &ret->last) &&
                     ret->last >= ret->first);
}

int spans_parse(const char *list, struct order *order, struct err *err)
{
    order->line_count = 0;
    if (!list) {
        order->lines[order->line_count++] = (struct line_span){ 1, line_last };
        return 0;
    }
    for (const char *at = list;; at++) {
        size_t len = strcspn(at, ",");

        if (order->line_count == ACT_SPANS_MAX)
            return err_stop(err, EXIT_USAGE, "--only takes %d spans at the most: do the rest by another act",
                            ACT_SPANS_MAX);
        if (!parse_span((struct text){ at, len }, &order->lines[order->line_count]))
            return err_stop(err, EXIT_USAGE, "--only takes lines and spans of lines: 3,7-9");
        order->line_count++;
        at += len;
        if (!*at)
            return 0;
    }
}

bool spans_have(const struct order *order, uint64_t line)
{
    for (size_t i = 0; i < order->line_count; i++)
        if (line >= order->lines[i].first && line <= order->lines[i].last)
            return true;
    return false;
}
