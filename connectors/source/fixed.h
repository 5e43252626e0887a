/* fixed - columns of fixed width, as mainframes send them: a line is cut where `widths` says.
 *
 * Widths: in bytes as sent (width_unit: bytes, the mainframe's way: 张 is two in GB18030), or in characters.
 * A line of any other length is BAD_COLUMN_COUNT, and so is one in which a column begins in the middle of a
 * character: its columns are not where they should be. That goes for trailing blanks, too, which some
 *         transfers cut off: a line that is blank-padded no more looks like one that was cut in the last
 * amount. Lines:  as csv.h: blank ones are none, control lines are passed over, the header is a line like the
 * others. Errors: ERR_RETRY when the file cannot be read; whatever is wrong with a line is its reason. */
#ifndef OLIVE_CONNECTORS_SOURCE_FIXED_H
#define OLIVE_CONNECTORS_SOURCE_FIXED_H

#include "connectors/source/row.h"
#include "lib/io/conf.h"

/* Lends the descriptor and the feed. */
int fixed_open(const struct feed_conf *feed, int fd, struct row_reader **ret, struct err *err);
struct row_reader *fixed_open_memory(const struct feed_conf *feed, const void *data, size_t size);

#endif
