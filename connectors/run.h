/* run - all feeds of the configuration, again and again, until there is no more to do or a signal says so.
 *
 * Errors: what only one delivery is at fault for never ends the run; what the outside is at fault for is
 * waited for. SIGHUP has the configuration loaded anew: all of it is good, or the old one stays. What is
 * under all that is at work (kafka, topics, keys, connect.state, connect.metrics) is read at the start only.
 * Returns the exit code. */
#ifndef OLIVE_CONNECTORS_RUN_H
#define OLIVE_CONNECTORS_RUN_H

#include "lib/io/conf.h"

/* once: ends when the inboxes are empty and the feeds that ask have asked (EXIT_DATA when a delivery was
 * rejected; EXIT_UNAVAILABLE when Kafka or the disk stays away, or a read failed). */
int run_feeds(const struct conf *conf, bool once);

#endif
