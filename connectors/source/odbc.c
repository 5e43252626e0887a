#include "connectors/source/odbc.h"

#include <sql.h>
#include <sqlext.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "connectors/source/charset.h"
#include "connectors/source/watermark.h"
#include "lib/base/arena.h"
#include "lib/io/key.h"

enum {
    ARRAY_BYTES = 4 << 20,
    ROWS_MAX = 8192,
    WIDTH_LEAST = 32,
    WIDTH_MOST = 4096, /* of a cell in an array; longer ones are read in pieces */
    UTF8_BYTES = 4,
    COLUMNS_MAX = 1024,
    NAME_SIZE = 512,
    MARK_MAX = 256,
    PIECE_BYTES = 1 << 16,
};

/* What a database needs to be read without holding the result in memory, and not to be written to. */
static const struct manner {
    const char *dbms;       /* SQL_DBMS_NAME begins so */
    const char *connection; /* goes before what the operator has said */
    const char *session;    /* said first; a database that refuses is not read */
    bool sayable;           /* its errors never quote a value */
} manners[] = {
    { "PostgreSQL", "UseDeclareFetch=1;Fetch=8192;", "SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY",
      false },
    { "SQLite", "StepAPI=1;", "PRAGMA query_only = 1", true },
};

struct column {
    char name[NAME_SIZE]; /* as the driver gives it */
    size_t width;         /* of a cell in the array, its NUL included */
    char *data;
    SQLLEN *lens;
};

struct odbc {
    const struct fetch_job *job;
    struct fetch_file *spool;
    SQLHENV env;
    SQLHDBC dbc;
    SQLHSTMT stmt;
    bool connected, asked; /* asked: the query was sent, and an answer may have values */
    const struct manner *manner;
    char from[MARK_MAX + 1], mark[MARK_MAX + 1]; /* the ? of the query; of the last row so far */
    SQLLEN from_len;
    struct column *columns;
    size_t column_count, watermark; /* watermark: its index; column_count: none */
    SQLULEN row_count;              /* of an array; 0: row by row */
    SQLULEN got;                    /* rows of the array that is there */
    char *piece;
};

static bool went(SQLRETURN code)
{
    return SQL_SUCCEEDED(code);
}

static void free_columns(struct odbc *odbc)
{
    for (size_t i = 0; i < odbc->column_count; i++) {
        free(odbc->columns[i].data);
        free(odbc->columns[i].lens);
    }
    free(odbc->columns);
    odbc->columns = NULL;
    odbc->column_count = 0;
}

static void drop_statement(struct odbc *odbc)
{
    if (odbc->stmt)
        SQLFreeHandle(SQL_HANDLE_STMT, odbc->stmt);
    odbc->stmt = NULL;
    free_columns(odbc);
}

static void disconnect(struct odbc *odbc)
{
    drop_statement(odbc);
    if (odbc->connected)
        SQLDisconnect(odbc->dbc);
    odbc->connected = false;
    if (odbc->dbc)
        SQLFreeHandle(SQL_HANDLE_DBC, odbc->dbc);
    odbc->dbc = NULL;
}

static void odbc_close(struct odbc *odbc)
{
    disconnect(odbc);
    if (odbc->env)
        SQLFreeHandle(SQL_HANDLE_ENV, odbc->env);
    free(odbc->piece);
}

/* --- what went wrong --- */

/* Of these classes a driver's words are about connections, names and the query itself; others may quote
 * values, once there are any. */
static bool is_sayable(const struct odbc *odbc, const char *state)
{
    static const char *const classes[] = { "IM", "08", "25", "28", "3D", "42", "S0" };

    if (!odbc->asked || (odbc->manner && odbc->manner->sayable))
        return true;
    for (size_t i = 0; i < sizeof classes / sizeof *classes; i++)
        if (!strncmp(state, classes[i], strlen(classes[i])))
            return true;
    return false;
}

