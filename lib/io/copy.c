/* COPY BINARY both ways (PostgreSQL manual, COPY, "Binary Format"). */
#include <endian.h>
#include <libpq-fe.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/arena.h"
#include "lib/io/store_private.h"

/* A piece fits what a socket takes without waiting: the caller makes the next one while the server reads it.
 */
enum { SEND_BYTES = 1 << 16, HEADER_SIZE = 19, OID_TEXT = 25, OID_NUMERIC = 1700 };
static const char signature[] = "PGCOPY\n\377\r\n"; /* its NUL belongs to it */

struct copy {
    struct store *store;
    struct buffer out;
    bool failed; /* the connection did not take it: copy_end() says why */
};

/* --- in --- */

static void add_be(struct copy *copy, uint64_t value, size_t size)
{
    uint64_t wire = htobe64(value << 8 * (sizeof value - size));

    buffer_add(&copy->out, &wire, size);
}

static void copy_send(struct copy *copy)
{
    if (!copy->failed && copy->out.size &&
        PQputCopyData(copy->store->connection, (const char *)copy->out.data, (int)copy->out.size) != 1)
        copy->failed = true;
    buffer_clear(&copy->out);
}

int copy_begin(struct store *store, const char *sql, struct copy **ret, struct err *err)
{
    PGresult *result = PQexec(store->connection, sql);
    struct copy *copy;

    if (PQresultStatus(result) != PGRES_COPY_IN) {
        store_error(store, result, err);
        PQclear(result);
        return -1;
    }
    PQclear(result);
    copy = mem_zalloc(sizeof *copy);
    copy->store = store;
    buffer_add(&copy->out, signature, sizeof signature);
    add_be(copy, 0, 4); /* flags */
    add_be(copy, 0, 4); /* no extension */
    *ret = copy;
    return 0;
}

void copy_row(struct copy *copy, int columns)
{
    if (copy->out.size >= SEND_BYTES)
        copy_send(copy);
    add_be(copy, (uint64_t)columns, 2);
}

void copy_null(struct copy *copy)
{
    add_be(copy, UINT32_MAX, 4);
}

static void copy_number(struct copy *copy, uint64_t value, size_t size)
{
    add_be(copy, size, 4);
    add_be(copy, value, size);
}

void copy_int2(struct copy *copy, int16_t value)
{
    copy_number(copy, (uint64_t)value, 2);
}

void copy_int4(struct copy *copy, int32_t value)
{
    copy_number(copy, (uint64_t)value, 4);
}

void copy_int8(struct copy *copy, int64_t value)
{
    copy_number(copy, (uint64_t)value, 8);
}

void copy_bool(struct copy *copy, bool value)
{
    copy_number(copy, value, 1);
}

void copy_bytes(struct copy *copy, const void *data, size_t size)
{
    add_be(copy, size, 4);
    buffer_add(&copy->out, data, size);
}

/* numeric as PostgreSQL's numeric_recv() reads it: a count of digits to the base 10,000, the weight of the
 * first, sign and decimals shown, then the digits. Six decimals are two of them, the second one's end 00. */
enum { NUMERIC_BASE = 10000, NUMERIC_SIGN = 0x4000, NUMERIC_DIGITS_MAX = 6, NUMERIC_HEAD = 8 };

static size_t numeric_digits(int64_t millionths, uint16_t ret[NUMERIC_DIGITS_MAX])
{
    uint64_t magnitude = millionths < 0 ? -(uint64_t)millionths : (uint64_t)millionths;
    uint64_t whole = magnitude / 1000000, fraction = magnitude % 1000000;
    size_t count = 2;

    for (uint64_t rest = whole; rest; rest /= NUMERIC_BASE)
        count++;
    for (size_t i = count - 2; i-- > 0; whole /= NUMERIC_BASE)
        ret[i] = (uint16_t)(whole % NUMERIC_BASE);
    ret[count - 2] = (uint16_t)(fraction / 100);
    ret[count - 1] = (uint16_t)(fraction % 100 * 100);
    return count;
}

void copy_millionths(struct copy *copy, int64_t millionths)
{
    uint16_t digits[NUMERIC_DIGITS_MAX];
    size_t count = numeric_digits(millionths, digits);

    add_be(copy, NUMERIC_HEAD + 2 * count, 4);
    add_be(copy, count, 2);
    add_be(copy, (uint64_t)(int64_t)((int)count - 3), 2);
    add_be(copy, millionths < 0 ? NUMERIC_SIGN : 0, 2);
    add_be(copy, 6, 2);
    for (size_t i = 0; i < count; i++)
        add_be(copy, digits[i], 2);
}

