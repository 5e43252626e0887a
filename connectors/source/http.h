/* http - the rows that an HTTP server answers with, as JSON lines.
 *
 * One page after another, by the URL or value that a page names or by counting, until there is no next one.
 * Every page is held at once (64 MiB at the most) and must be whole JSON before a row of it is taken. Pages
 * that come round again, other hosts, plain HTTP after HTTPS and certificates that nobody vouches for end the
 * read. What a server may get over by itself (429, 5xx, a connection that breaks) is tried again, later each
 * time, and not before the time that it names.
 *
 * Errors: ERR_RETRY, and nothing of the spool is to be used. The text has nothing of an answer but its status
 * and its place in the paging. */
#ifndef OLIVE_CONNECTORS_SOURCE_HTTP_H
#define OLIVE_CONNECTORS_SOURCE_HTTP_H

#include "connectors/fetch_file.h"
#include "connectors/fetch_job.h"

int http_fetch(const struct fetch_job *job, struct fetch_file *spool, struct fetched *ret, struct err *err);

#endif
