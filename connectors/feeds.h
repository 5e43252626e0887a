/* feeds - the feeds at work, and how they follow a configuration that is loaded anew.
 *
 * A new feed is opened, one that has gone or was disabled is closed, one that has changed is closed and
 * opened again. A delivery that is under way is finished first, under the configuration that it was begun
 * with: what its lines mean must not change halfway. Until then its feed takes nothing new.
 *
 * Ownership: feeds_new() … feeds_free(); a configuration given to feeds_follow() is theirs, and freed once no
 *            feed needs it; the first one is lent. Threads: one.
 * Errors:    as intake.h has them. What a reloaded feed alone is at fault for is told and tried again at
 * every step: the others go on. */
#ifndef OLIVE_CONNECTORS_FEEDS_H
#define OLIVE_CONNECTORS_FEEDS_H

#include "connectors/intake.h"

struct feeds;
struct feeds *feeds_new(const struct intake_conf *shared); /* copied */
void feeds_free(struct feeds *feeds); /* what is under way is left as it is, to go on at the next start */

int feeds_open(struct feeds *feeds, const struct conf *conf, struct err *err); /* the first configuration */

/* Every inbox that the configuration would have opened anew is there; else ERR_STOP with the place. */
int feeds_check_inboxes(const struct feeds *feeds, const struct conf *conf, struct err *err);
struct feeds_change { /* by a new configuration */
    size_t added, removed, changed;
};
struct feeds_change feeds_follow(struct feeds *feeds, struct conf *conf);

size_t feeds_count(const struct feeds *feeds);
bool feeds_has_source(const struct feeds *feeds, enum source source);
bool feeds_failed(const struct feeds *feeds); /* a reloaded one cannot be opened */
/* One feed's turn; look: into its inbox, whatever the hints say; index below feeds_count(), which
 * feeds_sweep() changes. */
int feeds_step(struct feeds *feeds, size_t index, bool look, struct intake_result *ret, struct err *err);
void feeds_sweep(struct feeds *feeds); /* forgets the feeds that have ended */

/* Tells of deliveries that were left half done by feeds which the configuration does not have. */
void feeds_tell_left(const struct feeds *feeds);

#endif
