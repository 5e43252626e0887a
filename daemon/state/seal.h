/* seal - the state at a consistent cut of the log, kept with its root hash (FUSION, SEAL), and the group
 * portrait of each kind of household, which follows from the sealed profiles and is in no root.
 *
 * Any instance, or the command line, takes it when it sees: closing, every next_offset = cut, no subject
 * behind. Nobody reports and nobody leads: everything is read again while all owner rows are held. */
#ifndef OLIVE_DAEMON_SEAL_H
#define OLIVE_DAEMON_SEAL_H

#include "daemon/state/period.h"

/* ret_sealed: this call sealed the open period. False is no error: nothing is closing, or not all stands at
 * the cut. After ERR_RETRY (also of a COMMIT with unknown outcome) just ask again: the period row says what
 * happened. */
int period_seal(struct store *store, const struct conf *conf, bool *ret_sealed, struct err *err);

#endif
