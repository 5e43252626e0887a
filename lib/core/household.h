/* household - from the members' indicators to the household's profile (ASSESSMENT 2.2).
 *
 * Household figure = sum over the members at E, so figures move with persons, and households add up to the
 * placed persons. Pure; the same for live fusion, seals, dumps of any date and replay. */
#ifndef OLIVE_CORE_HOUSEHOLD_H
#define OLIVE_CORE_HOUSEHOLD_H

#include "lib/core/rules.h"

/* members: every person and meter whose placement of this kind is this household; any order. False: no person
 * among them, so there is no profile. The arena is for scratch. */
bool household_assess(enum household_kind kind, const struct token *household,
                      const struct subject *const *members, size_t count, int32_t period,
                      const struct rules *rules, coverage_t coverage, struct arena *arena,
                      struct profile *ret);

#endif
