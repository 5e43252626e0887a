/* deliveries - which deliveries records came in, each one once in memory, and their short numbers in packed
 * evidence.
 *
 * A number (ref) stands for (digest, received_ms) in table olive.evidence_delivery. Rows there are appended
 * in a statement of their own, before the flush that uses them: no lock is held, and a row without a segment
 * is harmless.
 *
 * Ownership: deliveries_new() … deliveries_free(); what intern and find return lives as long. Threads: one.
 */
#ifndef OLIVE_DAEMON_DELIVERIES_H
#define OLIVE_DAEMON_DELIVERIES_H

#include "lib/core/segment.h"
#include "lib/io/store.h"

struct deliveries;
struct deliveries *deliveries_new(void);
void deliveries_free(struct deliveries *deliveries);
void deliveries_freep(struct deliveries **deliveries);

/* The one in memory that equals it; ref 0 while it has no number yet. */
const struct delivery *deliveries_intern(struct deliveries *deliveries, const struct delivery *delivery);
/* A segment_delivery: user is the struct deliveries. */
const struct delivery *deliveries_find(void *user, uint32_t ref);

/* Learns the numbers that the table has and this one lacks. */
int deliveries_load(struct deliveries *deliveries, struct store *store, struct err *err);
/* Gives a number to each that has none. Not within a transaction. */
int deliveries_number(struct deliveries *deliveries, struct store *store, struct err *err);

#endif
