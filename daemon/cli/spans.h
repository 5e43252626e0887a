/* spans - lines as people name them: 3,7-9.
 *
 * Errors: EXIT_USAGE. */
#ifndef OLIVE_DAEMON_SPANS_H
#define OLIVE_DAEMON_SPANS_H

#include "connectors/control.h"

/* NULL: all lines. */
int spans_parse(const char *list, struct order *order, struct err *err);
bool spans_have(const struct order *order, uint64_t line);

#endif
