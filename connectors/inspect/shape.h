/* shape - what the values of a column look like: which setters of the sources' tables would take them.
 *
 * The setters themselves are asked (field.h), so what is believed of a value is what is done with it later;
 * what they do not tell apart (an account, a plate, a telephone number) is told by its characters.
 *
 * Threads: one at a time. */
#ifndef OLIVE_CONNECTORS_INSPECT_SHAPE_H
#define OLIVE_CONNECTORS_INSPECT_SHAPE_H

#include "connectors/inspect/guess.h"

enum { PROBES_MAX = 64, DISTINCT_MAX = 1024, SEEN_MAX = 2 * DISTINCT_MAX };

struct probe { /* a setter, with its list of words if it has one; many fields share one */
    const struct field *field;
};

struct shapes;
struct shapes *shapes_new(struct arena *arena, int64_t now_ms);
void shapes_free(struct shapes *shapes); /* the scratch memory of the setters */

struct shape { /* of a column */
    size_t values, blanks;
    size_t taken[PROBES_MAX]; /* values that the setter of a probe takes */
    size_t distinct;          /* DISTINCT_MAX at the most */
    uint64_t seen[SEEN_MAX];
    size_t characters_min, characters_max;
    size_t digits, decimals, letters; /* values of digits alone; numbers with decimals; neither ASCII alone */
    size_t phones, plates;
    size_t eighteen; /* 18 characters as an ID number has them, right check character or not */
    unsigned kinds;  /* bit mask of the kinds of utility that were met */
};

void shape_add(struct shapes *shapes, struct shape *shape, struct text value);
/* Per cent of the values that the field's setter takes; 0 when there are none. */
unsigned shape_taken(const struct shapes *shapes, const struct shape *shape, const struct field *field);
/* A few values among many blanks: they may all be mistakes. */
bool shape_is_thin(const struct shape *shape);
/* How much the values speak for the field: about 0 (nothing) to 40 (an ID number); below 0: against it. */
int shape_evidence(const struct shapes *shapes, const struct shape *shape, const struct field *field);
/* "18 digits", "ID numbers", "text, 2 to 3 characters". */
const char *shape_text(const struct shapes *shapes, const struct shape *shape, struct guess *guess);

#endif
