/* profile_hints - what declared and evidenced figures say of the lines of need, and what is missing where
 * they cannot say it. */
#include <string.h>

#include "daemon/cli/figure.h"
#include "daemon/cli/profile_page.h"
#include "lib/base/date.h"
#include "lib/core/determination.h"

enum { TEST_COLUMNS = 14, HINT_COLUMNS = 15 };

/* --- one test --- */

static const enum filling_kind test_kinds[TEST_COUNT] = {
    [TEST_INCOME] = FILL_YUAN, [TEST_MONEY] = FILL_YUAN, [TEST_VEHICLE] = FILL_COUNT, [TEST_HOME] = FILL_COUNT
};

static void figures(const struct page *page, enum filling_kind kind,
                    const struct determination *determination)
{
    int64_t low = determination->figure_low, high = determination->figure_high;

    if (low == NUMBER_NONE && high == NUMBER_NONE)
        page_fill(page, fill_message(MSG_NOT_KNOWN));
    else if (high == NUMBER_NONE)
        say(page, MSG_FIGURE_AT_LEAST, fill(kind, low));
    else if (low == NUMBER_NONE)
        say(page, MSG_FIGURE_AT_MOST, fill(kind, high));
    else if (low == high)
        page_fill(page, fill(kind, low));
    else
        say(page, MSG_BETWEEN, fill(kind, low), fill(kind, high));
}

void profile_test(const struct page *page, const struct profile *profile, enum line_test test,
                  const struct determination *determination)
{
    enum filling_kind kind = test_kinds[test];

    figures(page, kind, determination);
    if (test == TEST_INCOME)
        say(page, MSG_LIMIT_BELOW, fill(FILL_COUNT, profile->member_count), fill(kind, determination->limit));
    else /* the limit is the first that is too much */
        say(page, MSG_LIMIT_AT_MOST, fill(kind, determination->limit - 1));
    if (determination->disregarded_fen)
        say(page, MSG_DISREGARDED, fill(FILL_YUAN, determination->disregarded_fen));
}

static void determine_in(const struct profile_view *view, int line, int test, struct determination *ret)
{
    determine(view->rules->policy, view->coverage, view->profile, month_last_day(view->profile->as_of),
              (enum poverty_line)line, (enum line_test)test, ret);
}

static void hint(const struct page *page, const struct profile *profile, int test,
                 const struct determination *determination)
{
    size_t mark = page_mark(page);

    buffer_add_string(page->out, "    ");
    page_fill(page, fill_code(&line_test_codes, test));
    page_pad(page, mark, TEST_COLUMNS, false);
    mark = page_mark(page);
    page_fill(page, fill_code(&hint_codes, (int)determination->hint));
    page_pad(page, mark, HINT_COLUMNS, false);
    profile_test(page, profile, (enum line_test)test, determination);
    profile_rule_basis(page, determination->rule);
}

/* False: the policy asks nothing of this line. */
static bool line_hints(const struct page *page, const struct profile_view *view, int line)
{
    bool any = false;

    for (int test = 0; test < TEST_COUNT; test++) {
        struct determination determination;

        determine_in(view, line, test, &determination);
        if (!determination.rule)
            continue;
        if (!any) {
            buffer_add_string(page->out, "  ");
            page_fill(page, fill_code(&poverty_line_codes, line));
            page_line(page);
        }
        any = true;
        hint(page, view->profile, test, &determination);
    }
    return any;
}

void profile_hints(const struct page *page, const struct profile_view *view)
{
    bool any = false;

    say(page, MSG_HINTS);
    for (int line = 0; line < LINE_COUNT; line++)
        any |= line_hints(page, view, line);
    say(page, any ? MSG_HINTS_ONLY : MSG_HINTS_NO_RULE);
}

/* --- what would settle it --- */

static bool feeds_indicator(const struct feed_declared *feed, enum indicator indicator)
{
    for (int kind = 0; kind < UTILITY_KIND_COUNT; kind++)
        if (indicator_of_source(feed->source, (enum utility_kind)kind) == indicator &&
            (feed->source != SOURCE_UTILITY || feed->utility_kinds >> kind & 1))
            return true;
    return false;
}

