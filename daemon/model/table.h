/* table - a CSV file of numbers in memory: a header of column names, commas, quotes where needed (RFC 4180).
 *
 * Ownership: table_read() … table_free(); names and cells lend from it. A byte order mark and CRLF are fine.
 * Errors:    ERR_STOP, EXIT_DATA, "FILE:line: what is wrong", never a value (a sample is about households).
 */
#ifndef OLIVE_DAEMON_MODEL_TABLE_H
#define OLIVE_DAEMON_MODEL_TABLE_H

#include <stddef.h>

#include "lib/base/err.h"

struct table {
    char *path, *text;
    size_t column_count, row_count;
    char **cells;    /* the header's first, then row by row */
    size_t *lines;   /* of each row */
    char digest[65]; /* SHA-256 of the file, hexadecimal */
};

int table_read(const char *path, struct table **ret, struct err *err);
void table_free(struct table *table);
void table_freep(struct table **table);

/* column_count: there is none. */
size_t table_column(const struct table *table, const char *name);
const char *table_cell(const struct table *table, size_t row, size_t column);
/* NAN: the cell is empty. */
int table_number(const struct table *table, size_t row, size_t column, double *ret, struct err *err);

#endif
