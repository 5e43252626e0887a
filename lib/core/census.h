/* census - the whole population at a period: subjects in, profiles out, in canonical order.
 *
 * What a seal, a dump of any date and a replay have in common. Subjects may come in any order.
 *
 * Ownership: census_new() … census_free(); subjects are copied in packed form, about 150 B each. Threads:
 * pure. */
#ifndef OLIVE_CORE_CENSUS_H
#define OLIVE_CORE_CENSUS_H

#include "lib/core/household.h"

/* Per household kind: persons with a holding fact, and meters with consumption, that no household with a
 * member has. */
struct unplaced {
    uint64_t persons, meters;
};

struct census;
struct census *census_new(int32_t period);
void census_free(struct census *census);
void census_freep(struct census **census);
/* subject->period may lie before the census' (during a sweep); the household's as_of is the smallest. */
void census_add(struct census *census, const struct subject *subject);

/* Told each profile in order of (kind, token). Not 0 ends the walk and is returned. */
typedef int census_profile(void *user, const struct profile *profile, struct err *err);
int census_walk(struct census *census, const struct rules *rules, coverage_t coverage, census_profile *each,
                void *user, struct unplaced ret[HOUSEHOLD_KIND_COUNT], struct err *err);

/* The same households of one kind by two sets of rules, side by side: each subject is unpacked once. */
typedef int census_pair(void *user, const struct profile *a, const struct profile *b, struct err *err);
int census_compare(struct census *census, enum household_kind kind, const struct rules rules[2],
                   coverage_t coverage, census_pair *each, void *user, struct err *err);

#endif
