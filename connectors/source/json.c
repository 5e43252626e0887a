#include "connectors/source/json.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "connectors/source/charset.h"
#include "connectors/source/lines.h"
#include "connectors/source/scanner.h"
#include "lib/base/arena.h"

struct column {
    struct text name;
    bool ignored; /* by the feed: whatever it holds */
};

struct json_rows {
    struct row_reader reader;
    const struct feed_conf *feed;
    struct lines lines;
    struct decoder *decoder;
    struct arena *names;
    struct column columns[JSON_COLUMNS_MAX];
    size_t count;
    bool any;    /* it has lines */
    bool header; /* still to come */
    struct text cells[JSON_COLUMNS_MAX];
    bool plain[JSON_COLUMNS_MAX];
    uint64_t seen[JSON_COLUMNS_MAX]; /* the line that had the column last: twice is once too often */
    struct buffer key, unescaped;
};

/* --- columns --- */

/* Lines of one file have their keys in one order: the column is nearly always the one that is next. */
static size_t find_column(const struct json_rows *rows, struct text name, size_t next)
{
    for (size_t i = 0; i < rows->count; i++) {
        size_t at = next + i < rows->count ? next + i : next + i - rows->count;

        if (rows->columns[at].name.len == name.len &&
            !memcmp(rows->columns[at].name.data, name.data, name.len))
            return at;
    }
    return rows->count;
}

static bool add_column(struct json_rows *rows, struct text name)
{
    if (rows->count == JSON_COLUMNS_MAX)
        return false;
    rows->columns[rows->count++] = (struct column){
        .name = { arena_strndup(rows->names, name.data, name.len), name.len },
        .ignored = conf_names_have(&rows->feed->ignore, text_trim(name)),
    };
    return true;
}

static bool read_key(struct json_rows *rows, struct text raw, struct text *ret)
{
    buffer_clear(&rows->key);
    return scan_string(raw, &rows->key, ret);
}

/* The object of a line; false: it is none. */
static bool enter_line(struct json_rows *rows, struct text raw, struct text *ret_text, struct scanner *ret)
{
    struct text text;

    if (!decoder_text(rows->decoder, raw, &text))
        return false;
    *ret_text = text_trim(text);
    if (!ret_text->len || ret_text->data[0] != '{')
        return false;
    *ret = scan_enter(*ret_text);
    return true;
}

/* False: they are too many. */
static bool add_keys(struct json_rows *rows, struct text raw)
{
    size_t count = rows->count, next = 0;
    enum scan_step step;
    struct scanner scanner;
    struct scan_value value;
    struct text text, key;

    if (!enter_line(rows, raw, &text, &scanner))
        return true;
    while ((step = scan_next(&scanner, SCAN_OBJECT, &key, &value)) == SCAN_ITEM &&
           read_key(rows, key, &key)) {
        next = find_column(rows, key, next);
        if (next == rows->count && !add_column(rows, key))
            return false;
        next++;
    }
    if (step != SCAN_DONE || !scan_end(&scanner))
        rows->count = count; /* a line that is bad anyway names no columns */
    return true;
}

static bool is_blank(struct text text)
{
    return !text_trim(text).len;
}

/* 1: the line, 0: no more; blank lines are not lines. */
static int next_line(struct json_rows *rows, struct piece *ret, struct err *err)
{
    int got;

    while ((got = lines_next(&rows->lines, ret, err)) == 1 && ret->lines && is_blank(ret->text))
        lines_take(&rows->lines, ret);
    return got;
}

static int too_many(struct err *err)
{
    err_set(err, ERR_REJECT, "has over %d different keys: it is no list of lines", JSON_COLUMNS_MAX);
    err->code = NO_KNOWN_COLUMN;
    return -1;
}

/* Every line but those that are too long, of which none will be read. */
static int find_columns(struct json_rows *rows, struct err *err)
{
    struct piece piece;
    struct row row;
    int got;

    while ((got = next_line(rows, &piece, err)) == 1) {
        rows->any = true;
        if (!piece.lines && lines_take_long(&rows->lines, &row, err) < 0)
            return -1;
        if (!piece.lines)
            continue;
        if (!add_keys(rows, piece.text))
            return too_many(err);
        lines_take(&rows->lines, &piece);
    }
    return got;
}

/* --- rows --- */

static bool set_cell(struct json_rows *rows, size_t column, const struct scan_value *value)
{
    if ((value->kind == SCAN_OBJECT || value->kind == SCAN_ARRAY) && !rows->columns[column].ignored)
        return false;
    rows->plain[column] = value->kind != SCAN_NUMBER;
    if (value->kind == SCAN_NULL)
        return true;
    if (value->kind == SCAN_STRING)
        return scan_string(value->raw, &rows->unescaped, &rows->cells[column]);
    rows->cells[column] = value->raw;
    return true;
}

