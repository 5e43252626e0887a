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
 * how many hold (what stands behind them is spoiled). Repeated records are harmless. */
size_t fold(const struct record **records, size_t count, int64_t known_at_ms);

/* Which of the incoming records are new: not among all known ones of the subject, nor earlier among the
 * incoming (the array is in order of arrival, and its records lie in one array in that order). Sorts both;
 * moves the new ones to the front of incoming, in order of identity, and returns how many. Superseded records
 * count as known: a repeated one is never stored twice. */
size_t fold_new(const struct record **known, size_t known_count, const struct record **incoming,
                size_t incoming_count);

#endif
