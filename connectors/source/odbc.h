/* odbc - the rows of a query as CSV: a header of its column names, a line a row, NULL as a blank.
 *
 * Read in arrays of rows; a query with a value longer than its array has room for is asked again, row by row.
 * Where a watermark is named, its values must not fall, and the last one is where the next read begins.
 * Nothing is written to the database: the session is read-only as far as driver and database know that.
 *
 * Errors: ERR_RETRY, and nothing of the spool is to be used. The text has the driver's words only where they
 * cannot hold a value. */
#ifndef OLIVE_CONNECTORS_SOURCE_ODBC_H
#define OLIVE_CONNECTORS_SOURCE_ODBC_H

#include "connectors/fetch_file.h"
#include "connectors/fetch_job.h"

int odbc_fetch(const struct fetch_job *job, struct fetch_file *spool, struct fetched *ret, struct err *err);

#endif
