/* fetch_file - what a read brings, as a file of its own: counted, digested and bounded while it is written.
 *
 * Ownership: fetch_file_open() … fetch_file_close(); lends the descriptor. Threads: one.
 * Errors: ERR_RETRY the disk says no, or there is more than bytes_max. */
#ifndef OLIVE_CONNECTORS_FETCH_FILE_H
#define OLIVE_CONNECTORS_FETCH_FILE_H

#include "connectors/fetch_job.h"
#include "lib/base/digest.h"
#include "lib/base/text.h"

struct fetch_file {
    int fd, tell; /* tell: whom fetch_file_tick() writes to; -1: nobody */
    uint64_t bytes_max, bytes, lines, rows;
    struct buffer out;
    struct digest *digest;
};

void fetch_file_open(struct fetch_file *spool, int fd, int tell, uint64_t bytes_max);
void fetch_file_close(struct fetch_file *spool); /* also for CLEANUP() */
/* All that was written is forgotten. */
int fetch_file_restart(struct fetch_file *spool, struct err *err);
/* A row stands in spool->out: to be called after each. */
int fetch_file_row(struct fetch_file *spool, struct err *err);
/* A piece of a row: of a value too long to be held. */
int fetch_file_piece(struct fetch_file *spool, struct err *err);
/* The rest is written; what the spool has come to stands in *ret. */
int fetch_file_end(struct fetch_file *spool, struct fetched *ret, struct err *err);

/* A cell of CSV, quoted where it must be; `first`: no comma before it. */
void fetch_file_cell(struct fetch_file *spool, bool first, struct text text);

/* Tells olive-connect that there is life. */
void fetch_file_tick(const struct fetch_file *spool);

#endif
