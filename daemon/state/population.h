/* population - every subject as its row has it, into a census: what a seal and a comparison of policies
 * assess. */
#ifndef OLIVE_DAEMON_POPULATION_H
#define OLIVE_DAEMON_POPULATION_H

#include "lib/core/census.h"
#include "lib/io/store.h"

/* No row is of another period: a sweep is over. */
int population_settled(struct store *store, int32_t period, bool *ret, struct err *err);
/* Rows are of `period`. Within the caller's transaction, so that they are of one moment with what else it
 * reads. */
int population_read(struct store *store, int32_t period, struct census *census, struct err *err);

#endif
