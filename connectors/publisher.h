/* publisher - records, dead letters and receipts on their way to Kafka, and whether all of them arrived.
 *
 * Ownership: publisher_open() … publisher_close(); lends the configuration and the sealer. What is published
 *            is copied.
 * Threads:   one. Units: waits in ms.
 * Errors:    ERR_RETRY: something did not arrive, or may not have: publisher_renew(), then the same delivery
 *            again. Record ids do not depend on the try, so what arrives twice is known for a repetition. */
#ifndef OLIVE_CONNECTORS_PUBLISHER_H
#define OLIVE_CONNECTORS_PUBLISHER_H

#include "connectors/source/row.h"
#include "lib/core/receipt.h"
#include "lib/io/conf.h"
#include "lib/io/crypto.h"

struct publisher;
int publisher_open(const struct conf *conf, struct sealer *sealer, struct publisher **ret, struct err *err);
void publisher_close(struct publisher *publisher);
void publisher_closep(struct publisher **publisher);
int publisher_renew(struct publisher *publisher, struct err *err); /* forgets all that is under way */

int publisher_record(struct publisher *publisher, const struct record *record, struct err *err);

struct dead_letter {
    const struct feed_conf *feed;
    const struct delivery *delivery;
    const struct row *row;
    enum reason reason;
    const char *column; /* canonical; "": the line as a whole */
};
/* The line as it came, encrypted; its headers say where and why and never hold a value. */
int publisher_dead_letter(struct publisher *publisher, const struct dead_letter *letter, struct err *err);

/* A packed event for olive.delivery.v1. */
int publisher_event(struct publisher *publisher, const struct buffer *event, struct err *err);
int publisher_ask(struct publisher *publisher, struct err *err); /* whether Kafka answers */
/* Waits until all of it is acknowledged. */
int publisher_settle(struct publisher *publisher, struct err *err);

#endif
