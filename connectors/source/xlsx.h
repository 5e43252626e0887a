/* xlsx - a sheet of a workbook (ECMA-376, Office Open XML) as rows: read once, streaming, into a spool.
 *
 * Sheet:   the one that the feed names, else the workbook's only one. Cells: xlsx_sheet.h, xlsx_number.h.
 * Refused: macros, links to other workbooks, formulas, passwords, workbooks of the old or the binary kind,
 * and whatever is over the bounds of unpack.h and xml.h; each with a text that says what to do. Memory:  some
 * MiB, however many rows and texts there are; those lie in files without a name. Errors:  ERR_REJECT with a
 * text that goes behind "the file"; ERR_RETRY: the disk. */
#ifndef OLIVE_CONNECTORS_SOURCE_XLSX_H
#define OLIVE_CONNECTORS_SOURCE_XLSX_H

#include "connectors/source/unpack.h"

/* *ret_fd: the spool of its rows (spool.h), which the caller closes. Of the file, `size` bytes count. */
int xlsx_spool(const struct feed_conf *feed, const struct unpacking *way, int fd, uint64_t size, int *ret_fd,
               struct err *err);

#endif
