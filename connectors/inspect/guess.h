/* guess - what is believed of a file that nobody has described: a feed's options, and what each rests on.
 *
 * A remark stands above an option of the configuration that is printed; an unsure one is for a person to look
 * at. No remark and no shape holds a value of the file, or a part of one (P9): kinds, lengths and counts.
 *
 * Ownership: all of it lives in the arena that guess_new() is given. Threads: one at a time. */
#ifndef OLIVE_CONNECTORS_INSPECT_GUESS_H
#define OLIVE_CONNECTORS_INSPECT_GUESS_H

#include "connectors/connector.h"
#include "lib/base/arena.h"
#include "lib/io/conf.h"

/* What a column is known by, the weakest first. */
enum basis {
    BASIS_NONE,
    BASIS_SHAPE, /* its values look like it */
    BASIS_NEAR,  /* its name resembles, or ends with, one that is known */
    BASIS_USUAL, /* its name is one that departments use for it */
    BASIS_NAME,  /* its name is olive's own or the Chinese one */
    BASIS_COUNT
};
extern const char *const basis_names[BASIS_COUNT];

struct guessed_column {
    struct text name;          /* as the header has it; of a file without one "column_7" */
    const struct field *field; /* NULL: it is not read */
    enum basis basis;
    bool unsure;
    const char *shape;     /* "18 digits", "ID numbers" … */
    const char *why;       /* for a person who looks at an unsure one */
    size_t values, blanks; /* in the rows that were looked at */
};

struct remark {
    const char *option; /* "" for the feed as a whole */
    bool unsure;
    const char *text; /* one line */
    struct remark *next;
};

struct guess {
    struct arena *arena;
    struct feed_conf feed;
    const char *file_name; /* for what it says; it is never shown: it may hold names */
    struct guessed_column *columns;
    size_t column_count;
    struct remark *remarks, **last_remark;
    bool whole;        /* all of the file was looked at */
    size_t rows, good; /* looked at, and of these those that would become records */
};

struct guess *guess_new(struct arena *arena);
char *guess_text(struct guess *guess, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Said of an option, behind what is said of it already. */
void guess_remark(struct guess *guess, const char *option, bool unsure, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
bool guess_is_unsure(const struct guess *guess, const char *option);
void guess_add_name(struct guess *guess, struct conf_names *names, struct text name);
void guess_add_pair(struct guess *guess, struct conf_pairs *pairs, struct text key, const char *value);

#endif