/* One dimension, no nulls; an empty array has no dimension. */
static void array_head(struct copy *copy, size_t values_size, uint32_t type, size_t count)
{
    add_be(copy, 12 + (count ? 8 : 0) + values_size, 4);
    add_be(copy, count ? 1 : 0, 4);
    add_be(copy, 0, 4);
    add_be(copy, type, 4);
    if (!count)
        return;
    add_be(copy, count, 4);
    add_be(copy, 1, 4);
}

void copy_millionths_array(struct copy *copy, const int64_t *millionths, size_t count)
{
    size_t size = 0;

    for (size_t i = 0; i < count; i++) {
        uint16_t digits[NUMERIC_DIGITS_MAX];

        size += 4 + NUMERIC_HEAD + 2 * numeric_digits(millionths[i], digits);
    }
    array_head(copy, size, OID_NUMERIC, count);
    for (size_t i = 0; i < count; i++)
        copy_millionths(copy, millionths[i]);
}

void copy_text_array(struct copy *copy, const char *const *values, size_t count)
{
    size_t size = 0;

    for (size_t i = 0; i < count; i++)
        size += 4 + strlen(values[i]);
    array_head(copy, size, OID_TEXT, count);
    for (size_t i = 0; i < count; i++)
        copy_bytes(copy, values[i], strlen(values[i]));
}

static void copy_free(struct copy *copy)
{
    buffer_free(&copy->out);
    free(copy);
}

/* What the server says in the end; the last result is NULL. */
static int copy_result(struct store *store, struct err *err)
{
    int status = 0;

    for (PGresult *result; (result = PQgetResult(store->connection)) != NULL; PQclear(result)) {
        if (PQresultStatus(result) == PGRES_COMMAND_OK)
            store->affected = strtoll(PQcmdTuples(result), NULL, 10);
        else if (status == 0)
            status = store_error(store, result, err);
        if (PQresultStatus(result) ==
            PGRES_COPY_IN) /* the connection broke in the middle: it will not end by itself */
            break;
    }
    return status;
}

int copy_end(struct copy *copy, struct err *err)
{
    struct store *store = copy->store;
    bool failed;

    add_be(copy, UINT16_MAX, 2);
    copy_send(copy);
    failed = copy->failed || PQputCopyEnd(store->connection, NULL) != 1;
    copy_free(copy);
    if (failed && store_broken(store))
        return store_error(store, NULL, err);
    return copy_result(store, err);
}

void copy_abort(struct copy *copy)
{
    struct err ignored = { 0 };

    if (!copy)
        return;
    if (PQputCopyEnd(copy->store->connection, "given up") == 1)
        copy_result(copy->store, &ignored);
    copy_free(copy);
}

/* --- out --- */

static uint32_t reader_be(struct reader *reader, size_t size)
{
    uint32_t value = 0;

    for (size_t i = 0; i < size; i++)
        value = value << 8 | reader_byte(reader);
    return value;
}

bool reader_field(struct reader *row, struct text *ret)
{
    uint32_t size = reader_be(row, 4);

    *ret = (struct text){ (const char *)row->at, 0 };
    if (row->failed || size == UINT32_MAX)
        return false;
    if (size > (size_t)(row->end - row->at)) {
        row->failed = true;
        return false;
    }
    ret->len = size;
    row->at += size;
    return true;
}

static int tell_row(const char *data, size_t size, copy_out_row *each, void *user, struct err *err)
{
    struct reader row = reader_of(data, size);
    uint32_t columns = reader_be(&row, 2);

    if (columns == UINT16_MAX) /* the end */
        return 0;
    return each(user, &row, (int)columns, err);
}

/* Reads to the end even when told to stop, so that the connection can be used again. */
static int tell_rows(struct store *store, copy_out_row *each, void *user, struct err *err)
{
    bool first = true;
    int status = 0, size;
    char *data;

    while ((size = PQgetCopyData(store->connection, &data, 0)) > 0) {
        size_t skip = first ? HEADER_SIZE : 0;

        if (status == 0 && (size_t)size > skip)
            status = tell_row(data + skip, (size_t)size - skip, each, user, err);
        first = false;
        PQfreemem(data);
    }
    if (size == -2 && status == 0)
        return store_error(store, NULL, err);
    return status;
}

int copy_out(struct store *store, const char *sql, copy_out_row *each, void *user, struct err *err)
{
    PGresult *result = PQexec(store->connection, sql);
    struct err ignored = { 0 };
    int status;

    if (PQresultStatus(result) != PGRES_COPY_OUT) {
        store_error(store, result, err);
        PQclear(result);
        return -1;
    }
    PQclear(result);
    status = tell_rows(store, each, user, err);
    if (status == 0)
        return copy_result(store, err);
    copy_result(store, &ignored);
    return status;
}
