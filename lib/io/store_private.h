/* store_private - what store.c and copy.c share. */
#ifndef OLIVE_IO_STORE_PRIVATE_H
#define OLIVE_IO_STORE_PRIVATE_H

#include <libpq-fe.h>

#include "lib/io/store.h"

enum { PARAMS_MAX = 32, STATEMENT_NAME_SIZE = 24 };

struct store {
    PGconn *connection;
    char **statements; /* texts of the prepared ones; the index is the name */
    size_t statement_count;
    int64_t affected;
};

struct rows {
    PGresult *result;
};

/* The error of a result (or, without one, of the connection) as a struct err; returns -1. */
int store_error(struct store *store, const PGresult *result, struct err *err);

#endif
