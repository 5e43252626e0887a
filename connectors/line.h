/* line - one row of a feed becomes one record, or a reason and the column at fault.
 *
 * The feed's columns are looked up once, by line_columns(); after that a row costs no search and no memory.
 *
 * Ownership: line_new() … line_free(); lends the feed and the tokeniser. A record lends the delivery it is
 *            given. Threads: as the tokeniser's.
 * Errors:    ERR_REJECT with a reason of FEEDS "Bad input"; the text never holds a value. */
#ifndef OLIVE_CONNECTORS_LINE_H
#define OLIVE_CONNECTORS_LINE_H

#include "connectors/connector.h"
#include "connectors/source/row.h"
#include "lib/io/conf.h"
#include "lib/io/crypto.h"

struct line;

struct line *line_new(const struct feed_conf *feed, uint32_t key_epoch, struct tokeniser *tokeniser);
void line_free(struct line *line);
void line_freep(struct line **line);

/* The field of a source, or one that all sources have, by its canonical name; NULL: no such column. */
const struct field *line_find_column(enum source source, const char *column);
/* By its canonical or its Chinese name. */
bool field_has_name(const struct field *field, struct text name);

/* The names of a header, or of the feed's `order`. NO_KNOWN_COLUMN and FIELD_NOT_ALLOWED reject the whole
 * delivery; a name is not repeated in the text, it might be a value of a file without a header. */
int line_columns(struct line *line, const struct text *names, size_t count, struct err *err);

struct line_origin {
    const struct delivery *delivery;
    uint64_t sequence; /* the revision of a line that states none */
};
/* ret_column: canonical name of the column at fault, "" when it is the row as a whole. */
int line_read(struct line *line, const struct row *row, const struct line_origin *origin, struct record *ret,
              const char **ret_column, struct err *err);

/* The same without tokens, which cost most: whether it would become a record, and why not. */
int line_check(struct line *line, const struct row *row, const struct line_origin *origin, struct record *ret,
               const char **ret_column, struct err *err);
/* What a row says in a column, by its canonical name; empty: nothing, or it has no columns that can be told.
 */
struct text line_text(const struct line *line, const struct row *row, const char *column);

#endif
