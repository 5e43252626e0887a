/* intake - one feed: its files, from the inbox to Kafka and into the archive.
 *
 * A file is claimed (journal, then rename), read, published, receipted and settled; each of these can be done
 * again after a kill at any moment, and then publishes the same records under the same ids. One file of a
 * feed is under way at a time.
 *
 * Ownership: intake_open() … intake_close(); lends what struct intake_conf points to. Threads: one.
 * Errors: ERR_RETRY: the disk or Kafka is away; the same file is taken up again by the next intake_step(). */
#ifndef OLIVE_CONNECTORS_INTAKE_H
#define OLIVE_CONNECTORS_INTAKE_H

#include "connectors/hints.h"
#include "connectors/publisher.h"
#include "connectors/rebuild.h"

struct intake_conf { /* what all feeds share */
    const struct conf *conf;
    struct tokeniser *tokeniser;
    struct publisher *publisher;
    struct sealer *sealer; /* of archived files */
    struct history *history;
    struct hints *hints; /* NULL: every step looks into the inbox */
    bool once;           /* a feed that is fetched is asked once */
};

struct intake_result {
    uint64_t deliveries; /* settled by this step */
    uint64_t rejected;   /* of these */
    uint64_t refused;    /* reads of a feed that is fetched which failed */
    bool fetching;       /* one is under way */
    size_t waiting;      /* files that will be whole by waiting alone */
    size_t half;         /* files without their control file, control files without their file */
};

struct intake;
int intake_open(const struct intake_conf *conf, const struct feed_conf *feed, struct intake **ret,
                struct err *err);
void intake_close(struct intake *intake);
/* look: whatever the hints say. All that is whole in the inbox, after what was begun; ends early when the
 * program is asked to stop, and between two files when it is asked to reload. */
int intake_step(struct intake *intake, bool look, struct intake_result *ret, struct err *err);
/* What was begun, and nothing new. */
int intake_finish(struct intake *intake, struct intake_result *ret, struct err *err);
bool intake_under_way(const struct intake *intake); /* something was begun and is not settled */

#endif
