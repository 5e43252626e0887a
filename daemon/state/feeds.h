/* feeds - the feeds as declared, pinned at each close, and the coverage that follows from them and their
 * receipts. */
#ifndef OLIVE_DAEMON_FEEDS_H
#define OLIVE_DAEMON_FEEDS_H

#include "lib/base/arena.h"
#include "lib/core/coverage.h"
#include "lib/io/store.h"

struct feeds {
    struct feed_declared *items;
    size_t count;
};

/* As the configuration declares them; names lend from conf. */
struct feeds feeds_of_conf(const struct conf *conf, struct arena *arena);
/* As pinned in olive.feed. */
int feeds_read(struct store *store, struct arena *arena, struct feeds *ret, struct err *err);
/* Replaces olive.feed by what the configuration declares; within the close's transaction. */
int feeds_write(struct store *store, const struct conf *conf, struct err *err);

/* From the receipts in olive.delivery that were received by known_at_ms. */
int coverage_read(struct store *store, int32_t period, int64_t known_at_ms, const struct policy *policy,
                  const struct feeds *feeds, coverage_t *ret, struct err *err);

#endif