/* One line of text, whatever the driver says. */
static void tidy(char *text)
{
    if (!text_is_utf8(text_of(text)))
        *text = '\0';
    for (; *text; text++)
        if ((unsigned char)*text < ' ')
            *text = ' ';
}

static int failed(const struct odbc *odbc, SQLSMALLINT type, SQLHANDLE handle, const char *what,
                  struct err *err)
{
    char state[6] = "", text[300] = "";
    SQLSMALLINT len = 0;
    SQLINTEGER native = 0;
    bool sayable;

    if (!went(SQLGetDiagRec(type, handle, 1, (SQLCHAR *)state, &native, (SQLCHAR *)text, sizeof text, &len)))
        return err_set(err, ERR_RETRY, "%s", what);
    tidy(text);
    if (!strncmp(state, "HYT", 3) || !strcmp(state, "57014"))
        return err_set(err, ERR_RETRY, "%s within the feed's timeout: raise that if it needs longer", what);
    sayable = is_sayable(odbc, state) && *text;
    return err_set(err, ERR_RETRY, "%s (SQLSTATE %s)%s%s", what, state, sayable ? ": " : "",
                   sayable ? text : "");
}

static int failed_connection(const struct odbc *odbc, const char *what, struct err *err)
{
    return failed(odbc, SQL_HANDLE_DBC, odbc->dbc, what, err);
}

static int failed_statement(const struct odbc *odbc, const char *what, struct err *err)
{
    return failed(odbc, SQL_HANDLE_STMT, odbc->stmt, what, err);
}

/* --- connecting --- */

static SQLPOINTER number(uint64_t value)
{
    return (SQLPOINTER)(uintptr_t)value;
}

/* In braces, which a connection string needs around some characters; a closing one is doubled. */
static void add_password(const char *password, struct buffer *out)
{
    bool plain = !password[strcspn(password, "[]{}(),;?*=!@+%\\ ")];

    buffer_add_string(out, plain ? ";PWD=" : ";PWD={");
    for (; *password; password++) {
        if (*password == '}')
            buffer_add_byte(out, '}');
        buffer_add_byte(out, (uint8_t)*password);
    }
    buffer_add_string(out, plain ? "" : "}");
}

static int connection_string(const struct odbc *odbc, struct buffer *out, struct err *err)
{
    char password[SECRET_SIZE], name[64];

    snprintf(name, sizeof name, "olive-%s", odbc->job->feed);
    if (secret_read(odbc->job->password, name, password, err) < 0)
        return -1;
    if (odbc->manner)
        buffer_add_string(out, odbc->manner->connection);
    buffer_add_string(out, odbc->job->connection);
    if (*password)
        add_password(password, out);
    explicit_bzero(password, sizeof password);
    buffer_add_byte(out, '\0');
    return 0;
}

static int log_in(struct odbc *odbc, struct err *err)
{
    CLEANUP(buffer_free) struct buffer text = { 0 };
    SQLSMALLINT len;
    SQLRETURN code;

    if (connection_string(odbc, &text, err) < 0)
        return -1;
    code = SQLDriverConnect(odbc->dbc, NULL, text.data, SQL_NTS, NULL, 0, &len, SQL_DRIVER_NOPROMPT);
    explicit_bzero(text.data, text.capacity);
    if (!went(code))
        return failed_connection(odbc, "the database cannot be connected to", err);
    odbc->connected = true;
    return 0;
}

static int connect_once(struct odbc *odbc, struct err *err)
{
    if (!went(SQLAllocHandle(SQL_HANDLE_DBC, odbc->env, &odbc->dbc)))
        return err_set(err, ERR_RETRY, "unixODBC gives no connection");
    /* A driver that does not know one of these does not keep the others from being tried. */
    SQLSetConnectAttr(odbc->dbc, SQL_ATTR_LOGIN_TIMEOUT, number(odbc->job->timeout_s), 0);
    SQLSetConnectAttr(odbc->dbc, SQL_ATTR_CONNECTION_TIMEOUT, number(odbc->job->timeout_s), 0);
    SQLSetConnectAttr(odbc->dbc, SQL_ATTR_ACCESS_MODE, number(SQL_MODE_READ_ONLY), 0);
    return log_in(odbc, err);
}

