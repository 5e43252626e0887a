/* csv - delimited text in the dialects that departments send, row by row, in flat memory.
 *
 * Rows:   a quoted value may hold the delimiter, doubled quotes and line ends. A row over several lines is
 *         believed only when it is whole; else its first line alone is BAD_COLUMN_COUNT and reading goes on
 *         with the next, so that a stray quote costs one line. Blank lines are not lines; control lines
 * before the header and after the data are not data. Header: the first row, when the feed has one; it says
 * how many columns a row has. Errors: ERR_RETRY when the file cannot be read; whatever is wrong with a row is
 * its reason. */
#ifndef OLIVE_CONNECTORS_SOURCE_CSV_H
#define OLIVE_CONNECTORS_SOURCE_CSV_H

#include "connectors/source/row.h"
#include "lib/io/conf.h"

/* Lends the descriptor and the feed. */
int csv_open(const struct feed_conf *feed, int fd, struct row_reader **ret, struct err *err);
struct row_reader *csv_open_memory(const struct feed_conf *feed, const void *data, size_t size);

#endif
