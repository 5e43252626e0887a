/* spool - rows of cells in a file without a name, for formats whose rows cannot be sought or are costly to
 * read.
 *
 * A workbook is read once, and found good as a whole, before a row of it is published; the passes over a
 * delivery then read its spool.
 *
 * Rows:   the line is the one of the format (a sheet's row number); bytes are not counted (0). The first row
 * behind header_lines is the header, when the feed has one, and says how many columns a row has: a shorter
 * row is filled up with blanks, for formats that leave out blank cells. Trailer lines are the last rows. Raw:
 * what a dead letter keeps of a row is its cells as a line of CSV: UTF-8, commas, quotes where they are
 *         needed. Corrected, it is read as such (rows.h: rows_correction()).
 * Memory: a row at a time. Ownership: spool_open() … spool_close(); the reader lends the descriptor and the
 * feed. Errors: ERR_REJECT with a text that goes behind "the file"; ERR_RETRY: the disk. */
#ifndef OLIVE_CONNECTORS_SOURCE_SPOOL_H
#define OLIVE_CONNECTORS_SOURCE_SPOOL_H

#include "connectors/source/row.h"
#include "connectors/source/unpack.h"
#include "lib/base/buffer.h"

enum { SPOOL_ROW_BYTES_MAX = 16 << 20 };

struct spool;
int spool_open(const struct feed_conf *feed, const struct unpacking *way, struct spool **ret,
               struct err *err);
void spool_close(struct spool *spool);
void spool_closep(struct spool **spool);
/* Lines go up. plain[i]: cell i is text; NULL: all of them are. A row of blanks is none. */
int spool_add(struct spool *spool, uint64_t line, const struct text *cells, const bool *plain, size_t count,
              struct err *err);
/* The file of all rows, which the caller closes. */
int spool_take(struct spool *spool, int *ret_fd, struct err *err);

/* --- reading --- */

int spool_rows(const struct feed_conf *feed, int fd, struct row_reader **ret, struct err *err);
int spool_count(int fd, uint64_t *ret, struct err *err); /* of rows, header and control lines among them */
/* The rows of header_lines and trailer_lines as lines of text. */
int spool_control(const struct feed_conf *feed, int fd, struct buffer *ret, struct err *err);

#endif
