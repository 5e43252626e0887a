/* judge - what a delivery is as a whole, before a line of it is understood.
 *
 * Judged in this order: is it what its control file says, can it be read, did it come before (duplicate), is
 * it older than the list that stands (obsolete). The first that applies is its state. An operator's act is
 * judged by the delivery whose dead letters it settles: that must be this feed's, and nothing may have
 * happened to it since the act was ordered.
 *
 * Errors: ERR_RETRY: nothing is decided, the same again. */
#ifndef OLIVE_CONNECTORS_JUDGE_H
#define OLIVE_CONNECTORS_JUDGE_H

#include "connectors/content.h"
#include "connectors/journal.h"
#include "lib/io/conf.h"

struct judged {
    const struct feed_conf *feed; /* as the file is to be read */
    const struct journal *journal;
    const struct claim *claim;
    const struct content *content;
    const char *unread; /* why nothing of it can be read as the feed says; NULL: it can */
    int fd;             /* of what is read: the file, or what it was unpacked to */
};

/* Sets state, why, sequence and, of an act, what it acts on. Published means: nothing against it so far. */
int judge(const struct judged *judged, struct receipt *receipt, struct err *err);

#endif
