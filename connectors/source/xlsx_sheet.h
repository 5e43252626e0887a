/* xlsx_sheet - the rows of a worksheet, into a spool.
 *
 * Cells:  a text is text; a number, a date (xlsx_number.h), TRUE or FALSE, and an error are not plain, so
 * that no identifier is made of one: Excel keeps 15 digits of a number and none of its leading zeros. Refused
 * as a whole: a formula, rows or cells out of order, more columns than a sheet has, and a row that goes far
 * beyond its header. */
#ifndef OLIVE_CONNECTORS_SOURCE_XLSX_SHEET_H
#define OLIVE_CONNECTORS_SOURCE_XLSX_SHEET_H

#include "connectors/source/spool.h"
#include "connectors/source/xlsx_strings.h"
#include "connectors/source/xlsx_styles.h"

struct xlsx_sheet { /* what its cells need */
    const struct feed_conf *feed;
    struct xlsx_strings *strings; /* NULL: none are shared */
    const struct xlsx_styles *styles;
    bool since_1904;
};

int xlsx_sheet_read(const struct xlsx_sheet *sheet, struct bundle *bundle, const char *member,
                    const struct unpacking *way, uint64_t *bytes_left, struct spool *spool, struct err *err);

#endif