static void feeds_of(const struct page *page, const struct profile_view *view, enum indicator indicator)
{
    bool any = false;

    for (size_t i = 0; i < view->feed_count; i++) {
        if (!feeds_indicator(&view->feeds[i], indicator))
            continue;
        if (any)
            page_fill(page, fill_message(MSG_COMMA));
        if (view->feeds[i].complete)
            page_fill(page, fill_text(view->feeds[i].name));
        else
            say(page, MSG_FEED_NOT_COMPLETE, fill_text(view->feeds[i].name));
        any = true;
    }
    if (!any)
        page_fill(page, fill_message(MSG_SETTLE_NO_FEED));
    page_line(page);
}

static void settle_income(const struct page *page, const struct profile *profile)
{
    if (profile->evidenced_high != NUMBER_NONE)
        say(page, MSG_SETTLE_EXAMINE);
    else if (profile->undeclared_members)
        say(page, MSG_SETTLE_DECLARE, fill(FILL_COUNT, profile->undeclared_members));
    else if (profile->declared_income == NUMBER_NONE)
        say(page, MSG_SETTLE_LIVING);
    else
        say(page, MSG_SETTLE_YEARS, fill(FILL_COUNT, profile->declared_partial));
}

static void settle_asset(const struct page *page, const struct profile_view *view, enum indicator indicator)
{
    enum indicator_state state = view->profile->states[indicator];

    if (state == STATE_STALE)
        say(page, MSG_SETTLE_STALE, fill(FILL_MONTH, figure_last(view->profile, indicator)));
    else
        say(page,
            state == STATE_MISSING || state == STATE_NOT_AUTHORISED ? MSG_SETTLE_MISSING : MSG_SETTLE_MORE);
    feeds_of(page, view, indicator);
}

static unsigned lines_that_cannot_tell(const struct profile *profile, enum line_test test)
{
    unsigned mask = 0;

    for (int line = 0; line < LINE_COUNT; line++)
        mask |= (unsigned)(profile->hints[line][test] == HINT_CANNOT_TELL) << line;
    return mask;
}

/* One answer serves every line that waits for it. */
bool profile_settle_test(const struct page *page, const struct profile_view *view, enum line_test test,
                         unsigned lines)
{
    static const enum indicator owned[TEST_COUNT] = { [TEST_INCOME] = INDICATOR_NONE,
                                                      [TEST_MONEY] = INDICATOR_DEPOSIT,
                                                      [TEST_VEHICLE] = INDICATOR_VEHICLE,
                                                      [TEST_HOME] = INDICATOR_PROPERTY };

    lines &= lines_that_cannot_tell(view->profile, test);
    if (!lines)
        return false;
    say(page, MSG_SETTLE_TEST, fill_code(&line_test_codes, (int)test));
    figure_set(page, &poverty_line_codes, lines);
    say(page, MSG_SETTLE_CLOSE);
    if (test == TEST_INCOME)
        settle_income(page, view->profile);
    else
        settle_asset(page, view, owned[test]);
    return true;
}

/* Sources that the model reads and has not got. */
static bool settle_estimate(const struct page *page, const struct profile_view *view)
{
    unsigned mask = 0;

    for (int i = 0; i < INDICATOR_COUNT && view->profile->assessed.basis != BASIS_NO_MODEL; i++)
        mask |= (unsigned)(view->profile->assessed.contributions[i] == NUMBER_NONE &&
                           profile_model_reads(NULL, view, (enum indicator)i))
                << i;
    if (!mask)
        return false;
    say(page, MSG_SETTLE_ESTIMATE);
    figure_set(page, &indicator_codes, mask);
    page_line(page);
    return true;
}

void profile_settle(const struct page *page, const struct profile_view *view)
{
    bool any = view->profile->evidenced_high == NUMBER_NONE;

    say(page, MSG_SETTLE);
    if (any)
        say(page, MSG_SETTLE_INCOME, fill(FILL_COUNT, view->profile->undeclared_members));
    for (int test = 0; test < TEST_COUNT; test++)
        any |= profile_settle_test(page, view, (enum line_test)test, (1U << LINE_COUNT) - 1);
    any |= settle_estimate(page, view);
    if (view->profile->assessed.marks || view->profile->contradictions) {
        say(page, MSG_SETTLE_QUESTIONS);
        any = true;
    }
    if (!any)
        say(page, MSG_SETTLE_NOTHING);
}
