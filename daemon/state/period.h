/* period - the one period that is not sealed, and the policy and model it is assessed by.
 *
 * What is in force stands in the database (olive.period, olive.policy, olive.model), not in files of one
 * instance: instances with different files still write one truth. A changed file takes effect with the next
 * close. */
#ifndef OLIVE_DAEMON_PERIOD_H
#define OLIVE_DAEMON_PERIOD_H

#include "daemon/state/rules.h"
#include "lib/core/coverage.h"
#include "lib/io/store.h"

enum period_state { PERIOD_OPEN, PERIOD_CLOSING, PERIOD_SEALED, PERIOD_STATE_COUNT };
extern const char *const period_state_names[PERIOD_STATE_COUNT];

struct period_row {
    int32_t period;
    enum period_state state;
    coverage_t coverage; /* pinned at the close before */
    struct rules_digests rules;
};

/* Within a transaction or without one. ERR_STOP when there is no period yet. */
int period_read_open(struct store *store, struct period_row *ret, struct err *err);
/* Of one period; *ret_found false: there is no such row. */
int period_read(struct store *store, int32_t period, struct period_row *ret, bool *ret_found,
                struct err *err);
/* Opens the first period (period.first of the configuration) when there is none at all. Any number may try.
 */
int period_open_first(struct store *store, const struct conf *conf, struct err *err);
#endif
