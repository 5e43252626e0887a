#include "tests/unit/row_text.h"

#include <stdio.h>

static char out[1 << 16];

static size_t add_row(const struct row *row, size_t len)
{
    len += (size_t)snprintf(out + len, sizeof out - len, "%d@%d%s", (int)row->line, (int)row->byte,
                            row->header ? "#" : " ");
    if (row->reason)
        len += (size_t)snprintf(out + len, sizeof out - len, "!%s", reason_names[row->reason]);
    for (size_t i = 0; i < row->count && !row->reason; i++)
        len += (size_t)snprintf(out + len, sizeof out - len, "%s%.*s", i ? "|" : "", (int)row->cells[i].len,
                                row->cells[i].data);
    return len + (size_t)snprintf(out + len, sizeof out - len, "\n");
}

const char *row_text(struct row_reader *reader)
{
    struct row row;
    struct err err = { 0 };
    size_t len = 0;
    int got;

    out[0] = '\0';
    while ((got = reader->next(reader, &row, &err)) == 1)
        len = add_row(&row, len);
    if (got < 0)
        snprintf(out + len, sizeof out - len, "error: %s\n", err.text);
    reader->close(reader);
    return out;
}
