/* population - the records of a district's year for benchmarks: 61 a person, as deliveries bring them (month
 * by month, feed by feed), without the cost of reading files. A function of its size alone. */
#ifndef OLIVE_TESTS_BENCH_POPULATION_H
#define OLIVE_TESTS_BENCH_POPULATION_H

#include "lib/base/err.h"
#include "lib/core/record.h"

enum { POPULATION_LAST_MONTH = 2025 * MONTHS_A_YEAR + 10 /* 2025-11 */ };

/* Told each record in order; not 0 ends the walk and is returned. */
typedef int population_record(void *user, const struct record *record, struct err *err);
int population_walk(uint32_t persons, uint32_t months, population_record *each, void *user, struct err *err);
/* Of a delivery that records name: count of them, and each. */
uint32_t population_delivery_count(uint32_t months);
const struct delivery *population_delivery(uint32_t index);

#endif
