/* portrait_rows - the cells of a portrait: kept in memory, as rows of olive.portrait, and back.
 *
 * Ownership: a zeroed struct portrait_cells is an empty one; portrait_cells_free() empties it. */
#ifndef OLIVE_DAEMON_PORTRAIT_ROWS_H
#define OLIVE_DAEMON_PORTRAIT_ROWS_H

#include "lib/core/portrait.h"
#include "lib/io/store.h"

struct portrait_cells {
    struct portrait_cell *items; /* in order of (region, industry, group, band), all first */
    size_t count, room;
};

/* A portrait_each: keeps the cell. `user` is struct portrait_cells. */
int portrait_keep(void *user, const struct portrait_cell *cell, struct err *err);
void portrait_cells_free(struct portrait_cells *cells); /* also for CLEANUP() */

/* The row of a place, section and group: its cells from the row's own (band PORTRAIT_ALL) on. NULL: none. */
const struct portrait_cell *portrait_row(const struct portrait_cells *cells, const char *region,
                                         const char *industry, int group);
/* How many bands follow it: BAND_COUNT or 0. */
size_t portrait_bands(const struct portrait_cells *cells, const struct portrait_cell *row);

/* Within a transaction: the rows of one kind of household. */
int portrait_write(struct store *store, int32_t period, enum household_kind kind,
                   const struct portrait *portrait, const struct rules *rules, struct err *err);
/* None: the period was sealed before portraits were kept. */
int portrait_read(struct store *store, int32_t period, enum household_kind kind, struct portrait_cells *ret,
                  struct err *err);

#endif
