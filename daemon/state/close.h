/* close - ends a period: where in the log it ends, by which feeds, policy and model (FUSION, CLOSE).
 *
 * The cut is taken while every owner row is held, so no flush is under way, and lies at or behind what is
 * committed. Repeating a close is harmless: a period that is not open is reported, not closed again. */
#ifndef OLIVE_DAEMON_CLOSE_H
#define OLIVE_DAEMON_CLOSE_H

#include "daemon/state/period.h"
#include "lib/io/bus.h"

/* Steps 1 to 5 for `period`. ret_state: what the period was found in (open: it is closing now). */
int period_close(struct store *store, const struct conf *conf, int32_t period, enum period_state *ret_state,
                 struct err *err);
/* Step 5 again, when the close record of the closing period is not in olive.delivery.v1: readers take the
 * first. */
int period_announce(struct store *store, const struct conf *conf, const struct period_row *row,
                    struct err *err);

#endif
