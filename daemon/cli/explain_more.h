/* explain_more - what the rule of a column does not say by itself: the figures of a hint and what would
 * settle it, who brought a group into the household, what the model read.
 *
 * Ownership: lends everything. Threads: one. */
#ifndef OLIVE_DAEMON_CLI_EXPLAIN_MORE_H
#define OLIVE_DAEMON_CLI_EXPLAIN_MORE_H

#include "daemon/cli/explain_rules.h"
#include "daemon/cli/members.h"
#include "daemon/cli/profile_page.h"

struct explain_more {
    const struct page *page;
    struct json *json; /* keys are added to the object that is open; NULL: text is wanted */
    const char *column;
    const struct profile_view *view;
    const struct members *members;
};

typedef void explain_more(const struct explain_more *more);
explain_more more_base, more_contribution, more_bands, more_questions, more_hint, more_groups;

#endif
