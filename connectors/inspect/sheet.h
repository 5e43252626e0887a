/* sheet - the rows of a sample as the feed's own reader gives them, and which of them are data.
 *
 * A header is a row that names columns which olive knows, or one without numbers above columns of numbers.
 * Its cells are the only ones of a file that are ever shown, so a row that might be data is none. Control
 * lines are rows at either end that have far fewer columns than the others, or begin with a word such as
 * 合计.
 *
 * Ownership: all of it lives in the guess's arena. */
#ifndef OLIVE_CONNECTORS_INSPECT_SHEET_H
#define OLIVE_CONNECTORS_INSPECT_SHEET_H

#include "connectors/inspect/guess.h"
#include "connectors/source/row.h"

struct sheet_row {
    uint64_t line;
    size_t count;             /* 0: it cannot be read */
    const struct text *cells; /* trimmed */
};

struct sheet {
    struct sheet_row *rows;
    size_t count;
    size_t columns;     /* that most rows have */
    size_t header;      /* index of the row; SHEET_NONE: there is none */
    size_t first, last; /* the rows of data: [first, last) */
};
enum { SHEET_ROWS_MAX = 1 << 20 };
#define SHEET_NONE SIZE_MAX

/* Reads up to rows_max rows; the reader must have no header. */
int sheet_read(struct guess *guess, struct row_reader *reader, size_t rows_max, struct sheet *ret,
               struct err *err);
/* Finds header and control lines; sets header, header_lines and trailer_lines of the feed. */
void sheet_frame(struct guess *guess, struct sheet *sheet);

#endif
