/* fetch - a feed that is asked for its lines: when, by whom, and how what comes becomes a delivery.
 *
 * olive-fetch reads the department's system once into a file of fetched/, which is fsynced, noted in
 * journal/fetch with the watermark that it leads to, and given its name and its control file; from then on it
 * is a delivery like any that lies in an inbox. The watermark moves once the journal says that such a
 * delivery was taken: one that was lost with a power cut, or rejected, is read again from where the last one
 * ended. There is one at a time.
 *
 * Columns: a table whose columns are others than at the last read is not taken, for it would be taken
 * wrongly. Trouble: is told in one line, event fetch-failed, and the system is asked again, later each time
 * (a minute to an hour, jittered), and not before it says itself. Ownership: fetch_open() … fetch_close(),
 * which ends a read that is under way; lends feed, folder and journal. Threads: the main one. Errors:
 * ERR_RETRY, our own disk says no. */
#ifndef OLIVE_CONNECTORS_FETCH_H
#define OLIVE_CONNECTORS_FETCH_H

#include "connectors/folder.h"
#include "connectors/journal.h"

struct fetch;
/* once: asked once, now; else as the feed's `every` says. */
int fetch_open(const struct feed_conf *feed, const struct folder *folder, struct journal *journal, bool once,
               struct fetch **ret, struct err *err);
void fetch_close(struct fetch *fetch);

enum fetch_progress {
    FETCH_RESTS,   /* it is not time */
    FETCH_RUNS,    /* look again soon */
    FETCH_PLACED,  /* a delivery lies in fetched/ */
    FETCH_NOTHING, /* it was read, and nothing was new */
    FETCH_REFUSED, /* the read failed, and that was told */
};
bool fetch_is_due(const struct fetch *fetch); /* fetch_step() would do something */
/* To be called while no delivery of the feed is under way or waits. */
int fetch_step(struct fetch *fetch, enum fetch_progress *ret, struct err *err);

#endif
