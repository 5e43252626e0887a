/* explain_rules - which records went into a figure, and by which rule (ASSESSMENT 1 and 2.2).
 *
 * A figure has a source and a way of choosing among the facts that hold; one that is made of other figures
 * has no records of its own. The core computes; this only retraces, so that a person can follow: a test holds
 * the two together. */
#ifndef OLIVE_DAEMON_CLI_EXPLAIN_RULES_H
#define OLIVE_DAEMON_CLI_EXPLAIN_RULES_H

#include "daemon/cli/messages.h"
#include "lib/core/record.h"

struct explain_more;
struct figure_rule {
    const char *column;
    bool (*from)(const struct record *record); /* the records that may matter at all; NULL: none do */
    bool (*went_in)(const struct record *const *facts, size_t count, size_t index, int32_t period);
    enum message text;
    void (*more)(const struct explain_more *more); /* what the rule does not say by itself; NULL */
};

/* Ends with a NULL column; those that are counted with an indicator (its months, newest month and state) have
 * none. */
extern const struct figure_rule figure_rules[];
const struct figure_rule *figure_rule_of(const char *column);

#endif
