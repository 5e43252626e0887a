/* xlsx_skim - a row of a sheet in the plain form in which spreadsheet programs write it, told without a
 * parser.
 *
 * A parser of XML takes most of the time that a workbook costs, and nearly all of a workbook is rows of cells
 * of a few fixed forms. What is not exactly of these forms (an entity, a formula, rich text, another
 * attribute) is left to the parser, row by row: no row is taken here that the parser would refuse or read
 * otherwise.
 *
 * Ownership: a zeroed struct is an empty one; xlsx_skim_free(). Cells lend from the text. */
#ifndef OLIVE_CONNECTORS_SOURCE_XLSX_SKIM_H
#define OLIVE_CONNECTORS_SOURCE_XLSX_SKIM_H

#include <stdbool.h>

#include "lib/base/text.h"

struct skimmed_cell { /* attributes that it lacks have no data */
    struct text reference, style, type, value;
};

struct skimmed_row {
    struct text number; /* no data: it says none */
    struct skimmed_cell *cells;
    size_t count, capacity;
    size_t taken; /* of the text */
};

enum skim { SKIM_TAKEN, SKIM_MORE /* the text ends within it */, SKIM_OTHER };

/* The row that the text begins with. */
enum skim xlsx_skim_row(struct text text, struct skimmed_row *ret);
void xlsx_skim_free(struct skimmed_row *row);

#endif
