/* receipts - all receipts that are in the log, from the oldest to what was the newest at the start.
 *
 * A message of olive.delivery.v1 that is no event is passed over: it is olive-fuse's to quarantine. The same
 * receipt may be there twice (see struct receipt, arrival).
 *
 * Ownership: a receipt is valid until `each` returns. Threads: one. Errors: the topic reader's. */
#ifndef OLIVE_IO_RECEIPTS_H
#define OLIVE_IO_RECEIPTS_H

#include "lib/core/receipt.h"
#include "lib/io/conf.h"

typedef void receipt_each(void *user, const struct receipt *receipt);
int receipts_read(const struct conf *conf, receipt_each *each, void *user, struct err *err);

#endif