static const struct manner *find_manner(const struct odbc *odbc)
{
    char name[128] = "";
    SQLSMALLINT len;

    if (!went(SQLGetInfo(odbc->dbc, SQL_DBMS_NAME, name, sizeof name, &len)))
        return NULL;
    for (size_t i = 0; i < sizeof manners / sizeof *manners; i++)
        if (!strncasecmp(name, manners[i].dbms, strlen(manners[i].dbms)))
            return &manners[i];
    return NULL;
}

static int make_statement(struct odbc *odbc, struct err *err)
{
    if (!went(SQLAllocHandle(SQL_HANDLE_STMT, odbc->dbc, &odbc->stmt)))
        return failed_connection(odbc, "the database gives no statement", err);
    SQLSetStmtAttr(odbc->stmt, SQL_ATTR_QUERY_TIMEOUT, number(odbc->job->timeout_s), 0);
    SQLSetStmtAttr(odbc->stmt, SQL_ATTR_CURSOR_TYPE, number(SQL_CURSOR_FORWARD_ONLY), 0);
    return 0;
}

static int begin_session(struct odbc *odbc, struct err *err)
{
    if (!odbc->manner)
        return 0;
    if (make_statement(odbc, err) < 0)
        return -1;
    if (!went(SQLExecDirect(odbc->stmt, (SQLCHAR *)(uintptr_t)odbc->manner->session, SQL_NTS)))
        return failed_statement(odbc, "the database refuses a read-only session", err);
    drop_statement(odbc);
    return 0;
}

/* Which database it is shows once one is connected: then again, in its manner. */
static int open_session(struct odbc *odbc, struct err *err)
{
    if (!went(SQLAllocHandle(SQL_HANDLE_ENV, SQL_NULL_HANDLE, &odbc->env)))
        return err_set(err, ERR_RETRY, "unixODBC cannot be used");
    SQLSetEnvAttr(odbc->env, SQL_ATTR_ODBC_VERSION, number(SQL_OV_ODBC3), 0);
    if (connect_once(odbc, err) < 0)
        return -1;
    odbc->manner = find_manner(odbc);
    if (odbc->manner) {
        disconnect(odbc);
        if (connect_once(odbc, err) < 0)
            return -1;
    }
    fetch_file_tick(odbc->spool);
    return begin_session(odbc, err);
}

/* --- the query --- */

static int bind_mark(struct odbc *odbc, struct err *err)
{
    SQLSMALLINT type = SQL_VARCHAR, digits = 0, nullable;
    SQLULEN size = MARK_MAX;

    if (!odbc->job->watermark)
        return 0;
    odbc->from_len = (SQLLEN)strlen(odbc->from);
    /* A driver that cannot say what the parameter is has it as text, which databases turn into anything. */
    if (!went(SQLDescribeParam(odbc->stmt, 1, &type, &size, &digits, &nullable)) ||
        type == SQL_UNKNOWN_TYPE) {
        type = SQL_VARCHAR;
        size = MARK_MAX;
        digits = 0;
    }
    if (!went(SQLBindParameter(odbc->stmt, 1, SQL_PARAM_INPUT, SQL_C_CHAR, type, size, digits, odbc->from,
                               MARK_MAX + 1, &odbc->from_len)))
        return failed_statement(odbc, "the watermark cannot be handed to the query", err);
    return 0;
}

static int execute(struct odbc *odbc, struct err *err)
{
    if (make_statement(odbc, err) < 0)
        return -1;
    if (!went(SQLPrepare(odbc->stmt, (SQLCHAR *)odbc->job->query, SQL_NTS)))
        return failed_statement(odbc, "the database does not understand odbc.query", err);
    if (bind_mark(odbc, err) < 0)
        return -1;
    odbc->asked = true;
    if (!went(SQLExecute(odbc->stmt)))
        return failed_statement(odbc, "the database does not answer odbc.query", err);
    fetch_file_tick(odbc->spool);
    return 0;
}

