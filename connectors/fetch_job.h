/* fetch_job - what olive-connect says to olive-fetch, and what it hears back: JSON on its stdin and stdout.
 *
 * While it reads, olive-fetch says a dot now and then: it is alive, and so is the system that it reads.
 *
 * Ownership: strings belong to their struct: fetch_job_free(), fetched_free(); NULL: not said.
 * Errors:    ERR_STOP, what is read is not of this form. */
#ifndef OLIVE_CONNECTORS_FETCH_JOB_H
#define OLIVE_CONNECTORS_FETCH_JOB_H

#include <stdint.h>

#include "lib/base/buffer.h"
#include "lib/base/err.h"

struct fetch_job {
    char *feed;
    uint64_t timeout_s, bytes_max;
    uint64_t gb18030; /* the database speaks it, else UTF-8 */
    char *connection, *password, *query, *watermark;
    char *mark; /* of the watermark, where this read begins */
    char *url, *rows, *next, *cursor, *page, *token, *headers, *ca;
    char *etag, *modified; /* of the last answer that was taken */
};

enum fetch_state {
    FETCH_FAILED,    /* why says it */
    FETCH_UNCHANGED, /* the server says that nothing is new */
    FETCH_READ,      /* the spool is whole */
};

struct fetched { /* what a read has come to */
    uint64_t state;
    uint64_t rows, lines, bytes;
    char *sha256;  /* of the spool, in hexadecimal */
    char *mark;    /* where the next read begins */
    char *columns; /* their names, one a line; NULL: of JSON, whose lines name their own */
    char *etag, *modified;
    char *why;
    uint64_t retry_after_s; /* the server asks to be left alone for so long */
};

void fetch_job_write(const struct fetch_job *job, struct buffer *out);
int fetch_job_read(const void *text, size_t size, struct fetch_job *ret, struct err *err);
void fetch_job_free(struct fetch_job *job); /* also for CLEANUP() */

void fetched_write(const struct fetched *fetched, struct buffer *out);
int fetched_read(const void *text, size_t size, struct fetched *ret, struct err *err);
void fetched_free(struct fetched *fetched); /* likewise */

#endif
