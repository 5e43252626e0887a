#include "lib/io/store.h"

#include <endian.h>
#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/arena.h"
#include "lib/io/store_private.h"

enum { BINARY = 1, OID_BYTEA = 17, OID_INT8 = 20, OID_INT4 = 23, OID_TEXT = 25 };

/* What the operator says by `options` in the configuration (source "client") stays as it is. */
static const char session_sql[] =
    "SELECT set_config(s.name, v.value, false) FROM (VALUES ('lock_timeout', '60s'), "
    "('statement_timeout', '15min'), ('idle_in_transaction_session_timeout', '5min'), "
    "('work_mem', '128MB'), ('temp_buffers', '64MB'), ('client_min_messages', 'warning'), "
    "('default_transaction_isolation', 'read committed'), ('jit', 'off')) AS v(name, value) "
    "JOIN pg_settings s USING (name) WHERE s.source <> 'client'";

static const struct {
    const char *key, *value;
} connection_defaults[] = {
    { "connect_timeout", "10" },     { "keepalives", "1" },       { "keepalives_idle", "30" },
    { "keepalives_interval", "10" }, { "keepalives_count", "3" }, { "tcp_user_timeout", "60000" },
    { "client_encoding", "UTF8" },
};
enum { DEFAULTS = sizeof connection_defaults / sizeof *connection_defaults };

/* --- connection --- */

/* Defaults first: of a keyword that comes twice libpq takes the last. */
static void connection_params(const struct conf *conf, const char *program, const char **keys,
                              const char **values)
{
    size_t count = 0;

    for (size_t i = 0; i < DEFAULTS; i++, count++) {
        keys[count] = connection_defaults[i].key;
        values[count] = connection_defaults[i].value;
    }
    keys[count] = "fallback_application_name";
    values[count++] = program;
    for (size_t i = 0; i < conf->postgres.count; i++, count++) {
        keys[count] = conf->postgres.items[i].key;
        values[count] = conf->postgres.items[i].value;
    }
    keys[count] = values[count] = NULL;
}

/* libpq's messages end in a newline and may have several lines: the first says it. */
static int first_line(const char *message)
{
    return (int)strcspn(message, "\n");
}

/* Of a connection that failed there is no SQLSTATE, only the server's sentence. */
static const char *hint_for(const char *message)
{
    bool no_database = strstr(message, "database \"") && strstr(message, "\" does not exist");

    return no_database ? " (createdb makes databases, `olive schema apply` tables)" : "";
}

static int check_connection(const struct store *store, struct err *err)
{
    const char *message = PQerrorMessage(store->connection);

    if (PQstatus(store->connection) == CONNECTION_OK)
        return 0;
    if (strstr(message, "invalid connection option") || strstr(message, "invalid integer value"))
        return err_stop(err, EXIT_CONFIG, "postgres: %.*s", first_line(message), message);
    return err_set(err, ERR_RETRY, "postgres: %.*s%s", first_line(message), message, hint_for(message));
}

int store_open(const struct conf *conf, const char *program, struct store **ret, struct err *err)
{
    CLEANUP(store_closep) struct store *store = mem_zalloc(sizeof *store);
    size_t room = DEFAULTS + conf->postgres.count + 2;
    const char **keys = mem_alloc(room * sizeof *keys), **values = mem_alloc(room * sizeof *values);

    connection_params(conf, program, keys, values);
    store->connection = PQconnectdbParams(keys, values, 0);
    free((void *)keys);
    free((void *)values);
    if (check_connection(store, err) < 0 || store_run(store, session_sql, err) < 0)
        return -1;
    *ret = store;
    store = NULL;
    return 0;
}

void store_close(struct store *store)
{
    if (!store)
        return;
    PQfinish(store->connection);
    for (size_t i = 0; i < store->statement_count; i++)
        free(store->statements[i]);
    free((void *)store->statements);
    free(store);
}

void store_closep(struct store **store)
{
    store_close(*store);
    *store = NULL;
}