static size_t width_of(SQLULEN size)
{
    size_t width = size < WIDTH_MOST ? (size_t)size * UTF8_BYTES + 1 : WIDTH_MOST;

    return width < WIDTH_LEAST ? WIDTH_LEAST : width > WIDTH_MOST ? WIDTH_MOST : width;
}

static int describe(struct odbc *odbc, size_t index, struct err *err)
{
    struct column *column = &odbc->columns[index];
    SQLSMALLINT len, type, digits, nullable;
    SQLULEN size = 0;

    if (!went(SQLDescribeCol(odbc->stmt, (SQLUSMALLINT)(index + 1), (SQLCHAR *)column->name, NAME_SIZE, &len,
                             &type, &size, &digits, &nullable)))
        return failed_statement(odbc, "the database does not describe the columns of odbc.query", err);
    column->width = width_of(size ? size : WIDTH_MOST);
    return 0;
}

static int describe_all(struct odbc *odbc, struct err *err)
{
    SQLSMALLINT count = 0;

    if (!went(SQLNumResultCols(odbc->stmt, &count)) || count < 1 || count > COLUMNS_MAX)
        return err_set(err, ERR_RETRY, "odbc.query gives no rows: it must be a SELECT of 1 to %d columns",
                       COLUMNS_MAX);
    odbc->columns = mem_zalloc((size_t)count * sizeof *odbc->columns);
    odbc->column_count = (size_t)count;
    for (size_t i = 0; i < odbc->column_count; i++)
        if (describe(odbc, i, err) < 0)
            return -1;
    return 0;
}

/* --- columns --- */

/* The names in UTF-8, one a line; where the watermark is among them. */
static int name_columns(struct odbc *odbc, struct fetched *ret, struct err *err)
{
    struct decoder *decoder = decoder_new(odbc->job->gb18030 ? CHARSET_GB18030 : CHARSET_UTF8);
    CLEANUP(buffer_free) struct buffer names = { 0 };
    struct text name;

    odbc->watermark = odbc->column_count;
    for (size_t i = 0; i < odbc->column_count; i++) {
        if (!decoder_text(decoder, text_of(odbc->columns[i].name), &name))
            name = TEXT("?");
        if (odbc->job->watermark && text_equal(name.data, name.len, odbc->job->watermark))
            odbc->watermark = i;
        buffer_add(&names, name.data, name.len);
        buffer_add_byte(&names, '\n');
    }
    decoder_free(decoder);
    buffer_add_byte(&names, '\0');
    mem_freep(&ret->columns);
    ret->columns = mem_strdup((char *)names.data);
    if (odbc->job->watermark && odbc->watermark == odbc->column_count)
        return err_set(err, ERR_RETRY, "odbc.query has no column %s, which odbc.watermark names",
                       odbc->job->watermark);
    return 0;
}

static int write_header(struct odbc *odbc, struct err *err)
{
    for (size_t i = 0; i < odbc->column_count; i++)
        fetch_file_cell(odbc->spool, !i, text_of(odbc->columns[i].name));
    buffer_add_byte(&odbc->spool->out, '\n');
    return fetch_file_piece(odbc->spool, err);
}

/* --- the watermark --- */

static int take_mark(struct odbc *odbc, struct text value, struct err *err)
{
    struct text mark = { odbc->mark, strlen(odbc->mark) };

    value = text_trim(value);
    if (!value.len)
        return err_set(err, ERR_RETRY,
                       "a row has no %s, which odbc.watermark names: the query must leave it out",
                       odbc->job->watermark);
    if (value.len > MARK_MAX || !text_is_utf8(value) || memchr(value.data, '\0', value.len))
        return err_set(err, ERR_RETRY, "%s, which odbc.watermark names, is no number, date or short text",
                       odbc->job->watermark);
    if (mark.len && watermark_before(value, mark))
        return err_set(err, ERR_RETRY,
                       "%s, which odbc.watermark names, falls from one row to another: the query must begin "
                       "above it (%s > ?) and end with ORDER BY %s",
                       odbc->job->watermark, odbc->job->watermark, odbc->job->watermark);
    memcpy(odbc->mark, value.data, value.len);
    odbc->mark[value.len] = '\0';
    return 0;
}

