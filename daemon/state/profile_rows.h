/* profile_rows - struct profile as rows of olive.profile and olive.profile_seal, and back.
 *
 * SQL, writer and reader run over profile_fields, so that a new column is one line in lib/core/profile.c and
 * a migration. Months are text, groups an array, states an enum: the table is for people, too. */
#ifndef OLIVE_DAEMON_PROFILE_ROWS_H
#define OLIVE_DAEMON_PROFILE_ROWS_H

#include "lib/core/census.h"
#include "lib/io/store.h"

/* All columns in order, for COPY and INSERT: "kind, household, region, …, digest". */
void profile_columns(struct buffer *out);
/* "region = s.region, …" for an update from a staging table `s`: everything but the key. */
void profile_assignments(struct buffer *out);
int profile_column_count(void);
/* The fields of one row, in the order of profile_columns(); copy_row() comes before. */
void profile_copy(struct copy *copy, const struct profile *profile, struct buffer *scratch);

/* COPY into stage_profile, a table like olive.profile that the caller has made. */
int profile_stage_begin(struct store *store, struct copy **ret, struct err *err);
/* From stage_profile into olive.profile, under the caller's locks: whether a row changes is decided here, not
 * by what anybody remembers. Adds the rows written. */
int profile_upsert(struct store *store, uint64_t *rows_written, struct err *err);

/* Tells each row of `from` (a table with a condition: "olive.profile_seal WHERE period = '2025-11'") in order
 * of (kind, household). */
int profile_read(struct store *store, const char *from, census_profile *each, void *user, struct err *err);

#endif
