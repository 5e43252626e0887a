/* rebuild - a journal that is lost, made again from the topics (FEEDS, Deliveries).
 *
 * What the journal and the list that stands say follows from the log: which deliveries came is in their
 * receipts, which records a list holds or has ended is in the source's topic. So a feed whose journal is
 * empty while the log knows deliveries of it gets its journal and its standing file back, before it takes
 * anything. The standing file comes first, then the journal, each whole at once: killed in between, it is
 * done again.
 *
 * What the log cannot say is what was under way: a file in work that no journal names is told and left alone.
 * Threads: one. Errors: as the bus's and the disk's. */
#ifndef OLIVE_CONNECTORS_REBUILD_H
#define OLIVE_CONNECTORS_REBUILD_H

#include "connectors/folder.h"
#include "connectors/journal.h"
#include "connectors/standing.h"

struct history; /* the receipts of all feeds, read when the first feed asks for them */
struct history *history_new(const struct conf *conf);
void history_free(struct history *history);

/* Does nothing when the journal has a line, or the log no receipt of the feed. standing NULL: a delta feed.
 */
int rebuild_journal(struct history *history, const struct feed_conf *feed, const struct folder *folder,
                    struct journal *journal, struct standing *standing, struct err *err);

#endif
