#include "connectors/totals.h"

#include <regex.h>

#include "connectors/source/lines.h"
#include "lib/base/buffer.h"
#include "lib/core/reason.h"

enum { COUNT_DIGITS_MAX = 18 };

bool totals_are_said(const struct feed_conf *feed, const struct control *control)
{
    return feed->totals.lines || feed->totals.sum || control->sum != TOTAL_NONE;
}

static int contradicts(struct err *err, const char *why)
{
    err_set(err, ERR_REJECT, "%s", why);
    err->code = CONTRADICTS_CONTROL_TOTAL;
    return -1;
}

/* Group 1 of the first control line that matches. */
static struct text find_group(const char *pattern, const struct buffer *lines)
{
    regmatch_t match[2];
    regex_t regex;
    struct text found = TEXT("");

    regcomp(&regex, pattern, REG_EXTENDED | REG_NEWLINE); /* the configuration has compiled it before */
    if (regexec(&regex, (char *)lines->data, 2, match, 0) == 0 && match[1].rm_so >= 0)
        found = text_trim(
            (struct text){ (char *)lines->data + match[1].rm_so, (size_t)(match[1].rm_eo - match[1].rm_so) });
    regfree(&regex);
    return found;
}

static int read_lines_total(const char *pattern, const struct buffer *lines, uint64_t *ret, struct err *err)
{
    if (text_digits(find_group(pattern, lines), COUNT_DIGITS_MAX, ret))
        return 0;
    return contradicts(err, "has no control line with the number of lines that totals.lines looks for");
}

static int read_sum_total(const char *pattern, const struct buffer *lines, int64_t *ret, struct err *err)
{
    if (decimal_parse(find_group(pattern, lines), TOTAL_DECIMALS, ret) == PARSE_OK)
        return 0;
    return contradicts(err, "has no control line with the sum that totals.sum looks for");
}

int totals_read(const struct feed_conf *feed, int fd, const struct control *control, struct totals *ret,
                struct err *err)
{
    CLEANUP(buffer_free) struct buffer lines = { 0 };

    *ret = (struct totals){ COUNT_NONE, control->sum };
    if (!feed->totals.lines && !feed->totals.sum)
        return 0;
    if (lines_control(feed, fd, &lines, err) < 0)
        return -1;
    buffer_add_byte(&lines, '\0');
    if (feed->totals.lines && read_lines_total(feed->totals.lines, &lines, &ret->lines, err) < 0)
        return -1;
    if (feed->totals.sum && ret->sum == TOTAL_NONE)
        return read_sum_total(feed->totals.sum, &lines, &ret->sum, err);
    return 0;
}
