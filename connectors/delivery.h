/* delivery - one claimed file: judged as a whole, then read line by line and published.
 *
 * What judge.h lets through is looked at line by line first, where the feed sets limits (survey.h), then each
 * line becomes a record or a dead letter, and of a snapshot that has no dead letters each key that it lacks
 * is ended or retracted. An operator's act adds to the list that it completes, and ends what that lacks once
 * no dead letter of it is open.
 *
 * Conservation (P1): lines = published + dead_lettered + duplicate + obsolete + rejected.
 * Errors: ERR_RETRY: nothing is decided, the same again. */
#ifndef OLIVE_CONNECTORS_DELIVERY_H
#define OLIVE_CONNECTORS_DELIVERY_H

#include "connectors/content.h"
#include "connectors/journal.h"
#include "connectors/line.h"
#include "connectors/publisher.h"
#include "connectors/standing.h"
#include "lib/base/arena.h"

struct delivery_way { /* what a delivery passes through */
    const struct feed_conf *feed;
    struct journal *journal;
    struct standing *standing; /* NULL: a delta feed */
    struct line *line;
    struct publisher *publisher;
    int work; /* the folder where files without a name are made */
};

/* fd: the claimed file. Everything that the receipt counts is in Kafka when it returns 0. Strings and arrays
 * of the receipt lend from the arena, the claim and the feed. */
int delivery_pass(const struct delivery_way *way, int fd, struct arena *arena, struct receipt *ret,
                  struct content *ret_content, struct err *err);

#endif
