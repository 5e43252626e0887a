/* profile_page - one household on a page, for a person who has to understand it without help: why it is where
 * it is, how sure that is, and what would settle it.
 *
 * All of it is worked out of the view: what is shown is the row, retold by the rules that made it. Nothing
 * here decides anything (P6), and nothing names a person (P9).
 *
 * Ownership: a view lends everything. Threads: pure. */
#ifndef OLIVE_DAEMON_CLI_PROFILE_PAGE_H
#define OLIVE_DAEMON_CLI_PROFILE_PAGE_H

#include "daemon/cli/messages.h"
#include "lib/core/receipt.h"
#include "lib/core/rules.h"

struct feed_gap {
    const char *feed, *source, *numbers; /* "3, 5-7" */
};

struct profile_view {
    const struct profile *profile;
    bool sealed;
    const struct rules *rules; /* that it was assessed by */
    coverage_t coverage;       /* likewise */
    const char *policy_name;
    const struct feed_declared *feeds;
    size_t feed_count;
    const struct feed_gap *gaps; /* deliveries that had not come by the last close */
    size_t gap_count;
};

void profile_page(const struct page *page, const struct profile_view *view);

/* --- its sections, each with its heading --- */

/* Why the estimate is where it is, and how sure that is; nothing without a model. */
void profile_estimate(const struct page *page, const struct profile_view *view);
/* Declaration against estimate, marks, contradictions. */
void profile_questions(const struct page *page, const struct profile_view *view);
void profile_hints(const struct page *page, const struct profile_view *view);
/* What would turn each "cannot tell" into an answer. */
void profile_settle(const struct page *page, const struct profile_view *view);

/* --- pieces that olive explain says, too --- */

void profile_groups_derived(const struct page *page, const struct profile_view *view); /* no heading */
void profile_base(const struct page *page, const struct profile_view *view);           /* one sentence */
void profile_bands(const struct page *page, const struct profile_view *view); /* with their probabilities */
/* Marks and contradictions, or that there is none. */
void profile_question_list(const struct page *page, const struct profile_view *view);
/* What a test needs for the lines of a mask that cannot tell; false: nothing. */
bool profile_settle_test(const struct page *page, const struct profile_view *view, enum line_test test,
                         unsigned lines);
/* "child-or-elder: a member for whom age is 80 and over", and the basis. */
void profile_group_rule(const struct page *page, const struct group_rule *rule);
/* Ends the line; then one of its own: "rule since 2024-01-01: basis". */
void profile_rule_basis(const struct page *page, const struct rule *rule);
/* "wage about 166,062 yuan, fund balance …": what the model reads of a source; false: it does not read it.
 * page NULL: says nothing. */
bool profile_model_reads(const struct page *page, const struct profile_view *view, enum indicator indicator);
/* "at least 5.00 yuan; the line: below 3.00 yuan": figures of one test, and its limit. */
struct determination;
void profile_test(const struct page *page, const struct profile *profile, enum line_test test,
                  const struct determination *determination);

#endif
