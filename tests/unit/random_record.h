/* random_record - seeded records of every source for property tests: small spaces, so that keys collide
 * often. */
#ifndef OLIVE_TESTS_RANDOM_RECORD_H
#define OLIVE_TESTS_RANDOM_RECORD_H

#include "lib/core/record.h"

struct random {
    uint64_t state;
};
uint32_t random_below(struct random *random, uint32_t bound);

enum { RANDOM_DELIVERIES = 12 };
/* Deliveries 0 … RANDOM_DELIVERIES - 1 have refs 1 …; the same for every seed. */
const struct delivery *random_delivery(uint32_t index);
const struct delivery *random_delivery_find(void *user, uint32_t ref); /* a segment_delivery */
/* A record of a person, or of a meter, as the wire would let it through. */
struct record random_record(struct random *random, const struct token *subject, enum subject_kind kind);

#endif