/* --- arrays of rows --- */

static int bind_array(struct odbc *odbc, struct err *err)
{
    size_t row_bytes = 0;

    for (size_t i = 0; i < odbc->column_count; i++)
        row_bytes += odbc->columns[i].width + sizeof(SQLLEN);
    odbc->row_count = ARRAY_BYTES / row_bytes;
    odbc->row_count = odbc->row_count < 1 ? 1 : odbc->row_count > ROWS_MAX ? ROWS_MAX : odbc->row_count;
    SQLSetStmtAttr(odbc->stmt, SQL_ATTR_ROW_BIND_TYPE, number(SQL_BIND_BY_COLUMN), 0);
    if (!went(SQLSetStmtAttr(odbc->stmt, SQL_ATTR_ROW_ARRAY_SIZE, number(odbc->row_count), 0)))
        odbc->row_count = 1;
    SQLSetStmtAttr(odbc->stmt, SQL_ATTR_ROWS_FETCHED_PTR, &odbc->got, 0);
    for (size_t i = 0; i < odbc->column_count; i++) {
        struct column *column = &odbc->columns[i];

        column->data = mem_alloc(column->width * odbc->row_count);
        column->lens = mem_alloc(sizeof(SQLLEN) * odbc->row_count);
        if (!went(SQLBindCol(odbc->stmt, (SQLUSMALLINT)(i + 1), SQL_C_CHAR, column->data,
                             (SQLLEN)column->width, column->lens)))
            return failed_statement(odbc, "the database gives no text of a column", err);
    }
    return 0;
}

static struct text array_cell(const struct column *column, SQLULEN row)
{
    SQLLEN len = column->lens[row];

    return (struct text){ column->data + column->width * row, len > 0 ? (size_t)len : 0 };
}

/* A line of one blank cell would be no line. */
static void end_row(struct odbc *odbc, size_t from)
{
    if (odbc->spool->out.size == from)
        buffer_add_string(&odbc->spool->out, "\"\"");
    buffer_add_byte(&odbc->spool->out, '\n');
}

/* 0: it is written; 1: a value does not fit. */
static int write_array_row(struct odbc *odbc, SQLULEN row, struct err *err)
{
    size_t from = odbc->spool->out.size;

    for (size_t i = 0; i < odbc->column_count; i++) {
        const struct column *column = &odbc->columns[i];

        if (column->lens[row] == SQL_NO_TOTAL || column->lens[row] >= (SQLLEN)column->width)
            return 1;
        fetch_file_cell(odbc->spool, !i, array_cell(column, row));
    }
    end_row(odbc, from);
    if (odbc->watermark < odbc->column_count &&
        take_mark(odbc, array_cell(&odbc->columns[odbc->watermark], row), err) < 0)
        return -1;
    return fetch_file_row(odbc->spool, err);
}

/* 0: all of it; 1: a value does not fit. */
static int read_arrays(struct odbc *odbc, struct err *err)
{
    SQLRETURN code;
    int status = 0;

    while (went(code = SQLFetch(odbc->stmt))) {
        SQLULEN got = odbc->row_count == 1 ? 1 : odbc->got;

        for (SQLULEN row = 0; row < got && !status; row++)
            status = write_array_row(odbc, row, err);
        if (status)
            return status;
        fetch_file_tick(odbc->spool);
    }
    return code == SQL_NO_DATA ? 0 : failed_statement(odbc, "the database breaks off amid the rows", err);
}

/* --- row by row --- */

