/* fold - from records to the facts that hold.
 *
 * The records of a subject are a set, keyed by (source, item, valid_from). Of a key's records that are
 * visible at known_at (received_ms <= known_at) the greatest (revision, received_ms, delivery digest, line)
 * holds; a retracted winner means "absent". The union of sets is commutative, associative and idempotent, so
 * no order of arrival shows. */
#ifndef OLIVE_CORE_FOLD_H
#define OLIVE_CORE_FOLD_H

#include "lib/core/record.h"

#define KNOWN_AT_END INT64_MAX

/* Sorts the pointers in place by key and rank and moves the holding ones to the front, in key order; returns
 * how many hold. Repeated records (same id) are harmless. */
size_t fold(const struct record **records, size_t count, int64_t known_at_ms);

/* Sorts by id and keeps one of each: what a subject's evidence is. Returns how many are distinct. ids[i]
 * belongs to records[i], and moves with it. */
size_t fold_distinct(struct record_id *ids, const struct record **records, size_t count);

#endif
