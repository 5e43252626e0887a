/* mapping - which source a sheet is, and which of its columns is what.
 *
 * For every source each column is held against each field: by its name first, then by its values. The best
 * pairs are taken one after another; what a source then still lacks counts against it. The best source is
 * taken, and the next one is named when it is not far behind. */
#ifndef OLIVE_CONNECTORS_INSPECT_MAPPING_H
#define OLIVE_CONNECTORS_INSPECT_MAPPING_H

#include "connectors/inspect/shape.h"
#include "connectors/inspect/sheet.h"

enum { MAPPING_COLUMNS_MAX = 256, SOURCE_UNKNOWN = -1 };

/* source: what a person said, or SOURCE_UNKNOWN. Sets the feed's source and the guess's columns. Looks at up
 * to rows_max rows, from all over the sheet. */
void mapping_guess(struct guess *guess, const struct sheet *sheet, int source, size_t rows_max,
                   int64_t now_ms);

#endif
