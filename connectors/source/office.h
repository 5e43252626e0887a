/* office - what departments send when they mean a table: which kind of workbook a file is, by its bytes.
 *
 * Errors: ERR_RETRY when the file cannot be read. */
#ifndef OLIVE_CONNECTORS_SOURCE_OFFICE_H
#define OLIVE_CONNECTORS_SOURCE_OFFICE_H

#include <stdbool.h>

#include "connectors/source/bundle.h"

enum office_kind {
    OFFICE_NONE,
    OFFICE_XLSX,      /* or something like it: the office's parts in a zip archive */
    OFFICE_LEGACY,    /* .xls, of before 2007 */
    OFFICE_ENCRYPTED, /* .xlsx with a password */
};

int office_kind_of(int fd, uint64_t size, enum office_kind *ret, struct err *err);
/* What is to be done with one that is not read; goes behind "the file". */
extern const char *const office_texts[];

bool bundle_is_office(const struct bundle *bundle);

#endif