/* What a piece holds: SQL_C_CHAR ends each with a NUL. */
static size_t piece_len(SQLLEN len)
{
    return len == SQL_NO_TOTAL || len >= PIECE_BYTES ? PIECE_BYTES - 1 : (size_t)len;
}

static bool is_more(SQLLEN len)
{
    return len == SQL_NO_TOTAL || len >= PIECE_BYTES;
}

static void add_quoted(struct buffer *out, const char *data, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        if (data[i] == '"')
            buffer_add_byte(out, '"');
        buffer_add_byte(out, (uint8_t)data[i]);
    }
}

/* A value of any length, always quoted: how it goes on is not known when it begins. */
static int write_value(struct odbc *odbc, size_t index, struct err *err)
{
    struct buffer *out = &odbc->spool->out;
    bool first = true;
    SQLRETURN code;
    SQLLEN len;

    buffer_add_byte(out, '"');
    do {
        code = SQLGetData(odbc->stmt, (SQLUSMALLINT)(index + 1), SQL_C_CHAR, odbc->piece, PIECE_BYTES, &len);
        if (code == SQL_NO_DATA || (went(code) && len == SQL_NULL_DATA))
            break;
        if (!went(code))
            return failed_statement(odbc, "the database breaks off amid a row", err);
        add_quoted(out, odbc->piece, piece_len(len));
        if (first && index == odbc->watermark &&
            take_mark(odbc, (struct text){ odbc->piece, piece_len(len) }, err) < 0)
            return -1;
        first = false;
        if (fetch_file_piece(odbc->spool, err) < 0)
            return -1;
    } while (is_more(len));
    if (first && index == odbc->watermark)
        return take_mark(odbc, TEXT(""), err);
    buffer_add_byte(out, '"');
    return 0;
}

static int write_row(struct odbc *odbc, struct err *err)
{
    for (size_t i = 0; i < odbc->column_count; i++) {
        if (i)
            buffer_add_byte(&odbc->spool->out, ',');
        if (write_value(odbc, i, err) < 0)
            return -1;
    }
    buffer_add_byte(&odbc->spool->out, '\n');
    return fetch_file_row(odbc->spool, err);
}

static int read_rows(struct odbc *odbc, struct err *err)
{
    SQLRETURN code;

    odbc->piece = mem_alloc(PIECE_BYTES);
    while (went(code = SQLFetch(odbc->stmt)))
        if (write_row(odbc, err) < 0)
            return -1;
    return code == SQL_NO_DATA ? 0 : failed_statement(odbc, "the database breaks off amid the rows", err);
}

/* --- the whole --- */

static int begin(struct odbc *odbc, struct fetched *ret, struct err *err)
{
    snprintf(odbc->from, sizeof odbc->from, "%s", odbc->job->mark ? odbc->job->mark : "");
    memcpy(odbc->mark, odbc->from, sizeof odbc->mark);
    if (execute(odbc, err) < 0 || describe_all(odbc, err) < 0 || name_columns(odbc, ret, err) < 0)
        return -1;
    return write_header(odbc, err);
}

static int read_all(struct odbc *odbc, struct fetched *ret, struct err *err)
{
    int status;

    if (begin(odbc, ret, err) < 0 || bind_array(odbc, err) < 0)
        return -1;
    status = read_arrays(odbc, err);
    if (status <= 0)
        return status;
    drop_statement(odbc);
    if (fetch_file_restart(odbc->spool, err) < 0 || begin(odbc, ret, err) < 0)
        return -1;
    return read_rows(odbc, err);
}

int odbc_fetch(const struct fetch_job *job, struct fetch_file *spool, struct fetched *ret, struct err *err)
{
    struct odbc odbc = { .job = job, .spool = spool };
    int status = -1;

    if (open_session(&odbc, err) == 0)
        status = read_all(&odbc, ret, err);
    if (status == 0)
        status = fetch_file_end(spool, ret, err);
    if (status == 0 && job->watermark)
        ret->mark = mem_strdup(odbc.mark);
    odbc_close(&odbc);
    return status;
}
