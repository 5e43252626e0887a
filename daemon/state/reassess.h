/* reassess - the open period's profiles anew, by a policy and a model that have changed in its midst.
 *
 * One transaction that holds all owner rows, so no flush is under way, none sees half of it, and no profile
 * is left that the former rules made: whoever flushes next reads the new ones. Doing it again writes nothing.
 * FUSION section 2 allows a change at a period's boundary or by a sweep; this is the sweep, done at once
 * because figures of subjects do not depend on either.
 *
 * Errors: ERR_RETRY: nothing was changed, ask again. ERR_STOP: the files are not good, or the period is
 * closing. */
#ifndef OLIVE_DAEMON_REASSESS_H
#define OLIVE_DAEMON_REASSESS_H

#include "daemon/state/period.h"

struct reassessment {
    int32_t period;
    uint64_t profiles,
        written; /* assessed; of these, those that differ, be it by their rules' digests alone */
};

int period_reassess(struct store *store, const struct conf *conf, struct reassessment *ret, struct err *err);

#endif
