/* feed_check - is what the configuration says of a feed possible for its source?
 *
 * Column names, and who may send snapshots, are the connectors' to know, not the configuration's.
 * Errors: ERR_STOP, EXIT_CONFIG, with the place in the file. */
#ifndef OLIVE_CONNECTORS_FEED_CHECK_H
#define OLIVE_CONNECTORS_FEED_CHECK_H

#include "lib/io/conf.h"

int feeds_check(const struct conf *conf, struct err *err);

#endif
