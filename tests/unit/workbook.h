/* workbook - .xlsx files and other archives for tests, made of the texts of their members. */
#ifndef OLIVE_TESTS_WORKBOOK_H
#define OLIVE_TESTS_WORKBOOK_H

#include <stdbool.h>
#include <stddef.h>

struct member {
    const char *name, *text; /* a NULL name ends a list */
    size_t size;             /* of the text; 0: it ends with a NUL */
};

/* A file in memory that holds the archive; the caller closes it. deflated: packed, else stored. */
int archive_file(const struct member *members, bool deflated);

/* A workbook whose only sheet, "list", has these rows (what stands within sheetData), shared texts (within
 * sst) and styles (within styleSheet); NULL: none. more: members beside them, or in the place of those of the
 * same name. */
int workbook_file(const char *rows, const char *strings, const char *styles, const struct member *more);

/* A file in memory that holds the bytes. */
int bytes_file(const void *data, size_t size);

#endif
