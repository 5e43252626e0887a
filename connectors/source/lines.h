/* lines - a file as physical lines, in flat memory: what every format that is made of lines begins with.
 *
 * Control lines before the first and after the last line of data are passed over; lines_control() reads them.
 *
 * Ownership: lines_open() … lines_close(); lends the descriptor or the bytes. A piece is valid until the next
 *            lines_next(). Threads: one at a time.
 * Units:     as row.h. Errors: ERR_RETRY when the file cannot be read. */
#ifndef OLIVE_CONNECTORS_SOURCE_LINES_H
#define OLIVE_CONNECTORS_SOURCE_LINES_H

#include "connectors/source/row.h"
#include "connectors/source/window.h"
#include "lib/base/buffer.h"
#include "lib/io/conf.h"

/* One physical line, or several that a quote joins. */
struct piece {
    struct text text; /* without the line's end */
    size_t taken;     /* with it */
    uint32_t lines;   /* 0: a line too long, of which nothing is known yet */
};

struct lines {
    struct window window;
    uint64_t line; /* the last one passed */
    size_t line_max;
    uint32_t control_lines;  /* still to pass over */
    size_t pending;          /* bytes of the last piece, passed over with the next one */
    struct buffer long_head; /* what is kept of a line too long */
    struct digest *digest;
};

int lines_open(struct lines *lines, const struct feed_conf *feed, int fd, struct err *err);
void lines_open_memory(struct lines *lines, const struct feed_conf *feed, const void *data, size_t size);
void lines_close(struct lines *lines);

/* 1: the next line, 0: no more. It is looked at only: one of the two below passes it. */
int lines_next(struct lines *lines, struct piece *ret, struct err *err);
void lines_take(struct lines *lines, const struct piece *piece);
/* Passes over a line of any length; the row is LINE_TOO_LONG, with the line's head and its digest. */
int lines_take_long(struct lines *lines, struct row *ret, struct err *err);
/* The line that begins `from` bytes behind the one that lines_next() gave; false: none within a line's bound.
 */
bool lines_find(const struct lines *lines, size_t from, struct piece *ret);

/* The control lines before the header and after the data, in UTF-8, each with its end. */
int lines_control(const struct feed_conf *feed, int fd, struct buffer *ret, struct err *err);

#endif
