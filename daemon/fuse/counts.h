/* counts - what olive-fuse shows of itself (lib/io/metrics.h): of this instance, since its start.
 *
 * What all instances have come to, ever, stands in PostgreSQL: `olive status`. Threads: the main one. */
#ifndef OLIVE_FUSE_COUNTS_H
#define OLIVE_FUSE_COUNTS_H

#include "daemon/fuse/fuse.h"

void counts_start(void);
void counts_show(const struct fuse *fuse); /* as it stands now */
void counts_retry(void);

#endif
