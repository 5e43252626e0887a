/* json - JSON lines: one object a line, row by row, in flat memory.
 *
 * Columns: all keys of the file, in the order in which they first appear, found by a pass of its own before
 *          the first row; that row is the header. A key that a line lacks is blank, and so is null.
 * Values:  text without its escapes; numbers, true and false as they are written, numbers marked as such.
 *          A column that is an object or array spoils its line, unless the feed ignores it.
 * A line that is no object, or has a key twice, is BAD_COLUMN_COUNT. Errors: ERR_RETRY when the file cannot
 * be read; ERR_REJECT (NO_KNOWN_COLUMN) when it has more keys than any list of people has. */
#ifndef OLIVE_CONNECTORS_SOURCE_JSON_H
#define OLIVE_CONNECTORS_SOURCE_JSON_H

#include "connectors/source/row.h"
#include "lib/io/conf.h"

enum { JSON_COLUMNS_MAX = 512 };

/* Lends the descriptor and the feed. */
int json_rows_open(const struct feed_conf *feed, int fd, struct row_reader **ret, struct err *err);
/* Lends the bytes. */
int json_rows_open_memory(const struct feed_conf *feed, const void *data, size_t size,
                          struct row_reader **ret, struct err *err);

#endif
