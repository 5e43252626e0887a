/* feed - the streams of the county's departments, each in the dialect of its own that it is sent in.
 *
 * One table says all: what olive must be told about a feed (settings.h writes it) and how its lines are
 * written (delivery.h). */
#ifndef OLIVE_TESTS_COUNTY_FEED_H
#define OLIVE_TESTS_COUNTY_FEED_H

#include <stdbool.h>
#include <stddef.h>

enum feed_number {
    FEED_HUKOU,
    FEED_CIVIL,
    FEED_GRID,
    FEED_ROSTER,
    FEED_REGISTRY,
    FEED_VEHICLES,
    FEED_METERS,
    FEED_BANK_A,
    FEED_BANK_B,
    FEED_BANK_C,
    FEED_FUND,
    FEED_POWER,
    FEED_WATER,
    FEED_GAS,
    FEED_TELECOM,
    FEED_TRANSPORT,
    FEED_DECLARATIONS,
    FEED_COUNT
};

struct column {
    const char *name;      /* as the department writes it */
    const char *canonical; /* NULL: not wanted, filled with a person's name */
};

struct damage {                          /* a way to spoil a line */
    const char *reason, *column, *value; /* canonical column and what is put there */
};

struct source {
    const char *name;
    const char *const *cells;     /* canonical names in the order in which rows are filled; ends with NULL */
    const struct damage *damages; /* of this source; ends with a NULL reason */
};

enum { COLUMN_MAX = 12 };
struct feed {
    const char *name, *extension;
    const struct source *source;
    bool snapshot, retracts, complete;
    const char *utility; /* the kind that is complete, or NULL */
    bool gb18030, bom, crlf, no_header, compact_dates;
    const char *delimiter;
    char quote; /* around every value, or '\0' */
    unsigned header_lines, trailer_lines;
    struct column columns[COLUMN_MAX + 1]; /* ends with a NULL name */
    const char *constant, *constant_value; /* a canonical column that the lines do not state, or NULL */
};

extern const struct feed feeds[FEED_COUNT];

/* Ways to spoil a line of any source; ends with a NULL reason. */
extern const struct damage common_damages[];

#endif