bool store_broken(const struct store *store)
{
    return PQstatus(store->connection) != CONNECTION_OK;
}

/* --- errors --- */

/* Classes and codes that say: the outside, or a race that was lost (SQLSTATE, PostgreSQL appendix A). */
static bool may_retry(const char *state)
{
    static const char *const classes[] = { "08", "25006", "25P03", "40", "53", "55", "57" };

    for (size_t i = 0; i < sizeof classes / sizeof *classes; i++)
        if (!strncmp(state, classes[i], strlen(classes[i])))
            return true;
    return false;
}

int store_error(struct store *store, const PGresult *result, struct err *err)
{
    const char *state = result ? PQresultErrorField(result, PG_DIAG_SQLSTATE) : NULL;
    const char *message = result ? PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY) : NULL;

    if (!message)
        message = PQerrorMessage(store->connection);
    if (!state || may_retry(state) || store_broken(store))
        return err_set(err, ERR_RETRY, "postgres: %.*s", first_line(message), message);
    return err_stop(err, EXIT_FAILED, "postgres: %.*s (SQLSTATE %s)", first_line(message), message, state);
}

static bool result_is_fine(const PGresult *result)
{
    ExecStatusType status = PQresultStatus(result);

    return status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK;
}

static int take_result(struct store *store, PGresult *result, PGresult **ret, struct err *err)
{
    if (!result_is_fine(result)) {
        int status = store_error(store, result, err);

        PQclear(result);
        return status;
    }
    store->affected = strtoll(PQcmdTuples(result), NULL, 10);
    if (ret)
        *ret = result;
    else
        PQclear(result);
    return 0;
}

/* --- statements --- */

struct param param_int4(int32_t value)
{
    struct param param = { .size = 4, .type = OID_INT4 };
    uint32_t wire = htobe32((uint32_t)value);

    memcpy(param.inline_data, &wire, sizeof wire);
    return param;
}

struct param param_int8(int64_t value)
{
    struct param param = { .size = 8, .type = OID_INT8 };
    uint64_t wire = htobe64((uint64_t)value);

    memcpy(param.inline_data, &wire, sizeof wire);
    return param;
}

struct param param_text(const char *value)
{
    return (struct param){ .data = value, .size = value ? (int)strlen(value) : 0, .type = OID_TEXT };
}

struct param param_bytes(const void *data, size_t size)
{
    return (struct param){ .data = size ? data : "", .size = (int)size, .type = OID_BYTEA };
}

struct param param_null(void)
{
    return (struct param){ 0 };
}

static void add_be32(struct buffer *buffer, uint32_t value)
{
    value = htobe32(value);
    buffer_add(buffer, &value, sizeof value);
}

/* The head of a one-dimensional array without nulls. */
static void array_start(struct buffer *buffer, uint32_t element_type, size_t count)
{
    const uint32_t head[] = { count ? 1 : 0, 0, element_type, (uint32_t)count, 1 };

    buffer_clear(buffer);
    for (size_t i = 0; i < (count ? 5 : 3); i++)
        add_be32(buffer, head[i]);
}

struct param param_int4_array(struct buffer *buffer, const int32_t *values, size_t count)
{
    enum { OID_INT4_ARRAY = 1007 };

    array_start(buffer, OID_INT4, count);
    for (size_t i = 0; i < count; i++) {
        add_be32(buffer, sizeof values[i]);
        add_be32(buffer, (uint32_t)values[i]);
    }
    return (struct param){ .data = buffer->data, .size = (int)buffer->size, .type = OID_INT4_ARRAY };
}

struct param param_bytes_array(struct buffer *buffer, const void *values, size_t size, size_t count,
                               size_t stride)
{
    enum { OID_BYTEA_ARRAY = 1001 };

    array_start(buffer, OID_BYTEA, count);
    for (size_t i = 0; i < count; i++) {
        add_be32(buffer, (uint32_t)size);
        buffer_add(buffer, (const char *)values + i * stride, size);
    }
    return (struct param){ .data = buffer->data, .size = (int)buffer->size, .type = OID_BYTEA_ARRAY };
}

