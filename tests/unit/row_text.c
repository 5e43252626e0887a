#include "tests/unit/row_text.h"

#include <stdio.h>

static char out[1 << 16];

static size_t add_row(const struct row *row, const char *number, size_t len)
{
    len += (size_t)snprintf(out + len, sizeof out - len, "%d@%d%s", (int)row->line, (int)row->byte,
                            row->header ? "#" : " ");
    if (row->reason)
        len += (size_t)snprintf(out + len, sizeof out - len, "!%s", reason_names[row->reason]);
    for (size_t i = 0; i < row->count && !row->reason; i++)
        len += (size_t)snprintf(out + len, sizeof out - len, "%s%.*s%s", i ? "|" : "", (int)row->cells[i].len,
                                row->cells[i].data, row->plain && !row->plain[i] ? number : "");
    return len + (size_t)snprintf(out + len, sizeof out - len, "\n");
}

static const char *all_rows(struct row_reader *reader, const char *number)
{
    struct row row;
    struct err err = { 0 };
    size_t len = 0;
    int got;

    out[0] = '\0';
    while ((got = reader->next(reader, &row, &err)) == 1)
        len = add_row(&row, number, len);
    if (got < 0)
        snprintf(out + len, sizeof out - len, "error: %s\n", err.text);
    reader->close(reader);
    return out;
}

const char *row_text(struct row_reader *reader)
{
    return all_rows(reader, "");
}

const char *row_text_numbers(struct row_reader *reader)
{
    return all_rows(reader, "#0");
}
