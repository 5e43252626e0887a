/* connector - what the lines of a source mean: a table of fields, and the rules that need two of them.
 *
 * A new source is one file with such a table, a line in registry.c, one in meson.build and a golden file. The
 * fields stand in the order of FEEDS.md, whatever the order in a file: the first bad one is the line's
 * reason.
 *
 * Ownership: tables are constants. Threads: any. Source of the rules: FEEDS.md. */
#ifndef OLIVE_CONNECTORS_CONNECTOR_H
#define OLIVE_CONNECTORS_CONNECTOR_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/base/err.h"
#include "lib/base/text.h"
#include "lib/core/code.h"
#include "lib/core/record.h"

struct draft;
struct field;

/* Text in, typed member out, or ERR_REJECT with the reason. The text is trimmed and never empty. */
typedef int field_setter(struct draft *draft, const struct field *field, struct text text, struct err *err);

enum need {
    OPTIONAL,     /* may be blank or absent */
    REQUIRED,     /* of an upsert */
    KEY,          /* of a delete, too */
    KEY_OPTIONAL, /* part of the key that may be blank */
    EITHER,       /* key: this one or the EITHER that follows it */
};

struct field {
    const char *column;
    const char *chinese; /* accepted without mapping; several are parted by a slash; NULL: none */
    field_setter *set;
    enum need need;
    size_t member;             /* MEMBER(): where in the record the value goes; 0: the setter knows */
    const struct codes *codes; /* of set_code() */
};
#define MEMBER(path) offsetof(struct record, path)

enum { ITEM_CODED = TOKEN_KIND_COUNT }; /* the item is a word that the fact states: record_item_plain() */

struct connector {
    const struct field *fields; /* ends with a NULL column */
    int item;                   /* enum token_kind of the item's token, or ITEM_CODED */
    bool dated;                 /* facts of a day or month, not of a span: no snapshots (FEEDS) */
    struct record blank;        /* what is not stated; source included */
    int (*finish)(struct draft *draft, struct err *err); /* rules over two columns; NULL: none */
};

const struct connector *connector_of(enum source source);

/* Makes of a record the one that says its key is absent: of the fact only its part of the key stays. */
void record_retract(struct record *record);

#endif