static int prepare(struct store *store, const char *name, const char *sql, const struct param *params,
                   size_t count, struct err *err)
{
    Oid types[PARAMS_MAX];

    for (size_t i = 0; i < count; i++)
        types[i] = params[i].type;
    return take_result(store, PQprepare(store->connection, name, sql, (int)count, types), NULL, err);
}

/* The number of the prepared statement with this text; prepared now when it is new. */
static int statement_of(struct store *store, const char *sql, const struct param *params, size_t count,
                        size_t *ret_number, struct err *err)
{
    char name[STATEMENT_NAME_SIZE];
    size_t number = 0;

    while (number < store->statement_count && strcmp(store->statements[number], sql) != 0)
        number++;
    *ret_number = number;
    if (number < store->statement_count)
        return 0;
    snprintf(name, sizeof name, "s%zu", number);
    if (prepare(store, name, sql, params, count, err) < 0)
        return -1;
    store->statements =
        mem_realloc((void *)store->statements, (store->statement_count + 1) * sizeof *store->statements);
    store->statements[store->statement_count++] = mem_strdup(sql);
    return 0;
}

int store_query(struct store *store, const char *sql, const struct param *params, size_t count,
                struct rows **ret, struct err *err)
{
    const char *values[PARAMS_MAX];
    int sizes[PARAMS_MAX], formats[PARAMS_MAX];
    char name[STATEMENT_NAME_SIZE];
    PGresult *result = NULL;
    size_t number;

    if (count > PARAMS_MAX)
        return err_stop(err, EXIT_FAILED, "a statement with more than %d parameters", PARAMS_MAX);
    if (statement_of(store, sql, params, count, &number, err) < 0)
        return -1;
    snprintf(name, sizeof name, "s%zu", number);
    for (size_t i = 0; i < count; i++) {
        bool is_inline = params[i].type == OID_INT4 || params[i].type == OID_INT8;

        values[i] = is_inline ? (const char *)params[i].inline_data : params[i].data;
        sizes[i] = params[i].size;
        formats[i] = BINARY;
    }
    if (take_result(store,
                    PQexecPrepared(store->connection, name, (int)count, values, sizes, formats, BINARY),
                    ret ? &result : NULL, err) < 0)
        return -1;
    if (ret) {
        *ret = mem_alloc(sizeof **ret);
        (*ret)->result = result;
    }
    return 0;
}

int store_run(struct store *store, const char *sql, struct err *err)
{
    return take_result(store, PQexec(store->connection, sql), NULL, err);
}

int64_t store_affected(const struct store *store)
{
    return store->affected;
}

/* --- rows --- */

void rows_free(struct rows *rows)
{
    if (!rows)
        return;
    PQclear(rows->result);
    free(rows);
}

void rows_freep(struct rows **rows)
{
    rows_free(*rows);
}

size_t rows_count(const struct rows *rows)
{
    return (size_t)PQntuples(rows->result);
}

bool rows_null(const struct rows *rows, size_t row, int column)
{
    return PQgetisnull(rows->result, (int)row, column);
}

struct text rows_text(const struct rows *rows, size_t row, int column)
{
    return (struct text){ PQgetvalue(rows->result, (int)row, column),
                          (size_t)PQgetlength(rows->result, (int)row, column) };
}

/* int2, int4 and int8 alike; null reads as 0. */
int64_t rows_int8(const struct rows *rows, size_t row, int column)
{
    struct text field = rows_text(rows, row, column);
    uint64_t value = field.len && (field.data[0] & 0x80) ? UINT64_MAX : 0;

    for (size_t i = 0; i < field.len; i++)
        value = value << 8 | (uint8_t)field.data[i];
    return (int64_t)value;
}

int32_t rows_int4(const struct rows *rows, size_t row, int column)
{
    return (int32_t)rows_int8(rows, row, column);
}

bool rows_bool(const struct rows *rows, size_t row, int column)
{
    return rows_int8(rows, row, column) != 0;
}
