/* trial - what would become of rows, without anything becoming of them: how many are good, and why others are
 * not.
 *
 * Ownership: a plain value that lends the line. Threads: as the tokeniser's; a line without one costs least.
 */
#ifndef OLIVE_CONNECTORS_TRIAL_H
#define OLIVE_CONNECTORS_TRIAL_H

#include "connectors/line.h"

enum { TRIAL_REASONS_MAX = 256 };

struct finding { /* a reason at a column, and how often */
    enum reason reason;
    const char *column;
    uint64_t count, first_line;
};

struct trial {
    struct line *line;
    struct delivery delivery;
    uint64_t lines, good;
    struct finding findings[TRIAL_REASONS_MAX];
    size_t finding_count;
};

void trial_row(struct trial *trial, const struct row *row);

#endif
