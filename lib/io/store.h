/* store - the PostgreSQL side of a program (libpq): statements with binary parameters, COPY BINARY both ways.
 *
 * Ownership: store_open() … store_close(); rows are freed by rows_free().
 * Threads:   one connection, one thread; calls block, bounded by the time-outs that store_open() sets for the
 * session (statement, lock, idle in transaction, keepalive, tcp_user_timeout; options in conf->postgres win).
 * Errors:    ERR_RETRY  connection, deadlock, serialisation, lock or idle time-out, server going down or not
 * the primary (SQLSTATE 08 25006 25P03 40 53 55 57): roll back, forget, do it again. The outcome of a COMMIT
 * that failed so is unknown. ERR_STOP everything else: wrong schema, missing right, our own bug. Values are
 * never in the text. */
#ifndef OLIVE_IO_STORE_H
#define OLIVE_IO_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/buffer.h"
#include "lib/base/err.h"
#include "lib/base/text.h"
#include "lib/io/conf.h"

struct store;
int store_open(const struct conf *conf, const char *program, struct store **ret, struct err *err);
void store_close(struct store *store);
void store_closep(struct store **store);      /* also before opening anew: leaves NULL */
bool store_broken(const struct store *store); /* the connection is gone: close, open again */

/* A parameter in libpq's binary format. */
struct param {
    const void *data; /* NULL: SQL null */
    int size;
    uint32_t type; /* an Oid; 0: inferred */
    uint8_t inline_data[8];
};
struct param param_int4(int32_t value);
struct param param_int8(int64_t value);
struct param param_text(const char *value);              /* lends; NULL: null */
struct param param_bytes(const void *data, size_t size); /* lends */
struct param param_null(void);
/* Arrays are built into the buffer and lend from it until it changes. */
struct param param_int4_array(struct buffer *buffer, const int32_t *values, size_t count);
struct param param_bytes_array(struct buffer *buffer, const void *values, size_t size, size_t count,
                               size_t stride);

struct rows;
void rows_free(struct rows *rows);
void rows_freep(struct rows **rows);
size_t rows_count(const struct rows *rows);
bool rows_null(const struct rows *rows, size_t row, int column);
int32_t rows_int4(const struct rows *rows, size_t row, int column);
int64_t rows_int8(const struct rows *rows, size_t row, int column);
bool rows_bool(const struct rows *rows, size_t row, int column);
struct text rows_text(const struct rows *rows, size_t row, int column); /* lends; also for bytea */

/* One statement. ret may be NULL. Statements are prepared on first use and kept. */
int store_query(struct store *store, const char *sql, const struct param *params, size_t count,
                struct rows **ret, struct err *err);
int store_run(struct store *store, const char *sql,
              struct err *err);                    /* no parameters, may be several statements */
int64_t store_affected(const struct store *store); /* rows of the last command */

/* COPY table (columns) FROM STDIN BINARY; rows are built by copy_*() in the order of the columns. */
struct copy;
int copy_begin(struct store *store, const char *sql, struct copy **ret, struct err *err);
void copy_row(struct copy *copy, int columns);
void copy_null(struct copy *copy);
void copy_int2(struct copy *copy, int16_t value);
void copy_int4(struct copy *copy, int32_t value);
void copy_int8(struct copy *copy, int64_t value);
void copy_bool(struct copy *copy, bool value);
void copy_bytes(struct copy *copy, const void *data, size_t size); /* bytea and text alike */
/* numeric with six decimals. */
void copy_millionths(struct copy *copy, int64_t millionths);
void copy_millionths_array(struct copy *copy, const int64_t *millionths, size_t count);
void copy_text_array(struct copy *copy, const char *const *values, size_t count);
int copy_end(struct copy *copy, struct err *err); /* frees; sends the rest, waits for the server's answer */
void copy_abort(struct copy *copy);               /* frees; NULL is fine */

/* COPY (query) TO STDOUT BINARY: each row is told as a reader of its fields. */
typedef int copy_out_row(void *user, struct reader *row, int columns, struct err *err);
int copy_out(struct store *store, const char *sql, copy_out_row *each, void *user, struct err *err);
bool reader_field(struct reader *row, struct text *ret); /* next field; false: null */

#endif
