/* explain_rules - which records went into a figure, and by which rule (ASSESSMENT 2.2).
 *
 * A figure has a source and a way of choosing among the facts that hold. The core computes; this only
 * retraces, so that a person can follow: a test holds the two together. */
#ifndef OLIVE_DAEMON_CLI_EXPLAIN_RULES_H
#define OLIVE_DAEMON_CLI_EXPLAIN_RULES_H

#include "lib/core/record.h"

struct figure_rule {
    const char *column;
    bool (*from)(const struct record *record); /* the records that may matter at all */
    bool (*went_in)(const struct record *const *facts, size_t count, size_t index, int32_t period);
    const char *text;
};

/* Ends with a NULL column; columns that are counted otherwise (region, head_age) have none. */
extern const struct figure_rule figure_rules[];
const struct figure_rule *figure_rule_of(const char *column);

#endif
