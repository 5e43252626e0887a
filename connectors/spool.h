/* spool - what a read brings, as a file of its own: counted, digested and bounded while it is written.
 *
 * Ownership: spool_open() … spool_close(); lends the descriptor. Threads: one.
 * Errors: ERR_RETRY the disk says no, or there is more than bytes_max. */
#ifndef OLIVE_CONNECTORS_SPOOL_H
#define OLIVE_CONNECTORS_SPOOL_H

#include "connectors/fetch_job.h"
#include "lib/base/digest.h"
#include "lib/base/text.h"

struct spool {
    int fd, tell; /* tell: whom spool_tick() writes to; -1: nobody */
    uint64_t bytes_max, bytes, lines, rows;
    struct buffer out;
    struct digest *digest;
};

void spool_open(struct spool *spool, int fd, int tell, uint64_t bytes_max);
void spool_close(struct spool *spool); /* also for CLEANUP() */
/* All that was written is forgotten. */
int spool_restart(struct spool *spool, struct err *err);
/* A row stands in spool->out: to be called after each. */
int spool_row(struct spool *spool, struct err *err);
/* A piece of a row: of a value too long to be held. */
int spool_piece(struct spool *spool, struct err *err);
/* The rest is written; what the spool has come to stands in *ret. */
int spool_end(struct spool *spool, struct fetched *ret, struct err *err);

/* A cell of CSV, quoted where it must be; `first`: no comma before it. */
void spool_cell(struct spool *spool, bool first, struct text text);

/* Tells olive-connect that there is life. */
void spool_tick(const struct spool *spool);

#endif
