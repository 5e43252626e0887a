#include "daemon/model/table.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/arena.h"
#include "lib/base/digest.h"
#include "lib/base/text.h"
#include "lib/io/yaml_file.h"

struct cursor {
    char *at;
    size_t line;
    bool line_ended;
};

/* Cuts one cell out of the text, in place; quotes are taken off. */
static char *take_cell(struct cursor *cursor)
{
    char *start = cursor->at, *to = start, *from = start;
    bool quoted = *from == '"';

    from += quoted;
    while (*from && (quoted || (*from != ',' && *from != '\n'))) {
        if (quoted && *from == '"') {
            if (from[1] == '"') {
                from++;
            } else {
                quoted = false;
                from++;
                continue;
            }
        }
        *to++ = *from++;
    }
    cursor->line_ended = *from != ',';
    cursor->at = from + (*from != '\0');
    if (to > start && to[-1] == '\r' && cursor->line_ended)
        to--;
    *to = '\0';
    return start;
}

struct cells {
    char **items;
    size_t count, capacity;
};

static void add_cell(struct cells *cells, char *cell)
{
    if (cells->count == cells->capacity) {
        cells->capacity = cells->capacity ? 2 * cells->capacity : 1024;
        cells->items = mem_realloc(cells->items, cells->capacity * sizeof *cells->items);
    }
    cells->items[cells->count++] = cell;
}

static bool blank_line(const struct cursor *cursor)
{
    return *cursor->at == '\n' || (*cursor->at == '\r' && cursor->at[1] == '\n');
}

/* One line; how many cells it has. */
static size_t take_line(struct cursor *cursor, struct cells *cells)
{
    size_t before = cells->count;

    do
        add_cell(cells, take_cell(cursor));
    while (!cursor->line_ended);
    cursor->line++;
    return cells->count - before;
}

static int take_rows(struct table *table, struct cursor *cursor, struct cells *cells, struct err *err)
{
    size_t capacity = 0;

    while (*cursor->at) {
        size_t count;

        if (blank_line(cursor)) {
            cursor->at = strchr(cursor->at, '\n') + 1;
            cursor->line++;
            continue;
        }
        if (table->row_count == capacity) {
            capacity = capacity ? 2 * capacity : 1024;
            table->lines = mem_realloc(table->lines, capacity * sizeof *table->lines);
        }
        table->lines[table->row_count++] = cursor->line;
        count = take_line(cursor, cells);
        if (count != table->column_count)
            return err_stop(err, EXIT_DATA, "%s:%zu: has %zu cells, the header %zu", table->path,
                            cursor->line - 1, count, table->column_count);
    }
    return 0;
}

static int check_header(const struct table *table, struct err *err)
{
    for (size_t i = 0; i < table->column_count; i++)
        if (table_column(table, table->cells[i]) != i)
            return err_stop(err, EXIT_DATA, "%s:1: column %s is there twice", table->path, table->cells[i]);
    return 0;
}

int table_read(const char *path, struct table **ret, struct err *err)
{
    CLEANUP(table_freep) struct table *table = mem_zalloc(sizeof *table);
    struct cursor cursor = { .line = 1 };
    struct cells cells = { 0 };
    uint8_t digest[DIGEST_SIZE];
    size_t size;
    int code;

    table->path = mem_strdup(path);
    if (text_file_read(path, &table->text, &size, err) < 0)
        return -1;
    digest_of(table->text, size, digest);
    hex_encode(digest, sizeof digest, table->digest);
    if (strlen(table->text) != size)
        return err_stop(err, EXIT_DATA, "%s: is no text", path);
    cursor.at = table->text + (strncmp(table->text, "\xef\xbb\xbf", 3) ? 0 : 3);
    if (!*cursor.at)
        return err_stop(err, EXIT_DATA, "%s: is empty", path);
    table->column_count = take_line(&cursor, &cells);
    code = take_rows(table, &cursor, &cells, err);
    table->cells = cells.items;
    if (code < 0 || check_header(table, err) < 0)
        return -1;
    *ret = table;
    table = NULL;
    return 0;
}

void table_free(struct table *table)
{
    if (!table)
        return;
    mem_freep(&table->path);
    mem_freep(&table->text);
    mem_freep(&table->cells);
    mem_freep(&table->lines);
    mem_freep(&table);
}

void table_freep(struct table **table)
{
    table_free(*table);
    *table = NULL;
}

size_t table_column(const struct table *table, const char *name)
{
    size_t i = 0;

    while (i < table->column_count && strcmp(table->cells[i], name) != 0)
        i++;
    return i;
}

const char *table_cell(const struct table *table, size_t row, size_t column)
{
    return table->cells[(row + 1) * table->column_count + column];
}

int table_number(const struct table *table, size_t row, size_t column, double *ret, struct err *err)
{
    struct text text = text_trim(text_of(table_cell(table, row, column)));
    char *end;

    if (!text.len) {
        *ret = NAN;
        return 0;
    }
    *ret = strtod(text.data, &end);
    if (end != text.data + text.len || !isfinite(*ret))
        return err_stop(err, EXIT_DATA, "%s:%zu: %s: is not a number", table->path, table->lines[row],
                        table->cells[column]);
    return 0;
}
