/* question - which period, as known when, and where the answer lies: in live rows, in a seal, or in the
 * evidence.
 *
 * A seal answers for its period; so does the live state for the open one, but only by what was pinned at the
 * last close. Anything else, and anything with --known-at, is computed anew from the evidence, with coverage
 * from the feeds as configured and their receipts up to that instant, and with the policy and model the
 * period was assessed by (the configured one for a period that never was).
 *
 * Ownership: question_free() gives the rules back. */
#ifndef OLIVE_DAEMON_CLI_QUESTION_H
#define OLIVE_DAEMON_CLI_QUESTION_H

#include "daemon/cli/cli.h"
#include "daemon/state/feeds.h"
#include "daemon/state/period.h"
#include "lib/core/fold.h"
#include "lib/core/profile.h"

enum answer { ANSWER_LIVE, ANSWER_SEALED, ANSWER_RECOMPUTED };

struct question {
    enum answer answer;
    int32_t period;
    int64_t known_at_ms; /* KNOWN_AT_END: everything that is there */
    coverage_t coverage;
    struct rules rules;
    char rows[96]; /* unless recomputed: the table and its condition, for profile_read() */
};

int question_ask(const struct cli *cli, struct store *store, struct question *ret, struct err *err);
void question_free(struct question *question);

/* That household's row; *ret_found false: there is none. Not of ANSWER_RECOMPUTED. */
int question_row(const struct question *question, struct store *store, enum household_kind kind,
                 const struct token *household, struct profile *ret, bool *ret_found, struct err *err);
/* The token of a household's number as people write it. False: empty, or too long. */
bool household_number_token(struct tokeniser *tokeniser, const char *household_no, struct token *ret);

/* The feeds as declared at the last close, or, before the first, as the configuration has them; in the arena.
 */
int question_feeds(const struct cli *cli, struct store *store, struct arena *arena, struct feeds *ret,
                   struct err *err);

/* The household that --kind, --household or --token name. */
int question_household(const struct cli *cli, enum household_kind *ret_kind, struct token *ret,
                       struct err *err);

#endif
