/* watermark - how far a table has been read: the last value of a column that only grows.
 *
 * Threads: any. */
#ifndef OLIVE_CONNECTORS_SOURCE_WATERMARK_H
#define OLIVE_CONNECTORS_SOURCE_WATERMARK_H

#include <stdbool.h>

#include "lib/base/text.h"

/* Whether a comes before b: as numbers when both are, else byte by byte, which dates in ISO's order are made
 * for. */
bool watermark_before(struct text a, struct text b);

#endif
