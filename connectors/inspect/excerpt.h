/* excerpt - a few pieces of a file that stand for all of it: its beginning, some of its middle, its end.
 *
 * The pieces are joined at the ends of lines, so that what comes out reads like a short file of the same
 * kind, control lines before and after included.
 *
 * Bounds:  EXCERPT_BYTES_MAX, however large the file is.
 * Errors:  ERR_STOP, EXIT_DATA: it is no file, is empty, or is no text; the text goes behind "the file" and
 *          says what to do. EXIT_FAILED: it cannot be read. */
#ifndef OLIVE_CONNECTORS_INSPECT_EXCERPT_H
#define OLIVE_CONNECTORS_INSPECT_EXCERPT_H

#include <stdbool.h>

#include "lib/base/buffer.h"
#include "lib/base/err.h"

enum { EXCERPT_HEAD_BYTES = 1 << 20, EXCERPT_PIECE_BYTES = 1 << 18 };
enum { EXCERPT_BYTES_MAX = EXCERPT_HEAD_BYTES + 2 * EXCERPT_PIECE_BYTES };

/* ret_whole: the excerpt is the file. */
int excerpt_read(int fd, struct buffer *ret, bool *ret_whole, struct err *err);
/* What no configuration reads: another kind of file, or UTF-16. Packed files and workbooks are not looked
 * for: unpack.h and office.h do that. */
int excerpt_check(const void *data, size_t size, struct err *err);

#endif
