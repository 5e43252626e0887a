/* rows - a file of a feed as rows whose columns are known: opened, its header read and bound to the line.
 *
 * Errors: ERR_REJECT with a reason of the whole delivery (NO_KNOWN_COLUMN, FIELD_NOT_ALLOWED), ERR_RETRY when
 * the file cannot be read. */
#ifndef OLIVE_CONNECTORS_ROWS_H
#define OLIVE_CONNECTORS_ROWS_H

#include "connectors/line.h"

/* Lends the descriptor, which stands at the file's start. */
int rows_open(const struct feed_conf *feed, int fd, struct line *line, struct row_reader **ret,
              struct err *err);
/* How many lines it holds, good or bad, header aside. */
int rows_count_lines(const struct feed_conf *feed, int fd, uint64_t *ret, struct err *err);

#endif
