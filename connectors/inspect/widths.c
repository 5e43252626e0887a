/* Columns of fixed width, in bytes as sent: cut where identifiers and dates stand, and where blanks end. */
#include <string.h>

#include "connectors/inspect/layout.h"
#include "lib/base/date.h"
#include "lib/core/identifier.h"

enum { LINE_MAX_BYTES = 4096, LINES_MAX = 500, ID_LEN = 18, DAY_LEN = 8 };

struct ruler {
    const struct text *lines; /* of the length that most have */
    size_t count, len;
    int32_t today;
    bool cut[LINE_MAX_BYTES + 1];     /* a column begins here */
    bool solid[LINE_MAX_BYTES + 1];   /* within an identifier or a date: no cut */
    size_t blank[LINE_MAX_BYTES + 1]; /* lines that have a blank here */
};

static bool nearly_all(size_t count, size_t of)
{
    return of && count * 20 >= of * 19;
}

/* The length that most lines have; 0: they differ. */
static size_t common_len(const struct page *page)
{
    size_t best = 0, best_count = 0;

    for (size_t i = 0; i < page->count && i < 16; i++) {
        size_t count = 0;

        for (size_t j = 0; j < page->count; j++)
            count += page->sent[j].len == page->sent[i].len;
        if (count > best_count) {
            best = page->sent[i].len;
            best_count = count;
        }
    }
    return best_count * 10 >= page->count * 8 && best <= LINE_MAX_BYTES ? best : 0;
}

static size_t count_matching(const struct ruler *ruler, size_t at, size_t len,
                             bool (*matches)(struct text text, int32_t today))
{
    size_t count = 0;

    for (size_t i = 0; i < ruler->count; i++)
        count += matches((struct text){ ruler->lines[i].data + at, len }, ruler->today);
    return count;
}

static bool is_id(struct text text, int32_t today)
{
    struct id_no id;

    return id_no_parse(text, today, &id);
}

static bool is_day(struct text text, int32_t today)
{
    uint64_t digits;
    int32_t day;

    return text_digits(text, DAY_LEN, &digits) && day_parse(text, &day) && day > day_from(1900, 1, 1) &&
           day < day_from(2100, 1, 1);
}

static bool is_free(const struct ruler *ruler, size_t at, size_t len)
{
    for (size_t i = at; i < at + len; i++)
        if (ruler->solid[i])
            return false;
    return true;
}

static void find_solid(struct ruler *ruler, size_t len, bool (*matches)(struct text text, int32_t today))
{
    for (size_t at = 0; at + len <= ruler->len;) {
        if (!is_free(ruler, at, len) || !nearly_all(count_matching(ruler, at, len, matches), ruler->count)) {
            at++;
            continue;
        }
        memset(ruler->solid + at, true, len);
        ruler->cut[at] = ruler->cut[at + len] = true;
        at += len;
    }
}

static void count_blanks(struct ruler *ruler)
{
    for (size_t i = 0; i < ruler->count; i++)
        for (size_t at = 0; at < ruler->len; at++)
            ruler->blank[at] += ruler->lines[i].data[at] == ' ';
}

/* Blanks in all lines end here. What begins in all lines at once is written to the left, and the blanks
 * belong to the column before; else it is a number written to the right, and they are its own. */
static void cut_behind_blanks(struct ruler *ruler, size_t from, size_t at)
{
    bool left = ruler->blank[at] * 20 <= ruler->count;

    if (!ruler->solid[at] && from)
        ruler->cut[left ? at : from] = true;
}

static void find_blanks(struct ruler *ruler)
{
    size_t from = 0;

    for (size_t at = 1; at <= ruler->len; at++) {
        bool before = nearly_all(ruler->blank[at - 1], ruler->count);
        bool here = at < ruler->len && nearly_all(ruler->blank[at], ruler->count);

        if (here && !before)
            from = at;
        if (before && !here && at < ruler->len)
            cut_behind_blanks(ruler, from, at);
    }
}

static void put_widths(struct guess *guess, const struct ruler *ruler)
{
    size_t from = 0;

    for (size_t at = 1; at <= ruler->len; at++) {
        if (!ruler->cut[at] && at < ruler->len)
            continue;
        guess_add_name(guess, &guess->feed.widths, text_of(guess_text(guess, "%zu", at - from)));
        from = at;
    }
    guess->feed.format = FORMAT_FIXED;
    guess_remark(
        guess, "widths", true,
        "lines are %zu bytes long and have no delimiter; these are cut where identifiers and dates stand and "
        "where blanks end: ask for the department's description of the record",
        ruler->len);
}

bool layout_widths(struct guess *guess, const struct page *page, int32_t today)
{
    struct text *lines = arena_alloc(guess->arena, LINES_MAX * sizeof *lines);
    struct ruler *ruler = arena_zalloc(guess->arena, sizeof *ruler);

    ruler->len = common_len(page);
    ruler->lines = lines;
    ruler->today = today;
    if (ruler->len < 2 || page->count < 2)
        return false;
    for (size_t i = 0; i < page->count && ruler->count < LINES_MAX; i++)
        if (page->sent[i].len == ruler->len)
            lines[ruler->count++] = page->sent[i];
    find_solid(ruler, ID_LEN, is_id);
    find_solid(ruler, DAY_LEN, is_day);
    count_blanks(ruler);
    find_blanks(ruler);
    put_widths(guess, ruler);
    return true;
}
