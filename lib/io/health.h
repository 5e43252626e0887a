/* health - /metrics and /healthz of a program, for whoever watches it on the same machine.
 *
 *     GET /metrics    lib/io/metrics.h, as Prometheus reads it
 *     GET /healthz    200 "ok", or 503 and in one line why not: starting, a dependency does not answer, or
 * the work loop (notify_alive()) has not turned for a minute
 *
 * Ownership: health_open() … health_close(), which also removes a unix socket.
 * Threads:   the server has one of its own, which reads atomics, never waits for the work, and takes no
 *            signals. The calls below: the main one.
 * Errors:    ERR_STOP: EXIT_TRY_LATER somebody listens there, EXIT_CONFIG it cannot be listened to. */
#ifndef OLIVE_IO_HEALTH_H
#define OLIVE_IO_HEALTH_H

#include "lib/base/err.h"

struct health;
/* listen: of the configuration (lib/io/loopback.h); place: where that was said. */
int health_open(const char *listen, const char *place, struct health **ret, struct err *err);
void health_close(struct health *health);
void health_closep(struct health **health);

/* What is wrong, in a constant text without personal data; NULL: nothing is. Until the first call the program
 * "is starting". */
void health_set(const char *trouble);

#endif
