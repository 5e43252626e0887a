/* recompute - profiles of any period as known at any instant, from the evidence, by the same core as live
 * fusion.
 *
 * One snapshot of the database is read (REPEATABLE READ), so a dump taken while fusion runs is that of one
 * moment. */
#ifndef OLIVE_DAEMON_RECOMPUTE_H
#define OLIVE_DAEMON_RECOMPUTE_H

#include "daemon/state/evidence.h"
#include "lib/core/census.h"

/* Records with received_ms <= known_at_ms are visible. Profiles are told in order of (kind, token). */
int recompute(struct store *store, int32_t period, int64_t known_at_ms, const struct rules *rules,
              coverage_t coverage, census_profile *each, void *user,
              struct unplaced ret[HOUSEHOLD_KIND_COUNT], struct err *err);

/* The subject that records make at (period, known_at): visible ones folded and assessed, with their evidence
 * digest. False: none is visible. `pointers` is scratch for count pointers. */
bool recompute_subject(const struct token *token, const struct record *records, size_t count, int32_t period,
                       int64_t known_at_ms, const struct record **pointers, struct arena *arena,
                       struct subject *ret);

#endif
