/* unattended - feeds that are no longer taken in, with deliveries of theirs in flight.
 *
 * A feed that is removed or disabled leaves its folder below connect.state. What it had claimed is neither in
 * its inbox nor settled: somebody must be told, for nothing goes on with it. */
#ifndef OLIVE_CONNECTORS_UNATTENDED_H
#define OLIVE_CONNECTORS_UNATTENDED_H

#include "lib/io/conf.h"

/* One line of the log for each. A state folder that cannot be read is told by whoever opens feeds. */
void unattended_tell(const struct conf *conf);

#endif
