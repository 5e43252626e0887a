/* population - all subjects as olive.subject has them: what a seal and a new assessment of everybody start
 * from.
 */
#ifndef OLIVE_DAEMON_POPULATION_H
#define OLIVE_DAEMON_POPULATION_H

#include "lib/core/census.h"
#include "lib/io/store.h"

/* No row is of another period: a sweep is over. */
int population_settled(struct store *store, int32_t period, bool *ret, struct err *err);
/* Adds every subject, at the period that its row stands at. */
int population_read(struct store *store, struct census *census, struct err *err);

#endif
