/* counts - what olive-connect counts of itself (lib/io/metrics.h): by feed, never by file.
 *
 * Counters begin at 0 with each start of the program; what a delivery came to stands for good in its receipt.
 * Lines are counted when their delivery is settled, so each is counted once, however often it was tried.
 * Threads: the main one. */
#ifndef OLIVE_CONNECTORS_COUNTS_H
#define OLIVE_CONNECTORS_COUNTS_H

#include <stdbool.h>

#include "lib/core/receipt.h"

void counts_start(void);
/* A feed's series are shown from 0 on, or no more; counting again shows them again. */
void counts_show_feed(const char *feed);
void counts_hide_feed(const char *feed);

void counts_receipt(const struct receipt *receipt); /* a delivery is settled */
/* Files that lie in the inbox or are under way; oldest_ms: when the oldest of those that are whole came; 0:
 * none is. */
void counts_waiting(const char *feed, size_t files, int64_t oldest_ms);
/* A feed that is fetched was read: taken, nothing (was new) or failed. */
void counts_fetch(const char *feed, const char *result);
void counts_retry(void);
void counts_reload(bool taken);

#endif
