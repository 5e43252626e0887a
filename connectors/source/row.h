/* row - how lines arrive, whatever the format: one row after another, or why a row cannot be read.
 *
 * Ownership: what a row points to is valid until the next row. Threads: one at a time.
 * Units:     lines are physical, from 1, the header included; bytes count from the start of the file,
 * unpacked. A workbook's lines are the numbers of its rows, and its bytes are not counted: 0. */
#ifndef OLIVE_CONNECTORS_SOURCE_ROW_H
#define OLIVE_CONNECTORS_SOURCE_ROW_H

#include <stdbool.h>

#include "lib/base/digest.h"
#include "lib/base/err.h"
#include "lib/base/text.h"
#include "lib/core/reason.h"

enum { RAW_BYTES_MAX = 65536 }; /* what a dead letter keeps of a line too long */

struct row {
    bool header;
    enum reason reason; /* LINE_TOO_LONG, BAD_ENCODING, BAD_COLUMN_COUNT; REASON_NONE: the cells are good */
    uint64_t line, byte;
    const struct text *cells; /* UTF-8, not trimmed */
    const bool
        *plain; /* which cells are text; the others are bare numbers to whoever keeps them. NULL: all */
    size_t count;
    struct text raw;                 /* the bytes as they came, without the line's end */
    uint64_t raw_size;               /* of the line; more than raw.len when it is too long */
    uint8_t raw_digest[DIGEST_SIZE]; /* SHA-256 of the whole line, when it is too long */
};

struct row_reader {
    int (*next)(struct row_reader *reader, struct row *ret, struct err *err); /* 1: a row, 0: no more */
    void (*close)(struct row_reader *reader);
};

static inline void row_reader_closep(struct row_reader **reader)
{
    if (*reader)
        (*reader)->close(*reader);
}

#endif