static void clear_cells(struct json_rows *rows, size_t room)
{
    for (size_t i = 0; i < rows->count; i++) {
        rows->cells[i] = TEXT("");
        rows->plain[i] = true;
    }
    buffer_clear(&rows->unescaped);
    buffer_reserve(&rows->unescaped, room); /* so that cells never move: an escape is longer than its text */
}

static enum reason read_cells(struct json_rows *rows, struct text raw, uint64_t line)
{
    struct scanner scanner;
    struct scan_value value;
    enum scan_step step;
    struct text text, key;
    size_t next = 0;

    if (!decoder_text(rows->decoder, raw, &text))
        return BAD_ENCODING;
    clear_cells(rows, text.len);
    if (!enter_line(rows, raw, &text, &scanner))
        return BAD_COLUMN_COUNT;
    while ((step = scan_next(&scanner, SCAN_OBJECT, &key, &value)) == SCAN_ITEM) {
        if (!read_key(rows, key, &key))
            return BAD_COLUMN_COUNT;
        next = find_column(rows, key, next);
        if (next == rows->count || rows->seen[next] == line || !set_cell(rows, next, &value))
            return BAD_COLUMN_COUNT;
        rows->seen[next++] = line;
    }
    return step == SCAN_DONE && scan_end(&scanner) ? REASON_NONE : BAD_COLUMN_COUNT;
}

static int give_header(struct json_rows *rows, struct row *ret)
{
    rows->header = false;
    if (!rows->any)
        return 0;
    for (size_t i = 0; i < rows->count; i++)
        rows->cells[i] = rows->columns[i].name;
    *ret = (struct row){ .header = true, .cells = rows->cells, .count = rows->count };
    return 1;
}

static int json_rows_next(struct row_reader *reader, struct row *ret, struct err *err)
{
    struct json_rows *rows = (struct json_rows *)reader;
    struct piece piece;
    int got;

    if (rows->header)
        return give_header(rows, ret);
    if ((got = next_line(rows, &piece, err)) <= 0)
        return got;
    if (!piece.lines)
        return lines_take_long(&rows->lines, ret, err);
    *ret = (struct row){ .line = rows->lines.line + 1,
                         .byte = rows->lines.window.offset,
                         .cells = rows->cells,
                         .plain = rows->plain,
                         .count = rows->count,
                         .raw = piece.text,
                         .raw_size = piece.text.len };
    ret->reason = read_cells(rows, piece.text, ret->line);
    lines_take(&rows->lines, &piece);
    return 1;
}

static void json_rows_close(struct row_reader *reader)
{
    struct json_rows *rows = (struct json_rows *)reader;

    lines_close(&rows->lines);
    decoder_free(rows->decoder);
    arena_free(rows->names);
    buffer_free(&rows->key);
    buffer_free(&rows->unescaped);
    free(rows);
}

/* --- opening --- */

static struct json_rows *json_rows_new(const struct feed_conf *feed)
{
    struct json_rows *rows = mem_zalloc(sizeof *rows);

    rows->reader = (struct row_reader){ json_rows_next, json_rows_close };
    rows->feed = feed;
    rows->decoder = decoder_new(feed->charset);
    rows->names = arena_new(0);
    rows->header = true;
    return rows;
}

int json_rows_open(const struct feed_conf *feed, int fd, struct row_reader **ret, struct err *err)
{
    struct json_rows *rows = json_rows_new(feed);
    struct row_reader *reader = &rows->reader;

    if (lines_open(&rows->lines, feed, fd, err) < 0 || find_columns(rows, err) < 0) {
        json_rows_close(reader);
        return -1;
    }
    lines_close(&rows->lines);
    if (lines_open(&rows->lines, feed, fd, err) < 0) {
        json_rows_close(reader);
        return -1;
    }
    *ret = reader;
    return 0;
}

int json_rows_open_memory(const struct feed_conf *feed, const void *data, size_t size,
                          struct row_reader **ret, struct err *err)
{
    struct json_rows *rows = json_rows_new(feed);

    lines_open_memory(&rows->lines, feed, data, size);
    if (find_columns(rows, err) < 0) {
        json_rows_close(&rows->reader);
        return -1;
    }
    lines_close(&rows->lines);
    lines_open_memory(&rows->lines, feed, data, size);
    *ret = &rows->reader;
    return 0;
}
