/* rows - a file of a feed as rows whose columns are known: unpacked, opened, its header read and bound to the
 * line.
 *
 * A new format is one file under source/ that gives a struct row_reader, and a line of the table in rows.c.
 *
 * Errors: ERR_REJECT with a reason of the whole delivery (NOT_TEXT, NO_KNOWN_COLUMN, FIELD_NOT_ALLOWED) and a
 * text that goes behind "the file", ERR_RETRY when it cannot be read. */
#ifndef OLIVE_CONNECTORS_ROWS_H
#define OLIVE_CONNECTORS_ROWS_H

#include "connectors/content.h"
#include "connectors/line.h"
#include "connectors/source/unpack.h"

/* A delivered file as the functions below read it, any number of times. *ret_fd: what is read in its place,
 * which the caller closes; -1: it is read as it is. *ret: of what is read, all but bytes and sha256, which
 * stay those of the delivered file. */
int rows_unpack(const struct feed_conf *feed, const struct unpacking *way, int fd, int *ret_fd,
                struct content *ret, struct err *err);
/* The feed as its corrected lines are read: of a workbook the lines are CSV (spool.h), control lines and
 * packing are nowhere. */
struct feed_conf rows_correction(const struct feed_conf *feed);

/* Lends the descriptor, which stands at the file's start. */
int rows_open(const struct feed_conf *feed, int fd, struct line *line, struct row_reader **ret,
              struct err *err);
/* How many lines it holds, good or bad, header aside. */
int rows_count_lines(const struct feed_conf *feed, int fd, uint64_t *ret, struct err *err);
/* The control lines before the header and after the data, in UTF-8, each with its end. */
int rows_control_lines(const struct feed_conf *feed, int fd, struct buffer *ret, struct err *err);

#endif
