/* evidence - what PostgreSQL keeps of the records, read back in bulk.
 *
 * Every subject's segments in seq order are told as whole subjects, in token order. */
#ifndef OLIVE_DAEMON_EVIDENCE_H
#define OLIVE_DAEMON_EVIDENCE_H

#include "daemon/state/deliveries.h"

/* Told one subject with all its records, in the order they were stored; they last until the return. */
typedef int evidence_subject(void *user, const struct token *subject, const struct record *records,
                             size_t count, struct err *err);
int evidence_read(struct store *store, struct deliveries *deliveries, evidence_subject *each, void *user,
                  struct err *err);
/* Of one subject; none: told with count 0. */
int evidence_read_one(struct store *store, struct deliveries *deliveries, const struct token *subject,
                      evidence_subject *each, void *user, struct err *err);

#endif
