/* members - the persons and meters of a household at (period, known_at), each with all its records, from the
 * evidence.
 *
 * Who is a member is found by the state's index when the live period is asked about, and by going through all
 * the evidence otherwise (a district: some seconds).
 *
 * Ownership: members_free() gives everything back; `facts` of a member point into its `records`. */
#ifndef OLIVE_DAEMON_CLI_MEMBERS_H
#define OLIVE_DAEMON_CLI_MEMBERS_H

#include "daemon/cli/question.h"
#include "daemon/state/deliveries.h"
#include "lib/base/arena.h"

struct member {
    struct token token;
    struct record *records; /* as stored, all of them */
    size_t record_count;
    const struct record **facts; /* those that hold, in key order */
    size_t fact_count;
    struct subject subject;
};

struct members {
    struct member *items;
    size_t count;
    struct deliveries *deliveries;
    struct arena *arena;
};

int members_read(struct store *store, const struct question *question, enum household_kind kind,
                 const struct token *household, struct members *ret, struct err *err);
void members_free(struct members *members);
/* The profile that these members make; false: no person among them. */
bool members_assess(const struct members *members, const struct question *question, enum household_kind kind,
                    const struct token *household, struct profile *ret);

#endif
