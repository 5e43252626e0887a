/* inspect - a file that nobody has described, looked at: which feed it could be, and what is unsure of that.
 *
 * It is only read, and only some MiB of it (excerpt.h); what is packed or a workbook is unpacked as a
 * delivery would be, up to INSPECT_UNPACKED_MAX. The guessed feed is tried on what was looked at by the code
 * that takes deliveries (rows.h, line.h), and what does not come through is said.
 *
 * P9: no value of the file is shown anywhere, nor a part of one: names of a header, kinds, lengths and
 * counts. Errors: ERR_STOP, EXIT_DATA: nothing can be said of it, and what to do; else it cannot be read. */
#ifndef OLIVE_CONNECTORS_INSPECT_INSPECT_H
#define OLIVE_CONNECTORS_INSPECT_INSPECT_H

#include "connectors/inspect/guess.h"
#include "lib/base/buffer.h"

enum { INSPECT_ROWS = 2000, INSPECT_UNPACKED_MAX = 64 << 20 };

struct inspect_wish {      /* what a person says of it */
    const char *name;      /* of the feed; NULL: its source's */
    const char *file_name; /* without folders */
    const char *sheet;     /* of a workbook; NULL: its only one */
    int source;            /* SOURCE_UNKNOWN: it is to be guessed */
    bool control;          /* NAME.ok lies beside it */
    size_t rows_max;       /* values of so many rows are looked at */
    int64_t now_ms;
};

/* *ret lives in the arena. The descriptor is lent. */
int inspect(int fd, const struct inspect_wish *wish, struct arena *arena, struct guess **ret,
            struct err *err);

/* A file for conf.d, with comments; what is unsure has a line "# ? …" above it. */
void inspect_show_yaml(const struct guess *guess, struct buffer *out);
/* The same for programs: { feed, options, doubts, remarks, columns, lines, good }. */
void inspect_show_json(const struct guess *guess, struct buffer *out);

#endif
